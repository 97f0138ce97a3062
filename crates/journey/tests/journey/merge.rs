//! Chunks, parts and plain counting all give the same map, variants and funnel.

use crate::histories::{Columns, Event, TOUCHPOINTS, history, in_parts, lives, touchpoints, walk};
use journey::{Between, Error, Funnel, Grouped, Map, Pass, Rows, Step, Variants};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::slice::from_ref;

const DAY_US: u64 = 86_400_000_000;

type Whole = (Map, (Variants, Funnel));

fn begin(window_us: Option<u64>) -> Whole {
    let funnel = Funnel::new(touchpoints(), &[0, 1, 2, 3], window_us).unwrap();
    (Map::new(touchpoints()), (Variants::default(), funnel))
}

/// Everything that can be read of it.
fn told((map, (variants, funnel)): &Whole) -> impl PartialEq + std::fmt::Debug + use<> {
    let edges: Vec<_> = map.edges().into_iter().map(|(pair, edge)| (pair, edge.clone())).collect();
    let variants: Vec<_> = variants
        .top(usize::MAX)
        .iter()
        .map(|v| (v.key, v.sequence.to_vec(), v.customers, v.duration_us, v.exemplar))
        .collect();
    (
        (map.customers(), map.events(), map.durations().clone(), map.nodes().to_vec(), map.crossings()),
        (edges, map.hand_offs(), variants),
        (funnel.customers(), funnel.steps().to_vec()),
    )
}

proptest! {
    #[test]
    fn any_chunks_and_any_parts_give_the_one_pass(
        events in history(120), chunk in 1_usize..40, parts in 1_u32..5, window in prop::option::of(1_u64..400),
    ) {
        let window = window.map(|days| days * DAY_US);
        let one = told(&walk(begin(window), &events, usize::MAX));
        prop_assert_eq!(&one, &told(&walk(begin(window), &events, chunk)));
        prop_assert_eq!(&one, &told(&in_parts(|| begin(window), &events, parts)));
    }

    #[test]
    fn the_map_is_what_plain_counting_gives(events in history(120)) {
        let (map, (variants, _)) = walk(begin(None), &events, 7);
        let mut edges: BTreeMap<(u16, u16), (BTreeSet<u32>, Vec<u64>)> = BTreeMap::new();
        let mut between: BTreeMap<(u16, u16), BTreeSet<u32>> = BTreeMap::new();
        let mut ways: BTreeMap<Vec<u16>, Vec<u32>> = BTreeMap::new();
        for life in lives(&events) {
            for pair in life.windows(2) {
                let way = (pair[0].touchpoint, pair[1].touchpoint);
                let edge = edges.entry(way).or_default();
                edge.0.insert(pair[0].customer);
                edge.1.push((pair[1].at_us - pair[0].at_us) as u64);
                let owners = (touchpoints().owner(way.0), touchpoints().owner(way.1));
                between.entry(owners).or_default().insert(pair[0].customer);
            }
            ways.entry(life.iter().map(|event| event.touchpoint).collect()).or_default().push(life[0].customer);
        }
        prop_assert_eq!(map.edges().len(), edges.len());
        for (way, (customers, waits)) in &edges {
            let edge = map.edge(way.0, way.1).unwrap();
            prop_assert_eq!(edge.customers, customers.len() as u64);
            prop_assert_eq!(edge.wait.sum_us(), waits.iter().map(|us| u128::from(*us)).sum::<u128>());
            prop_assert_eq!(edge.wait.count(), waits.len() as u64);
        }
        let handed: BTreeMap<_, u64> =
            map.hand_offs().into_iter().map(|(pair, cell)| (pair, cell.customers)).collect();
        let counted: BTreeMap<_, u64> = between.into_iter().map(|(pair, set)| (pair, set.len() as u64)).collect();
        prop_assert_eq!(handed, counted);
        for touchpoint in 0..TOUCHPOINTS {
            let node = &map.nodes()[usize::from(touchpoint)];
            let times = |life: &&[Event]| life.iter().filter(|event| event.touchpoint == touchpoint).count();
            let times: Vec<usize> = lives(&events).iter().map(times).collect();
            prop_assert_eq!(node.events, times.iter().sum::<usize>() as u64);
            prop_assert_eq!(node.customers, times.iter().filter(|times| **times > 0).count() as u64);
            prop_assert_eq!(node.repeaters, times.iter().filter(|times| **times > 1).count() as u64);
        }
        prop_assert_eq!(variants.len(), ways.len());
        for variant in variants.top(usize::MAX) {
            let customers = &ways[variant.sequence];
            prop_assert_eq!(variant.customers, customers.len() as u64);
            prop_assert_eq!(Some(&variant.exemplar), customers.iter().min());
        }
    }

    #[test]
    fn the_funnel_finds_the_longest_chain_in_its_window(
        events in history(60), days in prop::option::of(1_i64..700),
    ) {
        let window_us = days.map(|days| days as u64 * DAY_US);
        let (_, (_, funnel)) = walk(begin(window_us), &events, 5);
        let mut counted = [0_u64; 4];
        for life in lives(&events) {
            let furthest = (0..life.len()).map(|first| chain(&life[first..], window_us)).max().unwrap_or(0);
            counted[..furthest].iter_mut().for_each(|count| *count += 1);
        }
        prop_assert_eq!(funnel.steps().iter().map(|step| step.customers).collect::<Vec<_>>(), counted);
        let waits = |step: &Step| step.wait.count();
        prop_assert!(funnel.steps()[1..].iter().all(|step| waits(step) == step.customers));
    }

    #[test]
    fn groups_and_spans_of_time_walk_what_is_theirs(
        events in history(80), from in 0_i64..700, days in 0_i64..500,
    ) {
        let span = from * DAY_US as i64..(from + days) * DAY_US as i64;
        let group_of: Vec<u16> = (0..12).map(|customer| customer % 3).collect();
        let map = || Map::new(touchpoints());
        let grouped = Grouped::new(&group_of, vec![Between::new(span.clone(), map()); 2]);
        let groups = walk(grouped, &events, 4).into_inner();
        prop_assert_eq!(groups.len(), 2);
        for (group, told) in (0_u32..).zip(groups) {
            let within = |event: &&Event| event.customer % 3 == group && span.contains(&event.at_us);
            let own: Vec<Event> = events.iter().filter(within).cloned().collect();
            let plain = walk(map(), &own, 100);
            let told = told.into_inner();
            prop_assert_eq!(plain.nodes(), told.nodes());
        }
    }
}

/// How many stages in their order are found from the first event on, each as early as can be.
fn chain(life: &[Event], window_us: Option<u64>) -> usize {
    let mut wanted = 0;
    for event in life {
        let soon = window_us.is_none_or(|window| (event.at_us - life[0].at_us) as u64 <= window);
        if soon && touchpoints().stage(event.touchpoint) == wanted {
            wanted += 1;
        } else if wanted == 0 {
            return 0;
        }
    }
    usize::from(wanted)
}

#[test]
fn what_cannot_be_right_is_refused_with_its_reason() {
    let event = |customer, at_us, touchpoint| Event {
        customer,
        at_us,
        touchpoint,
        kind: 0,
        outcome: 0,
        value_minor: 0,
        reference: 0,
    };
    let pushed = |chunks: &[&[Event]]| {
        let mut pass = Pass::new(Map::new(touchpoints()), usize::from(TOUCHPOINTS));
        chunks.iter().try_for_each(|events| pass.push(Columns::of(*events).rows()))
    };
    let later = event(1, 10, 0);
    assert_eq!(pushed(&[&[later.clone(), event(1, 9, 0)]]), Err(Error::OutOfOrder { customer: 1, at_us: 9 }));
    assert_eq!(
        pushed(&[from_ref(&later), &[event(1, 9, 0)]]),
        Err(Error::OutOfOrder { customer: 1, at_us: 9 })
    );
    assert_eq!(
        pushed(&[from_ref(&later), &[event(0, 9, 0)]]),
        Err(Error::OutOfOrder { customer: 0, at_us: 9 })
    );
    assert_eq!(pushed(&[from_ref(&later), &[event(1, 10, 0), event(2, 0, 5)]]), Ok(()));
    let unknown = Error::UnknownTouchpoint { customer: 2, touchpoint: 6, known: 6 };
    assert_eq!(pushed(&[&[later, event(2, 9, 6)]]), Err(unknown));
    let mut pass = Pass::new(Map::new(touchpoints()), usize::from(TOUCHPOINTS));
    let rows = Rows { customer: &[1], at_us: &[1, 2], touchpoint: &[0], ..Rows::default() };
    assert_eq!(pass.push(rows), Err(Error::Unequal { column: "at", expected: 1, found: 2 }));
    assert!(Funnel::new(touchpoints(), &[1, 2, 1], None).unwrap_err().to_string().contains("stage 1"));
    let mut funnel = Funnel::new(touchpoints(), &[1, 2], None).unwrap();
    let other = Funnel::new(touchpoints(), &[1, 2], Some(5)).unwrap();
    assert_eq!(journey::Walk::merge(&mut funnel, other), Err(Error::Unlike { what: "the funnel" }));
}
