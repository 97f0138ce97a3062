//! An empty database of either kind for one test, with a back door for raw SQL.

use crate::cluster;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::sync::atomic::{AtomicU32, Ordering};
use store::{Actor, Answer, By, Database, Salt, Secret, Store};
use tempfile::TempDir;

/// 1 January 2026, 00:00 UTC.
pub(crate) const NOW_US: i64 = 1_767_225_600_000_000;

/// Where a test works.
pub(crate) struct Place {
    pub(crate) database: Database,
    address: String,
    _folder: Option<TempDir>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let address = format!("sqlite://{}?mode=rwc", path.display());
        Self { database: Database::File(path), address, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let mut server = PgConnection::connect(&cluster::address("postgres")).await.unwrap();
        let create = AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::raw_sql(create).execute(&mut server).await.unwrap();
        server.close().await.unwrap();
        let address = cluster::address(&name);
        Self { database: Database::parse(&address), address, _folder: None }
    }

    pub(crate) async fn open(&self) -> Store {
        Store::open(&self.database, NOW_US).await.unwrap()
    }

    /// Runs statements past the store, as somebody with access to the database could.
    pub(crate) async fn raw(&self, sql: &str) {
        self.try_raw(sql).await.unwrap_or_else(|why| panic!("{sql}: {why}"));
    }

    pub(crate) async fn try_raw(&self, sql: &str) -> sqlx::Result<()> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.address).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            connection.close().await
        } else {
            let mut connection = PgConnection::connect(&self.address).await?;
            sqlx::raw_sql(sql).execute(&mut connection).await?;
            connection.close().await
        }
    }

    /// The one text that a query gives.
    pub(crate) async fn text(&self, sql: &str) -> String {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.address).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.address).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.database, Database::File(_))
    }
}

/// The program itself, so much after [`NOW_US`].
pub(crate) fn by(after_us: i64) -> By {
    By { actor: Actor::System, at_us: NOW_US + after_us }
}

/// The secret of a number.
pub(crate) fn drawn(number: u64) -> Secret {
    Secret::draw(&mut ChaCha8Rng::seed_from_u64(number))
}

/// The salt of a number.
pub(crate) fn salt(number: u64) -> Salt {
    Salt::draw(&mut ChaCha8Rng::seed_from_u64(number))
}

/// What somebody fills in who follows a link.
pub(crate) fn fill_in<'a>(name: &'a str, email: &'a str, password: &'a str) -> Answer<'a> {
    Answer { name, email, password, salt: salt(0) }
}

/// Runs each contract on both back ends.
macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::fixture::Place::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::fixture::Place::postgres().await).await;
            })*
        }
    };
}
pub(crate) use on_both;
