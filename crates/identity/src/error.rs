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
    /// A column to be compared is shorter or longer than `record_hash`.
    #[error(
        "records: column `{column}` has {found} rows where record_hash has {expected}; hand in columns of one length"
    )]
    Uneven {
        /// The column.
        column: String,
        /// Its rows.
        found: usize,
        /// Rows of `record_hash`.
        expected: usize,
    },
    /// Two columns of one name, or of a role that may come once.
    #[error(
        "records: the column `{column}` ({role}) comes twice; give each column its own name, and names and birth date one column each"
    )]
    Column {
        /// The column.
        column: String,
        /// Its part.
        role: &'static str,
    },
    /// More fields than fit.
    #[error(
        "records: {found} columns tell of {what}, {limit} are compared at most; leave out those that say least"
    )]
    Fields {
        /// The person alone, or a household.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        limit: usize,
    },
    /// The model was trained on other fields.
    #[error("the model compares {known}, the records have {found}; train a new model")]
    Model {
        /// Fields of the model.
        known: String,
        /// Fields of the records.
        found: String,
    },
    /// A row that does not exist.
    #[error("there is no row {row} among {records} records")]
    Row {
        /// The row.
        row: u32,
        /// How many there are.
        records: usize,
    },
}
