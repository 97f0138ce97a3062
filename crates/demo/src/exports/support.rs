//! `support/tickets.json`: tickets as Zendesk's export writes them, with the requester inside.

use super::{create, salt, words};
use crate::calendar::utc_second;
use crate::chance::{Chance, Purpose, mix, scatter};
use crate::error::Error;
use crate::life::Life;
use crate::life::purchases::Place;
use crate::life::tickets::{Rating, Ticket};
use crate::people::Person;
use crate::people::face::face;
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

#[derive(Serialize)]
struct Row {
    id: u64,
    url: String,
    external_id: Option<String>,
    created_at: String,
    updated_at: String,
    solved_at: Option<String>,
    subject: String,
    description: String,
    status: &'static str,
    priority: &'static str,
    via: Via,
    requester: Requester,
    tags: Vec<&'static str>,
    satisfaction_rating: Satisfaction,
    reopens: u8,
}

#[derive(Serialize)]
struct Via {
    channel: &'static str,
}

#[derive(Serialize)]
struct Requester {
    id: u64,
    name: String,
    email: String,
    phone: Option<String>,
}

#[derive(Serialize)]
struct Satisfaction {
    score: &'static str,
    comment: Option<&'static str>,
}

const FIRST_TICKET: u64 = 5001;

/// Writes the file, by time of opening; how many tickets there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let all =
        world.each().flat_map(|(person, life)| life.tickets.iter().map(move |ticket| (ticket, person, life)));
    let mut tickets: Vec<(&Ticket, &Person, &Life)> = all.collect();
    tickets.sort_by_key(|(ticket, person, _)| (ticket.opened_us, person.id));
    let path = dir.join("tickets.json");
    let failed = Error::at(&path);
    let mut file = create(&path)?;
    file.write_all(b"{\"tickets\":[").map_err(&failed)?;
    for (id, (ticket, person, life)) in (FIRST_TICKET..).zip(&tickets) {
        file.write_all(if id == FIRST_TICKET { b"\n" } else { b",\n" }).map_err(&failed)?;
        let row = row(world, id, ticket, person, life);
        let clues = Clues::default().email(&row.requester.email);
        let clues = clues.phone(row.requester.phone.as_deref().unwrap_or_default());
        let clues = clues.order(row.external_id.as_deref().unwrap_or_default());
        register.note(Silo::Support, row.requester.id.to_string(), person, clues);
        serde_json::to_writer(&mut file, &row).map_err(|error| failed(error.into()))?;
    }
    write!(file, "\n],\"count\":{}}}\n", tickets.len()).map_err(&failed)?;
    file.flush().map_err(&failed)?;
    Ok(tickets.len() as u64)
}

fn row(world: &World, id: u64, ticket: &Ticket, person: &Person, life: &Life) -> Row {
    let mut chance = Chance::nth(world.setting.seed, Purpose::Words, 0, mix(id));
    let order = ticket.purchase.and_then(|index| match &life.purchases[index].place {
        Place::Shop(order) => Some(order.name()),
        Place::Store(_) => None,
    });
    let (subject, description, tag) =
        words::request(ticket.cause, order.as_deref().unwrap_or_default(), person.german, &mut chance);
    let comment = words::rating_comment(ticket.rating, person.german, &mut chance);
    let updated_us = ticket.solved_us.unwrap_or(ticket.opened_us);
    Row {
        id,
        url: format!("https://alderfinch.example/api/v2/tickets/{id}.json"),
        external_id: order,
        created_at: utc_second(ticket.opened_us),
        updated_at: utc_second(updated_us),
        solved_at: ticket.solved_us.map(utc_second),
        subject,
        description,
        status: status(world, ticket),
        priority: if ticket.reopened || ticket.rating == Rating::Bad { "high" } else { "normal" },
        via: Via { channel: ticket.channel },
        requester: requester(world, ticket, person),
        tags: if ticket.reopened { vec![tag, "reopened"] } else { vec![tag] },
        satisfaction_rating: Satisfaction {
            score: ticket.rating.name(),
            comment: Some(comment).filter(|text| !text.is_empty()),
        },
        reopens: u8::from(ticket.reopened),
    }
}

/// Solved tickets close after four weeks.
fn status(world: &World, ticket: &Ticket) -> &'static str {
    const FOUR_WEEKS_US: i64 = 28 * model::period::DAY_US;
    match ticket.solved_us {
        Some(at_us) if world.setting.end_us() - at_us > FOUR_WEEKS_US => "closed",
        Some(_) => "solved",
        None if ticket.opened_us % 3 == 0 => "pending",
        None => "open",
    }
}

/// People who write from a second address are a second requester to the tool.
fn requester(world: &World, ticket: &Ticket, person: &Person) -> Requester {
    const BASE: u64 = 360_000_000_000;
    let spelling = u64::from(ticket.second_email);
    let who = face(world.setting.seed, person, Silo::Support, spelling);
    let second = person.second_email.as_ref().filter(|_| ticket.second_email);
    Requester {
        id: BASE + 100_000_000 * spelling + u64::from(scatter(person.id, salt::REQUESTER)),
        name: who.name,
        email: second.map_or(who.email, |(email, _)| email.clone()),
        phone: Some(who.phone).filter(|phone| !phone.is_empty()),
    }
}
