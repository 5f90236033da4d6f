//! The speed-up of concurrent over sequential fetching, measured by runs in alternation.

use std::time::Duration;

use crate::words::comparison::{self, Measured};

/// How the images of a run are fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One after the other.
    Sequential,
    /// Several at once.
    Concurrent,
}

/// The runs of a comparison: three pairs that begin with either mode in turn, so that what the first
/// run of a pair warms up (connections, caches on the way) favours neither.
pub const COMPARISON_ORDER: [Mode; 6] = [
    Mode::Sequential,
    Mode::Concurrent,
    Mode::Concurrent,
    Mode::Sequential,
    Mode::Sequential,
    Mode::Concurrent,
];

/// The result of one run of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimedRun {
    /// Wall time, from the start of the run to the finished archive.
    pub wall: Duration,
    /// Whether each item was stored.
    pub stored: Vec<bool>,
}

/// The runs of a comparison so far, in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The sequential runs.
    pub sequential: Vec<TimedRun>,
    /// The concurrent runs.
    pub concurrent: Vec<TimedRun>,
}

/// A measured speed-up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpeedUp {
    /// The median of the pairs' ratios, sequential over concurrent.
    pub median: f64,
    /// The smallest ratio of a pair.
    pub least: f64,
    /// The largest ratio of a pair.
    pub most: f64,
    /// The number of pairs.
    pub pairs: usize,
}

impl Comparison {
    /// Adds a run.
    pub fn push(&mut self, mode: Mode, run: TimedRun) {
        match mode {
            Mode::Sequential => self.sequential.push(run),
            Mode::Concurrent => self.concurrent.push(run),
        }
    }

    /// The speed-up over the complete pairs; `None` if there is none. A pair whose concurrent run took
    /// no time does not count.
    ///
    /// The two runs of a pair follow each other, so a network that changes slowly distorts no ratio.
    pub fn speed_up(&self) -> Option<SpeedUp> {
        let ratios =
            sorted(self.pairs().filter(|(_, concurrent)| !concurrent.wall.is_zero()).map(
                |(sequential, concurrent)| sequential.wall.as_secs_f64() / concurrent.wall.as_secs_f64(),
            ));
        let (least, most) = (*ratios.first()?, *ratios.last()?);
        Some(SpeedUp { median: median_of_sorted(&ratios)?, least, most, pairs: ratios.len() })
    }

    /// The answer in a sentence, with its spread, be it a gain or a loss:
    /// `At once: 4.7 times as fast (2.4 s against 11.1 s; 4.6 to 4.8 in 3 pairs)`.
    pub fn answer(&self) -> String {
        let medians = (median_wall(&self.concurrent), median_wall(&self.sequential));
        let (Some(SpeedUp { median, least, most, pairs }), (Some(concurrent), Some(sequential))) =
            (self.speed_up(), medians)
        else {
            return comparison::TOO_SHORT.into();
        };
        let measured = Measured { median, least, most, pairs, sequential, concurrent };
        match (least <= 1.0, most >= 1.0) {
            (true, true) => measured.too_close(),
            (true, false) => measured.slower(),
            _ => measured.faster(),
        }
    }

    /// The time that the runs which have not begun will take, by those of the same mode before; by `current`, the
    /// whole time of the run that is under way, if there was none.
    pub fn time_of_rest(&self, current: Duration) -> Duration {
        let made = self.sequential.len() + self.concurrent.len();
        let time = |mode: &Mode| {
            let runs = match mode {
                Mode::Sequential => &self.sequential,
                Mode::Concurrent => &self.concurrent,
            };
            median_wall(runs).unwrap_or(current)
        };
        COMPARISON_ORDER.iter().skip(made + 1).map(time).sum()
    }

    /// Why the times can't be compared, if the runs of a pair did not store the same images.
    pub fn difference(&self) -> Option<String> {
        let stored = |run: &TimedRun| run.stored.iter().filter(|stored| **stored).count();
        let (pair, (sequential, concurrent)) = self
            .pairs()
            .enumerate()
            .find(|(_, (sequential, concurrent))| sequential.stored != concurrent.stored)?;
        Some(comparison::different_images(pair + 1, stored(sequential), stored(concurrent)))
    }

    fn pairs(&self) -> impl Iterator<Item = (&TimedRun, &TimedRun)> {
        self.sequential.iter().zip(&self.concurrent)
    }
}

/// The median wall time of runs; `None` if there are none.
pub fn median_wall(runs: &[TimedRun]) -> Option<Duration> {
    let seconds = sorted(runs.iter().map(|run| run.wall.as_secs_f64()));
    median_of_sorted(&seconds).map(crate::seconds::seconds)
}

/// A few numbers in order, by insertion: the standard library's sorts are made for many, and would
/// be a tenth of the page's code.
fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sorted = Vec::new();
    for value in values {
        sorted.insert(sorted.partition_point(|other| *other < value), value);
    }
    sorted
}

fn median_of_sorted(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let is_odd = sorted.len() % 2 == 1;
    Some(if is_odd { upper } else { (sorted[sorted.len() / 2 - 1] + upper) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(seconds: &[f64]) -> Vec<TimedRun> {
        let run = |seconds: &f64| TimedRun { wall: Duration::from_secs_f64(*seconds), stored: vec![true; 2] };
        seconds.iter().map(run).collect()
    }

    fn comparison(sequential: &[f64], concurrent: &[f64]) -> Comparison {
        Comparison { sequential: runs(sequential), concurrent: runs(concurrent) }
    }

    #[test]
    fn the_speed_up_is_the_median_of_pairs_with_its_spread() {
        let expected = SpeedUp { median: 4.0, least: 4.0, most: 6.0, pairs: 3 };
        assert_eq!(comparison(&[20.0, 24.0, 22.0], &[5.0, 4.0, 5.5]).speed_up(), Some(expected));
    }

    #[test]
    fn there_is_no_speed_up_before_a_pair_is_complete() {
        assert_eq!(comparison(&[3.0], &[]).speed_up(), None);
        assert_eq!(comparison(&[3.0], &[0.0]).speed_up(), None);
    }

    #[test]
    fn each_mode_runs_three_times_and_the_modes_take_turns_in_going_first() {
        let pairs: Vec<_> = COMPARISON_ORDER.chunks(2).collect();
        assert!(pairs.iter().all(|pair| pair[0] != pair[1]));
        assert_ne!(pairs[0], pairs[1]);
        assert_eq!(pairs[0], pairs[2]);
    }

    #[test]
    fn a_speed_up_and_a_slow_down_are_put_into_words_alike() {
        let cases = [
            (
                [11.1, 11.3, 11.0],
                [2.4, 2.4, 2.3],
                "At once: 4.7 times as fast (2.4 s against 11.1 s; 4.6 to 4.8 in 3 pairs)",
            ),
            (
                [2.0, 2.1, 2.2],
                [2.5, 2.5, 2.5],
                "At once: slower, 0.8 times as fast (2.5 s against 2.1 s; 0.8 to 0.9 in 3 pairs)",
            ),
            (
                [2.0, 2.2, 2.6],
                [2.2, 2.0, 2.0],
                "At once: too close to tell, 1.1 times as fast (2.0 s against 2.2 s; 0.9 to 1.3 in 3 pairs)",
            ),
        ];
        for (sequential, concurrent, text) in cases {
            assert_eq!(comparison(&sequential, &concurrent).answer(), text);
        }
        assert_eq!(comparison(&[3.0], &[]).answer(), "The runs were too short to be compared");
    }

    #[test]
    fn the_rest_of_a_comparison_takes_as_long_as_the_runs_before() {
        let rest = |sequential: &[f64], concurrent: &[f64], current| {
            comparison(sequential, concurrent).time_of_rest(Duration::from_secs(current)).as_secs_f64()
        };
        assert_eq!(rest(&[], &[], 10), 50.0, "no run at once is known, so it is no shorter");
        assert_eq!(rest(&[10.0], &[], 2), 2.0 + 10.0 + 10.0 + 2.0);
        assert_eq!(rest(&[10.0], &[2.0], 2), 10.0 + 10.0 + 2.0);
        assert_eq!(rest(&[10.0; 3], &[2.0; 2], 2), 0.0);
    }

    #[test]
    fn a_comparison_of_different_images_says_so() {
        let mut comparison = comparison(&[3.0, 3.0], &[1.0, 1.0]);
        assert_eq!(comparison.difference(), None);
        comparison.concurrent[1].stored[0] = false;
        let text = comparison.difference().unwrap();
        assert!(
            text.starts_with("The runs of pair 2 did not store the same images (2 one after the other, 1")
        );
    }

    #[test]
    fn the_median_of_an_even_count_is_the_mean_of_the_middle_two() {
        assert_eq!(median_wall(&runs(&[4.0, 1.0, 3.0, 2.0])), Some(Duration::from_secs_f64(2.5)));
        assert_eq!(median_wall(&[]), None);
    }
}
