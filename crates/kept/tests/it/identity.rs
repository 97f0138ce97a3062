//! What people say of identity: decisions and models, from the command to the edition that counts them.

use crate::support::{CONFIG, Home};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The company of the other tests with a second silo; both know names and e-mails.
fn config() -> String {
    let columns = r#"columns = { record = "who", at = "day", value = "total", id = "no", "#;
    let people = r#"name = "name", email = "mail" }"#;
    let shop = CONFIG.replace(r#"columns = { record = "who", at = "day", value = "total", id = "no" }"#, "");
    format!(
        r#"{shop}{columns}{people}
[[silo]]
id = "desk"
name = "Desk"
owner = "sales"
[[silo.feed]]
id = "tickets"
files = "tickets.csv"
columns = {{ record = "who", at = "day", event = "what", id = "no", {people}
constants = {{ kind = "contact" }}
"#
    )
}

const ORDERS: &str = "who,day,total,no,name,mail\n\
     1,2024-01-01,10,1,Ann Berg,ann@example.org\n\
     2,2024-01-02,20,2,Tom Birch,tom@example.org\n\
     3,2024-01-03,30,3,Eve Stone,eve@example.org\n";
const TICKETS: &str = "who,day,what,no,name,mail\n\
     7,2024-02-01,question,1,Ann Berg,ann@example.org\n\
     8,2024-02-02,question,2,Thomas B.,helpme@example.net\n\
     9,2024-02-03,question,3,Eve Stone,eve@example.org\n";

/// The records of each customer, by name; those of one record alone are left out.
fn groups(home: &Home) -> BTreeSet<BTreeSet<String>> {
    let rows = home.sql(
        "select distinct o.customer, concat(o.silo, ':', r.record_key) from customer_of o \
         join records r on r.record_hash = o.record_hash",
    );
    let mut groups: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        groups.entry(row[0].clone()).or_default().insert(row[1].clone());
    }
    groups.into_values().filter(|group| group.len() > 1).collect()
}

fn pairs(pairs: &[[&str; 2]]) -> BTreeSet<BTreeSet<String>> {
    pairs.iter().map(|pair| pair.iter().map(|&name| name.to_owned()).collect()).collect()
}

fn decide(home: &Home, pair: [&str; 2], verdict: &str) {
    home.run(&["identity", "decide", pair[0], pair[1], verdict, "--reason", "asked them"]);
}

#[test]
fn decisions_outlive_refreshes_and_imports_until_they_are_undone() {
    let home = Home::new();
    home.write("kept.toml", config());
    home.write("data/orders.csv", ORDERS);
    home.write("data/tickets.csv", TICKETS);
    home.run(&["import"]);
    home.run(&["refresh"]);
    let (ann, tom, eve) = (["desk:7", "shop:1"], ["desk:8", "shop:2"], ["desk:9", "shop:3"]);
    let by_keys = pairs(&[ann, eve]);
    assert_eq!(groups(&home), by_keys);

    decide(&home, ann, "different");
    decide(&home, tom, "same");
    assert_eq!(groups(&home), by_keys, "decisions count from the next refresh");
    assert_eq!(home.json(&["identity", "status"])["not_yet_counted"], 2);
    let decided = pairs(&[tom, eve]);
    home.run(&["refresh"]);
    assert_eq!(groups(&home), decided);
    assert_eq!(home.json(&["identity", "status"])["not_yet_counted"], 0);
    assert!(home.run(&["refresh"]).contains("nothing is new"));
    let said = home.refused(&["identity", "decide", "desk:8", "shop:2", "same", "--reason", "again"]);
    assert!(said.contains("decided so already"), "{said}");

    // A changed file, a changed company, a record that is away for a while.
    home.write("data/orders.csv", format!("{ORDERS}4,2024-03-01,5,4,Ann Berg,ann@example.org\n"));
    home.run(&["import"]);
    home.run(&["refresh"]);
    assert_eq!(groups(&home).len(), 3, "the new record joins one Ann");
    assert!(groups(&home).iter().all(|group| !ann.iter().all(|&name| group.contains(name))));
    home.write("data/orders.csv", ORDERS);
    home.write("kept.toml", config().replace("gap_days = 90", "gap_days = 60"));
    home.write(
        "data/tickets.csv",
        TICKETS.replace("8,2024-02-02,question,2,Thomas B.,helpme@example.net\n", ""),
    );
    home.run(&["import"]);
    home.run(&["refresh"]);
    assert_eq!(groups(&home), pairs(&[eve]));
    home.write("data/tickets.csv", TICKETS);
    home.run(&["import"]);
    home.run(&["refresh"]);
    assert_eq!(groups(&home), decided, "the decision waited for the record");

    decide(&home, ann, "undone");
    decide(&home, tom, "different");
    home.run(&["refresh"]);
    assert_eq!(groups(&home), by_keys);
    let told = home.json(&["identity", "decisions"]);
    let told: Vec<(String, bool)> = told["rows"]
        .as_array()
        .expect("decisions")
        .iter()
        .map(|row| (row[0]["verdict"].as_str().expect("verdict").to_owned(), row[1] == true))
        .collect();
    let told: Vec<(&str, bool)> = told.iter().map(|(verdict, counts)| (verdict.as_str(), *counts)).collect();
    assert_eq!(told, [("different", true), ("undone", false), ("same", false), ("different", false)]);
}

/// Customers of one partition of the records that hold records of several customers of another.
fn regrouped(from: &[Vec<String>], to: &[Vec<String>]) -> usize {
    let before: BTreeMap<&str, &str> = from.iter().map(|row| (&*row[0], &*row[1])).collect();
    let mut parts: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in to {
        parts.entry(&row[1]).or_default().insert(before[&*row[0]]);
    }
    parts.values().filter(|customers| customers.len() > 1).count()
}

#[test]
fn a_model_trained_anew_counts_when_it_was_accepted_and_changes_whom_it_said() {
    let home = Home::new();
    let path = home.path();
    let path = path.to_str().expect("path");
    home.run(&["demo", path, "--customers", "300", "--until", "2026-10-31", "--files-only"]);
    home.run(&["import", "crm"]);
    home.run(&["refresh"]);
    let version = || home.json(&["identity", "status"])["model"]["version"].clone();
    let first = version();
    home.run(&["import"]);
    home.run(&["refresh"]);
    assert_eq!(version(), first, "more records alone do not change the model");
    let customers = || home.sql("select record_hash, customer from customer_of");
    let before = customers();

    let refused = |task: &str| home.refused(&["identity", task, "--reason", "seen"]);
    assert!(refused("accept").contains("no model waits"));
    let proposal: Value = home.json(&["identity", "retrain"]);
    let proposed = proposal["model"]["version"].clone();
    assert_ne!(proposed, first);
    assert_eq!(home.json(&["identity", "proposal"])["model"]["version"], proposed);
    assert!(home.run(&["refresh"]).contains("nothing is new"), "a proposal changes nothing");
    home.run(&["identity", "reject", "--reason", "not now"]);
    assert!(home.run(&["refresh"]).contains("nothing is new"), "nor does a rejected one");
    assert!(refused("accept").contains("no model waits"));
    assert_eq!(version(), first);

    assert_eq!(home.json(&["identity", "retrain"])["model"]["version"], proposed);
    home.run(&["identity", "accept", "--reason", "it knows more"]);
    assert!(refused("reject").contains("no model waits"));
    assert_eq!((version(), customers()), (first, before.clone()), "it counts from the next refresh");
    home.run(&["refresh"]);
    assert_eq!(version(), proposed);
    let after = customers();
    let told = |what: &str| proposal[what]["total"].as_u64().expect("total") as usize;
    let changed = (regrouped(&before, &after), regrouped(&after, &before));
    assert_eq!((told("would_merge"), told("would_split")), changed);
    assert_ne!(changed, (0, 0), "the two models say the same; take other records");
    assert!(home.run(&["identity", "retrain"]).contains("nothing to decide"));
    assert!(home.run(&["refresh"]).contains("nothing is new"));
}
