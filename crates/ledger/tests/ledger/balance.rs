//! The books balance, and the check notices when they do not.

use crate::books::{CONTRACTUAL, Event, PLAIN, keep, keep_split};
use crate::histories::{SEGMENTS, history};
use crate::oracle_statement;
use ledger::{
    Closing, Error, FIGURES, Line, Regime, Rules, Splits, StatementBuilder, States, StreamRule,
    check_balance, moved,
};
use model::{Day, EventKind, Granularity, Movement};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_balances_in_every_period_and_segment(history in history()) {
        let books = keep(&history.events, &history.rules, &history.sizes, SEGMENTS, &history.segment_of).unwrap();
        let checks = check_balance(&books.lines, &books.closing).unwrap();
        let series = 3 * (1 + u64::from(SEGMENTS));
        prop_assert_eq!(checks.lines, books.lines.len() as u64);
        prop_assert_eq!((checks.openings, checks.closings), (checks.lines, series));
        prop_assert_eq!(checks.sums, checks.lines / (1 + u64::from(SEGMENTS)));
        for lines in books.lines.chunk_by(|a, b| a.segment == b.segment && a.period.granularity == b.period.granularity) {
            prop_assert_eq!(lines[0].figures.opening_count, 0);
            prop_assert!(lines.windows(2).all(|pair| pair[0].period.next() == pair[1].period));
        }
    }
}

/// Splits of 32 customers: segments of nobody are as good as any.
fn splits() -> impl Strategy<Value = Vec<(u16, Vec<u16>)>> {
    let split = (1..6u16).prop_flat_map(|segments| (Just(segments), prop::collection::vec(0..segments, 32)));
    prop::collection::vec(split, 0..4)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_many_ways_customers_are_split_each_adds_up_to_the_whole(history in history(), told in splits()) {
        let mut splits = Splits::default();
        for (segments, segment_of) in &told {
            splits.add(*segments, segment_of.clone()).unwrap();
        }
        let books = keep_split(&history.events, &history.rules, &history.sizes, &splits).unwrap();
        let checks = check_balance(&books.lines, &books.closing).unwrap();
        let whole = books.lines.iter().filter(|line| line.segment.is_none()).count();
        prop_assert_eq!(checks.sums as usize, whole * told.len());
        prop_assert_eq!(books.lines.len(), whole * (1 + usize::from(splits.segments())));
        // Each split is told as if it were the only one.
        for (codes, (segments, segment_of)) in splits.codes().zip(&told) {
            let alone = oracle_statement::lines(&history.events, &history.rules, *segments, segment_of);
            let own = |line: &&Line| line.segment.is_none_or(|code| codes.contains(&code));
            let own: Vec<Line> = books.lines.iter().filter(own)
                .map(|line| Line { segment: line.segment.map(|code| code - codes.start), ..*line }).collect();
            prop_assert_eq!(own, alone);
        }
        // A figure moved from one segment of a split to the next leaves the whole and is noticed all the same.
        for codes in splits.codes().filter(|codes| codes.len() > 1) {
            let at = |code| books.lines.iter().position(|line| line.segment == Some(code));
            let Some((one, other)) = at(codes.start).zip(at(codes.start + 1)) else { continue };
            let mut moved = books.lines.clone();
            moved[one].figures.gained_count += 1;
            moved[one].figures.closing_count += 1;
            moved[other].figures.gained_count -= 1;
            moved[other].figures.closing_count -= 1;
            prop_assert!(check_balance(&moved, &books.closing).is_err());
            let mut without = books.lines.clone();
            without.retain(|line| line.segment != Some(codes.start));
            prop_assert!(check_balance(&without, &books.closing).is_err());
        }
    }
}

/// Two customers in two segments over two years: one shopping, one in the club.
fn two_years() -> (Vec<Line>, Closing, Rules) {
    let purchases = StreamRule { regime: Regime::Purchases { gap_days: 60 }, margin: None };
    let streams = vec![purchases, StreamRule { regime: CONTRACTUAL, margin: None }];
    let rules =
        Rules { streams, currencies: Vec::new(), annual: true, as_of: Day::parse("2025-12-31").unwrap() };
    let event = |customer, day: &str, kind, stream, value_minor| {
        let day = Day::parse(day).unwrap().0;
        Event { customer, day, kind, stream, value_minor, reference: 7, ..PLAIN }
    };
    let events = [
        event(0, "2024-01-10", EventKind::Purchase, 0, 500),
        event(0, "2024-02-10", EventKind::Purchase, 0, 700),
        event(0, "2024-12-24", EventKind::Purchase, 0, 900),
        event(0, "2025-12-24", EventKind::Purchase, 0, 100),
        event(1, "2024-03-01", EventKind::Subscription, 1, 20),
        event(1, "2025-06-01", EventKind::Subscription, 1, 10),
    ];
    let books = keep(&events, &rules, &[3], 2, &[0, 1]).unwrap();
    (books.lines, books.closing, rules)
}

#[test]
fn every_changed_figure_is_noticed() {
    let (lines, closing, _) = two_years();
    assert!(check_balance(&lines, &closing).is_ok());
    let changes: [fn(&mut Line); 17] = [
        |l| l.figures.opening_count += 1,
        |l| l.figures.gained_count += 1,
        |l| l.figures.won_back_count += 1,
        |l| l.figures.lost_count += 1,
        |l| l.figures.adjusted_count += 1,
        |l| l.figures.closing_count += 1,
        |l| l.figures.expanded_count += 1,
        |l| l.figures.contracted_count += 1,
        |l| l.figures.opening_minor -= 1,
        |l| l.figures.gained_minor -= 1,
        |l| l.figures.won_back_minor -= 1,
        |l| l.figures.expanded_minor -= 1,
        |l| l.figures.contracted_minor -= 1,
        |l| l.figures.fx_minor -= 1,
        |l| l.figures.lost_minor -= 1,
        |l| l.figures.adjusted_minor -= 1,
        |l| l.figures.closing_minor -= 1,
    ];
    for (name, change) in FIGURES.into_iter().zip(changes) {
        for at in 0..lines.len() {
            let mut changed = lines.clone();
            change(&mut changed[at]);
            assert!(check_balance(&changed, &closing).is_err(), "{name} of {:?}", lines[at]);
        }
    }
}

#[test]
fn a_missing_or_doubled_period_is_noticed() {
    let (lines, closing, _) = two_years();
    for at in 0..lines.len() {
        let mut missing = lines.clone();
        missing.remove(at);
        assert!(check_balance(&missing, &closing).is_err(), "without {:?}", lines[at]);
        let mut doubled = lines.clone();
        doubled.insert(at, lines[at]);
        assert!(check_balance(&doubled, &closing).is_err(), "twice {:?}", lines[at]);
    }
}

#[test]
fn the_first_imbalance_says_where_and_what() {
    let (mut lines, closing, _) = two_years();
    let at = lines.iter().position(|l| l.period.to_string() == "2024-Q4" && l.segment == Some(0)).unwrap();
    lines[at].figures.won_back_minor = 2101;
    let error = check_balance(&lines, &closing).unwrap_err();
    assert_eq!((error.expected, error.found), (2101, 2100));
    let text = Error::from(error).to_string();
    for part in ["2024-Q4", "segment 0", "closing_minor", "2101", "2100"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn states_that_disagree_with_the_postings_are_noticed() {
    let (lines, _, _) = two_years();
    let state = |active, value_minor| {
        let splits = Splits::one(2, vec![0, 1]);
        let mut closing = Closing::new(&splits);
        let states =
            States { customer: vec![0, 1], active: vec![active, true], value_minor, ..States::default() };
        closing.add(&states, &splits).unwrap();
        closing
    };
    assert!(check_balance(&lines, &state(true, vec![100, 120])).is_ok());
    assert!(check_balance(&lines, &state(true, vec![101, 120])).is_err());
    assert!(check_balance(&lines, &state(true, vec![120, 100])).is_err(), "right in sum, wrong by segment");
    assert!(check_balance(&lines, &state(false, vec![100, 120])).is_err());
    assert!(check_balance(&[], &state(true, vec![100, 120])).is_err());
    assert!(check_balance(&[], &Closing::new(&Splits::one(2, Vec::new()))).is_ok());
}

#[test]
fn lines_run_from_the_first_posting_to_the_end_of_the_books_for_every_segment() {
    let (lines, _, rules) = two_years();
    for (granularity, count) in Granularity::ALL.into_iter().zip([24, 8, 2]) {
        for segment in [None, Some(0), Some(1)] {
            let of: Vec<_> = lines
                .iter()
                .filter(|l| l.period.granularity == granularity && l.segment == segment)
                .collect();
            assert_eq!(of.len(), count);
            assert_eq!(of[count - 1].period.end(), rules.as_of.plus(1));
        }
    }
}

#[test]
fn postings_a_statement_cannot_hold_are_refused() {
    let rules = two_years().2;
    let column = |customer, day, segment_of: &[u16]| {
        let mut postings = ledger::Postings::default();
        postings.customer.push(customer);
        postings.day.push(day);
        postings.movement.push(0);
        postings.count.push(1);
        postings.value_minor.push(1);
        StatementBuilder::new(rules.as_of, &Splits::one(2, segment_of.to_vec())).push(postings.rows())
    };
    assert_eq!(column(1, rules.as_of.0, &[0, 1]), Ok(()));
    assert_eq!(column(1, rules.as_of.0, &[0, 2]), Err(Error::NoSegment { customer: 1, segments: 2 }));
    assert_eq!(column(2, rules.as_of.0, &[0, 1]), Err(Error::NoSegment { customer: 2, segments: 2 }));
    let day = rules.as_of.plus(1);
    let outside = Error::OutsideTheBooks { customer: 1, day, as_of: rules.as_of };
    assert_eq!(column(1, day.0, &[0, 1]), Err(outside));
}

#[test]
fn a_loss_after_the_return_of_its_own_day_is_refused() {
    let mut postings = ledger::Postings::default();
    for (movement, count) in [(Movement::Lost, -1), (Movement::WonBack, 1)] {
        postings.customer.push(4);
        postings.day.push(9);
        postings.movement.push(movement.code());
        postings.count.push(count);
        postings.value_minor.push(5 * i64::from(count));
    }
    let statement =
        |postings: &ledger::Postings| StatementBuilder::new(Day(9), &Splits::default()).push(postings.rows());
    assert_eq!(statement(&postings), Ok(()));
    assert_eq!(moved(postings.rows(), Movement::Lost).map(|rows| rows.len()), Ok(1));
    postings.movement.reverse();
    postings.count.reverse();
    postings.value_minor.reverse();
    let disordered = Error::OutOfOrder { customer: 4, day: Day(9) };
    assert_eq!(statement(&postings), Err(disordered.clone()));
    assert_eq!(moved(postings.rows(), Movement::Lost), Err(disordered));
}
