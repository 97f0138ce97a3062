//! `/welcome?key=…`: following a link that makes the first admin, takes an invitation, or sets a new password.

use super::{WELCOME, new_password, problem, with_session};
use crate::cookie;
use crate::error::{Failure, Told, Wants};
use crate::layout;
use crate::site::Site;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;
use store::{Answer, Error, Purpose, Secret};

/// What the address asks for.
#[derive(Default, Deserialize)]
pub struct Asked {
    /// The link's secret.
    pub key: Option<String>,
}

/// What somebody fills in.
#[derive(Deserialize)]
pub(crate) struct Sent {
    key: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    password: String,
}

/// What the page shows.
#[derive(Debug)]
pub struct View {
    /// The link's secret.
    pub key: String,
    /// What the link is for.
    pub purpose: Purpose,
    /// The name typed.
    pub name: String,
    /// The e-mail typed.
    pub email: String,
    /// Why what was filled in is not taken.
    pub problem: Option<String>,
}

pub(crate) async fn get(
    State(site): State<Arc<Site>>,
    Wants(asked): Wants<Asked>,
) -> Result<Markup, Failure> {
    let key = asked.key.unwrap_or_default();
    let purpose = purpose(&site, &key).await?.1;
    let (name, email) = (String::new(), String::new());
    Ok(page(&View { key, purpose, name, email, problem: None }))
}

/// Makes the account or sets the password, and logs in.
pub(crate) async fn post(
    State(site): State<Arc<Site>>,
    headers: HeaderMap,
    Told(sent): Told<Sent>,
) -> Result<Response, Failure> {
    let (link, purpose) = purpose(&site, &sent.key).await?;
    let answer =
        Answer { name: &sent.name, email: &sent.email, password: &sent.password, salt: site.ambient.salt() };
    let user = match site.store.follow_link(&link, answer, site.now_us()).await {
        Ok(user) => user,
        Err(error @ (Error::Input(_) | Error::Password(_) | Error::Taken)) => {
            let problem = Some(Failure::from(error).what);
            let view = View { key: sent.key, purpose, name: sent.name, email: sent.email, problem };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page(&view)).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let secret = site.ambient.secret();
    let replaces = cookie::sent(&headers, &site.reached);
    site.store.start_session(user, &secret, replaces.as_ref(), site.now_us()).await?;
    let to = if purpose == Purpose::SetUp { "/settings/people" } else { "/" };
    Ok(with_session(&site, &secret, to))
}

async fn purpose(site: &Site, key: &str) -> Result<(Secret, Purpose), Failure> {
    let gone = || Failure {
        status: StatusCode::NOT_FOUND,
        what: "This link does not work: it was used, was replaced, or has expired.".to_owned(),
        cure: "Ask an admin for a new one. For the first account, start `kept serve` again: it prints one."
            .to_owned(),
    };
    let secret = Secret::parse(key).ok_or_else(gone)?;
    let link = site.store.link(&secret, site.now_us()).await?.ok_or_else(gone)?;
    Ok((secret, link.purpose))
}

/// The page.
pub fn page(view: &View) -> Markup {
    let (heading, told, button) = match &view.purpose {
        Purpose::SetUp => (
            "Make the first account.",
            "It is an admin's: it gives accounts and roles to others, and sees figures but no customer. Give yourself \
             more under Settings, if you need it.",
            "Make the account",
        ),
        Purpose::Invitation { .. } => {
            ("Welcome to Kept.", "Choose a password and you are in.", "Make the account")
        }
        Purpose::Reset(_) => ("Set a new password.", "All sessions of your account end.", "Set the password"),
    };
    let content = html! {
        div.lead { h1 { (heading) } p.summary { (told) } }
        (problem(view.problem.as_deref()))
        form.entry method="post" action=(WELCOME) {
            input type="hidden" name="key" value=(view.key);
            @if !matches!(view.purpose, Purpose::Reset(_)) {
                label { span { "Name, as others see it" } input type="text" name="name" value=(view.name) required maxlength="200" autocomplete="name"; }
            }
            @match &view.purpose {
                Purpose::SetUp => label { span { "E-mail" } input type="email" name="email" value=(view.email) required maxlength="254" autocomplete="username"; },
                // Seen by what keeps passwords.
                Purpose::Invitation { email, .. } => label { span { "E-mail" } input type="email" value=(email) readonly autocomplete="username"; },
                Purpose::Reset(_) => {},
            }
            (new_password("password", "Password"))
            div.answers { button type="submit" { (button) } }
        }
    };
    layout::bare_page("Welcome", &content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;
    use store::{Grant, UserId};

    #[test]
    fn each_link_asks_for_what_it_needs() {
        let invitation = Purpose::Invitation { email: "bo@x.org".into(), grants: vec![Grant::Reader] };
        for (purpose, name, email) in [
            (Purpose::SetUp, true, "name=\"email\""),
            (invitation, true, "value=\"bo@x.org\" readonly"),
            (Purpose::Reset(UserId(7)), false, "Set a new password."),
        ] {
            let [key, typed, mail] = ["ab", "<i>", ""].map(str::to_owned);
            let view = View { key, purpose, name: typed, email: mail, problem: Some("Too <short>.".into()) };
            let told = page(&view).into_string();
            samples::assert_safe(&told);
            assert_eq!(told.contains("name=\"name\""), name, "{told}");
            assert!(
                told.contains(email) && told.contains("new-password") && told.contains("Too &lt;short&gt;.")
            );
        }
    }
}
