//! Files to rows: opens, decompresses, decodes and cuts a file into rows, one at a time, in constant memory. A row
//! that cannot be cut is told with its line and its text; the rest of the file is still read.

mod aligned;
mod batches;
mod document;
mod eventlog;
mod lines;
mod objects;
mod open;
mod parquet;
mod quotes;
mod table;
mod tee;

use crate::error::Problem;
use crate::row::{Header, Row};
use model::config::{Feed, FileFormat, TextEncoding};
use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;
use std::rc::Rc;

pub(crate) use batches::Batches;
pub(crate) use objects::Picker;

/// Longest row read, in bytes.
const ROW_LIMIT: usize = 64 << 20;

/// What comes next in a file.
#[derive(Debug)]
pub(crate) enum Step<'r> {
    /// A row.
    Row(Row<'r>),
    /// Text that is no row, and why.
    Bad(Cow<'static, str>),
    /// Nothing.
    End,
}

/// One open file.
#[derive(Debug)]
pub(crate) struct Reader {
    rows: Rows,
    consumed: Rc<Cell<u64>>,
}

#[derive(Debug)]
enum Rows {
    Table(Box<table::Table>),
    Aligned(aligned::Aligned),
    Objects(objects::Objects),
    Batches(Batches),
}

impl Reader {
    /// Opens a file and reads its header. Of a JSON object only the arrays named in `arrays` are read, any when
    /// empty.
    pub(crate) fn open(
        feed: &Feed,
        file: &Path,
        arrays: &'static [&'static str],
    ) -> Result<(Self, Header), Problem> {
        let format = feed.format.or_else(|| open::format_of(file)).ok_or(Problem::UnknownFormat)?;
        let consumed = Rc::new(Cell::new(0));
        let text = |encoding: TextEncoding| open::text(file, encoding, Rc::clone(&consumed));
        let (rows, header) = match format {
            FileFormat::Csv | FileFormat::Tsv => match separator(feed, format)? {
                b' ' => {
                    let (rows, header) = aligned::Aligned::open(text(feed.csv.encoding)?)?;
                    (Rows::Aligned(rows), header)
                }
                separator => {
                    let (rows, header) = table::Table::open(text(feed.csv.encoding)?, separator)?;
                    (Rows::Table(Box::new(rows)), header)
                }
            },
            FileFormat::Ndjson => {
                (Rows::Objects(objects::Objects::of_lines(text(feed.csv.encoding)?)), Header::of_objects())
            }
            FileFormat::Json => (
                Rows::Objects(objects::Objects::of_document(text(feed.csv.encoding)?, arrays)),
                Header::of_objects(),
            ),
            FileFormat::Xes => {
                let events = eventlog::xes(text(feed.csv.encoding)?);
                (Rows::Objects(objects::Objects::of_lines(events)), Header::of_objects())
            }
            FileFormat::Ocel => {
                let object = feed.object.as_ref().map_or("", |object| object.get_ref());
                let events = eventlog::ocel(text(feed.csv.encoding)?, object)?;
                (Rows::Objects(objects::Objects::of_lines(events)), Header::of_objects())
            }
            FileFormat::Parquet => {
                let (rows, header) = parquet::open(file, Rc::clone(&consumed))?;
                (Rows::Batches(rows), header)
            }
        };
        Ok((Self { rows, consumed }, header))
    }

    /// Reads lines of JSON objects that are at hand.
    pub(crate) fn of_text(text: Vec<u8>) -> (Self, Header) {
        let objects = objects::Objects::of_lines(Box::new(std::io::Cursor::new(text)));
        (Self { rows: Rows::Objects(objects), consumed: Rc::default() }, Header::of_objects())
    }

    /// Reads batches that are at hand.
    pub(crate) fn of_batches(rows: Batches) -> Self {
        Self { rows: Rows::Batches(rows), consumed: Rc::default() }
    }

    /// Tells the reader what was asked of the header.
    pub(crate) fn bind(&mut self, header: &Header) {
        if let Rows::Objects(objects) = &mut self.rows {
            objects.bind(header);
        }
    }

    /// The next row.
    pub(crate) fn step(&mut self) -> Result<Step<'_>, Problem> {
        match &mut self.rows {
            Rows::Table(rows) => rows.step(),
            Rows::Aligned(rows) => rows.step(),
            Rows::Objects(rows) => rows.step(),
            Rows::Batches(rows) => rows.step(),
        }
    }

    /// Where the row of the last step starts (1-based line; row of a Parquet file) and its text.
    pub(crate) fn raw(&self) -> (u64, String) {
        match &self.rows {
            Rows::Table(rows) => rows.raw(),
            Rows::Aligned(rows) => rows.raw(),
            Rows::Objects(rows) => rows.raw(),
            Rows::Batches(rows) => rows.raw(),
        }
    }

    /// At the end of a file: what the header could not tell, that a needed column was in no row.
    pub(crate) fn check(&self, header: &Header) -> Result<(), Problem> {
        match &self.rows {
            Rows::Objects(objects) => objects.check(header),
            Rows::Table(_) | Rows::Aligned(_) | Rows::Batches(_) => Ok(()),
        }
    }

    /// Bytes of the file read so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.consumed.get()
    }
}

fn separator(feed: &Feed, format: FileFormat) -> Result<u8, Problem> {
    let default = if format == FileFormat::Tsv { '\t' } else { ',' };
    let separator = feed.csv.separator.unwrap_or(default);
    match u8::try_from(separator) {
        Ok(byte) if byte.is_ascii() && !matches!(byte, b'"' | b'\n' | b'\r' | 0) => Ok(byte),
        _ => Err(Problem::Setting(format!(
            "{separator:?} cannot separate columns; use one of , ; | \\t or a blank"
        ))),
    }
}

/// Number of line breaks.
fn line_breaks(text: &[u8]) -> u64 {
    text.split(|byte| *byte == b'\n').skip(1).count() as u64
}

/// The reason told for text that is no UTF-8.
const NOT_UTF8: &str = "is not valid UTF-8; if the file is Latin-1 set csv = { encoding = \"latin-1\" }";

/// The reason told for a row with too few or too many cells.
fn ragged(cells: usize, columns: usize) -> Step<'static> {
    let plural = if cells == 1 { "" } else { "s" };
    Step::Bad(Cow::Owned(format!("has {cells} cell{plural} where the header has {columns}")))
}

#[cfg(test)]
mod tests;
