//! Rows of separated text (RFC 4180 as tools write it: quoted cells may hold separators and line breaks).

use super::quotes::{self, Quotes};
use super::tee::Tee;
use super::{NOT_UTF8, ROW_LIMIT, Step, line_breaks, ragged};
use crate::error::Problem;
use crate::row::{Header, Row};
use csv::{ByteRecord, StringRecord};
use std::borrow::Cow;
use std::io::Read;

const BUFFER: usize = 128 << 10;
const UNCLOSED: &str = "a quote opened in this line is not closed as it should be; a quote within a quoted cell is written twice";

/// An open table.
#[derive(Debug)]
pub(super) struct Table {
    reader: csv::Reader<Tee>,
    separator: u8,
    columns: usize,
    /// The last row, kept for its memory.
    row: Option<StringRecord>,
    /// Where `reader` was set up: position in the stream, and lines before it.
    base: u64,
    base_line: u64,
    /// The last row: positions and the line counted at its start.
    from: u64,
    to: u64,
    line: u64,
    /// Rows come from where quotes were broken: at least up to here, and until a row is clean.
    doubtful_until: u64,
    doubtful: bool,
}

fn reader_of(tee: Tee, separator: u8) -> csv::Reader<Tee> {
    csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(BUFFER)
        .from_reader(tee)
}

impl Table {
    pub(super) fn open(text: Box<dyn Read>, separator: u8) -> Result<(Self, Header), Problem> {
        let reader = reader_of(Tee::new(text), separator);
        let mut table = Self {
            reader,
            separator,
            columns: 0,
            row: None,
            base: 0,
            base_line: 0,
            from: 0,
            to: 0,
            line: 1,
            doubtful_until: 0,
            doubtful: false,
        };
        let mut names = ByteRecord::new();
        if !table.read(&mut names)? {
            return Err(Problem::Empty);
        }
        table.columns = names.len();
        let names: Vec<_> = names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Ok((table, Header::of_table(names.iter().map(String::as_str))))
    }

    /// Reads the next record, noting where it stands.
    fn read(&mut self, cells: &mut ByteRecord) -> Result<bool, Problem> {
        let (byte, line) = (self.reader.position().byte(), self.reader.position().line());
        self.from = self.base + byte;
        self.line = self.base_line + line;
        self.reader.get_mut().keep_from(self.from);
        let read = self.reader.read_byte_record(cells);
        self.to = self.base + self.reader.position().byte();
        match read {
            Ok(more) => Ok(more),
            Err(_) if self.reader.get_ref().overflowed() => {
                Err(Problem::RowTooLong { line: self.line, limit_mib: ROW_LIMIT >> 20 })
            }
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Problem> {
        let mut cells = self.row.take().map(StringRecord::into_byte_record).unwrap_or_default();
        if !self.read(&mut cells)? {
            return Ok(Step::End);
        }
        if !self.quotes_hold() {
            self.resume_on_the_next_line();
            return Ok(Step::Bad(Cow::Borrowed(UNCLOSED)));
        }
        if cells.len() != self.columns {
            return Ok(ragged(cells.len(), self.columns));
        }
        match StringRecord::from_byte_record(cells) {
            Ok(row) => Ok(Step::Row(Row::of_table(self.row.insert(row)))),
            Err(_) => Ok(Step::Bad(Cow::Borrowed(NOT_UTF8))),
        }
    }

    /// Whether the last row's quotes are as they should be. After one whose quotes are broken even a quote
    /// within a plain cell is taken for a part of the damage, until a row is clean.
    fn quotes_hold(&mut self) -> bool {
        let text = self.text().1;
        let quotes = if text.contains(&b'"') { quotes::of(text, self.separator) } else { Quotes::Clean };
        match quotes {
            Quotes::Broken => {
                self.doubtful = true;
                self.doubtful_until = self.doubtful_until.max(self.to);
            }
            Quotes::Within => {}
            Quotes::Clean => self.doubtful &= self.from < self.doubtful_until,
        }
        quotes == Quotes::Clean || (quotes == Quotes::Within && !self.doubtful)
    }

    /// Cuts the last row down to its first line and reads on after it.
    fn resume_on_the_next_line(&mut self) {
        let (blank, text) = self.text();
        let Some(length) = text.iter().position(|byte| *byte == b'\n').filter(|at| at + 1 < text.len())
        else {
            return;
        };
        let (breaks, next) = (line_breaks(blank), blank.len() + length + 1);
        let next = self.from + next as u64;
        let old = std::mem::replace(
            &mut self.reader,
            reader_of(Tee::new(Box::new(std::io::empty())), self.separator),
        );
        let mut tee = old.into_inner();
        tee.rewind(next);
        self.reader = reader_of(tee, self.separator);
        self.base = next;
        self.base_line = self.line + breaks;
        self.to = next;
    }

    /// The line breaks before the last row, and its text with the break that ends it.
    fn text(&self) -> (&[u8], &[u8]) {
        let all = self.reader.get_ref().between(self.from, self.to);
        let blank = all.iter().take_while(|byte| matches!(**byte, b'\n' | b'\r')).count();
        all.split_at(blank)
    }

    pub(super) fn raw(&self) -> (u64, String) {
        let (blank, text) = self.text();
        let line = self.line + line_breaks(blank);
        let text = String::from_utf8_lossy(text);
        (line, text.trim_end_matches(['\n', '\r']).to_owned())
    }
}
