//! What can go wrong in the store, told with the place and the cure.

/// Any failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The database could not be opened.
    #[error("{database} cannot be opened: {source}; check the address, and that it may be read and written")]
    Open {
        /// Where, without its password.
        database: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The address of the database cannot be read. It is not repeated here, as it may hold a password.
    #[error("the address of the database cannot be read: {0}; write postgres://USER:PASSWORD@HOST/NAME")]
    Address(String),
    /// The database file could not be made.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A newer version has been here.
    #[error("the database is at version {found}, this program knows up to {known}; run the newer `kept`")]
    Newer {
        /// Version of the database.
        found: i64,
        /// The last one this program knows.
        known: i64,
    },
    /// A migration was applied with another text than this program has.
    #[error(
        "migration {version} ({name}) was applied to this database with another text; restore a backup, or run \
         the `kept` that made it"
    )]
    Migration {
        /// Number of the migration.
        version: i64,
        /// Its name.
        name: String,
    },
    /// Somebody changed the tables.
    #[error("the tables of the database were changed by hand: {0}; undo that, or restore a backup")]
    Altered(String),
    /// A query failed.
    #[error("store: {0}")]
    Sql(#[from] sqlx::Error),
    /// The row that ends the audit log is not there.
    #[error("the end of the audit log was removed from the database; restore a backup")]
    NoHead,
    /// A text that cannot be what it is given as.
    #[error("{0}")]
    Input(String),
    /// A password that is not taken.
    #[error("choose another password: {0}")]
    Password(#[from] crate::Weakness),
    /// An e-mail address that a user has already.
    #[error("a user with this e-mail address is there already")]
    Taken,
    /// Something that is not there.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// An account that is closed.
    #[error("the account is disabled; enable it first")]
    Disabled,
    /// The change would leave nobody who can undo it.
    #[error("this is the last admin; make somebody else admin first")]
    LastAdmin,
    /// The first admin is there.
    #[error("Kept is set up already; ask an admin for an invitation")]
    SetUp,
    /// A link that does not work.
    #[error("this link does not work: it was used, was replaced or has expired; ask for a new one")]
    Link,
    /// A password could not be hashed.
    #[error("the password could not be hashed: {0}; try again")]
    Hashing(String),
    /// A row holds what no version of this program writes.
    #[error("store: `{column}` holds {found}, which this program never writes; restore a backup")]
    Foreign {
        /// The column.
        column: &'static str,
        /// Its content.
        found: String,
    },
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Whether a row with the same key is there already.
    pub(crate) fn is_taken(&self) -> bool {
        matches!(self, Self::Sql(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}
