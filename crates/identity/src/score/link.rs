//! Scored pairs and decisions made customers, told by row.

use crate::Error;
use crate::score::model::{Model, Weights, probability};
use crate::score::packed::Packed;
use crate::score::pairs::{Edge, Scored};
use crate::score::unite::{self, Before, Doubt, Limits, Union};
use rustc_hash::FxHashSet;

/// Two records and what they weigh together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Joined {
    /// Row of one record.
    pub record_a: u32,
    /// Row of the other.
    pub record_b: u32,
    /// Bits; infinite where people decided.
    pub weight: f32,
    /// Chance that they are one customer, 0–1.
    pub probability: f64,
}

/// Two records of different customers that a person should look at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Review {
    /// The pair.
    pub pair: Joined,
    /// What kept them apart.
    pub doubt: Doubt,
}

/// Customers by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Linked {
    /// Customer of each record: dense codes in the order of their first records.
    pub customer: Vec<u32>,
    /// Pairs that people joined.
    pub decided: Vec<Joined>,
    /// Pairs known before that still hold, by their position among them.
    pub known: Vec<usize>,
    /// Pairs that their weight joined, strongest first. With `decided` and `known`, n − 1 pairs span a customer of
    /// n records.
    pub joined: Vec<Joined>,
    /// Pairs in doubt, strongest first: one for every two customers.
    pub review: Vec<Review>,
}

/// Unites records by what people decided, then by pairs known before, then by scored pairs, strongest first.
///
/// # Errors
/// When the model was trained on other fields.
pub fn link(
    packed: &Packed,
    model: &Model,
    scored: &Scored,
    before: &Before,
    limits: Limits,
) -> Result<Linked, Error> {
    model.check(packed)?;
    let weights = Weights::new(packed, model);
    let (known, guarded) = (ranks(packed, before.known), ranks(packed, before.guarded));
    let before = Before { known: &known, guarded: &guarded, ..*before };
    let union = unite::unite(packed, &weights, &scored.edges, &before, limits);
    Ok(tell(packed, union))
}

/// Unites records by what people decided, then by pairs known before, without weighing anything.
pub(crate) fn link_known(packed: &Packed, before: &Before) -> Linked {
    let known = ranks(packed, before.known);
    tell(packed, unite::unite_known(packed, &Before { known: &known, ..*before }))
}

/// Pairs of rows as pairs of ranks.
fn ranks(packed: &Packed, rows: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut rank_of = vec![0; packed.len()];
    for (rank, &row) in packed.order.iter().enumerate() {
        rank_of[row as usize] = rank as u32;
    }
    rows.iter().map(|&(a, b)| (rank_of[a as usize], rank_of[b as usize])).collect()
}

fn tell(packed: &Packed, mut union: Union) -> Linked {
    let customer = union.groups.by_row(&packed.order);
    let row = |rank: u32| packed.order[rank as usize];
    let pair = |a: u32, b: u32, weight: f32| Joined {
        record_a: row(a),
        record_b: row(b),
        weight,
        probability: probability(weight),
    };
    let of_edge = |edge: &Edge| pair(edge.a, edge.b, edge.weight);
    let decided = union.decided.iter().map(|&(a, b)| pair(a, b, f32::INFINITY)).collect();
    let united = union.verdicts.iter().filter(|verdict| verdict.doubt.is_none());
    let joined = united.map(|verdict| of_edge(&verdict.edge)).collect();
    let mut seen: FxHashSet<(u32, u32)> = FxHashSet::default();
    let mut review = Vec::new();
    for verdict in &union.verdicts {
        let Some(doubt) = verdict.doubt.filter(|&doubt| doubt != Doubt::Decided) else { continue };
        let pair = of_edge(&verdict.edge);
        let (a, b) = (customer[pair.record_a as usize], customer[pair.record_b as usize]);
        if a != b && seen.insert((a.min(b), a.max(b))) {
            review.push(Review { pair, doubt });
        }
    }
    Linked { customer, decided, known: union.known, joined, review }
}
