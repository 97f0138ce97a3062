//! The one pass: sorted events are cut into lives, and every life is walked by whoever wants to count something.
//! Parts of a pass over different customers add up to exactly the whole.

use crate::error::{Error, alike};
use crate::events::{Columns, Life, Rows};
use std::ops::Range;

/// Counts something over lives. What it holds depends only on the set of lives it has seen, not on their order, so
/// parts over any split of the customers merge to the same result.
pub trait Walk {
    /// The columns it reads beyond customer, instant and touchpoint; none unless told.
    fn needs(&self) -> Columns {
        Columns::FEW
    }

    /// Takes one customer's whole life; every customer comes once.
    fn life(&mut self, life: &Life<'_>);

    /// Called when no life comes any more, before anything is read or merged.
    fn end(&mut self) {}

    /// Adds what was counted over other customers. Fails when the two were not begun alike.
    fn merge(&mut self, other: Self) -> Result<(), Error>
    where
        Self: Sized;
}

/// Two that walk together.
impl<A: Walk, B: Walk> Walk for (A, B) {
    fn needs(&self) -> Columns {
        self.0.needs().and(self.1.needs())
    }

    #[inline]
    fn life(&mut self, life: &Life<'_>) {
        self.0.life(life);
        self.1.life(life);
    }

    fn end(&mut self) {
        self.0.end();
        self.1.end();
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.0.merge(other.0)?;
        self.1.merge(other.1)
    }
}

/// Cuts chunks of sorted rows into lives and has them walked. A customer may straddle chunks; only such a customer
/// is copied.
#[derive(Debug)]
pub struct Pass<W> {
    walk: W,
    touchpoints: usize,
    last: Option<u32>,
    carried: Carried,
}

impl<W: Walk> Pass<W> {
    /// A pass before any row, over events at `touchpoints` touchpoints.
    pub const fn new(walk: W, touchpoints: usize) -> Self {
        Self { walk, touchpoints, last: None, carried: Carried::NOTHING }
    }

    /// Reads a chunk. Fails on columns of unequal length or missing, rows out of order and unknown touchpoints; the
    /// pass is of no use then.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked(self.walk.needs())?;
        self.check(&rows)?;
        let mut from = 0;
        while from < rows.customer.len() {
            let customer = rows.customer[from];
            let run = rows.customer[from..].iter().position(|other| *other != customer);
            let until = run.map_or(rows.customer.len(), |run| from + run);
            self.run(customer, &rows, from..until);
            from = until;
        }
        Ok(())
    }

    /// Walks the last life and gives back who walked.
    pub fn finish(mut self) -> W {
        self.let_go();
        self.walk.end();
        self.walk
    }

    /// Takes the rows of one customer that stand together in a chunk.
    #[inline]
    fn run(&mut self, customer: u32, rows: &Rows<'_>, range: Range<usize>) {
        if self.last != Some(customer) {
            self.let_go();
            self.last = Some(customer);
        }
        let ends_chunk = range.end == rows.customer.len();
        let run = rows.slice(range);
        if ends_chunk || !self.carried.at_us.is_empty() {
            self.carried.take(&run);
            return;
        }
        self.walk.life(&Life {
            customer,
            at_us: run.at_us,
            touchpoint: run.touchpoint,
            day: run.day,
            kind: run.kind,
            outcome: run.outcome,
            value_minor: run.value_minor,
            reference: run.reference,
        });
    }

    /// Refuses unknown touchpoints and rows out of order, within the chunk and after the one before.
    fn check(&self, rows: &Rows<'_>) -> Result<(), Error> {
        let known = self.touchpoints;
        if rows.touchpoint.iter().max().is_some_and(|code| usize::from(*code) >= known)
            && let Some(at) = rows.touchpoint.iter().position(|code| usize::from(*code) >= known)
        {
            let (customer, touchpoint) = (rows.customer[at], rows.touchpoint[at]);
            return Err(Error::UnknownTouchpoint { customer, touchpoint, known });
        }
        let before = self.last.zip(self.carried.at_us.last().copied());
        let first = rows.customer.first().copied().zip(rows.at_us.first().copied());
        let fits = before.is_none_or(|before| first.is_none_or(|first| before <= first));
        let places = rows.customer.windows(2).zip(rows.at_us.windows(2));
        let falls = |(customer, at_us): (&[u32], &[i64])| (customer[0], at_us[0]) > (customer[1], at_us[1]);
        if fits && !places.clone().fold(false, |any, place| any | falls(place)) {
            return Ok(());
        }
        let at = if fits { places.clone().position(falls).map_or(0, |place| place + 1) } else { 0 };
        Err(Error::OutOfOrder { customer: rows.customer[at], at_us: rows.at_us[at] })
    }

    /// Walks the customer that was carried over from chunk to chunk, if any.
    fn let_go(&mut self) {
        if let Some(customer) = self.last.filter(|_| !self.carried.at_us.is_empty()) {
            self.walk.life(&self.carried.life(customer));
            self.carried.clear();
        }
    }
}

/// A customer whose rows may go on in the next chunk.
#[derive(Debug)]
struct Carried {
    at_us: Vec<i64>,
    touchpoint: Vec<u16>,
    day: Vec<i32>,
    kind: Vec<u8>,
    outcome: Vec<u8>,
    value_minor: Vec<i64>,
    reference: Vec<u64>,
}

impl Carried {
    const NOTHING: Self = Self {
        at_us: Vec::new(),
        touchpoint: Vec::new(),
        day: Vec::new(),
        kind: Vec::new(),
        outcome: Vec::new(),
        value_minor: Vec::new(),
        reference: Vec::new(),
    };

    fn take(&mut self, rows: &Rows<'_>) {
        self.at_us.extend_from_slice(rows.at_us);
        self.touchpoint.extend_from_slice(rows.touchpoint);
        self.day.extend_from_slice(rows.day);
        self.kind.extend_from_slice(rows.kind);
        self.outcome.extend_from_slice(rows.outcome);
        self.value_minor.extend_from_slice(rows.value_minor);
        self.reference.extend_from_slice(rows.reference);
    }

    fn life(&self, customer: u32) -> Life<'_> {
        Life {
            customer,
            at_us: &self.at_us,
            touchpoint: &self.touchpoint,
            day: &self.day,
            kind: &self.kind,
            outcome: &self.outcome,
            value_minor: &self.value_minor,
            reference: &self.reference,
        }
    }

    fn clear(&mut self) {
        let Self { at_us, touchpoint, day, kind, outcome, value_minor, reference } = self;
        at_us.clear();
        touchpoint.clear();
        day.clear();
        kind.clear();
        outcome.clear();
        value_minor.clear();
        reference.clear();
    }
}

/// Walks only what happened in a half-open span of time.
#[derive(Debug, Clone)]
pub struct Between<W> {
    span_us: Range<i64>,
    walk: W,
}

impl<W> Between<W> {
    /// From `span_us.start` up to before `span_us.end`, UTC microseconds.
    pub const fn new(span_us: Range<i64>, walk: W) -> Self {
        Self { span_us, walk }
    }

    /// Who walked.
    pub fn into_inner(self) -> W {
        self.walk
    }
}

impl<W: Walk> Walk for Between<W> {
    fn needs(&self) -> Columns {
        self.walk.needs()
    }

    fn life(&mut self, life: &Life<'_>) {
        let from = life.at_us.partition_point(|at| *at < self.span_us.start);
        let until = life.at_us.partition_point(|at| *at < self.span_us.end);
        if from < until {
            self.walk.life(&life.slice(from..until));
        }
    }

    fn end(&mut self) {
        self.walk.end();
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        alike("a span of time", self.span_us == other.span_us)?;
        self.walk.merge(other.walk)
    }
}

/// Walks each group of customers apart, as segments, or those who stayed and those who left.
#[derive(Debug, Clone)]
pub struct Grouped<'a, W> {
    group_of: &'a [u16],
    groups: Vec<W>,
}

impl<'a, W> Grouped<'a, W> {
    /// One walk a group, and the group of every customer by code; customers in no group are passed over.
    pub const fn new(group_of: &'a [u16], groups: Vec<W>) -> Self {
        Self { group_of, groups }
    }

    /// Who walked, by group.
    pub fn into_inner(self) -> Vec<W> {
        self.groups
    }
}

impl<W: Walk> Walk for Grouped<'_, W> {
    fn needs(&self) -> Columns {
        self.groups.iter().fold(Columns::FEW, |all, walk| all.and(walk.needs()))
    }

    fn life(&mut self, life: &Life<'_>) {
        let group = self.group_of.get(life.customer as usize);
        if let Some(walk) = group.and_then(|group| self.groups.get_mut(usize::from(*group))) {
            walk.life(life);
        }
    }

    fn end(&mut self) {
        self.groups.iter_mut().for_each(W::end);
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        alike("groups", self.groups.len() == other.groups.len())?;
        self.groups.iter_mut().zip(other.groups).try_for_each(|(mine, theirs)| mine.merge(theirs))
    }
}
