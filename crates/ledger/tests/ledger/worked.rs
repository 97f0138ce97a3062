//! Worked examples, small enough to follow by hand.

use crate::books::{CONTRACTUAL, Event, PLAIN, keep};
use Movement::{Contracted, Expanded, Gained, Lost, WonBack};
use Reason::{
    LeftTheYear, NoPurchase, Purchased, Refunded, SubscriptionBegan, SubscriptionEnded, SubscriptionFell,
    SubscriptionRose,
};
use ledger::{Postings, Reason, Regime, Rules, StreamRule, check_balance};
use model::EventKind::{Purchase, Refund, Subscription};
use model::{Day, EventKind, Movement};

const SHOP: u16 = 0;
const CLUB: u16 = 1;
const STORE: u16 = 2;
const GAP_DAYS: u32 = 90;

/// Day, kind, stream, value, reference.
type Told = (&'static str, EventKind, u16, i64, u64);
/// Day, movement, value, reason.
type Booked = (&'static str, Movement, i64, Reason);

struct Example {
    what: &'static str,
    events: &'static [Told],
    postings: &'static [Booked],
    /// Figures other than 0 of a period, by name.
    periods: &'static [(&'static str, &'static [(&'static str, i64)])],
}

fn booked(postings: &Postings) -> Vec<(String, Movement, i64, Reason)> {
    let row = |at: usize| {
        let movement = Movement::from_code(postings.movement[at]).unwrap();
        let reason = Reason::from_code(postings.reason[at]).unwrap();
        (Day(postings.day[at]).to_string(), movement, postings.value_minor[at], reason)
    };
    (0..postings.len()).map(row).collect()
}

fn check(example: &Example) {
    let Example { what, events, postings, periods } = example;
    let shop = StreamRule { regime: Regime::Purchases { gap_days: GAP_DAYS }, margin: None };
    let streams = vec![shop, StreamRule { regime: CONTRACTUAL, margin: None }, shop];
    let rules =
        Rules { streams, currencies: Vec::new(), annual: true, as_of: Day::parse("2025-12-31").unwrap() };
    let events: Vec<Event> = events
        .iter()
        .map(|&(day, kind, stream, value_minor, reference)| {
            let day = Day::parse(day).unwrap().0;
            Event { customer: 0, day, kind, stream, value_minor, reference, ..PLAIN }
        })
        .collect();
    let books = keep(&events, &rules, &[2], 0, &[]).unwrap();
    check_balance(&books.lines, &books.closing).unwrap();
    let expected: Vec<_> = postings.iter().map(|&(day, m, v, r)| (day.to_owned(), m, v, r)).collect();
    assert_eq!(booked(&books.postings), expected, "{what}");
    for (period, figures) in *periods {
        let line = books.lines.iter().find(|line| line.period.to_string() == *period).expect(period);
        let told: Vec<_> =
            ledger::FIGURES.into_iter().zip(line.figures.as_array()).filter(|(_, n)| *n != 0).collect();
        assert_eq!(told, *figures, "{what}: {period}");
    }
}

#[test]
fn gained_and_lost_in_one_period_counts_both_ways() {
    check(&Example {
        what: "gained and lost in one quarter: both counted, the entry at its highest value",
        events: &[
            ("2025-01-01", Purchase, SHOP, 100, 0),
            ("2025-01-01", Purchase, SHOP, 20, 0),
            ("2025-01-02", Purchase, SHOP, 50, 0),
            ("2025-01-10", Refund, SHOP, 40, 0),
        ],
        postings: &[
            ("2025-01-01", Gained, 120, Purchased),
            ("2025-01-02", Expanded, 50, Purchased),
            ("2025-01-10", Contracted, -40, Refunded),
            ("2025-04-03", Lost, -130, NoPurchase),
        ],
        periods: &[
            (
                "2025-01",
                &[("gained_count", 1), ("closing_count", 1), ("gained_minor", 130), ("closing_minor", 130)],
            ),
            (
                "2025",
                &[
                    ("gained_count", 1),
                    ("lost_count", 1),
                    ("contracted_count", 1),
                    ("gained_minor", 170),
                    ("contracted_minor", 40),
                    ("lost_minor", 130),
                ],
            ),
        ],
    });
}

#[test]
fn won_back_a_year_later_without_last_years_purchase() {
    check(&Example {
        what: "won back a year later; last year's purchase no longer counts",
        events: &[
            ("2024-01-10", Purchase, SHOP, 100, 0),
            ("2024-04-09", Purchase, SHOP, 10, 0),
            ("2025-03-01", Purchase, SHOP, 30, 0),
        ],
        postings: &[
            ("2024-01-10", Gained, 100, Purchased),
            ("2024-04-09", Expanded, 10, Purchased),
            ("2024-07-09", Lost, -110, NoPurchase),
            ("2025-03-01", WonBack, 40, Purchased),
            ("2025-04-09", Contracted, -10, LeftTheYear),
            ("2025-05-31", Lost, -30, NoPurchase),
        ],
        periods: &[
            ("2024", &[("gained_count", 1), ("lost_count", 1), ("gained_minor", 110), ("lost_minor", 110)]),
            (
                "2025",
                &[
                    ("won_back_count", 1),
                    ("lost_count", 1),
                    ("contracted_count", 1),
                    ("won_back_minor", 40),
                    ("contracted_minor", 10),
                    ("lost_minor", 30),
                ],
            ),
            (
                "2025-Q2",
                &[
                    ("opening_count", 1),
                    ("lost_count", 1),
                    ("contracted_count", 1),
                    ("opening_minor", 40),
                    ("contracted_minor", 10),
                    ("lost_minor", 30),
                ],
            ),
        ],
    });
}

#[test]
fn bought_on_the_day_of_loss_is_lost_and_won_back_that_day() {
    check(&Example {
        what: "bought on the 90th day after a purchase, then on the 91st: lost and won back that day",
        events: &[
            ("2024-10-02", Purchase, SHOP, 40, 0),
            ("2024-12-31", Purchase, SHOP, 60, 0),
            ("2025-04-01", Purchase, SHOP, 25, 0),
            ("2025-04-01", Purchase, SHOP, 5, 0),
            ("2025-04-01", Refund, SHOP, 20, 0),
        ],
        postings: &[
            ("2024-10-02", Gained, 40, Purchased),
            ("2024-12-31", Expanded, 60, Purchased),
            ("2025-04-01", Lost, -100, NoPurchase),
            ("2025-04-01", WonBack, 110, Purchased),
            ("2025-07-01", Lost, -110, NoPurchase),
        ],
        periods: &[
            (
                "2025-Q1",
                &[("opening_count", 1), ("closing_count", 1), ("opening_minor", 100), ("closing_minor", 100)],
            ),
            (
                "2025-04",
                &[
                    ("opening_count", 1),
                    ("won_back_count", 1),
                    ("lost_count", 1),
                    ("closing_count", 1),
                    ("opening_minor", 100),
                    ("won_back_minor", 110),
                    ("lost_minor", 100),
                    ("closing_minor", 110),
                ],
            ),
            (
                "2025",
                &[
                    ("opening_count", 1),
                    ("won_back_count", 1),
                    ("lost_count", 2),
                    ("opening_minor", 100),
                    ("won_back_minor", 110),
                    ("lost_minor", 210),
                ],
            ),
        ],
    });
}

#[test]
fn bought_on_the_day_of_loss_while_in_the_club_is_only_a_change_of_value() {
    check(&Example {
        what: "the club keeps the customer over the lapse of the shop, also when it ends that day",
        events: &[
            ("2025-01-01", Purchase, SHOP, 100, 0),
            ("2025-01-01", Subscription, CLUB, 1, 1),
            ("2025-04-02", Purchase, SHOP, 30, 0),
            ("2025-07-02", Subscription, CLUB, 0, 1),
            ("2025-07-02", Purchase, SHOP, 5, 0),
        ],
        postings: &[
            ("2025-01-01", Gained, 112, Purchased),
            ("2025-04-02", Expanded, 30, Purchased),
            ("2025-07-02", Contracted, -7, SubscriptionEnded),
            ("2025-10-01", Lost, -135, NoPurchase),
        ],
        periods: &[(
            "2025-Q2",
            &[
                ("opening_count", 1),
                ("closing_count", 1),
                ("expanded_count", 1),
                ("opening_minor", 112),
                ("expanded_minor", 30),
                ("closing_minor", 142),
            ],
        )],
    });
}

#[test]
fn two_streams_lapsing_on_one_day_are_one_loss() {
    check(&Example {
        what: "shop and store lapse on one day: one loss; won back with what one of them is worth",
        events: &[
            ("2025-01-01", Purchase, SHOP, 100, 0),
            ("2025-01-01", Purchase, STORE, 20, 0),
            ("2025-04-02", Purchase, STORE, 7, 0),
            ("2025-05-01", Purchase, SHOP, 1, 0),
            ("2025-05-01", Purchase, STORE, 1, 0),
        ],
        postings: &[
            ("2025-01-01", Gained, 120, Purchased),
            ("2025-04-02", Lost, -120, NoPurchase),
            ("2025-04-02", WonBack, 27, Purchased),
            ("2025-05-01", Expanded, 102, Purchased),
            ("2025-07-31", Lost, -129, NoPurchase),
        ],
        periods: &[(
            "2025-Q2",
            &[
                ("opening_count", 1),
                ("won_back_count", 1),
                ("lost_count", 1),
                ("closing_count", 1),
                ("opening_minor", 120),
                ("won_back_minor", 129),
                ("lost_minor", 120),
                ("closing_minor", 129),
            ],
        )],
    });
}

#[test]
fn a_subscription_followed_by_another_is_no_loss_but_a_lapse_followed_by_one_is() {
    check(&Example {
        what: "contracts change by events only; a gap lapses before the day's events",
        events: &[
            ("2025-01-01", Purchase, SHOP, 100, 0),
            ("2025-04-02", Subscription, CLUB, 2, 1),
            ("2025-05-01", Subscription, CLUB, 0, 1),
            ("2025-05-01", Subscription, CLUB, 3, 2),
        ],
        postings: &[
            ("2025-01-01", Gained, 100, Purchased),
            ("2025-04-02", Lost, -100, NoPurchase),
            ("2025-04-02", WonBack, 24, SubscriptionBegan),
            ("2025-05-01", Expanded, 12, SubscriptionRose),
        ],
        periods: &[],
    });
}

#[test]
fn a_free_order_is_activity_and_a_refund_is_none() {
    check(&Example {
        what: "a free order is activity, a refund is none",
        events: &[("2025-01-01", Purchase, SHOP, 0, 0), ("2025-06-01", Refund, SHOP, 10, 0)],
        postings: &[("2025-01-01", Gained, 0, Purchased), ("2025-04-02", Lost, 0, NoPurchase)],
        periods: &[("2025", &[("gained_count", 1), ("lost_count", 1)])],
    });
}

#[test]
fn what_happens_on_a_day_explains_it_before_what_turns_a_year_old() {
    check(&Example {
        what: "what is bought or given back on a day explains it before what turns a year old on it",
        events: &[
            ("2024-06-01", Purchase, SHOP, 100, 0),
            ("2024-06-02", Purchase, SHOP, 30, 0),
            ("2024-08-30", Purchase, SHOP, 0, 0),
            ("2024-11-28", Purchase, SHOP, 0, 0),
            ("2025-02-26", Purchase, SHOP, 0, 0),
            ("2025-05-27", Purchase, SHOP, 90, 0),
            ("2025-06-01", Purchase, SHOP, 150, 0),
            ("2025-06-02", Refund, SHOP, 20, 0),
            ("2025-12-01", Purchase, SHOP, 5, 0),
        ],
        postings: &[
            ("2024-06-01", Gained, 100, Purchased),
            ("2024-06-02", Expanded, 30, Purchased),
            ("2025-05-27", Expanded, 90, Purchased),
            ("2025-06-01", Expanded, 50, Purchased),
            ("2025-06-02", Contracted, -50, Refunded),
            ("2025-08-31", Lost, -220, NoPurchase),
            ("2025-12-01", WonBack, 225, Purchased),
        ],
        periods: &[],
    });
}

#[test]
fn an_upgraded_subscription_expands_by_twelve_months() {
    check(&Example {
        what: "a subscription upgraded, at twelve months' value",
        events: &[("2025-01-15", Subscription, CLUB, 10, 1), ("2025-05-01", Subscription, CLUB, 15, 1)],
        postings: &[
            ("2025-01-15", Gained, 120, SubscriptionBegan),
            ("2025-05-01", Expanded, 60, SubscriptionRose),
        ],
        periods: &[
            (
                "2025-Q2",
                &[
                    ("opening_count", 1),
                    ("closing_count", 1),
                    ("expanded_count", 1),
                    ("opening_minor", 120),
                    ("expanded_minor", 60),
                    ("closing_minor", 180),
                ],
            ),
            (
                "2025",
                &[("gained_count", 1), ("closing_count", 1), ("gained_minor", 180), ("closing_minor", 180)],
            ),
        ],
    });
}

#[test]
fn one_of_two_subscriptions_ended_contracts_and_the_other_loses() {
    check(&Example {
        what: "one of two subscriptions ended, then the other, then a new one",
        events: &[
            ("2024-12-01", Subscription, CLUB, 10, 1),
            ("2024-12-01", Subscription, CLUB, 5, 2),
            ("2025-02-01", Subscription, CLUB, 0, 1),
            ("2025-03-01", Subscription, CLUB, 0, 2),
            ("2025-03-20", Subscription, CLUB, 7, 3),
            ("2025-03-20", Subscription, CLUB, 8, 3),
        ],
        postings: &[
            ("2024-12-01", Gained, 180, SubscriptionBegan),
            ("2025-02-01", Contracted, -120, SubscriptionFell),
            ("2025-03-01", Lost, -60, SubscriptionEnded),
            ("2025-03-20", WonBack, 96, SubscriptionBegan),
        ],
        periods: &[
            (
                "2025-03",
                &[
                    ("opening_count", 1),
                    ("won_back_count", 1),
                    ("lost_count", 1),
                    ("closing_count", 1),
                    ("opening_minor", 60),
                    ("won_back_minor", 96),
                    ("lost_minor", 60),
                    ("closing_minor", 96),
                ],
            ),
            (
                "2025-Q1",
                &[
                    ("opening_count", 1),
                    ("won_back_count", 1),
                    ("lost_count", 1),
                    ("closing_count", 1),
                    ("contracted_count", 1),
                    ("opening_minor", 180),
                    ("won_back_minor", 96),
                    ("contracted_minor", 120),
                    ("lost_minor", 60),
                    ("closing_minor", 96),
                ],
            ),
        ],
    });
}

#[test]
fn a_customer_is_active_when_any_stream_is() {
    check(&Example {
        what: "shop and club together",
        events: &[
            ("2025-01-10", Purchase, SHOP, 100, 0),
            ("2025-02-01", Subscription, CLUB, 10, 1),
            ("2025-08-01", Purchase, SHOP, 50, 0),
            ("2025-09-01", Subscription, CLUB, 0, 1),
        ],
        postings: &[
            ("2025-01-10", Gained, 100, Purchased),
            ("2025-02-01", Expanded, 120, SubscriptionBegan),
            ("2025-04-11", Contracted, -100, NoPurchase),
            ("2025-08-01", Expanded, 150, Purchased),
            ("2025-09-01", Contracted, -120, SubscriptionEnded),
            ("2025-10-31", Lost, -150, NoPurchase),
        ],
        periods: &[
            (
                "2025-Q1",
                &[("gained_count", 1), ("closing_count", 1), ("gained_minor", 220), ("closing_minor", 220)],
            ),
            (
                "2025-Q3",
                &[
                    ("opening_count", 1),
                    ("closing_count", 1),
                    ("expanded_count", 1),
                    ("opening_minor", 120),
                    ("expanded_minor", 30),
                    ("closing_minor", 150),
                ],
            ),
            (
                "2025",
                &[
                    ("gained_count", 1),
                    ("lost_count", 1),
                    ("contracted_count", 1),
                    ("gained_minor", 270),
                    ("contracted_minor", 120),
                    ("lost_minor", 150),
                ],
            ),
        ],
    });
}
