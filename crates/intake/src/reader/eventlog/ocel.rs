//! OCEL 2.0: events that touch several objects, as JSON or XML. The whole log is held in memory, since objects may
//! stand after the events that touch them.

use super::{Cells, broken};
use crate::error::Problem;
use jiff::Timestamp;
use model::suggest::hint;
use quick_xml::events::{BytesStart, Event as Node};
use quick_xml::{Reader, XmlVersion};
use rustc_hash::{FxHashMap, FxHashSet};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};

/// A log as its file has it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Log {
    #[serde(default)]
    events: Vec<Event>,
    #[serde(default)]
    objects: Vec<Object>,
}

#[derive(Debug, Default, Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    time: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
    #[serde(default)]
    relationships: Vec<Relationship>,
}

#[derive(Debug, Default, Deserialize)]
struct Object {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    attributes: Vec<Attribute>,
}

#[derive(Debug, Default, Deserialize)]
struct Attribute {
    name: String,
    #[serde(default)]
    value: Value,
    /// From when on an object has the value.
    #[serde(default)]
    time: String,
}

#[derive(Debug, Default, Deserialize)]
struct Relationship {
    #[serde(rename = "objectId")]
    object: String,
    #[serde(default)]
    qualifier: String,
}

impl Log {
    pub(super) fn read(text: Box<dyn Read>) -> Result<Self, Problem> {
        let mut text = BufReader::new(text);
        loop {
            let Some(byte) = text.fill_buf()?.first().copied() else { return Err(Problem::Empty) };
            match byte {
                b'<' => return Ok(Self::of_xml(text)?),
                byte if byte.is_ascii_whitespace() => text.consume(1),
                _ => return Ok(serde_json::from_reader(text).map_err(|error| broken("OCEL 2.0", error))?),
            }
        }
    }

    fn of_xml(text: impl BufRead) -> io::Result<Self> {
        let mut reader = Reader::from_reader(text);
        let (mut log, mut path, mut buffer) = (Self::default(), Vec::<String>::new(), Vec::new());
        loop {
            buffer.clear();
            let node = reader.read_event_into(&mut buffer).map_err(|error| broken("OCEL 2.0", error))?;
            match node {
                Node::Start(tag) => {
                    log.open(&path, &tag)?;
                    path.push(tag.name().as_ref().to_owned());
                }
                Node::Empty(tag) => log.open(&path, &tag)?,
                Node::End(_) => drop(path.pop()),
                Node::Text(text) if path.last().is_some_and(|name| name == "attribute") => {
                    let text = text.xml_content(XmlVersion::Explicit1_0);
                    log.say(&path, &text);
                }
                Node::GeneralRef(name) if path.last().is_some_and(|name| name == "attribute") => {
                    log.say(&path, &entity(&name)?);
                }
                Node::Eof if path.is_empty() => return Ok(log),
                Node::Eof => {
                    return Err(broken("OCEL 2.0", "it ends before its last element does; was it cut off?"));
                }
                _ => {}
            }
        }
    }

    /// An element begins below `path`.
    fn open(&mut self, path: &[String], tag: &BytesStart<'_>) -> io::Result<()> {
        let told = |key: &str| -> io::Result<String> {
            let found = tag.try_get_attribute(key).map_err(|error| broken("OCEL 2.0", error))?;
            let text = found.map(|found| found.normalized_value(XmlVersion::Explicit1_0)).transpose();
            Ok(text.map_err(|error| broken("OCEL 2.0", error))?.unwrap_or_default().into_owned())
        };
        let path: Vec<&str> = path.iter().skip(1).map(String::as_str).collect();
        let attribute = || -> io::Result<Attribute> {
            Ok(Attribute { name: told("name")?, value: Value::String(String::new()), time: told("time")? })
        };
        match (path.as_slice(), tag.name().as_ref()) {
            (["objects"], "object") => {
                self.objects.push(Object { id: told("id")?, kind: told("type")?, attributes: Vec::new() });
            }
            (["events"], "event") => self.events.push(Event {
                id: told("id")?,
                kind: told("type")?,
                time: told("time")?,
                ..Event::default()
            }),
            (["objects", "object", "attributes"], "attribute") => {
                let object = self.objects.last_mut();
                object.map(|object| attribute().map(|one| object.attributes.push(one))).transpose()?;
            }
            (["events", "event", "attributes"], "attribute") => {
                let event = self.events.last_mut();
                event.map(|event| attribute().map(|one| event.attributes.push(one))).transpose()?;
            }
            (["events", "event", "objects"], "relationship" | "object") => {
                let one = Relationship { object: told("object-id")?, qualifier: told("qualifier")? };
                if let Some(event) = self.events.last_mut() {
                    event.relationships.push(one);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Text of the attribute that was opened last.
    fn say(&mut self, path: &[String], text: &str) {
        let attributes = match path.get(1).map(String::as_str) {
            Some("objects") => self.objects.last_mut().map(|object| &mut object.attributes),
            Some("events") => self.events.last_mut().map(|event| &mut event.attributes),
            _ => None,
        };
        if let Some(Attribute { value: Value::String(said), .. }) = attributes.and_then(|all| all.last_mut())
        {
            said.push_str(text);
        }
    }

    /// Rows of events and objects of one type.
    pub(super) fn flatten(
        self,
        object: &str,
    ) -> Result<impl Iterator<Item = io::Result<Cells>> + use<>, Problem> {
        let kinds: BTreeSet<&str> = self.objects.iter().map(|object| object.kind.as_str()).collect();
        if !kinds.contains(object) && !self.events.is_empty() {
            let near = hint(object, kinds.iter().copied());
            let known = kinds.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Problem::Setting(format!(
                "there is no object of the type `{object}`{near}; known: {known}"
            )));
        }
        let known: FxHashMap<String, Object> = self
            .objects
            .into_iter()
            .filter(|one| one.kind == object)
            .map(|one| (one.id.clone(), one))
            .collect();
        let rows = self.events.into_iter().flat_map(move |event| {
            let mut seen = FxHashSet::default();
            let touched = event.relationships.iter().filter(|one| seen.insert(one.object.as_str()));
            let rows: Vec<io::Result<Cells>> =
                touched.filter_map(|one| Some(Ok(row(&event, one, known.get(&one.object)?)))).collect();
            rows
        });
        Ok(rows)
    }
}

/// The character that an entity of XML stands for.
fn entity(name: &quick_xml::events::BytesRef<'_>) -> io::Result<String> {
    let known = name.resolve_char_ref().map_err(|error| broken("OCEL 2.0", error))?;
    let named = || quick_xml::escape::resolve_xml_entity(name).map(str::to_owned);
    let found = known.map(String::from).or_else(named);
    found.ok_or_else(|| broken("OCEL 2.0", format!("the entity &{}; is unknown", &**name)))
}

/// An event at an object: what the object was by then stands under `object:…`.
fn row(event: &Event, touched: &Relationship, object: &Object) -> Cells {
    let mut cells = Cells::new();
    let mut by_then: FxHashMap<&str, (Option<Timestamp>, &Value)> = FxHashMap::default();
    let at = event.time.parse::<Timestamp>().ok();
    for attribute in &object.attributes {
        let from = attribute.time.parse::<Timestamp>().ok();
        let is_later = from.zip(at).is_some_and(|(from, at)| from > at);
        let last = by_then.get(attribute.name.as_str()).is_none_or(|(known, _)| *known <= from);
        if !is_later && last {
            by_then.insert(&attribute.name, (from, &attribute.value));
        }
    }
    for attribute in &object.attributes {
        if let Some((_, value)) = by_then.get(attribute.name.as_str()) {
            cells.insert(format!("object:{}", attribute.name), (*value).clone());
        }
    }
    cells.extend(event.attributes.iter().map(|one| (one.name.clone(), one.value.clone())));
    let own = [
        ("ocel:eid", &event.id),
        ("ocel:activity", &event.kind),
        ("ocel:timestamp", &event.time),
        ("ocel:oid", &object.id),
        ("ocel:qualifier", &touched.qualifier),
    ];
    cells.extend(own.map(|(name, text)| (name.to_owned(), Value::String(text.clone()))));
    cells
}
