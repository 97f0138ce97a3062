//! The periods before: two pictures and the tables behind them.

use super::{figures, show::View};
use crate::{layout, links};
use maud::{Markup, html};
use model::Granularity;
use refresh::view::Line;
use report::{Figures, Flow, Measure, calendar, number, trend};

/// Periods drawn, and listed until all are asked for.
const LATEST: usize = 24;

fn latest(view: &View) -> &[Line] {
    let lines = &view.statement.lines;
    &lines[lines.len().saturating_sub(LATEST)..]
}

fn plural(by: Granularity) -> &'static str {
    match by {
        Granularity::Month => "months",
        Granularity::Quarter => "quarters",
        Granularity::Year => "years",
    }
}

/// Customers at the end of each period, and what came against what left.
pub(super) fn pictures(view: &View) -> Markup {
    let lines = latest(view);
    if lines.len() < 2 {
        return html! {};
    }
    let levels: Vec<_> = lines
        .iter()
        .map(|l| trend::Level { period: l.period, opening: l.opening_count, closing: l.closing_count })
        .collect();
    let exchanges: Vec<_> = lines
        .iter()
        .map(|l| trend::Exchange {
            period: l.period,
            gained: l.gained_count,
            won_back: l.won_back_count,
            lost: l.lost_count,
        })
        .collect();
    let link = |period, figure: &str| view.behind(period, figure, false);
    html! {
        section.pair aria-label="Over time" {
            article {
                h2 { "Customers" span.muted { " at the end of each " (view.by().name()) } }
                (trend::levels(&levels, Measure::Customers, &|period| link(period, "closing")))
            }
            article {
                h2 { "Came and left" span.muted { ", customers each " (view.by().name()) } }
                (trend::exchanges(&exchanges, Measure::Customers, &|period, figure| link(period, figure)))
                p.legend {
                    span.key.up { "gained" } span.key.again { "won back" } span.key.down { "lost" }
                }
            }
        }
    }
}

/// All periods in customers and in value, latest first.
pub(super) fn tables(view: &View) -> Markup {
    let lines = if view.all { &view.statement.lines[..] } else { latest(view) };
    let left_out = view.statement.lines.len() - lines.len();
    let lines: Vec<Figures> = lines.iter().rev().map(figures).collect();
    html! {
        (table(view, &lines, Measure::Customers, |line| &line.customers))
        (table(view, &lines, Measure::Value(view.frame.currency), |line| &line.value))
        @if left_out > 0 {
            p.muted {
                (number::count(i64::try_from(left_out).unwrap_or(i64::MAX))) " earlier " (plural(view.by())) " are not listed. "
                a href=(view.address(view.by(), view.period, true)) { "List all" }
            }
        }
    }
}

fn table(view: &View, lines: &[Figures], measure: Measure, of: fn(&Figures) -> &Flow) -> Markup {
    let adjusts = lines.iter().any(|line| of(line).adjusted != 0);
    let values = measure != Measure::Customers;
    let title = format!("{} by {}", measure.heading(), view.by().name());
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Period" }
                th.n scope="col" { (layout::defined("Opening", "active")) }
                th.n scope="col" { (layout::defined("Gained", "gained")) }
                th.n scope="col" { (layout::defined("Won back", "won_back")) }
                @if values {
                    th.n scope="col" { (layout::defined("Expanded", "expanded")) }
                    th.n scope="col" { (layout::defined("Contracted", "contracted")) }
                }
                th.n scope="col" { (layout::defined("Lost", "lost")) }
                @if adjusts { th.n scope="col" { (layout::defined("Adjusted", "balance")) } }
                th.n scope="col" { (layout::defined("Closing", "active")) }
                th.n scope="col" { (layout::defined("Growth, %", "growth")) }
                @if !values { th.n scope="col" { (layout::defined("Churn, %", "churn")) } }
            } }
            tbody { @for line in lines { (row(view, line, of(line), measure, adjusts)) } }
        }
    };
    html! { section { h2 { (title) } (layout::scroller(&title, &table)) } }
}

fn row(view: &View, line: &Figures, flow: &Flow, measure: Measure, adjusts: bool) -> Markup {
    let values = measure != Measure::Customers;
    let cell = |figure: &str, told: String| {
        html! { td.n { a href=(view.behind(line.period, figure, values)) { (told) } } }
    };
    let rate = |definition: &str, told: Option<String>| {
        html! { td.n { @if let Some(told) = told { a href=(links::definition(definition)) { (told) } } @else { "–" } } }
    };
    html! {
        tr {
            th scope="row" {
                a href=(view.address(view.by(), Some(line.period), view.all)) { (calendar::period_short(line.period)) (view.mark(line.period)) }
            }
            (cell("opening", measure.exact(flow.opening)))
            (cell("gained", measure.signed(flow.gained)))
            (cell("won_back", measure.signed(flow.won_back)))
            @if values {
                (cell("expanded", measure.signed(flow.expanded)))
                (cell("contracted", measure.signed(flow.contracted.saturating_neg())))
            }
            (cell("lost", measure.signed(flow.lost.saturating_neg())))
            @if adjusts { (cell("adjustment", measure.signed(flow.adjusted))) }
            (cell("closing", measure.exact(flow.closing)))
            (rate("growth", flow.growth().map(number::signed_rate)))
            @if !values { (rate("churn", flow.churn().map(number::rate))) }
        }
    }
}
