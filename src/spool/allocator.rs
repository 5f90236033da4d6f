//! Which bytes of the spool are taken, and which may be written over.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A run of bytes in the spool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Where it begins, in bytes from the spool's start.
    pub offset: u64,
    /// How long it is, in bytes.
    pub length: u64,
}

impl Extent {
    /// Where it ends.
    pub fn end(self) -> u64 {
        self.offset.saturating_add(self.length)
    }

    /// What of it lies before another one, within it, and behind it.
    pub fn split_by(self, other: Self) -> [Self; 3] {
        let within = |offset: u64| offset.clamp(self.offset, self.end());
        let cuts = [self.offset, within(other.offset), within(other.end()), self.end()];
        [0, 1, 2].map(|n| Self { offset: cuts[n], length: cuts[n + 1] - cuts[n] })
    }
}

/// Appends an extent to a list of them, as a part of the last one where it follows that.
pub fn join(extents: &mut Vec<Extent>, next: Extent) {
    match extents.last_mut() {
        _ if next.length == 0 => {}
        Some(last) if last.end() == next.offset => last.length += next.length,
        _ => extents.push(next),
    }
}

/// Hands out room in the spool.
#[derive(Debug, Default)]
pub struct Allocator {
    end: u64,
    /// What was given back, by offset; no two of them touch, and none is at the end.
    holes: Vec<Extent>,
}

impl Allocator {
    /// Allocator in which these are taken, in any order, and what lies between them is free.
    pub fn of(extents: impl IntoIterator<Item = Extent>) -> Self {
        // A heap is a tenth of the code of the standard library's sorting.
        let taken = extents.into_iter().filter(|extent| extent.length > 0);
        let mut by_offset: BinaryHeap<_> =
            taken.map(|extent| Reverse((extent.offset, extent.length))).collect();
        let mut room = Self::default();
        while let Some(Reverse((offset, length))) = by_offset.pop() {
            if offset > room.end {
                room.holes.push(Extent { offset: room.end, length: offset - room.end });
            }
            room.end = room.end.max(Extent { offset, length }.end());
        }
        room
    }

    /// Takes that many bytes in one piece: from the first hole that has them, else at the end.
    pub fn reserve(&mut self, length: u64) -> Extent {
        if let Some(index) = self.holes.iter().position(|hole| hole.length >= length) {
            let hole = &mut self.holes[index];
            let taken = Extent { offset: hole.offset, length };
            *hole = Extent { offset: taken.end(), length: hole.length - length };
            if hole.length == 0 {
                self.holes.remove(index);
            }
            return taken;
        }
        let taken = Extent { offset: self.end, length };
        self.end = taken.end();
        taken
    }

    /// Gives bytes back that were reserved.
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

    /// How long the spool is, holes included.
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
    fn room_is_taken_at_the_end() {
        let mut room = Allocator::default();
        assert_eq!(room.reserve(10), extent(0, 10));
        assert_eq!(room.reserve(5), extent(10, 5));
        assert_eq!(room.end(), 15);
    }

    #[test]
    fn a_hole_is_refilled_before_the_spool_grows() {
        let mut room = Allocator::default();
        let first = room.reserve(10);
        room.reserve(10);
        room.release(first);
        assert_eq!(room.reserve(11), extent(20, 11));
        assert_eq!(room.reserve(4), extent(0, 4));
        assert_eq!(room.reserve(6), extent(4, 6));
        assert_eq!(room.reserve(1), extent(31, 1));
    }

    #[test]
    fn an_extent_is_split_by_another_one() {
        let lengths = |split: [Extent; 3]| split.map(|part| part.length);
        let whole = extent(10, 20);
        assert_eq!(whole.split_by(extent(15, 5)), [extent(10, 5), extent(15, 5), extent(20, 10)]);
        assert_eq!(lengths(whole.split_by(extent(0, 50))), [0, 20, 0]);
        assert_eq!(lengths(whole.split_by(extent(25, 50))), [15, 5, 0]);
        assert_eq!(lengths(whole.split_by(extent(0, 5))), [0, 0, 20]);
        assert_eq!(lengths(whole.split_by(extent(40, 5))), [20, 0, 0]);
    }

    #[test]
    fn neighbouring_holes_become_one() {
        let mut room = Allocator::default();
        let extents: Vec<_> = (0..5).map(|_| room.reserve(10)).collect();
        for index in [2, 0, 1] {
            room.release(extents[index]);
        }
        assert_eq!(room.reserve(30), extent(0, 30));
    }

    #[test]
    fn what_is_given_back_at_the_end_makes_the_spool_shorter() {
        let mut room = Allocator::default();
        let extents: Vec<_> = (0..3).map(|_| room.reserve(10)).collect();
        room.release(extents[1]);
        room.release(extents[2]);
        assert_eq!(room.end(), 10);
        room.release(extents[0]);
        assert_eq!(room.end(), 0);
        assert_eq!(room.reserve(1), extent(0, 1));
    }

    #[test]
    fn room_is_free_between_what_is_taken_already() {
        let taken = [extent(30, 10), extent(4, 6), extent(90, 0), extent(10, 5), extent(32, 3)];
        let mut room = Allocator::of(taken);
        assert_eq!(room.end(), 40);
        assert_eq!(room.reserve(15), extent(15, 15));
        assert_eq!(room.reserve(4), extent(0, 4));
        assert_eq!(room.reserve(1), extent(40, 1));
        assert_eq!(Allocator::of([]).end(), 0);
        assert_eq!(Allocator::of([extent(7, u64::MAX)]).end(), u64::MAX);
    }

    #[test]
    fn extents_that_follow_each_other_are_one() {
        let mut extents = Vec::new();
        for next in [extent(0, 3), extent(3, 4), extent(7, 0), extent(9, 1), extent(10, 1)] {
            join(&mut extents, next);
        }
        assert_eq!(extents, [extent(0, 7), extent(9, 2)]);
    }
}
