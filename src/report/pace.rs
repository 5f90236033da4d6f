//! How fast a run is going, and how long it may take.

use std::collections::VecDeque;
use std::time::Duration;

use crate::seconds::scaled;

/// What is said is the pace of this long a time, so that it neither jumps nor lags.
const MEMORY: Duration = Duration::from_secs(4);

/// Nothing is said about the time that is left before a run is this old.
const TOO_EARLY: Duration = Duration::from_millis(1500);

/// The pace of a run, from samples of where it stood.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    samples: VecDeque<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Duration,
    bytes: u64,
    done: f64,
}

impl Pace {
    /// Takes in where the run stands: bytes so far, and the share of the work that is done.
    pub fn sample(&mut self, at: Duration, bytes: u64, done: f64) {
        self.samples.push_back(Sample { at, bytes, done });
        while self.samples.get(1).is_some_and(|second| at.saturating_sub(second.at) >= MEMORY) {
            self.samples.pop_front();
        }
    }

    /// Bytes and the time in which they came.
    pub fn recent(&self) -> Option<(u64, Duration)> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let time = last.at.saturating_sub(first.at);
        // A failed attempt takes its bytes back, so there may be fewer than before.
        (!time.is_zero()).then(|| (last.bytes.saturating_sub(first.bytes), time))
    }

    /// The time that is left if it goes on like this; `None` where that would be guessing.
    pub fn time_left(&self) -> Option<Duration> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let (gained, time) = (last.done - first.done, last.at.saturating_sub(first.at));
        if last.at < TOO_EARLY || gained <= 0.0 || last.done >= 1.0 {
            return None;
        }
        Some(scaled(time, (1.0 - last.done) / gained))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(samples: &[(u64, u64, f64)]) -> Pace {
        let mut pace = Pace::default();
        for (millis, bytes, done) in samples {
            pace.sample(Duration::from_millis(*millis), *bytes, *done);
        }
        pace
    }

    #[test]
    fn only_the_recent_past_counts() {
        let pace = pace(&[(0, 0, 0.0), (1000, 100, 0.1), (4000, 400, 0.4), (6000, 1000, 0.5)]);
        assert_eq!(pace.recent(), Some((900, Duration::from_secs(5))));
        let left = pace.time_left().map(|time| time.as_millis());
        assert_eq!(left, Some(6250));
    }

    #[test]
    fn nothing_is_said_early_nor_when_nothing_moves() {
        assert_eq!(pace(&[]).recent(), None);
        assert_eq!(pace(&[(0, 0, 0.0), (1000, 5, 0.5)]).time_left(), None);
        assert_eq!(pace(&[(0, 5, 0.5), (3000, 5, 0.5)]).time_left(), None);
        assert_eq!(pace(&[(0, 50, 0.5), (3000, 5, 0.4)]).recent(), Some((0, Duration::from_secs(3))));
    }
}
