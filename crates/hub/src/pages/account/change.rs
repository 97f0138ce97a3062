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
use store::{Attempt, LogIn, Secret};

/// Name and e-mail, and the password.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
    email: String,
    password: String,
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

/// `POST /account/name`: against the password, as the e-mail is what one logs in with. The session goes on under a new
/// secret.
pub(crate) async fn name(
    hub: Hub,
    Extension(CameFrom(address)): Extension<CameFrom>,
    Told(sent): Told<Named>,
) -> Result<Response, Failure> {
    let own = own(&hub)?;
    let (site, user, now_us) = (&hub.site, &hub.who.user, hub.now_us());
    let secret = site.ambient.secret();
    let attempt = Attempt { email: &user.email, password: &sent.password, address };
    let tried = site.store.log_in(attempt, &secret, Some(own), now_us).await?;
    is_in(tried, now_us)?;
    let renamed = site.store.rename_user(user.id, &sent.name, &sent.email, hub.who.by(now_us)).await;
    let done =
        renamed.map_or_else(|error| Failure::from(error).into_response(), |()| done("name").into_response());
    Ok(with_cookie(done, &hub, &secret))
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
    let tried = site.store.change_password(attempt, &sent.new, site.ambient.salt(), &secret, now_us).await?;
    is_in(tried, now_us)?;
    Ok(with_cookie(done("password").into_response(), &hub, &secret))
}

/// Fails unless the password was right.
fn is_in(tried: LogIn, now_us: i64) -> Result<(), Failure> {
    let (status, what) = match tried {
        LogIn::In(_) => return Ok(()),
        LogIn::Refused => {
            (StatusCode::UNPROCESSABLE_ENTITY, "The password you have is another one.".to_owned())
        }
        LogIn::Locked { until_us } => (StatusCode::TOO_MANY_REQUESTS, locked(until_us - now_us)),
    };
    Err(Failure { status, what, cure: "Nothing was changed. Go back and try again.".to_owned() })
}

fn with_cookie(mut response: Response, hub: &Hub, secret: &Secret) -> Response {
    response.headers_mut().insert(header::SET_COOKIE, cookie::set(&hub.site.reached, secret));
    response
}

/// `POST /account/sessions/end`
pub(crate) async fn end_session(hub: Hub, Told(sent): Told<Numbered>) -> Result<Redirect, Failure> {
    let by = hub.who.by(hub.now_us());
    hub.site.store.end_session(hub.who.user.id, sent.id, by).await?;
    Ok(done("session"))
}

/// The secret of the session; fails for whoever is here without having logged in: the demo's user belongs to everybody.
fn own(hub: &Hub) -> Result<&Secret, Failure> {
    if let Via::Session(_, secret) = &hub.who.via {
        return Ok(secret);
    }
    Err(Failure {
        status: StatusCode::CONFLICT,
        what: "The demo's account cannot be changed.".to_owned(),
        cure: "Start `kept serve` on a home of your own to have accounts of your own.".to_owned(),
    })
}
