//! A run's journal: what is needed to resume the run after a reload or a crash.
//!
//! ```text
//! JournalWriter ─▶ magic · version · records ─▶ the browser appends them to a file
//!                  JournalHead, then KeptImage and events in any order     │
//! Journal ◀──────── read up to the first incomplete record ◀───────────────┘
//!    ├▶ kept: the images and their places in the spool, to be checked against their CRC-32
//!    └▶ replay: the events of these images, to be emitted again
//! ```
//!
//! A record is appended as a whole, so a crash can only tear the last one, and costs no more than its
//! contents.

mod error;
mod fingerprint;
mod format;
mod reader;
mod replay;
mod writer;

pub use error::JournalError;
pub use fingerprint::fingerprint;
pub use format::{JournalHead, KeptImage};
pub use reader::Journal;
pub use writer::JournalWriter;

#[cfg(test)]
mod tests;
