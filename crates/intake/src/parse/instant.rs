//! Dates and times into UTC microseconds: one pass over the bytes for the usual forms, `strptime` for the feed's
//! own, and local times through a table of the zone's offsets, a day each.

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use model::period::{DAY_US, Day, days_from_civil};

const SECOND_US: i64 = 1_000_000;
const NOT: &str = "is not a date or time";
const NO_FORMAT: &str = "fits none of date_formats";
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;
const OUTSIDE: &str = "lies outside the years 1900 to 2200";
/// 1900-01-01 and 2201-01-01 as days since 1970-01-01.
const FIRST_DAY: i32 = -25_567;
const END_DAY: i32 = 84_371;
/// Not looked up yet; and: this day has more than one offset.
const UNKNOWN: i32 = i32::MIN;
const CHANGES: i32 = i32::MAX;

/// Reads instants as one feed writes them.
#[derive(Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    formats: Vec<String>,
    /// Seconds east of UTC by local day from [`FIRST_DAY`].
    offsets_s: Vec<i32>,
}

/// What a cell says: a civil day and time, with an offset where one is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    Civil { day: i32, of_day_us: i64, offset_s: Option<i32> },
    Epoch { at_us: i64 },
}

impl Clock {
    /// A clock for times that name no offset, local to `zone`. With `formats`, only these are read.
    pub(crate) fn new(zone: TimeZone, formats: Vec<String>) -> Self {
        Self { zone, formats, offsets_s: vec![UNKNOWN; (END_DAY - FIRST_DAY) as usize] }
    }

    /// Reads an instant; a time without an offset is local to the clock's zone.
    pub(crate) fn instant(&mut self, text: &str) -> Result<i64, &'static str> {
        let moment = self.moment(text)?;
        self.place(moment, None)
    }

    /// Reads an instant; a time without an offset is UTC.
    pub(crate) fn instant_utc(&mut self, text: &str) -> Result<i64, &'static str> {
        let moment = self.moment(text)?;
        self.place(moment, Some(0))
    }

    /// Reads the day a cell names, as it is written.
    pub(crate) fn day(&mut self, text: &str) -> Result<Day, &'static str> {
        match self.moment(text)? {
            Moment::Civil { day, .. } => Ok(Day(day)),
            Moment::Epoch { at_us } => Ok(self.day_of(at_us)),
        }
    }

    /// The day of an instant in the clock's zone.
    pub(crate) fn day_of(&self, at_us: i64) -> Day {
        let offset_s =
            jiff::Timestamp::from_microsecond(at_us).map_or(0, |at| self.zone.to_offset(at).seconds());
        Day((at_us + i64::from(offset_s) * SECOND_US).div_euclid(DAY_US) as i32)
    }

    fn moment(&self, text: &str) -> Result<Moment, &'static str> {
        if self.formats.is_empty() {
            return usual(text.as_bytes());
        }
        let found = self.formats.iter().find_map(|format| strtime::parse(format, text).ok());
        found.as_ref().and_then(broken_down).ok_or(NO_FORMAT)
    }

    fn place(&mut self, moment: Moment, assumed_s: Option<i32>) -> Result<i64, &'static str> {
        match moment {
            Moment::Epoch { at_us } => {
                let day = at_us.div_euclid(DAY_US);
                (i64::from(FIRST_DAY)..i64::from(END_DAY)).contains(&day).then_some(at_us).ok_or(OUTSIDE)
            }
            Moment::Civil { day, of_day_us, offset_s } => {
                if !(FIRST_DAY..END_DAY).contains(&day) {
                    return Err(OUTSIDE);
                }
                let local_us = i64::from(day) * DAY_US + of_day_us;
                let offset_s = offset_s.or(assumed_s).unwrap_or_else(|| self.offset_s(day, of_day_us));
                Ok(local_us - i64::from(offset_s) * SECOND_US)
            }
        }
    }

    fn offset_s(&mut self, day: i32, of_day_us: i64) -> i32 {
        let slot = (day - FIRST_DAY) as usize;
        if self.offsets_s[slot] == UNKNOWN {
            self.offsets_s[slot] = self.offset_of_day(day);
        }
        match self.offsets_s[slot] {
            CHANGES => self.offset_at(civil(day, of_day_us)),
            offset_s => offset_s,
        }
    }

    /// The one offset of a local day, or [`CHANGES`].
    fn offset_of_day(&self, day: i32) -> i32 {
        let [start, end] =
            [civil(day, 0), civil(day + 1, 0)].map(|at| self.zone.to_ambiguous_timestamp(at).offset());
        match (start, end) {
            (AmbiguousOffset::Unambiguous { offset: a }, AmbiguousOffset::Unambiguous { offset: b })
                if a == b =>
            {
                a.seconds()
            }
            _ => CHANGES,
        }
    }

    /// In a gap the time as the clock would have shown it before the change; in a fold the earlier one.
    fn offset_at(&self, at: DateTime) -> i32 {
        match self.zone.to_ambiguous_timestamp(at).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.seconds(),
            AmbiguousOffset::Gap { before, .. } | AmbiguousOffset::Fold { before, .. } => before.seconds(),
        }
    }
}

fn civil(day: i32, of_day_us: i64) -> DateTime {
    let time = jiff::civil::Time::midnight()
        .saturating_add(jiff::Span::new().microseconds(of_day_us.clamp(0, DAY_US - 1)));
    Day(day).date().to_datetime(time)
}

fn broken_down(parts: &strtime::BrokenDownTime) -> Option<Moment> {
    if let (Some(offset), Ok(at)) = (parts.offset(), parts.to_datetime()) {
        return Some(civil_moment(at, Some(offset.seconds())));
    }
    if let Ok(at) = parts.to_timestamp() {
        return Some(Moment::Epoch { at_us: at.as_microsecond() });
    }
    let at = parts
        .to_datetime()
        .or_else(|_| parts.to_date().map(|date| date.to_datetime(jiff::civil::Time::midnight())))
        .ok()?;
    Some(civil_moment(at, None))
}

fn civil_moment(at: DateTime, offset_s: Option<i32>) -> Moment {
    let time = at.time();
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    let of_day_us = seconds * SECOND_US + i64::from(time.subsec_nanosecond()) / 1000;
    Moment::Civil { day: Day::of(at.date()).0, of_day_us, offset_s }
}

/// The forms read without any setting.
fn usual(text: &[u8]) -> Result<Moment, &'static str> {
    if text.iter().all(u8::is_ascii_digit) {
        return digits_only(text);
    }
    if text.len() >= 10 && matches!(text[4], b'-' | b'/') && text[7] == text[4] {
        let day = day_of(number(&text[..4])?, number(&text[5..7])?, number(&text[8..10])?)?;
        return timed(day, &text[10..]);
    }
    dotted(text)
}

/// `YYYYMMDD`, `YYYYMMDDHHMMSS`, and counts since 1970 in seconds (10 or 11 digits), milliseconds (12, 13) or
/// microseconds (15 to 17).
fn digits_only(text: &[u8]) -> Result<Moment, &'static str> {
    let count = |scale: i64| -> Result<Moment, &'static str> {
        let units = text.iter().fold(0i64, |n, digit| n * 10 + i64::from(digit - b'0'));
        Ok(Moment::Epoch { at_us: units * scale })
    };
    match text.len() {
        8 | 14 => {
            let day = day_of(number(&text[..4])?, number(&text[4..6])?, number(&text[6..8])?)?;
            let mut of_day_us = 0;
            if text.len() == 14 {
                of_day_us = time_us(number(&text[8..10])?, number(&text[10..12])?, number(&text[12..14])?)?;
            }
            Ok(Moment::Civil { day, of_day_us, offset_s: None })
        }
        10 | 11 => count(SECOND_US),
        12 | 13 => count(1000),
        15..=17 => count(1),
        _ => Err(NOT),
    }
}

/// `D.M.YYYY`, with a time or without.
fn dotted(text: &[u8]) -> Result<Moment, &'static str> {
    let mut parts = text.splitn(3, |byte| *byte == b'.');
    let (Some(day), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(NOT);
    };
    if rest.len() < 4 || !(1..=2).contains(&day.len()) || !(1..=2).contains(&month.len()) {
        return Err(NOT);
    }
    let day = day_of(number(&rest[..4])?, number(month)?, number(day)?)?;
    timed(day, &rest[4..])
}

/// `[T ]HH:MM[:SS[.fraction]][offset]` after a date, or nothing.
fn timed(day: i32, rest: &[u8]) -> Result<Moment, &'static str> {
    if rest.is_empty() {
        return Ok(Moment::Civil { day, of_day_us: 0, offset_s: None });
    }
    if rest.len() < 6 || !matches!(rest[0], b'T' | b't' | b' ') || rest[3] != b':' {
        return Err(NOT);
    }
    let (hour, minute) = (number(&rest[1..3])?, number(&rest[4..6])?);
    let (mut second, mut fraction_us, mut rest) = (0, 0, &rest[6..]);
    if rest.len() >= 3 && rest[0] == b':' {
        second = number(&rest[1..3])?;
        rest = &rest[3..];
        if let [b'.' | b',', fraction @ ..] = rest {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 || digits > 9 {
                return Err(NOT);
            }
            fraction_us = (0..6)
                .fold(0, |us, at| us * 10 + if at < digits { i64::from(fraction[at] - b'0') } else { 0 });
            rest = &fraction[digits..];
        }
    }
    let of_day_us = time_us(hour, minute, second)? + fraction_us;
    Ok(Moment::Civil { day, of_day_us, offset_s: offset(rest.trim_ascii_start())? })
}

/// `Z`, `UTC`, `GMT`, `±HH`, `±HHMM`, `±HH:MM` in seconds; `None` for nothing.
fn offset(text: &[u8]) -> Result<Option<i32>, &'static str> {
    let (sign, digits) = match text {
        [] => return Ok(None),
        [b'Z' | b'z'] | b"UTC" | b"GMT" | b"utc" => return Ok(Some(0)),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return Err(NOT),
    };
    let (hours, minutes) = match digits {
        [_, _] => (number(digits)?, 0),
        [_, _, _, _] => (number(&digits[..2])?, number(&digits[2..])?),
        [_, _, b':', _, _] => (number(&digits[..2])?, number(&digits[3..])?),
        _ => return Err(NOT),
    };
    if hours > 18 || minutes > 59 {
        return Err(NOT);
    }
    Ok(Some(sign * (hours as i32 * 3600 + minutes as i32 * 60)))
}

fn number(digits: &[u8]) -> Result<u32, &'static str> {
    digits.iter().try_fold(0u32, |n, byte| {
        if byte.is_ascii_digit() { Ok(n * 10 + u32::from(byte - b'0')) } else { Err(NOT) }
    })
}

fn time_us(hour: u32, minute: u32, second: u32) -> Result<i64, &'static str> {
    if hour > 23 || minute > 59 || second > 60 {
        return Err(NOT);
    }
    // A leap second is told as the second before it.
    Ok(i64::from(hour * 3600 + minute * 60 + second.min(59)) * SECOND_US)
}

fn day_of(year: u32, month: u32, day: u32) -> Result<i32, &'static str> {
    let year = year as i32;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => return Err(NOT),
    };
    if !(1..=days).contains(&day) {
        return Err(NOT);
    }
    if !YEARS.contains(&year) {
        return Err(OUTSIDE);
    }
    Ok(days_from_civil(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::civil::date;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("zone")
    }

    fn utc(text: &str) -> i64 {
        text.parse::<Timestamp>().expect("instant").as_microsecond()
    }

    #[test]
    fn the_usual_forms_are_read_without_a_setting() {
        let mut clock = Clock::new(zone("Europe/Berlin"), Vec::new());
        let table = [
            ("2024-01-05", "2024-01-04T23:00:00Z"),
            ("2024/01/05 10:30", "2024-01-05T09:30:00Z"),
            ("2024-07-05T10:30", "2024-07-05T08:30:00Z"),
            ("2024-07-05 10:30:15", "2024-07-05T08:30:15Z"),
            ("2024-07-05 10:30:15.25", "2024-07-05T08:30:15.25Z"),
            ("2024-07-05T10:30:15.123456789Z", "2024-07-05T10:30:15.123456Z"),
            ("2024-07-05T10:30:15+05:30", "2024-07-05T05:00:15Z"),
            ("2024-07-05 10:30:15 -0500", "2024-07-05T15:30:15Z"),
            ("2024-07-05 10:30:15 UTC", "2024-07-05T10:30:15Z"),
            ("2024-07-05 10:30+02", "2024-07-05T08:30:00Z"),
            ("20240705", "2024-07-04T22:00:00Z"),
            ("20240705103015", "2024-07-05T08:30:15Z"),
            ("05.07.2024", "2024-07-04T22:00:00Z"),
            ("5.7.2024 10:30", "2024-07-05T08:30:00Z"),
            ("05.07.2024 10:30:15", "2024-07-05T08:30:15Z"),
            ("1700000000", "2023-11-14T22:13:20Z"),
            ("1700000000123", "2023-11-14T22:13:20.123Z"),
            ("1700000000123456", "2023-11-14T22:13:20.123456Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("1900-01-01T12:00Z", "1900-01-01T12:00:00Z"),
            ("2200-12-31T23:00Z", "2200-12-31T23:00:00Z"),
        ];
        for (text, expected) in table {
            assert_eq!(clock.instant(text), Ok(utc(expected)), "{text}");
        }
        assert_eq!(clock.instant_utc("2024-07-05 10:30"), Ok(utc("2024-07-05T10:30:00Z")));
        assert_eq!(clock.day("2024-07-05T23:59:00Z"), Ok(Day::parse("2024-07-05").expect("day")));
        assert_eq!(clock.day_of(utc("2024-07-05T22:30:00Z")), Day::parse("2024-07-06").expect("day"));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let mut clock = Clock::new(TimeZone::UTC, Vec::new());
        let no_dates = [
            "",
            "x",
            "2024-13-01",
            "2023-02-29",
            "2024-02-30",
            "01/05/2024",
            "2024-01-05T",
            "2024-01-05 25:00",
            "2024-01-05 10:60",
            "2024-01-05 10:30:61",
            "2024-01-05 10:30:15.",
            "2024-01-05 10:30 CET",
            "2024-1-5",
            "12345",
            "2024-01-05 10:30+19:00",
            "05.07.24",
            "..",
            "....",
            "1.2.3.4",
            "99999999999999999999",
            "2024-01-0５",
        ];
        for text in no_dates {
            assert_eq!(clock.instant(text), Err(NOT), "{text}");
        }
        for text in [
            "1899-12-31",
            "2201-01-01",
            "0001-01-01",
            "99999999999",
            "9999-12-31 23:59:59",
            "99999999999999999",
        ] {
            assert_eq!(clock.instant(text), Err(OUTSIDE), "{text}");
        }
    }

    #[test]
    fn the_feeds_own_formats_are_tried_in_order_and_nothing_else() {
        let formats = ["%m/%d/%Y %H:%M", "%m/%d/%Y", "%d %b %Y %H:%M:%S %z"].map(str::to_owned).to_vec();
        let mut clock = Clock::new(zone("America/New_York"), formats);
        assert_eq!(clock.instant("07/05/2024"), Ok(utc("2024-07-05T04:00:00Z")));
        assert_eq!(clock.instant("07/05/2024 13:45"), Ok(utc("2024-07-05T17:45:00Z")));
        assert_eq!(clock.instant("05 Jul 2024 13:45:00 +0200"), Ok(utc("2024-07-05T11:45:00Z")));
        assert_eq!(clock.instant("2024-07-05"), Err(NO_FORMAT));
        assert_eq!(clock.instant("07/05/0024"), Err(OUTSIDE));
    }

    #[test]
    fn local_times_agree_with_the_zone_database_on_every_hour_of_years_with_changing_clocks() {
        for name in [
            "Europe/Berlin",
            "America/Sao_Paulo",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Africa/Casablanca",
            "UTC",
        ] {
            let zone = zone(name);
            let mut clock = Clock::new(zone.clone(), Vec::new());
            for start in [date(2011, 12, 1), date(2018, 1, 1), date(2024, 1, 1)] {
                for half_hour in 0..(366 * 48) {
                    let local = start.at(0, 0, 0, 0) + jiff::Span::new().minutes(30 * half_hour);
                    let expected =
                        zone.to_ambiguous_timestamp(local).compatible().expect("at").as_microsecond();
                    let text = local.to_string();
                    assert_eq!(clock.instant(&text), Ok(expected), "{name} {text}");
                }
            }
        }
    }
}
