//! Checks one event before it is taken: its sizes, its ids, its time, and that the feed will be able to read it.

use crate::answer::Problem;
use crate::calls::{CALLS, Event};
use intake::{Checker, Message};
use serde_json::Value;

/// Bytes of one event as JSON.
pub(crate) const EVENT_BYTES: usize = 128 << 10;
/// Bytes of an id or a name.
const NAME_BYTES: usize = 512;
const MINUTE_US: i64 = 60 * 1_000_000;
const HOUR_US: i64 = 60 * MINUTE_US;
/// How far clocks of senders may be ahead.
const AHEAD_US: i64 = 2 * HOUR_US;
/// How late an event may be sent.
const LATE_DAYS: i64 = 366;
/// Stands for the time at which it came, which the log adds.
const EXAMPLE_TIME: &str = "2026-03-01T10:00:00Z";
/// Where the time of an event stands, in the order in which it is looked for.
const TIMES: [&str; 3] = ["timestamp", "originalTimestamp", "original_timestamp"];
const NAMES: [&str; 12] = [
    "type",
    "event",
    "name",
    "userId",
    "user_id",
    "anonymousId",
    "anonymous_id",
    "previousId",
    "previous_id",
    "groupId",
    "messageId",
    "message_id",
];

/// Names whose values are compared as texts.
const OF_THE_MESSAGE: [&str; 2] = ["messageId", "message_id"];

fn wrong(field: &str, error: impl Into<String>, cure: impl Into<String>) -> Problem {
    Problem { index: 0, field: field.to_owned(), error: error.into(), cure: cure.into() }
}

/// Makes an event what waits in the inbox.
///
/// # Errors
/// The first thing that is wrong with it.
pub(crate) fn message(
    checker: &mut Checker,
    feed: &str,
    now_us: i64,
    event: Event,
) -> Result<Message, Problem> {
    names(&event)?;
    let time = time(checker, &event, now_us)?;
    if time.is_none() && text(&event, "messageId").or(text(&event, "message_id")).is_none() {
        return Err(wrong(
            "messageId",
            "is empty, and so is timestamp: sent twice, this event would count twice",
            "Send a messageId of your own, the same in every attempt.",
        ));
    }
    let mut event = event;
    // When it was sent says when the attempt was, not when it happened: without a time of its own it happened when it
    // came.
    for attempt in ["sentAt", "sent_at"] {
        event.shift_remove(attempt);
    }
    event.insert("receivedAt".to_owned(), EXAMPLE_TIME.into());
    let event = Value::Object(event);
    checker.check(&event).map_err(|fault| {
        let cure = cure(&fault.field);
        wrong(&fault.field, fault.reason, cure)
    })?;
    let Value::Object(event) = event else {
        return Err(wrong("", "is not a JSON object", cure("")));
    };
    let message = Message::of(feed, now_us, event);
    let bytes = message.text().len();
    if bytes > EVENT_BYTES {
        return Err(wrong(
            "",
            format!("is {bytes} bytes; an event may have {EVENT_BYTES}"),
            "Leave out what nobody will ask for: page sources, images, whole baskets.",
        ));
    }
    Ok(message)
}

fn text<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    event.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// Ids and names are short texts; ids may be numbers, but for that of the message.
fn names(event: &Event) -> Result<(), Problem> {
    for name in NAMES {
        match event.get(name) {
            Some(Value::String(text)) if text.len() > NAME_BYTES => {
                let error = format!("is {} bytes; it may have {NAME_BYTES}", text.len());
                return Err(wrong(name, error, "Send a short id or name."));
            }
            Some(Value::Number(_))
                if !OF_THE_MESSAGE.contains(&name) && name.to_ascii_lowercase().ends_with("id") => {}
            None | Some(Value::Null | Value::String(_)) => {}
            Some(_) => return Err(wrong(name, "is not a text", "Write it in quotes.")),
        }
    }
    Ok(())
}

/// When the event happened, UTC microseconds; `None` where it does not say.
fn time(checker: &mut Checker, event: &Event, now_us: i64) -> Result<Option<i64>, Problem> {
    let found = TIMES.iter().find_map(|name| match event.get(*name)? {
        Value::String(text) if text.trim().is_empty() => None,
        Value::Null => None,
        value => Some((*name, value)),
    });
    let Some((name, value)) = found else { return Ok(None) };
    let plain;
    let said = match value {
        Value::String(said) => said.trim(),
        other => {
            plain = other.to_string();
            &plain
        }
    };
    let at_us = checker.instant_us(said).map_err(|reason| wrong(name, reason, cure("timestamp")))?;
    let ahead_us = at_us - now_us;
    if ahead_us > AHEAD_US {
        return Err(wrong(
            name,
            format!("lies {} ahead", span(ahead_us)),
            "Send events when they have happened; set the sender's clock, or write the offset of its time zone.",
        ));
    }
    if -ahead_us > LATE_DAYS * 24 * HOUR_US {
        return Err(wrong(
            name,
            format!("lies {} back; events may be {LATE_DAYS} days late", span(-ahead_us)),
            "Put older events into a file of this feed and run `kept import`.",
        ));
    }
    Ok(Some(at_us))
}

fn span(us: i64) -> String {
    match (us / HOUR_US / 24, us / HOUR_US) {
        (0, hours) => format!("{hours} h {} min", us % HOUR_US / MINUTE_US),
        (days, _) => format!("{days} days"),
    }
}

/// What to do about a field at fault.
fn cure(field: &str) -> String {
    match field {
        "type" => format!("Write one of {}.", CALLS.join(", ")),
        "event" => "Name what happened, as \"Order Completed\".".to_owned(),
        "timestamp" => "Write ISO 8601 with an offset, as 2026-03-01T10:00:00Z.".to_owned(),
        "userId" | "anonymousId" => "Send userId, or anonymousId as long as nobody has logged in.".to_owned(),
        _ => "Correct it and send the request again.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use intake::FeedPlan;
    use proptest::prelude::*;
    use serde_json::json;

    /// 14 November 2023, 22:13:20 UTC.
    const NOW_US: i64 = 1_700_000_000_000_000;

    const CONFIG: &str = "[company]\nname = \"A\"\ncurrency = \"EUR\"\n[[department]]\nid = \"web\"\nname = \"W\"\n\
        [[stream]]\nid = \"goods\"\nregime = \"purchases\"\ngap_days = 9\n\
        [[silo]]\nid = \"web\"\nname = \"Web\"\nowner = \"web\"\n[[silo.feed]]\nid = \"calls\"\npreset = \"segment-events\"\nstream = \"goods\"\n";

    fn checker() -> Checker {
        let config = model::Config::parse(CONFIG).expect("a config");
        let (silo, feed) = config.feeds().next().expect("a feed");
        Checker::new(&FeedPlan { config: &config, silo, feed, import_id: 0 }).expect("a checker")
    }

    fn checked(checker: &mut Checker, event: Value) -> Result<Message, Problem> {
        let Value::Object(event) = event else { panic!("an object") };
        message(checker, "web.calls", NOW_US, event)
    }

    #[test]
    fn every_fault_names_its_field_and_a_cure() {
        let mut checker = checker();
        let long = "x".repeat(513);
        for (event, field, error) in [
            (json!({"type":"page","userId":"u","messageId":"1"}), "-", ""),
            (json!({"type":"page","userId":7,"timestamp":"2023-11-14T23:00:00Z"}), "-", ""),
            (json!({"type":"page","userId":"u"}), "messageId", "would count twice"),
            (json!({"type":"page","userId":"u","messageId":7}), "messageId", "not a text"),
            (json!({"type":"page","userId":"u","messageId":long}), "messageId", "is 513 bytes"),
            (json!({"type":"page","userId":["u"],"messageId":"1"}), "userId", "not a text"),
            (json!({"type":"page","messageId":"1"}), "userId", "no record key"),
            (json!({"type":"teleport","userId":"u","messageId":"1"}), "type", "no call that Kept knows"),
            (json!({"userId":"u","messageId":"1"}), "type", "is empty"),
            (json!({"type":"track","userId":"u","messageId":"1"}), "event", "is empty"),
            (json!({"type":"track","event":"!","userId":"u","messageId":"1"}), "event", "no letter"),
            (json!({"type":"page","userId":"u","timestamp":"soon"}), "timestamp", "not a date"),
            (json!({"type":"page","userId":"u","timestamp":[1]}), "timestamp", "not a date"),
            (
                json!({"type":"page","userId":"u","timestamp":"2023-11-15T01:00:00Z"}),
                "timestamp",
                "lies 2 h 46 min ahead",
            ),
            (
                json!({"type":"page","userId":"u","timestamp":"2022-11-01T01:00:00Z"}),
                "timestamp",
                "lies 378 days back",
            ),
            (
                json!({"type":"track","event":"Order Completed","userId":"u","messageId":"1","properties":{"revenue":"much"}}),
                "properties.revenue",
                "",
            ),
            (
                json!({"type":"page","userId":"u","messageId":"1","properties":{"x":"y".repeat(EVENT_BYTES)}}),
                "",
                "an event may have 131072",
            ),
        ] {
            let told = checked(&mut checker, event.clone());
            match told {
                Ok(_) => assert_eq!(field, "-", "{event}"),
                Err(problem) => {
                    assert_eq!(problem.field, field, "{problem:?}");
                    assert!(problem.error.contains(error) && problem.cure.ends_with('.'), "{problem:?}");
                }
            }
        }
    }

    #[test]
    fn a_repeated_event_without_a_time_is_the_same_whenever_it_is_sent() {
        let mut checker = checker();
        let mut sent = |at: &str| {
            checked(&mut checker, json!({"type":"page","userId":"u","messageId":"1","sentAt":at}))
                .expect("taken")
        };
        let (first, again) = (sent("2023-11-14T22:13:20Z"), sent("2023-11-14T22:14:20Z"));
        assert_eq!(first, again);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "\\PC{0,12}".prop_map(Value::from),
            prop::sample::select(vec!["track", "page", "Order Completed", "2023-11-14", "EUR", "\u{0}"])
                .prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z.]{0,6}", inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_event_makes_the_check_panic_and_what_passes_is_read(
            members in prop::collection::btree_map(
                prop::sample::select(vec![
                    "type", "event", "userId", "anonymousId", "messageId", "timestamp", "sentAt", "properties",
                    "traits", "context", "previousId", "groupId", "name", "receivedAt",
                ]),
                value(),
                0..8,
            ),
        ) {
            let mut checker = checker();
            let event: Event = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            if let Ok(message) = message(&mut checker, "web.calls", NOW_US, event) {
                let body: Value = serde_json::from_str(message.text()).expect("JSON");
                prop_assert!(!message.text().contains('\n'));
                prop_assert!(checker.check(&body).is_ok(), "what was taken can be read: {body}");
            }
        }
    }
}
