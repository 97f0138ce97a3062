//! Pouring one import's rows into the lake's raw tables.

use super::source::Files;
use super::{ImportError, Progress};
use crate::canon::Batch;
use crate::plan::{Counts, FeedPlan, ImportState, read_batch, read_file};
use arrow::array::{Array, RecordBatch, StringArray, UInt64Array};
use futures::StreamExt;
use lake::tables::{self, Table};
use lake::{Lake, Mode, Write};

/// One table being written; begun with its first row, so that a table without rows sees no commit.
pub(super) struct Spout {
    table: Table,
    key: String,
    write: Option<Write>,
    waiting: Vec<RecordBatch>,
}

/// Batches held before they are handed to the writer.
const WAITING: usize = 4;

impl Spout {
    pub(super) fn new(table: Table, import_id: u64) -> Self {
        Self { table, key: format!("rows of import {import_id:016x}"), write: None, waiting: Vec::new() }
    }

    /// Takes a batch to be written later.
    pub(super) fn take(&mut self, batch: RecordBatch) {
        if batch.num_rows() > 0 {
            self.waiting.push(batch);
        }
    }

    async fn drain(&mut self, lake: &Lake) -> Result<(), ImportError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let write = match &mut self.write {
            Some(write) => write,
            none => none.insert(lake.write(&self.table, Mode::Append, &self.key).await?),
        };
        for batch in self.waiting.drain(..) {
            write.batch(&batch)?;
        }
        Ok(())
    }

    pub(super) async fn finish(mut self, lake: &Lake) -> Result<(), ImportError> {
        self.drain(lake).await?;
        if let Some(write) = self.write {
            write.finish().await?;
        }
        Ok(())
    }
}

/// The four raw tables of an import.
struct Spouts {
    records: Spout,
    events: Spout,
    event_text: Spout,
    rejects: Spout,
    first_reject: Option<String>,
}

impl Spouts {
    fn take(&mut self, batch: Batch) {
        if self.first_reject.is_none() {
            self.first_reject = told(&batch.rejects);
        }
        for (spout, batch) in [
            (&mut self.records, batch.records),
            (&mut self.events, batch.events),
            (&mut self.event_text, batch.event_text),
            (&mut self.rejects, batch.rejects),
        ] {
            if batch.num_rows() > 0 {
                spout.waiting.push(batch);
            }
        }
    }

    fn full(&self) -> bool {
        [&self.records, &self.events].iter().any(|spout| spout.waiting.len() >= WAITING)
    }

    async fn drain(&mut self, lake: &Lake) -> Result<(), ImportError> {
        self.records.drain(lake).await?;
        self.events.drain(lake).await?;
        self.event_text.drain(lake).await?;
        self.rejects.drain(lake).await
    }
}

/// The first rejected row of a batch, in words.
fn told(rejects: &RecordBatch) -> Option<String> {
    let text = |name| {
        lake::column::<StringArray>(rejects, name)
            .ok()
            .filter(|column| !column.is_empty())
            .map(|c| c.value(0))
    };
    let line =
        lake::column::<UInt64Array>(rejects, "line").ok().filter(|column| !column.is_empty())?.value(0);
    let column = text("column")
        .filter(|name| !name.is_empty())
        .map_or_else(String::new, |name| format!(", column `{name}`"));
    Some(format!("{}, line {line}{column}: {}", text("file")?, text("reason")?))
}

/// Reads the files and commits their rows, which nobody sees until `imports` says so. When too many rows
/// cannot be read, nothing is committed.
pub(super) async fn pour(
    plan: &FeedPlan<'_>,
    lake: &Lake,
    files: &Files,
    progress: Progress<'_>,
) -> Result<Counts, ImportError> {
    let spout = |table| Spout::new(table, plan.import_id);
    let mut spouts = Spouts {
        records: spout(tables::records()),
        events: spout(tables::events()),
        event_text: spout(tables::event_text()),
        rejects: spout(tables::rejects()),
        first_reject: None,
    };
    let mut state = ImportState::new(plan);
    match &plan.feed.sql {
        Some(sql) => query(plan, lake, files, sql.get_ref(), &mut state, &mut spouts, progress).await?,
        None => read(plan, lake, files, &mut state, &mut spouts, progress).await?,
    }
    let counts = state.counts();
    let share = plan.config.intake.max_reject_share;
    if counts.rejects as f64 > share * counts.rows as f64 {
        return Err(ImportError::Rejects {
            feed: plan.name(),
            rejects: counts.rejects,
            rows: counts.rows,
            share,
            first: spouts.first_reject.unwrap_or_default(),
        });
    }
    let Spouts { records, events, event_text, rejects, .. } = spouts;
    for spout in [records, events, event_text, rejects] {
        spout.finish(lake).await?;
    }
    Ok(counts)
}

async fn read(
    plan: &FeedPlan<'_>,
    lake: &Lake,
    files: &Files,
    state: &mut ImportState,
    spouts: &mut Spouts,
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    let (name, total) = (plan.name(), files.bytes());
    // Begun before reading, since reading itself is not async.
    spouts.records.write = Some(lake.write(&spouts.records.table, Mode::Append, &spouts.records.key).await?);
    spouts.events.write = Some(lake.write(&spouts.events.table, Mode::Append, &spouts.events.key).await?);
    let mut done = 0;
    for path in files.paths() {
        let mut bytes_read = |more| {
            done += more;
            progress(&name, done, total);
        };
        read_file::<ImportError>(plan, state, path, &mut bytes_read, &mut |batch| {
            spouts.take(batch);
            for spout in [&mut spouts.records, &mut spouts.events] {
                if let Some(write) = &mut spout.write {
                    for batch in spout.waiting.drain(..) {
                        write.batch(&batch)?;
                    }
                }
            }
            Ok(())
        })?;
        spouts.drain(lake).await?;
    }
    Ok(())
}

async fn query(
    plan: &FeedPlan<'_>,
    lake: &Lake,
    files: &Files,
    sql: &str,
    state: &mut ImportState,
    spouts: &mut Spouts,
    progress: Progress<'_>,
) -> Result<(), ImportError> {
    let name = plan.name();
    let mut rows = lake::query_files(&files.folder, sql).await?;
    while let Some(batch) = rows.next().await {
        read_batch::<ImportError>(plan, state, &batch?, &mut |batch| {
            spouts.take(batch);
            Ok(())
        })?;
        if spouts.full() {
            spouts.drain(lake).await?;
        }
        progress(&name, state.counts().rows, 0);
    }
    Ok(())
}
