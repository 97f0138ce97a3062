//! Text line by line, with a limit.

use super::ROW_LIMIT;
use crate::error::Problem;
use std::io::{BufRead, BufReader, Read};

/// A text read line by line.
pub(super) struct Lines {
    input: BufReader<Box<dyn Read>>,
    /// 1-based number of the last line.
    pub(super) line: u64,
    /// The last line without its end.
    pub(super) text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(text: Box<dyn Read>) -> Self {
        Self { input: BufReader::with_capacity(128 << 10, text), line: 0, text: Vec::new() }
    }

    /// Reads the next line that is not blank; false at the end.
    pub(super) fn read(&mut self) -> Result<bool, Problem> {
        loop {
            self.text.clear();
            let read = self.input.by_ref().take(ROW_LIMIT as u64 + 1).read_until(b'\n', &mut self.text)?;
            if read == 0 {
                return Ok(false);
            }
            self.line += 1;
            if read > ROW_LIMIT {
                return Err(Problem::RowTooLong { line: self.line, limit_mib: ROW_LIMIT >> 20 });
            }
            while matches!(self.text.last(), Some(b'\n' | b'\r')) {
                self.text.pop();
            }
            if !self.text.trim_ascii().is_empty() {
                return Ok(true);
            }
        }
    }

    /// The last line and its number.
    pub(super) fn raw(&self) -> (u64, String) {
        (self.line, String::from_utf8_lossy(&self.text).into_owned())
    }
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").field("line", &self.line).finish_non_exhaustive()
    }
}
