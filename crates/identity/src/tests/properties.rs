//! What holds for any records.

use super::Table;
use crate::Resolution;
use model::config::Unit;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const NAMES: [&str; 12] = [
    "n=Anna Berg",
    "n=Ana Berg",
    "n=A. Berg",
    "n=Tom Berg",
    "n=T Berg",
    "n=Berg",
    "n=James Berg",
    "n=J. Berg",
    "n=Anna Larsen",
    "n=Tom Larsen",
    "c=Acme",
    "g=Anna",
];
const EMAILS: [&str; 4] = ["", "; e=a@post.de", "; e=b@post.de", "; e=c@post.de"];
const PHONES: [&str; 4] = ["", "; p=030 1234568", "; p=030 1234579", "; p=030 1234571"];
const BIRTHS: [&str; 3] = ["", "; b=1951-02-03", "; b=1983-11-20"];
const EXCLUSIVE: [&str; 6] = ["", "", "", "; x=tax:7781", "; x=tax:9912", "; x=card:5512"];
const HOMES: [&str; 3] = ["", "; z=10115; a=Lindenstr. 4", "; k=A1"];

prop_compose! {
    fn row(with_ids: bool)(
        name in 0..NAMES.len(), email in 0..EMAILS.len(), phone in 0..PHONES.len(), born in 0..BIRTHS.len(),
        id in 0..EXCLUSIVE.len(), home in 0..HOMES.len()
    ) -> String {
        let id = if with_ids { EXCLUSIVE[id] } else { "" };
        [NAMES[name], EMAILS[email], PHONES[phone], BIRTHS[born], id, HOMES[home]].concat()
    }
}

/// Clusters as sets of record hashes.
fn partition(table: &Table, found: &Resolution) -> BTreeSet<BTreeSet<u64>> {
    let mut clusters: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for (&hash, &customer) in table.hash.iter().zip(&found.customer) {
        clusters.entry(customer).or_default().insert(hash);
    }
    clusters.into_values().collect()
}

/// Values of one key among the records of each customer.
fn values<'a>(rows: &'a [(u64, String)], found: &Resolution, key: &str) -> Vec<BTreeSet<&'a str>> {
    let mut all = vec![BTreeSet::new(); found.ids.len()];
    for (row, &customer) in rows.iter().zip(&found.customer) {
        all[customer as usize].extend(row.1.split("; ").filter_map(|cell| cell.strip_prefix(key)));
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_order_of_records_does_not_change_who_is_who(
        (rows, shuffled) in prop::collection::vec(row(true), 1..24).prop_flat_map(|rows| {
            let rows: Vec<(u64, String)> = rows.into_iter().enumerate().map(|(at, row)| (at as u64 * 31 % 97, row)).collect();
            (Just(rows.clone()), Just(rows).prop_shuffle())
        }),
        account in any::<bool>()
    ) {
        let unit = if account { Unit::Account } else { Unit::Person };
        let (table, other) = (Table::new(&rows), Table::new(&shuffled));
        let (one, two) = (table.resolve(unit), other.resolve(unit));
        prop_assert_eq!(partition(&table, &one), partition(&other, &two));
        let explained = |table: &Table, found: &Resolution| {
            let hash = |row: u32| table.hash[row as usize];
            found.merges.iter().map(|m| (hash(m.record_a), hash(m.record_b), m.rule, m.field)).collect::<Vec<_>>()
        };
        prop_assert_eq!(explained(&table, &one), explained(&other, &two));
        prop_assert_eq!(one.generic, two.generic);
    }

    #[test]
    fn no_customer_holds_two_exclusive_ids_of_a_kind(rows in prop::collection::vec(row(true), 1..24), account in any::<bool>()) {
        let rows: Vec<(u64, String)> = (0..).zip(rows).collect();
        let found = Table::new(&rows).resolve(if account { Unit::Account } else { Unit::Person });
        for ids in values(&rows, &found, "x=tax:") {
            let placeholder = |id: &&&str| found.generic.iter().any(|generic| generic.value == format!("tax:{id}"));
            prop_assert!(ids.iter().filter(|id| !placeholder(id)).count() <= 1);
        }
    }

    #[test]
    fn without_exclusive_ids_no_customer_has_two_given_names(rows in prop::collection::vec(row(false), 1..24)) {
        let rows: Vec<(u64, String)> = (0..).zip(rows).collect();
        let found = Table::new(&rows).resolve(Unit::Person);
        for names in values(&rows, &found, "n=") {
            let given: BTreeSet<&str> = names
                .iter()
                .filter(|name| **name != "Berg")
                .map(|name| if name.starts_with('A') { "Anna" } else { &name[..1] })
                .collect();
            prop_assert!(given.len() <= 1 , "{names:?}");
        }
    }

    #[test]
    fn merges_span_every_customer_and_codes_follow_first_records(rows in prop::collection::vec(row(true), 1..24)) {
        let rows: Vec<(u64, String)> = (0..).zip(rows).collect();
        let found = Table::new(&rows).resolve(Unit::Person);
        prop_assert_eq!(found.merges.len() + found.ids.len(), rows.len());
        let mut seen = 0;
        for &customer in &found.customer {
            prop_assert!(customer <= seen);
            seen = seen.max(customer + 1);
        }
        let mut group: Vec<u32> = (0..rows.len() as u32).collect();
        for merge in &found.merges {
            let (from, to) = (group[merge.record_a as usize], group[merge.record_b as usize]);
            prop_assert_ne!(from, to, "every merge adds something");
            group.iter_mut().filter(|label| **label == from).for_each(|label| *label = to);
        }
        for (row, label) in group.iter().enumerate() {
            prop_assert_eq!(found.customer[row], found.customer[*label as usize]);
        }
        for pair in &found.refused {
            prop_assert_ne!(found.customer[pair.record_a as usize], found.customer[pair.record_b as usize]);
        }
        prop_assert!(found.ids.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
