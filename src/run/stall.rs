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
//! Since it knows all runs of a thread, it also says how they [share](Others) the places of an origin.

use std::time::Duration;

use super::adaptive_concurrency::MAX_ADAPTIVE;

/// Connections to one HTTP/1.1 host, in all of today's browsers.
pub const CONNECTIONS: usize = 6;

/// The attempts in flight of all runs of a thread, oldest first, each with its request: `R` is what aborts
/// it.
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
    /// The run that it belongs to.
    run: u32,
    /// Stands for the origin's text. Two origins with the same number would only wait longer.
    origin: u32,
    request: R,
    timeout: Duration,
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
        Self { attempts: Vec::new(), next_key: 0 }
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
        let ahead = self.attempts.iter().filter(|attempt| attempt.origin == origin).count();
        let key = WatchKey(self.next_key);
        self.next_key += 1;
        self.attempts.push(Watched {
            key,
            run,
            origin,
            request,
            timeout,
            active_at: (ahead < CONNECTIONS).then_some(now),
            is_sent: false,
            has_slept: false,
            has_timed_out: false,
        });
        key
    }

    /// What other runs than this one have in flight to an origin.
    pub fn others(&self, run: u32, origin: &str) -> Others {
        let origin = number_of(origin);
        let (mut runs, mut in_flight) = (Vec::new(), 0);
        for other in self.attempts.iter().filter(|other| other.origin == origin && other.run != run) {
            in_flight += 1;
            if !runs.contains(&other.run) {
                runs.push(other.run);
            }
        }
        Others { runs: runs.len(), in_flight }
    }

    /// Records that headers or data have arrived.
    pub fn record_activity(&mut self, key: WatchKey, now: Duration) {
        let Some(place) = self.attempts.iter().position(|attempt| attempt.key == key) else { return };
        let active = &mut self.attempts[place];
        let (origin, is_first) = (active.origin, !active.is_sent);
        (active.active_at, active.is_sent, active.has_slept) = (Some(now), true, false);
        for (number, other) in self.attempts.iter_mut().enumerate() {
            if other.origin != origin || other.is_sent {
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
        let oldest = self.attempts.iter_mut().filter(|attempt| attempt.origin == origin).take(CONNECTIONS);
        for attempt in oldest {
            attempt.active_at.get_or_insert(now);
        }
    }
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
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// Attempts at one origin, whose requests are called `a`, `b`, …, with a timeout of ten seconds.
    fn attempts(names: &str) -> (StallDetector<char>, Vec<WatchKey>) {
        let mut detector = StallDetector::default();
        let watch = |name| detector.watch(1, "https://a.example", name, at(10), at(1));
        let keys = names.chars().map(watch).collect();
        (detector, keys)
    }

    #[test]
    fn the_timeout_begins_when_the_browser_has_a_free_connection() {
        let (mut detector, keys) = attempts("abcdefgh");
        detector.watch(1, "https://b.example", 'z', at(10), at(2));
        assert!(detector.time_out(at(10)).is_empty());
        assert_eq!(detector.time_out(at(12)), ['a', 'b', 'c', 'd', 'e', 'f', 'z']);
        detector.unwatch(keys[2], at(13));
        assert!(detector.time_out(at(22)).is_empty());
        assert_eq!(detector.time_out(at(23)), ['g']);
    }

    #[test]
    fn who_waits_for_an_origin_that_answers_others_is_not_timed_out() {
        let (mut detector, keys) = attempts("abcdefgh");
        for second in 2..100 {
            detector.record_activity(keys[0], at(second));
            assert!(detector.time_out(at(second)).is_empty(), "{second}");
        }
        // The origin falls silent, and all that may have a connection with it.
        assert_eq!(detector.time_out(at(109)), ['a', 'b', 'c', 'd', 'e', 'f']);
    }

    #[test]
    fn a_request_is_known_to_be_sent_once_a_younger_one_is_answered() {
        let (mut detector, keys) = attempts("abcdefgh");
        detector.unwatch(keys[0], at(2));
        detector.record_activity(keys[3], at(3));
        detector.record_activity(keys[4], at(5));
        detector.record_activity(keys[4], at(12));
        assert_eq!(detector.time_out(at(13)), ['b', 'c', 'd']);
        assert!(detector.time_out(at(21)).is_empty());
        assert_eq!(detector.time_out(at(22)), ['e', 'f', 'g']);
    }

    #[test]
    fn the_time_in_which_the_computer_sleeps_is_no_silence() {
        let (mut detector, keys) = attempts("ab");
        detector.wake(at(500));
        assert!(detector.time_out(at(500)).is_empty());
        detector.record_activity(keys[1], at(501));
        // A thread that is stopped all the time has its timeouts, too.
        detector.wake(at(600));
        assert_eq!(detector.time_out(at(609)), ['a']);
        assert_eq!(detector.time_out(at(610)), ['b']);
    }

    #[test]
    fn runs_share_the_places_of_an_origin_and_have_what_others_leave() {
        let (mut detector, keys) = attempts("abc");
        detector.watch(2, "https://a.example", 'd', at(10), at(1));
        let others = |detector: &StallDetector<char>, run| detector.others(run, "https://a.example");
        assert_eq!(others(&detector, 1), Others { runs: 1, in_flight: 1 });
        assert_eq!(others(&detector, 2), Others { runs: 1, in_flight: 3 });
        assert_eq!(others(&detector, 3), Others { runs: 2, in_flight: 4 });
        assert_eq!(detector.others(3, "https://b.example"), Others::default());
        // One that has a single request leaves the others the rest, and eight each if both have many.
        assert_eq!(others(&detector, 1).leave(16), 15);
        assert_eq!(Others { runs: 1, in_flight: 16 }.leave(16), 8);
        assert_eq!(Others { runs: 40, in_flight: 50 }.leave(16), 1);
        assert_eq!(Others { runs: 1, in_flight: 96 }.leave(usize::MAX), 48);
        assert_eq!(Others::default().leave(usize::MAX), usize::MAX);
        keys.iter().for_each(|key| detector.unwatch(*key, at(2)));
        assert_eq!(others(&detector, 2), Others::default());
    }

    #[test]
    fn an_attempt_times_out_once_and_remains_so_until_it_ends() {
        let (mut detector, keys) = attempts("ab");
        assert_eq!(detector.time_out(at(11)), ['a', 'b']);
        assert!(detector.time_out(at(11)).is_empty());
        assert!(detector.has_timed_out(keys[0]));
        detector.unwatch(keys[0], at(12));
        assert!(!detector.has_timed_out(keys[0]));
    }
}
