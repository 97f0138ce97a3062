//! Credit of touchpoints for purchases: how often they were on the way, not whether they caused it. By removal from an
//! absorbing Markov chain (Anderl et al. 2016), solved exactly, and by Shapley values of the set of touchpoints met,
//! which share each purchase equally (Zhao et al. 2018).

use crate::error::{Error, alike};
use crate::events::{Columns, Life};
use crate::fates::Fates;
use crate::legs::{self, Close, LEGS, Leg, Walked};
use crate::pass::Walk;
use std::sync::Arc;

/// Collects the ways to purchases of one kind of leg.
#[derive(Debug, Clone)]
pub struct Credit {
    fates: Arc<Fates>,
    leg: Leg,
    counts: CreditCounts,
}

/// Steps between touchpoints on the way to purchases. Square memory in touchpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditCounts {
    touchpoints: usize,
    /// From each touchpoint, then from the start: to each touchpoint, then to purchase, then to none.
    steps: Vec<u64>,
    /// By touchpoint: purchases on whose way it was, by how many distinct touchpoints were, from 1.
    shared: Vec<Vec<(u64, i64)>>,
    bought: u64,
    value_minor: i64,
    direct: (u64, i64),
}

/// What a touchpoint gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Share (0–1) of purchases lost if all ways through the touchpoint ended there.
    pub removal: f64,
    /// Purchases by removal, scaled to all purchases with a touchpoint before them.
    pub markov_purchases: f64,
    /// Purchases by Shapley values.
    pub shapley_purchases: f64,
    /// Minor units by Shapley values.
    pub shapley_minor: f64,
}

/// Credit of all touchpoints, by code.
#[derive(Debug, Clone, PartialEq)]
pub struct Credits {
    /// By touchpoint code.
    pub shares: Vec<Share>,
    /// Purchases on whose way nothing was met; nobody gets credit for them. Their value in minor units.
    pub direct: (u64, i64),
    /// Chance that a way ends with a purchase.
    pub purchase_share: f64,
}

impl CreditCounts {
    /// Nothing counted yet.
    pub fn new(touchpoints: usize) -> Self {
        Self {
            touchpoints,
            steps: vec![0; (touchpoints + 1) * (touchpoints + 2)],
            shared: vec![Vec::new(); touchpoints],
            bought: 0,
            value_minor: 0,
            direct: (0, 0),
        }
    }

    /// Adds a way that ended `bought` times with purchases worth `value_minor` together and `unbought` times without.
    pub fn add(&mut self, way: &[u16], bought: u64, value_minor: i64, unbought: u64) {
        let (buys, ends) = (self.touchpoints, self.touchpoints + 1);
        let mut from = self.touchpoints;
        for &touchpoint in way {
            self.step(from, usize::from(touchpoint), bought + unbought);
            from = usize::from(touchpoint);
        }
        self.step(from, buys, bought);
        self.step(from, ends, unbought);
        if bought == 0 {
            return;
        }
        self.bought += bought;
        self.value_minor += value_minor;
        let mut distinct = way.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.is_empty() {
            self.direct = (self.direct.0 + bought, self.direct.1 + value_minor);
        }
        for &touchpoint in &distinct {
            let shared = &mut self.shared[usize::from(touchpoint)];
            shared.resize(shared.len().max(distinct.len()), (0, 0));
            let cell = &mut shared[distinct.len() - 1];
            *cell = (cell.0 + bought, cell.1 + value_minor);
        }
    }

    /// Purchases at the end of a way, with or without a touchpoint on it.
    pub const fn bought(&self) -> u64 {
        self.bought
    }

    /// Adds what was counted of other ways.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        alike("credit", self.touchpoints == other.touchpoints)?;
        self.steps.iter_mut().zip(&other.steps).for_each(|(mine, theirs)| *mine += theirs);
        for (mine, theirs) in self.shared.iter_mut().zip(&other.shared) {
            mine.resize(mine.len().max(theirs.len()), (0, 0));
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine = (mine.0 + theirs.0, mine.1 + theirs.1);
            }
        }
        self.bought += other.bought;
        self.value_minor += other.value_minor;
        self.direct = (self.direct.0 + other.direct.0, self.direct.1 + other.direct.1);
        Ok(())
    }

    /// Credit of every touchpoint. A way visits a touchpoint with the chance `V(start) / V(itself)` of expected visits
    /// `V = (I − Q)⁻¹`, and buys from there with that of the purchase; their product is what its removal takes.
    pub fn credits(&self) -> Credits {
        let chain = self.chain();
        let start = chain.start;
        let taken: Vec<f64> = (0..self.touchpoints)
            .map(|code| match chain.state[code] {
                Some(state) => chain.visits[start][state] / chain.visits[state][state] * chain.buys[state],
                None => 0.0,
            })
            .collect();
        let purchase_share = chain.buys[start];
        let removal: Vec<f64> = taken
            .iter()
            .map(|taken| if purchase_share > 0.0 { taken / purchase_share } else { 0.0 })
            .collect();
        let all: f64 = removal.iter().sum();
        let credited = (self.bought - self.direct.0) as f64;
        let share = |(code, removal): (usize, f64)| {
            let (purchases, minor) = self.shapley(code);
            let markov_purchases = if all > 0.0 { credited * removal / all } else { 0.0 };
            Share { removal, markov_purchases, shapley_purchases: purchases, shapley_minor: minor }
        };
        let shares = removal.into_iter().enumerate().map(share).collect();
        Credits { shares, direct: self.direct, purchase_share }
    }

    fn shapley(&self, touchpoint: usize) -> (f64, f64) {
        let shared = self.shared[touchpoint].iter().zip(1_u32..);
        shared.fold((0.0, 0.0), |(purchases, minor), (cell, size)| {
            (purchases + cell.0 as f64 / f64::from(size), minor + cell.1 as f64 / f64::from(size))
        })
    }

    fn step(&mut self, from: usize, to: usize, times: u64) {
        self.steps[from * (self.touchpoints + 2) + to] += times;
    }

    /// The chain over the touchpoints met and the start.
    fn chain(&self) -> Chain {
        let row = |from: usize| &self.steps[from * (self.touchpoints + 2)..][..self.touchpoints + 2];
        let met: Vec<usize> =
            (0..=self.touchpoints).filter(|from| row(*from).iter().any(|times| *times > 0)).collect();
        let start = met.len().saturating_sub(1);
        let mut state = vec![None; self.touchpoints];
        for (at, code) in met.iter().enumerate().filter(|(_, code)| **code < self.touchpoints) {
            state[*code] = Some(at);
        }
        let share = |from: usize, to: usize| {
            let all: u64 = row(from).iter().sum();
            row(from)[to] as f64 / all as f64
        };
        let stays: Vec<Vec<f64>> = met
            .iter()
            .enumerate()
            .map(|(at, from)| {
                let to = met.iter().enumerate();
                to.map(|(other, to)| {
                    let go = if *to < self.touchpoints { share(*from, *to) } else { 0.0 };
                    f64::from(u8::from(at == other)) - go
                })
                .collect()
            })
            .collect();
        let visits = inverse(stays);
        let first: Vec<f64> = met.iter().map(|from| share(*from, self.touchpoints)).collect();
        let buys = |visits: &Vec<f64>| visits.iter().zip(&first).map(|(visits, first)| visits * first).sum();
        let mut buys: Vec<f64> = visits.iter().map(buys).collect();
        if buys.is_empty() {
            buys.push(0.0);
        }
        Chain { state, start, visits, buys }
    }
}

struct Chain {
    /// By touchpoint: its state, if it was met.
    state: Vec<Option<usize>>,
    start: usize,
    /// Expected visits of each state, from each state.
    visits: Vec<Vec<f64>>,
    /// Chance of a purchase from each state.
    buys: Vec<f64>,
}

/// The inverse by Gauss and Jordan with the largest pivot. Every state reaches an end, so `I − Q` has one.
fn inverse(mut rows: Vec<Vec<f64>>) -> Vec<Vec<f64>> {
    let size = rows.len();
    for (at, row) in rows.iter_mut().enumerate() {
        row.extend((0..size).map(|column| f64::from(u8::from(column == at))));
    }
    for column in 0..size {
        let largest = (column..size).max_by(|a, b| rows[*a][column].abs().total_cmp(&rows[*b][column].abs()));
        rows.swap(column, largest.unwrap_or(column));
        let pivot = rows[column][column];
        rows[column].iter_mut().for_each(|cell| *cell /= pivot);
        let own = rows[column].clone();
        for (at, row) in rows.iter_mut().enumerate() {
            let factor = row[column];
            if at != column && factor != 0.0 {
                row.iter_mut().zip(&own).for_each(|(cell, own)| *cell -= factor * own);
            }
        }
    }
    rows.into_iter().map(|row| row[size..].to_vec()).collect()
}

impl Credit {
    /// Credit for the purchases at the end of one kind of leg: [`Leg::First`] for first purchases, [`Leg::Again`] for
    /// further ones, [`Leg::Back`] for those that won customers back. `touchpoints` is their number.
    pub fn new(fates: Arc<Fates>, leg: Leg, touchpoints: usize) -> Self {
        Self { fates, leg, counts: CreditCounts::new(touchpoints) }
    }

    /// What was counted.
    pub const fn counts(&self) -> &CreditCounts {
        &self.counts
    }
}

impl Walk for Credit {
    fn needs(&self) -> Columns {
        LEGS
    }

    fn life(&mut self, life: &Life<'_>) {
        let Self { fates, leg, counts } = self;
        legs::cut(life, fates, &mut |walked: Walked| {
            if walked.leg == *leg {
                let bought = u64::from(walked.close == Close::Bought);
                counts.add(&life.touchpoint[walked.events], bought, walked.value_minor, 1 - bought);
            }
        });
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        alike("credit", self.leg == other.leg && self.fates == other.fates)?;
        self.counts.merge(&other.counts)
    }
}
