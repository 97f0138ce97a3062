//! One pass over the postings and one over the timeline, feeding everything that looks at whole lives.

use crate::books::{Chunk, TIMELINE};
use crate::customers::Customers;
use crate::error::Error;
use crate::terms::{self, Currencies};
use crate::timeline::Told;
use arrow::array::{Date32Array, Int8Array, Int64Array, RecordBatch, UInt8Array, UInt16Array, UInt32Array};
use futures::StreamExt;
use lake::{View, column};
use ledger::cohorts::{CohortBuilder, Triangle};
use ledger::survival::{Lives, LivesBuilder};
use ledger::worth::{ContractBuilder, Contracts, HistoryBuilder, HistoryColumns, Silence, SilenceBuilder};
use ledger::{PostingRows, Rows};
use model::config::{Config, Regime, Stream};
use model::{Day, EventKind, Granularity, Movement};

const POSTINGS: &str = "select customer, day, movement, count, value_minor, stream from postings";

/// What the postings tell of lives.
pub(super) struct Lived {
    /// One triangle a granularity.
    pub(super) triangles: Vec<Triangle>,
    /// First lives.
    pub(super) lives: Lives,
    /// How each of them began, in the order of `lives`.
    pub(super) begun: Vec<Begun>,
    /// Whether a customer is active at the end of the books, by code.
    pub(super) active: Vec<bool>,
}

/// How a customer was gained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Begun {
    /// Days since 1970-01-01.
    pub(super) day: i32,
    /// Value brought on that day, minor units.
    pub(super) value_minor: i64,
    /// Code of the stream.
    pub(super) stream: u16,
}

impl Lived {
    pub(super) async fn read(view: &View, customers: &Customers, as_of: Day) -> Result<Self, Error> {
        let mut cohorts = Granularity::ALL.map(|by| CohortBuilder::new(as_of, by, &customers.splits));
        let mut lives = LivesBuilder::new(as_of);
        let mut begun = Vec::new();
        let mut active = vec![false; customers.count() as usize];
        let mut last = None;
        let mut rows = view.stream(POSTINGS).await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let postings = posting_rows(&batch)?;
            for builder in &mut cohorts {
                builder.push(postings)?;
            }
            lives.push(postings)?;
            let stream = column::<UInt16Array>(&batch, "stream")?.values();
            for (at, customer) in postings.customer.iter().enumerate() {
                if postings.movement[at] == Movement::Gained.code() && last != Some(*customer) {
                    last = Some(*customer);
                    let (day, value_minor) = (postings.day[at], postings.value_minor[at]);
                    begun.push(Begun { day, value_minor, stream: stream[at] });
                }
                match (active.get_mut(*customer as usize), postings.count[at]) {
                    (Some(active), 1..) => *active = true,
                    (Some(active), ..=-1) => *active = false,
                    _ => {}
                }
            }
        }
        let triangles = cohorts.into_iter().map(CohortBuilder::finish).collect();
        Ok(Self { triangles, lives: lives.finish(), begun, active })
    }
}

/// The columns of a batch of postings.
pub(crate) fn posting_rows(batch: &RecordBatch) -> lake::Result<PostingRows<'_>> {
    Ok(PostingRows {
        customer: column::<UInt32Array>(batch, "customer")?.values(),
        day: column::<Date32Array>(batch, "day")?.values(),
        movement: column::<UInt8Array>(batch, "movement")?.values(),
        count: column::<Int8Array>(batch, "count")?.values(),
        value_minor: column::<Int64Array>(batch, "value_minor")?.values(),
    })
}

/// What the timeline tells of purchases, contracts and silence.
pub(super) struct Met {
    /// Purchases in streams that count them, margins taken.
    pub(super) histories: HistoryColumns,
    /// Contracts of each contractual stream, by its position in the config.
    pub(super) contracts: Vec<(usize, Contracts)>,
    /// Days between meetings.
    pub(super) silence: Silence,
}

impl Met {
    pub(super) async fn read(
        view: &View,
        config: &Config,
        as_of: Day,
        told: Told<'_>,
    ) -> Result<Self, Error> {
        told(0);
        let rates = Currencies::of(config)?.rates(config);
        let mut contracts: Vec<(usize, ContractBuilder)> = Vec::new();
        for (at, policies) in terms::policies(config).into_iter().enumerate() {
            if let Some(policies) = policies {
                contracts.push((at, ContractBuilder::new(at as u16, policies, &rates, as_of)));
            }
        }
        let (mut histories, mut silence) = (HistoryBuilder::new(as_of), SilenceBuilder::new(as_of));
        let mut rows = view.stream(TIMELINE).await?;
        let mut read = 0;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let chunk = Chunk::of(&batch)?;
            let rows = chunk.rows();
            silence.push(rows)?;
            for (_, builder) in &mut contracts {
                builder.push(rows)?;
            }
            let (kind, value_minor) = counted(&rows, &config.streams);
            histories.push(Rows { kind: &kind, value_minor: &value_minor, ..rows })?;
            read += batch.num_rows() as u64;
            told(read);
        }
        Ok(Self {
            histories: histories.finish(),
            contracts: contracts.into_iter().map(|(at, builder)| (at, builder.finish())).collect(),
            silence: silence.finish(),
        })
    }
}

/// Kinds and values in which only purchases that a stream counts are purchases, worth their margin.
fn counted(rows: &Rows<'_>, streams: &[Stream]) -> (Vec<u8>, Vec<i64>) {
    let (purchase, contact) = (EventKind::Purchase.code(), EventKind::Contact.code());
    let one = |at: usize| {
        let (kind, value_minor) = (rows.kind[at], rows.value_minor[at]);
        if kind != purchase {
            return (kind, value_minor);
        }
        match streams.get(usize::from(rows.stream[at])) {
            Some(Stream { regime: Regime::Purchases, margin: None, .. }) => (kind, value_minor),
            Some(Stream { regime: Regime::Purchases, margin: Some(margin), .. }) => {
                (kind, (value_minor as f64 * margin).round() as i64)
            }
            _ => (contact, value_minor),
        }
    };
    (0..rows.kind.len()).map(one).unzip()
}
