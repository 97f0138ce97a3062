//! What can go wrong while answering, told so that the reader knows what to do.

use crate::layout;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::de::DeserializeOwned;

/// Why a page or an answer could not be given.
#[derive(Debug)]
pub struct Failure {
    /// The status sent.
    pub status: StatusCode,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub cure: String,
}

impl Failure {
    /// The address asks for something that cannot be understood.
    pub fn unclear(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, what: what.into(), cure: cure.into() }
    }

    /// There is no such thing.
    pub fn missing(what: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, what: what.into(), cure: cure.into() }
    }

    /// Editions are published faster than a page can be read.
    pub fn busy() -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            what: "New editions are being published just now.".to_owned(),
            cure: "Load the page again in a moment.".to_owned(),
        }
    }

    /// The page that says so.
    pub fn page(&self) -> Markup {
        let title = self.status.canonical_reason().unwrap_or("Something went wrong");
        let content = html! {
            div.lead { p.eyebrow { (self.status.as_u16()) " · " (title) } h1 { (self.what) } }
            p { (self.cure) }
            p { a href="/" { "To the statement" } " · " a href="/customers" { "To the customers" } }
        };
        layout::bare_page(title, &content)
    }
}

impl From<refresh::Error> for Failure {
    /// The details go to the log of the process, not to the page.
    fn from(error: refresh::Error) -> Self {
        eprintln!("hub: {error}");
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            what: "The data could not be read.".to_owned(),
            cure: "Load the page again. If it stays, see what `kept serve` wrote in its terminal or log, and run \
                   `kept check` in the home folder."
                .to_owned(),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, self.page()).into_response()
    }
}

/// What an address asks for after its `?`; refused in words when it cannot be read.
pub(crate) struct Wants<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Wants<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let read = Query::<T>::try_from_uri(&parts.uri);
        read.map(|Query(asked)| Self(asked)).map_err(|error| {
            Failure::unclear(
                format!("The address could not be understood: {}.", error.body_text()),
                "Write whole numbers for offset, limit and events, and each name once.",
            )
        })
    }
}

/// For addresses that lead nowhere.
pub(crate) async fn missing(uri: Uri) -> Failure {
    Failure::missing(
        format!("There is no page at {}.", uri.path()),
        "Check the address for a slip, or start again from the statement.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_is_wrong_and_what_to_do() {
        let told = Failure::missing("There is no page at /<x>.", "Start again.").page().into_string();
        assert!(
            told.contains("404 · Not Found") && told.contains("/&lt;x&gt;") && told.contains("Start again.")
        );
        crate::samples::assert_safe(&told);
    }
}
