//! What leads from a closed period's closing as reported to the same as restated: one picture and the table behind it
//! in each measure. Every number opens the customers it counts.

use super::show::View;
use crate::{layout, links};
use maud::{Markup, html};
use refresh::view::closings::{Basis, Bridge, BridgePart};
use report::{Measure, Step, calendar, number, waterfall};

/// Anchor of the bridge on the page.
pub(super) const ANCHOR: &str = "bridge";

const REPORTED: &str = "reported";
const RESTATED: &str = "restated";

/// Both measures side by side; nothing for a period that is open.
pub(super) fn section(view: &View) -> Markup {
    let Some(bridge) = &view.bridge else { return html! {} };
    let title = format!("What changed about {} since it was closed", calendar::period(bridge.period));
    html! {
        section id=(ANCHOR) aria-label=(title) {
            h2 { (title) }
            @if bridge.parts.is_empty() {
                p { "Nothing: as restated is as reported." }
            } @else {
                div.pair {
                    (block(view, bridge, Measure::Customers))
                    (block(view, bridge, Measure::Value(view.frame.currency)))
                }
            }
        }
    }
}

const fn amount(part: &BridgePart, measure: Measure) -> i64 {
    match measure {
        Measure::Customers => part.count,
        Measure::Value(_) => part.value_minor,
    }
}

fn block(view: &View, bridge: &Bridge, measure: Measure) -> Markup {
    let (reported, restated) = match measure {
        Measure::Customers => (bridge.reported_count, bridge.restated_count),
        Measure::Value(_) => (bridge.reported_minor, bridge.restated_minor),
    };
    let link = |figure: &str| match figure {
        REPORTED => links::statement_as(bridge.period, view.segment(), Basis::Reported),
        RESTATED => links::behind(bridge.period, "closing", view.segment()),
        cause => links::bridge(bridge.period, cause, view.segment()),
    };
    let rows = html! {
        table.rows {
            thead { tr { th scope="col" { "Cause" } th.n scope="col" { (measure.heading()) } } }
            tbody {
                tr.total { th scope="row" { "As reported" } td.n { a href=(link(REPORTED)) { (measure.exact(reported)) } } }
                @for part in &bridge.parts {
                    @let href = link(part.cause.name());
                    tr {
                        th scope="row" {
                            (part.cause.text())
                            a.muted href=(href) { (number::counted(part.customers, "customer", "customers")) }
                        }
                        td.n { a href=(href) { (measure.signed(amount(part, measure))) } }
                    }
                }
                tr.total { th scope="row" { "As restated" } td.n { a href=(link(RESTATED)) { (measure.exact(restated)) } } }
            }
        }
    };
    let title = format!("Bridge, {}", measure.heading());
    let steps = steps(bridge, measure, (reported, restated));
    html! { article { (waterfall::steps(&steps, measure, &title, &link)) (layout::scroller(&title, &rows)) } }
}

fn steps(bridge: &Bridge, measure: Measure, (reported, restated): (i64, i64)) -> Vec<Step> {
    let total = |figure, label, amount| Step { figure, label, amount, from: 0, to: amount, is_total: true };
    let mut steps = vec![total(REPORTED, "As reported", reported)];
    let mut from = reported;
    for part in &bridge.parts {
        let amount = amount(part, measure);
        let to = from.saturating_add(amount);
        steps.push(Step { figure: part.cause.name(), label: short(part), amount, from, to, is_total: false });
        from = to;
    }
    steps.push(total(RESTATED, "As restated", restated));
    steps
}

const fn short(part: &BridgePart) -> &'static str {
    use refresh::Cause::{Erased, LateData, Merged, Regrouped, RuleChange, Split};
    match part.cause {
        LateData => "Late data",
        Merged => "Merged",
        Split => "Split",
        RuleChange => "Rules",
        Erased => "Erased",
        Regrouped => "Regrouped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::statement::show::page;
    use crate::samples;
    use model::Period;
    use refresh::Cause;

    /// September closed, with late data and a merge since.
    pub(crate) fn view() -> View {
        let part = |cause, count, value_minor| BridgePart { cause, count, value_minor, customers: 3 };
        let bridge = Bridge {
            period: Period::parse("2026-09").expect("period"),
            reported_count: 100,
            reported_minor: 50_000,
            parts: vec![part(Cause::LateData, 3, 9_000), part(Cause::Merged, -1, 0)],
            restated_count: 102,
            restated_minor: 59_000,
        };
        let mut view = View::sample(samples::lines(4));
        view.statement.closed_until = model::Day::parse("2026-09-30");
        view.statement.basis = Basis::Reported;
        view.period = Some(bridge.period);
        view.bridge = Some(bridge);
        view
    }

    #[test]
    fn the_bridge_opens_to_its_customers_by_cause() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for link in [
            "/customers?period=2026-09&amp;bridge=late_data",
            "/customers?period=2026-09&amp;bridge=merged",
            "as=restated",
        ] {
            assert!(told.contains(link), "{link}");
        }
        assert!(told.contains("data that came later") && told.contains("+90.00"), "{told}");
        assert!(told.contains("Sep 26 closed"), "{told}");
    }

    #[test]
    fn nothing_changed_is_said_so() {
        let mut view = view();
        if let Some(bridge) = &mut view.bridge {
            bridge.parts.clear();
        }
        assert!(page(&view).into_string().contains("as restated is as reported"));
    }
}
