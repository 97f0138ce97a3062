//! What goes with leaving sooner (Cox 1972; ties after Efron 1977): log-hazard ratios by Newton–Raphson on
//! standardised covariates. An association, not a cause.

use super::Durations;
use crate::error::{Error, enough, same_rows};
use crate::matrix::{cholesky, inverse, solve};
use statrs::function::erf::{erf_inv, erfc};
use statrs::function::gamma::gamma_ur;

const MODEL: &str = "Cox";
const STEPS: u32 = 50;
/// Share of a covariate's information the others must leave.
const OWN_SHARE: f64 = 1e-9;
/// Log-hazard ratio of one standard deviation beyond which a covariate parts lost and kept.
const FARTHEST: f64 = 15.0;
const ARRIVED: f64 = 1e-16;

/// One covariate's part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// Log-hazard ratio of one more of the covariate.
    pub log_ratio: f64,
    /// Its standard error.
    pub standard_error: f64,
}

/// A fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Cox {
    /// One per covariate, in order.
    pub coefficients: Vec<Coefficient>,
    /// Partial log-likelihood.
    pub log_likelihood: f64,
    /// The same with all coefficients 0.
    pub log_likelihood_of_none: f64,
    /// Newton steps.
    pub iterations: u32,
}

impl Coefficient {
    /// Hazard ratio of one more of the covariate, with its interval of `level_share` (0.95): above 1, lost sooner.
    pub fn ratio(&self, level_share: f64) -> [f64; 3] {
        let wide = std::f64::consts::SQRT_2 * erf_inv(level_share) * self.standard_error;
        [self.log_ratio, self.log_ratio - wide, self.log_ratio + wide].map(f64::exp)
    }

    /// Probability of a log-ratio at least as far from 0 if it were 0 (Wald).
    pub fn p_value(&self) -> f64 {
        erfc(self.log_ratio.abs() / self.standard_error / std::f64::consts::SQRT_2)
    }
}

impl Cox {
    /// Whether the covariates say anything together: χ² of the likelihood ratio, its degrees of freedom, and the
    /// probability of one at least as large if they say nothing.
    pub fn ratio_test(&self) -> (f64, u32, f64) {
        let chi_square = 2.0 * (self.log_likelihood - self.log_likelihood_of_none).max(0.0);
        let degrees = self.coefficients.len() as u32;
        let p_value =
            if chi_square > 0.0 { gamma_ur(f64::from(degrees) / 2.0, chi_square / 2.0) } else { 1.0 };
        (chi_square, degrees, p_value)
    }
}

/// Partial log-likelihood, slope and information.
struct Slope {
    level: f64,
    gradient: Vec<f64>,
    information: Vec<f64>,
}

/// Rows by falling time, covariates standardised, row by row.
struct Sorted {
    p: usize,
    time: Vec<f64>,
    lost: Vec<bool>,
    covariates: Vec<f64>,
    deviation: Vec<f64>,
}

/// Σ w, Σ w z, Σ w z zᵀ over some rows.
#[derive(Clone)]
struct Risk {
    sum: f64,
    first: Vec<f64>,
    second: Vec<f64>,
}

/// Fits the model. `covariates` are columns, one per covariate, each with a row per duration.
///
/// Refuses fewer losses than covariates + 1, a covariate that does not vary or repeats others, and one that
/// parts the lost from the kept, whose ratio has no end. Messages number covariates from 0.
pub fn cox(durations: &Durations<'_>, covariates: &[&[f64]]) -> Result<Cox, Error> {
    let order = durations.order(MODEL)?;
    for column in covariates {
        same_rows("covariate", order.len(), column.len())?;
        if let Some(row) = column.iter().position(|value| !value.is_finite()) {
            let problem = "a covariate is no number; leave the row out or fill it in";
            return Err(Error::Unreadable { model: MODEL, row, problem });
        }
    }
    enough(MODEL, "covariates", 1, covariates.len())?;
    let losses = durations.lost.iter().filter(|lost| **lost).count();
    enough(MODEL, "losses", covariates.len() + 1, losses)?;
    Sorted::new(durations, covariates, &order)?.fit()
}

impl Sorted {
    fn new(durations: &Durations<'_>, columns: &[&[f64]], order: &[usize]) -> Result<Self, Error> {
        let (p, n) = (columns.len(), order.len());
        let mut covariates = vec![0.0; n * p];
        let mut deviation = Vec::with_capacity(p);
        for (at, column) in columns.iter().enumerate() {
            let mean = column.iter().sum::<f64>() / n as f64;
            let spread = (column.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
            if spread <= 1e-12 * mean.abs() || spread == 0.0 {
                let detail = format!("covariate {at} is the same for every customer");
                return Err(Error::Singular { model: MODEL, detail });
            }
            for (place, row) in order.iter().rev().enumerate() {
                covariates[place * p + at] = (column[*row] - mean) / spread;
            }
            deviation.push(spread);
        }
        let time = order.iter().rev().map(|row| durations.time[*row]).collect();
        let lost = order.iter().rev().map(|row| durations.lost[*row]).collect();
        Ok(Self { p, time, lost, covariates, deviation })
    }

    fn slope(&self, beta: &[f64]) -> Slope {
        let p = self.p;
        let mut told = Slope { level: 0.0, gradient: vec![0.0; p], information: vec![0.0; p * p] };
        let mut risk = Risk::empty(p);
        let mut from = 0;
        while from < self.time.len() {
            let tied = self.time[from..].iter().take_while(|time| time.total_cmp(&self.time[from]).is_eq());
            let here = from..from + tied.count();
            let mut ties = Risk::empty(p);
            let mut lost = 0;
            for row in here.clone() {
                let z = &self.covariates[row * p..(row + 1) * p];
                let log_weight: f64 = z.iter().zip(beta).map(|(z, beta)| z * beta).sum();
                risk.add(log_weight.exp(), z);
                if self.lost[row] {
                    lost += 1;
                    ties.add(log_weight.exp(), z);
                    told.level += log_weight;
                    told.gradient.iter_mut().zip(z).for_each(|(slope, z)| *slope += z);
                }
            }
            for tie in 0..lost {
                told.take(&risk, &ties, f64::from(tie) / f64::from(lost));
            }
            from = here.end;
        }
        told
    }

    fn fit(&self) -> Result<Cox, Error> {
        let p = self.p;
        let mut beta = vec![0.0; p];
        let mut here = self.slope(&beta);
        let log_likelihood_of_none = here.level;
        let mut factor = cholesky(&here.information, p, OWN_SHARE).map_err(|at| Error::Singular {
            model: MODEL,
            detail: format!("covariate {at} says what those before it say"),
        })?;
        for iterations in 0..STEPS {
            let step = solve(&factor, p, &here.gradient);
            let gain: f64 = step.iter().zip(&here.gradient).map(|(step, slope)| step * slope).sum();
            if gain <= ARRIVED * (1.0 + here.level.abs()) {
                return Ok(self.told(&beta, &here, &factor, (log_likelihood_of_none, iterations)));
            }
            let Some((next, place)) = self.step(&beta, &step, here.level) else {
                return Ok(self.told(&beta, &here, &factor, (log_likelihood_of_none, iterations)));
            };
            (beta, here) = (next, place);
            if let Some(at) = beta.iter().position(|beta| beta.abs() > FARTHEST) {
                return Err(parted(at));
            }
            factor = cholesky(&here.information, p, 1e-13).map_err(parted)?;
        }
        let detail = format!("no maximum within {STEPS} steps");
        Err(Error::NoConvergence { model: MODEL, detail })
    }

    /// A higher place by the step, halved as often as needed; `None` at the limit of rounding.
    fn step(&self, beta: &[f64], step: &[f64], level: f64) -> Option<(Vec<f64>, Slope)> {
        let mut size = 1.0;
        for _ in 0..30 {
            let next: Vec<f64> = beta.iter().zip(step).map(|(beta, step)| beta + size * step).collect();
            let place = self.slope(&next);
            if place.level > level {
                return Some((next, place));
            }
            size /= 2.0;
        }
        None
    }

    fn told(&self, beta: &[f64], here: &Slope, factor: &[f64], ended: (f64, u32)) -> Cox {
        let p = self.p;
        let variance = inverse(factor, p);
        let coefficient = |at: usize| Coefficient {
            log_ratio: beta[at] / self.deviation[at],
            standard_error: variance[at * p + at].sqrt() / self.deviation[at],
        };
        Cox {
            coefficients: (0..p).map(coefficient).collect(),
            log_likelihood: here.level,
            log_likelihood_of_none: ended.0,
            iterations: ended.1,
        }
    }
}

fn parted(at: usize) -> Error {
    let detail = format!("covariate {at} parts the lost from the kept, so its ratio has no end");
    Error::NoConvergence { model: MODEL, detail }
}

impl Risk {
    fn empty(p: usize) -> Self {
        Self { sum: 0.0, first: vec![0.0; p], second: vec![0.0; p * p] }
    }

    fn add(&mut self, weight: f64, z: &[f64]) {
        self.sum += weight;
        for (i, left) in z.iter().enumerate() {
            self.first[i] += weight * left;
            for (j, right) in z.iter().enumerate() {
                self.second[i * z.len() + j] += weight * left * right;
            }
        }
    }
}

impl Slope {
    /// Takes one loss out of a risk set that is `share` rid of its ties.
    fn take(&mut self, risk: &Risk, ties: &Risk, share: f64) {
        let p = self.gradient.len();
        let sum = risk.sum - share * ties.sum;
        self.level -= sum.ln();
        let mean: Vec<f64> = (0..p).map(|i| (risk.first[i] - share * ties.first[i]) / sum).collect();
        for i in 0..p {
            self.gradient[i] -= mean[i];
            for j in 0..p {
                let at = i * p + j;
                self.information[at] += (risk.second[at] - share * ties.second[at]) / sum - mean[i] * mean[j];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(n: u32) -> (Vec<f64>, Vec<bool>, Vec<f64>, Vec<f64>) {
        let mix = |i: u32, by: u32| f64::from(i.wrapping_mul(by) >> 8 & 0xffff) / 65536.0;
        let left: Vec<f64> = (1..=n).map(|i| mix(i, 2_654_435_761)).collect();
        let right: Vec<f64> = (1..=n).map(|i| 50.0 + 9.0 * mix(i, 805_459_861)).collect();
        let time =
            (1..=n).map(|i| (30.0 * mix(i, 3_266_489_917) * (1.5 - left[i as usize - 1])).ceil()).collect();
        let lost = (1..=n).map(|i| mix(i, 668_265_263) < 0.7).collect();
        (time, lost, left, right)
    }

    /// The partial likelihood term by term, with every risk set summed anew.
    fn slow(time: &[f64], lost: &[bool], z: &[&[f64]], beta: &[f64]) -> f64 {
        let log_weight =
            |row: usize| z.iter().zip(beta).map(|(column, beta)| column[row] * beta).sum::<f64>();
        let mut times: Vec<f64> = time.to_vec();
        times.sort_by(f64::total_cmp);
        times.dedup();
        let mut level = 0.0;
        for at in times {
            let risk: f64 = (0..time.len()).filter(|i| time[*i] >= at).map(|i| log_weight(i).exp()).sum();
            let ties: Vec<usize> =
                (0..time.len()).filter(|i| lost[*i] && (time[*i] - at).abs() < 1e-9).collect();
            let tied: f64 = ties.iter().map(|i| log_weight(*i).exp()).sum();
            for (k, row) in ties.iter().enumerate() {
                level += log_weight(*row) - (risk - k as f64 / ties.len() as f64 * tied).ln();
            }
        }
        level
    }

    #[test]
    fn the_maximum_is_one_of_the_likelihood_summed_slowly() {
        let (time, lost, left, right) = rows(120);
        let columns: [&[f64]; 2] = [&left, &right];
        let told = cox(&Durations { time: &time, lost: &lost }, &columns).expect("sound");
        let beta: Vec<f64> = told.coefficients.iter().map(|c| c.log_ratio).collect();
        let top = slow(&time, &lost, &columns, &beta);
        assert!((top - told.log_likelihood).abs() < 1e-9);
        assert!((slow(&time, &lost, &columns, &[0.0, 0.0]) - told.log_likelihood_of_none).abs() < 1e-9);
        for at in 0..2 {
            let width = 1e-3 * told.coefficients[at].standard_error;
            let moved = |by: f64| {
                let mut beta = beta.clone();
                beta[at] += by;
                slow(&time, &lost, &columns, &beta)
            };
            assert!((moved(width) - moved(-width)).abs() < 1e-8, "slope {at}");
            assert!(moved(width) <= top && moved(-width) <= top);
        }
    }

    #[test]
    fn a_ratio_has_its_interval_and_its_chance() {
        let told = Coefficient { log_ratio: -0.5, standard_error: 0.25 };
        let [ratio, low, high] = told.ratio(0.95);
        assert!((ratio - 0.606_531).abs() < 1e-6 && (low - 0.371_580).abs() < 1e-6);
        assert!((high - 0.990_041).abs() < 1e-6, "{high}");
        assert!((told.p_value() - 0.045_500).abs() < 1e-6, "{}", told.p_value());
        let none = Cox {
            coefficients: vec![told; 2],
            log_likelihood: -10.0,
            log_likelihood_of_none: -13.0,
            iterations: 1,
        };
        let (chi_square, degrees, p_value) = none.ratio_test();
        assert!((chi_square - 6.0).abs() < 1e-12 && degrees == 2);
        assert!((p_value - (-3.0f64).exp()).abs() < 1e-12, "{p_value}");
    }

    #[test]
    fn what_repeats_does_not_vary_or_parts_is_refused_by_number() {
        let (time, lost, left, right) = rows(60);
        let durations = Durations { time: &time, lost: &lost };
        let both: Vec<f64> = left.iter().zip(&right).map(|(l, r)| 3.0 * l - r).collect();
        let parting: Vec<f64> = lost.iter().map(|lost| f64::from(u8::from(*lost))).collect();
        let same = vec![4.0; 60];
        let cases: [(&[&[f64]], &str); 3] = [
            (&[&left, &right, &both], "covariate 2 says what those before it say"),
            (&[&left, &same], "covariate 1 is the same for every customer"),
            (&[&left, &parting], "covariate 1 parts the lost from the kept"),
        ];
        for (columns, said) in cases {
            let told = cox(&durations, columns).expect_err(said).to_string();
            assert!(told.contains(said), "{told}");
        }
        let none = vec![false; 60];
        let told = cox(&Durations { time: &time, lost: &none }, &[&left]);
        assert!(matches!(told, Err(Error::TooFew { what: "losses", found: 0, needed: 2, .. })));
    }
}
