//! The company's settings the books are kept by.

use crate::rates::CurrencyRates;
use model::Day;
use model::config::Policies;
use serde::{Deserialize, Serialize};

/// Version of the rules in this crate; raised whenever the same events would be booked otherwise.
pub const RULE_VERSION: u32 = 2;

/// How a stream makes a customer active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// While its subscriptions count, by its policies.
    Contractual {
        /// What counts, and worth how much.
        policies: Policies,
    },
    /// On the day of a purchase and for `gap_days` after it; lost at the opening of the day after those, also
    /// when there is a purchase on that day: it wins the customer back.
    Purchases {
        /// Days.
        gap_days: u32,
    },
}

/// One revenue stream.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct StreamRule {
    /// How it makes a customer active.
    pub regime: Regime,
    /// Share (0–1) of purchase revenue that is value, kept to nine decimals; each event is rounded on its
    /// own, half away from zero. `None` counts revenue whole. Recurring value is never reduced.
    pub margin: Option<f64>,
}

/// What the books are kept by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// Streams by code: the event's `stream` is the index.
    pub streams: Vec<StreamRule>,
    /// Foreign currencies by code: code c of an event is entry c − 1, code 0 the company's own.
    pub currencies: Vec<CurrencyRates>,
    /// Recurring value counts × 12 instead of per month.
    pub annual: bool,
    /// The last day the books cover; later events are as if they were not there.
    pub as_of: Day,
}
