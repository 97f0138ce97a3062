//! Contracts of one stream and what they will still pay: runs of recurring value by customer, renewed or not by
//! the shifted-beta-geometric (Fader & Hardie 2010, "Customer-Base Valuation in a Contractual Setting").

use super::draws::{interval, resampled};
use super::equity::{Interval, Resampling};
use super::outlook::Outlook;
use super::sbg::{Renewals, Sbg};
use crate::columns::Rows;
use crate::contract::{Amounts, Contract};
use crate::error::{Error, same_rows};
use crate::fit::Fit;
use crate::rates::CurrencyRates;
use model::config::Policies;
use model::{Day, EventKind};
use std::collections::BTreeMap;

const DAYS_PER_MONTH: f64 = 365.25 / 12.0;

/// Contracts in columns of equal length, in order of customer and first day. A contract runs as long as the
/// customer's recurring value in the stream is above 0 at the end of each day; who comes back begins a new one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contracts {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// First day.
    pub begun: Vec<i32>,
    /// Day it ended; `None` while it runs.
    pub ended: Vec<Option<i32>>,
    /// Recurring value per month on its last day, minor units.
    pub monthly_minor: Vec<i64>,
}

/// Gathers the contracts of a stream from events in order of customer and day, in chunks; a customer may straddle
/// them. What counts, and from when until when, is what the books count under the stream's policies.
#[derive(Debug)]
pub struct ContractBuilder {
    stream: u16,
    as_of: i32,
    current: Option<Subscriber>,
    contract: Contract,
    contracts: Contracts,
}

/// The customer being read.
#[derive(Debug)]
struct Subscriber {
    customer: u32,
    day: i32,
    /// The next day to settle.
    due: i32,
    /// First day and value of the contract that runs.
    open: Option<(i32, i64)>,
}

impl ContractBuilder {
    /// A builder for a stream with these policies, up to and with a last day. `currencies` as in `Rules`.
    pub fn new(stream: u16, policies: Policies, currencies: &[CurrencyRates], as_of: Day) -> Self {
        let contract = Contract::new(policies, currencies);
        Self { stream, as_of: as_of.0, current: None, contract, contracts: Contracts::default() }
    }

    /// Reads a chunk of events.
    ///
    /// Fails on columns of unequal length, on rows out of order and on amounts in a currency without a rate; the
    /// builder is of no use then.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let (customer, day, kind) = (rows.customer[at], rows.day[at], rows.kind[at]);
            let subscription = kind == EventKind::Subscription.code();
            let counts = subscription || kind == EventKind::Refund.code();
            if !counts || rows.stream[at] != self.stream || day > self.as_of {
                continue;
            }
            self.turn_to(customer, day)?;
            // Their ordinals are of no use here.
            if subscription {
                self.contract.say(day, 0, &rows.notice(at)?).map_err(|none| none.of(customer))?;
            } else {
                self.contract.refund(day, 0, rows.reference[at], rows.value_minor[at]);
            }
            if let Some(current) = &mut self.current {
                current.due = day;
            }
        }
        Ok(())
    }

    /// Makes `customer` the current one and settles all its days before `day`.
    fn turn_to(&mut self, customer: u32, day: i32) -> Result<(), Error> {
        match &self.current {
            Some(current) if current.customer == customer && current.day <= day => {}
            Some(current) if current.customer >= customer => {
                return Err(Error::OutOfOrder { customer, day: Day(day) });
            }
            _ => {
                self.close();
                self.current = Some(Subscriber { customer, day, due: i32::MAX, open: None });
            }
        }
        self.settle_before(day);
        if let Some(current) = &mut self.current {
            current.day = day;
        }
        Ok(())
    }

    /// Judges the ends of the current customer's days before `day`.
    fn settle_before(&mut self, day: i32) {
        let Some(current) = &mut self.current else { return };
        while current.due < day {
            let settled = current.due;
            let (Amounts { monthly_minor, .. }, due) = self.contract.settle(settled);
            current.due = due;
            match (&mut current.open, monthly_minor > 0) {
                (None, true) => current.open = Some((settled, monthly_minor)),
                (Some((_, known)), true) => *known = monthly_minor,
                (Some((begun, known)), false) => {
                    self.contracts.push(current.customer, *begun, Some(settled), *known);
                    current.open = None;
                }
                (None, false) => {}
            }
        }
    }

    fn close(&mut self) {
        self.settle_before(self.as_of.saturating_add(1));
        self.contract.reset();
        if let Some(Subscriber { customer, open: Some((begun, monthly_minor)), .. }) = self.current.take() {
            self.contracts.push(customer, begun, None, monthly_minor);
        }
    }

    /// The contracts.
    pub fn finish(mut self) -> Contracts {
        self.close();
        self.contracts
    }
}

impl Contracts {
    fn push(&mut self, customer: u32, begun: i32, ended: Option<i32>, monthly_minor: i64) {
        self.customer.push(customer);
        self.begun.push(begun);
        self.ended.push(ended);
        self.monthly_minor.push(monthly_minor);
    }

    /// Number of contracts.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// The contracts of customers that `keep` keeps.
    #[must_use]
    pub fn filtered(&self, keep: impl Fn(u32) -> bool) -> Self {
        let mut kept = Self::default();
        for row in (0..self.len()).filter(|row| keep(self.customer[*row])) {
            kept.push(self.customer[row], self.begun[row], self.ended[row], self.monthly_minor[row]);
        }
        kept
    }
}

/// How contracts renew and how far ahead they count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Months from one renewal to the next.
    pub renewal_months: u32,
    /// Last day of the books.
    pub as_of: Day,
    /// Horizon and discount.
    pub outlook: Outlook,
}

/// What the contracts that run are worth.
#[derive(Debug, Clone, PartialEq)]
pub struct ContractWorth {
    /// The fit: α, β.
    pub fit: Fit<2>,
    /// Customers whose contract runs, in order of code.
    pub customer: Vec<u32>,
    /// Expected payments still to come, discounted, one per running contract.
    pub payments: Vec<f64>,
    /// Their value, minor units.
    pub residual_minor: Vec<f64>,
    /// Sum of `residual_minor`.
    pub equity_minor: f64,
    /// Its interval; `None` without draws or where more than a tenth of the refits failed.
    pub equity_interval: Option<Interval>,
    /// Refits that failed.
    pub failed_draws: u32,
}

impl Terms {
    /// Renewal periods of a contract: those it came through, or the one at whose end it was lost.
    fn periods(&self, begun: i32, ended: Option<i32>) -> u32 {
        let (months, part) = months_between(Day(begun), ended.map_or(self.as_of, Day));
        let (whole, rest) = (months / self.renewal_months, months % self.renewal_months);
        match ended {
            Some(_) => (whole + u32::from(rest > 0 || part)).max(1),
            None => whole,
        }
    }

    fn horizon(&self) -> u32 {
        (self.outlook.horizon_days / DAYS_PER_MONTH / f64::from(self.renewal_months)).round().max(1.0) as u32
    }

    fn discount(&self) -> f64 {
        (1.0 + self.outlook.annual_discount).powf(f64::from(self.renewal_months) / 12.0) - 1.0
    }
}

/// Whole months from one day to a later one, and whether days are left over. A month ends on the same day of the
/// month, or on its last where it has no such day.
fn months_between(from: Day, to: Day) -> (u32, bool) {
    let (from, to) = (from.date(), to.date());
    let months = (i32::from(to.year()) - i32::from(from.year())) * 12 + i32::from(to.month())
        - i32::from(from.month());
    let due = from.day().min(to.days_in_month());
    let whole = months - i32::from(to.day() < due);
    (u32::try_from(whole).unwrap_or(0), to.day() != due)
}

/// Values the contracts that run.
///
/// Refuses as [`Sbg::fit`] does.
pub fn contract_worth(
    contracts: &Contracts,
    terms: Terms,
    resampling: Resampling,
) -> Result<ContractWorth, Error> {
    same_rows("ended", contracts.len(), contracts.ended.len())?;
    let mut counts: BTreeMap<(u32, bool), f64> = BTreeMap::new();
    let mut running: Vec<(u32, u32, f64)> = Vec::new();
    for row in 0..contracts.len() {
        let ended = contracts.ended[row];
        let periods = terms.periods(contracts.begun[row], ended);
        *counts.entry((periods, ended.is_some())).or_default() += 1.0;
        if ended.is_none() {
            let payment_minor = contracts.monthly_minor[row] as f64 * f64::from(terms.renewal_months);
            running.push((contracts.customer[row], periods, payment_minor));
        }
    }
    let mut renewals = Renewals::default();
    for ((periods, lost), contracts) in &counts {
        renewals.push(*periods, *lost, *contracts);
    }
    let fit = Sbg::fit(&renewals)?;
    let ahead = Ahead::new(&running, terms);
    let by_periods = ahead.payments(Sbg::of(fit.params));
    let payments: Vec<f64> = running.iter().map(|(_, periods, _)| by_periods[periods]).collect();
    let residual_minor: Vec<f64> = running.iter().zip(&payments).map(|(row, paid)| row.2 * paid).collect();
    let draws: Vec<f64> = (0..u64::from(resampling.draws))
        .filter_map(|draw| {
            let contracts = resampled(&renewals.contracts, resampling.seed, draw);
            let refit = Sbg::refit(&Renewals { contracts, ..renewals.clone() }, fit.params).ok()?;
            Some(ahead.sum(Sbg::of(refit)))
        })
        .collect();
    let failed_draws = resampling.draws - draws.len() as u32;
    Ok(ContractWorth {
        fit,
        customer: running.iter().map(|row| row.0).collect(),
        equity_minor: residual_minor.iter().sum(),
        equity_interval: interval(draws, failed_draws, resampling.level_share),
        failed_draws,
        payments,
        residual_minor,
    })
}

/// What runs, by the renewals come through.
struct Ahead {
    terms: Terms,
    /// Value of one payment of all such contracts, minor units.
    payment_minor: BTreeMap<u32, f64>,
}

impl Ahead {
    fn new(running: &[(u32, u32, f64)], terms: Terms) -> Self {
        let mut payment_minor = BTreeMap::new();
        for (_, periods, value) in running {
            *payment_minor.entry(*periods).or_insert(0.0) += value;
        }
        Self { terms, payment_minor }
    }

    /// Expected payments by renewals come through.
    fn payments(&self, model: Sbg) -> BTreeMap<u32, f64> {
        let (horizon, discount) = (self.terms.horizon(), self.terms.discount());
        let of = |periods: &u32| (*periods, model.residual_periods(*periods, horizon, discount));
        self.payment_minor.keys().map(of).collect()
    }

    fn sum(&self, model: Sbg) -> f64 {
        let payments = self.payments(model);
        self.payment_minor.iter().map(|(periods, value)| value * payments[periods]).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        Day::parse(text).expect("day")
    }

    fn terms(renewal_months: u32) -> Terms {
        let outlook = Outlook { horizon_days: 365.25, annual_discount: 0.0 };
        Terms { renewal_months, as_of: day("2026-06-30"), outlook }
    }

    #[test]
    fn months_end_on_the_same_day_or_the_last() {
        for (from, to, told) in [
            ("2026-01-05", "2026-02-05", (1, false)),
            ("2026-01-05", "2026-02-04", (0, true)),
            ("2026-01-05", "2026-02-07", (1, true)),
            ("2026-01-31", "2026-02-28", (1, false)),
            ("2025-12-31", "2026-12-31", (12, false)),
            ("2026-03-01", "2026-03-01", (0, false)),
        ] {
            assert_eq!(months_between(day(from), day(to)), told, "{from} {to}");
        }
    }

    #[test]
    fn a_contract_is_lost_at_the_end_of_the_period_it_paid_last() {
        for (months, begun, ended, periods) in [
            (1, "2026-01-05", Some("2026-02-05"), 1),
            (1, "2026-01-05", Some("2026-02-07"), 2),
            (1, "2026-01-05", Some("2026-01-06"), 1),
            (1, "2026-01-05", None, 5),
            (12, "2024-01-05", None, 2),
            (12, "2024-01-05", Some("2025-01-05"), 1),
            (12, "2024-01-05", Some("2025-01-06"), 2),
        ] {
            let told = terms(months).periods(day(begun).0, ended.map(|ended| day(ended).0));
            assert_eq!(told, periods, "{begun} {ended:?}");
        }
    }

    #[test]
    fn a_contract_runs_from_day_to_day_whatever_the_plan() {
        let subscription = EventKind::Subscription.code();
        // (customer, day, stream, value, reference)
        let events = [
            (1, 10, 1, 500, 7),
            (1, 40, 1, 0, 7),
            (1, 40, 1, 900, 8), // another plan the same day
            (1, 50, 0, 0, 8),   // of another stream
            (1, 70, 1, 0, 8),
            (1, 90, 1, 300, 9),
            (2, 15, 1, 100, 1),
            (2, 15, 1, 0, 1), // never ran at the end of a day
            (3, 20, 1, 250, 2),
            (3, 99, 1, 0, 2), // after the books
        ];
        let (customer, day) = (events.map(|e| e.0), events.map(|e| e.1));
        let (stream, value_minor, reference) =
            (events.map(|e| e.2), events.map(|e| e.3), events.map(|e| e.4));
        let rows = Rows {
            customer: &customer,
            day: &day,
            kind: &[subscription; 10],
            stream: &stream,
            value_minor: &value_minor,
            reference: &reference,
            terms: None,
        };
        for size in 1..=10 {
            let mut builder = ContractBuilder::new(1, Policies::default(), &[], Day(95));
            for from in (0..10).step_by(size) {
                builder.push(rows.slice(from..(from + size).min(10))).expect("in order");
            }
            let contracts = builder.finish();
            assert_eq!(contracts.customer, [1, 1, 3]);
            assert_eq!(contracts.begun, [10, 90, 20]);
            assert_eq!(contracts.ended, [Some(70), None, None]);
            assert_eq!(contracts.monthly_minor, [900, 300, 250]);
        }
        let mut builder = ContractBuilder::new(1, Policies::default(), &[], Day(95));
        builder.push(rows.slice(6..7)).expect("in order");
        assert!(matches!(builder.push(rows.slice(0..1)), Err(Error::OutOfOrder { customer: 1, .. })));
    }

    /// A thousand contracts begun together, as many left as told after each month.
    fn cohort(survivors: &[u32], as_of: Day) -> Contracts {
        let begun = as_of.0 - 30 * survivors.len() as i32;
        let mut contracts = Contracts::default();
        let mut customer = 0;
        for (period, pair) in (1..).zip(survivors.windows(2)) {
            for _ in pair[1]..pair[0] {
                contracts.push(customer, begun, Some(begun + 30 * period - 2), 1_000);
                customer += 1;
            }
        }
        for _ in 0..*survivors.last().expect("some") {
            contracts.push(customer, begun, None, 1_000);
            customer += 1;
        }
        contracts
    }

    #[test]
    fn what_runs_is_worth_its_expected_payments_with_an_interval_around() {
        let contracts = cohort(&[1000, 869, 743, 653, 593, 551, 517, 491], day("2026-06-30"));
        let resampling = Resampling { draws: 40, seed: 3, level_share: 0.95, threads: 1 };
        let told = contract_worth(&contracts, terms(1), resampling).expect("a fit");
        assert_eq!(told.customer.len(), 491);
        let model = Sbg::of(told.fit.params);
        let expected = model.residual_periods(7, 12, 0.0) * 1_000.0;
        assert!((told.residual_minor[0] - expected).abs() < 1e-9, "{} {expected}", told.residual_minor[0]);
        assert!((told.equity_minor - 491.0 * expected).abs() < 1e-6);
        let Interval { low, high } = told.equity_interval.expect("drawn");
        assert!(low < told.equity_minor && told.equity_minor < high && low > 0.8 * told.equity_minor);
        assert_eq!(contract_worth(&contracts, terms(1), resampling), Ok(told));
        let none = contract_worth(&Contracts::default(), terms(1), resampling);
        assert!(matches!(none, Err(Error::TooFew { what: "lost contracts", found: 0, .. })));
    }
}
