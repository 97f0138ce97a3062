//! The demo's planted truths, found again from its exports alone.

use crate::support::demo;
use std::collections::{BTreeMap, HashMap};

/// Pairs among n.
const fn pairs(n: u64) -> u64 {
    n * n.saturating_sub(1) / 2
}

fn csv_rows(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("truth");
    reader.deserialize().map(|row| row.expect("row")).collect()
}

/// Precision and recall over all pairs of records, for customers and persons by record.
fn quality(customer_of: &[(String, &str)]) -> (f64, f64) {
    let mut sizes: HashMap<&str, u64> = HashMap::new();
    let mut cells: HashMap<(&str, &str), u64> = HashMap::new();
    let mut persons: HashMap<&str, u64> = HashMap::new();
    for (customer, person) in customer_of {
        *sizes.entry(customer).or_default() += 1;
        *cells.entry((customer, person)).or_default() += 1;
        *persons.entry(person).or_default() += 1;
    }
    let sum = |groups: &mut dyn Iterator<Item = &u64>| groups.map(|n| pairs(*n)).sum::<u64>() as f64;
    let right = sum(&mut cells.values());
    (right / sum(&mut sizes.values()), right / sum(&mut persons.values()))
}

/// Customers by record hash where only merges count that `counts`.
fn joined_by(merges: &[Vec<String>], counts: impl Fn(&str) -> bool) -> HashMap<String, String> {
    let mut above: HashMap<String, String> = HashMap::new();
    let root = |above: &HashMap<String, String>, record: &str| {
        let mut at = record.to_owned();
        while let Some(next) = above.get(&at) {
            at.clone_from(next);
        }
        at
    };
    for merge in merges.iter().filter(|merge| counts(&merge[2])) {
        let (a, b) = (root(&above, &merge[0]), root(&above, &merge[1]));
        if a != b {
            above.insert(a, b);
        }
    }
    let records: Vec<String> = above.keys().cloned().collect();
    records.into_iter().map(|record| (record.clone(), root(&above, &record))).collect()
}

#[test]
fn joined_records_are_one_person_by_keys_alone_and_with_evidence_and_families_stay_apart() {
    let home = demo(2000, 3);
    let truth = csv_rows(&home.path().join("truth/identity.csv"));
    let person_of: HashMap<(&str, &str), &str> = truth
        .iter()
        .map(|row| ((row["silo"].as_str(), row["record_key"].as_str()), row["person_id"].as_str()))
        .collect();
    let rows = home.sql(
        "select o.silo, r.record_key, o.customer, o.record_hash from customer_of o \
         join (select distinct record_hash, record_key from records) r on r.record_hash = o.record_hash",
    );
    let missing: Vec<_> = {
        let known: std::collections::HashSet<(&str, &str)> =
            rows.iter().map(|row| (&*row[0], &*row[1])).collect();
        person_of.keys().filter(|record| !known.contains(*record)).collect()
    };
    // Survey answers that were not finished count as rows and tell nothing.
    assert!(missing.iter().all(|(silo, _)| *silo == "insight") && missing.len() < 50, "{missing:?}");
    let person = |row: &Vec<String>| {
        *person_of
            .get(&(row[0].as_str(), row[1].as_str()))
            .unwrap_or_else(|| panic!("unknown record {row:?}"))
    };
    let merges = home.sql("select record_a, record_b, rule from merges");
    let by_keys = joined_by(&merges, |rule| rule != "scored");
    let alone: Vec<_> =
        rows.iter().map(|row| (by_keys.get(&row[3]).unwrap_or(&row[3]).clone(), person(row))).collect();
    let all: Vec<_> = rows.iter().map(|row| (row[2].clone(), person(row))).collect();
    for (what, customers) in [("keys alone", alone), ("keys and evidence", all)] {
        let (precision, recall) = quality(&customers);
        println!("{what}: precision {precision:.5}, recall {recall:.4}");
        assert!(precision >= 0.999, "{what}: precision {precision}");
        assert!(recall >= 0.6, "{what}: recall {recall} is far less than it should be");
    }
}

#[test]
fn the_ledger_counts_every_purchase_of_every_life() {
    let home = demo(800, 5);
    let truth = csv_rows(&home.path().join("truth/lives.csv"));
    let sum = |name: &str| truth.iter().map(|row| row[name].parse::<i64>().unwrap_or(0)).sum::<i64>();
    let rows = home.sql("select sum(purchases), sum(net_minor) from customer_state");
    assert_eq!(rows[0], [sum("purchases").to_string(), sum("net_minor").to_string()]);
    for by in ["month", "quarter", "year"] {
        for line in home.statement(by) {
            let figure = |name: &str| line[name].as_i64().expect(name);
            let count = figure("opening_count") + figure("gained_count") + figure("won_back_count")
                - figure("lost_count");
            assert_eq!(count, figure("closing_count"), "{line}");
            let value = figure("opening_minor")
                + figure("gained_minor")
                + figure("won_back_minor")
                + figure("expanded_minor")
                - figure("contracted_minor")
                + figure("fx_minor")
                - figure("lost_minor");
            assert_eq!(value, figure("closing_minor"), "{line}");
        }
    }
}
