//! BG/NBD (Fader, Hardie & Lee 2005): customers buy at their own rate (gamma: r, α) and may leave after any
//! repeat purchase with their own chance (beta: a, b). Expected purchases are summed over the number of
//! purchases a staying customer would make: all terms positive, so nothing cancels as a → 1 and nothing
//! overflows for heavy buyers; equal to the published form with ₂F₁.

use super::outlook::Outlook;
use super::rows::{Group, HistoryRows};
use super::special::{digamma, ln_gamma, softplus};
use super::thinned;
use crate::error::Error;
use crate::fit::{Fit, Slope, maximise, maximise_near};

const MODEL: &str = "BG/NBD";
const NAMES: [&str; 4] = ["r", "alpha", "a", "b"];
const SMALLEST_TERM: f64 = 1e-16;
const RESCALE: f64 = 1e250;

/// Parameters r, α (in the rows' units of time), a, b.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgNbd {
    /// Shape of purchase rates.
    pub r: f64,
    /// Scale of purchase rates, units of time.
    pub alpha: f64,
    /// First shape of the chance to leave after a purchase.
    pub a: f64,
    /// Second shape of the chance to leave after a purchase.
    pub b: f64,
}

/// ln(α + t) and 1 ÷ (α + t) of every distinct time.
struct Times {
    logs: Vec<f64>,
    inverses: Vec<f64>,
}

impl BgNbd {
    /// The model of given parameters, in the order r, α, a, b.
    pub const fn of([r, alpha, a, b]: [f64; 4]) -> Self {
        Self { r, alpha, a, b }
    }

    /// Fits the model: two starts, on a thinned set first where there are many rows.
    ///
    /// Refuses fewer than ten repeat buyers, no maximum, and a flat one.
    pub fn fit(rows: &HistoryRows) -> Result<Fit<4>, Error> {
        let starts = |typical: f64| [[0.5, typical, 1.0, 3.0], [1.0, typical / 4.0, 0.5, 1.5]];
        thinned::fit(MODEL, rows, starts, Self::fit_from)
    }

    pub(super) fn fit_from(rows: &HistoryRows, starts: &[[f64; 4]]) -> Result<Fit<4>, Error> {
        let likelihood = |params: &[f64; 4]| Self::of(*params).slope(rows);
        maximise(MODEL, NAMES, rows.total_weight(), starts, &likelihood)
    }

    /// The parameters of resampled rows, from that of all.
    pub(super) fn refit(rows: &HistoryRows, near: [f64; 4]) -> Result<[f64; 4], Error> {
        let likelihood = |params: &[f64; 4]| Self::of(*params).slope(rows);
        maximise_near(MODEL, rows.total_weight(), near, &likelihood)
    }

    /// Log-likelihood of the rows.
    pub fn log_likelihood(&self, rows: &HistoryRows) -> f64 {
        self.slope(rows).log_likelihood
    }

    pub(super) fn slope(&self, rows: &HistoryRows) -> Slope<4> {
        let times = Times {
            logs: rows.times.iter().map(|t| (self.alpha + t).ln()).collect(),
            inverses: rows.times.iter().map(|t| (self.alpha + t).recip()).collect(),
        };
        let mut sum = Slope { log_likelihood: 0.0, gradient: [0.0; 4] };
        for group in &rows.groups {
            let of_group = self.slope_of_group(rows, group, &times);
            sum.log_likelihood += of_group.log_likelihood;
            for (total, part) in sum.gradient.iter_mut().zip(of_group.gradient) {
                *total += part;
            }
        }
        sum
    }

    fn slope_of_group(&self, rows: &HistoryRows, group: &Group, times: &Times) -> Slope<4> {
        let Self { r, alpha, a, b } = *self;
        let x = f64::from(group.repeats);
        let mut weight = 0.0;
        let (mut level, mut by_r, mut by_alpha, mut left) = (0.0, 0.0, 0.0, 0.0);
        let ahead = if group.repeats > 0 { a.ln() - (b + x - 1.0).ln() } else { f64::NEG_INFINITY };
        for row in group.rows.clone() {
            let (last, age) = (rows.last_at[row] as usize, rows.age_at[row] as usize);
            let w = rows.weight[row];
            weight += w;
            let since = times.logs[age] - times.logs[last];
            let odds = ahead + (r + x) * since;
            let gone = 1.0 / (1.0 + (-odds).exp());
            level += w * (softplus(odds) - (r + x) * times.logs[age]);
            by_r += w * (gone * since - times.logs[age]);
            by_alpha += w * ((1.0 - gone) * times.inverses[age] + gone * times.inverses[last]);
            left += w * gone;
        }
        let buying = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln();
        let staying = ln_gamma(a + b) - ln_gamma(b) + ln_gamma(b + x) - ln_gamma(a + b + x);
        let log_likelihood = level + weight * (buying + staying);
        let by_r = by_r + weight * (digamma(r + x) - digamma(r) + alpha.ln());
        let by_alpha = weight * r / alpha - (r + x) * by_alpha;
        let both = digamma(a + b) - digamma(a + b + x);
        let by_a = weight * both + left / a;
        let by_b =
            weight * (both + digamma(b + x) - digamma(b)) - if x > 0.0 { left / (b + x - 1.0) } else { 0.0 };
        Slope { log_likelihood, gradient: [by_r, by_alpha, by_a, by_b] }
    }

    /// Probability (0–1) that a customer still buys. **1 by assumption for one-time buyers**: in this model
    /// nobody leaves before a second purchase.
    pub fn alive(&self, repeats: u32, last: f64, age: f64) -> f64 {
        if repeats == 0 {
            return 1.0;
        }
        let x = f64::from(repeats);
        let since = ((age - last) / (self.alpha + last)).ln_1p();
        let odds = self.a.ln() - (self.b + x - 1.0).ln() + (self.r + x) * since;
        1.0 / (1.0 + odds.exp())
    }

    /// Purchases expected in the `ahead` units after the cut-off from a customer who is still there then.
    /// Without repeats and at age 0: of a customer just gained.
    pub fn expected_if_alive(&self, repeats: u32, age: f64, ahead: f64) -> f64 {
        let (shape, beta) = (self.r + f64::from(repeats), self.b + f64::from(repeats));
        let share = ahead / (self.alpha + age + ahead);
        let enough_terms = 10.0 * (shape + 1.0) * ahead / (self.alpha + age);
        let mut log_scale = -shape * (ahead / (self.alpha + age)).ln_1p();
        let (mut term, mut made, mut stays, mut sum, mut total) = (1.0, 0.0, 1.0, 0.0, 1.0);
        let mut j = 0.0;
        loop {
            term *= (shape + j) / (j + 1.0) * share;
            made += stays;
            stays *= (beta + j) / (self.a + beta + j);
            sum += term * made;
            total += term;
            j += 1.0;
            let falling = (shape + j) / (j + 1.0) * share;
            if falling < 1.0 && term * (made + 1.0) / (1.0 - falling) < SMALLEST_TERM * sum
                || term == 0.0
                || j > 1e6 + enough_terms
            {
                break;
            }
            if total > RESCALE {
                (term, sum, total) = (term / RESCALE, sum / RESCALE, total / RESCALE);
                log_scale += RESCALE.ln();
            }
        }
        sum * log_scale.exp()
    }

    /// Purchases expected in the `ahead` units after the cut-off.
    pub fn expected(&self, repeats: u32, last: f64, age: f64, ahead: f64) -> f64 {
        self.alive(repeats, last, age) * self.expected_if_alive(repeats, age, ahead)
    }

    /// P(alive) by row.
    pub(super) fn alive_rows(&self, rows: &HistoryRows) -> Vec<f64> {
        rows.each().map(|(_, repeats, last, age)| self.alive(repeats, last, age)).collect()
    }

    /// Discounted purchases to come, if alive, by row.
    pub(super) fn residual_rows(&self, rows: &HistoryRows, outlook: &Outlook) -> Vec<f64> {
        rows.by_age_smoothly(self.alpha, |repeats, age| {
            outlook.discounted(rows.days_per_unit, self.alpha + age, |ahead| {
                self.expected_if_alive(repeats, age, ahead)
            })
        })
    }

    /// P(alive) of each customer, in the order of the histories; see [`BgNbd::alive`].
    pub fn alive_of(&self, rows: &HistoryRows) -> Vec<f64> {
        rows.per_customer(&self.alive_rows(rows))
    }

    /// Purchases expected of each customer in the `ahead` units after the cut-off.
    pub fn expected_of(&self, rows: &HistoryRows, ahead: f64) -> Vec<f64> {
        let alive = self.alive_rows(rows);
        let mut expected = rows.by_age(|repeats, age| self.expected_if_alive(repeats, age, ahead));
        expected.iter_mut().zip(alive).for_each(|(expected, alive)| *expected *= alive);
        rows.per_customer(&expected)
    }
}
