//! What people change of their own account: name, password, sessions.

use super::show::done;
use crate::Hub;
use crate::cookie;
use crate::error::{Failure, Told};
use crate::guards::CameFrom;
use crate::pages::entry::login::locked;
use crate::who::Via;
use axum::Extension;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use store::{Attempt, LogIn};

/// Name and e-mail.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
    email: String,
}

/// The password one has, and the one to be.
#[derive(Deserialize)]
pub(crate) struct Passwords {
    old: String,
    new: String,
}

/// A session or token by its number.
#[derive(Deserialize)]
pub(crate) struct Numbered {
    pub(super) id: i64,
}

/// `POST /account/name`
pub(crate) async fn name(hub: Hub, Told(sent): Told<Named>) -> Result<Redirect, Failure> {
    own(&hub)?;
    let by = hub.who.by(hub.now_us());
    hub.site.store.rename_user(hub.who.user.id, &sent.name, &sent.email, by).await?;
    Ok(done("name"))
}

/// `POST /account/password`: the session goes on under a new secret, all others end.
pub(crate) async fn password(
    hub: Hub,
    Extension(CameFrom(address)): Extension<CameFrom>,
    Told(sent): Told<Passwords>,
) -> Result<Response, Failure> {
    own(&hub)?;
    let (site, now_us) = (&hub.site, hub.now_us());
    let secret = site.ambient.secret();
    let attempt = Attempt { email: &hub.who.user.email, password: &sent.old, address };
    let refused = |status, what: String| Failure {
        status,
        what,
        cure: "Nothing was changed. Go back and try again.".to_owned(),
    };
    match site.store.change_password(attempt, &sent.new, site.ambient.salt(), &secret, now_us).await? {
        LogIn::In(_) => {}
        LogIn::Refused => {
            let what = "The password you have is another one.".to_owned();
            return Err(refused(StatusCode::UNPROCESSABLE_ENTITY, what));
        }
        LogIn::Locked { until_us } => {
            return Err(refused(StatusCode::TOO_MANY_REQUESTS, locked(until_us - now_us)));
        }
    }
    let mut response = done("password").into_response();
    response.headers_mut().insert(header::SET_COOKIE, cookie::set(&site.reached, &secret));
    Ok(response)
}

/// `POST /account/sessions/end`
pub(crate) async fn end_session(hub: Hub, Told(sent): Told<Numbered>) -> Result<Redirect, Failure> {
    let by = hub.who.by(hub.now_us());
    hub.site.store.end_session(hub.who.user.id, sent.id, by).await?;
    Ok(done("session"))
}

/// Fails for whoever is here without having logged in: the demo's user belongs to everybody.
fn own(hub: &Hub) -> Result<(), Failure> {
    if matches!(hub.who.via, Via::Session(..)) {
        return Ok(());
    }
    Err(Failure {
        status: StatusCode::CONFLICT,
        what: "The demo's account cannot be changed.".to_owned(),
        cure: "Start `kept serve` on a home of your own to have accounts of your own.".to_owned(),
    })
}
