//! Losses segment by segment, each with the cause that ranks first there: they add up to all losses.

use super::show::View;
use crate::pages::segments::{LISTED, switch};
use crate::{layout, links};
use maud::{Markup, html};
use model::config::UNKNOWN_REASON;
use refresh::view::reasons::{Reasons, Which};
use refresh::view::segments::{SegmentReasons, value_of};
use report::number;

pub(super) fn section(view: &View, reasons: &Reasons) -> Markup {
    let Some(told) = view.split.as_ref().filter(|told| told.rows.len() > 1) else { return html! {} };
    let (whole, mut segments): (Vec<&SegmentReasons>, Vec<&SegmentReasons>) =
        told.rows.iter().partition(|row| row.segment.is_empty());
    segments.sort_by_key(|row| std::cmp::Reverse(row.lost_count));
    let (large, small) = segments.split_at(segments.len().min(LISTED));
    let here = links::reasons(view.by(), reasons.period, &view.segment);
    html! {
        section id="segments" {
            h2 { "Segment by segment" span.muted { " · losses add up to all of them" } }
            (switch(&view.splits, &told.split, &|id| links::with(&here, "split", id) + "#segments"))
            (table(view, reasons, large, &whole))
            @if !small.is_empty() {
                details {
                    summary { (number::counted(small.len(), "smaller segment", "smaller segments")) }
                    (table(view, reasons, small, &[]))
                }
            }
        }
    }
}

fn table(view: &View, reasons: &Reasons, rows: &[&SegmentReasons], whole: &[&SegmentReasons]) -> Markup {
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { (layout::defined("Segment", "segment")) }
                th.n scope="col" { (layout::defined("Lost", "lost")) ", customers" }
                th.n scope="col" { (layout::defined("Value", "value")) ", " (view.frame.currency) }
                th.n scope="col" { "Unknown reason" }
                th scope="col" { (layout::defined("Came before, most telling", "preceding_cause")) }
                th.n scope="col" { "before so many" }
            } }
            tbody { @for row in rows { (line(view, reasons, row)) } }
            @if !whole.is_empty() { tfoot { @for row in whole { (line(view, reasons, row)) } } }
        }
    };
    layout::scroller("Losses by segment", &table)
}

fn line(view: &View, reasons: &Reasons, row: &SegmentReasons) -> Markup {
    let link = |which: Which| links::losses(reasons.period, &which.name(), &row.segment);
    let all = link(Which::All);
    html! {
        tr.total[row.segment.is_empty()] {
            th.name scope="row" { a href=(links::reasons(view.by(), reasons.period, &row.segment)) {
                @if row.segment.is_empty() { "All customers" } @else { bdi { (value_of(&row.segment)) } }
            } }
            td.n { a href=(all) { (number::count(row.lost_count)) } }
            td.n { a href=(all) { (number::amount(row.lost_minor, view.frame.currency)) } }
            td.n { a href=(link(Which::Stated(UNKNOWN_REASON.to_owned()))) { (number::count(row.unknown_count)) } }
            td { @if row.cause.is_empty() { "–" } @else { bdi { (row.cause_name) } @if !row.stands_out { span.muted { " chance may do" } } } }
            td.n { @if row.cause.is_empty() { "–" } @else { a href=(link(Which::Before(row.cause.clone()))) { (number::count(row.cause_count)) } } }
        }
    }
}
