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

#[test]
fn records_joined_by_keys_alone_are_one_person_and_families_stay_apart() {
    let home = demo(2000, 3);
    let truth = csv_rows(&home.path().join("truth/identity.csv"));
    let person_of: HashMap<(&str, &str), &str> = truth
        .iter()
        .map(|row| ((row["silo"].as_str(), row["record_key"].as_str()), row["person_id"].as_str()))
        .collect();
    let rows = home.sql(
        "select o.silo, r.record_key, o.customer from customer_of o \
         join (select distinct record_hash, record_key from records) r on r.record_hash = o.record_hash",
    );
    let missing: Vec<_> = {
        let known: std::collections::HashSet<(&str, &str)> =
            rows.iter().map(|row| (&*row[0], &*row[1])).collect();
        person_of.keys().filter(|record| !known.contains(*record)).collect()
    };
    // Survey answers that were not finished count as rows and tell nothing.
    assert!(missing.iter().all(|(silo, _)| *silo == "insight") && missing.len() < 50, "{missing:?}");
    let mut sizes: HashMap<&str, u64> = HashMap::new();
    let mut cells: HashMap<(&str, &str), u64> = HashMap::new();
    let mut persons: HashMap<&str, u64> = HashMap::new();
    for row in &rows {
        let person = person_of
            .get(&(row[0].as_str(), row[1].as_str()))
            .unwrap_or_else(|| panic!("unknown record {row:?}"));
        *sizes.entry(&row[2]).or_default() += 1;
        *cells.entry((&row[2], person)).or_default() += 1;
        *persons.entry(person).or_default() += 1;
    }
    let joined: u64 = sizes.values().map(|n| pairs(*n)).sum();
    let right: u64 = cells.values().map(|n| pairs(*n)).sum();
    let wanted: u64 = persons.values().map(|n| pairs(*n)).sum();
    let (precision, recall) = (right as f64 / joined as f64, right as f64 / wanted as f64);
    println!(
        "pairs joined {joined}, right {right}, in truth {wanted}: precision {precision:.5}, recall {recall:.4}"
    );
    assert!(precision >= 0.999, "precision {precision}");
    assert!(recall >= 0.6, "recall {recall}: the keys find far fewer than they should");
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
                - figure("lost_minor");
            assert_eq!(value, figure("closing_minor"), "{line}");
        }
    }
}
