//! The examples on real data, against plain loops over the raw files.

use crate::support::{example, test_data};
use std::collections::{BTreeMap, BTreeSet};

const GAP_DAYS: i32 = 180;

fn day(text: &str) -> i32 {
    model::Day::parse(text).expect(text).0
}

/// What one customer's purchases book: (day, movement), by the rule told in plain words.
fn movements(purchases: &BTreeSet<i32>, as_of: i32) -> Vec<(i32, &'static str)> {
    let mut booked = Vec::new();
    let mut last: Option<i32> = None;
    for &bought in purchases {
        match last {
            None => booked.push((bought, "gained")),
            Some(before) if bought - before > GAP_DAYS => {
                booked.push((before + GAP_DAYS + 1, "lost"));
                booked.push((bought, "won_back"));
            }
            Some(_) => {}
        }
        last = Some(bought);
    }
    if let Some(before) = last {
        booked.push((before + GAP_DAYS + 1, "lost"));
    }
    booked.retain(|(day, _)| *day <= as_of);
    booked
}

/// Postings that move a count, as (customer's key, day, movement), from the program.
fn posted(home: &crate::support::Home, silo: &str) -> BTreeSet<(String, i32, String)> {
    let rows = home.sql(&format!(
        "select k.record_key, p.day, p.movement from postings p \
         join (select distinct o.customer, r.record_key from customer_of o \
               join records r on r.record_hash = o.record_hash where o.silo = '{silo}') k \
         on k.customer = p.customer where p.count <> 0"
    ));
    let name = |code: &str| {
        model::Movement::from_code(code.parse().expect("code")).expect("known").name().to_owned()
    };
    rows.into_iter().map(|row| (row[0].clone(), day(&row[1]), name(&row[2]))).collect()
}

fn expected(purchases: &BTreeMap<String, BTreeSet<i32>>, as_of: i32) -> BTreeSet<(String, i32, String)> {
    let of = |(key, days): (&String, &BTreeSet<i32>)| {
        movements(days, as_of)
            .into_iter()
            .map(|(day, movement)| (key.clone(), day, movement.to_owned()))
            .collect::<Vec<_>>()
    };
    purchases.iter().flat_map(of).collect()
}

/// Every month: closing equals the customers with a purchase in the trailing gap, counted from the raw days.
fn months_agree(home: &crate::support::Home, purchases: &BTreeMap<String, BTreeSet<i32>>, as_of: i32) {
    let lines = home.statement("month");
    assert!(lines.len() >= 18, "{} months", lines.len());
    for line in lines {
        let period = model::Period::parse(line["period"].as_str().expect("period")).expect("period");
        let last = (period.end().0 - 1).min(as_of);
        let active =
            purchases.values().filter(|days| days.range(last - GAP_DAYS..=last).next().is_some()).count();
        assert_eq!(line["closing_count"].as_u64(), Some(active as u64), "{period}");
        let figure = |name: &str| line[name].as_i64().expect(name);
        let moved = figure("gained_count") + figure("won_back_count") - figure("lost_count");
        assert_eq!(figure("opening_count") + moved, figure("closing_count"), "{period}");
        let value = figure("gained_minor") + figure("won_back_minor") + figure("expanded_minor")
            - figure("contracted_minor")
            + figure("fx_minor")
            - figure("lost_minor");
        assert_eq!(figure("opening_minor") + value, figure("closing_minor"), "{period}");
    }
}

#[test]
fn cdnow_books_what_plain_loops_over_the_file_book() {
    let text = std::fs::read_to_string(test_data("cdnow").join("CDNOW_master.txt")).expect("file");
    let mut purchases: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    let mut cents = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [id, date, _, amount] = fields[..] else {
            continue;
        };
        let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        purchases.entry(id.to_owned()).or_default().insert(day(&date));
        cents += amount.replace('.', "").parse::<i64>().expect("two decimals");
    }
    assert_eq!(purchases.len(), 23_570);
    let home = example("cdnow");
    let as_of = day("1998-06-30");
    assert_eq!(posted(&home, "shop"), expected(&purchases, as_of));
    assert_eq!(
        home.sql("select count(*), sum(purchases), sum(net_minor) from customer_state")[0],
        ["23570".to_owned(), "69659".to_owned(), cents.to_string()]
    );
    months_agree(&home, &purchases, as_of);
}

#[test]
fn olist_books_what_plain_loops_over_the_files_book() {
    let data = test_data("olist");
    let rows = |name: &str| {
        let mut reader = csv::Reader::from_path(data.join(name)).expect("file");
        reader.deserialize().map(|row| row.expect("row")).collect::<Vec<BTreeMap<String, String>>>()
    };
    let person_of: BTreeMap<String, String> = rows("olist_customers_dataset.csv")
        .into_iter()
        .map(|row| (row["customer_id"].clone(), row["customer_unique_id"].clone()))
        .collect();
    let mut purchases: BTreeMap<String, BTreeSet<i32>> = BTreeMap::new();
    for order in rows("olist_orders_dataset.csv") {
        // Wall-clock days of the shop's own zone, as the file tells them.
        let bought = day(&order["order_purchase_timestamp"][..10]);
        purchases.entry(person_of[&order["customer_id"]].clone()).or_default().insert(bought);
    }
    let home = example("olist");
    let as_of = day("2018-10-31");
    assert_eq!(posted(&home, "sales"), expected(&purchases, as_of));
    months_agree(&home, &purchases, as_of);
    one_life_in_order(&home);
}

/// Reviews, late deliveries and payments of one person lie in order on their page's data.
fn one_life_in_order(home: &crate::support::Home) {
    let rows = home.sql(
        "select c.id from timeline t join touchpoints p on p.touchpoint = t.touchpoint join customers c on c.customer = t.customer \
         group by c.id having count(distinct p.department) = 4 \
         and sum(case when t.outcome = 3 then 1 else 0 end) > 0 and sum(case when t.kind = 4 then 1 else 0 end) > 0 \
         order by c.id limit 1",
    );
    let life = home.json(&["customer", &rows[0][0]]);
    let events = life["events"].as_array().expect("events");
    let at: Vec<i64> = events.iter().map(|event| event["at_us"].as_i64().expect("time")).collect();
    assert!(at.is_sorted() && at.len() >= 5, "{at:?}");
    let departments: BTreeSet<&str> =
        events.iter().filter_map(|event| event["department"].as_str()).collect();
    assert_eq!(departments.len(), 4, "{departments:?}");
    assert!(events.iter().any(|event| event["outcome"] == "late"));
    assert!(events.iter().any(|event| event["kind"] == "response" && event["score"].is_number()));
}
