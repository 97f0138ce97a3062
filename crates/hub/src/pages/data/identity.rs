//! `/data/identity`: how many customers the records are, which pairs wait for a person, what people decided, and
//! the model that weighs the evidence.

mod compare;
pub mod decide;
pub mod decisions;
pub mod explain;
mod form;
pub mod model;
mod overview;
pub mod review;
pub(crate) mod words;

use crate::layout::Frame;
use maud::{Markup, html};
use refresh::view::identity::{JOIN_BITS, REVIEW_BITS};
use report::evidence::bits;
use serde::Deserialize;

/// Where the review queue is.
pub(crate) const PATH: &str = "/data/identity";
/// Where all decisions are.
pub(crate) const DECISIONS: &str = "/data/identity/decisions";
/// Where the model is.
pub(crate) const MODEL: &str = "/data/identity/model";
/// Where two records are weighed.
pub(crate) const EXPLAIN: &str = "/data/identity/explain";

/// Customers shown among the largest, and values among those that identify nobody.
pub(crate) const LISTED: usize = 50;

const PAGES: [(&str, &str); 4] =
    [(PATH, "Review"), (DECISIONS, "Decisions"), (MODEL, "Model"), (EXPLAIN, "Two records")];

/// Where in a list to start, and what was just done.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Rows to skip.
    pub offset: Option<usize>,
    /// Code of what was just done.
    pub said: Option<String>,
}

/// What somebody just did. Addresses carry the code alone, so that nobody can put words into a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Two records are one customer.
    Same,
    /// Two records are two customers.
    Different,
    /// An earlier decision no longer counts.
    Undone,
    /// The proposed model was accepted.
    Accepted,
    /// The proposed model was rejected.
    Rejected,
}

impl Said {
    const ALL: [Self; 5] = [Self::Same, Self::Different, Self::Undone, Self::Accepted, Self::Rejected];

    /// The code in addresses.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different => "different",
            Self::Undone => "undone",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    /// What a code stands for.
    pub fn of(code: Option<&str>) -> Option<Self> {
        Self::ALL.into_iter().find(|said| Some(said.code()) == code)
    }

    const fn told(self) -> &'static str {
        match self {
            Self::Same => "Noted: the two records are one customer.",
            Self::Different => "Noted: the two records are two customers.",
            Self::Undone => "Noted: the earlier decision no longer counts.",
            Self::Accepted => "Noted: the new model is accepted.",
            Self::Rejected => "Noted: the proposed model is rejected; the one in force stays.",
        }
    }
}

/// What Kept makes of a weight by itself, and what it leaves to people.
fn meaning_of_weights(counts_accounts: bool) -> Markup {
    let chance = |bits: f32| report::evidence::chance(1.0 / (1.0 + (-f64::from(bits)).exp2()));
    html! {
        @if counts_accounts {
            p { (super::marked("This company counts accounts (`customer = \"account\"` in kept.toml): keys and decisions alone say which records are one. Weights only help people to look at two records.")) }
        } @else {
            p {
                "By evidence alone Kept joins two records only from " strong { (bits(JOIN_BITS.into())) " bits" } " on, a chance of " (chance(JOIN_BITS))
                ", and only where no guard, no exclusive id, no decision and none of their customers’ other records speaks against it. "
                "A pair of " strong { (bits(REVIEW_BITS.into())) " bits" } " or more that is not joined waits under " a href=(PATH) { "Review" } ". Everything below stays apart unasked."
            }
        }
    }
}

/// A page under identity: its sentence, what was just done, its content.
fn page(frame: &Frame, path: &str, said: Option<Said>, sentence: &str, content: &Markup) -> Markup {
    let content = html! {
        div.controls {
            nav.switch aria-label="Identity" {
                @for (href, name) in PAGES {
                    a href=(href) aria-current=[(href == path).then_some("true")] { (name) }
                }
            }
        }
        @if let Some(said) = said {
            p.notice role="status" {
                (said.told()) @if said != Said::Rejected { " It counts from the next refresh: " code { "kept refresh" } "." }
            }
        }
        (content)
    };
    super::page(frame, PATH, sentence, &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_bars_of_joining_are_those_in_force() {
        let told = meaning_of_weights(false).into_string();
        for bar in [JOIN_BITS, REVIEW_BITS] {
            assert!(told.contains(&format!("<strong>{} bits</strong>", bits(bar.into()))), "{told}");
        }
        let told = meaning_of_weights(true).into_string();
        assert!(told.contains("keys and decisions alone") && !told.contains(" bits"), "{told}");
    }

    #[test]
    fn a_page_tells_only_what_its_code_stands_for() {
        for said in Said::ALL {
            assert_eq!(Said::of(Some(said.code())), Some(said));
            let told = page(&samples::frame(), DECISIONS, Some(said), "x", &html! {}).into_string();
            assert!(told.contains(said.told()), "{told}");
            samples::assert_safe(&told);
        }
        for other in [None, Some(""), Some("<b>sold</b>"), Some("Same")] {
            assert_eq!(Said::of(other), None);
        }
    }
}
