//! The presets side by side: one history for each rule in which products differ.

use crate::books::{Event, PLAIN, keep};
use Movement::{Contracted, Expanded, Fx, Gained, Lost, WonBack};
use ledger::{CurrencyRates, Reason, Regime, Rules, StreamRule, check_balance};
use model::config::Policies;
use model::config::policy::{Counting, Coupons, Preset, Refunds, Several};
use model::{Clause, Day, EventKind, Movement};

const KEPT: Policies = Preset::Kept.policies();
const CHARTMOGUL: Policies = Preset::Chartmogul.policies();
const STRIPE: Policies = Preset::Stripe.policies();
const PROFITWELL: Policies = Preset::Profitwell.policies();

/// Day, what is said, amount, subscription, currency.
type Said = (&'static str, Clause, i64, u64, u8);
/// Day, movement, value.
type Booked = (&'static str, Movement, i64);

const DOLLAR: u8 = 1;

/// Value per month; a dollar is worth 0.50 in January 2025, 0.60 from 20 February and 0.40 from 2 April.
fn rules(policies: Policies) -> Rules {
    let day = |text| Day::parse(text).unwrap();
    let steps = vec![(day("2025-01-01"), 0.5), (day("2025-02-20"), 0.6), (day("2025-04-02"), 0.4)];
    let streams = vec![StreamRule { regime: Regime::Contractual { policies }, margin: None }];
    Rules { streams, currencies: vec![CurrencyRates { steps }], annual: false, as_of: day("2025-12-31") }
}

fn event(&(day, clause, value_minor, reference, currency): &Said) -> Event {
    let day = Day::parse(day).unwrap().0;
    Event { day, kind: EventKind::Subscription, value_minor, reference, clause, currency, ..PLAIN }
}

#[track_caller]
fn check_events(events: &[Event], policies: Policies, expected: &[Booked], reasons: &[Reason]) {
    let books = keep(events, &rules(policies), &[2], 0, &[]).unwrap();
    check_balance(&books.lines, &books.closing).unwrap();
    let p = &books.postings;
    let told: Vec<_> = (0..p.len())
        .map(|at| {
            let movement = Movement::from_code(p.movement[at]).unwrap();
            (Day(p.day[at]).to_string(), movement, p.value_minor[at])
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|&(day, m, v)| (day.to_owned(), m, v)).collect();
    assert_eq!(told, expected);
    let why: Vec<_> = p.reason.iter().map(|code| Reason::from_code(*code).unwrap()).collect();
    assert!(reasons.is_empty() || why == reasons, "{why:?}");
}

#[track_caller]
fn check(said: &[Said], policies: Policies, expected: &[Booked]) {
    let events: Vec<Event> = said.iter().map(event).collect();
    check_events(&events, policies, expected, &[]);
}

#[test]
fn a_trial_counts_in_no_preset_until_it_is_paid_for() {
    let said = [("2025-01-01", Clause::Trial, 1000, 1, 0), ("2025-01-15", Clause::Resumed, 0, 1, 0)];
    for policies in [KEPT, CHARTMOGUL, STRIPE, PROFITWELL] {
        check(&said, policies, &[("2025-01-15", Gained, 1000)]);
    }
    let counts = Policies { trial: Counting::Counts, ..KEPT };
    check(&said, counts, &[("2025-01-01", Gained, 1000)]);
    let customer = Policies { trial: Counting::Customer, ..KEPT };
    check(&said, customer, &[("2025-01-01", Gained, 0), ("2025-01-15", Expanded, 1000)]);
}

#[test]
fn a_pause_goes_on_counting_for_chartmogul_and_for_nobody_else() {
    let said = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-03-01", Clause::Paused, 0, 1, 0),
        ("2025-05-01", Clause::Resumed, 0, 1, 0),
    ];
    check(&said, CHARTMOGUL, &[("2025-01-01", Gained, 1000)]);
    for policies in [KEPT, STRIPE, PROFITWELL] {
        let left = [("2025-01-01", Gained, 1000), ("2025-03-01", Lost, -1000), ("2025-05-01", WonBack, 1000)];
        check(&said, policies, &left);
    }
    let customer = Policies { pause: Counting::Customer, ..KEPT };
    let worth_nothing =
        [("2025-01-01", Gained, 1000), ("2025-03-01", Contracted, -1000), ("2025-05-01", Expanded, 1000)];
    check(&said, customer, &worth_nothing);
}

#[test]
fn a_late_payer_stays_for_all_but_profitwell_which_waits_fifteen_days() {
    let said = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-03-01", Clause::PastDue, 0, 1, 0),
        ("2025-03-08", Clause::PastDue, 0, 1, 0),
        ("2025-04-10", Clause::Resumed, 0, 1, 0),
    ];
    for policies in [KEPT, CHARTMOGUL, STRIPE] {
        check(&said, policies, &[("2025-01-01", Gained, 1000)]);
    }
    let events: Vec<Event> = said.iter().map(event).collect();
    let waited = [("2025-01-01", Gained, 1000), ("2025-03-17", Lost, -1000), ("2025-04-10", WonBack, 1000)];
    let why = [Reason::SubscriptionBegan, Reason::PaymentOverdue, Reason::SubscriptionBegan];
    check_events(&events, PROFITWELL, &waited, &why);
    let paid_in_time = [said[0], said[1], ("2025-03-16", Clause::Resumed, 0, 1, 0)];
    check(&paid_in_time, PROFITWELL, &[("2025-01-01", Gained, 1000)]);
}

#[test]
fn who_is_not_asked_for_money_any_more_is_lost_but_for_chartmogul() {
    let said = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-03-01", Clause::PastDue, 0, 1, 0),
        ("2025-03-10", Clause::Unpaid, 0, 1, 0),
        ("2025-06-01", Clause::Price, 0, 1, 0),
    ];
    check(&said, CHARTMOGUL, &[("2025-01-01", Gained, 1000), ("2025-06-01", Lost, -1000)]);
    for policies in [KEPT, STRIPE, PROFITWELL] {
        check(&said, policies, &[("2025-01-01", Gained, 1000), ("2025-03-10", Lost, -1000)]);
    }
}

#[test]
fn who_pays_no_more_stays_with_chartmogul_and_who_never_paid_is_nowhere_a_customer() {
    let went_free = [("2025-01-01", Clause::Price, 1000, 1, 0), ("2025-03-01", Clause::Free, 0, 1, 0)];
    let given_all =
        [("2025-01-01", Clause::Price, 1000, 1, 0), ("2025-03-01", Clause::LastingCoupon, 1000, 1, 0)];
    let never_paid = [("2025-01-01", Clause::Free, 0, 1, 0)];
    for said in [went_free, given_all] {
        check(&said, CHARTMOGUL, &[("2025-01-01", Gained, 1000), ("2025-03-01", Contracted, -1000)]);
        for policies in [KEPT, STRIPE, PROFITWELL] {
            let events: Vec<Event> = said.iter().map(event).collect();
            let lost = [("2025-01-01", Gained, 1000), ("2025-03-01", Lost, -1000)];
            check_events(&events, policies, &lost, &[Reason::SubscriptionBegan, Reason::WentFree]);
        }
    }
    for policies in [KEPT, CHARTMOGUL, STRIPE, PROFITWELL] {
        check(&never_paid, policies, &[]);
    }
}

#[test]
fn stripe_takes_off_coupons_without_an_end_and_the_others_every_one() {
    let said = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-02-01", Clause::Coupon, 500, 1, 0),
        ("2025-05-01", Clause::Coupon, 0, 1, 0),
        ("2025-06-01", Clause::LastingCoupon, 200, 1, 0),
    ];
    check(&said, STRIPE, &[("2025-01-01", Gained, 1000), ("2025-06-01", Contracted, -200)]);
    for policies in [KEPT, CHARTMOGUL, PROFITWELL] {
        let every_one = [
            ("2025-01-01", Gained, 1000),
            ("2025-02-01", Contracted, -500),
            ("2025-05-01", Expanded, 500),
            ("2025-06-01", Contracted, -200),
        ];
        check(&said, policies, &every_one);
    }
    check(&said, Policies { coupon: Coupons::Ignored, ..KEPT }, &[("2025-01-01", Gained, 1000)]);
}

#[test]
fn a_cancellation_counts_for_stripe_when_it_is_asked_for_and_for_the_others_when_it_ends() {
    let said = [
        ("2025-04-15", Clause::Price, 1000, 1, 0),
        ("2025-06-08", Clause::Cancelled, 0, 1, 0),
        ("2025-06-15", Clause::Price, 0, 1, 0),
    ];
    check(&said, STRIPE, &[("2025-04-15", Gained, 1000), ("2025-06-08", Lost, -1000)]);
    for policies in [KEPT, CHARTMOGUL, PROFITWELL] {
        check(&said, policies, &[("2025-04-15", Gained, 1000), ("2025-06-15", Lost, -1000)]);
    }
    let withdrawn = [said[0], said[1], ("2025-06-10", Clause::Resumed, 0, 1, 0)];
    check(&withdrawn, PROFITWELL, &[("2025-04-15", Gained, 1000)]);
    let back = [("2025-04-15", Gained, 1000), ("2025-06-08", Lost, -1000), ("2025-06-10", WonBack, 1000)];
    check(&withdrawn, STRIPE, &back);
}

#[test]
fn exchange_rates_stand_apart_for_chartmogul_and_stripe_and_prices_keep_their_day_for_the_others() {
    let said = [
        ("2025-01-10", Clause::Price, 1000, 1, DOLLAR),
        ("2025-03-10", Clause::Price, 1100, 1, DOLLAR),
        ("2025-05-05", Clause::Price, 0, 1, DOLLAR),
    ];
    for policies in [CHARTMOGUL, STRIPE] {
        let apart = [
            ("2025-01-10", Gained, 500),
            ("2025-02-28", Fx, 100),
            ("2025-03-10", Expanded, 60),
            ("2025-04-30", Fx, -220),
            ("2025-05-05", Lost, -440),
        ];
        check(&said, policies, &apart);
    }
    for policies in [KEPT, PROFITWELL] {
        let dated = [("2025-01-10", Gained, 500), ("2025-03-10", Expanded, 160), ("2025-05-05", Lost, -660)];
        check(&said, policies, &dated);
    }
}

#[test]
fn a_new_price_between_ends_of_months_takes_the_rate_of_its_day_and_tells_it_apart() {
    let said =
        [("2025-01-10", Clause::Price, 1000, 1, DOLLAR), ("2025-02-25", Clause::Price, 1500, 1, DOLLAR)];
    let apart = [
        ("2025-01-10", Gained, 500),
        ("2025-02-25", Expanded, 300),
        ("2025-02-25", Fx, 100),
        ("2025-04-30", Fx, -300),
    ];
    check(&said, CHARTMOGUL, &apart);
}

#[test]
fn several_subscriptions_are_one_customer_who_is_lost_with_the_last() {
    let said = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-02-01", Clause::Price, 60, 2, 0),
        ("2025-03-01", Clause::Price, 0, 2, 0),
        ("2025-04-01", Clause::Price, 0, 1, 0),
    ];
    for policies in [KEPT, CHARTMOGUL, STRIPE, PROFITWELL] {
        let sum = [
            ("2025-01-01", Gained, 1000),
            ("2025-02-01", Expanded, 60),
            ("2025-03-01", Contracted, -60),
            ("2025-04-01", Lost, -1000),
        ];
        check(&said, policies, &sum);
    }
    let highest = Policies { several: Several::Highest, ..KEPT };
    check(&said, highest, &[("2025-01-01", Gained, 1000), ("2025-04-01", Lost, -1000)]);
}

#[test]
fn a_change_of_plan_is_no_loss_on_the_day_itself_or_within_the_days_set() {
    let same_day = [
        ("2025-01-01", Clause::Price, 1000, 1, 0),
        ("2025-03-01", Clause::Price, 0, 1, 0),
        ("2025-03-01", Clause::Price, 1500, 2, 0),
    ];
    for policies in [KEPT, CHARTMOGUL, STRIPE, PROFITWELL] {
        check(&same_day, policies, &[("2025-01-01", Gained, 1000), ("2025-03-01", Expanded, 500)]);
    }
    let after_five = [same_day[0], same_day[1], ("2025-03-06", Clause::Price, 1500, 2, 0)];
    let lost = [("2025-01-01", Gained, 1000), ("2025-03-01", Lost, -1000), ("2025-03-06", WonBack, 1500)];
    check(&after_five, KEPT, &lost);
    let within = Policies { plan_change_days: 5, ..KEPT };
    check(&after_five, within, &[("2025-01-01", Gained, 1000), ("2025-03-06", Expanded, 500)]);
    check(&after_five[..2], within, &[("2025-01-01", Gained, 1000), ("2025-03-06", Lost, -1000)]);
}

#[test]
fn a_refund_changes_no_recurring_value_unless_it_is_set_to_end_what_it_gives_back() {
    let refund = |value_minor| Event {
        kind: EventKind::Refund,
        ..event(&("2025-03-01", Clause::Price, value_minor, 1, 0))
    };
    let began = event(&("2025-01-01", Clause::Price, 1000, 1, 0));
    for policies in [KEPT, CHARTMOGUL, STRIPE, PROFITWELL] {
        check_events(&[began, refund(1000)], policies, &[("2025-01-01", Gained, 1000)], &[]);
    }
    let ends = Policies { refund: Refunds::Ends, ..KEPT };
    check_events(&[began, refund(999)], ends, &[("2025-01-01", Gained, 1000)], &[]);
    let lost = [("2025-01-01", Gained, 1000), ("2025-03-01", Lost, -1000)];
    check_events(&[began, refund(1000)], ends, &lost, &[Reason::SubscriptionBegan, Reason::Refunded]);
}
