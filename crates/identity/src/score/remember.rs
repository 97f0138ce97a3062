//! What one run remembers for the next, so that a day's new records cost a day's work: which records it compared, by
//! a hash of all that it compared of them, which blocks were over-full, and the pairs it kept.
//!
//! Whether two records meet, and what they weigh, follows from what both tell, from what all records together say of
//! their values ([`Packed::beside`]), and from which of their common blocks are over-full. So where neither changed and no such block turned, what was kept is what would be kept again.

use crate::mint::mix;
use crate::score::block::{Bounds, plan};
use crate::score::model::Model;
use crate::score::packed::Packed;
use crate::score::pairs::{Edge, Scored};
use crate::score::texts::NONE;
use rustc_hash::FxHashSet;

/// What a run knew at its end. By default nothing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Remembered {
    /// The records, ascending: `pairs` tell them by position.
    pub record_hash: Vec<u64>,
    /// By record: a hash of all that was compared, and of the model and the rules by which it was. Another model
    /// thus trusts nothing of what is remembered.
    pub content: Vec<u64>,
    /// Blocks that were over-full, by a hash of their rule and keys; ascending.
    pub overfull: Vec<u64>,
    /// Pairs worth keeping, in ascending order.
    pub pairs: Vec<Edge>,
}

impl Scored {
    /// What the next run starts from.
    pub fn remembered(self, packed: &Packed) -> Remembered {
        Remembered {
            record_hash: packed.hash.clone(),
            content: self.content,
            overfull: self.overfull,
            pairs: self.edges,
        }
    }
}

/// Hashes of what is compared of each rank, and how.
pub(crate) fn contents(packed: &Packed, model: &Model, bounds: Bounds) -> Vec<u64> {
    let program = env!("CARGO_PKG_VERSION").bytes().fold(0, |hash, byte| mix(hash ^ u64::from(byte)));
    let plan = mix(mix(program ^ plan(packed, bounds)) ^ model.version);
    let mut contents = vec![plan; packed.len()];
    for field in &packed.fields {
        let texts = packed.texts(field);
        let hashes: Vec<u64> = (0..texts.len() as u32).map(|code| texts.hash(code)).collect();
        for (content, &code) in contents.iter_mut().zip(&field.code) {
            let value =
                if code == NONE { 0 } else { hashes[code as usize] ^ mix(packed.beside(field, code)) };
            *content = mix(*content ^ value);
        }
    }
    contents
}

/// Where a run starts: what is remembered, and what of it still holds.
pub(crate) struct Start<'r> {
    before: &'r Remembered,
    /// Rank of each record remembered; [`NONE`] where it changed or is gone.
    rank: Vec<u32>,
    /// Whether a rank is new or changed, or in a block that turned.
    touched: Vec<bool>,
    overfull: FxHashSet<u64>,
}

impl<'r> Start<'r> {
    /// `hash`, ascending, and `content` are those of the records of this run.
    pub(crate) fn of(before: &'r Remembered, hash: &[u64], content: &[u64]) -> Self {
        let mut touched = vec![true; hash.len()];
        let mut at = 0;
        let known = before.record_hash.iter().zip(&before.content);
        let rank = known.map(|(known, old)| {
            while hash.get(at).is_some_and(|hash| hash < known) {
                at += 1;
            }
            let same = hash.get(at) == Some(known) && content[at] == *old;
            if same {
                touched[at] = false;
            }
            if same { at as u32 } else { NONE }
        });
        let rank = rank.collect();
        Self { before, rank, touched, overfull: before.overfull.iter().copied().collect() }
    }

    /// Whether nothing that is remembered holds.
    fn is_anew(&self) -> bool {
        self.touched.iter().all(|&touched| touched)
    }

    /// Blocks that were over-full; none where it does not matter.
    pub(crate) fn overfull(&self) -> Option<&FxHashSet<u64>> {
        (!self.is_anew()).then_some(&self.overfull)
    }

    /// Ranks of which nothing that is remembered holds.
    pub(crate) fn touch(&mut self, ranks: impl Iterator<Item = u32>) {
        ranks.for_each(|rank| self.touched[rank as usize] = true);
    }

    /// Ranks whose pairs are to be weighed; none for all.
    pub(crate) fn touched(&self) -> Option<&[bool]> {
        (!self.is_anew()).then_some(&self.touched)
    }

    /// How many ranks' pairs are to be weighed.
    pub(crate) fn touched_records(&self) -> u64 {
        self.touched.iter().filter(|&&touched| touched).count() as u64
    }

    /// Pairs remembered that still hold.
    pub(crate) fn edges(&self) -> impl Iterator<Item = Edge> {
        let holds = |number: u32| {
            let rank = self.rank.get(number as usize).copied().filter(|&rank| rank != NONE)?;
            (!self.touched[rank as usize]).then_some(rank)
        };
        let edge = move |edge: &Edge| Some(Edge { a: holds(edge.a)?, b: holds(edge.b)?, ..*edge });
        self.before.pairs.iter().filter_map(edge)
    }
}

#[cfg(test)]
mod tests;
