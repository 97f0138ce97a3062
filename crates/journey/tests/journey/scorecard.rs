//! The scorecard against plain reading of every life, and its lists.

use crate::histories::{Event, TOUCHPOINTS, day, fates, history, in_parts, lives, postings, walk};
use journey::{Behind, Fates, Followed, List, MARKS, Mark, ScoreDays, Scorecard};
use model::{Day, Outcome};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

fn failed(event: &Event) -> bool {
    Outcome::from_code(event.outcome).unwrap().is_failure()
}

/// Whether a mark fits a customer who had these events, read from the definition.
fn fits(events: &[&Event], fates: &Fates, days: ScoreDays, mark: Mark) -> bool {
    let ScoreDays { as_of, follow_up_days, recent_days } = days;
    let follow_up = i32::from(follow_up_days);
    let followed = |event: &&&Event| {
        let on = day(event.at_us);
        on + follow_up <= as_of && fates.is_active(event.customer, on)
    };
    let left = |event: &&&Event| {
        let on = day(event.at_us);
        fates.losses(event.customer).any(|loss| loss > on && loss <= on + follow_up)
    };
    let recent = |event: &&&Event| {
        let on = day(event.at_us);
        on <= as_of && as_of - on < i32::from(recent_days)
    };
    let is_failed = |event: &&&Event| failed(event);
    let mut all = events.iter();
    match mark {
        Mark::Met => !events.is_empty(),
        Mark::Failed => all.any(|event| failed(event)),
        Mark::Followed => all.filter(followed).count() > 0,
        Mark::Left => all.filter(followed).filter(left).count() > 0,
        Mark::FailedFollowed => all.filter(followed).filter(is_failed).count() > 0,
        Mark::FailedLeft => all.filter(followed).filter(is_failed).filter(left).count() > 0,
        Mark::Recent => all.filter(recent).count() > 0,
        Mark::RecentUnharmed => {
            let recent: Vec<_> = all.filter(recent).collect();
            !recent.is_empty() && recent.iter().all(|event| !failed(event))
        }
    }
}

/// Contacts at a touchpoint of which it is known who left after them, read from the definition.
fn contacts_followed(events: &[Event], touchpoint: u16, fates: &Fates, days: ScoreDays) -> Followed {
    let alone = |event: &&Event, mark| fits(&[event], fates, days, mark);
    let there = || events.iter().filter(|event| event.touchpoint == touchpoint);
    let count = |mark| there().filter(|event| alone(event, mark)).count() as u64;
    Followed {
        events: count(Mark::Followed),
        left: count(Mark::Left),
        failures: count(Mark::FailedFollowed),
        failures_left: count(Mark::FailedLeft),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn figures_are_those_of_a_plain_reading_and_open_to_their_customers(
        events in history(120), postings in postings(), parts in 1_u32..4,
        as_of in 500_i32..1_100, follow_up_days in 1_u16..400, recent_days in 1_u16..400,
    ) {
        let days = ScoreDays { as_of, follow_up_days, recent_days };
        let fates = fates(&postings);
        let begin = || Scorecard::new(Arc::clone(&fates), usize::from(TOUCHPOINTS), days);
        let scorecard = in_parts(begin, &events, parts);
        let whole = walk(begin(), &events, 7);
        prop_assert_eq!(scorecard.facts(), whole.facts());
        prop_assert_eq!(scorecard.months(), whole.months());
        let places = (0..TOUCHPOINTS).map(Some).chain([None]);
        for (place, mark) in places.flat_map(|place| MARKS.map(|mark| (place, mark))) {
            let hers = |life: &&[Event]| {
                let there = life.iter().filter(|event| place.is_none_or(|code| event.touchpoint == code));
                fits(&there.collect::<Vec<_>>(), &fates, days, mark)
            };
            let customers: Vec<u32> =
                lives(&events).into_iter().filter(hers).map(|life| life[0].customer).collect();
            let told = match place {
                Some(code) => scorecard.facts()[usize::from(code)].customers(mark),
                None => scorecard.whole(mark),
            };
            prop_assert_eq!(told, customers.len() as u64, "{:?} {:?}", place, mark);
            if let Some(code) = place {
                let told = scorecard.facts()[usize::from(code)].followed;
                prop_assert_eq!(told, contacts_followed(&events, code, &fates, days));
            }
            let behind = Behind::Marked(Box::new(begin()), place, mark);
            prop_assert_eq!(walk(List::new(behind), &events, 6).into_customers(), customers);
        }
    }

    #[test]
    fn waits_are_from_the_event_before_of_the_same_reference(events in history(120)) {
        let days = ScoreDays { as_of: 0, follow_up_days: 90, recent_days: 90 };
        let scorecard = walk(Scorecard::new(fates(&[]), usize::from(TOUCHPOINTS), days), &events, 7);
        let mut waits: BTreeMap<u16, (u64, u128)> = BTreeMap::new();
        for life in lives(&events) {
            for (at, event) in life.iter().enumerate().filter(|(_, event)| event.reference > 0) {
                let before = life[..at].iter().rev().find(|before| before.reference == event.reference);
                if let Some(before) = before {
                    let wait = waits.entry(event.touchpoint).or_default();
                    *wait = (wait.0 + 1, wait.1 + (event.at_us - before.at_us) as u128);
                }
            }
        }
        let mut months: BTreeMap<(i16, i8, u16), Vec<&Event>> = BTreeMap::new();
        for event in &events {
            let date = Day(day(event.at_us)).date();
            months.entry((date.year(), date.month(), event.touchpoint)).or_default().push(event);
        }
        for (code, facts) in (0_u16..).zip(scorecard.facts()) {
            let wait = waits.get(&code).copied().unwrap_or_default();
            prop_assert_eq!((facts.wait.count(), facts.wait.sum_us()), wait);
            let there: Vec<&Event> = events.iter().filter(|event| event.touchpoint == code).collect();
            prop_assert_eq!(facts.events, there.len() as u64);
            prop_assert_eq!(facts.failures(), there.iter().filter(|event| failed(event)).count() as u64);
            prop_assert_eq!(facts.outcomes.iter().sum::<u64>(), facts.events);
        }
        let told: BTreeMap<_, _> = scorecard.months().into_iter().map(|((month, code), cell)| {
            let date = month.date();
            ((date.year(), date.month(), code), (cell.customers, cell.events, cell.failures))
        }).collect();
        let plain: BTreeMap<_, _> = months.into_iter().map(|(key, there)| {
            let customers: BTreeSet<u32> = there.iter().map(|event| event.customer).collect();
            let failures = there.iter().filter(|event| failed(event)).count();
            (key, (customers.len() as u64, there.len() as u64, failures as u64))
        }).collect();
        prop_assert_eq!(told, plain);
    }
}

#[test]
fn the_index_of_the_whole_is_below_its_parts_when_failures_are_spread() {
    let event = |customer, touchpoint, outcome| Event {
        customer,
        at_us: 0,
        touchpoint,
        kind: 0,
        outcome,
        value_minor: 0,
        reference: 0,
    };
    let events: Vec<Event> = (0..6)
        .flat_map(|customer| {
            (0..TOUCHPOINTS)
                .map(move |code| event(customer, code, if u32::from(code) == customer { 2 } else { 1 }))
        })
        .collect();
    let days = ScoreDays { as_of: 0, follow_up_days: 90, recent_days: 90 };
    let scorecard = walk(Scorecard::new(fates(&[]), usize::from(TOUCHPOINTS), days), &events, 7);
    assert_eq!(scorecard.experience_index(), Some(0.0));
    assert!(scorecard.facts().iter().all(|facts| facts.customers(Mark::RecentUnharmed) == 5));
    let nobody = Scorecard::new(fates(&[]), 1, days);
    assert_eq!(nobody.experience_index(), None);
}
