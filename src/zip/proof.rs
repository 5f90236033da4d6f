//! Reads a finished archive back and checks it before it is offered.
//!
//! ```text
//! local header ─▶ the Entry it describes ─▶ is it, byte for byte, the local header of that entry?
//!    │ its offset and the CRC-32 of its central header are kept: 16 bytes per entry
//! payload ─▶ does its CRC-32 match the header?
//! central header ─▶ does its CRC-32 match the one that was kept for its offset, and is it the only one?
//! end records ─▶ are they, byte for byte, those of this directory? Does anything follow?
//! ```
//!
//! Offsets, sizes and counts are those seen in the archive, not those its records claim. The fields of
//! every archive are listed in `docs/archive.md`.

use super::central::{self, central_header};
use super::checksum::checksum;
use super::dos_time::DosTime;
use super::end::{Directory, end_records};
use super::entry::{EXTENDED_TIMESTAMP, Entry};
use super::fields::IN_ZIP64;
use super::local::{self, is_padding, local_header};
use crate::bytes::ByteReader;
use crate::plan::EntryName;
use crate::text::{Append, add, display_by_append};
use ::crc32::{Crc32, CrcBuffer};

/// The size of a local header without its name and extra fields, in bytes.
const LOCAL_FIXED: usize = 30;

/// The size of a central header without its name and extra fields, in bytes.
const CENTRAL_FIXED: usize = 46;

/// The size of a signature, in bytes.
const SIGNATURE: usize = 4;

/// Checks an archive, piece by piece.
#[derive(Debug, Default)]
pub struct Proof {
    /// The number of bytes read.
    size: u64,
    state: State,
    /// The entries, in the order of their offsets.
    entries: Vec<FoundEntry>,
    /// The number of central headers read.
    central_headers: usize,
    /// The offset of the central directory.
    directory: u64,
}

/// An entry whose local header was read.
#[derive(Debug)]
struct FoundEntry {
    offset: u64,
    /// The CRC-32 that its central header must have.
    central_crc: u32,
    is_in_directory: bool,
}

#[derive(Debug)]
enum State {
    /// In a local header, a central header or the end records: the bytes of it read so far.
    ReadRecord(Vec<u8>),
    /// In the payload that follows a local header.
    ReadPayload(Payload),
    /// After the end records.
    Done,
}

#[derive(Debug)]
struct Payload {
    name: EntryName,
    /// Bytes still to be read.
    left: u64,
    crc: Crc32,
    expected: u32,
}

/// A checked archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// The number of its entries.
    pub entries: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// Where an archive is damaged. Entries are counted from 0 here, and from 1 in messages: local headers as
/// they lie in the archive, central headers as they are in the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// An entry's local header is not one that [`Framing`](super::Framing) writes.
    LocalHeader {
        /// The index of the entry.
        entry: u64,
    },
    /// The CRC-32 of an entry's payload does not match its header.
    Payload {
        /// The index of the entry.
        entry: u64,
        /// Its name.
        name: String,
    },
    /// A central header does not match the local header that it names.
    CentralHeader {
        /// The index of the entry.
        entry: u64,
    },
    /// There is no record, or not one that belongs there.
    UnknownRecord {
        /// Its offset, in bytes from the archive's start.
        offset: u64,
    },
    /// The end records do not match the entries and the directory.
    EndRecords {
        /// Their offset, in bytes from the archive's start.
        offset: u64,
    },
    /// The archive ends too early.
    CutShort {
        /// Its size in bytes.
        size: u64,
        /// The index of the entry in whose payload it ends, if it is in one.
        entry: Option<u64>,
    },
    /// Data follows the end records.
    TrailingData {
        /// Where the archive should have ended, in bytes from its start.
        size: u64,
    },
}

impl ProofError {
    /// The entry that an archive without this damage would have to leave out, if it is one alone.
    pub fn entry(&self) -> Option<u64> {
        match self {
            Self::LocalHeader { entry } | Self::Payload { entry, .. } | Self::CentralHeader { entry } => {
                Some(*entry)
            }
            Self::CutShort { entry, .. } => *entry,
            Self::UnknownRecord { .. } | Self::EndRecords { .. } | Self::TrailingData { .. } => None,
        }
    }
}

impl Append for ProofError {
    fn append_to(&self, whole: &mut String) {
        match self {
            Self::LocalHeader { entry } => {
                add!(whole, "the header of entry ", entry + 1, " was damaged in the archive")
            }
            Self::Payload { entry, name } => {
                add!(whole, "the bytes of \"", name, "\" (entry ", entry + 1, ") were damaged in the archive")
            }
            Self::CentralHeader { entry } => {
                add!(whole, "the archive's central directory is wrong about entry ", entry + 1)
            }
            Self::UnknownRecord { offset } => {
                add!(whole, "the archive has unexpected data at byte ", offset)
            }
            Self::EndRecords { offset } => {
                add!(whole, "the archive's end records, at byte ", offset, ", are wrong")
            }
            Self::CutShort { size, .. } => add!(whole, "the archive ends too early, after ", size, " bytes"),
            Self::TrailingData { size } => add!(whole, "data follows the archive's end, at byte ", size),
        }
        whole.push_str(": free some space, and fetch again");
    }
}

display_by_append!(ProofError);

impl std::error::Error for ProofError {}

impl Default for State {
    fn default() -> Self {
        Self::ReadRecord(Vec::new())
    }
}

impl Proof {
    /// Checks the next bytes; the archive can be split anywhere. `buffer` is used to compute CRC-32s.
    /// After an error, the result of further calls is unspecified.
    ///
    /// # Errors
    ///
    /// The first damage in these bytes. [`ProofError::CutShort`] is not reported here, but by
    /// [`finish`](Proof::finish).
    pub fn push(&mut self, bytes: &[u8], buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(self.wanted_bytes().min(rest.len() as u64) as usize);
            match &mut self.state {
                State::ReadRecord(record) => record.extend_from_slice(piece),
                State::ReadPayload(payload) => {
                    payload.crc.update(piece, buffer);
                    payload.left -= piece.len() as u64;
                }
                State::Done => return Err(ProofError::TrailingData { size: self.size }),
            }
            self.size += piece.len() as u64;
            rest = after;
            // A payload may be empty.
            while self.wanted_bytes() == 0 {
                self.process(buffer)?;
            }
        }
        Ok(())
    }

    /// The checked archive, after its last byte.
    ///
    /// # Errors
    ///
    /// [`ProofError::CutShort`] if the end records have not been read.
    pub fn finish(self) -> Result<Proved, ProofError> {
        let Self { size, state, entries, .. } = self;
        let entries = entries.len() as u64;
        match state {
            State::Done => Ok(Proved { entries, size }),
            State::ReadPayload(_) => Err(ProofError::CutShort { size, entry: entries.checked_sub(1) }),
            State::ReadRecord(_) => Err(ProofError::CutShort { size, entry: None }),
        }
    }

    /// How many more bytes the current record or payload has, as far as is known yet.
    fn wanted_bytes(&self) -> u64 {
        match &self.state {
            State::ReadRecord(record) => (self.record_length(record) - record.len()) as u64,
            State::ReadPayload(payload) => payload.left,
            State::Done => 1,
        }
    }

    /// The length of a record, as far as the beginning of it says.
    fn record_length(&self, record: &[u8]) -> usize {
        let Some(signature) = signature_of(record) else { return SIGNATURE };
        let (fixed, lengths) = match signature {
            local::SIGNATURE if self.central_headers == 0 => (LOCAL_FIXED, 26..30),
            central::SIGNATURE if !self.is_directory_complete() => (CENTRAL_FIXED, 28..34),
            _ if self.is_directory_complete() => return self.end_records(self.start_of(record)).len(),
            _ => return SIGNATURE,
        };
        let fields = if record.len() < fixed { &[] } else { record.get(lengths).unwrap_or_default() };
        let (lengths, _) = fields.as_chunks();
        fixed + lengths.iter().map(|length| usize::from(u16::from_le_bytes(*length))).sum::<usize>()
    }

    /// Checks the record or payload that is now complete, and enters the next state.
    fn process(&mut self, buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        match std::mem::take(&mut self.state) {
            State::ReadRecord(record) => self.process_record(&record, buffer),
            State::ReadPayload(Payload { name, crc, expected, .. }) if crc.value() != expected => {
                let name = name.as_str().to_owned();
                Err(ProofError::Payload { entry: self.entries.len() as u64 - 1, name })
            }
            State::ReadPayload(_) | State::Done => Ok(()),
        }
    }

    fn process_record(&mut self, record: &[u8], buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        let offset = self.start_of(record);
        match signature_of(record) {
            Some(local::SIGNATURE) if self.central_headers == 0 => {
                let entry = self.entries.len() as u64;
                let Some(entry) = entry_of(record) else { return Err(ProofError::LocalHeader { entry }) };
                let central_crc = checksum(&central_header(&entry, offset), buffer);
                self.entries.push(FoundEntry { offset, central_crc, is_in_directory: false });
                let Entry { name, size: left, crc32: expected, .. } = entry;
                self.state = State::ReadPayload(Payload { name, left, crc: Crc32::default(), expected });
            }
            Some(central::SIGNATURE) if !self.is_directory_complete() => {
                if self.central_headers == 0 {
                    self.directory = offset;
                }
                let central_crc = checksum(record, buffer);
                let named = local_offset(record)
                    .and_then(|offset| self.entries.binary_search_by_key(&offset, |entry| entry.offset).ok())
                    .map(|index| &mut self.entries[index])
                    .filter(|entry| entry.central_crc == central_crc && !entry.is_in_directory);
                let Some(entry) = named else {
                    return Err(ProofError::CentralHeader { entry: self.central_headers as u64 });
                };
                entry.is_in_directory = true;
                self.central_headers += 1;
            }
            _ if !self.is_directory_complete() => return Err(ProofError::UnknownRecord { offset }),
            _ if record != self.end_records(offset) => return Err(ProofError::EndRecords { offset }),
            _ => self.state = State::Done,
        }
        Ok(())
    }

    /// Whether each entry's central header has been read.
    fn is_directory_complete(&self) -> bool {
        self.central_headers == self.entries.len()
    }

    fn start_of(&self, record: &[u8]) -> u64 {
        self.size - record.len() as u64
    }

    /// The end records of an archive whose central directory ends at `offset`.
    fn end_records(&self, offset: u64) -> Vec<u8> {
        let entries = self.entries.len() as u64;
        end_records(&Directory { entries, offset: self.directory, size: offset - self.directory })
    }
}

fn signature_of(record: &[u8]) -> Option<u32> {
    ByteReader(record).u32()
}

/// The entry that a local header describes, if the header is the one that we write for this entry.
fn entry_of(record: &[u8]) -> Option<Entry> {
    let (fixed, rest) = record.split_first_chunk::<LOCAL_FIXED>()?;
    let field16 = |at| ByteReader(fixed.get(at..)?).u16();
    let field32 = |at| ByteReader(fixed.get(at..)?).u32();
    let (name, extra) = rest.split_at_checked(field16(26)?.into())?;
    let size = match field32(18)? {
        // After the identifier and the length of Zip64's extra field.
        IN_ZIP64 => ByteReader(extra.get(4..)?).u64()?,
        size => size.into(),
    };
    let time = DosTime { time: field16(10)?, date: field16(12)? };
    let modified = match extended_timestamp(extra) {
        Some(seconds) => Some(seconds.into()),
        None => Some(time.to_unix()).filter(|_| time != DosTime::from_unix(None)),
    };
    let name = EntryName::trusted(String::from_utf8(name.to_vec()).ok()?);
    let entry = Entry { name, size, crc32: field32(14)?, modified };
    let padding = record.len().checked_sub(local_header(&entry, 0).len())? as u64;
    (is_padding(padding) && local_header(&entry, padding) == record).then_some(entry)
}

/// The time in an extended timestamp, if it is among the extra fields of a local header.
fn extended_timestamp(extra: &[u8]) -> Option<i32> {
    let mut fields = ByteReader(extra);
    loop {
        let (identifier, length) = (fields.u16()?, fields.u16()?);
        let field = fields.slice(length.into())?;
        if identifier == EXTENDED_TIMESTAMP {
            return field.last_chunk().map(|seconds| i32::from_le_bytes(*seconds));
        }
    }
}

/// The offset of the local header that a central header names.
fn local_offset(central: &[u8]) -> Option<u64> {
    match ByteReader(central.get(42..)?).u32()? {
        IN_ZIP64 => {
            let name = usize::from(ByteReader(central.get(28..)?).u16()?);
            // Zip64's is the first extra field, and the offset its last value.
            let extra = central.get(CENTRAL_FIXED + name..)?;
            let length = usize::from(ByteReader(extra.get(2..)?).u16()?);
            ByteReader(extra.get((4 + length).checked_sub(8)?..)?).u64()
        }
        offset => Some(offset.into()),
    }
}

#[cfg(test)]
mod tests;
