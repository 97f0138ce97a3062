//! Rates of worked examples.

use crate::books::{CONTRACTUAL, Event, PLAIN, keep};
use ledger::{Line, Rules, StreamRule, check_balance};
use model::{Day, EventKind};

/// Customer, day, value a month.
type Said = (u32, &'static str, i64);

fn july(said: &[Said]) -> Line {
    let mut events: Vec<Event> = said
        .iter()
        .map(|&(customer, day, value_minor)| {
            let day = Day::parse(day).unwrap().0;
            Event { customer, day, kind: EventKind::Subscription, value_minor, ..PLAIN }
        })
        .collect();
    events.sort_by_key(|event| (event.customer, event.day));
    let streams = vec![StreamRule { regime: CONTRACTUAL, margin: None }];
    let as_of = Day::parse("2025-07-31").unwrap();
    let rules = Rules { streams, currencies: Vec::new(), annual: false, as_of };
    let books = keep(&events, &rules, &[7], 0, &[]).unwrap();
    check_balance(&books.lines, &books.closing).unwrap();
    books.lines.into_iter().find(|line| line.period.to_string() == "2025-07").unwrap()
}

/// Opening 100, churn 10, contraction 10, expansion and reactivation 10.
const PUBLISHED: [Said; 9] = [
    (0, "2025-01-01", 10),
    (0, "2025-07-04", 0),
    (1, "2025-01-01", 40),
    (1, "2025-07-09", 30),
    (2, "2025-01-01", 50),
    (2, "2025-07-20", 54),
    (3, "2025-01-01", 20),
    (3, "2025-03-01", 0),
    (3, "2025-07-11", 6),
];

#[track_caller]
fn near(told: Option<f64>, expected: f64) {
    assert!(told.is_some_and(|told| (told - expected).abs() < 1e-12), "{told:?} is not {expected}");
}

#[test]
fn the_published_churn_check_gives_20_percent_gross_and_10_percent_net() {
    let line = july(&PUBLISHED);
    let f = line.figures;
    assert_eq!((f.opening_minor, f.lost_minor, f.contracted_minor), (100, 10, 10));
    assert_eq!(f.expanded_minor + f.won_back_minor, 10);
    let ratios = line.ratios();
    near(ratios.gross_revenue_churn, 0.20);
    near(ratios.net_revenue_churn, 0.10);
    near(ratios.grr, 0.80);
    near(ratios.nrr, 0.84);
    near(ratios.customer_churn, 1.0 / 3.0);
    near(ratios.customer_growth, 0.0);
    near(ratios.value_growth, -0.10);
}

#[test]
fn who_came_and_went_within_the_period_is_in_churn_but_not_in_the_rates_of_the_opening() {
    let mut said = PUBLISHED.to_vec();
    said.extend([(4, "2025-07-02", 70), (4, "2025-07-05", 60), (4, "2025-07-08", 0), (5, "2025-07-03", 11)]);
    let (line, before) = (july(&said), july(&PUBLISHED));
    assert_eq!((line.figures.lost_minor, line.figures.contracted_minor), (70, 20));
    let (told, was) = (line.ratios(), before.ratios());
    assert_eq!((told.gross_revenue_churn, told.grr, told.nrr), (was.gross_revenue_churn, was.grr, was.nrr));
    assert_eq!(told.net_revenue_churn, was.net_revenue_churn);
    near(told.customer_churn, 2.0 / 3.0);
    assert_eq!(line.cohort, before.cohort);
}

#[test]
fn who_was_lost_and_came_back_within_the_period_is_as_good_as_at_its_end() {
    let line = july(&[
        (0, "2025-01-01", 100),
        (0, "2025-07-04", 0),
        (0, "2025-07-20", 90),
        (1, "2025-01-01", 100),
        (1, "2025-07-04", 0),
        (1, "2025-07-20", 130),
    ]);
    assert_eq!((line.figures.lost_minor, line.figures.won_back_minor), (200, 220));
    let ratios = line.ratios();
    near(ratios.gross_revenue_churn, 0.05);
    near(ratios.nrr, 1.10);
    near(ratios.net_revenue_churn, -0.10);
    near(ratios.customer_churn, 1.0);
}
