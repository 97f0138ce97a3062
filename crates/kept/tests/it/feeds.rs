//! Files that come again, come corrected, come broken: what changes and what does not.

use crate::support::{CONFIG, Home};

fn home(config: &str) -> Home {
    let home = Home::new();
    home.write("kept.toml", config);
    home
}

fn books(home: &Home) -> Vec<Vec<String>> {
    home.run(&["refresh"]);
    home.sql("select count(*), sum(purchases), sum(net_minor) from customer_state")
}

const HEAD: &str = "who,day,total,no\n";

#[test]
fn the_same_file_twice_changes_nothing_and_a_corrected_one_replaces_its_rows() {
    let home = home(CONFIG);
    home.write("data/orders.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-02-01,20,2\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["2", "2", "3000"]);
    let again = home.json(&["import"]);
    assert_eq!((&again[0]["imports"], &again[0]["unchanged_files"]), (&0.into(), &1.into()));
    assert!(home.run(&["refresh"]).contains("nothing is new"));
    home.write("data/orders.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-02-01,25,2\nc,2024-03-01,1,3\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["3", "3", "3600"]);
    assert_eq!(home.sql("select count(*) from events")[0], ["3"], "replaced rows are gone");
    home.write("data/orders.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-02-01,20,2\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["2", "2", "3000"], "back to the first file");
}

#[test]
fn appended_files_add_up_and_a_row_told_again_replaces_the_older() {
    let home = home(&CONFIG.replace("id = \"orders\"\n", "id = \"orders\"\nmode = \"append\"\n"));
    home.write("data/orders-1.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-02-01,20,2\n"));
    home.run(&["import"]);
    home.write("data/orders-2.csv", format!("{HEAD}b,2024-02-01,21,2\nc,2024-03-01,5,3\n"));
    home.write("data/orders-3.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-02-01,20,2\n"));
    let outcome = home.json(&["import"]);
    assert_eq!(
        (&outcome[0]["imports"], &outcome[0]["unchanged_files"]),
        (&1.into(), &2.into()),
        "the copy is known"
    );
    assert_eq!(books(&home)[0], ["3", "3", "3600"]);
}

#[test]
fn too_many_unreadable_rows_fail_the_import_and_change_nothing() {
    let home = home(CONFIG);
    home.write("data/orders.csv", format!("{HEAD}a,2024-01-01,10,1\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["1", "1", "1000"]);
    home.write("data/orders.csv", format!("{HEAD}a,2024-01-01,10,1\nb,2024-13-01,20,2\n"));
    let said = home.refused(&["import"]);
    assert!(
        said.contains("1 of 2 rows cannot be read") && said.contains("line 3") && said.contains("day"),
        "{said}"
    );
    assert!(home.run(&["refresh"]).contains("nothing is new"));
    let many = (0..40).map(|n| format!("c{n},2024-01-01,1,{}\n", n + 10)).collect::<Vec<_>>().concat();
    home.write("data/orders.csv", format!("{HEAD}{many}b,2024-13-01,20,2\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["40", "40", "4000"]);
    let kept = home.sql("select line, \"column\", raw from rejects");
    assert_eq!(kept, [["42", "day", "b,2024-13-01,20,2"]]);
}

#[test]
fn missing_columns_files_and_homes_are_told_with_the_cure() {
    let home = home(CONFIG);
    let said = home.refused(&["import"]);
    assert!(said.contains("orders*.csv") || said.contains("data"), "{said}");
    home.write("data/orders.csv", "whom,day,total,no\na,2024-01-01,10,1\n");
    let said = home.refused(&["import"]);
    assert!(said.contains("there is no column `who`; the nearest present is `whom`"), "{said}");
    assert!(home.refused(&["refresh"]).contains("kept import"));
    assert!(home.refused(&["statement"]).contains("kept refresh"));
    let said = Home::new().refused(&["statement"]);
    assert!(said.contains("there is no kept.toml") && said.contains("kept demo"), "{said}");
    home.write("kept.toml", CONFIG.replace("owner = \"sales\"", "owner = \"sale\""));
    let said = home.refused(&["check"]);
    assert!(said.contains("kept.toml:16: there is no department `sale`; did you mean `sales`?"), "{said}");
}

#[test]
fn no_rows_and_one_row_are_normal() {
    let home = home(CONFIG);
    home.write("data/orders.csv", HEAD);
    home.run(&["import"]);
    home.run(&["refresh"]);
    assert_eq!(home.json(&["statement"])["lines"], serde_json::json!([]));
    assert!(home.refused(&["statement"]).contains("no customer was ever active"));
    home.write("data/orders.csv", format!("{HEAD}\u{5d0}\u{5d1} \u{1f642},2024-01-01,10,1\n"));
    home.run(&["import"]);
    assert_eq!(books(&home)[0], ["1", "1", "1000"]);
    assert_eq!(home.json(&["customer", "\u{5d0}\u{5d1}"])["total"], 1);
}
