//! What the customer base is worth: models of purchase, spend and renewal as a layer apart from the ledger.
//! P(alive) is never booked. Both purchase models are always told side by side, for on the same data, at
//! near-equal fit, they can disagree by half.

mod bgbb;
mod bgnbd;
mod contracts;
mod draws;
mod equity;
mod fading;
mod gamma_gamma;
mod outlook;
mod pareto;
mod rows;
mod sbg;
mod silence;
#[cfg(test)]
mod slopes;
mod special;
mod thinned;

pub use crate::fit::{Convergence, Fit, Search};
pub use bgbb::{BgBb, Chances};
pub use bgnbd::BgNbd;
pub use contracts::{ContractBuilder, ContractWorth, Contracts, Terms, contract_worth};
pub use equity::{Interval, ModelWorth, Resampling, Spread, Worth, worth};
pub use fading::{Fading, FadingInput, FadingLimits, INTERVALS_TO_SHRINK, fading, fading_limits};
pub use gamma_gamma::{GammaGamma, Spend};
pub use outlook::Outlook;
pub use pareto::ParetoNbd;
pub use rows::{Histories, HistoryBuilder, HistoryColumns, HistoryRows};
pub use sbg::{Renewals, Sbg};
pub use silence::{INTERVALS_KEPT, Silence, SilenceBuilder};
