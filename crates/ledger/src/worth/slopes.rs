//! Tests: every analytic gradient against finite differences of its own likelihood, the likelihoods against
//! slow integrals.

use super::bgbb::{BgBb, Chances};
use super::bgnbd::BgNbd;
use super::gamma_gamma::{GammaGamma, Spend};
use super::pareto::ParetoNbd;
use super::rows::{Histories, HistoryRows};
use super::sbg::{Renewals, Sbg};
use crate::fit::Slope;

/// Ties of last purchase and age, one-time and heavy buyers, ages 0.
fn rows() -> HistoryRows {
    let histories = Histories {
        repeats: &[0, 0, 1, 1, 2, 3, 3, 7, 40, 350, 5000],
        last_days: &[0, 0, 10, 90, 30, 90, 5, 88, 270, 269, 300],
        age_days: &[0, 272, 272, 90, 91, 90, 200, 273, 271, 272, 365],
    };
    HistoryRows::new(&histories, 7.0).expect("sound")
}

#[track_caller]
fn agree<const N: usize>(at: [f64; N], of: impl Fn([f64; N]) -> Slope<N>) {
    let told = of(at).gradient;
    for i in 0..N {
        let width = 1e-5 * at[i];
        let moved = |by: f64| {
            let mut at = at;
            at[i] += by;
            of(at).log_likelihood
        };
        let slow = (8.0 * (moved(width) - moved(-width)) - moved(2.0 * width) + moved(-2.0 * width))
            / (12.0 * width);
        let scale = 1.0 + slow.abs().max(of(at).log_likelihood.abs() * 1e-4 / at[i]);
        assert!((told[i] - slow).abs() < 1e-5 * scale, "{i} at {at:?}: {} is not {slow}", told[i]);
    }
}

#[test]
fn gradients_are_the_slopes_of_their_likelihoods() {
    let rows = rows();
    for at in [[0.24, 4.4, 0.79, 2.4], [3.0, 0.5, 1.0, 0.2], [0.05, 60.0, 8.0, 0.9]] {
        agree(at, |at| BgNbd::of(at).slope(&rows));
    }
    for at in [[0.55, 10.6, 0.6, 11.7], [2.0, 3.0, 1.0, 40.0], [0.3, 50.0, 2.5, 0.3], [1.0, 5.0, 0.02, 5.0]] {
        agree(at, |at| ParetoNbd::of(at).slope(&rows));
    }
    let spend = Spend { repeats: &[1, 2, 2, 9, 0, 400], mean_minor: &[10.0, 22.0, 0.5, 40.0, 9.0, 31.0] };
    let spend = spend.rows().expect("sound");
    for at in [[6.0, 3.7, 15.0], [0.7, 1.1, 90.0]] {
        agree(at, |at| GammaGamma::of(at).slope(&spend));
    }
    let renewals = Renewals::from_survivors(&[1000, 600, 400, 300]);
    for at in [[0.7, 3.8], [5.0, 0.2]] {
        agree(at, |at| Sbg::of(at).slope(&renewals));
    }
    let chances = Chances {
        bought: &[0, 1, 3, 6],
        last: &[0, 4, 3, 6],
        occasions: &[6; 4],
        customers: &[50.0, 9.0, 4.0, 20.0],
    };
    for at in [[1.2, 0.7, 0.6, 2.8], [0.3, 4.0, 2.0, 0.5]] {
        agree(at, |at| BgBb::of(at).slope(&chances));
    }
}

/// The likelihood of a Pareto/NBD history with the integral over the time of leaving by a million slices.
fn slow_pareto([r, alpha, s, beta]: [f64; 4], x: f64, last: f64, age: f64) -> (f64, f64) {
    use super::special::ln_gamma;
    let at = |y: f64| -(r + x) * (alpha + y).ln() - s * (beta + y).ln();
    let slices = 1_000_000;
    let width = (age - last) / f64::from(slices);
    let left: f64 = (0..slices)
        .map(|i| {
            let y = last + (f64::from(i) + 0.5) * width;
            (at(y) - at(last)).exp() * s / (beta + y) * width
        })
        .sum();
    let stays = (at(age) - at(last)).exp();
    let constant = ln_gamma(r + x) - ln_gamma(r) + r * alpha.ln() + s * beta.ln();
    (constant + at(last) + (stays + left).ln(), stays / (stays + left))
}

#[test]
fn pareto_agrees_with_a_slow_integral_for_all_sides_of_its_parameters() {
    for params in
        [[0.55, 10.6, 0.6, 11.7], [0.5, 30.0, 1.0, 2.0], [2.0, 2.0, 3.0, 80.0], [1.0, 5.0, 0.5, 5.0]]
    {
        for (x, last, age) in [(0, 0, 272), (2, 100, 272), (4, 272, 272), (30, 260, 272), (3, 271, 272)] {
            let histories = Histories { repeats: &[x], last_days: &[last], age_days: &[age] };
            let rows = HistoryRows::new(&histories, 7.0).expect("sound");
            let model = ParetoNbd::of(params);
            let (last, age) = (f64::from(last) / 7.0, f64::from(age) / 7.0);
            let (level, alive) = slow_pareto(params, f64::from(x), last, age);
            let told = model.log_likelihood(&rows);
            assert!((told - level).abs() < 1e-8 * level.abs(), "{params:?} {x} {last} {age}: {told} {level}");
            for told in [model.alive(x, last, age), model.alive_of(&rows)[0]] {
                assert!((told - alive).abs() < 1e-8, "{params:?} {x} {last} {age}: {told} {alive}");
            }
        }
    }
}
