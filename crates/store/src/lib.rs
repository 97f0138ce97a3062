//! The operational database: what people decide and who they are, in one SQLite file or in PostgreSQL.
//!
//! Plain rows in, plain rows out. One SQL text serves both back ends, and one contract suite runs on both
//! (after Quickwit's metastores). Time and randomness are parameters.

mod audit;
mod by;
mod database;
mod email;
mod error;
mod grants;
mod hex;
pub mod links;
mod login;
mod migrate;
pub mod password;
pub mod policy;
mod schema;
mod secret;
pub mod sessions;
mod settings;
mod sql;
mod sweep;
mod throttle;
pub mod tokens;
mod users;

pub use audit::{AuditRow, Break, Deed, Head, Sought, Verb, Verdict};
pub use by::{Actor, By, TokenId, UserId};
pub use database::Database;
pub use error::{Error, Result};
pub use grants::{Grant, Role};
pub use links::{Answer, Link, Purpose};
pub use login::{Attempt, LogIn, Provided};
pub use password::Weakness;
pub use secret::{Salt, Secret};
pub use sessions::{Session, SessionRow};
pub use settings::Setting;
pub use sweep::Swept;
pub use tokens::{NewToken, Token, TokenRow};
pub use users::User;

use std::sync::Arc;
use tokio::sync::Semaphore;

/// Passwords that are hashed at a time; each takes 19 MiB.
const HASHES_AT_ONCE: usize = 4;

/// The open database. Clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    pool: sql::Pool,
    hashing: Arc<Semaphore>,
}

impl Store {
    /// Opens the database, makes it where it is a file that is not there yet, and brings its tables up to date.
    ///
    /// # Errors
    /// When it cannot be reached, was made by a newer version, or its tables are not those that the
    /// migrations made.
    pub async fn open(database: &Database, now_us: i64) -> Result<Self> {
        let pool = database.open().await?;
        migrate::up(&pool, now_us).await?;
        Ok(Self { pool, hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)) })
    }

    /// Closes all connections, of every clone.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The tables as the database has them, a line each for columns, keys, references, indexes and triggers;
    /// sorted, and the same on both back ends.
    pub async fn schema(&self) -> Result<Vec<String>> {
        let mut tx = self.pool.snapshot().await?;
        schema::describe(&mut tx).await
    }
}
