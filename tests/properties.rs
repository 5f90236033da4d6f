//! Properties that hold for all inputs.
//!
//! - `names`: entry names that every system takes, out of anything
//! - `lists`: no line of a list is lost, and globs make what was counted
//! - `framing`: archives that two other crates read back, and CRC-32 in any pieces
//! - `journal`: a torn or damaged journal reads as what was written before the damage
//! - `allocator`: no two images share a byte of the spool
//! - `schedule`: limits, cool-downs and ends, whatever the results of the attempts

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, reason = "a test that can't continue has failed")]

#[path = "properties/allocator.rs"]
mod allocator;
#[path = "properties/framing.rs"]
mod framing;
#[path = "properties/journal.rs"]
mod journal;
#[path = "properties/lists.rs"]
mod lists;
#[path = "properties/names.rs"]
mod names;
#[path = "properties/schedule.rs"]
mod schedule;
mod text;

use support::archive;

/// This many cases of a property, and no file of failures: a failure becomes a test of its own.
fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}
