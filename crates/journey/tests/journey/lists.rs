//! Every number opens to as many customers as it says.

use crate::histories::{Event, TOUCHPOINTS, fates, history, postings, touchpoints, walk};
use journey::{
    Behind, Chains, Close, Funnel, Leg, List, Map, OneFlow, PathOrder, Paths, Place, Steps, Variants, matrix,
};
use proptest::prelude::*;
use std::sync::Arc;

/// The customers behind a number; each stands once, in order.
fn behind(events: &[Event], number: Behind) -> Vec<u32> {
    let customers = walk(List::new(number), events, 5).into_customers();
    assert!(customers.is_sorted_by(|a, b| a < b));
    customers
}

fn length(events: &[Event], number: Behind) -> u64 {
    behind(events, number).len() as u64
}

/// Who failed at the last time at `to`, and at the last time at `from` before it: by looking for both from the end.
fn quarters(events: &[Event], from: u16, to: u16) -> [u64; 4] {
    let mut cells = [0; 4];
    let customers: std::collections::BTreeSet<u32> = events.iter().map(|event| event.customer).collect();
    let failed =
        |event: &Event| model::Outcome::from_code(event.outcome).is_some_and(model::Outcome::is_failure);
    for customer in customers {
        let life: Vec<&Event> = events.iter().filter(|event| event.customer == customer).collect();
        let Some(last) = life.iter().rposition(|event| event.touchpoint == to) else { continue };
        let Some(first) = life[..last].iter().rposition(|event| event.touchpoint == from) else { continue };
        cells[usize::from(failed(life[first])) * 2 + usize::from(failed(life[last]))] += 1;
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_goes_wrong_after_what_is_what_looking_back_finds_and_opens_to_its_customers(events in history(100)) {
        for chain in walk(Chains::new(usize::from(TOUCHPOINTS)), &events, 9).chains(1) {
            let told = [chain.neither, chain.second, chain.first, chain.both];
            prop_assert_eq!(told, quarters(&events, chain.from, chain.to));
            prop_assert_eq!(chain.both, length(&events, Behind::Chain(chain.from, chain.to)));
        }
    }

    #[test]
    fn every_number_of_the_map_is_the_length_of_its_list(events in history(100)) {
        let (map, variants) = walk((Map::new(touchpoints()), Variants::default()), &events, 9);
        prop_assert_eq!(map.customers(), length(&events, Behind::Everybody));
        for (code, node) in (0..TOUCHPOINTS).zip(map.nodes()) {
            prop_assert_eq!(node.customers, length(&events, Behind::Touchpoint(code)));
            prop_assert_eq!(node.starts, length(&events, Behind::Start(code)));
            prop_assert_eq!(node.ends, length(&events, Behind::End(code)));
            prop_assert_eq!(node.repeaters, length(&events, Behind::Repeated(code)));
        }
        for ((from, to), edge) in map.edges() {
            prop_assert_eq!(edge.customers, length(&events, Behind::Edge(from, to)));
        }
        for ((from, to), cell) in map.hand_offs() {
            prop_assert_eq!(cell.customers, length(&events, Behind::HandOff(touchpoints(), from, to)));
        }
        for variant in variants.top(usize::MAX) {
            let list = behind(&events, Behind::Variant(variant.key));
            prop_assert_eq!((variant.customers, variant.exemplar), (list.len() as u64, list[0]));
        }
    }

    #[test]
    fn every_step_of_the_funnel_is_the_length_of_its_list(events in history(100), window_us in prop::option::of(1_u64..1 << 44)) {
        let begin = || Funnel::new(touchpoints(), &[0, 1, 2, 3], window_us).unwrap();
        let funnel = walk(begin(), &events, 9);
        let reached: Vec<u64> = funnel.steps().iter().map(|step| step.customers).collect();
        for (step, customers) in reached.iter().enumerate() {
            prop_assert_eq!(*customers, length(&events, Behind::Reached(begin(), step)));
            let further = reached.get(step + 1).copied().unwrap_or_default();
            prop_assert_eq!(customers - further, length(&events, Behind::Stopped(begin(), step)));
        }
    }

    #[test]
    fn every_path_and_every_flow_is_the_length_of_its_list(events in history(100), postings in postings()) {
        let fates = fates(&postings);
        let steps = || Steps::new(Arc::clone(&fates), &[0, 3], 3).unwrap();
        let (paths, steps) = walk((Paths::new(Arc::clone(&fates)), steps()), &events, 9);
        for leg in [Leg::First, Leg::Again, Leg::Back] {
            for close in [Close::Bought, Close::Left, Close::Open] {
                for path in paths.top(leg, close, PathOrder::Frequent, usize::MAX) {
                    let list = behind(&events, Behind::Path(Arc::clone(&fates), path.key, close));
                    let ended = path.ended(close);
                    prop_assert_eq!(ended.customers, list.len() as u64);
                    prop_assert_eq!(ended.exemplar, list.first().copied());
                }
            }
        }
        for anchor in [0, 3] {
            for flow in steps.flows(anchor) {
                let one = OneFlow { anchor, step: flow.step, from: flow.from, to: flow.to };
                prop_assert_eq!(flow.customers, length(&events, Behind::Flow(Arc::clone(&fates), one)));
            }
            let reach = length(&events, Behind::Touchpoint(anchor));
            let matrix = matrix(&steps.flows(anchor));
            prop_assert_eq!(matrix.get(&0).map_or(0, |cells| cells[&Place::Touchpoint(anchor)]), reach);
            for neighbours in [-1, 1] {
                let there: u64 = matrix.get(&neighbours).map_or(0, |cells| cells.values().sum());
                prop_assert_eq!(there, reach, "everybody is somewhere before and after");
            }
        }
    }
}
