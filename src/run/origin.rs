//! What an origin may be asked at once, and when it is left alone.
//!
//! An origin that refuses (429 or 503) cools down: nothing starts there for a while, and then half
//! as many at once as before. Every few images that arrive raise that again, by one, up to the
//! limit. Refusals of attempts that were under way when it began to cool down are one refusal. An
//! origin that does nothing but refuse is closed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::retry::MOST_REFUSALS;
use super::{FetchError, RetryPolicy};
use crate::plan::ItemId;

/// So many images in a row let an origin that has cooled down be asked for one more at once; fewer
/// where it is asked for fewer.
const STREAK: usize = 4;

/// The state of one origin.
#[derive(Debug)]
pub struct Origin {
    /// Items that wait for nothing but their turn.
    pub ready: BinaryHeap<Reverse<ItemId>>,
    /// Attempts under way.
    pub in_flight: usize,
    /// How often it has begun to cool down.
    pub cool_downs: u32,
    /// Until when it is left alone; whoever sees that time pass takes it out.
    pub cools_until: Option<Duration>,
    /// Once it is closed: the status of the last refusal.
    pub closed_by: Option<u16>,
    /// The most in flight at present, and at best.
    at_once: usize,
    most: usize,
    /// Images in a row since `at_once` was last changed.
    streak: usize,
    /// Refusals in a row, with no other answer between them.
    refusals: u32,
}

/// What an answer means for its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterAnswer {
    /// Nothing.
    GoOn,
    /// It is left alone until then.
    CoolDown {
        /// Since the run began.
        until: Duration,
    },
    /// Nothing more is asked of it.
    Close,
}

impl Origin {
    /// An origin that may be asked for so many at once.
    pub fn new(most: usize) -> Self {
        Self {
            ready: BinaryHeap::new(),
            in_flight: 0,
            cool_downs: 0,
            cools_until: None,
            closed_by: None,
            at_once: most,
            most,
            streak: 0,
            refusals: 0,
        }
    }

    /// The item that may start next, where one may.
    pub fn first_startable(&self) -> Option<ItemId> {
        let Reverse(first) = self.ready.peek()?;
        let is_open = self.cools_until.is_none() && self.closed_by.is_none();
        (is_open && self.in_flight < self.at_once).then_some(*first)
    }

    /// An attempt, which began after so many cool-downs, ended with an image.
    pub fn succeeded(&mut self, begun_after: u32) {
        self.refusals = 0;
        if self.at_once < self.most && begun_after == self.cool_downs {
            self.streak += 1;
            if self.streak >= self.at_once.min(STREAK) {
                self.streak = 0;
                self.at_once += 1;
            }
        }
    }

    /// An attempt, which began after so many cool-downs and is not counted in flight any more,
    /// ended without an image.
    pub fn failed(
        &mut self,
        error: &FetchError,
        begun_after: u32,
        policy: &RetryPolicy,
        now: Duration,
    ) -> AfterAnswer {
        let FetchError::Http { status: status @ (429 | 503), retry_after } = *error else {
            if !error.is_of_connection() {
                self.refusals = 0;
            }
            return AfterAnswer::GoOn;
        };
        if begun_after == self.cool_downs {
            self.cool_downs += 1;
            self.refusals += 1;
            self.streak = 0;
            // No more were asked for than these, whatever the limit is.
            let asked_for = self.in_flight + 1;
            self.at_once = (self.at_once.min(asked_for) / 2).max(1);
            if self.refusals == MOST_REFUSALS {
                self.closed_by = Some(status);
                return AfterAnswer::Close;
            }
        } else if retry_after.is_none() {
            return AfterAnswer::GoOn;
        }
        let until = now + policy.cool_down(error, self.refusals.max(1));
        if self.cools_until.is_some_and(|before| before >= until) {
            return AfterAnswer::GoOn;
        }
        self.cools_until = Some(until);
        AfterAnswer::CoolDown { until }
    }
}
