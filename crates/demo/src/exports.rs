//! What each silo's tool would export, one module a silo, in the columns and formats of the real tools.

mod billing;
mod courier;
mod crm;
mod insight;
mod shop;
mod stores;
mod support;
mod web;
mod words;

pub(crate) use courier::COURIERS;

use crate::chance::scatter;
use crate::error::Error;
use crate::people::Person;
use crate::register::Register;
use crate::silo::Silo;
use crate::world::World;
use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// How much each export holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Orders of the web shop.
    pub orders: u64,
    /// Club subscriptions.
    pub subscriptions: u64,
    /// Support tickets.
    pub tickets: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Web events.
    pub web_events: u64,
    /// Survey answers, given up ones included.
    pub responses: u64,
    /// CRM contacts.
    pub contacts: u64,
    /// Till receipts.
    pub receipts: u64,
}

/// Writes every export below `data`; `written` is told how many silos are done.
pub(crate) fn write_all(
    world: &World,
    data: &Path,
    register: &mut Register,
    written: &mut dyn FnMut(u64),
) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    counts.orders = shop::write(world, &folder(data, Silo::Shop)?, register)?;
    written(1);
    counts.subscriptions = billing::write(world, &folder(data, Silo::Billing)?, register)?;
    written(2);
    counts.tickets = support::write(world, &folder(data, Silo::Support)?, register)?;
    written(3);
    counts.deliveries = courier::write(world, &folder(data, Silo::Courier)?, register)?;
    written(4);
    counts.web_events = web::write(world, &folder(data, Silo::Web)?, register)?;
    written(5);
    counts.responses = insight::write(world, &folder(data, Silo::Insight)?, register)?;
    written(6);
    counts.contacts = crm::write(world, &folder(data, Silo::Crm)?, register)?;
    written(7);
    counts.receipts = stores::write(world, &folder(data, Silo::Stores)?, register)?;
    written(SILOS);
    Ok(counts)
}

/// Silos written.
pub(crate) const SILOS: u64 = 8;

fn folder(data: &Path, silo: Silo) -> Result<PathBuf, Error> {
    let path = data.join(silo.id());
    std::fs::create_dir_all(&path).map_err(Error::at(&path))?;
    Ok(path)
}

/// A comma-separated file with a header.
pub(crate) struct Table {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
}

impl Table {
    pub(crate) fn create(path: PathBuf, header: &[&str]) -> Result<Self, Error> {
        let mut table = Self {
            writer: csv::Writer::from_writer(create(&path)?),
            path,
        };
        table.row(header)?;
        Ok(table)
    }

    pub(crate) fn row<I>(&mut self, row: I) -> Result<(), Error>
    where
        I: IntoIterator,
        I::Item: AsRef<[u8]>,
    {
        self.writer.write_record(row).map_err(Error::at(&self.path))
    }

    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.writer.flush().map_err(Error::at(&self.path))
    }
}

/// A new file, buffered.
pub(crate) fn create(path: &Path) -> Result<BufWriter<File>, Error> {
    Ok(BufWriter::with_capacity(
        1 << 16,
        File::create(path).map_err(Error::at(path))?,
    ))
}

/// Salts of the ids that tools give to one person.
mod salt {
    pub(super) const CARD: u32 = 2;
    pub(super) const REQUESTER: u32 = 3;
    pub(super) const CONTACT: u32 = 4;
    pub(super) const USER: u32 = 5;
}

/// The number of a person's loyalty card.
fn card_no(person: &Person) -> String {
    format!("L{:08}", scatter(person.id, salt::CARD))
}
