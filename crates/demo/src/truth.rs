//! What is really so: every life as it was, and the exact sizes of what was planted.

use crate::error::Error;
use crate::exports::{COURIERS, Table};
use crate::life::Life;
use crate::life::purchases::Purchase;
use crate::people::face::OFFICE_PHONE;
use crate::plan::{self, REGIONS, TREATED_REGIONS};
use crate::world::World;
use model::Day;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

const LIVES: [&str; 19] = [
    "person_id",
    "household_id",
    "region",
    "first_purchase",
    "last_purchase",
    "purchases",
    "net_minor",
    "shop_orders",
    "shop_net_minor",
    "store_receipts",
    "store_net_minor",
    "club_start",
    "club_paid_from",
    "club_end",
    "club_price_minor_per_month",
    "left_on",
    "left_on_without_courier_change",
    "left_on_without_initiative",
    "exposed_on",
];

/// Writes `lives.csv`, one row a person in order of id. Days are Berlin days; blank = never.
pub(crate) fn write_lives(world: &World, truth: &Path) -> Result<(), Error> {
    let mut table = Table::create(truth.join("lives.csv"), &LIVES)?;
    let until = world.setting.marks.until;
    let day = |day: Option<Day>| day.map_or_else(String::new, |day| day.to_string());
    for (person, life) in world.each() {
        let shop_minor: i64 = life.orders().map(|(purchase, _)| purchase.net_minor()).sum();
        let net_minor: i64 = life.purchases.iter().map(Purchase::net_minor).sum();
        let orders = life.orders().count();
        let club = life.club.as_ref();
        let paid = club.filter(|club| club.ended.unwrap_or(until.plus(1)) > club.terms.paid_from);
        let price =
            club.map_or_else(String::new, |club| if club.terms.annual { "825" } else { "990" }.to_owned());
        table.row([
            person.key(),
            format!("h{:07}", person.home.household + 1),
            person.region().to_owned(),
            day(life.purchases.first().map(|purchase| purchase.day)),
            day(life.purchases.last().map(|purchase| purchase.day)),
            life.purchases.len().to_string(),
            net_minor.to_string(),
            orders.to_string(),
            shop_minor.to_string(),
            (life.purchases.len() - orders).to_string(),
            (net_minor - shop_minor).to_string(),
            day(club.map(|club| club.created)),
            day(paid.map(|club| club.terms.paid_from).filter(|day| *day <= until)),
            day(club.and_then(|club| club.ended)),
            price,
            day(life.ends.actual),
            day(life.ends.without_courier),
            day(life.ends.without_initiative),
            day(life.exposed_on(until)),
        ])?;
    }
    table.finish()
}

/// Everything planted, with its exact size. Hazard ratios act on a customer's own daily hazard of leaving.
#[derive(Debug, Clone, Serialize)]
pub struct Plants {
    /// The courier change.
    pub courier: CourierPlant,
    /// The initiative.
    pub initiative: InitiativePlant,
    /// The billing fault.
    pub billing_fault: FaultPlant,
    /// People who praise and leave.
    pub promoters: PromoterPlant,
    /// What makes identity hard.
    pub identity: IdentityPlant,
    /// The hazard ratio of club members while they are members.
    pub club_hazard_ratio: f64,
}

/// A new courier in one region fails more customers, and they leave sooner.
#[derive(Debug, Clone, Serialize)]
pub struct CourierPlant {
    /// Where it came.
    pub region: &'static str,
    /// First day of hand-overs to it.
    pub from: String,
    /// The touchpoint that fails, as named in `kept.toml`.
    pub touchpoint: &'static str,
    /// The courier before, and the one after.
    pub couriers: [&'static str; 2],
    /// Share (0–1) of parcels that are late, failed or returned before the change and elsewhere.
    pub bad_share_before: f64,
    /// The same after the change.
    pub bad_share_after: f64,
    /// The hazard of leaving after a first bad delivery, anywhere, against that without one.
    pub hazard_ratio: f64,
    /// Customers whom the new courier failed.
    pub exposed: u64,
    /// Of those, how many left by the last day.
    pub exposed_lost: u64,
    /// Customers lost by the last day who would not have been with the old courier.
    pub lost_because: u64,
}

/// Work in some regions that keeps customers.
#[derive(Debug, Clone, Serialize)]
pub struct InitiativePlant {
    /// Where it runs.
    pub regions: Vec<&'static str>,
    /// First day.
    pub from: String,
    /// The hazard of leaving there from then on, against that without it.
    pub hazard_ratio: f64,
    /// Customers there who were with the company for at least a day of it.
    pub treated: u64,
    /// Customers still there on the last day who would have left without it.
    pub kept_because: u64,
}

/// One month in which the payment provider refused good cards.
#[derive(Debug, Clone, Serialize)]
pub struct FaultPlant {
    /// First day of the month.
    pub from: String,
    /// First day after it.
    pub until: String,
    /// Charges due in it.
    pub charged: u64,
    /// Charges that failed.
    pub failed: u64,
    /// Memberships ended for it, with the reason `payment_failed`.
    pub ended: u64,
}

/// Answers given a year or more before the last day, by group: what was said, and who left within 365 days.
#[derive(Debug, Clone, Serialize)]
pub struct PromoterPlant {
    /// People who always answer 9 or 10.
    pub polite: u64,
    /// Their hazard of leaving, against others'.
    pub hazard_ratio: f64,
    /// Promoter, passive and detractor: answers, and those whose giver left within 365 days.
    pub groups: BTreeMap<&'static str, Followed>,
}

/// Answers followed for a year.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Followed {
    /// Answers.
    pub answers: u64,
    /// Those whose giver left within 365 days.
    pub lost: u64,
    /// `lost` ÷ `answers`; 0 when there are none.
    pub lost_share: f64,
}

/// What makes one person hard to recognise.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityPlant {
    /// People in all.
    pub people: u64,
    /// Records of all silos.
    pub records: u64,
    /// Households of several people.
    pub families: u64,
    /// People who give a relative's e-mail address to some silos.
    pub family_email_users: u64,
    /// People with two addresses of their own.
    pub two_addresses: u64,
    /// The phone of an office…
    pub office_phone: &'static str,
    /// …and how many people may give it.
    pub office_people: u64,
}

/// Measures what was planted; `records` is the number of rows in `identity.csv`.
pub(crate) fn plants(world: &World, records: u64) -> Plants {
    Plants {
        courier: courier(world),
        initiative: initiative(world),
        billing_fault: fault(world),
        promoters: promoters(world),
        identity: identity(world, records),
        club_hazard_ratio: plan::CLUB_RATIO,
    }
}

fn count(world: &World, counts: impl Fn(&Life) -> bool) -> u64 {
    world.lives.iter().filter(|life| counts(life)).count() as u64
}

fn courier(world: &World) -> CourierPlant {
    let marks = &world.setting.marks;
    CourierPlant {
        region: REGIONS[usize::from(plan::COURIER_REGION)],
        from: marks.courier_from.to_string(),
        touchpoint: "delivery",
        couriers: COURIERS,
        bad_share_before: plan::BAD_SHARE,
        bad_share_after: plan::BAD_SHARE_CHANGED,
        hazard_ratio: plan::BAD_DELIVERY_RATIO,
        exposed: count(world, |life| life.exposed_on(marks.until).is_some()),
        exposed_lost: count(world, |life| {
            life.exposed_on(marks.until).is_some() && life.ends.actual.is_some()
        }),
        lost_because: count(world, |life| life.ends.actual.is_some() && life.ends.without_courier.is_none()),
    }
}

fn initiative(world: &World) -> InitiativePlant {
    let from = world.setting.marks.initiative_from;
    let treated = world.each().filter(|(person, life)| {
        let here = TREATED_REGIONS.contains(&person.home.region) && !life.purchases.is_empty();
        here && life.ends.actual.is_none_or(|end| end > from)
    });
    InitiativePlant {
        regions: TREATED_REGIONS.iter().map(|region| REGIONS[usize::from(*region)]).collect(),
        from: from.to_string(),
        hazard_ratio: plan::INITIATIVE_RATIO,
        treated: treated.count() as u64,
        kept_because: count(world, |life| {
            life.ends.actual.is_none() && life.ends.without_initiative.is_some()
        }),
    }
}

fn fault(world: &World) -> FaultPlant {
    let faults = || world.lives.iter().filter_map(|life| Some(life.club.as_ref()?.fault));
    FaultPlant {
        from: world.setting.marks.fault_from.to_string(),
        until: world.setting.marks.fault_end.to_string(),
        charged: faults().filter(|fault| fault.charged).count() as u64,
        failed: faults().filter(|fault| fault.failed).count() as u64,
        ended: faults().filter(|fault| fault.ended).count() as u64,
    }
}

fn promoters(world: &World) -> PromoterPlant {
    const YEAR_DAYS: i32 = 365;
    let mut groups: BTreeMap<&'static str, Followed> = BTreeMap::new();
    for life in &world.lives {
        for answer in &life.answers {
            let Some(score) =
                answer.score.filter(|_| answer.day.plus(YEAR_DAYS) <= world.setting.marks.until)
            else {
                continue;
            };
            let group = match score {
                0..=6 => "detractor",
                7..=8 => "passive",
                _ => "promoter",
            };
            let followed = groups.entry(group).or_default();
            let left = life.ends.actual.is_some_and(|end| end <= answer.day.plus(YEAR_DAYS));
            followed.answers += 1;
            followed.lost += u64::from(left);
            followed.lost_share = followed.lost as f64 / followed.answers as f64;
        }
    }
    let polite = world.people.iter().filter(|person| person.habits.polite).count();
    PromoterPlant { polite: polite as u64, hazard_ratio: plan::POLITE_RATIO, groups }
}

fn identity(world: &World, records: u64) -> IdentityPlant {
    let people = &world.people;
    let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
    for person in people {
        *sizes.entry(person.home.household).or_default() += 1;
    }
    IdentityPlant {
        people: people.len() as u64,
        records,
        families: sizes.values().filter(|size| **size > 1).count() as u64,
        family_email_users: people.iter().filter(|person| person.family_email.is_some()).count() as u64,
        two_addresses: people.iter().filter(|person| person.second_email.is_some()).count() as u64,
        office_phone: OFFICE_PHONE,
        office_people: people.iter().filter(|person| person.office).count() as u64,
    }
}
