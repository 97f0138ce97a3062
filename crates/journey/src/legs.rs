//! A life cut into legs: the way to the first purchase, from each purchase to the next or to leaving, and the way back.

use crate::events::{Columns, Life};
use crate::fates::Fates;
use model::EventKind;
use model::period::DAY_US;
use serde::Serialize;
use std::ops::Range;

const PURCHASE: u8 = EventKind::Purchase.code();
const SUBSCRIPTION: u8 = EventKind::Subscription.code();

/// Where a leg begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    /// With the first event of all.
    First,
    /// After a purchase.
    Again,
    /// After having been lost.
    Back,
}

/// Where a leg ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// With a purchase.
    Bought,
    /// With the customer booked as lost.
    Left,
    /// Not yet: the data end here.
    Open,
}

/// One leg of a life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Walked {
    pub(crate) leg: Leg,
    pub(crate) close: Close,
    /// The events on the way, without the purchases at its ends.
    pub(crate) events: Range<usize>,
    /// Where bought: what the purchase brought.
    pub(crate) value_minor: i64,
    /// From the beginning to the purchase, or in whole days to the day of loss; 0 while open.
    pub(crate) duration_us: u64,
}

/// The columns that legs are cut by.
pub(crate) const LEGS: Columns = Columns::DAY.and(Columns::KIND).and(Columns::VALUE);

/// Whether an event is a purchase: money earned once, or recurring value told anew.
fn is_purchase(life: &Life<'_>, at: usize) -> bool {
    life.kind[at] == PURCHASE || (life.kind[at] == SUBSCRIPTION && life.value_minor[at] > 0)
}

/// Tells every leg of a life in order. A leg on the way back on which nothing has happened yet is none.
pub(crate) fn cut(life: &Life<'_>, fates: &Fates, told: &mut impl FnMut(Walked)) {
    let mut losses = fates.losses(life.customer).peekable();
    let mut cutter = Cutter { life, leg: Leg::First, from: 0, bought_at: None, told };
    for at in 0..life.at_us.len() {
        while let Some(day) = losses.next_if(|day| *day <= life.day[at]) {
            cutter.lose(day, at);
        }
        if is_purchase(life, at) {
            cutter.buy(at);
        }
    }
    let end = life.at_us.len();
    for day in losses {
        cutter.lose(day, end);
    }
    if cutter.leg != Leg::Back || cutter.from < end {
        let open = Walked {
            leg: cutter.leg,
            close: Close::Open,
            events: cutter.from..end,
            value_minor: 0,
            duration_us: 0,
        };
        (cutter.told)(open);
    }
}

struct Cutter<'a, F> {
    life: &'a Life<'a>,
    leg: Leg,
    /// The first event of the leg.
    from: usize,
    /// The purchase with which it began.
    bought_at: Option<usize>,
    told: &'a mut F,
}

impl<F: FnMut(Walked)> Cutter<'_, F> {
    fn buy(&mut self, at: usize) {
        let begun_us = self.life.at_us[self.bought_at.unwrap_or(self.from)];
        (self.told)(Walked {
            leg: self.leg,
            close: Close::Bought,
            events: self.from..at,
            value_minor: self.life.value_minor[at],
            duration_us: self.life.at_us[at].abs_diff(begun_us),
        });
        (self.leg, self.from, self.bought_at) = (Leg::Again, at + 1, Some(at));
    }

    fn lose(&mut self, day: i32, at: usize) {
        let begun = self.life.day.get(self.bought_at.unwrap_or(self.from)).copied().unwrap_or(day);
        let days = i64::from(day) - i64::from(begun);
        (self.told)(Walked {
            leg: self.leg,
            close: Close::Left,
            events: self.from..at,
            value_minor: 0,
            duration_us: (days.max(0) * DAY_US).unsigned_abs(),
        });
        (self.leg, self.from, self.bought_at) = (Leg::Back, at, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_cut_where_it_buys_and_where_it_is_lost() {
        let day = [0, 1, 2, 2, 9, 9, 30];
        let at_us: Vec<i64> = day.iter().zip(0..).map(|(day, ms)| i64::from(*day) * DAY_US + ms).collect();
        let life = Life {
            customer: 0,
            at_us: &at_us,
            touchpoint: &[0; 7],
            day: &day,
            kind: &[0, 1, 0, 3, 0, 1, 0],
            outcome: &[],
            value_minor: &[0, 50, 0, 0, 0, 70, 0],
            reference: &[],
        };
        let fates = Fates::new(&[0, 0, 0, 0], &[1, 9, 9, 39], &[1, -1, 1, -1]).unwrap();
        let mut legs = Vec::new();
        cut(&life, &fates, &mut |leg| {
            legs.push((leg.leg, leg.close, leg.events, leg.value_minor, leg.duration_us));
        });
        let day_us = DAY_US.unsigned_abs();
        assert_eq!(
            legs,
            [
                (Leg::First, Close::Bought, 0..1, 50, day_us + 1),
                (Leg::Again, Close::Left, 2..4, 0, 8 * day_us),
                (Leg::Back, Close::Bought, 4..5, 70, 1),
                (Leg::Again, Close::Left, 6..7, 0, 30 * day_us),
            ],
            "a subscription of no value is no purchase"
        );
    }
}
