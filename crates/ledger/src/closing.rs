//! Closing periods (definitions: The ledger). A closing freezes what was reported up to a day, and what must be known
//! to say later why the books as they are now differ: who stood where at the end of each month, and whose each
//! record was. *As reported*, closed periods keep their figures and the difference is booked in the open period;
//! *as restated*, every period is told from the postings as they are; the *bridge* leads from one to the other by
//! cause, exact to the unit.
//!
//! Everything is told by permanent ids, for codes hold within one edition only.

mod bridge;
mod frozen;
mod report;
mod seal;
mod stock;

pub use bridge::{Bridge, BridgeRow};
pub use frozen::{Closure, Frozen, Now, Reopening, Step, reopen};
pub use seal::Seal;
pub use stock::{Change, Stock, StockBuilder, StockRow, Who};

use serde::{Deserialize, Serialize};

/// Why a closed period would be told otherwise today. Codes are part of the storage format: never renumbered, only
/// added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Cause {
    /// Events became known, or were taken back, that happened before the cut-off.
    LateData = 0,
    /// Customers turned out to be fewer.
    Merged = 1,
    /// Customers turned out to be more, or as many among whom records changed hands.
    Split = 2,
    /// The same events of the same records are booked otherwise: settings, exchange rates or the program changed.
    RuleChange = 3,
    /// The customer was erased.
    Erased = 4,
    /// The customer is in another segment now; adds up to nothing over the whole.
    Regrouped = 5,
}

impl Cause {
    /// Every cause, in order of code.
    pub const ALL: [Self; 6] =
        [Self::LateData, Self::Merged, Self::Split, Self::RuleChange, Self::Erased, Self::Regrouped];

    /// The stored code.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The cause of a stored code, or `None` for a code this version does not know.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The name used in SQL and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LateData => "late_data",
            Self::Merged => "merged",
            Self::Split => "split",
            Self::RuleChange => "rule_change",
            Self::Erased => "erased",
            Self::Regrouped => "regrouped",
        }
    }

    /// The cause in plain words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::LateData => "data that came later or was taken back",
            Self::Merged => "customers found to be one",
            Self::Split => "customers found to be several",
            Self::RuleChange => "other rules",
            Self::Erased => "customers erased",
            Self::Regrouped => "customers in another segment now",
        }
    }
}

/// A record of a silo and the customer it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordOf {
    /// Hash of the silo and its key.
    pub record: u64,
    /// Permanent id.
    pub customer: u128,
}
