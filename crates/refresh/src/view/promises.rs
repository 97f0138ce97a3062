//! What pages and commands show of promises: how many were kept, by month, and each breach.

use model::Day;
use serde::Serialize;

/// The company's promises and how they were kept.
#[derive(Debug, Clone, Serialize)]
pub struct Promises {
    /// Empty for the whole.
    pub segment: String,
    /// In the order of the config.
    pub promises: Vec<Promised>,
    /// All promises together by the month in which each began, oldest first, without gaps.
    pub months: Vec<Month>,
    /// By department in the order of the config; those that answer for a promise with a rule.
    pub departments: Vec<Department>,
}

/// One promise.
#[derive(Debug, Clone, Serialize)]
pub struct Promised {
    /// In the config.
    pub id: String,
    /// In words a customer would read.
    pub name: String,
    /// The department that answers for it.
    pub owner: String,
    /// The rule in words; none where it is not yet measurable.
    pub rule: Option<String>,
    /// Over all of the books.
    pub told: Told,
    /// Customers to whom it was broken.
    pub broken_customers: u64,
    /// The last months, oldest first, without gaps.
    pub months: Vec<Month>,
}

/// Promises of one department.
#[derive(Debug, Clone, Serialize)]
pub struct Department {
    /// Shown.
    pub name: String,
    /// Over all of the books.
    pub told: Told,
    /// The last months, oldest first, without gaps.
    pub months: Vec<Month>,
}

/// How often a promise stood how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// Kept.
    pub kept: u64,
    /// Broken.
    pub broken: u64,
    /// Neither yet; not counted as kept.
    pub open: u64,
}

impl Told {
    /// Share (0–1) kept of those settled; none while there are none.
    pub fn kept_share(&self) -> Option<f64> {
        super::journey::share(self.kept, self.kept + self.broken)
    }

    /// Adds others.
    pub const fn add(&mut self, other: Self) {
        self.kept += other.kept;
        self.broken += other.broken;
        self.open += other.open;
    }
}

/// Promises that began in one month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Month {
    /// Its first day.
    pub month: Day,
    /// How they stand.
    pub told: Told,
}

/// Which breaches are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WantedBreaches {
    /// Of this promise; of all when empty.
    pub promise: String,
    /// Begun in the month with this first day; in any when none.
    pub month: Option<Day>,
    /// Of this segment; of all when empty.
    pub segment: String,
    /// Rows passed over.
    pub offset: usize,
    /// Rows told at most.
    pub limit: usize,
}

/// Breaches, newest first.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Breaches {
    /// How many there are.
    pub total: usize,
    /// Those asked for.
    pub rows: Vec<Breach>,
}

/// One broken promise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Breach {
    /// The promise's id.
    pub promise: String,
    /// The promise in words.
    pub name: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name, where a silo knows one.
    pub customer_name: String,
    /// When it began, UTC microseconds.
    pub began_us: i64,
    /// Until when it had to be kept.
    pub due_us: Option<i64>,
    /// When what was promised happened too late, or what must not have been happened; none where nothing did.
    pub happened_us: Option<i64>,
}
