//! The people of the demo company: who they are, where they live, with whom, and how they like to buy.

pub(crate) mod face;
pub(crate) mod names;
pub(crate) mod places;

use crate::chance::{Chance, Purpose, scatter};
use crate::plan::{self, Marks, Plan, REGIONS};
use model::Day;
use names::{Name, Names, ascii};
use places::{STREETS, TOWNS, Town};
use std::collections::HashSet;

/// One human being.
#[derive(Debug)]
pub(crate) struct Person {
    /// Position among all people, from 0.
    pub(crate) id: u32,
    pub(crate) home: Home,
    pub(crate) given: Name,
    pub(crate) birth: Day,
    /// Used in shop, web and surveys: nobody else's there.
    pub(crate) email: String,
    /// Another address of the same person, from a day on.
    pub(crate) second_email: Option<(String, Day)>,
    /// The family's address, for members who give it to CRM, care, billing and stores.
    pub(crate) family_email: Option<String>,
    /// The eight digits behind the mobile prefix.
    pub(crate) mobile: u32,
    /// Gives the number of an office shared by dozens.
    pub(crate) office: bool,
    /// Leaves the e-mail out in the shop and gives a phone instead.
    pub(crate) phone_only: bool,
    pub(crate) german: bool,
    pub(crate) habits: Habits,
}

/// A household, shared by those who live in it.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    pub(crate) household: u32,
    pub(crate) family: Name,
    pub(crate) region: u8,
    pub(crate) town: Town,
    pub(crate) postcode: u32,
    pub(crate) street: String,
}

/// How a person buys and leaves.
#[expect(
    clippy::struct_excessive_bools,
    reason = "traits that are true of a person or not, in any combination"
)]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habits {
    pub(crate) acquired: Day,
    /// Index into [`CHANNELS`].
    pub(crate) channel: u8,
    /// Looks around and never buys.
    pub(crate) prospect: bool,
    /// Share (0–1) of purchases made in the shop rather than a store.
    pub(crate) web_share: f64,
    /// Holds a loyalty card.
    pub(crate) loyal: bool,
    /// Lets the web site count visits.
    pub(crate) tracked: bool,
    /// Praises whatever happens, and leaves sooner.
    pub(crate) polite: bool,
    pub(crate) purchases_per_day: f64,
    pub(crate) hazard_per_day: f64,
    /// Joins the club after this purchase, counted from 0.
    pub(crate) club_after: Option<u8>,
    /// Known to the CRM.
    pub(crate) in_crm: bool,
}

/// Where customers come from, in the CRM's words.
pub(crate) const CHANNELS: [&str; 7] = [
    "Organic Search",
    "Paid Search",
    "Organic Social",
    "Referrals",
    "Email Marketing",
    "Direct Traffic",
    "Offline Sources",
];

impl Person {
    /// The region's name.
    pub(crate) fn region(&self) -> &'static str {
        REGIONS[usize::from(self.home.region)]
    }

    /// The person's name in the truth files.
    pub(crate) fn key(&self) -> String {
        format!("p{:07}", self.id + 1)
    }
}

/// Everybody, buyers and those who only look, in order of id.
pub(crate) fn populate(plan: &Plan, marks: &Marks) -> Vec<Person> {
    let mut hall = TownHall { names: Names::new(), emails: HashSet::new() };
    let everybody = plan.customers + plan.customers / 12 + 1;
    let office = OfficeCrowd::of(everybody);
    let mut household = Household::default();
    let mut people: Vec<Person> = Vec::with_capacity(everybody as usize);
    for id in 0..everybody {
        let mut chance = Chance::of(plan.seed, Purpose::Person, u64::from(id));
        let home = match people.last() {
            Some(before) if household.to_move_in > 0 => before.home.clone(),
            _ => {
                let kin = if chance.hit(0.06) { 1 + chance.below(3) } else { 0 };
                household = Household { to_move_in: kin + 1, is_family: kin > 0, ..Household::default() };
                hall.home(&mut chance, id)
            }
        };
        household.to_move_in -= 1;
        let habits = habits(&mut chance, marks, id >= plan.customers);
        let mut person = hall.person(&mut chance, home, &mut household, habits);
        person.id = id;
        person.mobile = scatter(id, 1);
        person.office = office.has(id);
        people.push(person);
    }
    people
}

/// The household that is moving in.
#[derive(Default)]
struct Household {
    to_move_in: u32,
    is_family: bool,
    given: Vec<&'static str>,
    /// The address that all of it share, once its first member has it.
    email: Option<String>,
}

/// Dozens of people who give one office phone; spread over everybody.
struct OfficeCrowd {
    stride: u32,
}

impl OfficeCrowd {
    fn of(everybody: u32) -> Self {
        let members = (everybody / 400).clamp(30, 60).min(everybody);
        Self { stride: (everybody / members).max(1) }
    }

    fn has(&self, id: u32) -> bool {
        id % self.stride == self.stride / 2
    }
}

/// Gives out names, homes and addresses; no e-mail twice.
struct TownHall {
    names: Names,
    emails: HashSet<String>,
}

impl TownHall {
    fn home(&self, chance: &mut Chance, household: u32) -> Home {
        const WEIGHTS: [f64; 6] = [0.18, 0.16, 0.19, 0.19, 0.16, 0.12];
        let odd = chance.hit(0.006);
        let family = chance.pick_common(if odd { &self.names.odd_family } else { &self.names.family });
        let mut share = chance.share();
        let region = WEIGHTS.iter().position(|weight| {
            share -= weight;
            share < 0.0
        });
        let region = region.unwrap_or(WEIGHTS.len() - 1);
        let town = chance.pick_common(&TOWNS[region]);
        let street = chance.pick_common(STREETS);
        let letter = if chance.hit(0.08) { "a" } else { "" };
        Home {
            household,
            family,
            region: region as u8,
            town,
            postcode: town.postcode + chance.below(town.districts),
            street: format!("{street} {}{letter}", 1 + chance.below(140)),
        }
    }

    /// One person who moves into a home; id, mobile and office are the caller's to set.
    fn person(
        &mut self,
        chance: &mut Chance,
        home: Home,
        household: &mut Household,
        habits: Habits,
    ) -> Person {
        let first = household.given.is_empty();
        let given = self.given(chance, &household.given);
        household.given.push(given.text);
        let email = self.email(chance, given, home.family, first && household.is_family);
        let family_email = household.email.clone();
        if first && household.is_family && chance.hit(0.8) {
            household.email = Some(email.clone());
        }
        let second_day = habits.acquired.plus(chance.between(60, 700));
        let second = chance.hit(0.08).then(|| self.email(chance, given, home.family, false));
        Person {
            id: 0,
            mobile: 0,
            office: false,
            given,
            birth: Day(chance.between(-11_000, 14_000)),
            email,
            second_email: second.map(|email| (email, second_day)),
            family_email,
            phone_only: chance.hit(0.02),
            german: chance.hit(0.75),
            habits,
            home,
        }
    }

    fn given(&self, chance: &mut Chance, taken: &[&str]) -> Name {
        let odd = chance.hit(0.008);
        loop {
            let name = chance.pick_common(if odd { &self.names.odd_given } else { &self.names.given });
            if !taken.contains(&name.text) {
                return name;
            }
        }
    }

    /// An address nobody else has, at hosts reserved for examples (RFC 2606).
    fn email(&mut self, chance: &mut Chance, given: Name, family: Name, shared: bool) -> String {
        const HOSTS: [&str; 6] =
            ["mail.example", "post.example", "web.example", "inbox.example", "example.org", "example.net"];
        let (first, last) = (ascii(given.latin), ascii(family.latin));
        let local = match chance.below(5) {
            _ if shared => format!("familie.{last}"),
            0 => format!("{}{last}", &first[..1]),
            1 => format!("{first}{last}"),
            2 => format!("{last}.{first}"),
            3 => format!("{first}.{last}{}", chance.between(50, 99)),
            _ => format!("{first}.{last}"),
        };
        let host = chance.pick_common(&HOSTS);
        let mut email = format!("{local}@{host}");
        let mut extra = chance.between(1, 40);
        while !self.emails.insert(email.clone()) {
            email = format!("{local}{extra}@{host}");
            extra += chance.between(1, 900);
        }
        email
    }
}

fn habits(chance: &mut Chance, marks: &Marks, prospect: bool) -> Habits {
    let web_share = match chance.below(10) {
        0..=4 => 0.97,
        5..=6 => 0.55,
        _ => 0.06,
    };
    let loyal = chance.hit(if web_share > 0.9 { 0.25 } else { 0.85 });
    let polite = chance.hit(plan::POLITE_SHARE);
    let polite_ratio = if polite { plan::POLITE_RATIO } else { 1.0 };
    let joins = chance.hit(0.3);
    let after = chance.below(3) as u8;
    Habits {
        acquired: acquired(chance, marks),
        channel: chance.below(CHANNELS.len() as u32) as u8,
        prospect,
        web_share,
        loyal: loyal && !prospect,
        tracked: chance.hit(0.88),
        polite,
        purchases_per_day: chance.gamma(1.3, plan::PURCHASES_PER_DAY),
        hazard_per_day: chance.gamma(8.0, plan::HAZARD_PER_DAY) * polite_ratio,
        club_after: (joins && !prospect).then_some(after),
        in_crm: chance.hit(0.6) || loyal || joins || prospect,
    }
}

/// A day of acquisition: many in the first months after the opening, then a steady flow.
fn acquired(chance: &mut Chance, marks: &Marks) -> Day {
    let days = f64::from(plan::SPAN_DAYS - 1);
    let wait = if chance.hit(0.3) { chance.exponential(70.0) } else { chance.share() * days };
    marks.start.plus(wait.min(days) as i32)
}
