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

/// A record of the demo, resolved.
struct Resolved {
    hash: String,
    customer: String,
    person: String,
    /// Whether clues lead from it to the person's other records.
    findable: bool,
}

fn resolved(home: &crate::support::Home) -> Vec<Resolved> {
    let truth = csv_rows(&home.path().join("truth/identity.csv"));
    let told: HashMap<(&str, &str), (&str, bool)> = truth
        .iter()
        .map(|row| ((&*row["silo"], &*row["record_key"]), (&*row["person_id"], row["findable"] == "true")))
        .collect();
    let rows = home.sql(
        "select o.silo, r.record_key, o.customer, o.record_hash from customer_of o \
         join (select distinct record_hash, record_key from records) r on r.record_hash = o.record_hash",
    );
    let known: std::collections::HashSet<(&str, &str)> =
        rows.iter().map(|row| (&*row[0], &*row[1])).collect();
    let missing: Vec<_> = told.keys().filter(|record| !known.contains(*record)).collect();
    // Survey answers that were not finished count as rows and tell nothing.
    assert!(missing.iter().all(|(silo, _)| *silo == "insight") && missing.len() < 50, "{missing:?}");
    let record = |row: &Vec<String>| {
        let (person, findable) =
            told.get(&(&*row[0], &*row[1])).unwrap_or_else(|| panic!("unknown record {row:?}"));
        Resolved {
            hash: row[3].clone(),
            customer: row[2].clone(),
            person: (*person).to_owned(),
            findable: *findable,
        }
    };
    rows.iter().map(record).collect()
}

#[test]
fn people_are_found_again_by_keys_alone_and_with_evidence_and_families_stay_apart() {
    let home = demo(3000, 3);
    let records = resolved(&home);
    let merges = home.sql("select record_a, record_b, rule from merges");
    let by_keys = joined_by(&merges, |rule| rule != "scored");
    let by_key = |record: &Resolved| by_keys.get(&record.hash).unwrap_or(&record.hash).clone();
    let everything = |record: &Resolved| record.customer.clone();
    let check = |what: &str, customer: &dyn Fn(&Resolved) -> String, least: f64| {
        let all: Vec<_> = records.iter().map(|record| (customer(record), &*record.person)).collect();
        let (precision, _) = quality(&all);
        assert!(precision >= 0.999, "{what}: precision {precision}");
        let findable = records.iter().filter(|record| record.findable);
        let findable: Vec<_> = findable.map(|record| (customer(record), &*record.person)).collect();
        let (precision, recall) = quality(&findable);
        let f1 = 2.0 * precision * recall / (precision + recall);
        println!("{what}: precision {precision:.5}, recall {recall:.5}, F1 {f1:.5}");
        assert!(f1 >= least, "{what}: pair F1 {f1}");
    };
    check("keys alone", &by_key, 0.98);
    check("keys and evidence", &everything, 0.98);
    let generic: Vec<String> = home.sql("select value from generic_values where field = 'phone'").concat();
    assert_eq!(generic, ["+493055501000"], "the office's phone identifies nobody, and no other does so");
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
