//! `/journey/designed`: how many customers walk as designed, and where the others deviate.

use crate::api::{self, Answer};
use crate::error::Failure;
use crate::layout::{self, Frame, Place};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::{Counted, Number, Who, share};
use refresh::view::ways::{Designed, Deviation};
use report::number;

/// Deviations listed.
const DEVIATIONS: usize = 30;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// None without a design.
    pub designed: Option<Designed>,
}

async fn read(hub: &Hub) -> Result<Option<View>, Failure> {
    let read = hub.at_one_edition(|| hub.reader.designed()).await?;
    Ok(read.map(|(edition, designed)| View { frame: hub.frame(Some(edition)), designed }))
}

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    Ok(match read(&hub).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Journey, "As designed"),
    })
}

/// `/api/v1/journey/designed`
pub(crate) async fn json(hub: Hub) -> Answer {
    let view = read(&hub).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "designed", &view.designed))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Journey" }
            h1 { (view.designed.as_ref().map_or_else(|| "No journey is designed yet.".to_owned(), sentence)) }
        }
        div.controls { (super::tabs("/journey/designed")) }
        @match &view.designed {
            None => {
                (layout::empty("Write how customers are meant to walk into kept.toml, then refresh:", ""))
                pre { "[journey]\ndesigned = \"visit*, (order, delivery, review?)+\"" }
                p.muted {
                    "Touchpoints by their id; , one after the other, | one of them, & all in any order, ? perhaps, + once or more, * any number of times."
                }
            },
            Some(designed) => { (told(designed)) },
        }
    };
    layout::page(&view.frame, Place::Journey, "As designed", &content)
}

fn sentence(designed: &Designed) -> String {
    let percent = |part: u64| number::percent(share(part, designed.compared).unwrap_or(0.0));
    let walked = percent(designed.as_designed);
    match designed.deviations.first() {
        _ if designed.compared == 0 => "Nobody has walked yet.".to_owned(),
        None => "Every customer walks as designed.".to_owned(),
        Some(first) => format!(
            "{walked} of customers walk as designed; most often they {} {}, {} of them.",
            if first.skipped { "pass over" } else { "also meet" },
            first.name,
            percent(first.customers)
        ),
    }
}

fn told(designed: &Designed) -> Markup {
    let link = |counted, at: &str| {
        links::walked(&Number { counted, at: at.to_owned(), to: String::new(), who: Who::All }, "")
    };
    let all = designed.compared + designed.passed_over;
    let row = |one: &Deviation| {
        let counted = if one.skipped { Counted::Skipped } else { Counted::Unplanned };
        html! {
            tr {
                th.name scope="row" { a href=(links::address("/journey/steps", &[("at", &one.key)])) { (one.name) } }
                td { (one.owner) }
                td { @if one.skipped { "passed over" } @else { "met where not designed" } }
                td.n { a href=(link(counted, &one.key)) { (number::count(one.customers as i64)) } }
                td.n { (number::percent(share(one.customers, designed.compared).unwrap_or(0.0))) }
            }
        }
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Touchpoint" } th scope="col" { "Department" } th scope="col" { "Deviation" }
                th.n scope="col" { "Customers" } th.n scope="col" { "Share" }
            } }
            tbody { @for one in designed.deviations.iter().take(DEVIATIONS) { (row(one)) } }
        }
    };
    html! {
        p { code { (designed.line) } }
        p {
            a href=(link(Counted::AsDesigned, "")) { (super::picture::customers(designed.as_designed)) }
            " walked so. "
            @if let Some(fitness) = designed.fitness {
                "The others differ in few steps or many: the mean fitness is " (number::percent(fitness)) ". "
            }
            "Compared were " (number::percent(share(designed.compared, all).unwrap_or(0.0))) " of customers"
            @if designed.passed_over > 0 { "; the ways of the others are too long or too rare" } ". "
            @if designed.strict { "Touchpoints that the design does not name are deviations." }
            @else { "Touchpoints that the design does not name are passed over." }
            " " a href="/journey?designed=yes" { "Show it on the map" } "."
        }
        @if !designed.deviations.is_empty() {
            h2 { "Where they deviate" }
            p.muted { "By the fewest steps passed over or met in addition that lead from the design to what happened; a customer counts once a row." }
            (layout::scroller("Where they deviate", &table))
            @if designed.deviations.len() > DEVIATIONS {
                p.muted { (designed.deviations.len() - DEVIATIONS) " further deviations of fewer customers are not listed." }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn deviations_open_their_customers() {
        let told = page(&View { frame: samples::frame(), designed: Some(samples::designed()) }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("80.0\u{a0}% of customers walk as designed; most often they pass over Review &lt;b&gt;, 15.0\u{a0}% of them."), "{told}");
        assert!(told.contains("walk=skipped&amp;at=review") && told.contains("walk=unplanned&amp;at=help"));
        assert!(told.contains("walk=as_designed") && told.contains("too long or too rare"));
    }

    #[test]
    fn without_a_design_the_page_says_how_to_write_one() {
        let told = page(&View { frame: samples::frame(), designed: None }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("[journey]") && told.contains("designed = "));
    }
}
