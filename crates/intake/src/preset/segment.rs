//! `segment-events`: calls of Segment's tracking API, one JSON object a line.
//!
//! `track` makes an event named after its `event` (`Order Completed` → `order_completed`), `page` and `screen`
//! make `page_viewed` and `screen_viewed`. `identify`, `group` and `alias` only tell of the record. A tracked order
//! is a purchase only where the feed has a `stream`; otherwise the shop's own feed has it already.
//!
//! A call that names both user and anonymous visitor says that the two are the same, and so does `alias`.

use crate::canon::{Amount, EventRow, RECORD_TEXTS, RecordRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::person::{Person, text_place};
use crate::row::{Header, Reject, Row};
use model::EventKind;
use model::config::Feed;

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["traits.name", "context.traits.name"]),
    ("given", &["traits.firstName", "traits.first_name", "context.traits.firstName"]),
    ("family", &["traits.lastName", "traits.last_name", "context.traits.lastName"]),
    ("email", &["traits.email", "context.traits.email"]),
    ("phone", &["traits.phone", "context.traits.phone"]),
    ("birth_date", &["traits.birthday"]),
    ("address", &["traits.address.street"]),
    ("postcode", &["traits.address.postalCode", "traits.address.postal_code"]),
    ("city", &["traits.address.city"]),
    ("region", &["traits.address.state", "traits.address.region"]),
    ("country", &["traits.address.country"]),
    ("company", &["traits.company.name", "traits.company"]),
];
const GROUP: &[(&str, &[&str])] = &[("account", &["groupId", "group_id"]), ("company", &["traits.name"])];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Events {
    call: Field,
    user: Field,
    anonymous: Field,
    at: Field,
    message: Field,
    event: Field,
    title: Field,
    order: Field,
    value: Field,
    currency: Field,
    /// Whether a tracked order is a purchase.
    sells: bool,
    person: Person,
    group: Person,
    previous: Field,
    /// Name of the event at hand.
    slug: String,
}

impl Events {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            call: Field::need(header, &["type"])?,
            user: Field::any(header, &["userId", "user_id"])?,
            anonymous: Field::need(header, &["anonymousId", "anonymous_id", "userId", "user_id"])?,
            at: Field::need(
                header,
                &["timestamp", "originalTimestamp", "original_timestamp", "sentAt", "receivedAt"],
            )?,
            message: Field::any(header, &["messageId", "message_id"])?,
            event: Field::any(header, &["event"])?,
            title: Field::any(
                header,
                &["properties.title", "name", "properties.name", "properties.path", "context.page.path"],
            )?,
            order: Field::any(header, &["properties.order_id", "properties.orderId"])?,
            value: Field::any(header, &["properties.revenue", "properties.total", "properties.value"])?,
            currency: Field::any(header, &["properties.currency"])?,
            sells: feed.stream.is_some(),
            person: Person::bind(header, PERSON, &["anonymousId", "anonymous_id"], &feed.attributes)?,
            group: Person::bind(header, GROUP, &[], &[])?,
            previous: Field::any(header, &["previousId", "previous_id"])?,
            slug: String::new(),
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let (user, visitor) = (self.user.text(row), self.anonymous.text(row));
        let Some(key) = user.or(visitor) else {
            return Err(self.user.reject("is empty, and so is anonymousId: the row has no record key"));
        };
        let at_us = self.at.need_instant(row, &mut desk.clock)?;
        same(desk, visitor, user);
        let about = match self.call.text(row).unwrap_or_default() {
            "identify" => &mut self.person,
            "group" => &mut self.group,
            "alias" => {
                desk.canon.record_key_only(desk.row_no, key);
                same(desk, self.previous.text(row), Some(key));
                return Ok(());
            }
            "track" => return self.track(row, desk, key, at_us),
            view @ ("page" | "screen") => {
                let name = if view == "page" { "page_viewed" } else { "screen_viewed" };
                self.viewed(row, desk, key, (at_us, name));
                return Ok(());
            }
            "" => return Err(self.call.reject("is empty")),
            _ => return Err(self.call.reject("is no call that Kept knows")),
        };
        desk.canon.record(desk.row_no, key, &about.row(row, Some(at_us)));
        Ok(())
    }

    fn track(&mut self, row: &Row<'_>, desk: &mut Desk, key: &str, at_us: i64) -> Result<(), Reject> {
        let Some(name) = self.event.text(row) else {
            return Err(self.event.reject("is empty"));
        };
        slug(name, &mut self.slug);
        if self.slug.is_empty() {
            return Err(self.event.reject("has no letter or digit"));
        }
        let buys = self.sells && self.slug == "order_completed";
        let amount = if buys { self.amount(row, desk, at_us)? } else { Amount::default() };
        let kind = if buys { EventKind::Purchase } else { EventKind::Contact };
        let event = EventRow {
            amount,
            reference: self.order.text(row),
            source_id: self.message.text(row).map_or_else(|| desk.content_id(row), SourceId::Plain),
            ..EventRow::new(at_us, kind, &self.slug)
        };
        let record = desk.canon.record_key_only(desk.row_no, key);
        desk.canon.event(desk.row_no, 0, record, &event);
        Ok(())
    }

    fn viewed(&self, row: &Row<'_>, desk: &mut Desk, key: &str, (at_us, name): (i64, &str)) {
        let event = EventRow {
            title: self.title.text(row),
            source_id: self.message.text(row).map_or_else(|| desk.content_id(row), SourceId::Plain),
            ..EventRow::new(at_us, EventKind::Contact, name)
        };
        let record = desk.canon.record_key_only(desk.row_no, key);
        desk.canon.event(desk.row_no, 0, record, &event);
    }

    fn amount(&self, row: &Row<'_>, desk: &mut Desk, at_us: i64) -> Result<Amount, Reject> {
        let currency = self.currency.currency(row, &desk.till)?;
        let minor = self.value.minor(row, &desk.till, currency)?;
        let minor = minor.ok_or_else(|| self.value.reject("is empty"))?;
        self.value.book(&mut desk.till, minor, currency, at_us)
    }
}

/// Says that one record is the same customer as another.
fn same(desk: &mut Desk, one: Option<&str>, other: Option<&str>) {
    let (Some(one), Some(other)) = (one, other) else {
        return;
    };
    if one == other {
        return;
    }
    let mut text = [None; RECORD_TEXTS];
    if let Some(cell) = text.get_mut(text_place("same_as")) {
        *cell = Some(other);
    }
    desk.canon.record(desk.row_no, one, &RecordRow { text, ..RecordRow::default() });
}

/// Writes a name in small letters with `_` between its words.
fn slug(name: &str, into: &mut String) {
    into.clear();
    let (mut gap, mut small_before) = (false, false);
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            gap = !into.is_empty();
            small_before = false;
            continue;
        }
        if gap || (small_before && letter.is_uppercase()) {
            into.push('_');
        }
        gap = false;
        small_before = letter.is_lowercase() || letter.is_ascii_digit();
        into.extend(letter.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::{file, read};

    const FEED: &str = "preset = \"segment-events\"";
    const CALLS: &str = r#"{"type":"identify","userId":"u1","anonymousId":"a1","timestamp":"2024-03-01T10:00:00.000Z","messageId":"m1","traits":{"email":"Ann@x.org","firstName":"Ann","plan":"gold","address":{"city":"Ulm"}}}
{"type":"track","event":"Order Completed","anonymousId":"a2","timestamp":"2024-03-01T10:00:01Z","messageId":"m2","properties":{"order_id":"1","revenue":30.5,"currency":"EUR"}}
{"type":"page","name":"Home","userId":"u1","anonymousId":"a1","timestamp":"2024-03-01T10:00:02Z","messageId":"m3","properties":{"path":"/"}}

{"type":"group","userId":"u1","groupId":"g1","timestamp":"2024-03-01T10:00:03Z","messageId":"m4","traits":{"name":"Acme"}}
{"type":"alias","userId":"u1","previousId":"a2","timestamp":"2024-03-01T10:00:04Z","messageId":"m5"}
{"type":"track","event":"!","userId":"u1","timestamp":"2024-03-01T10:00:05Z"}
{"type":"teleport","userId":"u1","timestamp":"2024-03-01T10:00:05Z"}
{"type":"page","timestamp":"2024-03-01T10:00:05Z"}
not json
[1]
{"type":"screen","name":"Cart","userId":"u1","timestamp":"2024-03-01T10:00:06Z"}"#;

    #[test]
    fn calls_become_events_and_traits_tell_of_the_record() {
        let seen = read(&format!("{FEED}\nattributes = [\"traits.plan\"]"), "events.ndjson", CALLS);
        assert_eq!(
            seen.records,
            [
                "a1 same_as=u1",
                "u1 given=Ann email=Ann@x.org city=Ulm updated_at=2024-03-01T10:00:00Z attributes={\"anonymousId\":\"a1\",\"traits.plan\":\"gold\"}",
                "a2",
                "u1 company=Acme account=g1 updated_at=2024-03-01T10:00:03Z",
                "a2 same_as=u1",
            ]
        );
        assert_eq!(
            seen.events,
            [
                "a2 2024-03-01T10:00:01Z contact order_completed 0 reference=1 source_id=m2",
                "u1 2024-03-01T10:00:02Z contact page_viewed 0 source_id=m3 title=Home",
                "u1 2024-03-01T10:00:06Z contact screen_viewed 0 title=Cart",
            ]
        );
        let reasons: Vec<_> =
            seen.rejects.iter().map(|line| line.split(" | ").next().unwrap_or_default()).collect();
        assert_eq!(
            reasons,
            [
                "7 [event] has no letter or digit",
                "8 [type] is no call that Kept knows",
                "9 [userId] is empty, and so is anonymousId: the row has no record key",
                "10 [] is not valid JSON",
                "11 [] is not a JSON object",
            ]
        );
    }

    #[test]
    fn a_tracked_order_is_a_purchase_only_where_the_feed_has_a_stream() {
        let seen = read(&format!("{FEED}\nstream = \"goods\""), "events.jsonl", CALLS);
        assert_eq!(
            seen.events[0],
            "a2 2024-03-01T10:00:01Z purchase order_completed 3050 reference=1 source_id=m2"
        );
    }

    #[test]
    fn events_without_any_time_name_the_missing_column() {
        let error = file(FEED, "e.ndjson", r#"{"type":"page","userId":"u1","timestmp":"2024-03-01"}"#);
        assert!(
            error
                .expect_err("missing")
                .to_string()
                .ends_with("there is no column `timestamp`; the nearest present is `timestmp`")
        );
    }

    #[test]
    fn event_names_become_snake_case() {
        let mut text = String::new();
        for (name, expected) in [
            ("Order Completed", "order_completed"),
            ("orderCompleted", "order_completed"),
            ("  Checkout -- Step 2! ", "checkout_step_2"),
            ("Größe Gewählt", "größe_gewählt"),
            ("🎉", ""),
        ] {
            super::slug(name, &mut text);
            assert_eq!(text, expected);
        }
    }
}
