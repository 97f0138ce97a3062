//! What surrounds every page: head, navigation, the edition it was made from; and parts that pages share.

use crate::{assets, links};
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use model::Currency;
use refresh::view::Edition;
use report::{calendar, number};

/// What every page is told with.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The company's name.
    pub company: String,
    /// The currency of the books.
    pub currency: Currency,
    /// The zone in which days are cut.
    pub zone: TimeZone,
    /// The edition everything on the page comes from.
    pub edition: Option<Edition>,
}

impl Frame {
    /// Minor units as `€ 12,300.50`.
    pub fn money(&self, minor: i64) -> String {
        number::money(minor, self.currency)
    }
}

/// Where in the navigation a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The statement.
    Statement,
    /// Why customers leave.
    Reasons,
    /// Customers and one customer.
    Customers,
    /// What customers live through.
    Journey,
    /// The scorecard of touchpoints.
    Scorecard,
    /// Promises and breaches.
    Promises,
    /// Everything under data.
    Data,
    /// Outside the navigation.
    Nowhere,
}

/// A whole page.
pub fn page(frame: &Frame, place: Place, title: &str, content: &Markup) -> Markup {
    shell(&frame.company, place, title, content, &edition(frame))
}

/// A whole page outside any edition.
pub fn bare_page(title: &str, content: &Markup) -> Markup {
    shell("", Place::Nowhere, title, content, &html! {})
}

fn shell(company: &str, place: Place, title: &str, content: &Markup, foot: &Markup) -> Markup {
    let places = [
        (Place::Statement, "/", "Statement"),
        (Place::Reasons, "/reasons", "Reasons"),
        (Place::Customers, "/customers", "Customers"),
        (Place::Journey, "/journey", "Journey"),
        (Place::Scorecard, "/scorecard", "Scorecard"),
        (Place::Promises, "/promises", "Promises"),
        (Place::Data, "/data", "Data"),
    ];
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · " @if company.is_empty() { "Kept" } @else { (company) } }
                link rel="icon" href=(assets::icon()) type="image/svg+xml";
                link rel="stylesheet" href=(assets::style());
                script src=(assets::script()) type="module" {}
            }
            body {
                a.skip href="#content" { "Skip to content" }
                header.top {
                    a.brand href="/" { "Kept" }
                    nav aria-label="Main" {
                        @for (other, href, name) in places {
                            a href=(href) aria-current=[(other == place).then_some("page")] { (name) }
                        }
                    }
                    span.company { bdi { (company) } }
                }
                main #content tabindex="-1" { (content) }
                footer.edition { (foot) }
            }
        }
    }
}

/// `Edition 3 · books to 31 Oct 2026 · published …`
fn edition(frame: &Frame) -> Markup {
    let Some(edition) = &frame.edition else {
        return html! { p { "No edition" } };
    };
    html! {
        p {
            a href="/data/editions" { "Edition " (edition.edition) }
            " · books to " (calendar::day(edition.as_of))
            " · published " (calendar::minute(edition.at_us, &frame.zone))
            " · money in " (frame.currency)
        }
    }
}

/// The page before the first edition: what to run.
pub fn no_edition(frame: &Frame, place: Place, title: &str) -> Markup {
    let content = html! {
        div.lead { h1 { "Nothing is published yet." } }
        p { "Kept shows editions: everything read from your silos, put together and checked. To make the first one, run in the home folder:" }
        pre.command { code { "kept import\nkept refresh" } }
        p { "Then load this page again. " a href="/data" { "See which silos are set up" } "." }
    };
    page(frame, place, title, &content)
}

/// An empty list with its next step; `command` may be empty.
pub fn empty(what: &str, command: &str) -> Markup {
    html! {
        div.empty {
            p { (what) }
            @if !command.is_empty() { pre.command { code { (command) } } }
        }
    }
}

/// A table that scrolls inside itself, reachable by keyboard, with a name for readers.
pub fn scroller(name: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(name) { (table) } }
}

/// Which part of a list is shown, and the way to the parts before and after. `link` makes the address of an offset.
pub fn pager(
    offset: usize,
    shown: usize,
    total: usize,
    limit: usize,
    link: &dyn Fn(usize) -> String,
) -> Markup {
    let told = |n: usize| number::count(i64::try_from(n).unwrap_or(i64::MAX));
    html! {
        @if total > 0 {
            nav.pager aria-label="Parts of the list" {
                span.range {
                    @if shown == 0 { "None" } @else { (told(offset + 1)) "–" (told(offset + shown)) }
                    " of " (told(total))
                }
                @if offset > 0 { a rel="prev" href=(link(offset.saturating_sub(limit))) { "← Before" } }
                @if offset + shown < total && shown > 0 { a rel="next" href=(link(offset + shown)) { "After →" } }
            }
        }
    }
}

/// A heading of a column that leads to its definition.
pub fn defined(name: &str, definition: &str) -> Markup {
    html! { a.defined href=(links::definition(definition)) { (name) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_page_names_its_edition_and_its_place() {
        let told = page(&samples::frame(), Place::Data, "Imports", &html! { h1 { "x" } }).into_string();
        assert!(
            told.contains(
                "Edition 3</a> · books to 31\u{a0}Oct\u{a0}2026 · published 1\u{a0}Nov\u{a0}2026, 04:12"
            ),
            "{told}"
        );
        assert_eq!(told.matches("aria-current=\"page\"").count(), 1);
        samples::assert_safe(&told);
    }

    #[test]
    fn the_first_visit_says_what_to_run() {
        let frame = Frame { edition: None, ..samples::frame() };
        let told = no_edition(&frame, Place::Statement, "Statement").into_string();
        assert!(told.contains("kept import\nkept refresh") && told.contains("No edition"));
        samples::assert_safe(&told);
    }

    #[test]
    fn a_pager_leads_on_until_the_end() {
        let at = |offset, shown, total| {
            pager(offset, shown, total, 50, &|o| format!("/x?offset={o}")).into_string()
        };
        assert!(at(0, 50, 120).contains("offset=50") && !at(0, 50, 120).contains("prev"));
        assert!(at(100, 20, 120).contains("offset=50") && !at(100, 20, 120).contains("next"));
        assert!(at(0, 50, 1200).contains("1–50 of 1,200"));
        assert_eq!(at(0, 0, 0), "");
        assert!(at(500, 0, 120).contains("None of 120") && !at(500, 0, 120).contains("next"));
    }
}
