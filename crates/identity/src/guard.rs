//! People on one value: which of the records that share an e-mail, a phone or an id may be one person.
//!
//! Names are put into groups of mutual likeness, the best known names first, so that an initial, a short form
//! or a missing name never bridges two people: it joins the only group it fits, or stays apart.

use crate::evidence::{Evidence, NONE};
use crate::likeness::{self, Family, Given, Likeness};
use crate::resolution::{Field, Rule, Why};
use std::cmp::Reverse;

/// What one value says of the records on it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Circle {
    /// Groups of ranks, each one person; and pairs that are not.
    People {
        /// Ranks of each person's records.
        people: Vec<Vec<u32>>,
        /// Pairs of ranks kept apart, with the reason.
        apart: Vec<(u32, u32, Why)>,
    },
    /// Too many people: it identifies nobody. Carries the number of distinct names.
    Generic(u32),
}

/// Sorts the records on one value into people. `ranks` ascend.
pub(crate) fn circle(evidence: &Evidence, field: Field, ranks: &[u32], generic_after_names: u32) -> Circle {
    let (named, nameless): (Vec<u32>, Vec<u32>) =
        ranks.iter().partition(|&&rank| evidence.name.code[rank as usize] != NONE);
    let names = distinct(evidence, &named);
    let Some(groups) = group(evidence, field, &names, generic_after_names) else {
        return Circle::Generic(names.len() as u32);
    };
    let mut people: Vec<Vec<u32>> = vec![Vec::new(); groups.len()];
    let mut doubtful = Vec::new();
    let is_family = groups.len() > 1;
    for &rank in &named {
        let code = evidence.name.code[rank as usize];
        // In a family an initial may be that of somebody who has not appeared yet.
        let is_vague = is_family && vagueness(evidence, code) == INITIAL;
        match groups.iter().position(|group| group.contains(&code) && !(is_vague && group.len() > 1)) {
            Some(at) => people[at].push(rank),
            None => doubtful.push(rank),
        }
    }
    doubtful.extend(place_nameless(nameless, &mut people));
    let apart = apart(&people, &doubtful);
    Circle::People { people, apart }
}

/// Distinct name codes with the number of their records.
fn distinct(evidence: &Evidence, ranks: &[u32]) -> Vec<(u32, usize)> {
    let mut codes: Vec<u32> = ranks.iter().map(|&rank| evidence.name.code[rank as usize]).collect();
    codes.sort_unstable();
    codes.chunk_by(|a, b| a == b).map(|same| (same[0], same.len())).collect()
}

/// Groups of name codes; codes that fit several groups are in none. `None` when there are too many groups.
fn group(
    evidence: &Evidence,
    field: Field,
    names: &[(u32, usize)],
    generic_after_names: u32,
) -> Option<Vec<Vec<u32>>> {
    if let [(only, _)] = names {
        return Some(vec![vec![*only]]);
    }
    let mut names = names.to_vec();
    names.sort_by_cached_key(|&(code, records)| {
        let words = evidence.name_of(code).given.split(' ').count();
        (
            vagueness(evidence, code),
            Reverse(words),
            Reverse(records),
            evidence.name.texts.get(code).to_owned(),
        )
    });
    let may_marry =
        field == Field::Email && names.len() <= generic_after_names as usize && one_given(evidence, &names);
    let fits = |a: u32, b: u32| fit(evidence.likeness(a, b), may_marry);
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for (code, _) in names {
        let mut fitting = groups.iter_mut().filter(|group| group.iter().all(|&other| fits(code, other)));
        match (fitting.next(), fitting.next()) {
            (Some(_), Some(_)) => {}
            (Some(only), None) => only.push(code),
            (None, _) => groups.push(vec![code]),
        }
        if groups.len() > generic_after_names as usize {
            return None;
        }
    }
    Some(groups)
}

/// The vagueness of an initial with a family name.
const INITIAL: u8 = 3;

/// 0 for a full name; more the more people it may stand for.
fn vagueness(evidence: &Evidence, code: u32) -> u8 {
    let name = evidence.name_of(code);
    let initial = name.given.len() == 1;
    match (name.given.is_empty(), name.family.is_empty()) {
        _ if name.lone => 4,
        (true, _) => 5,
        (false, true) if initial => 5,
        (false, _) if initial => INITIAL,
        (false, true) => 2,
        (false, false) => u8::from(likeness::is_short(name.given)),
    }
}

/// Whether all names on the value have one given name.
fn one_given(evidence: &Evidence, names: &[(u32, usize)]) -> bool {
    names.iter().enumerate().all(|(at, &(a, _))| {
        let differ = |b| evidence.likeness(a, b).given == Given::Differ;
        !names[..at].iter().any(|&(b, _)| differ(b))
    })
}

fn fit(likeness: Likeness, may_marry: bool) -> bool {
    match likeness {
        Likeness { given: Given::Same, family: Family::Differ } => may_marry,
        Likeness { given, family } => given != Given::Differ && family != Family::Differ,
    }
}

/// Puts records without a name to the only person on the value, or together where nobody has a name; returns
/// those left over.
fn place_nameless(nameless: Vec<u32>, people: &mut Vec<Vec<u32>>) -> Vec<u32> {
    match people.as_mut_slice() {
        [] => people.push(nameless),
        [only] => only.extend(nameless),
        _ => return nameless,
    }
    Vec::new()
}

/// One pair for each person after the first, and for each record that could be several people's.
fn apart(people: &[Vec<u32>], doubtful: &[u32]) -> Vec<(u32, u32, Why)> {
    let Some(&first) = people.iter().flatten().next().or(doubtful.first()) else {
        return Vec::new();
    };
    let others =
        people.iter().skip(1).filter_map(|person| person.first()).map(|&other| (first, other, Why::Names));
    let vague = doubtful.iter().filter(|&&rank| rank != first).map(|&rank| (first, rank, Why::Ambiguous));
    others.chain(vague).collect()
}

/// What lets two records of one person share a value.
pub(crate) fn rule(evidence: &Evidence, field: Field, a: u32, b: u32) -> Rule {
    if matches!(field, Field::ExclusiveId | Field::Account | Field::Domain) {
        return Rule::SameValue;
    }
    if field == Field::SameAs {
        return Rule::Told;
    }
    let (a, b) = (evidence.name.code[a as usize], evidence.name.code[b as usize]);
    if a == NONE || b == NONE {
        return Rule::MissingName;
    }
    match evidence.likeness(a, b) {
        Likeness { given: Given::Same, family: Family::Same } => Rule::SameName,
        Likeness { given: Given::Same, family: Family::Differ } => Rule::NewFamilyName,
        Likeness { given: Given::Short, .. } => Rule::ShortName,
        _ => Rule::CloseName,
    }
}
