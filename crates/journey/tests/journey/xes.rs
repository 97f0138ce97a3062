//! Event logs in XES: traces of events with string and date attributes (IEEE 1849), as far as tests need them.

use quick_xml::events::{BytesStart, Event as Node};
use quick_xml::{Reader, XmlVersion};
use std::collections::BTreeMap;

/// One event: its instant and its text attributes by key.
pub(crate) struct Event {
    pub(crate) at_us: i64,
    pub(crate) text: BTreeMap<String, String>,
}

/// Traces in file order, each with its events in order of time and then of the file.
pub(crate) fn read(xml: &str) -> Vec<Vec<Event>> {
    let mut reader = Reader::from_str(xml);
    let mut traces: Vec<Vec<Event>> = Vec::new();
    let mut event: Option<Event> = None;
    loop {
        match reader.read_event().unwrap() {
            Node::Eof => break,
            Node::Start(tag) if tag.name().as_ref() == "trace" => traces.push(Vec::new()),
            Node::Start(tag) if tag.name().as_ref() == "event" => {
                event = Some(Event { at_us: i64::MIN, text: BTreeMap::new() });
            }
            Node::End(tag) if tag.name().as_ref() == "event" => {
                traces.last_mut().unwrap().extend(event.take());
            }
            Node::Start(tag) | Node::Empty(tag) => {
                if let Some(event) = &mut event {
                    attribute(event, &tag);
                }
            }
            _ => {}
        }
    }
    for trace in &mut traces {
        trace.sort_by_key(|event| event.at_us);
    }
    traces
}

fn attribute(event: &mut Event, tag: &BytesStart<'_>) {
    let value = |name: &str| {
        let attribute = tag.try_get_attribute(name).unwrap().unwrap();
        attribute.normalized_value(XmlVersion::Explicit1_0).unwrap().into_owned()
    };
    match tag.name().as_ref() {
        "date" if value("key") == "time:timestamp" => {
            event.at_us = value("value").parse::<jiff::Timestamp>().unwrap().as_microsecond();
        }
        "string" => {
            event.text.insert(value("key"), value("value"));
        }
        _ => {}
    }
}
