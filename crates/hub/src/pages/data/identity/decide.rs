//! What people post: decisions about two records, and judgements on a proposed model. Answered by the page they came
//! from, with a word on what was done.

use super::{MODEL, PATH, Said};
use crate::error::{Failure, Told};
use crate::{Hub, links};
use axum::response::Redirect;
use refresh::decisions::{RecordName, Ruling, Verdict};
use serde::Deserialize;
use store::Verb;

/// A decision about two records, as its form sends it.
#[derive(Debug, Deserialize)]
pub(crate) struct Decided {
    a: String,
    b: String,
    verdict: String,
    reason: String,
    #[serde(default)]
    back: String,
}

impl Decided {
    /// As the reader wants it.
    fn ruling(self, by: &str) -> Result<Ruling, Failure> {
        let verdict = Verdict::from_name(&self.verdict).ok_or_else(|| {
            Failure::unclear(
                format!("There is no verdict `{}`.", self.verdict),
                "Send verdict=same, verdict=different or verdict=undone.",
            )
        })?;
        let (a, b) = (RecordName::parse(&self.a)?, RecordName::parse(&self.b)?);
        Ok(Ruling { a, b, verdict, reason: self.reason, by: by.to_owned() })
    }
}

/// A judgement on a proposed model, as its form sends it.
#[derive(Debug, Deserialize)]
pub(crate) struct Judged {
    judgement: String,
    reason: String,
}

impl Judged {
    /// Whether the model is accepted.
    fn accepts(&self) -> Result<bool, Failure> {
        if self.reason.trim().is_empty() {
            let cure = "Go back and write a sentence; what you filled in is still there.";
            return Err(Failure::unclear("Say why, so that others can follow.", cure));
        }
        match self.judgement.as_str() {
            "accept" => Ok(true),
            "reject" => Ok(false),
            other => Err(Failure::unclear(
                format!("There is no judgement `{other}`."),
                "Send judgement=accept or judgement=reject.",
            )),
        }
    }
}

/// `POST /data/identity/decide`
pub(crate) async fn decide(hub: Hub, Told(form): Told<Decided>) -> Result<Redirect, Failure> {
    let back = form.back.clone();
    let decision = hub.reader.decide(form.ruling(&hub.who.user.name)?, hub.now_us()).await?;
    hub.note(Verb::Decided, &format!("decision:{}", decision.seq), decision.verdict.name()).await?;
    let said = match decision.verdict {
        Verdict::Same => Said::Same,
        Verdict::Different => Said::Different,
        Verdict::Undone => Said::Undone,
    };
    Ok(answer(&back, said))
}

/// `POST /data/identity/model`
pub(crate) async fn judge(hub: Hub, Told(form): Told<Judged>) -> Result<Redirect, Failure> {
    let accepts = form.accepts()?;
    let by = &hub.who.user.name;
    hub.reader.judge_proposal(accepts, by, form.reason.trim(), hub.now_us()).await?;
    hub.note(Verb::Decided, "model", if accepts { "accepted" } else { "rejected" }).await?;
    Ok(answer(MODEL, if accepts { Said::Accepted } else { Said::Rejected }))
}

/// Whoever opens the address of a decision by hand.
pub(crate) async fn get() -> Redirect {
    Redirect::to(PATH)
}

/// Back to a page of ours, which says what was done.
fn answer(back: &str, said: Said) -> Redirect {
    Redirect::to(&links::with(links::local(back).unwrap_or(PATH), "said", said.code()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{StatusCode, header};
    use axum::response::IntoResponse;

    fn decided(a: &str, verdict: &str) -> Decided {
        let [b, reason, back] = ["web:2", "seen", "/customers"].map(str::to_owned);
        Decided { a: a.to_owned(), b, verdict: verdict.to_owned(), reason, back }
    }

    #[test]
    fn an_answer_leads_to_a_page_of_ours_and_nowhere_else() {
        for (back, place) in [
            ("/data/identity?offset=10", "/data/identity?offset=10&said=same"),
            ("/data/identity?said=undone&offset=10#x", "/data/identity?offset=10&said=same"),
            ("https://elsewhere.example/", "/data/identity?said=same"),
            ("//elsewhere.example/", "/data/identity?said=same"),
            ("", "/data/identity?said=same"),
        ] {
            let response = answer(back, Said::Same).into_response();
            assert_eq!(response.status(), StatusCode::SEE_OTHER);
            assert_eq!(response.headers()[header::LOCATION], place, "{back}");
        }
    }

    #[test]
    fn a_form_that_was_tampered_with_is_refused_in_words() {
        let ruling = decided("shop:1", "different").ruling("Ann").expect("fine");
        assert_eq!((ruling.verdict, ruling.by.as_str()), (Verdict::Different, "Ann"));
        assert!(
            decided("shop:1", "maybe")
                .ruling("Ann")
                .is_err_and(|failure| failure.cure.contains("verdict=same"))
        );
        assert!(decided("nobody", "same").ruling("Ann").is_err_and(|failure| failure.status
            == StatusCode::BAD_REQUEST
            && failure.what.contains("silo:key")));
    }

    #[test]
    fn a_judgement_needs_a_reason() {
        let judged = |judgement: &str, reason: &str| {
            Judged { judgement: judgement.into(), reason: reason.into() }.accepts()
        };
        assert!(judged("accept", "seen").is_ok_and(|accepts| accepts));
        assert!(judged("reject", "seen").is_ok_and(|accepts| !accepts));
        assert!(judged("accept", "  ").is_err_and(|failure| failure.what.contains("Say why")));
        assert!(judged("perhaps", "seen").is_err());
    }
}
