//! `/journey/steps?at=…`: what customers do before and after their first time at a touchpoint.

use crate::api::{self, Answer};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::{Counted, Number, Who, share};
use refresh::view::ways::{Around, Flow, Neighbour, Stop};
use report::map::Tone;
use report::number;
use report::steps::{Block, Ribbon, Steps};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The touchpoint's key; that with most customers when empty.
    pub at: Option<String>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The steps; none while there are no touchpoints.
    pub around: Option<Around>,
}

async fn read(hub: &Hub, asked: &Asked) -> Result<Option<View>, Failure> {
    let at = asked.at.as_deref().unwrap_or_default();
    let read = hub.at_one_edition(|| hub.reader.steps(at)).await?;
    Ok(read.map(|(edition, around)| View { frame: hub.frame(Some(edition)), around }))
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    Ok(match read(&hub, &asked).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Journey, "Steps"),
    })
}

/// `/api/v1/journey/steps?at=…`
pub(crate) async fn json(hub: Hub, asked: api::Wanted<Asked>) -> Answer {
    let Wants(asked) = asked?;
    let view = read(&hub, &asked).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "steps", &view.around))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Journey" }
            h1 { (view.around.as_ref().map_or_else(|| "Nothing has happened yet.".to_owned(), sentence)) }
        }
        div.controls {
            (super::tabs("/journey/steps"))
            @if let Some(around) = &view.around { (choice(around)) }
        }
        @if let Some(around) = &view.around { (told(around)) }
    };
    layout::page(&view.frame, Place::Journey, "Steps", &content)
}

/// Where most go next, and how many left without another step.
fn sentence(around: &Around) -> String {
    let percent = |customers: u64| number::percent(share(customers, around.at.customers).unwrap_or(0.0));
    let next = around.after.iter().find(|one| matches!(one.stop, Stop::Touchpoint { .. }));
    let left = around.after.iter().find(|one| one.stop == Stop::Left).map_or(0, |one| one.customers);
    let name = &around.at.name;
    match next {
        Some(one) => {
            let to = name_of(&one.stop);
            let to = if to == *name { format!("meet {to} again") } else { format!("go on to {to}") };
            let left = if left == 0 { String::new() } else { format!("; {} left", percent(left)) };
            format!("Straight after {name} {} {to}{left}.", percent(one.customers))
        }
        None => format!("After {name} nothing has happened; {} left.", percent(left)),
    }
}

fn choice(around: &Around) -> Markup {
    html! {
        form.filter method="get" action="/journey/steps" {
            label { "Around "
                select name="at" data-submit {
                    @for one in &around.choice {
                        option value=(one.id) selected[one.id == around.at.key] { (one.name) }
                    }
                }
            }
            button type="submit" { "Show" }
        }
    }
}

fn told(around: &Around) -> Markup {
    html! {
        figure.journey {
            (picture(around).picture())
            figcaption.legend {
                span { "Ribbon: customers, by their first time at " (around.at.name) }
                span.key.failed { "left" }
                span { "Other: touchpoints fewer went to" }
            }
        }
        (numbers(around))
        (neighbours("Just before", around, &around.before))
        (neighbours("Just after", around, &around.after))
    }
}

fn name_of(stop: &Stop) -> String {
    match stop {
        Stop::Touchpoint { name, .. } => name.clone(),
        Stop::Other => "Other".to_owned(),
        Stop::Before => "Nothing yet".to_owned(),
        Stop::Still => "Nothing since".to_owned(),
        Stop::Left => "Left".to_owned(),
    }
}

fn tone(stop: &Stop) -> Tone {
    if *stop == Stop::Left { Tone::Harm } else { Tone::Plain }
}

/// Blocks by column, those of most customers on top and those who are nowhere at the bottom.
fn picture(around: &Around) -> Steps {
    let mut places: BTreeMap<(i8, &Stop), (u64, u64)> = BTreeMap::new();
    for Flow { step, from, to, customers, .. } in &around.flows {
        places.entry((*step, from)).or_default().0 += customers;
        places.entry((step + 1, to)).or_default().1 += customers;
    }
    let mut places: Vec<((i8, &Stop), u64)> =
        places.into_iter().map(|(place, (out, into))| (place, out.max(into))).collect();
    places.sort_by_key(|((step, stop), customers)| {
        (*step, !matches!(stop, Stop::Touchpoint { .. }), std::cmp::Reverse(*customers), *stop)
    });
    let index = |step: i8, stop: &Stop| places.iter().position(|(place, _)| *place == (step, stop));
    let block = |((step, stop), customers): &((i8, &Stop), u64)| Block {
        step: *step,
        name: name_of(stop),
        customers: *customers,
        said: format!(
            "{} · {}",
            number::count(*customers as i64),
            number::percent(share(*customers, around.at.customers).unwrap_or(0.0))
        ),
        tone: if *step == 0 { Tone::Across } else { tone(stop) },
    };
    let ribbon = |flow: &Flow| {
        Some(Ribbon {
            from: index(flow.step, &flow.from)?,
            to: index(flow.step + 1, &flow.to)?,
            customers: flow.customers,
            tone: tone(&flow.to),
            spoken: format!(
                "{} → {}: {}",
                name_of(&flow.from),
                name_of(&flow.to),
                super::picture::customers(flow.customers)
            ),
            link: flow.number.as_ref().map(|number| links::walked(number, "")),
        })
    };
    Steps {
        heading: format!("Steps around {}", around.at.name),
        blocks: places.iter().map(block).collect(),
        ribbons: around.flows.iter().filter_map(ribbon).collect(),
        customers: around.at.customers,
    }
}

/// The touchpoint itself.
fn numbers(around: &Around) -> Markup {
    let at = &around.at;
    let cell = |name: &str, customers: u64, counted: Counted| {
        let number = Number { counted, at: at.key.clone(), to: String::new(), who: Who::All };
        html! {
            tr {
                th scope="row" { (name) }
                td.n { a href=(links::walked(&number, "")) { (number::count(customers as i64)) } }
                td.n { (number::percent(share(customers, at.customers).unwrap_or(0.0))) }
            }
        }
    };
    let table = html! {
        table {
            thead { tr { th scope="col" { "Customers" } th.n scope="col" { "How many" } th.n scope="col" { "Share" } } }
            tbody {
                (cell("were there", at.customers, Counted::Touchpoint))
                (cell("were failed there", at.failed, Counted::Failed))
                (cell("were there more than once", at.repeaters, Counted::Repeated))
                (cell("began there", at.starts, Counted::Start))
                (cell("were there last", at.ends, Counted::End))
            }
        }
    };
    html! {
        h2 { (at.name) @if !around.owner.is_empty() { span.muted { " · " (around.owner) } } }
        (layout::scroller(&at.name, &table))
    }
}

fn neighbours(title: &str, around: &Around, neighbours: &[Neighbour]) -> Markup {
    let span = |us: Option<f64>| us.map_or_else(|| "–".to_owned(), number::span);
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Where" } th.n scope="col" { "Customers" } th.n scope="col" { "Share" }
                th scope="col" { "Half within" } th scope="col" { "Nine of ten within" }
            } }
            tbody {
                @for one in neighbours {
                    tr {
                        th.name scope="row" {
                            @match &one.stop {
                                Stop::Touchpoint { key, name } => {
                                    a href=(links::address("/journey/steps", &[("at", key)])) { (name) }
                                },
                                other => { (name_of(other)) },
                            }
                        }
                        td.n { a href=(links::walked(&one.number, "")) { (number::count(one.customers as i64)) } }
                        td.n { (number::percent(share(one.customers, around.at.customers).unwrap_or(0.0))) }
                        td.when { (span(one.wait.median_us)) }
                        td.when { (span(one.wait.p90_us)) }
                    }
                }
            }
        }
    };
    html! {
        h2 { (title) }
        p.muted { "By the first time at " (around.at.name) "; waits are of every time that one follows the other." }
        (layout::scroller(title, &table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_number_and_ribbon_opens_its_customers_but_for_other() {
        let view = View { frame: samples::frame(), around: Some(samples::around()) };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains(
                "Straight after Delivery &lt;b&gt; 60.0\u{a0}% go on to Request for help; 25.0\u{a0}% left."
            ),
            "{told}"
        );
        assert!(told.contains("walk=flow&amp;at=delivery&amp;to=0%20%40delivery%20left"), "{told}");
        let ribbons = told.matches("class=\"ribbon").count();
        let linked = told.split("<a class=\"link\"").count() - 1;
        assert_eq!((ribbons, linked), (10, 9), "six flows wide, four of them narrow; one from other");
    }

    #[test]
    fn before_anything_happened_the_page_says_so() {
        let told = page(&View { frame: samples::frame(), around: None }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nothing has happened yet."));
    }
}
