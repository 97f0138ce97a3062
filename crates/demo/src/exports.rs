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
    let mut done = 0;
    let mut export = |write: Export, silo| {
        let rows = write(world, &folder(data, silo)?, register)?;
        done += 1;
        written(done);
        Ok(rows)
    };
    Ok(Counts {
        orders: export(shop::write, Silo::Shop)?,
        subscriptions: export(billing::write, Silo::Billing)?,
        tickets: export(support::write, Silo::Support)?,
        deliveries: export(courier::write, Silo::Courier)?,
        web_events: export(web::write, Silo::Web)?,
        responses: export(insight::write, Silo::Insight)?,
        contacts: export(crm::write, Silo::Crm)?,
        receipts: export(stores::write, Silo::Stores)?,
    })
}

/// Writes one silo's files into its folder, notes who is behind each record, and says how much it wrote.
type Export = fn(&World, &Path, &mut Register) -> Result<u64, Error>;

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
        let mut table = Self { writer: csv::Writer::from_writer(create(&path)?), path };
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
    Ok(BufWriter::with_capacity(1 << 16, File::create(path).map_err(Error::at(path))?))
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
