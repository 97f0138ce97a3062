//! `/promises`: one sentence, how many were kept month by month, every promise with its owner, and the code of conduct.

use super::breaches;
use crate::api::{self, Answer};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::segments::select_of;
use crate::{Hub, links};
use maud::{Markup, html};
use model::{Granularity, Period};
use refresh::view::journey::{Counted, Number, Who};
use refresh::view::promises::{Month, Promised, Promises, Told};
use refresh::view::segments::value_of;
use report::rate::{self, Rate};
use report::{number, spark};
use serde::Deserialize;

/// What to write to `kept.toml` where no promise is set.
const EXAMPLE: &str = "[[promise]]\nid = \"answer\"\nname = \"We solve every request within two working days\"\nowner = \"support\"\n\
                       when = \"care: unknown\"             # touchpoint: outcome\nthen = \"care: ok, reopened\"\n\
                       within = \"2 business days\"\n\n[calendar]\nopen = [\"mon-fri 09:00-17:00\"]\nholidays = [\"2026-12-25\"]";

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// A segment; the whole when empty.
    pub segment: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The promises.
    pub promises: Promises,
    /// Segments one can choose.
    pub segments: Vec<String>,
}

async fn read(hub: &Hub, asked: Asked) -> Result<Option<View>, Failure> {
    let segment = asked.segment.unwrap_or_default();
    let read = hub
        .at_one_edition(|| async {
            Ok((hub.reader.promises(&segment).await?, hub.reader.journey_segments().await?))
        })
        .await?;
    Ok(read.map(|(edition, (promises, segments))| View {
        frame: hub.frame(Some(edition)),
        promises,
        segments,
    }))
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(match read(&hub, asked).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Promises, "Promises"),
    })
}

/// `/api/v1/promises?segment=…`
pub(crate) async fn json(hub: Hub, asked: api::Wanted<Asked>) -> Answer {
    let Wants(asked) = asked?;
    let view = read(&hub, asked).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "promises", &view.promises))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let promises = &view.promises;
    let measured = promises.promises.iter().any(|promise| promise.rule.is_some());
    let content = html! {
        div.lead {
            p.eyebrow { "Promises" @if !promises.segment.is_empty() { " · " bdi { (value_of(&promises.segment)) } } }
            h1 { (sentence(promises)) }
        }
        @if promises.promises.is_empty() {
            (layout::empty("What the company will and will not do stands in kept.toml. To set the first promise, write there, run kept check and kept refresh:", EXAMPLE))
        } @else {
            @if !view.segments.is_empty() && measured {
                form.filter method="get" action="/promises" {
                    (select_of(&view.segments, &promises.segment))
                    button type="submit" { "Show" }
                }
            }
            @if measured { (chart(promises)) (table(promises)) (departments(promises)) }
            (conduct(promises))
        }
    };
    layout::page(&view.frame, Place::Promises, "Promises", &content)
}

/// The share kept in the last month of which nothing is open any more, and the weakest promise of it: promises are kept
/// before they can be broken, so a month still open looks better than it will. Where all are open, the last with any
/// settled.
fn sentence(promises: &Promises) -> String {
    if promises.promises.is_empty() {
        return "No promise is set yet.".to_owned();
    }
    let settled = |month: &&Month| month.told.kept_share().is_some();
    let months = || promises.months.iter().rev().filter(settled);
    let Some(month) = months().find(|month| month.told.open == 0).or_else(|| months().next()) else {
        return "No promise is due yet.".to_owned();
    };
    let share = |told: &Told| told.kept_share().unwrap_or(1.0);
    let of = |promise: &&Promised| {
        promise.months.iter().find(|other| other.month == month.month).map(|other| other.told)
    };
    let parts = promises.promises.iter().filter_map(|promise| Some((promise, of(&promise)?)));
    let worst = parts
        .filter(|(_, told)| told.kept_share().is_some())
        .min_by(|a, b| share(&a.1).total_cmp(&share(&b.1)));
    let weakest = match worst {
        Some((promise, told)) if told.broken > 0 => {
            format!("; least of all “{}”, {}", promise.name, number::percent(share(&told)))
        }
        _ => String::new(),
    };
    format!(
        "Of what we promised in {}, we kept {}{weakest}.",
        report::calendar::period(period(month)),
        number::percent(share(&month.told))
    )
}

fn period(month: &Month) -> Period {
    Period::of(Granularity::Month, month.month)
}

fn chart(promises: &Promises) -> Markup {
    let rate = |month: &Month| Rate {
        period: period(month),
        good: month.told.kept,
        bad: month.told.broken,
        open: month.told.open,
    };
    let rates: Vec<Rate> = promises.months.iter().map(rate).collect();
    let link = |period: Period| breaches::address("", Some(period), &promises.segment, 0);
    html! {
        figure { (rate::bars("Promises kept by the month in which they began", &rates, &link))
            figcaption.legend {
                span.key.up { "kept" } span.key.down { "broken" } span.key.lost { "open" }
                span { "a bar opens the breaches of its month" }
            }
        }
    }
}

const HEAD: [(&str, bool); 8] = [
    ("Promise", false),
    ("Owner", false),
    ("Kept", true),
    ("Promised", true),
    ("Broken", true),
    ("To customers", true),
    ("Open", true),
    ("Broken by month", false),
];

fn percent(told: &Told) -> String {
    told.kept_share().map_or_else(|| "–".to_owned(), number::percent)
}

fn trend(name: &str, months: &[Month]) -> Markup {
    let shares: Vec<Option<f64>> =
        months.iter().map(|month| month.told.kept_share().map(|kept| 1.0 - kept)).collect();
    let most = shares.iter().flatten().copied().fold(0.0, f64::max);
    let told = format!("Share broken by month: {name}, at most {}", number::percent(most));
    html! { @if most > 0.0 { (spark::line(&shares, most.max(0.02), &told)) } }
}

fn table(promises: &Promises) -> Markup {
    let segment = &promises.segment;
    let customers = |promise: &Promised| {
        let number = Number {
            counted: Counted::PromiseBroken,
            at: promise.id.clone(),
            to: String::new(),
            who: Who::All,
        };
        links::walked(&number, segment)
    };
    let table = html! {
        table.promises {
            thead { tr { @for (name, is_number) in HEAD { th.n[is_number] scope="col" { (name) } } } }
            tbody {
                @for promise in promises.promises.iter().filter(|promise| promise.rule.is_some()) {
                    @let Told { kept, broken, open } = promise.told;
                    tr {
                        th.name scope="row" { (promise.name) }
                        td { (promise.owner) }
                        td.n { (percent(&promise.told)) }
                        td.n data-promises { (number::count((kept + broken) as i64)) }
                        td.n { a href=(breaches::address(&promise.id, None, segment, 0)) { (number::count(broken as i64)) } }
                        td.n { a href=(customers(promise)) { (number::count(promise.broken_customers as i64)) } }
                        td.n data-promises { (number::count(open as i64)) }
                        td.trend { (trend(&promise.name, &promise.months)) }
                    }
                }
            }
        }
    };
    html! {
        (layout::scroller("Promises", &table))
        p.muted {
            "Promised: those settled by the end of the books. What is still open is not counted as kept. Each promise stands in the month in which it began. Promises are kept before they can be broken, so a month with open ones still looks better than it will."
        }
    }
}

fn departments(promises: &Promises) -> Markup {
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Department" }
                th.n scope="col" { "Kept" } th.n scope="col" { "Promised" } th.n scope="col" { "Broken" }
                th scope="col" { "Broken by month" }
            } }
            tbody {
                @for department in &promises.departments {
                    @let Told { kept, broken, .. } = department.told;
                    tr {
                        th scope="row" { (department.name) }
                        td.n { (percent(&department.told)) }
                        td.n data-promises { (number::count((kept + broken) as i64)) }
                        td.n data-promises { (number::count(broken as i64)) }
                        td.trend { (trend(&department.name, &department.months)) }
                    }
                }
            }
        }
    };
    html! { @if !promises.departments.is_empty() { h2 { "By department" } (layout::scroller("By department", &table)) } }
}

/// What we will and will not do, each line with its rule.
fn conduct(promises: &Promises) -> Markup {
    html! {
        h2 #conduct { "Code of conduct" }
        p.muted { "What we will and will not do, and how it is told whether we did." }
        ul.conduct {
            @for promise in &promises.promises {
                li {
                    strong { (promise.name) } " " span.muted { (promise.owner) }
                    @match &promise.rule {
                        Some(rule) => {
                            span.rule {
                                (rule) ". "
                                a href=(breaches::address(&promise.id, None, &promises.segment, 0)) { (percent(&promise.told)) " kept" }
                            }
                        },
                        None => { span.rule.muted { "Not yet measurable" } },
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view(promises: Promises) -> View {
        View { frame: samples::frame(), promises, segments: samples::segments() }
    }

    #[test]
    fn every_promise_has_its_rule_or_says_that_it_has_none_and_breaches_open() {
        let told = page(&view(samples::promises())).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Of what we promised in October 2026, we kept 75.0\u{a0}%; least of all “Parcels come <b> in time”".replace("<b>", "&lt;b&gt;").as_str()), "{told}");
        assert!(
            told.contains("Not yet measurable")
                && told.contains("After Delivery: Delivery (ok) within 4 days")
        );
        assert!(told.contains("/promises/breaches?promise=parcel"));
        assert!(told.contains("walk=promise_broken&amp;at=parcel"));
        assert!(told.contains("/promises/breaches?month=2026-10"));
    }

    #[test]
    fn without_promises_an_example_stands_there() {
        let none = Promises { promises: vec![], departments: vec![], months: vec![], ..samples::promises() };
        let told = page(&view(none)).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("No promise is set yet.") && told.contains("[[promise]]"));
    }

    #[test]
    fn the_example_can_be_copied() {
        let rest = "[[department]]\nid = \"support\"\nname = \"S\"\n[[stage]]\nid = \"s\"\nname = \"S\"\n[[touchpoint]]\nid = \"care\"\nname = \"C\"\nowner = \"support\"\nstage = \"s\"\n";
        let text = format!("[company]\nname = \"A\"\ncurrency = \"EUR\"\n{rest}{EXAMPLE}");
        let config = model::config::Config::parse(&text).expect("config");
        assert!(config.promises[0].rule(&config.touchpoints).is_some());
    }
}
