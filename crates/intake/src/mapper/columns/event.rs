//! The event of a mapped row.

use super::Cell;
use super::contract::{ContractMap, Money};
use crate::canon::{Amount, EventRow, SourceId};
use crate::desk::Desk;
use crate::error::Problem;
use crate::parse;
use crate::row::{Reject, Row};
use model::config::{Feed, Word};
use model::{Clause, EventKind, Outcome};

/// Where the columns of an event come from; there is one where `at` is mapped.
#[derive(Debug)]
pub(super) struct EventMap {
    id: Cell,
    at: Cell,
    event: Cell,
    /// The feed's id: what events are called that are given no name.
    feed: String,
    kind: Cell,
    /// The kind of rows whose cell is blank.
    usual_kind: EventKind,
    outcome: Cell,
    value: Cell,
    value_minor: Cell,
    currency: Cell,
    reference: Cell,
    score: Cell,
    text: Cell,
    title: Cell,
    reason: Cell,
    channel: Cell,
    contract: ContractMap,
}

/// What a row tells happened.
#[derive(Debug, Default)]
pub(super) struct Told<'s> {
    pub(super) event: Option<EventRow<'s>>,
    /// What follows from a subscription's dates and discount.
    pub(super) follows: Vec<EventRow<'s>>,
}

impl EventMap {
    pub(super) fn bind(
        feed: &Feed,
        mut cell: impl FnMut(&str) -> Result<Cell, Problem>,
    ) -> Result<Option<Self>, Problem> {
        let at = cell("at")?;
        let mut map = Self {
            id: cell("id")?,
            event: cell("event")?,
            feed: feed.id.get_ref().clone(),
            kind: cell("kind")?,
            usual_kind: EventKind::Contact,
            outcome: cell("outcome")?,
            value: cell("value")?,
            value_minor: cell("value_minor")?,
            currency: cell("currency")?,
            reference: cell("reference")?,
            score: cell("score")?,
            text: cell("text")?,
            title: cell("title")?,
            reason: cell("reason")?,
            channel: cell("channel")?,
            contract: ContractMap::bind(feed, &mut cell)?,
            at,
        };
        map.usual_kind = map.inferred_kind()?;
        Ok(map.at.is_mapped().then_some(map))
    }

    /// The constant kind; without one a subscription where there is a clause, a purchase where there is a value, a
    /// response where there is a score, else a contact.
    fn inferred_kind(&mut self) -> Result<EventKind, Problem> {
        if let Some(name) = self.kind.constant.take() {
            let kinds = || EventKind::ALL.iter().map(|kind| kind.name());
            return EventKind::from_name(&name).ok_or_else(|| {
                let near = model::suggest::hint(&name, kinds());
                let known = kinds().collect::<Vec<_>>().join(", ");
                Problem::Setting(format!("constants: there is no kind `{name}`{near}; known: {known}"))
            });
        }
        if self.contract.has_clauses() {
            return Ok(EventKind::Subscription);
        }
        Ok(match (self.value.is_mapped() || self.value_minor.is_mapped(), self.score.is_mapped()) {
            (true, _) => EventKind::Purchase,
            (false, true) => EventKind::Response,
            (false, false) => EventKind::Contact,
        })
    }

    pub(super) fn read<'s>(&'s self, row: &Row<'s>, desk: &mut Desk) -> Result<Told<'s>, Reject> {
        let Some(at) = self.at.get(row) else {
            return Err(self.at.reject("is empty"));
        };
        let at_us = desk.clock.instant(at).map_err(|why| self.at.reject(why))?;
        let mut kind = match self.kind.get(row) {
            None => self.usual_kind,
            Some(name) => {
                EventKind::from_name(name).ok_or_else(|| self.kind.reject("is no kind that Kept knows"))?
            }
        };
        let mut word = Word::Clause(Clause::Price);
        if kind == EventKind::Subscription {
            word = self.contract.word(row)?;
        }
        match word {
            Word::Nothing => return Ok(Told::default()),
            Word::Refund => kind = EventKind::Refund,
            Word::Clause(_) | Word::Ended => {}
        }
        if kind == EventKind::Subscription {
            return self.subscription(row, desk, at_us, word);
        }
        let mut amount = Amount::default();
        if let Some((cell, minor, currency)) = self.money(row, desk, kind)? {
            // A purchase below 0 is a refund; what is given back is told as a positive number.
            if kind == EventKind::Purchase && minor < 0 {
                kind = EventKind::Refund;
            }
            let minor = if kind == EventKind::Refund { minor.saturating_abs() } else { minor };
            amount = desk.till.book(minor, currency, at_us).map_err(|why| cell.reject(why))?;
        }
        let event = EventRow { amount, ..self.event(row, desk, at_us, kind)? };
        Ok(Told { event: Some(event), follows: Vec::new() })
    }

    /// What a row says of a subscription.
    fn subscription<'s>(
        &'s self,
        row: &Row<'s>,
        desk: &mut Desk,
        at_us: i64,
        word: Word,
    ) -> Result<Told<'s>, Reject> {
        let clause = if let Word::Clause(clause) = word { clause } else { Clause::Price };
        let priced = matches!(clause, Clause::Price | Clause::Trial | Clause::Coupon | Clause::LastingCoupon);
        let mut event =
            EventRow { clause: Some(clause), ..self.event(row, desk, at_us, EventKind::Subscription)? };
        let mut monthly = None;
        if priced
            && word != Word::Ended
            && let Some(money) = self.money(row, desk, EventKind::Subscription)?
        {
            let (cell, _, currency): Money<'_> = money;
            let minor = self.contract.monthly(row, clause, &money)?;
            event.amount = desk.till.book(minor, currency, at_us).map_err(|why| cell.reject(why))?;
            monthly = Some((minor, currency));
        }
        let follows = self.contract.follows(row, desk, &mut event, monthly)?;
        Ok(Told { event: Some(event), follows })
    }

    /// The event without its money.
    fn event<'s>(
        &'s self,
        row: &Row<'s>,
        desk: &mut Desk,
        at_us: i64,
        kind: EventKind,
    ) -> Result<EventRow<'s>, Reject> {
        let outcome = match self.outcome.get(row) {
            None => Outcome::Unknown,
            Some(name) => Outcome::from_name(name)
                .ok_or_else(|| self.outcome.reject("is no outcome that Kept knows"))?,
        };
        let score = match self.score.get(row) {
            None => None,
            Some(text) => Some(parse::score(text, desk.till.mark()).map_err(|why| self.score.reject(why))?),
        };
        let source_id = match self.id.get(row) {
            Some(id) => SourceId::Plain(id),
            None => desk.content_id(row),
        };
        Ok(EventRow {
            outcome,
            reference: self.reference.get(row),
            source_id,
            score,
            title: self.title.get(row),
            text: self.text.get(row),
            reason: self.reason.get(row),
            channel: self.channel.get(row),
            ..EventRow::new(at_us, kind, self.event.get(row).unwrap_or(&self.feed))
        })
    }

    /// The row's money as it is written: where, minor units, currency. `None` where there is none and none is
    /// needed.
    fn money(&self, row: &Row<'_>, desk: &Desk, kind: EventKind) -> Result<Option<Money<'_>>, Reject> {
        let currency = desk.till.currency(self.currency.get(row)).map_err(|why| self.currency.reject(why))?;
        let (cell, minor) = match (self.value.get(row), self.value_minor.get(row)) {
            (Some(text), _) => (&self.value, desk.till.decimal(text, currency)),
            (None, Some(text)) => (&self.value_minor, parse::integer(text)),
            (None, None) if matches!(kind, EventKind::Contact | EventKind::Response) => return Ok(None),
            (None, None) if self.value_minor.is_mapped() => return Err(self.value_minor.reject("is empty")),
            (None, None) => return Err(self.value.reject("is empty")),
        };
        let minor = minor.map_err(|why| cell.reject(why))?;
        if kind == EventKind::Subscription && minor < 0 {
            return Err(cell.reject("is below 0: a subscription has no negative value"));
        }
        Ok(Some((cell, minor, currency)))
    }
}
