use std::time::Duration;

use fetchzip::plan::{ItemId, OriginId, Plan, Request};
use fetchzip::run::{AfterFailure, Attempt, FetchError, Limits, RetryPolicy, Schedule, Step};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::cases;
use crate::text::CrateText;

/// One item, as seen from outside the schedule.
#[derive(Clone, Debug, Default)]
struct Item {
    origin: OriginId,
    is_in_flight: bool,
    has_ended: bool,
    /// Its latest attempt could not be stored.
    lacks_space: bool,
    starts: u32,
    not_before: Duration,
    /// [`World::disturbances`] of its origin when the latest attempt began.
    begun_after: u32,
}

/// A run that checks the rules of a schedule, with random results of its attempts.
struct World {
    schedule: Schedule,
    limits: Limits,
    items: Vec<Item>,
    now: Duration,
    is_paused: bool,
    /// The end of each origin's latest cool-down.
    cools_until: Vec<Duration>,
    /// Consecutive refusals of each origin. At least as many as the schedule counts: one per attempt.
    refusals: Vec<u32>,
    /// The refused and broken attempts of each origin.
    disturbances: Vec<u32>,
    /// Origins that have refused or broken off, so that they may get fewer at once.
    may_be_throttled: Vec<bool>,
    /// Whether each origin is closed, so that nothing may start there.
    is_closed: Vec<bool>,
    /// An origin that refuses everything.
    always_refuses: OriginId,
    /// The number of rolls after which the storage is full.
    full_after: usize,
    /// Whether nothing may start, because nothing more can be stored.
    is_over: bool,
    /// Consecutive images that could not be stored.
    storage_failures: u32,
    /// Random bytes that decide what happens next, used cyclically.
    dice: Vec<u8>,
    rolls: usize,
    /// Failures that did not count as attempts.
    forgiven: usize,
}

/// Without limits of bytes: the driver checks those, and reports failures to the schedule.
fn limits(concurrency: usize, per_origin: usize, retries: u32) -> Limits {
    Limits { concurrency, per_origin, retry: RetryPolicy { retries }, ..Limits::default() }
}

impl World {
    fn new(origins: &[u8], limits: Limits, dice: Vec<u8>) -> Self {
        let url = |origin: &u8| Request::new(format!("https://{origin}.example/"));
        let plan = Plan::new(origins.iter().map(url), &CrateText);
        let item = |item: &fetchzip::plan::Item| Item { origin: item.origin.unwrap(), ..Item::default() };
        Self {
            schedule: Schedule::new(&plan, limits),
            limits,
            items: plan.items().iter().map(item).collect(),
            now: Duration::ZERO,
            is_paused: false,
            cools_until: vec![Duration::ZERO; plan.origins().len()],
            refusals: vec![0; plan.origins().len()],
            disturbances: vec![0; plan.origins().len()],
            may_be_throttled: vec![false; plan.origins().len()],
            is_closed: vec![false; plan.origins().len()],
            always_refuses: OriginId::MAX,
            full_after: usize::MAX,
            is_over: false,
            storage_failures: 0,
            dice,
            rolls: 0,
            forgiven: 0,
        }
    }

    fn roll(&mut self) -> u8 {
        self.rolls += 1;
        self.dice[self.rolls % self.dice.len()].wrapping_add((self.rolls / self.dice.len()) as u8)
    }

    fn in_flight(&self) -> Vec<ItemId> {
        (0..self.items.len()).filter(|item| self.items[*item].is_in_flight).collect()
    }

    /// Runs to the end, and checks every rule at every step.
    fn run(&mut self) {
        let max_steps = 40 * self.items.len() * (self.limits.retry.retries as usize + 2) + 400;
        for _ in 0..max_steps {
            if self.roll().is_multiple_of(16) {
                self.is_paused = !self.is_paused;
                if self.is_paused { self.schedule.pause() } else { self.schedule.resume() }
            }
            match self.schedule.next(self.now) {
                Step::Start(attempt) => self.start(attempt),
                Step::Fail { item, error: FetchError::HostRefuses { .. } } => {
                    let origin = self.items[item].origin;
                    assert!(
                        self.refusals[origin] >= 10,
                        "{item} failed before its origin had refused ten times"
                    );
                    self.is_closed[origin] = true;
                    self.end(item);
                }
                Step::Fail { item, error } => {
                    let is_full = matches!(error, FetchError::Storage { .. }) && self.storage_failures >= 5;
                    let is_reached = matches!(error, FetchError::OverTotal { .. });
                    assert!(
                        self.is_over && (is_full || is_reached),
                        "{item} failed without a request: {error}"
                    );
                    self.end(item);
                }
                Step::Wait { until } => self.wait(until),
                Step::Done => {
                    assert!(self.items.iter().all(|item| item.has_ended), "{:?}", self.items);
                    return;
                }
            }
        }
        panic!("the run does not end");
    }

    fn start(&mut self, Attempt { item, number, .. }: Attempt) {
        let Item { origin, is_in_flight, has_ended, not_before, .. } = self.items[item];
        assert!(!self.is_paused && !is_in_flight && !has_ended, "{item} must not start now");
        assert!(!self.is_over, "{item} started although it can't be stored");
        assert!(!self.is_closed[origin], "{item} started at a closed origin");
        assert!(self.now >= not_before, "{item} started before its time");
        assert!(self.now >= self.cools_until[origin], "{item} started while its origin cooled down");
        self.items[item].is_in_flight = true;
        self.items[item].starts += 1;
        self.items[item].begun_after = self.disturbances[origin];
        // It may be the last one that the origin answers in a window.
        for (id, until) in self.schedule.cooling(self.now).filter(|(id, _)| *id == origin) {
            assert!(until >= self.cools_until[id], "a cool-down was shortened");
            self.cools_until[id] = until;
        }
        assert_eq!(number, self.items[item].starts);
        let in_flight = self.in_flight();
        assert!(in_flight.len() <= self.max_in_flight());
        let there = in_flight.iter().filter(|item| self.items[**item].origin == origin).count();
        assert!(there <= self.limits.per_origin);
        let passed_over = |earlier: &Item| earlier.origin == origin && self.is_ready(earlier);
        assert!(!self.items[..item].iter().any(passed_over), "{item} started before an earlier item");
    }

    /// An image that could not be stored is retried alone.
    fn max_in_flight(&self) -> usize {
        let lacks_space = self.items.iter().any(|item| item.lacks_space && !item.has_ended);
        if lacks_space { 1 } else { self.limits.concurrency }
    }

    fn is_ready(&self, item: &Item) -> bool {
        !item.is_in_flight && !item.has_ended && item.not_before <= self.now
    }

    fn wait(&mut self, until: Option<Duration>) {
        let in_flight = self.in_flight();
        if self.is_over {
            assert_eq!(until, None);
            assert!(
                self.items.iter().all(|item| item.is_in_flight || item.has_ended),
                "an item was not failed"
            );
        } else if !self.is_paused && in_flight.len() < self.max_in_flight() {
            self.check_that_nothing_could_start(&in_flight);
        }
        match until {
            Some(time) if in_flight.is_empty() || self.roll().is_multiple_of(3) => {
                assert!(time > self.now, "the schedule waits for a time that has passed");
                self.now = time;
            }
            _ if !in_flight.is_empty() => {
                let which = usize::from(self.roll()) % in_flight.len();
                let takes = u64::from(self.roll()) * 10;
                self.now += Duration::from_millis(takes);
                self.finish(in_flight[which]);
            }
            _ => {
                assert!(self.is_paused, "the schedule waits with nothing in flight: a slot has leaked");
                self.is_paused = false;
                self.schedule.resume();
            }
        }
    }

    /// Checks origins that have never refused or broken off: their limit is the configured one.
    fn check_that_nothing_could_start(&self, in_flight: &[ItemId]) {
        for (id, item) in self.items.iter().enumerate().filter(|(_, item)| self.is_ready(item)) {
            let there = in_flight.iter().filter(|other| self.items[**other].origin == item.origin).count();
            let is_full = there >= self.limits.per_origin;
            assert!(self.may_be_throttled[item.origin] || is_full, "{id} could have started");
        }
    }

    fn finish(&mut self, item: ItemId) {
        let origin = self.items[item].origin;
        self.items[item].is_in_flight = false;
        let busy =
            |seconds| FetchError::Http { status: 429, retry_after: Some(Duration::from_secs(seconds)) };
        let error = match self.roll() % 24 {
            _ if origin == self.always_refuses => FetchError::http(503),
            0..=9 if self.rolls <= self.full_after => {
                self.schedule.succeeded(item);
                if self.items[item].begun_after == self.disturbances[origin] {
                    self.refusals[origin] = 0;
                }
                self.storage_failures = 0;
                return self.end(item);
            }
            0..=11 => FetchError::Storage { reason: "full".into() },
            12 if self.rolls.is_multiple_of(5) => FetchError::OverTotal { limit: 9 },
            12 => FetchError::TooLarge { limit: 9 },
            13 => FetchError::http(404),
            14 => FetchError::http(500),
            15 | 16 => FetchError::Network,
            17 => busy(3),
            18 => busy(400),
            _ => FetchError::http(503),
        };
        let is_refusal = matches!(error, FetchError::Http { status: 429 | 503, .. });
        if is_refusal {
            self.refusals[origin] += 1;
        }
        self.disturbances[origin] += u32::from(is_refusal || error == FetchError::Network);
        self.may_be_throttled[origin] |= is_refusal || error == FetchError::Network;
        self.is_over |= matches!(error, FetchError::OverTotal { .. });
        let jitter = f64::from(self.roll()) / 256.0;
        let AfterFailure { retry_at, cools_until } = self.schedule.failed(item, &error, self.now, jitter);
        if let Some(until) = cools_until {
            assert!(is_refusal && until > self.now, "{until:?}");
            assert!(until >= self.cools_until[origin], "a cool-down was shortened");
            self.cools_until[origin] = until;
        }
        let reported: Vec<_> = self.schedule.cooling(self.now).filter(|(id, _)| *id == origin).collect();
        let known = Some((origin, self.cools_until[origin])).filter(|(_, until)| *until > self.now);
        assert_eq!(reported, known.into_iter().collect::<Vec<_>>());
        match retry_at {
            Some(at) => {
                assert!(!self.is_over, "{item} is retried although it can't be stored");
                assert!(at >= self.now + error.retry_after().unwrap_or_default());
                self.items[item].not_before = at;
                if self.is_paused && error == FetchError::Network {
                    // The attempt does not show whether there is space.
                    self.forgiven += 1;
                } else {
                    self.items[item].lacks_space = matches!(error, FetchError::Storage { .. });
                }
            }
            None => {
                self.storage_failures += u32::from(matches!(error, FetchError::Storage { .. }));
                self.is_over |= self.storage_failures >= 5;
                self.end(item);
            }
        }
    }

    fn end(&mut self, item: ItemId) {
        assert!(!self.items[item].has_ended, "{item} ends twice");
        assert!(!self.items[item].is_in_flight, "{item} is in flight");
        self.items[item].has_ended = true;
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn a_schedule_obeys_its_limits_and_ends_every_item_once(
        origins in vec(0..4_u8, 0..40),
        (in_flight, per_origin, retries) in (1..8_usize, 1..8_usize, 0..4_u32),
        always_refuses in 0..8_usize,
        full_after in prop_oneof![2 => Just(usize::MAX), 1 => 0..200_usize],
        dice in vec(any::<u8>(), 1..300),
    ) {
        let limits = limits(in_flight, per_origin, retries);
        let mut world = World::new(&origins, limits, dice);
        world.always_refuses = always_refuses;
        world.full_after = full_after;
        world.run();
        let starts: u32 = world.items.iter().map(|item| item.starts).sum();
        // An item that is refused for its host's sake is asked for up to ten times more.
        let for_hosts = if retries > 0 { 10 } else { 0 };
        let most = world.items.len() * (retries as usize + 1 + for_hosts) + world.forgiven;
        prop_assert!(starts as usize <= most, "{starts} attempts");
    }

    #[test]
    fn a_stopped_schedule_returns_the_items_that_had_not_ended(
        origins in vec(0..3_u8, 1..20),
        ended in 0..20_usize,
    ) {
        let limits = limits(3, 2, 1);
        let mut world = World::new(&origins, limits, vec![0]);
        while world.items.iter().filter(|item| item.has_ended).count() < ended.min(origins.len()) {
            match world.schedule.next(world.now) {
                Step::Start(Attempt { item, .. }) => {
                    world.schedule.succeeded(item);
                    world.end(item);
                }
                step => panic!("{step:?}"),
            }
        }
        let left: Vec<_> = (0..origins.len()).filter(|item| !world.items[*item].has_ended).collect();
        prop_assert_eq!(world.schedule.stop(), left);
        prop_assert_eq!(world.schedule.next(world.now), Step::Done);
    }
}
