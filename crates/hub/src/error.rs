//! What can go wrong while answering, told so that the reader knows what to do.

use crate::layout::{self, Frame, Place};
use crate::pages::data::sentence;
use axum::extract::{Form, FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::de::DeserializeOwned;

/// Why a page or an answer could not be given.
#[derive(Debug, Clone)]
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

    /// Requests come faster than they are answered to one asker.
    pub fn too_many(wait_s: i64) -> Self {
        Self {
            status: StatusCode::TOO_MANY_REQUESTS,
            what: "There were too many requests in a short time.".to_owned(),
            cure: format!("Wait {wait_s} seconds, then go on."),
        }
    }

    /// The page that says so to whoever it may be.
    pub fn page(&self) -> Markup {
        layout::bare_page(self.title(), &self.told(&html! { p { a href="/" { "To the statement" } } }))
    }

    /// The page that says so, within the frame of who asked.
    pub fn page_within(&self, frame: &Frame) -> Markup {
        let ways = html! { p { a href="/" { "To the statement" } } };
        layout::page(frame, Place::Nowhere, self.title(), &self.told(&ways))
    }

    fn title(&self) -> &'static str {
        self.status.canonical_reason().unwrap_or("Something went wrong")
    }

    fn told(&self, ways: &Markup) -> Markup {
        html! {
            div.lead { p.eyebrow { (self.status.as_u16()) " · " (self.title()) } h1 { (self.what) } }
            p { (self.cure) }
            (ways)
        }
    }
}

impl From<refresh::Error> for Failure {
    /// What the reader of the page can mend is told; of all else the details go to the log of the process.
    fn from(error: refresh::Error) -> Self {
        use refresh::{ClosingError as Closing, Error};
        const BACK: &str = "Nothing was changed. Go back: what you wrote is still there.";
        match &error {
            Error::NoEdition => {
                return Self::missing("Nothing is published yet.", "Run `kept import`, then `kept refresh`.");
            }
            Error::Older { .. } => {
                return Self::missing(
                    format!("{}.", sentence(&error.to_string())),
                    "Run `kept refresh` in the home folder, then load this page again.",
                );
            }
            Error::OutOfSight => return crate::gate::forbidden(),
            Error::RecordName(_) | Error::NoReason | Error::Asked(_) => {
                return Self::unclear(format!("{}.", sentence(&error.to_string())), BACK);
            }
            Error::NoRecord(_) | Error::NoModel | Error::NoProposal => {
                return Self::missing(format!("{}.", sentence(&error.to_string())), BACK);
            }
            Error::Ledger(
                Closing::NotOver { .. }
                | Closing::AlreadyClosed { .. }
                | Closing::NotClosed { .. }
                | Closing::NoReason { .. },
            ) => {
                let what = format!("{}.", sentence(&error.to_string()));
                return Self { status: StatusCode::CONFLICT, what, cure: BACK.to_owned() };
            }
            Error::Ledger(Closing::Tampered { .. }) => {
                let cure = "Nothing was changed. Bring back the lake from a copy that was not altered.";
                let what = format!("{}.", sentence(&error.to_string()));
                return Self { status: StatusCode::CONFLICT, what, cure: cure.to_owned() };
            }
            Error::Decision { .. } => {
                let what = format!("This cannot be decided. {error}.");
                return Self { status: StatusCode::CONFLICT, what, cure: BACK.to_owned() };
            }
            other if other.is_busy() => {
                return Self {
                    status: StatusCode::SERVICE_UNAVAILABLE,
                    what: "An import or a refresh is writing just now, so your word could not be kept."
                        .to_owned(),
                    cure: format!("{BACK} Send it again when the other has finished."),
                };
            }
            _ => {}
        }
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

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        use store::Error;
        const BACK: &str = "Nothing was changed. Go back: what you wrote is still there.";
        let status = match &error {
            Error::Input(_) | Error::Password(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Taken | Error::Disabled | Error::LastAdmin | Error::SetUp => StatusCode::CONFLICT,
            Error::NotFound(_) | Error::Link => StatusCode::NOT_FOUND,
            other => {
                eprintln!("hub: {other}");
                return Self {
                    status: StatusCode::INTERNAL_SERVER_ERROR,
                    what: "The database of people could not be read or written.".to_owned(),
                    cure: "Try again. If it stays, see what `kept serve` wrote in its terminal or log."
                        .to_owned(),
                };
            }
        };
        Self { status, what: format!("{}.", sentence(&error.to_string())), cure: BACK.to_owned() }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.page()).into_response();
        // For whoever knows who asked.
        response.extensions_mut().insert(self);
        response
    }
}

/// What a form sends; refused in words when it cannot be read.
pub(crate) struct Told<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Told<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let read = Form::<T>::from_request(request, state).await;
        read.map(|Form(told)| Self(told)).map_err(|error| Failure {
            status: error.status(),
            what: format!("What was sent could not be understood: {}.", error.body_text()),
            cure: "Nothing was changed. Open the page again and fill in its form; a reason may have 500 letters.".to_owned(),
        })
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

    #[test]
    fn what_a_reader_can_mend_is_told_and_all_else_is_not() {
        let [a, b, what] = ["shop:1", "web:<b>", "say why"].map(str::to_owned);
        for (error, status, told) in [
            (refresh::Error::Decision { a, b, what }, 409, "shop:1 and web:&lt;b&gt;: say why."),
            (refresh::Error::NoRecord("x:1".into()), 404, "`x:1`"),
            (refresh::Error::RecordName("x".into()), 400, "silo:key"),
            (refresh::Error::NoEdition, 404, "kept refresh"),
            (refresh::Error::Older { edition: 2, table: "worth".into() }, 404, "kept refresh"),
            (refresh::Error::NoReason, 400, "Say why, so that others can follow."),
            (refresh::Error::NoProposal, 404, "No model waits to be accepted"),
            (lake::Error::Busy("/secret/home".into()).into(), 503, "is writing just now"),
            (lake::Error::Query("secret".into()).into(), 500, "could not be read"),
        ] {
            let failure = Failure::from(error);
            let page = failure.page().into_string();
            assert_eq!(failure.status.as_u16(), status, "{page}");
            assert!(page.contains(told) && !page.contains("secret"), "{page}");
            crate::samples::assert_safe(&page);
        }
    }
}
