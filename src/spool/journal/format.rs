//! The records of a journal, which its writer and its reader share.
//!
//! ```text
//! "fetchzip" · version u32 · records                                  all little-endian
//! record     = length of the payload u32 · CRC-32 of the payload u32 · payload
//! payload    = HEAD u8 · started f64 · items u64 · fingerprint u32
//!                      · length of the source u64 · source · options, to the payload's end
//!            | KEPT u8 · item u64 · offset u64 · header space u64 · ImageFacts
//!            | EVENTS u8 · bytes of an EventWriter
//!            | ARCHIVE u8 · size u64
//! ```

use crate::plan::ItemId;
use crate::run::StoredImage;
use crate::spool::allocator::Place;

/// The bytes that begin every journal.
pub const MAGIC: &[u8; 8] = b"fetchzip";

/// The version of the format. It increases with every change of the records, and of the encoding of
/// [events](crate::run::EventWriter) and [facts](crate::image::ImageFacts).
pub const VERSION: u32 = 7;

/// The size of a record without its payload, in bytes.
pub const RECORD_HEADER: usize = 8;

/// The first byte of a payload that holds a [`JournalHead`].
pub const HEAD: u8 = 0;
/// The first byte of a payload that holds a [`KeptImage`].
pub const KEPT: u8 = 1;
/// The first byte of a payload that holds events.
pub const EVENTS: u8 = 2;
/// The first byte of a payload that says whether the spool is a complete archive.
pub const ARCHIVE: u8 = 3;

/// What the run was asked to fetch: the first record of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalHead {
    /// The text of the list.
    pub source: String,
    /// The run's options, in the caller's own format.
    pub options: String,
    /// When the run began, in milliseconds since 1970.
    pub started: f64,
    /// The number of items in the plan.
    pub items: u64,
    /// The plan's [`fingerprint`](super::fingerprint()).
    pub fingerprint: u32,
}

/// An image in the spool. Its bytes are trusted only if their CRC-32 matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptImage {
    /// The item that the image is of.
    pub item: ItemId,
    /// The image, with its place in the spool.
    pub image: StoredImage<Place>,
}
