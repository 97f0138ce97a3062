//! The ledger's rules told once more, slowly: the opening and the end of every day of every customer are
//! computed from all its events.

use crate::books::{CONTRACTUAL, Event};
use ledger::{Postings, Reason, Regime, Rules, States, StreamRule};
use model::{EventKind, Movement};
use std::collections::BTreeMap;

/// Active or not, and worth how much, at the end of a day.
pub(crate) type Standing = (bool, i64);

/// Every day of one customer, from the day before the first event to the end of the books.
pub(crate) struct Days {
    pub(crate) customer: u32,
    pub(crate) first_day: i32,
    /// The ends of the days.
    pub(crate) standings: Vec<Standing>,
    /// Whether active at the openings of the days, before their events.
    pub(crate) openings: Vec<bool>,
}

impl Days {
    pub(crate) fn on(&self, day: i32) -> Standing {
        let at = usize::try_from(day - self.first_day).ok();
        at.and_then(|at| self.standings.get(at)).copied().unwrap_or((false, 0))
    }

    pub(crate) fn opened(&self, day: i32) -> bool {
        usize::try_from(day - self.first_day).is_ok_and(|at| self.openings[at])
    }

    /// Lost on the day, be it for some hours only.
    pub(crate) fn lost(&self, day: i32) -> bool {
        self.on(day - 1).0 && (!self.opened(day) || !self.on(day).0)
    }

    /// Gained or won back on the day.
    pub(crate) fn entered(&self, day: i32) -> bool {
        self.on(day).0 && (!self.on(day - 1).0 || !self.opened(day))
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
    let all = || first_day..=rules.as_of.0;
    let standings = all().map(|day| customer_on(events, rules, day)).collect();
    let openings = all().map(|day| {
        let earlier: Vec<&Event> = events.iter().copied().filter(|event| event.day < day).collect();
        customer_on(&earlier, rules, day).0
    });
    Days { customer: events[0].customer, first_day, standings, openings: openings.collect() }
}

/// The standing on a day after the events, as far as they are known by its end.
fn customer_on(events: &[&Event], rules: &Rules, day: i32) -> Standing {
    let streams = 0..rules.streams.len();
    streams.map(|code| stream_on(events, rules, code, day)).fold((false, 0), |a, b| (a.0 || b.0, a.1 + b.1))
}

fn stream_on(events: &[&Event], rules: &Rules, code: usize, day: i32) -> Standing {
    let rule = &rules.streams[code];
    let known = events.iter().filter(|event| usize::from(event.stream) == code && event.day <= day);
    match rule.regime {
        Regime::Contractual { .. } => {
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
            let (before, after) = (days.on(day - 1).1, days.on(day).1);
            if days.lost(day) {
                book(&mut postings, &events, rules, day, Movement::Lost, -before);
            }
            if days.entered(day) {
                let movement = if ever_active { Movement::WonBack } else { Movement::Gained };
                book(&mut postings, &events, rules, day, movement, after);
                ever_active = true;
            } else if !days.lost(day) && after != before {
                let movement = if after > before { Movement::Expanded } else { Movement::Contracted };
                book(&mut postings, &events, rules, day, movement, after - before);
            }
        }
    }
    postings
}

fn book(
    postings: &mut Postings,
    events: &[&Event],
    rules: &Rules,
    day: i32,
    movement: Movement,
    value_minor: i64,
) {
    let stream = leading_stream(events, rules, movement, day);
    let (reason, seq) = match movement {
        Movement::Lost => cause_of_loss(events, rules, stream, day),
        Movement::Gained | Movement::WonBack => cause_of_entry(events, rules, stream, day),
        _ => cause_of_change(events, rules, stream, day),
    };
    postings.customer.push(events[0].customer);
    postings.day.push(day);
    postings.movement.push(movement.code());
    postings.count.push(match movement {
        Movement::Lost => -1,
        Movement::Gained | Movement::WonBack => 1,
        _ => 0,
    });
    postings.value_minor.push(value_minor);
    postings.reason.push(reason.code());
    postings.stream.push(stream as u16);
    postings.seq.push(seq as u32);
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

/// Ordinal of the last event of a kind in a stream up to the end of a day.
fn last(events: &[&Event], code: usize, kind: EventKind, day: i32) -> Option<usize> {
    events
        .iter()
        .rposition(|event| usize::from(event.stream) == code && event.kind == kind && event.day <= day)
}

/// A subscription ends by an event of the day; purchases end by those before the day.
fn cause_of_loss(events: &[&Event], rules: &Rules, code: usize, day: i32) -> (Reason, usize) {
    let (reason, seq) = match rules.streams[code].regime {
        Regime::Contractual { .. } => {
            (Reason::SubscriptionEnded, last(events, code, EventKind::Subscription, day))
        }
        Regime::Purchases { .. } => (Reason::NoPurchase, last(events, code, EventKind::Purchase, day - 1)),
    };
    (reason, seq.expect("an event before the loss"))
}

fn cause_of_entry(events: &[&Event], rules: &Rules, code: usize, day: i32) -> (Reason, usize) {
    let (reason, kind) = match rules.streams[code].regime {
        Regime::Contractual { .. } => (Reason::SubscriptionBegan, EventKind::Subscription),
        Regime::Purchases { .. } => (Reason::Purchased, EventKind::Purchase),
    };
    (reason, last(events, code, kind, day).expect("an event behind the entry"))
}

fn cause_of_change(events: &[&Event], rules: &Rules, code: usize, day: i32) -> (Reason, usize) {
    let (before, after) = (stream_on(events, rules, code, day - 1), stream_on(events, rules, code, day));
    match (before.0, after.0) {
        (false, true) => return cause_of_entry(events, rules, code, day),
        (true, false) => return cause_of_loss(events, rules, code, day),
        _ => {}
    }
    let rose = after.1 > before.1;
    if rules.streams[code].regime == CONTRACTUAL {
        let reason = if rose { Reason::SubscriptionRose } else { Reason::SubscriptionFell };
        return (reason, last(events, code, EventKind::Subscription, day).expect("a subscription"));
    }
    let today = |kind| last(events, code, kind, day).filter(|&seq| events[seq].day == day);
    let bought = today(EventKind::Purchase).map(|seq| (Reason::Purchased, seq));
    let refunded = today(EventKind::Refund).map(|seq| (Reason::Refunded, seq));
    let left = events.iter().rposition(|event| {
        let in_stream = usize::from(event.stream) == code && event.day == day - 365;
        in_stream && signed_value(event, &rules.streams[code]) != 0
    });
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
        let lost_on = all().rfind(|day| days.lost(*day));
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
