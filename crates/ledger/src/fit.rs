//! Maximum likelihood over the logarithms of positive parameters: damped Newton steps on analytic gradients
//! from several starts, Nelder–Mead where they fail (Nelder & Mead 1965), and a plain word on how it ended. No
//! penalty is ever added: a fit that does not hold is refused.

use crate::error::Error;
use crate::matrix::{cholesky, eigenvalues, inverse, solve};
use serde::Serialize;

/// Half the squared Newton step, per unit of weight, at which a search has arrived.
const ARRIVED: f64 = 1e-18;
/// The same where rounding lets no step go further.
const ARRIVED_BUT_FOR_ROUNDING: f64 = 1e-15;
/// Share of a height below which differences are rounding.
const ROUNDING: f64 = 1e-12;
/// Largest condition of the Hessian that still tells the parameters apart.
const LARGEST_CONDITION: f64 = 1e8;
/// Logarithms of parameters beyond which a parameter runs away to nothing or without end.
const FARTHEST: f64 = 20.0;
/// The same where no search looks any more.
const OUT_OF_SIGHT: f64 = 30.0;
/// Rise of the log-likelihood, per unit of weight, below which so many Newton steps lead nowhere.
const STALLED: f64 = 1e-9;
const STALL_STEPS: usize = 8;
/// Parameters beyond which two that grow together have no end in sight.
const LARGE: f64 = 1e3;
const NEWTON_STEPS: u32 = 200;
/// The same from a start that lies near the maximum.
const NEAR_STEPS: u32 = 12;
/// Twice the log-likelihood that a refit may leave below its top: a thousandth of a standard error.
const NEAR_ENOUGH: f64 = 1e-6;
const SIMPLEX_STEPS: u32 = 500;
const STEP_OF_DIFFERENCE: f64 = 1e-5;

/// How the maximum was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Newton steps alone.
    Newton,
    /// Newton steps after Nelder–Mead.
    Simplex,
}

/// How a fit ended.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Convergence {
    /// How the maximum was found.
    pub search: Search,
    /// Steps of all searches together.
    pub iterations: u32,
    /// Evaluations of likelihood and gradient.
    pub evaluations: u32,
    /// Largest slope of the log-likelihood by log-parameter, per unit of weight (customer).
    pub gradient_norm: f64,
    /// Largest ÷ smallest eigenvalue of the negative Hessian by log-parameters.
    pub hessian_condition: f64,
}

/// A maximum of a likelihood of `N` positive parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fit<const N: usize> {
    /// The parameters, in the model's order.
    pub params: [f64; N],
    /// Standard errors of the parameters, by the inverse Hessian.
    pub standard_errors: [f64; N],
    /// Log-likelihood of all rows.
    pub log_likelihood: f64,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// A log-likelihood and its slopes by the parameters themselves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slope<const N: usize> {
    pub(crate) log_likelihood: f64,
    pub(crate) gradient: [f64; N],
}

/// A likelihood seen per unit of weight and over log-parameters.
struct Hill<'a, const N: usize> {
    likelihood: &'a dyn Fn(&[f64; N]) -> Slope<N>,
    weight: f64,
    evaluations: std::cell::Cell<u32>,
}

/// A place on the hill. `height` is −∞ where the likelihood has no value.
#[derive(Debug, Clone, Copy)]
struct Place<const N: usize> {
    at: [f64; N],
    height: f64,
    slope: [f64; N],
}

impl<const N: usize> Place<N> {
    /// Higher, or as high but for rounding and flatter.
    fn is_better_than(&self, other: &Self) -> bool {
        let rise = self.height - other.height;
        if rise.abs() > ROUNDING * (1.0 + other.height.abs()) {
            rise > 0.0
        } else {
            self.steepest() < other.steepest()
        }
    }

    fn steepest(&self) -> f64 {
        self.slope.iter().fold(0.0, |steepest: f64, slope| steepest.max(slope.abs()))
    }
}

/// Where a search by Newton steps ended.
struct Climb<const N: usize> {
    place: Place<N>,
    arrived: bool,
    steps: u32,
}

impl<const N: usize> Hill<'_, N> {
    fn look(&self, at: [f64; N]) -> Place<N> {
        if at.iter().any(|log| log.is_nan() || log.abs() > OUT_OF_SIGHT) {
            return Place { at, height: f64::NEG_INFINITY, slope: [0.0; N] };
        }
        self.evaluations.set(self.evaluations.get() + 1);
        let params = at.map(f64::exp);
        let Slope { log_likelihood, gradient } = (self.likelihood)(&params);
        let slope = std::array::from_fn(|i| gradient[i] * params[i] / self.weight);
        let height = log_likelihood / self.weight;
        let sound = height.is_finite() && slope.iter().all(|s: &f64| s.is_finite());
        Place { at, height: if sound { height } else { f64::NEG_INFINITY }, slope }
    }

    /// Negative Hessian from differences of slopes: one-sided on the way, central at the end.
    fn curvature(&self, place: &Place<N>, central: bool) -> Vec<f64> {
        let mut matrix = vec![0.0; N * N];
        for i in 0..N {
            let moved = |by: f64| {
                let mut at = place.at;
                at[i] += by;
                self.look(at).slope
            };
            let ahead = moved(STEP_OF_DIFFERENCE);
            let (behind, width) = if central {
                (moved(-STEP_OF_DIFFERENCE), 2.0 * STEP_OF_DIFFERENCE)
            } else {
                (place.slope, STEP_OF_DIFFERENCE)
            };
            for j in 0..N {
                let entry = (behind[j] - ahead[j]) / width;
                matrix[i * N + j] += entry / 2.0;
                matrix[j * N + i] += entry / 2.0;
            }
        }
        matrix
    }

    fn climb(&self, start: [f64; N], most: u32) -> Climb<N> {
        let mut place = self.look(start);
        let mut damping = 0.0;
        let mut heights = [f64::NEG_INFINITY; STALL_STEPS];
        for steps in 0..most {
            let before = std::mem::replace(&mut heights[steps as usize % STALL_STEPS], place.height);
            if !place.height.is_finite() || place.height - before < STALLED {
                return Climb { place, arrived: false, steps };
            }
            let curvature = self.curvature(&place, false);
            let mut gain = f64::INFINITY;
            if let Ok(lower) = cholesky(&curvature, N, 0.0) {
                let step = solve(&lower, N, &place.slope);
                gain = step.iter().zip(&place.slope).map(|(s, g)| s * g).sum();
                if gain <= 2.0 * ARRIVED {
                    return Climb { place, arrived: true, steps };
                }
            }
            match self.step(&place, &curvature, &mut damping) {
                Some(next) => place = next,
                None => return Climb { place, arrived: gain <= 2.0 * ARRIVED_BUT_FOR_ROUNDING, steps },
            }
        }
        Climb { place, arrived: false, steps: most }
    }

    /// The top near a start, by Newton steps that keep a curvature as long as it serves (Shamanskii 1967), far closer
    /// to it than its standard errors; `None` where they do not close in on one fast.
    fn glide(&self, start: [f64; N]) -> Option<[f64; N]> {
        let mut place = self.look(start);
        for _ in 0..NEAR_STEPS {
            if !place.height.is_finite() {
                return None;
            }
            let lower = cholesky(&self.curvature(&place, false), N, 0.0).ok()?;
            let newton = |place: &Place<N>| {
                let step = solve(&lower, N, &place.slope);
                let gain: f64 = step.iter().zip(&place.slope).map(|(s, g)| s * g).sum();
                (step, gain)
            };
            let (mut step, mut gain) = newton(&place);
            let mut is_new = true;
            loop {
                let at = std::array::from_fn(|i| place.at[i] + step[i]);
                if gain * self.weight <= NEAR_ENOUGH {
                    return Some(at);
                }
                let next = self.look(at);
                let (next_step, next_gain) = newton(&next);
                if !next.height.is_finite() || next_gain > gain / 100.0 {
                    break;
                }
                (place, step, gain, is_new) = (next, next_step, next_gain, false);
            }
            if is_new {
                return None;
            }
        }
        None
    }

    /// A higher place by a Newton step, damped as much as it must be.
    fn step(&self, place: &Place<N>, curvature: &[f64], damping: &mut f64) -> Option<Place<N>> {
        let scale = (0..N).map(|i| curvature[i * N + i].abs()).fold(1e-12, f64::max);
        for _ in 0..40 {
            let mut damped = curvature.to_vec();
            for i in 0..N {
                damped[i * N + i] += *damping * scale;
            }
            if let Ok(lower) = cholesky(&damped, N, 1e-12) {
                let step = solve(&lower, N, &place.slope);
                let longest = step.iter().fold(0.0, |longest: f64, s| longest.max(s.abs()));
                let cut = (2.0 / longest).min(1.0);
                let next = self.look(std::array::from_fn(|i| place.at[i] + cut * step[i]));
                if next.is_better_than(place) {
                    *damping = if *damping < 1e-8 { 0.0 } else { *damping / 10.0 };
                    return Some(next);
                }
            }
            *damping = (*damping * 10.0).max(1e-6);
        }
        None
    }

    /// Nelder–Mead from a place, with the usual coefficients.
    fn simplex(&self, start: [f64; N]) -> (Place<N>, u32) {
        let mut corners: Vec<Place<N>> = vec![self.look(start)];
        for i in 0..N {
            let mut at = start;
            at[i] += 0.5;
            corners.push(self.look(at));
        }
        for steps in 0..SIMPLEX_STEPS {
            corners.sort_by(|a, b| b.height.total_cmp(&a.height));
            if corners[0].height - corners[N].height <= 1e-13 * (1.0 + corners[0].height.abs()) {
                return (corners[0], steps);
            }
            self.fold_over(&mut corners);
        }
        corners.sort_by(|a, b| b.height.total_cmp(&a.height));
        (corners[0], SIMPLEX_STEPS)
    }

    /// One move of the simplex, its corners from best to worst.
    fn fold_over(&self, corners: &mut [Place<N>]) {
        let centre: [f64; N] =
            std::array::from_fn(|i| corners[..N].iter().map(|c| c.at[i]).sum::<f64>() / N as f64);
        let worst = corners[N];
        let beyond = |by: f64| self.look(std::array::from_fn(|i| centre[i] + by * (centre[i] - worst.at[i])));
        let reflected = beyond(1.0);
        if reflected.height > corners[0].height {
            let expanded = beyond(2.0);
            corners[N] = if expanded.height > reflected.height { expanded } else { reflected };
        } else if reflected.height > corners[N - 1].height {
            corners[N] = reflected;
        } else {
            let contracted = beyond(if reflected.height > worst.height { 0.5 } else { -0.5 });
            if contracted.height > worst.height {
                corners[N] = contracted;
            } else {
                let best = corners[0].at;
                for corner in &mut corners[1..] {
                    *corner = self.look(std::array::from_fn(|i| f64::midpoint(corner.at[i], best[i])));
                }
            }
        }
    }
}

/// The highest maximum reached from the starts. `names` are the parameters', for messages; `weight` is the
/// number of customers behind the likelihood.
pub(crate) fn maximise<const N: usize>(
    model: &'static str,
    names: [&str; N],
    weight: f64,
    starts: &[[f64; N]],
    likelihood: &dyn Fn(&[f64; N]) -> Slope<N>,
) -> Result<Fit<N>, Error> {
    let hill = Hill { likelihood, weight, evaluations: std::cell::Cell::new(0) };
    let (mut search, mut iterations) = (Search::Newton, 0);
    let mut best: Option<Climb<N>> = None;
    for start in starts {
        let climb = hill.climb(start.map(f64::ln), NEWTON_STEPS);
        iterations += climb.steps;
        let key = |climb: &Climb<N>| (climb.arrived, climb.place.height);
        if best.as_ref().is_none_or(|best| key(&climb) > key(best)) {
            best = Some(climb);
        }
    }
    let Some(mut best) = best else {
        return Err(Error::NoConvergence { model, detail: "no start was given".to_owned() });
    };
    if !best.arrived && run_away_together(names, best.place.at.map(f64::exp)).is_none() {
        let (place, steps) = hill.simplex(best.place.at);
        let climb = hill.climb(place.at, NEWTON_STEPS);
        (search, iterations) = (Search::Simplex, iterations + steps + climb.steps);
        best = climb;
    }
    let convergence = Convergence {
        search,
        iterations,
        evaluations: hill.evaluations.get(),
        gradient_norm: best.place.steepest(),
        hessian_condition: f64::INFINITY,
    };
    judge(model, names, &hill, &best, convergence)
}

/// The parameters of the maximum near a start: for refits of resampled data, many of which may have none.
pub(crate) fn maximise_near<const N: usize>(
    model: &'static str,
    weight: f64,
    start: [f64; N],
    likelihood: &dyn Fn(&[f64; N]) -> Slope<N>,
) -> Result<[f64; N], Error> {
    let hill = Hill { likelihood, weight, evaluations: std::cell::Cell::new(0) };
    let start = start.map(f64::ln);
    let climbed =
        || Some(hill.climb(start, NEAR_STEPS)).filter(|climb| climb.arrived).map(|climb| climb.place.at);
    let top = hill.glide(start).or_else(climbed).filter(|at| at.iter().all(|log| log.abs() <= FARTHEST));
    top.map(|at| at.map(f64::exp)).ok_or_else(|| {
        let detail = format!("no maximum near {start:?}, in logarithms");
        Error::NoConvergence { model, detail }
    })
}

/// Refuses what is no maximum; otherwise tells it with its standard errors.
fn judge<const N: usize>(
    model: &'static str,
    names: [&str; N],
    hill: &Hill<'_, N>,
    best: &Climb<N>,
    mut convergence: Convergence,
) -> Result<Fit<N>, Error> {
    let params = best.place.at.map(f64::exp);
    if let Some(i) = (0..N).find(|i| best.place.at[*i].abs() > FARTHEST) {
        let detail = format!("`{}` runs away to {:.1e}", names[i], params[i]);
        return Err(Error::NoConvergence { model, detail });
    }
    if !best.arrived {
        if let Some(detail) = run_away_together(names, params) {
            return Err(Error::NoConvergence { model, detail });
        }
        let Convergence { iterations, gradient_norm, .. } = convergence;
        let at = list(names, params);
        let detail =
            format!("after {iterations} steps, at {at}, the slope is still {gradient_norm:.1e} a customer");
        return Err(Error::NoConvergence { model, detail });
    }
    let curvature = hill.curvature(&best.place, true);
    let values = eigenvalues(&curvature, N);
    convergence.hessian_condition = values[N - 1] / values[0].max(0.0);
    convergence.evaluations = hill.evaluations.get();
    let condition = convergence.hessian_condition;
    let factor = cholesky(&curvature, N, 0.0).ok().filter(|_| condition <= LARGEST_CONDITION);
    let Some(lower) = factor else {
        let at = list(names, params);
        let detail = format!("at {at} the condition of the Hessian is {condition:.1e}");
        return Err(Error::Singular { model, detail });
    };
    let variances = inverse(&lower, N);
    let standard_errors = std::array::from_fn(|i| params[i] * (variances[i * N + i] / hill.weight).sqrt());
    let log_likelihood = best.place.height * hill.weight;
    Ok(Fit { params, standard_errors, log_likelihood, convergence })
}

/// Two shapes that grow together: their ratio is all the data tell.
fn run_away_together<const N: usize>(names: [&str; N], params: [f64; N]) -> Option<String> {
    let grown: Vec<&str> =
        names.iter().zip(params).filter(|(_, value)| *value > LARGE).map(|(name, _)| *name).collect();
    let [one, other] = grown[..] else { return None };
    Some(format!(
        "`{one}` and `{other}` grow together without end: here nobody differs from anybody in what the two describe"
    ))
}

fn list<const N: usize>(names: [&str; N], params: [f64; N]) -> String {
    let told: Vec<String> =
        names.iter().zip(params).map(|(name, value)| format!("{name} {value:.3e}")).collect();
    told.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A hill with its top at (2, 5), in log-parameters a paraboloid.
    fn dome(params: &[f64; 2]) -> Slope<2> {
        let [u, v] = [(params[0] / 2.0).ln(), (params[1] / 5.0).ln()];
        let gradient = [-(2.0 * u + v) / params[0], -(2.0 * v + u) / params[1]];
        Slope { log_likelihood: -(u * u + u * v + v * v), gradient }
    }

    #[test]
    fn the_top_is_found_with_its_errors() {
        let fit = maximise("dome", ["u", "v"], 1.0, &[[1.0, 1.0], [100.0, 0.01]], &dome).expect("a top");
        assert!((fit.params[0] - 2.0).abs() < 1e-8 && (fit.params[1] - 5.0).abs() < 1e-8, "{fit:?}");
        assert!((fit.convergence.hessian_condition - 3.0).abs() < 1e-6);
        let expected = 2.0 * (2.0f64 / 3.0).sqrt();
        assert!((fit.standard_errors[0] - expected).abs() < 1e-6, "{fit:?}");
        assert_eq!(fit.convergence.search, Search::Newton);
    }

    #[test]
    fn a_near_start_leads_to_the_same_top_and_none_is_told_at_once() {
        let top = maximise_near("dome", 1e6, [2.5, 4.0], &dome).expect("a top");
        assert!((top[0] - 2.0).abs() < 1e-8 && (top[1] - 5.0).abs() < 1e-8, "{top:?}");
        let slope = |params: &[f64; 1]| Slope {
            log_likelihood: -1.0 / params[0],
            gradient: [1.0 / (params[0] * params[0])],
        };
        assert!(maximise_near("slope", 1.0, [1.0], &slope).is_err());
    }

    #[test]
    fn nelder_mead_climbs_where_newton_has_no_start() {
        let broken = |params: &[f64; 2]| {
            let far = params[0] > 50.0 || params[1] > 50.0;
            if far { Slope { log_likelihood: f64::NAN, gradient: [0.0; 2] } } else { dome(params) }
        };
        let hill = Hill { likelihood: &broken, weight: 1.0, evaluations: std::cell::Cell::new(0) };
        let (place, steps) = hill.simplex([3.9, 3.9]);
        assert!(steps > 5 && place.height > -1e-10, "{place:?}");
    }

    #[test]
    fn a_ridge_and_a_runaway_are_refused_by_name() {
        let ridge = |params: &[f64; 2]| {
            let u = (params[0] * params[1]).ln();
            Slope { log_likelihood: -u * u, gradient: params.map(|p| -2.0 * u / p) }
        };
        let said = maximise("ridge", ["u", "v"], 1.0, &[[1.5, 1.0]], &ridge).expect_err("no single top");
        assert!(!matches!(said, Error::TooFew { .. }), "{said}");
        let slope = |params: &[f64; 1]| Slope {
            log_likelihood: -1.0 / params[0],
            gradient: [1.0 / (params[0] * params[0])],
        };
        let said = maximise("slope", ["u"], 1.0, &[[1.0]], &slope).expect_err("no top");
        assert!(matches!(said, Error::NoConvergence { .. } | Error::Singular { .. }), "{said}");
    }
}
