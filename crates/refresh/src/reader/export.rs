//! Tables of the newest edition as files for spreadsheets and other tools.

use super::Reader;
use crate::error::Error;
use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::StreamExt;
use intake::Imports;
use lake::tables::{self, Table};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

/// What a file is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text with commas. Cells that a spreadsheet would compute begin with an apostrophe.
    Csv,
    /// Parquet, compressed by zstd.
    Parquet,
}

impl Reader {
    /// Writes a table of the newest edition to a file, of raw tables what live imports hold; returns how many rows.
    /// The file is there whole or not at all.
    pub async fn export(&self, table: &str, format: Format, file: &Path) -> Result<u64, Error> {
        self.sight.whole()?;
        let current = self.current().await?;
        let table = known(table)?;
        current.holds(table.name)?;
        let mut sql = format!("select * from {}", table.name);
        let of_imports = !table.derived && table.schema.field_with_name("import_id").is_ok();
        if of_imports && table.name != tables::imports().name {
            let imports = Imports::read(&self.lake, current.edition.snapshot).await?;
            let live: Vec<String> = imports.live().map(|import| import.id.to_string()).collect();
            let ids = if live.is_empty() { "null".to_owned() } else { live.join(", ") };
            sql = format!("{sql} where import_id in ({ids})");
        }
        let part = file.with_added_extension("part");
        let unwritten = |source| Error::Unwritten { path: file.to_owned(), source };
        let mut sink = Sink::create(format, &part, &table.schema).map_err(unwritten)?;
        let mut batches = current.ordered.stream(&sql).await?;
        let mut rows = 0;
        while let Some(batch) = batches.next().await {
            let batch = batch?;
            rows += batch.num_rows() as u64;
            sink.batch(&batch).map_err(unwritten)?;
        }
        sink.finish().map_err(unwritten)?;
        std::fs::rename(&part, file).map_err(unwritten)?;
        Ok(rows)
    }
}

fn known(name: &str) -> Result<Table, Error> {
    let all = tables::all();
    let near = model::suggest::hint(name, all.iter().map(|table| table.name));
    let names: Vec<&str> = all.iter().map(|table| table.name).collect();
    let missing = Error::NoTable { name: name.to_owned(), near, known: names.join(", ") };
    all.into_iter().find(|table| table.name == name).ok_or(missing)
}

/// A file being written.
enum Sink {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Parquet(Box<ArrowWriter<BufWriter<File>>>, SchemaRef),
}

impl Sink {
    fn create(format: Format, path: &Path, schema: &SchemaRef) -> std::io::Result<Self> {
        let file = BufWriter::new(File::create(path)?);
        match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(file);
                writer.write_record(schema.fields().iter().map(|field| field.name()))?;
                Ok(Self::Csv(Box::new(writer)))
            }
            Format::Parquet => {
                let zstd = ZstdLevel::try_new(3).map_err(std::io::Error::other)?;
                let properties = WriterProperties::builder().set_compression(Compression::ZSTD(zstd)).build();
                let writer = ArrowWriter::try_new(file, SchemaRef::clone(schema), Some(properties));
                let writer = Box::new(writer.map_err(std::io::Error::other)?);
                Ok(Self::Parquet(writer, SchemaRef::clone(schema)))
            }
        }
    }

    fn batch(&mut self, batch: &RecordBatch) -> std::io::Result<()> {
        match self {
            Self::Csv(writer) => write_text(writer, batch),
            Self::Parquet(writer, schema) => {
                // The answer's columns are the table's; only its notes on fields may differ.
                let batch = RecordBatch::try_new(SchemaRef::clone(schema), batch.columns().to_vec());
                let batch = batch.map_err(std::io::Error::other)?;
                writer.write(&batch).map_err(std::io::Error::other)
            }
        }
    }

    fn finish(self) -> std::io::Result<()> {
        let mut file = match self {
            Self::Csv(writer) => writer.into_inner().map_err(csv::IntoInnerError::into_error)?,
            Self::Parquet(writer, _) => writer.into_inner().map_err(std::io::Error::other)?,
        };
        file.flush()?;
        file.get_ref().sync_all()
    }
}

fn write_text(writer: &mut csv::Writer<BufWriter<File>>, batch: &RecordBatch) -> std::io::Result<()> {
    let options = FormatOptions::default();
    let cells = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
    let cells = cells.collect::<Result<Vec<_>, _>>().map_err(std::io::Error::other)?;
    for row in 0..batch.num_rows() {
        for (column, cell) in batch.columns().iter().zip(&cells) {
            if column.is_null(row) {
                writer.write_field("")?;
                continue;
            }
            let text = cell.value(row).to_string();
            let is_text = matches!(column.data_type(), DataType::Utf8);
            let told = if is_text { guarded(&text) } else { Cow::Borrowed(text.as_str()) };
            writer.write_field(told.as_bytes())?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(())
}

/// Text that a spreadsheet shows and never computes: what begins like a formula gets an apostrophe before it, unless
/// it is a number (OWASP, "CSV Injection").
pub fn guarded(text: &str) -> Cow<'_, str> {
    let computes = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_number = text.bytes().any(|byte| byte.is_ascii_digit()) && text.parse::<f64>().is_ok();
    if computes && !is_number { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use arrow::datatypes::{Field, Schema};
    use std::sync::Arc;

    #[test]
    fn no_cell_computes_and_numbers_stay_numbers() {
        for (text, told) in [
            ("=1+2", "'=1+2"),
            ("+49 30 1", "'+49 30 1"),
            ("-5", "-5"),
            ("-5.25e3", "-5.25e3"),
            ("+7", "+7"),
            ("-", "'-"),
            ("-inf", "'-inf"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "'\r=1"),
            ("-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), told);
        }
    }

    fn sample() -> RecordBatch {
        let schema = Schema::new(vec![
            Field::new("name", DataType::Utf8, true),
            Field::new("value_minor", DataType::Int64, false),
        ]);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec![Some("=A1"), None, Some("Ann, \"Bo\"\nLi")])),
            Arc::new(Int64Array::from(vec![-4, 0, 9])),
        ];
        RecordBatch::try_new(Arc::new(schema), columns).expect("batch")
    }

    #[test]
    fn both_formats_hold_every_row() {
        let folder = tempfile::tempdir().expect("folder");
        let batch = sample();
        let path = folder.path().join("a.csv");
        let mut sink = Sink::create(Format::Csv, &path, &batch.schema()).expect("created");
        sink.batch(&batch).expect("written");
        sink.finish().expect("finished");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, "name,value_minor\n'=A1,-4\n,0\n\"Ann, \"\"Bo\"\"\nLi\",9\n");
        let path = folder.path().join("a.parquet");
        let mut sink = Sink::create(Format::Parquet, &path, &batch.schema()).expect("created");
        sink.batch(&batch).expect("written");
        sink.finish().expect("finished");
        let file = File::open(&path).expect("open");
        let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file);
        let mut read = reader.expect("parquet").build().expect("reader");
        assert_eq!(read.next().expect("a batch").expect("read"), batch);
    }

    #[test]
    fn an_unknown_table_names_the_near_ones() {
        let told = known("cohort").expect_err("unknown").to_string();
        assert!(told.contains("`cohorts`") && told.contains("customer_worth"), "{told}");
    }
}
