//! `web/events.ndjson.gz`: identify, page and track calls as Segment's spec has them, by time. Visits before the
//! first identify, and some from another device, are anonymous.

mod trail;

use super::{create, salt};
use crate::calendar::utc_milli;
use crate::catalog::PRODUCTS;
use crate::chance::{mix, scatter};
use crate::error::Error;
use crate::life::Life;
use crate::life::purchases::Place;
use crate::people::Person;
use crate::people::face::face;
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use flate2::{Compression, write::GzEncoder};
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use trail::{Signal, What};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message_id: String,
    anonymous_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    traits: Option<Traits<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Properties>,
    timestamp: String,
}

#[derive(Serialize)]
struct Traits<'a> {
    email: &'a str,
    name: String,
}

#[derive(Serialize, Default)]
struct Properties {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    order_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revenue: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<&'static str>,
}

const PAGES: [(&str, &str); 5] = [
    ("Home", "/"),
    ("Shop", "/shop"),
    ("Journal", "/journal"),
    ("Care Guide", "/care"),
    ("Stores", "/stores"),
];

/// Writes the file; how many events there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let mut signals: Vec<Signal> = Vec::new();
    for (person, life) in world.each().filter(|(person, _)| person.habits.tracked) {
        let first = signals.len();
        trail::leave(&world.setting, person, life, &mut signals);
        register_person(&signals[first..], world.setting.seed, person, register);
    }
    signals.sort_unstable_by_key(|signal| (signal.at_us, signal.person, signal.step));
    let path = dir.join("events.ndjson.gz");
    let failed = Error::at(&path);
    let mut file = GzEncoder::new(create(&path)?, Compression::fast());
    let mut line = Vec::with_capacity(512);
    for (number, signal) in (0..).zip(&signals) {
        line.clear();
        let person = &world.people[signal.person as usize];
        let call = call(world, number, signal, person, &world.lives[signal.person as usize]);
        serde_json::to_writer(&mut line, &call).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        file.write_all(&line).map_err(&failed)?;
    }
    file.finish().and_then(|mut file| file.flush()).map_err(&failed)?;
    Ok(signals.len() as u64)
}

/// Notes the user and the anonymous visitors that a person's events make.
fn register_person(signals: &[Signal], seed: u64, person: &Person, register: &mut Register) {
    if signals.iter().any(|signal| signal.known) {
        let known = signals.iter().filter(|signal| signal.known);
        let mut clues = Clues::default();
        for signal in known.clone() {
            clues = clues.device(&anonymous_id(seed, person, signal.device));
        }
        if known.clone().any(|signal| signal.what == What::Identify) {
            clues = clues.email(&person.email);
        }
        register.note(Silo::Web, user_id(person), person, clues);
    }
    for device in [0, 1] {
        if signals.iter().any(|signal| signal.device == device) {
            let id = anonymous_id(seed, person, device);
            let clues = Clues::default().device(&id);
            register.note(Silo::Web, id, person, clues);
        }
    }
}

fn user_id(person: &Person) -> String {
    format!("af-{:08}", scatter(person.id, salt::USER))
}

fn anonymous_id(seed: u64, person: &Person, device: u8) -> String {
    let high = mix(seed ^ mix(u64::from(person.id) * 2 + u64::from(device)));
    let low = mix(high);
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    )
}

fn call<'a>(world: &World, number: u64, signal: &Signal, person: &'a Person, life: &Life) -> Call<'a> {
    let seed = world.setting.seed;
    let mut call = Call {
        kind: "track",
        message_id: format!("ajs-{:016x}", mix(seed ^ mix(number))),
        anonymous_id: anonymous_id(seed, person, signal.device),
        user_id: signal.known.then(|| user_id(person)),
        name: None,
        event: None,
        traits: None,
        properties: None,
        timestamp: utc_milli(signal.at_us),
    };
    match signal.what {
        What::Identify => {
            call.kind = "identify";
            let who = face(seed, person, Silo::Web, 0);
            call.traits = Some(Traits { email: &person.email, name: who.name });
        }
        What::Page(page) => {
            let (name, path) = PAGES[usize::from(page)];
            call.kind = "page";
            call.name = Some(name);
            call.properties = Some(Properties { path: Some(path), ..Properties::default() });
        }
        What::Viewed(product) | What::Added(product) => {
            let sku = Some(PRODUCTS[usize::from(product)].sku);
            call.properties = Some(Properties { sku, ..Properties::default() });
        }
        What::OrderCompleted(purchase) => call.properties = Some(order_properties(life, purchase as usize)),
        What::Checkout
        | What::EmailClicked
        | What::OfferRedeemed
        | What::PaymentFailed
        | What::Unsubscribed => {}
    }
    call.event = signal.what.event();
    call
}

fn order_properties(life: &Life, purchase: usize) -> Properties {
    let purchase = &life.purchases[purchase];
    let order_id = match &purchase.place {
        Place::Shop(order) => Some(order.name()),
        Place::Store(_) => None,
    };
    let revenue = Some(f64::from(purchase.basket.total_minor()) / 100.0);
    Properties { order_id, revenue, currency: Some("EUR"), ..Properties::default() }
}
