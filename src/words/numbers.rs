//! Sizes, durations, rates and counts, formatted for people.
//!
//! All arithmetic is in 64-bit integers: to format floating-point numbers, or the 128 bits of
//! `Duration::as_millis`, would add more code to the wasm than this module has.

use std::time::Duration;

use super::locale;
use super::nouns::Noun;
use crate::seconds::{micros_of, whole_millis};
use crate::text::{Padded, text};

/// A size in bytes: `812 B`, `15.2 kB`, `3.1 MB`, `539 MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if bytes < 1000 {
        return text![bytes, " B"];
    }
    let mut scale = 1000;
    for unit in UNITS {
        let tenths = bytes.saturating_add(scale / 20) / (scale / 10);
        if tenths < 1000 {
            return text![tenths_of(tenths), " ", unit];
        }
        let whole = bytes.saturating_add(scale / 2) / scale;
        if whole < 1000 {
            return text![whole, " ", unit];
        }
        scale *= 1000;
    }
    text![bytes / scale, " EB"]
}

/// The rate of bytes that arrived over a time: `7.4 MB/s`; `None` if no time passed.
pub fn rate(bytes: u64, time: Duration) -> Option<String> {
    // By microseconds if that does not overflow, which it does above 18 TB.
    let per_second = match bytes.checked_mul(1_000_000) {
        Some(scaled) => scaled.checked_div(micros_of(time))?,
        None => (bytes / whole_millis(time).max(1)).saturating_mul(1000),
    };
    Some(text![size(per_second), "/s"])
}

/// A duration, rounded: `340 ms`, `5.6 s`, `1 min 23 s`, `2 h 05 min`.
pub fn duration(time: Duration) -> String {
    let millis = whole_millis(time);
    let tenths = (millis + 50) / 100;
    let seconds = (millis + 500) / 1000;
    match millis {
        0..1000 => text![millis, " ms"],
        _ if tenths < 600 => text![tenths_of(tenths), " s"],
        _ if seconds < 3600 => text![seconds / 60, " min ", Padded(seconds % 60, 2), " s"],
        _ => text![seconds / 3600, " h ", Padded(seconds % 3600 / 60, 2), " min"],
    }
}

/// A duration to the millisecond: `340 ms`, `5.617 s`, `83.020 s`.
pub fn exact_duration(time: Duration) -> String {
    let millis = (micros_of(time) + 500) / 1000;
    match millis {
        0 => "less than 1 ms".into(),
        1..1000 => text![millis, " ms"],
        _ => text![locale::decimal(millis as f64 / 1000.0, 3), " s"],
    }
}

/// An estimated duration: `about 2 s`, `about 40 s`, `about 3 min`.
pub fn approximate_duration(time: Duration) -> String {
    let seconds = (whole_millis(time) + 500) / 1000;
    match seconds {
        0..=1 => "about 1 s".into(),
        2..=10 => text!["about ", seconds, " s"],
        11..=57 => text!["about ", (seconds + 2) / 5 * 5, " s"],
        58..=3570 => text!["about ", (seconds + 30) / 60, " min"],
        _ => text!["about ", (seconds + 1800) / 3600, " h"],
    }
}

/// A number with its digits grouped: `12,044`.
pub fn number(value: usize) -> String {
    locale::decimal(value as f64, 0)
}

/// So many tenths, with one digit after the point.
fn tenths_of(tenths: u64) -> String {
    locale::decimal(tenths as f64 / 10.0, 1)
}

/// A count with its noun: `1 image`, `12,044 images`.
pub fn count(value: usize, noun: Noun) -> String {
    text![number(value), " ", noun.beside(value)]
}

/// A share, rounded down, so that only the whole is `100 %`: `62 %`.
pub fn percent(share: f64) -> String {
    text![(share.clamp(0.0, 1.0) * 100.0) as u8, " %"]
}

/// A ratio: `4.1`, or `0.04` if one decimal would be too coarse.
pub fn ratio(value: f64) -> String {
    let hundredths = (value.max(0.0) * 100.0).round() as u64;
    if hundredths < 10 {
        return locale::decimal(hundredths as f64 / 100.0, 2);
    }
    let tenths = (value * 10.0).round() as u64;
    if tenths < 1000 { tenths_of(tenths) } else { number((tenths as usize + 5) / 10) }
}

/// The names of protocols that are given by their ALPN names (RFC 7301): `HTTP/2, HTTP/3`.
pub fn protocols(names: &[String]) -> String {
    let words = names.iter().map(|name| match name.as_str() {
        "h2" => "HTTP/2",
        "h3" => "HTTP/3",
        "http/1.1" => "HTTP/1.1",
        other => other,
    });
    let words = words.collect::<Vec<_>>().join(", ");
    if words.is_empty() { "not disclosed".into() } else { words }
}

#[cfg(test)]
mod tests {
    use super::super::nouns::IMAGE;
    use super::*;

    fn ms(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn sizes_have_two_or_three_digits_and_may_round_up_to_the_next_unit() {
        let cases = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (15_249, "15.2 kB"),
            (99_949, "99.9 kB"),
            (99_950, "100 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (53_400_000, "53.4 MB"),
            (4_294_967_296, "4.3 GB"),
            (u64::MAX, "18 EB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn a_rate_needs_time() {
        assert_eq!(rate(7_400_000, ms(1000)).as_deref(), Some("7.4 MB/s"));
        assert_eq!(rate(u64::MAX, ms(1)).as_deref(), Some("18 EB/s"));
        assert_eq!(rate(5, ms(0)), None);
    }

    #[test]
    fn the_longer_a_duration_the_coarser_its_unit() {
        let cases = [
            (0, "0 ms"),
            (999, "999 ms"),
            (1000, "1.0 s"),
            (5649, "5.6 s"),
            (59_949, "59.9 s"),
            (59_950, "1 min 00 s"),
            (83_400, "1 min 23 s"),
            (7_500_000, "2 h 05 min"),
        ];
        for (time, text) in cases {
            assert_eq!(duration(ms(time)), text);
        }
        let exact_cases = [(0, "less than 1 ms"), (340, "340 ms"), (5617, "5.617 s"), (83_020, "83.020 s")];
        for (time, text) in exact_cases {
            assert_eq!(exact_duration(ms(time)), text);
        }
    }

    #[test]
    fn an_estimate_is_no_more_exact_than_it_can_be() {
        let cases = [
            (0, "about 1 s"),
            (2400, "about 2 s"),
            (38_000, "about 40 s"),
            (58_000, "about 1 min"),
            (200_000, "about 3 min"),
            (7_200_000, "about 2 h"),
        ];
        for (time, text) in cases {
            assert_eq!(approximate_duration(ms(time)), text);
        }
    }

    #[test]
    fn counts_are_grouped_and_pluralised() {
        assert_eq!(count(0, IMAGE), "0 images");
        assert_eq!(count(1, IMAGE), "1 image");
        assert_eq!(count(12_044, IMAGE), "12,044 images");
        assert_eq!(number(1_000_000), "1,000,000");
    }

    #[test]
    fn shares_are_rounded_down_and_ratios_to_one_decimal() {
        assert_eq!(percent(0.629), "62 %");
        assert_eq!(percent(0.9999), "99 %");
        assert_eq!(percent(7.0), "100 %");
        for (value, text) in [(4.13, "4.1"), (0.9, "0.9"), (0.04, "0.04"), (9.96, "10.0"), (1234.0, "1,234")]
        {
            assert_eq!(ratio(value), text);
        }
    }

    #[test]
    fn protocols_have_their_common_names() {
        let named =
            |names: &[&str]| protocols(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(named(&["h2", "http/1.1"]), "HTTP/2, HTTP/1.1");
        assert_eq!(named(&["h3"]), "HTTP/3");
        assert_eq!(named(&[]), "not disclosed");
    }
}
