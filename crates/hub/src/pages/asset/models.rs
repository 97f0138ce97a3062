//! The models side by side: pictures, the table behind them, contracts, and every segment.

use super::model_name;
use super::worth::View;
use crate::pages::segments::switch;
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::asset::{Among, Model, WorthLine};
use refresh::view::segments::value_of;
use report::{forest, number, worth as told};
use serde_json::Value;

const PURCHASES: [Model; 2] = [Model::BgNbd, Model::ParetoNbd];

/// Purchases, then contracts.
pub(super) fn sections(view: &View) -> Markup {
    let models: Vec<&WorthLine> =
        PURCHASES.into_iter().filter_map(|model| view.model(model, &view.segment)).collect();
    let contracts: Vec<&WorthLine> = view.lines().filter(|line| line.model == Model::Sbg.name()).collect();
    if models.is_empty() && contracts.is_empty() {
        return layout::empty(
            "No stream of purchases or contracts has a customer here. Look at what was read under Data, or run:",
            "kept check\nkept import\nkept refresh",
        );
    }
    html! {
        @if !models.is_empty() {
            section.pair {
                article {
                    h2 { (layout::defined("Customer equity", "customer_equity")) span.muted { ", " (view.frame.currency) ", with 95\u{a0}% intervals" } }
                    (forest::picture(&equities(view, &models), forest::Axis::Amounts, "Customer equity", &|value| number::compact(value)))
                    h2 { (layout::defined("Still buying", "still_buying")) span.muted { ", customers" } }
                    (forest::picture(&alives(view, &models), forest::Axis::Amounts, "Customers still buying", &|value| if value.abs() < 1e6 { whole(value) } else { number::compact(value) }))
                    (spread(&models))
                    (spend(view))
                }
                article {
                    h2 { "Both models" }
                    (table(view, &models))
                    (reasons(&models))
                }
            }
        }
        @if !contracts.is_empty() { (running(view, &contracts)) }
    }
}

fn name_of(line: &WorthLine) -> &'static str {
    Model::from_name(&line.model).map_or("", model_name)
}

fn link_of(line: &WorthLine) -> String {
    let is_told = line.whole_alive.is_some() || line.whole_equity_minor.is_some();
    match Model::from_name(&line.model).filter(|_| is_told) {
        Some(model) => links::among(Among::Valued(model), &line.segment),
        None => links::definition("customer_equity"),
    }
}

fn equities(view: &View, models: &[&WorthLine]) -> Vec<forest::Row> {
    let currency = view.frame.currency;
    let row = |line: &&WorthLine| forest::Row {
        name: name_of(line).to_owned(),
        value: line.equity_minor.map(|minor| number::units(minor, currency)),
        interval: line
            .equity_interval_minor
            .map(|(low, high)| (number::units(low, currency), number::units(high, currency))),
        told: line
            .equity_minor
            .map_or_else(|| "refused".to_owned(), |minor| number::compact(number::units(minor, currency))),
        link: link_of(line),
    };
    models.iter().map(row).collect()
}

fn alives(_: &View, models: &[&WorthLine]) -> Vec<forest::Row> {
    let row = |line: &&WorthLine| forest::Row {
        name: name_of(line).to_owned(),
        value: line.alive,
        interval: line.alive_interval,
        told: line.alive.map_or_else(|| "refused".to_owned(), whole),
        link: link_of(line),
    };
    models.iter().map(row).collect()
}

fn whole(number: f64) -> String {
    number::count(number.round() as i64)
}

fn counted(number: u64) -> String {
    number::count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// How far the models lie apart.
fn spread(models: &[&WorthLine]) -> Markup {
    let [left, right] = models else { return html! {} };
    let Some((alive, other)) = left.alive.zip(right.alive) else { return html! {} };
    let apart = |(a, b): (i64, i64)| {
        let mean = f64::midpoint(a as f64, b as f64);
        if mean > 0.0 { (a - b).abs() as f64 / mean } else { 0.0 }
    };
    let worth = left.equity_minor.zip(right.equity_minor).map(apart);
    let likelihoods = left.log_likelihood.zip(right.log_likelihood);
    html! {
        p {
            "The models lie "
            @if let Some(worth) = worth { (number::percent(worth)) " apart in worth and " }
            (whole((alive - other).abs())) " customers apart in who still buys"
            @if let Some((left, right)) = likelihoods { "; their log-likelihoods are " (likelihood(left)) " and " (likelihood(right)) }
            ". Trust what both say."
        }
    }
}

fn likelihood(value: f64) -> String {
    let told = format!("{:.1}", value.abs());
    let (whole, part) = told.split_once('.').unwrap_or((&told, "0"));
    let whole = number::count(whole.parse().unwrap_or(0));
    format!("{}{whole}.{part}", if value < 0.0 { "−" } else { "" })
}

/// What is taken for spend.
fn spend(view: &View) -> Markup {
    let Some(line) = view.lines().find(|line| line.model == "gamma_gamma") else { return html! {} };
    if !line.reason.is_empty() {
        return html! { p.notice { "Spend per purchase is not told, and so no worth of purchases: " (line.reason) "." } };
    }
    html! {
        p.muted {
            "Spend per purchase is by Gamma–Gamma, which takes spend and frequency to have nothing to do with each other"
            @if let Some(correlation) = line.spend_correlation { "; here they correlate by " (signed(correlation)) }
            "."
        }
    }
}

fn signed(value: f64) -> String {
    format!("{}{:.2}", if value < 0.0 { "−" } else { "" }, value.abs())
}

fn table(view: &View, models: &[&WorthLine]) -> Markup {
    let currency = view.frame.currency;
    let row = |name: &Markup,
               cell: &dyn Fn(&WorthLine) -> Option<String>,
               link: &dyn Fn(&WorthLine) -> String| {
        html! { tr { th.silo scope="row" { (name) }
            @for line in models { td.n { @match cell(line) { Some(told) => a href=(link(line)) { (told) }, None => "–" } } }
        } }
    };
    let equity = |_: &WorthLine| links::definition("customer_equity");
    let still = |_: &WorthLine| links::definition("still_buying");
    let within = |told: Option<String>| told;
    let table = html! {
        table.rows {
            thead { tr { th scope="col" { "" } @for line in models { th.n scope="col" { (name_of(line)) } } } }
            tbody {
                (row(&html! { "Customers with a purchase" }, &|line| Some(counted(line.customers)), &link_of))
                (row(&layout::defined("Still buying", "still_buying"), &|line| line.alive.map(whole), &link_of))
                (row(&html! { "95\u{a0}% interval" }, &|line| within(line.alive_interval.map(told::interval)), &still))
                (row(&html! { "of them for want of a second purchase" }, &|line| line.alive.map(|_| counted(line.assumed_alive)), &still))
                (row(&html! { (layout::defined("Customer equity", "customer_equity")) ", " (currency) }, &|line| line.equity_minor.map(|minor| number::amount(minor, currency)), &link_of))
                (row(&html! { "95\u{a0}% interval" }, &|line| within(line.equity_interval_minor.map(|told| told::money_interval(told, currency))), &equity))
                (row(&html! { "Refits behind the intervals" }, &|line| line.alive.map(|_| refits(line)), &equity))
                (row(&html! { "Log-likelihood" }, &|line| line.log_likelihood.map(likelihood), &equity))
            }
        }
    };
    html! {
        (layout::scroller("Both purchase models", &table))
        @for line in models { (fitted(line)) }
    }
}

/// Parameters of a fit that holds, and how it ended.
fn fitted(line: &WorthLine) -> Markup {
    let told = parameters(&line.parameters).zip(ended(&line.convergence));
    html! { @if let Some((parameters, ended)) = told { p.legend { (name_of(line)) ": " (parameters) " (" (ended) ")." } } }
}

/// `40`; `40, 2 of them refused`; `40, 7 of them refused: too many for an interval`.
fn refits(line: &WorthLine) -> String {
    match (line.draws, line.failed_draws) {
        (0, _) => "none".to_owned(),
        (draws, 0) => draws.to_string(),
        (draws, failed) if line.equity_interval_minor.is_none() => {
            format!("{draws}, {failed} of them refused: too many for an interval")
        }
        (draws, failed) => format!("{draws}, {failed} of them refused"),
    }
}

/// `r 0.243, α 4.41, a 0.793, b 2.43`.
fn parameters(told: &Value) -> Option<String> {
    let all = told.as_object().filter(|all| !all.is_empty())?;
    let one = |(name, value): (&String, &Value)| {
        let sign = match name.as_str() {
            "alpha" => "α",
            "beta" => "β",
            other => other,
        };
        let value = value["value"].as_f64().unwrap_or_default();
        let decimals = if value < 1.0 { 3 } else { usize::from(value < 1000.0) * 2 };
        format!("{sign} {value:.decimals$}")
    };
    Some(all.iter().map(one).collect::<Vec<_>>().join(", "))
}

/// `Newton, 9 steps, condition 121`.
fn ended(told: &Value) -> Option<String> {
    let search = match told["search"].as_str()? {
        "simplex" => "Nelder–Mead",
        _ => "Newton",
    };
    let steps = told["iterations"].as_u64().unwrap_or_default();
    let condition = told["hessian_condition"].as_f64().unwrap_or_default();
    Some(format!("{search}, {steps} steps, condition {}", number::compact(condition)))
}

fn reasons(models: &[&WorthLine]) -> Markup {
    html! {
        @for line in models.iter().filter(|line| !line.reason.is_empty()) {
            p.notice { (name_of(line)) " shows no figure: " (line.reason) "." }
        }
    }
}

fn running(view: &View, contracts: &[&WorthLine]) -> Markup {
    let currency = view.frame.currency;
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Stream" }
                th.n scope="col" { "Running contracts" }
                th.n scope="col" { (layout::defined("Worth", "contract_equity")) ", " (currency) }
                th.n scope="col" { "95\u{a0}% interval" }
                th scope="col" { "Shifted-beta-geometric" }
            } }
            tbody { @for line in contracts {
                tr {
                    th scope="row" { bdi { (line.stream) } }
                    td.n { a href=(link_of(line)) { (counted(line.customers)) } }
                    td.n { @match line.equity_minor { Some(minor) => a href=(link_of(line)) { (number::amount(minor, currency)) }, None => "refused" } }
                    td.n { @match line.equity_interval_minor { Some(within) => a href=(links::definition("contract_equity")) { (told::money_interval(within, currency)) }, None => "–" } }
                    td.wrap { @if line.reason.is_empty() { (parameters(&line.parameters).unwrap_or_default()) } @else { (line.reason) } }
                }
            } }
        }
    };
    html! { section { h2 { "Running contracts" } (layout::scroller("Running contracts", &table)) } }
}

/// Every segment: its part of the whole, and fitted alone.
pub(super) fn by_segment(view: &View) -> Markup {
    let of_split = view.splits.iter().filter(|split| split.id == view.split);
    let segments: Vec<&String> = of_split
        .flat_map(|split| &split.segments)
        .map(|segment| &segment.id)
        .filter(|segment| view.model(Model::BgNbd, segment).is_some())
        .collect();
    if segments.len() < 2 {
        return html! {};
    }
    let refused: Vec<&WorthLine> = segments
        .iter()
        .flat_map(|segment| PURCHASES.map(|model| view.model(model, segment)))
        .flatten()
        .filter(|line| !line.reason.is_empty())
        .collect();
    let table = html! {
        table {
            thead {
                tr {
                    th rowspan="2" scope="col" { "Segment" }
                    th.n rowspan="2" scope="col" { "Customers" }
                    @for model in PURCHASES { th.n colspan="3" scope="colgroup" { (model_name(model)) ", " (view.frame.currency) } }
                }
                tr { @for _ in PURCHASES {
                    th.n scope="col" { "Part of the whole" }
                    th.n scope="col" { "Fitted alone" }
                    th.n scope="col" { "95\u{a0}% interval" }
                } }
            }
            tbody { @for segment in &segments { (segment_row(view, segment)) } }
        }
    };
    html! {
        section id="segments" {
            h2 { "Segment by segment" span.muted { " · parts of the whole add up to it; fits of their own need not" } }
            (switch(&view.splits, &view.split, &|id| links::address("/worth", &[("split", id)]) + "#segments"))
            (layout::scroller("Worth by segment", &table))
            @if !refused.is_empty() {
                details {
                    summary { (number::counted(refused.len(), "fit was refused", "fits were refused")) }
                    @for line in refused { p { bdi { (value_of(&line.segment)) } ", " (name_of(line)) ": " (line.reason) "." } }
                }
            }
        }
    }
}

fn segment_row(view: &View, segment: &str) -> Markup {
    let currency = view.frame.currency;
    let customers = view.model(Model::BgNbd, segment).map_or(0, |line| line.customers);
    let amount = |minor: Option<i64>, line: &WorthLine| {
        html! { td.n { @match minor { Some(minor) => a href=(link_of(line)) { (number::count(number::units(minor, currency).round() as i64)) }, None => "–" } } }
    };
    html! {
        tr {
            th scope="row" { a href=(links::address("/worth", &[("segment", segment)])) { bdi { (value_of(segment)) } } }
            td.n { a href=(links::among(Among::Valued(Model::BgNbd), segment)) { (counted(customers)) } }
            @for model in PURCHASES {
                @if let Some(line) = view.model(model, segment) {
                    (amount(line.whole_equity_minor, line))
                    @if line.reason.is_empty() { (amount(line.equity_minor, line)) } @else { td.n { span.muted { "refused" } } }
                    td.n { @match line.equity_interval_minor { Some(within) => a href=(links::definition("customer_equity")) { (told::money_interval(within, currency)) }, None => "–" } }
                }
            }
        }
    }
}
