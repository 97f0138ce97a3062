//! Shifted-beta-geometric (Fader & Hardie 2007): contracts are renewed or not at the end of each period, each
//! customer with a chance to leave of its own (beta: α, β); so retention rises with age though nobody changes.

use super::special::{digamma, ln_beta};
use crate::error::{Error, enough, same_rows};
use crate::fit::{Fit, Slope, maximise, maximise_near};

const MODEL: &str = "sBG";
const NAMES: [&str; 2] = ["alpha", "beta"];
const FEWEST_LOST: usize = 5;

/// Contracts by how long they lasted, in columns of equal length and any order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Renewals {
    /// The period, from 1, in which they were lost; or, if they still run, the periods they have come through.
    pub periods: Vec<u32>,
    /// Whether they were lost in that period.
    pub lost: Vec<bool>,
    /// How many such contracts.
    pub contracts: Vec<f64>,
}

/// Parameters α, β of the chance to leave at a renewal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sbg {
    /// First shape.
    pub alpha: f64,
    /// Second shape.
    pub beta: f64,
}

impl Renewals {
    /// Of one cohort, from the number still there after 0, 1, 2 … periods.
    pub fn from_survivors(survivors: &[u32]) -> Self {
        let mut renewals = Self::default();
        for (period, pair) in (1..).zip(survivors.windows(2)) {
            renewals.push(period, true, f64::from(pair[0]) - f64::from(pair[1]));
        }
        if let Some(left) = survivors.last() {
            renewals.push(survivors.len() as u32 - 1, false, f64::from(*left));
        }
        renewals
    }

    /// Adds contracts.
    pub fn push(&mut self, periods: u32, lost: bool, contracts: f64) {
        self.periods.push(periods);
        self.lost.push(lost);
        self.contracts.push(contracts);
    }

    fn checked(&self) -> Result<(), Error> {
        same_rows("lost", self.periods.len(), self.lost.len())?;
        same_rows("contracts", self.periods.len(), self.contracts.len())?;
        for row in 0..self.periods.len() {
            let problem = if !self.contracts[row].is_finite() || self.contracts[row] < 0.0 {
                "a number of contracts is negative; survivors may never rise"
            } else if self.lost[row] && self.periods[row] == 0 {
                "a contract was lost in period 0; count periods from 1"
            } else {
                continue;
            };
            return Err(Error::Unreadable { model: MODEL, row, problem });
        }
        Ok(())
    }
}

impl Sbg {
    /// The model of given parameters, in the order α, β.
    pub const fn of([alpha, beta]: [f64; 2]) -> Self {
        Self { alpha, beta }
    }

    /// Fits the model, from two starts.
    ///
    /// Refuses fewer than five lost contracts, histories of a single period (any α ÷ β fits one), no maximum,
    /// and a flat one.
    pub fn fit(renewals: &Renewals) -> Result<Fit<2>, Error> {
        renewals.checked()?;
        let counted = |row: &usize| renewals.contracts[*row] > 0.0;
        let rows = || (0..renewals.periods.len()).filter(counted);
        let lost: f64 = rows().filter(|row| renewals.lost[*row]).map(|row| renewals.contracts[row]).sum();
        enough(MODEL, "lost contracts", FEWEST_LOST, lost as usize)?;
        let longest = rows().map(|row| renewals.periods[row]).max().unwrap_or(0);
        enough(MODEL, "periods of history", 2, longest as usize)?;
        let likelihood = |params: &[f64; 2]| Self::of(*params).slope(renewals);
        let weight = renewals.contracts.iter().sum();
        maximise(MODEL, NAMES, weight, &[[1.0, 3.0], [0.3, 0.5]], &likelihood)
    }

    /// The fit of resampled contracts, from that of all.
    pub(super) fn refit(renewals: &Renewals, near: [f64; 2]) -> Result<[f64; 2], Error> {
        let likelihood = |params: &[f64; 2]| Self::of(*params).slope(renewals);
        maximise_near(MODEL, renewals.contracts.iter().sum(), near, &likelihood)
    }

    /// Log-likelihood of the contracts.
    pub fn log_likelihood(&self, renewals: &Renewals) -> f64 {
        self.slope(renewals).log_likelihood
    }

    pub(super) fn slope(&self, renewals: &Renewals) -> Slope<2> {
        let Self { alpha, beta } = *self;
        let (mut log_likelihood, mut gradient) = (0.0, [0.0; 2]);
        for row in 0..renewals.periods.len() {
            let lost = f64::from(u8::from(renewals.lost[row]));
            let (left, stayed) = (alpha + lost, beta + f64::from(renewals.periods[row]) - lost);
            let weight = renewals.contracts[row];
            log_likelihood += weight * (ln_beta(left, stayed) - ln_beta(alpha, beta));
            let both = digamma(alpha + beta) - digamma(left + stayed);
            gradient[0] += weight * (digamma(left) - digamma(alpha) + both);
            gradient[1] += weight * (digamma(stayed) - digamma(beta) + both);
        }
        Slope { log_likelihood, gradient }
    }

    /// Share of a cohort still there after so many periods.
    pub fn survival(&self, periods: u32) -> f64 {
        (ln_beta(self.alpha, self.beta + f64::from(periods)) - ln_beta(self.alpha, self.beta)).exp()
    }

    /// Share of those who came through `periods` that come through the next as well.
    pub fn retention(&self, periods: u32) -> f64 {
        let stayed = self.beta + f64::from(periods);
        stayed / (self.alpha + stayed)
    }

    /// Expected periods still to be paid by a contract that has come through `periods`: over the next
    /// `horizon` renewals, the first due now and undiscounted, each later one by `discount` a period.
    pub fn residual_periods(&self, periods: u32, horizon: u32, discount: f64) -> f64 {
        let (mut there, mut worth, mut sum) = (1.0, 1.0, 0.0);
        for ahead in 0..horizon {
            there *= self.retention(periods + ahead);
            sum += there * worth;
            worth /= 1.0 + discount;
        }
        sum
    }
}
