//! The whole company: its people, their lives, and the orders numbered in the order they came in.

use crate::Error;
use crate::calendar::Clock;
use crate::life::purchases::{Order, Place, Purchase};
use crate::life::{Life, Setting, live};
use crate::people::{Person, populate};
use crate::plan::Plan;

/// Everything that happened.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) setting: Setting,
    pub(crate) people: Vec<Person>,
    /// By person.
    pub(crate) lives: Vec<Life>,
    /// Person and number of their purchase, for every order of the shop, by time.
    orders: Vec<(u32, u32)>,
}

/// Orders are numbered from here.
const FIRST_ORDER: u32 = 1001;

impl World {
    /// Lives all the lives; `lived` is told how many so far.
    pub(crate) fn simulate(plan: &Plan, lived: &mut dyn FnMut(u64)) -> Result<Self, Error> {
        let marks = plan.marks();
        let setting = Setting { seed: plan.seed, clock: Clock::new(marks.start)?, marks };
        let people = populate(plan, &marks);
        let mut lives = Vec::with_capacity(people.len());
        for person in &people {
            lives.push(live(&setting, person));
            if lives.len().is_multiple_of(1024) {
                lived(lives.len() as u64);
            }
        }
        let orders = number_orders(&mut lives);
        Ok(Self { setting, people, lives, orders })
    }

    /// Every person with their life.
    pub(crate) fn each(&self) -> impl Iterator<Item = (&Person, &Life)> {
        self.people.iter().zip(&self.lives)
    }

    /// Every order of the shop by time, with who placed it.
    pub(crate) fn orders(&self) -> impl Iterator<Item = (&Person, &Purchase, &Order)> {
        self.orders.iter().filter_map(|(person, purchase)| {
            let life = &self.lives[*person as usize];
            let purchase = &life.purchases[*purchase as usize];
            match &purchase.place {
                Place::Shop(order) => Some((&self.people[*person as usize], purchase, order)),
                Place::Store(_) => None,
            }
        })
    }
}

fn number_orders(lives: &mut [Life]) -> Vec<(u32, u32)> {
    let mut orders = Vec::new();
    for (person, life) in lives.iter().enumerate() {
        for (index, purchase) in life.purchases.iter().enumerate() {
            if matches!(purchase.place, Place::Shop(_)) {
                orders.push((purchase.at_us, person as u32, index as u32));
            }
        }
    }
    orders.sort_unstable();
    for (number, (_, person, purchase)) in (FIRST_ORDER..).zip(&orders) {
        if let Place::Shop(order) = &mut lives[*person as usize].purchases[*purchase as usize].place {
            order.number = number;
        }
    }
    orders.into_iter().map(|(_, person, purchase)| (person, purchase)).collect()
}
