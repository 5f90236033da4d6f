//! What the schedule knows of an origin: how many requests it may have at once, and until when it gets
//! none.
//!
//! An origin that refuses (429 or 503) cools down: nothing is requested from it for a while, and then
//! at half the concurrency, or one at a time until one succeeds. A few consecutive successes raise the
//! concurrency by one, up to the limit. Refusals of attempts that were in flight when it began to cool down
//! count as one. An origin that refuses everything is closed. One that limits requests by time pauses before
//! it would refuse, once its [`Quota`] is known.
//!
//! One that breaks off several requests in a row while older ones stay in flight gets no more at once than
//! those. One that breaks off those as well, as an overloaded HTTP/2 server does with its connection, gets half as
//! many.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

use super::adaptive_concurrency::{AdaptiveConcurrency, MAX_ADAPTIVE};
use super::fetch_error::FetchError;
use super::other_tabs::CONNECTIONS;
use super::quota::{Quota, QuotaSearch};
use super::rank::{Rank, Use};
use super::retry::RetryPolicy;
use super::retry_limits::MAX_REFUSALS;
use super::stall::Others;
use crate::plan::ItemId;

/// Consecutive successes after which a throttled origin's concurrency rises by one; fewer if its
/// concurrency is lower than this.
const SUCCESSES_TO_RAISE: usize = 4;

/// The most successes after which it rises where requests beyond it were broken off. Each time, they double.
const MOST_TO_RAISE: usize = 64;

/// Requests broken off in a row after which an origin gets fewer at once. One that fails by itself, as
/// behind a proxy that dislikes its image, is not the origin's condition.
const BREAKS_TO_LOWER: u32 = 3;

/// Finished attempts of which the protocol is looked up. A host that does not disclose it (no
/// `Timing-Allow-Origin`) never will.
const PROTOCOL_LOOKUPS: u8 = 3;

/// The state of one origin.
#[derive(Debug)]
pub struct OriginState {
    /// Items that can start as soon as the limits allow.
    pub ready: BinaryHeap<Reverse<ItemId>>,
    /// Items that were broken off as slow; they start when none is ready.
    pub deferred: BinaryHeap<Reverse<ItemId>>,
    /// Attempts in flight.
    pub in_flight: usize,
    /// Those of them that are slow.
    pub slow: usize,
    /// Those of them that are neither slow nor were deferred before.
    pub lively: usize,
    /// When it had its latest turn; 0 if it had none.
    pub turn: u64,
    /// The rank that it was offered with last.
    pub offered: Option<Rank>,
    /// The number of times that it was throttled.
    pub throttles: u32,
    /// The end of the current cool-down. The schedule resets it when that time has come.
    pub cools_until: Option<Duration>,
    /// The status of the last refusal, once the origin is closed.
    pub closed_by: Option<u16>,
    /// `None` if the concurrency is not searched for.
    pub adaptive: Option<AdaptiveConcurrency>,
    /// What other runs of the thread have in flight to it.
    pub others: Others,
    /// How many requests it answers in which time.
    pub quota: QuotaSearch,
    /// When the attempts in flight began, oldest first.
    begun: Vec<Duration>,
    /// Whether it has answered any request well.
    pub has_served: bool,
    /// How often it answered a request after a refusal.
    pub recoveries: u32,
    /// The requests that it has refused.
    pub refused: u32,
    /// The item that it refused last, and whether it has refused others since it answered any request.
    last_refused: Option<ItemId>,
    refuses_several: bool,
    /// Whether one request is made at a time until one succeeds.
    is_probed: bool,
    /// Whether the run has one request in flight.
    is_sequential: bool,
    has_begun: bool,
    /// Requests that it answers at once, as far as that is known; the others wait in the browser.
    serves: usize,
    /// How often its protocol may still be looked up; 0 once it is known.
    protocol_lookups: u8,
    /// The current limit of attempts in flight.
    concurrency: usize,
    /// The limit without throttling.
    max_concurrency: usize,
    /// Consecutive successes since `concurrency` last changed.
    successes: usize,
    /// Successes after which it rises, once requests beyond it were broken off.
    to_raise: Option<usize>,
    /// Consecutive refusals, without any other response between them.
    refusals: u32,
    /// Consecutive requests that were broken off.
    breaks: u32,
    /// Attempts in flight when it was last limited because of that; 0 if it was throttled since.
    lost: usize,
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
    /// It breaks off requests beyond those that it serves.
    Narrow,
}

impl OriginState {
    /// An origin that may have this many attempts in flight, in a run that has one at a time or more.
    pub fn new(max_concurrency: usize, is_sequential: bool) -> Self {
        Self {
            ready: BinaryHeap::new(),
            deferred: BinaryHeap::new(),
            in_flight: 0,
            slow: 0,
            lively: 0,
            turn: 0,
            offered: None,
            throttles: 0,
            cools_until: None,
            closed_by: None,
            adaptive: None,
            others: Others::default(),
            quota: QuotaSearch::default(),
            begun: Vec::new(),
            has_served: false,
            recoveries: 0,
            refused: 0,
            last_refused: None,
            refuses_several: false,
            is_probed: false,
            is_sequential,
            has_begun: false,
            serves: CONNECTIONS,
            protocol_lookups: PROTOCOL_LOOKUPS,
            concurrency: max_concurrency,
            max_concurrency,
            successes: 0,
            to_raise: None,
            refusals: 0,
            breaks: 0,
            lost: 0,
        }
    }

    /// Its rank among the origins that want a slot; `None` if it can't use one.
    pub fn rank(&self) -> Option<Rank> {
        let used_for = match self.ready.is_empty() {
            true => Use::Deferred,
            false if self.in_flight < self.serves => Use::Served,
            false => Use::Queued,
        };
        let Reverse(first) = *self.ready.peek().or(self.deferred.peek())?;
        let width = self.adaptive.as_ref().map_or(usize::MAX, AdaptiveConcurrency::current);
        // Slow ones hold up nobody whom only the width that was found would stop. If all are slow, the line is.
        let width = width.saturating_add(self.slow.min(width));
        let most = if self.is_probed { 1 } else { self.concurrency };
        let may_start = self.is_open() && self.in_flight < self.others.leave(most.min(width));
        // One at a time, items follow the list.
        let turn = if self.is_sequential { first as u64 } else { self.turn };
        may_start.then_some(Rank::new(used_for, self.in_flight, turn))
    }

    /// Counts an attempt that begins, and returns the time by which the origin knows it. If it is the last one
    /// that the origin answers in a window, nothing more begins until the next one.
    pub fn begin(&mut self, now: Duration) -> Duration {
        if let Some(adaptive) = self.adaptive.as_mut().filter(|_| !self.has_begun) {
            *adaptive = AdaptiveConcurrency::new(now);
        }
        self.has_begun = true;
        self.in_flight += 1;
        let begun = self.quota.begin(now);
        self.begun.push(begun);
        self.cools_until = self.quota.pause().filter(|until| *until > now);
        begun
    }

    /// No longer counts an attempt.
    pub fn end(&mut self, begun: Duration) {
        self.in_flight -= 1;
        self.begun.retain(|other| *other != begun);
    }

    /// What it answers in which time, once that is known.
    pub fn quota(&self) -> Option<Quota> {
        self.quota.quota()
    }

    /// Takes out the item that starts next.
    pub fn pop(&mut self) -> Option<ItemId> {
        let next = if self.ready.is_empty() { &mut self.deferred } else { &mut self.ready };
        next.pop().map(|Reverse(item)| item)
    }

    /// Whether its slow attempts keep others waiting: they hold more than half of its slots, and there
    /// are more images than the rest is enough for.
    pub fn is_held_up(&self) -> bool {
        let slots = self.serves.min(self.concurrency);
        let others = self.ready.len() + self.lively;
        self.is_open() && self.slow > slots / 2 && others > slots.saturating_sub(self.slow)
    }

    /// Records that it has answered a request while this many older ones were in flight.
    pub fn answered_beside(&mut self, older: usize, now: Duration) {
        // A few more than there are connections may have been redirected elsewhere.
        if older >= 2 * CONNECTIONS {
            self.set_protocol(true, now);
        }
        self.serves = self.serves.max(older + 1);
    }

    /// Whether the protocol of its finished attempts is worth a look.
    pub fn wants_protocol(&mut self) -> bool {
        let is_wanted = self.protocol_lookups > 0;
        self.protocol_lookups = self.protocol_lookups.saturating_sub(1);
        is_wanted
    }

    /// Records its protocol: whether one connection carries many requests at once (HTTP/2 and HTTP/3).
    pub fn set_protocol(&mut self, is_multiplexed: bool, now: Duration) {
        self.protocol_lookups = 0;
        self.serves = if is_multiplexed { MAX_ADAPTIVE } else { CONNECTIONS };
        self.adaptive.iter_mut().filter(|_| is_multiplexed).for_each(|adaptive| adaptive.widen(now));
    }

    /// Records an attempt that succeeded. `begun_after` is [`throttles`](Self::throttles) as it was when
    /// the attempt began, at the time `begun`.
    pub fn succeeded(&mut self, begun_after: u32, begun: Duration) {
        let is_after = begun_after == self.throttles;
        self.has_served = true;
        self.breaks = 0;
        self.quota.accepted(begun, is_after);
        if !is_after {
            return;
        }
        self.recovered();
        if self.concurrency < self.max_concurrency {
            self.successes += 1;
            if self.successes >= self.to_raise.unwrap_or(self.concurrency.min(SUCCESSES_TO_RAISE)) {
                self.successes = 0;
                self.concurrency += 1;
            }
        }
    }

    /// It has answered a request that began after its last refusal.
    fn recovered(&mut self) {
        self.recoveries += u32::from(self.refusals > 0);
        (self.refusals, self.is_probed) = (0, false);
        (self.last_refused, self.refuses_several) = (None, false);
    }

    /// Counts a refusal of this item; returns whether others were refused since a request was answered.
    pub fn note_refusal(&mut self, item: ItemId) -> bool {
        self.refused += 1;
        self.refuses_several |= self.last_refused.replace(item).is_some_and(|other| other != item);
        self.refuses_several
    }

    /// Records an attempt that failed and is no longer counted as in flight. `begun_after` and `begun` are as in
    /// [`succeeded`](Self::succeeded).
    pub fn failed(
        &mut self,
        error: &FetchError,
        begun_after: u32,
        begun: Duration,
        policy: &RetryPolicy,
        now: Duration,
    ) -> OriginChange {
        let FetchError::Http { status: status @ (429 | 503), retry_after } = *error else {
            if error.may_be_connection_loss() {
                return self.broke_off(error, begun_after, begun);
            }
            let is_after = begun_after == self.throttles;
            self.quota.accepted(begun, is_after);
            if is_after {
                self.recovered();
            }
            return OriginChange::None;
        };
        if retry_after.is_none() {
            self.quota.refused(begun, self.in_flight > 0);
        }
        if begun_after == self.throttles {
            self.refusals += 1;
            self.throttle(1);
            // Too many requests (RFC 6585) may be too many at any number at once.
            self.is_probed = status == 429 || self.refusals > 1;
            if self.refusals == MAX_REFUSALS {
                self.closed_by = Some(status);
                return OriginChange::Close;
            }
        } else if retry_after.is_none() {
            return OriginChange::None;
        }
        let next_window = self.quota.pause().filter(|until| *until > now && retry_after.is_none());
        let until = next_window.unwrap_or_else(|| now + policy.cool_down(error, self.refusals.max(1)));
        if self.cools_until.is_some_and(|before| before >= until) {
            return OriginChange::None;
        }
        self.cools_until = Some(until);
        OriginChange::CoolDown { until }
    }

    /// Limits an origin that breaks off one request after the other to those that it does not break off. If it
    /// breaks off all of them, it is throttled, but not below what a browser asks of an HTTP/1.1 host anyway.
    fn broke_off(&mut self, error: &FetchError, begun_after: u32, begun: Duration) -> OriginChange {
        if !matches!(error, FetchError::Network | FetchError::Unreachable | FetchError::Interrupted { .. }) {
            return OriginChange::None;
        }
        self.breaks += 1;
        // Those that began before it was limited are of the same loss, in whatever order the browser reports them.
        let is_new = begun_after == self.throttles;
        let older = self.begun.iter().filter(|other| **other < begun).count();
        if self.in_flight == 0 {
            // It was not one too many.
            let least = if self.has_served { CONNECTIONS } else { usize::MAX };
            self.concurrency = self.concurrency.max(least.min(self.max_concurrency));
        }
        if older > 0 && !matches!(error, FetchError::Interrupted { .. }) {
            // A host that was limited may still break off by itself what is within its limit.
            let is_beyond = older >= self.concurrency || self.breaks >= BREAKS_TO_LOWER;
            let is_for_limit = self.has_served && self.to_raise.is_some() && is_beyond;
            if self.breaks >= BREAKS_TO_LOWER && older < self.concurrency {
                if is_new {
                    self.note_loss();
                    let to_raise = self.to_raise.map_or(SUCCESSES_TO_RAISE, |successes| successes * 2);
                    self.to_raise = Some(to_raise.min(MOST_TO_RAISE));
                }
                (self.successes, self.concurrency) = (0, older);
            }
            return if is_for_limit { OriginChange::Narrow } else { OriginChange::None };
        }
        if self.breaks >= BREAKS_TO_LOWER && is_new && self.has_served {
            self.note_loss();
            self.breaks = 0;
            self.halve(CONNECTIONS);
        } else if self.breaks >= BREAKS_TO_LOWER && !is_new && self.lost > 0 {
            // The older ones, to which it was limited, were broken off as well: over HTTP/2, the whole connection was.
            let is_whole = self.serves > CONNECTIONS && self.breaks as usize >= self.lost;
            self.halve(if is_whole { 1 } else { CONNECTIONS });
        }
        OriginChange::None
    }

    /// It is limited because it breaks off what is in flight.
    fn note_loss(&mut self) {
        self.throttles += 1;
        self.lost = (self.in_flight + BREAKS_TO_LOWER as usize).min(self.concurrency);
    }

    /// Allows half of what was in flight then, but at least this much of it.
    fn halve(&mut self, least: usize) {
        (self.successes, self.concurrency) = (0, (self.lost / 2).max(least.min(self.lost)));
    }

    /// Halves the concurrency, but leaves at least this much of it.
    fn throttle(&mut self, least: usize) {
        self.throttles += 1;
        (self.successes, self.lost) = (0, 0);
        // The limit may be higher than what was in flight when the origin refused.
        let in_flight = self.in_flight + 1;
        self.concurrency = (self.concurrency.min(in_flight) / 2).max(least);
    }

    fn is_open(&self) -> bool {
        self.cools_until.is_none() && self.closed_by.is_none()
    }
}
