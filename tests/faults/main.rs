//! Everything that can go wrong, against the package in a real browser.
//!
//! - `cases.md`: what can go wrong and what must come of it, as a table for people
//! - `cases`: reads it
//! - `plain_fetch`: the same bytes as plain `fetch` gets, over HTTP/1.1 and HTTP/2
//! - `table`: holds every line of it against calls of `fetchZip`
//! - `long_run`: 2,000 images, of which one in five meets a fault
//! - `soak`: a hundred runs in one tab
//! - `calls`: several calls at once, and their archives
//!
//! `cargo xtask test --only page-chromium` runs these, too; so do `page-firefox` and `page-webkit`.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't continue has failed")]

#[path = "../browser/mod.rs"]
mod browser;
#[allow(dead_code, reason = "the tests of the package need more of it")]
#[path = "../api/package_driver.rs"]
mod package_driver;

mod calls;
mod cases;
mod long_run;
mod plain_fetch;
mod soak;
mod table;
