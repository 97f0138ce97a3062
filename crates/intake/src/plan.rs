//! Reading one feed: files, or the batches of its query, to canonical batches.

use crate::canon::Batch;
use crate::desk::Desk;
use crate::error::{Error, Problem};
use crate::mapper::{Mapped, Mapper};
use crate::reader::{Batches, Reader, Step};
use crate::row::Reject;
use arrow::record_batch::RecordBatch;
use model::config::{Config, Feed, Silo};
use std::path::Path;

/// Rows between two reports of progress.
const REPORT_ROWS: u64 = 8192;

/// What is read, and for which import.
#[derive(Debug, Clone, Copy)]
pub struct FeedPlan<'a> {
    /// The company's config.
    pub config: &'a Config,
    /// The silo the feed belongs to.
    pub silo: &'a Silo,
    /// The feed.
    pub feed: &'a Feed,
    /// The import the rows belong to.
    pub import_id: u64,
}

impl FeedPlan<'_> {
    /// Silo and feed, `billing.subscriptions`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.silo.id.get_ref(), self.feed.id.get_ref())
    }

    /// A file's name as it is told in rejects and errors.
    pub fn file_name(file: &Path) -> String {
        file.file_name().unwrap_or(file.as_os_str()).to_string_lossy().into_owned()
    }
}

/// How many rows were read and what came of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rows of the silo: lines of a table, objects, rows of a query. Headers are none.
    pub rows: u64,
    /// Rows of `records`.
    pub records: u64,
    /// Rows of `events`.
    pub events: u64,
    /// Rows that could not be read.
    pub rejects: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.rows += other.rows;
        self.records += other.records;
        self.events += other.events;
        self.rejects += other.rejects;
    }
}

/// What spans the files of one import: row numbers, records already told, an order that runs over the end of a
/// file. Read the files of one import with one state, in a fixed order.
#[derive(Debug)]
pub struct ImportState {
    desk: Desk,
    counts: Counts,
}

impl ImportState {
    /// The state before the first file of an import.
    pub fn new(plan: &FeedPlan<'_>) -> Self {
        Self { desk: Desk::new(plan), counts: Counts::default() }
    }

    /// Keeps a row aside that is not to be read: where it stands, the column at fault, why, and the row itself.
    pub(crate) fn set_aside(&mut self, file: &str, line: u64, reject: &Reject, raw: &str) {
        self.desk.canon.reject(file, line, reject, raw);
        self.counts.rows += 1;
    }

    /// What was read so far.
    pub fn counts(&self) -> Counts {
        self.counts
    }
}

/// Reads one file of a feed with a preset or a column map and hands on what it tells, in batches of some
/// 30,000 rows, the last of them at the end of the file. `bytes_read` is told how many more bytes of the file
/// were read. Returns the counts of this file. After an error the import is to be given up: batches handed on
/// before are part of it.
pub fn read_file<E: From<Error>>(
    plan: &FeedPlan<'_>,
    state: &mut ImportState,
    file: &Path,
    bytes_read: &mut dyn FnMut(u64),
    emit: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<Counts, E> {
    let name = FeedPlan::file_name(file);
    let wrong = |problem| E::from(Error::File { feed: plan.name(), file: name.clone(), problem });
    if plan.feed.sql.is_some() {
        return Err(wrong(Problem::Setting("an sql feed is read by its query".to_owned())));
    }
    let arrays = crate::preset::arrays(plan.feed);
    let (mut reader, mut header) = Reader::open(plan.feed, file, arrays).map_err(wrong)?;
    let mut mapper = Mapper::bind(plan, &mut header).map_err(wrong)?;
    reader.bind(&header);
    let mut told = 0;
    let mut pass = Pass { desk: &mut state.desk, file: &name, counts: Counts::default() };
    pass.run(&mut reader, &mut mapper, &wrong, emit, &mut |consumed| {
        bytes_read(consumed - told);
        told = consumed;
    })?;
    reader.check(&header).map_err(wrong)?;
    let counts = pass.counts;
    state.counts += counts;
    Ok(counts)
}

/// Reads lines of JSON that came over the network as `name` and hands on what they tell. Blank lines are skipped; they
/// count in the numbers of lines.
pub(crate) fn read_text<E: From<Error>>(
    plan: &FeedPlan<'_>,
    state: &mut ImportState,
    name: &str,
    text: Vec<u8>,
    emit: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<(), E> {
    let wrong = |problem| E::from(Error::File { feed: plan.name(), file: name.to_owned(), problem });
    let (mut reader, mut header) = Reader::of_text(text);
    let mut mapper = Mapper::bind(plan, &mut header).map_err(wrong)?;
    reader.bind(&header);
    let mut pass = Pass { desk: &mut state.desk, file: name, counts: Counts::default() };
    pass.run(&mut reader, &mut mapper, &wrong, emit, &mut |_| {})?;
    let counts = pass.counts;
    state.counts += counts;
    Ok(())
}

/// Reads one batch of the result of an `sql` feed's query. Its columns have the canonical names or those in
/// the feed's `attributes`; `record` must be among them. Returns the counts of this batch.
pub fn read_batch<E: From<Error>>(
    plan: &FeedPlan<'_>,
    state: &mut ImportState,
    batch: &RecordBatch,
    emit: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<Counts, E> {
    let wrong = |problem| E::from(Error::Feed { feed: plan.name(), problem });
    let (mut rows, mut header) = Batches::open(&batch.schema(), std::iter::once(Ok(batch.clone())));
    rows.number_from(state.counts.rows);
    let mut mapper = Mapper::bind(plan, &mut header).map_err(wrong)?;
    let mut reader = Reader::of_batches(rows);
    let mut pass = Pass { desk: &mut state.desk, file: "sql", counts: Counts::default() };
    pass.run(&mut reader, &mut mapper, &wrong, emit, &mut |_| {})?;
    let counts = pass.counts;
    state.counts += counts;
    Ok(counts)
}

/// One way through a file.
struct Pass<'p> {
    desk: &'p mut Desk,
    file: &'p str,
    counts: Counts,
}

impl Pass<'_> {
    /// Reads to the end and hands on what was read; `consumed` is told now and then how many bytes were read so far.
    fn run<E>(
        &mut self,
        reader: &mut Reader,
        mapper: &mut Mapper,
        wrong: &impl Fn(Problem) -> E,
        emit: &mut dyn FnMut(Batch) -> Result<(), E>,
        consumed: &mut dyn FnMut(u64),
    ) -> Result<(), E> {
        loop {
            let more = self.step(reader, mapper).map_err(wrong)?;
            if !more || self.counts.rows.is_multiple_of(REPORT_ROWS) {
                consumed(reader.consumed());
            }
            if self.desk.canon.is_full() || (!more && !self.desk.canon.is_empty()) {
                emit(self.take().map_err(wrong)?)?;
            }
            if !more {
                return Ok(());
            }
        }
    }

    /// Reads one row; false at the end.
    fn step(&mut self, reader: &mut Reader, mapper: &mut Mapper) -> Result<bool, Problem> {
        let reject = match reader.step()? {
            Step::End => return Ok(false),
            Step::Bad(reason) => Reject::new("", reason),
            Step::Row(row) => match mapper.map(&row, self.desk) {
                Ok(Mapped::Label) => return Ok(true),
                Ok(Mapped::Row) => {
                    self.count_row();
                    return Ok(true);
                }
                Err(reject) => reject,
            },
        };
        let (line, raw) = reader.raw();
        self.desk.canon.reject(self.file, line, &reject, &raw);
        self.count_row();
        Ok(true)
    }

    fn count_row(&mut self) {
        self.counts.rows += 1;
        self.desk.row_no += 1;
    }

    fn take(&mut self) -> Result<Batch, Problem> {
        let batch = self.desk.canon.take()?;
        self.counts.records += batch.records.num_rows() as u64;
        self.counts.events += batch.events.num_rows() as u64;
        self.counts.rejects += batch.rejects.num_rows() as u64;
        Ok(batch)
    }
}

#[cfg(test)]
mod tests;
