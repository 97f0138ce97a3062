//! Where the database is, and how its connections are set up: every commit survives a power cut.

use crate::sql::Pool;
use crate::{Error, Result};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// How long a connection waits for another that writes.
const WAIT: Duration = Duration::from_secs(10);
/// Readers beside the one writer that SQLite lets through.
const SQLITE_CONNECTIONS: u32 = 4;
const POSTGRES_CONNECTIONS: u32 = 8;

/// The file or server that holds the operational database.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// A SQLite file; made when it is not there.
    File(PathBuf),
    /// A PostgreSQL address, `postgres://USER:PASSWORD@HOST/NAME`. Beyond this machine the server's certificate
    /// is verified unless the address says otherwise by `?sslmode=…`.
    Server(String),
}

impl Database {
    /// What the option `--database` says: an address that starts with `postgres://` or `postgresql://`, else a
    /// file.
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Server(text.to_owned())
        } else {
            Self::File(text.into())
        }
    }

    pub(crate) async fn open(&self) -> Result<Pool> {
        let opened = match self {
            Self::File(path) => {
                make_private(path)?;
                let pool = SqlitePoolOptions::new().max_connections(SQLITE_CONNECTIONS);
                pool.connect_with(sqlite(path)).await.map(Pool::Sqlite)
            }
            Self::Server(address) => {
                let pool = PgPoolOptions::new().max_connections(POSTGRES_CONNECTIONS).acquire_timeout(WAIT);
                pool.connect_with(postgres(address)?).await.map(Pool::Postgres)
            }
        };
        opened.map_err(|source| Error::Open { database: self.to_string(), source })
    }
}

impl fmt::Display for Database {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "the database {}", path.display()),
            Self::Server(address) => match postgres(address) {
                Ok(to) => {
                    let name = to.get_database().unwrap_or(to.get_username());
                    write!(f, "the database postgres://{}:{}/{name}", to.get_host(), to.get_port())
                }
                Err(_) => f.write_str("the database of an address that cannot be read"),
            },
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn sqlite(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(WAIT)
        // What is deleted is overwritten, so that an erased person is not found in the file.
        .pragma("secure_delete", "on")
        .disable_statement_logging()
}

fn postgres(address: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(address).map_err(|why| Error::Address(why.to_string()))?;
    let here = options.get_socket().is_some()
        || options.get_host().starts_with('/')
        || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&options.get_host());
    let said = address.contains("sslmode=") || address.contains("ssl-mode=");
    let options = if here || said { options } else { options.ssl_mode(PgSslMode::VerifyFull) };
    let timeout_ms = WAIT.as_millis().to_string();
    Ok(options
        .application_name("kept")
        .options([("synchronous_commit", "on"), ("lock_timeout", timeout_ms.as_str())])
        .disable_statement_logging())
}

/// Makes the file readable for its owner alone, and its place in the folder durable.
fn make_private(path: &Path) -> Result<()> {
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => {}
        Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => return Ok(()),
        Err(why) => return Err(failed(why)),
    }
    #[cfg(unix)]
    if let Some(folder) =
        path.parent().map(|folder| if folder == Path::new("") { Path::new(".") } else { folder })
    {
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_server_and_all_else_a_file() {
        for (text, server) in [
            ("postgres://kept@db/kept", true),
            ("postgresql:///kept?host=/run", true),
            ("kept.db", false),
            ("/data/postgres", false),
        ] {
            assert_eq!(matches!(Database::parse(text), Database::Server(_)), server, "{text}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let database = Database::parse("postgres://ann:s3cr3t@db.example.com/kept");
        assert_eq!(database.to_string(), "the database postgres://db.example.com:5432/kept");
        assert_eq!(format!("{database:?}"), database.to_string());
        let wrong = Database::parse("postgres://ann:s3cr3t@db:port/kept");
        assert!(!format!("{wrong} {:?}", postgres("postgres://ann:s3cr3t@db:port/kept")).contains("s3cr3t"));
    }

    #[test]
    fn a_certificate_is_verified_beyond_this_machine_unless_the_address_says_otherwise() {
        let verified =
            |address: &str| matches!(postgres(address).unwrap().get_ssl_mode(), PgSslMode::VerifyFull);
        for (address, expected) in [
            ("postgres://kept@db.example.com/kept", true),
            ("postgres://kept@10.0.0.7/kept", true),
            ("postgres://kept@10.0.0.7/kept?sslmode=disable", false),
            ("postgres://kept@localhost/kept", false),
            ("postgres://kept@[::1]/kept", false),
            ("postgres:///kept?host=/run/postgresql", false),
        ] {
            assert_eq!(verified(address), expected, "{address}");
        }
    }

    #[tokio::test]
    async fn a_file_is_private_and_every_connection_syncs_checks_and_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.db");
        let pool = Database::File(path.clone()).open().await.unwrap();
        for (pragma, expected) in [
            ("SELECT synchronous AS n FROM pragma_synchronous", 2),
            ("SELECT foreign_keys AS n FROM pragma_foreign_keys", 1),
            ("SELECT secure_delete AS n FROM pragma_secure_delete", 1),
            ("SELECT journal_mode = 'wal' AS n FROM pragma_journal_mode", 1),
        ] {
            assert_eq!(pool.rows(pragma, &[]).await.unwrap()[0].int("n").unwrap(), expected, "{pragma}");
        }
        #[cfg(unix)]
        for file in ["kept.db", "kept.db-wal"] {
            let metadata = std::fs::metadata(folder.path().join(file)).unwrap();
            assert_eq!(
                std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777,
                0o600,
                "{file}"
            );
        }
        drop(pool);
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_made_and_a_server_that_is_not_there_are_told() {
        let told = Database::parse("/nowhere/at/all/kept.db").open().await.unwrap_err().to_string();
        assert!(told.starts_with("/nowhere/at/all/kept.db: "), "{told}");
        let told =
            Database::parse("postgres://kept:s3cr3t@localhost/kept?host=/nowhere").open().await.unwrap_err();
        assert!(told.to_string().contains("cannot be opened"), "{told}");
        assert!(!told.to_string().contains("s3cr3t"), "{told}");
    }
}
