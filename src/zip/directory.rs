//! Reads the central directory of an archive that any program may have made.
//!
//! [`Proof`](super::Proof) accepts nothing but what this crate writes. This reads what others write: in any
//! order, compressed, with a comment, with something before the archive. It reads names and places alone;
//! what it says of sizes is a claim.

use super::central;
use super::end;
use super::entry::EXTENDED_TIMESTAMP;
use super::fields::IN_ZIP64;
use crate::bytes::ByteReader;

/// The size of an end record without its comment, in bytes (APPNOTE 4.3.16).
const END_FIXED: usize = 22;

/// The size of the locator of Zip64's end record, in bytes (4.3.15).
const LOCATOR_FIXED: usize = 20;

/// The size of Zip64's end record without extensible data, in bytes (4.3.14).
const ZIP64_END_FIXED: usize = 56;

/// How many bytes of an archive's end have its end records, whatever the length of its comment.
pub const END_BYTES: usize = ZIP64_END_FIXED + LOCATOR_FIXED + END_FIXED + u16::MAX as usize;

/// The size of a local header without its name and extra fields, in bytes.
pub const LOCAL_BYTES: usize = 30;

/// Bits of an entry's flags that say that it is encrypted: by any method, or with its header (4.4.4).
const ENCRYPTED: u16 = 1 | 1 << 6 | 1 << 13;

/// The identifier of Zip64's extra field (4.5.3).
const ZIP64_EXTRA: u16 = 1;

/// Where the central directory of an archive is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DirectoryPlace {
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The number of bytes before the archive, which its offsets do not count.
    pub shift: u64,
}

/// Finds the central directory. `tail` are the last [`END_BYTES`] of an archive of `size` bytes, or all of
/// it; `None` if they have no end record, or if that names a place outside the archive.
pub fn find_directory(tail: &[u8], size: u64) -> Option<DirectoryPlace> {
    let start = size.checked_sub(tail.len() as u64)?;
    let is_end = |at: &usize| {
        let mut record = ByteReader(tail.get(*at..).unwrap_or_default());
        let comment = record.u32().filter(|own| *own == end::SIGNATURE).and_then(|_| {
            record.slice(END_FIXED - 6)?;
            record.u16()
        });
        comment.is_some_and(|length| record.0.len() >= length.into())
    };
    // The comment may contain the signature, so the last record counts whose comment ends in time.
    let at = (0..=tail.len().checked_sub(END_FIXED)?).rev().find(is_end)?;
    let mut record = ByteReader(tail.get(at + 10..)?);
    let (count, length, offset) = (record.u16()?, record.u32()?, record.u32()?);
    let needs_zip64 = count == u16::MAX || length == IN_ZIP64 || offset == IN_ZIP64;
    let zip64 = if needs_zip64 { zip64_end(tail, at) } else { None };
    let (end, length, offset) = zip64.unwrap_or((at, length.into(), offset.into()));
    let place = (start + end as u64).checked_sub(length)?;
    Some(DirectoryPlace { offset: place, size: length, shift: place.checked_sub(offset)? })
}

/// Zip64's end record, if there is one before the locator that precedes the end record at `end`: its own
/// place, and the length and offset of the directory.
fn zip64_end(tail: &[u8], end: usize) -> Option<(usize, u64, u64)> {
    let locator = end.checked_sub(LOCATOR_FIXED)?;
    let signature = |at: usize| ByteReader(tail.get(at..).unwrap_or_default()).u32();
    if signature(locator) != Some(end::LOCATOR_SIGNATURE) {
        return None;
    }
    let at = locator.checked_sub(ZIP64_END_FIXED)?;
    if signature(at) != Some(end::ZIP64_SIGNATURE) {
        return None;
    }
    let mut record = ByteReader(tail.get(at + 40..)?);
    Some((at, record.u64()?, record.u64()?))
}

/// What the central directory says of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Its name. One that is not UTF-8, by an old program, is read as Latin-1.
    pub name: String,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// The number of its compression method (APPNOTE 4.4.5): 0 is stored, 8 is Deflate.
    pub method: u16,
    /// The CRC-32 of its content.
    pub crc32: u32,
    /// The size of its payload in the archive, in bytes.
    pub packed_size: u64,
    /// The size of its content, in bytes.
    pub size: u64,
    /// The offset of its local header, in bytes; [`DirectoryPlace::shift`] is not in it.
    pub offset: u64,
    /// When it was last modified, in seconds since 1970, if that is there to the second.
    pub modified: Option<i64>,
}

/// Iterates over the entries of a central directory, and ends at what is not one.
#[derive(Clone, Debug)]
pub struct DirectoryEntries<'a>(ByteReader<'a>);

impl<'a> DirectoryEntries<'a> {
    /// The entries in the bytes of a directory.
    pub fn new(directory: &'a [u8]) -> Self {
        Self(ByteReader(directory))
    }

    /// Whether all bytes have been read.
    pub fn is_complete(&self) -> bool {
        self.0.is_empty()
    }

    fn read(&mut self) -> Option<DirectoryEntry> {
        let mut header = self.0;
        if header.u32()? != central::SIGNATURE {
            return None;
        }
        header.slice(4)?; // versions
        let (flags, method) = (header.u16()?, header.u16()?);
        header.slice(4)?; // time and date
        let (crc32, packed_size, size) = (header.u32()?, header.u32()?, header.u32()?);
        let (name, extra, comment) = (header.u16()?, header.u16()?, header.u16()?);
        header.slice(8)?; // disk and attributes
        let offset = header.u32()?;
        let name = header.slice(name.into())?;
        let latin = || name.iter().map(|byte| char::from(*byte)).collect();
        let name = std::str::from_utf8(name).map_or_else(|_| latin(), str::to_owned);
        let extra = header.slice(extra.into())?;
        let mut large = extra_field(extra, ZIP64_EXTRA);
        let mut time = extra_field(extra, EXTENDED_TIMESTAMP);
        let modified = time.u8().and_then(|_| time.u32()).map(|time| i64::from(time.cast_signed()));
        // Only values that do not fit are in the extra field, in this order.
        let mut value = |own: u32| if own == IN_ZIP64 { large.u64() } else { Some(own.into()) };
        let (size, packed_size) = (value(size)?, value(packed_size)?);
        let offset = value(offset)?;
        header.slice(comment.into())?;
        self.0 = header;
        let is_encrypted = flags & ENCRYPTED != 0;
        Some(DirectoryEntry { name, is_encrypted, method, crc32, packed_size, size, offset, modified })
    }
}

impl Iterator for DirectoryEntries<'_> {
    type Item = DirectoryEntry;

    fn next(&mut self) -> Option<DirectoryEntry> {
        self.read()
    }
}

/// The content of the extra field with this identifier; empty if there is none.
fn extra_field(extra: &[u8], wanted: u16) -> ByteReader<'_> {
    let mut fields = ByteReader(extra);
    while let (Some(identifier), Some(length)) = (fields.u16(), fields.u16()) {
        let Some(field) = fields.slice(length.into()) else { break };
        if identifier == wanted {
            return ByteReader(field);
        }
    }
    ByteReader(&[])
}

/// The offsets of the entries' payloads, in bytes from the start of the file, in an archive whose stored
/// entries lie behind one another without gaps, as fetchzip writes them: a payload ends where the next header
/// begins. `None` for another archive.
pub fn stored_offsets(entries: &[DirectoryEntry], place: &DirectoryPlace) -> Option<Vec<u64>> {
    let mut order: Vec<_> = entries.iter().enumerate().collect();
    order.sort_by_key(|(_, entry)| entry.offset);
    let mut offsets = vec![0; entries.len()];
    let mut end = place.offset.checked_sub(place.shift)?;
    for (index, entry) in order.into_iter().rev() {
        let is_stored = entry.method == 0 && entry.packed_size == entry.size && !entry.is_encrypted;
        let offset = end.checked_sub(entry.size).filter(|offset| is_stored && *offset > entry.offset)?;
        *offsets.get_mut(index)? = offset + place.shift;
        end = entry.offset;
    }
    Some(offsets)
}

/// The offset of an entry's payload from its local header, whose first [`LOCAL_BYTES`] are given; `None`
/// for other bytes. Its extra fields may differ from those in the directory.
pub fn payload_offset(local_header: &[u8]) -> Option<u64> {
    let mut header = ByteReader(local_header);
    if header.u32()? != super::local::SIGNATURE {
        return None;
    }
    header.slice(22)?;
    Some(LOCAL_BYTES as u64 + u64::from(header.u16()?) + u64::from(header.u16()?))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use ::zip::CompressionMethod;
    use ::zip::write::{SimpleFileOptions, ZipWriter};

    use super::*;
    use crate::zip::{checksum, crc_buffer};

    /// An archive by another writer.
    fn archive(comment: &str, is_large: bool) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options =
            SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(is_large);
        for (name, content) in [("a.txt", "one"), ("ü/b.csv", "two, three")] {
            writer.start_file(name, options).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.set_comment(comment).unwrap();
        writer.finish().unwrap().into_inner()
    }

    /// The names and contents of an archive.
    fn contents(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
        let tail = &archive[archive.len().saturating_sub(END_BYTES)..];
        let place = find_directory(tail, archive.len() as u64).unwrap();
        let directory = &archive[place.offset as usize..][..place.size as usize];
        let mut entries = DirectoryEntries::new(directory);
        let contents = entries
            .by_ref()
            .map(|entry| {
                let local = &archive[(place.shift + entry.offset) as usize..];
                let payload = &local[payload_offset(&local[..LOCAL_BYTES]).unwrap() as usize..];
                let payload = &payload[..entry.packed_size as usize];
                assert_eq!((entry.method, entry.is_encrypted), (0, false));
                assert_eq!(
                    (entry.crc32, entry.size),
                    (checksum(payload, &mut crc_buffer()), payload.len() as u64)
                );
                (entry.name, payload.to_vec())
            })
            .collect();
        assert!(entries.is_complete());
        contents
    }

    #[test]
    fn archives_of_another_writer_are_read() {
        let expected =
            [("a.txt".to_owned(), b"one".to_vec()), ("ü/b.csv".to_owned(), b"two, three".to_vec())];
        let comments =
            ["", "a comment with PK\x05\x06 in it, which is no record of its own", &"x".repeat(65_535)];
        for comment in comments {
            for is_large in [false, true] {
                let archive = archive(comment, is_large);
                assert_eq!(contents(&archive), expected);
                let behind_program = [b"MZ, a program that unpacks itself".as_slice(), &archive].concat();
                assert_eq!(contents(&behind_program), expected);
            }
        }
    }

    #[test]
    fn the_places_in_an_archive_of_our_own_with_zip64_are_read() {
        use crate::zip::{Entry, Framing};
        let entry = |number: u32| Entry { crc32: number, ..crate::zip::fixtures::entry() };
        let size = 5_000_000_000;
        let mut framing = Framing::default();
        framing.push(0, Entry { size, ..entry(1) }, 0);
        framing.push(1, entry(2), size + 100);
        let end = framing.finish(size + 10_000);
        let whole = size + 10_000 + end.len() as u64;
        let place = find_directory(&end, whole).unwrap();
        assert_eq!((place.offset, place.shift), (size + 10_000, 0));
        let entries: Vec<_> = DirectoryEntries::new(&end[..place.size as usize]).collect();
        let places: Vec<_> = entries.iter().map(|entry| (entry.crc32, entry.size, entry.offset)).collect();
        assert_eq!(places, [(1, size, 0), (2, 0x1234, size + 100)]);
        assert_eq!(entries[0].packed_size, size);
    }

    #[test]
    fn the_payloads_of_an_archive_of_our_own_are_found_by_its_directory_alone() {
        use crate::plan::EntryName;
        use crate::zip::{Entry, Framing, local_header};
        let sizes = [3, 0, 5_000_000_000, 7];
        for order in [[0, 1, 2, 3], [2, 0, 3, 1]] {
            let (mut framing, mut offset) = (Framing::default(), 0);
            let (mut expected, mut times) = ([0; 4], [None; 4]);
            for item in order {
                let modified = (item % 2 == 0).then_some(1_580_608_922);
                let name = EntryName::validated(&format!("{item}.png"));
                let entry = Entry { name, size: sizes[item], modified, ..crate::zip::fixtures::entry() };
                let header = local_header(&entry, 100 * item as u64).len() as u64;
                (expected[item], times[item]) = (offset + header, modified);
                framing.push(item, entry, offset);
                offset += header + sizes[item];
            }
            let tail = framing.finish(offset);
            let place = find_directory(&tail, offset + tail.len() as u64).unwrap();
            let entries: Vec<_> = DirectoryEntries::new(&tail[..place.size as usize]).collect();
            assert_eq!(stored_offsets(&entries, &place).unwrap(), expected);
            assert_eq!(entries.iter().map(|entry| entry.modified).collect::<Vec<_>>(), times);
        }
        let packed = DirectoryEntry { method: 8, ..entries_of_one() };
        assert_eq!(stored_offsets(&[packed], &DirectoryPlace { offset: 50, size: 0, shift: 0 }), None);
    }

    fn entries_of_one() -> DirectoryEntry {
        let name = "a.png".to_owned();
        DirectoryEntry {
            name,
            is_encrypted: false,
            method: 0,
            crc32: 0,
            packed_size: 7,
            size: 7,
            offset: 0,
            modified: None,
        }
    }

    #[test]
    fn torn_and_damaged_archives_are_refused_without_a_panic() {
        let archive = archive("", true);
        for end in 0..archive.len() {
            let torn = &archive[..end];
            assert_eq!(find_directory(torn, end as u64), None, "{end} bytes");
        }
        for at in 0..archive.len() {
            let mut damaged = archive.clone();
            damaged[at] ^= 0xFF;
            if let Some(place) = find_directory(&damaged, damaged.len() as u64) {
                let directory = damaged.get(place.offset as usize..).unwrap();
                let _ = DirectoryEntries::new(&directory[..place.size as usize]).count();
            }
        }
        assert_eq!(payload_offset(&archive[1..]), None);
    }
}
