//! Sessions of the web: ended by half an hour without a request, by twelve hours, by their user, by an admin, by a
//! new password and by the closing of the account.

use crate::sql::{Tx, values};
use crate::users::{self, user_columns};
use crate::{Actor, By, Deed, Error, Result, Secret, Store, User, UserId, Verb, audit};

/// A session ends when no request came for so long.
pub const IDLE_US: i64 = 30 * 60 * 1_000_000;
/// A session ends so long after its login.
pub const ABSOLUTE_US: i64 = 12 * 3600 * 1_000_000;
/// Requests nearer to each other are not written down: an idle session may end this much earlier.
const WRITE_AFTER_US: i64 = 60 * 1_000_000;

/// A session that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its number, to end it by.
    pub id: i64,
    /// Whose it is, with the grants of this moment.
    pub user: User,
    /// The login, UTC microseconds.
    pub started_at_us: i64,
    /// When it ends if no further request comes.
    pub ends_at_us: i64,
}

/// A session in the list of somebody's sessions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number, to end it by.
    pub id: i64,
    /// The login, UTC microseconds.
    pub started_at_us: i64,
    /// A request, UTC microseconds; later ones by less than a minute are not told.
    pub seen_at_us: i64,
}

impl Store {
    /// Begins a session for somebody of whom the caller knows who it is: the demo's user, or a user who has just
    /// set a password. A session that was there before in the same browser (`replaces`) ends.
    ///
    /// # Errors
    /// When there is no such user, or the account is closed.
    pub async fn start_session(
        &self,
        user: UserId,
        secret: &Secret,
        replaces: Option<&Secret>,
        now_us: i64,
    ) -> Result<()> {
        let mut tx = self.pool.begin().await?;
        users::lock(&mut tx).await?;
        if users::found(&mut tx, user).await?.disabled_at_us.is_some() {
            return Err(Error::Disabled);
        }
        start(&mut tx, user, secret, replaces, now_us).await?;
        tx.commit().await
    }

    /// The session of a cookie; `None` when there is none, or it has ended. Counts as a request.
    pub async fn session(&self, secret: &Secret, now_us: i64) -> Result<Option<Session>> {
        let select = concat!(
            "SELECT s.id AS session_id, s.started_at_us, s.seen_at_us, ",
            user_columns!(),
            " FROM sessions s JOIN users u ON u.id = s.user_id LEFT JOIN grants g ON g.user_id = u.id \
             WHERE s.token_hash = $1 AND u.disabled_at_us IS NULL"
        );
        let rows = self.pool.rows(select, values![&secret.hash()]).await?;
        let (Some(row), Some(user)) = (rows.first(), users::one(&rows)?) else { return Ok(None) };
        let (id, started_at_us) = (row.int("session_id")?, row.int("started_at_us")?);
        let seen_at_us = row.int("seen_at_us")?;
        if ends_at_us(started_at_us, seen_at_us) <= now_us {
            return Ok(None);
        }
        if now_us - seen_at_us >= WRITE_AFTER_US {
            let seen = "UPDATE sessions SET seen_at_us = $2 WHERE id = $1 AND seen_at_us < $2";
            self.pool.run(seen, values![id, now_us]).await?;
        }
        Ok(Some(Session { id, user, started_at_us, ends_at_us: ends_at_us(started_at_us, now_us) }))
    }

    /// Ends the session of a cookie; whether there was one.
    pub async fn log_out(&self, secret: &Secret, now_us: i64) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let ended = end(&mut tx, secret).await?;
        if let Some(user) = ended {
            let by = By { actor: Actor::User(user), at_us: now_us };
            users::log(&mut tx, Verb::LoggedOut, user, "", by).await?;
            tx.commit().await?;
        }
        Ok(ended.is_some())
    }

    /// Sessions of a user that have not ended, oldest first.
    pub async fn sessions_of(&self, user: UserId, now_us: i64) -> Result<Vec<SessionRow>> {
        let select = "SELECT id, started_at_us, seen_at_us FROM sessions WHERE user_id = $1 ORDER BY started_at_us, id";
        let mut sessions = Vec::new();
        for row in self.pool.rows(select, values![user.0]).await? {
            let (started_at_us, seen_at_us) = (row.int("started_at_us")?, row.int("seen_at_us")?);
            if ends_at_us(started_at_us, seen_at_us) > now_us {
                sessions.push(SessionRow { id: row.int("id")?, started_at_us, seen_at_us });
            }
        }
        Ok(sessions)
    }

    /// Ends one session of a user, by its number; whether it was there.
    pub async fn end_session(&self, user: UserId, id: i64, by: By) -> Result<bool> {
        let mut tx = self.pool.begin().await?;
        let delete = "DELETE FROM sessions WHERE id = $1 AND user_id = $2";
        let ended = tx.run(delete, values![id, user.0]).await? > 0;
        if ended {
            let object = format!("session:{id}");
            audit::append(
                &mut tx,
                Deed { verb: Verb::Removed, object: &object, department: None, detail: "" },
                by,
            )
            .await?;
            tx.commit().await?;
        }
        Ok(ended)
    }
}

/// When a session ends that was last seen then.
fn ends_at_us(started_at_us: i64, seen_at_us: i64) -> i64 {
    (started_at_us + ABSOLUTE_US).min(seen_at_us + IDLE_US)
}

/// Begins a session, with its row in the audit log.
pub(crate) async fn start(
    tx: &mut Tx,
    user: UserId,
    secret: &Secret,
    replaces: Option<&Secret>,
    now_us: i64,
) -> Result<()> {
    if let Some(old) = replaces {
        end(tx, old).await?;
    }
    let insert =
        "INSERT INTO sessions (token_hash, user_id, started_at_us, seen_at_us) VALUES ($1, $2, $3, $3)";
    tx.run(insert, values![&secret.hash(), user.0, now_us]).await?;
    let by = By { actor: Actor::User(user), at_us: now_us };
    users::log(tx, Verb::LoggedIn, user, "", by).await
}

async fn end(tx: &mut Tx, secret: &Secret) -> Result<Option<UserId>> {
    let delete = "DELETE FROM sessions WHERE token_hash = $1 RETURNING user_id";
    tx.row(delete, values![&secret.hash()]).await?.map(|row| Ok(UserId(row.int("user_id")?))).transpose()
}

/// Removes what has ended; how many.
pub(crate) async fn sweep(tx: &mut Tx, now_us: i64) -> Result<u64> {
    let delete = "DELETE FROM sessions WHERE seen_at_us <= $1 OR started_at_us <= $2";
    tx.run(delete, values![now_us - IDLE_US, now_us - ABSOLUTE_US]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_session_lives_while_requests_come_and_never_beyond_its_end(
            waits_us in prop::collection::vec(0..=40 * 60 * 1_000_000_i64, 1..60),
        ) {
            // As the store keeps it: a request is written down when the last one written is a minute old.
            let (mut now_us, mut seen_us, mut last_us) = (0, 0, 0);
            for wait_us in waits_us {
                now_us += wait_us;
                let lives = ends_at_us(0, seen_us) > now_us;
                let idle_us = now_us - last_us;
                prop_assert!(!lives || (now_us < ABSOLUTE_US && idle_us < IDLE_US));
                prop_assert!(lives || now_us >= ABSOLUTE_US || idle_us > IDLE_US - WRITE_AFTER_US);
                if !lives {
                    break;
                }
                last_us = now_us;
                if now_us - seen_us >= WRITE_AFTER_US {
                    seen_us = now_us;
                }
            }
        }
    }
}
