//! The history of closings and reopenings, and what of it is in force.
//!
//! The books are closed up to a day: closing a period closes every month up to its last day, and with them every
//! quarter and year that ends by then. Reopening a period reopens everything from its first day on.

use super::RecordOf;
use super::bridge::{Bridge, BridgeRow, Sides, bridge};
use super::seal::Seal;
use super::stock::{Change, Stock, StockRow, between, stand};
use crate::error::Error;
use crate::figures::Line;
use model::{Day, Granularity, Period};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// One closing, as it is kept for ever. A frozen customer is a number and an amount: no personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// What was asked to be closed.
    pub period: Period,
    /// The edition it was closed at.
    pub edition: u64,
    /// When, microseconds since the Unix epoch, UTC.
    pub at_us: i64,
    /// What names the rules it was told by, such as the version of the rules and the hash of the settings.
    pub rules: String,
    /// Names of the segments by code, for all rows below.
    pub segments: Vec<String>,
    /// As reported: the lines of every month, quarter and year closed by this, of the whole and of each segment.
    pub lines: Vec<Line>,
    /// What was booked as adjustments in the first month closed by this.
    pub adjustments: Vec<BridgeRow>,
    /// Who stood where at the end of each month closed by this, as changes from what was frozen before, by cut-off and
    /// customer.
    pub changes: Vec<Change>,
    /// Whose each record was, sorted by record.
    pub records: Vec<RecordOf>,
    /// The seal of the step before.
    pub previous: Option<Seal>,
    /// The seal over all above.
    pub seal: Seal,
}

/// One reopening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reopening {
    /// Everything from its first day on is open again.
    pub period: Period,
    /// The edition it was reopened at.
    pub edition: u64,
    /// When, microseconds since the Unix epoch, UTC.
    pub at_us: i64,
    /// Why.
    pub reason: String,
    /// The seal of the step before.
    pub previous: Option<Seal>,
    /// The seal over all above.
    pub seal: Seal,
}

/// A step of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Periods were closed.
    Closed(Closure),
    /// Periods were reopened.
    Reopened(Reopening),
}

impl Step {
    /// The period it was asked for.
    pub const fn period(&self) -> Period {
        match self {
            Self::Closed(closure) => closure.period,
            Self::Reopened(reopening) => reopening.period,
        }
    }

    /// Its seal.
    pub const fn seal(&self) -> Seal {
        match self {
            Self::Closed(closure) => closure.seal,
            Self::Reopened(reopening) => reopening.seal,
        }
    }

    fn is_as_sealed(&self, previous: Option<Seal>) -> bool {
        match self {
            Self::Closed(closure) => closure.previous == previous && Seal::of(closure) == closure.seal,
            Self::Reopened(reopening) => {
                reopening.previous == previous && Seal::of_reopening(reopening) == reopening.seal
            }
        }
    }
}

/// The books as they are now.
#[derive(Debug, Clone, Copy)]
pub struct Now<'a> {
    /// Last day of the books.
    pub as_of: Day,
    /// The lines told from the postings: as restated.
    pub lines: &'a [Line],
    /// The stock on the days of [`Frozen::cut_offs`].
    pub stock: &'a Stock,
    /// Whose each record is, in any order.
    pub records: &'a [RecordOf],
    /// Ids of those erased, and every id that led to one.
    pub erased: &'a [u128],
}

/// What a history leaves closed, with segments by the codes of now.
#[derive(Debug, Clone)]
pub struct Frozen<'a> {
    /// Names by code: those of now, then those that only closed periods know.
    segments: Vec<String>,
    /// How many of them are of now.
    segments_now: usize,
    /// The segment of books that were not split, where others are.
    pub(super) unsplit: Option<u16>,
    pub(super) cut_off: Option<Day>,
    pub(super) lines: BTreeMap<(Granularity, Option<u16>, i32), Line>,
    changes: Vec<Change>,
    /// Last day for which a closing's records hold, rising.
    records: Vec<(Day, &'a [RecordOf])>,
    last_seal: Option<Seal>,
}

impl<'a> Frozen<'a> {
    /// What a history, oldest step first, leaves closed. `segments` are the names of now, by code.
    ///
    /// Fails on a step that is not as it was sealed.
    pub fn of(history: &'a [Step], segments: &[String]) -> Result<Self, Error> {
        let (names, unsplit) = merged(history, segments);
        let mut frozen = Self {
            segments: names,
            segments_now: segments.len(),
            unsplit,
            cut_off: None,
            lines: BTreeMap::new(),
            changes: Vec::new(),
            records: Vec::new(),
            last_seal: None,
        };
        for step in history {
            if !step.is_as_sealed(frozen.last_seal) {
                return Err(Error::Tampered { period: step.period().to_string() });
            }
            frozen.last_seal = Some(step.seal());
            match step {
                Step::Closed(closure) => frozen.add(closure),
                Step::Reopened(reopening) => frozen.open_from(reopening.period.start()),
            }
        }
        Ok(frozen)
    }

    fn add(&mut self, closure: &'a Closure) {
        let code_of = |name: &String| self.segments.iter().position(|known| known == name);
        let codes: Vec<Option<u16>> =
            closure.segments.iter().map(|name| code_of(name).map(|code| code as u16)).collect();
        let unsplit = self.unsplit;
        let code = |segment: Option<u16>| segment.map_or(unsplit, |code| codes[usize::from(code)]);
        for line in &closure.lines {
            let Period { granularity, index } = line.period;
            let mut keep = |segment| {
                self.lines.insert((granularity, segment, index), Line { segment, ..*line });
            };
            match line.segment {
                Some(_) => keep(code(line.segment)),
                None => keep(None),
            }
            if line.segment.is_none() && closure.segments.is_empty() && unsplit.is_some() {
                keep(unsplit);
            }
        }
        let changes = closure.changes.iter();
        self.changes.extend(changes.map(|change| Change { segment: code(change.segment), ..*change }));
        let until = last_day(closure.period);
        self.records.push((until, &closure.records));
        self.cut_off = Some(until);
    }

    fn open_from(&mut self, first: Day) {
        self.lines.retain(|_, line| line.period.end() <= first);
        self.changes.retain(|change| change.cut_off < first);
        let eve = first.plus(-1);
        for at in 0..self.records.len() {
            if self.records[at].0 > eve {
                self.records[at].0 = eve;
                self.records.truncate(at + 1);
                break;
            }
        }
        self.cut_off = self.cut_off.map(|cut_off| cut_off.min(eve)).filter(|_| !self.lines.is_empty());
    }

    /// The last closed day; `None` while nothing is closed.
    pub const fn cut_off(&self) -> Option<Day> {
        self.cut_off
    }

    /// Names of the segments by code: those of now, then those that only closed periods know.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The code of those who belong to no segment: where books that were not split meet books that are.
    pub const fn unsplit(&self) -> Option<u16> {
        self.unsplit
    }

    /// Ends of the closed months for which there is a bridge, rising.
    pub fn month_ends(&self) -> Vec<Day> {
        let first = self.lines.keys().find(|key| key.0 == Granularity::Month);
        let Some((first, last)) = first.zip(self.cut_off) else { return Vec::new() };
        months(Period { granularity: Granularity::Month, index: first.2 }, last)
    }

    /// The days on which stock must be taken to close a period; `first` is the first day of the books.
    pub fn cut_offs(&self, period: Period, first: Day) -> Vec<Day> {
        let from = self.cut_off.unwrap_or(first);
        months(Period::of(Granularity::Month, from), last_day(period))
    }

    /// Where customers stood at the end of a closed month, by id.
    pub(super) fn stood(&self, cut_off: Day) -> Vec<StockRow> {
        stand(self.changes.iter().filter(|change| change.cut_off <= cut_off))
    }

    /// Where customers stand now, with segments by the codes of this.
    fn stands(&self, now: &Stock, cut_off: Day) -> Result<Vec<StockRow>, Error> {
        let told = |row: StockRow| StockRow { segment: row.segment.or(self.unsplit), ..row };
        Ok(now.at(cut_off)?.into_iter().map(told).collect())
    }

    /// What leads from as reported to as restated at the end of a closed month. `now` holds a stock of that day;
    /// records come in any order.
    ///
    /// Fails on a day that is not the end of a closed month, or on which no stock was taken.
    pub fn bridge(
        &self,
        cut_off: Day,
        now: &Stock,
        records: &[RecordOf],
        erased: &[u128],
    ) -> Result<Bridge, Error> {
        let covers = |(until, _): &&(Day, &[RecordOf])| *until >= cut_off;
        let held = self.records.iter().find(covers).filter(|_| self.cut_off >= Some(cut_off));
        let Some((_, then_records)) = held else {
            return Err(Error::NoStock { day: cut_off });
        };
        let now_rows = self.stands(now, cut_off)?;
        let now_records = sorted(records);
        let then = self.stood(cut_off);
        let sides = Sides { then: &then, then_records, now: &now_rows, now_records: now_records.as_slice() };
        let erased: FxHashSet<u128> = erased.iter().copied().collect();
        Ok(bridge(&sides, &erased, cut_off))
    }

    /// Closes a period: everything up to its last day. `at_us` and `rules` as in [`Closure`].
    ///
    /// Fails on a period that is not over or closed already, and without stock of the days it needs.
    pub fn close(
        &self,
        period: Period,
        now: &Now<'_>,
        edition: u64,
        at_us: i64,
        rules: &str,
    ) -> Result<Closure, Error> {
        let until = last_day(period);
        if until > now.as_of {
            return Err(Error::NotOver { period: period.to_string(), as_of: now.as_of });
        }
        if let Some(cut_off) = self.cut_off.filter(|cut_off| until <= *cut_off) {
            return Err(Error::AlreadyClosed { period: period.to_string(), cut_off });
        }
        let adjustments = match self.cut_off {
            Some(cut_off) => self.bridge(cut_off, now.stock, now.records, now.erased)?.rows,
            None => Vec::new(),
        };
        let mut lines = self.as_reported(now.lines, now.as_of);
        lines.retain(|line| line.period.end().plus(-1) <= until && !self.lines.contains_key(&key(line)));
        let mut closure = Closure {
            period,
            edition,
            at_us,
            rules: rules.to_owned(),
            segments: self.segments.clone(),
            lines,
            adjustments,
            changes: self.newly_changed(until, now)?,
            records: sorted(now.records),
            previous: self.last_seal,
            seal: Seal([0; 32]),
        };
        closure.seal = Seal::of(&closure);
        Ok(closure)
    }

    /// Changes from what is frozen to the stock of now at the ends of the months to be closed.
    fn newly_changed(&self, until: Day, now: &Now<'_>) -> Result<Vec<Change>, Error> {
        let first_line = now.lines.iter().map(|line| line.period.start()).min();
        let from = self.cut_off.map(|cut_off| cut_off.plus(1)).or(first_line).unwrap_or(until);
        let days = months(Period::of(Granularity::Month, from.min(until)), until);
        if let Some(day) = days.iter().find(|day| !now.stock.cut_offs.contains(day)) {
            return Err(Error::NoStock { day: *day });
        }
        let first = days.first().copied().unwrap_or(until);
        let told = |change: Change| Change { segment: change.segment.or(self.unsplit), ..change };
        let rows = self.stands(now.stock, first)?;
        let frozen = self.cut_off.map_or_else(Vec::new, |cut_off| self.stood(cut_off));
        let mut changes = between(&frozen, &rows, first);
        let later = now.stock.changes.iter().copied();
        changes.extend(later.filter(|c| c.cut_off > first && c.cut_off <= until).map(told));
        Ok(changes)
    }

    /// How many segments there are now.
    pub(super) const fn segments_now(&self) -> usize {
        self.segments_now
    }

    pub(super) const fn last_seal(&self) -> Option<Seal> {
        self.last_seal
    }
}

/// Reopens a period, which stays in the history with its reason.
///
/// Fails on a period that is not closed, not even in part, and without a reason.
pub fn reopen(
    frozen: &Frozen<'_>,
    period: Period,
    edition: u64,
    at_us: i64,
    reason: &str,
) -> Result<Reopening, Error> {
    if frozen.cut_off().is_none_or(|cut_off| cut_off < period.start()) {
        return Err(Error::NotClosed { period: period.to_string() });
    }
    let reason = reason.trim().to_owned();
    if reason.is_empty() {
        return Err(Error::NoReason { period: period.to_string() });
    }
    let previous = frozen.last_seal();
    let mut reopening = Reopening { period, edition, at_us, reason, previous, seal: Seal([0; 32]) };
    reopening.seal = Seal::of_reopening(&reopening);
    Ok(reopening)
}

/// Names of now, then those only closings know, by name, then the empty one where books that were not split meet
/// books that are; with its code.
fn merged(history: &[Step], segments: &[String]) -> (Vec<String>, Option<u16>) {
    let closures = || {
        history.iter().filter_map(|step| match step {
            Step::Closed(closure) => Some(closure),
            Step::Reopened(_) => None,
        })
    };
    let mut names = segments.to_vec();
    let old: BTreeSet<&String> = closures().flat_map(|closure| &closure.segments).collect();
    names.extend(old.into_iter().filter(|name| !segments.contains(name)).cloned());
    let some_unsplit = segments.is_empty() || closures().any(|closure| closure.segments.is_empty());
    if names.is_empty() || !some_unsplit {
        return (names, None);
    }
    let found = names.iter().position(String::is_empty);
    let code = found.unwrap_or(names.len());
    if found.is_none() {
        names.push(String::new());
    }
    (names, Some(code as u16))
}

pub(super) const fn key(line: &Line) -> (Granularity, Option<u16>, i32) {
    (line.period.granularity, line.segment, line.period.index)
}

fn last_day(period: Period) -> Day {
    period.end().plus(-1)
}

/// Last days of the months from one on, up to a day.
fn months(from: Period, until: Day) -> Vec<Day> {
    std::iter::successors(Some(from), |month| Some(month.next()))
        .map(last_day)
        .take_while(|day| *day <= until)
        .collect()
}

fn sorted(records: &[RecordOf]) -> Vec<RecordOf> {
    let mut records = records.to_vec();
    records.sort_unstable();
    records.dedup_by_key(|of| of.record);
    records
}
