//! Making and revoking one's API tokens.

use super::change::Numbered;
use super::show::{SCOPES, done, page, view};
use crate::Hub;
use crate::error::{Failure, Told};
use axum::http::StatusCode;
use axum::response::Redirect;
use maud::Markup;
use store::policy::Scope;
use store::{NewToken, TokenId};

const DAY_US: i64 = 24 * 3600 * 1_000_000;

/// `POST /account/tokens`: answered with the token itself, this once.
pub(crate) async fn add(hub: Hub, Told(sent): Told<Vec<(String, String)>>) -> Result<Markup, Failure> {
    let text = |name: &str| sent.iter().find(|(other, _)| other == name).map_or("", |(_, value)| value);
    let named = |scope: Scope| sent.iter().any(|(name, value)| name == "scope" && value == scope.as_str());
    let chosen = SCOPES.iter().filter(|(scope, ..)| named(*scope));
    let mut scopes = Vec::new();
    for (scope, _, resource, action) in chosen {
        if !hub.may(*resource, *action) {
            return Err(crate::gate::forbidden());
        }
        scopes.push(*scope);
    }
    let days: i64 = text("days").parse().unwrap_or_default();
    if !(1..=366).contains(&days) || scopes.is_empty() {
        return Err(Failure {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            what: "A token works for 1 to 366 days and may do one thing at least.".to_owned(),
            cure: "Nothing was made. Go back: what you wrote is still there.".to_owned(),
        });
    }
    let (secret, now_us) = (hub.site.ambient.secret(), hub.now_us());
    let (owner, expires_at_us) = (hub.who.user.id, now_us + days * DAY_US);
    let new = NewToken { owner, name: text("name"), scopes: &scopes, expires_at_us };
    hub.site.store.add_token(new, &secret, hub.who.by(now_us)).await?;
    Ok(page(&view(&hub, None, Some(secret.text())).await?))
}

/// `POST /account/tokens/revoke`: one's own alone.
pub(crate) async fn revoke(hub: Hub, Told(sent): Told<Numbered>) -> Result<Redirect, Failure> {
    let id = TokenId(sent.id);
    let tokens = hub.site.store.tokens().await?;
    if !tokens.iter().any(|token| token.id == id && token.owner == hub.who.user.id) {
        return Err(store::Error::NotFound("token").into());
    }
    hub.site.store.revoke_token(id, hub.who.by(hub.now_us())).await?;
    Ok(done("token"))
}
