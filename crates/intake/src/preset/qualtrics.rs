//! `qualtrics-responses`: the responses export of Qualtrics, whose header is followed by a row of question texts
//! and a row of import ids.
//!
//! Makes `survey_answered` for finished responses that are no previews. The score is the first column named after
//! NPS, else the question that an `…_NPS_GROUP` belongs to, else the first `Q` column that holds a number; the text
//! the first column that ends in `_TEXT`.

use crate::canon::{EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::mapper::Mapped;
use crate::parse;
use crate::person::Person;
use crate::row::{ABSENT, Header, Reject, Row};
use model::EventKind;
use model::config::Feed;

const PERSON: &[(&str, &[&str])] = &[
    ("given", &["RecipientFirstName"]),
    ("family", &["RecipientLastName"]),
    ("email", &["RecipientEmail"]),
];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Responses {
    response: Field,
    email: Field,
    external: Field,
    recorded: Field,
    finished: Field,
    status: Field,
    channel: Field,
    /// Columns that may hold the score; one, once it is known.
    scores: Vec<Field>,
    text: Field,
    person: Person,
    /// Rows read, up to the first response.
    labels: u8,
}

impl Responses {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        let text = header.names().iter().position(|name| ends(name, "_TEXT"));
        Ok(Self {
            response: Field::need(header, &["ResponseId"])?,
            email: Field::any(header, &["RecipientEmail"])?,
            external: Field::any(header, &["ExternalReference", "ExternalDataReference"])?,
            recorded: Field::need(header, &["RecordedDate", "EndDate"])?,
            finished: Field::any(header, &["Finished"])?,
            status: Field::any(header, &["Status"])?,
            channel: Field::any(header, &["DistributionChannel"])?,
            scores: scores(header).into_iter().map(|place| Field::at(header, &[place])).collect(),
            text: Field::at(header, text.as_slice()),
            person: Person::bind(header, PERSON, &[], &feed.attributes)?,
            labels: 0,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<Mapped, Reject> {
        if self.is_label(row, desk) {
            return Ok(Mapped::Label);
        }
        let Some(response) = self.response.text(row) else { return Err(self.response.reject("is empty")) };
        if self.finished.yes(row)? == Some(false) || self.status.text(row).is_some_and(is_preview) {
            return Ok(Mapped::Row);
        }
        let at_us = self.recorded.need_instant(row, &mut desk.clock)?;
        let score = self.score(row, desk)?;
        let key = self.email.text(row).or(self.external.text(row)).unwrap_or(response);
        let event = EventRow {
            score,
            text: self.text.text(row),
            channel: self.channel.text(row),
            source_id: SourceId::Plain(response),
            ..EventRow::new(at_us, EventKind::Response, "survey_answered")
        };
        let record = desk.canon.record(desk.row_no, key, &self.person.row(row, Some(at_us)));
        desk.canon.event(desk.row_no, 0, record, &event);
        Ok(Mapped::Row)
    }

    /// Whether a row belongs to the header: the first when it holds neither a response id nor a date, the next
    /// when it names import ids.
    fn is_label(&mut self, row: &Row<'_>, desk: &mut Desk) -> bool {
        let label = match self.labels {
            0 => {
                let id = self.response.text(row).is_some_and(|id| id.starts_with("R_"));
                let date = self.recorded.text(row).is_none_or(|text| desk.clock.instant(text).is_ok());
                (!id && !date) || is_import_ids(row)
            }
            1 => is_import_ids(row),
            _ => false,
        };
        self.labels = if label { self.labels + 1 } else { 2 };
        label
    }

    fn score(&mut self, row: &Row<'_>, desk: &Desk) -> Result<Option<f64>, Reject> {
        let mark = desk.till.mark();
        if self.scores.len() > 1 {
            let is_number = |field: &Field| field.text(row).is_some_and(|text| parse::score(text, mark).is_ok());
            let Some(first) = self.scores.iter().position(is_number) else { return Ok(None) };
            self.scores.swap(0, first);
            self.scores.truncate(1);
        }
        match self.scores.first() {
            Some(field) => field.read(row, |text| parse::score(text, mark)),
            None => Ok(None),
        }
    }
}

fn is_import_ids(row: &Row<'_>) -> bool {
    row.cells().any(|cell| cell.starts_with("{\"ImportId\""))
}

/// Status as words or as the number that Qualtrics writes for them.
fn is_preview(status: &str) -> bool {
    status == "1" || status.to_ascii_lowercase().contains("preview")
}

fn ends(name: &str, end: &str) -> bool {
    name.to_ascii_uppercase().ends_with(end)
}

/// Places of the columns that may hold the score, best first; several only where the data must tell.
fn scores(header: &mut Header) -> Vec<usize> {
    let names = header.names().to_vec();
    let plain = |name: &str| !ends(name, "_TEXT") && !ends(name, "_GROUP");
    let nps = names.iter().position(|name| plain(name) && name.to_ascii_uppercase().contains("NPS"));
    let grouped = || {
        let base = names.iter().find(|name| ends(name, "_NPS_GROUP")).map(|name| &name[..name.len() - "_NPS_GROUP".len()])?;
        names.iter().position(|name| name == base)
    };
    if let Some(place) = nps.or_else(grouped).filter(|place| *place != ABSENT) {
        return vec![place];
    }
    let question = |name: &str| {
        let mut letters = name.bytes();
        letters.next() == Some(b'Q') && letters.next().is_some_and(|byte| byte.is_ascii_digit()) && plain(name)
    };
    names.iter().enumerate().filter(|(_, name)| question(name)).map(|(place, _)| place).collect()
}
