//! `hubspot-contacts`: the contacts export of HubSpot. Tells of the record and makes `contact_created`.

use super::NO_KEY;
use crate::canon::{EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::person::Person;
use crate::row::{Header, Reject, Row};
use model::EventKind;
use model::config::Feed;

const PERSON: &[(&str, &[&str])] = &[
    ("given", &["First Name"]),
    ("family", &["Last Name"]),
    ("email", &["Email"]),
    ("phone", &["Phone Number", "Mobile Phone Number", "Phone"]),
    ("birth_date", &["Date of birth"]),
    ("address", &["Street Address"]),
    ("postcode", &["Postal Code"]),
    ("city", &["City"]),
    ("region", &["State/Region", "Region"]),
    ("country", &["Country/Region", "Country"]),
    ("company", &["Company Name", "Associated Company"]),
];
const ATTRIBUTES: &[&str] = &["Lifecycle Stage", "Original Source"];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Contacts {
    id: Field,
    created: Field,
    modified: Field,
    person: Person,
}

impl Contacts {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            id: Field::need(header, &["Record ID", "Record ID - Contact", "Contact ID"])?,
            created: Field::any(header, &["Create Date"])?,
            modified: Field::any(header, &["Last Modified Date"])?,
            person: Person::bind(header, PERSON, ATTRIBUTES, &feed.attributes)?,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(id) = self.id.text(row) else { return Err(self.id.reject(NO_KEY)) };
        let created_us = self.created.instant(row, &mut desk.clock)?;
        let modified_us = self.modified.instant(row, &mut desk.clock)?;
        let record = desk.canon.record(desk.row_no, id, &self.person.row(row, modified_us.or(created_us)));
        if let Some(at_us) = created_us {
            let source_id = SourceId::Shared(id);
            let event = EventRow { source_id, ..EventRow::new(at_us, EventKind::Contact, "contact_created") };
            desk.canon.event(desk.row_no, 0, record, &event);
        }
        Ok(())
    }
}
