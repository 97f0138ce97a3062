//! What pages and commands show of the steps around a touchpoint, of the credit of touchpoints for purchases, and of the
//! designed journey.

use super::journey::{Named, Number, Touchpoint, Wait};
use super::paths::Aim;
use serde::Serialize;

/// Where a customer is at a step around a touchpoint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case", tag = "place")]
pub enum Stop {
    /// At a touchpoint.
    Touchpoint {
        /// Its name in links.
        key: String,
        /// Shown.
        name: String,
    },
    /// At one of those not told apart.
    Other,
    /// Nowhere yet: the first event comes next.
    Before,
    /// Nowhere further, but not lost.
    Still,
    /// Lost after the last event.
    Left,
}

/// Customers who go from one stop to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The step of `from`, counted from the touchpoint at 0; `to` is one further.
    pub step: i8,
    /// Where they are.
    pub from: Stop,
    /// Where they are next.
    pub to: Stop,
    /// How many.
    pub customers: u64,
    /// The list behind; none where stops are gathered under *other*.
    pub number: Option<Number>,
}

/// What customers do around their first time at a touchpoint.
#[derive(Debug, Clone, Serialize)]
pub struct Around {
    /// The touchpoint, of all customers.
    pub at: Touchpoint,
    /// Name of its department; empty where nobody owns it.
    pub owner: String,
    /// Touchpoints that somebody was at, to choose from.
    pub choice: Vec<Named>,
    /// Three steps back and ahead, with the stops of most customers apart.
    pub flows: Vec<Flow>,
    /// Straight before, most customers first.
    pub before: Vec<Neighbour>,
    /// Straight after, most customers first.
    pub after: Vec<Neighbour>,
}

/// Where customers come from, or go next.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Neighbour {
    /// Where.
    pub stop: Stop,
    /// How many.
    pub customers: u64,
    /// How long it takes, every time.
    pub wait: Wait,
    /// The list behind.
    pub number: Number,
}

/// How touchpoints share in the purchases at the end of walks.
#[derive(Debug, Clone, Serialize)]
pub struct Credit {
    /// The first purchase or the next.
    pub aim: Aim,
    /// All purchases of the kind.
    pub bought: u64,
    /// Those with no touchpoint before them, for which nobody gets credit.
    pub direct: u64,
    /// What these brought, minor units.
    pub direct_minor: i64,
    /// Most purchases by Shapley values first.
    pub rows: Vec<Credited>,
}

/// What one touchpoint gets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Credited {
    /// Its name in links.
    pub key: String,
    /// Shown.
    pub name: String,
    /// Name of its department; empty where nobody owns it.
    pub owner: String,
    /// Share (0–1) of purchases lost if every walk through it ended there.
    pub removal: f64,
    /// Purchases by removal.
    pub markov: f64,
    /// Purchases by Shapley values.
    pub shapley: f64,
    /// What they brought, minor units.
    pub shapley_minor: f64,
}

/// How customers walk against the designed journey.
#[derive(Debug, Clone, Serialize)]
pub struct Designed {
    /// The design, as written.
    pub line: String,
    /// Whether touchpoints it does not name count as deviations.
    pub strict: bool,
    /// Customers whose way was compared.
    pub compared: u64,
    /// Customers whose way was too long or too rare to be compared.
    pub passed_over: u64,
    /// Of those compared, who walked as designed.
    pub as_designed: u64,
    /// Mean fitness of those compared, 0–1.
    pub fitness: Option<f64>,
    /// Where they deviate, most customers first.
    pub deviations: Vec<Deviation>,
}

/// One way of not walking as designed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deviation {
    /// Designed there, but did not happen; else it happened, but was not designed there.
    pub skipped: bool,
    /// The touchpoint's name in links.
    pub key: String,
    /// Shown.
    pub name: String,
    /// Name of its department; empty where nobody owns it.
    pub owner: String,
    /// Customers, each once.
    pub customers: u64,
}
