//! Who stayed against who left: quarters over stacked landmarks against plain sets, and their lists.

use crate::histories::{Event, day, fates, history, in_parts, lives, postings, touchpoints, walk};
use journey::{Behind, Contrast, Exposure, Landmark, List, Odds, OneQuarter, Quarters};
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

/// A customer compared at a landmark, with what she met and whether she left.
type Met = (u32, BTreeSet<Exposure>, bool);

fn day_of(event: &Event) -> i32 {
    day(event.at_us)
}

/// Those compared at a landmark, with what they met and whether they left.
fn compared<'a>(events: &'a [Event], postings: &[(u32, i32, i8)], landmark: Landmark) -> Vec<Met> {
    let of = |life: &&'a [Event]| {
        let of_hers = postings.iter().filter(|posting| posting.0 == life[0].customer);
        let upto: i32 = of_hers.clone().filter(|p| p.1 <= landmark.day).map(|p| i32::from(p.2)).sum();
        let until = landmark.day + i32::from(landmark.horizon_days);
        let is_lost = of_hers.clone().any(|p| p.2 < 0 && p.1 > landmark.day && p.1 <= until);
        (upto == 1).then(|| (life[0].customer, met(life, landmark), is_lost))
    };
    lives(events).iter().filter_map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn quarters_are_plain_counts_over_all_landmarks_and_open_to_their_customers(
        events in history(120), postings in postings(), parts in 1_u32..4,
        day in 0_i32..1_000, look_back_days in 1_u16..900, horizon_days in 1_u16..400, count in 1_u16..5,
    ) {
        let landmarks = Landmark { day, look_back_days, horizon_days }.stacked(count);
        let fates = fates(&postings);
        let begin = || Contrast::new(touchpoints(), Arc::clone(&fates), landmarks.clone());
        let contrast = in_parts(begin, &events, parts);
        let told = contrast.compared();
        prop_assert_eq!(&told, &walk(begin(), &events, 4).compared());
        let strata: Vec<_> = landmarks.iter().map(|landmark| compared(&events, &postings, *landmark)).collect();
        let sides = |left| strata.iter().flatten().filter(|one| one.2 == left).count() as u64;
        prop_assert_eq!(contrast.customers(), (sides(true), sides(false)));
        let all: BTreeSet<Exposure> = strata.iter().flatten().flat_map(|one| one.1.clone()).collect();
        prop_assert_eq!(told.iter().map(|one| one.exposure).collect::<BTreeSet<_>>(), all);
        for one in told {
            let is_among = |met: &BTreeSet<Exposure>| match one.exposure {
                Exposure::Failure(at) => met.contains(&Exposure::Touchpoint(at)),
                _ => true,
            };
            let quarter = |stratum: &[Met], is_met: bool, is_left: bool| -> Vec<u32> {
                let fits = |(_, met, left): &&Met| {
                    is_among(met) && met.contains(&one.exposure) == is_met && *left == is_left
                };
                stratum.iter().filter(fits).map(|one| one.0).collect()
            };
            let of = |stratum: &[Met]| Quarters {
                met_left: quarter(stratum, true, true).len() as u64,
                met_stayed: quarter(stratum, true, false).len() as u64,
                unmet_left: quarter(stratum, false, true).len() as u64,
                unmet_stayed: quarter(stratum, false, false).len() as u64,
            };
            let times = |landmark: Landmark, customer: u32, at: u16| {
                let from = landmark.day - i32::from(landmark.look_back_days);
                let days = from + 1..=landmark.day;
                let there = |event: &&Event| {
                    (event.customer, event.touchpoint) == (customer, at) && days.contains(&day_of(event))
                };
                events.iter().filter(there).count()
            };
            let plain: Vec<Quarters> = match one.exposure {
                Exposure::Failure(at) => {
                    let each = landmarks.iter().zip(&strata).flat_map(|(landmark, stratum)| {
                        (1..=120).map(move |often| (landmark, stratum, often))
                    });
                    each.map(|(landmark, stratum, often)| {
                        let alike = stratum.iter().filter(|met| times(*landmark, met.0, at) == often);
                        of(&alike.cloned().collect::<Vec<_>>())
                    }).collect()
                }
                _ => strata.iter().map(|stratum| of(stratum)).collect(),
            };
            prop_assert_eq!(one.odds, Odds::of(&plain));
            let comparable = plain.iter().filter(|q| q.unmet_left + q.unmet_stayed > 0);
            let met = |q: &Quarters| q.met_left + q.met_stayed;
            let all: u64 = comparable.clone().map(met).sum();
            let expected: f64 = comparable
                .map(|q| met(q) as f64 * q.unmet_left as f64 / (q.unmet_left + q.unmet_stayed) as f64)
                .sum();
            prop_assert_eq!(one.others_share, (all > 0).then(|| expected / all as f64));
            prop_assert_eq!(one.odds.is_some(), one.fdr.is_some());
            prop_assert!(one.fdr.is_none_or(|fdr| one.odds.unwrap().p <= fdr && fdr <= 1.0));
            for (is_met, is_left, count, customers) in [
                (true, true, one.quarters.met_left, Some(one.left_customers)),
                (true, false, one.quarters.met_stayed, Some(one.stayed_customers)),
                (false, true, one.quarters.unmet_left, None),
                (false, false, one.quarters.unmet_stayed, None),
            ] {
                let there: Vec<Vec<u32>> = strata.iter().map(|stratum| quarter(stratum, is_met, is_left)).collect();
                prop_assert_eq!(there.iter().map(Vec::len).sum::<usize>() as u64, count);
                let distinct: Vec<u32> = there.concat().into_iter().collect::<BTreeSet<_>>().into_iter().collect();
                prop_assert!(customers.is_none_or(|told| told == distinct.len() as u64));
                let landmarks = landmarks.clone();
                let quarter = OneQuarter { landmarks, exposure: one.exposure, met: is_met, left: is_left };
                let behind = Behind::Quarter(touchpoints(), Arc::clone(&fates), quarter);
                prop_assert_eq!(walk(List::new(behind), &events, 6).into_customers(), distinct);
            }
        }
    }
}
