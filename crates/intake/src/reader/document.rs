//! Cuts one JSON document, an array or an object that holds one, into the text of its elements without parsing
//! them, so that a broken element is one rejected row and a large file needs no more memory than its largest
//! element.

use super::{ROW_LIMIT, line_breaks};
use crate::error::Problem;
use std::io::{BufRead, BufReader, Read};

const BROKEN: &str = "the JSON cannot be followed here; is a bracket, comma or quote missing?";
const CUT_OFF: &str = "the file ends within the value that starts here";
const NO_ARRAY: &str =
    "there is no array of objects in it; if it has one object a line, set format = \"ndjson\"";
const SEVERAL: &str = "a second array of objects starts here; export one kind of thing per file";
const MORE: &str =
    "there is more after the end of the JSON value; if it has one object a line, set format = \"ndjson\"";

/// An open document.
pub(super) struct Document {
    input: BufReader<Box<dyn Read>>,
    place: Place,
    /// 1-based line of the next byte.
    line: u64,
    /// Names of arrays to read; any when empty.
    arrays: &'static [&'static str],
    found: Found,
    /// Text of the last element and the line it starts on.
    pub(super) text: Vec<u8>,
    pub(super) start: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    /// Before a key of the top-level object.
    Object,
    /// Before an element; `nested` in the top-level object; `skip` when the elements are not asked for.
    Array {
        nested: bool,
        skip: bool,
    },
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Nothing,
    Empty,
    Objects,
}

impl Document {
    pub(super) fn new(text: Box<dyn Read>, arrays: &'static [&'static str]) -> Self {
        Self {
            input: BufReader::with_capacity(128 << 10, text),
            place: Place::Start,
            line: 1,
            arrays,
            found: Found::Nothing,
            text: Vec::new(),
            start: 1,
        }
    }

    /// Reads the next element into `text`; false at the end.
    pub(super) fn read(&mut self) -> Result<bool, Problem> {
        loop {
            let next = self.peek()?;
            match (self.place, next) {
                (Place::Start, Some(b'[')) => self.enter(Place::Array { nested: false, skip: false })?,
                (Place::Start, Some(b'{')) => self.enter(Place::Object)?,
                (Place::Start, None) | (Place::Object, Some(b'}')) => self.close_object(next)?,
                (Place::Object, Some(b'"')) => self.member()?,
                (Place::Object | Place::Array { .. }, Some(b',')) => self.bump()?,
                (Place::Array { nested, .. }, Some(b']')) => {
                    self.enter(if nested { Place::Object } else { Place::End })?;
                }
                (Place::Array { .. }, Some(b'}')) | (Place::Object | Place::Start, Some(_)) => {
                    return Err(self.broken(BROKEN));
                }
                (Place::Array { skip, .. }, Some(_)) => {
                    self.value(!skip)?;
                    if !skip {
                        return Ok(true);
                    }
                }
                (Place::Object | Place::Array { .. }, None) => return Err(self.broken(CUT_OFF)),
                (Place::End, Some(_)) => return Err(self.broken(MORE)),
                (Place::End, None) => return Ok(false),
            }
        }
    }

    fn broken(&self, what: &'static str) -> Problem {
        Problem::Json { line: self.line, what }
    }

    fn enter(&mut self, place: Place) -> Result<(), Problem> {
        self.place = place;
        self.bump()
    }

    fn close_object(&mut self, next: Option<u8>) -> Result<(), Problem> {
        if next.is_none() || self.found == Found::Nothing {
            return Err(if next.is_none() { self.broken("it is empty") } else { self.broken(NO_ARRAY) });
        }
        self.enter(Place::End)
    }

    /// Reads a key and decides about its value.
    fn member(&mut self) -> Result<(), Problem> {
        self.value(true)?;
        let key: String = serde_json::from_slice(&self.text).map_err(|_| self.broken(BROKEN))?;
        if self.peek()? != Some(b':') {
            return Err(self.broken(BROKEN));
        }
        self.bump()?;
        match self.peek()? {
            Some(b'[') => {}
            Some(b',' | b'}' | b']' | b':') => return Err(self.broken(BROKEN)),
            Some(_) => return self.value(false),
            None => return Err(self.broken(CUT_OFF)),
        }
        self.enter(Place::Array { nested: true, skip: true })?;
        let asked = self.arrays.is_empty() || self.arrays.contains(&key.as_str());
        match (asked, self.peek()?) {
            (true, Some(b'{')) if self.found == Found::Objects => return Err(self.broken(SEVERAL)),
            (true, Some(b'{')) => {
                self.found = Found::Objects;
                self.place = Place::Array { nested: true, skip: false };
            }
            (true, Some(b']')) if self.found == Found::Nothing => self.found = Found::Empty,
            _ => {}
        }
        Ok(())
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Result<Option<u8>, Problem> {
        loop {
            let chunk = self.input.fill_buf()?;
            let blank = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += line_breaks(&chunk[..blank]);
            let next = chunk.get(blank).copied();
            let ended = chunk.is_empty();
            self.input.consume(blank);
            if next.is_some() || ended {
                return Ok(next);
            }
        }
    }

    fn bump(&mut self) -> Result<(), Problem> {
        if !self.input.fill_buf()?.is_empty() {
            self.input.consume(1);
        }
        Ok(())
    }

    /// Passes over one value, keeping its text when asked.
    fn value(&mut self, keep: bool) -> Result<(), Problem> {
        self.text.clear();
        self.start = self.line;
        let mut scan = Scan::default();
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Err(Problem::Json { line: self.start, what: CUT_OFF });
            }
            let (used, done) = scan.run(chunk);
            if keep {
                self.text.extend_from_slice(&chunk[..used]);
            }
            self.line += line_breaks(&chunk[..used]);
            self.input.consume(used);
            if done {
                return Ok(());
            }
            if self.text.len() > ROW_LIMIT {
                return Err(Problem::RowTooLong { line: self.start, limit_mib: ROW_LIMIT >> 20 });
            }
        }
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("line", &self.line)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

/// Finds the end of a value.
#[derive(Default)]
struct Scan {
    depth: usize,
    quoted: bool,
    escaped: bool,
}

impl Scan {
    /// Number of bytes of `chunk` that belong to the value, and whether it ends there.
    fn run(&mut self, chunk: &[u8]) -> (usize, bool) {
        for (at, byte) in chunk.iter().enumerate() {
            if self.quoted {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.quoted = false;
                        if self.depth == 0 {
                            return (at + 1, true);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.quoted = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth <= 1 => return (at + self.depth, true),
                b'}' | b']' => self.depth -= 1,
                b',' | b' ' | b'\n' | b'\r' | b'\t' if self.depth == 0 => return (at, true),
                _ => {}
            }
        }
        (chunk.len(), false)
    }
}
