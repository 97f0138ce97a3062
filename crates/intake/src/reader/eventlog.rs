//! Event logs of process mining as rows: XES (IEEE 1849), and OCEL 2.0 flattened on one type of object (after
//! van der Aalst). Every event becomes a JSON object on a line of its own.

mod ocel;
mod xes;

use crate::error::Problem;
use serde_json::{Map, Value};
use std::io::{self, Read};

/// What a row holds, by column.
type Cells = Map<String, Value>;

/// The events of an XES file: the attributes of their case under `case:…`, their own under their keys.
pub(super) fn xes(text: Box<dyn Read>) -> Box<dyn Read> {
    Box::new(Lined::new(xes::Events::new(text)))
}

/// The events of an OCEL 2.0 file, JSON or XML, once for each object of the type `object` that they touch.
pub(super) fn ocel(text: Box<dyn Read>, object: &str) -> Result<Box<dyn Read>, Problem> {
    Ok(Box::new(Lined::new(ocel::Log::read(text)?.flatten(object)?)))
}

/// A log that cannot be followed.
fn broken(kind: &str, why: impl std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("it is no {kind} log that can be followed: {why}"))
}

/// Rows as text, a line each.
struct Lined<I> {
    rows: I,
    line: Vec<u8>,
    served: usize,
}

impl<I> Lined<I> {
    const fn new(rows: I) -> Self {
        Self { rows, line: Vec::new(), served: 0 }
    }
}

impl<I: Iterator<Item = io::Result<Cells>>> Read for Lined<I> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.served == self.line.len() {
            let Some(row) = self.rows.next() else { return Ok(0) };
            self.line.clear();
            self.served = 0;
            serde_json::to_writer(&mut self.line, &row?)?;
            self.line.push(b'\n');
        }
        let count = into.len().min(self.line.len() - self.served);
        into[..count].copy_from_slice(&self.line[self.served..self.served + count]);
        self.served += count;
        Ok(count)
    }
}
