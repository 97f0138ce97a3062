//! Postings and states against the oracle.

use crate::books::{Columns, Event, PLAIN, keep};
use crate::histories::{SEGMENTS, history};
use crate::{oracle, oracle_statement};
use ledger::{Error, Pass, Postings, Regime, Rules, States, StreamRule};
use model::{Day, EventKind, Movement};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_in_any_chunks_is_booked_as_day_by_day(history in history()) {
        let books = keep(&history.events, &history.rules, &history.sizes, SEGMENTS, &history.segment_of).unwrap();
        prop_assert_eq!(&books.postings, &oracle::postings(&history.events, &history.rules));
        prop_assert_eq!(&books.states, &oracle::states(&history.events, &history.rules));
        let lines = oracle_statement::lines(&history.events, &history.rules, SEGMENTS, &history.segment_of);
        prop_assert_eq!(books.lines, lines);
    }

    #[test]
    fn a_day_has_one_posting_or_a_loss_and_then_a_return(history in history()) {
        let books = keep(&history.events, &history.rules, &history.sizes, 0, &[]).unwrap();
        let Postings { customer, day, movement, seq, .. } = &books.postings;
        for at in 1..books.postings.len() {
            if (customer[at - 1], day[at - 1]) == (customer[at], day[at]) {
                let pair = [movement[at - 1], movement[at]];
                prop_assert_eq!(pair, [Movement::Lost.code(), Movement::WonBack.code()]);
                prop_assert!(seq[at - 1] < seq[at]);
                let before = at.checked_sub(2).map(|at| (customer[at], day[at]));
                prop_assert_ne!(before, Some((customer[at], day[at])));
            }
        }
    }

    #[test]
    fn events_after_the_books_end_change_nothing(history in history()) {
        let all = keep(&history.events, &history.rules, &history.sizes, 0, &[]).unwrap();
        let known: Vec<Event> =
            history.events.iter().copied().filter(|event| event.day <= history.rules.as_of.0).collect();
        let cut = keep(&known, &history.rules, &history.sizes, 0, &[]).unwrap();
        prop_assert_eq!(all.postings, cut.postings);
        prop_assert_eq!(all.states, cut.states);
        prop_assert_eq!(all.uncounted, cut.uncounted);
        prop_assert_eq!(all.lines, cut.lines);
    }
}

fn shop() -> Rules {
    let streams = vec![StreamRule { regime: Regime::Purchases { gap_days: 30 }, margin: None }];
    Rules { streams, currencies: Vec::new(), annual: false, as_of: Day(20_000) }
}

fn bought(customer: u32, day: i32) -> Event {
    Event { customer, day, kind: EventKind::Purchase, stream: 0, value_minor: 5, reference: 0, ..PLAIN }
}

#[test]
fn rows_out_of_order_are_refused_also_across_chunks() {
    let table = [
        ([bought(1, 10), bought(1, 9)], Error::OutOfOrder { customer: 1, day: Day(9) }),
        ([bought(2, 10), bought(1, 11)], Error::OutOfOrder { customer: 1, day: Day(11) }),
    ];
    for (events, expected) in table {
        for size in [1, 2] {
            assert_eq!(keep(&events, &shop(), &[size], 0, &[]).err(), Some(expected.clone()));
        }
    }
}

#[test]
fn columns_of_unequal_length_and_unknown_kinds_are_refused() {
    let columns = Columns::of(&[bought(1, 10), bought(1, 11)]);
    let (mut postings, mut states) = (Postings::default(), States::default());
    let mut rows = columns.rows();
    rows.stream = &rows.stream[..1];
    let error = Pass::new(&shop()).push(rows, &mut postings, &mut states);
    assert_eq!(error, Err(Error::Unequal { column: "stream", expected: 2, found: 1 }));
    rows = columns.rows();
    rows.kind = &[1, 77];
    let error = Pass::new(&shop()).push(rows, &mut postings, &mut states);
    assert_eq!(error, Err(Error::UnknownCode { customer: 1, what: "kind", code: 77 }));
}

#[test]
fn money_of_a_stream_without_a_rule_is_not_lost_in_silence() {
    let mut stray = bought(1, 10);
    stray.stream = 9;
    let subscription = Event { kind: EventKind::Subscription, ..bought(1, 11) };
    let books = keep(&[stray, subscription, bought(1, 12)], &shop(), &[9], 0, &[]).unwrap();
    assert_eq!(books.uncounted, 2);
    assert_eq!((books.postings.day.as_slice(), books.postings.seq.as_slice()), (&[12, 43][..], &[2, 2][..]));
    assert_eq!((books.states.purchases[0], books.states.net_minor[0], books.states.events[0]), (2, 10, 3));
}
