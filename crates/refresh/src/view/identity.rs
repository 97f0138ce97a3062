//! What pages and commands show of identity: how sure it is, what waits for a person, why two records are one.

use super::{Page, Record};
use crate::decisions::Decision;
pub use identity::score::RuleCount;
pub use identity::{JOIN_BITS, REVIEW_BITS};
use serde::{Deserialize, Serialize};

/// Identity at a glance.
#[derive(Debug, Clone, Serialize)]
pub struct IdentityStatus {
    /// Records in all.
    pub records: u64,
    /// Customers behind them.
    pub customers: u64,
    /// How many customers have so many records, by number of records, ascending.
    pub sizes: Vec<Size>,
    /// Customers with more than one record, those with the most first.
    pub largest: Page<Large>,
    /// Values that identify nobody, those with the most names first.
    pub generic: Page<GenericValue>,
    /// Pairs that wait for a decision.
    pub waiting: u64,
    /// Decisions in force.
    pub decided: u64,
    /// Decisions that count only from the next refresh on.
    pub not_yet_counted: u64,
    /// The model in force; `None` before the first refresh.
    pub model: Option<ModelSummary>,
    /// Which pairs of records were weighed and which left out, by rule; nothing where keys alone decide, `None` where
    /// the edition does not tell.
    pub compared: Option<Vec<RuleCount>>,
    /// Records whose pairs were weighed for this edition; what the others weigh was known. `None` where the edition
    /// does not tell.
    pub touched: Option<u64>,
}

/// How many customers have so many records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Size {
    /// Records of one customer.
    pub records: u32,
    /// Customers with that many.
    pub customers: u64,
}

/// A customer with many records.
#[derive(Debug, Clone, Serialize)]
pub struct Large {
    /// Permanent id.
    pub id: String,
    /// A name to show; empty when no silo knows one.
    pub name: String,
    /// Records behind the customer.
    pub records: u32,
    /// Different silos among them.
    pub silos: u32,
}

/// A value that identifies nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GenericValue {
    /// The field it stands in (`email`, `phone`, …).
    pub field: String,
    /// The value, cleaned.
    pub value: String,
    /// How many names, spelt differently, stand beside it.
    pub names: u32,
}

/// Two records that a person should look at.
#[derive(Debug, Clone, Serialize)]
pub struct Waiting {
    /// Id of the customer of one record.
    pub customer_a: String,
    /// Id of the customer of the other.
    pub customer_b: String,
    /// How many records each of the two customers has.
    pub records: (u32, u32),
    /// What keeps them apart: `uncertain`, `weak_bridge`, `exclusive_ids`, `limit`, `guarded`.
    pub doubt: String,
    /// Why they look alike.
    pub comparison: Comparison,
}

/// Two records weighed against each other.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// One record.
    pub a: Record,
    /// The other.
    pub b: Record,
    /// Bits before anything is compared: how rare it is that two records are one customer. Negative.
    pub prior: f32,
    /// What each field says, in the model's order; fields of which one side knows nothing are left out.
    pub parts: Vec<Part>,
    /// Bits taken away because all that agrees is what a household shares; 0 or negative.
    pub household: f32,
    /// Prior, parts and household together, in bits.
    pub weight: f32,
    /// Chance that they are one customer, 0–1.
    pub probability: f64,
    /// Version of the model.
    pub model: String,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The field (`given`, `birth_date`, …).
    pub field: String,
    /// The level of agreement, in words (`equal`, `close`, `different`, …).
    pub level: String,
    /// Value of one record, as sent.
    pub a: String,
    /// Value of the other.
    pub b: String,
    /// Bits for (positive) or against their being one customer; the frequency's share included.
    pub weight: f32,
    /// Of those, bits for how rare the value is; 0 where frequency plays no part.
    pub frequency: f32,
}

/// Why two records are, or are not, one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// Whether they are one customer in this edition.
    pub one_customer: bool,
    /// Ids of their customers.
    pub customers: (String, String),
    /// The two weighed against each other.
    pub comparison: Comparison,
    /// Where they are one customer: what joined them, from the one record to the other.
    pub path: Vec<super::Merge>,
    /// What people decided of this pair, if anything is in force.
    pub decision: Option<Decision>,
}

/// A model in a line.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelSummary {
    /// Its version.
    pub version: String,
    /// When it was trained, UTC microseconds.
    pub at_us: i64,
    /// Who accepted it.
    pub by: String,
    /// Records it was trained on.
    pub records: u64,
    /// λ: share of all pairs that are one customer, 0–1.
    pub match_share: f64,
}

/// A model in full.
#[derive(Debug, Clone, Serialize)]
pub struct ModelView {
    /// In a line.
    pub summary: ModelSummary,
    /// What each field says.
    pub fields: Vec<ModelField>,
}

/// What one field of a model says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelField {
    /// The field.
    pub name: String,
    /// Share of records that say nothing in it, 0–1.
    pub null_share: f64,
    /// From equal to different.
    pub levels: Vec<ModelLevel>,
    /// Bits added to equal values that are rare.
    pub rare_bits: f32,
    /// How many values are frequent enough to have bits of their own.
    pub common: usize,
}

/// One level of agreement of a field.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ModelLevel {
    /// In words.
    pub name: String,
    /// Share of one customer's pairs at this level, 0–1.
    pub m: f64,
    /// Share of strangers' pairs at this level, 0–1.
    pub u: f64,
    /// log2(m ÷ u).
    pub weight: f32,
}

/// What a newly trained model would change.
#[derive(Debug, Clone, Serialize)]
pub struct Proposal {
    /// The model proposed.
    pub model: ModelSummary,
    /// Customers that would become one with another.
    pub would_merge: Page<Change>,
    /// Customers that would be split.
    pub would_split: Page<Change>,
}

/// Customers that a model would merge or split.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Change {
    /// Ids of the customers concerned, as they are now.
    pub customers: Vec<String>,
    /// Their records, by the customer they would belong to; names only.
    pub groups: Vec<Vec<String>>,
}
