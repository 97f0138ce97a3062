//! Which records are one customer by the weight of evidence: a model without labels, blocking without candidate
//! lists, fast scoring, guarded clusters, explanations.
//!
//! [`Packed::read`], [`Model::train`], [`score`], [`link`], in that order; each step is a function of the step before
//! it alone. Neither the order of the records nor the number of threads changes anything.

mod block;
mod compare;
mod date;
mod em;
mod explain;
mod frequency;
mod level;
mod link;
mod model;
mod packed;
mod pairs;
mod phonetic;
mod read;
mod remember;
mod rules;
mod sample;
mod slips;
mod table;
mod texts;
mod train;
mod unite;
mod weigh;

pub use explain::{Explanation, FieldEvidence, explain};
pub(crate) use link::link_known;
pub use link::{Joined, Linked, Review, link};
pub use model::{FieldModel, Level, Model, probability};
pub use packed::Packed;
pub use pairs::{Edge, RuleCount, Scored, score, score_since};
pub use remember::Remembered;
pub use table::{Column, Role, Table};
pub use unite::{Before, Decisions, Doubt, Limits};
