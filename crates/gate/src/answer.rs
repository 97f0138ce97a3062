//! What a program is told when nothing of its request was kept: what, where and what to do.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// Problems told of one request.
const TOLD: usize = 20;

/// What is wrong with one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Its place in the request, from 0.
    pub(crate) index: usize,
    /// The member at fault, dotted; empty when the whole event is meant.
    pub(crate) field: String,
    pub(crate) error: String,
    pub(crate) cure: String,
}

/// A request that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) error: String,
    pub(crate) cure: String,
    pub(crate) retry_after_s: Option<u32>,
    pub(crate) problems: Vec<Problem>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, error: impl Into<String>, cure: impl Into<String>) -> Self {
        Self { status, error: error.into(), cure: cure.into(), retry_after_s: None, problems: Vec::new() }
    }

    pub(crate) fn unclear(error: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, cure)
    }

    pub(crate) fn too_large(error: impl Into<String>, cure: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, error, cure)
    }

    /// Some events of a request have problems.
    pub(crate) fn of_events(problems: Vec<Problem>, events: usize) -> Self {
        let faulty = problems.len();
        let error = format!("{faulty} of {events} events cannot be taken; nothing of this request was kept");
        let mut refusal = Self::unclear(error, "Correct what `events` names and send the request again.");
        refusal.problems = problems;
        refusal
    }

    pub(crate) fn later(mut self, seconds: u32) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }
}

impl From<inbox::Error> for Refusal {
    fn from(error: inbox::Error) -> Self {
        eprintln!("gate: {error}");
        match error {
            inbox::Error::Full { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "The log of events that wait for the lake is full; nothing of this request was kept.",
                "Send it again later. If it stays, see what `kept serve` says of the drain.",
            )
            .later(10),
            inbox::Error::NoSpace { .. } => Self::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "The disk is full; nothing of this request was kept.",
                "Send it again when there is room on the disk of the home folder.",
            )
            .later(30),
            _ => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The events could not be made durable; nothing of this request is promised.",
                "Send it again: events with the same messageId count once. See what `kept serve` wrote of its disk.",
            )
            .later(10),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let told = |problem: &Problem| -> Value {
            let Problem { index, field, error, cure } = problem;
            json!({"index": index, "field": field, "error": error, "cure": cure})
        };
        let mut body = json!({"success": false, "error": self.error, "cure": self.cure});
        if !self.problems.is_empty() {
            body["events"] = self.problems.iter().take(TOLD).map(told).collect();
        }
        let mut response = json_of(self.status, &body);
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Kept\""));
        }
        response
    }
}

pub(crate) fn json_of(status: StatusCode, value: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], value.to_string()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_log_and_a_full_disk_are_never_a_success_and_say_when_to_send_again() {
        let file = || std::path::PathBuf::from("/home/inbox/0.log");
        for (error, status, seconds) in [
            (inbox::Error::Full { limit: 1, held: 1, asked: 1 }, 429, "10"),
            (inbox::Error::NoSpace { file: file() }, 507, "30"),
            (inbox::Error::Broken { file: file() }, 503, "10"),
        ] {
            let response = Refusal::from(error).into_response();
            assert_eq!(response.status().as_u16(), status);
            assert_eq!(response.headers()[header::RETRY_AFTER], seconds);
        }
    }

    #[test]
    fn of_many_problems_some_are_told_and_all_are_counted() {
        let problem = |index| Problem { index, field: "f".into(), error: "e".into(), cure: "c".into() };
        let refusal = Refusal::of_events((0..50).map(problem).collect(), 60);
        assert!(refusal.error.starts_with("50 of 60 events"), "{refusal:?}");
        assert_eq!(refusal.into_response().status(), StatusCode::BAD_REQUEST);
    }
}
