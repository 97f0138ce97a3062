//! The tables behind the pictures of the reasons.

use super::lift;
use super::show::View;
use crate::{layout, links};
use maud::{Markup, html};
use model::config::OTHER_REASON;
use refresh::view::reasons::{Before, Reasons, Which};
use report::number;

/// Says where the list of reasons is kept, when there is none.
pub(super) fn unlisted(view: &View) -> Markup {
    html! {
        @if !view.listed {
            (layout::empty(
                "Reasons that silos give are not sorted yet: kept.toml has no list of reasons. Add, for each, a block like this one, then check and refresh:",
                "[[reason]]\nid = \"price\"\nname = \"Price\"\nmatch = [\"too expensive\", \"pric*\"]\n\nkept check\nkept refresh"
            ))
        }
    }
}

/// What came before, against those who stayed.
pub(super) fn before(view: &View, reasons: &Reasons) -> Markup {
    let currency = view.frame.currency;
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { "Came before" }
                th scope="col" { "Department" }
                th.n scope="col" { "Lost" }
                th.n scope="col" { (layout::defined("Value", "value")) ", " (currency) }
                th.n scope="col" { "of losses, %" }
                th.n scope="col" { "of paired losses, %" }
                th.n scope="col" { "of stayers, %" }
                th.n scope="col" { (layout::defined("Times as often", "lift")) }
                th.n scope="col" { "95 % interval" }
            } }
            tbody { @for cause in &reasons.before { (before_line(view, reasons, cause)) } }
            tfoot { tr.total {
                th scope="row" { "All losses" }
                td {}
                td.n { a href=(view.behind(reasons, &Which::All)) { (number::count(reasons.lost_count)) } }
                td.n { a href=(view.behind(reasons, &Which::All)) { (number::amount(reasons.lost_minor, currency)) } }
                td.n { "–" }
                td.n { a href=(view.behind(reasons, &Which::Paired)) { (number::count(reasons.pairs)) " paired" } }
                td.n { a href=(view.behind(reasons, &Which::Stayers)) { (number::count(reasons.pairs)) " stayed" } }
                td.n { "–" }
                td.n { "–" }
            } }
        }
    };
    html! {
        section {
            h2 { "What came before" span.muted { ", most telling first" } }
            @if reasons.before.is_empty() {
                (layout::empty("Nothing is known of the 90 days before: no silo told of a contact.", ""))
            } @else {
                (layout::scroller("What came before losses", &table))
                p.muted { (paired(reasons)) " One loss may have several things before it." }
            }
        }
    }
}

/// How many losses could be compared.
fn paired(reasons: &Reasons) -> String {
    let alone = reasons.lost_count - reasons.pairs;
    if alone == 0 {
        return "Each loss is compared with a like customer who stayed.".to_owned();
    }
    format!(
        "{} of {} losses are compared with a like customer who stayed; for {} nobody was alike.",
        number::count(reasons.pairs),
        number::count(reasons.lost_count),
        number::count(alone)
    )
}

fn before_line(view: &View, reasons: &Reasons, cause: &Before) -> Markup {
    let id = || cause.id.clone();
    let (lost, stayed) =
        (view.behind(reasons, &Which::Before(id())), view.behind(reasons, &Which::StayedWith(id())));
    let of_pairs = |count: i64| number::rate(count as f64 / reasons.pairs.max(1) as f64);
    let lift = lift(cause);
    html! {
        tr {
            th scope="row" { (cause.name) }
            td { @if cause.department.is_empty() { "–" } @else { (cause.department) } }
            td.n { a href=(lost) { (number::count(cause.lost_count)) } }
            td.n { a href=(lost) { (number::amount(cause.lost_minor, view.frame.currency)) } }
            td.n { a href=(lost) { (number::rate(cause.share)) } }
            @if reasons.pairs > 0 {
                td.n { a href=(view.behind(reasons, &Which::PairedBefore(id()))) { (of_pairs(cause.pairs_lost)) } }
                td.n { a href=(stayed) { (of_pairs(cause.pairs_stayed)) } }
            } @else { td.n { "–" } td.n { "–" } }
            @if let Some(lift) = lift {
                @let class = if lift.stands_out { "bad" } else { "" };
                td.n { a.(class) href=(stayed) { (lift.told()) } }
                td.n { a.(class) href=(links::definition("lift")) { (lift.interval()) } }
            } @else { td.n { "–" } td.n { "–" } }
        }
    }
}

/// What was said.
pub(super) fn stated(view: &View, reasons: &Reasons) -> Markup {
    let currency = view.frame.currency;
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { "Said" }
                th scope="col" { "Department" }
                th.n scope="col" { "Lost" }
                th.n scope="col" { (layout::defined("Value", "value")) ", " (currency) }
                th.n scope="col" { "of losses, %" }
            } }
            tbody {
                @for stated in &reasons.stated {
                    @let link = view.behind(reasons, &Which::Stated(stated.id.clone()));
                    tr {
                        th scope="row" { (stated.name) }
                        td { @if stated.department.is_empty() { "–" } @else { (stated.department) } }
                        td.n { a href=(link) { (number::count(stated.lost_count)) } }
                        td.n { a href=(link) { (number::amount(stated.lost_minor, currency)) } }
                        td.n { a href=(link) { (number::rate(stated.share)) } }
                    }
                }
            }
        }
    };
    html! {
        section {
            h2 { "What they said" }
            (layout::scroller("What lost customers said", &table))
            (others(view, reasons))
        }
    }
}

/// Reasons in the customers' own words that no entry of the list knows.
fn others(view: &View, reasons: &Reasons) -> Markup {
    let Some(other) = reasons.stated.iter().find(|stated| stated.id == OTHER_REASON) else {
        return html! {};
    };
    let shown: i64 = reasons.other_texts.iter().map(|text| text.lost_count).sum();
    let left_out = other.lost_count - shown;
    let link = view.behind(reasons, &Which::Stated(OTHER_REASON.to_owned()));
    html! {
        h3 { "Other, in their own words" }
        ul.words {
            @for text in &reasons.other_texts {
                li { "“" bdi { (text.text) } "” " span.muted { (number::count(text.lost_count)) } }
            }
        }
        @if left_out > 0 { p.muted { a href=(link) { (number::count(left_out)) " others" } " said something else." } }
        p.muted { "To sort them, add their words to a " code { "[[reason]]" } " of kept.toml." }
    }
}
