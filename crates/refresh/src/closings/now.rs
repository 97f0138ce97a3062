//! The books of an edition as closings compare them with what was frozen.

use crate::asset::posting_rows;
use crate::books::{Chunk, TIMELINE};
use crate::error::Error;
use arrow::array::{BooleanArray, Int64Array, StringArray, UInt32Array, UInt64Array};
use futures::StreamExt;
use lake::{View, column};
use ledger::closing::{Frozen, RecordOf, Stock, StockBuilder, Who};
use ledger::{Closing, Line, PostingRows, StatementBuilder, States};
use model::Day;
use std::collections::BTreeSet;
use uuid::Uuid;

const POSTINGS: &str = "select customer, day, movement, count, value_minor from postings";

/// Customers and records of an edition, and where its books are read.
pub(super) struct Company {
    /// Reads rows in the order they were written.
    view: View,
    as_of: Day,
    /// Permanent ids by customer code.
    ids: Vec<u128>,
    segment_of: Vec<u16>,
    /// Names by code; none where customers are not split.
    pub(super) segments: Vec<String>,
    pub(super) records: Vec<RecordOf>,
}

impl Company {
    pub(super) async fn read(view: View, as_of: Day) -> Result<Self, Error> {
        let batch = view.table("select customer, id, segment from customers order by customer").await?;
        let (id, segment): (&StringArray, &StringArray) = (column(&batch, "id")?, column(&batch, "segment")?);
        let ids = id.iter().flatten().map(uuid).collect::<Result<Vec<u128>, Error>>()?;
        let names: BTreeSet<&str> = segment.iter().flatten().filter(|name| !name.is_empty()).collect();
        let segments: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let code = |name: &str| segments.binary_search_by(|known| known.as_str().cmp(name));
        let segment_of = segment.iter().map(|name| name.and_then(|name| code(name).ok()).unwrap_or(0) as u16);
        let segment_of = segment_of.collect();
        let batch = view.table("select record_hash, customer from customer_of").await?;
        let record: &UInt64Array = column(&batch, "record_hash")?;
        let customer: &UInt32Array = column(&batch, "customer")?;
        let of = |(record, customer): (&u64, &u32)| {
            ids.get(*customer as usize).map(|id| RecordOf { record: *record, customer: *id })
        };
        let records = record.values().iter().zip(customer.values()).filter_map(of).collect();
        Ok(Self { view, as_of, ids, segment_of, segments, records })
    }

    /// The lines as restated.
    pub(super) async fn lines(&self) -> Result<Vec<Line>, Error> {
        let mut builder = StatementBuilder::new(self.as_of, self.segments.len() as u16);
        self.postings(|rows| builder.push(rows, &self.segment_of)).await?;
        Ok(builder.finish())
    }

    /// Who stands where at the ends of some days.
    pub(super) async fn stock(&self, days: &[Day]) -> Result<Stock, Error> {
        let mut builder = StockBuilder::new(days);
        self.postings(|rows| builder.push_postings(rows)).await?;
        let mut rows = self.view.stream(TIMELINE).await?;
        while let Some(batch) = rows.next().await {
            builder.push_events(Chunk::of(&batch?)?.rows())?;
        }
        let segments = self.segments.len() as u16;
        Ok(builder.finish(&Who { ids: &self.ids, segment_of: &self.segment_of, segments })?)
    }

    /// Where the customers themselves stand, with segments by the codes of a frozen history.
    pub(super) async fn standing(&self, frozen: &Frozen<'_>) -> Result<Closing, Error> {
        let mut closing = Closing::new(frozen.segments().len() as u16);
        let unsplit = frozen.unsplit().filter(|_| self.segments.is_empty());
        let unsplit = unsplit.map(|code| vec![code; self.ids.len()]);
        let segment_of = unsplit.as_deref().unwrap_or(&self.segment_of);
        let mut rows = self.view.stream("select customer, active, value_minor from customer_state").await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let states = States {
                customer: column::<UInt32Array>(&batch, "customer")?.values().to_vec(),
                active: column::<BooleanArray>(&batch, "active")?.iter().map(|is| is == Some(true)).collect(),
                value_minor: column::<Int64Array>(&batch, "value_minor")?.values().to_vec(),
                ..States::default()
            };
            closing.add(&states, segment_of)?;
        }
        Ok(closing)
    }

    async fn postings(
        &self,
        mut take: impl FnMut(PostingRows<'_>) -> Result<(), ledger::Error>,
    ) -> Result<(), Error> {
        let mut rows = self.view.stream(POSTINGS).await?;
        while let Some(batch) = rows.next().await {
            take(posting_rows(&batch?)?)?;
        }
        Ok(())
    }
}

fn uuid(text: &str) -> Result<u128, Error> {
    let id = Uuid::parse_str(text).map_err(|_| Error::Unknown(format!("the customer id `{text}`")))?;
    Ok(id.as_u128())
}
