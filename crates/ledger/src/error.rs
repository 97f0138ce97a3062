//! What can be wrong with what the ledger is given.

use crate::balance::Imbalance;
use model::Day;

/// Why the ledger stopped. Nothing half-done may be published after any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The columns of one chunk differ in length.
    #[error("column `{column}` has {found} rows where `customer` has {expected}; pass columns of one length")]
    Unequal {
        /// The column at fault.
        column: &'static str,
        /// Rows of `customer`.
        expected: usize,
        /// Rows of the column at fault.
        found: usize,
    },
    /// Rows did not come in order.
    #[error("customer {customer}, day {day} came after a later row; sort by customer, day, seq")]
    OutOfOrder {
        /// Code of the customer.
        customer: u32,
        /// Day of the row.
        day: Day,
    },
    /// A code of `model::EventKind` or `model::Movement` this version does not know.
    #[error(
        "customer {customer} has the unknown {what} code {code}; was it written by a newer version of Kept?"
    )]
    UnknownCode {
        /// Code of the customer.
        customer: u32,
        /// `kind` or `movement`.
        what: &'static str,
        /// The code.
        code: u8,
    },
    /// A posting the statement's periods cannot hold.
    #[error("customer {customer} has a posting on {day}, outside the books (year −9999 to {as_of})")]
    OutsideTheBooks {
        /// Code of the customer.
        customer: u32,
        /// Day of the posting.
        day: Day,
        /// Last day the books cover.
        as_of: Day,
    },
    /// A customer without a segment, or in one that was not announced.
    #[error("customer {customer} has no segment code below {segments}; give every customer one")]
    NoSegment {
        /// Code of the customer.
        customer: u32,
        /// How many segments there are.
        segments: usize,
    },
    /// Two calibrations that follow different rules cannot be added up.
    #[error("gap counts with {left} and {right} days of follow-up cannot be added; calibrate all with one")]
    Incompatible {
        /// Follow-up of the one.
        left: u32,
        /// Follow-up of the other.
        right: u32,
    },
    /// The books do not balance.
    #[error(transparent)]
    Unbalanced(#[from] Imbalance),
}

/// Refuses a column that is not as long as `customer`.
pub(crate) fn same_length(column: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Unequal { column, expected, found }) }
}
