//! Who is behind every record of every silo: the truth that identity resolution must find again.

use crate::error::Error;
use crate::exports::Table;
use crate::people::Person;
use crate::silo::Silo;
use std::path::Path;

/// Records seen while the exports are written.
#[derive(Debug, Default)]
pub(crate) struct Register {
    rows: Vec<(Silo, String, u32)>,
}

impl Register {
    /// Notes that a silo's record is this person's; noting it again does no harm.
    pub(crate) fn note(&mut self, silo: Silo, key: String, person: &Person) {
        self.rows.push((silo, key, person.id));
    }

    /// Writes `identity.csv`, by silo and key; how many records there are.
    pub(crate) fn write(mut self, truth: &Path, people: &[Person]) -> Result<u64, Error> {
        self.rows.sort_unstable();
        self.rows.dedup();
        let mut table = Table::create(truth.join("identity.csv"), &["silo", "record_key", "person_id"])?;
        for (silo, key, person) in &self.rows {
            table.row([silo.id(), key, &people[*person as usize].key()])?;
        }
        table.finish()?;
        Ok(self.rows.len() as u64)
    }
}
