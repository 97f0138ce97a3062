//! The history of closings in the lake: the rows of each, and the step that makes them count.

use crate::error::Error;
use arrow::array::{
    Array, ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt16Array, UInt64Array,
};
use lake::tables::{self, OPENING_COHORT, STATEMENT_FIGURES, Table};
use lake::{Lake, Mode, View, column};
use ledger::closing::{BridgeRow, Cause, Change, Closure, RecordOf, Reopening, Seal, Step};
use ledger::{Figures, Line, OpeningCohort};
use model::{Day, Period};
use std::sync::Arc;
use uuid::Uuid;

/// Rows written at a time.
const CHUNK: usize = 65_536;

/// Adds a step: its rows, then by one commit the step that makes them count.
pub(super) async fn add(lake: &Lake, seq: u64, step: &Step) -> Result<(), Error> {
    if let Step::Closed(closure) = step {
        put(lake, &tables::closing_lines(), closure, &closure.lines, line_columns).await?;
        put(lake, &tables::closing_adjustments(), closure, &closure.adjustments, adjustment_columns).await?;
        put(lake, &tables::closing_changes(), closure, &closure.changes, change_columns).await?;
        put(lake, &tables::closing_records(), closure, &closure.records, record_columns).await?;
    }
    let batch = RecordBatch::try_new(tables::closings().schema, step_columns(seq, step)?)?;
    lake.put(&tables::closings(), Mode::Append, &format!("closing {seq}"), &[batch]).await?;
    Ok(())
}

/// What names the rows of a closing: the first 16 digits of its seal.
fn number(seal: Seal) -> u64 {
    seal.0.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

async fn put<T>(
    lake: &Lake,
    table: &Table,
    closure: &Closure,
    rows: &[T],
    columns: fn(&[T]) -> Vec<ArrayRef>,
) -> Result<(), Error> {
    let mut write =
        lake.write(table, Mode::Append, &format!("closing {}: {}", closure.seal, table.name)).await?;
    for rows in rows.chunks(CHUNK) {
        let closing: ArrayRef = Arc::new(UInt64Array::from(vec![number(closure.seal); rows.len()]));
        let all = std::iter::once(closing).chain(columns(rows)).collect();
        write.batch(&RecordBatch::try_new(Arc::clone(&table.schema), all)?)?;
    }
    write.finish().await?;
    Ok(())
}

fn id(customer: u128) -> String {
    Uuid::from_u128(customer).to_string()
}

fn ids(customers: impl Iterator<Item = u128>) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(customers.map(id)))
}

fn numbers(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values))
}

fn line_columns(lines: &[Line]) -> Vec<ArrayRef> {
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line.period.to_string()))),
        Arc::new(lines.iter().map(|line| line.segment).collect::<UInt16Array>()),
    ];
    for at in 0..STATEMENT_FIGURES.len() {
        columns.push(numbers(lines.iter().map(|line| line.figures.as_array()[at])));
    }
    for at in 0..OPENING_COHORT.len() {
        columns.push(numbers(lines.iter().map(|line| line.cohort.as_array()[at])));
    }
    columns
}

fn adjustment_columns(rows: &[BridgeRow]) -> Vec<ArrayRef> {
    vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row.cause.name()))),
        Arc::new(rows.iter().map(|row| row.segment).collect::<UInt16Array>()),
        ids(rows.iter().map(|row| row.customer)),
        numbers(rows.iter().map(|row| row.count)),
        numbers(rows.iter().map(|row| row.value_minor)),
    ]
}

fn change_columns(rows: &[Change]) -> Vec<ArrayRef> {
    vec![
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.cut_off.0))),
        ids(rows.iter().map(|row| row.customer)),
        Arc::new(rows.iter().map(|row| row.segment).collect::<UInt16Array>()),
        numbers(rows.iter().map(|row| row.count)),
        numbers(rows.iter().map(|row| row.value_minor)),
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| row.events))),
    ]
}

fn record_columns(rows: &[RecordOf]) -> Vec<ArrayRef> {
    vec![
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|row| row.record))),
        ids(rows.iter().map(|row| row.customer)),
    ]
}

fn step_columns(seq: u64, step: &Step) -> Result<Vec<ArrayRef>, Error> {
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
    let (name, edition, at_us, rules, reason, segments, previous) = match step {
        Step::Closed(c) => (CLOSED, c.edition, c.at_us, &*c.rules, "", &*c.segments, c.previous),
        Step::Reopened(r) => (REOPENED, r.edition, r.at_us, "", &*r.reason, &[][..], r.previous),
    };
    Ok(vec![
        Arc::new(UInt64Array::from(vec![seq])),
        text(name),
        text(&step.period().to_string()),
        Arc::new(UInt64Array::from(vec![edition])),
        Arc::new(TimestampMicrosecondArray::from(vec![at_us]).with_timezone("UTC")),
        text(rules),
        text(reason),
        text(&serde_json::to_string(segments)?),
        text(&previous.map_or_else(String::new, |seal| seal.to_string())),
        text(&step.seal().to_string()),
    ])
}

pub(super) const CLOSED: &str = "closed";
pub(super) const REOPENED: &str = "reopened";

/// Every step up to a snapshot, oldest first, with all its rows in the order they were sealed in.
pub(super) async fn read(view: &View) -> Result<Vec<Step>, Error> {
    let batch = view.table("select * from closings order by seq").await?;
    let text = |name| column::<StringArray>(&batch, name);
    let (step, period, rules, reason) = (text("step")?, text("period")?, text("rules")?, text("reason")?);
    let (segments, previous, seal) = (text("segments")?, text("previous")?, text("seal")?);
    let edition: &UInt64Array = column(&batch, "edition")?;
    let at: &TimestampMicrosecondArray = column(&batch, "at")?;
    let mut steps = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let (period, seal) = (period_of(period.value(row))?, seal_of(seal.value(row))?);
        let previous = match previous.value(row) {
            "" => None,
            told => Some(seal_of(told)?),
        };
        let (edition, at_us) = (edition.value(row), at.value(row));
        steps.push(match step.value(row) {
            CLOSED => Step::Closed(Closure {
                period,
                edition,
                at_us,
                rules: rules.value(row).to_owned(),
                segments: serde_json::from_str(segments.value(row))?,
                lines: lines(&rows(view, &tables::closing_lines(), seal).await?)?,
                adjustments: adjustments(&rows(view, &tables::closing_adjustments(), seal).await?)?,
                changes: changes(&rows(view, &tables::closing_changes(), seal).await?)?,
                records: records(&rows(view, &tables::closing_records(), seal).await?)?,
                previous,
                seal,
            }),
            REOPENED => {
                let reason = reason.value(row).to_owned();
                Step::Reopened(Reopening { period, edition, at_us, reason, previous, seal })
            }
            other => return Err(Error::Unknown(format!("the step `{other}` in closings"))),
        });
    }
    Ok(steps)
}

async fn rows(view: &View, table: &Table, seal: Seal) -> Result<RecordBatch, Error> {
    Ok(view.table(&format!("select * from {} where closing = {}", table.name, number(seal))).await?)
}

pub(super) fn period_of(text: &str) -> Result<Period, Error> {
    Period::parse(text).ok_or_else(|| Error::Unknown(format!("the period `{text}`")))
}

fn seal_of(text: &str) -> Result<Seal, Error> {
    Seal::parse(text).ok_or_else(|| Error::Unknown(format!("the seal `{text}`")))
}

fn customer_of(text: &str) -> Result<u128, Error> {
    let id = Uuid::parse_str(text).map_err(|_| Error::Unknown(format!("the customer id `{text}`")))?;
    Ok(id.as_u128())
}

fn segment_of(column: &UInt16Array, row: usize) -> Option<u16> {
    column.is_valid(row).then(|| column.value(row))
}

fn lines(batch: &RecordBatch) -> Result<Vec<Line>, Error> {
    let period: &StringArray = column(batch, "period")?;
    let segment: &UInt16Array = column(batch, "segment")?;
    let names = STATEMENT_FIGURES.iter().chain(OPENING_COHORT);
    let figures = names.map(|name| column::<Int64Array>(batch, name)).collect::<lake::Result<Vec<_>>>()?;
    let line = |row: usize| {
        let mut figure = figures.iter().map(|column| column.value(row));
        let mut next = || figure.next().unwrap_or_default();
        Ok(Line {
            period: period_of(period.value(row))?,
            segment: segment_of(segment, row),
            figures: Figures::from_array(std::array::from_fn(|_| next())),
            cohort: OpeningCohort::from_array(std::array::from_fn(|_| next())),
        })
    };
    let mut lines = (0..batch.num_rows()).map(line).collect::<Result<Vec<_>, Error>>()?;
    lines.sort_unstable_by_key(|line| (line.period.granularity, line.segment, line.period.index));
    Ok(lines)
}

fn adjustments(batch: &RecordBatch) -> Result<Vec<BridgeRow>, Error> {
    let (cause, customer): (&StringArray, &StringArray) =
        (column(batch, "cause")?, column(batch, "customer")?);
    let segment: &UInt16Array = column(batch, "segment")?;
    let (count, value): (&Int64Array, &Int64Array) = (column(batch, "count")?, column(batch, "value_minor")?);
    let row = |row: usize| {
        Ok(BridgeRow {
            cause: cause_of(cause.value(row))?,
            segment: segment_of(segment, row),
            customer: customer_of(customer.value(row))?,
            count: count.value(row),
            value_minor: value.value(row),
        })
    };
    let mut rows = (0..batch.num_rows()).map(row).collect::<Result<Vec<_>, Error>>()?;
    rows.sort_unstable();
    Ok(rows)
}

pub(crate) fn cause_of(name: &str) -> Result<Cause, Error> {
    let known = Cause::ALL.into_iter().find(|cause| cause.name() == name);
    known.ok_or_else(|| Error::Unknown(format!("the cause `{name}`")))
}

fn changes(batch: &RecordBatch) -> Result<Vec<Change>, Error> {
    let cut_off: &Date32Array = column(batch, "cut_off")?;
    let customer: &StringArray = column(batch, "customer")?;
    let segment: &UInt16Array = column(batch, "segment")?;
    let (count, value): (&Int64Array, &Int64Array) = (column(batch, "count")?, column(batch, "value_minor")?);
    let events: &UInt64Array = column(batch, "events")?;
    let row = |row: usize| {
        Ok(Change {
            cut_off: Day(cut_off.value(row)),
            customer: customer_of(customer.value(row))?,
            segment: segment_of(segment, row),
            count: count.value(row),
            value_minor: value.value(row),
            events: events.value(row),
        })
    };
    let mut rows = (0..batch.num_rows()).map(row).collect::<Result<Vec<_>, Error>>()?;
    rows.sort_unstable_by_key(|change| (change.cut_off, change.customer));
    Ok(rows)
}

fn records(batch: &RecordBatch) -> Result<Vec<RecordOf>, Error> {
    let (record, customer): (&UInt64Array, &StringArray) =
        (column(batch, "record_hash")?, column(batch, "customer")?);
    let row =
        |row: usize| Ok(RecordOf { record: record.value(row), customer: customer_of(customer.value(row))? });
    let mut rows = (0..batch.num_rows()).map(row).collect::<Result<Vec<_>, Error>>()?;
    rows.sort_unstable();
    Ok(rows)
}
