//! The lists behind numbers: exactly the customers a figure of the statement counts.

use crate::columns::PostingRows;
use crate::error::Error;
use crate::fold::{Fold, Moved, Step};
use model::{Day, Movement, Period};

/// One movement behind a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MovedRow {
    /// Dense customer code.
    pub customer: u32,
    /// Gained, won back, lost: the day of it. Expanded, contracted: the last day of such a posting.
    pub day: Day,
    /// Minor units with the sign of the figure: what lost and contracted customers took is positive.
    pub value_minor: i64,
}

/// Collects the rows behind one movement of one period: for gained, won back and lost one row per movement,
/// for expanded and contracted one per customer. Their number is the figure's count, their sum its value.
/// (Adjustments and fx: one row each; the signed counts in the figure may cancel.)
#[derive(Debug)]
pub struct MovedList {
    movement: Movement,
    current: Option<(u32, i32)>,
    fold: Fold,
    rows: Vec<MovedRow>,
}

impl MovedList {
    /// An empty list.
    pub fn new(movement: Movement) -> Self {
        Self { movement, current: None, fold: Fold::default(), rows: Vec::new() }
    }

    /// Reads a chunk of **all** the period's postings (every movement), in order of customer, day and seq; a
    /// customer may straddle chunks. Fails on unequal columns, rows out of order and unknown movements.
    pub fn push(&mut self, postings: PostingRows<'_>) -> Result<(), Error> {
        let postings = postings.checked()?;
        for at in 0..postings.customer.len() {
            let (customer, day) = (postings.customer[at], postings.day[at]);
            match self.current {
                Some((known, last)) if known == customer && last <= day => {}
                Some((known, _)) if known >= customer => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                _ => self.close_customer(),
            }
            self.current = Some((customer, day));
            let step = Step::of(&postings, at)?;
            if self.fold.is_out_of_order(&step) {
                return Err(Error::OutOfOrder { customer, day: Day(day) });
            }
            let (movement, rows) = (self.movement, &mut self.rows);
            self.fold.step(&step, &mut |moved| keep(rows, movement, customer, moved));
        }
        Ok(())
    }

    /// The rows, by customer and day.
    pub fn finish(mut self) -> Vec<MovedRow> {
        self.close_customer();
        self.rows
    }

    fn close_customer(&mut self) {
        if let Some((customer, _)) = self.current.take() {
            let (movement, rows) = (self.movement, &mut self.rows);
            self.fold.close(&mut |moved| keep(rows, movement, customer, moved));
        }
    }
}

fn keep(rows: &mut Vec<MovedRow>, movement: Movement, customer: u32, moved: Moved) {
    if moved.movement == movement {
        rows.push(MovedRow { customer, day: Day(moved.day), value_minor: moved.value_minor });
    }
}

/// The rows behind one movement of the period whose postings these all are; see [`MovedList`].
pub fn moved(postings: PostingRows<'_>, movement: Movement) -> Result<Vec<MovedRow>, Error> {
    let mut list = MovedList::new(movement);
    list.push(postings)?;
    Ok(list.finish())
}

/// One customer behind an opening or closing figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StandingRow {
    /// Dense customer code.
    pub customer: u32,
    /// Value at the end of the day, minor units.
    pub value_minor: i64,
}

/// Collects the customers active at the end of a day: behind a closing figure with the period's last day,
/// behind an opening figure with the day before its first.
#[derive(Debug)]
pub struct StandingList {
    until: Day,
    current: Option<u32>,
    count: i64,
    value_minor: i64,
    rows: Vec<StandingRow>,
}

impl StandingList {
    /// An empty list for the end of the day `until`.
    pub fn new(until: Day) -> Self {
        Self { until, current: None, count: 0, value_minor: 0, rows: Vec::new() }
    }

    /// Reads a chunk of postings in order of customer, from the first day on; later ones than `until` are
    /// passed over. Fails on unequal columns and rows out of order.
    pub fn push(&mut self, postings: PostingRows<'_>) -> Result<(), Error> {
        let postings = postings.checked()?;
        for (at, &customer) in postings.customer.iter().enumerate() {
            let day = postings.day[at];
            match self.current {
                Some(known) if known == customer => {}
                Some(known) if known > customer => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                _ => self.close_customer(),
            }
            self.current = Some(customer);
            if day <= self.until.0 {
                self.count += i64::from(postings.count[at]);
                self.value_minor += postings.value_minor[at];
            }
        }
        Ok(())
    }

    /// The active customers, by code.
    pub fn finish(mut self) -> Vec<StandingRow> {
        self.close_customer();
        self.rows
    }

    fn close_customer(&mut self) {
        if let Some(customer) = self.current.take().filter(|_| self.count > 0) {
            self.rows.push(StandingRow { customer, value_minor: self.value_minor });
        }
        (self.count, self.value_minor) = (0, 0);
    }
}

/// The customers active at the end of the day `until`; see [`StandingList`].
pub fn standing(postings: PostingRows<'_>, until: Day) -> Result<Vec<StandingRow>, Error> {
    let mut list = StandingList::new(until);
    list.push(postings)?;
    Ok(list.finish())
}

/// Collects the customers of one cohort that are active at the end of a day: behind a cell of the retention
/// triangle. Their number and the sum of their values are the cell's.
#[derive(Debug)]
pub struct CohortList {
    cohort: Period,
    standing: StandingList,
    current: Option<(u32, Member)>,
    members: Vec<u32>,
}

/// Whether the customer being read belongs to the cohort: by its first posting until one says gained.
#[derive(Debug, Clone, Copy)]
struct Member {
    belongs: bool,
    gained: bool,
}

impl CohortList {
    /// An empty list of the customers gained in a period, as they stand at the end of the day `until`.
    pub fn new(cohort: Period, until: Day) -> Self {
        Self { cohort, standing: StandingList::new(until), current: None, members: Vec::new() }
    }

    /// Reads a chunk of **all** postings in order of customer and day. Fails as [`StandingList::push`] does and
    /// on unknown movements.
    pub fn push(&mut self, postings: PostingRows<'_>) -> Result<(), Error> {
        self.standing.push(postings)?;
        for (at, &customer) in postings.customer.iter().enumerate() {
            let code = postings.movement[at];
            let movement = Movement::from_code(code);
            let movement = movement.ok_or(Error::UnknownCode { customer, what: "movement", code })?;
            let inside = (self.cohort.start()..self.cohort.end()).contains(&Day(postings.day[at]));
            let gained = movement == Movement::Gained;
            match &mut self.current {
                Some((known, member)) if *known == customer => {
                    if gained && !member.gained {
                        *member = Member { belongs: inside, gained };
                    }
                }
                _ => {
                    self.close_customer();
                    self.current = Some((customer, Member { belongs: inside, gained }));
                }
            }
        }
        Ok(())
    }

    fn close_customer(&mut self) {
        if let Some((customer, _)) = self.current.take().filter(|(_, member)| member.belongs) {
            self.members.push(customer);
        }
    }

    /// The customers, by code.
    pub fn finish(mut self) -> Vec<StandingRow> {
        self.close_customer();
        let mut rows = self.standing.finish();
        rows.retain(|row| self.members.binary_search(&row.customer).is_ok());
        rows
    }
}
