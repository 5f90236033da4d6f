//! What the schedule knows of an origin: how many requests it may have at once, and until when it gets
//! none.
//!
//! An origin that refuses (429 or 503) cools down: nothing is requested from it for a while, and then
//! at half the concurrency. A few consecutive successes raise that by one, up to the limit. Refusals of
//! attempts that were in flight when it began to cool down count as one. An origin that refuses
//! everything is closed.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::fetch_error::FetchError;
use super::retry::RetryPolicy;
use super::retry_limits::MAX_REFUSALS;
use crate::plan::ItemId;

/// Consecutive successes after which a throttled origin's concurrency rises by one; fewer if its
/// concurrency is lower than this.
const SUCCESSES_TO_RAISE: usize = 4;

/// The state of one origin.
#[derive(Debug)]
pub struct OriginState {
    /// Items that can start as soon as the limits allow.
    pub ready: BinaryHeap<Reverse<ItemId>>,
    /// Attempts in flight.
    pub in_flight: usize,
    /// The number of cool-downs that have begun.
    pub cool_downs: u32,
    /// The end of the current cool-down. The schedule resets it when that time has come.
    pub cools_until: Option<Duration>,
    /// The status of the last refusal, once the origin is closed.
    pub closed_by: Option<u16>,
    /// The current limit of attempts in flight.
    concurrency: usize,
    /// The limit without throttling.
    max_concurrency: usize,
    /// Consecutive successes since `concurrency` last changed.
    successes: usize,
    /// Consecutive refusals, without any other response between them.
    refusals: u32,
}

/// What a failed attempt means for its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OriginChange {
    /// Nothing.
    None,
    /// It cools down.
    CoolDown {
        /// The end of the cool-down, since the run began.
        until: Duration,
    },
    /// It is closed: nothing more is requested from it.
    Close,
}

impl OriginState {
    /// An origin that may have this many attempts in flight.
    pub fn new(max_concurrency: usize) -> Self {
        Self {
            ready: BinaryHeap::new(),
            in_flight: 0,
            cool_downs: 0,
            cools_until: None,
            closed_by: None,
            concurrency: max_concurrency,
            max_concurrency,
            successes: 0,
            refusals: 0,
        }
    }

    /// The item that may start next, if one may.
    pub fn first_startable(&self) -> Option<ItemId> {
        let Reverse(first) = self.ready.peek()?;
        let is_open = self.cools_until.is_none() && self.closed_by.is_none();
        (is_open && self.in_flight < self.concurrency).then_some(*first)
    }

    /// Records an attempt that succeeded. `begun_after` is [`cool_downs`](Self::cool_downs) as it was
    /// when the attempt began.
    pub fn succeeded(&mut self, begun_after: u32) {
        self.refusals = 0;
        if self.concurrency < self.max_concurrency && begun_after == self.cool_downs {
            self.successes += 1;
            if self.successes >= self.concurrency.min(SUCCESSES_TO_RAISE) {
                self.successes = 0;
                self.concurrency += 1;
            }
        }
    }

    /// Records an attempt that failed and is no longer counted as in flight. `begun_after` is as in
    /// [`succeeded`](Self::succeeded).
    pub fn failed(
        &mut self,
        error: &FetchError,
        begun_after: u32,
        policy: &RetryPolicy,
        now: Duration,
    ) -> OriginChange {
        let FetchError::Http { status: status @ (429 | 503), retry_after } = *error else {
            if !error.may_be_connection_loss() {
                self.refusals = 0;
            }
            return OriginChange::None;
        };
        if begun_after == self.cool_downs {
            self.cool_downs += 1;
            self.refusals += 1;
            self.successes = 0;
            // The limit may be higher than what was in flight when the origin refused.
            let in_flight = self.in_flight + 1;
            self.concurrency = (self.concurrency.min(in_flight) / 2).max(1);
            if self.refusals == MAX_REFUSALS {
                self.closed_by = Some(status);
                return OriginChange::Close;
            }
        } else if retry_after.is_none() {
            return OriginChange::None;
        }
        let until = now + policy.cool_down(error, self.refusals.max(1));
        if self.cools_until.is_some_and(|before| before >= until) {
            return OriginChange::None;
        }
        self.cools_until = Some(until);
        OriginChange::CoolDown { until }
    }
}
