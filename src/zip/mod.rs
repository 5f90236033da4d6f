//! The zip format, as far as stored entries need it: the framing around payloads that the caller has.
//!
//! ```text
//! Entry ─▶ local_header, which may be padded   (the payload follows)
//!      └─▶ Framing::push, with its place ─▶ Framing::finish ─▶ central directory in input order
//!                                                              · Zip64 records, if needed · end record
//!
//! the finished archive ─▶ Framing::select ─▶ ranges of it, and the directory of another archive
//! the finished archive ─▶ Proof ─▶ Proved, or where it differs from what was meant
//! any program's archive ─▶ find_directory ─▶ DirectoryEntries
//! ```
//!
//! Sizes and the CRC-32 are in the local header, so there are no data descriptors: Java's
//! `ZipInputStream` and macOS's Archive Utility reject stored entries that have one. "APPNOTE" in
//! comments is PKWARE's APPNOTE.TXT 6.3.10.

mod central;
mod checksum;
mod directory;
mod dos_time;
mod end;
mod entry;
mod fields;
#[cfg(test)]
mod fixtures;
mod framing;
mod local;
mod proof;

/// CRC-32, in a crate that is compiled for speed.
pub use ::crc32::{Crc32, CrcBuffer};
pub use checksum::{checksum, crc_buffer};
pub use directory::{
    DirectoryEntries, DirectoryEntry, DirectoryPlace, END_BYTES, LOCAL_BYTES, find_directory, payload_offset,
    stored_offsets,
};
pub use entry::Entry;
pub use framing::{Framing, Selection};
pub use local::{MAX_PADDING, is_padding, local_header};
pub use proof::{Proof, ProofError, Proved};
