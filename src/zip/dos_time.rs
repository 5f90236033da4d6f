//! MS-DOS date and time (APPNOTE 4.4.6).

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

const SECONDS_PER_DAY: i64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

const DAYS_IN_400_YEARS: i64 = 146_097;

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

/// Year, month and day of the given number of days since 1970-01-01, which must not be negative.
///
/// Years are counted from March, so that the leap day is the last of its year and every month's
/// first day follows from its number (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn civil_date(day: i64) -> (i64, i64, i64) {
    let day = day + DAYS_TO_1970;
    let (era, of_era) = (day / DAYS_IN_400_YEARS, day % DAYS_IN_400_YEARS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day_of_month)
}

/// The number of days from 1970-01-01 to a date: the inverse, from the same source.
fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * DAYS_IN_400_YEARS + of_era - DAYS_TO_1970
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
