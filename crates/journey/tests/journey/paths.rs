//! Paths against a plain reading of every life; steps gathered without losing anybody.

use crate::histories::{Event, day, fates, history, in_parts, lives, postings, walk};
use journey::{Close, Leg, PathOrder, Paths, Place, Steps, gathered};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What happens in a life that ends or begins a leg, and what lies between.
enum Mark {
    Met(u16),
    Bought(i64),
    Lost,
}

type Counted = BTreeMap<(Leg, Vec<u16>, Close), (u64, BTreeSet<u32>, i64)>;

/// The events and losses of a life in one row, then read from left to right.
fn plain(events: &[Event], postings: &[(u32, i32, i8)]) -> Counted {
    let mut counted = Counted::new();
    for life in lives(events) {
        let customer = life[0].customer;
        let mut marks: Vec<(i32, u8, Mark)> = Vec::new();
        for event in life {
            let buys = event.kind == 1 || (event.kind == 3 && event.value_minor > 0);
            let mark = if buys { Mark::Bought(event.value_minor) } else { Mark::Met(event.touchpoint) };
            marks.push((day(event.at_us), 1, mark));
        }
        let losses = postings.iter().filter(|posting| posting.0 == customer && posting.2 < 0);
        marks.extend(losses.map(|posting| (posting.1, 0, Mark::Lost)));
        marks.sort_by_key(|(day, order, _)| (*day, *order));
        let (mut leg, mut way) = (Leg::First, Vec::new());
        let mut end = |leg: Leg, way: &mut Vec<u16>, close: Close, value_minor: i64| {
            let cell = counted.entry((leg, std::mem::take(way), close)).or_default();
            cell.0 += 1;
            cell.1.insert(customer);
            cell.2 += value_minor;
        };
        for (_, _, mark) in marks {
            match mark {
                Mark::Met(touchpoint) => way.push(touchpoint),
                Mark::Bought(value_minor) => {
                    end(leg, &mut way, Close::Bought, value_minor);
                    leg = Leg::Again;
                }
                Mark::Lost => {
                    end(leg, &mut way, Close::Left, 0);
                    leg = Leg::Back;
                }
            }
        }
        if leg != Leg::Back || !way.is_empty() {
            end(leg, &mut way, Close::Open, 0);
        }
    }
    counted
}

fn told(paths: &Paths) -> Counted {
    let mut told = Counted::new();
    for leg in [Leg::First, Leg::Again, Leg::Back] {
        for close in [Close::Bought, Close::Left, Close::Open] {
            for path in paths.top(leg, close, PathOrder::Frequent, usize::MAX) {
                let ended = path.ended(close);
                let customers = (0..ended.customers as u32).collect();
                told.insert(
                    (leg, path.sequence.to_vec(), close),
                    (ended.walks, customers, ended.value_minor),
                );
            }
        }
    }
    told
}

proptest! {
    #[test]
    fn paths_are_those_of_a_plain_reading(events in history(100), postings in postings(), parts in 1_u32..4) {
        let fates = fates(&postings);
        let paths = in_parts(|| Paths::new(Arc::clone(&fates)), &events, parts);
        let mut plain = plain(&events, &postings);
        for (_, customers, _) in plain.values_mut() {
            *customers = (0..customers.len() as u32).collect();
        }
        prop_assert_eq!(told(&paths), plain);
        let whole = walk(Paths::new(fates), &events, 7);
        let all = |paths: &Paths, order| -> Vec<_> {
            let top = paths.top(Leg::Again, Close::Bought, order, usize::MAX);
            top.iter().map(|path| (path.sequence.to_vec(), path.bought, path.left, path.open)).collect()
        };
        prop_assert_eq!(all(&whole, PathOrder::Valuable), all(&paths, PathOrder::Valuable));
        let values: Vec<i64> = all(&whole, PathOrder::Valuable).iter().map(|path| path.1.value_minor).collect();
        prop_assert!(values.is_sorted_by(|a, b| a >= b));
        let walks: u64 = all(&whole, PathOrder::Frequent).iter().map(|path| path.1.walks).sum();
        prop_assert_eq!(walks, whole.ends(Leg::Again)[Close::Bought as usize]);
    }

    #[test]
    fn flows_gathered_under_other_hold_everybody(events in history(100), postings in postings(), parts in 1_u32..4) {
        let begin = || Steps::new(fates(&postings), &[2], 4).unwrap();
        let steps = in_parts(begin, &events, parts);
        prop_assert_eq!(steps.flows(2), walk(begin(), &events, 3).flows(2));
        let sums = |flows: Vec<journey::Flow>| {
            let mut sums: BTreeMap<i8, u64> = BTreeMap::new();
            for flow in flows {
                *sums.entry(flow.step).or_default() += flow.customers;
            }
            sums
        };
        let gathered = gathered(&steps.flows(2), 2);
        for step in -4..=4 {
            let mut apart: BTreeSet<Place> = BTreeSet::new();
            apart.extend(gathered.iter().filter(|flow| flow.step == step).map(|flow| flow.from));
            let touchpoints = apart.iter().filter(|place| matches!(place, Place::Touchpoint(_)));
            prop_assert!(touchpoints.count() <= 2);
        }
        prop_assert_eq!(sums(gathered), sums(steps.flows(2)));
    }
}

#[test]
fn the_conversion_of_a_path_compares_those_who_walked_exactly_it() {
    let event = |customer, at_us, touchpoint, kind| Event {
        customer,
        at_us,
        touchpoint,
        kind,
        outcome: 0,
        value_minor: 10,
        reference: 0,
    };
    let events = [
        event(0, 0, 1, 0),
        event(0, 5, 4, 1),
        event(1, 0, 1, 0),
        event(2, 0, 1, 0),
        event(2, 1, 2, 0),
        event(2, 2, 4, 1),
        event(3, 0, 1, 0),
    ];
    let paths = walk(Paths::new(fates(&[])), &events, 2);
    let top = paths.top(Leg::First, Close::Bought, PathOrder::Frequent, 9);
    assert_eq!(top.iter().map(|path| path.sequence).collect::<Vec<_>>(), [&[1][..], &[1, 2]]);
    assert!((top[0].share(Close::Bought) - 1.0 / 3.0).abs() < 1e-12);
    assert!((top[1].share(Close::Bought) - 1.0).abs() < 1e-12);
    assert_eq!(
        (top[0].bought.duration_us, top[0].bought.exemplar, top[0].open.exemplar),
        (5, Some(0), Some(1))
    );
    assert_eq!(top[0].key, Paths::key(Leg::First, &[1]));
    assert_ne!(top[0].key, Paths::key(Leg::Again, &[1]));
}
