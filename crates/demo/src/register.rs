//! Who is behind every record of every silo: the truth that identity resolution must find again.

use crate::error::Error;
use crate::exports::Table;
use crate::people::Person;
use crate::people::face::OFFICE_PHONE;
use crate::silo::Silo;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What a record tells that leads to its person, whatever the spelling of the name: an address, a number, an order.
#[derive(Debug, Default)]
pub(crate) struct Clues(BTreeSet<String>);

impl Clues {
    /// An e-mail address as written.
    pub(crate) fn email(self, email: &str) -> Self {
        self.add("mail", &email.trim().to_lowercase())
    }

    /// A phone number as written; the office's, which dozens have, leads to nobody.
    pub(crate) fn phone(self, phone: &str) -> Self {
        let line = |text: &str| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.get(digits.len().saturating_sub(8)..).unwrap_or_default().to_owned()
        };
        if line(phone) == line(OFFICE_PHONE) { self } else { self.add("phone", &line(phone)) }
    }

    /// Street and postcode; both must be told.
    pub(crate) fn address(self, street: &str, postcode: &str) -> Self {
        if street.is_empty() || postcode.is_empty() {
            return self;
        }
        self.add("address", &format!("{postcode} {}", street.replace("straße", "str.")))
    }

    /// A birth date.
    pub(crate) fn birth(self, birth: &str) -> Self {
        self.add("birth", birth)
    }

    /// The number of an order.
    pub(crate) fn order(self, order: &str) -> Self {
        self.add("order", order)
    }

    /// A visitor's browser.
    pub(crate) fn device(self, device: &str) -> Self {
        self.add("device", device)
    }

    fn add(mut self, kind: &str, text: &str) -> Self {
        if !text.is_empty() {
            self.0.insert(format!("{kind} {text}"));
        }
        self
    }
}

/// Records seen while the exports are written, by person, silo and key.
#[derive(Debug, Default)]
pub(crate) struct Register {
    records: BTreeMap<(u32, Silo, String), BTreeSet<String>>,
}

impl Register {
    /// Notes that a silo's record is this person's, and what it tells; noting it again adds to that.
    pub(crate) fn note(&mut self, silo: Silo, key: String, person: &Person, clues: Clues) {
        self.records.entry((person.id, silo, key)).or_default().extend(clues.0);
    }

    /// Writes `identity.csv`, by silo and key; how many records there are. A record is findable when clues lead from
    /// it to most of the person's records: from an anonymous visitor, an answer without an address, or a receipt with a
    /// number that no other silo knows they do not.
    pub(crate) fn write(self, truth: &Path, people: &[Person]) -> Result<u64, Error> {
        let records: Vec<_> = self.records.iter().collect();
        let mut rows = Vec::with_capacity(records.len());
        for of_person in records.chunk_by(|a, b| a.0.0 == b.0.0) {
            let clues: Vec<&BTreeSet<String>> = of_person.iter().map(|record| record.1).collect();
            for (((person, silo, key), clues), part) in of_person.iter().zip(findable(&clues)) {
                rows.push((*silo, key, *person, part && !clues.is_empty()));
            }
        }
        rows.sort_unstable();
        let mut table =
            Table::create(truth.join("identity.csv"), &["silo", "record_key", "person_id", "findable"])?;
        for (silo, key, person, findable) in &rows {
            let findable = if *findable { "true" } else { "false" };
            table.row([silo.id(), key, &people[*person as usize].key(), findable])?;
        }
        table.finish()?;
        Ok(rows.len() as u64)
    }
}

/// Whether each record is of the largest part that shared clues hold together, the first of equal ones.
fn findable(clues: &[&BTreeSet<String>]) -> Vec<bool> {
    let mut part: Vec<usize> = (0..clues.len()).collect();
    for at in 0..clues.len() {
        for other in 0..at {
            if part[at] != part[other] && !clues[at].is_disjoint(clues[other]) {
                let (gone, stays) = (part[at].max(part[other]), part[at].min(part[other]));
                part.iter_mut().filter(|part| **part == gone).for_each(|part| *part = stays);
            }
        }
    }
    let size = |wanted: usize| part.iter().filter(|part| **part == wanted).count();
    let largest = part.iter().copied().max_by_key(|&part| (size(part), std::cmp::Reverse(part)));
    part.iter().map(|part| Some(*part) == largest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_findable_where_clues_lead_to_most_of_the_persons_records() {
        let mail = || Clues::default().email(" Ann@X.org ");
        let records = [
            mail().0,
            Clues::default().phone("0150 1234567").0,
            mail().phone("+49150 1234567").0,
            Clues::default().phone(OFFICE_PHONE).0,
            Clues::default().phone("0150 7654321").0,
        ];
        let clues: Vec<&BTreeSet<String>> = records.iter().collect();
        assert_eq!(findable(&clues), [true, true, true, false, false]);
    }
}
