//! Since when an attempt has been silent.
//!
//! A browser opens six connections to an HTTP/1.1 host and queues the other requests, which looks
//! to a page like a server that does not answer. So an attempt's silence begins when it is among
//! the six oldest of its origin in flight, and not before.

use std::time::Duration;

use crate::plan::OriginId;

/// Connections to one HTTP/1.1 host, in all of today's browsers.
const CONNECTIONS: usize = 6;

/// The attempts in flight, oldest first, each with what ends its request.
#[derive(Debug)]
pub struct StallDetector<R> {
    attempts: Vec<Listening<R>>,
    next_key: u64,
}

/// Stands for one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatchKey(u64);

#[derive(Debug)]
struct Listening<R> {
    key: WatchKey,
    origin: OriginId,
    request: R,
    /// The last sign of life; `None` while the browser may be queueing the request.
    since: Option<Duration>,
    is_given_up: bool,
}

impl<R> Default for StallDetector<R> {
    fn default() -> Self {
        Self { attempts: Vec::new(), next_key: 0 }
    }
}

impl<R: Clone> StallDetector<R> {
    /// An attempt begins.
    pub fn begin(&mut self, origin: OriginId, request: R, now: Duration) -> WatchKey {
        let ahead = self.attempts.iter().filter(|attempt| attempt.origin == origin).count();
        let key = WatchKey(self.next_key);
        self.next_key += 1;
        let since = (ahead < CONNECTIONS).then_some(now);
        self.attempts.push(Listening { key, origin, request, since, is_given_up: false });
        key
    }

    /// A byte came, or the headers.
    pub fn heard(&mut self, key: WatchKey, now: Duration) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.key == key) {
            attempt.since = Some(now);
        }
    }

    /// Gives the attempts up that have been silent since then, or since before; gives their requests.
    pub fn give_up(&mut self, since: Duration) -> Vec<R> {
        let silent = self.attempts.iter_mut().filter(|attempt| {
            !attempt.is_given_up && attempt.since.is_some_and(|silent_since| silent_since <= since)
        });
        let give_up = |attempt: &mut Listening<R>| {
            attempt.is_given_up = true;
            attempt.request.clone()
        };
        silent.map(give_up).collect()
    }

    /// Whether the attempt was given up.
    pub fn is_given_up(&self, key: WatchKey) -> bool {
        self.attempts.iter().any(|attempt| attempt.key == key && attempt.is_given_up)
    }

    /// An attempt ended, so the next one of its origin may have its connection.
    pub fn end(&mut self, key: WatchKey, now: Duration) {
        let Some(place) = self.attempts.iter().position(|attempt| attempt.key == key) else { return };
        let origin = self.attempts.remove(place).origin;
        let oldest = self.attempts.iter_mut().filter(|attempt| attempt.origin == origin).take(CONNECTIONS);
        for attempt in oldest {
            attempt.since.get_or_insert(now);
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
        let mut silence = StallDetector::default();
        let keys = names.iter().map(|name| silence.begin(0, *name, at(1))).collect();
        (silence, keys)
    }

    #[test]
    fn silence_begins_when_the_browser_has_a_connection_to_spare() {
        let (mut silence, keys) = attempts(&['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
        silence.begin(1, 'z', at(2));
        assert_eq!(silence.give_up(at(2)), ['a', 'b', 'c', 'd', 'e', 'f', 'z']);
        silence.end(keys[2], at(9));
        assert!(silence.give_up(at(8)).is_empty());
        assert_eq!(silence.give_up(at(9)), ['g']);
    }

    #[test]
    fn an_answer_begins_it_anew_at_any_place() {
        let (mut silence, keys) = attempts(&['a', 'b', 'c', 'd', 'e', 'f', 'g']);
        silence.heard(keys[6], at(3));
        silence.heard(keys[0], at(4));
        silence.end(keys[1], at(5));
        assert_eq!(silence.give_up(at(2)), ['c', 'd', 'e', 'f']);
        assert_eq!(silence.give_up(at(3)), ['g']);
    }

    #[test]
    fn who_is_given_up_is_so_once_and_until_its_end() {
        let (mut silence, keys) = attempts(&['a', 'b']);
        assert_eq!(silence.give_up(at(1)), ['a', 'b']);
        assert!(silence.give_up(at(1)).is_empty());
        assert!(silence.is_given_up(keys[0]));
        silence.end(keys[0], at(2));
        assert!(!silence.is_given_up(keys[0]));
    }
}
