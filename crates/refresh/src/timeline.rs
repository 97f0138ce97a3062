//! The timeline step: every customer's events in one order, with touchpoints, days and streams told by code.
//!
//! Events are read once in any order, packed, gathered in buckets of neighbouring customers and sorted there: a
//! fraction of the cost of joining and sorting them as a query, and memory is bounded.

mod buckets;
mod happened;

use crate::customers::Customers;
use crate::error::Error;
use crate::inputs::Live;
use crate::terms::Currencies;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use buckets::Buckets;
use futures::StreamExt;
use happened::Happened;
use intake::Home;
use lake::tables;
use lake::{Lake, Mode, View, column};
use model::period::DayCutter;
use model::{EventKind, Outcome};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Told while the timeline is written: events so far.
pub(crate) type Told<'a> = &'a mut (dyn FnMut(u64) + Send);

/// Rows of the timeline written at a time.
const CHUNK: usize = 65_536;

/// Writes `touchpoints` and `timeline`. Returns how many events.
pub(crate) async fn write(
    home: &Home,
    lake: &Lake,
    live: &Live,
    customers: &Customers,
    snapshot: i64,
    edition: u64,
    told: Told<'_>,
) -> Result<u64, Error> {
    told(0);
    let view = lake.view(snapshot).await?;
    live.put(&view)?;
    let replaced = replaced(&view).await?;
    let known = live.imports.iter().map(|live| live.import.counts.events).sum();
    let buckets = Buckets::new(home.folder.join("tmp"), customers.count(), known);
    let (names, currencies) = (Names::default(), Currencies::of(&home.config)?);
    let mut gathering = Gathering { live, customers, replaced, names, currencies, buckets };
    let mut rows = view.stream(EVENTS).await?;
    while let Some(batch) = rows.next().await {
        gathering.batch(&batch?)?;
    }
    let Gathering { names, buckets, .. } = gathering;
    let (names, touchpoint_of) = names.with_touchpoints(home)?;
    let outcome_of = outcomes(home, &touchpoint_of);
    let key = format!("edition {edition}: touchpoints");
    lake.put(&tables::touchpoints(), Mode::Replace, &key, &[touchpoint_rows(home, &names)?]).await?;
    let key = format!("edition {edition}: timeline");
    let mut write = lake.write(&tables::timeline(), Mode::Replace, &key).await?;
    let cutter = DayCutter::new(home.config.zone());
    let mut order = Order { cutter, customer: u32::MAX, seq: 0, live, touchpoint_of, outcome_of };
    buckets.in_order(|bucket| {
        for chunk in bucket.chunks(CHUNK) {
            write.batch(&order.rows(chunk)?)?;
            told(write.rows());
        }
        Ok(())
    })?;
    let events = write.rows();
    write.finish().await?;
    Ok(events)
}

const EVENTS: &str = "select e.import_id, e.row_no, e.part, e.record_hash, e.at, e.kind, e.event, e.outcome, \
     e.value_minor, e.reference, e.score, e.clause, e.currency, e.original_minor \
     from side.main.live l join events e on l.import_id = e.import_id";

/// Events as they are read.
struct Gathering<'a> {
    live: &'a Live,
    customers: &'a Customers,
    replaced: FxHashSet<Address>,
    names: Names,
    currencies: Currencies,
    buckets: Buckets,
}

/// Import, row and part: where an event was read.
type Address = (u64, u64, u16);

impl Gathering<'_> {
    fn batch(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let (import, row_no, part) = addresses(batch)?;
        let record: &UInt64Array = column(batch, "record_hash")?;
        let at: &TimestampMicrosecondArray = column(batch, "at")?;
        let (kind, outcome) = (column::<UInt8Array>(batch, "kind")?, column::<UInt8Array>(batch, "outcome")?);
        let value: &Int64Array = column(batch, "value_minor")?;
        let (event, reference) =
            (column::<StringArray>(batch, "event")?, column::<StringArray>(batch, "reference")?);
        let score: &Float64Array = column(batch, "score")?;
        let said = Said::of(batch)?;
        let mut import_known = (0, u32::MAX);
        for row in 0..batch.num_rows() {
            let address = (import.value(row), row_no.value(row), part.value(row));
            if !self.replaced.is_empty() && self.replaced.contains(&address) {
                continue;
            }
            let Some(customer) = self.customers.of(record.value(row)) else { continue };
            if import_known.0 != address.0 || import_known.1 == u32::MAX {
                import_known = (address.0, self.rank(address.0)?);
            }
            let rank = import_known.1;
            let (clause, foreign) = said.row(row, kind.value(row), &self.currencies)?;
            let score = if score.is_null(row) { f64::NAN } else { score.value(row) };
            let silo = self.live.imports[rank as usize].silo;
            self.buckets.push(Happened {
                customer,
                rank,
                at: at.value(row),
                row_no: address.1,
                value_minor: value.value(row),
                reference: if reference.is_null(row) {
                    0
                } else {
                    self.names.reference(silo, reference.value(row))
                },
                extra: foreign.map_or(score.to_bits(), |(_, minor)| minor.cast_unsigned()),
                part: address.2,
                name: self.names.code(silo, event.value(row))?,
                kind: kind.value(row),
                outcome: outcome.value(row),
                clause,
                currency: foreign.map_or(0, |(code, _)| code),
            })?;
        }
        Ok(())
    }

    fn rank(&self, import: u64) -> Result<u32, Error> {
        let found = self.live.imports.iter().position(|live| live.import.id == import);
        found.map(|rank| rank as u32).ok_or_else(|| Error::Unknown(format!("the import {import:016x}")))
    }
}

/// What subscription events say beside their price.
struct Said<'a> {
    clause: &'a UInt8Array,
    currency: &'a StringArray,
    original_minor: &'a Int64Array,
}

impl<'a> Said<'a> {
    fn of(batch: &'a RecordBatch) -> lake::Result<Self> {
        Ok(Self {
            clause: column(batch, "clause")?,
            currency: column(batch, "currency")?,
            original_minor: column(batch, "original_minor")?,
        })
    }

    /// The clause's code, and the amount in a foreign currency with the code of that.
    fn row(&self, row: usize, kind: u8, known: &Currencies) -> Result<(u8, Option<(u8, i64)>), Error> {
        if kind != EventKind::Subscription.code() {
            return Ok((0, None));
        }
        let clause = if self.clause.is_null(row) { 0 } else { self.clause.value(row) };
        if self.currency.is_null(row) {
            return Ok((clause, None));
        }
        let code = known.code(self.currency.value(row))?;
        Ok((clause, Some((code, self.original_minor.value(row)))))
    }
}

fn addresses(batch: &RecordBatch) -> Result<(&UInt64Array, &UInt64Array, &UInt16Array), Error> {
    Ok((column(batch, "import_id")?, column(batch, "row_no")?, column(batch, "part")?))
}

/// Names of events by silo, coded as they come.
#[derive(Default)]
struct Names {
    code: FxHashMap<(u16, String), u16>,
    /// The last name asked for.
    last: (u16, String, u16),
    reference: Vec<u8>,
}

impl Names {
    fn code(&mut self, silo: u16, event: &str) -> Result<u16, Error> {
        if !self.code.is_empty() && (self.last.0, self.last.1.as_str()) == (silo, event) {
            return Ok(self.last.2);
        }
        let name = (silo, event.to_owned());
        let next = u16::try_from(self.code.len()).map_err(|_| too_many_names())?;
        let code = *self.code.entry(name.clone()).or_insert(next);
        self.last = (name.0, name.1, code);
        Ok(code)
    }

    /// Hash of silo and reference, never 0.
    fn reference(&mut self, silo: u16, reference: &str) -> u64 {
        self.reference.clear();
        self.reference.extend_from_slice(&silo.to_le_bytes());
        self.reference.extend_from_slice(reference.as_bytes());
        xxh3_64(&self.reference).max(1)
    }

    /// Every name with its touchpoint, by silo and name: those of the config by position, then one for each that
    /// none claims. Also the touchpoint of each code.
    fn with_touchpoints(self, home: &Home) -> Result<(Vec<Name>, Vec<u16>), Error> {
        let mut sorted: Vec<((u16, String), u16)> = self.code.into_iter().collect();
        sorted.sort_unstable();
        let mut next = home.config.touchpoints.len();
        let mut names = Vec::with_capacity(sorted.len());
        let mut touchpoint_of = vec![0; sorted.len()];
        for ((silo, event), code) in sorted {
            let touchpoint = home.config.touchpoint_of(&event).unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            let touchpoint = u16::try_from(touchpoint).map_err(|_| too_many_names())?;
            touchpoint_of[usize::from(code)] = touchpoint;
            names.push(Name { silo, event, touchpoint });
        }
        Ok((names, touchpoint_of))
    }
}

const fn too_many_names() -> Error {
    Error::TooMany {
        what: "event names",
        limit: 65_536,
        cure: "gather them by [[touchpoint]] match patterns",
    }
}

/// A name an event has in a silo, and the touchpoint it belongs to.
struct Name {
    silo: u16,
    event: String,
    touchpoint: u16,
}

/// The table `touchpoints`: the config's, then the unclaimed, owned by the department of their silo.
fn touchpoint_rows(home: &Home, names: &[Name]) -> Result<RecordBatch, Error> {
    let config = &home.config;
    let unclaimed: BTreeMap<u16, &Name> = names
        .iter()
        .filter(|name| usize::from(name.touchpoint) >= config.touchpoints.len())
        .map(|name| (name.touchpoint, name))
        .collect();
    let owner =
        |name: &Name| config.silos.get(usize::from(name.silo)).map_or("", |silo| silo.owner.get_ref());
    let claimed = config
        .touchpoints
        .iter()
        .map(|t| [t.id.get_ref(), t.name.as_str(), t.owner.get_ref(), t.stage.get_ref()]);
    let rest = unclaimed.values().map(|name| [name.event.as_str(), name.event.as_str(), owner(name), ""]);
    let rows: Vec<[&str; 4]> = claimed.chain(rest).collect();
    let text =
        |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(|row| row[at]))) };
    let is_claimed = (0..rows.len()).map(|at| at < config.touchpoints.len());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt16Array::from_iter_values(0..rows.len() as u16)),
        text(0),
        text(1),
        text(2),
        text(3),
        Arc::new(BooleanArray::from(is_claimed.collect::<Vec<_>>())),
    ];
    Ok(RecordBatch::try_new(tables::touchpoints().schema, columns)?)
}

/// Events with an id of their own that a later row of the same feed tells again: the last word stands.
async fn replaced(view: &View) -> Result<FxHashSet<Address>, Error> {
    let sql = "select import_id, row_no, part from ( \
             select e.import_id, e.row_no, e.part, row_number() over ( \
                 partition by l.feed, e.source_id order by l.rank desc, e.row_no desc, e.part desc) as nth \
             from side.main.live l join events e on l.import_id = e.import_id \
             where e.source_id is not null) as told \
         where nth > 1";
    let batch = view.table(sql).await?;
    let (import, row_no, part) = addresses(&batch)?;
    let address = |row: usize| (import.value(row), row_no.value(row), part.value(row));
    Ok((0..batch.num_rows()).map(address).collect())
}

/// Makes rows of events in order, with what follows from the order: the ordinal within the customer, the day.
struct Order<'a> {
    cutter: DayCutter,
    customer: u32,
    seq: u32,
    live: &'a Live,
    /// By code of the event's name.
    touchpoint_of: Vec<u16>,
    /// By code of the event's name: how it went where the silo does not say.
    outcome_of: Vec<u8>,
}

/// The outcome that the config gives the events of each touchpoint, by code of the event's name.
fn outcomes(home: &Home, touchpoint_of: &[u16]) -> Vec<u8> {
    let told = |touchpoint: &u16| {
        let touchpoint = home.config.touchpoints.get(usize::from(*touchpoint));
        touchpoint.and_then(|touchpoint| touchpoint.outcome).unwrap_or(Outcome::Unknown).code()
    };
    touchpoint_of.iter().map(told).collect()
}

impl Order<'_> {
    fn outcome(&self, event: &Happened) -> u8 {
        if event.outcome == Outcome::Unknown.code() {
            self.outcome_of[usize::from(event.name)]
        } else {
            event.outcome
        }
    }

    fn rows(&mut self, events: &[Happened]) -> Result<RecordBatch, Error> {
        let mut seq = Vec::with_capacity(events.len());
        for event in events {
            if event.customer != self.customer {
                (self.customer, self.seq) = (event.customer, 0);
            }
            seq.push(self.seq);
            self.seq += 1;
        }
        let day = events.iter().map(|event| self.cutter.day(event.at).0);
        let day = Date32Array::from_iter_values(day.collect::<Vec<_>>());
        let live = |event: &Happened| &self.live.imports[event.rank as usize];
        let at = TimestampMicrosecondArray::from_iter_values(events.iter().map(|event| event.at));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(events.iter().map(|event| event.customer))),
            Arc::new(at.with_timezone("UTC")),
            Arc::new(UInt32Array::from(seq)),
            Arc::new(day),
            Arc::new(UInt8Array::from_iter_values(events.iter().map(|event| event.kind))),
            Arc::new(UInt16Array::from_iter_values(
                events.iter().map(|event| self.touchpoint_of[usize::from(event.name)]),
            )),
            Arc::new(UInt8Array::from_iter_values(events.iter().map(|event| self.outcome(event)))),
            Arc::new(UInt16Array::from_iter_values(events.iter().map(|event| live(event).stream))),
            Arc::new(Int64Array::from_iter_values(events.iter().map(|event| event.value_minor))),
            Arc::new(UInt64Array::from_iter_values(events.iter().map(|event| event.reference))),
            Arc::new(events.iter().map(Happened::score).collect::<Float64Array>()),
            Arc::new(UInt64Array::from_iter_values(events.iter().map(|event| live(event).import.id))),
            Arc::new(UInt64Array::from_iter_values(events.iter().map(|event| event.row_no))),
            Arc::new(UInt16Array::from_iter_values(events.iter().map(|event| event.part))),
            Arc::new(UInt8Array::from_iter_values(events.iter().map(|event| event.clause))),
            Arc::new(UInt8Array::from_iter_values(events.iter().map(|event| event.currency))),
            Arc::new(events.iter().map(Happened::original_minor).collect::<Int64Array>()),
        ];
        Ok(RecordBatch::try_new(tables::timeline().schema, columns)?)
    }
}
