//! Who may start now, who waits, and until when.
//!
//! The schedule knows no clock: `now` is an argument, and so is the jitter of a retry. An item that
//! waits for its retry holds no slot. Ready items start in input order, as far as the limits of
//! their origins allow.
//!
//! Where nothing more can be kept, the rest is given up without being asked for: the total of bytes is
//! reached, or the browser's storage fails again and again.
//!
//! What an origin may be asked at once, and when it is left alone, is the business of [`Origin`].

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::origin::{AfterAnswer, Origin};
use super::retry::MOST_STORAGE_FAILURES;
use super::{FetchError, Limits};
use crate::plan::{ItemId, OriginId, Plan};

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make this attempt.
    Start(Attempt),
    /// Give this item up, for asking would be of no use; it has ended with that.
    Fail {
        /// The item.
        item: ItemId,
        /// Why: its origin has refused too often, or nothing more can be kept.
        error: FetchError,
    },
    /// Nothing may start before an attempt ends or the schedule goes on or, where it is given,
    /// before this time.
    Wait {
        /// When the next retry is due or an origin has cooled down, since the run began.
        until: Option<Duration>,
    },
    /// Every item has ended.
    Done,
}

/// One request for one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The item.
    pub item: ItemId,
    /// Which of its attempts this is, from 1.
    pub number: u32,
}

/// What a failed attempt leads to. Times are since the run began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterFailure {
    /// When another attempt may start; `None` where the item is given up.
    pub retry_at: Option<Duration>,
    /// Until when its origin is left alone, where this attempt is why.
    pub cools_until: Option<Duration>,
}

/// The state of all items that have not ended.
#[derive(Debug)]
pub struct Schedule {
    limits: Limits,
    /// Each item's origin; items without an address are never scheduled.
    origin_of: Vec<Option<OriginId>>,
    progress: Vec<Progress>,
    origins: Vec<Origin>,
    /// Has the first ready item of every origin that may be asked for more, and entries that have
    /// grown stale since.
    startable: BinaryHeap<Reverse<(ItemId, OriginId)>>,
    backing_off: BinaryHeap<Reverse<(Duration, ItemId)>>,
    /// Has every origin that cools down, and entries that have grown stale since.
    cooling: BinaryHeap<Reverse<(Duration, OriginId)>>,
    /// Origins that have refused too often; what is ready there is given up.
    closed: Vec<OriginId>,
    /// Why nothing more is asked for, once that is so.
    rest_ends_with: Option<FetchError>,
    /// Of the rest, what comes before this item is given up already.
    rest_begins_at: ItemId,
    /// Images in a row that could not be kept.
    storage_failures: u32,
    /// Items that wait for their second try because the first could not be kept.
    lacking_room: usize,
    in_flight: usize,
    /// The most in flight at present, within the limits.
    width: usize,
    /// Items that have not ended.
    open: usize,
    is_paused: bool,
}

/// One item's.
#[derive(Clone, Debug, Default)]
struct Progress {
    is_open: bool,
    is_in_flight: bool,
    lacks_room: bool,
    attempts: u32,
    /// Attempts that do not count, since nothing could be asked for.
    forgiven: u32,
    /// How often its origin had cooled down when the latest attempt began.
    cool_downs: u32,
}

impl Schedule {
    /// A schedule of every item that has an address.
    pub fn new(plan: &Plan, limits: Limits) -> Self {
        Self::of(plan, &(0..plan.len()).collect::<Vec<_>>(), limits)
    }

    /// A schedule of some of the plan's items, as far as they have an address.
    pub fn of(plan: &Plan, items: &[ItemId], limits: Limits) -> Self {
        let at_once = limits.per_origin.min(limits.concurrency);
        let mut schedule = Self {
            limits,
            origin_of: plan.items().iter().map(|item| item.origin).collect(),
            progress: vec![Progress::default(); plan.len()],
            origins: plan.origins().iter().map(|_| Origin::new(at_once)).collect(),
            startable: BinaryHeap::new(),
            backing_off: BinaryHeap::new(),
            cooling: BinaryHeap::new(),
            closed: Vec::new(),
            rest_ends_with: None,
            rest_begins_at: 0,
            storage_failures: 0,
            lacking_room: 0,
            in_flight: 0,
            width: usize::MAX,
            open: 0,
            is_paused: false,
        };
        for &item in items {
            if schedule.origin_of[item].is_some() && !schedule.progress[item].is_open {
                schedule.progress[item].is_open = true;
                schedule.open += 1;
                schedule.ready(item);
            }
        }
        schedule
    }

    /// What to do now. Ask again after each `Start` and `Fail`, and after whatever a `Wait` waits for.
    pub fn next(&mut self, now: Duration) -> Step {
        if self.open == 0 {
            return Step::Done;
        }
        if let Some(error) = &self.rest_ends_with {
            let error = error.clone();
            return match self.take_of_the_rest() {
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
            self.ready(item);
        }
        if let Some(step) = self.next_given_up() {
            return step;
        }
        if self.is_paused {
            return Step::Wait { until: None };
        }
        // With every slot taken, a retry that falls due changes nothing.
        if self.in_flight >= self.most_in_flight() {
            return Step::Wait { until: None };
        }
        if let Some((item, id)) = self.take_startable() {
            let progress = &mut self.progress[item];
            progress.attempts += 1;
            progress.is_in_flight = true;
            progress.cool_downs = self.origins[id].cool_downs;
            return Step::Start(Attempt { item, number: progress.attempts });
        }
        let retry = self.backing_off.peek().map(|Reverse((due, _))| *due);
        let cool = self.cooling.peek().map(|Reverse((due, _))| *due);
        Step::Wait { until: retry.into_iter().chain(cool).min() }
    }

    /// An attempt ended with an image.
    pub fn succeeded(&mut self, item: ItemId) {
        self.end(item);
        self.storage_failures = 0;
        let Some(id) = self.release(item) else { return };
        let begun_after = self.progress[item].cool_downs;
        self.origins[id].succeeded(begun_after);
        self.offer(id);
    }

    /// An attempt ended without one. `jitter` is a random number in `0..1`.
    pub fn failed(&mut self, item: ItemId, error: &FetchError, now: Duration, jitter: f64) -> AfterFailure {
        let given_up = AfterFailure { retry_at: None, cools_until: None };
        let Some(id) = self.release(item) else { return given_up };
        if let FetchError::OverTotal { .. } = error {
            self.fail_rest(error.clone());
        }
        if self.origins[id].closed_by.is_some() || self.rest_ends_with.is_some() {
            self.end(item);
            return given_up;
        }
        if self.is_paused && error.is_of_connection() {
            self.progress[item].forgiven += 1;
            self.ready(item);
            return AfterFailure { retry_at: Some(now), cools_until: None };
        }
        let cools_until = self.cool_down(id, item, error, now);
        self.offer(id);
        let Progress { attempts, forgiven, .. } = self.progress[item];
        let wait = self.limits.retry.wait_after(error, attempts - forgiven, jitter);
        let is_open = self.origins[id].closed_by.is_none();
        let retry_at = wait
            .filter(|_| is_open)
            .map(|wait| (now + wait).max(self.origins[id].cools_until.unwrap_or(now)));
        match retry_at {
            Some(at) => {
                self.backing_off.push(Reverse((at, item)));
                self.set_lacks_room(item, matches!(error, FetchError::Storage { .. }));
            }
            None => {
                self.end(item);
                if let FetchError::Storage { .. } = error {
                    self.storage_failures += 1;
                    if self.storage_failures >= MOST_STORAGE_FAILURES {
                        self.fail_rest(error.clone());
                    }
                }
            }
        }
        AfterFailure { retry_at, cools_until }
    }

    /// Asks for nothing more: all that is not in flight is given up, and what of that fails as well.
    pub fn fail_rest(&mut self, error: FetchError) {
        self.rest_ends_with.get_or_insert(error);
    }

    /// Asks for no more than this at once from now on, within the limits. What is in flight stays so.
    pub fn set_concurrency(&mut self, width: usize) {
        self.width = width;
    }

    /// Nothing starts any more: there is no connection. What is in flight may still end, and what of
    /// it fails as a lost connection fails does not count as an attempt.
    pub fn pause(&mut self) {
        self.is_paused = true;
    }

    /// Things start again.
    pub fn resume(&mut self) {
        self.is_paused = false;
    }

    /// Ends every item that has not ended, attempts in flight included, and gives them in input order.
    pub fn stop(&mut self) -> Vec<ItemId> {
        let open: Vec<_> = (0..self.progress.len()).filter(|item| self.progress[*item].is_open).collect();
        for item in &open {
            self.end(*item);
        }
        open
    }

    /// The origins that cool down, and until when.
    pub fn cooling(&self, now: Duration) -> impl Iterator<Item = (OriginId, Duration)> + '_ {
        let until = move |origin: &Origin| origin.cools_until.filter(|until| *until > now);
        self.origins.iter().enumerate().filter_map(move |(id, origin)| Some((id, until(origin)?)))
    }

    fn ready(&mut self, item: ItemId) {
        let Some(id) = self.origin_of[item] else { return };
        self.origins[id].ready.push(Reverse(item));
        self.offer(id);
    }

    fn take_startable(&mut self) -> Option<(ItemId, OriginId)> {
        while let Some(Reverse((item, id))) = self.startable.pop() {
            let origin = &mut self.origins[id];
            if origin.first_startable() == Some(item) {
                origin.ready.pop();
                origin.in_flight += 1;
                self.in_flight += 1;
                self.offer(id);
                return Some((item, id));
            }
        }
        None
    }

    fn release(&mut self, item: ItemId) -> Option<OriginId> {
        let id = self.origin_of[item]?;
        self.progress[item].is_in_flight = false;
        self.in_flight -= 1;
        self.origins[id].in_flight -= 1;
        Some(id)
    }

    /// Keeps the promise of `startable` after an origin has changed.
    fn offer(&mut self, id: OriginId) {
        if let Some(first) = self.origins[id].first_startable() {
            self.startable.push(Reverse((first, id)));
        }
    }

    /// One at a time while there is an image that found no room: what took the room may be an image
    /// that is too large itself, and in company it would take it once more.
    fn most_in_flight(&self) -> usize {
        if self.lacking_room > 0 { 1 } else { self.limits.concurrency.min(self.width) }
    }

    fn set_lacks_room(&mut self, item: ItemId, lacks_room: bool) {
        let before = std::mem::replace(&mut self.progress[item].lacks_room, lacks_room);
        self.lacking_room = self.lacking_room + usize::from(lacks_room) - usize::from(before);
    }

    fn end(&mut self, item: ItemId) {
        self.set_lacks_room(item, false);
        self.progress[item].is_open = false;
        self.open -= 1;
    }

    /// What a refusal means for its origin; gives until when that cools down because of it.
    fn cool_down(
        &mut self,
        id: OriginId,
        item: ItemId,
        error: &FetchError,
        now: Duration,
    ) -> Option<Duration> {
        let begun_after = self.progress[item].cool_downs;
        match self.origins[id].failed(error, begun_after, &self.limits.retry, now) {
            AfterAnswer::CoolDown { until } => {
                self.cooling.push(Reverse((until, id)));
                Some(until)
            }
            AfterAnswer::Close => {
                self.closed.push(id);
                None
            }
            AfterAnswer::GoOn => None,
        }
    }

    /// The next item that is neither in flight nor has ended.
    fn take_of_the_rest(&mut self) -> Option<ItemId> {
        while let Some(progress) = self.progress.get(self.rest_begins_at) {
            let item = self.rest_begins_at;
            self.rest_begins_at += 1;
            if progress.is_open && !progress.is_in_flight {
                self.end(item);
                return Some(item);
            }
        }
        None
    }

    fn next_given_up(&mut self) -> Option<Step> {
        let Self { closed, origins, .. } = self;
        let (item, status) = closed.iter().find_map(|id| {
            let Reverse(item) = origins[*id].ready.pop()?;
            Some((item, origins[*id].closed_by?))
        })?;
        self.end(item);
        Some(Step::Fail { item, error: FetchError::HostRefuses { status } })
    }
}

#[cfg(test)]
mod tests;
