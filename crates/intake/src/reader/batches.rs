//! Rows of Arrow batches, for Parquet files and the results of queries. Columns become text once per batch;
//! nested columns are found by dotted path.

use super::Step;
use crate::error::Problem;
use crate::row::{Header, Row};
use arrow::array::cast::AsArray;
use arrow::array::{Array, ArrayRef, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float32Type, Float64Type, Schema, TimeUnit};
use arrow::error::ArrowError;
use arrow::record_batch::RecordBatch;
use csv::StringRecord;

/// Significant decimal digits that a 64-bit float holds for sure.
const FLOAT_DIGITS: usize = 15;

/// An open stream of batches of one schema.
pub(crate) struct Batches {
    rest: Box<dyn Iterator<Item = Result<RecordBatch, ArrowError>>>,
    names: Vec<String>,
    columns: Vec<StringArray>,
    /// Next row of `columns`.
    next: usize,
    rows: usize,
    cells: StringRecord,
    /// 1-based number of the last row.
    row: u64,
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batches").field("names", &self.names).field("row", &self.row).finish_non_exhaustive()
    }
}

impl Batches {
    /// Rows of `rest`, whose batches have `schema`.
    pub(crate) fn open(
        schema: &Schema,
        rest: impl Iterator<Item = Result<RecordBatch, ArrowError>> + 'static,
    ) -> (Self, Header) {
        let mut names = Vec::new();
        for field in schema.fields() {
            names_of(field.name(), field.data_type(), &mut names);
        }
        let header = Header::of_table(names.iter().map(String::as_str));
        let rest = Box::new(rest);
        (
            Self { rest, names, columns: Vec::new(), next: 0, rows: 0, cells: StringRecord::new(), row: 0 },
            header,
        )
    }

    /// Goes on numbering after `rows` rows.
    pub(crate) fn number_from(&mut self, rows: u64) {
        self.row = rows;
    }

    /// The next row; the last of a batch is followed by the first of the next one.
    pub(crate) fn step(&mut self) -> Result<Step<'_>, Problem> {
        while self.next == self.rows {
            let Some(batch) = self.rest.next() else {
                return Ok(Step::End);
            };
            let batch = batch?;
            self.columns.clear();
            for column in batch.columns() {
                texts_of(column, &mut self.columns)?;
            }
            (self.next, self.rows) = (0, batch.num_rows());
        }
        self.cells.clear();
        for column in &self.columns {
            self.cells.push_field(if column.is_null(self.next) { "" } else { column.value(self.next) });
        }
        self.next += 1;
        self.row += 1;
        Ok(Step::Row(Row::of_table(&self.cells)))
    }

    /// Number of the last row, and its cells as a JSON object.
    pub(crate) fn raw(&self) -> (u64, String) {
        let cells = self.names.iter().zip(&self.cells).filter(|(_, cell)| !cell.is_empty());
        let object: serde_json::Map<_, _> = cells.map(|(name, cell)| (name.clone(), cell.into())).collect();
        (self.row, serde_json::Value::Object(object).to_string())
    }
}

fn names_of(name: &str, data_type: &DataType, names: &mut Vec<String>) {
    match data_type {
        DataType::Struct(fields) => {
            for field in fields {
                names_of(&format!("{name}.{}", field.name()), field.data_type(), names);
            }
        }
        _ => names.push(name.to_owned()),
    }
}

/// A column as text; the members of a nested one in the order of [`names_of`].
fn texts_of(column: &ArrayRef, texts: &mut Vec<StringArray>) -> Result<(), Problem> {
    let text = match column.data_type() {
        DataType::Struct(_) => {
            let before = texts.len();
            for member in column.as_struct().columns() {
                texts_of(member, texts)?;
            }
            if column.null_count() > 0 {
                texts[before..].iter_mut().for_each(|text| *text = only_where_valid(text, column));
            }
            return Ok(());
        }
        DataType::Float64 => column
            .as_primitive::<Float64Type>()
            .iter()
            .map(|v| v.filter(|v| !v.is_nan()).map(decimal))
            .collect(),
        DataType::Float32 => {
            let short = |v: f32| v.to_string();
            column
                .as_primitive::<Float32Type>()
                .iter()
                .map(|v| v.filter(|v| !v.is_nan()).map(short))
                .collect()
        }
        DataType::Timestamp(_, Some(_)) => {
            let utc = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, Some("+00:00".into())))?;
            cast(&utc, &DataType::Utf8)?.as_string::<i32>().clone()
        }
        DataType::Dictionary(_, value) if !value.is_string() => {
            return texts_of(&cast(column, value)?, texts);
        }
        _ => cast(column, &DataType::Utf8)?.as_string::<i32>().clone(),
    };
    texts.push(text);
    Ok(())
}

/// The member of a nested column where the column itself is not null.
fn only_where_valid(text: &StringArray, parent: &ArrayRef) -> StringArray {
    text.iter().enumerate().map(|(row, cell)| cell.filter(|_| parent.is_valid(row))).collect()
}

/// A float as a plain decimal, without the noise beyond the digits it holds for sure: 59.970000000000006 is
/// 59.97.
pub(super) fn decimal(float: f64) -> String {
    let shortest = float.to_string();
    let digits = shortest.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count();
    if digits <= FLOAT_DIGITS || !shortest.contains('.') {
        return shortest;
    }
    let rounded = format!("{float:.*e}", FLOAT_DIGITS - 1).parse::<f64>();
    rounded.map_or(shortest, |rounded| rounded.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_float_is_told_without_noise() {
        for (float, text) in [
            (59.970_000_000_000_006, "59.97"),
            (0.1 + 0.2, "0.3"),
            (12.0, "12"),
            (-0.5, "-0.5"),
            (1e20, "100000000000000000000"),
            (1_234_567_890_123.25, "1234567890123.25"),
        ] {
            assert_eq!(decimal(float), text);
        }
    }
}
