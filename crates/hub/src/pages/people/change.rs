//! What admins change: invitations, roles, links to new passwords, closing and opening accounts.

use super::{PATH, departments, done, list, roles_of, show};
use crate::error::{Failure, Told};
use crate::pages::entry;
use crate::{Hub, links};
use axum::extract::Path;
use axum::response::Redirect;
use maud::Markup;
use serde::Deserialize;
use store::UserId;

/// An invitation by its number.
#[derive(Deserialize)]
pub(crate) struct Numbered {
    id: i64,
}

/// `POST /settings/people/invite`: answered with the link, this once.
pub(crate) async fn invite(hub: Hub, Told(sent): Told<Vec<(String, String)>>) -> Result<Markup, Failure> {
    let email = sent.iter().find(|(name, _)| name == "email").map_or("", |(_, value)| value);
    let grants = roles_of(&sent, &departments(&hub));
    let secret = hub.site.ambient.secret();
    hub.site.store.invite(email, &grants, &secret, hub.who.by(hub.now_us())).await?;
    let link = entry::link(&hub.site.reached.address(), &secret);
    Ok(list::page(&list::view(&hub, None, Some(link)).await?))
}

/// `POST /settings/people/withdraw`
pub(crate) async fn withdraw(hub: Hub, Told(sent): Told<Numbered>) -> Result<Redirect, Failure> {
    hub.site.store.withdraw_invitation(sent.id, hub.who.by(hub.now_us())).await?;
    Ok(done(PATH, "withdrawn"))
}

/// `POST /settings/people/ID/roles`
pub(crate) async fn roles(
    hub: Hub,
    Path(id): Path<i64>,
    Told(sent): Told<Vec<(String, String)>>,
) -> Result<Redirect, Failure> {
    let grants = roles_of(&sent, &departments(&hub));
    hub.site.store.set_grants(UserId(id), &grants, hub.who.by(hub.now_us())).await?;
    Ok(done(&links::person(UserId(id)), "roles"))
}

/// `POST /settings/people/ID/link`: answered with the link, this once.
pub(crate) async fn link(hub: Hub, Path(id): Path<i64>) -> Result<Markup, Failure> {
    let secret = hub.site.ambient.secret();
    hub.site.store.offer_reset(UserId(id), &secret, hub.who.by(hub.now_us())).await?;
    let link = entry::link(&hub.site.reached.address(), &secret);
    Ok(show::page(&show::view(&hub, UserId(id), None, Some(link)).await?))
}

/// `POST /settings/people/ID/disable`
pub(crate) async fn disable(hub: Hub, Path(id): Path<i64>) -> Result<Redirect, Failure> {
    hub.site.store.disable_user(UserId(id), hub.who.by(hub.now_us())).await?;
    Ok(done(&links::person(UserId(id)), "disabled"))
}

/// `POST /settings/people/ID/enable`
pub(crate) async fn enable(hub: Hub, Path(id): Path<i64>) -> Result<Redirect, Failure> {
    hub.site.store.enable_user(UserId(id), hub.who.by(hub.now_us())).await?;
    Ok(done(&links::person(UserId(id)), "enabled"))
}
