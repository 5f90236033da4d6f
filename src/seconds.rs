//! Durations from numbers of seconds, to the microsecond. The standard library's conversions are exact
//! to the nanosecond, panic if the number is negative or not finite, and add half a KB to the download.

use std::time::Duration;

/// A duration of this many seconds: zero for negative numbers and NaN, and half a million years at
/// most.
pub fn seconds(number: f64) -> Duration {
    // A cast from floating point saturates.
    Duration::from_micros((number * 1e6 + 0.5) as u64)
}

/// A duration multiplied by a factor, with the same limits.
pub fn scaled(time: Duration, factor: f64) -> Duration {
    seconds(time.as_secs_f64() * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_becomes_the_nearest_microsecond() {
        for (number, micros) in [
            (0.0, 0),
            (1.5, 1_500_000),
            (0.000_000_6, 1),
            (-1.0, 0),
            (f64::NAN, 0),
            (f64::INFINITY, u64::MAX),
        ] {
            assert_eq!(seconds(number), Duration::from_micros(micros), "{number}");
        }
        assert_eq!(scaled(Duration::from_secs(3), 0.5), Duration::from_millis(1500));
    }
}
