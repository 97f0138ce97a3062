//! The weight of a pair, fast: equal codes first, then the fields in which most can be lost, until the weight is
//! known or out of reach.

use crate::score::compare::Bench;
use crate::score::level::{self, UNKNOWN};
use crate::score::model::Weights;
use crate::score::packed::{CLASS, LANES, Packed};
use crate::score::texts::NONE;

/// What rounding may add to a bound.
const SLACK: f32 = 1e-3;

/// A record in one piece.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Row {
    /// Codes by lane.
    pub(crate) code: [u32; LANES],
    /// Weight of each value where the other record has the same.
    pub(crate) equal: [f32; LANES],
}

impl Row {
    pub(crate) const EMPTY: Self = Self { code: [NONE; LANES], equal: [0.0; LANES] };

    pub(crate) fn of(packed: &Packed, weights: &Weights, rank: usize) -> Self {
        let mut row = Self::EMPTY;
        for field in &packed.fields {
            let code = field.code[rank];
            row.code[field.lane] = code;
            if code != NONE {
                row.equal[field.lane] = weights.equal(field.lane, code);
            }
        }
        row
    }
}

/// All records, by rank.
pub(crate) fn rows(packed: &Packed, weights: &Weights, threads: usize) -> Vec<Row> {
    let mut rows = vec![Row::EMPTY; packed.len()];
    let share = packed.len().div_ceil(threads.max(1)).max(1);
    std::thread::scope(|scope| {
        for (part, slots) in rows.chunks_mut(share).enumerate() {
            scope.spawn(move || {
                for (at, slot) in slots.iter_mut().enumerate() {
                    *slot = Row::of(packed, weights, part * share + at);
                }
            });
        }
    });
    rows
}

/// Weighs pairs.
#[derive(Debug)]
pub(crate) struct Scale<'p> {
    packed: &'p Packed,
    weights: &'p Weights,
    bench: Bench<'p>,
    floor: f32,
    /// Lanes in the order of what is lost where they differ, most first.
    order: Vec<usize>,
    /// The most that different values of a lane can weigh.
    unequal: [f32; LANES],
}

impl<'p> Scale<'p> {
    /// Pairs below `floor` will not be told; `f32::MIN` for few pairs, of which nothing is made ready.
    pub(crate) fn new(packed: &'p Packed, weights: &'p Weights, floor: f32) -> Self {
        let mut order: Vec<(usize, f32)> = packed
            .fields
            .iter()
            .map(|field| {
                let different = weights.level[field.lane][usize::from(level::different(field.role))];
                (field.lane, weights.unequal[field.lane] - different)
            })
            .collect();
        order.sort_by(|x, y| y.1.total_cmp(&x.1).then(x.0.cmp(&y.0)));
        let order = order.into_iter().map(|(lane, _)| lane).collect();
        let bench = if floor == f32::MIN { Bench::bare(packed) } else { Bench::new(packed) };
        Self { packed, weights, bench, floor, order, unequal: weights.unequal }
    }

    /// The weight of two records; none below the floor.
    #[inline]
    pub(crate) fn weight(&self, a: &Row, b: &Row) -> Option<f32> {
        let (mut bits, mut open) = self.equal(a, b);
        if let Some((given, family)) = self.bench.name_lanes()
            && (a.code[given] == b.code[family] || a.code[family] == b.code[given])
            && self.bench.are_crossed(&a.code, &b.code)
        {
            bits[given] = self.weights.level[given][usize::from(level::NAME_CROSSED)];
            bits[family] = 0.0;
            open &= !(1 << given | 1 << family);
        }
        let (mut own, mut shared) = (plain_sum(&bits[..CLASS]), plain_sum(&bits[CLASS..]));
        let reach = self.floor - self.weights.prior - SLACK;
        for &lane in &self.order {
            if own + shared.min(self.weights.household_cap) < reach {
                return None;
            }
            if open >> lane & 1 == 0 {
                continue;
            }
            let level = self.bench.unequal(lane, a.code[lane], b.code[lane]);
            let bit = self.weights.level[lane][usize::from(level)];
            let lost = bit - bits[lane];
            bits[lane] = bit;
            if lane < CLASS {
                own += lost;
            } else {
                shared += lost;
            }
        }
        let total = self.weights.total(&bits);
        (total >= self.floor).then_some(total)
    }

    /// Weights of lanes with equal values, the most of lanes with different ones, and which lanes these are.
    #[inline]
    fn equal(&self, a: &Row, b: &Row) -> ([f32; LANES], u32) {
        let mut bits = [0.0; LANES];
        let mut open = 0u32;
        for (lane, bit) in bits.iter_mut().enumerate() {
            let (x, y) = (a.code[lane], b.code[lane]);
            let same = x == y;
            let known = (x != NONE) & (y != NONE);
            let differ = known & !same;
            // An unknown value weighs nothing when equal, too.
            let weight = if same { a.equal[lane] } else { 0.0 };
            *bit = if differ { self.unequal[lane] } else { weight };
            open |= u32::from(differ) << lane;
        }
        (bits, open)
    }

    /// The weights of two ranks by lane, and the lanes in which both say something.
    pub(crate) fn bits(&self, a: u32, b: u32) -> ([f32; LANES], [bool; LANES]) {
        let levels = self.bench.levels(a, b);
        (self.weights.of_pair(self.packed, &levels, a), levels.map(|level| level != UNKNOWN))
    }
}

#[inline]
fn plain_sum(bits: &[f32]) -> f32 {
    bits.iter().sum()
}
