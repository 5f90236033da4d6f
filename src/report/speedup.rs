//! What fetching at once was worth: sequential and concurrent runs, measured in alternation.

use std::time::Duration;

/// The wall times of a comparison, in the order in which the runs were made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// One after the other.
    pub sequential: Vec<Duration>,
    /// At once.
    pub concurrent: Vec<Duration>,
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
    /// How many pairs there are.
    pub pairs: usize,
}

impl Comparison {
    /// The speed-up over the pairs that are complete; `None` before the first, or where a run took
    /// no time at all.
    ///
    /// Each pair ran back to back, so that a network which drifts spoils no ratio.
    pub fn speed_up(&self) -> Option<SpeedUp> {
        let pairs = self.sequential.iter().zip(&self.concurrent);
        let mut ratios: Vec<_> = pairs
            .filter(|(_, concurrent)| !concurrent.is_zero())
            .map(|(sequential, concurrent)| sequential.as_secs_f64() / concurrent.as_secs_f64())
            .collect();
        ratios.sort_by(f64::total_cmp);
        let (least, most) = (*ratios.first()?, *ratios.last()?);
        Some(SpeedUp { median: middle_of(&ratios)?, least, most, pairs: ratios.len() })
    }
}

/// The median of some durations; `None` where there are none.
pub fn median(times: &[Duration]) -> Option<Duration> {
    let mut seconds: Vec<_> = times.iter().map(Duration::as_secs_f64).collect();
    seconds.sort_by(f64::total_cmp);
    middle_of(&seconds).map(Duration::from_secs_f64)
}

fn middle_of(sorted: &[f64]) -> Option<f64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    let is_odd = sorted.len() % 2 == 1;
    Some(if is_odd { upper } else { (sorted[sorted.len() / 2 - 1] + upper) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(values: &[f64]) -> Vec<Duration> {
        values.iter().copied().map(Duration::from_secs_f64).collect()
    }

    #[test]
    fn the_speed_up_is_the_median_of_pairs_with_its_spread() {
        let comparison =
            Comparison { sequential: seconds(&[20.0, 24.0, 22.0]), concurrent: seconds(&[5.0, 4.0, 5.5]) };
        let expected = SpeedUp { median: 4.0, least: 4.0, most: 6.0, pairs: 3 };
        assert_eq!(comparison.speed_up(), Some(expected));
    }

    #[test]
    fn there_is_none_before_a_pair_is_complete() {
        let one = Comparison { sequential: seconds(&[3.0]), concurrent: vec![] };
        assert_eq!(one.speed_up(), None);
        let instant = Comparison { sequential: seconds(&[3.0]), concurrent: seconds(&[0.0]) };
        assert_eq!(instant.speed_up(), None);
    }

    #[test]
    fn a_median_of_an_even_number_lies_between() {
        assert_eq!(median(&seconds(&[4.0, 1.0, 3.0, 2.0])), Some(Duration::from_secs_f64(2.5)));
        assert_eq!(median(&[]), None);
    }
}
