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
    /// A code of `model::EventKind`, `model::Clause` or `model::Movement` this version does not know.
    #[error(
        "customer {customer} has the unknown {what} code {code}; was it written by a newer version of Kept?"
    )]
    UnknownCode {
        /// Code of the customer.
        customer: u32,
        /// `kind`, `clause` or `movement`.
        what: &'static str,
        /// The code.
        code: u8,
    },
    /// An amount in a currency without a rate.
    #[error(
        "customer {customer} has an amount of {day} in currency {currency}, for which there is no rate on that \
         day; reject such rows or add the rate"
    )]
    NoRate {
        /// Code of the customer.
        customer: u32,
        /// Code of the currency.
        currency: u8,
        /// Day of the amount.
        day: Day,
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
    /// More segments over all splits than there are codes.
    #[error(
        "the splits have more than {} segments in all; remove a split, or split by values that are fewer",
        u16::MAX
    )]
    TooManySegments,
    /// Two calibrations that follow different rules cannot be added up.
    #[error("gap counts with {left} and {right} days of follow-up cannot be added; calibrate all with one")]
    Incompatible {
        /// Follow-up of the one.
        left: u32,
        /// Follow-up of the other.
        right: u32,
    },
    /// The period is not over.
    #[error("{period} ends after {as_of}, the last day of the books; close it when it is over")]
    NotOver {
        /// The period as text.
        period: String,
        /// Last day of the books.
        as_of: Day,
    },
    /// The period is closed already.
    #[error("{period} is closed already, the books are closed until {cut_off}; reopen it first")]
    AlreadyClosed {
        /// The period as text.
        period: String,
        /// Last closed day.
        cut_off: Day,
    },
    /// The period is not closed.
    #[error("{period} is not closed; there is nothing to reopen")]
    NotClosed {
        /// The period as text.
        period: String,
    },
    /// A reopening without a reason.
    #[error("reopening {period} needs a reason; it stays in the history")]
    NoReason {
        /// The period as text.
        period: String,
    },
    /// What was frozen is not what was sealed.
    #[error("the closing of {period} was changed after it was sealed; restore what was frozen from a backup")]
    Tampered {
        /// The period as text.
        period: String,
    },
    /// The stock was taken at other days than are needed.
    #[error("the stock holds no cut-off on {day}; take it on the days that `Frozen::cut_offs` names")]
    NoStock {
        /// The day that is missing.
        day: Day,
    },
    /// A customer code without an id.
    #[error("customer {customer} has no id; give the id of every code")]
    NoId {
        /// The code.
        customer: u32,
    },
    /// Columns of a model's input that differ in length.
    #[error("column `{column}` has {found} rows where {expected} are due; pass columns of one length")]
    Ragged {
        /// The column at fault.
        column: &'static str,
        /// Rows that are due.
        expected: usize,
        /// Rows of the column at fault.
        found: usize,
    },
    /// A value a model cannot read.
    #[error("{model}, row {row}: {problem}")]
    Unreadable {
        /// Name of the model.
        model: &'static str,
        /// Row of the input, from 0.
        row: usize,
        /// What is wrong and what to pass instead.
        problem: &'static str,
    },
    /// Too little data for a model to say anything.
    #[error(
        "{model} needs at least {needed} {what}, there are {found}; wait for more history or widen the segment"
    )]
    TooFew {
        /// Name of the model.
        model: &'static str,
        /// What there is too little of.
        what: &'static str,
        /// How many are needed.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// No maximum of the likelihood was found.
    #[error(
        "{model} did not converge: {detail}; show no figure from it, widen the segment or lengthen the history"
    )]
    NoConvergence {
        /// Name of the model.
        model: &'static str,
        /// Where the search ended.
        detail: String,
    },
    /// The data do not tell the parameters apart.
    #[error(
        "{model} is not identified by these data: {detail}; show no figure from it, or leave out what says the same twice"
    )]
    Singular {
        /// Name of the model.
        model: &'static str,
        /// What cannot be told apart.
        detail: String,
    },
    /// The books do not balance.
    #[error(transparent)]
    Unbalanced(#[from] Imbalance),
}

/// Refuses a column that is not as long as `customer`.
pub(crate) fn same_length(column: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Unequal { column, expected, found }) }
}

/// Refuses a column of a model's input that is not as long as the others.
pub(crate) fn same_rows(column: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Ragged { column, expected, found }) }
}

/// Refuses data with fewer than `needed` of something.
pub(crate) fn enough(
    model: &'static str,
    what: &'static str,
    needed: usize,
    found: usize,
) -> Result<(), Error> {
    if found >= needed { Ok(()) } else { Err(Error::TooFew { model, what, needed, found }) }
}
