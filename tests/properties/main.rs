//! What holds whatever comes in.
//!
//! - `names`: entry names that every system takes, out of anything
//! - `lists`: no line of a list is lost, and globs make what was counted
//! - `framing`: archives that two crates which are not ours read back, and CRC-32 in any pieces
//! - `journal`: what was written before a journal was torn or damaged, and nothing else
//! - `room`: no two images in one place of the spool
//! - `schedule`: limits, cool-downs and ends, whatever becomes of the attempts

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that can't go on has failed")]

#[path = "../archive/mod.rs"]
mod archive;

mod framing;
mod journal;
mod lists;
mod names;
mod room;
mod schedule;

/// So many cases of each, and no file of failures: what one finds becomes a test of its own.
fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}
