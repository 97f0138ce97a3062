//! How promises were kept, as rows of their tables.

use super::promised;
use super::tables::{Cell, Row, batch};
use crate::error::Error;
use ::journey::{Promises, Tally, Walk};
use lake::tables::{self, Table};
use lake::{Lake, Mode};
use model::config::Config;
use model::{Day, Granularity, Period};
use std::collections::BTreeMap;

/// What was counted: of the whole and of segments.
pub(super) struct Kept {
    groups: Vec<(String, BTreeMap<(usize, Day), Tally>)>,
    whole: Promises,
}

impl Kept {
    /// From those walked, one a segment, or one for all where no segment is told apart.
    pub(super) fn new(segments: &[String], walked: Vec<Promises>) -> Result<Self, Error> {
        let mut groups: Vec<_> = segments.iter().cloned().zip(walked.iter().map(Promises::tallies)).collect();
        let mut parts = walked.into_iter();
        let mut whole = parts.next().ok_or_else(|| Error::Unknown("no promises were walked".to_owned()))?;
        parts.try_for_each(|part| whole.merge(part))?;
        groups.insert(0, (String::new(), whole.tallies()));
        Ok(Self { groups, whole })
    }

    /// Writes both tables.
    pub(super) async fn write(&self, lake: &Lake, edition: u64, config: &Config) -> Result<(), Error> {
        let measurable = promised::measurable(config);
        let id = |rule: usize| {
            let at = measurable.get(rule).map(|(at, _)| *at);
            at.and_then(|at| config.promises.get(at))
                .map(|promise| promise.id.get_ref().clone())
                .unwrap_or_default()
        };
        let months = self.groups.iter().flat_map(|(segment, tallies)| {
            tallies.iter().map(|((rule, month), tally)| {
                let mut row = vec![Cell::Text(segment.clone()), Cell::Text(id(*rule)), Cell::Day(month.0)];
                row.extend(tally.obligations.map(Cell::Count));
                row.extend(tally.customers.map(Cell::Count));
                row
            })
        });
        put(lake, edition, &tables::promise_months(), &months.collect::<Vec<_>>()).await?;
        let breach = |one: &::journey::Obligation| {
            let month = Period::of(Granularity::Month, Day(one.day)).start();
            vec![
                Cell::Ordinal(one.customer),
                Cell::Text(id(one.rule)),
                Cell::Day(month.0),
                Cell::Instant(Some(one.began_us)),
                Cell::Instant(one.due_us),
                Cell::Instant(one.happened_us),
                Cell::Count(one.reference),
            ]
        };
        let breaches: Vec<Row> = self.whole.breaches().iter().map(breach).collect();
        put(lake, edition, &tables::promise_breaches(), &breaches).await
    }
}

async fn put(lake: &Lake, edition: u64, table: &Table, rows: &[Row]) -> Result<(), Error> {
    let key = format!("edition {edition}: {}", table.name);
    lake.put(table, Mode::Replace, &key, &[batch(table, rows)?]).await?;
    Ok(())
}
