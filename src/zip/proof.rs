//! Reads an archive of ours back, before anybody is told that it is there.
//!
//! ```text
//! local header ─▶ the Entry that it is of ─▶ the header that such an entry has: byte for byte?
//!    │ the central header that it has: its CRC-32 is kept, four bytes an entry
//! payload ─▶ CRC-32: the one in the header?
//! central header ─▶ CRC-32: the one that was kept?
//! end ─▶ the records of such a directory: byte for byte? Is there anything behind them?
//! ```
//!
//! Offsets, sizes and counts are those that were seen, not those that were said. What an archive of
//! ours always is stands in `docs/archive.md`.

use super::central::{self, central_header};
use super::dos_time::DosTime;
use super::end::{Directory, end_records};
use super::local::{self, local_header};
use super::{Crc32, CrcBuffer, Entry, IN_ZIP64};
use crate::plan::EntryName;
use crate::text::{Append, add, display_by_append};

/// The length of a local header without its name and extra fields, and of a central one.
const LOCAL_FIXED: usize = 30;
const CENTRAL_FIXED: usize = 46;

/// The length of a signature.
const SIGNATURE: usize = 4;

/// An archive that is being read back.
#[derive(Debug, Default)]
pub struct Proof {
    /// How many bytes have been taken.
    size: u64,
    part: Part,
    /// The CRC-32 of the central header that each entry must have.
    headers: Vec<u32>,
    /// How many of them have been seen.
    listed: usize,
    /// Where the first one began.
    directory: u64,
}

/// What is being read.
#[derive(Debug)]
enum Part {
    /// A record, as far as it has been taken.
    Record(Vec<u8>),
    Payload(Payload),
    /// Nothing: it was the end.
    Over,
}

#[derive(Debug)]
struct Payload {
    name: EntryName,
    left: u64,
    crc: Crc32,
    expected: u32,
}

/// What an archive has been proved to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proved {
    /// How many entries it has.
    pub entries: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// Where an archive is not what was meant. Entries are counted from 0 here, and from 1 in messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// An entry's local header is none that we would write.
    LocalHeader {
        /// Which entry.
        entry: u64,
    },
    /// An entry's bytes are not those that arrived: their CRC-32 is another.
    Payload {
        /// Which entry.
        entry: u64,
        /// Its name.
        name: String,
    },
    /// What stands in the central directory for an entry does not belong to its local header.
    CentralHeader {
        /// Which entry.
        entry: u64,
    },
    /// Something is there that is no record, or none that belongs there.
    Foreign {
        /// Where it begins, in bytes from the archive's start.
        offset: u64,
    },
    /// The records at the end say something else than what was seen.
    End {
        /// Where they begin, in bytes from the archive's start.
        offset: u64,
    },
    /// It ends too early.
    CutShort {
        /// Its size in bytes.
        size: u64,
        /// In which entry's payload, where it was in one.
        entry: Option<u64>,
    },
    /// It goes on behind its end.
    Longer {
        /// Where it should have ended, in bytes from its start.
        size: u64,
    },
}

impl ProofError {
    /// The entry to be left out, where one is to blame.
    pub fn entry(&self) -> Option<u64> {
        match self {
            Self::LocalHeader { entry } | Self::Payload { entry, .. } | Self::CentralHeader { entry } => {
                Some(*entry)
            }
            Self::CutShort { entry, .. } => *entry,
            Self::Foreign { .. } | Self::End { .. } | Self::Longer { .. } => None,
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
                add!(whole, "the archive's directory is wrong about entry ", entry + 1)
            }
            Self::Foreign { offset } => {
                add!(whole, "the archive has something that is no part of it at byte ", offset)
            }
            Self::End { offset } => add!(whole, "the archive's end, at byte ", offset, ", is wrong"),
            Self::CutShort { size, .. } => add!(whole, "the archive breaks off after ", size, " bytes"),
            Self::Longer { size } => add!(whole, "the archive goes on behind its end, at byte ", size),
        }
        whole.push_str(": free some space, and fetch again");
    }
}

display_by_append!(ProofError);

impl std::error::Error for ProofError {}

impl Default for Part {
    fn default() -> Self {
        Self::Record(Vec::new())
    }
}

impl Proof {
    /// Takes in the next bytes, however the archive is cut; `buffer` is for their CRC-32. After an
    /// error there is nothing more to learn.
    ///
    /// # Errors
    ///
    /// The first thing in the archive that is not what was meant.
    pub fn take(&mut self, bytes: &[u8], buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(self.lacking().min(rest.len() as u64) as usize);
            match &mut self.part {
                Part::Record(record) => record.extend_from_slice(piece),
                Part::Payload(payload) => {
                    payload.crc.take(piece, buffer);
                    payload.left -= piece.len() as u64;
                }
                Part::Over => return Err(ProofError::Longer { size: self.size }),
            }
            self.size += piece.len() as u64;
            rest = after;
            // A payload may have no bytes.
            while self.lacking() == 0 {
                self.settle(buffer)?;
            }
        }
        Ok(())
    }

    /// What the archive is, now that all of it has been taken.
    ///
    /// # Errors
    ///
    /// An archive that has not come to its end.
    pub fn finish(self) -> Result<Proved, ProofError> {
        let Self { size, part, headers, .. } = self;
        let entries = headers.len() as u64;
        match part {
            Part::Over => Ok(Proved { entries, size }),
            Part::Payload(_) => Err(ProofError::CutShort { size, entry: entries.checked_sub(1) }),
            Part::Record(_) => Err(ProofError::CutShort { size, entry: None }),
        }
    }

    /// How many bytes of the part are still to come, as far as can be told yet.
    fn lacking(&self) -> u64 {
        match &self.part {
            Part::Record(record) => (self.length_of(record) - record.len()) as u64,
            Part::Payload(payload) => payload.left,
            Part::Over => 1,
        }
    }

    /// How long a record is, as far as its beginning tells.
    fn length_of(&self, record: &[u8]) -> usize {
        let Some(signature) = signature_of(record) else { return SIGNATURE };
        let (fixed, lengths) = match signature {
            local::SIGNATURE if self.listed == 0 => (LOCAL_FIXED, 26..30),
            central::SIGNATURE if !self.is_listed() => (CENTRAL_FIXED, 28..34),
            _ if self.is_listed() => return self.end(self.start_of(record)).len(),
            _ => return SIGNATURE,
        };
        let fields = if record.len() < fixed { &[] } else { record.get(lengths).unwrap_or_default() };
        let (lengths, _) = fields.as_chunks();
        fixed + lengths.iter().map(|length| usize::from(u16::from_le_bytes(*length))).sum::<usize>()
    }

    /// A part is there as a whole.
    fn settle(&mut self, buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        match std::mem::take(&mut self.part) {
            Part::Record(record) => self.settle_record(&record, buffer),
            Part::Payload(Payload { name, crc, expected, .. }) if crc.value() != expected => {
                let name = name.as_str().to_owned();
                Err(ProofError::Payload { entry: self.headers.len() as u64 - 1, name })
            }
            Part::Payload(_) | Part::Over => Ok(()),
        }
    }

    fn settle_record(&mut self, record: &[u8], buffer: &mut CrcBuffer) -> Result<(), ProofError> {
        let offset = self.start_of(record);
        match signature_of(record) {
            Some(local::SIGNATURE) if self.listed == 0 => {
                let entry = self.headers.len() as u64;
                let Some(entry) = entry_of(record) else { return Err(ProofError::LocalHeader { entry }) };
                self.headers.push(checksum(&central_header(&entry, offset), buffer));
                let Entry { name, size: left, crc32: expected, .. } = entry;
                self.part = Part::Payload(Payload { name, left, crc: Crc32::default(), expected });
            }
            Some(central::SIGNATURE) if !self.is_listed() => {
                if self.listed == 0 {
                    self.directory = offset;
                }
                if self.headers.get(self.listed) != Some(&checksum(record, buffer)) {
                    return Err(ProofError::CentralHeader { entry: self.listed as u64 });
                }
                self.listed += 1;
            }
            _ if !self.is_listed() => return Err(ProofError::Foreign { offset }),
            _ if record != self.end(offset) => return Err(ProofError::End { offset }),
            _ => self.part = Part::Over,
        }
        Ok(())
    }

    /// Whether the central directory has had all entries.
    fn is_listed(&self) -> bool {
        self.listed == self.headers.len()
    }

    fn start_of(&self, record: &[u8]) -> u64 {
        self.size - record.len() as u64
    }

    /// The records that must end an archive whose directory ended there.
    fn end(&self, offset: u64) -> Vec<u8> {
        let entries = self.headers.len() as u64;
        end_records(&Directory { entries, offset: self.directory, size: offset - self.directory })
    }
}

fn signature_of(record: &[u8]) -> Option<u32> {
    record.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

/// The entry that a local header is of, if it is the one that we would write for it.
fn entry_of(record: &[u8]) -> Option<Entry> {
    let (fixed, rest) = record.split_first_chunk::<LOCAL_FIXED>()?;
    let field16 = |at| fixed.get(at..)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes));
    let field32 = |at| fixed.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    let (name, extra) = rest.split_at_checked(field16(26)?.into())?;
    let size = match field32(18)? {
        // Behind the identifier and the length of Zip64's extra field.
        IN_ZIP64 => u64::from_le_bytes(*extra.get(4..)?.first_chunk()?),
        size => size.into(),
    };
    let time = DosTime { time: field16(10)?, date: field16(12)? };
    let modified = match extra.last_chunk() {
        // An extended timestamp is the only extra field of an odd length, and the last.
        Some(seconds) if extra.len() % 2 == 1 => Some(i32::from_le_bytes(*seconds).into()),
        _ => Some(time.to_unix()).filter(|_| time != DosTime::from_unix(None)),
    };
    let name = EntryName::trusted(String::from_utf8(name.to_vec()).ok()?);
    let entry = Entry { name, size, crc32: field32(14)?, modified };
    (local_header(&entry) == record).then_some(entry)
}

fn checksum(record: &[u8], buffer: &mut CrcBuffer) -> u32 {
    let mut crc = Crc32::default();
    crc.take(record, buffer);
    crc.value()
}

#[cfg(test)]
mod tests;
