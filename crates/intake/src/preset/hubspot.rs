//! `hubspot-contacts`: the contacts export of `HubSpot`. Tells of the record and makes `contact_created`.

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
        let Some(id) = self.id.text(row) else {
            return Err(self.id.reject(NO_KEY));
        };
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

#[cfg(test)]
mod tests {
    use crate::trial::{file, read};

    #[test]
    fn a_contact_tells_of_the_record_and_when_it_was_made() {
        let feed = "preset = \"hubspot-contacts\"\nattributes = [\"Lead Status\"]";
        let csv = "Record ID,First Name,Last Name,Email,Phone Number,State/Region,Country/Region,Create Date,Lifecycle Stage,Original Source,Lead Status\n\
            101,Ann,Ek,ann@x.org,+49 1,BW,DE,2024-03-01 14:22,Customer,Organic search,\n\
            102,שרה,,,,,,,,,Open\n\
            ,Bo,,,,,,2024-03-01,,,\n";
        let seen = read(feed, "contacts.csv", csv);
        assert_eq!(
            seen.records,
            [
                "101 given=Ann family=Ek email=ann@x.org phone=+49 1 region=BW country=DE updated_at=2024-03-01T13:22:00Z attributes={\"Lifecycle Stage\":\"Customer\",\"Original Source\":\"Organic search\"}",
                "102 given=שרה attributes={\"Lead Status\":\"Open\"}",
            ]
        );
        assert_eq!(
            seen.events,
            ["101 2024-03-01T13:22:00Z contact contact_created 0 source_id=101:contact_created"]
        );
        assert_eq!(
            seen.rejects,
            ["4 [Record ID] is empty: the row has no record key | ,Bo,,,,,,2024-03-01,,,"]
        );
        let error =
            file(feed, "contacts.csv", csv.replace("Lead Status", "Lead State")).expect_err("missing");
        assert!(
            error
                .to_string()
                .ends_with("there is no column `Lead Status`; the nearest present is `Lead State`"),
            "{error}"
        );
    }
}
