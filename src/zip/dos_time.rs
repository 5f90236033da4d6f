//! MS-DOS date and time (APPNOTE 4.4.6).

use crate::calendar::{SECONDS_PER_DAY, civil_date, day_of};

/// A time between 1980 and 2107, in steps of two seconds. DOS time has no zone; this one is in UTC, so
/// that the same images give the same archive everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DosTime {
    /// Hours, minutes and seconds.
    pub time: u16,
    /// Year, month and day.
    pub date: u16,
}

/// 1980-01-01T00:00:00Z.
const FIRST: i64 = 315_532_800;

/// 2107-12-31T23:59:58Z.
const LAST: i64 = 4_354_819_198;

impl DosTime {
    /// From seconds since 1970. Times out of range are clamped, and an unknown time becomes the first one.
    pub fn from_unix(seconds: Option<i64>) -> Self {
        let seconds = seconds.unwrap_or(FIRST).clamp(FIRST, LAST);
        let (year, month, day) = civil_date(seconds / SECONDS_PER_DAY);
        let of_day = seconds % SECONDS_PER_DAY;
        let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        Self {
            time: (hour << 11 | minute << 5 | (second / 2)) as u16,
            date: ((year - 1980) << 9 | month << 5 | day) as u16,
        }
    }

    /// Seconds since 1970; an unspecified number if the fields are not a valid date.
    pub fn to_unix(self) -> i64 {
        let (time, date) = (i64::from(self.time), i64::from(self.date));
        let day = day_of(1980 + (date >> 9), date >> 5 & 15, date & 31);
        day * SECONDS_PER_DAY + (time >> 11) * 3600 + (time >> 5 & 63) * 60 + (time & 31) * 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(seconds: Option<i64>) -> (u16, u16, u16, u16, u16, u16) {
        let DosTime { time, date } = DosTime::from_unix(seconds);
        (1980 + (date >> 9), date >> 5 & 15, date & 31, time >> 11, time >> 5 & 63, (time & 31) * 2)
    }

    #[test]
    fn dates_of_every_kind_of_year() {
        assert_eq!(parts(Some(951_782_399)), (2000, 2, 28, 23, 59, 58));
        assert_eq!(parts(Some(951_782_400)), (2000, 2, 29, 0, 0, 0));
        assert_eq!(parts(Some(1_772_323_200)), (2026, 3, 1, 0, 0, 0));
        assert_eq!(parts(Some(4_107_542_400)), (2100, 3, 1, 0, 0, 0));
        assert_eq!(parts(Some(1_735_689_599)), (2024, 12, 31, 23, 59, 58));
        assert_eq!(parts(Some(784_111_777)), (1994, 11, 6, 8, 49, 36));
    }

    #[test]
    fn times_out_of_range_are_clamped() {
        assert_eq!(parts(None), (1980, 1, 1, 0, 0, 0));
        assert_eq!(parts(Some(-1)), (1980, 1, 1, 0, 0, 0));
        assert_eq!(parts(Some(i64::MAX)), (2107, 12, 31, 23, 59, 58));
    }

    #[test]
    fn a_time_survives_the_round_trip_to_the_even_second() {
        // A step that reaches every hour, minute and second, and every day of some years.
        for seconds in (FIRST..=LAST).step_by(40_034) {
            assert_eq!(DosTime::from_unix(Some(seconds)).to_unix(), seconds - seconds % 2);
        }
        // Months 0 and 15 and day 0 are invalid, and must not panic.
        for date in 0..=u16::MAX {
            DosTime { time: u16::MAX, date }.to_unix();
        }
    }
}
