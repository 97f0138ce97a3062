//! `courier/deliveries.csv`: one row per closed parcel, in the courier's own date format.

use super::{Table, shop::order_email};
use crate::calendar::courier_day;
use crate::chance::{Chance, Purpose, scatter};
use crate::error::Error;
use crate::life::parcel::Parcel;
use crate::life::purchases::Order;
use crate::people::Person;
use crate::people::face::{disguised_email, face};
use crate::register::{Clues, Register};
use crate::silo::Silo;
use crate::world::World;
use std::path::Path;

const COLUMNS: [&str; 11] = [
    "tracking_no",
    "order_ref",
    "recipient_name",
    "recipient_email",
    "postcode",
    "region",
    "handed_over_at",
    "promised_date",
    "delivered_at",
    "status",
    "carrier",
];

/// The couriers: the one all regions had, and the one that came.
pub(crate) const COURIERS: [&str; 2] = ["Kiebitz Paket", "Eilwerk"];

/// Writes the file, by time of hand-over; how many deliveries there are.
pub(super) fn write(world: &World, dir: &Path, register: &mut Register) -> Result<u64, Error> {
    let end_us = world.setting.end_us();
    let mut parcels: Vec<(&Parcel, &Person, &Order)> = world
        .orders()
        .filter_map(|(person, _, order)| order.parcel.as_ref().map(|parcel| (parcel, person, order)))
        .filter(|(parcel, ..)| parcel.done_us < end_us)
        .collect();
    parcels.sort_by_key(|(parcel, _, order)| (parcel.handed_us, order.number));
    let mut table = Table::create(dir.join("deliveries.csv"), &COLUMNS)?;
    for (parcel, person, order) in &parcels {
        let (key, row) = row(world, parcel, person, order);
        register.note(Silo::Courier, key, person, Clues::default().email(&row[3]).order(&row[1]));
        table.row(&row)?;
    }
    table.finish()?;
    Ok(parcels.len() as u64)
}

/// The record key and the row of one parcel.
fn row(world: &World, parcel: &Parcel, person: &Person, order: &Order) -> (String, [String; 11]) {
    let clock = &world.setting.clock;
    let spelling = u64::from(order.second_email);
    let who = face(world.setting.seed, person, Silo::Courier, spelling);
    let mut chance = Chance::nth(world.setting.seed, Purpose::Words, 0, u64::from(order.number));
    let email = order_email(person, order);
    let tracking = format!("KP{:010}", u64::from(scatter(order.number, 9)) + 3_300_000_000);
    let key = email.map_or_else(|| tracking.clone(), str::to_owned);
    let delivered = if parcel.fate.arrived() { clock.courier(parcel.done_us) } else { String::new() };
    let row = [
        tracking,
        order.name(),
        who.name,
        email.map_or_else(String::new, |email| disguised_email(&mut chance, email, 0.06, 0.0)),
        who.postcode,
        person.region().to_owned(),
        clock.courier(parcel.handed_us),
        courier_day(parcel.promised),
        delivered,
        parcel.fate.name().to_owned(),
        COURIERS[usize::from(parcel.changed_courier)].to_owned(),
    ];
    (key, row)
}
