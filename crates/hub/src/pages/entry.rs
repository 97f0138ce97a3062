//! The ways in: logging in, and links that make an account or set a password.

pub mod login;
pub mod welcome;

use crate::cookie;
use crate::site::Site;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use store::Secret;
use store::password::{MAX_CHARS, MIN_CHARS};

/// Where one logs in.
pub(crate) const LOGIN: &str = "/login";
/// Where a link leads.
pub(crate) const WELCOME: &str = "/welcome";

/// Where the link with this secret leads.
pub fn link(address: &str, secret: &Secret) -> String {
    format!("{address}{WELCOME}?key={}", secret.text())
}

/// To a page, with a new session.
fn with_session(site: &Site, secret: &Secret, to: &str) -> Response {
    let mut response = Redirect::to(to).into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie::set(&site.reached, secret));
    response
}

/// The field of a password to be set.
pub(crate) fn new_password(name: &'static str, told: &str) -> Markup {
    html! {
        label {
            span { (told) ", at least " (MIN_CHARS) " characters: three or four words are good" }
            input type="password" name=(name) required minlength=(MIN_CHARS) maxlength=(MAX_CHARS) autocomplete="new-password";
        }
    }
}

/// What went wrong with what was filled in.
pub(crate) fn problem(told: Option<&str>) -> Markup {
    html! { @if let Some(told) = told { p.notice.bad role="alert" { (told) } } }
}
