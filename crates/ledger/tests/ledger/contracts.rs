//! Contractual streams under any policies, against the slow oracle.

use crate::books::{Event, PLAIN, keep};
use crate::oracle_contract::{End, ends};
use ledger::{CurrencyRates, Error, Line, OpeningCohort, Regime, Rules, StreamRule, check_balance};
use model::config::Policies;
use model::config::policy::{Cancellation, Counting, Coupons, Free, Fx, Refunds, Several};
use model::{Clause, Day, EventKind, Granularity, Movement, Period};
use proptest::prelude::*;

/// 2024-01-20: month ends, a leap day and a year's end come.
const FIRST: i32 = 19_742;
const LAST: i32 = FIRST + 400;

fn policies() -> impl Strategy<Value = Policies> {
    let counting = || prop_oneof![Just(Counting::Counts), Just(Counting::Customer), Just(Counting::Excluded)];
    let states = (counting(), counting(), counting(), prop::option::of(0u32..40), counting());
    let free = prop_oneof![Just(Free::Customer), Just(Free::OncePaid), Just(Free::Excluded)];
    let coupon = prop_oneof![Just(Coupons::All), Just(Coupons::Lasting), Just(Coupons::Ignored)];
    let several = prop_oneof![3 => Just(Several::Sum), 1 => Just(Several::Highest)];
    let days = prop_oneof![2 => Just(0u32), 1 => 1u32..30];
    let cancellation = prop_oneof![Just(Cancellation::AtEnd), Just(Cancellation::AtRequest)];
    let fx = prop_oneof![Just(Fx::Dated), Just(Fx::Revalued)];
    (states, free, coupon, several, days, cancellation, fx).prop_map(
        |((trial, pause, past_due, past_due_days, unpaid), free, coupon, several, days, cancellation, fx)| {
            Policies {
                trial,
                pause,
                past_due,
                past_due_days,
                unpaid,
                free,
                refund: Refunds::Ignored,
                coupon,
                several,
                plan_change_days: days,
                cancellation,
                fx,
            }
        },
    )
}

fn currencies() -> Vec<CurrencyRates> {
    let dollar = [(0, 0.5), (FIRST + 15, 0.75), (FIRST + 60, 0.8), (FIRST + 300, 0.7)];
    let yen = [(0, 0.01), (FIRST + 41, 0.013)];
    [&dollar[..], &yen[..]]
        .map(|steps| CurrencyRates { steps: steps.iter().map(|(day, rate)| (Day(*day), *rate)).collect() })
        .to_vec()
}

fn histories() -> impl Strategy<Value = Vec<Event>> {
    let clause = prop_oneof![
        4 => Just(Clause::Price),
        6 => (0..Clause::ALL.len()).prop_map(|at| Clause::ALL[at]),
    ];
    let amount = prop_oneof![1 => Just(0i64), 4 => 1..500i64, 2 => Just(100i64)];
    let event = (0u32..4, FIRST..LAST + 20, clause, amount, 0u64..3, 0u8..3).prop_map(
        |(customer, day, clause, value_minor, reference, currency)| Event {
            customer,
            day,
            kind: EventKind::Subscription,
            value_minor,
            reference,
            clause,
            currency,
            ..PLAIN
        },
    );
    prop::collection::vec(event, 0..60).prop_map(|mut events| {
        events.sort_by_key(|event| (event.customer, event.day));
        events
    })
}

fn rules(policies: Policies) -> Rules {
    let streams = vec![StreamRule { regime: Regime::Contractual { policies }, margin: None }];
    Rules { streams, currencies: currencies(), annual: true, as_of: Day(LAST) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_subscriptions_under_any_policies_are_booked_as_day_by_day(
        policies in policies(),
        events in histories(),
        sizes in prop::collection::vec(1..20usize, 1..4),
    ) {
        let rules = rules(policies);
        let books = keep(&events, &rules, &sizes, 2, &[0, 1, 1, 0]).unwrap();
        check_balance(&books.lines, &books.closing).unwrap();
        let mut lives = Vec::new();
        for customer in 0..4 {
            let of: Vec<Event> = events.iter().copied().filter(|event| event.customer == customer).collect();
            let told = ends(&of, &policies, &rules.currencies, FIRST, LAST);
            let booked = &books.postings;
            let posted = |day: i32, of: fn(Movement) -> bool| -> (i64, i64) {
                (0..booked.len())
                    .filter(|at| (booked.customer[*at], booked.day[*at]) == (customer, day))
                    .filter(|at| of(Movement::from_code(booked.movement[*at]).unwrap()))
                    .fold((0, 0), |sum, at| {
                        (sum.0 + i64::from(booked.count[at]), sum.1 + booked.value_minor[at])
                    })
            };
            let mut before = End::default();
            lives.push(told.clone());
            for (day, end) in (FIRST..).zip(told) {
                let stays = before.active && end.active;
                let fx = if stays { 12 * end.fx_minor } else { 0 };
                prop_assert_eq!(posted(day, |movement| movement == Movement::Fx), (0, fx), "fx on {}", day);
                let count = i64::from(end.active) - i64::from(before.active);
                let moved = 12 * (end.monthly_minor - before.monthly_minor) - fx;
                prop_assert_eq!(posted(day, |movement| movement != Movement::Fx), (count, moved), "on {}", day);
                before = end;
            }
        }
        let months = |line: &&Line| line.segment.is_none() && line.period.granularity == Granularity::Month;
        for line in books.lines.iter().filter(months) {
            prop_assert_eq!(line.cohort, cohort(&lives, line.period), "{}", line.period);
        }
    }
}

/// The opening's customers of a month by the ends of days.
fn cohort(lives: &[Vec<End>], month: Period) -> OpeningCohort {
    let mut cohort = OpeningCohort::default();
    for ends in lives {
        let at = |day: i32| usize::try_from(day - FIRST).map_or(End::default(), |at| ends[at]);
        let (from, to) = (month.start().0, (month.end().0 - 1).min(LAST));
        let (opening, closing) = (at(from - 1), at(to));
        let stays = |day: &i32| at(day - 1).active && at(*day).active;
        let fx: i64 = (from..=to).filter(stays).map(|day| at(day).fx_minor).sum();
        let change = 12 * (closing.monthly_minor - opening.monthly_minor - fx);
        match (opening.active, closing.active) {
            (false, false) => {}
            (false, true) => {
                if (FIRST..from).any(|day| at(day).active) {
                    cohort.returned_minor += 12 * (closing.monthly_minor - fx);
                }
            }
            (true, false) => {
                cohort.lost_count += 1;
                cohort.lost_minor += 12 * opening.monthly_minor;
            }
            (true, true) => {
                cohort.expanded_minor += change.max(0);
                cohort.contracted_minor -= change.min(0);
            }
        }
    }
    cohort
}

#[test]
fn an_amount_before_the_first_rate_of_its_currency_is_refused() {
    let mut rules = rules(Policies::default());
    rules.currencies[0].steps[0].0 = Day(FIRST + 1);
    let event =
        |day, currency| Event { day, kind: EventKind::Subscription, value_minor: 9, currency, ..PLAIN };
    assert!(keep(&[event(FIRST + 1, 1)], &rules, &[1], 0, &[]).is_ok());
    for (day, currency) in [(FIRST, 1), (FIRST, 3)] {
        let refused = keep(&[event(day, currency)], &rules, &[1], 0, &[]).err();
        assert_eq!(refused, Some(Error::NoRate { customer: 0, currency, day: Day(day) }));
    }
}
