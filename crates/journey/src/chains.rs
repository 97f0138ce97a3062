//! What goes wrong after what: whether the last time a customer was somewhere failed more often where what came before
//! had failed elsewhere. An association: both may have one cause.

use crate::contrast::{Odds, Quarters, false_discovery_rates};
use crate::error::Error;
use crate::events::{Columns, Life};
use crate::pairs::Pairs;
use crate::pass::Walk;
use model::Outcome;

/// Two touchpoints, of customers who were at the one and afterwards at the other. Each customer counts once: by the last
/// time at `to`, and the last time at `from` before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chain {
    /// The touchpoint that was met first.
    pub from: u16,
    /// The touchpoint that was met afterwards.
    pub to: u16,
    /// Customers failed at both.
    pub both: u64,
    /// Customers failed at `from` alone.
    pub first: u64,
    /// Customers failed at `to` alone.
    pub second: u64,
    /// Customers failed at neither.
    pub neither: u64,
    /// Odds of being failed at `to` where `from` had failed, against where it had not.
    pub odds: Odds,
    /// Share of false discoveries among all chains with a `p` at most this one's.
    pub fdr: f64,
}

/// Collects chains. Memory grows with the pairs of touchpoints that occur.
#[derive(Debug, Clone)]
pub struct Chains {
    pairs: Pairs,
    /// Of each pair: failed at neither, at the second alone, at the first alone, at both.
    cells: Vec<[u64; 4]>,
    last: Last,
}

/// How a customer's last time at every touchpoint went, as far as walked.
#[derive(Debug, Clone)]
struct Last {
    failed: Vec<bool>,
    /// Ordinal of the event from 1; 0 where nobody was.
    at: Vec<usize>,
    /// Touchpoints met, in order of first sight.
    met: Vec<u16>,
}

impl Last {
    fn new(touchpoints: usize) -> Self {
        Self { failed: vec![false; touchpoints], at: vec![0; touchpoints], met: Vec::new() }
    }

    /// Tells for every pair of touchpoints of a life whether the first and whether the second failed.
    fn chains(&mut self, life: &Life<'_>, told: &mut impl FnMut(u16, u16, bool, bool)) {
        let ends: Vec<usize> = {
            for (at, touchpoint) in life.touchpoint.iter().enumerate() {
                self.at[usize::from(*touchpoint)] = at + 1;
            }
            life.touchpoint.iter().map(|touchpoint| self.at[usize::from(*touchpoint)]).collect()
        };
        for (at, (&to, &outcome)) in life.touchpoint.iter().zip(life.outcome).enumerate() {
            let failed = Outcome::from_code(outcome).is_some_and(Outcome::is_failure);
            if ends[at] == at + 1 {
                for &from in self.met.iter().filter(|from| **from != to) {
                    told(from, to, self.failed[usize::from(from)], failed);
                }
            }
            if !self.met.contains(&to) {
                self.met.push(to);
            }
            self.failed[usize::from(to)] = failed;
        }
        self.met.clear();
    }
}

impl Chains {
    /// Over touchpoints with codes below `touchpoints`.
    pub fn new(touchpoints: usize) -> Self {
        Self { pairs: Pairs::new(touchpoints), cells: Vec::new(), last: Last::new(touchpoints) }
    }

    /// Chains of which at least so many customers were failed twice and that can be compared, surest first.
    pub fn chains(&self, least: u64) -> Vec<Chain> {
        let mut chains: Vec<Chain> = self
            .pairs
            .seen()
            .iter()
            .zip(&self.cells)
            .filter(|(_, cells)| cells[3] >= least)
            .filter_map(|(&(from, to), &[neither, second, first, both])| {
                let quarters =
                    Quarters { met_left: both, met_stayed: first, unmet_left: second, unmet_stayed: neither };
                Some(Chain { from, to, both, first, second, neither, odds: quarters.odds()?, fdr: 0.0 })
            })
            .collect();
        let p: Vec<f64> = chains.iter().map(|chain| chain.odds.p).collect();
        for (chain, fdr) in chains.iter_mut().zip(false_discovery_rates(&p)) {
            chain.fdr = fdr;
        }
        let rank = |chain: &Chain| (chain.fdr, -chain.odds.low);
        chains.sort_by(|a, b| {
            let ((a_fdr, a_low), (b_fdr, b_low)) = (rank(a), rank(b));
            a_fdr.total_cmp(&b_fdr).then(a_low.total_cmp(&b_low)).then((a.from, a.to).cmp(&(b.from, b.to)))
        });
        chains
    }

    /// Whether a customer is failed at both of two touchpoints, in this order.
    pub(crate) fn holds(life: &Life<'_>, from: u16, to: u16) -> bool {
        let touchpoints =
            life.touchpoint.iter().chain([&from, &to]).max().map_or(0, |most| usize::from(*most) + 1);
        let mut found = false;
        Last::new(touchpoints).chains(life, &mut |one, other, first, second| {
            found |= (one, other) == (from, to) && first && second;
        });
        found
    }
}

impl Walk for Chains {
    fn needs(&self) -> Columns {
        Columns::OUTCOME
    }

    fn life(&mut self, life: &Life<'_>) {
        let Self { pairs, cells, last } = self;
        last.chains(life, &mut |from, to, first, second| {
            let slot = pairs.slot(from, to);
            if slot == cells.len() {
                cells.push([0; 4]);
            }
            cells[slot][usize::from(first) * 2 + usize::from(second)] += 1;
        });
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        for (&(from, to), theirs) in other.pairs.seen().iter().zip(&other.cells) {
            let slot = self.pairs.slot(from, to);
            if slot == self.cells.len() {
                self.cells.push([0; 4]);
            }
            for (cell, more) in self.cells[slot].iter_mut().zip(theirs) {
                *cell += more;
            }
        }
        Ok(())
    }
}
