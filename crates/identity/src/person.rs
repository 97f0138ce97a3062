//! Customers that are people: every key in turn, strongest first, each under its guard.

use crate::cluster::Clusters;
use crate::evidence::{Column, Evidence, NONE, UNBORN};
use crate::guard::{self, Circle};
use crate::resolution::{Field, Generic, Why};
use rustc_hash::FxHashMap;

/// A full name borne with more birth dates than this is too common for the same name and birth date to be one
/// person: among n bearers about n²/50,000 pairs share a birthday by chance.
const BIRTH_DATES_PER_NAME: usize = 50;

/// Joins records that are one person; and tells the values that identify nobody.
pub(crate) fn cluster(evidence: &mut Evidence, generic_after_names: u32) -> (Clusters<'_>, Vec<Generic>) {
    let mut generic = drop_generic_ids(evidence, generic_after_names);
    let mut clusters = Clusters::new(evidence, true);
    by_exclusive_id(evidence, &mut clusters);
    by_word(evidence, &mut clusters);
    by_person(evidence, &mut clusters, generic_after_names, |_| true, &mut generic);
    (clusters, generic)
}

/// Joins people by what they share beside exclusive ids, among the ranks that `included` names.
pub(crate) fn by_person(
    evidence: &Evidence,
    clusters: &mut Clusters,
    generic_after_names: u32,
    included: impl Fn(u32) -> bool,
    generic: &mut Vec<Generic>,
) {
    for (field, column) in [(Field::Email, &evidence.email), (Field::Phone, &evidence.phone)] {
        for ranks in shared(&column.code, &included) {
            if let Some(names) = gather_people(evidence, clusters, field, &ranks, generic_after_names) {
                generic.push(told(field, column, ranks[0], names));
            }
        }
    }
    for named in evidence.references.chunk_by(|a, b| a.0 == b.0) {
        let ranks: Vec<u32> = named.iter().map(|pair| pair.1).filter(|&rank| included(rank)).collect();
        if ranks.len() > 1 {
            gather_people(evidence, clusters, Field::Reference, &ranks, generic_after_names);
        }
    }
    let born: Vec<u32> = name_and(evidence, |rank| {
        Some(evidence.born[rank]).filter(|&born| born != UNBORN).map(i32::cast_unsigned)
    });
    let common = common_names(evidence);
    let rare =
        |rank: u32| included(rank) && !common.get(&evidence.name.code[rank as usize]).is_some_and(|&is| is);
    shared(&born, rare).for_each(|ranks| clusters.gather(&ranks, Field::NameBirthDate));
    let place = name_and(evidence, |rank| Some(evidence.place.code[rank]).filter(|&code| code != NONE));
    shared(&place, &included).for_each(|ranks| clusters.gather(&ranks, Field::NameAddress));
}

/// Joins the people on one value; the number of names where they are too many to be people.
fn gather_people(
    evidence: &Evidence,
    clusters: &mut Clusters,
    field: Field,
    ranks: &[u32],
    generic_after_names: u32,
) -> Option<u32> {
    match guard::circle(evidence, field, ranks, generic_after_names) {
        Circle::Generic(names) => return Some(names),
        Circle::People { people, apart } => {
            for person in people {
                clusters.gather(&person, field);
            }
            for (a, b, why) in apart {
                clusters.refuse(a, b, field, why);
            }
        }
    }
    None
}

pub(crate) fn by_exclusive_id(evidence: &Evidence, clusters: &mut Clusters) {
    for ranks in shared(&evidence.exclusive.value.code, |_| true) {
        clusters.gather(&ranks, Field::ExclusiveId);
    }
}

/// Joins what a silo says is the same. A record said to be several others joins them only where they are one.
pub(crate) fn by_word(evidence: &Evidence, clusters: &mut Clusters) {
    let (single, several): (Vec<_>, Vec<_>) =
        evidence.same.chunk_by(|a, b| a.0 == b.0).partition(|told| told.len() == 1);
    for told in single.into_iter().chain(several) {
        let root = clusters.root(told[0].1);
        let is_one = told.iter().all(|&(_, other)| clusters.root(other) == root);
        for &(one, other) in told {
            if is_one {
                clusters.gather(&[one, other], Field::SameAs);
            } else {
                clusters.refuse(one, other, Field::SameAs, Why::Ambiguous);
            }
        }
    }
}

/// Ranks that share a code, ascending; only where there are several, in the order of codes.
pub(crate) fn shared(code: &[u32], included: impl Fn(u32) -> bool) -> impl Iterator<Item = Vec<u32>> {
    let mut pairs: Vec<(u32, u32)> =
        code.iter().copied().zip(0..).filter(|&(code, rank)| code != NONE && included(rank)).collect();
    pairs.sort_unstable();
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < pairs.len() {
            let code = pairs[start].0;
            let length = pairs[start..].partition_point(|pair| pair.0 == code);
            start += length;
            if length > 1 {
                return Some(pairs[start - length..start].iter().map(|pair| pair.1).collect());
            }
        }
        None
    })
}

/// Codes of (full name, other) by rank; `NONE` where either is missing.
fn name_and(evidence: &Evidence, other: impl Fn(usize) -> Option<u32>) -> Vec<u32> {
    let mut codes: FxHashMap<(u32, u32), u32> = FxHashMap::default();
    let mut code = |rank: usize| {
        let name = evidence.name.code[rank];
        let full = |code: u32| {
            let name = evidence.name_of(code);
            name.given.len() > 1 && name.family.len() > 1
        };
        let other = other(rank).filter(|_| name != NONE && full(name))?;
        let next = codes.len() as u32;
        Some(*codes.entry((name, other)).or_insert(next))
    };
    (0..evidence.len()).map(|rank| code(rank).unwrap_or(NONE)).collect()
}

/// Whether each name code is borne with too many birth dates.
fn common_names(evidence: &Evidence) -> FxHashMap<u32, bool> {
    let mut pairs: Vec<(u32, i32)> =
        evidence.name.code.iter().copied().zip(evidence.born.iter().copied()).collect();
    pairs.retain(|&(name, born)| name != NONE && born != UNBORN);
    pairs.sort_unstable();
    pairs.dedup();
    pairs
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|births| births.len() > BIRTH_DATES_PER_NAME)
        .map(|births| (births[0].0, true))
        .collect()
}

/// Forgets exclusive ids that too many names hold: placeholders of some form.
fn drop_generic_ids(evidence: &mut Evidence, generic_after_names: u32) -> Vec<Generic> {
    let mut generic = Vec::new();
    let mut dropped = Vec::new();
    for ranks in shared(&evidence.exclusive.value.code, |_| true) {
        let circle = guard::circle(evidence, Field::ExclusiveId, &ranks, generic_after_names);
        if let Circle::Generic(names) = circle {
            generic.push(told(Field::ExclusiveId, &evidence.exclusive.value, ranks[0], names));
            dropped.extend(ranks);
        }
    }
    for rank in dropped {
        evidence.exclusive.value.code[rank as usize] = NONE;
    }
    generic
}

fn told(field: Field, column: &Column, rank: u32, names: u32) -> Generic {
    let value = column.texts.get(column.code[rank as usize]).trim_start_matches(':').to_owned();
    Generic { field, value, names }
}
