//! Blocks: records that share a key. Every record has at most one key per rule, so that a pair is one of a rule's
//! exactly when its keys are equal, which is how a later rule knows that an earlier one made it.
//!
//! Beside what two records tell, only one thing decides whether they meet: which of the blocks that both are in are
//! over-full. A run that knows which were so before knows where it may trust what was weighed before.

use crate::mint::mix;
use crate::score::packed::Packed;
use crate::score::rules::{Part, RULES, Rule, part_hashes, rules, seconds};
use crate::score::texts::NONE;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The name of the rule that compares all with all.
pub(crate) const ALONE: &str = "all pairs";

/// What is much and what is little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Up to this many records, all are compared with all.
    pub(crate) few: usize,
    /// Most records of a block; one of more is over-full.
    pub(crate) full: usize,
}

impl Bounds {
    /// Those of every run but tests.
    pub(crate) const KEPT: Self = Self { few: 2_048, full: 200 };
}

/// Keys of a record by rule; 0 for none.
pub(crate) type Keys = [u32; RULES];

/// The blocks of one rule: ranks in ascending order, block by block.
#[derive(Debug, Default)]
pub(crate) struct Blocks {
    pub(crate) ranks: Vec<u32>,
    /// Where each block starts in `ranks`, and the end.
    pub(crate) starts: Vec<u32>,
    /// Pairs of blocks that no second key could part.
    pub(crate) left_pairs: u64,
    /// Over-full blocks, and over-full parts of them.
    pub(crate) overfull: Vec<u64>,
    /// Ranks of blocks that are over-full and were not, or the other way round; some of them several times.
    pub(crate) turned: Vec<u32>,
}

impl Blocks {
    pub(crate) fn len(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(crate) fn get(&self, block: usize) -> &[u32] {
        &self.ranks[self.starts[block] as usize..self.starts[block + 1] as usize]
    }
}

/// Which pairs of a table are compared.
#[derive(Debug)]
pub(crate) struct Blocking {
    pub(crate) rules: Vec<Rule>,
    /// By rank; empty where all are compared with all.
    pub(crate) keys: Vec<Keys>,
    /// By rule.
    pub(crate) blocks: Vec<Blocks>,
}

/// Hashes of the parts of values that rules take, by field and part.
type Hashes = BTreeMap<(usize, u64), Vec<u32>>;

impl Blocking {
    /// `overfull`: what was over-full before; none where nobody asks what turned.
    pub(crate) fn new(
        packed: &Packed,
        bounds: Bounds,
        overfull: Option<&FxHashSet<u64>>,
        threads: usize,
    ) -> Self {
        if packed.len() <= bounds.few {
            return Self { rules: Vec::new(), keys: Vec::new(), blocks: Vec::new() };
        }
        let rules = rules(packed);
        let seconds = seconds(packed);
        let wanted = rules.iter().flat_map(|rule| &rule.parts).chain(&seconds);
        let mut hashes = Hashes::new();
        for &(field, part) in wanted {
            hashes.entry((field, part_code(part))).or_insert_with(|| part_hashes(packed, field, part));
        }
        let keyer = Keyer { packed, hashes, seconds, full: bounds.full, overfull };
        let next = AtomicUsize::new(0);
        let done: Mutex<Vec<(usize, Blocks)>> = Mutex::new(Vec::new());
        let work = || loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(rule) = rules.get(at) else { return };
            let blocks = keyer.blocks(at, rule);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, blocks));
        };
        std::thread::scope(|scope| {
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let mut blocks = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        blocks.sort_unstable_by_key(|(at, _)| *at);
        let blocks: Vec<Blocks> = blocks.into_iter().map(|(_, blocks)| blocks).collect();
        let keys = keys(packed.len(), &blocks);
        Self { rules, keys, blocks }
    }

    /// Whether there are so few records that all are compared with all.
    pub(crate) fn is_alone(&self) -> bool {
        self.keys.is_empty()
    }

    /// Over-full blocks, ascending.
    pub(crate) fn overfull(&self) -> Vec<u64> {
        let mut overfull: Vec<u64> =
            self.blocks.iter().flat_map(|blocks| blocks.overfull.iter().copied()).collect();
        overfull.sort_unstable();
        overfull
    }

    /// Ranks that are in a block that is over-full and was not, or the other way round.
    pub(crate) fn turned(&self) -> impl Iterator<Item = u32> {
        self.blocks.iter().flat_map(|blocks| blocks.turned.iter().copied())
    }
}

/// The number of its block, counted from 1, is a record's key.
fn keys(records: usize, blocks: &[Blocks]) -> Vec<Keys> {
    let mut keys = vec![[0; RULES]; records];
    for (rule, blocks) in blocks.iter().enumerate() {
        for block in 0..blocks.len() {
            for &rank in blocks.get(block) {
                keys[rank as usize][rule] = block as u32 + 1;
            }
        }
    }
    keys
}

/// A number that changes with the rules, and with what makes a block over-full.
pub(crate) fn plan(packed: &Packed, bounds: Bounds) -> u64 {
    if packed.len() <= bounds.few {
        return 0;
    }
    let mut plan = mix(bounds.full as u64);
    let mut add = |value: u64| plan = mix(plan ^ value);
    let code = |&(field, part): &(usize, Part)| (field as u64) << 32 | part_code(part);
    for rule in rules(packed) {
        let name = rule.name.bytes().map(u64::from).chain([u64::from(rule.any_order)]);
        name.chain(rule.parts.iter().map(code)).for_each(&mut add);
    }
    seconds(packed).iter().map(code).for_each(add);
    plan
}

fn part_code(part: Part) -> u64 {
    match part {
        Part::Whole => 0,
        Part::Sound => 1,
        Part::Core => 2,
        Part::Digits => 3,
        Part::Year => 4,
        Part::Day => 5,
        Part::Letters => 6,
        Part::Head(size) => 256 + u64::from(size),
        Part::Tail(size) => 512 + u64::from(size),
    }
}

struct Keyer<'p> {
    packed: &'p Packed,
    hashes: Hashes,
    seconds: Vec<(usize, Part)>,
    full: usize,
    overfull: Option<&'p FxHashSet<u64>>,
}

impl Keyer<'_> {
    fn blocks(&self, at: usize, rule: &Rule) -> Blocks {
        let parts: Vec<(&[u32], &[u32])> = rule.parts.iter().map(|&part| self.columns(part)).collect();
        let key = |rank: usize| {
            let mut key = 0u64;
            for (at, &(codes, hashes)) in parts.iter().enumerate() {
                let code = codes[rank];
                let hash = if code == NONE { 0 } else { hashes[code as usize] };
                if hash == 0 {
                    return None;
                }
                let salt = if rule.any_order { 0 } else { at as u64 + 1 };
                key = key.wrapping_add(mix(u64::from(hash) | salt << 32));
            }
            Some(mix(key) >> 32)
        };
        let keyed = (0..self.packed.len()).filter_map(|rank| Some(key(rank)? << 32 | rank as u64));
        let mut keyed: Vec<u64> = keyed.collect();
        keyed.sort_unstable();
        let mut blocks = Blocks::default();
        let root = mix(at as u64);
        for block in keyed.chunk_by(|x, y| x >> 32 == y >> 32) {
            self.take(block, mix(root ^ block[0] >> 32), 0, &mut blocks);
        }
        blocks.starts.push(blocks.ranks.len() as u32);
        blocks.ranks.shrink_to_fit();
        blocks
    }

    fn columns(&self, (field, part): (usize, Part)) -> (&[u32], &[u32]) {
        let hashes = self.hashes.get(&(field, part_code(part)));
        (&self.packed.fields[field].code, hashes.map_or(&[], Vec::as_slice))
    }

    /// Takes in a block, or its parts where it is over-full. Of `keyed`, the lower halves are ranks. `name` hashes the
    /// rule and the keys up to here.
    fn take(&self, keyed: &[u64], name: u64, depth: usize, blocks: &mut Blocks) {
        let is_full = keyed.len() > self.full;
        // Who is alone meets nobody either way.
        if keyed.len() > 1 && self.overfull.is_some_and(|before| before.contains(&name) != is_full) {
            blocks.turned.extend(keyed.iter().map(|&keyed| keyed as u32));
        }
        if is_full {
            blocks.overfull.push(name);
            self.part(keyed, name, depth, blocks);
        } else if keyed.len() > 1 {
            blocks.starts.push(blocks.ranks.len() as u32);
            blocks.ranks.extend(keyed.iter().map(|&keyed| keyed as u32));
        }
    }

    /// Parts an over-full block by the second keys from `depth` on; records that lack one form a block.
    fn part(&self, block: &[u64], name: u64, depth: usize, blocks: &mut Blocks) {
        let pairs = |records: usize| records as u64 * (records as u64 - 1) / 2;
        let Some(&second) = self.seconds.get(depth) else {
            blocks.left_pairs += pairs(block.len());
            return;
        };
        let (codes, hashes) = self.columns(second);
        let key = |rank: u32| match codes[rank as usize] {
            NONE => 0,
            code => hashes[code as usize],
        };
        let mut keyed: Vec<u64> = block
            .iter()
            .map(|&keyed| u64::from(key(keyed as u32)) << 32 | keyed & u64::from(u32::MAX))
            .collect();
        keyed.sort_unstable();
        blocks.left_pairs += pairs(block.len());
        for part in keyed.chunk_by(|x, y| x >> 32 == y >> 32) {
            blocks.left_pairs -= pairs(part.len());
            self.take(part, mix(name ^ part[0] >> 32), depth + 1, blocks);
        }
    }
}
