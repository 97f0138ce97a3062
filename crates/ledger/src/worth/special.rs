//! Functions the models share, written so that nothing cancels or overflows.

pub(crate) use statrs::function::gamma::{digamma, ln_gamma};

/// Logarithm of the Beta function.
pub(super) fn ln_beta(a: f64, b: f64) -> f64 {
    ln_gamma(a) + ln_gamma(b) - ln_gamma(a + b)
}

/// ln(1 + eˣ).
#[inline]
pub(super) fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + (-x).exp().ln_1p() } else { x.exp().ln_1p() }
}

/// (1 − e⁻ᶻ) ÷ z, also around and at 0.
pub(super) fn decay(z: f64) -> f64 {
    if z == 0.0 { 1.0 } else { -(-z).exp_m1() / z }
}

/// Nodes on (0, 1) and weights of Gauss–Legendre with four points.
pub(super) const FOUR: [(f64, f64); 4] = [
    (0.069_431_844_202_973_7, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_9, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];

/// Nodes on (0, 1) and weights of Gauss–Legendre with eight points.
pub(super) const EIGHT: [(f64, f64); 8] = [
    (0.019_855_071_751_231_9, 0.050_614_268_145_188_1),
    (0.101_666_761_293_186_6, 0.111_190_517_226_687_24),
    (0.237_233_795_041_835_5, 0.156_853_322_938_943_64),
    (0.408_282_678_752_175_1, 0.181_341_891_689_181),
    (0.591_717_321_247_825, 0.181_341_891_689_181),
    (0.762_766_204_958_164_5, 0.156_853_322_938_943_64),
    (0.898_333_238_706_813_4, 0.111_190_517_226_687_24),
    (0.980_144_928_248_768_1, 0.050_614_268_145_188_1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadratures_are_exact_on_polynomials_of_their_degree() {
        for power in 0..16 {
            let exact = 1.0 / f64::from(power + 1);
            let of = |nodes: &[(f64, f64)]| nodes.iter().map(|(x, w)| w * x.powi(power)).sum::<f64>();
            assert!((of(&EIGHT) - exact).abs() < 1e-15, "{power}");
            assert!(power > 7 || (of(&FOUR) - exact).abs() < 1e-15, "{power}");
        }
    }

    #[test]
    fn soft_functions_hold_at_their_limits() {
        assert!((softplus(800.0) - 800.0).abs() < 1e-12 && softplus(-800.0) == 0.0);
        assert!((softplus(0.0) - 2.0f64.ln()).abs() < 1e-15);
        assert!((decay(1e-9) - 1.0).abs() < 1e-9 && (decay(-1.0) - 1.0f64.exp_m1()).abs() < 1e-15);
        assert!((ln_beta(2.0, 3.0) - (1.0f64 / 12.0).ln()).abs() < 1e-14);
    }
}
