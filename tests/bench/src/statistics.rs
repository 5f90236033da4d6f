//! Medians, extremes, and ratios round by round.

/// The median of some numbers, and their extremes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// The median; of an even count, the mean of the two in the middle.
    pub median: f64,
    /// The least.
    pub min: f64,
    /// The greatest.
    pub max: f64,
}

impl Summary {
    /// The summary of these numbers; `None` if there are none.
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut numbers: Vec<f64> = numbers.into_iter().collect();
        numbers.sort_by(f64::total_cmp);
        let (min, max) = (*numbers.first()?, *numbers.last()?);
        let upper = numbers.len() / 2;
        let lower = (numbers.len() - 1) / 2;
        Some(Self { median: f64::midpoint(numbers[lower], numbers[upper]), min, max })
    }
}

/// One number per round; `None` for a round that failed.
pub type Series = Vec<Option<f64>>;

/// The ratios of two series, round by round, so that what slows down a whole round cancels out.
pub fn ratios(of: &[Option<f64>], to: &[Option<f64>]) -> Vec<f64> {
    of.iter().zip(to).filter_map(|(of, to)| Some((*of)? / (*to)?)).collect()
}

/// The median of [`ratios`].
pub fn ratio(of: &[Option<f64>], to: &[Option<f64>]) -> Option<f64> {
    Summary::of(ratios(of, to)).map(|summary| summary.median)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        let median = |numbers: &[f64]| Summary::of(numbers.iter().copied()).map(|summary| summary.median);
        assert_eq!(median(&[3.0, 1.0, 100.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 100.0, 2.0]), Some(3.0));
        assert_eq!(median(&[]), None);
        let summary = Summary::of([2.0, 7.0, 5.0]).unwrap();
        assert_eq!((summary.min, summary.max), (2.0, 7.0));
    }

    #[test]
    fn a_slow_round_does_not_show_in_the_ratio() {
        let floor = [Some(1.0), Some(10.0), Some(1.0)];
        let other = [Some(2.0), Some(20.0), Some(2.0)];
        assert_eq!(ratio(&other, &floor), Some(2.0));
    }

    #[test]
    fn a_round_that_failed_has_no_ratio() {
        assert_eq!(ratios(&[Some(3.0), None, Some(8.0)], &[Some(1.0), Some(1.0), None]), [3.0]);
        assert_eq!(ratio(&[None], &[Some(1.0)]), None);
    }
}
