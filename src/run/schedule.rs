//! Decides which item starts, which waits and until when.
//!
//! The schedule has no clock: `now` is an argument, and so is the jitter of a retry. Its caller
//!
//! 1. calls [`next`](Schedule::next), and obeys each `Start` and `Fail`, until it returns `Wait` or
//!    `Done`;
//! 2. waits for an attempt to end, or for the time of the `Wait`;
//! 3. reports an attempt that has ended by [`succeeded`](Schedule::succeeded) or
//!    [`failed`](Schedule::failed), and begins again.
//!
//! [`Turns`] says which origin gets the next slot. The ready items of an origin start in input order. An
//! item that waits for its retry takes no slot.
//!
//! An attempt that was reported as slow no longer counts in the concurrency that is searched for, so others
//! start beside it. Where that is not enough, because the caller set the limit or because slow ones hold more
//! than half of their origin's slots, [`next_to_defer`](Schedule::next_to_defer) says which one to break off.
//!
//! Once nothing more can be stored, because the total of bytes is reached or the browser's storage fails
//! repeatedly, all items that are not in flight fail without a request.
//!
//! [`OriginState`] decides how many requests an origin may have at once, and when it gets none.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

use super::fetch_error::FetchError;
use super::origin_state::OriginState;
use super::retry_limits::MAX_STORAGE_FAILURES;
use super::settings::Limits;
use super::step::{AfterFailure, Attempt, Step};
use super::turns::Turns;
use crate::plan::{Item, ItemId, OriginId, Plan};

/// By how much later than others of its origin an item may start that lets them pass.
const MOMENT: Duration = Duration::from_millis(1);

/// The state of all items and origins of a run.
#[derive(Debug)]
pub struct Schedule {
    limits: Limits,
    /// The origin of each item. Items without an address are never scheduled.
    origin_of: Vec<Option<OriginId>>,
    /// The origins of each item's fallbacks.
    fallbacks: Vec<Vec<OriginId>>,
    progress: Vec<Progress>,
    origins: Vec<OriginState>,
    turns: Turns,
    backing_off: BinaryHeap<Reverse<(Duration, ItemId)>>,
    /// Every origin that cools down, and outdated entries.
    cooling: BinaryHeap<Reverse<(Duration, OriginId)>>,
    /// Every closed origin with ready items, which fail, and outdated entries.
    closed: VecDeque<OriginId>,
    /// Why all items that are not in flight fail, once they do.
    rest_fails_with: Option<FetchError>,
    /// The items before this one have failed already, or are in flight.
    rest_begins_at: ItemId,
    /// Consecutive images that could not be stored.
    storage_failures: u32,
    /// Items that wait for a retry because they could not be stored.
    lacking_space: usize,
    in_flight: usize,
    /// Those attempts in flight that are slow, in the order in which they became so.
    slow: Vec<ItemId>,
    /// Whether the concurrency is searched for, origin by origin.
    is_adaptive: bool,
    /// Items that have not ended.
    open: usize,
    is_paused: bool,
    /// Nothing starts before, since there was no network.
    offline_until: Duration,
    waits_for_space: bool,
}

/// The state of one item.
#[derive(Clone, Debug, Default)]
struct Progress {
    is_open: bool,
    is_in_flight: bool,
    is_slow: bool,
    /// Whether it was broken off because it was slow.
    was_deferred: bool,
    lacks_space: bool,
    /// Whether it was asked for once more after a refusal.
    is_renewed: bool,
    attempts: u32,
    /// Attempts that do not count: they failed while the schedule was paused or for their host's sake, were broken
    /// off, or asked an earlier address.
    forgiven: u32,
    /// Consecutive attempts that did not count, though they brought nothing.
    lost_answers: u32,
    /// Which of its addresses is asked.
    address: usize,
    /// How often its origin had been throttled when the latest attempt began, and the time by which the origin
    /// knows that attempt.
    throttles: u32,
    begun: Duration,
    /// How often its origin had recovered when it refused this item last, and which of its refusals that was.
    refused_after: Option<(u32, u32)>,
    /// Whether others of its origin go before its next attempt.
    lets_others_pass: bool,
}

impl Schedule {
    /// A schedule of all items of the plan that have an address.
    pub fn new(plan: &Plan, limits: Limits) -> Self {
        Self::of(plan, &(0..plan.len()).collect::<Vec<_>>(), limits)
    }

    /// A schedule of those of the given items that have an address.
    pub fn of(plan: &Plan, items: &[ItemId], limits: Limits) -> Self {
        let concurrency = limits.per_origin.min(limits.concurrency);
        let most = |origin: &String| plan.sign_in().limit_of(origin).unwrap_or(concurrency).min(concurrency);
        let mut schedule = Self {
            limits,
            origin_of: plan.items().iter().map(|item| item.origin).collect(),
            fallbacks: plan.items().iter().map(Item::origins_of_fallbacks).collect(),
            progress: vec![Progress::default(); plan.len()],
            origins: (plan.origins().iter())
                .map(|origin| OriginState::new(most(origin), limits.concurrency == 1))
                .collect(),
            turns: Turns::default(),
            backing_off: BinaryHeap::new(),
            cooling: BinaryHeap::new(),
            closed: VecDeque::new(),
            rest_fails_with: None,
            rest_begins_at: 0,
            storage_failures: 0,
            lacking_space: 0,
            in_flight: 0,
            slow: Vec::new(),
            is_adaptive: false,
            open: 0,
            is_paused: false,
            offline_until: Duration::ZERO,
            waits_for_space: false,
        };
        for &item in items {
            if schedule.origin_of[item].is_some() && !schedule.progress[item].is_open {
                schedule.progress[item].is_open = true;
                schedule.open += 1;
                schedule.push_ready(item);
            }
        }
        schedule
    }

    /// The next step at time `now`.
    pub fn next(&mut self, now: Duration) -> Step {
        if self.open == 0 {
            return Step::Done;
        }
        if let Some(error) = &self.rest_fails_with {
            let error = error.clone();
            return match self.next_of_rest() {
                Some(item) => Step::Fail { item, error },
                None => Step::Wait { until: None },
            };
        }
        while let Some(Reverse((due, id))) = self.cooling.peek().copied()
            && due <= now
        {
            self.cooling.pop();
            if self.origins[id].cools_until.is_some_and(|until| until <= now) {
                self.origins[id].cools_until = None;
                self.offer(id);
            }
        }
        while let Some(Reverse((due, item))) = self.backing_off.peek().copied()
            && due <= now
        {
            self.backing_off.pop();
            if self.progress[item].is_open {
                self.push_ready(item);
            }
        }
        if let Some(step) = self.next_of_closed_origins() {
            return step;
        }
        // While every slot is taken, a retry that becomes due changes nothing.
        if self.is_paused || self.is_full() {
            return Step::Wait { until: None };
        }
        if self.offline_until > now {
            return Step::Wait { until: Some(self.offline_until) };
        }
        if let Some(attempt) = self.next_attempt(now) {
            return Step::Start(attempt);
        }
        let retry = self.backing_off.peek().map(|Reverse((due, _))| *due);
        let cool = self.cooling.peek().map(|Reverse((due, _))| *due);
        Step::Wait { until: retry.into_iter().chain(cool).min() }
    }

    /// Reports an attempt that has succeeded, which ends its item.
    pub fn succeeded(&mut self, item: ItemId) {
        self.finish(item);
        self.storage_failures = 0;
        self.answered(item);
    }

    /// Reports an attempt whose image is not accepted. Returns whether another address is asked; otherwise
    /// the item has ended.
    pub fn rejected(&mut self, item: ItemId) -> bool {
        self.answered(item);
        let falls_back = self.rest_fails_with.is_none() && self.fall_back(item);
        if !falls_back {
            self.finish(item);
        }
        falls_back
    }

    /// Frees the slot of an attempt whose origin has answered well.
    fn answered(&mut self, item: ItemId) {
        let Some(id) = self.release(item) else { return };
        let Progress { throttles, begun, .. } = self.progress[item];
        self.origins[id].succeeded(throttles, begun);
        self.offer(id);
    }

    /// Reports an attempt that has failed. `jitter` is a random number in `0..1`.
    pub fn failed(&mut self, item: ItemId, error: &FetchError, now: Duration, jitter: f64) -> AfterFailure {
        let failed = AfterFailure { retry_at: None, cools_until: None };
        let Some(id) = self.release(item) else { return failed };
        if let FetchError::OverTotal { .. } = error {
            self.fail_rest(error.clone());
        }
        if self.rest_fails_with.is_some() {
            self.finish(item);
            return failed;
        }
        if self.origins[id].closed_by.is_some() {
            if self.fall_back(item) {
                return AfterFailure { retry_at: Some(now), cools_until: None };
            }
            self.finish(item);
            return failed;
        }
        if *error == FetchError::Offline {
            return self.wait_for_network(item, now);
        }
        if self.is_paused && error.may_be_connection_loss() {
            self.progress[item].forgiven += 1;
            self.push_ready(item);
            return AfterFailure { retry_at: Some(now), cools_until: None };
        }
        if self.waits_for_space && matches!(error, FetchError::Storage { .. }) {
            self.is_paused = true;
            self.progress[item].forgiven += 1;
            self.push_ready(item);
            return AfterFailure { retry_at: Some(now), cools_until: None };
        }
        let cools_until = self.cool_down(id, item, error, now);
        self.offer(id);
        let wait = self.wait_after(item, error, jitter);
        let is_open = self.origins[id].closed_by.is_none();
        let lets_others_pass = std::mem::take(&mut self.progress[item].lets_others_pass);
        let behind = if lets_others_pass { MOMENT } else { Duration::ZERO };
        let retry_at = wait
            .filter(|_| is_open)
            .map(|wait| (now + wait).max(self.origins[id].cools_until.unwrap_or(now)) + behind);
        let is_of_storage = matches!(error, FetchError::Storage { .. });
        if retry_at.is_none() && !is_of_storage && self.fall_back(item) {
            return AfterFailure { retry_at: Some(now), cools_until };
        }
        match retry_at {
            Some(at) => {
                self.backing_off.push(Reverse((at, item)));
                self.set_lacks_space(item, is_of_storage);
            }
            None => {
                self.finish(item);
                if is_of_storage {
                    self.storage_failures += 1;
                    if self.storage_failures >= MAX_STORAGE_FAILURES {
                        self.fail_rest(error.clone());
                    }
                }
            }
        }
        AfterFailure { retry_at, cools_until }
    }

    /// Fails every item that is not in flight with this error, and lets no failed attempt be retried.
    pub fn fail_rest(&mut self, error: FetchError) {
        self.rest_fails_with.get_or_insert(error);
    }

    /// Pauses the run when nothing more can be stored; the attempt does not count.
    pub fn wait_for_space(&mut self) {
        self.waits_for_space = true;
    }

    /// Starts nothing until [`resume`](Schedule::resume). Attempts in flight continue; one that fails as
    /// by a lost connection does not count.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Ends a pause.
    pub fn resume(&mut self) {
        self.is_paused = false;
    }

    /// Ends all items that have not ended, even those in flight, and returns them in input order.
    pub fn stop(&mut self) -> Vec<ItemId> {
        let open: Vec<_> = (0..self.progress.len()).filter(|item| self.progress[*item].is_open).collect();
        for item in &open {
            self.finish(*item);
        }
        open
    }

    /// The origin of the address that an item asks now.
    pub fn origin_of(&self, item: ItemId) -> Option<OriginId> {
        self.origin_of[item]
    }

    fn push_ready(&mut self, item: ItemId) {
        let Some(id) = self.origin_of[item] else { return };
        let Progress { was_deferred, .. } = self.progress[item];
        let OriginState { ready, deferred, .. } = &mut self.origins[id];
        if was_deferred { deferred } else { ready }.push(Reverse(item));
        if self.origins[id].closed_by.is_some() {
            self.closed.push_back(id);
        }
        self.offer(id);
    }

    fn next_attempt(&mut self, now: Duration) -> Option<Attempt> {
        loop {
            let id = self.turns.next(&mut self.origins)?;
            let origin = &mut self.origins[id];
            let item = origin.pop()?;
            if !self.progress[item].is_open {
                self.offer(id);
                continue;
            }
            let progress = &mut self.progress[item];
            progress.attempts += 1;
            progress.is_in_flight = true;
            progress.throttles = origin.throttles;
            let attempt = Attempt { item, number: progress.attempts, address: progress.address };
            self.in_flight += 1;
            progress.begun = origin.begin(now);
            self.cooling.extend(origin.cools_until.map(|until| Reverse((until, id))));
            self.count_in(item, id);
            self.offer(id);
            return Some(attempt);
        }
    }

    /// Frees the slot of an attempt that has ended, and returns its origin.
    fn release(&mut self, item: ItemId) -> Option<OriginId> {
        let id = self.origin_of[item]?;
        self.count_out(item, id);
        (self.progress[item].is_in_flight, self.progress[item].is_slow) = (false, false);
        self.in_flight -= 1;
        self.origins[id].end(self.progress[item].begun);
        Some(id)
    }

    /// Has an origin take its turn, after it has changed.
    fn offer(&mut self, id: OriginId) {
        self.turns.offer(id, &mut self.origins[id]);
    }

    /// Whether nothing more may start.
    ///
    /// One at a time while there is an image that could not be stored: an image that is too large itself may
    /// have taken the space, and in parallel would take it again.
    fn is_full(&self) -> bool {
        if self.lacking_space > 0 {
            return self.in_flight > 0;
        }
        let most = self.limits.concurrency;
        let beside = if self.is_adaptive { self.slow.len().min(most) } else { 0 };
        self.in_flight >= most + beside
    }

    fn set_lacks_space(&mut self, item: ItemId, lacks_space: bool) {
        let before = std::mem::replace(&mut self.progress[item].lacks_space, lacks_space);
        self.lacking_space = self.lacking_space + usize::from(lacks_space) - usize::from(before);
    }

    fn finish(&mut self, item: ItemId) {
        self.set_lacks_space(item, false);
        self.progress[item].is_open = false;
        self.open -= 1;
    }

    /// Ends the next item that is not in flight, and returns it.
    fn next_of_rest(&mut self) -> Option<ItemId> {
        while let Some(progress) = self.progress.get(self.rest_begins_at) {
            let item = self.rest_begins_at;
            self.rest_begins_at += 1;
            if progress.is_open && !progress.is_in_flight {
                self.finish(item);
                return Some(item);
            }
        }
        None
    }

    /// Ends the next ready item of a closed origin, and returns the step that reports it.
    fn next_of_closed_origins(&mut self) -> Option<Step> {
        while let Some(id) = self.closed.front() {
            let origin = &mut self.origins[*id];
            let (Some(item), Some(status)) = (origin.pop(), origin.closed_by) else {
                self.closed.pop_front();
                continue;
            };
            if self.progress[item].is_open && !self.fall_back(item) {
                self.finish(item);
                return Some(Step::Fail { item, error: FetchError::HostRefuses { status } });
            }
        }
        None
    }

    /// Has the next address of an item asked, as if nothing had been asked before; false if there is none.
    fn fall_back(&mut self, item: ItemId) -> bool {
        let progress = &mut self.progress[item];
        let Some(&origin) = self.fallbacks[item].get(progress.address) else { return false };
        progress.address += 1;
        (progress.forgiven, progress.lost_answers) = (progress.attempts, 0);
        (progress.was_deferred, progress.is_renewed) = (false, false);
        self.origin_of[item] = Some(origin);
        self.set_lacks_space(item, false);
        self.push_ready(item);
        true
    }
}

mod arriving;
mod cool_down;
mod search;
mod slow;
#[cfg(test)]
mod tests;
mod waits;
