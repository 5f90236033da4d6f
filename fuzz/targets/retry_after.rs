//! Reads the text as a Retry-After, and then numbers with a fraction, and dates in the three forms of HTTP with one
//! byte replaced.

#![no_main]

#[path = "../forms_of_dates.rs"]
mod forms_of_dates;

use std::time::Duration;

use fetchzip::run::{parse_http_date, parse_retry_after};
use forms_of_dates::{three_forms, with_byte};
use libfuzzer_sys::fuzz_target;

const YEAR: Duration = Duration::from_secs(365 * 86_400);

fuzz_target!(|input: (u32, u64, u64, u8, u8, &str)| {
    let (now, time, fraction, place, byte, text) = input;
    let now = i64::from(now);
    check(text, now);
    for number in [time.to_string(), format!("{time}.{fraction}"), format!("{}.{fraction:020}", time >> 40)] {
        check(&number, now);
        check(&with_byte(&number, place, byte), now);
    }
    for form in three_forms(time) {
        check(&form, now);
        check(&with_byte(&form, place, byte), now);
    }
});

fn check(text: &str, now: i64) {
    let wait = parse_retry_after(text, now);
    assert!(wait.is_none_or(|wait| wait <= YEAR), "{text:?}");
    if let Some(date) = parse_http_date(text, now) {
        let until = u64::try_from(date - now).map_or(Duration::ZERO, Duration::from_secs);
        assert_eq!(wait, Some(until).filter(|until| *until <= YEAR), "{text:?}");
        return;
    }
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1
        && !text.starts_with('.')
        && !text.ends_with('.')
        && !text.is_empty();
    match text.parse::<f64>().ok().filter(|_| is_number) {
        // So large a number is not exact in floating point.
        Some(seconds) if seconds < 1e6 => {
            let waited = wait.unwrap_or_else(|| panic!("{text:?} is a number")).as_secs_f64();
            assert!(waited >= seconds && waited <= seconds + 1.0, "{text:?}: {waited}");
        }
        Some(seconds) if seconds > YEAR.as_secs_f64() => assert_eq!(wait, None, "{text:?}"),
        Some(_) => assert!(wait.is_some() || text.contains('.'), "{text:?}"),
        None => assert_eq!(wait, None, "{text:?}"),
    }
}
