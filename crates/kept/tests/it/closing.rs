//! Closed periods: what was reported stays, what changed since is booked and explained.

use crate::support::{CONFIG, Home};
use serde_json::Value;
use std::collections::BTreeMap;

const MONTHS: &str = "who,day,total,no,name,region\n\
     1,2024-01-10,10,1,Ann Berg,North\n\
     2,2024-01-12,20,2,Tom Birch,North\n\
     3,2024-02-03,30,3,Eve Stone,South\n\
     4,2024-02-20,40,4,Kim Holm,South\n\
     1,2024-03-01,15,5,Ann Berg,North\n\
     5,2024-03-20,50,6,Lia Moor,South\n\
     2,2024-04-02,25,7,Tom Birch,North\n\
     6,2024-05-05,60,8,Per Dahl,North\n";
/// A known customer of the first quarter bought more, and somebody nobody knew of.
const LATE: &str = "who,day,total,no,name,region\n\
     3,2024-03-28,7,21,Eve Stone,South\n\
     9,2024-02-14,90,22,Ida Fell,North\n";

fn config(as_of: &str) -> String {
    let columns = r#"columns = { record = "who", at = "day", value = "total", id = "no", name = "name", region = "region" }"#;
    let config = CONFIG
        .replace(r#"columns = { record = "who", at = "day", value = "total", id = "no" }"#, columns)
        .replace("2024-12-31", as_of);
    format!("{config}mode = \"append\"\n[[split]]\nid = \"region\"\nrecord = \"region\"\n")
}

fn company() -> Home {
    let home = Home::new();
    home.write("kept.toml", config("2024-06-15"));
    home.write("data/orders-1.csv", MONTHS);
    home.run(&["import"]);
    home.run(&["refresh"]);
    home
}

/// Late data and a merge of two customers, refreshed.
fn change(home: &Home) {
    home.write("data/orders-2.csv", LATE);
    home.run(&["import"]);
    home.run(&["identity", "decide", "shop:1", "shop:2", "same", "--reason", "they married"]);
    home.run(&["refresh"]);
}

fn lines(home: &Home, by: &str, basis: &str, segment: Option<&str>) -> BTreeMap<String, Value> {
    let mut args = vec!["statement", "--by", by, "--as", basis];
    args.extend(segment.iter().flat_map(|segment| ["--segment", segment]));
    let told = home.json(&args);
    assert!(told["basis"] == basis || told["closed_until"].is_null(), "{told}");
    let lines = told["lines"].as_array().expect("lines").clone();
    lines.into_iter().map(|line| (line["period"].as_str().expect("period").to_owned(), line)).collect()
}

const CUTS: [(&str, Option<&str>); 6] = [
    ("month", None),
    ("month", Some("region=North")),
    ("month", Some("region=South")),
    ("quarter", None),
    ("quarter", Some("region=North")),
    ("quarter", Some("region=South")),
];
const CLOSED: [&str; 4] = ["2024-01", "2024-02", "2024-03", "2024-Q1"];

#[test]
fn a_closed_quarter_stays_and_what_changed_since_is_booked_by_cause() {
    let home = company();
    let before: Vec<_> = CUTS.map(|(by, segment)| lines(&home, by, "restated", segment)).into();
    assert!(home.run(&["close"]).contains("Nothing is closed"));
    assert!(home.run(&["close", "2024-Q1"]).contains("2024-Q1 is closed as edition 1"));
    assert!(home.run(&["close"]).contains("step shows from the next"));
    assert!(home.run(&["refresh"]).contains("edition 2 published"));
    assert!(home.run(&["refresh"]).contains("nothing is new"));
    for ((by, segment), before) in CUTS.iter().zip(&before) {
        assert_eq!(&lines(&home, by, "reported", *segment), before, "nothing changed yet");
    }
    assert_eq!(home.sql("select count(*) from bridges"), [["0"]]);

    change(&home);
    let plain = Home::new();
    plain.write("kept.toml", config("2024-06-15"));
    plain.write("data/orders-1.csv", MONTHS);
    plain.write("data/orders-2.csv", LATE);
    plain.run(&["import"]);
    plain.run(&["identity", "decide", "shop:1", "shop:2", "same", "--reason", "they married"]);
    plain.run(&["refresh"]);
    for ((by, segment), before) in CUTS.iter().zip(&before) {
        let (reported, restated) =
            (lines(&home, by, "reported", *segment), lines(&home, by, "restated", *segment));
        assert_eq!(restated, lines(&plain, by, "restated", *segment), "as restated is a plain refresh");
        for (period, line) in before.iter().filter(|(period, _)| CLOSED.contains(&period.as_str())) {
            assert_eq!(line.to_string(), reported[period].to_string(), "{period} was reported");
        }
        adjusts(&home, *segment, &reported, &restated);
    }
    let by_cause = home.sql(
        "select cause, sum(count), sum(value_minor) from bridges where cut_off = date '2024-03-31' \
         group by cause order by cause",
    );
    assert_eq!(by_cause, [["late_data", "1", "9700"], ["merged", "-1", "0"]]);
    let told = home.json(&["statement", "--by", "month"]);
    assert_eq!((&told["basis"], &told["closed_until"]), (&"reported".into(), &"2024-03-31".into()));
}

/// The bridge is the difference to the unit, and April books it.
fn adjusts(
    home: &Home,
    segment: Option<&str>,
    reported: &BTreeMap<String, Value>,
    restated: &BTreeMap<String, Value>,
) {
    let within = segment.map_or_else(String::new, |segment| format!(" and segment = '{segment}'"));
    let number = |line: &Value, name: &str| line[name].as_i64().expect("a number");
    for (period, day) in [("2024-01", "2024-01-31"), ("2024-02", "2024-02-29"), ("2024-03", "2024-03-31")] {
        let Some(line) = reported.get(period) else { continue };
        let sql = format!(
            "select coalesce(sum(count), 0), coalesce(sum(value_minor), 0) from bridges \
             where cut_off = date '{day}'{within}"
        );
        let row: Vec<i64> = home.sql(&sql)[0].iter().map(|cell| cell.parse().expect("a number")).collect();
        for (at, name) in ["closing_count", "closing_minor"].into_iter().enumerate() {
            assert_eq!(number(&restated[period], name) - number(line, name), row[at], "{period} {segment:?}");
        }
    }
    if let (Some(march), Some(april)) = (restated.get("2024-03"), reported.get("2024-04")) {
        let difference = |name: &str| number(march, name) - number(&reported["2024-03"], name);
        assert_eq!(number(april, "adjusted_count"), difference("closing_count"));
        assert_eq!(number(april, "adjusted_minor"), difference("closing_minor"));
    }
}

#[test]
fn reopening_needs_a_reason_and_gives_back_the_restated() {
    let home = company();
    home.run(&["close", "2024-02"]);
    home.run(&["close", "2024-Q1"]);
    change(&home);
    assert_ne!(lines(&home, "month", "reported", None), lines(&home, "month", "restated", None));
    assert!(home.refused(&["close", "2024-02"]).contains("closed"));
    assert!(home.refused(&["close", "2024-Q2"]).contains("2024-Q2"));
    assert!(home.refused(&["close", "--reopen", "2024-04", "--reason", "no"]).contains("2024-04"));
    let blank = home.refused(&["close", "--reopen", "2024-03", "--reason", " "]);
    assert!(blank.contains("reason"), "{blank}");
    home.run(&["close", "--reopen", "2024-01", "--reason", "late orders"]);
    home.run(&["refresh"]);
    for (by, segment) in CUTS {
        assert_eq!(lines(&home, by, "reported", segment), lines(&home, by, "restated", segment));
    }
    assert!(home.run(&["close"]).contains("late orders"), "it stays in the history");
    let history = home.json(&["close"]);
    let steps = history["steps"].as_array().expect("steps");
    let steps: Vec<_> = steps.iter().map(|step| (step["step"].as_str(), step["period"].as_str())).collect();
    assert_eq!(
        steps,
        [
            (Some("closed"), Some("2024-02")),
            (Some("closed"), Some("2024-Q1")),
            (Some("reopened"), Some("2024-01"))
        ]
    );
    assert!(history["closed_until"].is_null());
    home.run(&["close", "2024-Q1"]);
    home.run(&["refresh"]);
    assert_eq!(lines(&home, "quarter", "reported", None), lines(&home, "quarter", "restated", None));
}

#[test]
fn books_that_end_with_the_closed_month_wait_with_their_adjustments() {
    let home = company();
    home.write("kept.toml", config("2024-03-31"));
    home.run(&["refresh"]);
    home.run(&["close", "2024-Q1"]);
    home.run(&["refresh"]);
    let before = lines(&home, "month", "reported", None);
    change(&home);
    assert_eq!(lines(&home, "month", "reported", None), before);
    assert_ne!(lines(&home, "month", "restated", None), before);
}
