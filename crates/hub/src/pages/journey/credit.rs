//! `/journey/credit`: how touchpoints share in the purchases at the end of walks.

use crate::api::{self, Answer};
use crate::error::Failure;
use crate::layout::{self, Frame, Place};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::view::journey::share;
use refresh::view::paths::Aim;
use refresh::view::ways::Credit;
use report::number;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// First purchases, then further ones.
    pub credits: Vec<Credit>,
}

async fn read(hub: &Hub) -> Result<Option<View>, Failure> {
    let read = hub.at_one_edition(|| hub.reader.credit()).await?;
    Ok(read.map(|(edition, credits)| View { frame: hub.frame(Some(edition)), credits }))
}

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    Ok(match read(&hub).await? {
        Some(view) => page(&view),
        None => layout::no_edition(&hub.frame(None), Place::Journey, "Credit"),
    })
}

/// `/api/v1/journey/credit`
pub(crate) async fn json(hub: Hub) -> Answer {
    let view = read(&hub).await?.ok_or_else(api::unpublished)?;
    let edition = view.frame.edition.ok_or_else(api::unpublished)?;
    Ok(api::told(&edition, "credit", &view.credits))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead {
            p.eyebrow { "Journey" }
            h1 { (sentence(&view.credits)) }
            p.summary.muted { "Credit, not cause: who was on the way to a purchase, not who brought it about." }
        }
        div.controls { (super::tabs("/journey/credit")) }
        @for credit in view.credits.iter().filter(|credit| credit.bought > 0) { (told(view, credit)) }
        p.muted {
            "Shapley values share each purchase equally among the touchpoints met before it. Removal asks how many purchases would not have been reached if every walk through the touchpoint had ended there, and shares all purchases in that proportion."
        }
    };
    layout::page(&view.frame, Place::Journey, "Credit", &content)
}

fn sentence(credits: &[Credit]) -> String {
    let Some(first) = credits.iter().find(|credit| credit.bought > 0) else {
        return "Nobody has bought anything yet.".to_owned();
    };
    let of = if first.aim == Aim::FirstPurchase { "first purchases" } else { "further purchases" };
    match first.rows.first() {
        None => format!("No touchpoint lies before any of the {of}."),
        Some(top) => format!(
            "{} was on the way most: its share is {} of {} {of}.",
            top.name,
            number::percent(top.shapley / first.bought as f64),
            number::count(first.bought as i64)
        ),
    }
}

fn told(view: &View, credit: &Credit) -> Markup {
    let title = if credit.aim == Aim::FirstPurchase { "First purchases" } else { "Further purchases" };
    let whole = |part: f64| number::count(part.round() as i64);
    let table = html! {
        table {
            thead { tr {
                th scope="col" { "Touchpoint" } th scope="col" { "Department" }
                th.n scope="col" { "Purchases, Shapley" } th.n scope="col" { "Value" }
                th.n scope="col" { "Purchases, removal" } th.n scope="col" { "Lost without it" }
            } }
            tbody {
                @for row in &credit.rows {
                    tr {
                        th.name scope="row" { a href=(links::address("/journey/steps", &[("at", &row.key)])) { (row.name) } }
                        td { (row.owner) }
                        td.n data-part { (whole(row.shapley)) }
                        td.n data-money { (view.frame.money(row.shapley_minor.round() as i64)) }
                        td.n data-part { (whole(row.markov)) }
                        td.n { (number::percent(row.removal)) }
                    }
                }
                tr.rest {
                    th.name scope="row" { "None met before it" }
                    td {}
                    td.n data-part { (number::count(credit.direct as i64)) }
                    td.n data-money { (view.frame.money(credit.direct_minor)) }
                    td.n data-part { (number::count(credit.direct as i64)) }
                    td.n { "–" }
                }
            }
        }
    };
    html! {
        h2 { (title) }
        p.muted {
            (number::counted(credit.bought as usize, "purchase", "purchases")) "; before "
            (number::percent(share(credit.direct, credit.bought).unwrap_or(0.0))) " of them no touchpoint was met."
        }
        (layout::scroller(title, &table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn credit_is_told_as_such_and_adds_up_to_all_purchases() {
        let told = page(&View { frame: samples::frame(), credits: samples::credits() }).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("Visit was on the way most: its share is 60.0\u{a0}% of 100 first purchases."),
            "{told}"
        );
        assert!(told.contains("Credit, not cause") && told.contains("None met before it"));
        assert_eq!(told.matches("<table").count(), 1, "nobody bought again");
    }

    #[test]
    fn before_anybody_bought_the_page_says_so() {
        let told = page(&View { frame: samples::frame(), credits: vec![] }).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("Nobody has bought anything yet."));
    }
}
