//! One customer in one revenue stream: what counts, from when until when (definitions: Active, Value).

use crate::contract::{Amounts, Contract, NoRate, Notice};
use crate::reason::Reason;
use crate::rules::{Regime, Rules, StreamRule};
use std::collections::VecDeque;

/// Days over which a purchase or refund counts into value, its own day included.
const YEAR_DAYS: i32 = 365;
const MARGIN_PARTS: i64 = 1_000_000_000;
const NEVER: Mark = Mark { day: i32::MIN, seq: 0 };

/// An event by day and ordinal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    day: i32,
    seq: u32,
}

/// A purchase or refund in the trailing year.
#[derive(Debug, Clone, Copy)]
struct Counted {
    mark: Mark,
    value_minor: i64,
}

/// Active or not, and worth how much, at the end of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) active: bool,
    pub(crate) value_minor: i64,
}

#[derive(Debug)]
enum Kind {
    Contractual { factor: i64, contract: Contract },
    Purchases { gap_days: i32, margin_parts: Option<i64> },
}

/// The state of the current customer; buffers are reused from one customer to the next.
#[derive(Debug)]
pub(crate) struct Stream {
    kind: Kind,
    /// Whether the current customer has any event in it.
    pub(crate) touched: bool,
    /// End of the last settled day, and of the one before it.
    pub(crate) is: Standing,
    pub(crate) was: Standing,
    /// Whether it was still active at the opening of the last settled day, before that day's events.
    pub(crate) opened: bool,
    active_until: i32,
    purchased: Mark,
    /// Day whose opening found the stream lapsed although it was bought on, and the purchase before that.
    lapsed: Mark,
    refunded: Mark,
    left_the_year: Mark,
    year: VecDeque<Counted>,
    year_minor: i64,
    subscribed: Mark,
    /// The part of the last settled day's change that is exchange rates alone.
    pub(crate) fx_minor: i64,
}

impl Stream {
    pub(crate) fn new(rule: &StreamRule, rules: &Rules) -> Self {
        let kind = match rule.regime {
            Regime::Contractual { policies } => Kind::Contractual {
                factor: if rules.annual { 12 } else { 1 },
                contract: Contract::new(policies, &rules.currencies),
            },
            Regime::Purchases { gap_days } => Kind::Purchases {
                gap_days: i32::try_from(gap_days).unwrap_or(i32::MAX),
                margin_parts: rule.margin.map(|share| (share * MARGIN_PARTS as f64).round() as i64),
            },
        };
        Self {
            kind,
            touched: false,
            is: Standing::default(),
            was: Standing::default(),
            opened: false,
            active_until: i32::MIN,
            purchased: NEVER,
            lapsed: NEVER,
            refunded: NEVER,
            left_the_year: NEVER,
            year: VecDeque::new(),
            year_minor: 0,
            subscribed: NEVER,
            fx_minor: 0,
        }
    }

    /// Forgets the customer.
    pub(crate) fn reset(&mut self) {
        (self.touched, self.opened) = (false, false);
        (self.is, self.was) = (Standing::default(), Standing::default());
        self.active_until = i32::MIN;
        (self.purchased, self.refunded, self.left_the_year, self.subscribed) = (NEVER, NEVER, NEVER, NEVER);
        self.lapsed = NEVER;
        self.year.clear();
        self.year_minor = 0;
        self.fx_minor = 0;
        if let Kind::Contractual { contract, .. } = &mut self.kind {
            contract.reset();
        }
    }

    /// Takes a purchase; false when this stream does not count purchases.
    #[inline]
    pub(crate) fn purchase(&mut self, day: i32, seq: u32, value_minor: i64) -> bool {
        let Kind::Purchases { gap_days, margin_parts } = self.kind else {
            return false;
        };
        if self.is.active && day > self.active_until {
            self.lapsed = Mark { day, seq: self.purchased.seq };
        }
        self.purchased = Mark { day, seq };
        self.active_until = day.saturating_add(gap_days);
        self.count(self.purchased, with_margin(value_minor, margin_parts));
        true
    }

    /// Takes a refund of `value_minor`; false when this stream does not count refunds.
    pub(crate) fn refund(&mut self, day: i32, seq: u32, reference: u64, value_minor: i64) -> bool {
        match &mut self.kind {
            Kind::Contractual { contract, .. } => {
                self.touched = true;
                contract.refund(day, seq, reference, value_minor)
            }
            Kind::Purchases { margin_parts, .. } => {
                let margin_parts = *margin_parts;
                self.refunded = Mark { day, seq };
                self.count(self.refunded, -with_margin(value_minor, margin_parts));
                true
            }
        }
    }

    /// Takes what an event says of a subscription; false when this stream has none. Fails on an amount in a
    /// currency without a rate.
    pub(crate) fn subscribe(&mut self, day: i32, seq: u32, notice: &Notice) -> Result<bool, NoRate> {
        let Kind::Contractual { contract, .. } = &mut self.kind else {
            return Ok(false);
        };
        self.touched = true;
        self.subscribed = Mark { day, seq };
        contract.say(day, seq, notice).map(|()| true)
    }

    #[inline]
    fn count(&mut self, mark: Mark, value_minor: i64) {
        self.touched = true;
        if value_minor != 0 {
            self.year.push_back(Counted { mark, value_minor });
            self.year_minor += value_minor;
        }
    }

    /// Judges the opening and the end of `day`: moves `is` to the end and `was` to what it was; returns the
    /// next day on which time alone may change it, or `i32::MAX`. Days must rise, and none that was returned may be jumped over.
    #[inline]
    pub(crate) fn settle(&mut self, day: i32) -> i32 {
        self.was = self.is;
        self.opened = self.was.active && self.lapsed.day != day;
        match &mut self.kind {
            Kind::Contractual { factor, contract } => {
                let (Amounts { active, monthly_minor, fx_minor }, due) = contract.settle(day);
                self.is = Standing { active, value_minor: monthly_minor * *factor };
                self.fx_minor = fx_minor * *factor;
                due
            }
            Kind::Purchases { .. } => {
                let next_leaves = self.drop_left(day);
                if day > self.active_until {
                    self.opened = false;
                    self.is = Standing::default();
                    return i32::MAX;
                }
                self.is = Standing { active: true, value_minor: self.year_minor };
                self.active_until.saturating_add(1).min(next_leaves)
            }
        }
    }

    /// Drops what left the trailing year by the end of `day`; returns the day on which the next one leaves.
    #[inline]
    fn drop_left(&mut self, day: i32) -> i32 {
        while let Some(oldest) = self.year.front() {
            let leaves = oldest.mark.day.saturating_add(YEAR_DAYS);
            if leaves > day {
                return leaves;
            }
            self.year_minor -= oldest.value_minor;
            self.left_the_year = Mark { day: leaves, seq: oldest.mark.seq };
            self.year.pop_front();
        }
        i32::MAX
    }

    /// Ordinal of the last event of a subscription.
    pub(crate) const fn subscribed_seq(&self) -> u32 {
        self.subscribed.seq
    }

    /// Change of value on the last settled day, beside exchange rates.
    pub(crate) const fn delta(&self) -> i64 {
        self.is.value_minor - self.was.value_minor - self.fx_minor
    }

    /// Why it became active on the settled day, and the ordinal of the event behind that.
    pub(crate) const fn cause_of_beginning(&self) -> (Reason, u32) {
        match self.kind {
            Kind::Contractual { .. } => (Reason::SubscriptionBegan, self.subscribed.seq),
            Kind::Purchases { .. } => (Reason::Purchased, self.purchased.seq),
        }
    }

    /// Why it stopped being active on the settled `day`, be it only until that day's events, and the ordinal
    /// of the event behind that.
    pub(crate) const fn cause_of_end(&self, day: i32) -> (Reason, u32) {
        match &self.kind {
            Kind::Contractual { contract, .. } => contract.cause(),
            Kind::Purchases { .. } if self.lapsed.day == day => (Reason::NoPurchase, self.lapsed.seq),
            Kind::Purchases { .. } => (Reason::NoPurchase, self.purchased.seq),
        }
    }

    /// Why its value changed from the day before to the end of the settled `day`, and the ordinal of the event
    /// behind that.
    #[inline]
    pub(crate) fn cause_of_change(&self, day: i32) -> (Reason, u32) {
        match (self.was.active, self.is.active) {
            (false, true) => return self.cause_of_beginning(),
            (true, false) => return self.cause_of_end(day),
            _ => {}
        }
        let rose = self.delta() > 0;
        if let Kind::Contractual { .. } = self.kind {
            let reason = if rose { Reason::SubscriptionRose } else { Reason::SubscriptionFell };
            return (reason, self.subscribed.seq);
        }
        let purchased = (Reason::Purchased, self.purchased);
        let refunded = (Reason::Refunded, self.refunded);
        let left = (Reason::LeftTheYear, self.left_the_year);
        let likely = if rose { [purchased, left, refunded] } else { [refunded, left, purchased] };
        let (reason, mark) =
            likely.into_iter().find(|(_, mark)| mark.day == day).unwrap_or((likely[0].0, likely[0].1));
        (reason, mark.seq)
    }
}

/// The part of an amount that is value, rounded half away from zero.
#[inline]
fn with_margin(value_minor: i64, margin_parts: Option<i64>) -> i64 {
    let Some(parts) = margin_parts else {
        return value_minor;
    };
    let exact = i128::from(value_minor) * i128::from(parts);
    let half = i128::from(MARGIN_PARTS / 2) * exact.signum();
    ((exact + half) / i128::from(MARGIN_PARTS)) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_margin_rounds_half_away_from_zero_also_where_floats_would_not() {
        let table =
            [(100, 0.285, 29), (-100, 0.285, -29), (5, 0.5, 3), (-5, 0.5, -3), (4, 0.1, 0), (7, 1.0, 7)];
        for (value, share, expected) in table {
            let parts = (share * MARGIN_PARTS as f64).round() as i64;
            assert_eq!(with_margin(value, Some(parts)), expected, "{value} × {share}");
        }
        assert_eq!(with_margin(7, None), 7);
    }
}
