//! What stands behind a customer: records, why they are one customer, and the postings.

use super::show::View;
use crate::{layout, links};
use maud::{Markup, html};
use model::Movement;
use refresh::view::CustomerLife;
use report::{calendar, number};

/// What each silo knows.
pub(super) fn records(life: &CustomerLife) -> Markup {
    html! {
        section {
            h2 { "Records" span.muted { " · " (number::counted(life.records.len(), "record", "records")) } }
            @if life.records.is_empty() { (layout::empty("No silo holds a record any more.", "")) }
            div.cards {
                @for record in &life.records {
                    article.card {
                        h3 { (record.silo) " " span.code { (record.key) } }
                        dl { @for (column, value) in &record.fields {
                            div { dt { (column) } dd { bdi { (value) } } }
                        } }
                    }
                }
            }
        }
    }
}

/// Why the records are one customer.
pub(super) fn merges(life: &CustomerLife) -> Markup {
    let table = html! {
        table {
            thead { tr { th scope="col" { "Record" } th scope="col" { "and record" } th scope="col" { "share" } th scope="col" { "Rule" } } }
            tbody { @for merge in &life.merges {
                tr {
                    td.code { (merge.record_a) }
                    td.code { (merge.record_b) }
                    td { (merge.field) }
                    td { (merge.rule) }
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
