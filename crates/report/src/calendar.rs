//! Days, instants and periods as people write them.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Day, Granularity, Period};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn month_name(month: i8) -> &'static str {
    MONTHS[(month - 1).clamp(0, 11) as usize]
}

/// `31 Oct 2026`.
pub fn day(day: Day) -> String {
    let date = day.date();
    format!("{}\u{a0}{}\u{a0}{}", date.day(), &month_name(date.month())[..3], date.year())
}

/// `31 Oct 2026, 04:12` of an instant in UTC microseconds, in a zone.
pub fn minute(at_us: i64, zone: &TimeZone) -> String {
    let Ok(at) = Timestamp::from_microsecond(at_us) else {
        return "unknown time".to_owned();
    };
    let at = at.to_zoned(zone.clone());
    format!("{}, {:02}:{:02}", day(Day::of(at.date())), at.hour(), at.minute())
}

/// The civil day of an instant in UTC microseconds, in a zone; clamps to what a timestamp can hold.
pub fn day_of(at_us: i64, zone: &TimeZone) -> Day {
    let at = Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::UNIX_EPOCH);
    Day::of(at.to_zoned(zone.clone()).date())
}

/// `04:12` of an instant in UTC microseconds, in a zone.
pub fn clock(at_us: i64, zone: &TimeZone) -> String {
    let at = Timestamp::from_microsecond(at_us).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(zone.clone());
    format!("{:02}:{:02}", at.hour(), at.minute())
}

/// `September 2026`, `Q3 2026` or `2026`.
pub fn period(period: Period) -> String {
    let start = period.start().date();
    match period.granularity {
        Granularity::Month => format!("{} {}", month_name(start.month()), start.year()),
        Granularity::Quarter => format!("Q{} {}", (start.month() - 1) / 3 + 1, start.year()),
        Granularity::Year => start.year().to_string(),
    }
}

/// `Sep 26`, `Q3 26` or `2026`, for axes.
pub fn period_short(period: Period) -> String {
    let start = period.start().date();
    let year = start.year().rem_euclid(100);
    match period.granularity {
        Granularity::Month => format!("{} {year:02}", &month_name(start.month())[..3]),
        Granularity::Quarter => format!("Q{} {year:02}", (start.month() - 1) / 3 + 1),
        Granularity::Year => start.year().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_and_days_read_as_people_write_them() {
        let table = [
            ("2026-09", "September 2026", "Sep 26"),
            ("2026-Q3", "Q3 2026", "Q3 26"),
            ("2026", "2026", "2026"),
            ("2007-05", "May 2007", "May 07"),
        ];
        for (name, long, short) in table {
            let of = Period::parse(name).expect(name);
            assert_eq!((period(of).as_str(), period_short(of).as_str()), (long, short));
        }
        assert_eq!(day(Day::parse("2026-10-31").expect("day")), "31\u{a0}Oct\u{a0}2026");
        let berlin = TimeZone::get("Europe/Berlin").expect("zone");
        assert_eq!(minute(1_793_487_120_000_000, &berlin), "31\u{a0}Oct\u{a0}2026, 23:52");
        assert_eq!(day_of(1_793_487_120_000_000, &berlin), Day::parse("2026-10-31").expect("day"));
        assert_eq!(minute(i64::MAX, &TimeZone::UTC), "unknown time");
    }
}
