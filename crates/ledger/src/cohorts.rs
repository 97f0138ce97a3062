//! The retention triangle: customers by the period they were gained in, and how many of them, and how much of
//! their value, is still there at the end of every period since. Made of the same postings and the same fold as
//! the statement: sizes are its gained, and ends of periods add up to its closing.

use crate::calendar::Calendar;
use crate::columns::PostingRows;
use crate::error::Error;
use crate::fold::{Fold, Moved, Step};
use crate::segments::Splits;
use model::{Day, Granularity, Movement, Period};
use statrs::function::erf::erf_inv;
use std::collections::BTreeMap;

/// Customers gained in one period. A customer without a posting of being gained belongs to the period of its
/// first posting and does not count in `size`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The period they were gained in.
    pub period: Period,
    /// Code of the segment; `None` for the whole.
    pub segment: Option<u16>,
    /// Customers gained, as in the statement.
    pub size: i64,
    /// Value they brought, as in the statement, minor units.
    pub gained_minor: i64,
    /// Active at the end of each period, from their own (age 0) to that of the last day.
    pub active: Vec<i64>,
    /// Their value at the end of each period, minor units.
    pub value_minor: Vec<i64>,
}

impl Cohort {
    /// Share (0–1) of the customers active at an age; `None` for an age to come or a cohort of nobody.
    pub fn share(&self, age: usize) -> Option<f64> {
        let active = self.active.get(age)?;
        (self.size > 0).then(|| *active as f64 / self.size as f64)
    }

    /// Value at an age ÷ value they brought; `None` likewise. Above 1 where those who stayed grew.
    pub fn value_share(&self, age: usize) -> Option<f64> {
        let value_minor = self.value_minor.get(age)?;
        (self.gained_minor > 0).then(|| *value_minor as f64 / self.gained_minor as f64)
    }
}

/// All cohorts, the whole before the segments, oldest first, without those of nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Triangle {
    /// Length of the periods.
    pub granularity: Granularity,
    /// The cohorts.
    pub cohorts: Vec<Cohort>,
}

/// How retention at one age has changed from older to younger cohorts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    /// The age, periods since the one of being gained.
    pub age: usize,
    /// Customers of the older half of the cohorts that have reached the age, and the share of them active.
    pub older: (i64, f64),
    /// The same of the younger half; the middle one of an odd number is with the younger.
    pub younger: (i64, f64),
    /// younger − older, in shares.
    pub change: f64,
    /// Interval of the change (Newcombe 1998, from Wilson intervals).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Builds the triangle from postings in order of customer, day and seq, in chunks; a customer may straddle them.
#[derive(Debug)]
pub struct CohortBuilder<'a> {
    granularity: Granularity,
    splits: &'a Splits,
    calendar: Calendar,
    as_of: Day,
    current: Option<Life>,
    /// Columns of the current customer beside the whole: 1 + code of each of its segments.
    columns: Vec<usize>,
    cells: BTreeMap<(usize, i32), Cells>,
}

/// Changes by age of one cohort in one column (0 the whole, 1 + code a segment).
#[derive(Debug, Default)]
struct Cells {
    size: i64,
    gained_minor: i64,
    /// Change of count and of value by age.
    changes: Vec<(i64, i64)>,
}

/// The customer being read.
#[derive(Debug)]
struct Life {
    customer: u32,
    day: i32,
    cohort: i32,
    /// Open while the customer is in the period of being gained.
    fold: Option<Fold>,
    gained: bool,
    changes: Vec<(i32, i64, i64)>,
    gained_minor: i64,
}

impl<'a> CohortBuilder<'a> {
    /// A builder for books up to `as_of`, of the whole and of every segment of some splits.
    pub fn new(as_of: Day, granularity: Granularity, splits: &'a Splits) -> Self {
        let (calendar, columns) = (Calendar::until(as_of), Vec::new());
        Self { granularity, splits, calendar, as_of, current: None, columns, cells: BTreeMap::new() }
    }

    /// Reads a chunk of postings.
    ///
    /// Fails as `StatementBuilder::push` does; the builder is of no use then.
    pub fn push(&mut self, rows: PostingRows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let (customer, day) = (rows.customer[at], rows.day[at]);
            let step = Step::of(&rows, at)?;
            let period = self.period(customer, day)?;
            match &self.current {
                Some(life) if life.customer > customer || life.customer == customer && life.day > day => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                Some(life) if life.customer == customer => {}
                _ => {
                    self.close();
                    self.splits.columns_of(customer, &mut self.columns)?;
                    self.current = Some(Life::new(customer, period));
                }
            }
            if let Some(life) = &mut self.current {
                life.take(&step, period)?;
            }
        }
        Ok(())
    }

    fn period(&mut self, customer: u32, day: i32) -> Result<i32, Error> {
        if self.calendar.month(day).is_none() {
            self.calendar.reach(day);
        }
        let outside = Error::OutsideTheBooks { customer, day: Day(day), as_of: self.as_of };
        let month = self.calendar.month(day).ok_or(outside)?;
        Ok(self.calendar.period(self.granularity, month).index)
    }

    fn close(&mut self) {
        let Some(mut life) = self.current.take() else { return };
        life.end_first_period();
        for column in std::iter::once(&0).chain(&self.columns) {
            self.cells.entry((*column, life.cohort)).or_default().add(&life);
        }
    }

    /// The triangle.
    pub fn finish(mut self) -> Triangle {
        self.close();
        let last = Period::of(self.granularity, self.as_of).index;
        let mut cohorts = Vec::with_capacity(self.cells.len());
        for ((column, index), cells) in &self.cells {
            let ages = usize::try_from(last - index + 1).unwrap_or(0);
            let (mut active, mut value_minor) = (Vec::with_capacity(ages), Vec::with_capacity(ages));
            let mut sum = (0, 0);
            for age in 0..ages {
                let change = cells.changes.get(age).copied().unwrap_or_default();
                sum = (sum.0 + change.0, sum.1 + change.1);
                active.push(sum.0);
                value_minor.push(sum.1);
            }
            cohorts.push(Cohort {
                period: Period { granularity: self.granularity, index: *index },
                segment: column.checked_sub(1).map(|code| code as u16),
                size: cells.size,
                gained_minor: cells.gained_minor,
                active,
                value_minor,
            });
        }
        Triangle { granularity: self.granularity, cohorts }
    }
}

impl Cells {
    fn add(&mut self, life: &Life) {
        self.size += i64::from(life.gained);
        self.gained_minor += life.gained_minor;
        for (period, count, value_minor) in &life.changes {
            let age = period.abs_diff(life.cohort) as usize;
            if self.changes.len() <= age {
                self.changes.resize(age + 1, (0, 0));
            }
            self.changes[age].0 += count;
            self.changes[age].1 += value_minor;
        }
    }
}

impl Life {
    fn new(customer: u32, cohort: i32) -> Self {
        let (fold, changes) = (Some(Fold::default()), Vec::new());
        Self { customer, day: i32::MIN, cohort, fold, gained: false, changes, gained_minor: 0 }
    }

    fn take(&mut self, step: &Step, period: i32) -> Result<(), Error> {
        if !self.gained && step.movement == Movement::Gained && period != self.cohort {
            self.end_first_period();
            self.move_to(period);
        }
        self.gained |= step.movement == Movement::Gained;
        if period != self.cohort {
            self.end_first_period();
        }
        if let Some(fold) = &mut self.fold {
            if fold.is_out_of_order(step) {
                return Err(Error::OutOfOrder { customer: self.customer, day: Day(step.day) });
            }
            let gained_minor = &mut self.gained_minor;
            fold.step(step, &mut |moved| note(gained_minor, &moved));
        }
        self.day = step.day;
        let (count, value_minor) = (i64::from(step.count), step.value_minor);
        match self.changes.last_mut().filter(|change| change.0 == period) {
            Some(change) => (change.1, change.2) = (change.1 + count, change.2 + value_minor),
            None => self.changes.push((period, count, value_minor)),
        }
        Ok(())
    }

    /// Makes a period in which a customer is gained after earlier adjustments its cohort; what was adjusted
    /// before counts from then.
    fn move_to(&mut self, period: i32) {
        self.cohort = period;
        self.fold = Some(Fold::default());
        let sums = self.changes.drain(..).fold((0, 0), |sum, change| (sum.0 + change.1, sum.1 + change.2));
        self.changes.push((period, sums.0, sums.1));
    }

    fn end_first_period(&mut self) {
        if let Some(mut fold) = self.fold.take() {
            let gained_minor = &mut self.gained_minor;
            fold.close(&mut |moved| note(gained_minor, &moved));
        }
    }
}

fn note(gained_minor: &mut i64, moved: &Moved) {
    if moved.movement == Movement::Gained {
        *gained_minor += moved.value_minor;
    }
}

impl Triangle {
    /// The cohorts of the whole, or of one segment, oldest first.
    pub fn of(&self, segment: Option<u16>) -> impl Iterator<Item = &Cohort> {
        self.cohorts.iter().filter(move |cohort| cohort.segment == segment)
    }

    /// Customers and value, minor units, at the end of a period over all cohorts: the statement's closing.
    pub fn closing(&self, segment: Option<u16>, period: Period) -> (i64, i64) {
        self.of(segment).fold((0, 0), |sum, cohort| {
            let age = usize::try_from(period.index - cohort.period.index).ok();
            let at = |column: &[i64]| age.and_then(|age| column.get(age).copied()).unwrap_or(0);
            (sum.0 + at(&cohort.active), sum.1 + at(&cohort.value_minor))
        })
    }

    /// Retention at an age, of younger cohorts against older ones; `None` with fewer than two cohorts of
    /// somebody that have reached it. `level_share` is that of the interval (0.95).
    pub fn trend(&self, segment: Option<u16>, age: usize, level_share: f64) -> Option<Trend> {
        let reached: Vec<(i64, i64)> = self
            .of(segment)
            .filter(|cohort| cohort.size > 0)
            .filter_map(|cohort| Some((cohort.size, *cohort.active.get(age)?)))
            .collect();
        if reached.len() < 2 {
            return None;
        }
        let half = |part: &[(i64, i64)]| part.iter().fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1));
        let (older, younger) = reached.split_at(reached.len() / 2);
        let normal = std::f64::consts::SQRT_2 * erf_inv(level_share);
        let (older, younger) = (half(older), half(younger));
        let (older_share, older_low, older_high) = wilson(older, normal);
        let (younger_share, younger_low, younger_high) = wilson(younger, normal);
        let change = younger_share - older_share;
        Some(Trend {
            age,
            older: (older.0, older_share),
            younger: (younger.0, younger_share),
            change,
            low: change - (younger_share - younger_low).hypot(older_high - older_share),
            high: change + (younger_high - younger_share).hypot(older_share - older_low),
        })
    }
}

/// Share with Wilson's interval, of all and those active.
fn wilson((all, active): (i64, i64), normal: f64) -> (f64, f64, f64) {
    let (n, share) = (all as f64, active as f64 / all as f64);
    let squared = normal * normal;
    let middle = (share + squared / (2.0 * n)) / (1.0 + squared / n);
    let inner = (share * (1.0 - share) / n + squared / (4.0 * n * n)).max(0.0);
    let half = normal / (1.0 + squared / n) * inner.sqrt();
    (share, (middle - half).max(0.0), (middle + half).min(1.0))
}
