//! What is kept of one customer's events while they are read: enough to tell, for any day, what came before it.

use super::cause::Cause;
use super::moment::{Likeness, Moment, purchase_band, recency_band, tenure_band, value_band};
use super::walk::{Event, Saying, Settings};
use super::{NOTHING_SAID, WINDOW_DAYS};
use model::{EventKind, Outcome};

/// Days over which purchases count into value.
const YEAR_DAYS: i32 = 365;
const MONTHS: i64 = 12;

/// One customer's events, in order; emptied and used again for the next.
#[derive(Debug, Default)]
pub(super) struct Life {
    /// Days and streams of purchases.
    pub(super) purchases: Vec<(i32, u16)>,
    /// Days of money in or out, with the sum so far.
    net: Vec<(i32, i64)>,
    /// Days on which recurring value changed, with the sum per month from then on.
    pub(super) monthly: Vec<(i32, i64)>,
    /// Recurring value per month by reference.
    subscriptions: Vec<(u64, i64)>,
    /// What may be a cause; by day once closed.
    marks: Vec<(i32, Cause)>,
    /// Contacts without an answer yet.
    open: Vec<Open>,
    /// Days on which anything but a purchase happened, each once.
    contacts: Vec<i32>,
    /// What was said, by day.
    said: Vec<(i32, u32)>,
    /// Day of the first purchase or subscription.
    began: Option<i32>,
}

#[derive(Debug)]
struct Open {
    reference: u64,
    touchpoint: u16,
    day: i32,
    days: i32,
}

impl Life {
    pub(super) fn clear(&mut self) {
        self.purchases.clear();
        self.net.clear();
        self.monthly.clear();
        self.subscriptions.clear();
        self.marks.clear();
        self.open.clear();
        self.contacts.clear();
        self.said.clear();
        self.began = None;
    }

    /// Takes the next event.
    pub(super) fn take(&mut self, event: &Event, settings: &Settings) {
        self.answer(event);
        match EventKind::from_code(event.kind) {
            Some(EventKind::Purchase) if settings.gap(event.stream).is_some() => {
                self.began.get_or_insert(event.day);
                self.purchases.push((event.day, event.stream));
                self.pay(event.day, event.value_minor);
            }
            Some(EventKind::Refund) => {
                self.pay(event.day, event.value_minor.saturating_neg());
                self.marks.push((event.day, Cause::Refunded));
            }
            Some(EventKind::Subscription) if settings.is_contract(event.stream) => self.subscribe(event),
            Some(EventKind::Contact | EventKind::Response) => self.meet(event, settings),
            _ => {}
        }
        if Outcome::from_code(event.outcome).is_some_and(Outcome::is_failure) {
            self.marks.push((event.day, Cause::Failed(event.touchpoint)));
        }
        let speaks =
            !matches!(EventKind::from_code(event.kind), Some(EventKind::Purchase | EventKind::Refund));
        if speaks && event.said != NOTHING_SAID {
            self.said.push((event.day, event.said));
        }
    }

    fn answer(&mut self, event: &Event) {
        if event.reference != 0 {
            self.open.retain(|open| open.reference != event.reference || event.day > open.day + open.days);
        }
    }

    fn pay(&mut self, day: i32, value_minor: i64) {
        let before = self.net.last().map_or(0, |(_, sum)| *sum);
        self.net.push((day, before.saturating_add(value_minor)));
    }

    fn subscribe(&mut self, event: &Event) {
        self.began.get_or_insert(event.day);
        let at = self.subscriptions.iter().position(|(reference, _)| *reference == event.reference);
        let at = at.unwrap_or_else(|| {
            self.subscriptions.push((event.reference, 0));
            self.subscriptions.len() - 1
        });
        let before = std::mem::replace(&mut self.subscriptions[at].1, event.value_minor);
        if before > 0 && event.value_minor > before {
            self.marks.push((event.day, Cause::PriceRose));
        }
        let sum = self.monthly.last().map_or(0, |(_, sum)| *sum) + event.value_minor - before;
        if before > 0 && sum <= 0 {
            self.marks.push((event.day, Cause::SubscriptionEnded));
        }
        self.monthly.push((event.day, sum));
    }

    fn meet(&mut self, event: &Event, settings: &Settings) {
        if self.contacts.last() != Some(&event.day) {
            self.contacts.push(event.day);
        }
        let days = settings.answer_days.get(usize::from(event.touchpoint)).copied().unwrap_or(0) as i32;
        let asks = event.kind == EventKind::Contact.code() && event.outcome == Outcome::Unknown.code();
        if days > 0 && asks && event.reference != 0 {
            let Event { reference, touchpoint, day, .. } = *event;
            self.open.push(Open { reference, touchpoint, day, days });
        }
    }

    /// To be called once all events are taken: what was not answered by the end of its time is known now.
    pub(super) fn close(&mut self, as_of: i32) {
        let late = self.open.drain(..).filter(|open| open.day.saturating_add(open.days) <= as_of);
        self.marks.extend(late.map(|open| (open.day, Cause::Unanswered(open.touchpoint))));
        self.marks.sort_unstable();
    }

    /// The customer on `day`, looked at after the purchase of `bought_on`, or before a contract's end.
    pub(super) fn moment(&self, customer: u32, segment: u16, day: i32, bought_on: Option<i32>) -> Moment {
        let from = day - WINDOW_DAYS + 1;
        let until = |end: i32| self.purchases.partition_point(|(at, _)| *at <= end);
        let last = until(day).checked_sub(1).map(|at| self.purchases[at].0);
        let first_purchase = last.is_some_and(|last| self.purchases[0].0 == last);
        let at = bought_on.unwrap_or(day);
        let monthly = self.monthly_on(day);
        let value_minor = self.year_net(day).saturating_add(monthly.saturating_mul(MONTHS));
        let likeness = Likeness {
            by_contract: bought_on.is_none(),
            under_contract: monthly > 0,
            first_purchase,
            segment,
            tenure: tenure_band(self.began.map_or(0, |began| at - began)),
            value: value_band(value_minor),
            purchases: purchase_band(until(day) - until(from - 1)),
            recency: if bought_on.is_some() { 0 } else { recency_band(last.map(|last| day - last)) },
        };
        let causes = self.causes(from, day, bought_on.is_some(), first_purchase);
        Moment { customer, day, value_minor, likeness, causes }
    }

    fn causes(&self, from: i32, day: i32, by_purchase: bool, first_purchase: bool) -> Box<[Cause]> {
        let range = self.marks.partition_point(|(at, _)| *at < from)
            ..self.marks.partition_point(|(at, _)| *at <= day);
        let mut causes: Vec<Cause> = self.marks[range].iter().map(|(_, cause)| *cause).collect();
        if !by_purchase {
            // A contract that ended is the loss itself, or one of several that ended together.
            causes.retain(|cause| *cause != Cause::SubscriptionEnded);
        }
        if by_purchase && first_purchase {
            causes.push(Cause::FirstPurchase);
        }
        let contacts = &self.contacts;
        if contacts.partition_point(|at| *at < from) == contacts.partition_point(|at| *at <= day) {
            causes.push(Cause::Silence);
        }
        causes.sort_unstable();
        causes.dedup();
        causes.into_boxed_slice()
    }

    /// Recurring value per month at the end of a day.
    pub(super) fn monthly_on(&self, day: i32) -> i64 {
        last_until(&self.monthly, day)
    }

    fn year_net(&self, day: i32) -> i64 {
        last_until(&self.net, day) - last_until(&self.net, day - YEAR_DAYS)
    }

    /// The last reason that a silo gave as such in these days; without one, the last text that tells one.
    pub(super) fn last_said(&self, from: i32, until: i32, sayings: &[Saying]) -> Option<u32> {
        let range = self.said.partition_point(|(at, _)| *at < from)
            ..self.said.partition_point(|(at, _)| *at <= until);
        let saying = |said: u32| sayings.get(said as usize);
        let all = || self.said[range.clone()].iter().rev().map(|(_, said)| *said);
        let given = all().find(|said| saying(*said).is_some_and(|saying| saying.given));
        given.or_else(|| all().find(|said| saying(*said).is_some_and(|saying| saying.reason.is_some())))
    }
}

fn last_until(sums: &[(i32, i64)], day: i32) -> i64 {
    let after = sums.partition_point(|(at, _)| *at <= day);
    after.checked_sub(1).map_or(0, |at| sums[at].1)
}
