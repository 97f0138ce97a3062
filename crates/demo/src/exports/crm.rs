//! `crm/contacts.csv`: `HubSpot`'s contacts export, in the company's time zone. Some people are in it twice.

use super::{Table, salt};
use crate::chance::{Chance, Purpose, scatter};
use crate::error::Error;
use crate::life::Life;
use crate::people::face::face;
use crate::people::{CHANNELS, Person};
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use model::Day;
use std::path::Path;

const COLUMNS: [&str; 15] = [
    "Record ID",
    "First Name",
    "Last Name",
    "Email",
    "Phone Number",
    "Street Address",
    "City",
    "State/Region",
    "Postal Code",
    "Country/Region",
    "Date of Birth",
    "Lifecycle Stage",
    "Create Date",
    "Original Source",
    "Region",
];

/// One contact: its person, 0 or 1 for the first or second time, and when it was made.
type Contact<'a> = (i64, &'a Person, &'a Life, u64);

/// Writes the file, by date of creation; how many contacts there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let mut contacts: Vec<Contact> = Vec::new();
    for (person, life) in world.each().filter(|(person, _)| person.habits.in_crm) {
        let mut chance = Chance::of(world.setting.seed, Purpose::Crm, u64::from(person.id));
        let created = created(world, person.habits.acquired, &mut chance);
        contacts.push((created, person, life, 0));
        let (twice, later) = (chance.hit(0.04), chance.between(20, 400));
        if twice && person.habits.acquired.plus(later) <= world.setting.marks.until {
            let day = person.habits.acquired.plus(later);
            contacts.push((self::created(world, day, &mut chance), person, life, 1));
        }
    }
    contacts.sort_by_key(|(created, person, _, time)| (*created, person.id, *time));
    let mut table = Table::create(dir.join("contacts.csv"), &COLUMNS)?;
    for contact in &contacts {
        let row = row(world, contact);
        let clues = Clues::default().email(&row[3]).phone(&row[4]).address(&row[5], &row[8]).birth(&row[10]);
        register.note(Silo::Crm, row[0].clone(), contact.1, clues);
        table.row(&row)?;
    }
    table.finish()?;
    Ok(contacts.len() as u64)
}

fn created(world: &World, day: Day, chance: &mut Chance) -> i64 {
    world.setting.clock.at_us(day, 28_800 + chance.below(36_000))
}

fn row(world: &World, &(created, person, life, time): &Contact) -> [String; 15] {
    let mut chance = Chance::nth(world.setting.seed, Purpose::Words, time, u64::from(person.id));
    let who = face(world.setting.seed, person, Silo::Crm, time);
    let (has_address, has_birth, slip) = (chance.hit(0.85), chance.hit(0.8), chance.hit(0.02));
    let birth = if slip { person.birth.plus(10) } else { person.birth };
    let second = person.second_email.as_ref().filter(|_| time == 1);
    let kept = |text: String| if has_address { text } else { String::new() };
    let stage = match (person.habits.prospect, life.purchases.is_empty()) {
        (true, _) if person.id.is_multiple_of(2) => "lead",
        (true, _) | (_, true) => "subscriber",
        _ => "customer",
    };
    [
        (1_000_000_000 * (time + 1) + u64::from(scatter(person.id, salt::CONTACT))).to_string(),
        who.given,
        who.family,
        second.map_or(who.email, |(email, _)| email.clone()),
        who.phone,
        kept(who.street),
        kept(who.town),
        person.region().to_owned(),
        kept(who.postcode),
        "Germany".to_owned(),
        if has_birth { birth.to_string() } else { String::new() },
        stage.to_owned(),
        world.setting.clock.crm(created),
        CHANNELS[usize::from(person.habits.channel)].to_owned(),
        person.region().to_owned(),
    ]
}
