//! Ways of splitting the customers: by records, by events and by queries. Each adds up to the whole, everywhere.

use crate::support::{CONFIG, Home, demo};
use model::Period;
use refresh::Reader;
use refresh::view::reasons::{LossList, Which};
use refresh::view::{Figure, Wanted};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Six customers over three months: who they are, where they live, and through which channel they order.
const ORDERS: &str = "who,day,total,no,name,region,via\n\
     1,2024-01-05,100,1,Ann Ek,North,web\n\
     1,2024-02-05,900,2,Ann Ek,North,store\n\
     2,2024-01-09,50,3,Bo Ek,South,store\n\
     3,2024-02-01,70,4,Cy Ek,North,web\n\
     3,2024-06-20,700,5,Cy Ek,South,web\n\
     4,2024-02-11,20,6,Di Ek,,phone\n\
     5,2024-03-03,30,7,Ed Ek,South,\n\
     6,2024-03-09,2000,8,Flo Ek,West,store\n";

const SPLITS: &str = r#"
[[split]]
id = "region"
name = "Region"
record = "region"

[[split]]
id = "via"
name = "First channel"
event = "channel"

[[split]]
id = "now"
event = "channel"
take = "latest"

[[split]]
id = "large"
name = "Large customers"
sql = "select customer from timeline where kind = 1 group by customer having sum(value_minor) >= 50000;"

[[split]]
id = "orders"
sql = """
-- The second column names the segment.
select customer, case when count(*) > 1 then 'several' else 'one' end as segment
from timeline where kind = 1 and day < date '2024-06-01' group by customer -- no more
"""
"#;

fn config(splits: &str) -> String {
    let columns = r#"columns = { record = "who", at = "day", value = "total", id = "no", name = "name", region = "region", channel = "via" }"#;
    let config =
        CONFIG.replace(r#"columns = { record = "who", at = "day", value = "total", id = "no" }"#, columns);
    format!("{config}{splits}")
}

fn company(splits: &str) -> Home {
    let home = Home::new();
    home.write("kept.toml", config(splits));
    home.write("data/orders.csv", ORDERS);
    home.run(&["import"]);
    home
}

fn reading<F: Future>(home: &Home, work: impl FnOnce(Reader) -> F) -> F::Output {
    tokio::runtime::Runtime::new().expect("runtime").block_on(async {
        work(Reader::open(intake::Home::open(&home.path()).expect("home")).await.expect("reader")).await
    })
}

/// Whole numbers of an object by name.
fn numbers(line: &Value) -> BTreeMap<String, i64> {
    let fields = line.as_object().expect("an object").iter();
    fields.filter_map(|(name, value)| Some((name.clone(), value.as_i64()?))).collect()
}

fn add(sums: &mut BTreeMap<String, i64>, line: &Value) {
    for (name, number) in numbers(line) {
        *sums.entry(name).or_default() += number;
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

/// Ids of all splits of an edition, and of their segments.
fn splits(home: &Home) -> BTreeMap<String, Vec<String>> {
    let mut splits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in home.sql("select split, segment from segments order by rank, value") {
        splits.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    splits
}

/// Statement, reasons and cohorts of every split add up to the whole, and each part is what the segment alone says.
fn every_split_ties(home: &Home) {
    for (split, segments) in splits(home) {
        for by in ["month", "quarter", "year"] {
            let told = home.json(&["statement", "--by", by, "--split", &split]);
            assert_eq!(list(&told["segments"]).len(), segments.len());
            for (at, line) in list(&told["whole"]).iter().enumerate() {
                let mut sums = BTreeMap::new();
                for one in list(&told["segments"]) {
                    add(&mut sums, &one["lines"][at]);
                }
                let whole: BTreeMap<String, i64> = numbers(line);
                assert_eq!(sums, whole, "{split} {}", line["period"]);
                assert!(whole.len() == 17, "{whole:?}");
            }
            for one in list(&told["segments"]).iter().take(if by == "month" { 2 } else { 0 }) {
                let segment = one["segment"].as_str().expect("id");
                let alone = home.json(&["statement", "--by", by, "--segment", segment]);
                assert_eq!(alone["lines"], one["lines"], "{segment}");
            }
        }
        let told = home.json(&["reasons", "--by", "all", "--split", &split]);
        let (mut sums, mut whole) = (BTreeMap::new(), BTreeMap::new());
        for row in list(&told["rows"]) {
            add(if row["segment"] == "" { &mut whole } else { &mut sums }, row);
        }
        for name in ["lost_count", "lost_minor", "unknown_count"] {
            assert_eq!(sums.get(name), whole.get(name), "{split} {name}");
        }
        let told = home.json(&["cohorts", "--split", &split]);
        let (mut sums, mut whole) = (BTreeMap::new(), BTreeMap::new());
        for row in list(&told["rows"]) {
            add(if row["segment"] == "" { &mut whole } else { &mut sums }, row);
        }
        assert_eq!(sums, whole, "{split}");
        let last = home.statement("month").last().cloned().expect("a line");
        assert_eq!(
            (whole["active"], whole["value_minor"]),
            (numbers(&last)["closing_count"], numbers(&last)["closing_minor"])
        );
    }
}

#[test]
fn customers_are_split_by_records_by_events_and_by_queries() {
    let home = company(SPLITS);
    home.run(&["refresh"]);
    let of = |split: &str| -> String {
        let sql = format!(
            "select r.record_key || ' ' || s.segment from customer_segments s \
             join customer_of o on o.customer = s.customer \
             join (select distinct record_hash, record_key from records) r on r.record_hash = o.record_hash \
             where s.split = '{split}' order by r.record_key"
        );
        home.sql(&sql).concat().join(", ").replace(&format!("{split}="), "")
    };
    assert_eq!(of("region"), "1 North, 2 South, 3 South, 4 unknown, 5 South, 6 West");
    assert_eq!(of("via"), "1 web, 2 store, 3 web, 4 phone, 5 unknown, 6 store");
    assert_eq!(of("now"), "1 store, 2 store, 3 web, 4 phone, 5 unknown, 6 store");
    assert_eq!(of("large"), "1 yes, 2 no, 3 yes, 4 no, 5 no, 6 yes");
    assert_eq!(of("orders"), "1 several, 2 one, 3 one, 4 one, 5 one, 6 one");
    every_split_ties(&home);
    let told = home.run(&["statement", "--by", "year", "--split", "large"]);
    assert!(told.contains("segments add up to all customers") && told.contains("all customers"), "{told}");
    assert!(home.run(&["cohorts", "--split", "via"]).contains("phone"));
    assert!(home.run(&["reasons", "--split", "now"]).contains("all customers"));
    let refused = home.refused(&["statement", "--split", "regio"]);
    assert!(refused.contains("there is no split `regio`; did you mean `region`?"), "{refused}");
    let refused = home.refused(&["statement", "--segment", "North"]);
    assert!(refused.contains("did you mean `region=North`?"), "{refused}");
}

#[test]
fn every_number_of_every_segment_opens_a_list_of_that_length() {
    let home = company(SPLITS);
    home.run(&["refresh"]);
    let all: Vec<String> = splits(&home).into_values().flatten().collect();
    reading(&home, async |reader| {
        for segment in all {
            let statement =
                reader.statement(model::Granularity::Quarter, &segment, None).await.expect("statement");
            for line in &statement.lines {
                for (name, told) in [
                    ("opening", line.opening_count),
                    ("gained", line.gained_count),
                    ("won_back", line.won_back_count),
                    ("lost", line.lost_count),
                    ("closing", line.closing_count),
                ] {
                    let figure = Figure::from_name(name).expect("a figure");
                    let wanted = Wanted {
                        figure: Some((line.period, figure)),
                        segment: Some(segment.clone()),
                        limit: 9,
                        ..Wanted::default()
                    };
                    let found = reader.customers(&wanted).await.expect("list");
                    assert_eq!(found.total as i64, told, "{segment} {} {name}", line.period);
                    assert!(
                        found
                            .rows
                            .iter()
                            .all(|row| row.segments.contains(&segment) && row.segments.len() == 5)
                    );
                }
            }
        }
    });
}

#[test]
fn the_demo_company_ties_by_every_split_and_its_losses_open_their_lists() {
    let home = demo(500, 21);
    let splits = splits(&home);
    assert_eq!(splits.keys().map(String::as_str).collect::<Vec<_>>(), ["first", "large", "region", "source"]);
    assert_eq!(splits["large"], ["large=no", "large=yes"]);
    every_split_ties(&home);
    reading(&home, async |reader| {
        for split in splits.keys() {
            let told = reader.split_reasons(refresh::view::reasons::Span::All, split).await.expect("read");
            for row in told.expect("reasons").rows {
                let mut counts =
                    vec![(Which::All, row.lost_count), (Which::Stated("unknown".into()), row.unknown_count)];
                if !row.cause.is_empty() {
                    counts.push((Which::Before(row.cause.clone()), row.cause_count));
                }
                for (which, told) in counts {
                    let losses = Some(LossList { period: None::<Period>, which });
                    let segment = Some(row.segment.clone()).filter(|segment| !segment.is_empty());
                    let wanted = Wanted { losses, segment, limit: 1, ..Wanted::default() };
                    let found = reader.customers(&wanted).await.expect("list");
                    assert_eq!(found.total as i64, told, "{row:?}");
                }
            }
        }
    });
}

#[test]
fn a_query_that_splits_nobody_says_which_and_what_to_do_and_publishes_nothing() {
    for (sql, said) in [
        ("select costumer from timeline", "costumer"),
        ("select customer from", "not valid SQL"),
        (
            "select customer from postings",
            "the table `postings` cannot be read here; these can: records, events",
        ),
        (
            "select customer from customers where customer in (select customer from customer_state)",
            "the table `customer_state` cannot be read here",
        ),
        ("select customer, day from timeline", "gives the columns customer, day; it must give customer"),
        (
            "select customer, stream as segment from timeline union select 0, 7",
            "in two segments, `0` and `7`",
        ),
        ("select 99 as customer", "gives customer 99, whom no table names"),
        ("delete from events", "DELETE"),
    ] {
        let home = company(&format!("[[split]]\nid = \"mine\"\nsql = \"{sql}\"\n"));
        let refused = home.refused(&["refresh"]);
        assert!(
            refused.contains("split `mine` in kept.toml: ") && refused.contains(said),
            "{sql}: {refused}"
        );
        assert!(home.refused(&["statement"]).contains("no edition"));
    }
}

#[test]
fn more_values_than_can_be_told_are_one_segment_and_nothing_is_lost() {
    let mut orders = "who,day,total,no,name,region,via\n".to_owned();
    for who in 0..150 {
        writeln!(orders, "{who},2024-01-05,10,{who},,R{:03},web", who % 120).expect("text");
    }
    let home = Home::new();
    home.write("kept.toml", config("[[split]]\nid = \"region\"\nrecord = \"region\"\n"));
    home.write("data/orders.csv", orders);
    home.run(&["import"]);
    home.run(&["refresh"]);
    let rows = home.sql(
        "select count(*), sum(customers), max(case when value = 'other' then customers end) from segments",
    );
    assert_eq!(rows[0], ["101", "150", "20"]);
    every_split_ties(&home);
}

#[test]
fn rates_are_told_on_the_opening_base_and_say_why_where_they_cannot() {
    let earned = "[[split]]\nid = \"via\"\nevent = \"channel\"\n[ledger]\nearned = \"via=web\"\n";
    let home = company(earned);
    home.run(&["refresh"]);
    // May: of the five there on its eve nobody but 3 ever orders again; 1, 3 and 4 were lost after 90 days.
    let lines = home.statement("month");
    let line = |period: &str| lines.iter().find(|line| line["period"] == period).expect("a line").clone();
    let (february, may) = (line("2024-02"), line("2024-05"));
    let counts = |line: &Value, name: &str| numbers(line)[name] as f64;
    let share = |line: &Value, name: &str| line["rates"][name].as_f64();
    assert_eq!(
        share(&may, "customer_churn"),
        Some(counts(&may, "lost_count") / counts(&may, "opening_count"))
    );
    assert_eq!(
        share(&may, "customer_growth"),
        Some(-counts(&may, "lost_count") / counts(&may, "opening_count"))
    );
    assert_eq!(share(&may, "grr"), share(&may, "nrr"), "nobody's value rose in May");
    assert_eq!(share(&may, "grr"), Some(1.0 - share(&may, "gross_revenue_churn").expect("a share")));
    // January closes with 150.00. In February 1 orders for 900 more; 3, who came by the web, brings 70.
    assert_eq!(share(&february, "nrr"), Some(7.0));
    let told = share(&february, "earned_growth").expect("told");
    assert!((told - (7.0 + 70.0 / 150.0 - 1.0)).abs() < 1e-12, "{told}");
    assert_eq!(line("2024-01")["rates"]["nrr"], Value::Null, "nobody was there before");
    let text = home.run(&["statement", "--by", "year"]);
    assert!(text.contains("Net revenue retention") && text.contains("nobody at the start"), "{text}");
    let of_segment = home.run(&["statement", "--segment", "via=web"]);
    assert!(of_segment.contains("told of all customers only"), "{of_segment}");
}
