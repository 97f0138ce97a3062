//! The policies of contractual streams told once more, slowly: every day from all that was said up to it.

use crate::books::Event;
use ledger::CurrencyRates;
use model::config::Policies;
use model::config::policy::{Cancellation, Counting, Coupons, Free, Fx, Several};
use model::{Clause, Day, Granularity, Period};
use std::collections::BTreeSet;

/// The end of a day: whether active, value a month, and what exchange rates alone changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) active: bool,
    pub(crate) monthly_minor: i64,
    pub(crate) fx_minor: i64,
}

/// What one subscription counts for: currency, amount in it, amount in the company's.
type Worth = (u8, i64, i64);

/// The ends of all days from `first` to `last`, of one customer's events in order.
pub(crate) fn ends(
    events: &[Event],
    policies: &Policies,
    currencies: &[CurrencyRates],
    first: i32,
    last: i32,
) -> Vec<End> {
    let references: BTreeSet<u64> = events.iter().map(|event| event.reference).collect();
    let mut ends: Vec<End> = Vec::new();
    let mut yesterday: Vec<Option<Worth>> = vec![None; references.len()];
    let mut idle_since = None;
    for day in first..=last {
        let paid = ends.iter().any(|end| end.monthly_minor > 0);
        let mut today = Vec::new();
        let mut customer = false;
        let mut fx = Vec::new();
        for (at, reference) in references.iter().enumerate() {
            let said: Vec<&Event> =
                events.iter().filter(|event| event.reference == *reference && event.day <= day).collect();
            let counted = counted(&said, policies, day, paid);
            customer |= counted == Some(0);
            let in_own = |net| in_own(&said, policies, currencies, day, net);
            let worth = counted.filter(|net| *net > 0).map(|net| (price(&said).2, net, in_own(net)));
            fx.push(match (yesterday[at], worth) {
                (Some(was), Some(now)) if was.0 == now.0 && policies.fx == Fx::Revalued => {
                    in_own(was.1) - was.2
                }
                _ => 0,
            });
            today.push(worth);
        }
        let end = end_of(policies, &yesterday, &today, &fx, customer);
        let before = ends.last().copied().unwrap_or_default();
        if end.active {
            idle_since = None;
        } else {
            idle_since = idle_since.or(Some(day));
        }
        let held =
            before.active && idle_since.is_some_and(|since| day < since + policies.plan_change_days as i32);
        ends.push(if held { End { fx_minor: 0, ..before } } else { end });
        yesterday = today;
    }
    ends
}

fn end_of(
    policies: &Policies,
    yesterday: &[Option<Worth>],
    today: &[Option<Worth>],
    fx: &[i64],
    customer: bool,
) -> End {
    let minor = |worth: &Option<Worth>| worth.map_or(0, |worth| worth.2);
    let (monthly_minor, fx_minor) = match policies.several {
        Several::Sum => (today.iter().map(minor).sum(), fx.iter().sum()),
        Several::Highest => {
            let dearest = |of: &[Option<Worth>]| {
                let top = of.iter().map(minor).max().unwrap_or(0);
                of.iter().position(|worth| minor(worth) == top && top > 0)
            };
            let top = dearest(today);
            let same = top.filter(|_| top == dearest(yesterday));
            (today.iter().map(minor).max().unwrap_or(0), same.map_or(0, |at| fx[at]))
        }
    };
    End { active: monthly_minor > 0 || customer, monthly_minor, fx_minor }
}

/// What counts of one subscription, in its own currency: 0 is a customer worth nothing.
fn counted(said: &[&Event], policies: &Policies, day: i32, paid: bool) -> Option<i64> {
    let free = match policies.free {
        Free::Customer => Some(0),
        Free::OncePaid => paid.then_some(0),
        Free::Excluded => None,
    };
    let begins = |event: &&&Event| {
        matches!(event.clause, Clause::Price | Clause::Trial | Clause::Free | Clause::Resumed)
    };
    let began = said.iter().rposition(|event| begins(&event))?;
    if said[began].clause == Clause::Price && said[began].value_minor == 0 {
        return None;
    }
    let asked = said.iter().rposition(|event| event.clause == Clause::Cancelled);
    let withdrawn = said
        .iter()
        .rposition(|event| matches!(event.clause, Clause::Price | Clause::Trial | Clause::Resumed));
    if policies.cancellation == Cancellation::AtRequest && asked > withdrawn {
        return None;
    }
    let states: Vec<&Event> = said[began..]
        .iter()
        .copied()
        .filter(|e| !matches!(e.clause, Clause::Cancelled | Clause::Coupon | Clause::LastingCoupon))
        .collect();
    let counting = match states[states.len() - 1].clause {
        Clause::Trial => policies.trial,
        Clause::Paused => policies.pause,
        Clause::Unpaid => policies.unpaid,
        Clause::Free => return free,
        Clause::PastDue => {
            let run = states.iter().rev().take_while(|event| event.clause == Clause::PastDue);
            let since = run.last().map_or(day, |event| event.day);
            let late = policies.past_due_days.is_some_and(|days| day - since > days as i32);
            if late { Counting::Excluded } else { policies.past_due }
        }
        _ => Counting::Counts,
    };
    match counting {
        Counting::Excluded => None,
        Counting::Customer => Some(0),
        Counting::Counts => {
            let off = |clause| {
                said.iter().rev().find(|event| event.clause == clause).map_or(0, |event| event.value_minor)
            };
            let off = match policies.coupon {
                Coupons::All => off(Clause::Coupon) + off(Clause::LastingCoupon),
                Coupons::Lasting => off(Clause::LastingCoupon),
                Coupons::Ignored => 0,
            };
            let net = (price(said).0 - off).max(0);
            if net == 0 { free } else { Some(net) }
        }
    }
}

/// Price, its day, its currency.
fn price(said: &[&Event]) -> (i64, i32, u8) {
    let named = |event: &&&Event| {
        event.clause == Clause::Trial || event.clause == Clause::Price && event.value_minor != 0
    };
    let priced = |event: &&&Event| named(event) && event.value_minor != 0;
    let amount = said.iter().rev().find(named).map_or(0, |event| event.value_minor);
    said.iter().rev().find(priced).map_or((amount, 0, 0), |event| (amount, event.day, event.currency))
}

fn in_own(
    said: &[&Event],
    policies: &Policies,
    currencies: &[CurrencyRates],
    day: i32,
    net_minor: i64,
) -> i64 {
    let (_, priced_on, currency) = price(said);
    if currency == 0 {
        return net_minor;
    }
    let ends_month = |day: &i32| Period::of(Granularity::Month, Day(*day)).end() == Day(day + 1);
    let month_end = (0..=day).rev().find(ends_month).unwrap_or(0);
    let rated_on = if policies.fx == Fx::Revalued { priced_on.max(month_end) } else { priced_on };
    let steps = &currencies[usize::from(currency) - 1].steps;
    let rate = steps.iter().rev().find(|(from, _)| from.0 <= rated_on).map_or(0.0, |(_, rate)| *rate);
    (net_minor as f64 * rate).round() as i64
}
