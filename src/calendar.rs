//! Days of the proleptic Gregorian calendar, counted from 1970-01-01.

/// The seconds of a day, without leap seconds.
pub const SECONDS_PER_DAY: i64 = 86_400;

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: i64 = 719_468;

const DAYS_IN_400_YEARS: i64 = 146_097;

/// Year, month and day of a number of days since 1970-01-01; an unspecified date before 0000-03-01.
///
/// Years are counted from March, so that the leap day is the last of its year and every month's
/// first day follows from its number (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub fn civil_date(day: i64) -> (i64, i64, i64) {
    let day = day + DAYS_TO_1970;
    let (era, of_era) = (day / DAYS_IN_400_YEARS, day % DAYS_IN_400_YEARS);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day_of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day_of_month)
}

/// The number of days from 1970-01-01 to a date: the inverse, from the same source. Days past the end
/// of a month are counted into the next one.
pub fn day_of(year: i64, month: i64, day: i64) -> i64 {
    let (year, month_from_march) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year_of_era) = (year / 400, year % 400);
    let of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * DAYS_IN_400_YEARS + of_era - DAYS_TO_1970
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_thousand_years_has_one_date() {
        let mut before = civil_date(day_of(1, 1, 1) - 1);
        for day in day_of(1, 1, 1)..=day_of(9999, 12, 31) {
            let date = civil_date(day);
            assert!(date > before, "{date:?} after {before:?}");
            assert_eq!(day_of(date.0, date.1, date.2), day);
            before = date;
        }
        assert_eq!((civil_date(0), civil_date(-1)), ((1970, 1, 1), (1969, 12, 31)));
    }
}
