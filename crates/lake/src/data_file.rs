//! One Parquet file being written where it will lie, in encodings chosen by what the columns hold.
//!
//! The catalog's crate would count every column's distinct values, build dictionaries and Bloom filters;
//! for numbers that are sorted, unique or hashed (nearly all of ours) that costs more than the rest of a
//! write. Plain and delta encodings are written several times faster, and read as fast.

use crate::error::{Error, Result};
use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use datafusion::parquet::schema::types::ColumnPath;
use datafusion_ducklake::DataFileInfo;
use datafusion_ducklake::stats_collect::{accumulate_nan_flags, collect_column_stats};
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Rows in a row group: large enough to compress, small enough to prune and to bound memory.
const ROW_GROUP_ROWS: usize = 262_144;
/// The end of every Parquet file: length of the metadata, then four letters.
const TAIL_BYTES: i64 = 8;

/// A file in progress. Dropped without [`DataFile::finish`] it is removed again.
pub(crate) struct DataFile {
    /// `None` once closed.
    writer: Option<ArrowWriter<File>>,
    schema: SchemaRef,
    path: PathBuf,
    rows: i64,
    nan_flags: Vec<Option<bool>>,
}

impl DataFile {
    /// Begins `{name}-{n}.parquet` in `folder`, with the smallest n that is free. `schema` carries field ids.
    pub(crate) fn create(folder: &Path, name: &str, schema: &SchemaRef) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let mut n = 0_u32;
        let (path, file) = loop {
            let path = folder.join(format!("{name}-{n}.parquet"));
            match File::options().write(true).read(true).create_new(true).open(&path) {
                Ok(file) => break (path, file),
                Err(taken) if taken.kind() == ErrorKind::AlreadyExists => n += 1,
                Err(error) => return Err(Error::io(path)(error)),
            }
        };
        let writer = ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties(schema)))?;
        Ok(Self {
            writer: Some(writer),
            schema: SchemaRef::clone(schema),
            path,
            rows: 0,
            nan_flags: Vec::new(),
        })
    }

    /// Adds rows.
    pub(crate) fn batch(&mut self, batch: &RecordBatch) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        accumulate_nan_flags(&mut self.nan_flags, batch, self.schema.fields().len());
        let batch = RecordBatch::try_new(SchemaRef::clone(&self.schema), batch.columns().to_vec())?;
        writer.write(&batch)?;
        self.rows += i64::try_from(batch.num_rows()).unwrap_or(i64::MAX);
        Ok(())
    }

    /// Bytes so far, those of the row group in progress estimated.
    pub(crate) fn bytes(&self) -> usize {
        self.writer.as_ref().map_or(0, |writer| writer.bytes_written() + writer.in_progress_size())
    }

    /// Makes the file durable; what the catalog has to know of it.
    pub(crate) fn finish(mut self, column_ids: &[i64]) -> Result<DataFileInfo> {
        let info = self.close(column_ids);
        if info.is_err() {
            self.writer = None;
            remove(&self.path);
        }
        info
    }

    fn close(&mut self, column_ids: &[i64]) -> Result<DataFileInfo> {
        let Some(writer) = self.writer.take() else {
            return Err(Error::Query(format!("{} is closed", self.path.display())));
        };
        let mut file = writer.into_inner()?;
        let bytes = durable(&mut file, &self.path).map_err(Error::io(&self.path))?;
        let footer_bytes = footer_bytes(&mut file).map_err(Error::io(&self.path))?;
        let stats = collect_column_stats(&self.path, column_ids, self.rows, &self.nan_flags);
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Ok(DataFileInfo::new(name, bytes, self.rows).with_footer_size(footer_bytes).with_column_stats(stats))
    }
}

impl Drop for DataFile {
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            remove(&self.path);
        }
    }
}

/// Removes a file that no commit names. Should it stay, the sweep of the next start removes it.
fn remove(path: &Path) {
    let _ = std::fs::remove_file(path);
}

/// Syncs the file, its folder, and the folders above that a first write may have made. Returns its length.
fn durable(file: &mut File, path: &Path) -> std::io::Result<i64> {
    file.sync_all()?;
    for folder in path.ancestors().skip(1).take(3) {
        File::open(folder)?.sync_all()?;
    }
    i64::try_from(file.metadata()?.len()).map_err(std::io::Error::other)
}

/// Length of the file's metadata, as its tail tells.
fn footer_bytes(file: &mut File) -> std::io::Result<i64> {
    let mut length = [0; 4];
    file.seek(SeekFrom::End(-TAIL_BYTES))?;
    file.read_exact(&mut length)?;
    Ok(i64::from(u32::from_le_bytes(length)))
}

/// How each column is written.
///
/// - Whole numbers of 32 and 64 bits lie close to their neighbours, or repeat them: differences, bit-packed.
/// - Hashes have no order: as they are.
/// - Codes, instants and text repeat in patterns: plain and compressed, by the quicker codec where it matters.
///
/// Statistics per page are kept for the columns that rows are looked up by; the others have theirs per row
/// group.
fn properties(schema: &SchemaRef) -> WriterProperties {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    let mut properties = WriterProperties::builder()
        .set_compression(zstd)
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::PLAIN)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS));
    for field in schema.fields() {
        let column = ColumnPath::from(field.name().as_str());
        if LOOKED_UP_BY.contains(&field.name().as_str()) {
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::Page);
        }
        properties = match field.data_type() {
            DataType::UInt64 if HASHES.contains(&field.name().as_str()) => {
                properties.set_column_compression(column, Compression::LZ4_RAW)
            }
            DataType::Int32 | DataType::UInt32 | DataType::Date32 | DataType::Int64 | DataType::UInt64 => {
                properties
                    .set_column_encoding(column.clone(), Encoding::DELTA_BINARY_PACKED)
                    .set_column_compression(column, Compression::UNCOMPRESSED)
            }
            DataType::Int8 | DataType::UInt8 | DataType::Timestamp(..) => {
                properties.set_column_compression(column, Compression::LZ4_RAW)
            }
            _ => properties,
        };
    }
    properties.build()
}

/// Columns of hashes; `reference` is one in the timeline alone.
const HASHES: [&str; 4] = ["record_hash", "record_a", "record_b", "reference"];
/// Columns by which single rows are sought in sorted tables.
const LOOKED_UP_BY: [&str; 4] = ["customer", "id", "record_hash", "day"];
