//! Writing: a stream of batches into one table, visible all at once by the commit at its end.

use crate::catalog::unhurried;
use crate::error::Result;
use crate::open::Lake;
use crate::tables::Table;
use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::parquet::basic::{Compression, ZstdLevel};
use datafusion_ducklake::{DuckLakeTableWriter, SnapshotCommitMetadata, TableWriteSession, WriteMode};
use std::sync::Arc;

/// What a write does to rows already there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Keeps them.
    Append,
    /// Replaces them all; older snapshots still read them.
    Replace,
}

/// Rows in a Parquet row group: large enough to compress, small enough to prune and to bound memory.
const ROW_GROUP_ROWS: usize = 262_144;
/// Bytes at which a data file is finished and the next begun.
const FILE_BYTES: usize = 256 << 20;

/// A write in progress. Dropped without [`Write::finish`] it leaves nothing that a reader could see.
pub struct Write {
    session: TableWriteSession,
    schema: SchemaRef,
}

impl std::fmt::Debug for Write {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("rows", &self.session.row_count()).finish_non_exhaustive()
    }
}

impl Lake {
    /// Begins to write to a table. `key` is kept with the commit and names it ([`Lake::committed`]).
    pub async fn write(&self, table: &Table, mode: Mode, key: &str) -> Result<Write> {
        unhurried(async { self.begin(table, mode, key) }).await
    }

    fn begin(&self, table: &Table, mode: Mode, key: &str) -> Result<Write> {
        let metadata = self.metadata("write")?;
        let writer = DuckLakeTableWriter::new(Arc::new(metadata.clone()), Arc::clone(&self.store))?
            .with_compression(Compression::ZSTD(ZstdLevel::try_new(1).unwrap_or_default()))
            .with_max_row_group_rows(ROW_GROUP_ROWS)
            .with_target_file_size(FILE_BYTES);
        let mode = match mode {
            Mode::Append => WriteMode::Append,
            Mode::Replace => WriteMode::Replace,
        };
        let session = writer.begin_write("main", table.name, &table.schema, mode)?;
        let note = SnapshotCommitMetadata::new().with_author("kept").with_extra_info(key);
        Ok(Write { session: session.with_commit_metadata(note), schema: Arc::clone(&table.schema) })
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

impl Write {
    /// Adds rows, in the order they shall lie in the file. Columns must be the table's.
    pub fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), batch.columns().to_vec())?;
        Ok(self.session.write_batch(&batch)?)
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.session.row_count().unsigned_abs()
    }

    /// Makes the rows durable, then visible. Returns the snapshot that shows them.
    pub async fn finish(self) -> Result<i64> {
        Ok(unhurried(self.session.finish()).await?.snapshot_id)
    }
}
