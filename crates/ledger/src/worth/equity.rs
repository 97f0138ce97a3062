//! Customer equity: discounted purchases to come × their expected value, summed over the base, under both
//! purchase models, with intervals by refitting on resampled histories (Poisson bootstrap of distinct rows).

use super::bgnbd::BgNbd;
use super::draws::{Draws, Money};
use super::gamma_gamma::{GammaGamma, Spend};
use super::outlook::Outlook;
use super::pareto::ParetoNbd;
use super::rows::HistoryRows;
use crate::error::{Error, same_rows};
use crate::fit::Fit;

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampling {
    /// Refits; 0 for no intervals.
    pub draws: u32,
    /// Seed: equal seeds give equal intervals.
    pub seed: u64,
    /// Share of draws within the interval (0.95).
    pub level_share: f64,
    /// Threads that draw; the intervals do not depend on it.
    pub threads: usize,
}

/// What lies within a share of the draws. It tells how far the parameters are known, for the base as it is;
/// not how single customers will fare.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The base under one purchase model. Columns are one row per customer, in the order of the histories.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelWorth {
    /// The purchase model's fit: r, α, a, b or r, α, s, β.
    pub fit: Fit<4>,
    /// Probability that the customer still buys (0–1).
    pub alive: Vec<f64>,
    /// Customers whose probability is 1 only because the model knows no leaving before a second purchase.
    pub assumed_alive: usize,
    /// Discounted purchases to come.
    pub purchases: Vec<f64>,
    /// Their value: residual value of the customer, minor units; `None` where spend was refused.
    pub residual_minor: Option<Vec<f64>>,
    /// Sum of `alive`: customers, and its interval.
    pub alive_sum: f64,
    /// Interval of `alive_sum`.
    pub alive_interval: Option<Interval>,
    /// Sum of `residual_minor`: customer equity.
    pub equity_minor: Option<f64>,
    /// Interval of `equity_minor`; `None` without draws or where more than a tenth of the refits failed.
    pub equity_interval: Option<Interval>,
    /// Refits that failed.
    pub failed_draws: u32,
}

/// How far the two purchase models lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Smaller and larger number of customers that still buy.
    pub alive: Interval,
    /// Smaller and larger customer equity, minor units; `None` where spend was refused.
    pub equity_minor: Option<Interval>,
    /// (larger − smaller) ÷ mean of the equities.
    pub equity_share: Option<f64>,
    /// Log-likelihood of BG/NBD − that of Pareto/NBD.
    pub log_likelihood_ahead: f64,
}

/// The base under both purchase models.
#[derive(Debug, Clone, PartialEq)]
pub struct Worth {
    /// Fit of spend: p, q, v; or why not. Who still buys does not hang on it.
    pub spend: Result<Fit<3>, Error>,
    /// Correlation of frequency and spend, which the spend model takes to be 0.
    pub spend_correlation: Option<f64>,
    /// Under BG/NBD, or why not.
    pub bg_nbd: Result<ModelWorth, Error>,
    /// Under Pareto/NBD, or why not.
    pub pareto_nbd: Result<ModelWorth, Error>,
    /// How far they lie apart, where both hold.
    pub spread: Option<Spread>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Bg,
    Pareto,
}

/// Histories and spend together.
struct Base<'a> {
    rows: &'a HistoryRows,
    outlook: Outlook,
    mean_minor: &'a [f64],
    repeats: &'a [u32],
    spend: Option<GammaGamma>,
    draws: Draws,
}

/// Values the base: `mean_minor` is each customer's mean value of a repeat purchase (0 for none), in the order
/// of the histories.
///
/// Fails on histories and means of unequal length; a model that is refused is told in its place.
pub fn worth(
    rows: &HistoryRows,
    mean_minor: &[f64],
    outlook: Outlook,
    resampling: Resampling,
) -> Result<Worth, Error> {
    same_rows("mean_minor", rows.customers(), mean_minor.len())?;
    let of_rows: Vec<u32> = rows.each().map(|(_, repeats, ..)| repeats).collect();
    let repeats = rows.per_customer(&of_rows);
    let spend = Spend { repeats: &repeats, mean_minor };
    let spend_fit = spent(&spend);
    let mut mean_sum = vec![0.0; rows.distinct()];
    for (row, mean) in rows.row_of.iter().zip(mean_minor) {
        mean_sum[*row as usize] += mean.max(0.0);
    }
    let drawn = match &spend_fit {
        Ok(fit) => Some(Money { rows: spend.rows()?, fit, mean_sum: &mean_sum }),
        Err(_) => None,
    };
    let draws = Draws::new(rows, drawn.as_ref(), outlook, resampling);
    let model = spend_fit.as_ref().ok().map(|fit| GammaGamma::of(fit.params));
    let base = Base { rows, outlook, mean_minor, repeats: &repeats, spend: model, draws };
    let valued = |kind| base.under(kind);
    let (bg_nbd, pareto_nbd) = (valued(Kind::Bg), valued(Kind::Pareto));
    let spread = bg_nbd.as_ref().ok().zip(pareto_nbd.as_ref().ok()).map(|(bg, pareto)| spread(bg, pareto));
    Ok(Worth { spend: spend_fit, spend_correlation: spend.correlation(), bg_nbd, pareto_nbd, spread })
}

/// The fit of spend, refused where one-time buyers would spend without end.
fn spent(spend: &Spend<'_>) -> Result<Fit<3>, Error> {
    let fit = GammaGamma::fit(spend)?;
    if fit.params[1] <= 1.0 {
        let detail = format!("q = {:.3} gives one-time buyers a spend without end", fit.params[1]);
        return Err(Error::NoConvergence { model: "Gamma–Gamma", detail });
    }
    Ok(fit)
}

impl Kind {
    pub(super) fn fit(self, rows: &HistoryRows) -> Result<Fit<4>, Error> {
        match self {
            Self::Bg => BgNbd::fit(rows),
            Self::Pareto => ParetoNbd::fit(rows),
        }
    }

    pub(super) fn refit(self, rows: &HistoryRows, start: [f64; 4]) -> Result<[f64; 4], Error> {
        match self {
            Self::Bg => BgNbd::refit(rows, start),
            Self::Pareto => ParetoNbd::refit(rows, start),
        }
    }

    /// P(alive) and discounted purchases if alive, by row.
    pub(super) fn told(
        self,
        params: [f64; 4],
        rows: &HistoryRows,
        outlook: &Outlook,
    ) -> (Vec<f64>, Vec<f64>) {
        match self {
            Self::Bg => {
                let model = BgNbd::of(params);
                (model.alive_rows(rows), model.residual_rows(rows, outlook))
            }
            Self::Pareto => {
                let model = ParetoNbd::of(params);
                (model.alive_rows(rows), model.residual_rows(rows, outlook))
            }
        }
    }
}

impl Base<'_> {
    fn under(&self, kind: Kind) -> Result<ModelWorth, Error> {
        let Self { rows, mean_minor, repeats, spend, .. } = *self;
        let fit = kind.fit(rows)?;
        let (alive_rows, mut residual_rows) = kind.told(fit.params, rows, &self.outlook);
        residual_rows.iter_mut().zip(&alive_rows).for_each(|(residual, alive)| *residual *= alive);
        let (alive, purchases) = (rows.per_customer(&alive_rows), rows.per_customer(&residual_rows));
        let residual_minor = spend.map(|spend| {
            let value = |i: usize| {
                let mean = mean_minor[i].max(0.0);
                purchases[i] * spend.expected_sum(if mean > 0.0 { repeats[i] } else { 0 }, 1.0, mean)
            };
            (0..purchases.len()).map(value).collect::<Vec<f64>>()
        });
        let equity_minor = residual_minor.as_ref().map(|residual| residual.iter().sum());
        let alive_sum = alive.iter().sum();
        let [alive_interval, equity_interval] =
            self.draws.intervals(kind, &fit, (alive_sum, equity_minor.unwrap_or(0.0)));
        let once = repeats.iter().filter(|repeats| **repeats == 0).count();
        Ok(ModelWorth {
            fit,
            assumed_alive: if matches!(kind, Kind::Bg) { once } else { 0 },
            alive_sum,
            alive_interval: alive_interval.0,
            equity_minor,
            equity_interval: equity_interval.0.filter(|_| equity_minor.is_some()),
            failed_draws: alive_interval.1,
            alive,
            purchases,
            residual_minor,
        })
    }
}

fn spread(bg: &ModelWorth, pareto: &ModelWorth) -> Spread {
    let ordered = |left: f64, right: f64| Interval { low: left.min(right), high: left.max(right) };
    let equity_minor = bg.equity_minor.zip(pareto.equity_minor).map(|(bg, pareto)| ordered(bg, pareto));
    let share = |equity: Interval| {
        let mean = f64::midpoint(equity.low, equity.high);
        if mean > 0.0 { (equity.high - equity.low) / mean } else { 0.0 }
    };
    Spread {
        alive: ordered(bg.alive_sum, pareto.alive_sum),
        equity_minor,
        equity_share: equity_minor.map(share),
        log_likelihood_ahead: bg.fit.log_likelihood - pareto.fit.log_likelihood,
    }
}
