//! Parquet files, a batch at a time.

use super::batches::Batches;
use crate::error::Problem;
use crate::row::Header;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::cell::Cell;
use std::fs::File;
use std::path::Path;
use std::rc::Rc;

const BATCH_ROWS: usize = 8192;

/// Opens a file. `consumed` is told as the share of rows read, since columns are read out of order.
pub(super) fn open(file: &Path, consumed: Rc<Cell<u64>>) -> Result<(Batches, Header), Problem> {
    let file = File::open(file)?;
    let bytes = file.metadata()?.len();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?.with_batch_size(BATCH_ROWS);
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0).max(1);
    let schema = builder.schema().clone();
    let mut read = 0u64;
    let batches = builder.build()?.inspect(move |batch| {
        read += batch.as_ref().map_or(0, |batch| batch.num_rows() as u64);
        let share = u128::from(bytes) * u128::from(read.min(rows)) / u128::from(rows);
        consumed.set(share as u64);
    });
    Ok(Batches::open(&schema, batches))
}
