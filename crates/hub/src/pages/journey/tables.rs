//! The tables behind the map: touchpoints, ways, hand-offs, the stages, whole ways, and those who left against those
//! who stayed.

use super::picture::{Differs, WAITING, brief, counted, points, shares};
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::journey::{Chain, Compared, Counted, Edge, HandOff, Journey, Touchpoint, share};
use report::number;

/// Whole ways listed.
const VARIANTS: usize = 10;
/// Steps of a whole way that are written out.
const STEPS: usize = 9;
/// Chains listed.
const CHAINS: usize = 12;
/// Chains of which more would be false alarms are not told.
const SURE: f64 = 0.05;
/// Comparisons listed.
const COMPARED: usize = 20;

fn count(number: u64, link: &str) -> Markup {
    html! { td.n { a href=(link) { (number::count(number as i64)) } } }
}

fn span(us: Option<f64>) -> String {
    us.map_or_else(|| "–".to_owned(), number::span)
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), brief)
}

/// A heading and its table.
fn told(title: &str, note: &str, head: &[(&str, bool)], body: &Markup) -> Markup {
    let table = html! {
        table {
            thead { tr { @for (name, is_number) in head { th.n[*is_number] scope="col" { (name) } } } }
            tbody { (body) }
        }
    };
    html! {
        h2 { (title) }
        @if !note.is_empty() { p.muted { (note) } }
        (layout::scroller(title, &table))
    }
}

/// Every touchpoint somebody was at.
pub(super) fn touchpoints(journey: &Journey) -> Markup {
    let link = |what, one: &Touchpoint| counted(journey, what, &one.key, "");
    let body = html! {
        @for one in journey.touchpoints.iter().filter(|one| one.customers > 0) {
            tr {
                th.name scope="row" { a href=(link(Counted::Touchpoint, one)) { (one.name) } }
                td { (journey.departments[one.department].name) }
                td { (journey.stages[one.stage].name) }
                (count(one.customers, &link(Counted::Touchpoint, one)))
                (count(one.failed, &link(Counted::Failed, one)))
                td.n { (percent(share(one.failed, one.customers))) }
                (count(one.repeaters, &link(Counted::Repeated, one)))
                (count(one.starts, &link(Counted::Start, one)))
                (count(one.ends, &link(Counted::End, one)))
            }
        }
    };
    let head = [
        ("Touchpoint", false),
        ("Department", false),
        ("Stage", false),
        ("Customers", true),
        ("Failed", true),
        ("Share", true),
        ("More than once", true),
        ("First", true),
        ("Last so far", true),
    ];
    told("Touchpoints", "", &head, &body)
}

/// The ways that are drawn.
pub(super) fn edges(journey: &Journey, drawn: usize) -> Markup {
    let shares = shares(&journey.edges);
    let body = html! {
        @for (at, edge) in journey.edges.iter().enumerate().take(drawn.max(WAITING)) {
            @let Edge { from, to, customers, wait, .. } = edge;
            @let (from, to) = (&journey.touchpoints[*from], &journey.touchpoints[*to]);
            tr.waits[at >= drawn] data-share=(shares[at]) {
                th.name scope="row" { (from.name) " → " (to.name) }
                td {
                    @if from.department == to.department { span.muted { "within " (journey.departments[from.department].name) } }
                    @else { (journey.departments[from.department].name) " → " (journey.departments[to.department].name) }
                }
                (count(*customers, &counted(journey, Counted::Edge, &from.key, &to.key)))
                td.when { (span(wait.median_us)) }
                td.when { (span(wait.p90_us)) }
            }
        }
    };
    let head = [
        ("Way", false),
        ("Departments", false),
        ("Customers", true),
        ("Half within", false),
        ("Nine of ten within", false),
    ];
    told("Ways drawn", "One event straight after the other, most customers first.", &head, &body)
}

/// Departments from top to bottom handing on to those from left to right.
pub(super) fn hand_offs(journey: &Journey) -> Markup {
    let there = |at: usize| journey.hand_offs.iter().any(|cell| cell.from == at || cell.to == at);
    let used: Vec<usize> = (0..journey.departments.len()).filter(|at| there(*at)).collect();
    let name = |at: usize| {
        let name = journey.departments[at].name.as_str();
        if name.is_empty() { "Nobody" } else { name }
    };
    let cell =
        |from: usize, to: usize| journey.hand_offs.iter().find(|cell| (cell.from, cell.to) == (from, to));
    let body = html! {
        @for &from in &used {
            tr {
                th scope="row" { (name(from)) }
                @for &to in &used { (hand_off(journey, cell(from, to), from == to)) }
            }
        }
    };
    let mut head = vec![("From \\ to", false)];
    head.extend(used.iter().map(|at| (name(*at), true)));
    told(
        "Hand-offs",
        "Customers handed on from the department of a row to that of a column, and the median wait.",
        &head,
        &body,
    )
}

fn hand_off(journey: &Journey, cell: Option<&HandOff>, is_within: bool) -> Markup {
    let Some(HandOff { from, to, customers, wait, .. }) = cell else {
        return html! { td.n.muted { "–" } };
    };
    let id = |at: usize| journey.departments[at].id.as_str();
    let link = counted(journey, Counted::HandOff, id(*from), id(*to));
    html! {
        td.n.own[is_within] {
            a href=(link) { (number::count(*customers as i64)) }
            span.wait { (span(wait.median_us)) }
        }
    }
}

/// The stages in order.
pub(super) fn funnel(journey: &Journey) -> Markup {
    let first = journey.funnel.first().map_or(0, |step| step.customers);
    let before =
        |at: usize| if at == 0 { None } else { journey.funnel.get(at - 1).map(|step| step.customers) };
    let body = html! {
        @for (at, step) in journey.funnel.iter().enumerate() {
            tr {
                th scope="row" { (step.stage.name) }
                (count(step.customers, &counted(journey, Counted::Reached, &step.stage.id, "")))
                td.n { (percent(before(at).and_then(|before| share(step.customers, before)))) }
                td.n { (percent(share(step.customers, first))) }
                td.when { (span(step.wait.median_us)) }
                td.when { (span(step.wait.p90_us)) }
            }
        }
    };
    let head = [
        ("Stage", false),
        ("Customers", true),
        ("Of the stage before", true),
        ("Of the first", true),
        ("Half within", false),
        ("Nine of ten within", false),
    ];
    told(
        "Stage by stage",
        "Customers who came to a stage through all stages before it, in order.",
        &head,
        &body,
    )
}

/// What goes wrong after what.
pub(super) fn chains(journey: &Journey) -> Markup {
    let told_of = |one: &&Chain| one.fdr <= SURE && one.low > 1.0;
    let chains: Vec<&Chain> = journey.chains.iter().filter(told_of).collect();
    if chains.is_empty() {
        return html! {};
    }
    let body = html! {
        @for one in chains.iter().take(CHAINS) {
            @let (from, to) = (&journey.touchpoints[one.from], &journey.touchpoints[one.to]);
            tr {
                th.name scope="row" { "failed at " (from.name) ", then at " (to.name) }
                (count(one.both, &counted(journey, Counted::Chain, &from.key, &to.key)))
                td.n { (percent(share(one.both, one.both + one.first_only))) }
                td.n { (percent(share(one.second_only, one.second_only + one.neither))) }
                td.when { "× " (format!("{:.1}", one.odds_ratio)) " (" (format!("{:.1}", one.low)) "–" (format!("{:.1}", one.high)) ")" }
            }
        }
    };
    let head = [
        ("What", false),
        ("Customers", true),
        ("Failed there after the failure", true),
        ("After none", true),
        ("Odds, 95 %", false),
    ];
    let rest = chains.len().saturating_sub(CHAINS);
    let more = if rest == 0 { String::new() } else { format!(" {rest} less sure are not listed.") };
    let note = format!(
        "Of customers who were at both, by the last time at each. They go together; that one causes the other is not shown.{more}"
    );
    told("What goes wrong after what", &note, &head, &body)
}

/// The most frequent whole ways.
pub(super) fn variants(journey: &Journey) -> Markup {
    let totals = journey.totals;
    let note = format!(
        "{} different ways from first to last event; the {} most frequent hold four of five customers.",
        number::count(totals.variants as i64),
        number::count(totals.variants_of_most as i64)
    );
    let body = html! {
        @for one in journey.variants.iter().take(VARIANTS) {
            tr {
                th.name.way scope="row" {
                    (one.steps.iter().take(STEPS).map(String::as_str).collect::<Vec<_>>().join(" → "))
                    @if one.steps.len() > STEPS { span.muted { " … and " (one.steps.len() - STEPS) " more" } }
                }
                (count(one.customers, &counted(journey, Counted::Variant, &one.key, "")))
                td.when { (span(Some(one.mean_us).filter(|_| one.steps.len() > 1))) }
                td { @if !one.example.is_empty() { a href=(links::customer(&one.example)) { "One of them" } } }
            }
        }
    };
    let head = [("Whole way", false), ("Customers", true), ("Mean time", false), ("Example", false)];
    told("Most frequent whole ways", &note, &head, &body)
}

/// What those who left met against those who stayed, surest first.
pub(super) fn compared(journey: &Journey) -> Markup {
    let body = html! {
        @for one in journey.compared.iter().filter(|one| one.odds_ratio.is_some()).take(COMPARED) {
            @let [left, stayed] = links_of(journey, one);
            tr {
                th.name scope="row" { (met(one)) }
                (count(one.left_customers, &left))
                (count(one.stayed_customers, &stayed))
                td.n { (percent(one.left_share)) }
                td.n { (percent(one.others_share)) }
                td.when { (odds(one)) }
                td.when { (doubt(one.fdr)) }
            }
        }
    };
    let head = [
        ("Met before", false),
        ("Left", true),
        ("Stayed", true),
        ("Left after it", true),
        ("Of the others", true),
        ("Odds of leaving, 95 % interval", false),
        ("False discoveries", false),
    ];
    told(
        "Left against stayed",
        "Customers by what they met in the days before. The others: of a failure, those who were there as often and were \
         not failed; else everybody, on the same days. An association, not a cause. The last column: the share of false \
         alarms among all rows at least as sure.",
        &head,
        &body,
    )
}

fn met(one: &Compared) -> Markup {
    html! {
        @match one.met.as_str() {
            "failure" => { "Failed at " (one.name) },
            "hand_off" => { "From " (one.name) " to " (one.to_name) },
            _ => { (one.name) },
        }
    }
}

fn links_of(journey: &Journey, one: &Compared) -> [String; 2] {
    use refresh::view::journey::{Number, Who};
    let counted = match one.met.as_str() {
        "failure" => Counted::MetFailure,
        "hand_off" => Counted::MetHandOff,
        _ => Counted::MetTouchpoint,
    };
    [Who::Left, Who::Stayed].map(|who| {
        let number = Number { counted, at: one.key.clone(), to: one.to_key.clone(), who };
        links::walked(&number, &journey.segment)
    })
}

fn odds(one: &Compared) -> String {
    match (one.odds_ratio, one.low, one.high) {
        (Some(ratio), Some(low), Some(high)) => format!("× {ratio:.2} ({low:.2}–{high:.2})"),
        _ => "–".to_owned(),
    }
}

fn doubt(fdr: Option<f64>) -> String {
    match fdr {
        Some(fdr) if fdr < 0.001 => "< 0.1\u{a0}%".to_owned(),
        other => percent(other),
    }
}

/// The ways that differ, as drawn.
pub(super) fn differences(journey: &Journey, shown: &[Differs]) -> Markup {
    use refresh::view::journey::{Number, Who};
    let link = |one: &Differs, who| {
        let at = |at: usize| journey.touchpoints[at].key.clone();
        let number = Number { counted: Counted::Edge, at: at(one.from), to: at(one.to), who };
        links::walked(&number, &journey.segment)
    };
    let body = html! {
        @for one in shown {
            tr {
                th.name scope="row" { (journey.touchpoints[one.from].name) " → " (journey.touchpoints[one.to].name) }
                td.n { a href=(link(one, Who::Left)) { (brief(one.left)) } }
                td.n { a href=(link(one, Who::Stayed)) { (brief(one.stayed)) } }
                td.n { (points(one.left - one.stayed)) }
            }
        }
    };
    let head =
        [("Way", false), ("Of those who left", true), ("Of those who stayed", true), ("Difference", true)];
    told(
        "Ways drawn",
        "Of the customers at the first touchpoint, those who went straight on to the second; largest difference first.",
        &head,
        &body,
    )
}
