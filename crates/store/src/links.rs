//! One-time links: the first admin's, invitations, new passwords. Each works once and expires; the database has only
//! the hash of its secret.

use crate::sql::{Row, Tx, values};
use crate::{
    Actor, By, Deed, Error, Grant, Result, Salt, Secret, Store, UserId, Verb, audit, email, grants, login,
    password, users,
};

const HOUR_US: i64 = 3600 * 1_000_000;
/// Life of the link that the first start prints.
pub const SETUP_US: i64 = 24 * HOUR_US;
/// Life of an invitation.
pub const INVITATION_US: i64 = 7 * 24 * HOUR_US;
/// Life of a link to a new password.
pub const RESET_US: i64 = 24 * HOUR_US;

/// What a link is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// To make the first admin.
    SetUp,
    /// To make an account with this e-mail.
    Invitation {
        /// As the invitation was written.
        email: String,
        /// What the account will have.
        grants: Vec<Grant>,
    },
    /// To set a user's password.
    Reset(UserId),
}

/// A link that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its number.
    pub id: i64,
    /// What it is for.
    pub purpose: Purpose,
    /// Until when, UTC microseconds.
    pub expires_at_us: i64,
}

/// What somebody fills in who follows a link.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Name; not asked for a new password.
    pub name: &'a str,
    /// E-mail; asked of the first admin only.
    pub email: &'a str,
    /// The new password.
    pub password: &'a str,
    /// For its hash.
    pub salt: Salt,
}

impl Store {
    /// Makes the link to the first admin's account; earlier ones no longer work. When it expires.
    ///
    /// # Errors
    /// [`Error::SetUp`] when there is an admin already.
    pub async fn offer_setup(&self, secret: &Secret, now_us: i64) -> Result<i64> {
        let by = By { actor: Actor::System, at_us: now_us };
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        no_admin_yet(&mut tx).await?;
        tx.run("DELETE FROM links WHERE purpose = 'setup'", &[]).await?;
        let link = NewLink { purpose: "setup", email: None, user: None, life_us: SETUP_US };
        let expires_at_us = link.add(&mut tx, secret, &[], by).await?;
        tx.commit().await?;
        Ok(expires_at_us)
    }

    /// Invites somebody; an earlier invitation to the same address no longer works. When it expires.
    ///
    /// # Errors
    /// When the address is a user's already, or is none.
    pub async fn invite(&self, email: &str, grants: &[Grant], secret: &Secret, by: By) -> Result<i64> {
        let (email, grants) = (email::checked(email)?, grants::in_order(grants)?);
        let key = email::key(email);
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        if tx.row("SELECT id FROM users WHERE email_key = $1", values![&key]).await?.is_some() {
            return Err(Error::Taken);
        }
        for row in tx.rows("SELECT id, email FROM links WHERE purpose = 'invitation'", &[]).await? {
            if row.text_or_null("email")?.is_some_and(|other| email::key(&other) == key) {
                tx.run("DELETE FROM links WHERE id = $1", values![row.int("id")?]).await?;
            }
        }
        let link = NewLink { purpose: "invitation", email: Some(email), user: None, life_us: INVITATION_US };
        let expires_at_us = link.add(&mut tx, secret, &grants, by).await?;
        tx.commit().await?;
        Ok(expires_at_us)
    }

    /// Makes a link by which a user sets a password; earlier ones no longer work. When it expires.
    ///
    /// # Errors
    /// When there is no such user, or the account is closed.
    pub async fn offer_reset(&self, user: UserId, secret: &Secret, by: By) -> Result<i64> {
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        if users::found(&mut tx, user).await?.disabled_at_us.is_some() {
            return Err(Error::Disabled);
        }
        tx.run("DELETE FROM links WHERE user_id = $1", values![user.0]).await?;
        let link = NewLink { purpose: "reset", email: None, user: Some(user), life_us: RESET_US };
        let expires_at_us = link.add(&mut tx, secret, &[], by).await?;
        tx.commit().await?;
        Ok(expires_at_us)
    }

    /// What a link is for; `None` when it does not work, was used or has expired.
    pub async fn link(&self, secret: &Secret, now_us: i64) -> Result<Option<Link>> {
        let link = of_rows(&self.pool.rows(BY_SECRET, values![&secret.hash()]).await?)?;
        Ok(link.into_iter().next().filter(|link| link.expires_at_us > now_us))
    }

    /// Invitations that can still be followed, oldest first.
    pub async fn invitations(&self, now_us: i64) -> Result<Vec<Link>> {
        let mut links = of_rows(&self.pool.rows(INVITATIONS, &[]).await?)?;
        links.retain(|link| link.expires_at_us > now_us);
        Ok(links)
    }

    /// Takes an invitation back; whether it was there.
    pub async fn withdraw_invitation(&self, id: i64, by: By) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let delete = "DELETE FROM links WHERE id = $1 AND purpose = 'invitation'";
        let gone = tx.run(delete, values![id]).await? > 0;
        if gone {
            log(&mut tx, Verb::Removed, id, "invitation", by).await?;
            tx.commit().await?;
        }
        Ok(gone)
    }

    /// Follows a link: makes the account, or sets the password. The link works no longer; the user logs in next.
    ///
    /// # Errors
    /// [`Error::Link`] when it does not work, was used or has expired; [`Error::SetUp`] when somebody else became
    /// the first admin; a weak password, an e-mail that is taken.
    pub async fn follow_link(&self, secret: &Secret, answer: Answer<'_>, now_us: i64) -> Result<UserId> {
        let link = self.link(secret, now_us).await?.ok_or(Error::Link)?;
        let (name, email) = match &link.purpose {
            Purpose::SetUp => (answer.name.to_owned(), answer.email.to_owned()),
            Purpose::Invitation { email, .. } => (answer.name.to_owned(), email.clone()),
            Purpose::Reset(user) => {
                self.user(*user).await?.map(|user| (user.name, user.email)).ok_or(Error::Link)?
            }
        };
        password::check(answer.password, &[&name, &email])?;
        let hash = self.hash_password(answer.password, answer.salt).await?;
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        // Whoever removes it first has used it.
        if tx.run("DELETE FROM links WHERE id = $1", values![link.id]).await? == 0 {
            return Err(Error::Link);
        }
        let by = By { actor: Actor::Visitor, at_us: now_us };
        let user = match &link.purpose {
            Purpose::SetUp => {
                no_admin_yet(&mut tx).await?;
                users::add(&mut tx, &name, &email, &[Grant::Admin], by).await?
            }
            Purpose::Invitation { grants, .. } => users::add(&mut tx, &name, &email, grants, by).await?,
            Purpose::Reset(user) => *user,
        };
        login::set_password(&mut tx, user, &hash, By { actor: Actor::User(user), at_us: now_us }).await?;
        tx.commit().await?;
        Ok(user)
    }
}

struct NewLink<'a> {
    purpose: &'static str,
    email: Option<&'a str>,
    user: Option<UserId>,
    life_us: i64,
}

impl NewLink<'_> {
    async fn add(&self, tx: &mut Tx, secret: &Secret, grants: &[Grant], by: By) -> Result<i64> {
        let expires_at_us = by.at_us + self.life_us;
        let insert = "INSERT INTO links (token_hash, purpose, email, user_id, created_at_us, expires_at_us) \
                      VALUES ($1, $2, $3, $4, $5, $6) RETURNING id";
        let (hash, user) = (secret.hash(), self.user.map(|user| user.0));
        let values = values![&hash, self.purpose, self.email, user, by.at_us, expires_at_us];
        let id = tx.row(insert, values).await?.ok_or(Error::NotFound("the new link"))?.int("id")?;
        for grant in grants {
            let insert = "INSERT INTO link_grants (link_id, role, department) VALUES ($1, $2, $3)";
            let department = grant.department().unwrap_or_default();
            tx.run(insert, values![id, grant.role().as_str(), department]).await?;
        }
        let of = self.user.map_or_else(|| grants::told(grants), |user| format!("user:{}", user.0));
        log(tx, Verb::Added, id, &format!("{}, {of}", self.purpose), by).await?;
        Ok(expires_at_us)
    }
}

macro_rules! select_links {
    ($which:literal) => {
        concat!(
            "SELECT l.id, l.purpose, l.email, l.user_id, l.expires_at_us, g.role, g.department \
             FROM links l LEFT JOIN link_grants g ON g.link_id = l.id ",
            $which
        )
    };
}
const BY_SECRET: &str = select_links!("WHERE l.token_hash = $1");
const INVITATIONS: &str = select_links!("WHERE l.purpose = 'invitation' ORDER BY l.id");

/// Links of rows, one row a grant, those of a link together.
fn of_rows(rows: &[Row]) -> Result<Vec<Link>> {
    let of_link = |a: &Row, b: &Row| matches!((a.int("id"), b.int("id")), (Ok(a), Ok(b)) if a == b);
    rows.chunk_by(of_link).map(of_link_rows).collect()
}

fn of_link_rows(rows: &[Row]) -> Result<Link> {
    let mut grants = Vec::new();
    for row in rows {
        if let Some(role) = row.text_or_null("role")? {
            grants.push(Grant::read(&role, row.text_or_null("department")?.unwrap_or_default())?);
        }
    }
    grants.sort_unstable();
    let row = &rows[0];
    let purpose = match (row.text("purpose")?.as_str(), row.text_or_null("email")?, row.get("user_id")?) {
        ("setup", _, _) => Purpose::SetUp,
        ("invitation", Some(email), _) => Purpose::Invitation { email, grants },
        ("reset", _, Some(user)) => Purpose::Reset(UserId(user)),
        (other, _, _) => return Err(Error::Foreign { column: "links.purpose", found: other.to_owned() }),
    };
    Ok(Link { id: row.int("id")?, purpose, expires_at_us: row.int("expires_at_us")? })
}

async fn no_admin_yet(tx: &mut Tx) -> Result<()> {
    let admin = tx.row("SELECT user_id FROM grants WHERE role = 'admin' LIMIT 1", &[]).await?;
    if admin.is_some() { Err(Error::SetUp) } else { Ok(()) }
}

async fn log(tx: &mut Tx, verb: Verb, id: i64, detail: &str, by: By) -> Result<()> {
    let object = format!("link:{id}");
    audit::append(tx, Deed { verb, object: &object, department: None, detail }, by).await?;
    Ok(())
}

/// Removes what has expired; how many.
pub(crate) async fn sweep(tx: &mut Tx, now_us: i64) -> Result<u64> {
    tx.run("DELETE FROM links WHERE expires_at_us <= $1", values![now_us]).await
}
