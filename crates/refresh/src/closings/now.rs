//! The books of an edition as closings compare them with what was frozen.

use crate::asset::posting_rows;
use crate::books::{Chunk, TIMELINE};
use crate::error::Error;
use arrow::array::{BooleanArray, Int64Array, StringArray, UInt32Array, UInt64Array};
use futures::StreamExt;
use lake::{View, column};
use ledger::closing::{Frozen, RecordOf, Stock, StockBuilder, Who};
use ledger::{Closing, Line, PostingRows, Splits, StatementBuilder, States};
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
    /// By the first split; for nobody where customers are not split.
    segment_of: Vec<u16>,
    /// Names by code; none where customers are not split.
    pub(super) segments: Vec<String>,
    pub(super) records: Vec<RecordOf>,
}

impl Company {
    pub(super) async fn read(view: View, as_of: Day) -> Result<Self, Error> {
        let batch = view.table("select customer, id from customers order by customer").await?;
        let id: &StringArray = column(&batch, "id")?;
        let ids = id.iter().flatten().map(uuid).collect::<Result<Vec<u128>, Error>>()?;
        // What is closed is kept by the first split.
        let sql = "select customer, segment from customer_segments \
                   where split = (select min(split) from segments where rank = 0) order by customer";
        let batch = view.table(sql).await?;
        let segment: &StringArray = column(&batch, "segment")?;
        let names: BTreeSet<&str> = segment.iter().flatten().filter(|name| !name.is_empty()).collect();
        let segments: Vec<String> = names.into_iter().map(str::to_owned).collect();
        let code = |name: &str| segments.binary_search_by(|known| known.as_str().cmp(name));
        let segment_of: Vec<u16> =
            segment.iter().map(|name| name.and_then(|name| code(name).ok()).unwrap_or(0) as u16).collect();
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
        let splits = Splits::one(self.segments.len() as u16, self.segment_of.clone());
        let mut builder = StatementBuilder::new(self.as_of, &splits);
        self.postings(|rows| builder.push(rows)).await?;
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
        let unsplit = frozen.unsplit().filter(|_| self.segments.is_empty());
        let unsplit = unsplit.map(|code| vec![code; self.ids.len()]);
        let segment_of = unsplit.unwrap_or_else(|| self.segment_of.clone());
        let splits = Splits::one(frozen.segments().len() as u16, segment_of);
        let mut closing = Closing::new(&splits);
        let mut rows = self.view.stream("select customer, active, value_minor from customer_state").await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let states = States {
                customer: column::<UInt32Array>(&batch, "customer")?.values().to_vec(),
                active: column::<BooleanArray>(&batch, "active")?.iter().map(|is| is == Some(true)).collect(),
                value_minor: column::<Int64Array>(&batch, "value_minor")?.values().to_vec(),
                ..States::default()
            };
            closing.add(&states, &splits)?;
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
