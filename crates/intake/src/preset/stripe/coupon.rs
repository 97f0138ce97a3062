//! The coupon of a Stripe subscription: a share or an amount of each invoice, for ever or up to a day. One of a single
//! invoice (`once`) is no part of what recurs.

use super::{Life, Price};
use crate::canon::EventRow;
use crate::desk::Desk;
use crate::error::Problem;
use crate::field::Field;
use crate::parse;
use crate::recurring::{off, percentage};
use crate::row::{Header, Reject, Row};
use model::Clause;

/// The columns of a discount as the API lists it.
#[derive(Debug)]
pub(super) struct Coupon {
    percent: Field,
    amount: Field,
    duration: Field,
    start: Field,
    end: Field,
}

impl Coupon {
    pub(super) fn bind(header: &mut Header) -> Result<Self, Problem> {
        Ok(Self {
            percent: Field::any(header, &["discount.coupon.percent_off"])?,
            amount: Field::any(header, &["discount.coupon.amount_off"])?,
            duration: Field::any(header, &["discount.coupon.duration"])?,
            start: Field::any(header, &["discount.start"])?,
            end: Field::any(header, &["discount.end"])?,
        })
    }

    /// Adds what a row says of its coupon.
    pub(super) fn tell<'r>(
        &self,
        row: &Row<'r>,
        desk: &mut Desk,
        life: &Life,
        price: &Price,
        events: &mut Vec<EventRow<'r>>,
    ) -> Result<(), Reject> {
        let once = self.duration.text(row).is_some_and(|text| text.eq_ignore_ascii_case("once"));
        let Some(minor) = self.off(row, desk, price)?.filter(|minor| *minor > 0 && !once) else {
            return Ok(());
        };
        let from_us = self.start.instant(row, &mut desk.clock)?.unwrap_or(life.paid_from_us);
        let from_us = from_us.max(life.paid_from_us);
        let until_us = self.end.instant(row, &mut desk.clock)?;
        let first_over_us = until_us.into_iter().chain(life.ended_us).min();
        if first_over_us.is_some_and(|over_us| over_us <= from_us) {
            return Ok(());
        }
        let forever = self.duration.text(row).is_some_and(|text| text.eq_ignore_ascii_case("forever"));
        let lasts = until_us.is_none() || forever;
        let clause = if lasts { Clause::LastingCoupon } else { Clause::Coupon };
        let field = if self.percent.text(row).is_some() { &self.percent } else { &self.amount };
        let amount = field.book(&mut desk.till, minor, price.currency, from_us)?;
        events.push(EventRow { amount, ..super::event(from_us, "coupon_given", clause) });
        let ends_us = until_us.filter(|until_us| life.ended_us.is_none_or(|ended_us| *until_us < ended_us));
        events.extend(ends_us.map(|at_us| super::event(at_us, "coupon_ended", clause)));
        Ok(())
    }

    /// What it takes off a month, in the price's currency.
    fn off(&self, row: &Row<'_>, desk: &Desk, price: &Price) -> Result<Option<i64>, Reject> {
        let percent = self.percent.read(row, |text| {
            percentage(&format!("{text}%"), desk.till.mark()).unwrap_or(Err("is no percentage"))
        })?;
        if let Some(share) = percent {
            return Ok(Some(off(price.minor, share)));
        }
        let Some(minor) = self.amount.read(row, parse::integer)? else { return Ok(None) };
        let monthly = (minor >= 0).then(|| price.interval.monthly(minor, 1)).flatten();
        monthly.map(Some).ok_or_else(|| self.amount.reject("is no discount"))
    }
}
