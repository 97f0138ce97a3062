//! Clusters of records: union–find in the order of the keys' strength, which refuses a union that would make
//! one customer of two exclusive ids, of two people's names, or of two birth dates.

use crate::clean::birth::{self, Born};
use crate::evidence::{Evidence, NONE, UNBORN};
use crate::groups::Groups;
use crate::guard;
use crate::likeness::{Family, Given};
use crate::resolution::{Field, Merge, Refused, Why};
use rustc_hash::FxHashMap;
use std::cmp::Reverse;

/// So many clusters on one value are told apart; a value that holds more says no more.
const CLUSTERS_PER_VALUE: usize = 32;

/// What is known of a cluster of several records, each fact once.
#[derive(Debug, Default)]
struct Facts {
    names: Vec<u32>,
    born: Vec<Born>,
    exclusive: Vec<u32>,
    emails: Vec<u32>,
}

/// Clusters of ranks, and how they came about.
pub(crate) struct Clusters<'e> {
    evidence: &'e Evidence,
    /// Whether a cluster is one person, whose names must agree.
    people: bool,
    groups: Groups,
    /// Facts of roots that joined; a single record's are its own.
    facts: FxHashMap<u32, Facts>,
    merges: Vec<(u32, u32, Field)>,
    refused: Vec<(u32, u32, Field, Why)>,
}

/// What joined records and what did not, told by row.
pub(crate) struct Found {
    pub(crate) merges: Vec<Merge>,
    pub(crate) refused: Vec<Refused>,
}

impl<'e> Clusters<'e> {
    /// Every record alone. `people`: whether names and birth dates within a cluster must agree.
    pub(crate) fn new(evidence: &'e Evidence, people: bool) -> Self {
        Self {
            evidence,
            people,
            groups: Groups::new(evidence.len()),
            facts: FxHashMap::default(),
            merges: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The rank that stands for the cluster of `rank`.
    pub(crate) fn root(&mut self, rank: u32) -> u32 {
        self.groups.root(rank)
    }

    /// Joins the clusters of records that share a value and look like one customer. The best known come first; a
    /// record that could join several of them that must stay apart joins none, unless the value is an account.
    pub(crate) fn gather(&mut self, ranks: &[u32], field: Field) {
        let mut members: Vec<(Reverse<u8>, u32)> = Vec::with_capacity(ranks.len());
        for &rank in ranks {
            members.push((Reverse(self.known(rank)), rank));
        }
        members.sort_unstable();
        let mut founders: Vec<u32> = Vec::new();
        for (_, rank) in members {
            if founders.len() >= CLUSTERS_PER_VALUE {
                self.refused.push((founders[0], rank, field, Why::Ambiguous));
                continue;
            }
            self.join_one(&mut founders, rank, field);
        }
    }

    /// Joins `rank` to the one founder that takes it, or makes it a founder.
    fn join_one(&mut self, founders: &mut Vec<u32>, rank: u32, field: Field) {
        let root = self.root(rank);
        let mut takers = Vec::new();
        let mut refusal = None;
        for &founder in founders.iter() {
            if self.root(founder) == root {
                return;
            }
            match self.refusal(founder, rank, field) {
                None => takers.push(founder),
                Some(why) => refusal = refusal.or(Some((founder, why))),
            }
        }
        match (takers.as_slice(), refusal) {
            ([only], _) => self.unite(*only, rank, field),
            ([first, ..], _) if field == Field::Account => self.unite(*first, rank, field),
            ([first, ..], _) => self.refused.push((*first, rank, field, Why::Ambiguous)),
            ([], Some((founder, why))) => {
                self.refused.push((founder, rank, field, why));
                founders.push(rank);
            }
            ([], None) => founders.push(rank),
        }
    }

    /// From now on names and birth dates within a cluster must agree.
    pub(crate) fn keep_names_apart(&mut self) {
        self.people = true;
    }

    /// Records a pair that a guard kept apart before it came to a union.
    pub(crate) fn refuse(&mut self, a: u32, b: u32, field: Field, why: Why) {
        self.refused.push((a, b, field, why));
    }

    /// How much is known of the cluster of `rank`.
    fn known(&mut self, rank: u32) -> u8 {
        let root = self.root(rank);
        let full = self.names(root).iter().any(|&code| {
            let name = self.evidence.name_of(code);
            name.given.len() > 1 && !name.family.is_empty()
        });
        4 * u8::from(!self.exclusive(root).is_empty())
            + 2 * u8::from(!self.born(root).is_empty())
            + u8::from(full)
    }

    fn refusal(&mut self, a: u32, b: u32, field: Field) -> Option<Why> {
        let roots = (self.root(a), self.root(b));
        if self.exclusive_ids_clash(roots) {
            return Some(Why::ExclusiveIds);
        }
        if !self.people {
            return None;
        }
        match field {
            Field::ExclusiveId => self.are_strangers(roots).then_some(Why::Names),
            _ if self.given_names_clash(roots) => Some(Why::Names),
            Field::Email if self.sure(a, b) => None,
            Field::Email => (!self.births_meet(roots)).then_some(Why::BirthDates),
            _ if !self.families_meet(roots) => Some(Why::Names),
            Field::Phone if !self.sure(a, b) && self.emails_differ(roots) => Some(Why::Emails),
            _ => (!self.births_meet(roots)).then_some(Why::BirthDates),
        }
    }

    fn exclusive_ids_clash(&self, (a, b): (u32, u32)) -> bool {
        let kind = |code: u32| self.evidence.exclusive.kind[code as usize];
        let clash = |x: u32, y: u32| x != y && kind(x) == kind(y);
        self.exclusive(a).iter().any(|&x| self.exclusive(b).iter().any(|&y| clash(x, y)))
    }

    /// Whether both have names and neither name nor birth date connects them.
    fn are_strangers(&self, (a, b): (u32, u32)) -> bool {
        let total = |x: u32, y: u32| self.evidence.likeness(x, y).is_total_clash();
        let (left, right) = (self.names(a), self.names(b));
        let named = !left.is_empty() && !right.is_empty();
        let clash = || left.iter().all(|&x| right.iter().all(|&y| total(x, y)));
        named && clash() && !self.born(a).iter().any(|&x| self.born(b).iter().any(|&y| birth::agree(x, y)))
    }

    /// Whether any given names of the two clusters are those of different people. Names that one cluster holds
    /// already, joined by an exclusive id, do not clash again.
    fn given_names_clash(&self, (a, b): (u32, u32)) -> bool {
        let (left, right) = (self.names(a), self.names(b));
        let given = |code: u32| self.evidence.name_of(code).given;
        let within = |code: u32, names: &[u32]| names.iter().any(|&other| given(other) == given(code));
        let differ = |x: u32, y: u32| x != y && self.evidence.likeness(x, y).given == Given::Differ;
        left.iter().any(|&x| right.iter().any(|&y| differ(x, y) && !within(x, right) && !within(y, left)))
    }

    fn families_meet(&self, (a, b): (u32, u32)) -> bool {
        let (left, right) = (self.names(a), self.names(b));
        let meet = |x: u32, y: u32| x == y || self.evidence.likeness(x, y).family != Family::Differ;
        left.is_empty() || right.is_empty() || left.iter().any(|&x| right.iter().any(|&y| meet(x, y)))
    }

    fn births_meet(&self, (a, b): (u32, u32)) -> bool {
        let (left, right) = (self.born(a), self.born(b));
        left.is_empty() || right.is_empty() || left.iter().any(|&x| right.iter().any(|&y| birth::agree(x, y)))
    }

    fn emails_differ(&self, (a, b): (u32, u32)) -> bool {
        let (left, right) = (self.emails(a), self.emails(b));
        !left.is_empty() && !right.is_empty() && !left.iter().any(|code| right.contains(code))
    }

    /// Whether two records have one full name, give or take a slip.
    fn sure(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.evidence.name.code[a as usize], self.evidence.name.code[b as usize]);
        a != NONE && b != NONE && self.evidence.likeness(a, b).is_sure()
    }

    fn names(&self, root: u32) -> &[u32] {
        let own = || told(&self.evidence.name.code, root, NONE);
        self.facts.get(&root).map_or_else(own, |facts| &facts.names)
    }

    fn born(&self, root: u32) -> &[Born] {
        let own = || told(&self.evidence.born, root, UNBORN);
        self.facts.get(&root).map_or_else(own, |facts| &facts.born)
    }

    fn exclusive(&self, root: u32) -> &[u32] {
        let own = || told(&self.evidence.exclusive.value.code, root, NONE);
        self.facts.get(&root).map_or_else(own, |facts| &facts.exclusive)
    }

    fn emails(&self, root: u32) -> &[u32] {
        let own = || told(&self.evidence.email.code, root, NONE);
        self.facts.get(&root).map_or_else(own, |facts| &facts.emails)
    }

    fn unite(&mut self, a: u32, b: u32, field: Field) {
        let roots = (self.root(a), self.root(b));
        let (winner, loser) = self.groups.unite(roots.0, roots.1);
        let added = self.take_facts(loser);
        let mut facts = self.take_facts(winner);
        add(&mut facts.names, added.names);
        add(&mut facts.born, added.born);
        add(&mut facts.exclusive, added.exclusive);
        add(&mut facts.emails, added.emails);
        self.facts.insert(winner, facts);
        self.merges.push((a, b, field));
    }

    fn take_facts(&mut self, root: u32) -> Facts {
        self.facts.remove(&root).unwrap_or_else(|| Facts {
            names: self.names(root).to_vec(),
            born: self.born(root).to_vec(),
            exclusive: self.exclusive(root).to_vec(),
            emails: self.emails(root).to_vec(),
        })
    }

    /// Told by row.
    pub(crate) fn into_found(mut self) -> Found {
        let customer = self.groups.by_row(&self.evidence.order);
        let row = |rank: u32| self.evidence.order[rank as usize];
        let merge = |&(a, b, field): &(u32, u32, Field)| Merge {
            customer: customer[row(a) as usize],
            record_a: row(a),
            record_b: row(b),
            rule: guard::rule(self.evidence, field, a, b),
            field,
            weight: None,
        };
        let merges = self.merges.iter().map(merge).collect();
        let refused = |&(a, b, field, why): &(u32, u32, Field, Why)| Refused {
            record_a: row(a),
            record_b: row(b),
            field,
            why,
        };
        let mut refused: Vec<Refused> = self.refused.iter().map(refused).collect();
        // A stronger or later key may have joined them all the same.
        refused.retain(|pair| customer[pair.record_a as usize] != customer[pair.record_b as usize]);
        Found { merges, refused }
    }
}

/// What a single record tells: one value, or nothing.
fn told<T: PartialEq + Copy>(column: &[T], rank: u32, nothing: T) -> &[T] {
    let at = rank as usize;
    if column[at] == nothing { &[] } else { &column[at..=at] }
}

fn add<T: PartialEq>(into: &mut Vec<T>, from: Vec<T>) {
    for fact in from {
        if !into.contains(&fact) {
            into.push(fact);
        }
    }
}
