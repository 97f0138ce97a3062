//! Why two records are, or are not, one customer: the waterfall of weights, and the strongest chain of pairs between
//! them.

use crate::Error;
use crate::score::compare::Bench;
use crate::score::level::{self, EXACT, UNKNOWN};
use crate::score::link::Joined;
use crate::score::model::{Model, Weights, probability};
use crate::score::packed::Packed;
use crate::score::pairs::{Edge, Scored};
use crate::score::table::Role;
use rustc_hash::FxHashMap;
use std::collections::VecDeque;

/// What two records say about being one customer. All weights are in bits; `prior`, the fields' weights and
/// `household_bits` add up to `total`.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Log-odds that any two records are one customer.
    pub prior: f32,
    /// Fields in the order of the model.
    pub fields: Vec<FieldEvidence>,
    /// What is taken away since households share it, and twins; never positive.
    pub household_bits: f32,
    /// Log-odds that they are one customer.
    pub total: f32,
    /// Chance that they are one customer, 0–1.
    pub probability: f64,
    /// Version of the model.
    pub model: u64,
}

/// What one field says.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldEvidence {
    /// The column's name.
    pub name: String,
    /// Its part.
    pub role: Role,
    /// How far the values agree; `None` where either is not known.
    pub level: Option<&'static str>,
    /// Bits for (positive) or against (negative), `frequency_bits` included.
    pub weight: f32,
    /// Bits since the value both have is rare (positive) or common (negative).
    pub frequency_bits: f32,
}

/// Weighs two records against each other, given by row.
///
/// # Errors
/// When the model was trained on other fields, or a row does not exist.
pub fn explain(packed: &Packed, model: &Model, row_a: u32, row_b: u32) -> Result<Explanation, Error> {
    model.check(packed)?;
    let (a, b) = (rank(packed, row_a)?, rank(packed, row_b)?);
    let weights = Weights::new(packed, model);
    let levels = Bench::bare(packed).levels(a, b);
    let bits = weights.of_pair(packed, &levels, a);
    let evidence = packed.fields.iter().map(|field| {
        let (found, weight) = (levels[field.lane], bits[field.lane]);
        let level = (found != UNKNOWN).then(|| level::names(field.role)[usize::from(found)]);
        let plain = weights.level[field.lane][usize::from(EXACT)];
        let frequency_bits = if found == EXACT { weight - plain } else { 0.0 };
        FieldEvidence { name: field.name.clone(), role: field.role, level, weight, frequency_bits }
    });
    let fields: Vec<FieldEvidence> = evidence.collect();
    let total = weights.total(&bits);
    let plain = weights.prior + fields.iter().map(|field| field.weight).sum::<f32>();
    Ok(Explanation {
        prior: weights.prior,
        household_bits: (total - plain).min(0.0),
        fields,
        total,
        probability: probability(total),
        model: model.version,
    })
}

fn rank(packed: &Packed, row: u32) -> Result<u32, Error> {
    let found = packed.order.iter().position(|&other| other == row);
    found.map(|rank| rank as u32).ok_or(Error::Row { row, records: packed.len() })
}

/// The chain of scored pairs between two records of one customer whose weakest pair is as strong as can be. Empty
/// where scored pairs do not connect them, as where people joined them. `customer` is by row.
///
/// # Errors
/// When a row does not exist.
pub fn strongest_path(
    packed: &Packed,
    scored: &Scored,
    customer: &[u32],
    row_a: u32,
    row_b: u32,
) -> Result<Vec<Joined>, Error> {
    let (from, to) = (rank(packed, row_a)?, rank(packed, row_b)?);
    let row = |rank: u32| packed.order[rank as usize];
    let whose = |rank: u32| customer.get(row(rank) as usize);
    let ours = whose(from);
    if from == to || ours != whose(to) {
        return Ok(Vec::new());
    }
    let mut edges: Vec<&Edge> =
        scored.edges.iter().filter(|edge| whose(edge.a) == ours && whose(edge.b) == ours).collect();
    edges.sort_unstable_by(|x, y| y.weight.total_cmp(&x.weight).then((x.a, x.b).cmp(&(y.a, y.b))));
    let tell = |edge: &Edge| Joined {
        record_a: row(edge.a),
        record_b: row(edge.b),
        weight: edge.weight,
        probability: probability(edge.weight),
    };
    Ok(path(&tree(&edges), from, to).into_iter().map(tell).collect())
}

/// Pairs of the strongest spanning tree by rank, from edges in descending weight.
fn tree<'e>(edges: &[&'e Edge]) -> FxHashMap<u32, Vec<&'e Edge>> {
    let mut group: FxHashMap<u32, u32> = FxHashMap::default();
    let mut members: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
    let mut tree: FxHashMap<u32, Vec<&Edge>> = FxHashMap::default();
    for &edge in edges {
        let of = |rank: u32| group.get(&rank).copied().unwrap_or(rank);
        let (a, b) = (of(edge.a), of(edge.b));
        if a == b {
            continue;
        }
        let moved = members.remove(&b).unwrap_or_else(|| vec![b]);
        group.extend(moved.iter().map(|&rank| (rank, a)));
        members.entry(a).or_insert_with(|| vec![a]).extend(moved);
        tree.entry(edge.a).or_default().push(edge);
        tree.entry(edge.b).or_default().push(edge);
    }
    tree
}

/// The only way through a tree.
fn path<'e>(tree: &FxHashMap<u32, Vec<&'e Edge>>, from: u32, to: u32) -> Vec<&'e Edge> {
    let mut came: FxHashMap<u32, Option<&Edge>> = FxHashMap::from_iter([(from, None)]);
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        for &edge in tree.get(&at).into_iter().flatten() {
            let next = if edge.a == at { edge.b } else { edge.a };
            if let std::collections::hash_map::Entry::Vacant(entry) = came.entry(next) {
                entry.insert(Some(edge));
                open.push_back(next);
            }
        }
    }
    let mut steps = Vec::new();
    let mut at = to;
    while let Some(&Some(edge)) = came.get(&at) {
        steps.push(edge);
        at = if edge.a == at { edge.b } else { edge.a };
    }
    steps.reverse();
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{Column, Table};
    use arrow::array::StringArray;

    fn packed() -> Packed {
        let column = |values: &[Option<&str>]| -> StringArray { values.iter().copied().collect() };
        let given = column(&[Some("Anna"), Some("Anna"), Some("Bert"), None, Some("Carla"), Some("Dora")]);
        let family =
            column(&[Some("Alt"), Some("Alt"), Some("Alt"), Some("Neu"), Some("Frei"), Some("Jung")]);
        let email =
            column(&[Some("anna@alt.example.org"), None, None, Some("x@y.org"), Some("c@frei.org"), None]);
        let columns = [
            Column { role: Role::Given, name: "first", values: &given },
            Column { role: Role::Family, name: "last", values: &family },
            Column { role: Role::Email, name: "mail", values: &email },
        ];
        let hash = [5, 3, 9, 1, 7, 2];
        let table = Table { record_hash: &hash, columns: &columns, source: &[], link_only: false };
        Packed::read(&table, 1).unwrap()
    }

    #[test]
    fn the_steps_of_an_explanation_add_up() {
        let packed = packed();
        let model = Model::train(&packed, 1);
        for (a, b) in [(0, 1), (0, 2), (3, 4), (1, 5), (2, 2)] {
            let told = explain(&packed, &model, a, b).unwrap();
            let sum =
                told.prior + told.fields.iter().map(|field| field.weight).sum::<f32>() + told.household_bits;
            assert!((sum - told.total).abs() < 1e-3, "{told:?}");
            assert!(told.household_bits <= 0.0 && told.model == model.version);
            let again = explain(&packed, &model, b, a).unwrap();
            assert!((again.total - told.total).abs() < 1e-4, "{again:?} {told:?}");
        }
        let told = explain(&packed, &model, 0, 1).unwrap();
        let level = |name: &str| told.fields.iter().find(|field| field.name == name).unwrap().level;
        assert_eq!((level("first"), level("mail")), (Some("equal"), None));
    }

    #[test]
    fn rows_that_do_not_exist_are_refused() {
        let packed = packed();
        let model = Model::train(&packed, 1);
        assert_eq!(explain(&packed, &model, 0, 6), Err(Error::Row { row: 6, records: 6 }));
        let other = Model { fields: Vec::new(), ..model };
        assert!(matches!(explain(&packed, &other, 0, 1), Err(Error::Model { .. })));
    }

    #[test]
    fn the_strongest_chain_avoids_the_weak_pair() {
        let edge = |a: u32, b: u32, weight: f32| Edge { a, b, weight, rule: 0 };
        let edges = [edge(0, 1, 9.0), edge(1, 2, 8.0), edge(0, 2, 1.0), edge(2, 3, 2.0), edge(4, 5, 7.0)];
        let mut sorted: Vec<&Edge> = edges.iter().collect();
        sorted.sort_by(|x, y| y.weight.total_cmp(&x.weight));
        let tree = tree(&sorted);
        let steps = |from: u32, to: u32| -> Vec<f32> {
            path(&tree, from, to).iter().map(|edge| edge.weight).collect()
        };
        assert_eq!(steps(0, 2), [9.0, 8.0]);
        assert_eq!(steps(3, 0), [2.0, 8.0, 9.0]);
        assert_eq!(steps(0, 4), [0.0f32; 0]);
        assert_eq!(steps(1, 1), [0.0f32; 0]);
    }
}
