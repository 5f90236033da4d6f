//! Durations from numbers of seconds, to the microsecond, and as numbers of milliseconds. The standard library's conversions are exact
//! to the nanosecond, panic if the number is negative or not finite, and add half a KB to the download.

use std::time::Duration;

use crate::text::{Padded, text};

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

/// A duration in whole milliseconds, rounded down.
pub fn whole_millis(time: Duration) -> u64 {
    micros_of(time) / 1000
}

/// A duration in whole microseconds, rounded down and limited to half a million years.
pub fn micros_of(time: Duration) -> u64 {
    time.as_secs().saturating_mul(1_000_000) + u64::from(time.subsec_micros())
}

/// Milliseconds for programs, to the microsecond and without trailing zeros: `12.5`.
pub fn decimal_millis(time: Duration) -> String {
    let micros = micros_of(time);
    let text = text![micros / 1000, ".", Padded(micros % 1000, 3)];
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
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

    #[test]
    fn milliseconds_for_programs_have_no_trailing_zeros() {
        assert_eq!(decimal_millis(Duration::from_micros(12_500)), "12.5");
        assert_eq!(decimal_millis(Duration::from_micros(7)), "0.007");
        assert_eq!(decimal_millis(Duration::from_millis(1200)), "1200");
        assert_eq!(decimal_millis(Duration::ZERO), "0");
    }
}
