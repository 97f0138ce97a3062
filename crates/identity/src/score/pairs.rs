//! Pairs above the floor: block by block, each pair weighed once, nothing kept of the others.

use crate::Error;
use crate::score::block::{ALONE, Blocking, Blocks, Bounds, Keys};
use crate::score::compare::Sign;
use crate::score::model::{Model, Weights};
use crate::score::packed::Packed;
use crate::score::remember::{Remembered, Start, contents};
use crate::score::rules::RULES;
use crate::score::weigh::{Row, Scale, Weighed, rows};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Weight, in bits, from which a pair is kept: one in nine is a chance worth a look.
pub(crate) const FLOOR: f32 = -3.0;
/// Pairs that a thread takes at a time, about.
const PORTION: u64 = 1 << 20;
/// Records gathered at a time: few enough for the processor's nearer cache.
const GATHER: u32 = 512;

/// Two ranks and what they weigh. A rank is a record's position in the order of record hashes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// One.
    pub a: u32,
    /// The other, above `a`.
    pub b: u32,
    /// Bits.
    pub weight: f32,
    /// The first rule that brought the two together, by position among [`Scored::rules`].
    pub rule: u8,
}

/// What one rule contributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCount {
    /// Its name.
    pub name: String,
    /// Pairs weighed that it was the first to bring together.
    pub pairs: u64,
    /// Pairs it left out since its blocks were over-full; another rule may have brought them together all the same.
    pub left_pairs: u64,
    /// Pairs kept, those remembered among them.
    pub edges: u64,
}

/// Pairs worth keeping.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// In ascending order of ranks.
    pub(crate) edges: Vec<Edge>,
    /// In the order in which they were tried.
    pub rules: Vec<RuleCount>,
    /// Records whose pairs were weighed: those that nothing was remembered of.
    pub touched: u64,
    /// What is compared of each rank, as a hash.
    pub(crate) content: Vec<u64>,
    /// Over-full blocks, ascending.
    pub(crate) overfull: Vec<u64>,
}

impl Scored {
    /// How many pairs were weighed.
    pub fn pairs(&self) -> u64 {
        self.rules.iter().map(|rule| rule.pairs).sum()
    }

    /// How many pairs were kept.
    pub fn edges(&self) -> u64 {
        self.edges.len() as u64
    }
}

/// Weighs all pairs that share a key.
///
/// # Errors
/// When the model was trained on other fields.
pub fn score(packed: &Packed, model: &Model, threads: usize) -> Result<Scored, Error> {
    score_since(packed, model, &Remembered::default(), threads)
}

/// Weighs the pairs of records that are new or changed since a run before, and takes the others from there. What is
/// kept is what [`score`] keeps, to the bit.
///
/// # Errors
/// When the model was trained on other fields.
pub fn score_since(
    packed: &Packed,
    model: &Model,
    before: &Remembered,
    threads: usize,
) -> Result<Scored, Error> {
    score_within(packed, model, before, Bounds::KEPT, threads)
}

pub(crate) fn score_within(
    packed: &Packed,
    model: &Model,
    before: &Remembered,
    bounds: Bounds,
    threads: usize,
) -> Result<Scored, Error> {
    model.check(packed)?;
    let content = contents(packed, model, bounds);
    let mut start = Start::of(before, &packed.hash, &content);
    let blocking = Blocking::new(packed, bounds, start.overfull(), threads);
    start.touch(blocking.turned());
    let weights = Weights::new(packed, model);
    let (mut edges, mut rules) = score_touched(packed, &weights, &blocking, start.touched(), threads);
    for edge in start.edges() {
        edges.push(edge);
        if let Some(rule) = rules.get_mut(usize::from(edge.rule)) {
            rule.edges += 1;
        }
    }
    edges.sort_unstable_by_key(|edge| (edge.a, edge.b));
    Ok(Scored { edges, rules, touched: start.touched_records(), content, overfull: blocking.overfull() })
}

/// Weighs the pairs of which at least one rank is `touched`; all without it.
fn score_touched(
    packed: &Packed,
    weights: &Weights,
    blocking: &Blocking,
    touched: Option<&[bool]>,
    threads: usize,
) -> (Vec<Edge>, Vec<RuleCount>) {
    let rows = rows(packed, weights, threads);
    let scorer = Scorer {
        packed,
        scale: Scale::new(packed, weights, FLOOR),
        rows: &rows,
        keys: &blocking.keys,
        touched,
    };
    if blocking.is_alone() {
        let all = all(packed.len());
        let (edges, rule) = scorer.rule(0, ALONE, &all, threads);
        return (edges, vec![rule]);
    }
    let (mut edges, mut rules) = (Vec::new(), Vec::new());
    for (at, (rule, blocks)) in blocking.rules.iter().zip(&blocking.blocks).enumerate() {
        let (found, rule) = scorer.rule(at, rule.name, blocks, threads);
        edges.extend(found);
        rules.push(rule);
    }
    (edges, rules)
}

/// One block of all ranks.
fn all(records: usize) -> Blocks {
    Blocks { ranks: (0..records as u32).collect(), starts: vec![0, records as u32], ..Blocks::default() }
}

struct Scorer<'p> {
    packed: &'p Packed,
    scale: Scale<'p>,
    rows: &'p [Row],
    keys: &'p [Keys],
    touched: Option<&'p [bool]>,
}

/// Consecutive blocks in one piece: what is compared lies together.
#[derive(Default)]
struct Gathered {
    rows: Vec<Row>,
    keys: Vec<Keys>,
    signs: Vec<Sign>,
}

/// One block among them.
#[derive(Clone, Copy)]
struct Block<'g> {
    ranks: &'g [u32],
    rows: &'g [Row],
    /// Empty for the first rule.
    keys: &'g [Keys],
    signs: &'g [Sign],
}

impl Scorer<'_> {
    fn rule(&self, rule: usize, name: &str, blocks: &Blocks, threads: usize) -> (Vec<Edge>, RuleCount) {
        let portions = portions(blocks);
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Vec<Edge>, u64)>> = Mutex::new(Vec::new());
        let work = || {
            let mut gathered = Gathered::default();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(&(from, to)) = portions.get(at) else { return };
                let mut edges = Vec::new();
                let pairs = self.portion(rule, blocks, from..to, &mut gathered, &mut edges);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((at, edges, pairs));
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(portions.len()) {
                scope.spawn(work);
            }
            work();
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_unstable_by_key(|(at, ..)| *at);
        let pairs = done.iter().map(|(_, _, pairs)| pairs).sum();
        let edges: Vec<Edge> = done.into_iter().flat_map(|(_, edges, _)| edges).collect();
        let kept = edges.len() as u64;
        let count = RuleCount { name: name.to_owned(), pairs, left_pairs: blocks.left_pairs, edges: kept };
        (edges, count)
    }

    /// Weighs the pairs of some blocks; returns how many there were.
    fn portion(
        &self,
        rule: usize,
        blocks: &Blocks,
        range: Range<usize>,
        gathered: &mut Gathered,
        edges: &mut Vec<Edge>,
    ) -> u64 {
        let mut pairs = 0;
        let mut from = range.start;
        while from < range.end {
            let start = blocks.starts[from];
            let mut to = from + 1;
            if let Some(touched) = self.touched {
                if !blocks.get(from).iter().any(|&rank| touched[rank as usize]) {
                    from = to;
                    continue;
                }
            } else {
                while to < range.end && blocks.starts[to + 1] - start <= GATHER {
                    to += 1;
                }
            }
            let ranks = &blocks.ranks[start as usize..blocks.starts[to] as usize];
            self.gather(rule, ranks, gathered);
            for block in from..to {
                let at = (blocks.starts[block] - start) as usize..(blocks.starts[block + 1] - start) as usize;
                let keys = if rule == 0 { &[][..] } else { &gathered.keys[at.clone()] };
                let each = self.scale.signs_each();
                let signs = &gathered.signs[at.start * each..at.end * each];
                let block = Block { ranks: &ranks[at.clone()], rows: &gathered.rows[at], keys, signs };
                pairs += self.block(rule, block, edges);
            }
            from = to;
        }
        pairs
    }

    /// Many records at a time, so that the processor waits for several at once.
    fn gather(&self, rule: usize, ranks: &[u32], gathered: &mut Gathered) {
        gathered.rows.clear();
        gathered.rows.extend(ranks.iter().map(|&rank| self.rows[rank as usize]));
        gathered.keys.clear();
        if rule > 0 {
            gathered.keys.extend(ranks.iter().map(|&rank| self.keys[rank as usize]));
        }
        self.scale.sign(&gathered.rows, &mut gathered.signs);
    }

    /// Weighs the pairs of a block that no earlier rule made; returns how many there were.
    fn block(&self, rule: usize, block: Block, edges: &mut Vec<Edge>) -> u64 {
        let mut pairs = 0;
        let each = self.scale.signs_each();
        let weighed =
            |at: usize| Weighed { row: &block.rows[at], signs: &block.signs[at * each..(at + 1) * each] };
        let mut meet = |i: usize, j: usize| {
            let (a, b) = (block.ranks[i], block.ranks[j]);
            if (rule > 0 && were_met(&block.keys[i], &block.keys[j], rule)) || !self.packed.may_meet(a, b) {
                return;
            }
            pairs += 1;
            if let Some(weight) = self.scale.weight(weighed(i), weighed(j)) {
                edges.push(Edge { a, b, weight, rule: rule as u8 });
            }
        };
        let records = block.ranks.len();
        let touched = |touched: &[bool]| -> Vec<usize> {
            (0..records).filter(|&at| touched[block.ranks[at] as usize]).collect()
        };
        let Some(touched) = self.touched.map(touched).filter(|touched| touched.len() < records) else {
            for i in 0..records {
                for j in i + 1..records {
                    meet(i, j);
                }
            }
            return pairs;
        };
        let mut later = &touched[..];
        for i in 0..records {
            if later.first() == Some(&i) {
                later = &later[1..];
                for j in i + 1..records {
                    meet(i, j);
                }
            } else {
                for &j in later {
                    meet(i, j);
                }
            }
        }
        pairs
    }
}

/// Whether an earlier rule made the pair.
#[inline]
fn were_met(a: &Keys, b: &Keys, rule: usize) -> bool {
    let mut met = 0u32;
    for at in 0..RULES {
        let same = u32::from(a[at] == b[at]) & u32::from(a[at] != 0);
        met |= same << at;
    }
    met & ((1 << rule) - 1) != 0
}

/// Ranges of blocks with about as many pairs each.
fn portions(blocks: &Blocks) -> Vec<(usize, usize)> {
    let mut portions = Vec::new();
    let (mut from, mut pairs) = (0, 0);
    for block in 0..blocks.len() {
        let size = blocks.get(block).len() as u64;
        pairs += size * size / 2 + 8 * size;
        if pairs >= PORTION {
            portions.push((from, block + 1));
            (from, pairs) = (block + 1, 0);
        }
    }
    portions.push((from, blocks.len()));
    portions
}

#[cfg(test)]
mod tests;
