//! Dates in the three forms of RFC 9110, 5.6.7, as another reader and writer of them has them.

use std::time::{Duration, UNIX_EPOCH};

/// The end of the year 9999, in seconds since 1970.
const END: u64 = 253_402_300_800;

/// A time in the three forms: IMF-fixdate, RFC 850's, and that of C's `asctime`.
pub fn three_forms(seconds: u64) -> [String; 3] {
    let fixdate = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds % END));
    let (name, rest) = fixdate.split_at(3);
    let fields: Vec<&str> = rest.split([',', ' ']).filter(|field| !field.is_empty()).collect();
    let &[day, month, year, time, _] = &fields[..] else { unreachable!("{fixdate}") };
    let end = match name {
        "Tue" => "s",
        "Wed" => "nes",
        "Thu" => "rs",
        "Sat" => "ur",
        _ => "",
    };
    let rfc_850 = format!("{name}{end}day, {day}-{month}-{} {time} GMT", &year[2..]);
    let day = day.strip_prefix('0').map_or(day.to_owned(), |digit| format!(" {digit}"));
    let asctime = format!("{name} {month} {day} {time} {year}");
    [fixdate, rfc_850, asctime]
}

/// Whether a text, if it is a date at all, has a year of two digits.
#[allow(dead_code, reason = "one of the targets needs it")]
pub fn is_rfc_850(text: &str) -> bool {
    !matches!(text.as_bytes().get(3), Some(b',' | b' ') | None)
}

/// The date that the other reader finds, in seconds since 1970. It overlooks separators, and what it takes for a date
/// is one only if it is written in the same way.
#[allow(dead_code, reason = "one of the targets needs it")]
pub fn seconds_of(text: &str) -> Option<i64> {
    let time = httpdate::parse_http_date(text).ok()?;
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    three_forms(seconds).iter().any(|form| form == text).then_some(seconds as i64)
}

/// A text with one of its bytes replaced by a character.
pub fn with_byte(text: &str, place: u8, byte: u8) -> String {
    let at = usize::from(place) % text.len();
    let replaced = |(place, char)| if place == at { char::from(byte) } else { char };
    text.chars().enumerate().map(replaced).collect()
}
