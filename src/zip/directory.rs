//! Reads the central directory of an archive that fetchzip has written, without the rest of it.
//!
//! ```text
//! the last bytes ─▶ find_directory ─▶ where the directory is ─▶ read_directory ─▶ its entries
//! ```

use super::central;
use super::end::{Directory, LOCATOR_SIGNATURE, SIGNATURE, ZIP64_SIGNATURE};
use super::entry::EXTENDED_TIMESTAMP;
use super::fields::IN_ZIP64;
use crate::bytes::ByteReader;

/// The bytes at the end of an archive in which its end records are.
pub const END_BYTES: u64 = 22 + 20 + 56;

/// An entry as the directory describes it, and where its payload is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchivedEntry {
    /// Its name.
    pub name: String,
    /// The offset of its payload, in bytes from the archive's start.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
    /// The CRC-32 of its bytes.
    pub crc32: u32,
    /// When it was last modified, in seconds since 1970.
    pub modified: Option<i64>,
}

/// Where the directory of an archive is, by its last [`END_BYTES`] or, if it is smaller, by all of it.
/// `None` if it does not end as an archive of fetchzip does.
pub fn find_directory(tail: &[u8]) -> Option<Directory> {
    let (before, end) = tail.split_at_checked(tail.len().checked_sub(22)?)?;
    let mut end = ByteReader(end);
    let (SIGNATURE, _, count, _, size, offset) =
        (end.u32()?, end.u32()?, end.u16()?, end.u16()?, end.u32()?, end.u32()?)
    else {
        return None;
    };
    let found = Directory { entries: count.into(), offset: offset.into(), size: size.into() };
    let Some((before, locator)) = before.len().checked_sub(20).and_then(|at| before.split_at_checked(at))
    else {
        return Some(found);
    };
    if ByteReader(locator).u32()? != LOCATOR_SIGNATURE {
        return Some(found);
    }
    let mut record = ByteReader(before.get(before.len().checked_sub(56)?..)?);
    (record.u32()? == ZIP64_SIGNATURE).then_some(())?;
    record.slice(20)?;
    let (_, entries, size, offset) = (record.u64()?, record.u64()?, record.u64()?, record.u64()?);
    Some(Directory { entries, offset, size })
}

/// The entries of a directory, given its bytes. `None` if they are not all stored entries behind one
/// another, as fetchzip writes them.
pub fn read_directory(bytes: &[u8], directory: &Directory) -> Option<Vec<ArchivedEntry>> {
    let mut reader = ByteReader(bytes);
    let mut entries = Vec::new();
    while !reader.is_empty() {
        entries.push(read_header(&mut reader)?);
    }
    // An entry's payload ends where the next header begins.
    let mut places: Vec<_> = (0..entries.len()).collect();
    places.sort_by_key(|place| entries.get(*place).map(|entry| entry.offset));
    let mut end = directory.offset;
    for place in places.into_iter().rev() {
        let entry = entries.get_mut(place)?;
        let header = entry.offset;
        entry.offset = end.checked_sub(entry.size).filter(|offset| *offset > header)?;
        end = header;
    }
    Some(entries)
}

/// Reads a central header (APPNOTE 4.3.12); the offset is that of the local header.
fn read_header(reader: &mut ByteReader<'_>) -> Option<ArchivedEntry> {
    (reader.u32()? == central::SIGNATURE).then_some(())?;
    let (_made_by, _needed, _flags, method) = (reader.u16()?, reader.u16()?, reader.u16()?, reader.u16()?);
    let (_time, crc32, packed, size) = (reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?);
    let (name, extra, comment) = (reader.u16()?, reader.u16()?, reader.u16()?);
    reader.slice(8)?;
    let offset = reader.u32()?;
    let name = String::from_utf8(reader.slice(name.into())?.to_vec()).ok()?;
    let mut extra = ByteReader(reader.slice(extra.into())?);
    reader.slice(comment.into())?;
    (method == 0 && packed == size).then_some(())?;
    let mut entry = ArchivedEntry { name, offset: offset.into(), size: size.into(), crc32, modified: None };
    while let (Some(id), Some(length)) = (extra.u16(), extra.u16()) {
        let mut field = ByteReader(extra.slice(length.into())?);
        match id {
            ZIP64 => {
                if size == IN_ZIP64 {
                    (entry.size, _) = (field.u64()?, field.u64()?);
                }
                if offset == IN_ZIP64 {
                    entry.offset = field.u64()?;
                }
            }
            EXTENDED_TIMESTAMP => {
                field.u8()?;
                entry.modified = Some(i64::from(field.u32()?.cast_signed()));
            }
            _ => {}
        }
    }
    Some(entry)
}

/// The id of Zip64's extra field (APPNOTE 4.5.3).
const ZIP64: u16 = 1;

#[cfg(test)]
mod tests {
    use super::super::fixtures::entry;
    use super::super::{Entry, Framing, local_header};
    use super::*;
    use crate::plan::EntryName;

    #[test]
    fn the_payloads_of_an_archive_are_found_by_its_directory() {
        let sizes = [3, 0, 5_000_000_000, 7];
        for order in [[0, 1, 2, 3], [2, 0, 3, 1]] {
            let (mut framing, mut offset) = (Framing::default(), 0);
            let mut expected = Vec::new();
            for item in order {
                let name = format!("{item}.png");
                let modified = (item % 2 == 0).then_some(1_580_608_922);
                let entry =
                    Entry { name: EntryName::validated(&name), size: sizes[item], modified, ..entry() };
                let header = local_header(&entry, 100 * item as u64).len() as u64;
                let crc32 = entry.crc32;
                let found =
                    ArchivedEntry { name, offset: offset + header, size: sizes[item], crc32, modified };
                expected.push((item, found));
                framing.push(item, entry, offset);
                offset += header + sizes[item];
            }
            expected.sort_by_key(|(item, _)| *item);
            let tail = framing.finish(offset);
            let directory = find_directory(&tail).unwrap();
            assert_eq!((directory.offset, directory.entries), (offset, 4));
            let bytes = &tail[..directory.size as usize];
            let found = read_directory(bytes, &directory).unwrap();
            assert_eq!(found, expected.into_iter().map(|(_, entry)| entry).collect::<Vec<_>>());
            for end in 0..bytes.len() {
                assert!(read_directory(&bytes[..end], &directory).is_none_or(|found| found.len() < 4));
            }
        }
    }

    #[test]
    fn what_is_no_archive_has_no_directory() {
        for bytes in [&b""[..], &[0; 22], &[0x50; 200]] {
            assert!(find_directory(bytes).is_none());
        }
    }
}
