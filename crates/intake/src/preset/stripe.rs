//! `stripe-subscriptions`: the subscriptions export of Stripe's dashboard, or subscriptions as its API lists them.
//!
//! Makes `trial_started`, `subscription_started` with the value per month (at the end of a trial where there is one),
//! `coupon_given` and `coupon_ended`, `payment_past_due`, `payment_given_up`, `subscription_paused`,
//! `subscription_cancelled` and `subscription_ended`, each with its clause. Amounts in a column `Amount` (dashboard)
//! are decimal, those in `amount`, `Plan Amount`, `plan.amount` or `unit_amount` (API) whole minor units. A
//! subscription whose first payment never went through (`incomplete`) never started.

mod coupon;

use super::NO_KEY;
use crate::canon::{Amount, EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::parse;
use crate::person::Person;
use crate::recurring::Interval;
use crate::row::{ABSENT, Header, Reject, Row};
use coupon::Coupon;
use model::config::Feed;
use model::{Clause, Currency, EventKind};

const PERSON: &[(&str, &[&str])] = &[
    ("name", &["Customer Name", "Customer Description", "customer.name"]),
    ("email", &["Customer Email", "customer.email", "customer_email"]),
    ("phone", &["Customer Phone", "customer.phone"]),
];

/// What a status says that dates do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    /// The first payment never went through.
    Incomplete,
    PastDue,
    Unpaid,
    Paused,
    Other,
}

/// The dates of a subscription, UTC microseconds.
#[derive(Debug)]
pub(super) struct Life {
    created_us: i64,
    started_us: i64,
    /// End of the trial, where there is one.
    trial_us: Option<i64>,
    pub(super) paid_from_us: i64,
    canceled_us: Option<i64>,
    pub(super) ended_us: Option<i64>,
}

/// What is paid a month, and the interval it is paid for.
#[derive(Debug)]
pub(super) struct Price {
    pub(super) minor: i64,
    pub(super) currency: Currency,
    pub(super) interval: Interval,
}

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
    period_start: Field,
    canceled: Field,
    ended: Field,
    reason: Field,
    comment: Field,
    coupon: Coupon,
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
            period_start: Field::any(
                header,
                &["Current Period Start (UTC)", "current_period_start", "Current Period Start"],
            )?,
            canceled: Field::any(header, &["Canceled At (UTC)", "canceled_at", "Canceled At"])?,
            ended: Field::any(header, &["Ended At (UTC)", "ended_at", "Ended At"])?,
            reason: Field::any(header, &["Cancellation Reason", "cancellation_details.reason"])?,
            comment: Field::any(header, &["Cancellation Comment", "cancellation_details.comment"])?,
            coupon: Coupon::bind(header)?,
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
        let life = self.life(row, desk)?;
        let status = Status::of(self.status.text(row));
        let mut events = Vec::new();
        if status != Status::Incomplete {
            self.price(row, desk, &life, &mut events)?;
            self.state(row, desk, status, &life, &mut events)?;
            self.end(row, &life, &mut events);
        }
        let record = desk.canon.record(desk.row_no, customer, &self.person.row(row, Some(life.created_us)));
        for (part, event) in events.iter_mut().enumerate() {
            event.reference = Some(id);
            event.source_id = SourceId::Shared(id);
            desk.canon.event(desk.row_no, part as u16, record, event);
        }
        Ok(())
    }

    fn life(&self, row: &Row<'_>, desk: &mut Desk) -> Result<Life, Reject> {
        let created_us = self.created.need_instant(row, &mut desk.clock)?;
        let started_us = self.start.instant(row, &mut desk.clock)?.unwrap_or(created_us);
        let trial_us = self.trial_end.instant(row, &mut desk.clock)?.filter(|end_us| *end_us > started_us);
        let ended_us = self.ended_us(row, desk)?;
        if ended_us.is_some_and(|ended_us| ended_us < created_us) {
            let late = if self.ended.text(row).is_some() { &self.ended } else { &self.canceled };
            return Err(late.reject(format!("is before `{}`", self.created.name())));
        }
        let canceled_us = self.canceled.instant(row, &mut desk.clock)?;
        let paid_from_us = trial_us.unwrap_or(started_us);
        Ok(Life { created_us, started_us, trial_us, paid_from_us, canceled_us, ended_us })
    }

    /// The trial, the price and its coupon.
    fn price<'r>(
        &self,
        row: &Row<'r>,
        desk: &mut Desk,
        life: &Life,
        events: &mut Vec<EventRow<'r>>,
    ) -> Result<(), Reject> {
        let title = self.plan.text(row);
        let paid = life.ended_us.is_none_or(|ended_us| ended_us > life.paid_from_us);
        if life.trial_us.is_some() && life.ended_us.is_none_or(|ended_us| ended_us > life.started_us) {
            let (amount, _) = self.monthly(row, desk, life.started_us)?;
            let trial = event(life.started_us, "trial_started", Clause::Trial);
            events.push(EventRow { amount, title, ..trial });
        }
        if !paid {
            return Ok(());
        }
        let (amount, price) = self.monthly(row, desk, life.paid_from_us)?;
        let clause = if amount.value_minor == 0 { Clause::Free } else { Clause::Price };
        let started = event(life.paid_from_us, "subscription_started", clause);
        events.push(EventRow { amount, title, ..started });
        self.coupon.tell(row, desk, life, &price, events)
    }

    /// A payment that is late, or a pause: since the period began that was not paid.
    fn state<'r>(
        &self,
        row: &Row<'r>,
        desk: &mut Desk,
        status: Status,
        life: &Life,
        events: &mut Vec<EventRow<'r>>,
    ) -> Result<(), Reject> {
        let (name, clause) = match status {
            Status::PastDue => ("payment_past_due", Clause::PastDue),
            Status::Unpaid => ("payment_given_up", Clause::Unpaid),
            Status::Paused => ("subscription_paused", Clause::Paused),
            Status::Incomplete | Status::Other => return Ok(()),
        };
        let Some(since_us) = self.period_start.instant(row, &mut desk.clock)? else {
            return Err(self.status.reject(
                "does not say since when; export the subscriptions with `Current Period Start (UTC)`",
            ));
        };
        if life.ended_us.is_none() {
            events.push(event(since_us.max(life.paid_from_us), name, clause));
        }
        Ok(())
    }

    /// The cancellation and the end.
    fn end<'r>(&self, row: &Row<'r>, life: &Life, events: &mut Vec<EventRow<'r>>) {
        let before_end = |at_us: &i64| life.ended_us.is_none_or(|ended_us| *at_us < ended_us);
        // One asked for during the trial stands once it is over.
        let paid = life.ended_us.is_none_or(|ended_us| ended_us > life.paid_from_us);
        let stands = |at_us: i64| if paid { at_us.max(life.paid_from_us) } else { at_us };
        if let Some(at_us) = life.canceled_us.map(stands).filter(before_end) {
            events.push(event(at_us, "subscription_cancelled", Clause::Cancelled));
        }
        let (reason, comment) = (self.reason.text(row), self.comment.text(row));
        events.extend(life.ended_us.map(|at_us| EventRow {
            title: self.plan.text(row),
            reason: reason.or(comment),
            text: comment.filter(|_| reason.is_some()),
            ..event(at_us, "subscription_ended", Clause::Price)
        }));
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

    /// What is paid a month.
    fn monthly(&self, row: &Row<'_>, desk: &mut Desk, at_us: i64) -> Result<(Amount, Price), Reject> {
        let currency = self.currency.currency(row, &desk.till)?;
        let decimal = self.decimal.read(row, |text| desk.till.decimal(text, currency))?;
        let cents = if decimal.is_none() { self.cents.read(row, parse::integer)? } else { None };
        let field =
            if decimal.is_some() || self.cents.name().is_empty() { &self.decimal } else { &self.cents };
        let Some(minor) = decimal.or(cents) else {
            return Err(field.reject("is empty"));
        };
        if minor < 0 {
            return Err(field.reject("is below 0"));
        }
        let quantity = self.quantity.read(row, parse::integer)?.unwrap_or(1);
        if !(0..=1_000_000).contains(&quantity) {
            return Err(self.quantity.reject("is no quantity"));
        }
        let count = self.interval_count.read(row, parse::integer)?.unwrap_or(1);
        let interval = self.interval.read(row, Interval::parse)?.unwrap_or(Interval::MONTH);
        let interval =
            interval.by(count).ok_or_else(|| self.interval_count.reject("is no number of intervals"))?;
        let minor = interval.monthly(minor, quantity).ok_or_else(|| field.reject("is too large"))?;
        let amount = desk.till.book(minor, currency, at_us).map_err(|why| field.reject(why))?;
        Ok((amount, Price { minor, currency, interval }))
    }
}

impl Status {
    fn of(text: Option<&str>) -> Self {
        let is = |word: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(word));
        match () {
            () if is("incomplete") || is("incomplete_expired") => Self::Incomplete,
            () if is("past_due") => Self::PastDue,
            () if is("unpaid") => Self::Unpaid,
            () if is("paused") => Self::Paused,
            () => Self::Other,
        }
    }
}

fn event(at_us: i64, name: &'static str, clause: Clause) -> EventRow<'static> {
    EventRow { clause: Some(clause), ..EventRow::new(at_us, EventKind::Subscription, name) }
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
                "cus_1 2024-01-01T10:00:00Z subscription trial_started 1000 trial reference=sub_2 source_id=sub_2:trial_started title=club",
                "cus_1 2024-02-01T10:00:00Z subscription subscription_started 1000 reference=sub_2 source_id=sub_2:subscription_started title=club",
                "cus_1 2024-03-01T10:00:00Z subscription subscription_cancelled 0 cancelled reference=sub_2 source_id=sub_2:subscription_cancelled",
                "cus_1 2024-04-01T10:00:00Z subscription subscription_ended 0 reference=sub_2 source_id=sub_2:subscription_ended title=club text=Sorry reason=too_expensive",
                "cus_2 2024-01-01T10:00:00Z subscription trial_started 990 trial reference=sub_3 source_id=sub_3:trial_started title=club",
                "cus_2 2024-01-15T10:00:00Z subscription subscription_ended 0 reference=sub_3 source_id=sub_3:subscription_ended title=club reason=No need",
                "cus_2 2024-01-01T10:00:00Z subscription subscription_started 990 reference=sub_4 source_id=sub_4:subscription_started title=club",
                "cus_2 2024-02-01T10:00:00Z subscription subscription_cancelled 0 cancelled reference=sub_4 source_id=sub_4:subscription_cancelled",
            ]
        );
        let reasons: Vec<_> =
            seen.rejects.iter().map(|line| line.split(" | ").next().unwrap_or_default()).collect();
        assert_eq!(
            reasons,
            [
                "7 [Interval] is none of day, week, month, quarter and year",
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
    fn a_late_payment_or_a_pause_counts_from_the_period_it_began_in() {
        let row = |status: &str, since: &str| {
            let csv = format!(
                "id,Customer ID,Created (UTC),Amount,Status,Current Period Start (UTC)\nsub_1,cus_1,2024-01-01,9,{status},{since}\n"
            );
            let seen = read(FEED, "s.csv", csv);
            (seen.events.get(1).cloned().unwrap_or_default(), seen.rejects)
        };
        for (status, told) in [
            ("past_due", "payment_past_due 0 past_due "),
            ("Unpaid", "payment_given_up 0 unpaid "),
            ("paused", "subscription_paused 0 paused "),
        ] {
            let (event, rejects) = row(status, "2024-03-01");
            assert!(event.starts_with(&format!("cus_1 2024-03-01T00:00:00Z subscription {told}")), "{event}");
            assert!(rejects.is_empty());
            let (_, rejects) = row(status, "");
            assert!(rejects[0].starts_with("2 [Status] does not say since when; export"), "{rejects:?}");
        }
        assert_eq!(row("active", "2024-03-01"), (String::new(), vec![]));
    }

    #[test]
    fn coupons_that_recur_are_told_and_those_of_one_invoice_are_not() {
        let told = |discount: &str| -> Vec<String> {
            let json = format!(
                r#"{{"data":[{{"id":"s","customer":"c","created":1704103200,"plan":{{"amount":12000,"interval":"year","currency":"usd"}},"discount":{{{discount}}}}}]}}"#
            );
            let seen = read(FEED, "s.json", json);
            let short = |line: &String| {
                line.replacen("c 2024-", "", 1).split(" reference").next().unwrap_or_default().to_owned()
            };
            seen.events.iter().skip(1).map(short).collect()
        };
        let half = "currency=USD original_minor";
        assert_eq!(
            told(r#""coupon":{"percent_off":25.5,"duration":"forever"}"#),
            [format!("01-01T10:00:00Z subscription coupon_given 128 lasting_coupon {half}=255")]
        );
        assert_eq!(
            told(
                r#""coupon":{"amount_off":2400,"duration":"repeating"},"start":1706781600,"end":1709287200"#
            ),
            [
                format!("02-01T10:00:00Z subscription coupon_given 100 coupon {half}=200"),
                "03-01T10:00:00Z subscription coupon_ended 0 coupon".to_owned(),
            ]
        );
        assert!(told(r#""coupon":{"percent_off":100,"duration":"once"}"#).is_empty());
        assert!(told("").is_empty());
    }
}
