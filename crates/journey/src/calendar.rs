//! Business hours: when the local clock shows opening time. Opening times are sought span by span of one offset from
//! UTC, so an hour that the clocks skip is no opening time and one they repeat counts twice.

use crate::error::Error;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::Day;
use model::period::{DAY_US, DayCutter};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::ops::Range;

const MINUTE_US: i64 = 60_000_000;
const MINUTES: u16 = 1_440;
/// How far ahead opening time is sought.
const FAR_DAYS: i32 = 3_700;

/// One opening time of a local day, half-open, in minutes since midnight (0–1440).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// The first minute.
    pub from_minute: u16,
    /// The minute after the last.
    pub until_minute: u16,
}

impl Opening {
    /// The whole day.
    pub const WHOLE_DAY: Self = Self { from_minute: 0, until_minute: MINUTES };
}

/// When the company is open.
#[derive(Debug, Clone)]
pub struct Calendar {
    cutter: DayCutter,
    zone: TimeZone,
    week: [Vec<Opening>; 7],
    holidays: BTreeSet<Day>,
    /// Opening times of days asked for, UTC microseconds, ascending.
    open: FxHashMap<i32, Vec<Range<i64>>>,
}

impl Calendar {
    /// Opening times by weekday from Monday, and local days closed throughout.
    /// Fails on times that are empty, overlap or leave the day.
    pub fn new(
        zone: TimeZone,
        week: [Vec<Opening>; 7],
        holidays: impl IntoIterator<Item = Day>,
    ) -> Result<Self, Error> {
        for times in &week {
            let fits =
                times.iter().all(|time| time.from_minute < time.until_minute && time.until_minute <= MINUTES)
                    && times.windows(2).all(|pair| pair[0].until_minute <= pair[1].from_minute);
            if !fits {
                let problem = format!("opening times {times:?}; give minutes of a day in order, apart");
                return Err(Error::Setting { what: "calendar", problem });
            }
        }
        let cutter = DayCutter::new(zone.clone());
        Ok(Self { cutter, zone, week, holidays: holidays.into_iter().collect(), open: FxHashMap::default() })
    }

    /// Always open.
    pub fn always(zone: TimeZone) -> Self {
        Self {
            cutter: DayCutter::new(zone.clone()),
            zone,
            week: std::array::from_fn(|_| vec![Opening::WHOLE_DAY]),
            holidays: BTreeSet::new(),
            open: FxHashMap::default(),
        }
    }

    /// The instant at which `need_us` of opening time have passed since `at_us`; none within ten years.
    pub(crate) fn after(&mut self, at_us: i64, need_us: u64) -> Option<i64> {
        let today = self.cutter.day(at_us).0;
        let mut left_us = i64::try_from(need_us).ok()?;
        // A local day may begin before one that is earlier ends where clocks are turned back over midnight.
        for day in today.saturating_sub(1)..today.saturating_add(FAR_DAYS) {
            for time in self.open_on(day) {
                let from = time.start.max(at_us);
                let length = time.end - from;
                if length >= left_us && length > 0 {
                    return Some(from + left_us);
                }
                left_us -= length.max(0);
            }
        }
        None
    }

    /// The last microsecond of the local day that comes `days` days after that of `at_us`.
    pub(crate) fn end_of_day_after(&mut self, at_us: i64, days: u32) -> Option<i64> {
        let day = self.cutter.day(at_us).0.checked_add(i32::try_from(days).ok()?)?;
        self.shown(day, Opening::WHOLE_DAY).last().map(|time| time.end - 1)
    }

    /// When the company closes on the `days`th day, from 1, on which it opens at all after the local day of `at_us`; none
    /// within ten years.
    pub(crate) fn close_after(&mut self, at_us: i64, days: u32) -> Option<i64> {
        let today = self.cutter.day(at_us).0;
        let mut left = days;
        for day in today.saturating_add(1)..today.saturating_add(FAR_DAYS) {
            if let Some(last) = self.open_on(day).last() {
                left = left.saturating_sub(1);
                if left == 0 {
                    return Some(last.end);
                }
            }
        }
        None
    }

    fn open_on(&mut self, day: i32) -> &[Range<i64>] {
        if !self.open.contains_key(&day) {
            let times = self.times_of(day);
            self.open.insert(day, times);
        }
        self.open.get(&day).map_or(&[], Vec::as_slice)
    }

    fn times_of(&self, day: i32) -> Vec<Range<i64>> {
        if self.holidays.contains(&Day(day)) {
            return Vec::new();
        }
        // The first of January 1970 was a Thursday.
        let weekday = (day + 3).rem_euclid(7) as usize;
        let mut times: Vec<Range<i64>> =
            self.week[weekday].iter().flat_map(|time| self.shown(day, *time)).collect();
        times.sort_unstable_by_key(|time| (time.start, time.end));
        times
    }

    /// When the local clock shows these minutes of a local day, UTC microseconds, ascending.
    fn shown(&self, day: i32, time: Opening) -> Vec<Range<i64>> {
        let midnight = i64::from(day) * DAY_US;
        let local = |minute: u16| midnight + i64::from(minute) * MINUTE_US;
        // No zone is further than a day from UTC.
        let around = midnight - DAY_US..midnight + 2 * DAY_US;
        let mut times = Vec::new();
        let mut from = around.start;
        while let Some(at) = (from < around.end).then(|| Timestamp::from_microsecond(from).ok()).flatten() {
            let offset = i64::from(self.zone.to_offset(at).seconds()) * 1_000_000;
            let next =
                self.zone.following(at).next().map_or(i64::MAX, |next| next.timestamp().as_microsecond());
            let (start, end) = (local(time.from_minute) - offset, local(time.until_minute) - offset);
            let time = start.max(from)..end.min(next);
            if time.start < time.end {
                times.push(time);
            }
            from = next;
        }
        times
    }
}

/// Two calendars are alike when they open alike; what was looked up so far is all one.
impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        (&self.zone, &self.week, &self.holidays) == (&other.zone, &other.week, &other.holidays)
    }
}
