//! How far a run is, as the numbers that a caller shows in a bar.

use std::time::Duration;

use super::pace::Pace;
use super::rows::{Rows, State};
use super::summary::{share_done, usual_size};

/// The least time between two samples of the pace.
const SAMPLE_EVERY: Duration = Duration::from_millis(100);

/// Follows a run from its beginning, by its rows.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    pace: Pace,
    sampled: Option<Duration>,
    /// The most that was done at any time.
    most_done: Option<f64>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProgressSample {
    /// Images stored.
    pub stored: usize,
    /// Items that failed for good.
    pub failed: usize,
    /// Bytes of all bodies that are stored or still arriving.
    pub bytes: u64,
    /// The bytes that all images will have together; `None` while the size of none is known.
    pub expected_bytes: Option<u64>,
    /// The share of the work that is done, `0.0..=1.0`; it never falls. `None` while it can't be estimated.
    pub done: Option<f64>,
    /// The time left at the recent pace; `None` while there is too little to estimate it from.
    pub left: Option<Duration>,
}

impl Progress {
    /// How far the run is now.
    pub fn sample(&mut self, rows: &Rows, now: Duration) -> ProgressSample {
        let totals = rows.totals();
        let done = share_done(rows).map(|done| done.max(self.most_done.unwrap_or_default()).min(1.0));
        self.most_done = done.or(self.most_done);
        if self.sampled.is_none_or(|sampled| now.saturating_sub(sampled) >= SAMPLE_EVERY) {
            self.sampled = Some(now);
            self.pace.push(now, totals.bytes, self.most_done);
        }
        ProgressSample {
            stored: totals.stored,
            failed: totals.failed,
            bytes: totals.bytes,
            expected_bytes: expected_bytes(rows),
            done: self.most_done,
            left: self.pace.time_left(),
        }
    }

    /// How far it is when it has ended, with all that there is of it.
    pub fn end(&mut self, rows: &Rows, now: Duration) -> ProgressSample {
        let sample = self.sample(rows, now);
        ProgressSample {
            expected_bytes: Some(sample.bytes),
            done: Some(1.0),
            left: Some(Duration::ZERO),
            ..sample
        }
    }
}

/// The bytes that all images will have together, if one of unknown size is expected to have the mean of the others.
fn expected_bytes(rows: &Rows) -> Option<u64> {
    let usual = usual_size(rows);
    let mut sum = 0_u64;
    for row in rows.as_slice() {
        let bytes = match &row.state {
            State::Stored => row.received,
            State::LeftOut(_) | State::Failed(_) | State::Cancelled => 0,
            State::Receiving => row.declared.filter(|bytes| *bytes > 0).or(usual)?.max(row.received),
            State::Queued | State::Waiting | State::BackingOff { .. } => usual?,
        };
        sum = sum.saturating_add(bytes);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::{Event, EventKind, FetchError};

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// Applies events to the rows of four items.
    fn rows_after(events: &[(usize, EventKind)]) -> Rows {
        let mut rows = Rows::new(4);
        for (item, kind) in events {
            rows.apply(&Event { at: at(1), item: *item, kind: kind.clone() });
        }
        rows
    }

    fn receiving(item: usize, declared: Option<u64>, bytes: u64) -> [(usize, EventKind); 3] {
        [
            (item, EventKind::Started { attempt: 1 }),
            (item, EventKind::Headers { declared }),
            (item, EventKind::Received { bytes }),
        ]
    }

    #[test]
    fn nothing_is_expected_before_a_size_is_known_and_then_the_mean_of_those_that_are() {
        assert_eq!(Progress::default().sample(&Rows::new(4), at(0)).expected_bytes, None);
        let unknown = rows_after(&receiving(0, None, 10));
        let sample = Progress::default().sample(&unknown, at(1));
        assert_eq!((sample.expected_bytes, sample.done, sample.bytes), (None, None, 10));
        let known = rows_after(&[&receiving(0, Some(100), 10)[..], &receiving(1, Some(300), 0)].concat());
        assert_eq!(Progress::default().sample(&known, at(1)).expected_bytes, Some(800));
        // More may arrive than was declared.
        let more = rows_after(&receiving(0, Some(100), 150));
        assert_eq!(Progress::default().sample(&more, at(1)).expected_bytes, Some(450));
    }

    #[test]
    fn the_share_that_is_done_never_falls() {
        let mut progress = Progress::default();
        let half = receiving(0, Some(100), 50);
        let before = progress.sample(&rows_after(&half), at(10)).done;
        assert_eq!(before, Some(0.125));
        let lost = EventKind::Retrying { error: FetchError::Network, resumes: at(500) };
        let after = progress.sample(&rows_after(&[&half[..], &[(0, lost)]].concat()), at(20));
        assert_eq!((after.done, after.bytes), (before, 0));
        let failed = [(1, EventKind::Failed { error: FetchError::Network })];
        let sample = progress.sample(&rows_after(&failed), at(30));
        assert_eq!((sample.done, sample.failed), (Some(0.25), 1));
    }

    #[test]
    fn the_end_is_the_end_whatever_was_estimated() {
        let mut progress = Progress::default();
        progress.sample(&Rows::new(4), at(0));
        let failed: Vec<_> =
            (0..4).map(|item| (item, EventKind::Failed { error: FetchError::Network })).collect();
        let end = progress.end(&rows_after(&failed), at(5));
        let expected = ProgressSample {
            failed: 4,
            expected_bytes: Some(0),
            done: Some(1.0),
            left: Some(Duration::ZERO),
            ..ProgressSample::default()
        };
        assert_eq!(end, expected);
    }

    #[test]
    fn a_caller_that_asks_all_the_time_keeps_no_more_samples() {
        let mut progress = Progress::default();
        let rows = rows_after(&receiving(0, Some(100), 50));
        (0..60_000).for_each(|millis| _ = progress.sample(&rows, at(millis)));
        assert_eq!(progress.sampled, Some(at(59_900)));
    }

    #[test]
    fn the_time_left_follows_from_the_pace() {
        let mut progress = Progress::default();
        progress.sample(&Rows::new(4), at(0));
        let done = [(0, EventKind::Failed { error: FetchError::Network })];
        assert_eq!(progress.sample(&rows_after(&done), at(2000)).left, Some(at(6000)));
    }
}
