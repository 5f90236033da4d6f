//! Detects attempts that have stalled.
//!
//! A browser opens six connections to an HTTP/1.1 host and queues further requests. To a page, a queued
//! request looks like a server that does not respond, so an attempt's timeout begins only when it is
//! among the six oldest attempts in flight to its origin.

use std::time::Duration;

use crate::plan::OriginId;

/// Connections to one HTTP/1.1 host, in all of today's browsers.
const CONNECTIONS: usize = 6;

/// The attempts in flight, oldest first, each with its request: `R` is what aborts it.
#[derive(Debug)]
pub struct StallDetector<R> {
    attempts: Vec<Watched<R>>,
    next_key: u64,
}

/// Identifies a watched attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchKey(u64);

#[derive(Debug)]
struct Watched<R> {
    key: WatchKey,
    origin: OriginId,
    request: R,
    /// The latest activity; `None` while the browser may have queued the request.
    active_at: Option<Duration>,
    has_timed_out: bool,
}

impl<R> Default for StallDetector<R> {
    fn default() -> Self {
        Self { attempts: Vec::new(), next_key: 0 }
    }
}

impl<R: Clone> StallDetector<R> {
    /// Watches an attempt that begins.
    pub fn watch(&mut self, origin: OriginId, request: R, now: Duration) -> WatchKey {
        let ahead = self.attempts.iter().filter(|attempt| attempt.origin == origin).count();
        let key = WatchKey(self.next_key);
        self.next_key += 1;
        let active_at = (ahead < CONNECTIONS).then_some(now);
        self.attempts.push(Watched { key, origin, request, active_at, has_timed_out: false });
        key
    }

    /// Records that headers or data have arrived.
    pub fn record_activity(&mut self, key: WatchKey, now: Duration) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.key == key) {
            attempt.active_at = Some(now);
        }
    }

    /// Marks attempts without activity after `since` as timed out, and returns their requests for the
    /// caller to abort. Each is returned once.
    pub fn time_out(&mut self, since: Duration) -> Vec<R> {
        let stalled = self.attempts.iter_mut().filter(|attempt| {
            !attempt.has_timed_out && attempt.active_at.is_some_and(|active_at| active_at <= since)
        });
        let mark = |attempt: &mut Watched<R>| {
            attempt.has_timed_out = true;
            attempt.request.clone()
        };
        stalled.map(mark).collect()
    }

    /// Whether the attempt has timed out.
    pub fn has_timed_out(&self, key: WatchKey) -> bool {
        self.attempts.iter().any(|attempt| attempt.key == key && attempt.has_timed_out)
    }

    /// Stops watching an attempt that has ended. The next one of its origin may get its connection.
    pub fn unwatch(&mut self, key: WatchKey, now: Duration) {
        let Some(place) = self.attempts.iter().position(|attempt| attempt.key == key) else { return };
        let origin = self.attempts.remove(place).origin;
        let oldest = self.attempts.iter_mut().filter(|attempt| attempt.origin == origin).take(CONNECTIONS);
        for attempt in oldest {
            attempt.active_at.get_or_insert(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Attempts at one origin, whose requests are called `a`, `b`, ….
    fn attempts(names: &[char]) -> (StallDetector<char>, Vec<WatchKey>) {
        let mut detector = StallDetector::default();
        let keys = names.iter().map(|name| detector.watch(0, *name, at(1))).collect();
        (detector, keys)
    }

    #[test]
    fn the_timeout_begins_when_the_browser_has_a_free_connection() {
        let (mut detector, keys) = attempts(&['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
        detector.watch(1, 'z', at(2));
        assert_eq!(detector.time_out(at(2)), ['a', 'b', 'c', 'd', 'e', 'f', 'z']);
        detector.unwatch(keys[2], at(9));
        assert!(detector.time_out(at(8)).is_empty());
        assert_eq!(detector.time_out(at(9)), ['g']);
    }

    #[test]
    fn activity_restarts_the_timeout_even_of_a_queued_attempt() {
        let (mut detector, keys) = attempts(&['a', 'b', 'c', 'd', 'e', 'f', 'g']);
        detector.record_activity(keys[6], at(3));
        detector.record_activity(keys[0], at(4));
        detector.unwatch(keys[1], at(5));
        assert_eq!(detector.time_out(at(2)), ['c', 'd', 'e', 'f']);
        assert_eq!(detector.time_out(at(3)), ['g']);
    }

    #[test]
    fn an_attempt_times_out_once_and_remains_so_until_it_ends() {
        let (mut detector, keys) = attempts(&['a', 'b']);
        assert_eq!(detector.time_out(at(1)), ['a', 'b']);
        assert!(detector.time_out(at(1)).is_empty());
        assert!(detector.has_timed_out(keys[0]));
        detector.unwatch(keys[0], at(2));
        assert!(!detector.has_timed_out(keys[0]));
    }
}
