//! Who is behind every record of every silo: the truth that identity resolution must find again.

use crate::error::Error;
use crate::exports::Table;
use crate::people::Person;
use crate::silo::Silo;
use std::path::Path;

/// Whether a record tells enough to be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Trace {
    /// It names the person or a way to reach them, or shares an id with a record that does.
    Findable,
    /// Nothing in any export leads from it to the person: an anonymous visitor, an answer without an address.
    Anonymous,
}

/// Records seen while the exports are written.
#[derive(Debug, Default)]
pub(crate) struct Register {
    rows: Vec<(Silo, String, u32, Trace)>,
}

impl Register {
    /// Notes that a silo's record is this person's; noting it again does no harm.
    pub(crate) fn note(&mut self, silo: Silo, key: String, person: &Person) {
        self.note_trace(silo, key, person, Trace::Findable);
    }

    /// Notes that a silo's record is this person's, and whether anybody could know.
    pub(crate) fn note_trace(&mut self, silo: Silo, key: String, person: &Person, trace: Trace) {
        self.rows.push((silo, key, person.id, trace));
    }

    /// Writes `identity.csv`, by silo and key; how many records there are.
    pub(crate) fn write(mut self, truth: &Path, people: &[Person]) -> Result<u64, Error> {
        self.rows.sort_unstable();
        self.rows.dedup();
        let mut table =
            Table::create(truth.join("identity.csv"), &["silo", "record_key", "person_id", "findable"])?;
        for (silo, key, person, trace) in &self.rows {
            let findable = if *trace == Trace::Findable { "true" } else { "false" };
            table.row([silo.id(), key, &people[*person as usize].key(), findable])?;
        }
        table.finish()?;
        Ok(self.rows.len() as u64)
    }
}
