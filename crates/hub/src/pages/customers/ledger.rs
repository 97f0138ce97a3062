//! What stands behind a customer: records, why they are one customer, and the postings.

use super::show::View;
use crate::layout::{self, Frame};
use crate::links;
use crate::pages::data::identity::{EXPLAIN, words};
use maud::{Markup, html};
use model::Movement;
use refresh::decisions::RecordName;
use refresh::view::{CustomerLife, Merge, Record};
use report::{calendar, evidence, number};
use store::policy::{Action, Resource};

/// What each silo knows.
pub(super) fn records(life: &CustomerLife) -> Markup {
    html! {
        section {
            h2 { "Records" span.muted { " · " (number::counted(life.records.len(), "record", "records")) } }
            @if life.records.is_empty() { (layout::empty("No silo holds a record that you may see.", "")) }
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
pub(super) fn merges(frame: &Frame, life: &CustomerLife) -> Markup {
    let may_decide = frame.may(Resource::Review, Action::Read);
    let mut merges: Vec<_> = life.merges.iter().collect();
    merges.sort_by_key(|merge| (&merge.record_a, &merge.record_b, &merge.field));
    let table = html! {
        table {
            thead { tr { th scope="col" { "Record" } th scope="col" { "and record" } th scope="col" { "share" } th scope="col" { "Rule" } th.n scope="col" { "Bits" } td {} } }
            tbody { @for merge in merges { (evidence_line(merge, may_decide)) } }
        }
    };
    html! {
        section {
            h2 { "Why these records are one customer" }
            @if life.merges.is_empty() {
                (layout::empty(if life.records.len() > 1 { "No evidence is kept for these records." } else { "There is only one record, so nothing was put together." }, ""))
            } @else { (layout::scroller("Evidence", &table)) }
            @if may_decide && let Some(record) = life.records.first() { (merge_with(record)) }
        }
    }
}

fn evidence_line(merge: &Merge, may_decide: bool) -> Markup {
    let (a, b) = (&merge.record_a, &merge.record_b);
    let named = may_decide && RecordName::parse(a).is_ok() && RecordName::parse(b).is_ok();
    html! {
        tr {
            td.code { bdi { (a) } }
            td.code { bdi { (b) } }
            td { (words::field(&merge.field)) }
            td.wrap { (words::rule(&merge.rule)) }
            td.n { @if let Some(weight) = merge.weight { (evidence::bits(weight)) } @else { "–" } }
            td.when { @if named {
                a href=(links::explain(a, b)) { "Explain" } " · " a href=(format!("{}#decide", links::explain(a, b))) { "Split" }
            } }
        }
    }
}

/// Leads to where the two are weighed and can be decided to be one.
fn merge_with(record: &Record) -> Markup {
    html! {
        form.filter method="get" action=(EXPLAIN) {
            input type="hidden" name="a" value=(format!("{}:{}", record.silo, record.key));
            label.wide-field { span { "Merge with another record, silo:key" } input type="text" name="b" required placeholder="shop:8812" autocomplete="off" spellcheck="false"; }
            button.keep type="submit" { "Compare" }
        }
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
        Movement::Fx => "Exchange rates",
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
