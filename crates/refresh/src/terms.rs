//! Contractual streams and foreign currencies of the company's settings, as the ledger wants them.

use crate::error::Error;
use ledger::CurrencyRates;
use model::Currency;
use model::config::{Config, Policies, Regime};

/// Foreign currencies with rates; the code of one is 1 + its position, 0 is the company's own.
pub(crate) struct Currencies {
    all: Vec<Currency>,
}

impl Currencies {
    pub(crate) fn of(config: &Config) -> Result<Self, Error> {
        let own = config.company.currency;
        let all: Vec<Currency> = config.rates().currencies().filter(|other| *other != own).collect();
        let fits = all.len() <= usize::from(u8::MAX);
        fits.then_some(Self { all }).ok_or(Error::TooMany {
            what: "currencies",
            limit: u64::from(u8::MAX),
            cure: "remove the [[rate]] of those that no event is in",
        })
    }

    /// The code of a currency as events name it.
    pub(crate) fn code(&self, name: &str) -> Result<u8, Error> {
        let at = self.all.iter().position(|currency| currency.code() == name);
        at.map(|at| at as u8 + 1).ok_or_else(|| Error::NoRate(name.to_owned()))
    }

    /// Their rates into the company's currency, by position.
    pub(crate) fn rates(&self, config: &Config) -> Vec<CurrencyRates> {
        let (rates, own) = (config.rates(), config.company.currency);
        self.all.iter().map(|currency| CurrencyRates { steps: rates.steps(*currency, own) }).collect()
    }
}

/// The policies of each stream by code; `None` for streams of purchases.
pub(crate) fn policies(config: &Config) -> Vec<Option<Policies>> {
    let policies =
        |stream: &model::config::Stream| (stream.regime == Regime::Contractual).then(|| stream.policies());
    config.streams.iter().map(policies).collect()
}
