//! Writing: a stream of batches into one table, visible all at once by the commit at its end.

use crate::catalog::unhurried;
use crate::data_file::DataFile;
use crate::error::Result;
use crate::open::Lake;
use crate::tables::Table;
use arrow::array::RecordBatch;
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion_ducklake::{
    ColumnDef, DataFileInfo, MetadataWriter, SnapshotCommitMetadata, SqliteMetadataWriter, WriteMode,
    WriteSetupResult,
};
use std::path::PathBuf;
use std::sync::Arc;

/// What a write does to rows already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Keeps them.
    Append,
    /// Replaces them all; older snapshots still read them.
    Replace,
}

/// Bytes at which a data file is finished and the next begun.
const FILE_BYTES: usize = 256 << 20;
/// The key under which Parquet schemas carry a column's number in the catalog.
const FIELD_ID: &str = "PARQUET:field_id";
const SCHEMA: &str = "main";

/// A write in progress. Dropped without [`Write::finish`] it leaves nothing that a reader could see.
pub struct Write {
    metadata: SqliteMetadataWriter,
    table: &'static str,
    folder: PathBuf,
    mode: WriteMode,
    key: String,
    columns: Vec<ColumnDef>,
    setup: WriteSetupResult,
    schema: SchemaRef,
    open: Option<DataFile>,
    done: Vec<DataFileInfo>,
    rows: u64,
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("table", &self.table).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl Lake {
    /// Begins to write to a table. `key` is kept with the commit and names it ([`Lake::committed`]).
    pub async fn write(&self, table: &Table, mode: Mode, key: &str) -> Result<Write> {
        unhurried(async { self.begin(table, mode, key) }).await
    }

    fn begin(&self, table: &Table, mode: Mode, key: &str) -> Result<Write> {
        let metadata = self.metadata("write")?.clone();
        let columns = table
            .schema
            .fields()
            .iter()
            .map(|field| ColumnDef::from_arrow(field.name(), field.data_type(), field.is_nullable()))
            .collect::<std::result::Result<Vec<_>, _>>()?;
        let mode = match mode {
            Mode::Append => WriteMode::Append,
            Mode::Replace => WriteMode::Replace,
        };
        let setup = metadata.begin_write_transaction(SCHEMA, table.name, &columns, mode)?;
        Ok(Write {
            metadata,
            table: table.name,
            folder: self.files().join(SCHEMA).join(table.name),
            mode,
            key: key.to_owned(),
            columns,
            schema: numbered(&table.schema, &setup.field_ids),
            setup,
            open: None,
            done: Vec::new(),
            rows: 0,
        })
    }

    /// The snapshot a commit with this key made, if its rows are still there.
    pub async fn committed(&self, key: &str) -> Result<Option<i64>> {
        Ok(unhurried(async { self.provider.find_snapshot_by_commit_extra_info(key) }).await?)
    }

    /// Writes batches and commits them at once; returns the new snapshot.
    pub async fn put(&self, table: &Table, mode: Mode, key: &str, batches: &[RecordBatch]) -> Result<i64> {
        let mut write = self.write(table, mode, key).await?;
        for batch in batches {
            write.batch(batch)?;
        }
        write.finish().await
    }
}

/// The schema with each column's number in the catalog.
fn numbered(schema: &Schema, ids: &[i64]) -> SchemaRef {
    let number = |(field, id): (&Arc<Field>, &i64)| {
        field.as_ref().clone().with_metadata([(FIELD_ID.to_owned(), id.to_string())].into())
    };
    Arc::new(Schema::new(schema.fields().iter().zip(ids).map(number).collect::<Vec<_>>()))
}

impl Write {
    /// Adds rows, in the order they shall lie in the file. Columns must be the table's.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let file = self.file()?;
        file.batch(batch)?;
        let full = file.bytes() >= FILE_BYTES;
        self.rows += batch.num_rows() as u64;
        if full { self.finish_file() } else { Ok(()) }
    }

    /// Rows written so far.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// Makes the rows durable, then visible. Returns the snapshot that shows them.
    pub async fn finish(mut self) -> Result<i64> {
        if self.done.is_empty() {
            // A commit names at least one file, if need be one without rows.
            self.file()?;
        }
        self.finish_file()?;
        unhurried(async move { self.commit() }).await
    }

    /// The file in progress; named after the snapshot it builds on, so that no name is ever used again.
    fn file(&mut self) -> Result<&mut DataFile> {
        let file = match self.open.take() {
            Some(file) => file,
            None => DataFile::create(&self.folder, &self.setup.base_snapshot_id.to_string(), &self.schema)?,
        };
        Ok(self.open.insert(file))
    }

    fn finish_file(&mut self) -> Result<()> {
        if let Some(file) = self.open.take() {
            self.done.push(file.finish(&self.setup.column_ids)?);
        }
        Ok(())
    }

    fn commit(self) -> Result<i64> {
        let note = SnapshotCommitMetadata::new().with_author("kept").with_extra_info(&self.key);
        let committed = self.metadata.register_data_files_with_commit_metadata(
            self.setup.table_id,
            SCHEMA,
            self.table,
            self.setup.snapshot_id,
            &self.done,
            self.mode,
            self.setup.base_snapshot_id,
            &self.columns,
            &self.setup.field_ids,
            &note,
            None,
        )?;
        Ok(committed.snapshot_id)
    }
}
