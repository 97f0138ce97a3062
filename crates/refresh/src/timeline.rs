//! The timeline step: every customer's events in one order, with touchpoints, days and streams told by code.

use crate::error::Error;
use crate::inputs::Live;
use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt16Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{DataType, Field, Schema};
use futures::StreamExt;
use intake::Home;
use lake::tables;
use lake::{Lake, Mode, View, column};
use model::period::DayCutter;
use std::collections::BTreeMap;
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64;

/// Told while the timeline is written: events so far.
pub(crate) type Told<'a> = &'a mut (dyn FnMut(u64) + Send);

/// Writes `touchpoints` and `timeline`; `customer_of` must be there at `snapshot`. Returns how many events.
pub(crate) async fn write(
    home: &Home,
    lake: &Lake,
    live: &Live,
    snapshot: i64,
    edition: u64,
    told: Told<'_>,
) -> Result<u64, Error> {
    told(0);
    let view = lake.view(snapshot).await?;
    live.put(&view)?;
    let names = touchpoints(&view, home).await?;
    put_names(&view, &names)?;
    let key = format!("edition {edition}: touchpoints");
    lake.put(&tables::touchpoints(), Mode::Replace, &key, &[touchpoint_rows(home, &names)?]).await?;
    let without = put_replaced(&view).await?;
    // Small tables first: they are held in memory while the events stream past.
    let sql = format!(
        "select c.customer, e.at, e.kind, e.touchpoint, e.outcome, e.stream, e.value_minor, \
                e.silo, e.reference, e.score, e.import_id, e.row_no, e.part \
         from customer_of c join ( \
             select n.touchpoint, t.* from side.main.names n join ( \
                 select l.rank, l.silo, l.stream, e.* from side.main.live l \
                 join events e on l.import_id = e.import_id) t \
             on n.event = t.event and n.silo = t.silo) e \
         on c.record_hash = e.record_hash {without} \
         order by c.customer, e.at, e.rank, e.row_no, e.part"
    );
    let mut rows = view.stream(&sql).await?;
    let key = format!("edition {edition}: timeline");
    let mut write = lake.write(&tables::timeline(), Mode::Replace, &key).await?;
    let mut order = Order { cutter: DayCutter::new(home.config.zone()), customer: u32::MAX, seq: 0 };
    while let Some(batch) = rows.next().await {
        write.batch(&order.batch(&batch?)?)?;
        told(write.rows());
    }
    let events = write.rows();
    write.finish().await?;
    Ok(events)
}

/// A name an event has in a silo, and the touchpoint it belongs to.
struct Name {
    silo: u16,
    event: String,
    touchpoint: u16,
}

/// Every event name with its touchpoint: those of the config by position, then one for each name that none
/// claims, by silo and name.
async fn touchpoints(view: &View, home: &Home) -> Result<Vec<Name>, Error> {
    let batch = view
        .table("select distinct l.silo, e.event from side.main.live l join events e on l.import_id = e.import_id order by 1, 2")
        .await?;
    let (silo, event) = (column::<UInt16Array>(&batch, "silo")?, column::<StringArray>(&batch, "event")?);
    let mut next = home.config.touchpoints.len();
    let mut names = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let touchpoint = home.config.touchpoint_of(event.value(row)).unwrap_or_else(|| {
            next += 1;
            next - 1
        });
        let Ok(touchpoint) = u16::try_from(touchpoint) else {
            return Err(Error::TooMany {
                what: "event names",
                limit: 65_536,
                cure: "gather them by [[touchpoint]] match patterns",
            });
        };
        names.push(Name { silo: silo.value(row), event: event.value(row).to_owned(), touchpoint });
    }
    Ok(names)
}

fn put_names(view: &View, names: &[Name]) -> Result<(), Error> {
    let schema = Arc::new(Schema::new(vec![
        Field::new("silo", DataType::UInt16, false),
        Field::new("event", DataType::Utf8, false),
        Field::new("touchpoint", DataType::UInt16, false),
    ]));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt16Array::from_iter_values(names.iter().map(|name| name.silo))),
        Arc::new(StringArray::from_iter_values(names.iter().map(|name| name.event.as_str()))),
        Arc::new(UInt16Array::from_iter_values(names.iter().map(|name| name.touchpoint))),
    ];
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
    Ok(view.put_side("names", schema, vec![batch])?)
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

/// Events with an id of their own that a later row of the same feed tells again are left out: the last word
/// stands. Returns the condition that does so, empty when there is nothing to leave out.
async fn put_replaced(view: &View) -> Result<&'static str, Error> {
    let sql = "select import_id, row_no, part from ( \
             select e.import_id, e.row_no, e.part, row_number() over ( \
                 partition by l.feed, e.source_id order by l.rank desc, e.row_no desc, e.part desc) as nth \
             from side.main.live l join events e on l.import_id = e.import_id \
             where e.source_id is not null) as told \
         where nth > 1";
    let replaced = view.table(sql).await?;
    if replaced.num_rows() == 0 {
        return Ok("");
    }
    view.put_side("replaced", replaced.schema(), vec![replaced])?;
    Ok(
        "left anti join side.main.replaced x on x.import_id = e.import_id and x.row_no = e.row_no and x.part = e.part",
    )
}

/// Adds what follows from the order: the ordinal within the customer, the day, the reference's hash.
struct Order {
    cutter: DayCutter,
    customer: u32,
    seq: u32,
}

impl Order {
    fn batch(&mut self, batch: &RecordBatch) -> Result<RecordBatch, Error> {
        let customer: &UInt32Array = column(batch, "customer")?;
        let at: &TimestampMicrosecondArray = column(batch, "at")?;
        let silo: &UInt16Array = column(batch, "silo")?;
        let reference: &StringArray = column(batch, "reference")?;
        let mut seq = Vec::with_capacity(batch.num_rows());
        for code in customer.values() {
            if *code != self.customer {
                (self.customer, self.seq) = (*code, 0);
            }
            seq.push(self.seq);
            self.seq += 1;
        }
        let day = at.values().iter().map(|at| self.cutter.day(*at).0);
        let named = |name: &str| {
            batch
                .column_by_name(name)
                .map(Arc::clone)
                .ok_or_else(|| Error::Unknown(format!("no column {name}")))
        };
        let columns: Vec<ArrayRef> = vec![
            named("customer")?,
            named("at")?,
            Arc::new(UInt32Array::from(seq)),
            Arc::new(Date32Array::from_iter_values(day)),
            named("kind")?,
            named("touchpoint")?,
            named("outcome")?,
            named("stream")?,
            named("value_minor")?,
            Arc::new(references(silo, reference)),
            named("score")?,
            named("import_id")?,
            named("row_no")?,
            named("part")?,
        ];
        Ok(RecordBatch::try_new(tables::timeline().schema, columns)?)
    }
}

/// Hash of silo and reference; 0 where there is none.
fn references(silo: &UInt16Array, reference: &StringArray) -> UInt64Array {
    let mut name = Vec::new();
    let hash = (0..silo.len()).map(|row| {
        if reference.is_null(row) {
            return 0;
        }
        name.clear();
        name.extend_from_slice(&silo.value(row).to_le_bytes());
        name.extend_from_slice(reference.value(row).as_bytes());
        xxh3_64(&name).max(1)
    });
    UInt64Array::from_iter_values(hash.collect::<Vec<_>>())
}
