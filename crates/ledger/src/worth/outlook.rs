//! Purchases still to come, discounted to the cut-off.

use super::special::EIGHT;

const PANELS: usize = 4;
const DAYS_PER_YEAR: f64 = 365.0;

/// How far ahead value is counted and how future money is discounted: continuously, at a rate that takes
/// `annual_discount` off over a year, up to a horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outlook {
    /// Days from the cut-off to the end of what is counted.
    pub horizon_days: f64,
    /// Discount rate a year as a share, at least 0 (0.1: ten percent).
    pub annual_discount: f64,
}

impl Outlook {
    /// ∫ e⁻ᵖᵗ dE(t) over the horizon, for expected purchases E(t) that rise on a scale of about `scale` units.
    /// By parts: e⁻ᵖᴴ E(H) + ρ ∫ e⁻ᵖᵗ E(t) dt, by Gauss–Legendre in ln(1 + t ÷ scale).
    pub(super) fn discounted(&self, days_per_unit: f64, scale: f64, expected: impl Fn(f64) -> f64) -> f64 {
        let horizon = self.horizon_days / days_per_unit;
        let rate = self.annual_discount.ln_1p() * days_per_unit / DAYS_PER_YEAR;
        let undiscounted = expected(horizon);
        if rate == 0.0 {
            return undiscounted;
        }
        let width = (horizon / scale).ln_1p() / PANELS as f64;
        let mut sum = 0.0;
        for panel in 0..PANELS {
            for (node, weight) in EIGHT {
                let grown = (width * (panel as f64 + node)).exp();
                let at = scale * (grown - 1.0);
                sum += weight * width * scale * grown * (-rate * at).exp() * expected(at);
            }
        }
        (-rate * horizon).exp() * undiscounted + rate * sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn discounting_agrees_with_thin_slices_and_no_rate_discounts_nothing() {
        let outlook = Outlook { horizon_days: 1825.0, annual_discount: 0.15 };
        for scale in [0.5, 30.0, 500.0] {
            let expected = |t: f64| (t / scale).ln_1p();
            let rate = 1.15f64.ln() * 7.0 / 365.0;
            let (slices, horizon) = (400_000, 1825.0 / 7.0);
            let slow: f64 = (0..slices)
                .map(|i| {
                    let (from, to) = (f64::from(i) * horizon / 4e5, f64::from(i + 1) * horizon / 4e5);
                    (-rate * f64::midpoint(from, to)).exp() * (expected(to) - expected(from))
                })
                .sum();
            let told = outlook.discounted(7.0, scale, expected);
            assert!((told / slow - 1.0).abs() < 1e-8, "{told} {slow}");
        }
        let plain = Outlook { annual_discount: 0.0, ..outlook };
        assert!((plain.discounted(7.0, 1.0, |t| t) - 1825.0 / 7.0).abs() < 1e-12);
    }
}
