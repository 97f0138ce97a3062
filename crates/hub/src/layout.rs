//! What surrounds every page: head, navigation, the edition it was made from; and parts that pages share.

use crate::{assets, links};
use jiff::tz::TimeZone;
use maud::{DOCTYPE, Markup, html};
use model::Currency;
use refresh::view::Edition;
use report::{calendar, number};
use store::Grant;
use store::policy::{self, Action, Reach, Resource};

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
    /// Who looks at it; `None` before somebody has logged in.
    pub viewer: Option<Viewer>,
}

/// Who looks at a page.
#[derive(Debug, Clone)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// Whether they are whoever comes to a demo.
    pub is_demo: bool,
    /// What they are in the company.
    pub grants: Vec<Grant>,
}

impl Frame {
    /// Minor units as `€ 12,300.50`.
    pub fn money(&self, minor: i64) -> String {
        number::money(minor, self.currency)
    }

    /// Whether the viewer may do this to anything at all: what leads there is shown to them.
    pub fn may(&self, resource: Resource, action: Action) -> bool {
        self.reach(resource, action) != Reach::Nothing
    }

    fn reach(&self, resource: Resource, action: Action) -> Reach {
        self.viewer.as_ref().map_or(Reach::Nothing, |viewer| policy::reach(&viewer.grants, resource, action))
    }

    /// What the viewer is not shown of customers; nothing where they are shown everything.
    pub fn unseen(&self) -> Markup {
        let told = match self.reach(Resource::PersonalData, Action::Read) {
            Reach::Everything => return html! {},
            Reach::Nothing => "Your role sees customers by number: names, addresses and texts are left out.",
            Reach::Departments(_) => {
                "Your role sees what your own department knows of customers: names, addresses and texts of others are left out."
            }
        };
        html! { p.muted { (told) } }
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
    /// People and the audit log.
    Settings,
    /// One's own account.
    Account,
    /// Outside the navigation.
    Nowhere,
}

/// A place in the navigation, where it leads and what one must be allowed to see it.
const PLACES: [(Place, &str, &str, Resource); 8] = [
    (Place::Statement, "/", "Statement", Resource::Figures),
    (Place::Reasons, "/reasons", "Reasons", Resource::Figures),
    (Place::Customers, "/customers", "Customers", Resource::Customers),
    (Place::Journey, "/journey", "Journey", Resource::Figures),
    (Place::Scorecard, "/scorecard", "Scorecard", Resource::Figures),
    (Place::Promises, "/promises", "Promises", Resource::Figures),
    (Place::Data, "/data", "Data", Resource::Config),
    (Place::Settings, "/settings/people", "Settings", Resource::Users),
];

/// A whole page.
pub fn page(frame: &Frame, place: Place, title: &str, content: &Markup) -> Markup {
    shell(&frame.company, title, &nav(frame, place), content, &edition(frame))
}

/// A whole page outside any edition, for nobody in particular.
pub fn bare_page(title: &str, content: &Markup) -> Markup {
    shell("", title, &html! {}, content, &html! {})
}

/// The navigation, the company and who looks.
fn nav(frame: &Frame, place: Place) -> Markup {
    html! {
        nav aria-label="Main" {
            @for (other, href, name, resource) in PLACES {
                @if frame.may(resource, Action::Read) {
                    a href=(href) aria-current=[(other == place).then_some("page")] { (name) }
                }
            }
        }
        span.company { bdi { (frame.company) } }
        @if let Some(viewer) = &frame.viewer {
            span.viewer {
                a href="/account" aria-current=[(place == Place::Account).then_some("page")] { bdi { (viewer.name) } }
                @if !viewer.is_demo { form.line method="post" action="/logout" { button type="submit" { "Log out" } } }
            }
            @if viewer.is_demo {
                p.demo { strong { "Demo." } " A simulated company on this machine; whoever opens it is the demo user." }
            }
        }
    }
}

fn shell(company: &str, title: &str, nav: &Markup, content: &Markup, foot: &Markup) -> Markup {
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
                    (nav)
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
    fn the_navigation_leads_where_the_viewer_may_go_and_a_demo_says_so() {
        let seen_by = |grants: Vec<Grant>, is_demo| {
            let viewer = Viewer { name: "Ann <Ek>".to_owned(), is_demo, grants };
            let frame = Frame { viewer: Some(viewer), ..samples::frame() };
            page(&frame, Place::Account, "x", &html! { h1 { "x" } }).into_string()
        };
        for (grant, customers, settings) in [
            (Grant::Reader, true, false),
            (Grant::Member("web".to_owned()), true, false),
            (Grant::Cco, true, true),
            (Grant::Admin, false, true),
        ] {
            let told = seen_by(vec![grant.clone()], false);
            samples::assert_safe(&told);
            assert!(told.contains("Ann &lt;Ek&gt;") && told.contains("Log out") && !told.contains("Demo."));
            assert_eq!(told.contains("href=\"/customers\""), customers, "{grant}");
            assert_eq!(told.contains("href=\"/settings/people\""), settings, "{grant}");
        }
        let demo = seen_by(vec![Grant::Cco], true);
        assert!(demo.contains("Demo.</strong>") && !demo.contains("Log out"));
        let nobody =
            page(&Frame { viewer: None, ..samples::frame() }, Place::Nowhere, "x", &html! { h1 { "x" } });
        assert!(!nobody.into_string().contains("href=\"/customers\""));
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
