//! Random histories, dense where the rules have edges.

use crate::books::{CONTRACTUAL, Event, PLAIN};
use ledger::{Regime, Rules, StreamRule};
use model::{Day, EventKind};
use proptest::prelude::*;

/// 2019-11-20: leap day, year ends and quarter ends come soon.
const BASE: i32 = 18_220;
pub(crate) const SEGMENTS: u16 = 3;

/// Events, rules, chunk sizes and each customer's segment.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) events: Vec<Event>,
    pub(crate) rules: Rules,
    pub(crate) sizes: Vec<usize>,
    pub(crate) segment_of: Vec<u16>,
}

/// Two streams of purchases around one of contracts; stream code 3 has no rule.
fn rules() -> impl Strategy<Value = Rules> {
    let gap = || prop_oneof![Just(0), 1u32..10, 20u32..200, 360u32..370, Just(500)];
    let margin = prop_oneof![Just(None), Just(Some(0.4)), Just(Some(0.125))];
    // Streams of one gap can lapse on one day.
    let gaps = (gap(), prop::option::of(gap())).prop_map(|(shop, store)| (shop, store.unwrap_or(shop)));
    (gaps, margin, any::<bool>(), 0i32..1300).prop_map(|((shop, store), margin, annual, span)| {
        let purchases = |gap_days, margin| StreamRule { regime: Regime::Purchases { gap_days }, margin };
        let club = StreamRule { regime: CONTRACTUAL, margin: Some(0.1) };
        let streams = vec![purchases(shop, margin), club, purchases(store, None)];
        Rules { streams, currencies: Vec::new(), annual, as_of: Day(BASE + span) }
    })
}

fn gap_of(rules: &Rules) -> i32 {
    match rules.streams[0].regime {
        Regime::Purchases { gap_days } => gap_days as i32,
        Regime::Contractual { .. } => 0,
    }
}

/// One event, as days after the one before it.
fn step(gap: i32) -> impl Strategy<Value = (i32, EventKind, u16, i64, u64)> {
    let days = prop_oneof![
        3 => Just(0),
        4 => 0..6i32,
        5 => 0..150i32,
        3 => gap - 1..=gap + 3,
        2 => 363..=367i32,
        2 => Just(365),
    ];
    let value = prop_oneof![1 => Just(0i64), 4 => 1..40i64, 5 => Just(10i64), 1 => -20..0i64];
    let reference = 0..3u64;
    let kind_and_stream = prop_oneof![
        6 => Just((EventKind::Purchase, 0u16)),
        3 => Just((EventKind::Purchase, 2)),
        2 => Just((EventKind::Refund, 0)),
        1 => Just((EventKind::Refund, 2)),
        6 => Just((EventKind::Subscription, 1)),
        1 => Just((EventKind::Contact, 0)),
        1 => Just((EventKind::Response, u16::MAX)),
        1 => (0..4u16).prop_map(|stream| (EventKind::Purchase, stream)),
        1 => (0..4u16).prop_map(|stream| (EventKind::Subscription, stream)),
    ];
    (days, kind_and_stream, value, reference)
        .prop_map(|(days, (kind, stream), value, reference)| (days.max(0), kind, stream, value, reference))
}

/// Histories of up to five customers.
pub(crate) fn history() -> impl Strategy<Value = History> {
    rules().prop_flat_map(|rules| {
        let life = (0..200i32, prop::collection::vec(step(gap_of(&rules)), 0..25), 1..4u32);
        let lives = prop::collection::vec(life, 0..6);
        let sizes = prop::collection::vec(1..20usize, 1..5);
        let segment_of = prop::collection::vec(0..SEGMENTS, 32);
        (Just(rules), lives, sizes, segment_of).prop_map(|(rules, lives, sizes, segment_of)| {
            let mut events = Vec::new();
            let mut customer = 0;
            for (start, steps, apart) in lives {
                customer += apart;
                let mut day = BASE + start;
                for (days, kind, stream, value_minor, reference) in steps {
                    day += days;
                    events.push(Event { customer, day, kind, stream, value_minor, reference, ..PLAIN });
                }
            }
            History { events, rules, sizes, segment_of }
        })
    })
}
