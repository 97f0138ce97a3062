//! What can go wrong while the demo company is written.

use std::path::{Path, PathBuf};

/// Why the demo company could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A plan without customers.
    #[error("a demo company needs at least one customer; ask for 1 or more")]
    NoCustomers,
    /// The company's time zone is not installed.
    #[error("the time zone database does not know Europe/Berlin ({0}); install tzdata")]
    Zone(jiff::Error),
    /// A folder or file could not be made or written.
    #[error("{}: {source}; check that the folder is writable and the disk has room", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The Parquet file of the tills could not be written.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the writer said.
        source: parquet::errors::ParquetError,
    },
}

impl Error {
    /// Ties what the system said to the path it is about.
    pub(crate) fn at<E: Into<std::io::Error>>(path: &Path) -> impl Fn(E) -> Self {
        move |source| Self::Write { path: path.to_owned(), source: source.into() }
    }

    /// Ties what the Parquet writer said to the path it is about.
    pub(crate) fn parquet(path: &Path) -> impl Fn(parquet::errors::ParquetError) -> Self {
        move |source| Self::Parquet { path: path.to_owned(), source }
    }
}
