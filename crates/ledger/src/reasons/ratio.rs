//! The ratio of two shares in matched pairs, with its score interval and test (Nam and Blackwelder 2002), and what
//! many tests at once are worth (Benjamini and Hochberg 1995).

use statrs::function::erf::erfc;

/// 97.5 % of a normal distribution lie below.
const Z: f64 = 1.959_963_984_540_054;
/// Ratios beyond are as good as 0 and without limit.
const FARTHEST: f64 = 1e9;

/// How many times as often something came before the lost as before the stayers they are paired with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    /// Share of the lost ÷ share of the stayers; infinite when it came before no stayer.
    pub ratio: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end; infinite when it came before no stayer.
    pub high: f64,
    /// Probability of a difference at least as large if there were none (`McNemar`'s test).
    pub p_value: f64,
}

/// The ratio over `pairs` pairs, of which it came before both in `both`, only the lost in `lost_only`, only the
/// stayers in `stayed_only`. `None` when it came before nobody.
pub fn ratio(pairs: u64, both: u64, lost_only: u64, stayed_only: u64) -> Option<Ratio> {
    if both + lost_only + stayed_only == 0 || both + lost_only + stayed_only > pairs {
        return None;
    }
    let cells = Cells {
        n: pairs as f64,
        lost_only: lost_only as f64 / pairs as f64,
        stayed_only: stayed_only as f64 / pairs as f64,
        lost: (both + lost_only) as f64 / pairs as f64,
        stayed: (both + stayed_only) as f64 / pairs as f64,
    };
    Some(Ratio {
        ratio: if cells.stayed > 0.0 { cells.lost / cells.stayed } else { f64::INFINITY },
        low: if cells.lost > 0.0 { cells.where_score_is(Z) } else { 0.0 },
        high: if cells.stayed > 0.0 { cells.where_score_is(-Z) } else { f64::INFINITY },
        p_value: erfc(cells.score(1.0).abs() / std::f64::consts::SQRT_2).min(1.0),
    })
}

/// The four-fold table as shares of the pairs.
struct Cells {
    n: f64,
    lost_only: f64,
    stayed_only: f64,
    lost: f64,
    stayed: f64,
}

impl Cells {
    /// How many standard deviations the data lie from a ratio; falls as the ratio rises.
    fn score(&self, ratio: f64) -> f64 {
        let distance = self.lost - ratio * self.stayed;
        if distance == 0.0 {
            return 0.0;
        }
        let variance = ratio * self.discordant_under(ratio);
        distance * (self.n / variance.max(f64::MIN_POSITIVE)).sqrt()
    }

    /// Share of pairs that differ, at its most likely under a ratio.
    fn discordant_under(&self, ratio: f64) -> f64 {
        let (a, square) = (self.lost - ratio * ratio * self.stayed, ratio * ratio);
        let root = (a * a + 4.0 * square * self.lost_only * self.stayed_only).sqrt();
        let lost_only = (2.0 * square * self.lost_only - a + root) / (2.0 * ratio * (ratio + 1.0));
        let anyone = self.lost + self.stayed_only;
        (1.0 + ratio) * lost_only - (ratio - 1.0) * anyone
    }

    fn where_score_is(&self, wanted: f64) -> f64 {
        let (mut low, mut high) = (-FARTHEST.ln(), FARTHEST.ln());
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if self.score(middle.exp()) > wanted {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high).exp()
    }
}

/// The share of false discoveries (0–1) among all tests that are at least as clear as each, in the order given.
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]));
    let (tests, mut least, mut adjusted) = (p_values.len() as f64, 1.0_f64, vec![1.0; p_values.len()]);
    for (done, at) in order.into_iter().enumerate() {
        least = least.min(p_values[at] * tests / (tests - done as f64));
        adjusted[at] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The likelihood of the differing shares under a ratio, maximised by trying.
    fn discordant_by_trying(cells: &Cells, ratio: f64) -> f64 {
        let both = cells.lost - cells.lost_only;
        let neither = 1.0 - cells.lost - cells.stayed_only;
        let likelihood = |lost_only: f64| {
            let stayed_only = ratio * lost_only - (ratio - 1.0) * (1.0 - neither);
            let shared = 1.0 - neither - lost_only - stayed_only;
            let part = |seen: f64, share: f64| {
                if seen == 0.0 && share > -1e-12 {
                    0.0
                } else if share <= 0.0 {
                    f64::NEG_INFINITY
                } else {
                    seen * share.ln()
                }
            };
            part(both, shared) + part(cells.lost_only, lost_only) + part(cells.stayed_only, stayed_only)
        };
        let tries = 400_000;
        let best = (0..=tries)
            .map(|step| f64::from(step) / f64::from(tries) * (1.0 - neither))
            .max_by(|a, b| likelihood(*a).total_cmp(&likelihood(*b)))
            .expect("tries");
        (1.0 + ratio) * best - (ratio - 1.0) * (1.0 - neither)
    }

    #[test]
    fn the_closed_form_is_the_maximum_of_the_likelihood() {
        for (pairs, both, lost_only, stayed_only) in [(200, 12, 31, 14), (60, 3, 9, 1), (1000, 40, 55, 90)] {
            let share = |n: i32| f64::from(n) / f64::from(pairs);
            let cells = Cells {
                n: f64::from(pairs),
                lost_only: share(lost_only),
                stayed_only: share(stayed_only),
                lost: share(both + lost_only),
                stayed: share(both + stayed_only),
            };
            for ratio in [0.4, 0.9, 1.0, 1.7, 3.0] {
                let (closed, tried) = (cells.discordant_under(ratio), discordant_by_trying(&cells, ratio));
                assert!((closed - tried).abs() < 1e-5, "{pairs} {ratio}: {closed} {tried}");
            }
        }
    }

    #[test]
    fn at_a_ratio_of_one_the_test_is_mcnemars() {
        let told = ratio(200, 12, 31, 14).expect("ratio");
        let chi_square: f64 = (31.0 - 14.0_f64).powi(2) / (31.0 + 14.0);
        assert!((told.p_value - erfc((chi_square / 2.0).sqrt())).abs() < 1e-12);
        assert!((told.ratio - 43.0 / 26.0).abs() < 1e-12 && told.low > 1.0 && told.high > told.ratio);
    }

    #[test]
    fn the_interval_excludes_one_exactly_when_the_test_does() {
        for both in [0, 5, 40] {
            for lost_only in 0..40 {
                for stayed_only in 0..40 {
                    let Some(told) = ratio(300, both, lost_only, stayed_only) else { continue };
                    let excludes = told.low > 1.0 + 1e-9 || told.high < 1.0 - 1e-9;
                    assert_eq!(excludes, told.p_value < 0.05, "{both} {lost_only} {stayed_only} {told:?}");
                    assert!(told.low <= told.ratio * (1.0 + 1e-9) && told.ratio <= told.high * (1.0 + 1e-9));
                }
            }
        }
    }

    #[test]
    fn the_interval_holds_the_true_ratio_about_as_often_as_it_says() {
        // Every possible sample of 30 pairs, weighed by its probability: coverage without chance.
        let (both, lost_only, stayed_only) = (0.1_f64, 0.2_f64, 0.1_f64);
        let truth = (both + lost_only) / (both + stayed_only);
        let logs: Vec<f64> = (0..=30)
            .scan(0.0, |sum, n| {
                *sum += f64::from(n.max(1)).ln();
                Some(*sum)
            })
            .collect();
        let neither = 1.0 - both - lost_only - stayed_only;
        let (mut held, mut all) = (0.0, 0.0);
        for a in 0..=30_usize {
            for b in 0..=30 - a {
                for c in 0..=30 - a - b {
                    let d = 30 - a - b - c;
                    let Some(told) = ratio(30, a as u64, b as u64, c as u64) else { continue };
                    let log = logs[30] - logs[a] - logs[b] - logs[c] - logs[d]
                        + a as f64 * both.ln()
                        + b as f64 * lost_only.ln()
                        + c as f64 * stayed_only.ln()
                        + d as f64 * neither.ln();
                    all += log.exp();
                    if told.low <= truth && truth <= told.high {
                        held += log.exp();
                    }
                }
            }
        }
        assert!((0.94..0.97).contains(&(held / all)), "{}", held / all);
    }

    #[test]
    fn what_came_before_one_group_only_has_an_open_end() {
        let only_lost = ratio(50, 0, 6, 0).expect("ratio");
        assert!(only_lost.ratio.is_infinite() && only_lost.high.is_infinite() && only_lost.low > 1.0);
        let only_stayed = ratio(50, 0, 0, 6).expect("ratio");
        assert!(only_stayed.ratio == 0.0 && only_stayed.low == 0.0 && only_stayed.high < 1.0);
        let always_both = ratio(50, 9, 0, 0).expect("ratio");
        let is_one = |number: f64| (number - 1.0).abs() < 1e-12;
        assert!(is_one(always_both.ratio) && is_one(always_both.p_value));
        assert!(always_both.low <= 1.0 && always_both.high >= 1.0);
        assert_eq!(ratio(50, 0, 0, 0), None);
        assert_eq!(ratio(3, 2, 1, 1), None);
    }

    #[test]
    fn many_tests_are_adjusted_as_published() {
        // Benjamini and Hochberg 1995, section 3.2: of 15 tests the first four are discoveries at 5 %.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let adjusted = adjusted(&p);
        assert_eq!(adjusted.iter().filter(|q| **q <= 0.05).count(), 4);
        assert!((adjusted[3] - 0.0095 * 15.0 / 4.0).abs() < 1e-12);
        let mut turned = p;
        turned.reverse();
        let mut back = super::adjusted(&turned);
        back.reverse();
        assert_eq!(adjusted, back);
        assert!(super::adjusted(&[]).is_empty());
    }
}
