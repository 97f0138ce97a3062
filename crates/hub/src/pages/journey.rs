//! What do customers live through, across departments?

pub mod credit;
pub mod designed;
pub mod paths;
mod picture;
pub mod show;
pub mod steps;
mod tables;

pub use picture::{Show, drawn};

use crate::error::Failure;
use maud::{Markup, html};
use model::Day;
use refresh::view::journey::Span;

/// What of the journey is shown.
const TABS: [(&str, &str); 5] = [
    ("/journey", "Map"),
    ("/journey/paths", "Paths"),
    ("/journey/steps", "Steps"),
    ("/journey/designed", "As designed"),
    ("/journey/credit", "Credit"),
];

/// The switch between the pages of the journey, with one of them current.
fn tabs(current: &str) -> Markup {
    html! {
        nav.switch aria-label="What of the journey is shown" {
            @for (address, name) in TABS {
                a href=(address) aria-current=[(address == current).then_some("true")] { (name) }
            }
        }
    }
}

/// The days of an address; none without both ends, and open where one end is missing.
pub(super) fn span(since: Option<String>, until: Option<String>) -> Result<Option<Span>, Failure> {
    let day = |text: Option<String>| match text {
        None => Ok(None),
        Some(text) => Day::parse(&text)
            .map(Some)
            .ok_or_else(|| Failure::unclear(format!("`{text}` is no day."), "Write since=2026-01-31.")),
    };
    let (first, last) = (day(since)?, day(until)?);
    if first.is_none() && last.is_none() {
        return Ok(None);
    }
    let (first, last) = (first.unwrap_or(EARLIEST), last.unwrap_or(LATEST));
    if first > last {
        return Err(Failure::unclear(
            "The first day lies after the last.",
            "Write since=2026-01-01&until=2026-01-31.",
        ));
    }
    Ok(Some(Span { first, last }))
}

/// The first day of the year 1 and the last of 9999.
const EARLIEST: Day = Day(-719_162);
const LATEST: Day = Day(2_932_896);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_are_no_span_say_what_to_write() {
        let told = |since: &str, until: &str| {
            let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            span(given(since), given(until))
        };
        assert_eq!(told("", "").expect("none"), None);
        let open = told("2026-02-01", "").expect("open").expect("a span");
        assert_eq!(
            (open.first.to_string(), open.last.to_string()),
            ("2026-02-01".into(), "9999-12-31".into())
        );
        let open = told("", "2026-02-01").expect("open").expect("a span");
        assert_eq!(open.first.to_string(), "0001-01-01");
        assert!(told("tomorrow", "").is_err_and(|failure| failure.cure.contains("since=2026-01-31")));
        assert!(told("2026-02-02", "2026-02-01").is_err());
    }
}
