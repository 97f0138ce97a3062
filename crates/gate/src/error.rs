//! What can go wrong with the gate itself; what is wrong with a request is in `answer.rs`.

/// Any failure of the gate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no such silo, or it takes no events.
    #[error("{0}")]
    Silo(String),
    /// A feed cannot be read.
    #[error(transparent)]
    Feed(#[from] intake::Error),
    /// The drain.
    #[error(transparent)]
    Import(#[from] intake::ImportError),
    /// The lake.
    #[error(transparent)]
    Lake(#[from] lake::Error),
    /// The log.
    #[error(transparent)]
    Inbox(#[from] inbox::Error),
    /// The operational database.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// The system gave no thread or runtime.
    #[error("cannot start the drain: {0}")]
    Start(#[from] std::io::Error),
}

/// Shorthand.
pub type Result<T> = std::result::Result<T, Error>;
