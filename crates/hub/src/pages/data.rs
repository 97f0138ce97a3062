//! The workshop: what was read, what was set aside, what was published, what each number means, and SQL.

pub mod definitions;
pub mod editions;
pub mod identity;
pub mod imports;
pub mod rejects;
pub mod silos;
pub mod sql;

use crate::layout::{self, Frame, Place};
use maud::{Markup, html};
use serde::Deserialize;
use store::policy::{Action, Resource};

/// Rows on one page of a list.
const LIMIT: usize = 100;

/// Where in a list to start.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Rows to skip.
    pub offset: Option<usize>,
}

const TABS: [(&str, &str, Resource); 7] = [
    ("/data", "Silos", Resource::Config),
    (identity::PATH, "Identity", Resource::Review),
    ("/data/imports", "Imports", Resource::Imports),
    ("/data/rejects", "Rejected rows", Resource::Imports),
    ("/data/editions", "Editions", Resource::Config),
    ("/data/definitions", "Definitions", Resource::Config),
    ("/data/sql", "SQL", Resource::Console),
];

/// A page under data: its tab, its sentence, its content.
fn page(frame: &Frame, path: &str, sentence: &str, content: &Markup) -> Markup {
    let name = TABS.iter().find(|(other, ..)| *other == path).map_or("Data", |(_, name, _)| name);
    let content = html! {
        nav.tabs aria-label="Data" {
            @for (href, name, resource) in TABS {
                @if frame.may(resource, Action::Read) {
                    a href=(href) aria-current=[(href == path).then_some("page")] { (name) }
                }
            }
        }
        div.lead { p.eyebrow { "Data · " (name) } h1 { (sentence) } }
        (content)
    };
    layout::page(frame, Place::Data, name, &content)
}

fn count(number: u64) -> String {
    report::number::count(i64::try_from(number).unwrap_or(i64::MAX))
}

/// With a capital letter.
pub(crate) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What stands between back-ticks as code.
fn marked(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
