//! One period: the waterfall and the rows behind it, in customers and in value.

use super::show::View;
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::Line;
use report::{Figures, Flow, Measure, calendar, number, waterfall};

/// Both blocks side by side.
pub(super) fn blocks(view: &View, line: &Line, figures: &Figures) -> Markup {
    html! {
        section.pair aria-label=(calendar::period(line.period)) {
            (block(view, line, &figures.customers, Measure::Customers))
            (block(view, line, &figures.value, Measure::Value(view.frame.currency)))
        }
    }
}

fn block(view: &View, line: &Line, flow: &Flow, measure: Measure) -> Markup {
    let link = |figure: &str| view.behind(line.period, figure, measure != Measure::Customers);
    html! {
        article {
            h2 { (measure.heading()) span.muted { " · " (calendar::period(line.period)) (view.mark(line.period)) } }
            (waterfall::picture(flow, measure, &link))
            (table(line, flow, measure, &link))
        }
    }
}

fn table(line: &Line, flow: &Flow, measure: Measure, link: &dyn Fn(&str) -> String) -> Markup {
    let heading = measure.heading();
    let table = html! {
        table.rows {
            thead { tr {
                th scope="col" { "Movement" }
                th.n scope="col" { (heading) }
            } }
            tbody {
                @for step in flow.steps(measure) {
                    tr.total[step.is_total] {
                        th scope="row" { (named(step.figure, step.label)) (also(line, step.figure, measure, link)) }
                        td.n { a href=(link(step.figure)) {
                            @if step.is_total { (measure.exact(step.amount)) } @else { (measure.signed(step.amount)) }
                        } }
                    }
                }
            }
            tfoot {
                tr { th scope="row" { (layout::defined("Change", "growth")) }
                    td.n { a href=(links::definition("growth")) {
                        (measure.signed(flow.change()))
                        @if let Some(growth) = flow.growth() { span.muted { " (" (number::signed_percent(growth)) ")" } }
                    } } }
                (tie(flow, measure))
            }
        }
    };
    layout::scroller(&format!("Statement, {heading}"), &table)
}

/// Whether opening and movements make the closing.
fn tie(flow: &Flow, measure: Measure) -> Markup {
    let balances = flow.tied() == flow.closing;
    html! {
        tr.tie.off[!balances] {
            th scope="row" {
                @if balances { "✓ Ties out" span.muted { " opening + movements = closing" } }
                @else { "✗ Does not tie out" span.muted { " opening + movements ≠ closing" } }
            }
            td.n { a href=(links::definition("balance")) { (measure.exact(flow.tied())) } }
        }
    }
}

/// How many customers stand behind a movement that moves only value.
fn also(line: &Line, figure: &str, measure: Measure, link: &dyn Fn(&str) -> String) -> Markup {
    let customers = match (measure, figure) {
        (Measure::Value(_), "expanded") => line.expanded_count,
        (Measure::Value(_), "contracted") => line.contracted_count,
        _ => return html! {},
    };
    let told = number::counted(usize::try_from(customers).unwrap_or(0), "customer", "customers");
    html! { a.muted href=(link(figure)) { (told) } }
}

fn named(figure: &str, label: &str) -> Markup {
    let definition = match figure {
        "opening" | "closing" => "active",
        "adjustment" => "balance",
        other => other,
    };
    layout::defined(label, definition)
}
