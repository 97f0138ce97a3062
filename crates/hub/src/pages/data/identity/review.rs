//! `/data/identity`: pairs that wait for a person, side by side, and identity at a glance.

use super::{Asked, DECISIONS, LISTED, MODEL, PATH, Said, compare, form, overview, words};
use crate::error::{Failure, Wants};
use crate::layout::{self, Frame, Place};
use crate::pages::data::{count, sentence};
use crate::{Hub, links};
use maud::{Markup, html};
use refresh::decisions::Verdict;
use refresh::view::Page;
use refresh::view::identity::{IdentityStatus, Waiting};
use report::{evidence, number};

/// Pairs on one page.
const LIMIT: usize = 10;

/// What the page shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Around the page.
    pub frame: Frame,
    /// At a glance.
    pub status: IdentityStatus,
    /// Pairs that wait.
    pub waiting: Page<Waiting>,
    /// Pairs skipped.
    pub offset: usize,
    /// What was just done.
    pub said: Option<Said>,
}

pub(crate) async fn get(hub: Hub, Wants(asked): Wants<Asked>) -> Result<Markup, Failure> {
    let offset = asked.offset.unwrap_or(0);
    let read = hub
        .at_one_edition(|| async {
            Ok((hub.reader.identity(LISTED).await?, hub.reader.waiting(offset, LIMIT).await?))
        })
        .await?;
    let Some((edition, (status, waiting))) = read else {
        return Ok(layout::no_edition(&hub.frame(None), Place::Data, "Identity"));
    };
    hub.saw("review", &format!("{} pairs, {} customers", waiting.rows.len(), status.largest.rows.len()))
        .await?;
    let said = Said::of(asked.said.as_deref());
    Ok(page(&View { frame: hub.frame(Some(edition)), status, waiting, offset, said }))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let status = &view.status;
    let content = html! {
        @if view.said.is_none() && status.not_yet_counted > 0 { (not_yet_counted(status.not_yet_counted)) }
        (facts(status))
        section { h2 { "Pairs that wait for a decision" } (queue(view)) }
        (overview::sections(status))
    };
    super::page(&view.frame, PATH, view.said, &told(view), &content)
}

fn told(view: &View) -> String {
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    let records = number::counted(size(view.status.records), "record is", "records are");
    let customers = number::counted(size(view.status.customers), "customer", "customers");
    let waiting = number::counted(view.waiting.total, "pair waits", "pairs wait");
    sentence(&format!("{records} {customers}; {waiting} for a decision."))
}

fn not_yet_counted(decisions: u64) -> Markup {
    let told = usize::try_from(decisions).unwrap_or(usize::MAX);
    html! {
        p.notice {
            a href=(DECISIONS) { (number::counted(told, "decision", "decisions")) }
            @if decisions == 1 { " counts" } @else { " count" }
            " only from the next refresh on. Run " code { "kept refresh" } " in the home folder."
        }
    }
}

fn facts(status: &IdentityStatus) -> Markup {
    let per_customer = status.records as f64 / status.customers.max(1) as f64;
    html! {
        dl.facts {
            div { dt { "Records" } dd { (count(status.records)) } }
            div { dt { "Customers" } dd { a href="/customers" { (count(status.customers)) } } }
            div { dt { "Records per customer" } dd { (format!("{per_customer:.2}")) } }
            div { dt { "Decisions in force" } dd { a href=(DECISIONS) { (count(status.decided)) } } }
            div { dt { "Model" } dd { a href=(MODEL) { @if let Some(model) = &status.model { span.code { (model.version) } } @else { "none yet" } } } }
        }
    }
}

fn queue(view: &View) -> Markup {
    let waiting = &view.waiting;
    let most = compare::most(waiting.rows.iter().map(|pair| &pair.comparison));
    html! {
        @if waiting.total == 0 {
            (layout::empty("No pair waits: every two records that look alike are clearly one customer or clearly two. New doubts appear here after a refresh.", ""))
        } @else {
            p { "Kept joins nobody it is not sure of. Surest first; each answer counts for every refresh to come, and can be undone." }
            @for pair in &waiting.rows { (card(pair, most, view.offset)) }
        }
        (layout::pager(view.offset, waiting.rows.len(), waiting.total, LIMIT, &address))
    }
}

fn address(offset: usize) -> String {
    let offset = if offset == 0 { String::new() } else { offset.to_string() };
    links::address(PATH, &[("offset", &offset)])
}

fn card(pair: &Waiting, most: f64, offset: usize) -> Markup {
    let comparison = &pair.comparison;
    let (a, b) = (compare::name(&comparison.a), compare::name(&comparison.b));
    html! {
        article.card.waiting {
            div.side {
                (compare::table(comparison, most))
                (compare::whole(comparison))
            }
            div.verdict {
                h3 { (words::doubt_name(&pair.doubt)) }
                p { (words::doubt(&pair.doubt)) }
                p.chance { strong { (evidence::chance(comparison.probability)) } " " (words::chance(comparison.probability)) }
                ul.links {
                    li { a href=(links::explain(&a, &b)) { "The evidence, " (evidence::bits(comparison.weight.into())) " bits" } }
                    li { (whose(&pair.customer_a, &a, pair.records.0)) }
                    li { (whose(&pair.customer_b, &b, pair.records.1)) }
                }
                (form::decision(&a, &b, &address(offset), &[Verdict::Same, Verdict::Different]))
            }
        }
    }
}

/// A link to the customer of one of the two.
fn whose(id: &str, record: &str, records: u32) -> Markup {
    let told = number::counted(records as usize, "record", "records");
    html! { a href=(links::customer(id)) { "Customer of " bdi { (record) } ", " (told) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    fn view() -> View {
        View {
            frame: samples::frame(),
            status: samples::identity(),
            waiting: samples::waiting(),
            offset: 10,
            said: None,
        }
    }

    #[test]
    fn the_queue_shows_both_sides_the_doubt_and_the_way_to_decide() {
        let told = page(&view()).into_string();
        samples::assert_safe(&told);
        for part in [
            "<h1>30,308\u{a0}records are 8,016\u{a0}customers; 12\u{a0}pairs wait for a decision.</h1>",
            "2\u{a0}decisions</a> count only from the next refresh",
            "name=\"verdict\" value=\"same\"",
            "name=\"verdict\" value=\"different\"",
            "name=\"back\" value=\"/data/identity?offset=10\"",
            "/data/identity/explain?a=shop%3A8812&amp;b=helpdesk%3Au-31",
            "81.3\u{a0}%</strong> likely one customer",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
            "one slip apart",
        ] {
            assert!(told.contains(part), "{part}\n{told}");
        }
        assert_eq!(told.matches("class=\"decide\"").count(), view().waiting.rows.len());
        assert_eq!(
            told.matches(" required ").count(),
            view().waiting.rows.len(),
            "no answer without a reason"
        );
    }

    #[test]
    fn what_was_just_decided_is_confirmed_once() {
        let told = page(&View { said: Some(Said::Different), ..view() }).into_string();
        samples::assert_safe(&told);
        assert_eq!(told.matches("class=\"notice\"").count(), 1);
        assert!(told.contains("Noted: the two records are two customers."), "{told}");
    }

    #[test]
    fn an_empty_queue_is_good_news() {
        let mut view = View { offset: 0, said: None, ..view() };
        view.waiting = Page { total: 0, rows: Vec::new() };
        view.status.sizes.clear();
        view.status.largest = Page { total: 0, rows: Vec::new() };
        view.status.generic = Page { total: 0, rows: Vec::new() };
        view.status.model = None;
        view.status.not_yet_counted = 0;
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("no\u{a0}pairs wait") || told.contains("no pairs wait"), "{told}");
        assert!(
            told.contains("No pair waits:") && told.contains("none yet") && !told.contains("next refresh on")
        );
    }

    #[test]
    fn values_that_identify_nobody_say_how_many_are_left_out() {
        let told = page(&view()).into_string();
        assert!(
            told.contains("+49 30 1234567")
                && told.contains("and 3 more; all of them with <code>kept identity status --limit 5</code>"),
            "{told}"
        );
    }
}
