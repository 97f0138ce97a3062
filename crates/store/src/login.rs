//! Letting people in: by password, throttled, or by the word of a provider of logins; and changing passwords.

use crate::sql::{Tx, values};
use crate::throttle::{Counted, Subjects};
use crate::{
    Actor, By, Error, Grant, Result, Salt, Secret, Store, UserId, Verb, email, password, sessions, users,
};
use std::net::IpAddr;

/// Somebody who tries to log in.
#[derive(Debug, Clone, Copy)]
pub struct Attempt<'a> {
    /// As typed.
    pub email: &'a str,
    /// As typed.
    pub password: &'a str,
    /// Where from.
    pub address: IpAddr,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogIn {
    /// The secret given is that of a session now.
    In(UserId),
    /// Account unknown or closed, or password wrong; which one is not told.
    Refused,
    /// Too many failures; the password was not looked at.
    Locked {
        /// When the next attempt may be made, UTC microseconds.
        until_us: i64,
    },
}

/// What a provider of logins (OIDC) says of somebody.
#[derive(Debug, Clone, Copy)]
pub struct Provided<'a> {
    /// The provider.
    pub issuer: &'a str,
    /// Who it is to the provider, for ever.
    pub subject: &'a str,
    /// Name, where it tells one.
    pub name: &'a str,
    /// A verified e-mail address.
    pub email: &'a str,
    /// What the provider's groups stand for here.
    pub grants: &'a [Grant],
}

/// An attempt whose password was looked at.
struct Tried {
    subjects: Subjects,
    counted: Counted,
    known: Option<(UserId, Option<String>)>,
    is_right: bool,
}

impl Store {
    /// Logs in by password. When it succeeds, `secret` is the session's; the one the browser had before
    /// (`replaces`) ends, so that nobody can have planted it.
    pub async fn log_in(
        &self,
        attempt: Attempt<'_>,
        secret: &Secret,
        replaces: Option<&Secret>,
        now_us: i64,
    ) -> Result<LogIn> {
        let tried = match self.try_password(attempt, now_us).await? {
            Ok(tried) => tried,
            Err(until_us) => return Ok(LogIn::Locked { until_us }),
        };
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        let Some(user) = still_right(&mut tx, &tried).await? else {
            return refuse(tx, &tried, now_us).await;
        };
        tried.subjects.forgive(&mut tx, &tried.counted).await?;
        sessions::start(&mut tx, user, secret, replaces, now_us).await?;
        tx.commit().await?;
        Ok(LogIn::In(user))
    }

    /// Logs in somebody whom a provider vouches for. The first time, an account is made; each time, its grants
    /// become those the provider's groups stand for.
    ///
    /// # Errors
    /// When the e-mail is that of an account the provider does not know: accounts are not joined by what a provider
    /// says of an address. When no open account of an admin would be left.
    pub async fn log_in_by_provider(
        &self,
        provided: Provided<'_>,
        secret: &Secret,
        replaces: Option<&Secret>,
        now_us: i64,
    ) -> Result<LogIn> {
        if provided.grants.is_empty() {
            return Ok(LogIn::Refused);
        }
        let by = By { actor: Actor::System, at_us: now_us };
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        let select = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
        let known = tx.row(select, values![provided.issuer, provided.subject]).await?;
        let user = if let Some(row) = known {
            let id = UserId(row.int("user_id")?);
            if users::found(&mut tx, id).await?.disabled_at_us.is_some() {
                return Ok(LogIn::Refused);
            }
            users::set_grants(&mut tx, id, provided.grants, by).await?;
            id
        } else {
            let name = if provided.name.trim().is_empty() { provided.email } else { provided.name };
            let id = users::add(&mut tx, name, provided.email, provided.grants, by).await?;
            let insert = "INSERT INTO identities (issuer, subject, user_id) VALUES ($1, $2, $3)";
            tx.run(insert, values![provided.issuer, provided.subject, id.0]).await?;
            id
        };
        sessions::start(&mut tx, user, secret, replaces, now_us).await?;
        tx.commit().await?;
        Ok(LogIn::In(user))
    }

    /// A user's own new password, against the old one; throttled like a login. Ends all sessions of the user; the
    /// one at hand goes on as `secret`.
    ///
    /// # Errors
    /// When the new password is too weak.
    pub async fn change_password(
        &self,
        attempt: Attempt<'_>,
        new: &str,
        salt: Salt,
        secret: &Secret,
        now_us: i64,
    ) -> Result<LogIn> {
        // Before the attempt is counted: a weak new password is no failure of the old one.
        let name = self.user_by_email(attempt.email).await?.map(|user| user.name).unwrap_or_default();
        password::check(new, &[&name, attempt.email])?;
        let tried = match self.try_password(attempt, now_us).await? {
            Ok(tried) => tried,
            Err(until_us) => return Ok(LogIn::Locked { until_us }),
        };
        let hash = if tried.is_right { self.hash_password(new, salt).await? } else { String::new() };
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        let Some(user) = still_right(&mut tx, &tried).await? else {
            return refuse(tx, &tried, now_us).await;
        };
        tried.subjects.forgive(&mut tx, &tried.counted).await?;
        let by = By { actor: Actor::User(user), at_us: now_us };
        set_password(&mut tx, user, &hash, by).await?;
        sessions::start(&mut tx, user, secret, None, now_us).await?;
        tx.commit().await?;
        Ok(LogIn::In(user))
    }

    /// What is kept of a password that was checked.
    pub(crate) async fn hash_password(&self, password: &str, salt: Salt) -> Result<String> {
        let password = password.to_owned();
        self.slowly(move || password::hash(&password, &salt)).await?
    }

    /// Counts the attempt, then looks at the password; or says until when there may be none.
    async fn try_password(
        &self,
        attempt: Attempt<'_>,
        now_us: i64,
    ) -> Result<std::result::Result<Tried, i64>> {
        let key = email::key(attempt.email);
        let subjects = Subjects::new(&key, attempt.address);
        let mut tx = self.pool.begin().await?;
        let counted = match subjects.count(&mut tx, now_us).await? {
            Ok(counted) => counted,
            Err(until_us) => return Ok(Err(until_us)),
        };
        tx.commit().await?;
        let select = "SELECT id, password_hash FROM users WHERE email_key = $1 AND disabled_at_us IS NULL";
        let rows = self.pool.rows(select, values![&key]).await?;
        let known = match rows.first() {
            Some(row) => Some((UserId(row.int("id")?), row.text_or_null("password_hash")?)),
            None => None,
        };
        let hash = known.as_ref().and_then(|(_, hash)| hash.clone());
        let password = attempt.password.to_owned();
        let is_right = self.slowly(move || password::is_right(&password, hash.as_deref())).await?;
        Ok(Ok(Tried { subjects, counted, known, is_right }))
    }

    /// Runs what takes memory and time on a thread of its own, a few at once.
    async fn slowly<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let hashing = |why: &dyn std::fmt::Display| Error::Hashing(why.to_string());
        let _permit = self.hashing.acquire().await.map_err(|why| hashing(&why))?;
        tokio::task::spawn_blocking(work).await.map_err(|why| hashing(&why))
    }
}

/// The user, if the password was right and account and password are still what they were when it was looked at.
async fn still_right(tx: &mut Tx, tried: &Tried) -> Result<Option<UserId>> {
    let Some((user, Some(hash))) = tried.known.as_ref().filter(|_| tried.is_right) else { return Ok(None) };
    let select = "SELECT id FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at_us IS NULL";
    Ok(tx.row(select, values![user.0, hash]).await?.map(|_| *user))
}

/// Notes a failure on an account that there is; on others there is nothing an auditor could look up.
async fn refuse(mut tx: Tx, tried: &Tried, now_us: i64) -> Result<LogIn> {
    if let Some((user, _)) = tried.known {
        let by = By { actor: Actor::Visitor, at_us: now_us };
        users::log(&mut tx, Verb::Refused, user, "login", by).await?;
        tx.commit().await?;
    }
    Ok(LogIn::Refused)
}

/// Sets a password and ends what rested on the old one: sessions, and links to a new one.
pub(crate) async fn set_password(tx: &mut Tx, user: UserId, hash: &str, by: By) -> Result<()> {
    tx.run("UPDATE users SET password_hash = $2 WHERE id = $1", values![user.0, hash]).await?;
    tx.run("DELETE FROM sessions WHERE user_id = $1", values![user.0]).await?;
    tx.run("DELETE FROM links WHERE user_id = $1", values![user.0]).await?;
    users::log(tx, Verb::Changed, user, "password", by).await
}
