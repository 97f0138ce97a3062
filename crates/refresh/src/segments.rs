//! The segments step: for every way of splitting, in which segment each customer is.

mod asked;
mod met;
mod values;

use crate::customers::Customers;
use crate::error::Error;
use arrow::array::{ArrayRef, RecordBatch, StringArray, UInt16Array, UInt32Array, UInt64Array};
use intake::Home;
use lake::tables;
use lake::{Lake, Mode};
use ledger::Splits;
use model::Day;
use model::config::{Split, SplitBy, segment_address};
use std::sync::Arc;
pub(crate) use values::Values;

/// Segments of a split beside `other`, the largest.
const MOST: usize = 100;
/// The segment of customers of whom nothing tells one.
const UNKNOWN: &str = "unknown";
/// The segment of customers whose value is beyond the largest.
const OTHER: &str = "other";
/// Customers in one batch of `customer_segments`.
const BATCH: u32 = 65_536;

/// What the step starts from.
pub(crate) struct Start<'a> {
    pub(crate) home: &'a Home,
    pub(crate) lake: &'a Lake,
    /// Of the edition being made.
    pub(crate) number: u64,
    pub(crate) as_of: Day,
}

/// One split, told.
struct Told<'a> {
    split: &'a Split,
    /// Values by code, ascending.
    values: Vec<String>,
    /// By customer code.
    of: Vec<u16>,
}

/// Puts every customer in a segment of each split and writes `segments` and `customer_segments`; identity and timeline
/// must be written.
pub(crate) async fn tell(start: &Start<'_>, customers: &mut Customers) -> Result<(), Error> {
    let config = &start.home.config;
    let snapshot = start.lake.head().await?;
    let view = start.lake.view(snapshot).await?;
    let mut recorded = std::mem::take(&mut customers.recorded).into_iter();
    let count = customers.count();
    let mut told = Vec::with_capacity(config.splits.len());
    for split in &config.splits {
        let (values, missing) = match split.by() {
            Some(SplitBy::Event(of, take)) => {
                (met::values(&view, start.home, count, (of, take), start.as_of).await?, UNKNOWN)
            }
            Some(SplitBy::Sql(sql)) => asked::values(start.lake, snapshot, split, sql, count).await?,
            Some(SplitBy::Record(_)) | None => (recorded.next().unwrap_or_default(), UNKNOWN),
        };
        let (values, of) = values.segments(count, MOST, [missing, OTHER]);
        told.push(Told { split, values, of });
    }
    write(start, &told, count).await?;
    customers.put(told.into_iter().map(|told| {
        let id = told.split.id.get_ref();
        (told.values.iter().map(|value| segment_address(id, value)).collect(), told.of)
    }))
}

async fn write(start: &Start<'_>, told: &[Told<'_>], customers: u32) -> Result<(), Error> {
    let key = |name: &str| format!("edition {}: {name}", start.number);
    let table = tables::segments();
    let batch = RecordBatch::try_new(Arc::clone(&table.schema), segment_rows(told))?;
    start.lake.put(&table, Mode::Replace, &key(table.name), &[batch]).await?;
    let table = tables::customer_segments();
    let mut write = start.lake.write(&table, Mode::Replace, &key(table.name)).await?;
    for from in (0..customers).step_by(BATCH as usize) {
        let codes = from..customers.min(from.saturating_add(BATCH));
        let rows: Vec<(u32, &Told<'_>)> =
            codes.flat_map(|customer| told.iter().map(move |told| (customer, told))).collect();
        let address = |(customer, told): &(u32, &Told<'_>)| {
            segment_address(told.split.id.get_ref(), &told.values[usize::from(told.of[*customer as usize])])
        };
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(rows.iter().map(|(customer, _)| *customer))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, told)| told.split.id.get_ref()))),
            Arc::new(StringArray::from_iter_values(rows.iter().map(address))),
        ];
        write.batch(&RecordBatch::try_new(Arc::clone(&table.schema), columns)?)?;
    }
    write.finish().await?;
    Ok(())
}

fn segment_rows(told: &[Told<'_>]) -> Vec<ArrayRef> {
    let rows: Vec<(usize, &Told<'_>, usize)> = told
        .iter()
        .enumerate()
        .flat_map(|(at, told)| (0..told.values.len()).map(move |code| (at, told, code)))
        .collect();
    let mut customers: Vec<Vec<u64>> = told.iter().map(|told| vec![0; told.values.len()]).collect();
    for (counts, told) in customers.iter_mut().zip(told) {
        for code in &told.of {
            counts[usize::from(*code)] += 1;
        }
    }
    let text = |of: &dyn Fn(&Told<'_>, usize) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, told, code)| of(told, *code))))
    };
    vec![
        Arc::new(UInt16Array::from_iter_values(rows.iter().map(|(at, ..)| *at as u16))),
        text(&|told, _| told.split.id.get_ref().clone()),
        text(&|told, _| told.split.shown().to_owned()),
        text(&|told, code| segment_address(told.split.id.get_ref(), &told.values[code])),
        text(&|told, code| told.values[code].clone()),
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|(at, _, code)| customers[*at][*code]))),
    ]
}

impl Customers {
    /// Takes the segments of every split: addresses by code and, by customer, codes.
    fn put(&mut self, told: impl Iterator<Item = (Vec<String>, Vec<u16>)>) -> Result<(), Error> {
        self.splits = Splits::default();
        self.names = Vec::new();
        for (at, (names, of)) in told.enumerate() {
            if at == 0 {
                self.segments.clone_from(&names);
                self.segment_of.clone_from(&of);
            }
            self.splits.add(names.len() as u16, of)?;
            self.names.extend(names);
        }
        Ok(())
    }
}
