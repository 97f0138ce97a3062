//! The retention triangle: a row a cohort, a column an age, each cell shaded by the share still there.

use super::cohorts::{Counts, Look, View};
use crate::{layout, links};
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::view::asset::{Age, Among, Cohort};
use report::{Measure, calendar, number, retention};

/// Cohorts and ages shown until all are asked for.
const LATEST: usize = 24;
const AGES: usize = 25;

pub(super) fn section(view: &View) -> Markup {
    let cohorts = &view.cohorts.cohorts;
    let left_out = if view.look.all { 0 } else { cohorts.len().saturating_sub(LATEST) };
    let shown = &cohorts[left_out..];
    let longest = shown.iter().map(|cohort| cohort.ages.len()).max().unwrap_or(0);
    let ages = if view.look.all { longest } else { longest.min(AGES) };
    let title = title(view);
    let table = html! {
        table.triangle {
            thead { tr {
                th scope="col" { (layout::defined("Cohort", "cohort")) }
                th.n scope="col" { @match view.look.counts {
                    Counts::Customers => (layout::defined("Gained", "gained")),
                    Counts::Value => { (layout::defined("Brought", "entry_value")) ", " (view.frame.currency) }
                } }
                @for age in 0..ages { th.n scope="col" { (age) } }
            } }
            tbody { @for cohort in shown { (row(view, cohort, ages)) } }
            tfoot { (all(view, ages)) }
        }
    };
    html! {
        section {
            h2 { (title) span.muted { ", by " (plural(view.look.by)) " since they were gained" } }
            (layout::scroller(&title, &table))
            @if left_out > 0 || ages < longest {
                p.muted {
                    @if left_out > 0 { (number::count(left_out as i64)) " earlier cohorts" }
                    @if left_out > 0 && ages < longest { " and " }
                    @if ages < longest { (number::count((longest - ages) as i64)) " later ages" }
                    " are not shown. " a href=(Look { all: true, ..view.look.clone() }.link()) { "Show all" }
                }
            }
        }
    }
}

fn title(view: &View) -> String {
    match (view.look.counts, view.look.numbers) {
        (Counts::Customers, false) => "Share of customers active, %".to_owned(),
        (Counts::Customers, true) => "Customers active".to_owned(),
        (Counts::Value, false) => "Value left of what they brought, %".to_owned(),
        (Counts::Value, true) => format!("Value, {}", view.frame.currency),
    }
}

fn plural(by: Granularity) -> &'static str {
    match by {
        Granularity::Month => "months",
        Granularity::Quarter => "quarters",
        Granularity::Year => "years",
    }
}

fn row(view: &View, cohort: &Cohort, ages: usize) -> Markup {
    let measure = measure(view);
    let brought = match view.look.counts {
        Counts::Customers => cohort.size,
        Counts::Value => cohort.gained_minor,
    };
    html! {
        tr {
            th scope="row" { (calendar::period_short(cohort.period)) }
            td.n { a href=(links::behind(cohort.period, "gained", &view.look.segment)) { (measure.brief(brought, 9)) } }
            @for (at, age) in cohort.ages.iter().enumerate().take(ages) { (cell(view, cohort, at, age)) }
            @for _ in cohort.ages.len()..ages { td {} }
        }
    }
}

fn measure(view: &View) -> Measure {
    match view.look.counts {
        Counts::Customers => Measure::Customers,
        Counts::Value => Measure::Value(view.frame.currency),
    }
}

/// What a cell counts, and its share.
fn part(look: &Look, age: &Age) -> (i64, Option<f64>) {
    match look.counts {
        Counts::Customers => (age.active, age.share),
        Counts::Value => (age.value_minor, age.value_share),
    }
}

fn cell(view: &View, cohort: &Cohort, at: usize, age: &Age) -> Markup {
    let (amount, share) = part(&view.look, age);
    let period = Period { index: cohort.period.index + at as i32, ..cohort.period };
    let runs = view.frame.edition.as_ref().is_some_and(|edition| edition.as_of.plus(1) < period.end());
    let said = format!(
        "{}{}: {} ({})",
        calendar::period(period),
        if runs { " so far" } else { "" },
        measure(view).exact(amount),
        share.map_or_else(|| "–".to_owned(), number::percent)
    );
    let told = if view.look.numbers { measure(view).brief(amount, 7) } else { whole(share) };
    let among = Among::Cohort { cohort: cohort.period, at: period };
    html! {
        td class=(format!("n cell s{}{}", retention::shade(share), if runs { " runs" } else { "" })) {
            a href=(links::among(among, &view.look.segment)) title=(said) { (told) }
        }
    }
}

/// A share in whole percent.
fn whole(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| number::count((share * 100.0).round() as i64))
}

/// All cohorts that have reached each age.
fn all(view: &View, ages: usize) -> Markup {
    let of_all = &view.cohorts.all;
    let brought = view.cohorts.cohorts.iter().map(|cohort| match view.look.counts {
        Counts::Customers => cohort.size,
        Counts::Value => cohort.gained_minor,
    });
    html! {
        tr {
            th scope="row" { "All" }
            td.n { a href=(links::among(Among::AtRisk { days: 0 }, &view.look.segment)) { (measure(view).brief(brought.sum(), 9)) } }
            @for age in of_all.iter().take(ages) {
                @let (amount, share) = part(&view.look, age);
                td class=(format!("n cell s{}", retention::shade(share))) {
                    a href=(links::definition("cohort")) title="Cohorts that have reached this age" {
                        (if view.look.numbers { measure(view).brief(amount, 7) } else { whole(share) })
                    }
                }
            }
        }
    }
}
