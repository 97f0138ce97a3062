//! Which records are one customer: typed keys under guards, clusters, stable ids, and the evidence for both.
//!
//! Arrow arrays and slices in, vectors out. The answer does not depend on the order of the records, except
//! for the numbering of the customers.

mod account;
mod clean;
mod cluster;
mod error;
mod evidence;
mod guard;
mod ids;
mod likeness;
mod mint;
mod person;
mod records;
mod resolution;

pub use error::Error;
pub use ids::{Assignment, Previous, assign};
pub use mint::Mint;
pub use records::{Records, Settings};
pub use resolution::{Field, Generic, Merge, Refused, Resolution, Rule, Why};

use evidence::Evidence;
use model::config::Unit;

/// Decides which records are one customer, and gives every customer its permanent id.
///
/// # Errors
/// When the columns differ in length, a record comes twice, or the previous ids contradict themselves.
pub fn resolve(
    records: &Records,
    settings: &Settings,
    previous: &Previous,
    mint: &mut Mint,
) -> Result<Resolution, Error> {
    records.check()?;
    let mut evidence = Evidence::read(records, settings);
    let (clusters, generic) = match settings.unit {
        Unit::Person => person::cluster(&mut evidence, settings.generic_after_names),
        Unit::Account => account::cluster(&mut evidence, settings.generic_after_names),
    };
    let found = clusters.into_found();
    let assignment = assign(records.record_hash, &found.customer, previous, mint)?;
    Ok(Resolution {
        customer: found.customer,
        ids: assignment.ids,
        redirects: assignment.redirects,
        merges: found.merges,
        refused: found.refused,
        generic,
    })
}

#[cfg(test)]
mod tests;
