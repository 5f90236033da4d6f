//! The zip format, as far as stored entries need it: framing around payloads that are elsewhere.
//!
//! ```text
//! Entry ─▶ Framing::entry ─▶ local header   (the caller puts the payload behind it)
//!          Framing::finish ─▶ central directory · Zip64 end and its locator, where needed · end
//!
//! the archive, read back ─▶ Proof ─▶ Proved, or where it is not what was meant
//! ```
//!
//! Sizes and CRC-32 stand in the local header, so there are no data descriptors: Java's
//! `ZipInputStream` and macOS's opener refuse stored entries that have one. "APPNOTE" in comments
//! is PKWARE's APPNOTE.TXT 6.3.10.

mod central;
mod dos_time;
mod end;
mod entry;
#[cfg(test)]
mod fixtures;
mod framing;
mod local;
mod proof;

/// CRC-32, in a crate that is compiled for speed.
pub use ::crc32::{Crc32, CrcBuffer};
pub use entry::Entry;
pub use framing::Framing;
pub use proof::{Proof, ProofError, Proved};

/// APPNOTE 4.4.3: what it takes to read a stored entry.
const VERSION_STORED: u16 = 10;

/// APPNOTE 4.4.3: what it takes to read Zip64.
const VERSION_ZIP64: u16 = 45;

/// APPNOTE 4.4.2: made on Unix, so that readers take the permissions from the external
/// attributes, by the version of the format that has Zip64.
const MADE_BY: u16 = 3 << 8 | VERSION_ZIP64;

/// APPNOTE 4.4.4, bit 11: the name is UTF-8.
const FLAG_UTF8: u16 = 1 << 11;

/// A 32-bit field with this value says that the true one is in the Zip64 record (APPNOTE 4.4.1.4).
const IN_ZIP64: u32 = u32::MAX;

/// A field that holds a value, or points to its Zip64 record.
fn field32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(IN_ZIP64)
}

/// Whether a value has to go to the Zip64 record; the largest 32-bit value is the pointer itself.
fn needs_zip64(value: u64) -> bool {
    field32(value) == IN_ZIP64
}

/// Little-endian fields, appended in the order of a record's definition.
trait Fields {
    fn u16(&mut self, value: u16);
    fn u32(&mut self, value: u32);
    fn u64(&mut self, value: u64);
}

impl Fields for Vec<u8> {
    fn u16(&mut self, value: u16) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }
}
