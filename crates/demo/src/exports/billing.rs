//! `billing/subscriptions.csv`: Stripe's subscriptions export; all times in UTC.

use super::{Table, words};
use crate::calendar::utc_minute;
use crate::catalog::euros;
use crate::chance::code;
use crate::error::Error;
use crate::life::club::{Membership, Why};
use crate::people::Person;
use crate::people::face::face;
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use model::Day;
use std::path::Path;

const COLUMNS: &str = "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,\
    Status,Created (UTC),Start (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),\
    Trial End (UTC),Canceled At (UTC),Cancel At Period End,Ended At (UTC),Cancellation Reason,Cancellation Comment";

/// Place of the customer's e-mail address.
const EMAIL: usize = 3;

/// Writes the file, newest first as the tool does; how many subscriptions there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let members = world.each().filter_map(|(person, life)| Some((person, life.club.as_ref()?)));
    let mut members: Vec<(&Person, &Membership)> = members.collect();
    members.sort_by_key(|(person, club)| (std::cmp::Reverse(club.created_us), person.id));
    let header: Vec<&str> = COLUMNS.split(',').collect();
    let mut table = Table::create(dir.join("subscriptions.csv"), &header)?;
    for (person, club) in &members {
        let customer = format!("cus_{}", code(u64::from(person.id) ^ world.setting.seed.rotate_left(32), 14));
        let row = row(world, person, club, customer.clone());
        register.note(Silo::Billing, customer, person, Clues::default().email(&row[EMAIL]));
        table.row(row)?;
    }
    table.finish()?;
    Ok(members.len() as u64)
}

fn row(world: &World, person: &Person, club: &Membership, customer: String) -> Vec<String> {
    let who = face(world.setting.seed, person, Silo::Billing, 0);
    let (plan, interval) =
        if club.terms.annual { ("club-annual", "year") } else { ("club-monthly", "month") };
    let until = world.setting.marks.until;
    let on_trial = until < club.terms.paid_from;
    let status = match club.ended {
        Some(_) => "canceled",
        None if on_trial => "trialing",
        None => "active",
    };
    let second = world.setting.clock.second(club.created_us);
    let at = |day: Day| utc_minute(world.setting.clock.at_us(day, second));
    let last = club.ended.map_or(until, |ended| ended.plus(-1));
    let in_trial = last < club.terms.paid_from;
    let (from, to) = if in_trial { (club.created, club.terms.paid_from) } else { club.terms.period_of(last) };
    let created = utc_minute(club.created_us);
    let ending = club.requested.is_some() && club.why != Some(Why::PaymentFailed);
    vec![
        format!("sub_{}", code(u64::from(person.id) ^ world.setting.seed.rotate_left(16), 24)),
        customer,
        who.name,
        who.email,
        plan.to_owned(),
        "1".to_owned(),
        "eur".to_owned(),
        interval.to_owned(),
        euros(club.terms.price_minor()),
        status.to_owned(),
        created.clone(),
        created.clone(),
        at(from),
        at(to),
        if club.terms.trial { created } else { String::new() },
        if club.terms.trial { at(club.terms.paid_from) } else { String::new() },
        club.requested.map_or_else(String::new, at),
        ending.to_string(),
        club.ended.map_or_else(String::new, at),
        club.why.map_or("", words::cancellation_reason).to_owned(),
        club.why.map_or("", words::cancellation_comment).to_owned(),
    ]
}
