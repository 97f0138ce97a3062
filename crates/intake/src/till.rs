//! Money of one feed: which currency a row is in, and what it is worth in the company's.

use crate::canon::Amount;
use crate::parse;
use model::config::{Config, Feed};
use model::money::DecimalMark;
use model::period::DayCutter;
use model::{Currency, Rates};

/// Reads and converts the amounts of one feed.
#[derive(Debug)]
pub(crate) struct Till {
    company: Currency,
    feed: Currency,
    rates: Rates,
    mark: DecimalMark,
    round: bool,
    days: DayCutter,
}

impl Till {
    /// The till of a feed.
    pub(crate) fn new(config: &Config, feed: &Feed) -> Self {
        Self {
            company: config.company.currency,
            feed: feed.currency.unwrap_or(config.company.currency),
            rates: config.rates(),
            mark: feed.csv.decimal,
            round: feed.round_amounts,
            days: DayCutter::new(config.zone()),
        }
    }

    /// How decimals are marked.
    pub(crate) fn mark(&self) -> DecimalMark {
        self.mark
    }

    /// The currency a cell names, the feed's where it is blank.
    pub(crate) fn currency(&self, cell: Option<&str>) -> Result<Currency, &'static str> {
        match cell {
            None => Ok(self.feed),
            Some(text) => Currency::parse(text).ok_or("is no currency code of ISO 4217"),
        }
    }

    /// Reads a decimal amount into minor units of its currency.
    pub(crate) fn decimal(&self, text: &str, currency: Currency) -> Result<i64, &'static str> {
        parse::amount(text, currency.exponent(), self.mark, self.round)
    }

    /// What minor units of a currency are worth at an instant.
    #[inline]
    pub(crate) fn book(&mut self, minor: i64, currency: Currency, at_us: i64) -> Result<Amount, String> {
        if currency == self.company {
            return Ok(Amount { value_minor: minor, original: None });
        }
        self.convert(minor, currency, at_us)
    }

    fn convert(&mut self, minor: i64, currency: Currency, at_us: i64) -> Result<Amount, String> {
        let day = self.days.day(at_us);
        let value_minor = self
            .rates
            .convert(minor, currency, self.company, day)
            .ok_or_else(|| format!("is in {currency}, for which no [[rate]] starts on or before its day"))?;
        Ok(Amount { value_minor, original: Some((currency, minor)) })
    }
}
