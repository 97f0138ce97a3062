//! `courier-deliveries`: one row per parcel, as couriers report them.
//!
//! Makes `parcel_handed_over`, then `parcel_delivered` (late when its local day is after the promised one),
//! `parcel_failed` or `parcel_returned`. The last two have no time of their own: they are dated as delivered, else
//! promised, but not before the hand-over.

use crate::canon::{EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::person::Person;
use crate::row::{Header, Reject, Row};
use model::config::Feed;
use model::{EventKind, Outcome};

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["recipient_name"]),
    ("email", &["recipient_email"]),
    ("phone", &["recipient_phone"]),
    ("address", &["address"]),
    ("postcode", &["postcode"]),
    ("city", &["city"]),
    ("region", &["region"]),
    ("country", &["country"]),
];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Deliveries {
    tracking: Field,
    order: Field,
    email: Field,
    handed_over: Field,
    promised: Field,
    delivered: Field,
    status: Field,
    carrier: Field,
    person: Person,
}

impl Deliveries {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            tracking: Field::need(header, &["tracking_no"])?,
            order: Field::any(header, &["order_ref"])?,
            email: Field::any(header, &["recipient_email"])?,
            handed_over: Field::need(header, &["handed_over_at"])?,
            promised: Field::any(header, &["promised_date"])?,
            delivered: Field::need(header, &["delivered_at"])?,
            status: Field::need(header, &["status"])?,
            carrier: Field::any(header, &["carrier"])?,
            person: Person::bind(header, PERSON, &[], &feed.attributes)?,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(tracking) = self.tracking.text(row) else {
            return Err(self.tracking.reject("is empty"));
        };
        let handed_us = self.handed_over.instant(row, &mut desk.clock)?;
        let end = self.end(row, desk, handed_us)?;
        let Some(first_us) = handed_us.or(end.map(|(at_us, ..)| at_us)) else {
            return Err(self.handed_over.reject("is empty, and nothing else tells when the parcel moved"));
        };
        let event = |at_us, name, outcome| EventRow {
            outcome,
            reference: self.order.text(row),
            source_id: SourceId::Shared(tracking),
            channel: self.carrier.text(row),
            ..EventRow::new(at_us, EventKind::Contact, name)
        };
        let handed = handed_us.map(|at_us| event(at_us, "parcel_handed_over", Outcome::Unknown));
        let end = end.map(|(at_us, name, outcome)| event(at_us, name, outcome));
        let key = self.email.text(row).unwrap_or(tracking);
        let record = desk.canon.record(desk.row_no, key, &self.person.row(row, Some(first_us)));
        for (part, event) in [handed, end].into_iter().flatten().enumerate() {
            desk.canon.event(desk.row_no, part as u16, record, &event);
        }
        Ok(())
    }

    /// How the parcel's way ended; `None` while it is on its way.
    fn end(
        &self,
        row: &Row<'_>,
        desk: &mut Desk,
        handed_us: Option<i64>,
    ) -> Result<Option<(i64, &'static str, Outcome)>, Reject> {
        let delivered_us = self.delivered.instant(row, &mut desk.clock)?;
        let promised_us = self.promised.instant(row, &mut desk.clock)?;
        let promised = self.promised.read(row, |text| desk.clock.day(text))?;
        let fate = Fate::of(self.status.text(row).unwrap_or_default());
        let (name, outcome) = match fate {
            Fate::Failed => ("parcel_failed", Outcome::Failed),
            Fate::Returned => ("parcel_returned", Outcome::Failed),
            Fate::Late if delivered_us.is_none() => return Ok(None),
            Fate::Delivered | Fate::Late => {
                let at_us = delivered_us
                    .ok_or_else(|| self.delivered.reject("is empty, but the parcel was delivered"))?;
                let late = promised.map_or(matches!(fate, Fate::Late), |day| desk.clock.day_of(at_us) > day);
                return Ok(Some((at_us, "parcel_delivered", if late { Outcome::Late } else { Outcome::Ok })));
            }
            Fate::OnItsWay => return Ok(None),
        };
        let known_us = delivered_us.or(promised_us.max(handed_us));
        Ok(known_us.map(|at_us| (at_us, name, outcome)))
    }
}

enum Fate {
    OnItsWay,
    Delivered,
    /// Delivered after the promised day, or still on its way then.
    Late,
    Failed,
    Returned,
}

impl Fate {
    fn of(status: &str) -> Self {
        match status.to_lowercase().replace([' ', '-'], "_").as_str() {
            "delivered" => Self::Delivered,
            "late" | "delayed" | "delivered_late" | "late_delivery" => Self::Late,
            "failed" | "lost" | "damaged" | "undeliverable" | "exception" | "delivery_failed" => Self::Failed,
            "returned" | "return_to_sender" | "returned_to_sender" => Self::Returned,
            _ => Self::OnItsWay,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::trial::read;

    const FEED: &str = "preset = \"courier-deliveries\"";
    const HEAD: &str = "tracking_no,order_ref,recipient_name,recipient_email,postcode,region,handed_over_at,\
        promised_date,delivered_at,status,carrier\n";

    #[test]
    fn a_parcel_is_late_when_its_local_day_is_after_the_promised_one() {
        let rows = "T1,#1,Ann Ek,Ann@x.org,89073,South,01.03.2024 10:00,04.03.2024,04.03.2024 23:30,delivered,Swift\n\
            T2,#2,Ann Ek,,89073,South,01.03.2024 10:00,2024-03-04,2024-03-04T23:30:00Z,Delivered,Swift\n\
            T3,#3,,b@x.org,,,01.03.2024 10:00,04.03.2024,,returned,\n\
            T4,#4,,b@x.org,,,05.03.2024 10:00,04.03.2024,,lost,\n\
            T5,#5,,b@x.org,,,05.03.2024 10:00,,,in transit,\n\
            T6,#6,,b@x.org,,,,,,in transit,\n\
            T7,#7,,b@x.org,,,05.03.2024 10:00,,,delivered,\n\
            T8,#8,,b@x.org,,,05.03.2024 10:00,06.03.2024,08.03.2024 09:00,late,\n\
            T9,#9,,b@x.org,,,05.03.2024 10:00,,08.03.2024 09:00,Delivered late,\n\
            T10,#10,,b@x.org,,,05.03.2024 10:00,06.03.2024,,delayed,\n";
        let seen = read(FEED, "deliveries.csv", format!("{HEAD}{rows}"));
        assert_eq!(
            seen.events,
            [
                "ann@x.org 2024-03-01T09:00:00Z contact parcel_handed_over 0 reference=#1 source_id=T1:parcel_handed_over channel=Swift",
                "ann@x.org 2024-03-04T22:30:00Z contact parcel_delivered 0 ok reference=#1 source_id=T1:parcel_delivered channel=Swift",
                "T2 2024-03-01T09:00:00Z contact parcel_handed_over 0 reference=#2 source_id=T2:parcel_handed_over channel=Swift",
                "T2 2024-03-04T23:30:00Z contact parcel_delivered 0 late reference=#2 source_id=T2:parcel_delivered channel=Swift",
                "b@x.org 2024-03-01T09:00:00Z contact parcel_handed_over 0 reference=#3 source_id=T3:parcel_handed_over",
                "b@x.org 2024-03-03T23:00:00Z contact parcel_returned 0 failed reference=#3 source_id=T3:parcel_returned",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_handed_over 0 reference=#4 source_id=T4:parcel_handed_over",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_failed 0 failed reference=#4 source_id=T4:parcel_failed",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_handed_over 0 reference=#5 source_id=T5:parcel_handed_over",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_handed_over 0 reference=#8 source_id=T8:parcel_handed_over",
                "b@x.org 2024-03-08T08:00:00Z contact parcel_delivered 0 late reference=#8 source_id=T8:parcel_delivered",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_handed_over 0 reference=#9 source_id=T9:parcel_handed_over",
                "b@x.org 2024-03-08T08:00:00Z contact parcel_delivered 0 late reference=#9 source_id=T9:parcel_delivered",
                "b@x.org 2024-03-05T09:00:00Z contact parcel_handed_over 0 reference=#10 source_id=T10:parcel_handed_over",
            ]
        );
        assert_eq!(
            seen.rejects,
            [
                "7 [handed_over_at] is empty, and nothing else tells when the parcel moved | T6,#6,,b@x.org,,,,,,in transit,",
                "8 [delivered_at] is empty, but the parcel was delivered | T7,#7,,b@x.org,,,05.03.2024 10:00,,,delivered,",
            ]
        );
    }
}
