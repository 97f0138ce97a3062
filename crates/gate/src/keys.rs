//! Write keys: API tokens for sending events, each bound to the silo whose program carries it.

use crate::answer::Refusal;
use crate::{Error, Result};
use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Config;
use model::config::{Feed, Silo};
use rustc_hash::FxHashMap;
use std::sync::{Mutex, PoisonError};
use store::policy::Scope;
use store::{Actor, By, Grant, NewToken, Secret, Store, TokenId, TokenRow, UserId};

/// How long a key that worked is not looked up again; a key taken back works so long at most.
const TRUST_US: i64 = 10 * 1_000_000;
const DAY_US: i64 = 24 * 3600 * 1_000_000;
/// Owner of keys that were made before there was any admin.
const OWNER: (&str, &str) = ("Write keys", "write-keys@kept.invalid");

/// A key to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// What it is called in lists.
    pub name: &'a str,
    /// The silo whose program carries it.
    pub silo: &'a str,
    /// E-mail address of the user whose it is; the first admin when absent.
    pub owner: Option<&'a str>,
    /// How long it works, from 1 to 366.
    pub days: u16,
}

/// A key in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// The token that it is.
    pub token: TokenRow,
    /// The silo it writes to.
    pub silo: String,
}

/// Makes a write key of `secret`, which is shown now and never again.
///
/// # Errors
/// When the silo takes no events, there is no such owner, or the token is none.
pub async fn add_key(
    store: &Store,
    config: &Config,
    new: NewKey<'_>,
    secret: &Secret,
    now_us: i64,
) -> Result<TokenId> {
    feed(config, new.silo)?;
    let by = By { actor: Actor::System, at_us: now_us };
    let owner = owner(store, new.owner, by).await?;
    let expires_at_us = now_us + i64::from(new.days) * DAY_US;
    let token = NewToken { owner, name: new.name, scopes: &[Scope::Ingest], expires_at_us };
    let id = store.add_token(token, secret, by).await?;
    // A key without its silo writes nowhere.
    store.set_setting(&setting(id), Some(new.silo), by).await?;
    Ok(id)
}

/// All write keys, also those that work no longer, in order of id.
pub async fn keys(store: &Store) -> Result<Vec<KeyRow>> {
    let mut keys = Vec::new();
    for token in store.tokens().await? {
        if let Some(silo) = store.setting(&setting(token.id)).await? {
            keys.push(KeyRow { token, silo });
        }
    }
    Ok(keys)
}

fn setting(id: TokenId) -> String {
    format!("write-key:{}", id.0)
}

async fn owner(store: &Store, named: Option<&str>, by: By) -> Result<UserId> {
    if let Some(email) = named {
        let found = store.user_by_email(email).await?;
        return Ok(found.ok_or(store::Error::NotFound("user"))?.id);
    }
    let users = store.users().await?;
    let admin = |user: &&store::User| user.disabled_at_us.is_none() && user.grants.contains(&Grant::Admin);
    if let Some(user) = users.iter().find(admin) {
        return Ok(user.id);
    }
    match users.iter().find(|user| user.email == OWNER.1) {
        Some(user) => Ok(user.id),
        None => Ok(store.add_user(OWNER.0, OWNER.1, &[], by).await?),
    }
}

/// The feed of a silo that takes events.
fn feed<'c>(config: &'c Config, silo: &str) -> Result<(&'c Silo, &'c Feed)> {
    let takes = |(_, feed): &(&Silo, &Feed)| feed.takes_calls();
    let mut feeds = config.feeds().filter(takes);
    feeds.find(|(other, _)| other.id.get_ref() == silo).ok_or_else(|| {
        let mut known: Vec<&str> =
            config.feeds().filter(takes).map(|(silo, _)| silo.id.get_ref().as_str()).collect();
        known.dedup();
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        Error::Silo(format!(
            "the silo `{silo}` takes no events; give it a [[silo.feed]] with preset = \"segment-events\" in kept.toml. \
             Silos that do: {known}"
        ))
    })
}

/// Looks keys up.
#[derive(Debug)]
pub(crate) struct Keys {
    store: Store,
    /// What was looked up lately: the silo a key writes to, and until when that is trusted.
    trusted: Mutex<FxHashMap<String, (String, i64)>>,
}

impl Keys {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, trusted: Mutex::default() }
    }

    /// The feed that a request may send events to.
    pub(crate) async fn feed<'c>(
        &self,
        config: &'c Config,
        headers: &HeaderMap,
        now_us: i64,
    ) -> std::result::Result<(&'c Silo, &'c Feed), Refusal> {
        let key = shown(headers).ok_or_else(unknown)?;
        let silo = match self.trusted(&key, now_us) {
            Some(silo) => silo,
            None => self.look_up(&key, now_us).await?,
        };
        feed(config, &silo).map_err(|error| {
            Refusal::new(
                StatusCode::FORBIDDEN,
                format!("This key writes nowhere: {error}."),
                "Tell who runs Kept.",
            )
        })
    }

    fn trusted(&self, key: &str, now_us: i64) -> Option<String> {
        let trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        trusted.get(key).filter(|(_, until_us)| now_us < *until_us).map(|(silo, _)| silo.clone())
    }

    async fn look_up(&self, key: &str, now_us: i64) -> std::result::Result<String, Refusal> {
        let unread = |error: store::Error| {
            eprintln!("gate: {error}");
            let cure = "Send it again. See what `kept serve` wrote.";
            Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "The key could not be looked up.", cure).later(5)
        };
        let secret = Secret::parse(key).ok_or_else(unknown)?;
        let token = self.store.token(&secret, now_us).await.map_err(unread)?.ok_or_else(unknown)?;
        // Whoever runs this machine bound the key to its silo; without that it is a token for something else.
        let silo = self.store.setting(&setting(token.id)).await.map_err(unread)?;
        let silo = silo.filter(|_| token.scopes.contains(&Scope::Ingest)).ok_or_else(|| {
            Refusal::new(
                StatusCode::FORBIDDEN,
                "This token may not send events.",
                "Make a write key: kept keys new --name \"web shop\" --silo web.",
            )
        })?;
        let mut trusted = self.trusted.lock().unwrap_or_else(PoisonError::into_inner);
        trusted.retain(|_, (_, until_us)| now_us < *until_us);
        trusted.insert(key.to_owned(), (silo.clone(), now_us + TRUST_US));
        Ok(silo)
    }
}

fn unknown() -> Refusal {
    Refusal::new(
        StatusCode::UNAUTHORIZED,
        "There is no such write key, or it has expired or was taken back.",
        "Send the key as the user name of basic auth, without a password, or as Authorization: Bearer KEY.",
    )
}

/// The key that a request shows: the user name of basic auth, or a bearer token.
fn shown(headers: &HeaderMap) -> Option<String> {
    let said = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = said.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let plain = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    Some(plain.split_once(':').map_or(plain.as_str(), |(user, _)| user).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_from_basic_and_bearer() {
        for (said, key) in [
            ("Basic a2V5Og==", Some("key")),
            ("basic  a2V5", Some("key")),
            ("Basic a2V5OnNlY3JldA==", Some("key")),
            ("Bearer key", Some("key")),
            ("Basic %%", None),
            ("Digest x", None),
            ("key", None),
        ] {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, said.parse().expect("a header"))]);
            assert_eq!(shown(&headers).as_deref(), key, "{said}");
        }
        assert_eq!(shown(&HeaderMap::new()), None);
    }
}
