//! Reads exports back, column by name.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

/// One row: column → text; an empty text where there is none.
pub(super) type Row = BTreeMap<String, String>;

/// A file and how it is written.
#[derive(Clone, Copy)]
pub(super) enum File {
    Csv(&'static str),
    /// Two rows of labels follow the header.
    Labelled(&'static str),
    Json(&'static str),
    NdjsonGz(&'static str),
    Parquet(&'static str),
}

/// All the rows of a file below `dir`; the names of nested JSON members are joined with dots.
pub(super) fn read(dir: &Path, file: File) -> Vec<Row> {
    match file {
        File::Csv(name) => csv_rows(&dir.join(name)),
        File::Labelled(name) => csv_rows(&dir.join(name)).split_off(2),
        File::Json(name) => {
            let text = std::fs::read_to_string(dir.join(name)).unwrap();
            let root: serde_json::Value = serde_json::from_str(&text).unwrap();
            root["tickets"].as_array().unwrap().iter().map(flat).collect()
        }
        File::NdjsonGz(name) => {
            let mut text = String::new();
            let file = std::fs::File::open(dir.join(name)).unwrap();
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
            text.lines().map(|line| flat(&serde_json::from_str(line).unwrap())).collect()
        }
        File::Parquet(name) => parquet_rows(&dir.join(name)),
    }
}

/// Every order file of the shop, in order of year.
pub(super) fn read_orders(dir: &Path) -> Vec<Row> {
    let mut files: Vec<_> = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    files.iter().flat_map(|file| csv_rows(file)).collect()
}

fn csv_rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(|row| row.unwrap()).collect()
}

fn flat(value: &serde_json::Value) -> Row {
    let mut row = Row::new();
    let mut open = vec![(String::new(), value)];
    while let Some((name, value)) = open.pop() {
        match value {
            serde_json::Value::Object(members) => {
                let dot = if name.is_empty() { "" } else { "." };
                open.extend(members.iter().map(|(key, value)| (format!("{name}{dot}{key}"), value)));
            }
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => {
                row.insert(name, text.clone());
            }
            other => {
                row.insert(name, other.to_string());
            }
        }
    }
    row
}

fn parquet_rows(path: &Path) -> Vec<Row> {
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut rows = Vec::new();
    for batch in reader.build().unwrap() {
        let batch = batch.unwrap();
        let text = |name: &str, row: usize| {
            let column = batch.column_by_name(name).unwrap().as_string::<i32>();
            if column.is_null(row) { String::new() } else { column.value(row).to_owned() }
        };
        for row in 0..batch.num_rows() {
            let names = [
                "receipt_no",
                "customer_ref",
                "loyalty_no",
                "customer_name",
                "customer_email",
                "customer_phone",
            ];
            let mut found: Row = names.iter().map(|name| ((*name).to_owned(), text(name, row))).collect();
            found.insert("amount_cents".to_owned(), cents(&batch, row).to_string());
            rows.push(found);
        }
    }
    rows
}

fn cents(batch: &RecordBatch, row: usize) -> i64 {
    batch.column_by_name("amount_cents").unwrap().as_primitive::<Int64Type>().value(row)
}
