//! `/data/editions`: what was published, when, from what, and the checks it passed.

use crate::Hub;
use crate::error::Failure;
use crate::layout::{self, Frame};
use maud::{Markup, html};
use refresh::view::Edition;
use report::{calendar, number};

pub(crate) async fn get(hub: Hub) -> Result<Markup, Failure> {
    let frame = hub.frame(hub.reader.edition().await?);
    Ok(page(&frame, &hub.reader.editions().await?))
}

/// The page.
pub fn page(frame: &Frame, editions: &[Edition]) -> Markup {
    let content = html! {
        @if editions.is_empty() { (layout::empty("Nothing is published yet. Run in the home folder:", "kept import\nkept refresh")) }
        @else { (layout::scroller("Editions", &table(frame, editions))) }
    };
    super::page(frame, "/data/editions", &told(frame, editions), &content)
}

/// Which edition every page shows.
fn told(frame: &Frame, editions: &[Edition]) -> String {
    let Some(shown) = &frame.edition else { return "No edition is published.".to_owned() };
    format!(
        "All pages show edition {}, with books to {}; {} published so far.",
        shown.edition,
        calendar::day(shown.as_of),
        number::counted(editions.len(), "edition is", "editions are")
    )
}

fn table(frame: &Frame, editions: &[Edition]) -> Markup {
    let shown = frame.edition.as_ref().map(|edition| edition.edition);
    html! {
        table {
            thead { tr {
                th scope="col" { "Edition" } th scope="col" { "Books to" } th scope="col" { "Published" } th.n scope="col" { "Snapshot" }
                th scope="col" { "Made from" } th scope="col" { "Checks passed" }
            } }
            tbody { @for edition in editions {
                tr {
                    th scope="row" { (edition.edition) @if shown == Some(edition.edition) { span.muted { " shown" } } }
                    td { (calendar::day(edition.as_of)) }
                    td { (calendar::minute(edition.at_us, &frame.zone)) }
                    td.n { (edition.snapshot) }
                    td { (folded("Inputs", &edition.inputs)) }
                    td { (folded("Checks", &edition.checks)) }
                }
            } }
        }
    }
}

/// JSON, laid out, behind its name.
fn folded(name: &str, json: &str) -> Markup {
    let laid_out = serde_json::from_str::<serde_json::Value>(json)
        .and_then(|value| serde_json::to_string_pretty(&value));
    html! { details { summary { (name) } pre { code { (laid_out.as_deref().unwrap_or(json)) } } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn editions_are_listed_with_what_they_rest_on() {
        let edition = samples::frame().edition.expect("edition");
        let told = page(&samples::frame(), &[edition]).into_string();
        samples::assert_safe(&told);
        assert!(
            told.contains("show edition 3, with books to 31\u{a0}Oct\u{a0}2026; 1\u{a0}edition is published")
                && told.contains("shown")
                && told.contains("&quot;imports&quot;: 12")
        );
        assert!(page(&samples::frame(), &[]).into_string().contains("kept refresh"));
    }
}
