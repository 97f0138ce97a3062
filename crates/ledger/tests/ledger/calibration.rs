//! Gap calibration against counting the losses of each gap one by one.

use crate::books::{Columns, Event, PLAIN};
use crate::histories::history;
use ledger::{Calibration, Error, GapShare, MAX_GAP_DAYS, Rules};
use model::{Day, EventKind};
use proptest::prelude::*;
use std::collections::BTreeMap;

fn slowly(events: &[Event], as_of: i32, gap_days: u32, follow_up_days: i32) -> GapShare {
    let mut by_customer: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
    let purchases =
        events.iter().filter(|e| e.kind == EventKind::Purchase && e.stream == 0 && e.day <= as_of);
    for event in purchases {
        by_customer.entry(event.customer).or_default().push(event.day);
    }
    let mut counts = GapShare { gap_days, lost: 0, back: 0, back_ever: 0 };
    for days in by_customer.values() {
        for day in days.first().copied().unwrap_or(0)..=as_of - follow_up_days {
            let last = days.iter().rfind(|bought| **bought < day);
            if last.is_some_and(|last| last + gap_days as i32 + 1 == day) {
                counts.lost += 1;
                counts.back_ever += i64::from(days.iter().any(|bought| *bought >= day));
                counts.back += i64::from(days.iter().any(|b| *b >= day && *b <= day + follow_up_days));
            }
        }
    }
    counts
}

fn calibrated(events: &[Event], rules: &Rules, follow_up_days: u32) -> ledger::GapCounts {
    let mut calibration = Calibration::new(rules, 0, follow_up_days);
    for event in events {
        calibration.push(Columns::of(&[*event]).rows()).unwrap();
    }
    calibration.finish()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_pass_counts_what_a_walk_for_each_gap_counts(history in history(), follow_up in 0u32..300) {
        let shares = calibrated(&history.events, &history.rules, follow_up).shares();
        prop_assert_eq!(shares.len(), MAX_GAP_DAYS as usize);
        for share in shares.iter().filter(|share| share.gap_days % 29 == 1 || share.gap_days > 725) {
            let slow = slowly(&history.events, history.rules.as_of.0, share.gap_days, follow_up as i32);
            prop_assert_eq!(*share, slow);
        }
    }

    #[test]
    fn counts_of_parts_add_up_to_the_whole(history in history(), border in 0u32..12) {
        let (left, right): (Vec<Event>, Vec<Event>) = history.events.iter().partition(|e| e.customer < border);
        let mut sum = calibrated(&left, &history.rules, 90);
        sum.merge(&calibrated(&right, &history.rules, 90)).unwrap();
        prop_assert_eq!(sum, calibrated(&history.events, &history.rules, 90));
    }
}

#[test]
fn a_purchase_on_the_very_day_of_the_loss_is_a_return() {
    let bought = |day| Event {
        customer: 1,
        day,
        kind: EventKind::Purchase,
        stream: 0,
        value_minor: 1,
        reference: 0,
        ..PLAIN
    };
    let rules = Rules { streams: Vec::new(), currencies: Vec::new(), annual: false, as_of: Day(1000) };
    let shares = calibrated(&[bought(0), bought(31), bought(131)], &rules, 69).shares();
    let told: Vec<_> =
        [29, 30, 31, 98, 99, 100].iter().map(|gap| shares[gap - 1]).map(|s| (s.lost, s.back)).collect();
    assert_eq!(told, [(3, 1), (3, 2), (2, 1), (2, 1), (2, 1), (1, 0)]);
}

#[test]
fn no_gap_is_chosen_where_no_loss_can_be_judged() {
    let rules = Rules { streams: Vec::new(), currencies: Vec::new(), annual: false, as_of: Day(100) };
    let bought = Event {
        customer: 1,
        day: 0,
        kind: EventKind::Purchase,
        stream: 0,
        value_minor: 1,
        reference: 0,
        ..PLAIN
    };
    let counts = calibrated(&[bought], &rules, 180);
    assert_eq!(counts.smallest_gap(1.0), None);
    assert_eq!(counts.shares()[0].share(), None);
    let error = calibrated(&[], &rules, 180).merge(&calibrated(&[], &rules, 90));
    assert_eq!(error, Err(Error::Incompatible { left: 180, right: 90 }));
}
