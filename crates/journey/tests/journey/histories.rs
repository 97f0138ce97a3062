//! Random histories, and a pass over them in random chunks.

use journey::{Fates, Pass, Rows, Touchpoints, Walk};
use proptest::prelude::*;
use std::sync::Arc;

pub(crate) const TOUCHPOINTS: u16 = 6;

/// One event; its day is that of UTC.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) customer: u32,
    pub(crate) at_us: i64,
    pub(crate) touchpoint: u16,
    pub(crate) kind: u8,
    pub(crate) outcome: u8,
    pub(crate) value_minor: i64,
    pub(crate) reference: u64,
}

/// Events as columns.
#[derive(Debug, Default, Clone)]
pub(crate) struct Columns {
    pub(crate) customer: Vec<u32>,
    pub(crate) at_us: Vec<i64>,
    pub(crate) touchpoint: Vec<u16>,
    pub(crate) day: Vec<i32>,
    pub(crate) kind: Vec<u8>,
    pub(crate) outcome: Vec<u8>,
    pub(crate) value_minor: Vec<i64>,
    pub(crate) reference: Vec<u64>,
}

impl Columns {
    pub(crate) fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut columns = Self::default();
        for event in events {
            columns.customer.push(event.customer);
            columns.at_us.push(event.at_us);
            columns.touchpoint.push(event.touchpoint);
            columns.day.push(day(event.at_us));
            columns.kind.push(event.kind);
            columns.outcome.push(event.outcome);
            columns.value_minor.push(event.value_minor);
            columns.reference.push(event.reference);
        }
        columns
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows {
            customer: &self.customer,
            at_us: &self.at_us,
            touchpoint: &self.touchpoint,
            day: &self.day,
            kind: &self.kind,
            outcome: &self.outcome,
            value_minor: &self.value_minor,
            reference: &self.reference,
        }
    }
}

pub(crate) const fn day(at_us: i64) -> i32 {
    at_us.div_euclid(86_400_000_000) as i32
}

/// Up to `events` events of twelve customers over three years, sorted by customer and time; ties keep their order.
pub(crate) fn history(events: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = (
        (0_u32..12, 0_i64..26_280, 0..TOUCHPOINTS),
        (prop_oneof![4 => Just(0_u8), 2 => Just(1_u8), 1 => Just(3_u8)], 0_u8..6, 0_i64..100, 0_u64..4),
    );
    prop::collection::vec(event, 0..events).prop_map(|events| {
        let mut events: Vec<Event> = events
            .into_iter()
            .map(|((customer, hour, touchpoint), (kind, outcome, value_minor, reference))| {
                let at_us = hour * 3_600_000_000;
                Event { customer, at_us, touchpoint, kind, outcome, value_minor, reference }
            })
            .collect();
        events.sort_by_key(|event| (event.customer, event.at_us));
        events
    })
}

/// Six touchpoints of three departments in four stages; the last is owned by nobody and in no stage.
pub(crate) fn touchpoints() -> Arc<Touchpoints> {
    let none = journey::NONE;
    Arc::new(Touchpoints::new(vec![0, 0, 1, 2, 2, none], vec![0, 1, 1, 2, 3, none]).unwrap())
}

/// The lives of a history, each with its customer.
pub(crate) fn lives(events: &[Event]) -> Vec<&[Event]> {
    events.chunk_by(|a, b| a.customer == b.customer).collect()
}

/// Walks a history in chunks of `chunk` rows.
pub(crate) fn walk<W: Walk>(walk: W, events: &[Event], chunk: usize) -> W {
    let mut pass = Pass::new(walk, usize::from(TOUCHPOINTS));
    for events in events.chunks(chunk.max(1)) {
        pass.push(Columns::of(events).rows()).unwrap();
    }
    pass.finish()
}

/// Walks a history in `parts` parts by customer, in turn, and merges them from the last to the first.
pub(crate) fn in_parts<W: Walk>(begin: impl Fn() -> W, events: &[Event], parts: u32) -> W {
    let mut whole: Option<W> = None;
    for part in (0..parts).rev() {
        let own: Vec<Event> = events.iter().filter(|event| event.customer % parts == part).cloned().collect();
        let walked = walk(begin(), &own, 3);
        match &mut whole {
            None => whole = Some(walked),
            Some(whole) => whole.merge(walked).unwrap(),
        }
    }
    whole.unwrap()
}

/// Gains and losses of twelve customers in turn, up to three years: customer, day, count.
pub(crate) fn postings() -> impl Strategy<Value = Vec<(u32, i32, i8)>> {
    prop::collection::btree_set((0_u32..12, 0_i32..1_100), 0..30).prop_map(|days| {
        let mut gained = None;
        let posting = |(customer, day)| {
            let count = if gained == Some(customer) { -1 } else { 1 };
            gained = (count == 1).then_some(customer);
            (customer, day, count)
        };
        days.into_iter().map(posting).collect()
    })
}

pub(crate) fn fates(postings: &[(u32, i32, i8)]) -> Arc<Fates> {
    let customer: Vec<u32> = postings.iter().map(|posting| posting.0).collect();
    let day: Vec<i32> = postings.iter().map(|posting| posting.1).collect();
    let count: Vec<i8> = postings.iter().map(|posting| posting.2).collect();
    Arc::new(Fates::new(&customer, &day, &count).unwrap())
}
