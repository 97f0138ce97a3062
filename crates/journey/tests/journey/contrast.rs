//! Who stayed against who left: quarters against plain sets, and their lists.

use crate::histories::{Event, day, fates, history, in_parts, lives, postings, touchpoints, walk};
use journey::{Behind, Contrast, Exposure, Landmark, List, OneQuarter};
use model::Outcome;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What a life met in the days of the landmark.
fn met(life: &[Event], landmark: Landmark) -> BTreeSet<Exposure> {
    let from = landmark.day - i32::from(landmark.look_back_days);
    let within: Vec<&Event> =
        life.iter().filter(|event| (from + 1..=landmark.day).contains(&day(event.at_us))).collect();
    let mut met = BTreeSet::new();
    for event in &within {
        met.insert(Exposure::Touchpoint(event.touchpoint));
        if Outcome::from_code(event.outcome).unwrap().is_failure() {
            met.insert(Exposure::Failure(event.touchpoint));
        }
    }
    for pair in within.windows(2) {
        let owner = |event: &Event| touchpoints().owner(event.touchpoint);
        if owner(pair[0]) != owner(pair[1]) {
            met.insert(Exposure::HandOff(owner(pair[0]), owner(pair[1])));
        }
    }
    met
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn quarters_are_plain_counts_and_open_to_their_customers(
        events in history(120), postings in postings(), parts in 1_u32..4,
        day in 0_i32..1_000, look_back_days in 1_u16..900, horizon_days in 1_u16..400,
    ) {
        let landmark = Landmark { day, look_back_days, horizon_days };
        let fates = fates(&postings);
        let begin = || Contrast::new(touchpoints(), Arc::clone(&fates), landmark);
        let contrast = in_parts(begin, &events, parts);
        let compared = contrast.compared();
        prop_assert_eq!(&compared, &walk(begin(), &events, 4).compared());
        let mut told: BTreeSet<Exposure> = BTreeSet::new();
        for one in compared {
            told.insert(one.exposure);
            prop_assert_eq!(one.odds.is_some(), one.fdr.is_some());
            prop_assert!(one.fdr.is_none_or(|fdr| one.odds.unwrap().p <= fdr && fdr <= 1.0));
            let quarters = one.quarters;
            for (is_met, left, count) in [
                (true, true, quarters.met_left),
                (true, false, quarters.met_stayed),
                (false, true, quarters.unmet_left),
                (false, false, quarters.unmet_stayed),
            ] {
                let customers = lives(&events).into_iter().filter(|life| {
                    let of_hers = postings.iter().filter(|posting| posting.0 == life[0].customer);
                    let upto: i32 = of_hers.clone().filter(|p| p.1 <= day).map(|p| i32::from(p.2)).sum();
                    let is_lost = of_hers.clone().any(|p| {
                        p.2 < 0 && p.1 > day && p.1 <= day + i32::from(horizon_days)
                    });
                    upto == 1 && is_lost == left && met(life, landmark).contains(&one.exposure) == is_met
                });
                let customers: Vec<u32> = customers.map(|life| life[0].customer).collect();
                prop_assert_eq!(customers.len() as u64, count);
                let quarter = OneQuarter { landmark, exposure: one.exposure, met: is_met, left };
                let behind = Behind::Quarter(touchpoints(), Arc::clone(&fates), quarter);
                prop_assert_eq!(walk(List::new(behind), &events, 6).into_customers(), customers);
            }
        }
        let compared = lives(&events).into_iter().filter(|life| fates.is_active(life[0].customer, day));
        let all: BTreeSet<Exposure> = compared.flat_map(|life| met(life, landmark)).collect();
        prop_assert_eq!(told, all);
    }
}
