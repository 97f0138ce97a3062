//! `CloudEvents` 1.0 (JSON and HTTP binding of the CNCF) as calls of Segment's API: `type` is what happened, `subject`
//! the user, `source` and `id` together the id, `time` when, `data` the properties.

use crate::answer::{Problem, Refusal};
use crate::calls::Event;
use axum::http::HeaderMap;
use serde_json::{Value, json};

fn wrong(field: &str, error: &str, cure: &str) -> Problem {
    Problem { index: 0, field: field.to_owned(), error: error.to_owned(), cure: cure.to_owned() }
}

/// A structured event.
pub(crate) fn event(value: Value) -> Result<Event, Problem> {
    let Value::Object(mut cloud) = value else {
        return Err(wrong("", "is not a JSON object", "Send each event as an object: {…}."));
    };
    let mut take = |name: &str| cloud.shift_remove(name);
    let mut text = |name: &str| match take(name) {
        Some(Value::String(text)) if !text.trim().is_empty() => Some(text),
        _ => None,
    };
    if text("specversion").as_deref() != Some("1.0") {
        return Err(wrong("specversion", "is not \"1.0\"", "Send CloudEvents 1.0, or a call with `type`."));
    }
    let needs = |field: &str| wrong(field, "is empty", "CloudEvents need id, source and type.");
    let id = text("id").ok_or_else(|| needs("id"))?;
    let source = text("source").ok_or_else(|| needs("source"))?;
    let kind = text("type").ok_or_else(|| needs("type"))?;
    let (subject, time) = (text("subject"), text("time"));
    if cloud.contains_key("data_base64") {
        return Err(wrong("data_base64", "cannot be read", "Send `data` as JSON."));
    }
    let data = cloud.shift_remove("data").unwrap_or(Value::Null);
    let user = subject.or_else(|| Some(data.get("userId")?.as_str()?.to_owned()));
    let user = user
        .ok_or_else(|| wrong("subject", "is empty", "Name the customer in `subject`, or `data.userId`."))?;
    let properties = match data {
        Value::Object(members) => Value::Object(members),
        Value::Null => json!({}),
        other => json!({ "data": other }),
    };
    let mut event = Event::new();
    for (name, value) in [
        ("type", Value::from("track")),
        ("event", kind.into()),
        ("userId", user.into()),
        ("messageId", format!("{source} {id}").into()),
        ("properties", properties),
    ] {
        event.insert(name.to_owned(), value);
    }
    if let Some(time) = time {
        event.insert("timestamp".to_owned(), time.into());
    }
    Ok(event)
}

/// An event whose attributes are headers `ce-…` and whose data is the body.
pub(crate) fn of_headers(headers: &HeaderMap, body: &[u8]) -> Result<Event, Refusal> {
    let mut cloud = Event::new();
    for name in ["specversion", "id", "source", "type", "subject", "time"] {
        if let Some(value) = headers.get(format!("ce-{name}")).and_then(|value| value.to_str().ok()) {
            cloud.insert(name.to_owned(), Value::from(value));
        }
    }
    if !body.trim_ascii().is_empty() {
        let data = serde_json::from_slice(body).map_err(|error| {
            Refusal::unclear(format!("The data is not valid JSON: {error}."), "Send the data as JSON.")
        })?;
        cloud.insert("data".to_owned(), data);
    }
    event(Value::Object(cloud)).map_err(|problem| Refusal::of_events(vec![problem], 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cloud_event_becomes_a_call_in_both_bindings() {
        let structured = json!({"specversion":"1.0","id":"7","source":"/shop","type":"parcel.delivered",
            "subject":"u1","time":"2026-03-01T10:00:00Z","data":{"order_id":"4"}});
        let expected = json!({"type":"track","event":"parcel.delivered","userId":"u1","messageId":"/shop 7",
            "properties":{"order_id":"4"},"timestamp":"2026-03-01T10:00:00Z"});
        assert_eq!(Value::Object(event(structured).expect("an event")), expected);
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("ce-specversion", "1.0"),
            ("ce-id", "7"),
            ("ce-source", "/shop"),
            ("ce-type", "parcel.delivered"),
            ("ce-subject", "u1"),
            ("ce-time", "2026-03-01T10:00:00Z"),
        ] {
            headers.insert(name, value.parse().expect("a header"));
        }
        let binary = of_headers(&headers, br#"{"order_id":"4"}"#).expect("an event");
        assert_eq!(Value::Object(binary), expected);
    }

    #[test]
    fn what_an_event_lacks_is_named() {
        let whole = json!({"specversion":"1.0","id":"7","source":"/s","type":"t","subject":"u"});
        for field in ["specversion", "id", "source", "type", "subject"] {
            let mut lacking = whole.clone();
            lacking.as_object_mut().expect("object").shift_remove(field);
            assert_eq!(event(lacking).expect_err("refused").field, field);
        }
        assert_eq!(event(json!(1)).expect_err("refused").field, "");
    }
}
