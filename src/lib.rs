//! Fetches a list of image URLs at once, in the browser, and hands back one zip.
//!
//! ```text
//! text, file, JS array ─▶ plan ─▶ run ─▶ zip ─▶ one Blob, or a stream
//!                                  │ Event, at every step
//!                                  ▼
//!                                report ─▶ rows, totals, speed-up, CSV and JSON
//! ```
//!
//! The core is pure: it knows no clock, no browser and no dice, which are all arguments. What
//! meets the browser is in `browser`, which exists for wasm32 only.
//!
//! - [`plan`]: text → items with an address and a name.
//! - [`image`]: what a body's first bytes say it is.
//! - [`run`]: the schedule, the retries, and the driver that joins the futures.
//! - [`spool`]: where payloads lie until the archive is made.
//! - [`zip`]: the framing of stored entries, and CRC-32.
//! - [`report`]: what a run's events add up to.
//!   durations from numbers.
//! - `browser`: fetch, clock, spool, archive, sink.
//! - `api`: `fetchZip`, the JavaScript API.
//! - `page`: binds `www/` to a run.

// `cargo xtask` takes the standard library's formatting out of a release: what used it would trap.
// A text's slice that may panic costs 3 KB for the panic's words.
#![cfg_attr(not(test), warn(clippy::disallowed_macros, clippy::disallowed_methods, clippy::string_slice))]

// For what unit tests share with those in tests/.
#[cfg(test)]
extern crate self as fetchzip;

#[cfg(all(target_arch = "wasm32", feature = "api"))]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod browser;
mod bytes;
pub mod image;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod job;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod page;
pub mod plan;
pub mod report;
pub mod run;
mod seconds;
pub mod spool;
mod text;
#[cfg(any(test, target_arch = "wasm32"))]
pub mod zip;
