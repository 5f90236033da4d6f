//! Which origin gets the next slot: origins take turns.
//!
//! An origin that has the fewest requests in flight goes first; of several, the one whose last turn is
//! longest ago, and at the beginning the one that the list names first. A request that would only wait
//! for one of the browser's connections goes behind all that would be served at once, and an image that
//! was broken off as slow behind these.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::origin_state::OriginState;
use super::rank::Rank;
use crate::plan::OriginId;

/// The origins that may have another request in flight.
#[derive(Debug, Default)]
pub struct Turns {
    /// Each of them with its current rank, and outdated entries.
    waiting: BinaryHeap<Reverse<(Rank, OriginId)>>,
    /// The number of turns so far.
    turns: u64,
}

impl Turns {
    /// Adds an origin whose rank may have changed.
    pub fn offer(&mut self, id: OriginId, origin: &mut OriginState) {
        let rank = origin.rank();
        if let Some(rank) = rank.filter(|_| rank != origin.offered) {
            self.waiting.push(Reverse((rank, id)));
        }
        origin.offered = rank;
    }

    /// The rank that gets the next slot, if one is wanted.
    pub fn first(&mut self, origins: &[OriginState]) -> Option<(Rank, OriginId)> {
        while let Some(Reverse((rank, id))) = self.waiting.peek().copied() {
            if origins[id].rank() == Some(rank) {
                return Some((rank, id));
            }
            self.waiting.pop();
        }
        None
    }

    /// The origin that gets the next slot.
    pub fn next(&mut self, origins: &mut [OriginState]) -> Option<OriginId> {
        let (_, id) = self.first(origins)?;
        self.waiting.pop();
        self.turns += 1;
        origins[id].turn = self.turns;
        Some(id)
    }
}
