//! Reading the scorecard of touchpoints.

use super::Reader;
use super::journey::{Legend, number, wait};
use crate::error::Error;
use crate::journey::setting::Days;
use crate::view::journey::{Facts, Month, Scorecard, Scored, Who};
use ::journey::NONE;
use arrow::array::{Date32Array, RecordBatch, UInt16Array};
use lake::{column, quoted};
use model::{Day, Granularity, Period};
use std::collections::BTreeMap;

/// Months of the trend.
const MONTHS: i32 = 12;

impl Reader {
    /// The scorecard; an empty segment tells the whole.
    pub async fn scorecard(&self, segment: &str) -> Result<Scorecard, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let group = format!("segment = {} and who = {}", quoted(segment), quoted(Who::All.name()));
        let last = Period::of(Granularity::Month, current.edition.as_of);
        let months: Vec<Day> =
            (1 - MONTHS..=0).map(|back| Period { index: last.index + back, ..last }.start()).collect();
        let sql = format!(
            "select * from touchpoint_months where {group} and month >= date '{}'",
            months.first().copied().unwrap_or(current.edition.as_of)
        );
        let trend = trend(&current.view.table(&sql).await?)?;
        let sql = format!(
            "select * from touchpoint_facts where {group} order by failed desc, met desc, touchpoint"
        );
        let batch = current.view.table(&sql).await?;
        let codes: &UInt16Array = column(&batch, "touchpoint")?;
        let days = Days::read(&current.view, current.edition.as_of).await?;
        let mut card = Scorecard {
            segment: segment.to_owned(),
            follow_up_days: days.score.follow_up_days,
            customers: 0,
            whole: Facts::default(),
            rows: Vec::new(),
        };
        for (row, &code) in codes.values().iter().enumerate() {
            let facts = facts(&batch, row)?;
            if code == NONE {
                (card.whole, card.customers) = (facts, facts.met);
                continue;
            }
            let (side, at) = (&legend.side, usize::from(code));
            let month = |month: &Day| {
                trend.get(&(code, *month)).copied().unwrap_or(Month {
                    month: *month,
                    customers: 0,
                    events: 0,
                    failures: 0,
                })
            };
            let owner = Legend::index(side.touchpoints.owner(code), &legend.departments);
            let stage = Legend::index(side.touchpoints.stage(code), &legend.stages);
            card.rows.push(Scored {
                key: legend.keys[at].clone(),
                name: side.names[at][1].clone(),
                owner: legend.departments[owner].name.clone(),
                stage: legend.stages[stage].name.clone(),
                facts,
                months: months.iter().map(month).collect(),
            });
        }
        Ok(card)
    }
}

fn trend(batch: &RecordBatch) -> Result<BTreeMap<(u16, Day), Month>, Error> {
    let (code, month): (&UInt16Array, &Date32Array) = (column(batch, "touchpoint")?, column(batch, "month")?);
    let one = |row: usize| {
        let month = Day(month.value(row));
        let of = |name| number(batch, name, row);
        let told =
            Month { month, customers: of("customers")?, events: of("events")?, failures: of("failures")? };
        Ok(((code.value(row), month), told))
    };
    (0..batch.num_rows()).map(one).collect()
}

fn facts(batch: &RecordBatch, row: usize) -> Result<Facts, Error> {
    let of = |name| number(batch, name, row);
    Ok(Facts {
        events: of("events")?,
        failures: of("failures")?,
        wait: wait(batch, row)?,
        contacts_followed: of("contacts_followed")?,
        contacts_left: of("contacts_left")?,
        failures_followed: of("failures_followed")?,
        failures_left: of("failures_left")?,
        met: of("met")?,
        failed: of("failed")?,
        followed: of("followed")?,
        followed_left: of("followed_left")?,
        failed_followed: of("failed_followed")?,
        failed_left: of("failed_left")?,
        recent: of("recent")?,
        recent_unharmed: of("recent_unharmed")?,
    })
}
