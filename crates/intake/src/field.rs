//! One thing that a preset reads: the first of several columns that is not blank, since tools rename theirs.

use crate::canon::Amount;
use crate::error::Problem;
use crate::parse::{self, Clock};
use crate::row::{Header, Reject, Row};
use crate::till::Till;
use model::Currency;

/// Where one thing is found, best place first.
#[derive(Debug, Default)]
pub(crate) struct Field {
    /// Place and name of each column.
    columns: Vec<(usize, String)>,
}

impl Field {
    /// The columns of these names that are there.
    pub(crate) fn any(header: &mut Header, names: &[&str]) -> Result<Self, Problem> {
        let places = header.any(names)?;
        Ok(Self::at(header, &places))
    }

    /// The columns of these names; an error naming the first when none is there.
    pub(crate) fn need(header: &mut Header, names: &[&str]) -> Result<Self, Problem> {
        let places = header.need_any(names)?;
        Ok(Self::at(header, &places))
    }

    /// The columns at these places.
    pub(crate) fn at(header: &Header, places: &[usize]) -> Self {
        Self { columns: places.iter().map(|place| (*place, header.name(*place).to_owned())).collect() }
    }

    /// The best column's name as the file writes it.
    pub(crate) fn name(&self) -> &str {
        self.columns.first().map_or("", |(_, name)| name)
    }

    fn found<'r>(&self, row: &Row<'r>) -> Option<(&str, &'r str)> {
        self.columns.iter().find_map(|(place, name)| row.get(*place).map(|text| (name.as_str(), text)))
    }

    /// The cell, `None` when blank.
    pub(crate) fn text<'r>(&self, row: &Row<'r>) -> Option<&'r str> {
        self.found(row).map(|(_, text)| text)
    }

    /// A fault of this column.
    pub(crate) fn reject(&self, reason: impl Into<String>) -> Reject {
        Reject::new(self.name(), reason)
    }

    /// The cell read by `read`; `None` when blank.
    pub(crate) fn read<'r, T, E: Into<String>>(
        &self,
        row: &Row<'r>,
        read: impl FnOnce(&'r str) -> Result<T, E>,
    ) -> Result<Option<T>, Reject> {
        let Some((name, text)) = self.found(row) else {
            return Ok(None);
        };
        read(text).map(Some).map_err(|reason| Reject::new(name, reason))
    }

    /// An instant; a column whose name ends in `(UTC)` needs no time zone.
    pub(crate) fn instant(&self, row: &Row<'_>, clock: &mut Clock) -> Result<Option<i64>, Reject> {
        let utc = self.found(row).is_some_and(|(name, _)| name.ends_with("(UTC)"));
        self.read(row, |text| if utc { clock.instant_utc(text) } else { clock.instant(text) })
    }

    /// An instant that must be there.
    pub(crate) fn need_instant(&self, row: &Row<'_>, clock: &mut Clock) -> Result<i64, Reject> {
        self.instant(row, clock)?.ok_or_else(|| self.reject("is empty"))
    }

    /// The currency the cell names, the feed's when blank.
    pub(crate) fn currency(&self, row: &Row<'_>, till: &Till) -> Result<Currency, Reject> {
        let named = self.read(row, |text| till.currency(Some(text)))?;
        match named {
            Some(currency) => Ok(currency),
            None => till.currency(None).map_err(|why| self.reject(why)),
        }
    }

    /// A decimal amount, not below 0, in minor units.
    pub(crate) fn minor(
        &self,
        row: &Row<'_>,
        till: &Till,
        currency: Currency,
    ) -> Result<Option<i64>, Reject> {
        let minor = self.read(row, |text| till.decimal(text, currency))?;
        match minor {
            Some(minor) if minor < 0 => Err(self.reject("is below 0")),
            _ => Ok(minor),
        }
    }

    /// What minor units of this column are worth at an instant.
    pub(crate) fn book(
        &self,
        till: &mut Till,
        minor: i64,
        currency: Currency,
        at_us: i64,
    ) -> Result<Amount, Reject> {
        till.book(minor, currency, at_us).map_err(|why| self.reject(why))
    }

    /// Whether the cell says yes; `None` when blank.
    pub(crate) fn yes(&self, row: &Row<'_>) -> Result<Option<bool>, Reject> {
        self.read(row, |text| parse::yes(text).ok_or("is neither yes nor no"))
    }
}
