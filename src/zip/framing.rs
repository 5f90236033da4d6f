//! The central directory, from entries whose places are known.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::central::central_header;
use super::end::{Directory, end_records};
use super::entry::Entry;
use crate::plan::EntryName;

/// Collects the entries of an archive, which lie in it in any order and without gaps. The directory is
/// in input order, whatever that is.
#[derive(Clone, Debug, Default)]
pub struct Framing {
    /// By their keys, in ascending order.
    entries: Vec<PlacedEntry>,
    /// The end of the last payload, once the directory is made.
    end: u64,
}

/// Entries of a finished archive, to be copied into another one.
#[derive(Debug, Default)]
pub struct Selection {
    /// Where their headers and payloads are in the archive, in ascending order; contiguous ones are one range.
    pub ranges: Vec<Range<u64>>,
    /// The directory of an archive that begins with these ranges, one after the other.
    pub framing: Framing,
    /// The bytes of all ranges.
    pub size: u64,
}

#[derive(Clone, Debug)]
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

    /// The name of the entry with this key.
    pub fn name(&self, key: usize) -> Option<&EntryName> {
        let index = self.entries.binary_search_by_key(&key, |placed| placed.key).ok()?;
        Some(&self.entries[index].entry.name)
    }

    /// The central directory and the end records. `offset` is where they begin: the end of the last
    /// payload, in bytes from the archive's start.
    ///
    /// Don't offer an archive without entries: `unzip -t` reports it as a failure.
    pub fn finish(&mut self, offset: u64) -> Vec<u8> {
        self.end = offset;
        let mut tail = Vec::new();
        for PlacedEntry { entry, offset, .. } in &self.entries {
            tail.extend(central_header(entry, *offset));
        }
        let size = tail.len() as u64;
        tail.extend(end_records(&Directory { entries: self.entries(), offset, size }));
        tail
    }

    /// Selects entries of the finished archive by their keys. They keep their order in it, their headers and
    /// their keys.
    pub fn select(&self, is_selected: impl Fn(usize) -> bool) -> Selection {
        // By a heap, which is compiled for the schedule as well: a tenth of the code of sorting.
        let mut by_offset: BinaryHeap<_> =
            self.entries.iter().enumerate().map(|(index, placed)| Reverse((placed.offset, index))).collect();
        let mut selection = Selection::default();
        while let Some(Reverse((offset, index))) = by_offset.pop() {
            let PlacedEntry { key, entry, .. } = &self.entries[index];
            if !is_selected(*key) {
                continue;
            }
            // There are no gaps, so an entry, whose header may be padded, ends where the next one begins.
            let end = by_offset.peek().map_or(self.end, |Reverse((next, _))| *next);
            selection.framing.push(*key, entry.clone(), selection.size);
            selection.size += end - offset;
            match selection.ranges.last_mut() {
                Some(last) if last.end == offset => last.end = end,
                _ => selection.ranges.push(offset..end),
            }
        }
        selection
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::hex;
    use super::*;

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

    /// An archive of entries whose physical order is not that of their keys, some of them behind padding.
    fn scattered() -> Framing {
        let mut framing = Framing::default();
        for (key, offset, size) in [(3, 0, 9), (0, 40, 60), (2, 140, 10), (1, 200, 5), (7, 240, 1)] {
            framing.push(key, entry(&key.to_string(), size), offset);
        }
        framing.finish(280);
        framing
    }

    fn placed(framing: &Framing) -> Vec<(usize, u64)> {
        framing.entries.iter().map(|placed| (placed.key, placed.offset)).collect()
    }

    fn bounds(ranges: &[Range<u64>]) -> Vec<(u64, u64)> {
        ranges.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn a_selection_is_the_ranges_of_its_entries_and_a_directory_of_its_own() {
        let Selection { ranges, framing, size } = scattered().select(|key| [0, 1, 2].contains(&key));
        assert_eq!(bounds(&ranges), [(40, 240)]);
        assert_eq!((placed(&framing), size), (vec![(0, 0), (1, 160), (2, 100)], 200));
        let Selection { ranges, framing, size } = scattered().select(|key| [3, 2, 7, 99].contains(&key));
        assert_eq!(bounds(&ranges), [(0, 40), (140, 200), (240, 280)]);
        assert_eq!((placed(&framing), size), (vec![(2, 40), (3, 0), (7, 100)], 140));
        assert_eq!(framing.name(7).map(EntryName::as_str), Some("7"));
        assert_eq!(framing.name(0), None);
    }

    #[test]
    fn all_entries_are_one_range_and_none_are_none() {
        let all = scattered();
        let Selection { ranges, framing, size } = all.select(|_| true);
        assert_eq!((bounds(&ranges), size), (vec![(0, 280)], 280));
        assert_eq!(placed(&framing), placed(&all));
        let Selection { ranges, framing, size } = all.select(|_| false);
        assert_eq!((ranges.len(), framing.entries(), size), (0, 0, 0));
    }

    #[test]
    fn a_selection_of_a_selection_is_read_from_its_own_archive() {
        let Selection { mut framing, size, .. } = scattered().select(|key| key != 0);
        framing.finish(size);
        let Selection { ranges, framing, size } = framing.select(|key| key == 1 || key == 0);
        assert_eq!((bounds(&ranges), placed(&framing), size), (vec![(100, 140)], vec![(1, 0)], 40));
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
