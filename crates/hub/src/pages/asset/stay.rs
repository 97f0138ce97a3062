//! Survival: the curve of the whole or of a segment, segments beside each other, and what goes with leaving sooner.

use super::chance;
use super::cohorts::{Look, View};
use crate::pages::data::sentence;
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::asset::{Among, Curve, Stay, Test, Trait};
use refresh::view::segments::value_of;
use report::survival::{Mark, Point, beside, picture};
use report::{forest, number};

/// Rows of the table behind the curve.
const ROWS: u32 = 16;
/// Segments drawn beside each other; the largest.
const PANELS: usize = 8;

pub(super) fn sections(view: &View) -> Markup {
    let curve = view.survival.curves.iter().find(|curve| curve.segment == view.look.segment);
    let Some(curve) = curve.filter(|curve| !curve.steps.is_empty()) else { return html! {} };
    let rows = curve.thinned(ROWS);
    html! {
        section.pair {
            article {
                h2 { "How long customers stay" @if !curve.segment.is_empty() { span.muted { " · " bdi { (value_of(&curve.segment)) } } } }
                (picture(&points(&curve.steps), &marks(view, &rows)))
                p.legend { "Share not lost since they were gained, with its 95\u{a0}% interval. " (layout::defined("Survival", "survival")) }
            }
            article {
                h2 { (layout::defined("Median life", "median_life")) span.muted { ", days" } }
                (medians(view))
                (differ(view))
            }
        }
        (panels(view))
        (sooner(view))
        (behind(view, &rows))
    }
}

fn points(steps: &[Stay]) -> Vec<Point> {
    let point = |step: &Stay| Point { days: step.days, share: step.share, low: step.low, high: step.high };
    steps.iter().map(point).collect()
}

fn marks(view: &View, rows: &[Stay]) -> Vec<Mark> {
    let mark = |row: &Stay| Mark {
        days: row.days,
        said: format!(
            "{} days: {} still there ({} – {}), {} at risk",
            row.days,
            number::percent(row.share),
            number::percent(row.low),
            number::percent(row.high),
            count(row.at_risk)
        ),
        link: links::among(Among::AtRisk { days: row.days }, &view.look.segment),
    };
    rows.iter().map(mark).collect()
}

fn count(number: u64) -> String {
    number::count(i64::try_from(number).unwrap_or(i64::MAX))
}

fn medians(view: &View) -> Markup {
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Segment" }
                th.n scope="col" { "Gained" }
                th.n scope="col" { "Lost" }
                th.n scope="col" { "Median life" }
                th.n scope="col" { "1 year, %" }
                th.n scope="col" { "2 years, %" }
            } }
            tbody { @for curve in &view.survival.curves { (median(view, curve)) } }
        }
    };
    layout::scroller("Median life", &table)
}

fn median(view: &View, curve: &Curve) -> Markup {
    let longest = curve.steps.last().map_or(0, |step| step.days);
    let share = |days: u32| {
        html! { td.n { @match curve.share_at(days) {
            Some(share) => a href=(links::among(Among::AtRisk { days }, &curve.segment)) { (number::rate(share)) },
            None => "–",
        } } }
    };
    html! {
        tr {
            th scope="row" { a href=(Look { segment: curve.segment.clone(), ..view.look.clone() }.link()) {
                @if curve.segment.is_empty() { "All customers" } @else { bdi { (value_of(&curve.segment)) } }
            } }
            td.n { a href=(links::among(Among::AtRisk { days: 0 }, &curve.segment)) { (count(curve.customers)) } }
            td.n { a href=(links::among(Among::LostAfter { from: 0, until: longest }, &curve.segment)) { (count(curve.lost)) } }
            td.n { a href=(links::definition("median_life")) { (median_told(curve)) } }
            (share(365)) (share(730))
        }
    }
}

/// `412 (389 – 440)`; an end that is not reached stays open.
fn median_told(curve: &Curve) -> String {
    let days = |days: f64| number::count(days.round() as i64);
    let Some(median) = curve.median_days else { return "not reached".to_owned() };
    let end = |end: Option<f64>| end.map_or_else(|| "…".to_owned(), days);
    format!("{} ({}\u{a0}– {})", days(median), end(curve.median_low_days), end(curve.median_high_days))
}

/// What the log-rank test says.
fn differ(view: &View) -> Markup {
    let Some(test) = &view.survival.log_rank else { return html! {} };
    html! {
        p {
            @if test.reason.is_empty() {
                @if test.p_value.is_some_and(|p| p < 0.05) { "Segments are lost at different paces" }
                @else { "No difference between segments can be told" }
                " (" a href=(links::definition("log_rank")) { "log-rank" } ", " (chi(test)) ")."
            } @else { "Segments are not compared: " (test.reason) "." }
        }
    }
}

fn chi(test: &Test) -> String {
    let value = test.chi_square.unwrap_or_default();
    let degrees = test.degrees.unwrap_or_default();
    format!("χ² {value:.1} on {degrees}, {}", chance(test.p_value))
}

/// The largest segments, each before the whole.
fn panels(view: &View) -> Markup {
    let Some(whole) = view.survival.curves.iter().find(|curve| curve.segment.is_empty()) else {
        return html! {};
    };
    let mut segments: Vec<&Curve> =
        view.survival.curves.iter().filter(|curve| !curve.segment.is_empty()).collect();
    if segments.len() < 2 {
        return html! {};
    }
    segments.sort_by_key(|segment| std::cmp::Reverse(segment.customers));
    let left_out = segments.len().saturating_sub(PANELS);
    segments.truncate(PANELS);
    segments.sort_by(|left, right| left.segment.cmp(&right.segment));
    let all = points(&whole.steps);
    html! {
        section {
            h2 { "Segment by segment" span.muted { ", before the line of all customers" } }
            div.panels {
                @for curve in segments {
                    article {
                        h3 { a href=(Look { segment: curve.segment.clone(), ..view.look.clone() }.link()) { bdi { (value_of(&curve.segment)) } }
                            span.muted { " " (number::counted(usize::try_from(curve.customers).unwrap_or(0), "customer", "customers")) } }
                        (beside(value_of(&curve.segment), &points(&curve.steps), &all))
                    }
                }
            }
            @if left_out > 0 { p.muted { (number::counted(left_out, "smaller segment is", "smaller segments are")) " in the table above only." } }
        }
    }
}

/// What goes with being lost sooner.
fn sooner(view: &View) -> Markup {
    let Some(test) = &view.survival.cox else { return html! {} };
    let traits = &view.survival.traits;
    html! {
        section {
            h2 { "What goes with leaving sooner" span.muted { " · an association, not a cause" } }
            @if test.reason.is_empty() {
                p { "Loss ratio of all customers: right of 1 is lost sooner. Together the traits "
                    @if test.p_value.is_some_and(|p| p < 0.05) { "tell who leaves sooner" } @else { "tell nothing for certain" }
                    " (" a href=(links::definition("loss_ratio")) { "Cox" } ", likelihood ratio " (chi(test)) ")." }
                div.pair {
                    (forest::picture(&traits.iter().map(drawn).collect::<Vec<_>>(), forest::Axis::Ratios, "Loss ratios", &|ratio| format!("{ratio}")))
                    (ratios(traits))
                }
            } @else { p.notice { "No ratio is told: " (test.reason) "." } }
        }
    }
}

fn drawn(part: &Trait) -> forest::Row {
    forest::Row {
        name: sentence(&part.name),
        value: part.value,
        interval: part.low.zip(part.high),
        told: part.value.map_or_else(|| "–".to_owned(), |ratio| format!("× {ratio:.2}")),
        link: links::definition("loss_ratio"),
    }
}

fn ratios(traits: &[Trait]) -> Markup {
    let link = links::definition("loss_ratio");
    let cell = |value: Option<f64>| html! { td.n { a href=(link) { (value.map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.3}"))) } } };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Trait" }
                th.n scope="col" { (layout::defined("Loss ratio", "loss_ratio")) }
                th.n scope="col" { "95 % from" }
                th.n scope="col" { "to" }
                th.n scope="col" { "p" }
            } }
            tbody { @for part in traits {
                tr {
                    th.name scope="row" { bdi { (sentence(&part.name)) } }
                    (cell(part.value)) (cell(part.low)) (cell(part.high))
                    td.n { a href=(link) { (chance(part.p_value).trim_start_matches("p = ").trim_start_matches("p ")) } }
                }
            } }
        }
    };
    layout::scroller("Loss ratios", &table)
}

/// The table behind the curve.
fn behind(view: &View, rows: &[Stay]) -> Markup {
    let segment = &view.look.segment;
    let at_risk = |row: &Stay| links::among(Among::AtRisk { days: row.days }, segment);
    let lost =
        |row: &Stay| links::among(Among::LostAfter { from: row.lost_from_days, until: row.days }, segment);
    let table = html! {
        table {
            thead { tr {
                th.n scope="col" { "Days since gained" }
                th.n scope="col" { "At risk" }
                th.n scope="col" { "Lost since the row before" }
                th.n scope="col" { (layout::defined("Still there, %", "survival")) }
                th.n scope="col" { "95 % from" }
                th.n scope="col" { "to" }
            } }
            tbody { @for row in rows {
                tr {
                    th.n scope="row" { (number::count(i64::from(row.days))) }
                    td.n { a href=(at_risk(row)) { (count(row.at_risk)) } }
                    td.n { a href=(lost(row)) { (count(row.lost)) } }
                    @for share in [row.share, row.low, row.high] { td.n { a href=(at_risk(row)) { (number::rate(share)) } } }
                }
            } }
        }
    };
    html! { section { h2 { "Behind the curve" } (layout::scroller("Survival", &table)) } }
}
