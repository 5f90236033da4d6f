//! Since when an attempt has been silent.
//!
//! A browser opens six connections to an HTTP/1.1 host and queues the other requests, which looks
//! to a page like a server that does not answer. So an attempt's silence begins when it is among
//! the six oldest of its origin in flight, and not before.

use std::time::Duration;

use crate::plan::OriginId;

/// Connections to one HTTP/1.1 host, in all of today's browsers.
const CONNECTIONS: usize = 6;

/// The attempts in flight, oldest first.
#[derive(Debug, Default)]
pub struct Silence {
    attempts: Vec<Listening>,
    next_key: u64,
}

/// Stands for one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListeningKey(u64);

#[derive(Debug)]
struct Listening {
    key: ListeningKey,
    origin: OriginId,
    /// The last sign of life; `None` while the browser may be queueing the request.
    since: Option<Duration>,
}

impl Silence {
    /// An attempt begins.
    pub fn begin(&mut self, origin: OriginId, now: Duration) -> ListeningKey {
        let ahead = self.attempts.iter().filter(|attempt| attempt.origin == origin).count();
        let key = ListeningKey(self.next_key);
        self.next_key += 1;
        self.attempts.push(Listening { key, origin, since: (ahead < CONNECTIONS).then_some(now) });
        key
    }

    /// A byte came, or the headers.
    pub fn heard(&mut self, key: ListeningKey, now: Duration) {
        if let Some(attempt) = self.attempts.iter_mut().find(|attempt| attempt.key == key) {
            attempt.since = Some(now);
        }
    }

    /// Since when the attempt has been silent; `None` while that can't be told.
    pub fn since(&self, key: ListeningKey) -> Option<Duration> {
        self.attempts.iter().find(|attempt| attempt.key == key)?.since
    }

    /// An attempt ended, so the next one of its origin may have its connection.
    pub fn end(&mut self, key: ListeningKey, now: Duration) {
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

    #[test]
    fn silence_begins_when_the_browser_has_a_connection_to_spare() {
        let mut silence = Silence::default();
        let keys: Vec<_> = (0..8).map(|_| silence.begin(0, at(1))).collect();
        let elsewhere = silence.begin(1, at(2));
        assert_eq!(silence.since(keys[5]), Some(at(1)));
        assert_eq!(silence.since(keys[6]), None);
        assert_eq!(silence.since(elsewhere), Some(at(2)));
        silence.end(keys[2], at(9));
        assert_eq!((silence.since(keys[6]), silence.since(keys[7])), (Some(at(9)), None));
    }

    #[test]
    fn an_answer_begins_it_anew_at_any_place() {
        let mut silence = Silence::default();
        let keys: Vec<_> = (0..7).map(|_| silence.begin(0, at(1))).collect();
        silence.heard(keys[6], at(3));
        silence.heard(keys[0], at(4));
        silence.end(keys[1], at(5));
        assert_eq!((silence.since(keys[6]), silence.since(keys[0])), (Some(at(3)), Some(at(4))));
    }
}
