//! Gamma–Gamma (Fader & Hardie 2013): what a purchase of a customer is worth, the customer's own mean drawn
//! towards that of all. It takes spend and frequency to be independent; their correlation is told beside it.

use super::special::{digamma, ln_gamma};
use crate::error::{Error, enough, same_rows};
use crate::fit::{Fit, Slope, maximise, maximise_near};

const MODEL: &str = "Gamma–Gamma";
const NAMES: [&str; 3] = ["p", "q", "v"];
const FEWEST: usize = 10;

/// Mean spend of customers in columns of equal length, any order. Rows without repeats or with a mean that is
/// not positive are left out.
#[derive(Debug, Clone, Copy)]
pub struct Spend<'a> {
    /// Repeat purchases behind the mean.
    pub repeats: &'a [u32],
    /// Mean value of a repeat purchase; money of any unit, as minor units.
    pub mean_minor: &'a [f64],
}

/// Parameters p, q, v (γ); v in the money of the input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GammaGamma {
    /// Shape of a customer's purchases.
    pub p: f64,
    /// Shape of the spread between customers.
    pub q: f64,
    /// Scale of the spread between customers, money.
    pub v: f64,
}

/// Usable rows by rising repeats.
#[derive(Debug, Clone)]
pub(super) struct SpendRows {
    groups: Vec<(u32, std::ops::Range<usize>)>,
    mean: Vec<f64>,
    weight: Vec<f64>,
}

impl Spend<'_> {
    pub(super) fn rows(&self) -> Result<SpendRows, Error> {
        same_rows("mean_minor", self.repeats.len(), self.mean_minor.len())?;
        if let Some(row) = self.mean_minor.iter().position(|mean| !mean.is_finite()) {
            let problem = "a mean is no number; pass 0 where there is none";
            return Err(Error::Unreadable { model: MODEL, row, problem });
        }
        let pairs = self.repeats.iter().copied().zip(self.mean_minor.iter().copied());
        let mut used: Vec<(u32, f64)> = pairs.filter(|(repeats, mean)| *repeats > 0 && *mean > 0.0).collect();
        used.sort_unstable_by(|left, right| left.0.cmp(&right.0).then(left.1.total_cmp(&right.1)));
        let mut rows = SpendRows {
            groups: Vec::new(),
            mean: used.iter().map(|(_, mean)| *mean).collect(),
            weight: vec![1.0; used.len()],
        };
        for (row, (repeats, _)) in used.iter().enumerate() {
            match rows.groups.last_mut().filter(|group| group.0 == *repeats) {
                Some(group) => group.1.end += 1,
                None => rows.groups.push((*repeats, row..row + 1)),
            }
        }
        Ok(rows)
    }

    /// Correlation of repeats and mean spend over the rows used; `None` where either does not vary. Far from 0
    /// the model's independence does not hold.
    pub fn correlation(&self) -> Option<f64> {
        let pairs = self.repeats.iter().zip(self.mean_minor).filter(|(x, mean)| **x > 0 && **mean > 0.0);
        let (mut n, mut x, mut y, mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (repeats, mean) in pairs {
            let repeats = f64::from(*repeats);
            n += 1.0;
            x += repeats;
            y += mean;
            xx += repeats * repeats;
            yy += mean * mean;
            xy += repeats * mean;
        }
        let spread = (n * xx - x * x) * (n * yy - y * y);
        (spread > 0.0).then(|| (n * xy - x * y) / spread.sqrt())
    }
}

impl SpendRows {
    pub(super) fn weights(&self) -> &[f64] {
        &self.weight
    }

    /// At most `most` rows, evenly spaced.
    pub(super) fn thinned(&self, most: usize) -> Self {
        let step = self.mean.len().div_ceil(most).max(1);
        let mut thin = Self { groups: Vec::new(), mean: Vec::new(), weight: Vec::new() };
        for (repeats, rows) in &self.groups {
            let from = thin.mean.len();
            for row in rows.clone().filter(|row| row % step == 0) {
                thin.mean.push(self.mean[row]);
                thin.weight.push(self.weight[row]);
            }
            if thin.mean.len() > from {
                thin.groups.push((*repeats, from..thin.mean.len()));
            }
        }
        thin
    }

    pub(super) fn weighted(&self, weight: Vec<f64>) -> Self {
        Self { weight, ..self.clone() }
    }
}

impl GammaGamma {
    /// The model of given parameters, in the order p, q, v.
    pub const fn of([p, q, v]: [f64; 3]) -> Self {
        Self { p, q, v }
    }

    /// Fits the model, from two starts.
    ///
    /// Refuses fewer than ten usable rows, no maximum, and a flat one.
    pub fn fit(spend: &Spend<'_>) -> Result<Fit<3>, Error> {
        let rows = spend.rows()?;
        enough(MODEL, "customers with repeat purchases of some value", FEWEST, rows.mean.len())?;
        let mean = rows.mean.iter().sum::<f64>() / rows.mean.len() as f64;
        Self::fit_from(&rows, &[[3.0, 3.0, mean], [1.0, 10.0, 10.0 * mean]])
    }

    pub(super) fn fit_from(rows: &SpendRows, starts: &[[f64; 3]]) -> Result<Fit<3>, Error> {
        let likelihood = |params: &[f64; 3]| Self::of(*params).slope(rows);
        maximise(MODEL, NAMES, rows.weight.iter().sum(), starts, &likelihood)
    }

    /// The parameters of resampled rows, from that of all.
    pub(super) fn refit(rows: &SpendRows, near: [f64; 3]) -> Result<[f64; 3], Error> {
        let likelihood = |params: &[f64; 3]| Self::of(*params).slope(rows);
        maximise_near(MODEL, rows.weight.iter().sum(), near, &likelihood)
    }

    /// Log-likelihood of the usable rows.
    pub fn log_likelihood(&self, spend: &Spend<'_>) -> Result<f64, Error> {
        Ok(self.slope(&spend.rows()?).log_likelihood)
    }

    pub(super) fn slope(&self, rows: &SpendRows) -> Slope<3> {
        let Self { p, q, v } = *self;
        let (mut level, mut gradient) = (0.0, [0.0; 3]);
        for (repeats, range) in &rows.groups {
            let x = f64::from(*repeats);
            let (mut weight, mut logs, mut log_totals, mut inverses) = (0.0, 0.0, 0.0, 0.0);
            for row in range.clone() {
                let (w, mean) = (rows.weight[row], rows.mean[row]);
                weight += w;
                logs += w * mean.ln();
                log_totals += w * (v + mean * x).ln();
                inverses += w / (v + mean * x);
            }
            let both = p * x + q;
            let constant = ln_gamma(both) - ln_gamma(p * x) - ln_gamma(q) + q * v.ln() + p * x * x.ln();
            level += weight * constant + (p * x - 1.0) * logs - both * log_totals;
            let whole = digamma(both);
            gradient[0] += x * (weight * (whole - digamma(p * x) + x.ln()) + logs - log_totals);
            gradient[1] += weight * (whole - digamma(q) + v.ln()) - log_totals;
            gradient[2] += weight * q / v - both * inverses;
        }
        Slope { log_likelihood: level, gradient }
    }

    /// Expected value of a purchase of a customer with so many repeats of that mean value: between the
    /// customer's own mean and that of all. `None` where the model gives it no end (no repeats and q ≤ 1).
    pub fn expected_minor(&self, repeats: u32, mean_minor: f64) -> Option<f64> {
        let x = if mean_minor > 0.0 { f64::from(repeats) } else { 0.0 };
        let below = self.p * x + self.q - 1.0;
        (below > 0.0).then(|| self.p * (self.v + x * mean_minor) / below)
    }

    /// Expected values of a purchase, summed over `count` customers of equal repeats and means that add up to
    /// `sum_minor`.
    pub(super) fn expected_sum(&self, repeats: u32, count: f64, sum_minor: f64) -> f64 {
        let x = f64::from(repeats);
        self.p * (count * self.v + x * sum_minor) / (self.p * x + self.q - 1.0)
    }
}
