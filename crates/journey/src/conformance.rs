//! How many customers walk as designed and where the others deviate: each distinct variant is aligned once and counts
//! for all who went it. What was not aligned is not guessed; the coverage says how much that is.

use crate::design::{Alignment, Design, Move};
use crate::sequences::SequenceKey;
use crate::variants::Variant;
use std::collections::{BTreeMap, BTreeSet};

/// What to make of events at touchpoints the design does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// They are deviations.
    Everything,
    /// They are passed over.
    NamedOnly,
}

/// Customers and the variants they went.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// Customers.
    pub customers: u64,
    /// Keys of their variants; [`crate::Behind::AnyOf`] lists the customers.
    pub variants: BTreeSet<SequenceKey>,
}

/// Conformance of the variants seen so far.
#[derive(Debug, Clone, PartialEq)]
pub struct Conformance {
    strictness: Strictness,
    limit: usize,
    aligned: Who,
    unaligned: Who,
    as_designed: Who,
    /// By length of what was aligned and deviations: customers.
    fits: BTreeMap<(usize, u32), u64>,
    deviations: BTreeMap<Move, Who>,
}

impl Conformance {
    /// Nothing aligned yet; an alignment gives up after `limit` states.
    pub fn new(strictness: Strictness, limit: usize) -> Self {
        let (fits, deviations) = (BTreeMap::new(), BTreeMap::new());
        let who = Who::default;
        Self { strictness, limit, aligned: who(), unaligned: who(), as_designed: who(), fits, deviations }
    }

    /// Aligns a variant.
    pub fn add(&mut self, design: &Design, variant: &Variant<'_>) {
        let named = |touchpoint: &&u16| design.named().binary_search(*touchpoint).is_ok();
        let sequence: Vec<u16> = match self.strictness {
            Strictness::Everything => variant.sequence.to_vec(),
            Strictness::NamedOnly => variant.sequence.iter().filter(named).copied().collect(),
        };
        match design.align(&sequence, self.limit) {
            Some(alignment) => self.count(&alignment, sequence.len(), variant),
            None => self.pass_over(variant),
        }
    }

    /// Counts a variant among those not aligned, as when there is no more time.
    pub fn pass_over(&mut self, variant: &Variant<'_>) {
        self.unaligned.add(variant);
    }

    /// Adds the conformance of other variants to the same design.
    pub fn merge(&mut self, other: Self) {
        self.aligned.merge(other.aligned);
        self.unaligned.merge(other.unaligned);
        self.as_designed.merge(other.as_designed);
        for (fit, customers) in other.fits {
            *self.fits.entry(fit).or_default() += customers;
        }
        for (deviation, who) in other.deviations {
            self.deviations.entry(deviation).or_default().merge(who);
        }
    }

    /// Share (0–1) of customers whose variant was aligned.
    pub fn coverage(&self) -> f64 {
        let all = self.aligned.customers + self.unaligned.customers;
        self.aligned.customers as f64 / all.max(1) as f64
    }

    /// Customers whose variant was aligned.
    pub const fn aligned(&self) -> &Who {
        &self.aligned
    }

    /// Customers whose variant was not aligned.
    pub const fn unaligned(&self) -> &Who {
        &self.unaligned
    }

    /// Customers who walked as designed.
    pub const fn as_designed(&self) -> &Who {
        &self.as_designed
    }

    /// Mean fitness of aligned customers (0–1).
    pub fn fitness(&self, design: &Design) -> f64 {
        let fit = |(&(length, deviations), &customers): (&(usize, u32), &u64)| {
            customers as f64 * design.fitness(length, deviations)
        };
        self.fits.iter().map(fit).sum::<f64>() / self.aligned.customers.max(1) as f64
    }

    /// Customers by deviation, [`Move::Unplanned`] or [`Move::Skipped`], each counted once a deviation.
    pub const fn deviations(&self) -> &BTreeMap<Move, Who> {
        &self.deviations
    }

    fn count(&mut self, alignment: &Alignment, length: usize, variant: &Variant<'_>) {
        self.aligned.add(variant);
        *self.fits.entry((length, alignment.deviations)).or_default() += variant.customers;
        if alignment.deviations == 0 {
            self.as_designed.add(variant);
            return;
        }
        let off = alignment.moves.iter().filter(|step| !matches!(step, Move::AsDesigned(_)));
        for deviation in off.copied().collect::<BTreeSet<_>>() {
            self.deviations.entry(deviation).or_default().add(variant);
        }
    }
}

impl Who {
    fn add(&mut self, variant: &Variant<'_>) {
        self.customers += variant.customers;
        self.variants.insert(variant.key);
    }

    fn merge(&mut self, other: Self) {
        self.customers += other.customers;
        self.variants.extend(other.variants);
    }
}
