//! How the entries of a spool become a zip: headers in front of their payloads, and no gaps.
//!
//! ```text
//! before   [payload 2]   free   [space · payload 0]  free  [payload 1]
//! after    [header · payload 2][header, padded · payload 0][header, padded · payload 1]
//! ```
//!
//! Most payloads stay where they are: space before a payload becomes padding of its header. Only space
//! that is larger than a header can be is filled with other entries, or closed by moving the next ones.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::allocator::Extent;
use crate::zip::{MAX_PADDING, is_padding};

/// The most entries that are tried for one gap.
const MAX_TRIED: usize = 256;

/// An entry whose payload is in the spool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unarranged {
    /// Where its payload is. No two overlap.
    pub payload: Extent,
    /// The size of its local header without padding, in bytes.
    pub header: u64,
}

/// What makes a zip of the spool: first all moves in their order, then the headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// Payloads that are copied to another place.
    pub moves: Vec<Move>,
    /// The local headers, by their offsets. There are no gaps between an entry and the next header.
    pub headers: Vec<HeaderPlace>,
    /// Where the last payload ends, in bytes from the spool's start.
    pub end: u64,
}

/// A payload that is copied. If the places overlap, `to` is before `from`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    /// The index of its entry.
    pub entry: usize,
    /// Where it is.
    pub from: Extent,
    /// The offset of its new place.
    pub to: u64,
}

/// The place of a local header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeaderPlace {
    /// The index of its entry.
    pub entry: usize,
    /// Its offset.
    pub offset: u64,
    /// The bytes by which it is padded.
    pub padding: u64,
}

/// Arranges the entries of a spool.
pub fn arrange(entries: &[Unarranged]) -> Arrangement {
    // By a heap, which is compiled for the schedule as well: a tenth of the code of sorting.
    let mut by_offset: BinaryHeap<_> =
        entries.iter().enumerate().map(|(index, entry)| Reverse((entry.payload.offset, index))).collect();
    let mut order = VecDeque::with_capacity(entries.len());
    while let Some(Reverse((_, index))) = by_offset.pop() {
        order.push_back(index);
    }
    let end = order.back().map_or(0, |last| entries[*last].payload.end());
    let places = entries.iter().map(|entry| entry.payload).collect();
    let mut arranging = Arranging { entries, places, order, end, arrangement: Arrangement::default() };
    while arranging.place_next() {}
    arranging.arrangement
}

struct Arranging<'a> {
    entries: &'a [Unarranged],
    /// Where each payload is by now.
    places: Vec<Extent>,
    /// The entries that are still to be placed, by offset.
    order: VecDeque<usize>,
    /// The end of all payloads.
    end: u64,
    /// All up to its end is arranged.
    arrangement: Arrangement,
}

impl Arranging<'_> {
    /// Places the next entry, or another one before it; false if there is none.
    fn place_next(&mut self) -> bool {
        let Some(&next) = self.order.front() else { return false };
        let space = self.places[next].offset - self.arrangement.end;
        let Some(gap) = space.checked_sub(self.entries[next].header) else {
            // Its header does not fit: it goes behind all others.
            self.order.pop_front();
            self.order.push_back(next);
            self.move_to(next, self.end + self.entries[next].header);
            return true;
        };
        if is_padding(gap) {
            self.order.pop_front();
            self.put_header(next, gap);
        } else if let Some(filler) = self.last_that_fits(gap) {
            let filler = self.order.remove(filler).unwrap_or(next);
            self.move_to(filler, self.arrangement.end + self.entries[filler].header);
            self.put_header(filler, 0);
        } else {
            let padding = if gap > MAX_PADDING { MAX_PADDING } else { 0 };
            self.order.pop_front();
            self.move_to(next, self.arrangement.end + self.entries[next].header + padding);
            self.put_header(next, padding);
        }
        true
    }

    /// Which of the last entries fits into a gap.
    fn last_that_fits(&self, gap: u64) -> Option<usize> {
        let tried = self.order.len().saturating_sub(MAX_TRIED).max(1)..self.order.len();
        tried.rev().find(|index| {
            let entry = self.order[*index];
            self.entries[entry].header + self.places[entry].length <= gap
        })
    }

    fn move_to(&mut self, entry: usize, to: u64) {
        self.arrangement.moves.push(Move { entry, from: self.places[entry], to });
        self.places[entry].offset = to;
        self.end = self.end.max(self.places[entry].end());
    }

    fn put_header(&mut self, entry: usize, padding: u64) {
        self.arrangement.headers.push(HeaderPlace { entry, offset: self.arrangement.end, padding });
        self.arrangement.end = self.places[entry].end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(header: u64, offset: u64, length: u64) -> Unarranged {
        Unarranged { payload: Extent { offset, length }, header }
    }

    fn header(entry: usize, offset: u64, padding: u64) -> HeaderPlace {
        HeaderPlace { entry, offset, padding }
    }

    #[test]
    fn payloads_with_space_for_their_headers_stay_where_they_are() {
        let arrangement = arrange(&[entry(40, 140, 10), entry(40, 40, 60), entry(40, 1000, 5)]);
        assert_eq!(arrangement.moves, []);
        assert_eq!(arrangement.headers, [header(1, 0, 0), header(0, 100, 0), header(2, 150, 810)]);
        assert_eq!(arrangement.end, 1005);
        assert_eq!(arrange(&[]), Arrangement::default());
    }

    #[test]
    fn a_gap_that_is_too_large_for_padding_is_filled_from_the_end() {
        let entries = [entry(40, 40, 60), entry(40, 200_000, 10), entry(40, 200_050, 100_000)];
        let arrangement = arrange(&entries);
        // The last one fits, and what is left becomes padding.
        let from = entries[2].payload;
        assert_eq!(
            arrangement.moves,
            [
                Move { entry: 2, from, to: 140 },
                Move { entry: 1, from: entries[1].payload, to: 100_140 + 40 + MAX_PADDING }
            ]
        );
        assert_eq!(
            arrangement.headers,
            [header(0, 0, 0), header(2, 100, 0), header(1, 100_140, MAX_PADDING)]
        );
    }

    #[test]
    fn a_gap_that_nothing_fits_is_closed_by_moving_what_follows() {
        let arrangement = arrange(&[entry(40, 43, 60), entry(40, 200_000, 300_000)]);
        let first = Move { entry: 0, from: Extent { offset: 43, length: 60 }, to: 40 };
        let second =
            Move { entry: 1, from: Extent { offset: 200_000, length: 300_000 }, to: 100 + 40 + MAX_PADDING };
        assert_eq!(arrangement.moves, [first, second]);
        assert_eq!(arrangement.end, 100 + 40 + MAX_PADDING + 300_000);
    }

    #[test]
    fn a_payload_without_space_for_its_header_goes_to_the_end() {
        let arrangement = arrange(&[entry(40, 40, 60), entry(200, 140, 10), entry(40, 190, 10)]);
        assert_eq!(arrangement.moves, [Move { entry: 1, from: Extent { offset: 140, length: 10 }, to: 400 }]);
        assert_eq!(arrangement.headers, [header(0, 0, 0), header(2, 100, 50), header(1, 200, 0)]);
        assert_eq!(arrangement.end, 410);
    }
}
