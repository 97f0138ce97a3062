//! What pages and commands show of paths: the ways to a first purchase, to the next one, and to leaving.

use serde::Serialize;

/// Where a path leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// From the first event to the first purchase.
    FirstPurchase,
    /// From a purchase to the next.
    NextPurchase,
    /// From a purchase to being lost.
    Leaving,
}

impl Aim {
    /// In the order told.
    pub const ALL: [Self; 3] = [Self::FirstPurchase, Self::NextPurchase, Self::Leaving];

    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FirstPurchase => "first_purchase",
            Self::NextPurchase => "next_purchase",
            Self::Leaving => "leaving",
        }
    }
}

/// The paths to one aim.
#[derive(Debug, Clone, Serialize)]
pub struct Goal {
    /// Where they lead.
    pub aim: Aim,
    /// Walks that reached it.
    pub reached: u64,
    /// Walks that began alike, however they ended: those that reached it, ended otherwise or go on.
    pub begun: u64,
    /// Those walked most often.
    pub frequent: Vec<Way>,
    /// Those whose purchases brought most; none to leaving.
    pub valuable: Vec<Way>,
}

/// One path.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// Its name in links.
    pub key: String,
    /// Names of touchpoints in order, without the purchases at its ends; empty where nothing came between.
    pub steps: Vec<String>,
    /// Walks that reached the aim so.
    pub walks: u64,
    /// Customers who did.
    pub customers: u64,
    /// Of all walks that were exactly this so far, the share (0–1) that reached the aim then.
    pub share: f64,
    /// From its beginning to the aim, mean, microseconds.
    pub mean_us: f64,
    /// What its purchases brought, minor units.
    pub value_minor: i64,
    /// Id of one of the customers.
    pub example: String,
}
