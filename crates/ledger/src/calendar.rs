//! Which month a day falls into, by table instead of calendar arithmetic.

use model::period::days_from_civil;
use model::{Day, Granularity, Period};

/// The first day any calendar knows: −9999-01-01.
const EARLIEST: i32 = -4_371_587;
const MONTHS: usize = 12;

/// Months by day, from 1 January of some year until a last day. Months are counted from that January, so that
/// month ÷ 3 and ÷ 12 count quarters and years.
#[derive(Debug)]
pub(crate) struct Calendar {
    first_year: i32,
    first_day: i32,
    last_day: i32,
    last_year: i32,
    months: Vec<u32>,
}

impl Calendar {
    /// A calendar of the last day's year.
    pub(crate) fn until(last_day: Day) -> Self {
        let last_year = Period::of(Granularity::Year, last_day).index;
        let mut calendar =
            Self { first_year: last_year, first_day: 0, last_day: last_day.0, last_year, months: Vec::new() };
        calendar.fill();
        calendar
    }

    fn fill(&mut self) {
        self.first_day = days_from_civil(self.first_year, 1, 1);
        self.months.clear();
        for month in 0..self.month_count() as u32 {
            let next = month + 1;
            let until = days_from_civil(self.first_year + (next / 12) as i32, next % 12 + 1, 1);
            let len = i64::from(until.min(self.last_day.saturating_add(1))) - i64::from(self.first_day);
            self.months.resize(usize::try_from(len).unwrap_or(0), month);
        }
    }

    /// Number of whole months it has a count for: those of full years.
    pub(crate) fn month_count(&self) -> usize {
        (self.last_year - self.first_year + 1).max(0) as usize * MONTHS
    }

    /// The month of a day, or `None` for one it does not hold.
    #[inline]
    pub(crate) fn month(&self, day: i32) -> Option<usize> {
        let at = usize::try_from(i64::from(day) - i64::from(self.first_day)).ok()?;
        self.months.get(at).map(|month| *month as usize)
    }

    /// Reaches back to hold `day`, at least doubling; returns the months added in front, or `None` when
    /// `day` is after the last day or no calendar holds it.
    pub(crate) fn reach(&mut self, day: i32) -> Option<usize> {
        if day > self.last_day || day < EARLIEST {
            return None;
        }
        let before = self.month_count();
        let doubled = self.first_year - (self.last_year - self.first_year + 1);
        self.first_year = Period::of(Granularity::Year, Day(day)).index.min(doubled).max(-9999);
        self.fill();
        self.month(day).map(|_| self.month_count() - before)
    }

    /// The period a month lies in.
    pub(crate) fn period(&self, granularity: Granularity, month: usize) -> Period {
        let months = self.first_year * MONTHS as i32 + month as i32;
        Period { granularity, index: months.div_euclid(granularity.months()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_the_calendar_wherever_it_reaches() {
        let last = Day::parse("2024-03-17").expect("day");
        let mut calendar = Calendar::until(last);
        for reach in ["2023-12-31", "1969-12-31", "1899-03-01", "-000003-06-01"] {
            let day = Day::parse(reach).expect(reach);
            assert_eq!(calendar.month(day.0), None);
            assert!(calendar.reach(day.0).is_some_and(|added| added % 12 == 0 && added > 0));
            for day in (day.0..=last.0).step_by(13).chain([last.0]) {
                let month = calendar.month(day).expect("held");
                for granularity in Granularity::ALL {
                    assert_eq!(calendar.period(granularity, month), Period::of(granularity, Day(day)));
                }
            }
        }
        assert_eq!(calendar.reach(last.0 + 1), None);
        assert_eq!(calendar.reach(EARLIEST - 1), None);
        assert!(calendar.reach(EARLIEST).is_some());
    }
}
