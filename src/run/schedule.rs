//! Who may start now, who waits, and until when.
//!
//! The schedule knows no clock: `now` is an argument, and so is the jitter of a retry. An item that
//! waits for its retry holds no slot. Ready items start in input order, as far as the limits of
//! their origins allow.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::{FetchError, RetryPolicy};
use crate::plan::{ItemId, OriginId, Plan};

/// The most that a run asks for at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests in flight in all, at least 1.
    pub in_flight: usize,
    /// Requests in flight to one origin, at least 1.
    pub per_origin: usize,
    /// What happens to failed attempts.
    pub retry: RetryPolicy,
}

/// What to do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Make this attempt.
    Start(Attempt),
    /// Nothing may start before an attempt ends or, where it is given, before this time.
    Wait {
        /// When the next retry is due, since the run began.
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

/// What a failed attempt leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterFailure {
    /// Another attempt, not before this time.
    Retry {
        /// Since the run began.
        at: Duration,
    },
    /// None: the item is given up.
    GiveUp,
}

/// The state of all items that have not ended.
#[derive(Debug)]
pub struct Schedule {
    limits: Limits,
    /// Each item's origin; items without an address are never scheduled.
    origin_of: Vec<Option<OriginId>>,
    attempts: Vec<u32>,
    origins: Vec<Origin>,
    /// Has the first ready item of every origin that is below its limit, and entries that have
    /// grown stale since.
    startable: BinaryHeap<Reverse<(ItemId, OriginId)>>,
    backing_off: BinaryHeap<Reverse<(Duration, ItemId)>>,
    in_flight: usize,
}

#[derive(Debug, Default)]
struct Origin {
    ready: BinaryHeap<Reverse<ItemId>>,
    in_flight: usize,
}

impl Schedule {
    /// A schedule of every item that has an address.
    pub fn new(plan: &Plan, limits: Limits) -> Self {
        let origin_of: Vec<_> = plan.items().iter().map(|item| item.origin).collect();
        let mut schedule = Self {
            limits,
            attempts: vec![0; origin_of.len()],
            origins: plan.origins().iter().map(|_| Origin::default()).collect(),
            startable: BinaryHeap::new(),
            backing_off: BinaryHeap::new(),
            in_flight: 0,
            origin_of,
        };
        for item in 0..plan.len() {
            schedule.ready(item);
        }
        schedule
    }

    /// What to do now. Ask again after each `Start`, and after whatever a `Wait` waits for.
    pub fn next(&mut self, now: Duration) -> Step {
        while let Some(Reverse((due, item))) = self.backing_off.peek().copied()
            && due <= now
        {
            self.backing_off.pop();
            self.ready(item);
        }
        if self.in_flight < self.limits.in_flight
            && let Some(item) = self.take_startable()
        {
            self.in_flight += 1;
            self.attempts[item] += 1;
            return Step::Start(Attempt { item, number: self.attempts[item] });
        }
        let until = self.backing_off.peek().map(|Reverse((due, _))| *due);
        let is_full = self.in_flight >= self.limits.in_flight;
        if self.in_flight == 0 && until.is_none() {
            return Step::Done;
        }
        // With every slot taken, a retry that falls due changes nothing.
        Step::Wait { until: until.filter(|_| !is_full) }
    }

    /// An attempt ended with an image.
    pub fn succeeded(&mut self, item: ItemId) {
        self.release(item);
    }

    /// An attempt ended without one. `jitter` is a random number in `0..1`.
    pub fn failed(&mut self, item: ItemId, error: &FetchError, now: Duration, jitter: f64) -> AfterFailure {
        self.release(item);
        match self.limits.retry.wait_after(error, self.attempts[item], jitter) {
            Some(wait) => {
                let at = now + wait;
                self.backing_off.push(Reverse((at, item)));
                AfterFailure::Retry { at }
            }
            None => AfterFailure::GiveUp,
        }
    }

    fn ready(&mut self, item: ItemId) {
        if let Some(id) = self.origin_of[item] {
            self.origins[id].ready.push(Reverse(item));
            self.offer(id);
        }
    }

    fn take_startable(&mut self) -> Option<ItemId> {
        while let Some(Reverse((item, id))) = self.startable.pop() {
            let origin = &mut self.origins[id];
            if origin.in_flight < self.limits.per_origin && origin.ready.peek() == Some(&Reverse(item)) {
                origin.ready.pop();
                origin.in_flight += 1;
                self.offer(id);
                return Some(item);
            }
        }
        None
    }

    fn release(&mut self, item: ItemId) {
        self.in_flight -= 1;
        if let Some(id) = self.origin_of[item] {
            self.origins[id].in_flight -= 1;
            self.offer(id);
        }
    }

    /// Keeps the promise of `startable` after an origin has changed.
    fn offer(&mut self, id: OriginId) {
        let origin = &self.origins[id];
        if let Some(Reverse(first)) = origin.ready.peek()
            && origin.in_flight < self.limits.per_origin
        {
            self.startable.push(Reverse((*first, id)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::plan_of;

    const START: Duration = Duration::ZERO;
    const BUSY: FetchError = FetchError::Http { status: 503 };

    fn limits(in_flight: usize, per_origin: usize, retries: u32) -> Limits {
        Limits { in_flight, per_origin, retry: RetryPolicy { retries } }
    }

    /// Starts all that may start at `now`; gives the items.
    fn started(schedule: &mut Schedule, now: Duration) -> Vec<ItemId> {
        std::iter::from_fn(|| match schedule.next(now) {
            Step::Start(attempt) => Some(attempt.item),
            _ => None,
        })
        .collect()
    }

    #[test]
    fn items_start_in_input_order_up_to_the_limit() {
        let plan = plan_of(["https://a.example/"; 5]);
        let mut schedule = Schedule::new(&plan, limits(3, 9, 0));
        assert_eq!(started(&mut schedule, START), [0, 1, 2]);
        assert_eq!(schedule.next(START), Step::Wait { until: None });
        schedule.succeeded(1);
        assert_eq!(started(&mut schedule, START), [3]);
    }

    #[test]
    fn an_origin_at_its_limit_lets_others_pass() {
        let plan = plan_of([
            "https://a.example/1",
            "https://a.example/2",
            "https://b.example/",
            "https://a.example/3",
        ]);
        let mut schedule = Schedule::new(&plan, limits(9, 1, 0));
        assert_eq!(started(&mut schedule, START), [0, 2]);
        schedule.succeeded(2);
        assert!(started(&mut schedule, START).is_empty());
        schedule.succeeded(0);
        assert_eq!(started(&mut schedule, START), [1]);
    }

    #[test]
    fn a_backing_off_item_frees_its_slot() {
        let plan = plan_of(["https://a.example/"; 2]);
        let mut schedule = Schedule::new(&plan, limits(1, 1, 1));
        assert_eq!(started(&mut schedule, START), [0]);
        let at = Duration::from_millis(250);
        assert_eq!(schedule.failed(0, &BUSY, START, 0.5), AfterFailure::Retry { at });
        assert_eq!(started(&mut schedule, START), [1]);
        schedule.succeeded(1);
        assert_eq!(schedule.next(START), Step::Wait { until: Some(at) });
        assert_eq!(schedule.next(at), Step::Start(Attempt { item: 0, number: 2 }));
        assert_eq!(schedule.failed(0, &BUSY, at, 0.5), AfterFailure::GiveUp);
        assert_eq!(schedule.next(at), Step::Done);
    }

    #[test]
    fn a_retry_that_is_due_goes_before_later_items() {
        let plan = plan_of(["https://a.example/"; 3]);
        let mut schedule = Schedule::new(&plan, limits(1, 1, 1));
        assert_eq!(started(&mut schedule, START), [0]);
        schedule.failed(0, &BUSY, START, 0.0);
        assert_eq!(started(&mut schedule, START), [0]);
    }

    #[test]
    fn items_without_an_address_are_not_scheduled() {
        let plan = plan_of(["nonsense", "https://a.example/", ""]);
        let mut schedule = Schedule::new(&plan, limits(9, 9, 0));
        assert_eq!(started(&mut schedule, START), [1]);
        schedule.succeeded(1);
        assert_eq!(schedule.next(START), Step::Done);
        assert_eq!(Schedule::new(&plan_of([]), limits(9, 9, 0)).next(START), Step::Done);
    }

    #[test]
    fn a_hundred_thousand_origins_are_scheduled_in_no_time() {
        let urls: Vec<_> = (0..100_000).map(|n| format!("https://{n}.example/")).collect();
        let plan = plan_of(urls.iter().map(String::as_str));
        let mut schedule = Schedule::new(&plan, limits(1, 1, 0));
        for item in 0..100_000 {
            assert_eq!(started(&mut schedule, START), [item]);
            schedule.succeeded(item);
        }
        assert_eq!(schedule.next(START), Step::Done);
    }
}
