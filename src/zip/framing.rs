//! The framing of an archive, entry by entry.

use super::central::central_header;
use super::end::{Directory, end_records};
use super::entry::Entry;
use super::local::local_header;

/// Makes the bytes between the payloads, in their order in the archive. The same entries give the same
/// bytes.
#[derive(Debug, Default)]
pub struct Framing {
    entries: u64,
    /// The size of the archive so far with its payloads, in bytes.
    offset: u64,
    directory: Vec<u8>,
}

impl Framing {
    /// The local header of the next entry. Its payload follows.
    pub fn entry(&mut self, entry: &Entry) -> Vec<u8> {
        let header = local_header(entry);
        self.directory.extend(central_header(entry, self.offset));
        self.entries += 1;
        self.offset += header.len() as u64 + entry.size;
        header
    }

    /// The size of the archive so far with its payloads, in bytes.
    pub fn size(&self) -> u64 {
        self.offset
    }

    /// The number of entries so far.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The central directory and the end records, which follow the last payload.
    ///
    /// Don't offer an archive without entries: `unzip -t` reports it as a failure.
    pub fn finish(self) -> Vec<u8> {
        let size = self.directory.len() as u64;
        let end = end_records(&Directory { entries: self.entries, offset: self.offset, size });
        let mut tail = self.directory;
        tail.extend(end);
        tail
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::hex;
    use super::*;
    use crate::plan::EntryName;

    fn entry(name: &str, size: u64) -> Entry {
        Entry { name: EntryName::validated(name), size, crc32: 0x0403_0201, modified: None }
    }

    #[test]
    fn an_archive_of_two_entries() {
        let mut framing = Framing::default();
        let local = "504b0304 0a00 0008 0000 0000 2100 01020304 10000000 10000000 0100 0000 61";
        assert_eq!(framing.entry(&entry("a", 16)), hex(local));
        framing.entry(&entry("b", 1));
        let expected = "504b0102 2d03 0a00 0008 0000 0000 2100 01020304 10000000 10000000 0100 0000
                        0000 0000 0000 0000a481 00000000 61
                        504b0102 2d03 0a00 0008 0000 0000 2100 01020304 01000000 01000000 0100 0000
                        0000 0000 0000 0000a481 2f000000 62
                        504b0506 0000 0000 0200 0200 5e000000 4f000000 0000";
        assert_eq!(framing.finish(), hex(expected));
    }

    #[test]
    fn an_entry_past_4_gib_has_its_offset_in_zip64() {
        let mut framing = Framing::default();
        for name in ["a", "b", "c"] {
            framing.entry(&entry(name, 0x8000_0000));
        }
        let tail = framing.finish();
        // The third header: 2 × (31 + 2 GiB) does not fit into 32 bits.
        let third = &tail[2 * 47..];
        assert_eq!(third[6..8], hex("2d00"));
        assert_eq!(third[42..47], hex("ffffffff 63"));
        assert_eq!(third[47..59], hex("0100 0800 3e00000001000000"));
        assert_eq!(third[59..63], hex("504b0606"));
    }

    #[test]
    fn the_entries_are_counted_below_and_above_the_limit_of_zip64() {
        for (entries, end) in [(65_534, 22), (65_535, 98), (65_536, 98)] {
            let mut framing = Framing::default();
            let entry = entry("a", 0);
            for _ in 0..entries {
                framing.entry(&entry);
            }
            assert_eq!(framing.entries(), entries);
            assert_eq!(framing.finish().len() as u64, entries * 47 + end);
        }
    }
}
