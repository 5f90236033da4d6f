//! A run's journal: what is needed to go on with it after a reload or a crash.
//!
//! ```text
//! JournalWriter ─▶ magic · version · records ─▶ the browser appends them to a file
//!                  JournalHead, then KeptImage and events in any order     │
//! Journal ◀──────── read: up to the first record that is not whole ────────┘
//!    ├▶ kept: which images lie where in the spool; their bytes are believed only by their CRC-32
//!    └▶ events_of_kept: what happened to them, to be told once more
//! ```
//!
//! A record is `length u32 · CRC-32 u32 · payload`, the CRC-32 that of the payload, and the payload's
//! first byte says what it is; all numbers are little-endian. A record is appended as a whole, so
//! a crash can only tear the last one, and costs what that one held.

mod error;
mod reader;
mod replay;
mod writer;

pub use error::JournalError;
pub use reader::Journal;
pub use replay::Replay;
pub use writer::JournalWriter;

use super::Extent;
use crate::image::Format;
use crate::plan::{ItemId, Plan};
use crate::zip::{Crc32, CrcBuffer};

/// What every journal begins with.
const MAGIC: &[u8; 8] = b"fetchzip";

/// The version of the format, a `u32` behind the magic. Whoever changes what is below, or the bytes
/// of [events](crate::run::EventWriter), counts it up.
const VERSION: u32 = 1;

/// The bytes of a record that are not its payload.
const RECORD_HEADER: usize = 8;

/// What a payload is, by its first byte.
const HEAD: u8 = 0;
const KEPT: u8 = 1;
const EVENTS: u8 = 2;

/// The length of a [`KeptImage`] without its extents, and of an extent.
const KEPT_FIXED: usize = 8 + 8 + 4 + 1 + 1 + 1 + 8;
const EXTENT_BYTES: usize = 16;

/// What a run was asked for: a journal's first record.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalHead {
    /// The text of the list.
    pub source: String,
    /// The options, as whoever wrote the journal notes them.
    pub options: String,
    /// When the run began, in milliseconds since 1970.
    pub started: f64,
    /// How many items the plan has.
    pub items: u64,
    /// The plan's [`fingerprint`].
    pub fingerprint: u32,
}

/// An image that lies in the spool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// The item that it is.
    pub item: ItemId,
    /// Where its bytes are, in order.
    pub extents: Vec<Extent>,
    /// How many they are: the sum of the extents' lengths.
    pub bytes: u64,
    /// Their CRC-32, without which they must not be believed.
    pub crc32: u32,
    /// What they are.
    pub format: Format,
    /// `Last-Modified`, in seconds since 1970.
    pub modified: Option<i64>,
    /// Whether they end before the image does, as far as its format tells.
    pub is_cut_short: bool,
}

/// The CRC-32 of a plan's addresses: whether a list, read once more, is the one that a journal is of.
pub fn fingerprint(plan: &Plan) -> u32 {
    let (mut crc, mut buffer) = (Crc32::default(), crc_buffer());
    for item in plan.items() {
        // What is no address may be said in other words the next time.
        let address = item.address.as_ref().map_or("", |address| &address.href);
        crc.take(address.as_bytes(), &mut buffer);
        crc.take(b"\n", &mut buffer);
    }
    crc.value()
}

fn checksum(payload: &[u8], buffer: &mut CrcBuffer) -> u32 {
    let mut crc = Crc32::default();
    crc.take(payload, buffer);
    crc.value()
}

/// Records are short, but for that of a long list.
fn crc_buffer() -> CrcBuffer {
    CrcBuffer::new(16 << 10)
}

#[cfg(test)]
mod tests;
