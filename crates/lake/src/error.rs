//! What can go wrong in the lake, told with the place and the cure.

use std::path::PathBuf;

/// Any failure of the lake.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder holds no lake.
    #[error("there is no lake in {0}; run `kept init` or `kept demo` first")]
    Missing(PathBuf),
    /// Another process writes.
    #[error("another `kept` is writing to {0}; wait until it has finished, then try again")]
    Busy(PathBuf),
    /// The lake was opened for reading only.
    #[error("the lake is open for reading only; `{0}` needs to write")]
    ReadOnly(&'static str),
    /// A file of the operating system.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A query could not be planned or run.
    #[error("{0}")]
    Query(String),
    /// A query ran into one of its limits.
    #[error("the query was stopped: {0}")]
    Limit(String),
    /// The catalog refused.
    #[error("lake catalog: {0}")]
    Catalog(#[from] datafusion_ducklake::DuckLakeError),
    /// The catalog database.
    #[error("lake catalog: {0}")]
    Database(#[from] sqlx::Error),
    /// A data file.
    #[error("lake file: {0}")]
    Parquet(#[from] datafusion::parquet::errors::ParquetError),
    /// Columns that do not fit.
    #[error("lake: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, Error>;

impl From<datafusion::error::DataFusionError> for Error {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        use datafusion::error::DataFusionError as Df;
        match error.find_root() {
            Df::ResourcesExhausted(why) => {
                Self::Limit(format!("it needs more memory than it may have ({why})"))
            }
            Df::SQL(parse, _) => Self::Query(format!("not valid SQL: {parse}")),
            root => Self::Query(root.strip_backtrace()),
        }
    }
}

impl Error {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }
}
