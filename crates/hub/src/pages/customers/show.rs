//! `/customers/ID`: one customer's whole life, why its records are one customer, and its ledger.

use super::{ledger, life, shown_name, state};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::asset::why_told;
use crate::{Hub, links};
use axum::extract::Path;
use maud::{Markup, html};
use model::config::Department;
use refresh::view::CustomerLife;
use refresh::view::asset::CustomerWorth;
use refresh::view::segments::{Split, chosen, value_of};
use report::{calendar, number};
use serde::Deserialize;

/// Events shown until more are asked for, and at most.
const EVENTS: usize = 300;
pub(super) const MOST_EVENTS: usize = 5_000;

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Events to show.
    pub events: Option<usize>,
}

impl Asked {
    /// Events to read.
    pub(crate) fn limit(&self) -> usize {
        self.events.unwrap_or(EVENTS).min(MOST_EVENTS)
    }
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// The customer.
    pub life: CustomerLife,
    /// Ways of splitting the customers.
    pub splits: Vec<Split>,
    /// Department ids and names, in the order of the lanes.
    pub departments: Vec<(String, String)>,
}

pub(crate) async fn get(
    hub: Hub,
    Path(id): Path<String>,
    Wants(asked): Wants<Asked>,
) -> Result<Markup, Failure> {
    let read = hub
        .at_one_edition(|| async {
            Ok((hub.reader.customer(&id, asked.limit()).await?, hub.reader.splits().await?))
        })
        .await?;
    let Some((edition, (life, splits))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Customers, "Customers"));
    };
    let life = life.ok_or_else(|| nobody(&id))?;
    hub.saw(&format!("customer:{}", life.row.id), "").await?;
    let departments = hub.reader.company().departments.iter().map(named).collect();
    Ok(page(&View { frame: hub.frame(Some(edition)), life, splits, departments }))
}

/// There is no customer of that id.
pub(crate) fn nobody(id: &str) -> Failure {
    Failure::missing(
        format!("There is no customer {id}."),
        "Ids are never reused, so this one was mistyped or its customer was erased. Search by name or e-mail under Customers.",
    )
}

fn named(department: &Department) -> (String, String) {
    (department.id.get_ref().clone(), department.name.clone())
}

/// The page.
pub fn page(view: &View) -> Markup {
    let name = shown_name(&view.life.row);
    let content = html! {
        div.lead {
            p.eyebrow { a href="/customers" { "Customers" } " · " span.code { (view.life.row.id) } " · " (state(view.life.row.active)) }
            h1 { bdi { (name) } }
            p.summary { (sentence(view)) }
            (view.frame.unseen())
            @if let Some(from) = &view.life.redirected_from {
                p.notice { "You asked for " span.code { (from) } ", which was found to be the same customer." }
            }
        }
        (facts(view))
        (life::section(view))
        (ledger::records(&view.life))
        (ledger::merges(&view.frame, &view.life))
        (ledger::postings(view))
    };
    layout::page(&view.frame, Place::Customers, name, &content)
}

/// Since when, worth what.
fn sentence(view: &View) -> String {
    let life = &view.life;
    let Some(gained) = life.gained_on else {
        return "Known, but never active: no purchase and no subscription yet.".to_owned();
    };
    let since = format!("Customer since {}", calendar::day(gained));
    let end = match (life.row.active, life.lost_on) {
        (false, Some(lost)) => format!(", lost on {}", calendar::day(lost)),
        (true, Some(lost)) => format!(", lost on {} and won back", calendar::day(lost)),
        _ => String::new(),
    };
    let purchases = number::counted(life.purchases as usize, "purchase", "purchases");
    format!("{since}{end}: {purchases}, {} net.", view.frame.money(life.net_minor))
}

fn facts(view: &View) -> Markup {
    let (life, row) = (&view.life, &view.life.row);
    let day = |day: Option<model::Day>| day.map_or_else(|| "–".to_owned(), calendar::day);
    html! {
        dl.facts {
            div { dt { (layout::defined("Value", "value")) } dd { (view.frame.money(row.value_minor)) } }
            div { dt { "Net, ever" } dd { (view.frame.money(life.net_minor)) } }
            div { dt { "Purchases" } dd { (number::count(i64::from(life.purchases))) } }
            div { dt { (layout::defined("Gained", "gained")) } dd { (day(life.gained_on)) } }
            div { dt { (layout::defined("Lost", "lost")) } dd { (day(life.lost_on)) } }
            @if let Some(worth) = &life.worth { (expected(view, worth)) }
            @for segment in &row.segments {
                div { dt { (split_name(view, segment)) } dd {
                    a href=(links::address("/customers", &[("segment", segment)])) { bdi { (value_of(segment)) } }
                } }
            }
            div { dt { "E-mail" } dd.mail { bdi { (if row.email.is_empty() { "–" } else { &row.email }) } } }
        }
    }
}

/// What the split of a segment is called.
fn split_name<'a>(view: &'a View, segment: &'a str) -> &'a str {
    chosen(&view.splits, "", segment).map_or("Segment", |split| &split.name)
}

/// What models say of the customer; apart from what the books say.
fn expected(view: &View, worth: &CustomerWorth) -> Markup {
    let minor = |of: Option<(f64, i64)>| of.map(|(_, minor)| minor);
    let both = minor(worth.bg_nbd).zip(minor(worth.pareto_nbd));
    let one = minor(worth.bg_nbd).or(minor(worth.pareto_nbd));
    html! {
        @if let Some((bg, pareto)) = both {
            div { dt { (layout::defined("Expected worth", "customer_equity")) } dd { (view.frame.money(bg.min(pareto))) " – " (view.frame.money(bg.max(pareto))) } }
        } @else if let Some(minor) = one {
            div { dt { (layout::defined("Expected worth", "customer_equity")) } dd { (view.frame.money(minor)) } }
        }
        @if let Some(minor) = worth.contract_minor {
            div { dt { (layout::defined("Expected payments", "contract_equity")) } dd { (view.frame.money(minor)) } }
        }
        @if let Some(why) = worth.fading {
            div { dt { (layout::defined("Fading", "fading")) } dd { (why_told(why))
                @if let Some((silent, limit)) = worth.silent_days.zip(worth.limit_days) {
                    span.muted { " (" (number::count(i64::from(silent))) " days, usual " (number::count(limit.round() as i64)) ")" }
                }
            } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    pub(crate) fn view() -> View {
        let departments = [("sales", "Sales"), ("fulfilment", "Fulfilment"), ("support", "Support")];
        View {
            frame: samples::frame(),
            life: samples::life(),
            splits: samples::splits(),
            departments: departments.map(|(id, name)| (id.to_owned(), name.to_owned())).to_vec(),
        }
    }

    #[test]
    fn a_life_shows_its_events_records_reasons_and_ledger() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for part in [
            "Customer since 2\u{a0}Feb\u{a0}2024, lost on 1\u{a0}Oct\u{a0}2026: 9\u{a0}purchases",
            "Why these records are one customer",
            "weighed evidence",
            "<td class=\"n\">+8.2</td>",
            "/data/identity/explain?a=shop%3A8812&amp;b=helpdesk%3Au-31\"",
            "/data/identity/explain?a=shop%3A8812&amp;b=helpdesk%3Au-31#decide\"",
            "Merge with another record",
            "Fulfilment",
            "href=\"#e-1\"",
            "id=\"e-1\"",
            "Won back",
            "&lt;b&gt;late&lt;/b&gt;",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
    }

    #[test]
    fn what_models_expect_stands_beside_what_the_books_say() {
        use refresh::view::asset::Why;
        let mut view = view();
        let told = |view: &View| page(view).into_string().replace('\u{a0}', " ");
        assert!(!told(&view).contains("Expected worth"));
        view.life.worth = Some(CustomerWorth {
            bg_nbd: Some((0.4, 12_300)),
            pareto_nbd: Some((0.3, 9_900)),
            contract_minor: Some(5_000),
            silent_days: Some(131),
            limit_days: Some(90.2),
            fading: Some(Why::Both),
        });
        let said = told(&view);
        samples::assert_safe(&said);
        for part in ["€ 99.00 – € 123.00", "€ 50.00", "silent, and likely gone", "131 days, usual 90"]
        {
            assert!(said.contains(part), "{part}\n{said}");
        }
        view.life.worth = Some(CustomerWorth { pareto_nbd: Some((0.3, 9_900)), ..CustomerWorth::default() });
        assert!(told(&view).contains("€ 99.00") && !told(&view).contains("silent, and"));
    }

    #[test]
    fn a_cut_life_says_how_much_it_left_out() {
        let mut view = view();
        view.life.events_total = 4_321;
        let told = page(&view).into_string();
        assert!(
            told.contains("The latest 23 of 4,321 events are shown; 4,298 earlier ones are left out")
                && told.contains("?events=4321"),
            "{told}"
        );
    }

    #[test]
    fn someone_known_only_by_name_still_has_a_page() {
        let mut view = view();
        let life = &mut view.life;
        (life.gained_on, life.lost_on) = (None, None);
        life.events.clear();
        life.merges.clear();
        life.postings.clear();
        (life.events_total, life.redirected_from) = (0, Some("K-OLD".into()));
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("never active") && told.contains("K-OLD") && told.contains("No event is known")
        );
    }

    #[test]
    fn nobody_is_told_kindly() {
        assert_eq!(nobody("x").status.as_u16(), 404);
        assert_eq!(Asked { events: Some(1_000_000) }.limit(), MOST_EVENTS);
    }
}
