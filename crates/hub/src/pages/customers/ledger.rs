//! What stands behind a customer: records, why they are one customer, and the postings.

use super::show::View;
use crate::{layout, links};
use maud::{Markup, html};
use model::Movement;
use refresh::view::{CustomerLife, Record};
use report::{calendar, number};

/// What each silo knows.
pub(super) fn records(life: &CustomerLife) -> Markup {
    html! {
        section {
            h2 { "Records" span.muted { " · " (number::counted(life.records.len(), "record", "records")) } }
            @if life.records.is_empty() { (layout::empty("No silo holds a record any more.", "")) }
            div.cards { @for (record, keys) in alike(&life.records) { (card(record, &keys)) } }
        }
    }
}

/// Records of one silo that say the same, under one of them, with their keys.
fn alike(records: &[Record]) -> Vec<(&Record, Vec<&str>)> {
    let mut groups: Vec<(&Record, Vec<&str>)> = Vec::new();
    for record in records {
        let same =
            groups.iter_mut().find(|(other, _)| other.silo == record.silo && other.fields == record.fields);
        match same {
            Some((_, keys)) => keys.push(&record.key),
            None => groups.push((record, vec![&record.key])),
        }
    }
    groups
}

fn card(record: &Record, keys: &[&str]) -> Markup {
    html! {
        article.card {
            h3 { (record.silo) " "
                @if let [key] = keys { span.code { (key) } }
                @else { span.muted { "· " (number::counted(keys.len(), "record", "records")) " that say the same" } }
            }
            dl {
                @for (column, value) in told(&record.fields) {
                    div { dt { (column) } dd { bdi { (value) } } }
                }
                @if keys.len() > 1 { div { dt { "keys" } dd.code.keys { @for key in keys { span { (key) } " " } } } }
            }
        }
    }
}

/// Columns in words; attributes, which are kept as one JSON object, under their own names.
fn told(fields: &[(String, String)]) -> Vec<(String, String)> {
    let mut told = Vec::new();
    for (column, value) in fields {
        match serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(value) {
            Ok(object) if column == "attributes" => {
                told.extend(object.into_iter().map(|(name, value)| match value {
                    serde_json::Value::String(text) => (name, text),
                    other => (name, other.to_string()),
                }));
            }
            _ => told.push((column.replace('_', " "), value.clone())),
        }
    }
    told
}

/// Why the records are one customer.
pub(super) fn merges(life: &CustomerLife) -> Markup {
    let mut merges: Vec<_> = life.merges.iter().collect();
    merges.sort_by_key(|merge| (&merge.record_a, &merge.record_b, &merge.field));
    let table = html! {
        table {
            thead { tr { th scope="col" { "Record" } th scope="col" { "and record" } th scope="col" { "share" } th scope="col" { "Names" } } }
            tbody { @for merge in merges {
                tr {
                    td.code { (merge.record_a) }
                    td.code { (merge.record_b) }
                    td { (merge.field.replace('_', " ")) }
                    td.wrap { (names(&merge.rule)) }
                }
            } }
        }
    };
    html! {
        section {
            h2 { "Why these records are one customer" }
            @if life.merges.is_empty() {
                (layout::empty(if life.records.len() > 1 { "No evidence is kept for these records." } else { "There is only one record, so nothing was put together." }, ""))
            } @else { (layout::scroller("Evidence", &table)) }
        }
    }
}

/// How the names fit, by the rule that joined two records.
fn names(rule: &str) -> &str {
    match rule {
        "same_value" => "any; the shared value suffices",
        "same_name" => "the same",
        "close_name" => "the same but for a slip or a missing part",
        "short_name" => "one is a short form",
        "new_family_name" => "the family name changed; nobody else shares this",
        "missing_name" => "one has none; all others here are one person",
        other => other,
    }
}

/// The customer's own ledger.
pub(super) fn postings(view: &View) -> Markup {
    let postings = &view.life.postings;
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Day" }
                th scope="col" { "Movement" }
                th scope="col" { "Why" }
                th.n scope="col" { "Value moved, " (view.frame.currency) }
            } }
            tbody { @for posting in postings {
                tr {
                    th scope="row" { (calendar::day(posting.day)) }
                    td { a.defined href=(links::definition(definition(posting.movement))) { (named(posting.movement)) } }
                    td { (posting.reason) }
                    td.n { (number::signed_amount(posting.value_minor, view.frame.currency)) }
                }
            } }
        }
    };
    html! {
        section {
            h2 { "Ledger" span.muted { " · " (number::counted(postings.len(), "posting", "postings")) } }
            @if postings.is_empty() { (layout::empty("Nothing is booked: never active.", "")) }
            @else { (layout::scroller("Ledger", &table)) }
        }
    }
}

fn named(movement: Movement) -> &'static str {
    match movement {
        Movement::Gained => "Gained",
        Movement::WonBack => "Won back",
        Movement::Expanded => "Expanded",
        Movement::Contracted => "Contracted",
        Movement::Lost => "Lost",
        Movement::Adjustment => "Adjusted",
    }
}

fn definition(movement: Movement) -> &'static str {
    if movement == Movement::Adjustment { "balance" } else { movement.name() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_say_the_same_stand_on_one_card() {
        let record = |silo: &str, key: &str, store: &str| Record {
            silo: silo.into(),
            key: key.into(),
            fields: vec![
                ("birth_date".into(), "1974-08-06".into()),
                ("attributes".into(), format!("{{\"store\":\"{store}\",\"visits\":2}}")),
            ],
        };
        let records = [
            record("stores", "R1", "Mainau"),
            record("stores", "R2", "Fulda"),
            record("stores", "R3", "Mainau"),
            record("shop", "R1", "Mainau"),
        ];
        let groups: Vec<_> =
            alike(&records).into_iter().map(|(record, keys)| (record.silo.as_str(), keys)).collect();
        assert_eq!(groups, [("stores", vec!["R1", "R3"]), ("stores", vec!["R2"]), ("shop", vec!["R1"])]);
        let card = card(&records[0], &["R1", "R3"]).into_string();
        for part in [
            "2\u{a0}records that say the same",
            "<dt>birth date</dt>",
            "<dt>store</dt>",
            "<bdi>2</bdi>",
            "<span>R1</span> <span>R3</span>",
        ] {
            assert!(card.contains(part), "{part}\n{card}");
        }
    }

    #[test]
    fn attributes_that_are_no_object_are_shown_as_sent() {
        let fields = [("attributes".to_owned(), "not {json".to_owned())];
        assert_eq!(told(&fields), fields);
    }
}
