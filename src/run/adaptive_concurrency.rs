//! Finds the fastest concurrency of an origin during the run, by hill climbing.
//!
//! No fixed number is right for all hosts. Over HTTP/1.1 a browser opens six connections to a host, and
//! many more requests than that only slow them all down. Over HTTP/2 to a distant host, twice the
//! concurrency is twice the speed. So the concurrency grows as long as that makes the run faster, goes
//! back if it does not, and is probed again from time to time.

use std::time::Duration;

/// The concurrency at the beginning.
const INITIAL: usize = 16;

/// The least concurrency once the origin is known to answer many requests at once: twice or three times the
/// initial one costs nothing there even if it is near, and if it is distant, all of it is gained.
const MULTIPLEXED: usize = 48;

/// The highest concurrency that is tried. An HTTP/2 connection has about 100 streams.
pub const MAX_ADAPTIVE: usize = 96;

/// The least gain of speed that justifies a higher concurrency.
const MIN_GAIN: f64 = 1.1;

/// The cost of a request in itself, expressed in bytes of an image.
const REQUEST_COST: u64 = 16 << 10;

/// Intervals between a step back and the next probe.
const INTERVALS_BEFORE_PROBE: u32 = 8;

/// Compares the speed of consecutive intervals.
#[derive(Debug)]
pub struct AdaptiveConcurrency {
    concurrency: usize,
    /// The previous, lower concurrency and its speed in bytes per second, while it is not yet known
    /// whether the current one is faster.
    previous: Option<(usize, f64)>,
    /// Intervals left until the next probe; 0 while probing.
    until_probe: u32,
    /// When the current interval began.
    since: Duration,
    /// Images that arrived in the current interval.
    images: usize,
    /// Their bytes, with the cost of their requests.
    bytes: u64,
}

impl AdaptiveConcurrency {
    /// For a run that begins now.
    pub fn new(now: Duration) -> Self {
        Self { concurrency: INITIAL, previous: None, until_probe: 0, since: now, images: 0, bytes: 0 }
    }

    /// The number of requests to have in flight.
    pub fn current(&self) -> usize {
        self.concurrency
    }

    /// Records that the origin answers many requests at once over one connection.
    pub fn widen(&mut self, now: Duration) {
        if self.concurrency < MULTIPLEXED {
            *self = Self { concurrency: MULTIPLEXED, ..Self::new(now) };
        }
    }

    /// Records that an image of this many bytes has arrived.
    pub fn record_image(&mut self, bytes: u64, now: Duration) {
        self.images += 1;
        self.bytes += bytes + REQUEST_COST;
        // Two images per slot, so that one slow response does not determine the speed.
        if self.images < 2 * self.concurrency || now <= self.since {
            return;
        }
        let speed = self.bytes as f64 / (now - self.since).as_secs_f64();
        (self.since, self.images, self.bytes) = (now, 0, 0);
        self.end_interval(speed);
    }

    fn end_interval(&mut self, speed: f64) {
        if self.until_probe > 0 {
            self.until_probe -= 1;
            if self.until_probe == 0 {
                self.grow(speed);
            }
            return;
        }
        match self.previous {
            Some((lower, lower_speed)) if speed < lower_speed * MIN_GAIN => {
                (self.concurrency, self.previous) = (lower, None);
                self.until_probe = INTERVALS_BEFORE_PROBE;
            }
            _ => self.grow(speed),
        }
    }

    fn grow(&mut self, speed: f64) {
        self.previous = Some((self.concurrency, speed));
        self.concurrency = (self.concurrency + self.concurrency / 2).min(MAX_ADAPTIVE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fetches images of one size from a host whose speed, in images per second, depends on the
    /// concurrency. Returns each concurrency that the run had.
    fn concurrencies(images: usize, speed: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut adaptive = AdaptiveConcurrency::new(Duration::ZERO);
        let mut now = 0.0;
        let mut seen = vec![adaptive.current()];
        for _ in 0..images {
            now += 1.0 / speed(adaptive.current());
            adaptive.record_image(10_000, Duration::from_secs_f64(now));
            if seen.last() != Some(&adaptive.current()) {
                seen.push(adaptive.current());
            }
        }
        seen
    }

    #[test]
    fn the_concurrency_grows_as_long_as_that_is_faster() {
        // A host whose every response takes 0.3 s.
        let seen = concurrencies(2000, |concurrency| concurrency as f64 / 0.3);
        assert_eq!(seen, [16, 24, 36, 54, 81, 96]);
    }

    #[test]
    fn the_concurrency_goes_back_if_more_is_not_faster() {
        // A host whose speed does not depend on the concurrency.
        let seen = concurrencies(200, |_| 600.0);
        assert_eq!(seen, [16, 24, 16]);
    }

    #[test]
    fn the_concurrency_stays_below_what_slows_a_host_down() {
        let seen = concurrencies(600, |concurrency| if concurrency > 40 { 30.0 } else { concurrency as f64 });
        assert_eq!(seen[..5], [16, 24, 36, 54, 36]);
    }

    #[test]
    fn a_higher_concurrency_is_probed_again_after_a_while() {
        let seen = concurrencies(1000, |_| 600.0);
        assert!(seen.len() > 5 && seen.iter().all(|concurrency| [16, 24].contains(concurrency)), "{seen:?}");
    }

    #[test]
    fn an_origin_that_answers_many_at_once_is_asked_for_many_at_once() {
        let mut adaptive = AdaptiveConcurrency::new(Duration::ZERO);
        adaptive.widen(Duration::from_secs(1));
        assert_eq!(adaptive.current(), MULTIPLEXED);
        (0..96).for_each(|_| adaptive.record_image(1000, Duration::from_secs(2)));
        assert_eq!(adaptive.current(), 72);
        adaptive.widen(Duration::from_secs(3));
        assert_eq!(adaptive.current(), 72);
    }

    #[test]
    fn a_clock_that_does_not_move_changes_nothing() {
        let mut adaptive = AdaptiveConcurrency::new(Duration::ZERO);
        (0..1000).for_each(|_| adaptive.record_image(1, Duration::ZERO));
        assert_eq!(adaptive.current(), 16);
    }
}
