//! Expectation and maximisation over agreement patterns (Dempster, Laird and Rubin 1977; Winkler 1988): m of every
//! field with u held fixed, each field learnt in passes that do not block on it, one m for all passes.

use crate::score::level::{Levels, UNKNOWN};
use crate::score::packed::LANES;
use crate::score::sample::Pass;

/// Bits that shared traits may add to a pair's odds while learning: a household is no customer.
const SHARED_BITS: f64 = 8.0;
/// Pairs that what is expected of a field counts for.
const PRIOR_PAIRS: f64 = 12.0;
/// Pairs of one household and of one customer that are added to those seen.
const DOUBTED: f64 = 2.0;
const ROUNDS: usize = 60;
/// Change of a share at which learning ends.
const SETTLED: f64 = 1e-5;
/// Least share of any level.
const LEAST: f64 = 1e-7;

/// What is known of one field's levels. Shares add up to 1.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shares {
    pub(crate) lane: usize,
    /// Whether households share it.
    pub(crate) shared: bool,
    /// m as believed before any pair was seen.
    pub(crate) expected: Vec<f64>,
    /// By level, among one customer's pairs.
    pub(crate) m: Vec<f64>,
    /// By level, among strangers.
    pub(crate) u: Vec<f64>,
}

/// Weights of the fields that speak, by lane and level; bits.
#[derive(Debug)]
struct Sheet {
    bits: [[f64; 16]; LANES],
    shared: [bool; LANES],
}

impl Sheet {
    /// Without the fields at positions that `leave` names.
    fn new(fields: &[Shares], leave: impl Fn(usize, &Shares) -> bool) -> Self {
        let mut sheet = Self { bits: [[0.0; 16]; LANES], shared: [false; LANES] };
        for (at, field) in fields.iter().enumerate() {
            sheet.shared[field.lane] = field.shared;
            if leave(at, field) {
                continue;
            }
            for (slot, (m, u)) in sheet.bits[field.lane].iter_mut().zip(field.m.iter().zip(&field.u)) {
                *slot = (m / u).log2();
            }
        }
        sheet
    }

    /// Chance that a pair of this pattern is one customer, before which its log-odds are `prior` bits.
    fn chance(&self, levels: &Levels, prior: f64) -> f64 {
        let (mut own, mut shared) = (0.0, 0.0);
        for (lane, &level) in levels.iter().enumerate() {
            let bits = self.bits[lane][usize::from(level)];
            if self.shared[lane] { shared += bits } else { own += bits }
        }
        1.0 / (1.0 + (-(prior + own + f64::min(shared, SHARED_BITS))).exp2())
    }
}

/// log2 of the odds of a chance that is kept off 0 and 1.
fn odds(share: f64) -> f64 {
    let share = share.clamp(1e-12, 1.0 - 1e-6);
    (share / (1.0 - share)).log2()
}

/// Learns m from all passes together; returns the share of one customer's pairs in each pass.
pub(crate) fn maximise(passes: &[Pass], fields: &mut [Shares]) -> Vec<f64> {
    let mut matches = vec![0.5; passes.len()];
    for _ in 0..ROUNDS {
        let mut seen: Vec<Vec<f64>> = fields.iter().map(|field| vec![0.0; field.m.len()]).collect();
        for (pass, share) in passes.iter().zip(&mut matches) {
            *share = expect(pass, *share, fields, &mut seen);
        }
        let mut change = 0.0f64;
        for (field, seen) in fields.iter_mut().zip(&seen) {
            let total = seen.iter().sum::<f64>() + PRIOR_PAIRS;
            for ((m, seen), expected) in field.m.iter_mut().zip(seen).zip(&field.expected) {
                let next = ((seen + PRIOR_PAIRS * expected) / total).max(LEAST);
                change = change.max((next - *m).abs());
                *m = next;
            }
        }
        if change < SETTLED {
            break;
        }
    }
    matches
}

/// Adds the levels of one pass that its key does not decide; returns its share of one customer's pairs.
fn expect(pass: &Pass, share: f64, fields: &[Shares], seen: &mut [Vec<f64>]) -> f64 {
    let is_left =
        |at: usize, field: &Shares| pass.fields.contains(&at) || (pass.of_households && field.shared);
    let sheet = Sheet::new(fields, is_left);
    let (mut one, mut all) = (0.0, 0.0);
    for (levels, pairs) in &pass.patterns {
        let chance = pairs * sheet.chance(levels, odds(share));
        one += chance;
        all += pairs;
        for (at, field) in fields.iter().enumerate().filter(|(at, field)| !is_left(*at, field)) {
            if levels[field.lane] != UNKNOWN {
                seen[at][usize::from(levels[field.lane])] += chance;
            }
        }
    }
    one / f64::max(all, 1.0)
}

/// Counts levels of strangers among random pairs of which `match_share` are one customer.
pub(crate) fn strangers(random: &[(Levels, f64)], match_share: f64, fields: &[Shares]) -> Vec<Vec<f64>> {
    let sheet = Sheet::new(fields, |_, _| false);
    let mut seen: Vec<Vec<f64>> = fields.iter().map(|field| vec![0.0; field.u.len()]).collect();
    for (levels, pairs) in random {
        let strange = pairs * (1.0 - sheet.chance(levels, odds(match_share)));
        for (seen, field) in seen.iter_mut().zip(fields) {
            if levels[field.lane] != UNKNOWN {
                seen[usize::from(levels[field.lane])] += strange;
            }
        }
    }
    seen
}

/// Of the pairs whose shared traits weigh at least `bits` and nowhere differ, the share that is one customer by the
/// person's own traits. `None` where there are too few to tell.
pub(crate) fn household(passes: &[Pass], bits: f64, fields: &[Shares]) -> Option<f64> {
    let all = Sheet::new(fields, |_, _| false);
    let own = Sheet::new(fields, |_, field| field.shared);
    let differs = |levels: &Levels, field: &Shares| {
        let level = usize::from(levels[field.lane]);
        field.shared && level != usize::from(UNKNOWN) && level + 1 == field.u.len()
    };
    let at_home = |levels: &Levels| {
        let shared = (0..LANES).filter(|&lane| all.shared[lane]);
        shared.map(|lane| all.bits[lane][usize::from(levels[lane])]).sum::<f64>() >= bits
            && !fields.iter().any(|field| differs(levels, field))
    };
    let of_households = passes.iter().filter(|pass| pass.of_households);
    let pairs: Vec<(Levels, f64)> = of_households
        .flat_map(|pass| &pass.patterns)
        .filter(|(levels, _)| at_home(levels))
        .copied()
        .collect();
    let total: f64 = pairs.iter().map(|(_, pairs)| pairs).sum();
    if total < PRIOR_PAIRS {
        return None;
    }
    let mut share = 0.5;
    for _ in 0..ROUNDS {
        let one = |(levels, pairs): &(Levels, f64)| pairs * own.chance(levels, odds(share));
        let one: f64 = pairs.iter().map(one).sum();
        share = one / total;
    }
    // Few pairs that are all one customer do not prove that households are rare.
    Some((share * total + DOUBTED) / (total + 2.0 * DOUBTED))
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: [[f64; 3]; 3] = [[0.9, 0.06, 0.04], [0.7, 0.1, 0.2], [0.8, 0.15, 0.05]];
    const U: [[f64; 3]; 3] = [[0.01, 0.01, 0.98], [0.05, 0.02, 0.93], [0.002, 0.004, 0.994]];

    fn fields() -> Vec<Shares> {
        let expected = vec![0.8, 0.05, 0.15];
        let field = |lane: usize| Shares {
            lane,
            shared: false,
            expected: expected.clone(),
            m: expected.clone(),
            u: U[lane].to_vec(),
        };
        (0..3).map(field).collect()
    }

    /// All patterns of three fields with their exact numbers, a field that the key decides at its first level.
    fn pass(blocked: usize, pairs: f64, share: f64) -> Pass {
        let mut patterns = Vec::new();
        for code in 0..27usize {
            let of = [code % 3, code / 3 % 3, code / 9];
            if of[blocked] != 0 {
                continue;
            }
            let chance = |table: &[[f64; 3]; 3]| -> f64 {
                (0..3).filter(|&lane| lane != blocked).map(|lane| table[lane][of[lane]]).product()
            };
            let mut levels = [UNKNOWN; LANES];
            (0..3).for_each(|lane| levels[lane] = of[lane] as u8);
            patterns.push((levels, pairs * (share * chance(&M) + (1.0 - share) * chance(&U))));
        }
        Pass { fields: vec![blocked], of_households: false, pairs, patterns }
    }

    #[test]
    fn shares_that_made_the_pairs_are_found_again() {
        let passes = [pass(0, 1e6, 0.3), pass(1, 1e6, 0.05), pass(2, 1e6, 0.6)];
        let mut fields = fields();
        let found = maximise(&passes, &mut fields);
        for (found, true_share) in found.iter().zip([0.3, 0.05, 0.6]) {
            assert!((found - true_share).abs() < 0.01, "{found} {true_share}");
        }
        for (field, truth) in fields.iter().zip(M) {
            for (m, truth) in field.m.iter().zip(truth) {
                assert!((m - truth).abs() < 0.01, "{:?} {truth:?}", field.m);
            }
        }
    }

    #[test]
    fn without_pairs_what_is_expected_stays() {
        let mut fields = fields();
        assert!(maximise(&[], &mut fields).is_empty());
        for field in &fields {
            for (m, expected) in field.m.iter().zip(&field.expected) {
                assert!((m - expected).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn where_all_are_strangers_nobody_is_one_customer() {
        let mut fields = fields();
        let found = maximise(&[pass(0, 1e5, 0.0), pass(1, 1e5, 0.0)], &mut fields);
        assert!(found.iter().all(|share| *share < 0.05), "{found:?}");
    }

    #[test]
    fn customers_among_random_pairs_do_not_count_as_strangers() {
        let mut fields = fields();
        for (field, truth) in fields.iter_mut().zip(M) {
            field.m = truth.to_vec();
        }
        let mut random = Vec::new();
        for code in 0..27usize {
            let of = [code % 3, code / 3 % 3, code / 9];
            let chance =
                |table: &[[f64; 3]; 3]| -> f64 { (0..3).map(|lane| table[lane][of[lane]]).product() };
            let mut levels = [UNKNOWN; LANES];
            (0..3).for_each(|lane| levels[lane] = of[lane] as u8);
            random.push((levels, 1e6 * (0.02 * chance(&M) + 0.98 * chance(&U))));
        }
        let seen = strangers(&random, 0.02, &fields);
        for (seen, truth) in seen.iter().zip(U) {
            let share = seen[0] / seen.iter().sum::<f64>();
            assert!((share - truth[0]).abs() < 0.1 * truth[0], "{share} {truth:?}");
        }
    }
}
