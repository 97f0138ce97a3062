//! Days and half-open periods, cut in the company's own time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A civil day as days since 1970-01-01; the unit in which the ledger counts. Outside, as in JSON, it is `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(pub i32);

const EPOCH: Date = jiff::civil::date(1970, 1, 1);
/// Microseconds in a day without a change of clocks.
pub const DAY_US: i64 = 86_400_000_000;

impl Day {
    /// The day of a civil date.
    pub fn of(date: Date) -> Self {
        let days = days_from_civil(
            i32::from(date.year()),
            u32::from(date.month() as u8),
            u32::from(date.day() as u8),
        );
        Self(days)
    }

    /// The civil date of this day; clamps to the years −9999…9999.
    pub fn date(self) -> Date {
        EPOCH.saturating_add(jiff::Span::new().days(i64::from(self.0).clamp(-4_371_587, 2_932_896)))
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().parse::<Date>().ok().map(Self::of)
    }

    /// The instant at which the day starts in a zone, UTC microseconds; the first or last instant there is for days
    /// beyond.
    pub fn start_us(self, zone: &TimeZone) -> i64 {
        let beyond = if self.0 < 0 { i64::MIN } else { i64::MAX };
        self.date().to_zoned(zone.clone()).map_or(beyond, |start| start.timestamp().as_microsecond())
    }

    /// This day moved by a number of days.
    #[must_use]
    pub const fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.date())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| D::Error::custom(format!("`{text}` is no day; write it as 2026-10-31")))
    }
}

/// Days since 1970-01-01 of a proleptic Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms"). `month` 1–12, `day` 1–31; other values give a day that does not round-trip.
pub fn days_from_civil(year: i32, month: u32, day: u32) -> i32 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let day_of_year = (153 * ((month as i32 + 9) % 12) + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Cuts UTC microseconds into days of one time zone; caches the last offset span, since instants come in runs.
#[derive(Debug, Clone)]
pub struct DayCutter {
    zone: TimeZone,
    /// Half-open range of UTC microseconds over which `offset_us` holds.
    from_us: i64,
    until_us: i64,
    offset_us: i64,
}

impl DayCutter {
    /// A cutter for one zone.
    pub fn new(zone: TimeZone) -> Self {
        Self { zone, from_us: 0, until_us: 0, offset_us: 0 }
    }

    /// The civil day of an instant in microseconds since the Unix epoch, UTC.
    pub fn day(&mut self, at_us: i64) -> Day {
        if at_us < self.from_us || at_us >= self.until_us {
            self.seek(at_us);
        }
        Day((at_us + self.offset_us).div_euclid(DAY_US) as i32)
    }

    fn seek(&mut self, at_us: i64) {
        let Ok(at) = Timestamp::from_microsecond(at_us) else {
            (self.from_us, self.until_us, self.offset_us) = (at_us, at_us + 1, 0);
            return;
        };
        self.offset_us = i64::from(self.zone.to_offset(at).seconds()) * 1_000_000;
        self.until_us = self.zone.following(at).next().map_or(i64::MAX, |t| t.timestamp().as_microsecond());
        // A change of clocks at this very instant begins the span too.
        let after = at.saturating_add(jiff::SignedDuration::from_micros(1)).unwrap_or(at);
        self.from_us = self.zone.preceding(after).next().map_or(i64::MIN, |t| t.timestamp().as_microsecond());
    }
}

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// Calendar months.
    Month,
    /// Calendar quarters.
    Quarter,
    /// Calendar years.
    Year,
}

impl Granularity {
    /// All of them, shortest first.
    pub const ALL: [Self; 3] = [Self::Month, Self::Quarter, Self::Year];

    /// The name used in SQL, JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// The stored code: months in a period (1, 3, 12).
    pub const fn months(self) -> i32 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::Year => 12,
        }
    }

    /// The granularity of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|g| g.name().eq_ignore_ascii_case(name))
    }
}

/// One calendar period, half-open: from its first day until the day after its last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// How long it is.
    pub granularity: Granularity,
    /// Number of periods of this length since the year 0: dense, so that `index + 1` is the next one.
    pub index: i32,
}

impl Period {
    /// The period a day falls into.
    pub fn of(granularity: Granularity, day: Day) -> Self {
        let date = day.date();
        let months = i32::from(date.year()) * 12 + i32::from(date.month() as u8) - 1;
        Self { granularity, index: months.div_euclid(granularity.months()) }
    }

    /// First day.
    pub fn start(self) -> Day {
        let months = self.index * self.granularity.months();
        Day(days_from_civil(months.div_euclid(12), months.rem_euclid(12) as u32 + 1, 1))
    }

    /// The day after the last day.
    pub fn end(self) -> Day {
        self.next().start()
    }

    /// The period after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self { granularity: self.granularity, index: self.index + 1 }
    }

    /// Reads `2026-07`, `2026-Q3` or `2026`.
    pub fn parse(text: &str) -> Option<Self> {
        let (year, rest) = match text.split_once('-') {
            Some((year, rest)) => (year, Some(rest)),
            None => (text, None),
        };
        let year: i32 = (year.len() == 4).then(|| year.parse().ok())??;
        let (granularity, within) = match rest {
            None => (Granularity::Year, 0),
            Some(q) if q.starts_with(['Q', 'q']) => (Granularity::Quarter, q[1..].parse::<i32>().ok()? - 1),
            Some(m) => (Granularity::Month, m.parse::<i32>().ok()? - 1),
        };
        let per_year = 12 / granularity.months();
        (0..per_year).contains(&within).then_some(Self { granularity, index: year * per_year + within })
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let per_year = 12 / self.granularity.months();
        let (year, within) = (self.index.div_euclid(per_year), self.index.rem_euclid(per_year) + 1);
        match self.granularity {
            Granularity::Month => write!(f, "{year:04}-{within:02}"),
            Granularity::Quarter => write!(f, "{year:04}-Q{within}"),
            Granularity::Year => write!(f, "{year:04}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_starts_where_its_first_instant_is_cut_to_it() {
        for (zone, day) in [
            ("UTC", "2026-03-01"),
            ("Europe/Berlin", "2026-03-29"),
            ("Europe/Berlin", "2026-10-25"),
            ("America/Sao_Paulo", "2018-11-04"),
            ("Asia/Kolkata", "1970-01-01"),
        ] {
            let (zone, day) = (TimeZone::get(zone).unwrap(), Day::parse(day).unwrap());
            let start_us = day.start_us(&zone);
            let mut cutter = DayCutter::new(zone);
            assert_eq!((cutter.day(start_us), cutter.day(start_us - 1)), (day, day.plus(-1)));
        }
        assert_eq!(Day(i32::MAX).start_us(&TimeZone::UTC), i64::MAX);
        assert_eq!(Day(i32::MIN).start_us(&TimeZone::UTC), i64::MIN);
    }

    #[test]
    fn days_and_dates_agree_over_four_centuries() {
        let mut date = jiff::civil::date(1899, 12, 28);
        let mut expected = Day::of(date);
        for _ in 0..146_200 {
            assert_eq!(Day::of(date), expected);
            assert_eq!(expected.date(), date);
            date = date.tomorrow().expect("in range");
            expected = expected.plus(1);
        }
    }

    #[test]
    fn a_day_is_written_and_read_as_a_date() {
        let day = Day::parse("2026-10-31").expect("day");
        let written = toml::Value::try_from(day).expect("written");
        assert_eq!(written, toml::Value::String("2026-10-31".to_owned()));
        assert_eq!(written.try_into::<Day>().expect("read"), day);
        let refused = toml::Value::from("31.10.2026").try_into::<Day>().expect_err("no day");
        assert!(refused.to_string().contains("write it as 2026-10-31"), "{refused}");
        assert!(toml::Value::from(20_757).try_into::<Day>().is_err());
    }

    #[test]
    fn periods_are_half_open_and_name_themselves() {
        let table = [
            ("2026-02", "2026-02-01", "2026-03-01"),
            ("2026-Q4", "2026-10-01", "2027-01-01"),
            ("2024", "2024-01-01", "2025-01-01"),
        ];
        for (name, start, end) in table {
            let period = Period::parse(name).expect(name);
            assert_eq!((period.start().to_string(), period.end().to_string()), (start.into(), end.into()));
            assert_eq!(period.to_string(), name);
            assert_eq!(Period::of(period.granularity, period.end().plus(-1)), period);
            assert_eq!(Period::of(period.granularity, period.end()), period.next());
        }
        for bad in ["2026-13", "2026-Q5", "26", "", "2026-00", "x"] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_day_is_cut_where_the_company_lives_also_when_clocks_change() {
        let zone = TimeZone::get("Europe/Berlin").expect("zone");
        let mut cutter = DayCutter::new(zone.clone());
        let start = Timestamp::from_second(1_711_800_000).expect("at").as_microsecond(); // 2024-03-30 12:00 UTC
        for step in 0..400 {
            let at_us = start + step * 17 * 60 * 60 * 1_000_000;
            let slow = Timestamp::from_microsecond(at_us).expect("at").to_zoned(zone.clone()).date();
            assert_eq!(cutter.day(at_us), Day::of(slow));
        }
        for at_us in [i64::MAX, i64::MIN / 4] {
            let _ = cutter.day(at_us.saturating_sub(DAY_US));
        }
    }
}
