//! A small company whose records, identities, rules and segments change between closings.

use crate::books::{Books, CONTRACTUAL, Columns, Event, keep};
use ledger::closing::{Change, Frozen, Now, RecordOf, Reopening, Step, Stock, StockBuilder, Who, reopen};
use ledger::{Closing, Line, Regime, Rules, Splits, StreamRule};
use model::{Day, Period};
use std::collections::{BTreeMap, BTreeSet};

/// 2024-11-20: ends of months, quarters and a year come soon.
pub(crate) const FIRST: i32 = 20_047;

/// Everything an edition is made of.
#[derive(Clone)]
pub(crate) struct World {
    /// Whose each record is, and its events in any order.
    pub(crate) records: BTreeMap<u64, (u128, Vec<Event>)>,
    pub(crate) segment_of: BTreeMap<u128, &'static str>,
    pub(crate) split: bool,
    pub(crate) gap_days: u32,
    pub(crate) as_of: i32,
    pub(crate) next_id: u128,
    /// Ids erased, and those that led to them.
    pub(crate) erased: BTreeSet<u128>,
    pub(crate) redirects: BTreeMap<u128, u128>,
    pub(crate) history: Vec<Step>,
}

/// What an edition of it says.
pub(crate) struct Edition {
    pub(crate) books: Books,
    pub(crate) rules: Rules,
    pub(crate) segments: Vec<String>,
    pub(crate) records: Vec<RecordOf>,
    ids: Vec<u128>,
    segment_of: Vec<u16>,
    events: Vec<Event>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            records: BTreeMap::new(),
            segment_of: BTreeMap::new(),
            split: true,
            gap_days: 40,
            as_of: FIRST + 100,
            next_id: 100,
            erased: BTreeSet::new(),
            redirects: BTreeMap::new(),
            history: Vec::new(),
        }
    }
}

impl World {
    /// An event of a record; a new record is a new customer.
    pub(crate) fn happen(&mut self, record: u64, event: Event) {
        let next_id = &mut self.next_id;
        let of = self.records.entry(record).or_insert_with(|| {
            *next_id += 1;
            (*next_id, Vec::new())
        });
        of.1.push(event);
    }

    pub(crate) fn customer(&self, record: u64) -> Option<u128> {
        self.records.get(&record).map(|of| of.0)
    }

    /// The older id stays.
    pub(crate) fn merge(&mut self, one: u128, other: u128) {
        let (kept, gone) = (one.min(other), one.max(other));
        if kept != gone {
            self.records.values_mut().filter(|of| of.0 == gone).for_each(|of| of.0 = kept);
            self.redirects.insert(gone, kept);
        }
    }

    /// A record becomes a customer of its own, if it shared one.
    pub(crate) fn split(&mut self, record: u64) {
        let Some(customer) = self.customer(record) else { return };
        if self.records.values().filter(|of| of.0 == customer).count() > 1 {
            self.next_id += 1;
            let id = self.next_id;
            self.records.entry(record).and_modify(|of| of.0 = id);
        }
    }

    pub(crate) fn erase(&mut self, customer: u128) {
        self.records.retain(|_, of| of.0 != customer);
        self.erased.insert(customer);
        while let Some((gone, _)) = self
            .redirects
            .iter()
            .find(|(gone, kept)| self.erased.contains(kept) && !self.erased.contains(gone))
        {
            self.erased.insert(*gone);
        }
    }

    pub(crate) fn edition(&self) -> Edition {
        let ids: BTreeSet<u128> = self.records.values().map(|of| of.0).collect();
        let ids: Vec<u128> = ids.into_iter().collect();
        let named = |id: &u128| self.segment_of.get(id).copied().unwrap_or("north");
        let names: BTreeSet<&str> = ids.iter().map(named).filter(|_| self.split).collect();
        let segments: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let code = |id: &u128| segments.iter().position(|name| name == named(id)).unwrap_or(0) as u16;
        let segment_of: Vec<u16> = ids.iter().map(code).collect();
        let mut events = Vec::new();
        for (customer, told) in self.records.values() {
            let customer = ids.binary_search(customer).unwrap() as u32;
            events.extend(told.iter().map(|event| Event { customer, ..*event }));
        }
        events.retain(|event| event.day <= self.as_of);
        events.sort_by_key(|event| (event.customer, event.day));
        let shop = StreamRule { regime: Regime::Purchases { gap_days: self.gap_days }, margin: None };
        let streams = vec![shop, StreamRule { regime: CONTRACTUAL, margin: None }];
        let rules = Rules { streams, currencies: Vec::new(), annual: false, as_of: Day(self.as_of) };
        let books = keep(&events, &rules, &[5], segments.len() as u16, &segment_of).unwrap();
        let records =
            self.records.iter().map(|(record, of)| RecordOf { record: *record, customer: of.0 }).collect();
        Edition { books, rules, segments, records, ids, segment_of, events }
    }

    pub(crate) fn close(&mut self, period: Period) -> Result<Vec<Change>, String> {
        let edition = self.edition();
        let frozen = Frozen::of(&self.history, &edition.segments).unwrap();
        let stock = edition.stock(&frozen.cut_offs(period, edition.first()));
        let erased: Vec<u128> = self.erased.iter().copied().collect();
        let now = Now {
            as_of: Day(self.as_of),
            lines: &edition.books.lines,
            stock: &stock,
            records: &edition.records,
            erased: &erased,
        };
        let closed = frozen.close(period, &now, 7, 0, "rules").map_err(|error| error.to_string())?;
        let changes = closed.changes.clone();
        self.history.push(Step::Closed(closed));
        Ok(changes)
    }

    pub(crate) fn reopen(&mut self, period: Period, reason: &str) -> Result<Reopening, String> {
        let frozen = Frozen::of(&self.history, &[]).unwrap();
        let step = reopen(&frozen, period, 8, 0, reason).map_err(|error| error.to_string())?;
        self.history.push(Step::Reopened(step.clone()));
        Ok(step)
    }
}

impl Edition {
    pub(crate) fn first(&self) -> Day {
        self.books.lines.iter().map(|line| line.period.start()).min().unwrap_or(Day(FIRST))
    }

    pub(crate) fn stock(&self, days: &[Day]) -> Stock {
        let mut builder = StockBuilder::new(days);
        builder.push_postings(self.books.postings.rows()).unwrap();
        let columns = Columns::of(&self.events);
        for from in (0..self.events.len()).step_by(4) {
            builder.push_events(columns.rows().slice(from..(from + 4).min(self.events.len()))).unwrap();
        }
        let segments = self.segments.len() as u16;
        builder.finish(&Who { ids: &self.ids, segment_of: &self.segment_of, segments }).unwrap()
    }

    /// Where customers stand, by the codes of a frozen history.
    pub(crate) fn closing(&self, frozen: &Frozen<'_>) -> Closing {
        let segment_of: Vec<u16> = match frozen.unsplit().filter(|_| self.segments.is_empty()) {
            Some(unsplit) => vec![unsplit; self.ids.len()],
            None => self.segment_of.clone(),
        };
        let splits = Splits::one(frozen.segments().len() as u16, segment_of);
        let mut closing = Closing::new(&splits);
        closing.add(&self.books.states, &splits).unwrap();
        closing
    }
}

/// Count and value at the end of a month by lines; nothing where there is no line.
pub(crate) fn closing_of(lines: &[Line], month: Period, segment: Option<u16>) -> (i64, i64) {
    let line = lines.iter().find(|line| line.period == month && line.segment == segment);
    line.map_or((0, 0), |line| (line.figures.closing_count, line.figures.closing_minor))
}
