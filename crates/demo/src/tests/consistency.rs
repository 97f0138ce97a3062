//! One small company, read back: references, times, money and identities must tie.

use super::read::{File, Row, read, read_orders};
use super::{plan, written};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// The exports of one company, and what is true of it.
struct Company {
    orders: Vec<Row>,
    deliveries: Vec<Row>,
    tickets: Vec<Row>,
    subscriptions: Vec<Row>,
    events: Vec<Row>,
    responses: Vec<Row>,
    contacts: Vec<Row>,
    receipts: Vec<Row>,
    lives: BTreeMap<String, Row>,
    /// Silo and record key → person.
    identity: BTreeMap<(String, String), String>,
    identity_rows: usize,
}

fn company() -> &'static Company {
    static COMPANY: OnceLock<Company> = OnceLock::new();
    COMPANY.get_or_init(|| {
        let (dir, _) = written(&plan(5)).unwrap();
        let (data, truth) = (dir.path().join("data"), dir.path().join("truth"));
        let lives =
            read(&truth, File::Csv("lives.csv")).into_iter().map(|row| (row["person_id"].clone(), row));
        let identity = read(&truth, File::Csv("identity.csv"));
        Company {
            orders: read_orders(&data.join("shop")),
            deliveries: read(&data, File::Csv("courier/deliveries.csv")),
            tickets: read(&data, File::Json("support/tickets.json")),
            subscriptions: read(&data, File::Csv("billing/subscriptions.csv")),
            events: read(&data, File::NdjsonGz("web/events.ndjson.gz")),
            responses: read(&data, File::Labelled("insight/nps.csv")),
            contacts: read(&data, File::Csv("crm/contacts.csv")),
            receipts: read(&data, File::Parquet("stores/till.parquet")),
            lives: lives.collect(),
            identity_rows: identity.len(),
            identity: identity
                .into_iter()
                .map(|row| ((row["silo"].clone(), row["record_key"].clone()), row["person_id"].clone()))
                .collect(),
        }
    })
}

fn get<'a>(row: &'a Row, column: &str) -> &'a str {
    row.get(column).map_or("", String::as_str)
}

fn mailbox(text: &str) -> String {
    text.trim().to_lowercase()
}

fn minor(text: &str) -> i64 {
    let (euros, cents) = text.split_once('.').unwrap();
    assert_eq!(cents.len(), 2, "{text}");
    euros.parse::<i64>().unwrap() * 100 + cents.parse::<i64>().unwrap()
}

fn either(first: String, second: &str) -> String {
    if first.is_empty() { second.to_owned() } else { first }
}

/// The record key of a row, as the presets derive it.
fn key(silo: &str, row: &Row) -> String {
    match silo {
        "shop" => either(mailbox(get(row, "Email")), get(row, "Phone")),
        "billing" => get(row, "Customer ID").to_owned(),
        "support" => get(row, "requester.id").to_owned(),
        "courier" => either(mailbox(get(row, "recipient_email")), get(row, "tracking_no")),
        "web" => either(get(row, "userId").to_owned(), get(row, "anonymousId")),
        "insight" => either(mailbox(get(row, "RecipientEmail")), get(row, "ResponseId")),
        "crm" => get(row, "Record ID").to_owned(),
        _ => get(row, "customer_ref").to_owned(),
    }
}

impl Company {
    /// First rows only: those that carry the order.
    fn orders(&self) -> impl Iterator<Item = &Row> {
        self.orders.iter().filter(|row| !get(row, "Created at").is_empty())
    }

    fn silos(&self) -> [(&'static str, Vec<&Row>); 8] {
        [
            ("shop", self.orders().collect()),
            ("billing", self.subscriptions.iter().collect()),
            ("support", self.tickets.iter().collect()),
            ("courier", self.deliveries.iter().collect()),
            ("web", self.events.iter().collect()),
            ("insight", self.responses.iter().collect()),
            ("crm", self.contacts.iter().collect()),
            ("stores", self.receipts.iter().collect()),
        ]
    }

    fn person(&self, silo: &str, row: &Row) -> &str {
        &self.identity[&(silo.to_owned(), key(silo, row))]
    }
}

#[test]
fn every_record_has_one_person_and_the_truth_names_no_other_records() {
    let company = company();
    let mut seen = BTreeSet::new();
    for (silo, rows) in company.silos() {
        assert!(rows.len() > 30, "{silo} has {} rows", rows.len());
        for row in rows {
            let name = (silo.to_owned(), key(silo, row));
            assert!(company.identity.contains_key(&name), "{name:?} is not in identity.csv");
            seen.insert(name);
            if silo == "web" {
                // Kept knows every browser as a record of its own.
                seen.insert((silo.to_owned(), get(row, "anonymousId").to_owned()));
            }
        }
    }
    assert_eq!(seen.len(), company.identity.len());
    assert_eq!(company.identity.len(), company.identity_rows, "a record key stands for two people");
    assert!(company.identity.values().all(|person| company.lives.contains_key(person)));
}

#[test]
fn a_delivery_follows_its_order_and_belongs_to_the_same_person() {
    let company = company();
    let orders: BTreeMap<&str, &Row> = company.orders().map(|row| (get(row, "Name"), row)).collect();
    for delivery in &company.deliveries {
        let order = orders[get(delivery, "order_ref")];
        let handed = swapped(get(delivery, "handed_over_at"));
        assert!(handed.as_str() >= &get(order, "Created at")[..16], "{delivery:?}");
        let delivered = get(delivery, "delivered_at");
        let arrived = matches!(get(delivery, "status"), "delivered" | "late");
        assert_eq!(arrived, !delivered.is_empty());
        if arrived {
            assert!(swapped(delivered) > handed);
            let late = swapped(delivered)[..10] > swapped(get(delivery, "promised_date"))[..10];
            assert_eq!(late, get(delivery, "status") == "late", "{delivery:?}");
        }
        assert_eq!(company.person("courier", delivery), company.person("shop", order));
        assert!(get(order, "Cancelled at").is_empty());
    }
}

/// `05.03.2024 14:22` as `2024-03-05 14:22`.
fn swapped(text: &str) -> String {
    format!("{}-{}-{}{}", &text[6..10], &text[3..5], &text[..2], &text[10..])
}

#[test]
fn tickets_answers_and_web_orders_refer_to_orders_of_the_same_person() {
    let company = company();
    let orders: BTreeMap<&str, &Row> = company.orders().map(|row| (get(row, "Name"), row)).collect();
    let references = [
        ("support", "external_id", &company.tickets),
        ("insight", "ExternalReference", &company.responses),
        ("web", "properties.order_id", &company.events),
    ];
    for (silo, column, rows) in references {
        let mut checked = 0;
        for row in rows.iter().filter(|row| !get(row, column).is_empty()) {
            let order = orders[get(row, column)];
            assert_eq!(company.person(silo, row), company.person("shop", order), "{row:?}");
            checked += 1;
        }
        assert!(checked > 10, "{silo}: {checked}");
    }
}

#[test]
fn money_adds_up_to_the_lives_behind_it() {
    let company = company();
    let mut sums: BTreeMap<&str, (i64, i64, i64, i64)> = BTreeMap::new();
    let mut lines: BTreeMap<&str, i64> = BTreeMap::new();
    for row in &company.orders {
        let line = minor(get(row, "Lineitem price")) * get(row, "Lineitem quantity").parse::<i64>().unwrap();
        *lines.entry(get(row, "Name")).or_default() += line;
    }
    for order in company.orders() {
        let (total, refunded) = (minor(get(order, "Total")), minor(get(order, "Refunded Amount")));
        assert!(refunded <= total, "{order:?}");
        let (subtotal, shipping) = (minor(get(order, "Subtotal")), minor(get(order, "Shipping")));
        assert_eq!(subtotal + shipping, total);
        assert_eq!(lines[get(order, "Name")] - minor(get(order, "Discount Amount")), subtotal);
        let sum = sums.entry(company.person("shop", order)).or_default();
        (sum.0, sum.1) = (sum.0 + 1, sum.1 + total - refunded);
    }
    for receipt in &company.receipts {
        let sum = sums.entry(company.person("stores", receipt)).or_default();
        (sum.2, sum.3) = (sum.2 + 1, sum.3 + get(receipt, "amount_cents").parse::<i64>().unwrap());
    }
    for (person, life) in &company.lives {
        let (orders, shop, receipts, stores) = sums.get(person.as_str()).copied().unwrap_or_default();
        let said =
            ["shop_orders", "shop_net_minor", "store_receipts", "store_net_minor", "net_minor", "purchases"];
        let said = said.map(|column| get(life, column).parse::<i64>().unwrap());
        assert_eq!(said, [orders, shop, receipts, stores, shop + stores, orders + receipts], "{person}");
    }
}

#[test]
fn days_of_purchases_and_memberships_are_the_lives_own() {
    let company = company();
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    for order in company.orders() {
        first.entry(company.person("shop", order)).or_insert(&get(order, "Created at")[..10]);
    }
    for (person, day) in first {
        let life = &company.lives[person];
        assert!(get(life, "first_purchase") <= day && day <= get(life, "last_purchase"));
        let only_shop = get(life, "store_receipts") == "0";
        assert!(!only_shop || get(life, "first_purchase") == day, "{person}");
    }
    let members = company.lives.values().filter(|life| !get(life, "club_start").is_empty()).count();
    assert_eq!(company.subscriptions.len(), members);
    for subscription in &company.subscriptions {
        let life = &company.lives[company.person("billing", subscription)];
        let ended = get(subscription, "Status") == "canceled";
        assert_eq!(ended, !get(life, "club_end").is_empty());
        assert_eq!(ended, !get(subscription, "Ended At (UTC)").is_empty());
        assert!(!ended || get(subscription, "Canceled At (UTC)") <= get(subscription, "Ended At (UTC)"));
        assert!(get(subscription, "Created (UTC)") < get(subscription, "Current Period End (UTC)"));
    }
}

#[test]
fn nothing_is_dated_after_the_last_day() {
    let company = company();
    let columns = [
        ("shop", vec!["Created at", "Fulfilled at", "Cancelled at"]),
        ("billing", vec!["Created (UTC)", "Canceled At (UTC)", "Ended At (UTC)"]),
        ("support", vec!["created_at", "updated_at"]),
        ("web", vec!["timestamp"]),
        ("insight", vec!["RecordedDate"]),
        ("crm", vec!["Create Date"]),
    ];
    for (silo, rows) in company.silos() {
        let dated = columns.iter().find(|(name, _)| *name == silo);
        for column in dated.iter().flat_map(|(_, columns)| columns) {
            let last = rows.iter().map(|row| get(row, column)).max().unwrap();
            assert!((*last)[..10] <= *"2026-10-31" && (*last)[..7] > *"2026-08", "{silo} {column} {last}");
        }
    }
}

#[test]
fn one_person_goes_by_several_names_and_several_people_by_one_address() {
    let company = company();
    let mut people: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    let mut names: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for contact in &company.contacts {
        let person = company.person("crm", contact);
        people.entry(mailbox(get(contact, "Email"))).or_default().insert(person);
        names
            .entry(person)
            .or_default()
            .insert(format!("{} {}", contact["First Name"], contact["Last Name"]));
    }
    for order in company.orders() {
        let person = company.person("shop", order);
        names.entry(person).or_default().insert(get(order, "Billing Name").to_owned());
    }
    assert!(people.values().filter(|people| people.len() > 1).count() > 5);
    assert!(names.values().filter(|names| names.len() > 1).count() > 30);
    let zero = company.responses.iter().filter(|row| get(row, "Q1_NPS") == "0").count();
    let blank = company.responses.iter().filter(|row| get(row, "Q1_NPS").is_empty()).count();
    assert!(zero > 0 && blank > 0, "{zero} answers of 0, {blank} unfinished");
}
