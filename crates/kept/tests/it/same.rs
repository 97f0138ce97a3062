//! Same input, same config: the same published tables, whatever the order in which files came.

use crate::support::Home;

const TABLES: [&str; 15] = [
    "customer_of",
    "merges",
    "timeline",
    "touchpoints",
    "postings",
    "statement",
    "customer_state",
    "loss_reasons",
    "loss_causes",
    "loss_cause_of",
    "cohorts",
    "survival",
    "survival_tests",
    "worth",
    "customer_worth",
];

fn tables(home: &Home) -> Vec<Vec<Vec<String>>> {
    // Rows as they lie in the files, without any order of the query's own.
    TABLES.iter().map(|table| home.sql(&format!("select * from {table}"))).collect()
}

#[test]
fn the_order_of_imports_does_not_show_in_what_is_published() {
    let one = Home::new();
    let path = one.path();
    one.run(&[
        "demo",
        path.to_str().expect("path"),
        "--customers",
        "150",
        "--until",
        "2026-10-31",
        "--files-only",
    ]);
    let other = Home::new();
    copy(&path, &other.path());
    one.run(&["import"]);
    for silo in ["stores", "crm", "insight", "web", "courier", "support", "billing", "shop"] {
        other.run(&["import", silo]);
    }
    one.run(&["refresh"]);
    other.run(&["refresh"]);
    let (one, other) = (tables(&one), tables(&other));
    for (at, table) in TABLES.iter().enumerate() {
        assert!(!one[at].is_empty() && one[at] == other[at], "{table} differs");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copy");
        }
    }
}
