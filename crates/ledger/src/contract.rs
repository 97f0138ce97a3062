//! One customer's subscriptions in one contractual stream: what counts at the end of a day, and worth how much
//! (definitions: Active, Value; `model::config::policy`).

use crate::error::Error;
use crate::rates::CurrencyRates;
use crate::reason::Reason;
use model::config::Policies;
use model::config::policy::{Cancellation, Counting, Coupons, Free, Fx, Refunds, Several};
use model::{Clause, Day};

/// What an event says of a subscription.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notice {
    pub(crate) reference: u64,
    pub(crate) clause: Clause,
    /// 0 the company's own.
    pub(crate) currency: u8,
    /// Minor units of that currency a month.
    pub(crate) amount_minor: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Ended,
    Running,
    Trial,
    Paused,
    PastDue,
    Unpaid,
    Free,
}

#[derive(Debug, Clone, Copy)]
struct Subscription {
    reference: u64,
    state: State,
    /// Day on which the state began, and the ordinal of the event that said so.
    since: i32,
    since_seq: u32,
    cancelled: bool,
    currency: u8,
    price_minor: i64,
    coupon_minor: i64,
    lasting_minor: i64,
    /// Day of the last price.
    priced_on: i32,
    /// What counted at the end of the last settled day.
    counted: Option<Counted>,
}

/// An amount a month, in the currency of a code and in the company's.
#[derive(Debug, Clone, Copy)]
struct Counted {
    currency: u8,
    net_minor: i64,
    minor: i64,
}

/// How one subscription counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Count {
    Not,
    /// A customer worth nothing.
    Customer,
    /// Minor units of its own currency a month.
    Worth(i64),
}

/// What the subscriptions amount to at the end of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amounts {
    pub(crate) active: bool,
    /// Company's minor units a month.
    pub(crate) monthly_minor: i64,
    /// The part of the change since the last settled day that is exchange rates alone.
    pub(crate) fx_minor: i64,
}

/// The subscriptions of the current customer.
#[derive(Debug)]
pub(crate) struct Contract {
    policies: Policies,
    currencies: Vec<CurrencyRates>,
    /// Sorted by reference.
    subscriptions: Vec<Subscription>,
    /// Whether any event came since the last settled day.
    changed: bool,
    due: i32,
    is: Amounts,
    /// Whether there was value at the end of a day before.
    paid: bool,
    /// The day on which nothing counted any more, while the customer is held for a change of plan.
    held_since: Option<i32>,
    /// What an end would be put down to, and the ordinal of the event behind it.
    cause: (Reason, u32),
}

impl Contract {
    pub(crate) fn new(policies: Policies, currencies: &[CurrencyRates]) -> Self {
        Self {
            policies,
            currencies: currencies.to_vec(),
            subscriptions: Vec::new(),
            changed: false,
            due: i32::MAX,
            is: Amounts::default(),
            paid: false,
            held_since: None,
            cause: (Reason::SubscriptionEnded, 0),
        }
    }

    /// Forgets the customer.
    pub(crate) fn reset(&mut self) {
        self.subscriptions.clear();
        (self.changed, self.due, self.is) = (false, i32::MAX, Amounts::default());
        (self.paid, self.held_since) = (false, None);
    }

    /// What an end on the settled day is put down to, and the ordinal of the event behind it.
    pub(crate) const fn cause(&self) -> (Reason, u32) {
        self.cause
    }

    /// Takes what an event says. Fails on an amount in a currency without a rate on that day.
    pub(crate) fn say(&mut self, day: i32, seq: u32, notice: &Notice) -> Result<(), NoRate> {
        let Notice { reference, clause, currency, amount_minor } = *notice;
        self.changed = true;
        self.cause = (reason_of(clause), seq);
        let at = match self.subscriptions.binary_search_by_key(&reference, |known| known.reference) {
            Ok(at) => at,
            Err(at) => {
                self.subscriptions.insert(at, Subscription::unknown(reference));
                at
            }
        };
        let subscription = &mut self.subscriptions[at];
        if matches!(clause, Clause::Price | Clause::Trial) && amount_minor != 0 {
            if currency > 0 && rate_on(&self.currencies, currency, day).is_none() {
                return Err(NoRate { currency, day: Day(day) });
            }
            (subscription.currency, subscription.priced_on) = (currency, day);
        }
        subscription.say(day, seq, clause, amount_minor);
        Ok(())
    }

    /// Takes money given back for a subscription, in the company's currency; false when refunds are ignored.
    pub(crate) fn refund(&mut self, day: i32, seq: u32, reference: u64, amount_minor: i64) -> bool {
        if self.policies.refund == Refunds::Ignored {
            return false;
        }
        let (coupons, currencies) = (self.policies.coupon, &self.currencies);
        let found = self.subscriptions.iter_mut().find(|known| known.reference == reference);
        if let Some(subscription) = found
            && subscription.state != State::Ended
            && amount_minor
                >= converted(currencies, subscription.currency, subscription.net_minor(coupons), day)
        {
            subscription.state = State::Ended;
            (self.changed, self.cause) = (true, (Reason::Refunded, seq));
        }
        true
    }

    /// What a subscription counts on a day, the company's minor units a month.
    pub(crate) fn monthly_minor(&self, reference: u64, day: i32) -> i64 {
        let found = self.subscriptions.binary_search_by_key(&reference, |known| known.reference);
        let Ok(at) = found else { return 0 };
        let subscription = &self.subscriptions[at];
        match self.counts(subscription, day) {
            Count::Worth(net_minor) => self.worth(subscription, net_minor, day),
            Count::Not | Count::Customer => 0,
        }
    }

    /// Judges the end of `day`; returns the next day on which time alone may change it, or `i32::MAX`. Days must
    /// rise, and none that was returned may be jumped over.
    #[inline]
    pub(crate) fn settle(&mut self, day: i32) -> (Amounts, i32) {
        if self.changed || day >= self.due {
            self.judge(day);
        } else {
            self.is.fx_minor = 0;
        }
        (self.is, self.due)
    }

    fn judge(&mut self, day: i32) {
        let was = self.is;
        self.paid |= was.monthly_minor > 0;
        self.changed = false;
        let counted = self.count(day);
        self.is = counted;
        self.due = self.next_due(day);
        let held = self.held_since.unwrap_or(day);
        let hold_days = i32::try_from(self.policies.plan_change_days).unwrap_or(i32::MAX);
        let until = held.saturating_add(hold_days);
        if !counted.active && was.active && day < until {
            self.held_since = Some(held);
            self.is = Amounts { fx_minor: 0, ..was };
            self.due = self.due.min(until);
        } else {
            self.held_since = None;
        }
    }

    /// Counts every subscription at the end of `day`.
    fn count(&mut self, day: i32) -> Amounts {
        let (mut sum, mut sum_fx, mut customer) = (0, 0, false);
        let (mut dearest_was, mut dearest) = ((0, None), (0, None, 0));
        for at in 0..self.subscriptions.len() {
            let subscription = self.subscriptions[at];
            if self.lapses_on(&subscription).is_some_and(|lapse| lapse == day) {
                self.cause = (Reason::PaymentOverdue, subscription.since_seq);
            }
            let count = self.counts(&subscription, day);
            customer |= count == Count::Customer;
            let counted = match count {
                Count::Worth(net_minor) => {
                    let minor = self.worth(&subscription, net_minor, day);
                    Some(Counted { currency: subscription.currency, net_minor, minor })
                }
                Count::Not | Count::Customer => None,
            };
            let fx_minor = self.revalued(&subscription, counted, day);
            let was_minor = subscription.counted.map_or(0, |was| was.minor);
            let minor = counted.map_or(0, |now| now.minor);
            if was_minor > dearest_was.0 {
                dearest_was = (was_minor, Some(at));
            }
            if minor > dearest.0 {
                dearest = (minor, Some(at), fx_minor);
            }
            (sum, sum_fx) = (sum + minor, sum_fx + fx_minor);
            self.subscriptions[at].counted = counted;
        }
        let (value, fx_minor) = match self.policies.several {
            Several::Sum => (sum, sum_fx),
            Several::Highest if dearest.1 == dearest_was.1 => (dearest.0, dearest.2),
            Several::Highest => (dearest.0, 0),
        };
        Amounts { active: value > 0 || customer, monthly_minor: value.max(0), fx_minor }
    }

    /// The change since the last settled day that is exchange rates alone: of what counted and still does.
    fn revalued(&self, subscription: &Subscription, counted: Option<Counted>, day: i32) -> i64 {
        match (subscription.counted, counted) {
            (Some(was), Some(now)) if self.policies.fx == Fx::Revalued && was.currency == now.currency => {
                self.worth(subscription, was.net_minor, day) - was.minor
            }
            _ => 0,
        }
    }

    fn counts(&self, subscription: &Subscription, day: i32) -> Count {
        let Policies { trial, pause, past_due, unpaid, .. } = self.policies;
        if subscription.cancelled && self.policies.cancellation == Cancellation::AtRequest {
            return Count::Not;
        }
        let counting = match subscription.state {
            State::Ended => Counting::Excluded,
            State::Running => Counting::Counts,
            State::Trial => trial,
            State::Paused => pause,
            State::PastDue if self.lapses_on(subscription).is_some_and(|lapse| day >= lapse) => {
                Counting::Excluded
            }
            State::PastDue => past_due,
            State::Unpaid => unpaid,
            State::Free => return self.free(),
        };
        match counting {
            Counting::Excluded => Count::Not,
            Counting::Customer => Count::Customer,
            Counting::Counts => match subscription.net_minor(self.policies.coupon) {
                0 => self.free(),
                net => Count::Worth(net),
            },
        }
    }

    fn free(&self) -> Count {
        let customer = match self.policies.free {
            Free::Customer => true,
            Free::OncePaid => self.paid,
            Free::Excluded => false,
        };
        if customer { Count::Customer } else { Count::Not }
    }

    /// The day on which a late payment has been late for too long.
    fn lapses_on(&self, subscription: &Subscription) -> Option<i32> {
        let days = self.policies.past_due_days.filter(|_| subscription.state == State::PastDue)?;
        Some(subscription.since.saturating_add(i32::try_from(days).unwrap_or(i32::MAX)).saturating_add(1))
    }

    /// An amount of a subscription in the company's currency at the end of `day`.
    fn worth(&self, subscription: &Subscription, net_minor: i64, day: i32) -> i64 {
        let rated_on = match self.policies.fx {
            Fx::Dated => subscription.priced_on,
            Fx::Revalued => subscription.priced_on.max(crate::rates::last_month_end(day)),
        };
        converted(&self.currencies, subscription.currency, net_minor, rated_on)
    }

    fn next_due(&self, day: i32) -> i32 {
        let mut due = i32::MAX;
        for subscription in &self.subscriptions {
            if let Some(lapse) = self.lapses_on(subscription).filter(|lapse| *lapse > day) {
                due = due.min(lapse);
            }
            let foreign = subscription.currency > 0 && subscription.counted.is_some();
            if foreign && self.policies.fx == Fx::Revalued {
                due = due.min(crate::rates::next_month_end(day));
            }
        }
        due
    }
}

/// There is no rate of a currency on a day.
#[derive(Debug)]
pub(crate) struct NoRate {
    pub(crate) currency: u8,
    pub(crate) day: Day,
}

impl NoRate {
    pub(crate) fn of(&self, customer: u32) -> Error {
        Error::NoRate { customer, currency: self.currency, day: self.day }
    }
}

fn rate_on(currencies: &[CurrencyRates], currency: u8, day: i32) -> Option<f64> {
    currencies.get(usize::from(currency).checked_sub(1)?)?.on(Day(day))
}

/// An amount in the company's currency at the rate of a day; 0 without a rate.
fn converted(currencies: &[CurrencyRates], currency: u8, minor: i64, day: i32) -> i64 {
    if currency == 0 {
        return minor;
    }
    (minor as f64 * rate_on(currencies, currency, day).unwrap_or(0.0)).round() as i64
}

impl Subscription {
    const fn unknown(reference: u64) -> Self {
        Self {
            reference,
            state: State::Ended,
            since: i32::MIN,
            since_seq: 0,
            cancelled: false,
            currency: 0,
            price_minor: 0,
            coupon_minor: 0,
            lasting_minor: 0,
            priced_on: i32::MIN,
            counted: None,
        }
    }

    const fn say(&mut self, day: i32, seq: u32, clause: Clause, amount_minor: i64) {
        let state = match clause {
            Clause::Price if amount_minor == 0 => State::Ended,
            Clause::Price | Clause::Resumed => State::Running,
            Clause::Trial => State::Trial,
            Clause::Free => State::Free,
            Clause::Paused | Clause::PastDue | Clause::Unpaid if matches!(self.state, State::Ended) => {
                State::Ended
            }
            Clause::Paused => State::Paused,
            Clause::PastDue => State::PastDue,
            Clause::Unpaid => State::Unpaid,
            Clause::Cancelled | Clause::Coupon | Clause::LastingCoupon => self.state,
        };
        match clause {
            Clause::Price if amount_minor == 0 => {}
            Clause::Price | Clause::Trial => self.price_minor = amount_minor,
            Clause::Coupon => self.coupon_minor = amount_minor,
            Clause::LastingCoupon => self.lasting_minor = amount_minor,
            _ => {}
        }
        self.cancelled = match clause {
            Clause::Cancelled => true,
            Clause::Price | Clause::Resumed | Clause::Trial => false,
            _ => self.cancelled,
        };
        let still = matches!((self.state, state), (State::PastDue, State::PastDue));
        if !still {
            (self.since, self.since_seq) = (day, seq);
        }
        self.state = state;
    }

    /// What is paid a month, in its own currency; coupons never take off more than a price.
    fn net_minor(&self, coupons: Coupons) -> i64 {
        let off = match coupons {
            Coupons::All => self.coupon_minor.saturating_add(self.lasting_minor),
            Coupons::Lasting => self.lasting_minor,
            Coupons::Ignored => 0,
        };
        self.price_minor - off.clamp(0, self.price_minor.max(0))
    }
}

/// What an end that follows a clause is put down to.
const fn reason_of(clause: Clause) -> Reason {
    match clause {
        Clause::Price | Clause::Resumed | Clause::Trial => Reason::SubscriptionEnded,
        Clause::Paused => Reason::SubscriptionPaused,
        Clause::PastDue | Clause::Unpaid => Reason::PaymentOverdue,
        Clause::Free | Clause::Coupon | Clause::LastingCoupon => Reason::WentFree,
        Clause::Cancelled => Reason::CancellationAsked,
    }
}
