//! The weight of a pair, fast: equal codes first, then the fields in which most can be lost, until the weight is
//! known or out of reach.

use crate::score::compare::{Bench, Sign};
use crate::score::level::{self, UNKNOWN};
use crate::score::model::Weights;
use crate::score::packed::{CLASS, LANES, Packed};
use crate::score::table::Role;
use crate::score::texts::NONE;

/// What rounding may add to a bound.
const SLACK: f32 = 1e-3;
/// Values whose signatures are near at hand for the processor.
const NEAR: usize = 1 << 14;

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

/// One lane of a comparison.
#[derive(Debug, Clone, Copy)]
struct Step {
    lane: usize,
    role: Role,
    /// Weight of values that are different.
    different: f32,
}

/// A record as it is weighed: its row, and what bounds its values in the order of [`Scale`]'s steps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weighed<'r> {
    pub(crate) row: &'r Row,
    pub(crate) signs: &'r [Sign],
}

/// What a pair can still weigh.
struct Reach {
    own: f32,
    shared: f32,
    cap: f32,
    least: f32,
}

impl Reach {
    #[inline]
    fn is_open(&self) -> bool {
        self.own + self.shared.min(self.cap) >= self.least
    }

    #[inline]
    fn lose(&mut self, lane: usize, bits: f32) {
        if lane < CLASS {
            self.own += bits;
        } else {
            self.shared += bits;
        }
    }
}

/// Weighs pairs.
#[derive(Debug)]
pub(crate) struct Scale<'p> {
    packed: &'p Packed,
    weights: &'p Weights,
    bench: Bench<'p>,
    floor: f32,
    /// Lanes in the order of what is lost where they differ for what it costs to know, most first.
    steps: Vec<Step>,
    /// The most that different values of a lane can weigh.
    unequal: [f32; LANES],
}

impl<'p> Scale<'p> {
    /// Pairs below `floor` will not be told; `f32::MIN` for few pairs, of which nothing is made ready.
    pub(crate) fn new(packed: &'p Packed, weights: &'p Weights, floor: f32) -> Self {
        let mut steps: Vec<(f32, Step)> = packed
            .fields
            .iter()
            .map(|field| {
                let different = weights.level[field.lane][usize::from(level::different(field.role))];
                let lost = weights.unequal[field.lane] - different;
                let near = packed.texts(field).len() <= NEAR;
                let step = Step { lane: field.lane, role: field.role, different };
                (if near { lost } else { lost / 2.0 }, step)
            })
            .collect();
        steps.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.lane.cmp(&y.1.lane)));
        let steps = steps.into_iter().map(|(_, step)| step).collect();
        let bench = if floor <= f32::MIN { Bench::bare(packed) } else { Bench::new(packed) };
        Self { packed, weights, bench, floor, steps, unequal: weights.unequal }
    }

    /// How many signs a record has.
    pub(crate) fn signs_each(&self) -> usize {
        self.steps.len()
    }

    /// The signs of records, one record after the other: lane by lane, so that the processor fetches many at once
    /// instead of one by one as they are needed.
    pub(crate) fn sign(&self, rows: &[Row], signs: &mut Vec<Sign>) {
        signs.clear();
        signs.resize(rows.len() * self.steps.len(), Sign::default());
        for (at, step) in self.steps.iter().enumerate() {
            let slots = signs.iter_mut().skip(at).step_by(self.steps.len());
            for (slot, row) in slots.zip(rows) {
                *slot = self.bench.sign(step.lane, row.code[step.lane]);
            }
        }
    }

    /// The weight of two records; none below the floor.
    #[inline]
    pub(crate) fn weight(&self, one: Weighed, other: Weighed) -> Option<f32> {
        let (a, b) = (one.row, other.row);
        let (mut bits, mut open) = self.equal(a, b);
        if let Some((given, family)) = self.bench.name_lanes()
            && (a.code[given] == b.code[family] || a.code[family] == b.code[given])
            && self.bench.are_crossed(&a.code, &b.code)
        {
            bits[given] = self.weights.level[given][usize::from(level::NAME_CROSSED)];
            bits[family] = 0.0;
            open &= !(1 << given | 1 << family);
        }
        let mut reach = Reach {
            own: plain_sum(&bits[..CLASS]),
            shared: plain_sum(&bits[CLASS..]),
            cap: self.weights.household_cap,
            least: self.floor - self.weights.prior - SLACK,
        };
        // Signatures of all lanes first, then the texts of those that may be alike.
        let mut alike = 0u32;
        for (step, (x, y)) in self.steps.iter().zip(one.signs.iter().zip(other.signs)) {
            if !reach.is_open() {
                return None;
            }
            let lane = step.lane;
            if open >> lane & 1 == 0 {
                continue;
            }
            if x.may_be_alike(y, step.role) {
                alike |= 1 << lane;
            } else {
                reach.lose(lane, step.different - bits[lane]);
                bits[lane] = step.different;
            }
        }
        while alike != 0 {
            if !reach.is_open() {
                return None;
            }
            let lane = alike.trailing_zeros() as usize;
            alike &= alike - 1;
            let level = self.bench.defined(lane, a.code[lane], b.code[lane]);
            let bit = self.weights.level[lane][usize::from(level)];
            reach.lose(lane, bit - bits[lane]);
            bits[lane] = bit;
        }
        let total = self.weights.total(&bits);
        (total >= self.floor).then_some(total)
    }

    /// Weights of lanes with equal values, the most of lanes with different ones, and which lanes these are.
    #[inline]
    fn equal(&self, a: &Row, b: &Row) -> ([f32; LANES], u32) {
        let (mut bits, mut differing) = ([0.0; LANES], [0u32; LANES]);
        for lane in 0..LANES {
            let (x, y) = (a.code[lane], b.code[lane]);
            let same = u32::from(x == y).wrapping_neg();
            let known = (u32::from(x != NONE) & u32::from(y != NONE)).wrapping_neg();
            let differ = known & !same;
            // The weight of no value is 0, so that two of them weigh nothing.
            bits[lane] =
                f32::from_bits(same & a.equal[lane].to_bits() | differ & self.unequal[lane].to_bits());
            differing[lane] = differ & 1 << lane;
        }
        (bits, differing.iter().fold(0, |open, lane| open | lane))
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
