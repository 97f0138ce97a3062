//! How far the figures of the purchase models are known: refits on resampled customers (Poisson bootstrap of
//! distinct rows). Large bases are refitted on a sample, with what its parameters stray drawn in by the root of its
//! share (m out of n: Bickel, Götze & van Zwet 1997).

use super::equity::{Interval, Kind, Resampling};
use super::gamma_gamma::{GammaGamma, SpendRows};
use super::outlook::Outlook;
use super::rows::HistoryRows;
use crate::fit::Fit;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Poisson};

/// Share of draws that may fail before an interval is withheld.
const DRAWS_THAT_MAY_FAIL: f64 = 0.1;
/// Distinct rows beyond which a sample of them is refitted.
const ROWS_REFITTED: usize = 1_500;

/// What spend was fitted to. `mean_sum` is by row of the histories.
pub(super) struct Money<'a> {
    pub(super) rows: SpendRows,
    pub(super) fit: &'a Fit<3>,
    pub(super) mean_sum: &'a [f64],
}

/// What is drawn from: rows of histories with the sum of their customers' means, and a spend model for each draw.
pub(super) struct Draws {
    resampling: Resampling,
    outlook: Outlook,
    rows: HistoryRows,
    /// Share of all customers that the rows stand for.
    share: f64,
    /// `None` where spend was refused: then only who still buys is told.
    spend: Option<SpendDraws>,
}

struct SpendDraws {
    /// By row.
    mean_sum: Vec<f64>,
    fitted: GammaGamma,
    /// A spend model for each draw; `None` where its refit failed.
    draws: Vec<Option<GammaGamma>>,
}

impl Draws {
    /// Draws of a base with what it spends.
    pub(super) fn new(
        rows: &HistoryRows,
        money: Option<&Money<'_>>,
        outlook: Outlook,
        resampling: Resampling,
    ) -> Self {
        let step = rows.distinct().div_ceil(ROWS_REFITTED).max(1);
        let sample = rows.thinned(ROWS_REFITTED);
        let spend = money.map(|money| SpendDraws {
            mean_sum: money.mean_sum.iter().step_by(step).copied().collect(),
            fitted: GammaGamma::of(money.fit.params),
            draws: spend_draws(&money.rows, money.fit, resampling),
        });
        Self { resampling, outlook, share: sample.total_weight() / rows.total_weight(), rows: sample, spend }
    }

    /// Intervals of customers still buying and of equity, whose figures are `sums`, each with the draws that failed.
    pub(super) fn intervals(
        &self,
        kind: Kind,
        fit: &Fit<4>,
        sums: (f64, f64),
    ) -> [(Option<Interval>, u32); 2] {
        let draws = self.draws(kind, fit, sums);
        let failed = self.resampling.draws - draws.len() as u32;
        let told = |of: fn(&(f64, f64)) -> f64| {
            (interval(draws.iter().map(of).collect(), failed, self.resampling.level_share), failed)
        };
        [told(|draw| draw.0), told(|draw| draw.1)]
    }

    /// Both sums under parameters fitted to resampled histories. Spend is resampled apart, as the models take spend
    /// and frequency to be independent.
    fn draws(&self, kind: Kind, fit: &Fit<4>, sums: (f64, f64)) -> Vec<(f64, f64)> {
        let whole = self.share >= 1.0;
        let of_sample = || kind.refit(&self.rows, fit.params).ok();
        let near = if whole { Some(fit.params) } else { of_sample() };
        let Some(near) = near.filter(|_| self.resampling.draws > 0) else { return Vec::new() };
        let fitted = self.spend.as_ref().map(|spend| &spend.fitted);
        let here = if whole { sums } else { self.sums(kind, fit.params, fitted) };
        let scaled = |sum: f64, told: f64, here: f64| if here > 0.0 { sum * told / here } else { sum };
        let one = |draw: u32| {
            let spend = match &self.spend {
                None => None,
                Some(spend) => Some(spend.draws[draw as usize].as_ref()?),
            };
            let weights = resampled(&self.rows.weight, self.resampling.seed, 2 * u64::from(draw));
            let refit = kind.refit(&self.rows.weighted(weights), near).ok()?;
            if whole {
                return Some(self.sums(kind, refit, spend));
            }
            let told = self.sums(kind, strayed(fit.params, near, refit, self.share), spend);
            Some((scaled(sums.0, told.0, here.0), scaled(sums.1, told.1, here.1)))
        };
        self.resampling.each(one).into_iter().flatten().collect()
    }

    /// Sums of P(alive) and of residual value over the rows; without spend the second is 0.
    fn sums(&self, kind: Kind, params: [f64; 4], spend: Option<&GammaGamma>) -> (f64, f64) {
        let (alive, residual) = kind.told(params, &self.rows, &self.outlook);
        let money = self.spend.as_ref().zip(spend);
        let mut sums = (0.0, 0.0);
        for (row, repeats, ..) in self.rows.each() {
            let weight = self.rows.weight[row];
            sums.0 += weight * alive[row];
            if let Some((drawn, spend)) = money {
                let value = spend.expected_sum(repeats, weight, drawn.mean_sum[row]);
                sums.1 += alive[row] * residual[row] * value;
            }
        }
        sums
    }
}

/// Spend models of resampled customers.
fn spend_draws(rows: &SpendRows, fit: &Fit<3>, resampling: Resampling) -> Vec<Option<GammaGamma>> {
    let sample = rows.thinned(ROWS_REFITTED);
    let share = sample.weights().len() as f64 / rows.weights().len().max(1) as f64;
    let whole = share >= 1.0;
    let near = if whole { Some(fit.params) } else { GammaGamma::refit(&sample, fit.params).ok() };
    let one = |draw: u32| {
        let near = near?;
        let weights = resampled(sample.weights(), resampling.seed, 2 * u64::from(draw) + 1);
        let refit = GammaGamma::refit(&sample.weighted(weights), near).ok()?;
        let params = if whole { refit } else { strayed(fit.params, near, refit, share) };
        (params[1] > 1.0).then(|| GammaGamma::of(params))
    };
    resampling.each(one)
}

impl Resampling {
    /// What every draw gives, in their order; each thread takes every so-manieth.
    pub(super) fn each<T: Send>(&self, one: impl Fn(u32) -> T + Sync) -> Vec<T> {
        let threads = self.threads.clamp(1, self.draws.max(1) as usize);
        let of_thread =
            |first: usize| (first as u32..self.draws).step_by(threads).map(&one).collect::<Vec<T>>();
        let mut parts: Vec<_> = std::thread::scope(|scope| {
            let others: Vec<_> = (1..threads).map(|first| scope.spawn(move || of_thread(first))).collect();
            let own = of_thread(0);
            std::iter::once(own).chain(others.into_iter().map(joined)).map(Vec::into_iter).collect()
        });
        (0..self.draws as usize).filter_map(|draw| parts[draw % threads].next()).collect()
    }
}

fn joined<T>(thread: std::thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Parameters that lie from `fit` as those of a resampled sample lie from the sample's own, by as much less as the
/// sample is smaller than the whole.
fn strayed<const N: usize>(fit: [f64; N], near: [f64; N], refit: [f64; N], share: f64) -> [f64; N] {
    std::array::from_fn(|i| fit[i] * (share.sqrt() * (refit[i] / near[i]).ln()).exp())
}

/// Every weight drawn anew from a Poisson distribution around it.
pub(super) fn resampled(weights: &[f64], seed: u64, stream: u64) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(stream);
    weights
        .iter()
        .map(|weight| Poisson::new(*weight).map_or(0.0, |poisson| poisson.sample(&mut random)))
        .collect()
}

pub(super) fn interval(mut draws: Vec<f64>, failed: u32, level_share: f64) -> Option<Interval> {
    let asked = draws.len() as f64 + f64::from(failed);
    if draws.is_empty() || f64::from(failed) > DRAWS_THAT_MAY_FAIL * asked {
        return None;
    }
    draws.sort_by(f64::total_cmp);
    let last = (draws.len() - 1) as f64;
    let at = |share: f64| {
        let place = share * last;
        let (below, above) = (draws[place.floor() as usize], draws[place.ceil() as usize]);
        below + (place - place.floor()) * (above - below)
    };
    let tail = (1.0 - level_share) / 2.0;
    Some(Interval { low: at(tail), high: at(1.0 - tail) })
}
