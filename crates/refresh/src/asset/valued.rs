//! What the base and its segments are worth under every model, what each customer is, and who is fading.

use super::LEVEL_SHARE;
use super::gather::Met;
use super::worth::{Line, Sums, Told};
use crate::customers::{Customers, threads};
use crate::error::Error;
use arrow::array::RecordBatch;
use ledger::worth::{
    Contracts, Fading, HistoryColumns, HistoryRows, ModelWorth, Outlook, Resampling, Terms, Worth,
    contract_worth, fading, fading_limits,
};
use model::Day;
use model::config::{Config, Regime};

/// Days in the unit of time of the purchase models: weeks, as in the papers.
const DAYS_PER_UNIT: f64 = 7.0;
/// Segments fitted alone; the largest by customers.
const SEGMENTS_FITTED: usize = 12;
const SEED: u64 = 0x6b65_7074;

/// Everything the edition tells of worth.
pub(super) struct Valued {
    pub(super) lines: Vec<Line>,
    pub(super) customers: CustomerWorth,
}

/// What customers are worth, in columns by code; `None` where there is nothing to tell.
#[derive(Default)]
pub(super) struct CustomerWorth {
    pub(super) bg_nbd: Vec<Option<One>>,
    pub(super) pareto_nbd: Vec<Option<One>>,
    pub(super) contract_minor: Vec<Option<i64>>,
    pub(super) silence: Vec<Option<(u32, Option<f64>)>>,
    pub(super) fading: Vec<Option<Fading>>,
}

/// One customer under one model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct One {
    pub(super) alive: f64,
    pub(super) purchases: f64,
    /// `None` where spend was refused.
    pub(super) residual_minor: Option<i64>,
}

impl CustomerWorth {
    fn of(customers: usize) -> Self {
        Self {
            bg_nbd: vec![None; customers],
            pareto_nbd: vec![None; customers],
            contract_minor: vec![None; customers],
            silence: vec![None; customers],
            fading: vec![None; customers],
        }
    }

    /// Batches of at most so many customers, those with nothing to tell left out.
    pub(super) fn batches(&self, rows: usize) -> impl Iterator<Item = Result<RecordBatch, Error>> + '_ {
        let told = |code: &usize| {
            self.bg_nbd[*code].is_some()
                || self.pareto_nbd[*code].is_some()
                || self.contract_minor[*code].is_some()
                || self.silence[*code].is_some()
        };
        let all = self.fading.len();
        (0..all).step_by(rows.max(1)).map(move |from| {
            let codes: Vec<usize> = (from..all.min(from + rows)).filter(told).collect();
            super::worth::customers(self, &codes)
        })
    }
}

/// Values everything; `active` is by customer code.
pub(super) fn value(
    met: &Met,
    active: &[bool],
    customers: &Customers,
    config: &Config,
    as_of: Day,
) -> Result<Valued, Error> {
    let mut valued = Valued { lines: Vec::new(), customers: CustomerWorth::of(active.len()) };
    let terms = Terms { renewal_months: config.worth.renewal_months, as_of, outlook: outlook(config) };
    if config.streams.iter().any(|stream| stream.regime == Regime::Purchases) {
        valued.purchases(&met.histories, customers, config);
    }
    for (at, contracts) in &met.contracts {
        let stream = config.streams[*at].id.get_ref();
        valued.contracts(stream, contracts, customers, terms, resampling(config));
    }
    valued.fade(met, active, customers)?;
    Ok(valued)
}

fn outlook(config: &Config) -> Outlook {
    let horizon_days = f64::from(config.worth.horizon_days);
    Outlook { horizon_days, annual_discount: config.worth.annual_discount }
}

fn resampling(config: &Config) -> Resampling {
    Resampling { draws: config.worth.draws, seed: SEED, level_share: LEVEL_SHARE, threads: threads() }
}

/// A base under both purchase models, or the one reason against both.
fn under_models(base: &HistoryColumns, config: &Config) -> Result<Worth, ledger::Error> {
    let rows = HistoryRows::new(&base.histories(), DAYS_PER_UNIT)?;
    ledger::worth::worth(&rows, &base.mean_minor, outlook(config), resampling(config))
}

/// Codes of the segments with most customers, the lower code among equals.
fn largest(customers: &Customers, of: impl Iterator<Item = u32>) -> Vec<usize> {
    let mut sizes: Vec<(std::cmp::Reverse<usize>, usize)> =
        (0..customers.segments.len()).map(|code| (std::cmp::Reverse(0), code)).collect();
    for customer in of {
        if let Some((size, _)) = sizes.get_mut(usize::from(customers.segment_of[customer as usize])) {
            size.0 += 1;
        }
    }
    sizes.sort_unstable();
    sizes.into_iter().take(SEGMENTS_FITTED).map(|(_, code)| code).collect()
}

/// The histories of customers that `keep` keeps.
fn filtered(base: &HistoryColumns, keep: impl Fn(u32) -> bool) -> HistoryColumns {
    let mut kept = HistoryColumns::default();
    for row in (0..base.customer.len()).filter(|row| keep(base.customer[*row])) {
        kept.customer.push(base.customer[row]);
        kept.repeats.push(base.repeats[row]);
        kept.last_days.push(base.last_days[row]);
        kept.age_days.push(base.age_days[row]);
        kept.mean_minor.push(base.mean_minor[row]);
    }
    kept
}

fn spread(model: &ModelWorth, base: &HistoryColumns, over: &mut [Option<One>]) {
    for (row, customer) in base.customer.iter().enumerate() {
        if let Some(place) = over.get_mut(*customer as usize) {
            *place = Some(One {
                alive: model.alive[row],
                purchases: model.purchases[row],
                residual_minor: model.residual_minor.as_ref().map(|minor| minor[row].round() as i64),
            });
        }
    }
}

/// What customers add up to under the fit of the whole.
fn summed(over: &[Option<One>], base: &HistoryColumns) -> Option<Sums> {
    let mut all = base.customer.iter().map(|customer| over.get(*customer as usize).copied().flatten());
    all.try_fold(Sums { alive: 0.0, equity_minor: Some(0) }, |sum, one| {
        let one = one?;
        let equity_minor = sum.equity_minor.zip(one.residual_minor).map(|(sum, one)| sum + one);
        Some(Sums { alive: sum.alive + one.alive, equity_minor })
    })
}

impl Valued {
    fn purchases(&mut self, base: &HistoryColumns, customers: &Customers, config: &Config) {
        let draws = config.worth.draws;
        let whole = under_models(base, config);
        if let Ok(whole) = &whole {
            if let Ok(model) = &whole.bg_nbd {
                spread(model, base, &mut self.customers.bg_nbd);
            }
            if let Ok(model) = &whole.pareto_nbd {
                spread(model, base, &mut self.customers.pareto_nbd);
            }
        }
        let whole = whole.map_err(|error| error.to_string());
        self.told("", base, whole.as_ref(), draws);
        drop(whole);
        let fitted = largest(customers, base.customer.iter().copied());
        for (at, codes) in customers.splits.codes().enumerate() {
            for code in codes {
                let is_own = |customer| customers.splits.of(customer).nth(at) == Some(Ok(code));
                let own = filtered(base, is_own);
                if own.customer.is_empty() {
                    continue;
                }
                let worth = match at {
                    0 if fitted.contains(&usize::from(code)) => {
                        under_models(&own, config).map_err(|error| error.to_string())
                    }
                    0 => Err(format!("only the {SEGMENTS_FITTED} largest segments are fitted alone")),
                    _ => Err("only segments of the first split are fitted alone".to_owned()),
                };
                self.told(&customers.names[usize::from(code)], &own, worth.as_ref(), draws);
            }
        }
    }

    fn told(&mut self, segment: &str, base: &HistoryColumns, worth: Result<&Worth, &String>, draws: u32) {
        let of = Told { segment, customers: base.customer.len() as u64, draws };
        let (bg, pareto) = (&self.customers.bg_nbd, &self.customers.pareto_nbd);
        let sums = [summed(bg, base), summed(pareto, base)];
        match worth {
            Ok(worth) => {
                self.lines.push(of.purchases("bg_nbd", &worth.bg_nbd, sums[0]));
                self.lines.push(of.purchases("pareto_nbd", &worth.pareto_nbd, sums[1]));
                self.lines.push(of.spend(worth));
            }
            Err(reason) => {
                for (model, sums) in ["bg_nbd", "pareto_nbd"].into_iter().zip(sums) {
                    self.lines.push(of.refused(model, reason, sums));
                }
            }
        }
    }

    fn contracts(
        &mut self,
        stream: &str,
        contracts: &Contracts,
        customers: &Customers,
        terms: Terms,
        resampling: Resampling,
    ) {
        let draws = resampling.draws;
        let whole = contract_worth(contracts, terms, resampling);
        let mut own_minor = vec![0_i64; self.customers.contract_minor.len()];
        if let Ok(whole) = &whole {
            for (customer, residual_minor) in whole.customer.iter().zip(&whole.residual_minor) {
                let residual_minor = residual_minor.round() as i64;
                own_minor[*customer as usize] += residual_minor;
                *self.customers.contract_minor[*customer as usize].get_or_insert(0) += residual_minor;
            }
        }
        let sum = |contracts: &Contracts| {
            let running = (0..contracts.len()).filter(|row| contracts.ended[*row].is_none());
            running.map(|row| own_minor[contracts.customer[row] as usize]).sum::<i64>()
        };
        let fits = whole.is_ok();
        let running = |contracts: &Contracts| contracts.ended.iter().filter(|ended| ended.is_none()).count();
        let told =
            |segment, contracts: &Contracts| Told { segment, customers: running(contracts) as u64, draws };
        self.lines.push(told("", contracts).contracts(stream, &whole, fits.then(|| sum(contracts))));
        for (at, codes) in customers.splits.codes().enumerate() {
            for code in codes {
                let own =
                    contracts.filtered(|customer| customers.splits.of(customer).nth(at) == Some(Ok(code)));
                if !own.is_empty() {
                    let worth = contract_worth(&own, terms, resampling);
                    let told = told(&customers.names[usize::from(code)], &own);
                    self.lines.push(told.contracts(stream, &worth, fits.then(|| sum(&own))));
                }
            }
        }
    }

    fn fade(&mut self, met: &Met, active: &[bool], customers: &Customers) -> Result<(), Error> {
        let silence = &met.silence;
        let codes = || silence.customer.iter().map(|customer| *customer as usize);
        let segment: Vec<u16> = codes().map(|code| customers.segment_of[code]).collect();
        let is_active: Vec<bool> = codes().map(|code| active[code]).collect();
        let input = silence.input(&segment, &is_active);
        let limits = fading_limits(&input)?;
        // Who never bought is nobody the purchase models could call gone.
        let alive = |of: &[Option<One>]| -> Vec<f64> {
            codes().map(|code| of[code].map_or(1.0, |one| one.alive)).collect()
        };
        let (bg, pareto) = (alive(&self.customers.bg_nbd), alive(&self.customers.pareto_nbd));
        let judged = fading(&input, &limits, Some((&bg, &pareto)))?;
        for (row, code) in codes().enumerate() {
            self.customers.silence[code] = Some((silence.silent_days[row], limits.limit_days[row]));
            self.customers.fading[code] = judged[row];
        }
        Ok(())
    }
}
