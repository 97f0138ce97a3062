//! An event as a program sent it, and how it waits in the inbox: a line that says whose it is, then the event as JSON.
//!
//! Its id and what it says are told by hashes. What senders change from one attempt to the next (when they sent it) is
//! no part of them, so that a repeated event is known again.

use jiff::Timestamp;
use serde_json::{Map, Value};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Names the form of an entry.
const FORM: &str = "kept1";
/// What may differ between two attempts to send the same event.
const OF_THE_ATTEMPT: [&str; 5] = ["sentAt", "sent_at", "receivedAt", "writeKey", "_metadata"];
/// Where Segment's libraries write an event's own id.
const IDS: [&str; 2] = ["messageId", "message_id"];

/// An event that was sent, with what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Silo and feed it is for, `web.events`.
    pub feed: String,
    /// When it came, UTC microseconds.
    pub received_at_us: i64,
    /// Hash of feed and message id.
    pub(crate) id: u128,
    /// Hash of what it says.
    pub(crate) content: u64,
    /// The event as JSON, on one line.
    pub(crate) body: String,
}

impl Message {
    /// An event of a feed. One without an id gets one from what it says, so that it counts once however often it is sent.
    pub fn of(feed: &str, received_at_us: i64, mut event: Map<String, Value>) -> Self {
        let mut said = Vec::new();
        members(&event, &OF_THE_ATTEMPT, &mut said);
        let content = xxh3_64(&said);
        let given = IDS.iter().find_map(|name| event.get(*name)?.as_str()).map(str::trim);
        let id = match given.filter(|id| !id.is_empty()) {
            Some(id) => id.to_owned(),
            None => format!("content-{:032x}", xxh3_128(&said)),
        };
        let named = format!("{feed}\u{1f}{id}");
        event.insert(IDS[0].to_owned(), Value::String(id));
        if let Ok(at) = Timestamp::from_microsecond(received_at_us) {
            event.insert("receivedAt".to_owned(), Value::String(at.to_string()));
        }
        let body = Value::Object(event).to_string();
        Self { feed: feed.to_owned(), received_at_us, id: xxh3_128(named.as_bytes()), content, body }
    }

    /// The event as JSON, with its id and when it came.
    pub fn text(&self) -> &str {
        &self.body
    }

    /// The entry of the inbox.
    pub fn to_bytes(&self) -> Vec<u8> {
        let Self { feed, received_at_us, id, content, body } = self;
        format!("{FORM}\t{feed}\t{received_at_us}\t{id:032x}\t{content:016x}\n{body}").into_bytes()
    }

    /// Reads what [`Message::to_bytes`] wrote; `None` for anything else.
    pub(crate) fn read(bytes: Vec<u8>) -> Option<Self> {
        let text = String::from_utf8(bytes).ok()?;
        let (head, body) = text.split_once('\n')?;
        let mut parts = head.split('\t');
        let mut next = || parts.next();
        if next()? != FORM {
            return None;
        }
        Some(Self {
            feed: next()?.to_owned(),
            received_at_us: next()?.parse().ok()?,
            id: u128::from_str_radix(next()?, 16).ok()?,
            content: u64::from_str_radix(next()?, 16).ok()?,
            body: body.to_owned(),
        })
    }
}

/// Writes what an object says, whatever the order of its members.
fn members(object: &Map<String, Value>, but: &[&str], into: &mut Vec<u8>) {
    let mut sorted: Vec<_> = object.iter().filter(|(name, _)| !but.contains(&name.as_str())).collect();
    sorted.sort_unstable_by_key(|(name, _)| *name);
    into.push(b'{');
    for (name, value) in sorted {
        into.extend((name.len() as u64).to_le_bytes());
        into.extend(name.as_bytes());
        say(value, into);
    }
    into.push(b'}');
}

fn say(value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Object(object) => members(object, &[], into),
        Value::Array(items) => {
            into.push(b'[');
            for item in items {
                say(item, into);
            }
            into.push(b']');
        }
        plain => {
            let text = plain.to_string();
            into.extend((text.len() as u64).to_le_bytes());
            into.extend(text.as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(event: &str) -> Message {
        Message::of("web.calls", 1_700_000_000_000_000, serde_json::from_str(event).expect("an object"))
    }

    #[test]
    fn a_message_comes_back_from_its_entry_and_other_bytes_are_none() {
        let sent = message("{\"messageId\":\"m\\n1\",\"event\":\"tab\\tand\\nline\"}");
        assert_eq!(Message::read(sent.to_bytes()), Some(sent.clone()));
        assert!(!sent.body.contains('\n') && sent.body.contains("\"receivedAt\":\"2023-11-14T22:13:20Z\""));
        for other in
            [&b""[..], b"kept1\n{}", b"kept2\tweb.calls\t1\t0\t0\n{}", b"kept1\tf\tx\t0\t0\n{}", &[0xFF]]
        {
            assert_eq!(Message::read(other.to_vec()), None);
        }
    }

    #[test]
    fn a_repeated_attempt_says_the_same_and_a_changed_event_does_not() {
        let first = message(r#"{"messageId":"1","a":{"x":1,"y":[1,"2"]},"sentAt":"2024-01-01"}"#);
        let again =
            message(r#"{"sentAt":"2024-01-02","a":{"y":[1,"2"],"x":1},"messageId":" 1 ","writeKey":"k"}"#);
        assert_eq!(first.id, again.id);
        // Blanks around an id are the sender's; they do not make another event of it.
        let tidy = message(r#"{"sentAt":"2024-01-02","a":{"y":[1,"2"],"x":1},"messageId":"1"}"#);
        assert_eq!((first.id, first.content), (tidy.id, tidy.content));
        for other in [
            r#"{"messageId":"1","a":{"x":1,"y":["1","2"]}}"#,
            r#"{"messageId":"1","a":{"x":1,"y":[1],"z":"2"}}"#,
            r#"{"messageId":"1","a":{"x":1,"y":[1,"2"]},"b":null}"#,
        ] {
            assert_eq!(message(other).id, first.id, "{other}");
            assert_ne!(message(other).content, first.content, "{other}");
        }
        let elsewhere = Message::of("app.calls", 0, Map::from_iter([("messageId".into(), "1".into())]));
        assert_ne!(elsewhere.id, first.id);
    }

    #[test]
    fn an_event_without_an_id_is_known_by_what_it_says() {
        let (one, again) = (message(r#"{"a":1,"sentAt":"x"}"#), message(r#"{"a":1,"messageId":" "}"#));
        let other = message(r#"{"a":2}"#);
        assert!(one.body.contains("\"messageId\":\"content-"), "{}", one.body);
        assert_ne!(one.id, other.id);
        assert_eq!(one.id, message(r#"{"sentAt":"y","a":1}"#).id);
        assert_ne!(one.id, again.id, "an empty id is said, too");
    }
}
