//! Which bytes of the spool are in use, and which are free.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A contiguous range of bytes in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Its offset, in bytes from the spool's start.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
}

impl Extent {
    /// The offset of its end.
    pub fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }
}

/// Bytes reserved before an image, for its local header, which is known when all images before it have
/// ended: the fixed fields, a name of 200 bytes, a time, Zip64's sizes and padding.
pub const HEADER_SPACE: u64 = 30 + 200 + 9 + 20 + 6;

/// Where an entry is in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The bytes that are reserved before the payload, for its local header.
    pub header_space: u64,
    /// Its payload.
    pub payload: Extent,
}

impl Place {
    /// All that is reserved for the entry.
    pub fn reserved(self) -> Extent {
        let Self { header_space, payload: Extent { offset, length } } = self;
        Extent { offset: offset - header_space, length: header_space + length }
    }
}

/// Appends an extent to a list, merging it with the last one if they are contiguous.
pub fn join(extents: &mut Vec<Extent>, next: Extent) {
    match extents.last_mut() {
        _ if next.length == 0 => {}
        Some(last) if last.end() == next.offset => last.length += next.length,
        _ => extents.push(next),
    }
}

/// Allocates extents of the spool.
#[derive(Debug, Default)]
pub struct Allocator {
    /// The end of the last extent in use.
    end: u64,
    /// The free extents before the end, by offset. No two of them are contiguous, and none is at the
    /// end.
    holes: Vec<Extent>,
}

impl Allocator {
    /// An allocator in which these extents, in any order, are in use and all others are free.
    pub fn of(extents: impl IntoIterator<Item = Extent>) -> Self {
        // By a heap, which is a tenth of the code of the standard library's sorting.
        let in_use = extents.into_iter().filter(|extent| extent.length > 0);
        let mut by_offset: BinaryHeap<_> =
            in_use.map(|extent| Reverse((extent.offset, extent.length))).collect();
        let mut allocator = Self::default();
        while let Some(Reverse((offset, length))) = by_offset.pop() {
            if offset > allocator.end {
                allocator.holes.push(Extent { offset: allocator.end, length: offset - allocator.end });
            }
            allocator.end = allocator.end.max(Extent { offset, length }.end());
        }
        allocator
    }

    /// Reserves one extent of this length: in the first hole that is large enough, or at the end.
    pub fn reserve(&mut self, length: u64) -> Extent {
        if let Some(index) = self.holes.iter().position(|hole| hole.length >= length) {
            let hole = &mut self.holes[index];
            let reserved = Extent { offset: hole.offset, length };
            *hole = Extent { offset: reserved.end(), length: hole.length - length };
            if hole.length == 0 {
                self.holes.remove(index);
            }
            return reserved;
        }
        let reserved = Extent { offset: self.end, length };
        self.end = reserved.end();
        reserved
    }

    /// Reserves the extent if all of it is free; returns whether it was.
    pub fn reserve_at(&mut self, extent: Extent) -> bool {
        if extent.offset == self.end {
            self.end = extent.end();
            return true;
        }
        let Some(index) = self.holes.iter().position(|hole| hole.offset == extent.offset) else {
            return false;
        };
        let hole = self.holes[index];
        if hole.length < extent.length {
            return false;
        }
        if hole.length == extent.length {
            self.holes.remove(index);
        } else {
            self.holes[index] = Extent { offset: extent.end(), length: hole.length - extent.length };
        }
        true
    }

    /// Frees a reserved extent, or a part of one.
    pub fn release(&mut self, extent: Extent) {
        if extent.length == 0 {
            return;
        }
        let index = self.holes.partition_point(|hole| hole.offset < extent.offset);
        self.holes.insert(index, extent);
        let mut joined = Vec::with_capacity(self.holes.len());
        for hole in std::mem::take(&mut self.holes) {
            join(&mut joined, hole);
        }
        if let Some(last) = joined.last().copied().filter(|last| last.end() == self.end) {
            self.end = last.offset;
            joined.pop();
        }
        self.holes = joined;
    }

    /// The length of the spool with its holes, in bytes.
    pub fn end(&self) -> u64 {
        self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extent(offset: u64, length: u64) -> Extent {
        Extent { offset, length }
    }

    #[test]
    fn space_is_reserved_at_the_end() {
        let mut allocator = Allocator::default();
        assert_eq!(allocator.reserve(10), extent(0, 10));
        assert_eq!(allocator.reserve(5), extent(10, 5));
        assert_eq!(allocator.end(), 15);
    }

    #[test]
    fn a_hole_is_filled_before_the_spool_grows() {
        let mut allocator = Allocator::default();
        let first = allocator.reserve(10);
        allocator.reserve(10);
        allocator.release(first);
        assert_eq!(allocator.reserve(11), extent(20, 11));
        assert_eq!(allocator.reserve(4), extent(0, 4));
        assert_eq!(allocator.reserve(6), extent(4, 6));
        assert_eq!(allocator.reserve(1), extent(31, 1));
    }

    #[test]
    fn an_extent_grows_if_the_space_behind_it_is_free() {
        let mut allocator = Allocator::default();
        let [first, second] = [10, 20].map(|length| allocator.reserve(length));
        assert!(!allocator.reserve_at(extent(first.end(), 5)));
        assert!(allocator.reserve_at(extent(second.end(), 5)));
        allocator.release(second);
        assert!(!allocator.reserve_at(extent(first.end(), 21)));
        assert!(allocator.reserve_at(extent(first.end(), 5)) && allocator.reserve_at(extent(15, 15)));
        assert_eq!(allocator.reserve(1), extent(35, 1));
    }

    #[test]
    fn adjacent_holes_become_one() {
        let mut allocator = Allocator::default();
        let extents: Vec<_> = (0..5).map(|_| allocator.reserve(10)).collect();
        for index in [2, 0, 1] {
            allocator.release(extents[index]);
        }
        assert_eq!(allocator.reserve(30), extent(0, 30));
    }

    #[test]
    fn releasing_the_last_extent_shortens_the_spool() {
        let mut allocator = Allocator::default();
        let extents: Vec<_> = (0..3).map(|_| allocator.reserve(10)).collect();
        allocator.release(extents[1]);
        allocator.release(extents[2]);
        assert_eq!(allocator.end(), 10);
        allocator.release(extents[0]);
        assert_eq!(allocator.end(), 0);
        assert_eq!(allocator.reserve(1), extent(0, 1));
    }

    #[test]
    fn space_between_extents_in_use_is_free() {
        let reserved = [extent(30, 10), extent(4, 6), extent(90, 0), extent(10, 5), extent(32, 3)];
        let mut allocator = Allocator::of(reserved);
        assert_eq!(allocator.end(), 40);
        assert_eq!(allocator.reserve(15), extent(15, 15));
        assert_eq!(allocator.reserve(4), extent(0, 4));
        assert_eq!(allocator.reserve(1), extent(40, 1));
        assert_eq!(Allocator::of([]).end(), 0);
        assert_eq!(Allocator::of([extent(7, u64::MAX)]).end(), u64::MAX);
    }

    #[test]
    fn contiguous_extents_are_joined() {
        let mut extents = Vec::new();
        for next in [extent(0, 3), extent(3, 4), extent(7, 0), extent(9, 1), extent(10, 1)] {
            join(&mut extents, next);
        }
        assert_eq!(extents, [extent(0, 7), extent(9, 2)]);
    }
}
