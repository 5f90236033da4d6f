//! Reads the text as a date, and then a date in each of the three forms of HTTP, as it is and with one of its
//! bytes replaced.

#![no_main]

#[path = "../forms_of_dates.rs"]
mod forms_of_dates;

use fetchzip::run::parse_http_date;
use forms_of_dates::{is_rfc_850, seconds_of, three_forms, with_byte};
use libfuzzer_sys::fuzz_target;

/// A hundred years and one leap day, in seconds.
const CENTURY: i64 = 36_525 * 86_400;

/// Fifty years with all their leap days, in seconds.
const HALF_CENTURY: i64 = 18_263 * 86_400;

fuzz_target!(|input: (u32, u64, u8, u8, &str)| {
    let (now, time, place, byte, text) = input;
    let now = i64::from(now);
    check(text, now);
    for form in three_forms(time) {
        check(&form, now);
        check(&with_byte(&form, place, byte), now);
    }
});

fn check(text: &str, now: i64) {
    let date = parse_http_date(text, now);
    let is_rfc_850 = is_rfc_850(text);
    if let Some(date) = date {
        assert!(text.is_ascii() && (24..=33).contains(&text.len()), "{text:?}");
        assert!(!is_rfc_850 || date <= now + HALF_CENTURY, "{text:?} is far in the future");
    }
    if !is_rfc_850 {
        assert_eq!(date, parse_http_date(text, 0), "{text:?} depends on the time");
    }
    if let Some(other) = seconds_of(text) {
        let date = date.unwrap_or_else(|| panic!("{text:?} is a date"));
        assert!(
            date == other || (is_rfc_850 && (date - other).abs() <= CENTURY),
            "{text:?}: {date}, not {other}"
        );
    }
}
