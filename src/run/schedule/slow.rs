//! Attempts that are slow, and items that wait or end although nothing has failed.

use std::time::Duration;

use super::super::step::AfterFailure;
use super::{Progress, Schedule};
use crate::plan::{ItemId, OriginId};

/// How long nothing starts after a request has failed since there is no network.
const OFFLINE_PAUSE: Duration = Duration::from_secs(1);

impl Schedule {
    /// Has an item wait for the network. Its attempt does not count.
    pub(super) fn wait_for_network(&mut self, item: ItemId, now: Duration) -> AfterFailure {
        self.offline_until = now + OFFLINE_PAUSE;
        self.progress[item].forgiven += 1;
        self.push_ready(item);
        AfterFailure { retry_at: Some(self.offline_until), cools_until: None }
    }

    /// Reports whether an attempt in flight is slow. One that is no longer counts in the concurrency that is
    /// searched for.
    pub fn set_slow(&mut self, item: ItemId, is_slow: bool) {
        let Some(id) = self.origin_of[item] else { return };
        let progress = &mut self.progress[item];
        if !progress.is_in_flight || progress.is_slow == is_slow {
            return;
        }
        self.count_out(item, id);
        self.progress[item].is_slow = is_slow;
        self.count_in(item, id);
        self.offer(id);
    }

    /// A slow attempt to break off, because others need its slot: the one that became slow last. The caller
    /// reports it by [`defer`](Schedule::defer).
    pub fn next_to_defer(&mut self) -> Option<ItemId> {
        if self.slow.is_empty() || self.is_paused || self.rest_fails_with.is_some() {
            return None;
        }
        let is_full = !self.is_adaptive
            && self.is_full()
            && self.slow.len() > self.limits.concurrency / 2
            && self.turns.first(&self.origins).is_some_and(|(rank, _)| !rank.is_deferred());
        let is_in_the_way = |item: &&ItemId| {
            is_full || self.origin_of[**item].is_some_and(|id| self.origins[id].is_held_up())
        };
        self.slow.iter().rev().find(is_in_the_way).copied()
    }

    /// Reports an attempt that was broken off because it is slow. It does not count, and its item starts
    /// again after all others of its origin.
    pub fn defer(&mut self, item: ItemId) {
        self.release(item);
        let progress = &mut self.progress[item];
        progress.was_deferred = true;
        progress.forgiven += 1;
        self.push_ready(item);
    }

    /// Whether an item has not ended.
    pub fn is_open(&self, item: ItemId) -> bool {
        self.progress.get(item).is_some_and(|progress| progress.is_open)
    }

    /// Whether an attempt of an item is in flight.
    pub fn is_in_flight(&self, item: ItemId) -> bool {
        self.progress.get(item).is_some_and(|progress| progress.is_in_flight)
    }

    /// Ends an item, in flight or not, without another attempt.
    pub fn abandon(&mut self, item: ItemId) {
        if self.progress[item].is_in_flight
            && let Some(id) = self.release(item)
        {
            self.offer(id);
        }
        self.finish(item);
    }

    /// Counts an attempt in flight as slow or lively.
    pub(super) fn count_in(&mut self, item: ItemId, id: OriginId) {
        let Progress { is_slow, was_deferred, .. } = self.progress[item];
        if is_slow {
            self.slow.push(item);
        }
        self.origins[id].slow += usize::from(is_slow);
        self.origins[id].lively += usize::from(!is_slow && !was_deferred);
    }

    /// The opposite of [`count_in`](Self::count_in).
    pub(super) fn count_out(&mut self, item: ItemId, id: OriginId) {
        let Progress { is_slow, was_deferred, .. } = self.progress[item];
        self.slow.retain(|slow| *slow != item);
        self.origins[id].slow -= usize::from(is_slow);
        self.origins[id].lively -= usize::from(!is_slow && !was_deferred);
    }
}
