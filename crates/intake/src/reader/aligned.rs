//! Rows of text whose columns are set apart by runs of blanks; no quotes.

use super::lines::Lines;
use super::{NOT_UTF8, Step, ragged};
use crate::error::Problem;
use crate::row::{Header, Row};
use csv::StringRecord;
use std::borrow::Cow;
use std::io::Read;

/// An open blank-aligned table.
#[derive(Debug)]
pub(super) struct Aligned {
    lines: Lines,
    columns: usize,
    cells: StringRecord,
}

impl Aligned {
    pub(super) fn open(text: Box<dyn Read>) -> Result<(Self, Header), Problem> {
        let mut lines = Lines::new(text);
        if !lines.read()? {
            return Err(Problem::Empty);
        }
        let names = String::from_utf8_lossy(&lines.text).into_owned();
        let header = Header::of_table(names.split_ascii_whitespace());
        let columns = header.names().len();
        Ok((Self { lines, columns, cells: StringRecord::new() }, header))
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Problem> {
        if !self.lines.read()? {
            return Ok(Step::End);
        }
        let Ok(line) = std::str::from_utf8(&self.lines.text) else {
            return Ok(Step::Bad(Cow::Borrowed(NOT_UTF8)));
        };
        self.cells.clear();
        for cell in line.split_ascii_whitespace() {
            self.cells.push_field(cell);
        }
        if self.cells.len() != self.columns {
            return Ok(ragged(self.cells.len(), self.columns));
        }
        Ok(Step::Row(Row::of_table(&self.cells)))
    }

    pub(super) fn raw(&self) -> (u64, String) {
        self.lines.raw()
    }
}
