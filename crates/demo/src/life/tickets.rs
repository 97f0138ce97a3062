//! What customers ask care about, how it went, and how they rated it.

use super::Setting;
use super::club::Membership;
use super::parcel::Fate;
use super::purchases::{Order, Place, Purchase};
use crate::chance::{Chance, Purpose};
use crate::people::Person;
use model::Day;

/// One request for help.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    pub(crate) opened_us: i64,
    /// When it was settled, if that was before the end of the records.
    pub(crate) solved_us: Option<i64>,
    pub(crate) cause: Cause,
    /// Number of the person's purchase it is about.
    pub(crate) purchase: Option<usize>,
    pub(crate) channel: &'static str,
    pub(crate) rating: Rating,
    pub(crate) reopened: bool,
    /// Written from the person's second e-mail address.
    pub(crate) second_email: bool,
}

/// What a ticket is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    LateParcel,
    LostParcel,
    Return,
    Product,
    Charge,
}

/// The customer's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rating {
    Good,
    Bad,
    Offered,
    Unoffered,
}

impl Rating {
    /// As the help desk writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Offered => "offered",
            Self::Unoffered => "unoffered",
        }
    }
}

/// The tickets of one life, in order of time.
pub(crate) fn open(
    setting: &Setting,
    person: &Person,
    purchases: &[Purchase],
    club: Option<&Membership>,
) -> Vec<Ticket> {
    let mut chance = Chance::of(setting.seed, Purpose::Tickets, u64::from(person.id));
    let mut tickets = Vec::new();
    for (index, purchase) in purchases.iter().enumerate() {
        let Place::Shop(order) = &purchase.place else {
            continue;
        };
        if let Some((cause, day)) = trouble(order, &mut chance) {
            tickets.extend(ticket(setting, person, (cause, Some(index)), day, &mut chance));
        }
    }
    if let Some(day) = club.and_then(|club| club.failed_on)
        && chance.hit(0.6)
    {
        let day = day.plus(chance.between(1, 5));
        tickets.extend(ticket(setting, person, (Cause::Charge, None), day, &mut chance));
    }
    tickets.sort_by_key(|ticket| ticket.opened_us);
    tickets
}

/// Whether an order makes its customer write, why, and on which day.
fn trouble(order: &Order, chance: &mut Chance) -> Option<(Cause, Day)> {
    let (share, days) = (chance.share(), chance.between(1, 4));
    let parcel = order.parcel.as_ref()?;
    match (parcel.bad_on, order.refund) {
        (Some(day), _) if share < 0.45 => {
            let cause = if parcel.fate == Fate::Late { Cause::LateParcel } else { Cause::LostParcel };
            Some((cause, day.plus(days)))
        }
        (None, Some(refund)) if share < 0.25 => Some((Cause::Return, refund.day.plus(-1))),
        (None, None) if share < 0.03 => Some((Cause::Product, parcel.done.plus(days))),
        _ => None,
    }
}

fn ticket(
    setting: &Setting,
    person: &Person,
    (cause, purchase): (Cause, Option<usize>),
    day: Day,
    chance: &mut Chance,
) -> Option<Ticket> {
    const HOUR_US: f64 = 3_600_000_000.0;
    let opened_us = setting.clock.at_us(day, 28_800 + chance.below(46_800));
    let hard = matches!(cause, Cause::LostParcel | Cause::Charge);
    let hours = 0.5 + chance.exponential(if hard { 60.0 } else { 22.0 });
    let solved_us = opened_us + (hours * HOUR_US) as i64;
    let channel = chance.pick_common(&["email", "web", "chat", "voice"]);
    let reopened = chance.hit(if hard { 0.16 } else { 0.05 });
    let happy = chance.hit(if hard || reopened { 0.4 } else { 0.85 });
    let rating = match chance.below(10) {
        0..=3 if happy => Rating::Good,
        0..=3 => Rating::Bad,
        4..=7 => Rating::Offered,
        _ => Rating::Unoffered,
    };
    let second_email = person.second_email.is_some() && chance.hit(0.4);
    let end_us = setting.end_us();
    let solved_us = Some(solved_us).filter(|at_us| *at_us < end_us);
    let rating = if solved_us.is_some() { rating } else { Rating::Unoffered };
    let ticket = Ticket { opened_us, solved_us, cause, purchase, channel, rating, reopened, second_email };
    Some(ticket).filter(|ticket| ticket.opened_us < end_us)
}
