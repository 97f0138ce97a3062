//! What can be wrong with what the journey is given.

/// Why the pass stopped. Nothing half-done may be published after any of these.
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
    #[error("customer {customer}, microsecond {at_us} came after a later row; sort by customer, at, seq")]
    OutOfOrder {
        /// Code of the customer.
        customer: u32,
        /// Instant of the row.
        at_us: i64,
    },
    /// A touchpoint beyond the side table.
    #[error(
        "customer {customer} met touchpoint {touchpoint}, but there are only {known}; pass the side table of this edition"
    )]
    UnknownTouchpoint {
        /// Code of the customer.
        customer: u32,
        /// Code of the touchpoint.
        touchpoint: u16,
        /// How many there are.
        known: usize,
    },
    /// The two columns of the side table differ in length.
    #[error(
        "{owners} owners and {stages} stages of touchpoints; give every touchpoint one of each, or `NONE`"
    )]
    SideTable {
        /// Length of the column of owners.
        owners: usize,
        /// Length of the column of stages.
        stages: usize,
    },
    /// Two partial results that were not begun alike.
    #[error("two parts of {what} differ in their settings; begin all parts of one pass alike")]
    Unlike {
        /// What cannot be added up.
        what: &'static str,
    },
    /// A setting that cannot be followed.
    #[error("{what}: {problem}")]
    Setting {
        /// Which setting.
        what: &'static str,
        /// What is wrong and what to do.
        problem: String,
    },
}

/// Refuses a column that is not as long as `customer`.
pub(crate) fn same_length(column: &'static str, expected: usize, found: usize) -> Result<(), Error> {
    if expected == found { Ok(()) } else { Err(Error::Unequal { column, expected, found }) }
}

/// Refuses to add up parts that were not begun alike.
pub(crate) fn alike(what: &'static str, same: bool) -> Result<(), Error> {
    if same { Ok(()) } else { Err(Error::Unlike { what }) }
}
