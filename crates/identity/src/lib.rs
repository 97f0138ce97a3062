//! Which records are one customer: typed keys under guards, clusters, stable ids, and the evidence for both.
//!
//! Arrow arrays and slices in, vectors out. The answer does not depend on the order of the records, except
//! for the numbering of the customers.

mod account;
mod clean;
mod cluster;
mod error;
mod evidence;
mod groups;
mod guard;
mod ids;
mod likeness;
mod mint;
mod person;
mod records;
mod resolution;
pub mod score;
mod weigh;

pub use error::Error;
pub use ids::{Assignment, Previous, assign};
pub use mint::Mint;
pub use records::{Records, Settings};
pub use resolution::{Effort, Field, Generic, Merge, Refused, Resolution, Rule, Why};
pub use score::Model;
pub use weigh::{JOIN_BITS, REVIEW_BITS, Weighing, explain, fits, train};

use cluster::Found;
use evidence::Evidence;
use model::config::Unit;

/// Decides which records are one customer, and gives every customer its permanent id.
///
/// What people decided comes first, then keys under their guards, then the weight of all that two records tell.
///
/// # Errors
/// When the columns differ in length, a record comes twice, the previous ids contradict themselves, or the model
/// was trained on other fields.
pub fn resolve(
    records: &Records,
    settings: &Settings,
    weighing: &Weighing,
    previous: &Previous,
    mint: &mut Mint,
) -> Result<Resolution, Error> {
    records.check()?;
    let mut evidence = Evidence::read(records, settings);
    let (found, generic) = keys(&mut evidence, settings);
    let known = weigh::Known { found: &found, generic: &generic, exclusive: evidence.exclusive.by_kind() };
    drop(evidence);
    let weighed = weigh::weigh(records, settings, weighing, &known)?;
    let assignment = assign(records.record_hash, &weighed.customer, previous, mint)?;
    let mut refused = found.refused;
    // Weighed evidence or a person may have joined them all the same.
    refused
        .retain(|pair| weighed.customer[pair.record_a as usize] != weighed.customer[pair.record_b as usize]);
    Ok(Resolution {
        customer: weighed.customer,
        ids: assignment.ids,
        redirects: assignment.redirects,
        merges: weighed.merges,
        refused,
        generic,
        review: weighed.review,
        compared: weighed.compared,
        remembered: weighed.remembered,
        effort: weighed.effort,
    })
}

/// What keys alone join, and the values that identify nobody.
fn keys(evidence: &mut Evidence, settings: &Settings) -> (Found, Vec<Generic>) {
    let (clusters, generic) = match settings.unit {
        Unit::Person => person::cluster(evidence, settings.generic_after_names),
        Unit::Account => account::cluster(evidence, settings.generic_after_names),
    };
    (clusters.into_found(), generic)
}

#[cfg(test)]
mod tests;
