//! `stripe-subscriptions`: the subscriptions export of Stripe's dashboard, or subscriptions as its API lists them.
//!
//! Makes `subscription_started` with the value per month, at the end of a trial where there is one, and
//! `subscription_ended`. Amounts in a column `Amount` (dashboard) are decimal, those in `amount`, `Plan Amount`,
//! `plan.amount` or `unit_amount` (API) whole minor units. A year has 12 months, 52 weeks and 365 days. A
//! subscription whose first payment never went through (`incomplete`) never started.

use super::NO_KEY;
use crate::canon::{Amount, EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::parse;
use crate::person::Person;
use crate::row::{ABSENT, Header, Reject, Row};
use model::EventKind;
use model::config::Feed;

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["Customer Name", "Customer Description", "customer.name"]),
    ("email", &["Customer Email", "customer.email", "customer_email"]),
    ("phone", &["Customer Phone", "customer.phone"]),
];

/// The columns read.
#[derive(Debug)]
pub(crate) struct Subscriptions {
    id: Field,
    customer: Field,
    plan: Field,
    status: Field,
    quantity: Field,
    currency: Field,
    decimal: Field,
    cents: Field,
    interval: Field,
    interval_count: Field,
    created: Field,
    start: Field,
    trial_end: Field,
    canceled: Field,
    ended: Field,
    reason: Field,
    comment: Field,
    person: Person,
}

impl Subscriptions {
    pub(super) fn bind(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        let (decimal, cents) = amounts(header)?;
        Ok(Self {
            id: Field::need(header, &["id", "Subscription ID"])?,
            customer: Field::need(header, &["Customer ID", "customer_id", "customer.id", "customer"])?,
            plan: Field::any(header, &["Plan", "plan.nickname", "plan.id", "Plan ID", "Product"])?,
            status: Field::any(header, &["Status", "status"])?,
            quantity: Field::any(header, &["Quantity", "quantity"])?,
            currency: Field::any(header, &["Currency", "currency", "plan.currency"])?,
            decimal,
            cents,
            interval: Field::any(header, &["Interval", "interval", "plan.interval", "Plan Interval"])?,
            interval_count: Field::any(header, &["Interval Count", "interval_count", "plan.interval_count"])?,
            created: Field::need(header, &["Created (UTC)", "Created", "created"])?,
            start: Field::any(
                header,
                &["Start (UTC)", "Start Date (UTC)", "Start", "start_date", "Start Date"],
            )?,
            trial_end: Field::any(header, &["Trial End (UTC)", "trial_end", "Trial End"])?,
            canceled: Field::any(header, &["Canceled At (UTC)", "canceled_at", "Canceled At"])?,
            ended: Field::any(header, &["Ended At (UTC)", "ended_at", "Ended At"])?,
            reason: Field::any(header, &["Cancellation Reason", "cancellation_details.reason"])?,
            comment: Field::any(header, &["Cancellation Comment", "cancellation_details.comment"])?,
            person: Person::bind(header, PERSON, &[], &feed.attributes)?,
        })
    }

    pub(super) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(id) = self.id.text(row) else {
            return Err(self.id.reject("is empty"));
        };
        let Some(customer) = self.customer.text(row) else {
            return Err(self.customer.reject(NO_KEY));
        };
        let created_us = self.created.need_instant(row, &mut desk.clock)?;
        let started_us = self.start.instant(row, &mut desk.clock)?.unwrap_or(created_us);
        let paid_from_us =
            self.trial_end.instant(row, &mut desk.clock)?.map_or(started_us, |end| end.max(started_us));
        let ended_us = self.ended_us(row, desk)?;
        if ended_us.is_some_and(|ended_us| ended_us < created_us) {
            let late = if self.ended.text(row).is_some() { &self.ended } else { &self.canceled };
            return Err(late.reject(format!("is before `{}`", self.created.name())));
        }
        let event = |at_us, name| EventRow {
            reference: Some(id),
            source_id: SourceId::Shared(id),
            ..EventRow::new(at_us, EventKind::Subscription, name)
        };
        let unpaid = self.status.text(row).is_some_and(|status| {
            status.eq_ignore_ascii_case("incomplete") || status.eq_ignore_ascii_case("incomplete_expired")
        });
        let started = if unpaid || ended_us.is_some_and(|ended_us| ended_us <= paid_from_us) {
            None
        } else {
            let amount = self.monthly(row, desk, paid_from_us)?;
            Some(EventRow {
                amount,
                title: self.plan.text(row),
                ..event(paid_from_us, "subscription_started")
            })
        };
        let (reason, comment) = (self.reason.text(row), self.comment.text(row));
        let ended = ended_us.filter(|_| !unpaid).map(|at_us| EventRow {
            title: self.plan.text(row),
            reason: reason.or(comment),
            text: comment.filter(|_| reason.is_some()),
            ..event(at_us, "subscription_ended")
        });
        let record = desk.canon.record(desk.row_no, customer, &self.person.row(row, Some(created_us)));
        for (part, event) in [started, ended].into_iter().flatten().enumerate() {
            desk.canon.event(desk.row_no, part as u16, record, &event);
        }
        Ok(())
    }

    /// When it ended: a cancellation that is still to come has not ended it.
    fn ended_us(&self, row: &Row<'_>, desk: &mut Desk) -> Result<Option<i64>, Reject> {
        if let Some(ended_us) = self.ended.instant(row, &mut desk.clock)? {
            return Ok(Some(ended_us));
        }
        let over = self.status.text(row).is_none_or(|status| {
            status.eq_ignore_ascii_case("canceled") || status.eq_ignore_ascii_case("incomplete_expired")
        });
        let canceled_us = self.canceled.instant(row, &mut desk.clock)?;
        Ok(canceled_us.filter(|_| over))
    }

    /// Value per month.
    fn monthly(&self, row: &Row<'_>, desk: &mut Desk, at_us: i64) -> Result<Amount, Reject> {
        let currency = self.currency.currency(row, &desk.till)?;
        let decimal = self.decimal.read(row, |text| desk.till.decimal(text, currency))?;
        let cents = if decimal.is_none() { self.cents.read(row, parse::integer)? } else { None };
        let field =
            if decimal.is_some() || self.cents.name().is_empty() { &self.decimal } else { &self.cents };
        let Some(minor) = decimal.or(cents) else {
            return Err(field.reject("is empty"));
        };
        let positive =
            |count: Option<i64>, least: i64| count.is_none_or(|count| (least..=1_000_000).contains(&count));
        let quantity = self.quantity.read(row, parse::integer)?;
        let count = self.interval_count.read(row, parse::integer)?;
        if minor < 0 {
            return Err(field.reject("is below 0"));
        }
        if !positive(quantity, 0) {
            return Err(self.quantity.reject("is no quantity"));
        }
        if !positive(count, 1) {
            return Err(self.interval_count.reject("is no number of intervals"));
        }
        let (times, months) = self.interval.read(row, interval)?.unwrap_or((1, 1));
        let total = i128::from(minor) * i128::from(quantity.unwrap_or(1)) * times;
        let value_minor = i64::try_from(rounded(total, months * i128::from(count.unwrap_or(1))));
        let value_minor = value_minor.map_err(|_| field.reject("is too large"))?;
        desk.till.book(value_minor, currency, at_us).map_err(|why| field.reject(why))
    }
}

/// The dashboard's and the API's columns for the amount; one of them must be there. Case tells them apart.
fn amounts(header: &mut Header) -> Result<(Field, Field), Problem> {
    let decimal = header.find("Amount")?;
    let mut cents = Vec::new();
    for name in ["amount", "Plan Amount", "plan.amount", "plan_amount", "unit_amount"] {
        cents.push(header.find(name)?);
    }
    cents.retain(|place| *place != ABSENT);
    if decimal == ABSENT && cents.is_empty() {
        header.need("Amount")?;
    }
    let decimal = Some(decimal).filter(|place| *place != ABSENT);
    Ok((Field::at(header, decimal.as_slice()), Field::at(header, &cents)))
}

/// How often an interval comes in so many months.
fn interval(text: &str) -> Result<(i128, i128), &'static str> {
    let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    match () {
        () if is(&["month", "months", "monthly"]) => Ok((1, 1)),
        () if is(&["year", "years", "yearly", "annual"]) => Ok((1, 12)),
        () if is(&["week", "weeks", "weekly"]) => Ok((52, 12)),
        () if is(&["day", "days", "daily"]) => Ok((365, 12)),
        () => Err("is none of day, week, month and year"),
    }
}

/// Half away from zero; both are not negative.
fn rounded(value: i128, by: i128) -> i128 {
    (value * 2 + by) / (by * 2)
}

#[cfg(test)]
mod tests {
    use crate::trial::{file, read};

    const FEED: &str = "preset = \"stripe-subscriptions\"";
    const HEAD: &str = "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),Trial End (UTC),Canceled At (UTC),Ended At (UTC),Cancellation Reason,Cancellation Comment\n";

    #[test]
    fn value_runs_per_month_from_the_end_of_the_trial_to_the_end() {
        let rows = "sub_1,cus_1,ann@x.org,club,2,eur,month,9.90,active,2024-01-01 10:00,2024-01-01 10:00,,,,,\n\
            sub_2,cus_1,ann@x.org,club,1,eur,year,120,canceled,2024-01-01 10:00,2024-01-01 10:00,2024-02-01 10:00,2024-03-01 10:00,2024-04-01 10:00,too_expensive,Sorry\n\
            sub_3,cus_2,,club,1,eur,month,9.90,canceled,2024-01-01 10:00,,2024-02-01 10:00,2024-01-15 10:00,,,No need\n\
            sub_4,cus_2,,club,1,eur,month,9.90,active,2024-01-01 10:00,,,2024-02-01 10:00,,,\n\
            sub_5,cus_2,,club,1,eur,month,9.90,incomplete_expired,2024-01-01 10:00,,,,2024-01-02 10:00,,\n\
            sub_6,cus_2,,club,1,eur,fortnight,9.90,active,2024-01-01 10:00,,,,,,\n\
            sub_7,cus_2,,club,1,eur,month,9.90,canceled,2024-01-02 10:00,,,,2024-01-01 10:00,,\n\
            sub_8,cus_2,,club,1,usd,month,9.90,active,2023-12-31 10:00,,,,,,\n\
            sub_9,,,club,1,eur,month,9.90,active,2023-12-31 10:00,,,,,,\n";
        let seen = read(FEED, "subscriptions.csv", format!("{HEAD}{rows}"));
        assert_eq!(
            seen.events,
            [
                "cus_1 2024-01-01T10:00:00Z subscription subscription_started 1980 reference=sub_1 source_id=sub_1:subscription_started title=club",
                "cus_1 2024-02-01T10:00:00Z subscription subscription_started 1000 reference=sub_2 source_id=sub_2:subscription_started title=club",
                "cus_1 2024-04-01T10:00:00Z subscription subscription_ended 0 reference=sub_2 source_id=sub_2:subscription_ended title=club text=Sorry reason=too_expensive",
                "cus_2 2024-01-15T10:00:00Z subscription subscription_ended 0 reference=sub_3 source_id=sub_3:subscription_ended title=club reason=No need",
                "cus_2 2024-01-01T10:00:00Z subscription subscription_started 990 reference=sub_4 source_id=sub_4:subscription_started title=club",
            ]
        );
        let reasons: Vec<_> =
            seen.rejects.iter().map(|line| line.split(" | ").next().unwrap_or_default()).collect();
        assert_eq!(
            reasons,
            [
                "7 [Interval] is none of day, week, month and year",
                "8 [Ended At (UTC)] is before `Created (UTC)`",
                "9 [Amount] is in USD, for which no [[rate]] starts on or before its day",
                "10 [Customer ID] is empty: the row has no record key",
            ]
        );
        assert_eq!(seen.records.len(), 2);
    }

    #[test]
    fn the_header_tells_cents_from_decimals() {
        for (header, amount, expected) in [
            ("Amount", "29", "2900"),
            ("Amount", "29.00", "2900"),
            ("amount", "2900", "2900"),
            ("Plan Amount", "29", "29"),
        ] {
            let csv = format!("id,Customer ID,Created (UTC),{header}\nsub_1,cus_1,2024-01-01,{amount}\n");
            let seen = read(FEED, "subscriptions.csv", csv);
            assert!(
                seen.events[0].contains(&format!("subscription_started {expected} ")),
                "{header} {amount}: {:?}",
                seen.events
            );
        }
        let json = r#"{"data":[{"id":"sub_1","customer":"cus_1","created":1704103200,"status":"active","plan":{"amount":1200,"interval":"year","interval_count":1,"currency":"eur"}}]}"#;
        let seen = read(FEED, "subscriptions.json", json);
        assert_eq!(
            seen.events,
            [
                "cus_1 2024-01-01T10:00:00Z subscription subscription_started 100 reference=sub_1 source_id=sub_1:subscription_started"
            ]
        );
        let error =
            file(FEED, "s.csv", "id,Customer ID,Created (UTC),Amt\n").expect_err("missing").to_string();
        assert_eq!(
            error,
            "feed `s.f`, file `s.csv`: there is no column `Amount`; present are `id`, `Customer ID`, `Created (UTC)`, `Amt`"
        );
        let error =
            file(FEED, "subscriptions.csv", HEAD.replace("Customer ID", "Custmer ID")).expect_err("missing");
        assert!(
            error.to_string().ends_with("no column `Customer ID`; the nearest present is `Custmer ID`"),
            "{error}"
        );
    }

    #[test]
    fn a_price_is_told_per_month() {
        for (minor, word, expected) in [
            (2900, "month", 2900),
            (29_900, "year", 2492),
            (700, "week", 3033),
            (100, "Day", 3042),
            (5, "yearly", 0),
            (6, "year", 1),
        ] {
            let (times, months) = super::interval(word).expect(word);
            assert_eq!(super::rounded(minor * times, months), expected, "{minor} a {word}");
        }
        assert!(super::interval("fortnight").is_err());
    }
}
