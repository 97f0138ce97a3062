//! XES: a log of cases, each with attributes and then events. An event is told as soon as it ends, so memory holds
//! one. Nested attributes, lists and the log's defaults are not read.

use super::{Cells, broken};
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;
use std::io::{self, BufReader, Read};

/// Where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    Log,
    Case { events: bool },
    Event,
    After,
}

/// The events of a file in its order.
pub(super) struct Events {
    reader: Reader<BufReader<Box<dyn Read>>>,
    buffer: Vec<u8>,
    place: Place,
    case: Cells,
    event: Cells,
    failed: bool,
}

impl Events {
    pub(super) fn new(text: Box<dyn Read>) -> Self {
        let reader = Reader::from_reader(BufReader::new(text));
        let (case, event) = (Cells::new(), Cells::new());
        Self { reader, buffer: Vec::new(), place: Place::Before, case, event, failed: false }
    }

    fn wrong(&self, why: impl std::fmt::Display) -> io::Error {
        broken("XES", format!("{why} (near byte {})", self.reader.buffer_position()))
    }

    /// The next event's row; `None` after the log.
    fn read(&mut self) -> io::Result<Option<Cells>> {
        loop {
            self.buffer.clear();
            let node = match self.reader.read_event_into(&mut self.buffer) {
                Ok(node) => node.into_owned(),
                Err(quick_xml::Error::Io(error)) => return Err(io::Error::new(error.kind(), error)),
                Err(error) => return Err(self.wrong(error)),
            };
            match node {
                Event::Start(tag) => self.start(&tag)?,
                Event::Empty(tag) if tag.name().as_ref() == "event" => {
                    self.start(&tag)?;
                    return Ok(Some(self.end_event()));
                }
                Event::Empty(tag) => self.empty(&tag)?,
                Event::End(tag) => match tag.name().as_ref() {
                    "event" => return Ok(Some(self.end_event())),
                    "trace" => self.place = Place::Log,
                    "log" => self.place = Place::After,
                    _ => {}
                },
                Event::Eof => {
                    return match self.place {
                        Place::After => Ok(None),
                        Place::Before => Err(self.wrong("it has no <log>")),
                        _ => Err(self.wrong("it ends before </log>; was it cut off? Export it again")),
                    };
                }
                _ => {}
            }
        }
    }

    /// An element that holds others.
    fn start(&mut self, tag: &BytesStart<'_>) -> io::Result<()> {
        match (tag.name().as_ref(), self.place) {
            ("log", Place::Before) => self.place = Place::Log,
            (_, Place::Before) => return Err(self.wrong("it does not begin with <log>")),
            ("trace", Place::Log) => {
                self.case.clear();
                self.place = Place::Case { events: false };
            }
            ("event", Place::Case { .. }) => {
                self.event = self.case.clone();
                self.place = Place::Event;
            }
            ("log" | "trace" | "event", _) => {
                return Err(self.wrong(format!("<{}> stands where none may", tag.name().as_ref())));
            }
            _ => {
                self.attribute(tag)?;
                let mut within = Vec::new();
                let skipped = self.reader.read_to_end_into(tag.name(), &mut within);
                skipped.map_err(|error| self.wrong(error))?;
            }
        }
        Ok(())
    }

    fn empty(&mut self, tag: &BytesStart<'_>) -> io::Result<()> {
        match (tag.name().as_ref(), self.place) {
            ("log", Place::Before) => self.place = Place::After,
            (_, Place::Before) => return Err(self.wrong("it does not begin with <log>")),
            ("trace", _) => {}
            _ => self.attribute(tag)?,
        }
        Ok(())
    }

    fn end_event(&mut self) -> Cells {
        self.place = Place::Case { events: true };
        std::mem::take(&mut self.event)
    }

    /// Takes an attribute of the case or the event; of the log none is read.
    fn attribute(&mut self, tag: &BytesStart<'_>) -> io::Result<()> {
        let name = tag.name();
        if !matches!(name.as_ref(), "string" | "date" | "int" | "float" | "boolean" | "id") {
            return Ok(());
        }
        let told = |key: &str| -> io::Result<Option<String>> {
            let found = tag.try_get_attribute(key).map_err(|error| self.wrong(error))?;
            let text = found.map(|found| found.normalized_value(XmlVersion::Explicit1_0)).transpose();
            Ok(text.map_err(|error| self.wrong(error))?.map(std::borrow::Cow::into_owned))
        };
        let (key, value) = (told("key")?, told("value")?.unwrap_or_default());
        let Some(key) = key else {
            return Err(self.wrong(format!("a <{}> has no key", name.as_ref())));
        };
        match self.place {
            Place::Event => {
                self.event.insert(key, Value::String(value));
            }
            Place::Case { events: false } => {
                self.case.insert(format!("case:{key}"), Value::String(value));
            }
            Place::Case { events: true } => {
                return Err(self.wrong(format!(
                    "the case's attribute `{key}` stands after its events; the standard has it before them"
                )));
            }
            Place::Before | Place::Log | Place::After => {}
        }
        Ok(())
    }
}

impl Iterator for Events {
    type Item = io::Result<Cells>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let next = self.read().transpose();
        self.failed = matches!(next, Some(Err(_)));
        next
    }
}
