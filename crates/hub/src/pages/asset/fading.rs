//! Who is fading: active, but silent for longer than usual or likely gone by both models.

use super::why_told;
use super::worth::View;
use crate::pages::customers::shown_name;
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::asset::{Among, FadingRow};
use refresh::view::segments::value_of;
use report::number;

pub(super) fn section(view: &View, limit: usize) -> Markup {
    let counts: Vec<_> = view.worth.fading.iter().filter(|count| count.customers > 0).collect();
    let value: i64 = counts.iter().map(|count| count.value_minor).sum();
    html! {
        section {
            h2 id="fading" { (layout::defined("Fading", "fading")) span.muted { " · active, and about to leave" } }
            @if view.fading.total == 0 {
                (layout::empty("Nobody is fading: no active customer is silent for longer than usual, and none is likely gone by both models.", ""))
            } @else {
                p {
                    a href=(links::among(Among::Fading(None), &view.segment)) { (number::counted(view.fading.total, "active customer", "active customers")) }
                    @if view.fading.total == 1 { " is fading" } @else { " are fading" }
                    ", worth " (number::money_short(value, view.frame.currency)) " in the books: "
                    @for (index, count) in counts.iter().enumerate() {
                        @if index > 0 { ", " }
                        a href=(links::among(Among::Fading(Some(count.why)), &view.segment)) { (number::count(i64::try_from(count.customers).unwrap_or(i64::MAX))) }
                        " " (why_told(count.why))
                    }
                    "."
                }
                @if !view.fading.rows.is_empty() { (table(view)) }
                (layout::pager(view.offset, view.fading.rows.len(), view.fading.total, limit, &|offset| {
                    let offset = if offset == 0 { String::new() } else { offset.to_string() };
                    links::address("/worth", &[("segment", &view.segment), ("offset", &offset)]) + "#fading"
                }))
            }
        }
    }
}

fn table(view: &View) -> Markup {
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Name" }
                th.n scope="col" { (layout::defined("Value", "value")) ", " (view.frame.currency) }
                th.n scope="col" { "Silent, days" }
                th.n scope="col" { "Usual at most" }
                th.n scope="col" { "Buys again, BG/NBD, %" }
                th.n scope="col" { "Pareto/NBD, %" }
                th scope="col" { "Why" }
                th scope="col" { "Segment" }
            } }
            tbody { @for row in &view.fading.rows { (line(view, row)) } }
        }
    };
    layout::scroller("Fading customers", &table)
}

fn line(view: &View, row: &FadingRow) -> Markup {
    let customer = &row.customer;
    let link = links::customer(&customer.id);
    let share = |alive: Option<f64>| html! { td.n { @match alive { Some(alive) => a href=(link) { (number::count((alive * 100.0).round() as i64)) }, None => "–" } } };
    html! {
        tr {
            th.name scope="row" { a href=(link) { bdi { (shown_name(customer)) } } }
            td.n { a href=(link) { (number::amount(customer.value_minor, view.frame.currency)) } }
            td.n { a href=(link) { (number::count(i64::from(row.silent_days))) } }
            td.n { @match row.limit_days { Some(limit) => a href=(links::definition("fading")) { (number::count(limit.round() as i64)) }, None => "–" } }
            (share(row.bg_nbd_alive)) (share(row.pareto_nbd_alive))
            td { (why_told(row.why)) }
            td { bdi { (customer.segments.first().map_or("", |first| value_of(first))) } }
        }
    }
}
