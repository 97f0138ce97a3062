//! The ledger step: the timeline becomes postings, statements and states, and the books are checked.

use crate::customers::Customers;
use crate::error::Error;
use crate::inputs::gap_of;
use crate::terms::Currencies;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int8Array, Int64Array, RecordBatch, StringArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use futures::StreamExt;
use intake::Home;
use lake::tables;
use lake::{Lake, Mode, Write, column};
use ledger::{
    Calibration, Closing, Line, Pass, Postings, Regime, Rows, Rules, Splits, StatementBuilder, States,
    StreamRule, Terms,
};
use model::Day;
use model::config::ValueBasis;
use serde::Serialize;
use std::sync::Arc;

/// What the ledger step found in order, kept with the edition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Checks {
    /// The balance.
    pub(crate) balance: ledger::Checks,
    /// Version of the ledger's rules.
    pub(crate) rule_version: u32,
    /// Gap of each purchases stream, fixed or calibrated, with the share that came back.
    pub(crate) gaps: Vec<Gap>,
    /// Events with money that no stream counts.
    pub(crate) uncounted: u64,
    /// Postings written.
    pub(crate) postings: u64,
}

impl Checks {
    /// The gap of a stream of purchases; `None` for contracts.
    pub(crate) fn gap_days(&self, stream: &str) -> Option<u32> {
        self.gaps.iter().find(|gap| gap.stream == stream).map(|gap| gap.days)
    }

    /// For how many days after a purchase a customer may count as active; 0 where contracts alone decide.
    pub(crate) fn longest_gap_days(&self) -> u32 {
        self.gaps.iter().map(|gap| gap.days).max().unwrap_or(0)
    }
}

/// The gap of one stream.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Gap {
    stream: String,
    days: u32,
    calibrated: bool,
    /// Share of those booked lost who came back within the follow-up; `None` when it was not looked at.
    came_back_share: Option<f64>,
}

pub(crate) const TIMELINE: &str = "select customer, day, kind, stream, value_minor, reference, clause, currency, \
     original_minor from timeline";

/// Columns of a batch of the timeline.
pub(crate) struct Chunk<'a> {
    customer: &'a UInt32Array,
    day: &'a Date32Array,
    kind: &'a UInt8Array,
    stream: &'a UInt16Array,
    value_minor: &'a Int64Array,
    reference: &'a UInt64Array,
    clause: &'a UInt8Array,
    currency: &'a UInt8Array,
    original_minor: &'a Int64Array,
}

impl<'a> Chunk<'a> {
    pub(crate) fn of(batch: &'a RecordBatch) -> lake::Result<Self> {
        Ok(Self {
            customer: column(batch, "customer")?,
            day: column(batch, "day")?,
            kind: column(batch, "kind")?,
            stream: column(batch, "stream")?,
            value_minor: column(batch, "value_minor")?,
            reference: column(batch, "reference")?,
            clause: column(batch, "clause")?,
            currency: column(batch, "currency")?,
            original_minor: column(batch, "original_minor")?,
        })
    }

    pub(crate) fn rows(&self) -> Rows<'a> {
        Rows {
            customer: self.customer.values(),
            day: self.day.values(),
            kind: self.kind.values(),
            stream: self.stream.values(),
            value_minor: self.value_minor.values(),
            reference: self.reference.values(),
            terms: Some(Terms {
                clause: self.clause.values(),
                currency: self.currency.values(),
                original_minor: self.original_minor.values(),
            }),
        }
    }
}

/// Writes `postings`, `customer_state` and `statement` from the timeline at `snapshot`; fails when the books
/// do not balance.
pub(crate) async fn keep(
    home: &Home,
    lake: &Lake,
    customers: &Customers,
    snapshot: i64,
    edition: u64,
    as_of: Day,
    told: crate::timeline::Told<'_>,
) -> Result<Checks, Error> {
    told(0);
    let (rules, gaps) = rules(home, lake, snapshot, as_of).await?;
    let mut books = Books::begin(lake, customers, edition, as_of).await?;
    let mut pass = Pass::new(&rules);
    let view = lake.view_in_order(snapshot).await?;
    let mut rows = view.stream(TIMELINE).await?;
    let mut read = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        pass.push(Chunk::of(&batch)?.rows(), &mut books.postings, &mut books.states)?;
        books.drain(false)?;
        read += batch.num_rows() as u64;
        told(read);
    }
    let uncounted = pass.uncounted();
    pass.finish(&mut books.postings, &mut books.states);
    let (lines, closing, postings) = Box::pin(books.close()).await?;
    let balance = ledger::check_balance(&lines, &closing)?;
    let table = tables::statement();
    let batch = RecordBatch::try_new(Arc::clone(&table.schema), statement_rows(&lines, &customers.names))?;
    lake.put(&table, Mode::Replace, &format!("edition {edition}: statement"), &[batch]).await?;
    Ok(Checks { balance, rule_version: ledger::RULE_VERSION, gaps, uncounted, postings })
}

/// The ledger's rules; gaps that the config leaves to the data are calibrated on the timeline.
async fn rules(home: &Home, lake: &Lake, snapshot: i64, as_of: Day) -> Result<(Rules, Vec<Gap>), Error> {
    let config = &home.config;
    let regime = |gap_days| Regime::Purchases { gap_days };
    let annual = config.ledger.value == ValueBasis::Annual;
    let currencies = Currencies::of(config)?.rates(config);
    let mut rules = Rules { streams: Vec::new(), currencies, annual, as_of };
    let mut gaps = Vec::new();
    for stream in &config.streams {
        let margin = stream.margin;
        if stream.regime == model::config::Regime::Contractual {
            let regime = Regime::Contractual { policies: stream.policies() };
            rules.streams.push(StreamRule { regime, margin });
            continue;
        }
        let fixed = gap_of(stream);
        let (gap_days, came_back_share) = match fixed {
            Some(gap_days) => (gap_days, None),
            None => calibrated(lake, snapshot, &rules, stream).await?,
        };
        rules.streams.push(StreamRule { regime: regime(gap_days), margin });
        let stream = stream.id.get_ref().clone();
        gaps.push(Gap { stream, days: gap_days, calibrated: fixed.is_none(), came_back_share });
    }
    Ok((rules, gaps))
}

/// The gap the data choose for the next stream of `rules`, and the share of the lost who came back under it.
async fn calibrated(
    lake: &Lake,
    snapshot: i64,
    rules: &Rules,
    stream: &model::config::Stream,
) -> Result<(u32, Option<f64>), Error> {
    let mut calibration = Calibration::new(rules, rules.streams.len() as u16, stream.follow_up_days);
    let view = lake.view_in_order(snapshot).await?;
    let mut rows = view.stream(TIMELINE).await?;
    while let Some(batch) = rows.next().await {
        calibration.push(Chunk::of(&batch?)?.rows())?;
    }
    let found = calibration.finish().smallest_gap(stream.return_share);
    found.map(|found| (found.gap_days, found.share())).ok_or_else(|| Error::NoGap {
        stream: stream.id.get_ref().clone(),
        longest: ledger::MAX_GAP_DAYS,
        share: stream.return_share * 100.0,
    })
}

/// Rows of postings and states gathered before they are written.
const GATHERED: usize = 65_536;
/// Room for what is gathered and what one more chunk of the timeline may add.
const ROOM: usize = GATHERED + (GATHERED >> 2);

/// The books being written.
struct Books<'a> {
    postings: Postings,
    states: States,
    posted: Write,
    stated: Write,
    statement: StatementBuilder<'a>,
    closing: Closing,
    splits: &'a Splits,
}

impl<'a> Books<'a> {
    async fn begin(lake: &Lake, customers: &'a Customers, edition: u64, as_of: Day) -> Result<Self, Error> {
        let key = |table: &str| format!("edition {edition}: {table}");
        Ok(Self {
            postings: Postings::with_capacity(ROOM),
            states: States::default(),
            posted: lake.write(&tables::postings(), Mode::Replace, &key("postings")).await?,
            stated: lake.write(&tables::customer_state(), Mode::Replace, &key("customer_state")).await?,
            statement: StatementBuilder::new(as_of, &customers.splits),
            closing: Closing::new(&customers.splits),
            splits: &customers.splits,
        })
    }

    /// Writes what was gathered, once it is enough or it is the `last` time.
    fn drain(&mut self, last: bool) -> Result<(), Error> {
        if self.postings.len() >= GATHERED || last {
            self.statement.push(self.postings.rows())?;
            let batch = posting_rows(&mut self.postings)?;
            self.posted.batch(&batch)?;
        }
        if self.states.len() >= GATHERED || last {
            self.closing.add(&self.states, self.splits)?;
            let batch = state_rows(&mut self.states)?;
            self.stated.batch(&batch)?;
        }
        Ok(())
    }

    async fn close(mut self) -> Result<(Vec<Line>, Closing, u64), Error> {
        self.drain(true)?;
        let postings = self.posted.rows();
        self.posted.finish().await?;
        self.stated.finish().await?;
        Ok((self.statement.finish(), self.closing, postings))
    }
}

fn posting_rows(postings: &mut Postings) -> Result<RecordBatch, Error> {
    let Postings { customer, day, movement, count, value_minor, reason, stream, seq } =
        std::mem::replace(postings, Postings::with_capacity(ROOM));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from(customer)),
        Arc::new(Date32Array::from(day)),
        Arc::new(UInt8Array::from(movement)),
        Arc::new(Int8Array::from(count)),
        Arc::new(Int64Array::from(value_minor)),
        Arc::new(UInt8Array::from(reason)),
        Arc::new(UInt16Array::from(stream)),
        Arc::new(UInt32Array::from(seq)),
    ];
    Ok(RecordBatch::try_new(tables::postings().schema, columns)?)
}

fn state_rows(states: &mut States) -> Result<RecordBatch, Error> {
    let states = std::mem::take(states);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from(states.customer)),
        Arc::new(BooleanArray::from(states.active)),
        Arc::new(Int64Array::from(states.value_minor)),
        Arc::new(Date32Array::from(states.gained_on)),
        Arc::new(Date32Array::from(states.lost_on)),
        Arc::new(Date32Array::from(states.last_purchase_on)),
        Arc::new(UInt32Array::from(states.purchases)),
        Arc::new(Int64Array::from(states.net_minor)),
        Arc::new(UInt32Array::from(states.events)),
    ];
    Ok(RecordBatch::try_new(tables::customer_state().schema, columns)?)
}

/// The columns of `statement`; segments by name.
pub(crate) fn statement_rows(lines: &[Line], segments: &[String]) -> Vec<ArrayRef> {
    let segment = |line: &Line| {
        line.segment.and_then(|code| segments.get(usize::from(code))).map_or("", String::as_str)
    };
    let mut columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line.period.granularity.name()))),
        Arc::new(StringArray::from_iter_values(lines.iter().map(|line| line.period.to_string()))),
        Arc::new(Date32Array::from_iter_values(lines.iter().map(|line| line.period.start().0))),
        Arc::new(StringArray::from_iter_values(lines.iter().map(segment))),
    ];
    for at in 0..ledger::FIGURES.len() {
        columns.push(Arc::new(Int64Array::from_iter_values(
            lines.iter().map(|line| line.figures.as_array()[at]),
        )));
    }
    for at in 0..tables::OPENING_COHORT.len() {
        columns.push(Arc::new(Int64Array::from_iter_values(
            lines.iter().map(|line| line.cohort.as_array()[at]),
        )));
    }
    columns
}
