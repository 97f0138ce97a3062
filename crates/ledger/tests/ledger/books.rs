//! Runs the crate over plain events, in chunks of any size.

use ledger::{
    Closing, Error, Line, Pass, Postings, Regime, Rows, Rules, Splits, StatementBuilder, States, Terms,
};
use model::config::policy::Preset;
use model::{Clause, EventKind};

/// One event in plain terms.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Event {
    pub(crate) customer: u32,
    pub(crate) day: i32,
    pub(crate) kind: EventKind,
    pub(crate) stream: u16,
    pub(crate) value_minor: i64,
    pub(crate) reference: u64,
    pub(crate) clause: Clause,
    pub(crate) currency: u8,
}

/// The first customer's visit on the first day, and how any event says nothing beside its price.
pub(crate) const PLAIN: Event = Event {
    customer: 0,
    day: 0,
    kind: EventKind::Contact,
    stream: 0,
    value_minor: 0,
    reference: 0,
    clause: Clause::Price,
    currency: 0,
};

/// A contractual stream by Kept's own policies.
pub(crate) const CONTRACTUAL: Regime = Regime::Contractual { policies: Preset::Kept.policies() };

/// Events as columns.
#[derive(Default)]
pub(crate) struct Columns {
    customer: Vec<u32>,
    day: Vec<i32>,
    kind: Vec<u8>,
    stream: Vec<u16>,
    value_minor: Vec<i64>,
    reference: Vec<u64>,
    clause: Vec<u8>,
    currency: Vec<u8>,
}

impl Columns {
    pub(crate) fn of(events: &[Event]) -> Self {
        let mut columns = Self::default();
        for event in events {
            columns.customer.push(event.customer);
            columns.day.push(event.day);
            columns.kind.push(event.kind.code());
            columns.stream.push(event.stream);
            columns.value_minor.push(event.value_minor);
            columns.reference.push(event.reference);
            columns.clause.push(event.clause.code());
            columns.currency.push(event.currency);
        }
        columns
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            customer: &self.customer,
            day: &self.day,
            kind: &self.kind,
            stream: &self.stream,
            value_minor: &self.value_minor,
            reference: &self.reference,
            terms: Some(Terms {
                clause: &self.clause,
                currency: &self.currency,
                original_minor: &self.value_minor,
            }),
        }
    }
}

/// All that the crate makes of a history.
pub(crate) struct Books {
    pub(crate) postings: Postings,
    pub(crate) states: States,
    pub(crate) uncounted: u64,
    pub(crate) lines: Vec<Line>,
    pub(crate) closing: Closing,
}

/// Ranges that cut `len` rows into chunks, the sizes taken in turn.
fn cut(len: usize, sizes: &[usize]) -> Vec<std::ops::Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    for size in sizes.iter().cycle() {
        if from >= len {
            break;
        }
        let to = (from + size).min(len);
        ranges.push(from..to);
        from = to;
    }
    ranges
}

/// Keeps the books of a history. `sizes` are chunk sizes, used in turn for events and for postings.
pub(crate) fn keep(
    events: &[Event],
    rules: &Rules,
    sizes: &[usize],
    segments: u16,
    segment_of: &[u16],
) -> Result<Books, Error> {
    let splits = Splits::one(segments, segment_of.to_vec());
    keep_split(events, rules, sizes, &splits)
}

/// The same of several splits.
pub(crate) fn keep_split(
    events: &[Event],
    rules: &Rules,
    sizes: &[usize],
    splits: &Splits,
) -> Result<Books, Error> {
    let columns = Columns::of(events);
    let (mut postings, mut states) = (Postings::default(), States::default());
    let mut pass = Pass::new(rules);
    for range in cut(events.len(), sizes) {
        pass.push(columns.rows().slice(range), &mut postings, &mut states)?;
    }
    pass.finish(&mut postings, &mut states);
    let mut builder = StatementBuilder::new(rules.as_of, splits);
    for range in cut(postings.len(), sizes) {
        builder.push(postings.rows().slice(range))?;
    }
    let mut closing = Closing::new(splits);
    closing.add(&states, splits)?;
    let (uncounted, lines) = (pass.uncounted(), builder.finish());
    Ok(Books { postings, states, uncounted, lines, closing })
}
