//! What can be wrong with what the caller hands in.

use uuid::Uuid;

/// Why identity could not be decided.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Error {
    /// A column is shorter or longer than `record_hash`.
    #[error(
        "records: column `{column}` has {found} rows where record_hash has {expected}; hand in columns of one length"
    )]
    Length {
        /// The column.
        column: &'static str,
        /// Its rows.
        found: usize,
        /// Rows of `record_hash`.
        expected: usize,
    },
    /// A record comes twice.
    #[error("{place}: record {record_hash:#018x} comes twice; merge the rows of a record into one first")]
    Twice {
        /// The records of this run, or the previous ids.
        place: &'static str,
        /// Which record.
        record_hash: u64,
    },
    /// Redirects lead in a circle.
    #[error("previous redirects: {id} leads back to itself; restore the redirects of the last good edition")]
    Circle {
        /// An id in the circle.
        id: Uuid,
    },
}
