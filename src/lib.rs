//! Fetches a list of image URLs concurrently, in the browser, and returns one zip.
//!
//! ```text
//! text, file, JS array ─▶ plan ─▶ run ─▶ zip ─▶ one Blob, or a stream
//!                                  │ an Event at each step
//!                                  ▼
//!                                report ─▶ rows, totals, speed-up, CSV and JSON
//! ```
//!
//! The core is pure: time, randomness and the browser's answers are arguments, so it is tested
//! natively. The modules that use the browser exist for wasm32 only.
//!
//! The core:
//!
//! - [`plan`]: from text to items, each with an address and a name.
//! - [`documents`]: HTML and XML where there is no browser's parser.
//! - [`run`]: the schedule, the retries, and the driver that polls the attempts.
//! - [`image`]: recognises an image's format and its end by its bytes.
//! - [`spool`]: the layout of payloads that wait for the archive, and the journal.
//! - [`zip`]: writes and reads stored entries; CRC-32.
//! - [`report`]: adds up a run's events, and chooses the words for them.
//! - [`words`]: what the page says, and how it writes numbers.
//! - [`job`]: what a caller asks for, what comes of it, and how both travel between two threads.
//! - `text`, `bytes`, `seconds`, `calendar`: joined texts, binary fields, durations, dates.
//!
//! In the browser:
//!
//! - `browser`: runs a plan: requests, spool files, archives, the worker.
//! - `api`: `fetchZip`, the JavaScript API.
//! - `lists`: reads lists, for the page and for the package, each in a wasm of its own.
//! - `page`: connects the page in `www/` to a run.

// A release has no standard formatting: `cargo xtask` removes it, and code that used it would trap.
// Slicing a `str` may panic, and the words of that panic are 3 KB.
#![cfg_attr(not(test), warn(clippy::disallowed_macros, clippy::disallowed_methods, clippy::string_slice))]

// Test code that is shared with tests/ names the crate.
#[cfg(test)]
extern crate self as fetchzip;

#[cfg(all(target_arch = "wasm32", feature = "api"))]
pub mod api;
#[cfg(target_arch = "wasm32")]
pub mod browser;
mod bytes;
mod calendar;
pub mod documents;
pub mod image;
pub mod job;
#[cfg(all(target_arch = "wasm32", any(feature = "lists", feature = "parse-list")))]
pub mod lists;
#[cfg(all(target_arch = "wasm32", feature = "page"))]
pub mod page;
pub mod plan;
pub mod report;
pub mod run;
mod seconds;
pub mod spool;
mod text;
pub mod words;
pub mod zip;
