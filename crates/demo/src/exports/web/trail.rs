//! The clicks one person leaves on the web site: looking around, ordering, and what the club and mails bring.

use crate::catalog::PRODUCTS;
use crate::chance::{Chance, Purpose};
use crate::life::purchases::{Place, waking_second};
use crate::life::{Life, Setting};
use crate::people::Person;
use model::Day;

/// One event on the web site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signal {
    pub(super) at_us: i64,
    pub(super) person: u32,
    /// Position among the person's events, which breaks ties.
    pub(super) step: u32,
    pub(super) what: What,
    /// 0 or 1.
    pub(super) device: u8,
    /// Logged in: the user id is sent along.
    pub(super) known: bool,
}

/// What was done. Products and pages by their index, orders by the number of the person's purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Identify,
    Page(u8),
    Viewed(u8),
    Added(u8),
    Checkout,
    OrderCompleted(u32),
    EmailClicked,
    OfferRedeemed,
    PaymentFailed,
    Unsubscribed,
}

impl What {
    /// The name of a track call; identify and page have none.
    pub(super) const fn event(self) -> Option<&'static str> {
        match self {
            Self::Identify | Self::Page(_) => None,
            Self::Viewed(_) => Some("Product Viewed"),
            Self::Added(_) => Some("Product Added"),
            Self::Checkout => Some("Checkout Started"),
            Self::OrderCompleted(_) => Some("Order Completed"),
            Self::EmailClicked => Some("Email Link Clicked"),
            Self::OfferRedeemed => Some("Club Offer Redeemed"),
            Self::PaymentFailed => Some("Payment Failed"),
            Self::Unsubscribed => Some("Unsubscribed"),
        }
    }
}

const MINUTE_US: i64 = 60_000_000;

/// Adds one person's events up to the end of the records.
pub(super) fn leave(setting: &Setting, person: &Person, life: &Life, signals: &mut Vec<Signal>) {
    let chance = Chance::of(setting.seed, Purpose::Visits, u64::from(person.id));
    let mut trail = Trail { setting, person, chance, step: 0, identified: false, signals };
    if person.habits.prospect {
        trail.look_around();
        return;
    }
    for (index, purchase) in life.purchases.iter().enumerate() {
        if matches!(purchase.place, Place::Shop(_)) {
            trail.order(index as u32, purchase.at_us);
        }
    }
    trail.club(life);
    trail.farewell(life);
}

struct Trail<'a> {
    setting: &'a Setting,
    person: &'a Person,
    chance: Chance,
    step: u32,
    identified: bool,
    signals: &'a mut Vec<Signal>,
}

impl Trail<'_> {
    fn add(&mut self, at_us: i64, what: What, (device, known): (u8, bool)) {
        let at_us = at_us + i64::from(self.chance.below(1000)) * 1000;
        if at_us < self.setting.end_us() {
            self.signals.push(Signal { at_us, person: self.person.id, step: self.step, what, device, known });
            self.step += 1;
        }
    }

    fn product(&mut self) -> u8 {
        let share = self.chance.share();
        (share * share * PRODUCTS.len() as f64) as u8
    }

    /// A visit without an order.
    fn browse(&mut self, at_us: i64, who: (u8, bool)) {
        let page = self.chance.below(5) as u8;
        self.add(at_us, What::Page(page), who);
        if self.chance.hit(0.5) {
            let product = self.product();
            self.add(at_us + 2 * MINUTE_US, What::Viewed(product), who);
        }
    }

    /// A visit that ends in an order; at the first one the visitor becomes a known user.
    fn order(&mut self, purchase: u32, at_us: i64) {
        let device = u8::from(self.chance.hit(0.2));
        let logged_in = self.identified && self.chance.hit(0.75);
        let who = (device, logged_in);
        if self.chance.hit(if self.identified { 0.3 } else { 0.9 }) {
            let days = i64::from(self.chance.between(1, 12));
            self.browse(at_us - days * model::period::DAY_US, who);
        }
        if self.identified && self.chance.hit(0.2) {
            self.add(at_us - 16 * MINUTE_US, What::EmailClicked, (device, true));
        }
        let minutes = i64::from(self.chance.between(6, 15));
        self.add(at_us - minutes * MINUTE_US, What::Page(1), who);
        let product = self.product();
        if self.chance.hit(0.5) {
            self.add(at_us - (minutes - 1) * MINUTE_US, What::Viewed(product), who);
        }
        if self.chance.hit(0.4) {
            self.add(at_us - 4 * MINUTE_US, What::Added(product), who);
        }
        self.add(at_us - 3 * MINUTE_US, What::Checkout, who);
        if !self.identified || (!logged_in && self.chance.hit(0.5)) {
            self.add(at_us - MINUTE_US, What::Identify, (device, true));
            self.identified = true;
        }
        self.add(at_us + 2_000_000, What::OrderCompleted(purchase), (device, true));
    }

    /// People who never buy come a few times; some leave an address for the newsletter.
    fn look_around(&mut self) {
        let visits = 1 + self.chance.below(4);
        let mut day = self.person.habits.acquired;
        for _ in 0..visits {
            let second = waking_second(&mut self.chance);
            self.browse(self.setting.clock.at_us(day, second), (0, false));
            day = day.plus(self.chance.between(1, 40));
        }
        if self.chance.hit(0.4) {
            self.add(self.setting.clock.at_us(day, 50_000), What::Identify, (0, true));
        }
    }

    /// Joining, which needs a login; offers that members redeem; charges that fail, sent by billing's server.
    fn club(&mut self, life: &Life) {
        let Some(club) = &life.club else { return };
        self.add(club.created_us, What::Identify, (0, true));
        let last = club.ended.unwrap_or(self.setting.marks.until);
        let mut day = club.created.plus(self.chance.between(5, 40));
        while day < last {
            if self.chance.hit(0.3) {
                let second = waking_second(&mut self.chance);
                self.add(self.setting.clock.at_us(day, second), What::OfferRedeemed, (0, true));
            }
            day = day.plus(self.chance.between(25, 40));
        }
        if let Some(day) = club.failed_on {
            self.add(self.setting.clock.at_us(day, 30_000), What::PaymentFailed, (0, true));
        }
    }

    /// Some of those who leave take themselves off the newsletter.
    fn farewell(&mut self, life: &Life) {
        let (says_so, days) = (self.chance.hit(0.25), self.chance.between(2, 80));
        let Some(Day(death)) = life.ends.actual.filter(|_| says_so && self.identified) else {
            return;
        };
        self.add(self.setting.clock.at_us(Day(death + days), 60_000), What::Unsubscribed, (0, true));
    }
}
