//! Properties that hold for any input.
//!
//! - `names`: any text becomes an entry name that every system accepts
//! - `lists`: no line of a list is lost, a table gives back its cells, and a glob expands to its count
//! - `exports`: the failed images and the input of aria2 read as the same addresses
//! - `framing`: two other crates read our archives, and CRC-32 is the same in any pieces
//! - `journal`: a torn or damaged journal reads as its intact records
//! - `arrangement`: any spool becomes a zip without gaps, and no payload is lost on the way
//! - `allocator`: no two images share a byte of the spool
//! - `dimensions`: the size of an image does not depend on where its chunks are cut
//! - `images`: neither do its format and its end, and an image that is whole stays so
//! - `schedule`: limits, cool-downs and ends hold for any outcomes of attempts

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that can't continue has failed")]

mod allocator;
mod arrangement;
mod dimensions;
mod exports;
mod framing;
mod images;
mod journal;
mod lists;
mod names;
#[path = "../text/documents.rs"]
mod parsers;
mod schedule;
#[path = "../text/mod.rs"]
mod text;

/// This many cases, and no file of failures: a failure that is found becomes a test of its own.
fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}
