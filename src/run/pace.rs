//! How fast attempts receive: which are slow, which images take too long, and how many requests an origin
//! has been seen to serve at once.
//!
//! A timeout never sees a trickle, so speed is a measure of its own. An attempt is slow if fewer bytes than
//! the lowest speed allows have arrived in the latest interval. Intervals begin with the headers: before
//! them, the request may wait for one of the browser's connections.

use std::time::Duration;

use super::event::EventKind;
use super::fetch_error::FetchError;
use super::other_tabs::CONNECTIONS;
use super::settings::Limits;
use crate::plan::{ItemId, OriginId};

/// The longest time between two checks.
const PAUSE: Duration = Duration::from_secs(1);

/// The time without a check after which the computer has slept, or the run was held up by a slow sink.
const SLEEP: Duration = Duration::from_secs(3);

/// Images of at least this length are large: a browser may discard what has arrived of one whose transfer breaks, if
/// it has not been read, and read bodies arrive in pieces of up to half of this.
const LARGE: u64 = 512 << 10;

/// Watches the attempts in flight of a run.
#[derive(Debug)]
pub struct Pace {
    /// Bytes a second below which an attempt is slow; `None` if none is.
    min_speed: Option<u64>,
    slow_after: Duration,
    image_timeout: Option<Duration>,
    /// The attempts in flight, oldest first.
    attempts: Vec<Received>,
    /// When each image that has not ended was under way first, if that is limited.
    clocks: Vec<(ItemId, Duration)>,
    /// When anything happened last.
    seen: Duration,
    /// The attempt that got its answer beside the most older ones, since [`Pace::take_answered_beside`].
    answered_beside: Option<(ItemId, usize)>,
}

/// What has arrived of one attempt.
#[derive(Debug)]
struct Received {
    item: ItemId,
    origin: OriginId,
    headers: Option<Duration>,
    /// The length that the headers announce, in bytes.
    declared: Option<u64>,
    bytes: u64,
    /// The bytes that earlier attempts brought, and that this one continues.
    from: u64,
    /// When the current interval began, and the bytes that had arrived then.
    interval: (Duration, u64),
    is_slow: bool,
}

/// What is to be done about an item.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// Its attempt is slow from now on.
    Slow {
        /// Bytes a second in the latest interval.
        bytes_per_second: u64,
    },
    /// Its attempt is slow no more.
    Recovered,
    /// It took longer than one image may, and fails with this error.
    TimedOut(FetchError),
}

impl Pace {
    /// Watches by these limits.
    pub fn new(limits: &Limits) -> Self {
        let Limits { min_bytes_per_second, slow_after, image_timeout, .. } = *limits;
        let is_measured = min_bytes_per_second > 0 && !slow_after.is_zero();
        Self {
            min_speed: is_measured.then_some(min_bytes_per_second),
            slow_after,
            image_timeout,
            attempts: Vec::new(),
            clocks: Vec::new(),
            seen: Duration::ZERO,
            answered_beside: None,
        }
    }

    /// Watches an attempt that begins.
    pub fn start(&mut self, item: ItemId, origin: OriginId, now: Duration) {
        self.touch(now);
        let interval = (now, 0);
        self.attempts.push(Received {
            item,
            origin,
            headers: None,
            declared: None,
            bytes: 0,
            from: 0,
            interval,
            is_slow: false,
        });
        self.start_clocks(origin, now);
    }

    /// Records what an attempt has received.
    pub fn record(&mut self, item: ItemId, kind: &EventKind, now: Duration) {
        self.touch(now);
        let Some(place) = self.attempts.iter().position(|attempt| attempt.item == item) else { return };
        match *kind {
            EventKind::Headers { declared } => {
                let attempt = &mut self.attempts[place];
                if attempt.headers.is_some() {
                    // The answer before was of no use.
                    attempt.bytes = 0;
                }
                (attempt.headers, attempt.declared, attempt.from) = (Some(now), declared, attempt.bytes);
                attempt.interval = (now, attempt.bytes);
                let origin = attempt.origin;
                let older = self.attempts.iter().take(place);
                let older = older.filter(|attempt| attempt.origin == origin).count();
                if older >= CONNECTIONS && self.answered_beside.is_none_or(|(_, most)| older > most) {
                    self.answered_beside = Some((item, older));
                }
                self.start_clock(item, now);
            }
            EventKind::Received { bytes } => {
                let attempt = &mut self.attempts[place];
                if bytes < attempt.from {
                    // The image is sent from its beginning: nothing continues.
                    attempt.from = 0;
                }
                attempt.bytes = bytes;
            }
            _ => {}
        }
    }

    /// Whether an attempt has brought more of an image of which earlier ones had brought a part.
    pub fn has_continued(&self, item: ItemId) -> bool {
        self.attempts
            .iter()
            .any(|attempt| attempt.item == item && attempt.from > 0 && attempt.bytes > attempt.from)
    }

    /// Whether an attempt has got an answer with a large image, and nothing of it.
    pub fn has_lost_answer(&self, item: ItemId) -> bool {
        self.attempts.iter().any(|attempt| {
            let is_large = attempt.declared.is_some_and(|length| length >= LARGE);
            attempt.item == item && is_large && attempt.bytes == attempt.from
        })
    }

    /// Stops watching an attempt that has ended, and returns why it would be said to be slow.
    pub fn end(&mut self, item: ItemId, now: Duration) -> Option<FetchError> {
        let place = self.attempts.iter().position(|attempt| attempt.item == item)?;
        let attempt = self.attempts.remove(place);
        self.start_clocks(attempt.origin, now);
        Some(attempt.too_slow(now))
    }

    /// Forgets an item that has ended.
    pub fn forget(&mut self, item: ItemId) {
        self.clocks.retain(|(other, _)| *other != item);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.attempts.clear();
        self.clocks.clear();
    }

    /// The attempt that got its answer while the most older ones to the same origin were in flight, and the
    /// number of those, if they were [`CONNECTIONS`] or more. It is returned once.
    pub fn take_answered_beside(&mut self) -> Option<(ItemId, usize)> {
        self.answered_beside.take()
    }

    /// When [`Pace::check`] may have something to do, at the latest. Intervals may begin before that.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        let next = self.is_watching().then_some(now + PAUSE);
        next.into_iter().chain(self.first_end()).min()
    }

    /// Whether there is something to check from time to time.
    fn is_watching(&self) -> bool {
        !self.attempts.is_empty() && (self.min_speed.is_some() || self.image_timeout.is_some())
    }

    /// The end of the interval or image time that ends first.
    fn first_end(&self) -> Option<Duration> {
        let intervals = self.attempts.iter().filter_map(|attempt| self.end_of_interval(attempt));
        let clocks = self.clocks.iter().filter_map(|(_, since)| since.checked_add(self.image_timeout?));
        intervals.chain(clocks).min()
    }

    /// What is to be done at `now`; to be called until it returns `None`.
    pub fn check(&mut self, now: Duration) -> Option<(ItemId, Verdict)> {
        self.touch(now);
        if let Some(timeout) = self.image_timeout
            && let Some(&(item, _)) =
                self.clocks.iter().find(|(_, since)| now.saturating_sub(*since) >= timeout)
        {
            self.forget(item);
            let attempt = self.attempts.iter().find(|attempt| attempt.item == item);
            let received = attempt.map_or(0, |attempt| attempt.bytes);
            let bytes_per_second = attempt.map_or(0, |attempt| attempt.speed(now));
            let error = FetchError::TooSlow { after: timeout, received, bytes_per_second };
            return Some((item, Verdict::TimedOut(error)));
        }
        let min_speed = self.min_speed?;
        for place in 0..self.attempts.len() {
            let attempt = &self.attempts[place];
            if self.end_of_interval(attempt).is_none_or(|end| end > now) {
                continue;
            }
            let attempt = &mut self.attempts[place];
            let (since, before) = std::mem::replace(&mut attempt.interval, (now, attempt.bytes));
            let bytes_per_second = per_second(attempt.bytes - before, now.saturating_sub(since));
            let is_slow = bytes_per_second < min_speed;
            if std::mem::replace(&mut attempt.is_slow, is_slow) != is_slow {
                let verdict = if is_slow { Verdict::Slow { bytes_per_second } } else { Verdict::Recovered };
                return Some((attempt.item, verdict));
            }
        }
        None
    }

    fn end_of_interval(&self, attempt: &Received) -> Option<Duration> {
        self.min_speed.and(attempt.headers)?;
        attempt.interval.0.checked_add(self.slow_after)
    }

    /// Counts no time in which nothing was checked.
    fn touch(&mut self, now: Duration) {
        let time = now.saturating_sub(std::mem::replace(&mut self.seen, now));
        if time < SLEEP || !self.is_watching() {
            return;
        }
        for attempt in &mut self.attempts {
            attempt.interval = (now, attempt.bytes);
        }
        for (_, since) in &mut self.clocks {
            *since += time;
        }
    }

    /// Starts the clocks of images for whose requests the browser has a connection.
    fn start_clocks(&mut self, origin: OriginId, now: Duration) {
        if self.image_timeout.is_none() {
            return;
        }
        let oldest = self.attempts.iter().filter(|attempt| attempt.origin == origin).take(CONNECTIONS);
        let items: Vec<_> = oldest.map(|attempt| attempt.item).collect();
        items.into_iter().for_each(|item| self.start_clock(item, now));
    }

    fn start_clock(&mut self, item: ItemId, now: Duration) {
        if self.image_timeout.is_some() && self.clocks.iter().all(|(other, _)| *other != item) {
            self.clocks.push((item, now));
        }
    }
}

impl Received {
    /// Bytes a second since the headers.
    fn speed(&self, now: Duration) -> u64 {
        per_second(self.bytes - self.from, now.saturating_sub(self.headers.unwrap_or(now)))
    }

    fn too_slow(&self, now: Duration) -> FetchError {
        let after = now.saturating_sub(self.headers.unwrap_or(now));
        FetchError::TooSlow { after, received: self.bytes, bytes_per_second: self.speed(now) }
    }
}

fn per_second(bytes: u64, time: Duration) -> u64 {
    let millis = time.as_secs() * 1000 + u64::from(time.subsec_millis());
    bytes * 1000 / millis.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::default()
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn headers(pace: &mut Pace, item: ItemId, now: u64) {
        pace.start(item, 0, at(now));
        pace.record(item, &EventKind::Headers { declared: None }, at(now));
    }

    fn received(pace: &mut Pace, item: ItemId, bytes: u64, now: u64) {
        pace.record(item, &EventKind::Received { bytes }, at(now));
    }

    /// Checks each second, with nothing to be done.
    fn quiet(pace: &mut Pace, seconds: std::ops::Range<u64>) {
        for second in seconds {
            assert_eq!(pace.check(at(second)), None, "{second}");
        }
    }

    #[test]
    fn a_trickle_is_slow_after_an_interval_and_until_it_is_fast_for_one() {
        let mut pace = Pace::new(&limits());
        pace.start(7, 0, at(0));
        // Before the headers, it may wait in the browser.
        quiet(&mut pace, 1..41);
        assert_eq!(pace.due(at(40)), Some(at(41)));
        pace.record(7, &EventKind::Headers { declared: None }, at(40));
        quiet(&mut pace, 41..70);
        received(&mut pace, 7, 29_999, 69);
        let slow = Verdict::Slow { bytes_per_second: 999 };
        assert_eq!((pace.check(at(70)), pace.check(at(70))), (Some((7, slow)), None));
        // It is reported once.
        received(&mut pace, 7, 50_000, 71);
        quiet(&mut pace, 72..130);
        received(&mut pace, 7, 80_000, 129);
        assert_eq!(pace.check(at(130)), Some((7, Verdict::Recovered)));
        pace.end(7, at(131));
        assert_eq!(pace.due(at(131)), None);
    }

    #[test]
    fn either_limit_turns_the_measure_off() {
        let off = [
            Limits { min_bytes_per_second: 0, ..limits() },
            Limits { slow_after: Duration::ZERO, ..limits() },
        ];
        for limits in off {
            let mut pace = Pace::new(&limits);
            headers(&mut pace, 0, 0);
            assert_eq!((pace.due(at(0)), pace.check(at(1_000_000))), (None, None));
        }
    }

    #[test]
    fn the_time_in_which_the_computer_sleeps_does_not_count() {
        let timed = Limits { image_timeout: Some(at(50)), ..limits() };
        let mut pace = Pace::new(&timed);
        headers(&mut pace, 0, 0);
        quiet(&mut pace, 1..11);
        received(&mut pace, 0, 10, 10);
        // What was sent meanwhile arrives before the check of second 30.
        received(&mut pace, 0, 20, 3610);
        quiet(&mut pace, 3611..3640);
        assert!(matches!(pace.check(at(3640)), Some((0, Verdict::Slow { .. }))));
        quiet(&mut pace, 3641..3650);
        assert!(matches!(pace.check(at(3650)), Some((0, Verdict::TimedOut(_)))));
    }

    #[test]
    fn an_image_times_out_with_what_has_arrived_and_its_speed() {
        let timed = Limits { image_timeout: Some(at(60)), min_bytes_per_second: 0, ..limits() };
        let mut pace = Pace::new(&timed);
        headers(&mut pace, 3, 10);
        received(&mut pace, 3, 5000, 12);
        quiet(&mut pace, 13..70);
        assert_eq!(pace.due(at(69)), Some(at(70)));
        let error = FetchError::TooSlow { after: at(60), received: 5000, bytes_per_second: 83 };
        assert_eq!(pace.check(at(70)), Some((3, Verdict::TimedOut(error))));
        assert_eq!(pace.check(at(99)), None);
    }

    #[test]
    fn the_time_of_an_image_begins_when_the_browser_has_a_connection_and_spans_all_attempts() {
        let timed = Limits { image_timeout: Some(at(60)), ..limits() };
        let mut pace = Pace::new(&timed);
        (0..7).for_each(|item| pace.start(item, 0, at(0)));
        quiet(&mut pace, 1..20);
        (0..6).for_each(|item| {
            pace.end(item, at(20));
            pace.forget(item);
        });
        quiet(&mut pace, 21..31);
        pace.end(6, at(30));
        pace.start(6, 0, at(40));
        quiet(&mut pace, 41..80);
        assert!(matches!(pace.check(at(80)), Some((6, Verdict::TimedOut(_)))));
    }

    #[test]
    fn what_earlier_attempts_brought_is_neither_speed_nor_progress() {
        let mut pace = Pace::new(&limits());
        pace.start(7, 0, at(0));
        received(&mut pace, 7, 50_000_000, 1);
        pace.record(7, &EventKind::Headers { declared: None }, at(1));
        assert!(!pace.has_continued(7));
        received(&mut pace, 7, 50_000_900, 2);
        assert!(pace.has_continued(7));
        quiet(&mut pace, 2..31);
        assert_eq!(pace.check(at(31)), Some((7, Verdict::Slow { bytes_per_second: 30 })));
        // What came was not the rest, and all of it is asked for.
        pace.record(7, &EventKind::Headers { declared: None }, at(32));
        received(&mut pace, 7, 900, 33);
        assert!(!pace.has_continued(7));
    }

    #[test]
    fn an_image_that_is_sent_from_its_beginning_continues_nothing_and_is_not_lost() {
        for bytes in [899_999, 900_000, 900_001] {
            let mut pace = Pace::new(&limits());
            pace.start(7, 0, at(0));
            received(&mut pace, 7, 900_000, 1);
            pace.record(7, &EventKind::Headers { declared: Some(3_000_000) }, at(1));
            received(&mut pace, 7, 60_000, 2);
            received(&mut pace, 7, bytes, 3);
            assert!(!pace.has_continued(7) && !pace.has_lost_answer(7), "{bytes}");
        }
    }

    #[test]
    fn an_answer_is_lost_if_nothing_arrives_of_a_large_image() {
        let mut pace = Pace::new(&limits());
        let mut is_lost = |declared, earlier, bytes| {
            pace.start(7, 0, at(0));
            received(&mut pace, 7, earlier, 1);
            pace.record(7, &EventKind::Headers { declared }, at(1));
            received(&mut pace, 7, bytes, 2);
            let is_lost = pace.has_lost_answer(7);
            pace.end(7, at(2));
            is_lost
        };
        assert!(is_lost(Some(3_000_000), 0, 0));
        assert!(is_lost(Some(3_000_000), 900_000, 900_000));
        assert!(!is_lost(Some(3_000_000), 0, 1));
        assert!(!is_lost(Some(3_000_000), 900_000, 900_001));
        assert!(!is_lost(Some(500_000), 0, 0));
        assert!(!is_lost(None, 0, 0));
    }

    #[test]
    fn an_answer_beside_six_older_requests_shows_that_more_are_served() {
        let mut pace = Pace::new(&limits());
        (0..10).for_each(|item| pace.start(item, item % 2, at(0)));
        (10..16).for_each(|item| pace.start(item, 1, at(0)));
        for item in [9, 12, 15] {
            pace.record(item, &EventKind::Headers { declared: None }, at(1));
        }
        assert_eq!(pace.take_answered_beside(), Some((15, 10)));
        assert_eq!(pace.take_answered_beside(), None);
    }
}
