//! What is found out about origins during the run.

use std::time::Duration;

use super::super::adaptive_concurrency::AdaptiveConcurrency;
use super::super::origin_state::OriginState;
use super::super::stall::Others;
use super::Schedule;
use crate::plan::ItemId;

impl Schedule {
    /// Searches, within the limits, for the concurrency of each origin that is fastest.
    pub fn adapt_concurrency(&mut self, now: Duration) {
        self.is_adaptive = true;
        self.origins.iter_mut().for_each(|origin| origin.adaptive = Some(AdaptiveConcurrency::new(now)));
        (0..self.origins.len()).for_each(|id| self.offer(id));
    }

    /// Records, for that search, that the image of an item has arrived.
    pub fn record_image(&mut self, item: ItemId, bytes: u64, now: Duration) {
        self.change_origin(item, |origin| {
            if let Some(adaptive) = &mut origin.adaptive {
                adaptive.record_image(bytes, now);
            }
        });
    }

    /// Records that an attempt has got its answer while this many older ones to its origin were in flight, so
    /// that the origin serves at least one more at once.
    pub fn answered_beside(&mut self, item: ItemId, older: usize, now: Duration) {
        self.change_origin(item, |origin| origin.answered_beside(older, now));
    }

    /// Records what other runs have in flight to an item's origin, whose places all of them share.
    pub fn set_others(&mut self, item: ItemId, others: Others) {
        self.change_origin(item, |origin| origin.others = others);
    }

    /// Whether the protocol of an item's origin is worth a look.
    pub fn wants_protocol(&mut self, item: ItemId) -> bool {
        self.origin_of[item].is_some_and(|id| self.origins[id].wants_protocol())
    }

    /// Records whether an item's origin answers many requests at once over one connection.
    pub fn set_protocol(&mut self, item: ItemId, is_multiplexed: bool, now: Duration) {
        self.change_origin(item, |origin| origin.set_protocol(is_multiplexed, now));
    }

    fn change_origin(&mut self, item: ItemId, change: impl FnOnce(&mut OriginState)) {
        if let Some(id) = self.origin_of[item] {
            change(&mut self.origins[id]);
            self.offer(id);
        }
    }
}
