//! How fast a run is going, and how long it may take.

use std::collections::VecDeque;
use std::time::Duration;

use crate::seconds::scaled;

/// The time over which the pace is measured: long enough not to jump, short enough not to lag.
const WINDOW: Duration = Duration::from_secs(4);

/// The age of a run below which the time left is not estimated.
const MIN_AGE: Duration = Duration::from_millis(1500);

/// The pace of a run, from samples of its progress.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    samples: VecDeque<Sample>,
}

#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Duration,
    bytes: u64,
    /// `None` if that can't be estimated.
    done: Option<f64>,
}

impl Pace {
    /// Adds a sample: the bytes so far, and the share of the work that is done, if that can be estimated.
    pub fn push(&mut self, at: Duration, bytes: u64, done: Option<f64>) {
        self.samples.push_back(Sample { at, bytes, done });
        while self.samples.get(1).is_some_and(|second| at.saturating_sub(second.at) >= WINDOW) {
            self.samples.pop_front();
        }
    }

    /// The bytes that arrived recently and the time that they took; `None` without two samples.
    pub fn recent(&self) -> Option<(u64, Duration)> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let time = last.at.saturating_sub(first.at);
        // The bytes of a failed attempt no longer count, so there may be fewer than before.
        (!time.is_zero()).then(|| (last.bytes.saturating_sub(first.bytes), time))
    }

    /// The share of the work that is done, by the latest sample; `None` if that can't be estimated.
    pub fn done(&self) -> Option<f64> {
        self.samples.back().and_then(|sample| sample.done)
    }

    /// The time left at this pace; `None` if there is too little to estimate it from.
    pub fn time_left(&self) -> Option<Duration> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let (before, done) = (first.done?, last.done?);
        let (gained, time) = (done - before, last.at.saturating_sub(first.at));
        if last.at < MIN_AGE || gained <= 0.0 || done >= 1.0 {
            return None;
        }
        Some(scaled(time, (1.0 - done) / gained))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(samples: &[(u64, u64, f64)]) -> Pace {
        let mut pace = Pace::default();
        for (millis, bytes, done) in samples {
            pace.push(Duration::from_millis(*millis), *bytes, Some(*done));
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
    fn there_is_no_estimate_early_on_or_without_progress() {
        assert_eq!(pace(&[]).recent(), None);
        assert_eq!(pace(&[(0, 0, 0.0), (1000, 5, 0.5)]).time_left(), None);
        assert_eq!(pace(&[(0, 5, 0.5), (3000, 5, 0.5)]).time_left(), None);
        assert_eq!(pace(&[(0, 50, 0.5), (3000, 5, 0.4)]).recent(), Some((0, Duration::from_secs(3))));
    }
}
