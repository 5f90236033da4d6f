//! HTTP dates, and the wait that a `Retry-After` asks for.
//!
//! By hand: the browser's `Date.parse` also accepts texts that are no HTTP dates, and reads those
//! without a zone in its own, so that the same images would make another archive elsewhere.

use std::time::Duration;

use crate::calendar::{SECONDS_PER_DAY, civil_date, day_of};

const DAYS: &[u8] = b"MonTueWedThuFriSatSun";

const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// What follows three letters of the day in the forms of RFC 9110, 5.6.7: IMF-fixdate, RFC 850's (with the end
/// of its name), and that of C's `asctime`. A digit is the place of a field: day, month, year, hour, minute, second; `6` is a digit
/// of the day or a space.
const IMF_FIXDATE: &[u8] = b", 00 111 2222 33:44:55 GMT";
const RFC_850: &[u8] = b"day, 00-111-22 33:44:55 GMT";
const ASCTIME: &[u8] = b" 111 60 33:44:55 2222";

/// An HTTP date in seconds since 1970; `None` for any other text, and for days that do not exist. The
/// time `now`, in the same unit, tells the century of a year of two digits.
pub fn parse_http_date(text: &str, now: i64) -> Option<i64> {
    let (name, mut rest) = text.as_bytes().split_at_checked(3)?;
    let (form, is_rfc_850) = match rest.first()? {
        b',' => (IMF_FIXDATE, false),
        b' ' => (ASCTIME, false),
        _ => (RFC_850, true),
    };
    if is_rfc_850 {
        // What Tuesday, Wednesday, Thursday and Saturday have before that.
        let middle = rest.split_off(..rest.len().checked_sub(form.len())?)?;
        if middle.len() > 3 || !middle.iter().all(u8::is_ascii_lowercase) {
            return None;
        }
    }
    let [day, month, mut year, hour, minute, second] = fields(rest, form)?;
    place_of(number(name), DAYS)?;
    let month = 1 + place_of(month, MONTHS)? as i64;
    let at = |year| day_of(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
    if is_rfc_850 {
        let this_year = civil_date(now / SECONDS_PER_DAY).0;
        year += this_year - this_year % 100;
        // More than 50 years in the future means the past.
        if at(year - 50) > now {
            year -= 100;
        }
    }
    // Otherwise it is one of the next month.
    let exists = civil_date(day_of(year, month, day)).2 == day;
    // 60 is a leap second.
    (exists && hour < 24 && minute < 60 && second <= 60).then(|| at(year))
}

/// How long a `Retry-After` asks to wait: a number of seconds, whose fraction is rounded up, or a date
/// (RFC 9110, 10.2.3), which may be past. `None` for any other text, and for more than a year, which is
/// no answer. The time `now` is in seconds since 1970.
pub fn parse_retry_after(text: &str, now: i64) -> Option<Duration> {
    const LONGEST: u64 = 365 * SECONDS_PER_DAY as u64;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = if is_number(whole) && is_number(fraction) {
        whole.parse::<u64>().ok()?.saturating_add(u64::from(fraction.bytes().any(|byte| byte != b'0')))
    } else {
        u64::try_from(parse_http_date(text, now)? - now).unwrap_or(0)
    };
    (seconds <= LONGEST).then(|| Duration::from_secs(seconds))
}

/// The fields of a text in a form. The month is its letters as one number.
fn fields(text: &[u8], form: &[u8]) -> Option<[i64; 6]> {
    let mut fields = [0; 6];
    for (byte, place) in text.iter().zip(form) {
        let (field, base, value) = match (place, byte) {
            (b'1', _) => (1, 256, *byte),
            (b'6', b' ') => continue,
            (b'6', b'0'..=b'9') => (0, 10, byte - b'0'),
            (b'0'..=b'5', b'0'..=b'9') => (usize::from(place - b'0'), 10, byte - b'0'),
            _ if place == byte => continue,
            _ => return None,
        };
        fields[field] = fields[field] * base + i64::from(value);
    }
    (text.len() == form.len()).then_some(fields)
}

/// Letters as one number.
fn number(letters: &[u8]) -> i64 {
    letters.iter().fold(0, |number, letter| number << 8 | i64::from(*letter))
}

/// The place of a name, as a number, among names of three letters.
fn place_of(name: i64, names: &[u8]) -> Option<usize> {
    names.chunks_exact(3).position(|known| number(known) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-29T00:00:00Z.
    const NOW: i64 = 1_795_910_400;

    fn date(text: &str) -> Option<i64> {
        parse_http_date(text, NOW)
    }

    #[test]
    fn the_three_forms_of_an_http_date_are_one_time_in_gmt() {
        // The examples of RFC 9110, 5.6.7.
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(date(text), Some(784_111_777), "{text}");
        }
        let others = [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Wed Dec 31 23:59:59 1969", -1),
            ("Tue Feb 29 12:00:00 2000", 951_825_600),
            ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
        ];
        for (text, seconds) in others {
            assert_eq!(date(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn this_agrees_with_another_reader_of_http_dates() {
        // A step that reaches every hour, minute, second, weekday and month.
        for seconds in (0..253_402_300_800).step_by(40_034_017) {
            let time = std::time::UNIX_EPOCH + Duration::from_secs(seconds);
            let text = httpdate::fmt_http_date(time);
            assert_eq!(date(&text), Some(seconds as i64), "{text}");
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_fifty_years_in_the_future() {
        let cases = [
            // The very second, fifty years later.
            ("Sunday, 29-Nov-76 00:00:00 GMT", "Sun, 29 Nov 2076 00:00:00 GMT"),
            ("Monday, 29-Nov-76 00:00:01 GMT", "Mon, 29 Nov 1976 00:00:01 GMT"),
            ("Friday, 31-Dec-99 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:59 GMT"),
            ("Tuesday, 29-Feb-00 00:00:00 GMT", "Tue, 29 Feb 2000 00:00:00 GMT"),
        ];
        for (short, long) in cases {
            assert_eq!(date(short), date(long), "{short}");
            assert!(date(short).is_some(), "{short}");
        }
    }

    #[test]
    fn anything_else_is_no_date() {
        let texts = [
            "",
            "0",
            "-1",
            "784111777",
            "Wed, 21 Oct 2015 07:28:00",
            "2015-10-21T07:28:00",
            "2015-10-21T07:28:00Z",
            "2015-10-21 07:28:00",
            "Wed, 21 Oct 2015 07:28:00 UTC",
            "Wed, 21 Oct 2015 07:28:00 +0200",
            "Wed, 21 Oct 2015 07:28:00 GMT+1",
            "Wed, 21 Oct 15 07:28:00 GMT",
            "Wed, 31 Feb 2015 07:28:00 GMT",
            "Wed, 00 Oct 2015 07:28:00 GMT",
            "Wed, 21 Okt 2015 07:28:00 GMT",
            "Wed, 21 Oct 2015 24:00:00 GMT",
            "Wed, 21 Oct 2015 07:60:00 GMT",
            "Wed, 21 Oct 2015 07:28:61 GMT",
            "Wed nesday, 21-Oct-15 07:28:00 GMT",
            "Wednes, 21-Oct-15 07:28:00 GMT",
            "We",
            "Mit, 21 Oct 2015 07:28:00 GMT",
            "Wednesday, 21 Oct 2015 07:28:00 GMT",
            "Wed Oct 21 07:28:00 2015 GMT",
            "Wed, 21 Oct 2015 07:28:00 GMT, Wed, 21 Oct 2015 07:28:00 GMT",
            "Wéd, 21 Oct 2015 07:28:00 GMT",
            "last week",
        ];
        for text in texts {
            assert_eq!(date(text), None, "{text}");
        }
    }

    #[test]
    fn a_retry_after_is_waited_for_at_least_as_long_as_it_says() {
        let cases = [
            ("0", Some(0)),
            ("120", Some(120)),
            ("2.5", Some(3)),
            ("2.0", Some(2)),
            ("0.001", Some(1)),
            ("31536000", Some(31_536_000)),
            ("31536000.5", None),
            ("99999999999999999999", None),
            ("18446744073709551615.9", None),
            ("1e3", None),
            ("-1", None),
            ("-2.5", None),
            ("+5", None),
            (".5", None),
            ("2.", None),
            ("2.5.1", None),
            ("1 day", None),
            ("Infinity", None),
            ("", None),
            ("Sun, 29 Nov 2026 00:00:30 GMT", Some(30)),
            ("Sunday, 29-Nov-26 00:00:30 GMT", Some(30)),
            ("Sun Nov 29 00:00:30 2026", Some(30)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(0)),
            ("Fri, 31 Dec 9999 23:59:59 GMT", None),
            ("2026-11-29T00:00:30", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_retry_after(text, NOW), seconds.map(Duration::from_secs), "{text}");
        }
    }
}
