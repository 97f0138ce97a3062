//! The table `imports`: the steps in the life of every import, and which imports count.

use crate::plan::Counts;
use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array};
use lake::tables;
use lake::{Lake, Mode, Result, column};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where an import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Its rows may be there and do not count.
    Started,
    /// Its rows count.
    Done,
    /// It broke off or failed; its rows are gone.
    Aborted,
    /// A later import stands for it; its rows may be there and do not count.
    Replaced,
    /// It was replaced and its rows are gone.
    Gone,
}

impl Status {
    const ALL: [Self; 5] = [Self::Started, Self::Done, Self::Aborted, Self::Replaced, Self::Gone];

    /// The word in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Done => "done",
            Self::Aborted => "aborted",
            Self::Replaced => "replaced",
            Self::Gone => "gone",
        }
    }
}

/// One step of one import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Number of the step over all imports.
    pub seq: u64,
    /// Names feed, way of reading and content.
    pub id: u64,
    /// The step.
    pub status: Status,
    /// When, UTC microseconds.
    pub at_us: i64,
    /// The silo's id.
    pub silo: String,
    /// The feed's id.
    pub feed: String,
    /// `full` or `append`.
    pub mode: String,
    /// Names of the files with the first digits of their hashes; `inbox START..END` for places in the inbox.
    pub files: String,
    /// Rows read, records, events, rejects.
    pub counts: Counts,
}

impl Import {
    /// The place up to which it read the inbox; `None` where it read files.
    pub fn inbox_end(&self) -> Option<u64> {
        let (start, end) = self.files.strip_prefix("inbox ")?.split_once("..")?;
        start.parse::<u64>().ok().and(end.parse().ok())
    }

    /// The same import, a step further.
    pub(super) fn step(&self, status: Status, at_us: i64) -> Self {
        Self { status, at_us, ..self.clone() }
    }
}

/// Every import by its last step, in order of that step.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    last: Vec<Import>,
    next_seq: u64,
}

impl Imports {
    /// Reads the table at a snapshot.
    pub async fn read(lake: &Lake, snapshot: i64) -> Result<Self> {
        let batch = lake.view(snapshot).await?.table("select * from imports order by seq").await?;
        let steps = steps(&batch)?;
        let next_seq = steps.last().map_or(1, |step| step.seq + 1);
        let last: BTreeMap<u64, Import> = steps.into_iter().map(|step| (step.id, step)).collect();
        let mut last: Vec<Import> = last.into_values().collect();
        last.sort_by_key(|import| import.seq);
        Ok(Self { last, next_seq })
    }

    /// All of them, oldest step first.
    pub fn all(&self) -> &[Import] {
        &self.last
    }

    /// Those whose rows count, oldest first.
    pub fn live(&self) -> impl Iterator<Item = &Import> {
        self.with(Status::Done)
    }

    /// The place in the inbox up to which everything is in the lake.
    pub fn inbox_end(&self) -> u64 {
        let in_lake = |import: &&Import| !matches!(import.status, Status::Started | Status::Aborted);
        self.last.iter().filter(in_lake).filter_map(Import::inbox_end).max().unwrap_or(0)
    }

    /// Those at a step.
    pub(super) fn with(&self, status: Status) -> impl Iterator<Item = &Import> {
        self.last.iter().filter(move |import| import.status == status)
    }

    /// Commits further steps, all at once.
    pub(super) async fn record(&self, lake: &Lake, steps: &[Import]) -> Result<i64> {
        let key = steps.iter().map(|step| format!("import {:016x} {}", step.id, step.status.name()));
        let key = key.collect::<Vec<_>>().join("; ");
        lake.put(&tables::imports(), Mode::Append, &key, &[self.batch(steps)?]).await
    }

    fn batch(&self, steps: &[Import]) -> Result<RecordBatch> {
        let number = |value: fn(&Import) -> u64| -> ArrayRef {
            Arc::new(UInt64Array::from_iter_values(steps.iter().map(value)))
        };
        let text = |value: fn(&Import) -> &str| -> ArrayRef {
            Arc::new(StringArray::from_iter_values(steps.iter().map(value)))
        };
        let at = TimestampMicrosecondArray::from_iter_values(steps.iter().map(|step| step.at_us))
            .with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from_iter_values(self.next_seq..self.next_seq + steps.len() as u64)),
            number(|step| step.id),
            text(|step| step.status.name()),
            Arc::new(at),
            text(|step| &step.silo),
            text(|step| &step.feed),
            text(|step| &step.mode),
            text(|step| &step.files),
            number(|step| step.counts.rows),
            number(|step| step.counts.records),
            number(|step| step.counts.events),
            number(|step| step.counts.rejects),
        ];
        Ok(RecordBatch::try_new(tables::imports().schema, columns)?)
    }
}

fn steps(batch: &RecordBatch) -> Result<Vec<Import>> {
    let number = |name| column::<UInt64Array>(batch, name);
    let text = |name| column::<StringArray>(batch, name);
    let at = column::<TimestampMicrosecondArray>(batch, "at")?;
    let (seq, id) = (number("seq")?, number("import_id")?);
    let (status, silo, feed) = (text("status")?, text("silo")?, text("feed")?);
    let (mode, files) = (text("mode")?, text("files")?);
    let (rows, records, events, rejects) =
        (number("rows")?, number("records")?, number("events")?, number("rejects")?);
    let step = |at_row: usize| {
        let status = Status::ALL.into_iter().find(|s| s.name() == status.value(at_row));
        Import {
            seq: seq.value(at_row),
            id: id.value(at_row),
            // A step of a newer version: its rows do not count here.
            status: status.unwrap_or(Status::Aborted),
            at_us: at.value(at_row),
            silo: silo.value(at_row).to_owned(),
            feed: feed.value(at_row).to_owned(),
            mode: mode.value(at_row).to_owned(),
            files: files.value(at_row).to_owned(),
            counts: Counts {
                rows: rows.value(at_row),
                records: records.value(at_row),
                events: events.value(at_row),
                rejects: rejects.value(at_row),
            },
        }
    };
    Ok((0..batch.num_rows()).map(step).collect())
}
