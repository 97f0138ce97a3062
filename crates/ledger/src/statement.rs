//! Statements of every month, quarter and year, of the whole and each segment, in one walk over the postings.

use crate::calendar::Calendar;
use crate::columns::PostingRows;
use crate::error::Error;
use crate::figures::{Eve, Line, Sums};
use crate::fold::{Fold, Moved, Step};
use crate::segments::Splits;
use model::{Day, Granularity, Movement};

const LENGTHS: [usize; 3] = [1, 3, 12];

/// Builds statements from postings in order of customer, day and seq, in chunks; a customer may straddle them.
#[derive(Debug)]
pub struct StatementBuilder<'a> {
    as_of: Day,
    splits: &'a Splits,
    calendar: Calendar,
    /// Sums by month, quarter and year.
    grids: [Grid; 3],
    /// Folds of the current customer's month, quarter and year.
    folds: [Fold; 3],
    /// Where the current customer stands, and stood on the eves of its month, quarter and year.
    standing: (i64, i64),
    known: bool,
    eves: [Eve; 3],
    current: Option<Current>,
    /// Columns of the current customer in the grids beside the whole: 1 + code of each of its segments.
    columns: Vec<usize>,
    first_month: usize,
}

#[derive(Debug, Clone, Copy)]
struct Current {
    customer: u32,
    day: i32,
    month: usize,
}

/// Sums by period, then by column. What was posted is summed for months only, until the end.
#[derive(Debug, Default)]
struct Grid {
    columns: usize,
    cells: Vec<Sums>,
}

impl Grid {
    fn new(columns: usize, periods: usize) -> Self {
        Self { columns, cells: vec![Sums::default(); columns * periods] }
    }

    fn grow_in_front(&mut self, periods: usize) {
        let added = std::iter::repeat_n(Sums::default(), periods * self.columns);
        self.cells.splice(0..0, added);
    }

    /// Changes the whole and the customer's segments.
    #[inline]
    fn change(&mut self, period: usize, columns: &[usize], mut change: impl FnMut(&mut Sums)) {
        let row = period * self.columns;
        change(&mut self.cells[row]);
        for column in columns {
            change(&mut self.cells[row + column]);
        }
    }
}

impl<'a> StatementBuilder<'a> {
    /// A builder for books that cover days up to `as_of`, of the whole and of every segment of some splits.
    pub fn new(as_of: Day, splits: &'a Splits) -> Self {
        let calendar = Calendar::until(as_of);
        let columns = 1 + usize::from(splits.segments());
        let grids = LENGTHS.map(|length| Grid::new(columns, calendar.month_count() / length));
        Self {
            as_of,
            splits,
            calendar,
            grids,
            folds: [Fold::default(); 3],
            standing: (0, 0),
            known: false,
            eves: [Eve::default(); 3],
            current: None,
            columns: Vec::new(),
            first_month: usize::MAX,
        }
    }

    /// Reads a chunk of postings.
    ///
    /// Fails on columns of unequal length, rows out of order, unknown movements, customers without a
    /// segment and days outside the books; the builder is of no use then.
    pub fn push(&mut self, rows: PostingRows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let current = self.turn_to(rows.customer[at], rows.day[at])?;
            let step = Step::of(&rows, at)?;
            if self.folds[0].is_out_of_order(&step) {
                return Err(Error::OutOfOrder { customer: current.customer, day: Day(current.day) });
            }
            self.take(current, &step);
        }
        Ok(())
    }

    /// The lines, by granularity from month to year, the whole before the segments, oldest first: for every
    /// period from that of the first posting to that of the last day, without holes. None without postings.
    pub fn finish(mut self) -> Vec<Line> {
        self.close_customer();
        let Some(last_month) = self.calendar.month(self.as_of.0).filter(|last| *last >= self.first_month)
        else {
            return Vec::new();
        };
        self.sum_up_months();
        let mut lines = Vec::new();
        for (grid, (length, granularity)) in self.grids.iter().zip(LENGTHS.into_iter().zip(Granularity::ALL))
        {
            for column in 0..grid.columns {
                let segment = column.checked_sub(1).map(|code| code as u16);
                let mut opening = (0, 0);
                for period in self.first_month / length..=last_month / length {
                    let sums = &grid.cells[period * grid.columns + column];
                    let (figures, cohort) = (sums.figures(opening), sums.cohort);
                    opening = (figures.closing_count, figures.closing_minor);
                    let period = self.calendar.period(granularity, period * length);
                    lines.push(Line { period, segment, figures, cohort });
                }
            }
        }
        lines
    }

    /// Makes a customer and the month of a day the current ones.
    #[inline]
    fn turn_to(&mut self, customer: u32, day: i32) -> Result<Current, Error> {
        match self.current {
            Some(current) if current.customer == customer && current.day <= day => {}
            Some(current) if current.customer >= customer => {
                return Err(Error::OutOfOrder { customer, day: Day(day) });
            }
            _ => {
                self.close_customer();
                self.splits.columns_of(customer, &mut self.columns)?;
            }
        }
        let month = match self.calendar.month(day) {
            Some(month) => month,
            None => self.reach(customer, day)?,
        };
        if let Some(current) = self.current {
            self.close_periods(current, month);
        } else {
            self.first_month = self.first_month.min(month);
        }
        let current = Current { customer, day, month };
        self.current = Some(current);
        Ok(current)
    }

    /// Makes room for a day before all others. No fold is open then, for a customer's days only rise.
    #[cold]
    fn reach(&mut self, customer: u32, day: i32) -> Result<usize, Error> {
        let outside = Error::OutsideTheBooks { customer, day: Day(day), as_of: self.as_of };
        let Some(added) = self.calendar.reach(day) else {
            return Err(outside);
        };
        for (grid, length) in self.grids.iter_mut().zip(LENGTHS) {
            grid.grow_in_front(added / length);
        }
        self.first_month = self.first_month.saturating_add(added);
        self.calendar.month(day).ok_or(outside)
    }

    #[inline]
    fn take(&mut self, current: Current, step: &Step) {
        let Current { month, .. } = current;
        let columns = self.columns.as_slice();
        self.grids[0].change(month, columns, |sums| {
            sums.posted.0 += i64::from(step.count);
            sums.posted.1 += step.value_minor;
        });
        self.standing.0 += i64::from(step.count);
        self.standing.1 += step.value_minor;
        self.known |= step.count > 0;
        let beside = matches!(step.movement, Movement::Fx | Movement::Adjustment);
        let folds = self.folds.iter_mut().zip(&mut self.eves).zip(&mut self.grids);
        for (((fold, eve), grid), length) in folds.zip(LENGTHS) {
            let emit = &mut |moved: Moved| grid.change(month / length, columns, |sums| sums.add(&moved));
            fold.step(step, emit);
            eve.beside_minor += if beside { step.value_minor } else { 0 };
        }
    }

    /// Closes the current customer's periods that end before `month`.
    #[inline]
    fn close_periods(&mut self, current: Current, month: usize) {
        let (last, columns) = (current.month, self.columns.as_slice());
        let now = self.standing;
        let folds = self.folds.iter_mut().zip(&mut self.eves).zip(&mut self.grids);
        for (((fold, eve), grid), length) in folds.zip(LENGTHS) {
            if last / length == month / length {
                return;
            }
            fold.close(&mut |moved| grid.change(last / length, columns, |sums| sums.add(&moved)));
            grid.change(last / length, columns, |sums| sums.cohort.add(eve, now));
            *eve = Eve { standing: now, known: self.known, beside_minor: 0 };
        }
    }

    fn close_customer(&mut self) {
        if let Some(current) = self.current.take() {
            self.close_periods(current, usize::MAX);
        }
        (self.standing, self.known, self.eves) = ((0, 0), false, [Eve::default(); 3]);
    }

    /// Gives quarters and years the sums of their months' postings.
    fn sum_up_months(&mut self) {
        let [months, longer @ ..] = &mut self.grids;
        for (grid, length) in longer.iter_mut().zip([LENGTHS[1], LENGTHS[2]]) {
            for (at, sums) in grid.cells.iter_mut().enumerate() {
                let (period, column) = (at / grid.columns, at % grid.columns);
                for month in period * length..(period + 1) * length {
                    let posted = months.cells[month * grid.columns + column].posted;
                    sums.posted.0 += posted.0;
                    sums.posted.1 += posted.1;
                }
            }
        }
    }
}
