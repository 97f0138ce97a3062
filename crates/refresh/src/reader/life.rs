//! One customer's whole life: records and why they are one, events in order, ledger.

use super::{Current, Reader};
use crate::error::Error;
use crate::view::{CustomerLife, Event, Merge, Posting, Record};
use arrow::array::{
    Array, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use lake::tables::RECORD_TEXT;
use lake::{column, quoted};
use model::{Day, EventKind, Movement, Outcome};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

impl Reader {
    /// The life of the customer with this id, or with the id that stands for it now. At most `events_limit`
    /// events, the latest; `None` when nobody has this id.
    pub async fn customer(&self, id: &str, events_limit: usize) -> Result<Option<CustomerLife>, Error> {
        let current = self.current().await?;
        let id = id.trim().to_lowercase();
        let (code, redirected_from) = match current.code(&id).await? {
            Some(code) => (code, None),
            None => match current.stands_for(&id).await? {
                Some(code) => (code, Some(id)),
                None => return Ok(None),
            },
        };
        let Some(row) = current.faces(&[code]).await?.remove(&code) else {
            return Ok(None);
        };
        let sql = format!("select * from customer_state where customer = {code}");
        let state = current.view.table(&sql).await?;
        let (records, merges) = current.records(code).await?;
        let (events_total, mut events) = current.events(code, events_limit).await?;
        for event in &mut events {
            self.name_stage(event);
        }
        let day =
            |name| Ok::<_, Error>(column::<Date32Array>(&state, name)?.iter().next().flatten().map(Day));
        Ok(Some(CustomerLife {
            row,
            gained_on: day("gained_on")?,
            lost_on: day("lost_on")?,
            purchases: column::<UInt32Array>(&state, "purchases")?.iter().next().flatten().unwrap_or(0),
            net_minor: column::<Int64Array>(&state, "net_minor")?.iter().next().flatten().unwrap_or(0),
            redirected_from,
            records,
            merges,
            events,
            events_total,
            postings: current.postings_of(code).await?,
            worth: current.worth_of(code).await?,
        }))
    }
}

impl Reader {
    /// Turns the stage's id into its name.
    fn name_stage(&self, event: &mut Event) {
        if let Some(stage) = self.company().stages.iter().find(|stage| *stage.id.get_ref() == event.stage) {
            event.stage.clone_from(&stage.name);
        }
    }
}

/// Texts of an event by its address.
type Texts = FxHashMap<(u64, u64, u16), [Option<String>; 4]>;

impl Current {
    async fn code(&self, id: &str) -> Result<Option<u32>, Error> {
        let batch =
            self.view.table(&format!("select customer from customers where id = {}", quoted(id))).await?;
        Ok(column::<UInt32Array>(&batch, "customer")?.iter().next().flatten())
    }

    async fn stands_for(&self, id: &str) -> Result<Option<u32>, Error> {
        let sql = format!("select stands_for from redirects where id = {}", quoted(id));
        let batch = self.view.table(&sql).await?;
        match column::<StringArray>(&batch, "stands_for")?.iter().next().flatten() {
            Some(other) if !other.is_empty() => self.code(other).await,
            _ => Ok(None),
        }
    }

    /// The records of a customer, in order of silo and key, and the evidence that joined them.
    async fn records(&self, code: u32) -> Result<(Vec<Record>, Vec<Merge>), Error> {
        let columns = RECORD_TEXT.iter().map(|name| format!("r.{name}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select r.record_hash, l.silo, l.silo_id, r.record_key, {columns}, r.attributes \
             from customer_of o join records r on r.record_hash = o.record_hash \
             join side.main.live l on l.import_id = r.import_id where o.customer = {code} \
             order by l.silo, r.record_key, r.updated_at nulls first, l.rank, r.row_no"
        );
        let batch = self.view.table(&sql).await?;
        let records = laid_over(&batch)?;
        let named = |hash: u64| {
            let found = records.iter().find(|(other, _)| *other == hash);
            found.map_or_else(String::new, |(_, record)| format!("{}:{}", record.silo, record.key))
        };
        let batch = self.view.table(&format!("select * from merges where customer = {code}")).await?;
        let (a, b) = (column::<UInt64Array>(&batch, "record_a")?, column::<UInt64Array>(&batch, "record_b")?);
        let (rule, field) = (column::<StringArray>(&batch, "rule")?, column::<StringArray>(&batch, "field")?);
        let weight: &Float64Array = column(&batch, "weight")?;
        let merge = |row: usize| Merge {
            record_a: named(a.value(row)),
            record_b: named(b.value(row)),
            rule: rule.value(row).to_owned(),
            field: field.value(row).to_owned(),
            weight: weight.is_valid(row).then(|| weight.value(row)),
        };
        let is_seen = |merge: &Merge| !merge.record_a.is_empty() && !merge.record_b.is_empty();
        let merges = (0..batch.num_rows()).map(merge).filter(is_seen).collect();
        Ok((records.into_iter().map(|(_, record)| record).collect(), merges))
    }

    async fn postings_of(&self, code: u32) -> Result<Vec<Posting>, Error> {
        let batch = self
            .view
            .table(&format!("select * from postings where customer = {code} order by day, seq"))
            .await?;
        let (day, movement) =
            (column::<Date32Array>(&batch, "day")?, column::<UInt8Array>(&batch, "movement")?);
        let (value, reason) =
            (column::<Int64Array>(&batch, "value_minor")?, column::<UInt8Array>(&batch, "reason")?);
        (0..batch.num_rows())
            .map(|row| {
                let code = movement.value(row);
                Ok(Posting {
                    day: Day(day.value(row)),
                    movement: Movement::from_code(code)
                        .ok_or_else(|| Error::Unknown(format!("the movement {code}")))?,
                    value_minor: value.value(row),
                    reason: ledger::Reason::from_code(reason.value(row))
                        .map_or("", ledger::Reason::text)
                        .to_owned(),
                })
            })
            .collect()
    }

    /// How many events a customer has, and the latest of them in order.
    async fn events(&self, code: u32, limit: usize) -> Result<(usize, Vec<Event>), Error> {
        let counted =
            self.view.table(&format!("select count(*) as n from timeline where customer = {code}")).await?;
        let total = column::<Int64Array>(&counted, "n")?.value(0) as usize;
        let skipped = total.saturating_sub(limit);
        let sql = format!(
            "select t.*, p.name as touchpoint_name, p.department, p.stage, l.silo_id from timeline t \
             join touchpoints p on p.touchpoint = t.touchpoint \
             join side.main.live l on l.import_id = t.import_id \
             where t.customer = {code} and t.seq >= {skipped} order by t.seq"
        );
        let batch = self.view.table(&sql).await?;
        let texts = self.texts(&batch).await?;
        Ok((total, events(&batch, &texts)?))
    }

    /// References and texts of the events in a batch, read where they lie.
    async fn texts(&self, batch: &RecordBatch) -> Result<Texts, Error> {
        let (import, row_no) =
            (column::<UInt64Array>(batch, "import_id")?, column::<UInt64Array>(batch, "row_no")?);
        let mut wanted: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for (import, row_no) in import.values().iter().zip(row_no.values()) {
            wanted.entry(*import).or_default().push(row_no.to_string());
        }
        let mut texts = Texts::default();
        for (import, rows) in wanted {
            let rows = rows.join(", ");
            for (table, columns, first) in
                [("events", &["reference"][..], 0), ("event_text", &["title", "text", "reason"][..], 1)]
            {
                let names = columns.join(", ");
                let sql = format!(
                    "select row_no, part, {names} from {table} where import_id = {import} and row_no in ({rows})"
                );
                let found = self.view.table(&sql).await?;
                let (row_no, part) =
                    (column::<UInt64Array>(&found, "row_no")?, column::<UInt16Array>(&found, "part")?);
                for (at, name) in columns.iter().enumerate() {
                    let cells: &StringArray = column(&found, name)?;
                    for row in 0..found.num_rows() {
                        if cells.is_valid(row) {
                            let address = (import, row_no.value(row), part.value(row));
                            texts.entry(address).or_default()[first + at] = Some(cells.value(row).to_owned());
                        }
                    }
                }
            }
        }
        Ok(texts)
    }
}

/// Rows of one record laid over each other, the last word of each column on top.
fn laid_over(batch: &RecordBatch) -> Result<Vec<(u64, Record)>, Error> {
    let hash: &UInt64Array = column(batch, "record_hash")?;
    let (silo, key) = (column::<StringArray>(batch, "silo_id")?, column::<StringArray>(batch, "record_key")?);
    let mut names: Vec<&str> = RECORD_TEXT.to_vec();
    names.push("attributes");
    let cells =
        names.iter().map(|name| column::<StringArray>(batch, name)).collect::<lake::Result<Vec<_>>>()?;
    let mut by_record: Vec<(u64, Record)> = Vec::new();
    for row in 0..batch.num_rows() {
        if by_record.last().is_none_or(|(last, _)| *last != hash.value(row)) {
            let record = Record {
                silo: silo.value(row).to_owned(),
                key: key.value(row).to_owned(),
                fields: Vec::new(),
            };
            by_record.push((hash.value(row), record));
        }
        let Some((_, record)) = by_record.last_mut() else {
            continue;
        };
        for (name, cells) in names.iter().zip(&cells) {
            if cells.is_null(row) || cells.value(row).is_empty() {
                continue;
            }
            let value = cells.value(row).to_owned();
            match record.fields.iter_mut().find(|(known, _)| known == name) {
                Some((_, before)) => *before = value,
                None => record.fields.push(((*name).to_owned(), value)),
            }
        }
    }
    Ok(by_record)
}

fn events(batch: &RecordBatch, texts: &Texts) -> Result<Vec<Event>, Error> {
    let text = |name| column::<StringArray>(batch, name);
    let at: &TimestampMicrosecondArray = column(batch, "at")?;
    let (kind, outcome) = (column::<UInt8Array>(batch, "kind")?, column::<UInt8Array>(batch, "outcome")?);
    let (touchpoint, department, stage, silo) =
        (text("touchpoint_name")?, text("department")?, text("stage")?, text("silo_id")?);
    let (value, score) =
        (column::<Int64Array>(batch, "value_minor")?, column::<Float64Array>(batch, "score")?);
    let (import, row_no, part) = (
        column::<UInt64Array>(batch, "import_id")?,
        column::<UInt64Array>(batch, "row_no")?,
        column::<UInt16Array>(batch, "part")?,
    );
    (0..batch.num_rows())
        .map(|row| {
            let code = kind.value(row);
            let address = (import.value(row), row_no.value(row), part.value(row));
            let [reference, title, text, reason] = texts.get(&address).cloned().unwrap_or_default();
            Ok(Event {
                at_us: at.value(row),
                kind: EventKind::from_code(code)
                    .ok_or_else(|| Error::Unknown(format!("the event kind {code}")))?,
                touchpoint: touchpoint.value(row).to_owned(),
                department: department.value(row).to_owned(),
                stage: stage.value(row).to_owned(),
                silo: silo.value(row).to_owned(),
                outcome: Outcome::from_code(outcome.value(row)).unwrap_or(Outcome::Unknown),
                value_minor: value.value(row),
                reference,
                score: score.is_valid(row).then(|| score.value(row)),
                title,
                text,
                reason,
            })
        })
        .collect()
}
