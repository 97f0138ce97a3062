//! Whole resolutions: guards, clusters, ids and evidence together.

mod guards;
mod history;
mod households;
mod incremental;
mod properties;
mod weighed;

use crate::{Error, Mint, Previous, Records, Resolution, Settings, Weighing, resolve};
use arrow::array::StringArray;
use model::config::Unit;

const KEYS: [&str; 12] = ["n", "g", "f", "e", "p", "b", "a", "z", "t", "c", "k", "x"];

/// Records for tests, written `key=value; …` with the keys n(ame), g(iven), f(amily), e(mail), p(hone),
/// b(irth date), a(ddress), z (postcode), c(ompany), k (account key), x (exclusive id); s, with the hashes of
/// records that the silo says are the same; o, with numbers of orders.
struct Table {
    hash: Vec<u64>,
    same: Vec<(u64, u64)>,
    references: Vec<(u32, u64)>,
    silo: Vec<u16>,
    columns: Vec<StringArray>,
}

impl Table {
    fn new<T: AsRef<str>>(rows: &[(u64, T)]) -> Self {
        let value = |row: &str, key: &str| {
            row.split("; ")
                .filter_map(|cell| cell.split_once('='))
                .find(|cell| cell.0 == key)
                .map(|cell| cell.1.to_owned())
        };
        let same = |(hash, row): &(u64, T)| {
            let others = value(row.as_ref(), "s").unwrap_or_default();
            let hash = *hash;
            others.split_whitespace().map(|other| (hash, other.parse().unwrap())).collect::<Vec<_>>()
        };
        let ordered = |(hash, row): &(u64, T)| {
            let orders = value(row.as_ref(), "o").unwrap_or_default();
            let hash = *hash;
            orders.split_whitespace().map(|order| (order.parse().unwrap(), hash)).collect::<Vec<_>>()
        };
        let mut references: Vec<(u32, u64)> = rows.iter().flat_map(ordered).collect();
        references.sort_unstable();
        Self {
            references,
            same: rows.iter().flat_map(same).collect(),
            hash: rows.iter().map(|row| row.0).collect(),
            silo: vec![0; rows.len()],
            columns: KEYS
                .iter()
                .map(|key| rows.iter().map(|row| value(row.1.as_ref(), key)).collect())
                .collect(),
        }
    }

    fn of(rows: &[&str]) -> Self {
        Self::new(&(1..).zip(rows.iter().copied()).collect::<Vec<(u64, &str)>>())
    }

    fn records(&self) -> Records<'_> {
        let [
            name,
            given,
            family,
            email,
            phone,
            birth_date,
            address,
            postcode,
            city,
            company,
            account,
            exclusive_id,
        ] = self.columns.as_slice()
        else {
            panic!("one column per key")
        };
        Records {
            record_hash: &self.hash,
            silo: &self.silo,
            name,
            given,
            family,
            email,
            phone,
            birth_date,
            address,
            postcode,
            city,
            company,
            account,
            exclusive_id,
            same: &self.same,
            references: &self.references,
        }
    }

    fn weighed(&self, unit: Unit, weighing: &Weighing) -> Resolution {
        let (records, mut mint) = (self.records(), Mint::new(1, 1));
        resolve(&records, &settings(unit), weighing, &Previous::default(), &mut mint).unwrap()
    }

    fn resolve(&self, unit: Unit) -> Resolution {
        self.weighed(unit, &Weighing::default())
    }
}

fn settings(unit: Unit) -> Settings {
    Settings { generic_after_names: 4, strip_plus_tag: true, country: Some("DE".to_owned()), unit }
}

fn person(rows: &[&str]) -> Resolution {
    Table::of(rows).resolve(Unit::Person)
}

#[test]
fn columns_of_unequal_length_and_records_that_come_twice_are_refused() {
    let mut table = Table::of(&["n=Anna Berg", "n=Tom Berg"]);
    let run = |table: &Table| {
        resolve(
            &table.records(),
            &settings(Unit::Person),
            &Weighing::default(),
            &Previous::default(),
            &mut Mint::new(1, 1),
        )
        .unwrap_err()
    };
    table.hash = vec![7, 7];
    assert_eq!(run(&table), Error::Twice { place: "records", record_hash: 7 });
    table.silo.pop();
    assert_eq!(run(&table), Error::Length { column: "silo", found: 1, expected: 2 });
}

#[test]
fn no_records_are_no_customers() {
    let found = person(&[]);
    assert!(found.customer.is_empty() && found.ids.is_empty() && found.merges.is_empty());
}
