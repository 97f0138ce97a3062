//! Users and their roles. Every change is one transaction, one after another, with its row in the audit log.
//!
//! Who may make a change is for the caller to ask of [`crate::policy`].

use crate::sql::{Row, Tx, values};
use crate::{By, Deed, Error, Grant, Result, Store, UserId, Verb, audit, email, grants};

/// Longest name, in characters.
const NAME_CHARS: usize = 200;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Never given twice.
    pub id: UserId,
    /// As others see it.
    pub name: String,
    /// As it was written; no two differ in case alone.
    pub email: String,
    /// Sorted, each once.
    pub grants: Vec<Grant>,
    /// UTC microseconds.
    pub created_at_us: i64,
    /// Since when the account is closed; `None` while it is open.
    pub disabled_at_us: Option<i64>,
}

/// What [`of_rows`] reads of the tables `users u` and `grants g`.
macro_rules! user_columns {
    () => {
        "u.id AS user_id, u.name, u.email, u.created_at_us, u.disabled_at_us, g.role, g.department"
    };
}
pub(crate) use user_columns;

macro_rules! select_users {
    ($which:literal) => {
        concat!("SELECT ", user_columns!(), " FROM users u LEFT JOIN grants g ON g.user_id = u.id ", $which)
    };
}

impl Store {
    /// Adds a user without a password: a link ([`Store::offer_reset`]) or a provider of logins lets them in.
    ///
    /// # Errors
    /// When the e-mail is another user's already, or name, e-mail or grants are none.
    pub async fn add_user(&self, name: &str, email: &str, grants: &[Grant], by: By) -> Result<UserId> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx).await?;
        let id = add(&mut tx, name, email, grants, by).await?;
        tx.commit().await?;
        Ok(id)
    }

    /// One user.
    pub async fn user(&self, id: UserId) -> Result<Option<User>> {
        one(&self.pool.rows(select_users!("WHERE u.id = $1"), values![id.0]).await?)
    }

    /// The user of an e-mail address, in whatever case.
    pub async fn user_by_email(&self, email: &str) -> Result<Option<User>> {
        let select = select_users!("WHERE u.email_key = $1");
        one(&self.pool.rows(select, values![&email::key(email)]).await?)
    }

    /// All users, disabled ones too, in order of id.
    pub async fn users(&self) -> Result<Vec<User>> {
        of_rows(&self.pool.rows(select_users!("ORDER BY u.id"), &[]).await?)
    }

    /// Writes name and e-mail anew.
    ///
    /// # Errors
    /// When there is no such user, the e-mail is another user's already, or either is none.
    pub async fn rename_user(&self, id: UserId, name: &str, email: &str, by: By) -> Result<()> {
        let (name, email) = (checked_name(name)?, email::checked(email)?);
        let mut tx = self.pool.begin().await?;
        lock(&mut tx).await?;
        found(&mut tx, id).await?;
        let update = "UPDATE users SET name = $2, email = $3, email_key = $4 WHERE id = $1";
        taken(tx.run(update, values![id.0, name, email, &email::key(email)]).await)?;
        log(&mut tx, Verb::Changed, id, "name or e-mail", by).await?;
        tx.commit().await
    }

    /// Gives a user these grants and no others. They count from the user's next request on.
    ///
    /// # Errors
    /// When there is no such user, or no open account of an admin would be left.
    pub async fn set_grants(&self, id: UserId, grants: &[Grant], by: By) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx).await?;
        set_grants(&mut tx, id, grants, by).await?;
        tx.commit().await
    }

    /// Closes an account: its sessions end, its tokens and links no longer work. Nothing of it is removed, since
    /// the audit log names it.
    ///
    /// # Errors
    /// When there is no such user, or no open account of an admin would be left.
    pub async fn disable_user(&self, id: UserId, by: By) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx).await?;
        let was_admin = found(&mut tx, id).await?.grants.contains(&Grant::Admin);
        let disable = "UPDATE users SET disabled_at_us = $2 WHERE id = $1 AND disabled_at_us IS NULL";
        let changed = tx.run(disable, values![id.0, by.at_us]).await?;
        if was_admin {
            an_admin_is_left(&mut tx).await?;
        }
        tx.run("DELETE FROM sessions WHERE user_id = $1", values![id.0]).await?;
        tx.run("DELETE FROM links WHERE user_id = $1", values![id.0]).await?;
        if changed > 0 {
            log(&mut tx, Verb::Disabled, id, "", by).await?;
        }
        tx.commit().await
    }

    /// Opens a closed account. Sessions it had stay ended; its tokens work again.
    pub async fn enable_user(&self, id: UserId, by: By) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        lock(&mut tx).await?;
        found(&mut tx, id).await?;
        let enable = "UPDATE users SET disabled_at_us = NULL WHERE id = $1 AND disabled_at_us IS NOT NULL";
        if tx.run(enable, values![id.0]).await? > 0 {
            log(&mut tx, Verb::Enabled, id, "", by).await?;
        }
        tx.commit().await
    }
}

/// Makes all other changes to people wait until this one is done. The first statement of each.
pub(crate) async fn lock(tx: &mut Tx) -> Result<()> {
    tx.run("UPDATE people SET version = version + 1", &[]).await?;
    Ok(())
}

pub(crate) async fn add(tx: &mut Tx, name: &str, email: &str, grants: &[Grant], by: By) -> Result<UserId> {
    let (name, email) = (checked_name(name)?, email::checked(email)?);
    let grants = grants::in_order(grants)?;
    let insert =
        "INSERT INTO users (name, email, email_key, created_at_us) VALUES ($1, $2, $3, $4) RETURNING id";
    let row = taken(tx.row(insert, values![name, email, &email::key(email), by.at_us]).await)?;
    let id = UserId(row.ok_or(Error::NotFound("the new user"))?.int("id")?);
    write_grants(tx, id, &grants).await?;
    log(tx, Verb::Added, id, &grants::told(&grants), by).await?;
    Ok(id)
}

pub(crate) async fn set_grants(tx: &mut Tx, id: UserId, grants: &[Grant], by: By) -> Result<()> {
    let grants = grants::in_order(grants)?;
    let before = found(tx, id).await?.grants;
    if before == grants {
        return Ok(());
    }
    tx.run("DELETE FROM grants WHERE user_id = $1", values![id.0]).await?;
    write_grants(tx, id, &grants).await?;
    if before.contains(&Grant::Admin) {
        an_admin_is_left(tx).await?;
    }
    let detail = format!("{} instead of {}", grants::told(&grants), grants::told(&before));
    log(tx, Verb::Changed, id, &detail, by).await
}

/// The user, open or closed.
pub(crate) async fn found(tx: &mut Tx, id: UserId) -> Result<User> {
    one(&tx.rows(select_users!("WHERE u.id = $1"), values![id.0]).await?)?.ok_or(Error::NotFound("user"))
}

/// Users of rows that begin with [`user_columns`], one row a grant, those of a user together.
pub(crate) fn of_rows(rows: &[Row]) -> Result<Vec<User>> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let id = UserId(row.int("user_id")?);
        if users.last().is_none_or(|user| user.id != id) {
            users.push(User {
                id,
                name: row.text("name")?,
                email: row.text("email")?,
                grants: Vec::new(),
                created_at_us: row.int("created_at_us")?,
                disabled_at_us: row.get("disabled_at_us")?,
            });
        }
        let (role, department) = (row.text_or_null("role")?, row.text_or_null("department")?);
        if let (Some(user), Some(role)) = (users.last_mut(), role) {
            user.grants.push(Grant::read(&role, department.unwrap_or_default())?);
        }
    }
    for user in &mut users {
        user.grants.sort_unstable();
    }
    Ok(users)
}

pub(crate) fn one(rows: &[Row]) -> Result<Option<User>> {
    Ok(of_rows(rows)?.into_iter().next())
}

pub(crate) async fn log(tx: &mut Tx, verb: Verb, id: UserId, detail: &str, by: By) -> Result<()> {
    let object = format!("user:{}", id.0);
    audit::append(tx, Deed { verb, object: &object, department: None, detail }, by).await?;
    Ok(())
}

async fn write_grants(tx: &mut Tx, id: UserId, grants: &[Grant]) -> Result<()> {
    for grant in grants {
        let insert = "INSERT INTO grants (user_id, role, department) VALUES ($1, $2, $3)";
        let department = grant.department().unwrap_or_default();
        tx.run(insert, values![id.0, grant.role().as_str(), department]).await?;
    }
    Ok(())
}

/// Fails when the change at hand would lock everybody out.
async fn an_admin_is_left(tx: &mut Tx) -> Result<()> {
    let select = "SELECT u.id FROM users u JOIN grants g ON g.user_id = u.id \
                  WHERE g.role = 'admin' AND u.disabled_at_us IS NULL LIMIT 1";
    tx.row(select, &[]).await?.map(|_| ()).ok_or(Error::LastAdmin)
}

/// Tells a second use of an e-mail from other failures.
fn taken<T>(written: Result<T>) -> Result<T> {
    written.map_err(|error| if error.is_taken() { Error::Taken } else { error })
}

fn checked_name(name: &str) -> Result<&str> {
    let name = name.trim();
    let fits = (1..=NAME_CHARS).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if fits { Ok(name) } else { Err(Error::Input(format!("a name has 1 to {NAME_CHARS} characters"))) }
}
