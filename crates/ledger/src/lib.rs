//! The books of the customer base: ordered events in, postings, balanced statements and the lists behind
//! their numbers out. Pure: columns in, columns out; the rules are those of the definitions "Active, gained,
//! lost, won back", "Value" and "The ledger".

mod balance;
mod calendar;
mod calibrate;
pub mod closing;
pub mod cohorts;
mod columns;
mod contract;
mod error;
mod figures;
mod fit;
mod fold;
mod lists;
mod matrix;
mod pass;
mod rates;
mod ratios;
mod reason;
pub mod reasons;
mod recurring;
mod rules;
mod segments;
mod statement;
mod stream;
pub mod survival;
pub mod worth;

pub use balance::{Checks, Closing, Imbalance, check_balance};
pub use calibrate::{Calibration, GapCounts, GapShare, MAX_GAP_DAYS};
pub use columns::{PostingRows, Postings, Rows, States, Terms};
pub use error::Error;
pub use figures::{FIGURES, Figures, Line, OpeningCohort};
pub use lists::{CohortList, MovedList, MovedRow, StandingList, StandingRow, moved, standing};
pub use pass::Pass;
pub use rates::CurrencyRates;
pub use ratios::Ratios;
pub use reason::Reason;
pub use recurring::Levels;
pub use rules::{RULE_VERSION, Regime, Rules, StreamRule};
pub use segments::Splits;
pub use statement::StatementBuilder;
