//! The reasons step: for every loss what the customer said and what came before, beside a like customer who stayed.

mod sayings;
mod tables;

use crate::books::{Checks, Chunk};
use crate::customers::Customers;
use crate::error::Error;
use crate::inputs::Live;
use crate::terms::{self, Currencies};
use crate::timeline::Told;
use arrow::array::{Date32Array, Int64Array, RecordBatch, UInt8Array, UInt16Array, UInt32Array, UInt64Array};
use futures::StreamExt;
use intake::Home;
use lake::{Lake, View, column};
use ledger::Levels;
use ledger::reasons::{Events, Loss, Settings, Study, Walk, figures};
use model::{Day, Movement};
use sayings::Sayings;

/// What the step starts from.
pub(crate) struct Start<'a> {
    pub(crate) home: &'a Home,
    pub(crate) lake: &'a Lake,
    pub(crate) live: &'a Live,
    pub(crate) customers: &'a Customers,
    pub(crate) checks: &'a Checks,
    /// Of the edition being made.
    pub(crate) number: u64,
    pub(crate) as_of: Day,
}

/// Writes `loss_reasons`, `loss_causes` and `loss_cause_of` from the timeline and the postings.
pub(crate) async fn write(start: &Start<'_>, told: Told<'_>) -> Result<(), Error> {
    told(0);
    let snapshot = start.lake.head().await?;
    let view = start.lake.view(snapshot).await?;
    start.live.put(&view)?;
    let sayings = Sayings::read(&view, &start.home.config).await?;
    let ordered = start.lake.view_in_order(snapshot).await?;
    let losses = losses(&ordered).await?;
    let settings = settings(start, &sayings);
    let studies = walk(start, &ordered, &settings, &sayings, &losses, told).await?;
    let figures = figures(&studies, &settings.sayings, &start.customers.splits)?;
    let names = tables::Names::read(&view, start.home, &start.customers.names).await?;
    tables::write(start, &names, &sayings, &studies, &figures).await
}

fn settings(start: &Start<'_>, sayings: &Sayings) -> Settings {
    let config = &start.home.config;
    let answer_days = |touchpoint: &model::config::Touchpoint| {
        touchpoint.answer_days.as_ref().map_or(0, |days| *days.get_ref())
    };
    Settings {
        gap_days: config.streams.iter().map(|stream| start.checks.gap_days(stream.id.get_ref())).collect(),
        answer_days: config.touchpoints.iter().map(answer_days).collect(),
        segment_of: start.customers.segment_of.clone(),
        sayings: sayings.said.clone(),
        as_of: start.as_of,
    }
}

/// Every loss that was booked, by customer and day.
async fn losses(ordered: &View) -> Result<Vec<Loss>, Error> {
    let sql = format!(
        "select customer, day, value_minor, stream from postings where movement = {}",
        Movement::Lost.code()
    );
    let mut losses = Vec::new();
    let mut rows = ordered.stream(&sql).await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let (customer, day) =
            (column::<UInt32Array>(&batch, "customer")?, column::<Date32Array>(&batch, "day")?);
        let (value, stream) =
            (column::<Int64Array>(&batch, "value_minor")?, column::<UInt16Array>(&batch, "stream")?);
        losses.extend((0..batch.num_rows()).map(|row| Loss {
            customer: customer.value(row),
            day: Day(day.value(row)),
            value_minor: value.value(row).saturating_neg(),
            stream: stream.value(row),
        }));
    }
    Ok(losses)
}

const TIMELINE: &str = "select customer, day, kind, touchpoint, outcome, stream, value_minor, reference, \
     clause, currency, original_minor, import_id, row_no, part from timeline";

async fn walk(
    start: &Start<'_>,
    ordered: &View,
    settings: &Settings,
    sayings: &Sayings,
    losses: &[Loss],
    told: Told<'_>,
) -> Result<Vec<Study>, Error> {
    let config = &start.home.config;
    let rates = Currencies::of(config)?.rates(config);
    let mut levels = Levels::new(&terms::policies(config), &rates);
    let mut walk = Walk::new(settings, losses);
    let mut rows = ordered.stream(TIMELINE).await?;
    let mut read = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let values = levels.of(Chunk::of(&batch)?.rows())?;
        push(&mut walk, &batch, &values, &sayings.of(&batch)?)?;
        read += batch.num_rows() as u64;
        told(read);
    }
    Ok(walk.finish()?)
}

fn push(walk: &mut Walk<'_>, batch: &RecordBatch, values: &[i64], said: &[u32]) -> Result<(), Error> {
    Ok(walk.push(Events {
        customer: column::<UInt32Array>(batch, "customer")?.values(),
        day: column::<Date32Array>(batch, "day")?.values(),
        kind: column::<UInt8Array>(batch, "kind")?.values(),
        touchpoint: column::<UInt16Array>(batch, "touchpoint")?.values(),
        outcome: column::<UInt8Array>(batch, "outcome")?.values(),
        stream: column::<UInt16Array>(batch, "stream")?.values(),
        value_minor: values,
        reference: column::<UInt64Array>(batch, "reference")?.values(),
        said,
    })?)
}
