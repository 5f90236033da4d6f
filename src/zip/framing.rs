//! The central directory, from entries whose places are known.

use super::central::central_header;
use super::end::{Directory, end_records};
use super::entry::Entry;

/// Collects the entries of an archive, which lie in it in any order and without gaps. The directory is
/// in input order, whatever that is.
#[derive(Debug, Default)]
pub struct Framing {
    /// By their keys, in ascending order.
    entries: Vec<PlacedEntry>,
}

#[derive(Debug)]
struct PlacedEntry {
    key: usize,
    entry: Entry,
    /// The offset of its local header, in bytes from the archive's start.
    offset: u64,
}

impl Framing {
    /// Adds an entry whose local header is at `offset`. `key` is its place in the input; no other entry
    /// has it.
    pub fn push(&mut self, key: usize, entry: Entry, offset: u64) {
        // Entries come nearly in order, so that few have to make room.
        let index = self.entries.partition_point(|other| other.key < key);
        self.entries.insert(index, PlacedEntry { key, entry, offset });
    }

    /// The number of entries so far.
    pub fn entries(&self) -> u64 {
        self.entries.len() as u64
    }

    /// The central directory and the end records. `offset` is where they begin: the end of the last
    /// payload, in bytes from the archive's start.
    ///
    /// Don't offer an archive without entries: `unzip -t` reports it as a failure.
    pub fn finish(&self, offset: u64) -> Vec<u8> {
        let mut tail = Vec::new();
        for PlacedEntry { entry, offset, .. } in &self.entries {
            tail.extend(central_header(entry, *offset));
        }
        let size = tail.len() as u64;
        tail.extend(end_records(&Directory { entries: self.entries(), offset, size }));
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
    fn the_directory_is_in_input_order_wherever_the_entries_lie() {
        let expected = "504b0102 2d03 0a00 0008 0000 0000 2100 01020304 10000000 10000000 0100 0000
                        0000 0000 0000 0000a481 20000000 61
                        504b0102 2d03 0a00 0008 0000 0000 2100 01020304 01000000 01000000 0100 0000
                        0000 0000 0000 0000a481 00000000 62
                        504b0506 0000 0000 0200 0200 5e000000 4f000000 0000";
        for order in [[0, 1], [1, 0]] {
            let mut framing = Framing::default();
            for key in order {
                let (name, size, offset) = [("a", 16, 0x20), ("b", 1, 0)][key];
                framing.push(key, entry(name, size), offset);
            }
            assert_eq!(framing.finish(0x4F), hex(expected));
        }
    }

    #[test]
    fn an_entry_past_4_gib_has_its_offset_in_zip64() {
        let mut framing = Framing::default();
        for (key, name) in ["a", "b", "c"].into_iter().enumerate() {
            framing.push(key, entry(name, 0x8000_0000), key as u64 * 0x8000_001F);
        }
        let tail = framing.finish(3 * 0x8000_001F);
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
            for key in 0..entries {
                framing.push(key, entry("a", 0), 0);
            }
            assert_eq!(framing.entries(), entries as u64);
            assert_eq!(framing.finish(0).len() as u64, entries as u64 * 47 + end);
        }
    }
}
