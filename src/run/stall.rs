//! Detects attempts that have stalled.
//!
//! A browser opens six connections to an HTTP/1.1 host and queues further requests, whichever run, tab or
//! page they are from. To a page, a queued request looks like a server that does not respond. So silence
//! is counted
//!
//! - from the moment when an attempt is among the six oldest of its origin;
//! - not before the headers, while the origin answers other requests: its turn may not have come;
//! - unless a younger request has got its answer, which the browser would not have sent before it;
//! - not while the computer sleeps.
//!
//! Requests of [other tabs](super::other_tabs) count as those of other runs do, and those that a page makes
//! [itself](super::page_requests) as far as they are older: an answer to a younger one may come from a cache. Since it
//! knows all runs, it also says how they [share](Others) the places of an origin.

use std::time::Duration;

use super::adaptive_concurrency::MAX_ADAPTIVE;
use super::other_tabs::{CONNECTIONS, OriginUse, OtherTabs, message};
use super::page_requests::{PageRequest, page_requests};

/// An attempt that has been silent for this part of its timeout raises the question whether it waits behind those of
/// another tab.
const DOUBT: u32 = 4;

/// The attempts in flight of all runs of a thread, oldest first, each with its request: `R` is what aborts
/// it. Times are since 1970.
#[derive(Debug)]
pub struct StallDetector<R> {
    attempts: Vec<Watched<R>>,
    next_key: u64,
    other_tabs: OtherTabs,
}

/// Identifies a watched attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchKey(u64);

#[derive(Debug)]
struct Watched<R> {
    key: WatchKey,
    /// The run that it belongs to.
    run: u32,
    /// Stands for the origin's text. Two origins with the same number would only wait longer.
    origin: u32,
    request: R,
    timeout: Duration,
    begun: Duration,
    /// When the origin last answered any attempt, as far as this one was in flight.
    answered: Option<Duration>,
    /// The latest activity; `None` while the browser may have queued the request.
    active_at: Option<Duration>,
    /// Whether the request is known to have been sent.
    is_sent: bool,
    /// Whether its silence began anew after the computer's sleep.
    has_slept: bool,
    has_timed_out: bool,
}

impl<R> Default for StallDetector<R> {
    fn default() -> Self {
        Self { attempts: Vec::new(), next_key: 0, other_tabs: OtherTabs::default() }
    }
}

impl<R: Clone> StallDetector<R> {
    /// Watches an attempt of a run that begins, which may be silent for the length of the timeout.
    pub fn watch(
        &mut self,
        run: u32,
        origin: &str,
        request: R,
        timeout: Duration,
        now: Duration,
    ) -> WatchKey {
        let origin = number_of(origin);
        let key = WatchKey(self.next_key);
        self.next_key += 1;
        let answered = self
            .attempts
            .iter()
            .rfind(|attempt| attempt.origin == origin)
            .and_then(|attempt| attempt.answered);
        self.attempts.push(Watched {
            key,
            run,
            origin,
            request,
            timeout,
            begun: now,
            answered,
            active_at: None,
            is_sent: false,
            has_slept: false,
            has_timed_out: false,
        });
        self.count_oldest(origin, now);
        key
    }

    /// What other runs than this one have in flight to an origin, in this tab and others.
    pub fn others(&self, run: u32, origin: &str) -> Others {
        let origin = number_of(origin);
        let own = self.attempts.iter().filter(|other| other.origin == origin && other.run != run);
        let mut others = count(own);
        for used in self.other_tabs.uses(origin) {
            others.runs += used.runs;
            others.in_flight += used.in_flight;
        }
        others
    }

    /// Records that headers or data have arrived.
    pub fn record_activity(&mut self, key: WatchKey, now: Duration) {
        let Some(place) = self.attempts.iter().position(|attempt| attempt.key == key) else { return };
        let active = &mut self.attempts[place];
        let (origin, is_first) = (active.origin, !active.is_sent);
        (active.active_at, active.is_sent, active.has_slept) = (Some(now), true, false);
        for (number, other) in self.attempts.iter_mut().enumerate() {
            if other.origin != origin {
                continue;
            }
            other.answered = Some(now);
            if other.is_sent {
                continue;
            }
            // The browser sends requests in their order.
            other.is_sent = is_first && number < place;
            if other.is_sent || other.active_at.is_some() {
                other.active_at = Some(now);
            }
        }
    }

    /// Marks attempts that have been silent for too long as timed out, and returns their requests for the
    /// caller to abort. Each is returned once.
    pub fn time_out(&mut self, now: Duration) -> Vec<R> {
        self.forget_gone_tabs(now);
        let stalled = self.attempts.iter_mut().filter(|attempt| {
            let is_silent = |since: Duration| now.saturating_sub(since) >= attempt.timeout;
            !attempt.has_timed_out && attempt.active_at.is_some_and(is_silent)
        });
        let mark = |attempt: &mut Watched<R>| {
            attempt.has_timed_out = true;
            attempt.request.clone()
        };
        stalled.map(mark).collect()
    }

    /// The requests of all attempts.
    pub fn requests(&self) -> impl Iterator<Item = &R> {
        self.attempts.iter().map(|attempt| &attempt.request)
    }

    /// Begins all silences anew: the computer has slept, or the thread was stopped. Once between two activities
    /// of an attempt, because a thread whose timers are always late may not wait for ever.
    pub fn wake(&mut self, now: Duration) {
        for attempt in self.attempts.iter_mut().filter(|attempt| !attempt.has_slept) {
            attempt.active_at = attempt.active_at.map(|_| now);
            attempt.has_slept = true;
        }
    }

    /// Whether the attempt has timed out.
    pub fn has_timed_out(&self, key: WatchKey) -> bool {
        self.attempts.iter().any(|attempt| attempt.key == key && attempt.has_timed_out)
    }

    /// Stops watching an attempt that has ended. The next one of its origin may get its connection.
    pub fn unwatch(&mut self, key: WatchKey, now: Duration) {
        let Some(place) = self.attempts.iter().position(|attempt| attempt.key == key) else { return };
        let origin = self.attempts.remove(place).origin;
        self.count_oldest(origin, now);
    }

    /// The message to other tabs that is due, if any: a question whether attempts that are silent wait behind theirs.
    /// `id` stands for this thread.
    pub fn question(&mut self, id: f64, now: Duration) -> Option<Vec<f64>> {
        if self.attempts.is_empty() {
            return None;
        }
        let is_doubtful = |attempt: &Watched<R>| {
            let silence = attempt.active_at.map_or(Duration::ZERO, |since| now.saturating_sub(since));
            !attempt.is_sent && silence >= attempt.timeout / DOUBT
        };
        let is_in_doubt = !self.other_tabs.is_empty() || self.attempts.iter().any(is_doubtful);
        self.other_tabs.is_question_due(is_in_doubt, now).then(|| message(id, true, &self.uses()))
    }

    /// The answer to another tab's question.
    pub fn answer(&self, id: f64) -> Vec<f64> {
        message(id, false, &self.uses())
    }

    /// Takes a message of another tab or of a page. Returns whether it is a question.
    pub fn hear(&mut self, message: &[f64], now: Duration) -> bool {
        if let Some(requests) = page_requests(message) {
            requests.for_each(|request| self.record_page_request(request, now));
            return false;
        }
        let Some(asks) = self.other_tabs.hear(message, now) else { return false };
        self.count_all_oldest(now);
        for attempt in self.attempts.iter_mut().filter(|attempt| !attempt.is_sent) {
            let answered = self.other_tabs.answered(attempt.origin).map(|answered| answered.min(now));
            attempt.active_at = attempt.active_at.map(|since| since.max(answered.unwrap_or_default()));
        }
        asks
    }

    /// A page's own request has ended: attempts that began after it may have waited for its connection. Those that
    /// began before it have not, so a page that asks again and again keeps nothing alive.
    fn record_page_request(&mut self, request: PageRequest, now: Duration) {
        let is_behind = |attempt: &&mut Watched<R>| {
            attempt.origin == request.origin && !attempt.is_sent && request.begun <= attempt.begun
        };
        for attempt in self.attempts.iter_mut().filter(is_behind) {
            attempt.active_at = attempt.active_at.map(|since| since.max(request.ended.min(now)));
        }
    }

    /// Forgets what other tabs have said: no run is left to ask them.
    pub fn forget_tabs(&mut self) {
        self.other_tabs = OtherTabs::default();
    }

    fn forget_gone_tabs(&mut self, now: Duration) {
        if !self.other_tabs.is_empty() {
            self.other_tabs.forget_gone(now);
            self.count_all_oldest(now);
        }
    }

    fn count_all_oldest(&mut self, now: Duration) {
        for origin in self.origins() {
            self.count_oldest(origin, now);
        }
    }

    /// Begins the silence of an origin's oldest attempts, which may have connections by now. Others wait in the
    /// browser, if they are not known to be sent.
    fn count_oldest(&mut self, origin: u32, now: Duration) {
        let attempts = self.attempts.iter_mut().filter(|attempt| attempt.origin == origin);
        for (ahead, attempt) in attempts.enumerate() {
            if ahead + self.other_tabs.older(origin, attempt.begun) < CONNECTIONS {
                attempt.active_at.get_or_insert(now);
            } else if !attempt.is_sent {
                attempt.active_at = None;
            }
        }
    }

    /// The origins with attempts in flight.
    fn origins(&self) -> Vec<u32> {
        let mut origins: Vec<u32> = self.attempts.iter().map(|attempt| attempt.origin).collect();
        origins.sort_unstable();
        origins.dedup();
        origins
    }

    /// What this thread has in flight.
    fn uses(&self) -> Vec<OriginUse> {
        let of = |origin| {
            let attempts = || self.attempts.iter().filter(move |attempt| attempt.origin == origin);
            let Others { runs, in_flight } = count(attempts());
            let answered = attempts().next_back().and_then(|attempt| attempt.answered);
            let begun = attempts().take(CONNECTIONS).map(|attempt| attempt.begun).collect();
            OriginUse { origin, runs, in_flight, answered, begun }
        };
        self.origins().into_iter().map(of).collect()
    }
}

/// Counts attempts, and the runs that they belong to.
fn count<'a, R: 'a>(attempts: impl Iterator<Item = &'a Watched<R>>) -> Others {
    let (mut runs, mut in_flight) = (Vec::new(), 0);
    for attempt in attempts {
        in_flight += 1;
        if !runs.contains(&attempt.run) {
            runs.push(attempt.run);
        }
    }
    Others { runs: runs.len(), in_flight }
}

/// FNV-1a.
fn number_of(origin: &str) -> u32 {
    origin.bytes().fold(0x811C_9DC5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// Other runs with requests in flight to an origin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Others {
    /// Their number.
    pub runs: usize,
    /// Their requests.
    pub in_flight: usize,
}

impl Others {
    /// How many of an origin's places a run may have: its equal share, and what the others do not use.
    pub fn leave(self, places: usize) -> usize {
        if self.runs == 0 {
            return places;
        }
        // Any number is enough for the browser's connections.
        let places = places.min(MAX_ADAPTIVE);
        (places / (self.runs + 1)).max(places.saturating_sub(self.in_flight)).max(1)
    }
}

#[cfg(test)]
mod tests;
