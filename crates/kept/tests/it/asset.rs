//! Cohorts, survival and worth through the program: they tie to the books, open to their customers, and on published
//! data are what was published.

use crate::support::{Home, demo, test_data};
use model::{Granularity, Period};
use refresh::Reader;
use refresh::view::Wanted;
use refresh::view::asset::{Among, Model, Why};
use serde_json::Value;
use std::fmt::Write as _;

/// Runs what reads a home, on threads as large as the program's own.
fn reading<T: Send + 'static, F: Future<Output = T> + Send + 'static>(
    home: &Home,
    ask: impl FnOnce(Reader) -> F + Send + 'static,
) -> T {
    let path = home.path();
    let mut threads = tokio::runtime::Builder::new_multi_thread();
    let threads = threads.thread_stack_size(16 << 20).enable_all().build().expect("threads");
    let asked = threads.spawn(async move {
        let reader = Reader::open(intake::Home::open(&path).expect("home")).await.expect("reader");
        ask(reader).await
    });
    threads.block_on(asked).expect("answered")
}

/// How many customers a list has, and their values together.
async fn listed(reader: &Reader, among: Among, segment: &str) -> (usize, i64) {
    let segment = (!segment.is_empty()).then(|| segment.to_owned());
    let wanted = Wanted { among: Some(among), segment, limit: usize::MAX, ..Wanted::default() };
    let list = reader.customers(&wanted).await.expect("list");
    assert_eq!(list.total, list.rows.len());
    (list.total, list.rows.iter().map(|row| row.value_minor).sum())
}

fn figure(line: &Value, name: &str) -> i64 {
    line[name].as_i64().unwrap_or_else(|| panic!("{name} of {line}"))
}

#[test]
fn every_diagonal_of_the_triangle_is_the_closing_of_the_statement() {
    let home = demo(500, 11);
    let segments: Vec<String> = home.sql("select segment from segments").concat();
    assert!(segments.len() > 12, "{segments:?}");
    for by in ["month", "quarter", "year"] {
        for segment in segments.iter().map(String::as_str).chain([""]) {
            let only = ["--by", by, "--segment", segment];
            let only = if segment.is_empty() { &only[..2] } else { &only[..] };
            let cohorts = home.json(&[&["cohorts"], only].concat());
            let lines = home.json(&[&["statement"], only].concat());
            for line in lines["lines"].as_array().expect("lines") {
                let period = Period::parse(line["period"].as_str().expect("period")).expect("period");
                let mut standing = (0, 0);
                for cohort in cohorts["cohorts"]["cohorts"].as_array().expect("cohorts") {
                    let gained = Period::parse(cohort["period"].as_str().expect("period")).expect("period");
                    if gained == period {
                        let size = (figure(cohort, "size"), figure(cohort, "gained_minor"));
                        assert_eq!(size, (figure(line, "gained_count"), figure(line, "gained_minor")));
                    }
                    let age = usize::try_from(period.index - gained.index).ok();
                    if let Some(cell) = age.and_then(|age| cohort["ages"].get(age)) {
                        standing.0 += figure(cell, "active");
                        standing.1 += figure(cell, "value_minor");
                    }
                }
                let closing = (figure(line, "closing_count"), figure(line, "closing_minor"));
                assert_eq!(standing, closing, "{segment} {period}");
            }
        }
    }
}

#[test]
fn every_list_behind_cohorts_survival_and_worth_is_as_long_as_its_number() {
    let home = demo(500, 12);
    reading(&home, async |reader| {
        let cohorts = reader.cohorts(Granularity::Quarter, "region=North").await.expect("cohorts");
        assert!(cohorts.cohorts.len() > 6);
        for cohort in &cohorts.cohorts {
            for (age, cell) in (0..).zip(&cohort.ages).step_by(3) {
                let at = Period { index: cohort.period.index + age, ..cohort.period };
                let told = listed(&reader, Among::Cohort { cohort: cohort.period, at }, "region=North").await;
                assert_eq!(told, (cell.active as usize, cell.value_minor), "{} {at}", cohort.period);
            }
        }
        let survival = reader.survival("source").await.expect("survival");
        for curve in survival.curves.iter().take(2) {
            let rows = curve.thinned(16);
            assert_eq!(rows.iter().map(|row| row.lost).sum::<u64>(), curve.lost);
            for row in rows {
                let at_risk = listed(&reader, Among::AtRisk { days: row.days }, &curve.segment).await;
                assert_eq!(at_risk.0 as u64, row.at_risk, "{row:?}");
                let among = Among::LostAfter { from: row.lost_from_days, until: row.days };
                assert_eq!(listed(&reader, among, &curve.segment).await.0 as u64, row.lost, "{row:?}");
            }
        }
        let worth = reader.worth("").await.expect("worth");
        let mut told = 0;
        for line in &worth.lines {
            let (Some(model), Some(minor)) = (Model::from_name(&line.model), line.whole_equity_minor) else {
                continue;
            };
            let (customers, sum) = listed(&reader, Among::Valued(model), &line.segment).await;
            assert_eq!((customers as u64, sum), (line.customers, minor), "{line:?}");
            assert!(!line.segment.is_empty() || line.equity_minor == Some(minor));
            told += 1;
        }
        assert!(told > 6, "{:?}", worth.lines);
        for count in &worth.fading {
            let of = listed(&reader, Among::Fading(Some(count.why)), "").await;
            assert_eq!(of, (count.customers as usize, count.value_minor), "{count:?}");
        }
        let all: u64 = worth.fading.iter().map(|count| count.customers).sum();
        let page = reader.fading("", 0, 5).await.expect("fading");
        assert_eq!((page.total as u64, listed(&reader, Among::Fading(None), "").await.0 as u64), (all, all));
        assert!(all > 0 && page.rows.len() == 5 && worth.fading.len() == Why::ALL.len());
        for row in &page.rows {
            assert!(row.customer.active);
            let silent = row.limit_days.is_some_and(|limit| f64::from(row.silent_days) > limit);
            assert_eq!(silent, row.why != Why::Modelled, "{row:?}");
        }
    });
}

const COMPANY: &str = r#"
[company]
name = "Tenth of CDNOW"
currency = "USD"
as_of = "1997-09-30"
[[stream]]
id = "shop"
regime = "purchases"
gap_days = 180
[[department]]
id = "shop"
name = "Shop"
[[silo]]
id = "shop"
name = "Shop"
owner = "shop"
[[silo.feed]]
id = "orders"
files = "orders.csv"
columns = { record = "customer", at = "date", value = "value" }
constants = { event = "order_placed", kind = "purchase" }
"#;

fn company(orders: &str) -> Home {
    let home = Home::new();
    home.write("kept.toml", COMPANY);
    home.write("data/orders.csv", format!("customer,date,value\n{orders}"));
    home.run(&["import"]);
    home.run(&["refresh"]);
    home
}

/// Orders that have the published summary: so many repeats, the last on its day, up to the end of September 1997.
fn tenth_of_cdnow() -> String {
    let text = std::fs::read_to_string(test_data("cdnow").join("cdnow_customers_summary.csv")).expect("file");
    let cut_off = model::Day::parse("1997-09-30").expect("day");
    let mut orders = String::new();
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|cell| cell.parse().expect("a number")).collect();
        let [id, repeats, recency, age] = cells[..] else { panic!("{line}") };
        let (repeats, days) = (repeats as i32, |weeks: f64| (weeks * 7.0).round() as i32);
        let first = cut_off.plus(-days(age));
        for order in 0..=repeats {
            let day = first.plus(if repeats == 0 { 0 } else { days(recency) * order / repeats });
            // Customers differ in what they spend, and a customer's orders a little.
            let id = id as i32;
            let value = 8.0 + 2.3 * f64::from(id * 17 % 23) + 1.7 * f64::from((id + order * 5) % 11);
            writeln!(orders, "{id},{day},{value:.2}").expect("written");
        }
    }
    orders
}

#[test]
fn a_tenth_of_cdnow_is_fitted_and_valued_as_published() {
    let home = company(&tenth_of_cdnow());
    let goldens = std::fs::read_to_string(test_data("value").join("goldens.json")).expect("goldens");
    let goldens: Value = serde_json::from_str(&goldens).expect("JSON");
    let told = home.json(&["worth"]);
    let lines = told["worth"]["lines"].as_array().expect("lines");
    let of = |model: &str| lines.iter().find(|line| line["model"] == model).expect(model);
    let near = |told: &Value, expected: f64, within: f64| {
        let told = told.as_f64().expect("a number");
        assert!((told - expected).abs() <= within, "{told} is not {expected}");
    };
    let (bg, pareto) = (of("bg_nbd"), of("pareto_nbd"));
    let golden = |model: &str, name: &str| goldens["cdnow"][model][name].as_f64().expect("a golden");
    for name in ["r", "alpha", "a", "b"] {
        near(&bg["parameters"][name]["value"], golden("bgnbd", name), 2e-5);
    }
    for name in ["r", "alpha", "s", "beta"] {
        let expected = golden("pnbd", name);
        near(&pareto["parameters"][name]["value"], expected, 3e-4 * expected);
    }
    near(&bg["log_likelihood"], golden("bgnbd", "LL"), 5e-4);
    near(&pareto["log_likelihood"], golden("pnbd", "LL"), 5e-4);
    near(&bg["alive"], 1917.0, 0.5);
    near(&pareto["alive"], 1052.0, 0.5);
    assert_eq!((&bg["customers"], &bg["assumed_alive"]), (&2357.into(), &goldens["cdnow"]["x0"]));
    let again = home.run(&["worth"]);
    assert!(again.contains("1,052 to 1,917 of them still buy, depending on the model"), "{again}");
    let sum = home.sql("select sum(bg_nbd_minor), count(*) from customer_worth")[0].clone();
    assert_eq!(sum, [bg["equity_minor"].to_string(), "2357".to_owned()]);
}

#[test]
fn one_customer_and_no_purchase_are_told_without_figures() {
    let home = company("1,1997-03-01,10\n");
    let cohorts = home.run(&["cohorts"]);
    assert!(cohorts.contains("gained in 1\u{a0}cohort: too little history"), "{cohorts}");
    let worth = home.run(&["worth"]);
    assert!(worth.contains("No purchase model holds for our 1\u{a0}customer"), "{worth}");
    assert!(worth.contains("refused:") && worth.contains("no customers are fading"), "{worth}");
    let home = company("1,1998-03-01,10\n");
    assert!(home.run(&["cohorts"]).starts_with("Nobody has been gained yet"));
    assert!(home.run(&["worth"]).starts_with("Nobody has bought or subscribed yet"));
    assert!(home.refused(&["cohorts", "--segment", "X"]).contains("there is no segment `X`"));
}

#[test]
fn any_table_is_written_whole_as_text_or_parquet() {
    let home = company("1,1997-03-01,10\n2,1997-04-01,20\n=cmd(),1997-05-01,5\n");
    let file = |name: &str| home.path().join(name);
    let text = |path: &std::path::Path| std::fs::read_to_string(path).expect("file");
    let path = |name: &str| file(name).to_str().expect("path").to_owned();
    for table in ["statement", "cohorts", "survival", "survival_tests", "worth", "customer_worth", "records"]
    {
        let rows = home.sql(&format!("select count(*) from {table}"))[0][0].clone();
        let told = home.json(&["export", table, "--out", &path("a.csv")]);
        assert_eq!(told["rows"].to_string(), rows, "{table}");
        let read = csv::Reader::from_path(file("a.csv")).expect("csv").into_records().count();
        assert_eq!(read.to_string(), rows, "{table}");
        home.run(&["export", table, "--format", "parquet", "--out", &path("a.parquet")]);
        let bytes = std::fs::read(file("a.parquet")).expect("file");
        assert!(bytes.starts_with(b"PAR1") && bytes.ends_with(b"PAR1"), "{table}");
    }
    home.run(&["export", "records", "--out", &path("records.csv")]);
    assert!(text(&file("records.csv")).contains(",'=cmd(),"), "{}", text(&file("records.csv")));
    assert!(home.refused(&["export", "cohort", "--out", &path("x.csv")]).contains("did you mean `cohorts`"));
    assert!(!file("x.csv").exists() && !file("a.csv.part").exists());
    assert!(home.refused(&["export", "worth", "--out", "/nowhere/x.csv"]).contains("nothing was exported"));
}
