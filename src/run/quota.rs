//! How many requests an origin answers in which time, learnt from what it refused and when.
//!
//! Many hosts limit requests by time (ten in ten seconds, twenty a minute), and do not say so where a page could
//! read it. Fewer requests at once do not help there; only waiting does. After a refusal one request is made at a
//! time. If that is refused although the origin had no other, requests at once are not what it limits. Once one
//! is accepted,
//!
//! - the requests before the first refusal are as many as it answers in one window;
//! - the time from the first of them to the last refusal is shorter than a window;
//! - the time to the accepted request is long enough.
//!
//! From then on requests pause before they would be refused. The window is narrowed by trying a time between the
//! two bounds, and after some full windows more requests are tried, because the first ones may have met a window
//! that others had used.

use std::collections::VecDeque;
use std::time::Duration;

use crate::bytes::{ByteReader, PutBytes};

/// The most requests that are remembered. A quota of more is not noticed.
const MOST: usize = 1000;

/// The full windows before more requests are tried: at first, and at most. Each refusal doubles them.
const FIRST_PATIENCE: u32 = 4;
const LAST_PATIENCE: u32 = 64;

/// What an origin answers: this many requests in each window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The requests.
    pub requests: usize,
    /// The length of the window.
    pub window: Duration,
}

/// The search for the quota of one origin.
#[derive(Debug, Default)]
pub struct QuotaSearch {
    /// When the requests began that were not refused, oldest first: those that the window in force counts.
    begun: VecDeque<Duration>,
    known: Option<Bounds>,
    /// The refusals since a request was accepted last.
    refusals: Option<Refusals>,
    trial: Option<Trial>,
}

/// The first request after a full window, until it is answered.
#[derive(Debug)]
struct Trial {
    begun: Duration,
    /// The time since the first request of the window before.
    time: Duration,
    /// The requests of that window, which count again if this one is refused.
    before: VecDeque<Duration>,
}

/// What is known of a quota.
#[derive(Debug)]
struct Bounds {
    requests: usize,
    /// Some time that is shorter than a window, and one that is long enough.
    too_short: Duration,
    long_enough: Duration,
    /// The full windows since the number of requests changed, and how many there must be before more are tried.
    full_windows: u32,
    patience: u32,
}

/// Refusals without an accepted request between them.
#[derive(Debug, Default)]
struct Refusals {
    /// When the latest of the refused requests began.
    latest: Duration,
    /// Whether a request was refused although the origin had no other.
    is_by_time: bool,
    /// Whether the first of them came after a window that was waited for.
    is_window_short: bool,
}

impl Quota {
    /// Writes a quota, if it is known.
    pub fn put(quota: Option<Self>, bytes: &mut Vec<u8>) {
        bytes.put_u64(quota.map_or(0, |quota| quota.requests as u64));
        bytes.put_duration(quota.map_or(Duration::ZERO, |quota| quota.window));
    }

    /// Reads what [`put`](Self::put) has written; `None` if that is not complete.
    pub fn read(bytes: &mut ByteReader<'_>) -> Option<Option<Self>> {
        let requests = usize::try_from(bytes.u64()?).ok()?;
        let window = bytes.duration()?;
        Some((requests > 0).then_some(Self { requests, window }))
    }
}

impl QuotaSearch {
    /// Records that a request begins, and returns the time by which it is known: no other request has the same.
    pub fn begin(&mut self, now: Duration) -> Duration {
        let begun = self.begun.back().map_or(now, |last| now.max(*last + Duration::from_nanos(1)));
        if let Some(bounds) = self.known.as_ref().filter(|_| self.refusals.is_none()) {
            let was_full = self.begun.len() >= bounds.requests;
            let window = bounds.window();
            if let Some(first) = self.begun.front().copied().filter(|first| *first + window <= begun) {
                // A new window; what began late in the one before may count in this one, too.
                let outside = self.begun.iter().take_while(|other| **other + window / 2 <= begun).count();
                let inside = self.begun.split_off(outside);
                let before = std::mem::replace(&mut self.begun, inside);
                self.trial = was_full.then_some(Trial { begun, time: begun - first, before });
            }
        }
        self.begun.push_back(begun);
        if self.begun.len() > MOST {
            self.begun.pop_front();
        }
        let length = self.begun.len();
        if let Some(bounds) = self.known.as_mut().filter(|bounds| bounds.requests == length) {
            bounds.record_full_window();
        }
        begun
    }

    /// Until when the next request waits, because the origin would refuse it.
    pub fn pause(&self) -> Option<Duration> {
        let bounds = self.known.as_ref().filter(|bounds| self.begun.len() >= bounds.requests)?;
        let window = if self.refusals.is_some() { bounds.long_enough } else { bounds.window() };
        Some(*self.begun.front()? + window)
    }

    /// The quota, once it is known.
    pub fn quota(&self) -> Option<Quota> {
        self.known.as_ref().map(|bounds| Quota { requests: bounds.requests, window: bounds.window() })
    }

    /// Records that the request that began at this time was refused, and whether the origin had any other then.
    pub fn refused(&mut self, begun: Duration, had_others: bool) {
        self.begun.retain(|other| *other != begun);
        let trial = self.trial.take_if(|trial| trial.begun == begun);
        let is_window_short = trial.is_some();
        if let Some(Trial { mut before, .. }) = trial {
            before.append(&mut self.begun);
            self.begun = before;
        }
        let is_probe = self.refusals.is_some();
        let refusals = self.refusals.get_or_insert_default();
        refusals.latest = refusals.latest.max(begun);
        refusals.is_by_time |= is_probe && !had_others;
        refusals.is_window_short |= is_window_short;
    }

    /// Records that the request that began at this time was accepted. `ends_refusals` is whether it began after
    /// the latest refusal.
    pub fn accepted(&mut self, begun: Duration, ends_refusals: bool) {
        if let Some(trial) = self.trial.take_if(|trial| trial.begun == begun)
            && let Some(bounds) = &mut self.known
        {
            bounds.long_enough = bounds.long_enough.min(trial.time);
        }
        if ends_refusals && let Some(refusals) = self.refusals.take() {
            self.learn(&refusals, begun);
            self.begun.retain(|other| *other >= begun);
        }
    }

    /// Learns from refusals that ended with the request that began at this time.
    fn learn(&mut self, refusals: &Refusals, accepted: Duration) {
        let requests = self.begun.iter().filter(|begun| **begun < accepted).count();
        let Some(first) = self.begun.front().copied().filter(|_| requests > 0) else { return };
        let (too_short, long_enough) = (refusals.latest.saturating_sub(first), accepted - first);
        match &mut self.known {
            Some(bounds) => bounds.correct(refusals, requests, too_short, long_enough),
            None if refusals.is_by_time => {
                self.known = Some(Bounds {
                    requests,
                    too_short,
                    long_enough,
                    full_windows: 0,
                    patience: FIRST_PATIENCE,
                });
            }
            None => {}
        }
    }
}

impl Bounds {
    /// The window to wait for: in the middle of the bounds, until they are close to each other.
    fn window(&self) -> Duration {
        let between = self.long_enough.saturating_sub(self.too_short);
        if between <= self.long_enough / 8 { self.long_enough } else { self.long_enough - between / 2 }
    }

    fn record_full_window(&mut self) {
        self.full_windows += 1;
        if self.full_windows > self.patience {
            self.full_windows = 0;
            self.requests += self.requests / 4 + 1;
        }
    }

    fn correct(&mut self, refusals: &Refusals, requests: usize, too_short: Duration, long_enough: Duration) {
        if !refusals.is_window_short {
            self.requests = requests;
            self.full_windows = 0;
            self.patience = (self.patience * 2).min(LAST_PATIENCE);
        }
        self.too_short = self.too_short.max(too_short);
        if self.long_enough <= self.too_short || long_enough < self.long_enough {
            self.long_enough = long_enough;
        }
        // What was too short once may be long enough where another tab no longer asks.
        self.too_short = self.too_short.min(self.long_enough);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    /// Makes this many requests, all of which are accepted, and returns the time of the last one.
    fn accept(search: &mut QuotaSearch, requests: usize, now: Duration) {
        for _ in 0..requests {
            let begun = search.begin(now);
            search.accepted(begun, false);
        }
    }

    /// Ten requests at once, a refusal, and probes that are refused until the last one.
    fn learnt() -> QuotaSearch {
        let mut search = QuotaSearch::default();
        accept(&mut search, 10, at(0.0));
        let first = search.begin(at(0.1));
        search.refused(first, true);
        for probe in [0.6, 1.6, 3.6, 7.6] {
            let begun = search.begin(at(probe));
            search.refused(begun, false);
        }
        let begun = search.begin(at(15.6));
        search.accepted(begun, true);
        search
    }

    #[test]
    fn a_quota_is_learnt_from_the_requests_before_refusals_and_the_time_they_last() {
        let search = learnt();
        // Between 7.6 and 15.6 s.
        assert_eq!(search.quota(), Some(Quota { requests: 10, window: at(11.6) }));
    }

    #[test]
    fn requests_pause_before_they_would_be_refused_and_the_window_is_narrowed() {
        let mut search = learnt();
        let mut windows = Vec::new();
        let mut from = at(15.6);
        accept(&mut search, 8, at(15.6));
        assert_eq!(search.pause(), None);
        for _ in 0..4 {
            let missing = 10 - search.begun.len();
            accept(&mut search, missing, from);
            let until = search.pause().unwrap();
            windows.push((until - from).as_millis());
            let begun = search.begin(until);
            // The host's window has ten seconds.
            if until - from >= at(10.0) {
                search.accepted(begun, false);
                from = until;
            } else {
                search.refused(begun, false);
                let until = search.pause().unwrap();
                let begun = search.begin(until);
                search.accepted(begun, true);
                from = until;
            }
        }
        assert_eq!(windows, [11_600, 9_600, 10_600, 10_600]);
    }

    #[test]
    fn more_requests_are_tried_after_some_full_windows_and_less_often_after_each_refusal() {
        let mut search = learnt();
        let mut tried = Vec::new();
        for window in 2..100 {
            // Ten are answered in each window, and what is beyond is refused.
            let mut number = 0;
            while number < search.quota().unwrap().requests {
                let begun = search.begin(at(f64::from(window) * 20.0));
                if number < 10 {
                    search.accepted(begun, number == 0)
                } else {
                    search.refused(begun, true)
                }
                number += 1;
            }
            if number > 10 {
                tried.push(window);
            }
        }
        assert_eq!(tried, [6, 15, 32, 65]);
    }

    #[test]
    fn refusals_that_end_at_once_are_no_quota() {
        let mut search = QuotaSearch::default();
        accept(&mut search, 5, at(0.0));
        let begun = search.begin(at(0.1));
        search.refused(begun, false);
        let begun = search.begin(at(0.6));
        search.accepted(begun, true);
        assert_eq!((search.quota(), search.pause()), (None, None));
    }

    #[test]
    fn a_host_that_refuses_while_others_are_in_flight_limits_those_and_not_the_time() {
        let mut search = QuotaSearch::default();
        accept(&mut search, 2, at(0.0));
        for now in [0.1, 0.6, 1.6] {
            let begun = search.begin(at(now));
            search.refused(begun, true);
        }
        let begun = search.begin(at(3.6));
        search.accepted(begun, true);
        assert_eq!(search.quota(), None);
    }

    #[test]
    fn a_window_that_proves_too_short_is_measured_anew() {
        let mut search = learnt();
        accept(&mut search, 9, at(15.6));
        // Somebody else uses the host now.
        for now in [27.2, 31.2, 35.0] {
            let begun = search.begin(at(now));
            search.refused(begun, false);
        }
        let begun = search.begin(at(39.0));
        search.accepted(begun, true);
        let quota = search.quota().unwrap();
        assert_eq!(quota.requests, 10);
        assert!(quota.window > at(19.0) && quota.window <= at(23.4), "{quota:?}");
    }
}
