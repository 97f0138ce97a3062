//! How customers stay, segment by segment: gained and active add up to the whole.

use super::cohorts::{Look, View};
use crate::pages::segments::{LISTED, switch};
use crate::{layout, links};
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::view::asset::Among;
use refresh::view::segments::{SegmentCohorts, value_of};
use report::number;

pub(super) fn section(view: &View) -> Markup {
    let Some(told) = view.split.as_ref().filter(|told| told.rows.len() > 1) else { return html! {} };
    let (whole, mut segments): (Vec<&SegmentCohorts>, Vec<&SegmentCohorts>) =
        told.rows.iter().partition(|row| row.segment.is_empty());
    segments.sort_by_key(|row| std::cmp::Reverse(row.gained));
    let (large, small) = segments.split_at(segments.len().min(LISTED));
    let link = |id: &str| Look { split: id.to_owned(), ..view.look.clone() }.link() + "#segments";
    html! {
        section id="segments" {
            h2 { "Segment by segment" span.muted { " · gained and active add up to all customers" } }
            (switch(&view.splits, &told.split, &link))
            (table(view, large, &whole))
            @if !small.is_empty() {
                details {
                    summary { (number::counted(small.len(), "smaller segment", "smaller segments")) }
                    (table(view, small, &[]))
                }
            }
        }
    }
}

fn table(view: &View, rows: &[&SegmentCohorts], whole: &[&SegmentCohorts]) -> Markup {
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { (layout::defined("Segment", "segment")) }
                th.n scope="col" { "Gained, customers" }
                th.n scope="col" { "Active now" }
                th.n scope="col" { "of gained, %" }
                th.n scope="col" { (layout::defined("Active a year later, %", "cohort")) }
                th.n scope="col" { (layout::defined("Value now", "value")) ", " (view.frame.currency) }
            } }
            tbody { @for row in rows { (line(view, row)) } }
            @if !whole.is_empty() { tfoot { @for row in whole { (line(view, row)) } } }
        }
    };
    layout::scroller("Cohorts by segment", &table)
}

fn line(view: &View, row: &SegmentCohorts) -> Markup {
    let as_of = view.frame.edition.as_ref().map(|edition| edition.as_of);
    let gained = links::among(Among::AtRisk { days: 0 }, &row.segment);
    let active = as_of.map_or_else(String::new, |day| {
        links::behind(Period::of(Granularity::Month, day), "closing", &row.segment)
    });
    let share = (row.gained > 0).then(|| row.active as f64 / row.gained as f64);
    let rate = |share: Option<f64>, link: &str| {
        html! { td.n { @match share { Some(share) => a href=(link) { (number::rate(share)) }, None => "–" } } }
    };
    html! {
        tr.total[row.segment.is_empty()] {
            th.name scope="row" { a href=(Look { segment: row.segment.clone(), ..view.look.clone() }.link()) {
                @if row.segment.is_empty() { "All customers" } @else { bdi { (value_of(&row.segment)) } }
            } }
            td.n { a href=(gained) { (number::count(row.gained)) } }
            td.n { a href=(active) { (number::count(row.active)) } }
            (rate(share, &active))
            (rate(row.year_share, &links::definition("cohort")))
            td.n { a href=(active) { (number::amount(row.value_minor, view.frame.currency)) } }
        }
    }
}
