//! Which origin gets the next slot: origins take turns.
//!
//! An origin that has the fewest requests in flight goes first; of several, the one whose last turn is
//! longest ago, and at the beginning the one that the list names first. A request that would only wait
//! for one of the browser's connections goes behind all that would be served at once, and an image that
//! was broken off as slow behind these.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::origin_state::OriginState;
use super::rank::{Rank, Use};
use crate::plan::OriginId;

/// The origins that may have another request in flight.
#[derive(Debug, Default)]
pub struct Turns {
    /// Each of them with its current rank, and outdated entries.
    waiting: BinaryHeap<Reverse<(Rank, OriginId)>>,
    /// The number of turns so far.
    turns: u64,
    takes_turns: bool,
}

impl Turns {
    /// Turns of a run with this many requests in flight. With a single one, items start in the list's order.
    pub fn new(concurrency: usize) -> Self {
        Self { takes_turns: concurrency > 1, ..Self::default() }
    }

    /// Adds an origin whose rank may have changed.
    pub fn offer(&mut self, id: OriginId, origin: &OriginState) {
        if let Some(rank) = origin.rank() {
            self.waiting.push(Reverse((rank, id)));
        }
    }

    /// What the next slot would be used for, if there is a use.
    pub fn next_use(&mut self, origins: &[OriginState]) -> Option<Use> {
        self.drop_outdated(origins).map(|(rank, _)| rank.used_for)
    }

    /// The origin that gets the next slot.
    pub fn next(&mut self, origins: &mut [OriginState]) -> Option<OriginId> {
        if self.waiting.len() > 64 + 4 * origins.len() {
            self.waiting.retain(|Reverse((rank, id))| origins[*id].rank() == Some(*rank));
        }
        let (_, id) = self.drop_outdated(origins)?;
        self.waiting.pop();
        self.turns += u64::from(self.takes_turns);
        origins[id].turn = self.turns;
        Some(id)
    }

    fn drop_outdated(&mut self, origins: &[OriginState]) -> Option<(Rank, OriginId)> {
        while let Some(Reverse((rank, id))) = self.waiting.peek().copied() {
            if origins[id].rank() == Some(rank) {
                return Some((rank, id));
            }
            self.waiting.pop();
        }
        None
    }
}
