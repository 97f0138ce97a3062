//! Pareto/NBD (Schmittlein, Morrison & Colombo 1987): customers buy at their own rate (gamma: r, α) and leave
//! at their own rate (gamma: s, β). The likelihood's integral over the unseen time of leaving is taken by
//! Gauss–Legendre between the distinct times of customers with equal repeats and summed up from the last time
//! backwards, relative to each time: all parts are positive and at most 1, so `t_x` = T, s → 1, α ≶ β and heavy
//! buyers need no case of their own, and no ₂F₁ is taken. Its slopes fall out of the same sums.

use super::outlook::Outlook;
use super::rows::{Group, HistoryRows};
use super::special::{EIGHT, FOUR, decay, digamma, ln_gamma};
use super::thinned;
use crate::error::Error;
use crate::fit::{Fit, Slope, maximise, maximise_near};

const MODEL: &str = "Pareto/NBD";
const NAMES: [&str; 4] = ["r", "alpha", "s", "beta"];
/// Fall of the integrand, as a logarithm, after which nothing is added any more.
const NOTHING_LEFT: f64 = 60.0;

/// Parameters r, α, s, β; α and β in the rows' units of time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParetoNbd {
    /// Shape of purchase rates.
    pub r: f64,
    /// Scale of purchase rates, units of time.
    pub alpha: f64,
    /// Shape of rates of leaving.
    pub s: f64,
    /// Scale of rates of leaving, units of time.
    pub beta: f64,
}

/// Integral of s ÷ (β + y) · φ(y) ÷ φ(from) with φ(y) = (α + y)^−(r+x) · (β + y)^−s: alone, and times
/// ln(α + y), 1 ÷ (α + y), ln(β + y), 1 ÷ (β + y).
type Moments = [f64; 5];

/// The integrals from every time of a group to its last, and ln φ there.
struct Tails {
    /// Index into the tails of each time of the rows; only times of the group are set.
    place: Vec<u32>,
    moments: Vec<Moments>,
    log_phi: Vec<f64>,
}

impl ParetoNbd {
    /// The model of given parameters, in the order r, α, s, β.
    pub const fn of([r, alpha, s, beta]: [f64; 4]) -> Self {
        Self { r, alpha, s, beta }
    }

    /// Fits the model: two starts, on a thinned set first where there are many rows.
    ///
    /// Refuses fewer than ten repeat buyers, no maximum, and a flat one.
    pub fn fit(rows: &HistoryRows) -> Result<Fit<4>, Error> {
        let starts =
            |typical: f64| [[0.5, typical / 2.0, 0.5, typical / 2.0], [1.0, typical, 1.0, typical * 2.0]];
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
        let mut sum = Slope { log_likelihood: 0.0, gradient: [0.0; 4] };
        for group in &rows.groups {
            let tails = self.tails(rows, group);
            let of_group = self.slope_of_group(rows, group, &tails);
            sum.log_likelihood += of_group.log_likelihood;
            for (total, part) in sum.gradient.iter_mut().zip(of_group.gradient) {
                *total += part;
            }
        }
        sum
    }

    fn log_phi(&self, x: f64, y: f64) -> f64 {
        -(self.r + x) * (self.alpha + y).ln() - self.s * (self.beta + y).ln()
    }

    fn tails(&self, rows: &HistoryRows, group: &Group) -> Tails {
        const UNSET: u32 = u32::MAX;
        let mut place = vec![UNSET; rows.times.len()];
        for row in group.rows.clone() {
            place[rows.last_at[row] as usize] = 0;
            place[rows.age_at[row] as usize] = 0;
        }
        let mut times = Vec::new();
        for (place, time) in place.iter_mut().zip(&rows.times).filter(|(place, _)| **place != UNSET) {
            *place = times.len() as u32;
            times.push(*time);
        }
        let x = f64::from(group.repeats);
        let log_phi: Vec<f64> = times.iter().map(|y| self.log_phi(x, *y)).collect();
        let mut moments = vec![[0.0; 5]; times.len()];
        for i in (0..times.len().saturating_sub(1)).rev() {
            let mut here = self.between(x, times[i], times[i + 1], log_phi[i]);
            let carried = (log_phi[i + 1] - log_phi[i]).exp();
            for (here, after) in here.iter_mut().zip(moments[i + 1]) {
                *here += carried * after;
            }
            moments[i] = here;
        }
        Tails { place, moments, log_phi }
    }

    /// The moments between two times, relative to φ at the first.
    fn between(&self, x: f64, from: f64, to: f64, log_phi: f64) -> Moments {
        let base = self.alpha.min(self.beta);
        let width = ((to - from) / (base + from)).ln_1p();
        let mut sum = [0.0; 5];
        if width < 0.1 && self.steepness(x, to) * width < 0.3 {
            self.panel(x, (from, log_phi), (0.0, width), &FOUR, &mut sum);
            return sum;
        }
        let mut at = 0.0;
        while at < width {
            let start = (base + from) * at.exp() - base;
            if log_phi - self.log_phi(x, start) > NOTHING_LEFT {
                break;
            }
            let step = (2.0 / self.steepness(x, start)).min(0.5).min(width - at);
            self.panel(x, (from, log_phi), (at, step), &EIGHT, &mut sum);
            at += step;
        }
        sum
    }

    /// How fast the integrand falls at a time, by ln(min(α, β) + y); it rises with y, no faster than by e a unit.
    fn steepness(&self, x: f64, y: f64) -> f64 {
        let base = self.alpha.min(self.beta);
        (base + y) * ((self.r + x) / (self.alpha + y) + (self.s + 1.0) / (self.beta + y))
    }

    /// Adds one panel in ln(min(α, β) + y), which starts `panel.0` after `from` and is `panel.1` wide.
    fn panel(&self, x: f64, from: (f64, f64), panel: (f64, f64), nodes: &[(f64, f64)], sum: &mut Moments) {
        let base = self.alpha.min(self.beta);
        for (node, weight) in nodes {
            let grown = (base + from.0) * (panel.0 + panel.1 * node).exp();
            let y = grown - base;
            let (buying, leaving) = (self.alpha + y, self.beta + y);
            let (log_buying, log_leaving) = (buying.ln(), leaving.ln());
            let relative = (-(self.r + x) * log_buying - self.s * log_leaving - from.1).exp();
            let mass = weight * panel.1 * grown * self.s / leaving * relative;
            sum[0] += mass;
            sum[1] += mass * log_buying;
            sum[2] += mass / buying;
            sum[3] += mass * log_leaving;
            sum[4] += mass / leaving;
        }
    }

    fn slope_of_group(&self, rows: &HistoryRows, group: &Group, tails: &Tails) -> Slope<4> {
        let Self { r, alpha, s, beta } = *self;
        let x = f64::from(group.repeats);
        let (mut weight, mut level, mut gradient) = (0.0, 0.0, [0.0; 4]);
        for row in group.rows.clone() {
            let last = tails.place[rows.last_at[row] as usize] as usize;
            let age = tails.place[rows.age_at[row] as usize] as usize;
            let time = rows.times[rows.age_at[row] as usize];
            let w = rows.weight[row];
            weight += w;
            let stays = (tails.log_phi[age] - tails.log_phi[last]).exp();
            let (to_end, beyond) = (&tails.moments[last], &tails.moments[age]);
            let total = to_end[0] + (1.0 - beyond[0]) * stays;
            level += w * (tails.log_phi[last] + total.ln());
            let within = |moment: usize| to_end[moment] - beyond[moment] * stays;
            let share = w / total;
            gradient[0] -= share * (stays * (alpha + time).ln() + within(1));
            gradient[1] -= share * (r + x) * (stays / (alpha + time) + within(2));
            gradient[2] += share * (within(0) / s - stays * (beta + time).ln() - within(3));
            gradient[3] -= share * (stays * s / (beta + time) + (s + 1.0) * within(4));
        }
        let constant = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + s * beta.ln();
        gradient[0] += weight * (digamma(r + x) - digamma(r) + alpha.ln());
        gradient[1] += weight * r / alpha;
        gradient[2] += weight * beta.ln();
        gradient[3] += weight * s / beta;
        Slope { log_likelihood: level + weight * constant, gradient }
    }

    /// Probability (0–1) that a customer still buys.
    pub fn alive(&self, repeats: u32, last: f64, age: f64) -> f64 {
        let x = f64::from(repeats);
        let from = self.log_phi(x, last);
        let left = self.between(x, last, age, from)[0];
        let stays = (self.log_phi(x, age) - from).exp();
        if stays == 0.0 { 0.0 } else { stays / (stays + left) }
    }

    /// Purchases expected in the `ahead` units after the cut-off from a customer who is still there then.
    /// Without repeats and at age 0: of a customer just gained.
    pub fn expected_if_alive(&self, repeats: u32, age: f64, ahead: f64) -> f64 {
        let rate = (self.r + f64::from(repeats)) / (self.alpha + age);
        let width = (ahead / (self.beta + age)).ln_1p();
        rate * (self.beta + age) * width * decay((self.s - 1.0) * width)
    }

    /// Purchases expected in the `ahead` units after the cut-off.
    pub fn expected(&self, repeats: u32, last: f64, age: f64, ahead: f64) -> f64 {
        self.alive(repeats, last, age) * self.expected_if_alive(repeats, age, ahead)
    }

    /// P(alive) by row.
    pub(super) fn alive_rows(&self, rows: &HistoryRows) -> Vec<f64> {
        let mut alive = vec![0.0; rows.distinct()];
        for group in &rows.groups {
            let tails = self.tails(rows, group);
            for row in group.rows.clone() {
                let last = tails.place[rows.last_at[row] as usize] as usize;
                let age = tails.place[rows.age_at[row] as usize] as usize;
                let stays = (tails.log_phi[age] - tails.log_phi[last]).exp();
                let total = tails.moments[last][0] + (1.0 - tails.moments[age][0]) * stays;
                alive[row] = stays / total;
            }
        }
        alive
    }

    /// Discounted purchases to come, if alive, by row.
    pub(super) fn residual_rows(&self, rows: &HistoryRows, outlook: &Outlook) -> Vec<f64> {
        rows.by_age_smoothly(self.beta, |repeats, age| {
            outlook.discounted(rows.days_per_unit, self.beta + age, |ahead| {
                self.expected_if_alive(repeats, age, ahead)
            })
        })
    }

    /// P(alive) of each customer, in the order of the histories.
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
