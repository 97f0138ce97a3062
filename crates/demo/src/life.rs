//! One customer's life, simulated once: purchases with a rate and a death hazard of their own (Schmittlein,
//! Morrison and Colombo 1987), parcels, the club, tickets and survey answers. Every silo tells a part of it.

pub(crate) mod answers;
pub(crate) mod club;
pub(crate) mod death;
pub(crate) mod parcel;
pub(crate) mod purchases;
pub(crate) mod tickets;

use crate::calendar::Clock;
use crate::people::Person;
use crate::plan::Marks;
use answers::Answer;
use club::Membership;
use death::Ends;
use model::Day;
use purchases::{Order, Place, Purchase};
use tickets::Ticket;

/// Everything that happened between one person and the company, each list in order of time.
#[derive(Debug)]
pub(crate) struct Life {
    pub(crate) purchases: Vec<Purchase>,
    pub(crate) club: Option<Membership>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) answers: Vec<Answer>,
    pub(crate) ends: Ends,
}

/// What every life is lived in: the seed, the clock and the dates of the plants.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) seed: u64,
    pub(crate) clock: Clock,
    pub(crate) marks: Marks,
}

impl Setting {
    /// The first instant after the last day; nothing at or after it is in any export.
    pub(crate) fn end_us(&self) -> i64 {
        self.clock.at_us(self.marks.until.plus(1), 0)
    }
}

/// Lives one life. The purchases, parcels and club of an endless life are drawn first; death then cuts them
/// off, so that lives with and without a fault differ by the fault alone.
pub(crate) fn live(setting: &Setting, person: &Person) -> Life {
    let mut purchases = purchases::endless(setting, person);
    let draft = club::draft(setting, person, &purchases);
    let ends = death::ends(setting, person, &purchases, draft.as_ref());
    if let Some(death) = ends.actual {
        purchases.retain(|purchase| purchase.day <= death);
    }
    for purchase in &mut purchases {
        purchase.hide_future(setting);
    }
    let club = draft.and_then(|draft| draft.lived(setting, person, ends.actual));
    let tickets = tickets::open(setting, person, &purchases, club.as_ref());
    let answers = answers::give(setting, person, &purchases);
    Life { purchases, club, tickets, answers, ends }
}

impl Life {
    /// The orders of the web shop with the purchases they belong to.
    pub(crate) fn orders(&self) -> impl Iterator<Item = (&Purchase, &Order)> {
        self.purchases.iter().filter_map(|purchase| match &purchase.place {
            Place::Shop(order) => Some((purchase, order)),
            Place::Store(_) => None,
        })
    }

    /// The day, up to the last simulated one, on which the changed courier first failed this customer.
    pub(crate) fn exposed_on(&self, until: Day) -> Option<Day> {
        let parcels = self.orders().filter_map(|(_, order)| order.parcel.as_ref());
        let days = parcels.filter(|parcel| parcel.changed_courier).filter_map(|parcel| parcel.bad_on);
        days.min().filter(|day| *day <= until)
    }
}
