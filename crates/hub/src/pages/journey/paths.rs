//! `/journey/paths`: the ways to a first purchase, to the next one, and to leaving, those walked most and those worth most.

use crate::api::{self, Answer};
use crate::error::Failure;
use crate::layout::{self, Frame, Place};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::{Counted, Number, Who, share};
use refresh::view::paths::{Aim, Goal, Way};
use report::number;

/// Steps of a path that are written out.
const STEPS: usize = 9;
/// Paths listed of each kind.
const PATHS: usize = 10;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The paths by aim.
    pub goals: Vec<Goal>,
}

async fn read(hub: &Hub) -> Result<Option<View>, Failure> {
    let read = hub.at_one_edition(|| hub.reader.paths()).await?;
    Ok(read.map(|(edition, goals)| View { frame: hub.frame(Some(edition)), goals }))
}

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    Ok(match read(&hub).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Journey, "Paths"),
    })
}

/// `/api/v1/journey/paths`
pub(crate) async fn json(hub: Hub) -> Answer {
    let view = read(&hub).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "paths", &view.goals))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Journey" }
            h1 { (sentence(&view.goals)) }
        }
        div.controls { (super::tabs("/journey/paths")) }
        @for goal in &view.goals { (told(view, goal)) }
        p.muted {
            "A path holds the touchpoints between two purchases, before the first, or after the last; a customer walks one for each. Reached so: of all walks that held exactly these steps when they ended or the books did, those that ended here."
        }
    };
    layout::page(&view.frame, Place::Journey, "Paths", &content)
}

/// How often the first purchase and the next are reached, and how a path mostly ends in leaving.
fn sentence(goals: &[Goal]) -> String {
    let of = |aim: Aim| goals.iter().find(|goal| goal.aim == aim).filter(|goal| goal.begun > 0);
    let percent = |goal: &Goal| number::percent(share(goal.reached, goal.begun).unwrap_or(0.0));
    match (of(Aim::FirstPurchase), of(Aim::NextPurchase), of(Aim::Leaving)) {
        (Some(first), Some(next), Some(leaving)) => format!(
            "{} of customers come to a first purchase; of all purchases {} lead to the next and {} to leaving.",
            percent(first),
            percent(next),
            percent(leaving)
        ),
        _ => "Nobody has bought anything yet.".to_owned(),
    }
}

const fn title(aim: Aim) -> &'static str {
    match aim {
        Aim::FirstPurchase => "To the first purchase",
        Aim::NextPurchase => "From a purchase to the next",
        Aim::Leaving => "From a purchase to leaving",
    }
}

fn told(view: &View, goal: &Goal) -> Markup {
    html! {
        h2 { (title(goal.aim)) }
        p.muted {
            (number::counted(goal.reached as usize, "walk", "walks")) " of " (number::count(goal.begun as i64)) " reached it."
        }
        @if !goal.frequent.is_empty() {
            h3 { "Walked most" }
            (table(view, goal, &goal.frequent, &format!("{}, walked most", title(goal.aim))))
        }
        @if !goal.valuable.is_empty() {
            h3 { "Worth most" }
            (table(view, goal, &goal.valuable, &format!("{}, worth most", title(goal.aim))))
        }
    }
}

fn table(view: &View, goal: &Goal, ways: &[Way], name: &str) -> Markup {
    let is_bought = goal.aim != Aim::Leaving;
    let link = |way: &Way| {
        let to = if is_bought { "bought" } else { "left" }.to_owned();
        links::walked(&Number { counted: Counted::Path, at: way.key.clone(), to, who: Who::All }, "")
    };
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Path" }
                th.n scope="col" { "Customers" } th.n scope="col" { "Walks" } th.n scope="col" { "Steps" }
                th scope="col" { "Mean time" } th.n scope="col" { "Reached so" }
                @if is_bought { th.n scope="col" { "Brought" } }
                th scope="col" { "Example" }
            } }
            tbody {
                @for way in ways.iter().take(PATHS) {
                    tr {
                        th.name.way scope="row" { (steps(way)) }
                        td.n { a href=(link(way)) { (number::count(way.customers as i64)) } }
                        td.n data-walks { (number::count(way.walks as i64)) }
                        td.n data-steps { (way.steps.len()) }
                        td.when { (number::span(way.mean_us)) }
                        td.n { (number::percent(way.share)) }
                        @if is_bought { td.n data-money { (view.frame.money(way.value_minor)) } }
                        td.when { @if !way.example.is_empty() { a href=(links::customer(&way.example)) { "One of them" } } }
                    }
                }
            }
        }
    };
    layout::scroller(name, &table)
}

fn steps(way: &Way) -> Markup {
    let shown = way.steps.iter().take(STEPS).map(String::as_str).collect::<Vec<_>>().join(" → ");
    html! {
        @if way.steps.is_empty() { span.muted { "Nothing between" } } @else { (shown) }
        @if way.steps.len() > STEPS { span.muted { " … and " (way.steps.len() - STEPS) " more" } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_path_opens_its_customers_and_an_example() {
        let told = page(&View { frame: samples::frame(), goals: samples::goals() }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("80.0\u{a0}% of customers come to a first purchase"), "{told}");
        assert!(told.contains("walk=path&amp;at=0f0f&amp;to=bought") && told.contains("to=left"));
        assert!(told.contains("Nothing between") && told.contains("… and 3 more"));
        assert_eq!(told.matches("Worth most").count(), 2, "leaving is worth nothing");
    }

    #[test]
    fn before_anybody_bought_the_page_says_so() {
        let told = page(&View { frame: samples::frame(), goals: vec![] }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nobody has bought anything yet."));
    }
}
