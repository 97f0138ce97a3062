//! Pairs of records to learn from, counted by agreement pattern: random pairs, which nearly all are strangers, and
//! pairs that agree in keys strong enough for many to be one customer. Drawn by hash: two runs draw the same.

use crate::mint::mix;
use crate::score::compare::Bench;
use crate::score::frequency::Frequency;
use crate::score::level::Levels;
use crate::score::packed::Packed;
use crate::score::table::Role;
use crate::score::texts::NONE;
use rustc_hash::FxHashMap;

/// Random pairs at most.
const RANDOM: u64 = 120_000;
/// Pairs of one pass at most.
const OF_PASS: u64 = 24_000;
/// Records from which those of a pass are drawn, by whole values of its key.
const RECORDS: usize = 400_000;
/// Passes at most, and passes that may block on one field.
const PASSES: usize = 8;
const USES: usize = 2;
/// Chance partners of a record up to which a key serves.
const PARTNERS: f64 = 24.0;
/// Chance partners up to which a key needs no second field beside it.
const PURE: f64 = 0.5;

/// Agreement patterns with the pairs that show them, by pattern.
pub(crate) type Patterns = Vec<(Levels, f64)>;

/// Pairs that agree in all fields of a key.
#[derive(Debug)]
pub(crate) struct Pass {
    /// Positions of the fields.
    pub(crate) fields: Vec<usize>,
    /// Whether households agree in the key as well: then only the person's own traits tell who is who.
    pub(crate) of_households: bool,
    /// Pairs of all records that agree in the key.
    pub(crate) pairs: f64,
    /// A sample of them.
    pub(crate) patterns: Patterns,
}

/// Pairs of records that may be one customer.
pub(crate) fn comparable(packed: &Packed) -> f64 {
    let pairs = |records: f64| records * (records - 1.0) / 2.0;
    let all = pairs(packed.len() as f64);
    if !packed.link_only {
        return all;
    }
    let mut of_source: FxHashMap<u16, f64> = FxHashMap::default();
    packed.source.iter().for_each(|&source| *of_source.entry(source).or_default() += 1.0);
    let mut within: Vec<f64> = of_source.into_values().map(pairs).collect();
    within.sort_unstable_by(f64::total_cmp);
    all - within.iter().sum::<f64>()
}

fn is_comparable(packed: &Packed, a: u32, b: u32) -> bool {
    a != b && (!packed.link_only || packed.source[a as usize] != packed.source[b as usize])
}

/// Random pairs; all there are where they are few.
pub(crate) fn random(packed: &Packed, threads: usize) -> Patterns {
    let records = packed.len() as u64;
    let all = records * records.saturating_sub(1) / 2;
    let mut pairs: Vec<(u32, u32)> = Vec::new();
    if all <= RANDOM {
        for b in 0..records as u32 {
            pairs.extend((0..b).map(|a| (a, b)));
        }
    } else {
        pairs.extend((0..RANDOM).map(|draw| {
            let (a, b) = (mix(2 * draw) % records, mix(2 * draw + 1) % records);
            (a.min(b) as u32, a.max(b) as u32)
        }));
    }
    pairs.retain(|&(a, b)| is_comparable(packed, a, b));
    count(packed, &pairs, threads)
}

/// The passes, purest first.
pub(crate) fn passes(packed: &Packed, frequencies: &[Frequency], threads: usize) -> Vec<Pass> {
    let mut used = vec![0; packed.fields.len()];
    let mut passes = Vec::new();
    for fields in keys(packed, frequencies) {
        if passes.len() == PASSES {
            break;
        }
        if fields.iter().any(|&field| used[field] == USES) {
            continue;
        }
        let pass = draw(packed, fields, threads);
        if pass.patterns.is_empty() {
            continue;
        }
        pass.fields.iter().for_each(|&field| used[field] += 1);
        passes.push(pass);
    }
    passes
}

/// Keys of one field or two that chance partners seldom share, those with the fewest first.
fn keys(packed: &Packed, frequencies: &[Frequency]) -> Vec<Vec<usize>> {
    let partners = |field: usize| frequencies[field].equal_share() * f64::from(frequencies[field].present());
    let alone = |field: usize| {
        let partners = partners(field);
        partners <= PURE || (is_number(packed.fields[field].role) && partners <= PARTNERS)
    };
    let fields = packed.fields.len();
    let mut keys: Vec<(f64, Vec<usize>)> = Vec::new();
    for a in 0..fields {
        keys.push((partners(a), vec![a]));
        for (b, other) in frequencies.iter().enumerate().skip(a + 1) {
            let both = partners(a) * other.equal_share();
            if !alone(a) && !alone(b) && both > 0.0 {
                keys.push((both, vec![a, b]));
            }
        }
    }
    keys.retain(|(partners, _)| *partners > 0.0 && *partners <= PARTNERS);
    keys.sort_by(|x, y| x.0.total_cmp(&y.0).then_with(|| x.1.cmp(&y.1)));
    keys.into_iter().map(|(_, fields)| fields).collect()
}

/// Draws pairs that agree in the fields.
fn draw(packed: &Packed, fields: Vec<usize>, threads: usize) -> Pass {
    let records = packed.len();
    let key = |rank: usize| {
        fields.iter().try_fold(0, |key, &field| {
            let code = packed.fields[field].code[rank];
            (code != NONE).then(|| mix(key ^ u64::from(code)))
        })
    };
    // Whole values are drawn, so that whoever shares one is there.
    let share = (RECORDS as f64 / records.max(1) as f64).min(1.0);
    let bound = if share < 1.0 { (share * u64::MAX as f64) as u64 } else { u64::MAX };
    let drawn = |rank: usize| key(rank).map(|key| (mix(key), rank as u32)).filter(|&(key, _)| key <= bound);
    let mut ranks: Vec<(u64, u32)> = (0..records).filter_map(drawn).collect();
    ranks.sort_unstable();
    let groups: Vec<&[(u64, u32)]> =
        ranks.chunk_by(|x, y| x.0 == y.0).filter(|group| group.len() > 1).collect();
    let (pairs, kept_share, all) = pairs_within(packed, &groups);
    Pass {
        of_households: fields.iter().all(|&field| packed.fields[field].role.is_shared()),
        fields,
        pairs: all * kept_share / share,
        patterns: count(packed, &pairs, threads),
    }
}

/// Comparable pairs within groups, their share of those looked at, and how many pairs there are to look at.
fn pairs_within(packed: &Packed, groups: &[&[(u64, u32)]]) -> (Vec<(u32, u32)>, f64, f64) {
    let mut ends = Vec::with_capacity(groups.len());
    let mut all = 0u64;
    for group in groups {
        let size = group.len() as u64;
        all += size * (size - 1) / 2;
        ends.push(all);
    }
    let mut pairs = Vec::new();
    let mut look = |group: usize, at: u64| {
        // The pair number `at` of a triangle: row b has b pairs before the diagonal.
        let mut b = f64::midpoint(1.0, (1.0 + 8.0 * at as f64).sqrt()) as u64;
        while b * (b - 1) / 2 > at {
            b -= 1;
        }
        while b * (b + 1) / 2 <= at {
            b += 1;
        }
        let a = at - b * (b - 1) / 2;
        let (x, y) = (groups[group][a as usize].1, groups[group][b as usize].1);
        pairs.push((x.min(y), x.max(y)));
    };
    let looked = all.min(OF_PASS);
    for draw in 0..looked {
        let at = if all <= OF_PASS { draw } else { mix(draw ^ 0x5eed) % all };
        let group = ends.partition_point(|&end| end <= at);
        look(group, at - group.checked_sub(1).map_or(0, |before| ends[before]));
    }
    pairs.retain(|&(a, b)| is_comparable(packed, a, b));
    let kept_share = if looked == 0 { 0.0 } else { pairs.len() as f64 / looked as f64 };
    (pairs, kept_share, all as f64)
}

/// Compares pairs and counts their patterns.
fn count(packed: &Packed, pairs: &[(u32, u32)], threads: usize) -> Patterns {
    let part = pairs.len().div_ceil(threads.max(1)).max(1);
    let bench = &if packed.len() as u64 > RANDOM { Bench::bare(packed) } else { Bench::new(packed) };
    let counts: Vec<FxHashMap<Levels, f64>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            pairs.chunks(part).map(|pairs| scope.spawn(move || count_alone(bench, pairs))).collect();
        workers.into_iter().map(join).collect()
    });
    let mut total: FxHashMap<Levels, f64> = FxHashMap::default();
    for (levels, pairs) in counts.into_iter().flatten() {
        *total.entry(levels).or_default() += pairs;
    }
    let mut patterns: Patterns = total.into_iter().collect();
    patterns.sort_unstable_by_key(|pattern| pattern.0);
    patterns
}

fn count_alone(bench: &Bench, pairs: &[(u32, u32)]) -> FxHashMap<Levels, f64> {
    let mut counts: FxHashMap<Levels, f64> = FxHashMap::default();
    for &(a, b) in pairs {
        *counts.entry(bench.levels(a, b)).or_default() += 1.0;
    }
    counts
}

/// What a thread found; its panic goes on here.
fn join<T>(worker: std::thread::ScopedJoinHandle<'_, T>) -> T {
    worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Whether no second field need stand beside it in a key.
fn is_number(role: Role) -> bool {
    matches!(role, Role::Identifier | Role::Exclusive | Role::Email | Role::Phone)
}
