//! `/login` and `/logout`.

use super::{LOGIN, problem, with_session};
use crate::cookie;
use crate::error::{Failure, Told, Wants};
use crate::guards::CameFrom;
use crate::layout;
use crate::links;
use crate::site::Site;
use crate::who::{Caller, Via};
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;
use store::{Attempt, LogIn};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Where to go afterwards; a path of ours.
    pub next: Option<String>,
}

/// Who wants in.
#[derive(Deserialize)]
pub(crate) struct Sent {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// What the page shows.
#[derive(Debug, Default)]
pub struct View {
    /// Whether there is no account yet.
    pub is_first: bool,
    /// The e-mail typed.
    pub email: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why the last attempt failed.
    pub problem: Option<String>,
}

pub(crate) async fn get(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
    Wants(asked): Wants<Asked>,
) -> Result<Response, Failure> {
    let next = asked.next.unwrap_or_default();
    if matches!(caller, Caller::Known(_)) {
        return Ok(Redirect::to(local(&next)).into_response());
    }
    let is_first = site.store.users().await?.is_empty();
    Ok(page(&View { is_first, next, ..View::default() }).into_response())
}

/// Whoever is in already gets a new session in the place of the old one.
pub(crate) async fn post(
    State(site): State<Arc<Site>>,
    Extension(CameFrom(address)): Extension<CameFrom>,
    headers: HeaderMap,
    Told(sent): Told<Sent>,
) -> Result<Response, Failure> {
    let secret = site.ambient.secret();
    let replaces = cookie::sent(&headers, &site.reached);
    let attempt = Attempt { email: sent.email.trim(), password: &sent.password, address };
    let now_us = site.now_us();
    let (status, problem) = match site.store.log_in(attempt, &secret, replaces.as_ref(), now_us).await? {
        LogIn::In(_) => return Ok(with_session(&site, &secret, local(&sent.next))),
        LogIn::Refused => (
            StatusCode::UNPROCESSABLE_ENTITY,
            "E-mail and password do not fit. An admin can send you a link to a new password.".to_owned(),
        ),
        LogIn::Locked { until_us } => (StatusCode::TOO_MANY_REQUESTS, locked(until_us - now_us)),
    };
    let view = View { is_first: false, email: sent.email, next: sent.next, problem: Some(problem) };
    Ok((status, page(&view)).into_response())
}

/// How long to wait after too many failures.
pub(crate) fn locked(wait_us: i64) -> String {
    let minutes = wait_us.max(0).div_euclid(60_000_000) + 1;
    let unit = if minutes == 1 { "minute" } else { "minutes" };
    format!("Too many attempts failed. Try again in {minutes} {unit}.")
}

/// `POST /logout`
pub(crate) async fn out(
    State(site): State<Arc<Site>>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Failure> {
    if let Caller::Known(who) = &caller
        && let Via::Session(_, secret) = &who.via
    {
        site.store.log_out(secret, site.now_us()).await?;
    }
    let mut response = Redirect::to(LOGIN).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie::clear(&site.reached));
    Ok(response)
}

fn local(next: &str) -> &str {
    links::local(next).unwrap_or("/")
}

/// The page.
pub fn page(view: &View) -> Markup {
    let content = html! {
        div.lead { h1 { "Log in to Kept." } }
        (problem(view.problem.as_deref()))
        @if view.is_first {
            div.empty {
                p { "There is no account yet. Open the link that " code { "kept serve" } " printed when it started; it makes the first one." }
            }
        }
        @else {
            form.entry method="post" action=(LOGIN) {
                input type="hidden" name="next" value=(view.next);
                label { span { "E-mail" } input type="email" name="email" value=(view.email) required maxlength="254" autocomplete="username"; }
                label { span { "Password" } input type="password" name="password" required maxlength="256" autocomplete="current-password"; }
                div.answers { button type="submit" { "Log in" } }
            }
        }
    };
    layout::bare_page("Log in", &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_page_keeps_what_was_typed_but_no_password() {
        let view = View {
            is_first: false,
            email: "ann@x.org\"><script>".into(),
            next: "/customers?q=a&b".into(),
            problem: Some("No.".into()),
        };
        let told = page(&view).into_string();
        samples::assert_safe(&told);
        assert!(told.contains("value=\"/customers?q=a&amp;b\"") && !told.contains("kept serve"), "{told}");
        assert!(told.contains("role=\"alert\"") && !told.contains("href=\"/customers\""));
        let first = page(&View { is_first: true, ..View::default() }).into_string();
        samples::assert_safe(&first);
        assert!(first.contains("kept serve") && !first.contains("<form"));
    }

    #[test]
    fn waiting_is_told_in_minutes() {
        assert!(locked(1).contains("in 1 minute."));
        assert!(locked(61_000_000).contains("in 2 minutes."));
    }
}
