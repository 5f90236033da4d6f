//! How many requests at once, found out while they run.
//!
//! No number serves everybody: over HTTP/1.1 a browser opens six connections to a host, and more
//! requests than a few times that only make it slower; over HTTP/2, to a host that is far away,
//! twice as many at once are twice as fast. So the width grows for as long as that makes the run
//! faster, goes back when it does not, and tries again from time to time.

use std::time::Duration;

/// The width that a run begins with.
const FIRST: usize = 16;

/// The width that none goes beyond. An HTTP/2 connection has about 100 streams.
pub const MAX_ADAPTIVE: usize = 96;

/// A width is worth its requests when it is faster than the one before by a tenth.
const WORTH: f64 = 1.1;

/// What an item counts for beside its bytes: its request costs about what so many bytes do.
const BYTES_OF_A_REQUEST: u64 = 16 << 10;

/// So many stretches go by before a width that was not worth it is tried again.
const REST: u32 = 8;

/// Finds the width by the speed of one stretch of the run after the other.
#[derive(Debug)]
pub struct AdaptiveConcurrency {
    width: usize,
    /// What to go back to where the present one is not worth it, and how fast that was, in bytes a
    /// second.
    before: Option<(usize, f64)>,
    /// How many more stretches the width stays as it is.
    rest: u32,
    /// The present stretch: when it began, what has ended in it, and how much that was.
    since: Duration,
    items: usize,
    bytes: u64,
}

impl AdaptiveConcurrency {
    /// The width of a run that begins now.
    pub fn new(now: Duration) -> Self {
        Self { width: FIRST, before: None, rest: 0, since: now, items: 0, bytes: 0 }
    }

    /// How many requests at once.
    pub fn get(&self) -> usize {
        self.width
    }

    /// An image of so many bytes has come.
    pub fn arrived(&mut self, bytes: u64, now: Duration) {
        self.items += 1;
        self.bytes += bytes + BYTES_OF_A_REQUEST;
        // Every slot had its turn twice, so that one slow answer does not tell the speed.
        if self.items < 2 * self.width || now <= self.since {
            return;
        }
        let speed = self.bytes as f64 / (now - self.since).as_secs_f64();
        (self.since, self.items, self.bytes) = (now, 0, 0);
        self.judge(speed);
    }

    fn judge(&mut self, speed: f64) {
        if self.rest > 0 {
            self.rest -= 1;
            if self.rest == 0 {
                self.grow(speed);
            }
            return;
        }
        match self.before {
            Some((width, slower)) if speed < slower * WORTH => {
                (self.width, self.before, self.rest) = (width, None, REST);
            }
            _ => self.grow(speed),
        }
    }

    fn grow(&mut self, speed: f64) {
        self.before = Some((self.width, speed));
        self.width = (self.width + self.width / 2).min(MAX_ADAPTIVE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs images of one size through a host whose speed, in images a second, depends on the
    /// width; gives every width that the run had.
    fn widths(images: usize, speed: impl Fn(usize) -> f64) -> Vec<usize> {
        let mut width = AdaptiveConcurrency::new(Duration::ZERO);
        let mut now = 0.0;
        let mut seen = vec![width.get()];
        for _ in 0..images {
            now += 1.0 / speed(width.get());
            width.arrived(10_000, Duration::from_secs_f64(now));
            if seen.last() != Some(&width.get()) {
                seen.push(width.get());
            }
        }
        seen
    }

    #[test]
    fn it_grows_for_as_long_as_that_is_faster() {
        // A host that is 0.3 s away, whatever it is asked for.
        let seen = widths(2000, |width| width as f64 / 0.3);
        assert_eq!(seen, [16, 24, 36, 54, 81, 96]);
    }

    #[test]
    fn it_goes_back_where_more_is_not_faster() {
        // Six connections.
        let seen = widths(200, |_| 600.0);
        assert_eq!(seen, [16, 24, 16]);
    }

    #[test]
    fn it_stays_below_what_makes_a_host_slower() {
        let seen = widths(600, |width| if width > 40 { 30.0 } else { width as f64 });
        assert_eq!(seen[..5], [16, 24, 36, 54, 36]);
    }

    #[test]
    fn it_tries_again_after_a_rest() {
        let seen = widths(1000, |_| 600.0);
        assert!(seen.len() > 5 && seen.iter().all(|width| [16, 24].contains(width)), "{seen:?}");
    }

    #[test]
    fn a_clock_that_stands_still_is_no_speed() {
        let mut width = AdaptiveConcurrency::new(Duration::ZERO);
        (0..1000).for_each(|_| width.arrived(1, Duration::ZERO));
        assert_eq!(width.get(), 16);
    }
}
