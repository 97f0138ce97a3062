//! The company's clock: instants of Berlin days, and the ways the tools write them.

use crate::Error;
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use model::{Day, period::DAY_US};

const SECOND_US: i64 = 1_000_000;

/// Berlin time over the simulated years: offsets in seconds, each from an instant on, in order.
#[derive(Debug)]
pub(crate) struct Clock {
    offsets: Vec<(i64, i64)>,
}

impl Clock {
    /// A clock for six years from a day on.
    pub(crate) fn new(from: Day) -> Result<Self, Error> {
        let zone = TimeZone::get("Europe/Berlin").map_err(Error::Zone)?;
        let start = Timestamp::from_second(i64::from(from.0) * 86_400).map_err(Error::Zone)?;
        let mut offsets = vec![(i64::MIN, i64::from(zone.to_offset(start).seconds()))];
        for change in zone.following(start).take(12) {
            offsets.push((change.timestamp().as_microsecond(), i64::from(change.offset().seconds())));
        }
        Ok(Self { offsets })
    }

    fn offset(&self, at_us: i64) -> i64 {
        let later = self.offsets.partition_point(|(from_us, _)| *from_us <= at_us);
        self.offsets[later.max(1) - 1].1
    }

    /// The instant of a local second of a day. No caller asks for the hours that clock changes skip or repeat.
    pub(crate) fn at_us(&self, day: Day, second: u32) -> i64 {
        let local = i64::from(day.0) * DAY_US + i64::from(second) * SECOND_US;
        let near = local - self.offset(local) * SECOND_US;
        local - self.offset(near) * SECOND_US
    }

    /// The local day of an instant.
    pub(crate) fn day(&self, at_us: i64) -> Day {
        Day((at_us + self.offset(at_us) * SECOND_US).div_euclid(DAY_US) as i32)
    }

    /// The local second of the day of an instant.
    pub(crate) fn second(&self, at_us: i64) -> u32 {
        let local_us = at_us + self.offset(at_us) * SECOND_US;
        (local_us.rem_euclid(DAY_US) / SECOND_US) as u32
    }

    fn local(&self, at_us: i64) -> DateTime {
        civil(at_us + self.offset(at_us) * SECOND_US)
    }

    /// `2024-03-05 14:22:31 +0100`, as the shop writes it.
    pub(crate) fn shop(&self, at_us: i64) -> String {
        format!("{} +{:02}00", spaced(self.local(at_us)), self.offset(at_us) / 3600)
    }

    /// `2024-03-05 14:22:31` in local time, as the survey tool writes it.
    pub(crate) fn survey(&self, at_us: i64) -> String {
        spaced(self.local(at_us))
    }

    /// `2024-03-05 14:22` in local time, as the CRM writes it.
    pub(crate) fn crm(&self, at_us: i64) -> String {
        spaced(self.local(at_us))[..16].to_owned()
    }

    /// `05.03.2024 14:22` in local time, as the courier writes it.
    pub(crate) fn courier(&self, at_us: i64) -> String {
        let at = self.local(at_us);
        format!("{} {:02}:{:02}", courier_day(Day::of(at.date())), at.hour(), at.minute())
    }
}

/// `05.03.2024`, as the courier writes it.
pub(crate) fn courier_day(day: Day) -> String {
    let date = day.date();
    format!("{:02}.{:02}.{:04}", date.day(), date.month(), date.year())
}

/// `2024-03-05 14:22` in UTC, as the billing tool writes it.
pub(crate) fn utc_minute(at_us: i64) -> String {
    let at = civil(at_us);
    format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
}

/// `2024-03-05T14:22:31Z`, as the help desk writes it.
pub(crate) fn utc_second(at_us: i64) -> String {
    let at = civil(at_us);
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{:04}-{:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", at.year(), at.month(), at.day())
}

/// `2024-03-05T14:22:31.250Z`, as the web tracker writes it.
pub(crate) fn utc_milli(at_us: i64) -> String {
    let second = utc_second(at_us);
    format!("{}.{:03}Z", &second[..second.len() - 1], at_us.rem_euclid(SECOND_US) / 1000)
}

fn spaced(at: DateTime) -> String {
    let (hour, minute, second) = (at.hour(), at.minute(), at.second());
    format!("{:04}-{:02}-{:02} {hour:02}:{minute:02}:{second:02}", at.year(), at.month(), at.day())
}

fn civil(local_us: i64) -> DateTime {
    let second = local_us.rem_euclid(DAY_US) / SECOND_US;
    let date = Day(local_us.div_euclid(DAY_US) as i32).date();
    date.at((second / 3600) as i8, (second / 60 % 60) as i8, (second % 60) as i8, 0)
}

/// A day moved by calendar months; the last day of a shorter month stands for the days it lacks.
pub(crate) fn months_after(day: Day, months: i32) -> Day {
    Day::of(day.date().saturating_add(jiff::Span::new().months(months)))
}

/// The first day of the month a day falls into.
pub(crate) fn month_start(day: Day) -> Day {
    Day::of(day.date().first_of_month())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_instants_round_trip_across_clock_changes() -> Result<(), Error> {
        let from = Day::of(jiff::civil::date(2024, 1, 1));
        let clock = Clock::new(from)?;
        for day in 0..800 {
            for second in [0, 1800, 3599, 4 * 3600, 43_200, 86_399] {
                let at_us = clock.at_us(from.plus(day), second);
                assert_eq!(clock.day(at_us), from.plus(day), "{day} {second}");
            }
        }
        let summer = clock.at_us(Day::of(jiff::civil::date(2024, 7, 1)), 8 * 3600 + 61);
        assert_eq!(clock.shop(summer), "2024-07-01 08:01:01 +0200");
        assert_eq!(utc_second(summer), "2024-07-01T06:01:01Z");
        assert_eq!(clock.courier(summer), "01.07.2024 08:01");
        Ok(())
    }
}
