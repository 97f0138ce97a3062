//! Purchases: a Poisson process with the customer's own rate and the season's, in the shop or in a store.

use super::Setting;
use super::parcel::Parcel;
use crate::catalog::Basket;
use crate::chance::{Chance, Purpose};
use crate::people::Person;
use model::Day;

/// One purchase.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    pub(crate) at_us: i64,
    pub(crate) day: Day,
    pub(crate) basket: Basket,
    pub(crate) place: Place,
}

/// Where a purchase was made.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Shop(Order),
    Store(Visit),
}

/// A purchase at a till.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// 0 or 1: which of the region's two stores.
    pub(crate) store: u8,
    /// The loyalty card was shown.
    pub(crate) card: bool,
}

/// What became of a purchase in the web shop.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// Running number over all orders by time, once all are known; 0 before.
    pub(crate) number: u32,
    /// Placed with the person's second e-mail address.
    pub(crate) second_email: bool,
    pub(crate) cancelled_us: Option<i64>,
    pub(crate) parcel: Option<Parcel>,
    pub(crate) refund: Option<Refund>,
}

/// Money given back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refund {
    pub(crate) day: Day,
    pub(crate) amount_minor: u32,
}

impl Order {
    /// The number as all silos quote it.
    pub(crate) fn name(&self) -> String {
        format!("#{}", self.number)
    }

    /// Cents given back so far.
    pub(crate) fn refunded_minor(&self) -> u32 {
        self.refund.map_or(0, |refund| refund.amount_minor)
    }
}

impl Purchase {
    /// Forgets what happens to the purchase after the last simulated day.
    pub(crate) fn hide_future(&mut self, setting: &Setting) {
        let end_us = setting.end_us();
        if let Place::Shop(order) = &mut self.place {
            order.cancelled_us = order.cancelled_us.filter(|at_us| *at_us < end_us);
            order.parcel = order.parcel.take().filter(|parcel| parcel.handed_us < end_us);
            order.refund = order.refund.filter(|refund| refund.day <= setting.marks.until);
        }
    }

    /// Cents paid less cents given back.
    pub(crate) fn net_minor(&self) -> i64 {
        let refunded = match &self.place {
            Place::Shop(order) => order.refunded_minor(),
            Place::Store(_) => 0,
        };
        i64::from(self.basket.total_minor()) - i64::from(refunded)
    }
}

/// How lively each month is, against the mean.
const SEASON: [f64; 12] = [0.85, 0.8, 0.9, 0.95, 1.0, 0.95, 0.85, 0.85, 0.95, 1.1, 1.35, 1.6];
const LIVELIEST: f64 = 1.6;

/// The purchases of somebody who never leaves, from acquisition to the last simulated day, in order of time.
/// Thinning for the season: Lewis and Shedler (1979).
pub(crate) fn endless(setting: &Setting, person: &Person) -> Vec<Purchase> {
    let habits = &person.habits;
    let mut purchases = Vec::new();
    if habits.prospect {
        return purchases;
    }
    let mut chance = Chance::of(setting.seed, Purpose::Purchases, u64::from(person.id));
    let mut parcels = Chance::of(setting.seed, Purpose::Parcels, u64::from(person.id));
    let mut returns = Chance::of(setting.seed, Purpose::Returns, u64::from(person.id));
    let wait_days = 1.0 / (habits.purchases_per_day * LIVELIEST);
    let mut at_days = f64::from(habits.acquired.0);
    loop {
        let day = Day(at_days as i32);
        purchases.push(purchase(setting, person, day, (&mut chance, &mut parcels, &mut returns)));
        loop {
            at_days += chance.exponential(wait_days);
            if at_days >= f64::from(setting.marks.until.0 + 1) {
                purchases.sort_by_key(|purchase| purchase.at_us);
                return purchases;
            }
            let month = Day(at_days as i32).date().month() as usize;
            if chance.hit(SEASON[month - 1] / LIVELIEST) {
                break;
            }
        }
    }
}

fn purchase(
    setting: &Setting,
    person: &Person,
    day: Day,
    (chance, parcels, returns): (&mut Chance, &mut Chance, &mut Chance),
) -> Purchase {
    let in_shop = chance.hit(person.habits.web_share);
    let basket = Basket::fill(chance, in_shop);
    let second = if in_shop { waking_second(chance) } else { 34_200 + chance.below(37_800) };
    let at_us = setting.clock.at_us(day, second);
    let place = if in_shop {
        Place::Shop(order(setting, person, (day, at_us), &basket, (parcels, returns)))
    } else {
        Place::Store(Visit { store: chance.below(2) as u8, card: person.habits.loyal && chance.hit(0.94) })
    };
    Purchase { at_us, day, basket, place }
}

/// A second of the day at which people sit before a screen; a few after midnight, none from one to seven.
pub(crate) fn waking_second(chance: &mut Chance) -> u32 {
    if chance.hit(0.04) {
        return chance.below(3600);
    }
    let middle = f64::midpoint(chance.share(), chance.share());
    25_200 + (middle * 61_199.0) as u32
}

fn order(
    setting: &Setting,
    person: &Person,
    (day, at_us): (Day, i64),
    basket: &Basket,
    (parcels, returns): (&mut Chance, &mut Chance),
) -> Order {
    const HOUR_US: i64 = 3_600_000_000;
    let parcel = Parcel::send(setting, person.home.region, day, parcels);
    let cancelled = returns.hit(0.015);
    let cancelled_us = at_us + i64::from(returns.between(1, 6)) * HOUR_US;
    let regret = regret(basket, &parcel, returns);
    let second_email = person.second_email.as_ref().is_some_and(|(_, from)| day >= *from);
    let order = Order { number: 0, second_email, cancelled_us: None, parcel: None, refund: None };
    if cancelled {
        let refund = Refund { day: setting.clock.day(cancelled_us), amount_minor: basket.total_minor() };
        return Order { cancelled_us: Some(cancelled_us), refund: Some(refund), ..order };
    }
    let lost = Refund { day: parcel.done.plus(3), amount_minor: basket.total_minor() };
    let refund = if parcel.fate.arrived() { regret } else { Some(lost) };
    Order { parcel: Some(parcel), refund, ..order }
}

/// What people send back after the parcel came, one line or everything.
fn regret(basket: &Basket, parcel: &Parcel, returns: &mut Chance) -> Option<Refund> {
    let (sent_back, whole, days) = (returns.hit(0.07), returns.hit(0.4), returns.between(4, 26));
    let line_minor = basket.lines().next().map_or(0, |(product, quantity)| product.price_minor * quantity);
    let amount_minor = if whole { basket.subtotal_minor() } else { line_minor.min(basket.subtotal_minor()) };
    sent_back.then(|| Refund { day: parcel.done.plus(days), amount_minor })
}
