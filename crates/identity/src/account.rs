//! Customers that are companies or households: by account key, then by the company's e-mail domain; who has
//! neither counts as a person.

use crate::cluster::Clusters;
use crate::evidence::{Evidence, NONE};
use crate::person::{by_exclusive_id, by_person, by_word, shared};
use crate::resolution::{Field, Generic};

/// Joins records that are one account; and tells the values that identify nobody.
pub(crate) fn cluster(evidence: &mut Evidence, generic_after_names: u32) -> (Clusters<'_>, Vec<Generic>) {
    let mut generic = Vec::new();
    let evidence = &*evidence;
    let mut clusters = Clusters::new(evidence, false);
    by_exclusive_id(evidence, &mut clusters);
    by_word(evidence, &mut clusters);
    for ranks in shared(&evidence.account.code, |_| true) {
        clusters.gather(&ranks, Field::Account);
    }
    for ranks in shared(&evidence.domain.code, |_| true) {
        let members = on_domain(evidence, &mut clusters, ranks);
        clusters.gather(&members, Field::Domain);
    }
    let without_account = |rank: u32| {
        evidence.account.code[rank as usize] == NONE && evidence.domain.code[rank as usize] == NONE
    };
    clusters.keep_names_apart();
    by_person(evidence, &mut clusters, generic_after_names, without_account, &mut generic);
    (clusters, generic)
}

/// The records of a domain that it may join: those without an account key, and one of the account where the
/// domain has just one.
fn on_domain(evidence: &Evidence, clusters: &mut Clusters, ranks: Vec<u32>) -> Vec<u32> {
    let (mut members, keyed): (Vec<u32>, Vec<u32>) =
        ranks.into_iter().partition(|&rank| evidence.account.code[rank as usize] == NONE);
    let mut roots: Vec<u32> = keyed.iter().map(|&rank| clusters.root(rank)).collect();
    roots.sort_unstable();
    roots.dedup();
    if roots.len() == 1 {
        members.extend(keyed.first());
    }
    members
}
