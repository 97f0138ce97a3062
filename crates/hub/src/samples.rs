//! Samples that every template is rendered with in tests, and what no page may ever hold.

mod asset;
mod identity;
mod journey;
mod promises;
mod reasons;
mod rows;

pub(crate) use asset::{cohorts, fading, one_cohort, one_life, split_cohorts, survival, worth};
pub(crate) use identity::{decisions, explanation, identity, model, proposal, waiting};
pub(crate) use journey::{around, credits, designed, goals, journey, scorecard};
pub(crate) use promises::{breaches, promises};
pub(crate) use reasons::{reasons, split_reasons};
pub(crate) use rows::{
    customers, edition, huge, imports, life, lines, rejects, segments, shrinking, silos, splits, statement,
};

use crate::layout::{Frame, Viewer};
use jiff::tz::TimeZone;
use model::Currency;
use store::Grant;

/// Around a page of edition 3.
pub(crate) fn frame() -> Frame {
    Frame {
        company: "Alder & Finch".into(),
        currency: Currency::parse("EUR").expect("code"),
        zone: TimeZone::get("Europe/Berlin").expect("zone"),
        edition: Some(edition()),
        viewer: Some(viewer()),
    }
}

/// Somebody who may see and do almost everything.
pub(crate) fn viewer() -> Viewer {
    Viewer { name: "Ann Ek".into(), is_demo: false, grants: vec![Grant::Cco, Grant::Admin] }
}

/// Fails when a page holds what the content policy forbids, text that was not escaped, or a request elsewhere.
pub(crate) fn assert_safe(html: &str) {
    for forbidden in
        [" style=", "<style", "javascript:", " onerror=alert(1)>", "http://", "https://", "<script>", "NaN"]
    {
        assert!(!html.contains(forbidden), "`{forbidden}` in {html}");
    }
    let handler = html.split('<').any(|tag| {
        tag.split('>')
            .next()
            .is_some_and(|inside| inside.split(' ').any(|part| part.starts_with("on") && part.contains('=')))
    });
    assert!(!handler, "an event handler in {html}");
    assert_eq!(
        html.matches("<script").count(),
        html.matches("\" type=\"module\"></script>").count(),
        "{html}"
    );
    assert_eq!(html.matches("<h1").count(), 1, "one sentence leads");
}
