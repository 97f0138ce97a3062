//! `zendesk-tickets`: tickets of Zendesk as JSON, as its API and its exports write them (`{"tickets": […]}`, a
//! list, or one a line), or flattened to a table with the same dotted names.
//!
//! Makes `ticket_opened`, `ticket_solved` and `ticket_rated` (1 for good, 0 for bad).

use super::NO_KEY;
use crate::canon::{EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::parse;
use crate::person::Person;
use crate::row::{Header, Reject, Row};
use model::config::Feed;
use model::{EventKind, Outcome};

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["requester.name"]),
    ("email", &["requester.email"]),
    ("phone", &["requester.phone"]),
    ("company", &["organization.name"]),
];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Tickets {
    id: Field,
    requester: Field,
    subject: Field,
    description: Field,
    channel: Field,
    status: Field,
    created: Field,
    updated: Field,
    solved: Field,
    reopens: Field,
    rating: Field,
    rated: Field,
    comment: Field,
    person: Person,
}

impl Tickets {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            id: Field::need(header, &["id"])?,
            requester: Field::need(header, &["requester.id", "requester_id"])?,
            subject: Field::any(header, &["subject", "raw_subject"])?,
            description: Field::any(header, &["description"])?,
            channel: Field::any(header, &["via.channel"])?,
            status: Field::need(header, &["status"])?,
            created: Field::need(header, &["created_at"])?,
            updated: Field::any(header, &["updated_at"])?,
            solved: Field::any(header, &["solved_at", "metric_set.solved_at"])?,
            reopens: Field::any(header, &["metric_set.reopens", "reopens"])?,
            rating: Field::any(header, &["satisfaction_rating.score", "satisfaction_rating"])?,
            rated: Field::any(header, &["satisfaction_rating.created_at", "satisfaction_rating.updated_at"])?,
            comment: Field::any(header, &["satisfaction_rating.comment"])?,
            person: Person::bind(header, PERSON, &[], &feed.attributes)?,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(id) = self.id.text(row) else {
            return Err(self.id.reject("is empty"));
        };
        let Some(requester) = self.requester.text(row) else {
            return Err(self.requester.reject(NO_KEY));
        };
        let created_us = self.created.need_instant(row, &mut desk.clock)?;
        let updated_us = self.updated.instant(row, &mut desk.clock)?;
        let last_us = updated_us.unwrap_or(created_us);
        let event = |at_us, kind, name| EventRow {
            reference: Some(id),
            source_id: SourceId::Shared(id),
            channel: self.channel.text(row),
            ..EventRow::new(at_us, kind, name)
        };
        let opened = EventRow {
            title: self.subject.text(row),
            text: self.description.text(row),
            ..event(created_us, EventKind::Contact, "ticket_opened")
        };
        let status = self.status.text(row).unwrap_or_default();
        let is_solved = status.eq_ignore_ascii_case("solved") || status.eq_ignore_ascii_case("closed");
        let solved_us = self.solved.instant(row, &mut desk.clock)?.unwrap_or(last_us);
        let reopens = self.reopens.read(row, parse::integer)?.unwrap_or(0);
        let solved = is_solved.then(|| EventRow {
            outcome: if reopens > 0 { Outcome::Reopened } else { Outcome::Ok },
            ..event(solved_us, EventKind::Contact, "ticket_solved")
        });
        let rated_us = self.rated.instant(row, &mut desk.clock)?;
        let rated_us = rated_us.unwrap_or(if is_solved { solved_us } else { last_us });
        let rated = self.rating.read(row, good)?.flatten().map(|good| EventRow {
            score: Some(if good { 1.0 } else { 0.0 }),
            outcome: if good { Outcome::Ok } else { Outcome::Complained },
            text: self.comment.text(row),
            ..event(rated_us, EventKind::Response, "ticket_rated")
        });
        let record = desk.canon.record(desk.row_no, requester, &self.person.row(row, Some(created_us)));
        for (part, event) in [Some(opened), solved, rated].into_iter().flatten().enumerate() {
            desk.canon.event(desk.row_no, part as u16, record, &event);
        }
        Ok(())
    }
}

/// Whether a rating is good; `None` when there is none yet.
fn good(text: &str) -> Result<Option<bool>, &'static str> {
    match text {
        "good" | "good_with_comment" => Ok(Some(true)),
        "bad" | "bad_with_comment" => Ok(Some(false)),
        "offered" | "unoffered" | "received" => Ok(None),
        object if object.starts_with('{') => Ok(None),
        _ => Err("is neither good nor bad"),
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::{file, read};

    const FEED: &str = "preset = \"zendesk-tickets\"";

    #[test]
    fn a_ticket_is_opened_solved_and_rated() {
        let json = r#"{"users":[{"id":9,"name":"Ann"}],"tickets":[
            {"id":11,"subject":"Broken","description":"It is\nbroken 😢","status":"closed","created_at":"2024-03-01T10:00:00Z",
             "updated_at":"2024-03-03T10:00:00Z","requester":{"id":9,"name":"Ann Ek","email":"ann@x.org"},"via":{"channel":"email"},
             "metric_set":{"reopens":1,"solved_at":"2024-03-02T10:00:00Z"},
             "satisfaction_rating":{"score":"bad","comment":"Slow"}},
            {"id":12,"subject":"Hi","description":null,"status":"open","created_at":"2024-03-01T10:00:00Z","requester_id":9,
             "satisfaction_rating":{"score":"unoffered"}},
            {"id":13,"status":"solved","created_at":"2024-03-01T10:00:00Z","updated_at":"2024-03-05T10:00:00Z","requester_id":10,
             "satisfaction_rating":"good"},
            {"id":14,"status":"open","created_at":"2024-03-01T10:00:00Z","subject":"who?"}
            ],"next_page":null,"count":4}"#;
        let seen = read(FEED, "tickets.json", json);
        assert_eq!(
            seen.records,
            [
                "9 name=Ann Ek email=ann@x.org updated_at=2024-03-01T10:00:00Z",
                "9 updated_at=2024-03-01T10:00:00Z",
                "10 updated_at=2024-03-01T10:00:00Z"
            ]
        );
        assert_eq!(
            seen.events,
            [
                "9 2024-03-01T10:00:00Z contact ticket_opened 0 reference=11 source_id=11:ticket_opened title=Broken text=It is\nbroken 😢 channel=email",
                "9 2024-03-02T10:00:00Z contact ticket_solved 0 reopened reference=11 source_id=11:ticket_solved channel=email",
                "9 2024-03-02T10:00:00Z response ticket_rated 0 complained reference=11 source_id=11:ticket_rated score=0.0 text=Slow channel=email",
                "9 2024-03-01T10:00:00Z contact ticket_opened 0 reference=12 source_id=12:ticket_opened title=Hi",
                "10 2024-03-01T10:00:00Z contact ticket_opened 0 reference=13 source_id=13:ticket_opened",
                "10 2024-03-05T10:00:00Z contact ticket_solved 0 ok reference=13 source_id=13:ticket_solved",
                "10 2024-03-05T10:00:00Z response ticket_rated 0 ok reference=13 source_id=13:ticket_rated score=1.0",
            ]
        );
        assert_eq!(
            seen.rejects,
            [
                r#"10 [requester.id] is empty: the row has no record key | {"id":14,"status":"open","created_at":"2024-03-01T10:00:00Z","subject":"who?"}"#
            ]
        );
    }

    #[test]
    fn a_file_of_other_things_names_what_is_missing() {
        let error =
            file(FEED, "x.json", r#"[{"id":1,"state":"open","created_at":"2024-03-01","requester_id":1}]"#);
        assert_eq!(
            error.expect_err("missing").to_string(),
            "feed `s.f`, file `x.json`: there is no column `status`; the nearest present is `state`"
        );
        assert_eq!(read(FEED, "x.json", r#"{"tickets":[]}"#).counts.rows, 0);
    }
}
