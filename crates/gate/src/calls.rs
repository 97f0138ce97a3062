//! From the bytes of a request to its events, each an object as Segment's tracking API has it.

use crate::answer::{Problem, Refusal};
use crate::cloud;
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

/// An event as Segment's API has it.
pub(crate) type Event = Map<String, Value>;

/// How a request says what its events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `/v1/identify` and its like: one call of that name.
    Call(&'static str),
    /// `/v1/batch`: an object with a list of calls.
    Batch,
    /// A line a call, or a line a `CloudEvent`.
    Lines,
    /// One `CloudEvent`, or a list of them.
    Cloud,
    /// A `CloudEvent` whose attributes are headers and whose data is the body.
    CloudBinary,
}

/// The calls that may be sent.
pub(crate) const CALLS: [&str; 6] = ["identify", "track", "page", "screen", "group", "alias"];

impl Form {
    /// What a request to `/v1/NAME` holds.
    pub(crate) fn of_path(name: &str) -> Option<Self> {
        if name == "batch" {
            return Some(Self::Batch);
        }
        CALLS.into_iter().find(|call| *call == name).map(Self::Call)
    }

    /// What a request to `/api/v1/events` holds.
    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        let content = headers.get(header::CONTENT_TYPE).map_or("", |content| content.to_str().unwrap_or(""));
        if headers.contains_key("ce-specversion") {
            Self::CloudBinary
        } else if content.trim_start().to_ascii_lowercase().starts_with("application/cloudevents") {
            Self::Cloud
        } else {
            Self::Lines
        }
    }

    /// The events of a body, in order.
    ///
    /// # Errors
    /// When it is not what the form says.
    pub(crate) fn events(self, body: &[u8], headers: &HeaderMap) -> Result<Vec<Event>, Refusal> {
        let events = match self {
            Self::Call(name) => {
                let mut event = object(json(body)?, "The body")?;
                event.insert("type".to_owned(), Value::String(name.to_owned()));
                vec![event]
            }
            Self::Batch => batch(object(json(body)?, "The body")?)?,
            Self::Lines => lines(body)?,
            Self::Cloud => match json(body)? {
                Value::Array(list) => all(list, cloud::event)?,
                one => all(vec![one], cloud::event)?,
            },
            Self::CloudBinary => vec![cloud::of_headers(headers, body)?],
        };
        if events.is_empty() {
            return Err(Refusal::unclear("The request holds no event.", "Send at least one."));
        }
        Ok(events)
    }
}

/// Reads JSON; says where it ends to be.
fn json(bytes: &[u8]) -> Result<Value, Refusal> {
    serde_json::from_slice(bytes).map_err(|error| {
        let (error, cure) = not_json(&error);
        Refusal::unclear(format!("The body {error}."), cure)
    })
}

fn not_json(error: &serde_json::Error) -> (String, &'static str) {
    let told = error.to_string();
    if told.contains("recursion limit") {
        return ("nests deeper than 127 levels".to_owned(), "Send flatter properties.");
    }
    (format!("is not valid JSON: {told}"), "Send one JSON object in UTF-8.")
}

fn object(value: Value, what: &str) -> Result<Event, Refusal> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Refusal::unclear(format!("{what} is not a JSON object."), "Send an object: {…}.")),
    }
}

/// Makes each value an event; tells all that are none.
fn all(values: Vec<Value>, make: impl Fn(Value) -> Result<Event, Problem>) -> Result<Vec<Event>, Refusal> {
    let count = values.len();
    let (mut events, mut problems) = (Vec::with_capacity(count), Vec::new());
    for (index, value) in values.into_iter().enumerate() {
        match make(value) {
            Ok(event) => events.push(event),
            Err(problem) => problems.push(Problem { index, ..problem }),
        }
    }
    if problems.is_empty() { Ok(events) } else { Err(Refusal::of_events(problems, count)) }
}

fn no_object() -> Problem {
    Problem {
        index: 0,
        field: String::new(),
        error: "is not a JSON object".to_owned(),
        cure: "Send each event as an object: {…}.".to_owned(),
    }
}

/// The calls of a batch; what the batch says for all is told of each that does not say it itself.
fn batch(mut body: Event) -> Result<Vec<Event>, Refusal> {
    let Some(Value::Array(list)) = body.shift_remove("batch") else {
        return Err(Refusal::unclear(
            "The body has no list `batch`.",
            "Send {\"batch\": [{\"type\": \"track\", …}, …]}.",
        ));
    };
    let for_all: Vec<(&str, Value)> =
        ["context", "sentAt"].into_iter().filter_map(|name| Some((name, body.shift_remove(name)?))).collect();
    all(list, |value| {
        let Value::Object(mut event) = value else { return Err(no_object()) };
        for (name, value) in &for_all {
            if !event.contains_key(*name) {
                event.insert((*name).to_owned(), value.clone());
            }
        }
        Ok(event)
    })
}

/// An event a line; blank lines are none.
fn lines(body: &[u8]) -> Result<Vec<Event>, Refusal> {
    let body = body.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(body);
    let lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (mut events, mut problems, mut count) = (Vec::new(), Vec::new(), 0);
    for (index, line) in lines.enumerate() {
        count += 1;
        match line_event(line) {
            Ok(event) => events.push(event),
            Err(problem) => problems.push(Problem { index, ..problem }),
        }
    }
    if problems.is_empty() { Ok(events) } else { Err(Refusal::of_events(problems, count)) }
}

fn line_event(line: &[u8]) -> Result<Event, Problem> {
    match serde_json::from_slice(line) {
        Ok(Value::Object(object)) if object.contains_key("specversion") => {
            cloud::event(Value::Object(object))
        }
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(no_object()),
        Err(error) => {
            let (error, _) = not_json(&error);
            let cure = "Send one JSON object a line, in UTF-8, without line breaks in it.".to_owned();
            Err(Problem { index: 0, field: String::new(), error, cure })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(form: Form, body: &str) -> Result<Vec<String>, Refusal> {
        let events = form.events(body.as_bytes(), &HeaderMap::new())?;
        Ok(events.into_iter().map(|event| Value::Object(event).to_string()).collect())
    }

    #[test]
    fn every_form_gives_its_events() {
        for (form, body, events) in [
            (Form::Call("track"), r#"{"event":"A","type":"x"}"#, vec![r#"{"event":"A","type":"track"}"#]),
            (
                Form::Batch,
                r#"{"batch":[{"type":"page","context":{"a":1}},{"type":"track"}],"context":{"b":2},"sentAt":"t"}"#,
                vec![
                    r#"{"type":"page","context":{"a":1},"sentAt":"t"}"#,
                    r#"{"type":"track","context":{"b":2},"sentAt":"t"}"#,
                ],
            ),
            (Form::Lines, "\u{feff}{\"a\":1}\r\n\n  {\"b\":2}", vec![r#"{"a":1}"#, r#"{"b":2}"#]),
        ] {
            assert_eq!(read(form, body).expect("events"), events);
        }
    }

    #[test]
    fn what_is_no_event_is_told_with_its_place() {
        for (form, body, told) in [
            (Form::Call("page"), "[1]", "not a JSON object"),
            (Form::Call("page"), "{", "not valid JSON"),
            (Form::Batch, "{}", "no list `batch`"),
            (Form::Batch, r#"{"batch":[]}"#, "no event"),
            (Form::Lines, "\n \n", "no event"),
        ] {
            let refusal = read(form, body).expect_err("refused");
            assert!(refusal.error.contains(told), "{refusal:?}");
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert!(read(Form::Call("page"), &deep).expect_err("refused").error.contains("deeper than 127"));
        let refusal = read(Form::Lines, "{\"a\":1}\nnope\n[2]\n").expect_err("refused");
        assert_eq!(refusal.error, "2 of 3 events cannot be taken; nothing of this request was kept");
        assert_eq!(refusal.problems.iter().map(|problem| problem.index).collect::<Vec<_>>(), [1, 2]);
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_form_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\",:0-9a-z\\\\\n ]{0,200}") {
            for body in [bytes.as_slice(), text.as_bytes()] {
                for form in [Form::Call("track"), Form::Batch, Form::Lines, Form::Cloud, Form::CloudBinary] {
                    drop(form.events(body, &HeaderMap::new()));
                }
            }
        }
    }
}
