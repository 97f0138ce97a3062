//! What pages and commands show of closed books.

use crate::closings::ClosingStep;
use ledger::closing::Cause;
use model::{Day, Period};
use serde::Serialize;

/// Whether closed periods are told as they were when they were closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// As they were; what changed since is booked in the first open month.
    Reported,
    /// As the books are now.
    Restated,
}

impl Basis {
    /// The word in addresses, commands and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Restated => "restated",
        }
    }

    /// The basis of a word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Reported, Self::Restated].into_iter().find(|basis| basis.name() == name)
    }
}

/// The history of closings.
#[derive(Debug, Clone, Serialize)]
pub struct ClosingHistory {
    /// The last closed day; `None` while nothing is closed.
    pub closed_until: Option<Day>,
    /// Steps that the newest edition does not know of yet.
    pub not_yet_told: usize,
    /// Oldest first.
    pub steps: Vec<ClosingStep>,
}

/// What leads from a closed period's closing as reported to the same as restated. `reported + Σ parts = restated`, in
/// customers and in value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bridge {
    /// The closed period.
    #[serde(serialize_with = "super::as_text")]
    pub period: Period,
    /// Customers as reported.
    pub reported_count: i64,
    /// Value as reported, minor units.
    pub reported_minor: i64,
    /// What changed, by cause in their order; causes of nothing are left out.
    pub parts: Vec<BridgePart>,
    /// Customers as restated.
    pub restated_count: i64,
    /// Value as restated, minor units.
    pub restated_minor: i64,
}

/// What one cause changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BridgePart {
    /// Why.
    pub cause: Cause,
    /// Customers, signed.
    pub count: i64,
    /// Value, minor units, signed.
    pub value_minor: i64,
    /// How many customers it concerns: as many as the list behind it has.
    pub customers: usize,
}

/// The list behind a number of a bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BridgeList {
    /// The closed period.
    pub period: Period,
    /// Only what this changed.
    pub cause: Option<Cause>,
}
