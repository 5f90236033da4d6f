//! Durations from numbers, to the microsecond. The standard library's own conversions are exact to
//! the nanosecond, panic for what is no duration, and are half a KB more to download.

use std::time::Duration;

/// So many seconds: none where the number is negative or not a number, and at most half a million
/// years.
pub fn seconds(number: f64) -> Duration {
    // A cast of floating-point numbers stops at the bounds.
    Duration::from_micros((number * 1e6 + 0.5) as u64)
}

/// A time so many times as long.
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
