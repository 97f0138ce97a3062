//! The ledger's rules told once more, slowly: every day of every customer is computed from all its events.

use crate::books::Event;
use ledger::{Postings, Reason, Regime, Rules, States, StreamRule};
use model::{EventKind, Movement};
use std::collections::BTreeMap;

/// Active or not, and worth how much, at the end of a day.
pub(crate) type Standing = (bool, i64);

/// The end of every day of one customer, from the day before the first event to the end of the books.
pub(crate) struct Days {
    pub(crate) customer: u32,
    pub(crate) first_day: i32,
    pub(crate) standings: Vec<Standing>,
}

impl Days {
    pub(crate) fn on(&self, day: i32) -> Standing {
        let at = usize::try_from(day - self.first_day).ok();
        at.and_then(|at| self.standings.get(at)).copied().unwrap_or((false, 0))
    }
}

/// Events up to the end of the books, customer by customer.
pub(crate) fn customers<'a>(events: &'a [Event], rules: &Rules) -> Vec<Vec<&'a Event>> {
    let mut by_customer: BTreeMap<u32, Vec<&Event>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.day <= rules.as_of.0) {
        by_customer.entry(event.customer).or_default().push(event);
    }
    by_customer.into_values().collect()
}

pub(crate) fn days(events: &[&Event], rules: &Rules) -> Days {
    let first_day = events[0].day - 1;
    let standings = (first_day..=rules.as_of.0).map(|day| customer_on(events, rules, day)).collect();
    Days { customer: events[0].customer, first_day, standings }
}

fn customer_on(events: &[&Event], rules: &Rules, day: i32) -> Standing {
    let streams = 0..rules.streams.len();
    streams.map(|code| stream_on(events, rules, code, day)).fold((false, 0), |a, b| (a.0 || b.0, a.1 + b.1))
}

fn stream_on(events: &[&Event], rules: &Rules, code: usize, day: i32) -> Standing {
    let rule = &rules.streams[code];
    let known = events.iter().filter(|event| usize::from(event.stream) == code && event.day <= day);
    match rule.regime {
        Regime::Contractual => {
            let mut monthly = BTreeMap::new();
            for event in known.filter(|event| event.kind == EventKind::Subscription) {
                monthly.insert(event.reference, event.value_minor);
            }
            let sum: i64 = monthly.values().sum();
            if sum > 0 { (true, if rules.annual { sum * 12 } else { sum }) } else { (false, 0) }
        }
        Regime::Purchases { gap_days } => {
            let purchases = known.clone().filter(|event| event.kind == EventKind::Purchase);
            let Some(last) = purchases.map(|event| event.day).max() else {
                return (false, 0);
            };
            let within_gap = day - last <= gap_days as i32;
            let year = known.filter(|event| event.day + 364 >= day);
            let value: i64 = year.map(|event| signed_value(event, rule)).sum();
            if within_gap { (true, value) } else { (false, 0) }
        }
    }
}

fn signed_value(event: &Event, rule: &StreamRule) -> i64 {
    let thousandths = rule.margin.map_or(1000, |share| (share * 1000.0) as i64);
    let size = (event.value_minor.abs() * thousandths + 500) / 1000;
    match event.kind {
        EventKind::Purchase => size * event.value_minor.signum(),
        EventKind::Refund => -size * event.value_minor.signum(),
        _ => 0,
    }
}

/// The postings of a whole history.
pub(crate) fn postings(events: &[Event], rules: &Rules) -> Postings {
    let mut postings = Postings::default();
    for events in customers(events, rules) {
        let days = days(&events, rules);
        let mut ever_active = false;
        for day in days.first_day + 1..=rules.as_of.0 {
            let (before, after) = (days.on(day - 1), days.on(day));
            if before == after {
                continue;
            }
            let movement = match (before.0, after.0) {
                (false, _) if ever_active => Movement::WonBack,
                (false, _) => Movement::Gained,
                (true, false) => Movement::Lost,
                (true, true) if after.1 > before.1 => Movement::Expanded,
                (true, true) => Movement::Contracted,
            };
            ever_active = true;
            let stream = leading_stream(&events, rules, movement, day);
            let (reason, seq) = cause(&events, rules, stream, day);
            postings.customer.push(days.customer);
            postings.day.push(day);
            postings.movement.push(movement.code());
            postings.count.push(i8::from(after.0) - i8::from(before.0));
            postings.value_minor.push(after.1 - before.1);
            postings.reason.push(reason.code());
            postings.stream.push(stream as u16);
            postings.seq.push(seq as u32);
        }
    }
    postings
}

fn leading_stream(events: &[&Event], rules: &Rules, movement: Movement, day: i32) -> usize {
    let turn = |code: usize| (stream_on(events, rules, code, day - 1), stream_on(events, rules, code, day));
    let delta = |code: usize| turn(code).1.1 - turn(code).0.1;
    let mut codes = 0..rules.streams.len();
    let found = match movement {
        Movement::Gained | Movement::WonBack => codes.find(|&code| turn(code).1.0),
        Movement::Lost => codes.find(|&code| turn(code).0.0),
        Movement::Expanded => codes.rev().max_by_key(|&code| delta(code)),
        _ => codes.min_by_key(|&code| delta(code)),
    };
    found.expect("a stream moved")
}

fn cause(events: &[&Event], rules: &Rules, code: usize, day: i32) -> (Reason, usize) {
    let (before, after) = (stream_on(events, rules, code, day - 1), stream_on(events, rules, code, day));
    let rose = after.1 > before.1;
    let last = |wanted: &dyn Fn(&Event) -> bool| {
        events
            .iter()
            .rposition(|event| usize::from(event.stream) == code && event.day <= day && wanted(event))
    };
    if rules.streams[code].regime == Regime::Contractual {
        let reason = match (before.0, after.0) {
            (false, true) => Reason::SubscriptionBegan,
            (true, false) => Reason::SubscriptionEnded,
            _ if rose => Reason::SubscriptionRose,
            _ => Reason::SubscriptionFell,
        };
        return (reason, last(&|event| event.kind == EventKind::Subscription).expect("a subscription"));
    }
    let purchase = last(&|event| event.kind == EventKind::Purchase).expect("a purchase");
    if before.0 != after.0 {
        return (if after.0 { Reason::Purchased } else { Reason::NoPurchase }, purchase);
    }
    let today = |kind| last(&|event| event.kind == kind && event.day == day);
    let bought = today(EventKind::Purchase).map(|seq| (Reason::Purchased, seq));
    let refunded = today(EventKind::Refund).map(|seq| (Reason::Refunded, seq));
    let left = last(&|event| event.day == day - 365 && signed_value(event, &rules.streams[code]) != 0);
    let left = left.map(|seq| (Reason::LeftTheYear, seq));
    let found = if rose { bought.or(left).or(refunded) } else { refunded.or(left).or(bought) };
    found.expect("a cause")
}

/// Where every customer stands at the end of the books.
pub(crate) fn states(events: &[Event], rules: &Rules) -> States {
    let mut states = States::default();
    for events in customers(events, rules) {
        let days = days(&events, rules);
        let (active, value_minor) = days.on(rules.as_of.0);
        let all = || days.first_day + 1..=rules.as_of.0;
        let lost_on = all().rfind(|day| days.on(day - 1).0 && !days.on(*day).0);
        let sum =
            |kind| events.iter().filter(|event| event.kind == kind).map(|event| event.value_minor).sum();
        let (bought, refunded): (i64, i64) = (sum(EventKind::Purchase), sum(EventKind::Refund));
        let purchases: Vec<_> = events.iter().filter(|event| event.kind == EventKind::Purchase).collect();
        states.customer.push(days.customer);
        states.active.push(active);
        states.value_minor.push(value_minor);
        states.gained_on.push(all().find(|day| days.on(*day).0));
        states.lost_on.push(if active { None } else { lost_on });
        states.last_purchase_on.push(purchases.last().map(|event| event.day));
        states.purchases.push(purchases.len() as u32);
        states.net_minor.push(bought - refunded);
        states.events.push(events.len() as u32);
    }
    states
}
