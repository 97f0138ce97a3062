//! Rows of JSON objects, one a line or elements of one document: cells are picked by dotted path.

use super::document::Document;
use super::lines::Lines;
use super::{NOT_UTF8, Step};
use crate::error::Problem;
use crate::row::{Header, Row};
use csv::StringRecord;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::Read;

/// Objects whose keys are remembered, to name the nearest when a column is missing.
const KNOWN_FROM_ROWS: u64 = 100;
const KNOWN_DEPTH: usize = 3;
const KNOWN_KEYS: usize = 1000;

/// An open file of objects.
#[derive(Debug)]
pub(super) struct Objects {
    texts: Texts,
    picker: Picker,
    rows: u64,
    known: BTreeSet<String>,
}

#[derive(Debug)]
enum Texts {
    Lines(Lines),
    Document(Document),
}

/// `a.b.c`, tried as one key first.
#[derive(Debug)]
struct Path {
    whole: String,
    parts: Vec<String>,
}

impl Path {
    fn find<'v>(&self, object: &'v Value) -> Option<&'v Value> {
        if let Some(value) = object.get(&self.whole) {
            return Some(value);
        }
        if self.parts.len() < 2 {
            return None;
        }
        self.parts.iter().try_fold(object, |value, part| match value {
            Value::Object(members) => members.get(part),
            Value::Array(items) => items.get(part.parse::<usize>().ok()?),
            _ => None,
        })
    }
}

/// Picks the cells of a header out of objects.
#[derive(Debug, Default)]
pub(crate) struct Picker {
    paths: Vec<Path>,
    cells: StringRecord,
    /// Whether a path held something in any row.
    seen: Vec<bool>,
}

impl Picker {
    /// Picks what was asked of a header.
    pub(crate) fn of(header: &Header) -> Self {
        let path =
            |name: &String| Path { whole: name.clone(), parts: name.split('.').map(str::to_owned).collect() };
        let paths: Vec<Path> = header.names().iter().map(path).collect();
        Self { seen: vec![false; paths.len()], paths, cells: StringRecord::new() }
    }

    /// The row of an object, whose text is `whole`.
    pub(crate) fn pick<'r>(&'r mut self, object: &Value, whole: &'r [u8]) -> Row<'r> {
        self.cells.clear();
        for (path, seen) in self.paths.iter().zip(&mut self.seen) {
            let cell = path.find(object).map_or(Cow::Borrowed(""), cell_text);
            *seen |= !cell.trim().is_empty();
            self.cells.push_field(&cell);
        }
        Row::of_object(&self.cells, whole)
    }
}

impl Objects {
    pub(super) fn of_lines(text: Box<dyn Read>) -> Self {
        Self::new(Texts::Lines(Lines::new(text)))
    }

    pub(super) fn of_document(text: Box<dyn Read>, arrays: &'static [&'static str]) -> Self {
        Self::new(Texts::Document(Document::new(text, arrays)))
    }

    fn new(texts: Texts) -> Self {
        Self { texts, picker: Picker::default(), rows: 0, known: BTreeSet::new() }
    }

    pub(super) fn bind(&mut self, header: &Header) {
        self.picker = Picker::of(header);
    }

    pub(super) fn step(&mut self) -> Result<Step<'_>, Problem> {
        let text = match &mut self.texts {
            Texts::Lines(lines) => lines.read()?.then_some(&lines.text),
            Texts::Document(document) => document.read()?.then_some(&document.text),
        };
        let Some(text) = text else { return Ok(Step::End) };
        let Ok(text) = std::str::from_utf8(text) else {
            return Ok(Step::Bad(Cow::Borrowed(NOT_UTF8)));
        };
        let object = match serde_json::from_str::<Value>(text) {
            Ok(object @ Value::Object(_)) => object,
            Ok(_) => return Ok(Step::Bad(Cow::Borrowed("is not a JSON object"))),
            Err(_) => return Ok(Step::Bad(Cow::Borrowed("is not valid JSON"))),
        };
        self.rows += 1;
        if self.rows <= KNOWN_FROM_ROWS {
            remember(&object, &mut String::new(), KNOWN_DEPTH, &mut self.known);
        }
        Ok(Step::Row(self.picker.pick(&object, text.as_bytes())))
    }

    pub(super) fn raw(&self) -> (u64, String) {
        match &self.texts {
            Texts::Lines(lines) => lines.raw(),
            Texts::Document(document) => {
                (document.start, String::from_utf8_lossy(&document.text).into_owned())
            }
        }
    }

    pub(super) fn check(&self, header: &Header) -> Result<(), Problem> {
        if self.rows == 0 {
            return Ok(());
        }
        for places in header.needed() {
            if !places.iter().any(|place| self.picker.seen.get(*place) == Some(&true)) {
                let wanted = places.first().map_or("", |place| header.name(*place));
                return Err(Problem::no_column(wanted, self.known.iter().map(String::as_str)));
            }
        }
        Ok(())
    }
}

/// A value as the text of a cell: nothing for null; lists and objects as JSON.
fn cell_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::String(text) => Cow::Borrowed(text),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => Cow::Owned(super::batches::decimal(float)),
            _ => Cow::Owned(number.to_string()),
        },
        Value::Array(_) | Value::Object(_) => Cow::Owned(value.to_string()),
    }
}

/// Adds the dotted paths of an object.
fn remember(value: &Value, path: &mut String, depth: usize, known: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) if depth > 0 => {
            for (key, member) in members {
                let length = path.len();
                if length > 0 {
                    path.push('.');
                }
                path.push_str(key);
                remember(member, path, depth - 1, known);
                path.truncate(length);
            }
        }
        _ if known.len() < KNOWN_KEYS && !path.is_empty() => {
            known.insert(path.clone());
        }
        _ => {}
    }
}
