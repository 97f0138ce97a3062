//! `shopify-orders`: the orders export of a Shopify shop. One row per line item; what belongs to the order stands
//! in the first of its rows only.
//!
//! Makes `order_placed` (also for cancelled orders), `order_refunded` and `order_cancelled`.

use crate::canon::{Amount, EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::person::Person;
use crate::row::{Header, Reject, Row};
use model::config::Feed;
use model::{EventKind, Outcome};

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["Billing Name", "Shipping Name"]),
    ("email", &["Email"]),
    ("phone", &["Phone", "Billing Phone", "Shipping Phone"]),
    ("address", &["Billing Street", "Billing Address1", "Shipping Street", "Shipping Address1"]),
    ("postcode", &["Billing Zip", "Shipping Zip"]),
    ("city", &["Billing City", "Shipping City"]),
    ("region", &["Billing Province", "Shipping Province"]),
    ("country", &["Billing Country", "Shipping Country"]),
    ("company", &["Billing Company", "Shipping Company"]),
];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Orders {
    name: Field,
    email: Field,
    phone: Field,
    status: Field,
    currency: Field,
    total: Field,
    refunded: Field,
    created: Field,
    paid: Field,
    fulfilled: Field,
    cancelled: Field,
    person: Person,
    /// Whether a row of this file was read.
    begun: bool,
}

impl Orders {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            name: Field::need(header, &["Name"])?,
            email: Field::need(header, &["Email"])?,
            phone: Field::any(header, &["Phone", "Billing Phone", "Shipping Phone"])?,
            status: Field::need(header, &["Financial Status"])?,
            currency: Field::any(header, &["Currency"])?,
            total: Field::need(header, &["Total"])?,
            refunded: Field::any(header, &["Refunded Amount"])?,
            created: Field::need(header, &["Created at"])?,
            paid: Field::any(header, &["Paid at"])?,
            fulfilled: Field::any(header, &["Fulfilled at"])?,
            cancelled: Field::any(header, &["Cancelled at"])?,
            person: Person::bind(header, PERSON, &[], &feed.attributes)?,
            begun: false,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(order) = self.name.text(row) else {
            return Err(self.name.reject("is empty"));
        };
        let total = self.total.text(row);
        let goes_on = desk.order == order && (self.begun || total.is_none());
        self.begun = true;
        if goes_on {
            return Ok(());
        }
        order.clone_into(&mut desk.order);
        let created_us = self.created.need_instant(row, &mut desk.clock)?;
        let money = self.money(row, desk, created_us)?;
        let cancelled_us = self.cancelled.instant(row, &mut desk.clock)?;
        let key = self.email.text(row).or(self.phone.text(row)).unwrap_or(order);
        let event = |at_us, kind, name| EventRow {
            reference: Some(order),
            source_id: SourceId::Shared(order),
            ..EventRow::new(at_us, kind, name)
        };
        let placed =
            EventRow { amount: money.total, ..event(created_us, EventKind::Purchase, "order_placed") };
        let refunded = money
            .refunded
            .map(|(at_us, amount)| EventRow { amount, ..event(at_us, EventKind::Refund, "order_refunded") });
        let cancelled = cancelled_us.map(|at_us| EventRow {
            outcome: Outcome::Failed,
            ..event(at_us, EventKind::Contact, "order_cancelled")
        });
        let record = desk.canon.record(desk.row_no, key, &self.person.row(row, Some(created_us)));
        for (part, event) in [Some(placed), refunded, cancelled].into_iter().flatten().enumerate() {
            desk.canon.event(desk.row_no, part as u16, record, &event);
        }
        Ok(())
    }

    /// What was paid, and what was given back when: the amount refunded, or all of it when the payment was
    /// voided; at the cancellation, else at the last time the order tells.
    fn money(&self, row: &Row<'_>, desk: &mut Desk, created_us: i64) -> Result<Money, Reject> {
        let currency = self.currency.currency(row, &desk.till)?;
        let total_minor = self.total.minor(row, &desk.till, currency)?;
        let total_minor = total_minor.ok_or_else(|| self.total.reject("is empty"))?;
        let total = self.total.book(&mut desk.till, total_minor, currency, created_us)?;
        let is_voided = self.status.text(row).is_some_and(|status| status.eq_ignore_ascii_case("voided"));
        let returned_minor = match self.refunded.minor(row, &desk.till, currency)?.unwrap_or(0) {
            0 if is_voided => total_minor,
            returned_minor => returned_minor,
        };
        let mut last_us = created_us;
        for later in [&self.paid, &self.fulfilled] {
            last_us = last_us.max(later.instant(row, &mut desk.clock)?.unwrap_or(created_us));
        }
        let at_us = self.cancelled.instant(row, &mut desk.clock)?.unwrap_or(last_us);
        let refunded = match returned_minor {
            0 => None,
            minor => Some((at_us, self.refunded.book(&mut desk.till, minor, currency, at_us)?)),
        };
        Ok(Money { total, refunded })
    }
}

struct Money {
    total: Amount,
    refunded: Option<(i64, Amount)>,
}

#[cfg(test)]
mod tests {
    use crate::trial::{file, files, read};

    const FEED: &str = "preset = \"shopify-orders\"";
    const HEAD: &str = "Name,Email,Financial Status,Paid at,Fulfilled at,Currency,Total,Created at,Lineitem name,\
        Billing Name,Billing Street,Billing City,Billing Zip,Billing Province,Billing Country,Phone,Cancelled at,\
        Refunded Amount\n";

    #[test]
    fn an_order_of_several_rows_is_one_purchase_of_its_total() {
        let rows = "#1, Ann@X.org ,paid,2024-03-01 10:00:00 +0100,,EUR,30.50,2024-03-01 09:59:00 +0100,Mug,\
            Ann Ek,Hofweg 1,Ulm,89073,BW,DE,+49 1,,0.00\n\
            #1,Ann@X.org,,,,,,,Cup,,,,,,,,,\n\
            #2,ann@x.org,paid,,,EUR,5.00,2024-03-02 09:00:00 +0100,Cup,Ann Ek,Hofweg 1,Ulm,89073,BW,DE,+49 1,,\n";
        let seen = read(FEED, "orders.csv", format!("{HEAD}{rows}"));
        assert_eq!(seen.rejects, [""; 0]);
        assert_eq!(seen.counts.rows, 3);
        let who = "name=Ann Ek email=Ann@X.org phone=+49 1 address=Hofweg 1 postcode=89073 city=Ulm region=BW country=DE";
        let second = who.replace("Ann@X.org", "ann@x.org");
        assert_eq!(
            seen.records,
            [
                format!("ann@x.org {who} updated_at=2024-03-01T08:59:00Z"),
                format!("ann@x.org {second} updated_at=2024-03-02T08:00:00Z")
            ]
        );
        assert_eq!(
            seen.events,
            [
                "ann@x.org 2024-03-01T08:59:00Z purchase order_placed 3050 reference=#1 source_id=#1:order_placed",
                "ann@x.org 2024-03-02T08:00:00Z purchase order_placed 500 reference=#2 source_id=#2:order_placed",
            ]
        );
    }

    #[test]
    fn money_given_back_is_dated_at_the_cancellation_or_the_last_time_known() {
        let rows = "#1,,partially_refunded,2024-03-01 10:00:00 +0000,2024-03-04 10:00:00 +0000,EUR,30.00,\
            2024-03-01 09:00:00 +0000,Mug,,,,,,,+49 1,,10.00\n\
            #2,,voided,,,EUR,30.00,2024-03-01 09:00:00 +0000,Mug,,,,,,,,2024-03-02 09:00:00 +0000,0.00\n\
            #3,,voided,,,USD,30.00,2024-03-01 09:00:00 +0000,Mug,,,,,,,,,\n";
        let seen = read(FEED, "orders.csv", format!("{HEAD}{rows}"));
        assert_eq!(
            seen.events,
            [
                "+49 1 2024-03-01T09:00:00Z purchase order_placed 3000 reference=#1 source_id=#1:order_placed",
                "+49 1 2024-03-04T10:00:00Z refund order_refunded 1000 reference=#1 source_id=#1:order_refunded",
                "#2 2024-03-01T09:00:00Z purchase order_placed 3000 reference=#2 source_id=#2:order_placed",
                "#2 2024-03-02T09:00:00Z refund order_refunded 3000 reference=#2 source_id=#2:order_refunded",
                "#2 2024-03-02T09:00:00Z contact order_cancelled 0 failed reference=#2 source_id=#2:order_cancelled",
                "#3 2024-03-01T09:00:00Z purchase order_placed 1500 currency=USD original_minor=3000 reference=#3 source_id=#3:order_placed",
                "#3 2024-03-01T09:00:00Z refund order_refunded 1500 currency=USD original_minor=3000 reference=#3 source_id=#3:order_refunded",
            ]
        );
    }

    #[test]
    fn an_order_runs_on_over_the_end_of_a_file_and_a_bad_one_takes_its_lines_along() {
        let first = format!("{HEAD}#1,a@x.org,paid,,,EUR,3,2024-03-01,Mug,,,,,,,,,\n");
        let second = format!(
            "{HEAD}#1,a@x.org,,,,,,,Cup,,,,,,,,,\n#2,a@x.org,paid,,,EUR,x,2024-03-01,Mug,,,,,,,,,\n#2,a@x.org,,,,,,,Cup,,,,,,,,,\n\
            #3,a@x.org,,,,,,2024-03-01,Cup,,,,,,,,,\n"
        );
        let seen = files(FEED, &[("1.csv", first.as_bytes()), ("2.csv", second.as_bytes())]).expect("read");
        assert_eq!((seen.events.len(), seen.counts.rows), (1, 5));
        assert_eq!(
            seen.rejects,
            [
                "3 [Total] is not a number | #2,a@x.org,paid,,,EUR,x,2024-03-01,Mug,,,,,,,,,",
                "5 [Total] is empty | #3,a@x.org,,,,,,2024-03-01,Cup,,,,,,,,,",
            ]
        );
    }

    #[test]
    fn a_missing_column_is_named() {
        let error =
            file(FEED, "orders.csv", HEAD.replace("Financial", "Finance")).expect_err("missing").to_string();
        assert_eq!(
            error,
            "feed `s.f`, file `orders.csv`: there is no column `Financial Status`; the nearest present is `Finance Status`"
        );
    }
}
