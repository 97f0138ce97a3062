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

const PERSON: &[(&str, &[&str])] =
    &[("given", &["RecipientFirstName"]), ("family", &["RecipientLastName"]), ("email", &["RecipientEmail"])];

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
        let Some(response) = self.response.text(row) else {
            return Err(self.response.reject("is empty"));
        };
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
            let is_number =
                |field: &Field| field.text(row).is_some_and(|text| parse::score(text, mark).is_ok());
            let Some(first) = self.scores.iter().position(is_number) else {
                return Ok(None);
            };
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
        let base = names
            .iter()
            .find(|name| ends(name, "_NPS_GROUP"))
            .map(|name| &name[..name.len() - "_NPS_GROUP".len()])?;
        names.iter().position(|name| name == base)
    };
    if let Some(place) = nps.or_else(grouped).filter(|place| *place != ABSENT) {
        return vec![place];
    }
    let question = |name: &str| {
        let mut letters = name.bytes();
        letters.next() == Some(b'Q')
            && letters.next().is_some_and(|byte| byte.is_ascii_digit())
            && plain(name)
    };
    names.iter().enumerate().filter(|(_, name)| question(name)).map(|(place, _)| place).collect()
}

#[cfg(test)]
mod tests {
    use crate::trial::read;

    const FEED: &str = "preset = \"qualtrics-responses\"";
    const HEAD: &str = "StartDate,Status,Finished,RecordedDate,ResponseId,RecipientLastName,RecipientEmail,ExternalReference,DistributionChannel,Q1_NPS_GROUP,Q1,Q2_TEXT\n";
    const LABELS: &str = "Start Date,Response Type,Finished,Recorded Date,Response ID,Last,Email,Ref,Channel,\"How likely, group\",\"How\nlikely\",Why?\n\
        \"{\"\"ImportId\"\":\"\"startDate\"\"}\",,,,,,,,,,,\n";

    #[test]
    fn two_label_rows_are_no_answers_and_a_score_of_zero_is_one() {
        let rows = "2024-03-01 10:00:00,IP Address,True,2024-03-01 10:05:00,R_1,Ek,Ann@x.org,,email,Detractor,0,\"Never, ever\"\n\
            2024-03-01 10:00:00,IP Address,1,2024-03-01 10:05:00,R_2,,,C-7,email,,,\n\
            2024-03-01 10:00:00,IP Address,False,2024-03-01 10:05:00,R_3,,c@x.org,,email,Promoter,10,\n\
            2024-03-01 10:00:00,Survey Preview,True,2024-03-01 10:05:00,R_4,,c@x.org,,preview,Promoter,10,\n\
            2024-03-01 10:00:00,IP Address,True,2024-03-01 10:05:00,R_5,,,,anonymous,Promoter,ten,\n\
            2024-03-01 10:00:00,IP Address,True,2024-03-01 10:05:00,R_6,,,,anonymous,Promoter,9,\n";
        let seen = read(FEED, "responses.csv", format!("{HEAD}{LABELS}{rows}"));
        assert_eq!(
            seen.events,
            [
                "ann@x.org 2024-03-01T09:05:00Z response survey_answered 0 source_id=R_1 score=0.0 text=Never, ever channel=email",
                "C-7 2024-03-01T09:05:00Z response survey_answered 0 source_id=R_2 channel=email",
                "R_6 2024-03-01T09:05:00Z response survey_answered 0 source_id=R_6 score=9.0 channel=anonymous",
            ]
        );
        assert_eq!(seen.rejects.len(), 1);
        assert!(seen.rejects[0].starts_with("9 [Q1] is not a number | "), "{:?}", seen.rejects);
        assert_eq!(seen.counts.rows, 6);
        let bare = read(FEED, "responses.csv", format!("{HEAD}{rows}"));
        assert_eq!(bare.events, seen.events, "an export without labels loses no answer");
    }

    #[test]
    fn without_a_column_named_after_nps_the_first_question_with_a_number_is_the_score() {
        let csv =
            "RecordedDate,ResponseId,Q1,Q2,Q2_1_TEXT\n2024-03-01,R_1,Shop,7,Fine\n2024-03-01,R_2,3,8,\n";
        let seen = read(FEED, "responses.csv", csv);
        assert_eq!(
            seen.events,
            [
                "R_1 2024-02-29T23:00:00Z response survey_answered 0 source_id=R_1 score=7.0 text=Fine",
                "R_2 2024-02-29T23:00:00Z response survey_answered 0 source_id=R_2 score=8.0",
            ]
        );
        let named = read(FEED, "responses.csv", csv.replace("Q2,", "my_nps,"));
        assert!(named.events[1].contains("score=8.0"), "{:?}", named.events);
    }
}
