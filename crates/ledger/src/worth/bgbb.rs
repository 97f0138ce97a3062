//! BG/BB (Fader, Hardie & Shang 2010): at each of a known number of occasions a customer buys or not, with a
//! chance of its own (beta: α, β), and leaves before an occasion with another (beta: γ, δ).

use super::special::{digamma, ln_beta};
use crate::error::{Error, enough, same_rows};
use crate::fit::{Fit, Slope, maximise};

const MODEL: &str = "BG/BB";
const NAMES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const FEWEST: usize = 10;

/// Histories over occasions, in columns of equal length and any order.
#[derive(Debug, Clone, Copy)]
pub struct Chances<'a> {
    /// Occasions on which they bought, of those after the first.
    pub bought: &'a [u32],
    /// The last occasion on which they bought, from 1; 0 for none.
    pub last: &'a [u32],
    /// Occasions there were.
    pub occasions: &'a [u32],
    /// Customers with that history.
    pub customers: &'a [f64],
}

/// Parameters α, β of buying, γ, δ of leaving.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BgBb {
    /// First shape of the chance to buy.
    pub alpha: f64,
    /// Second shape of the chance to buy.
    pub beta: f64,
    /// First shape of the chance to leave.
    pub gamma: f64,
    /// Second shape of the chance to leave.
    pub delta: f64,
}

impl Chances<'_> {
    fn checked(&self) -> Result<(), Error> {
        let rows = self.bought.len();
        same_rows("last", rows, self.last.len())?;
        same_rows("occasions", rows, self.occasions.len())?;
        same_rows("customers", rows, self.customers.len())?;
        for row in 0..rows {
            let (bought, last) = (self.bought[row], self.last[row]);
            let problem = if bought > last || last > self.occasions[row] || (bought == 0) != (last == 0) {
                "purchases, last purchase and occasions do not go together"
            } else if !self.customers[row].is_finite() || self.customers[row] < 0.0 {
                "a number of customers is negative"
            } else {
                continue;
            };
            return Err(Error::Unreadable { model: MODEL, row, problem });
        }
        Ok(())
    }
}

impl BgBb {
    /// The model of given parameters, in the order α, β, γ, δ.
    pub const fn of([alpha, beta, gamma, delta]: [f64; 4]) -> Self {
        Self { alpha, beta, gamma, delta }
    }

    /// Fits the model, from two starts.
    ///
    /// Refuses fewer than ten customers with a purchase, no maximum, and a flat one.
    pub fn fit(chances: &Chances<'_>) -> Result<Fit<4>, Error> {
        chances.checked()?;
        let buyers = chances.bought.iter().zip(chances.customers).filter(|(bought, _)| **bought > 0);
        enough(MODEL, "customers with a purchase", FEWEST, buyers.map(|(_, n)| n).sum::<f64>() as usize)?;
        let likelihood = |params: &[f64; 4]| Self::of(*params).slope(chances);
        let starts = [[1.0, 1.0, 0.5, 3.0], [0.5, 2.0, 1.0, 5.0]];
        maximise(MODEL, NAMES, chances.customers.iter().sum(), &starts, &likelihood)
    }

    /// Log-likelihood of the histories.
    pub fn log_likelihood(&self, chances: &Chances<'_>) -> f64 {
        self.slope(chances).log_likelihood
    }

    pub(super) fn slope(&self, chances: &Chances<'_>) -> Slope<4> {
        let (mut log_likelihood, mut gradient) = (0.0, [0.0; 4]);
        for row in 0..chances.bought.len() {
            let weight = chances.customers[row];
            let terms = self.terms(chances.bought[row], chances.last[row], chances.occasions[row]);
            let highest = terms.iter().fold(f64::NEG_INFINITY, |highest, term| highest.max(term.0));
            let sum: f64 = terms.iter().map(|term| (term.0 - highest).exp()).sum();
            log_likelihood += weight * (highest + sum.ln());
            for (level, shapes) in terms {
                let share = weight * (level - highest).exp() / sum;
                for (total, part) in gradient.iter_mut().zip(self.slope_of_term(shapes)) {
                    *total += share * part;
                }
            }
        }
        Slope { log_likelihood, gradient }
    }

    /// The ways a history can have come about, as logarithms with the shapes behind them: still there, or left
    /// after each of the occasions since the last purchase.
    fn terms(&self, bought: u32, last: u32, occasions: u32) -> Vec<(f64, [f64; 4])> {
        let base = ln_beta(self.alpha, self.beta) + ln_beta(self.gamma, self.delta);
        let x = f64::from(bought);
        (last..=occasions)
            .map(|there| {
                let left = f64::from(u8::from(there < occasions));
                let not_bought = f64::from(there) - x;
                let shapes = [
                    self.alpha + x,
                    self.beta + not_bought,
                    self.gamma + left,
                    self.delta + f64::from(there),
                ];
                (ln_beta(shapes[0], shapes[1]) + ln_beta(shapes[2], shapes[3]) - base, shapes)
            })
            .collect()
    }

    fn slope_of_term(&self, [a, b, g, d]: [f64; 4]) -> [f64; 4] {
        let buying = digamma(self.alpha + self.beta) - digamma(a + b);
        let leaving = digamma(self.gamma + self.delta) - digamma(g + d);
        [
            digamma(a) - digamma(self.alpha) + buying,
            digamma(b) - digamma(self.beta) + buying,
            digamma(g) - digamma(self.gamma) + leaving,
            digamma(d) - digamma(self.delta) + leaving,
        ]
    }

    /// Probability (0–1) that a customer is still there for the occasion after the last.
    pub fn alive(&self, bought: u32, last: u32, occasions: u32) -> f64 {
        let x = f64::from(bought);
        let n = f64::from(occasions);
        let base = ln_beta(self.alpha, self.beta) + ln_beta(self.gamma, self.delta);
        let there =
            ln_beta(self.alpha + x, self.beta + n - x) + ln_beta(self.gamma, self.delta + n + 1.0) - base;
        let all: f64 = self.terms(bought, last, occasions).iter().map(|term| (term.0 - there).exp()).sum();
        1.0 / all
    }

    /// Purchases expected on the next `ahead` occasions.
    pub fn expected(&self, bought: u32, last: u32, occasions: u32, ahead: u32) -> f64 {
        let (x, n) = (f64::from(bought), f64::from(occasions));
        let buys = (self.alpha + x) / (self.alpha + self.beta + n);
        let mut there = self.alive(bought, last, occasions);
        let mut sum = 0.0;
        for occasion in 0..ahead {
            sum += there * buys;
            let stays = self.delta + n + 1.0 + f64::from(occasion);
            there *= stays / (self.gamma + stays);
        }
        sum
    }
}
