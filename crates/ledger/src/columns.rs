//! The columns that go in and come out: events, postings, states.

use crate::contract::Notice;
use crate::error::{Error, same_length};
use model::Clause;

/// Events in columns of equal length, sorted by customer, day and then as they happened.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    /// Dense customer code.
    pub customer: &'a [u32],
    /// Local day since 1970-01-01.
    pub day: &'a [i32],
    /// Code of `model::EventKind`.
    pub kind: &'a [u8],
    /// Stream code: index into `Rules::streams`.
    pub stream: &'a [u16],
    /// Minor units of the company's currency; per month for subscriptions.
    pub value_minor: &'a [i64],
    /// What a subscription is known by.
    pub reference: &'a [u64],
    /// What subscription events say beside their price; `None`: every one is a price in the company's currency.
    pub terms: Option<Terms<'a>>,
}

/// Columns that only subscription events read, as long as the others.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// Code of `model::Clause`.
    pub clause: &'a [u8],
    /// Code of the amount's currency: 0 the company's, else 1 + index into `Rules::currencies`.
    pub currency: &'a [u8],
    /// The amount in a foreign currency, minor units of it; not read where `currency` is 0.
    pub original_minor: &'a [i64],
}

impl<'a> Rows<'a> {
    /// The same rows, known to be of equal length.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let n = self.customer.len();
        same_length("day", n, self.day.len())?;
        same_length("kind", n, self.kind.len())?;
        same_length("stream", n, self.stream.len())?;
        same_length("value_minor", n, self.value_minor.len())?;
        same_length("reference", n, self.reference.len())?;
        if let Some(terms) = self.terms {
            same_length("clause", n, terms.clause.len())?;
            same_length("currency", n, terms.currency.len())?;
            same_length("original_minor", n, terms.original_minor.len())?;
        }
        Ok(self)
    }

    /// Codes of a row's clause and currency, and its amount in minor units of that currency.
    pub(crate) fn said(&self, at: usize) -> (u8, u8, i64) {
        match self.terms {
            Some(terms) if terms.currency[at] > 0 => {
                (terms.clause[at], terms.currency[at], terms.original_minor[at])
            }
            Some(terms) => (terms.clause[at], 0, self.value_minor[at]),
            None => (Clause::Price.code(), 0, self.value_minor[at]),
        }
    }

    /// What a subscription row says. Fails on an unknown clause.
    pub(crate) fn notice(&self, at: usize) -> Result<Notice, Error> {
        let (code, currency, amount_minor) = self.said(at);
        let clause = Clause::from_code(code).ok_or(Error::UnknownCode {
            customer: self.customer[at],
            what: "clause",
            code,
        })?;
        Ok(Notice { reference: self.reference[at], clause, currency, amount_minor })
    }

    /// The rows of a range.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> Rows<'a> {
        Rows {
            customer: &self.customer[range.clone()],
            day: &self.day[range.clone()],
            kind: &self.kind[range.clone()],
            stream: &self.stream[range.clone()],
            value_minor: &self.value_minor[range.clone()],
            reference: &self.reference[range.clone()],
            terms: self.terms.map(|terms| Terms {
                clause: &terms.clause[range.clone()],
                currency: &terms.currency[range.clone()],
                original_minor: &terms.original_minor[range],
            }),
        }
    }
}

/// Ledger postings in columns of equal length, sorted by customer, day, seq. One per customer and day, but two
/// where a customer is lost at the opening of a day and won back by its close (lost comes first), or where the
/// value of one who stays moves by itself and by exchange rates (fx comes last).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Postings {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// Effective local day since 1970-01-01.
    pub day: Vec<i32>,
    /// Code of `model::Movement`.
    pub movement: Vec<u8>,
    /// −1, 0 or +1.
    pub count: Vec<i8>,
    /// Change of value, minor units.
    pub value_minor: Vec<i64>,
    /// Code of [`crate::Reason`].
    pub reason: Vec<u8>,
    /// Code of the stream that began, ended or moved most; the lowest of equals.
    pub stream: Vec<u16>,
    /// Ordinal within the customer's events, from 0, of the event behind it.
    pub seq: Vec<u32>,
}

impl Postings {
    /// No rows, with room for so many.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            customer: Vec::with_capacity(rows),
            day: Vec::with_capacity(rows),
            movement: Vec::with_capacity(rows),
            count: Vec::with_capacity(rows),
            value_minor: Vec::with_capacity(rows),
            reason: Vec::with_capacity(rows),
            stream: Vec::with_capacity(rows),
            seq: Vec::with_capacity(rows),
        }
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        let Self { customer, day, movement, count, value_minor, reason, stream, seq } = self;
        customer.clear();
        day.clear();
        movement.clear();
        count.clear();
        value_minor.clear();
        reason.clear();
        stream.clear();
        seq.clear();
    }

    /// What statements and lists read of them.
    pub fn rows(&self) -> PostingRows<'_> {
        PostingRows {
            customer: &self.customer,
            day: &self.day,
            movement: &self.movement,
            count: &self.count,
            value_minor: &self.value_minor,
        }
    }
}

/// The columns of postings that statements and lists read; meaning and order as in [`Postings`].
#[derive(Debug, Clone, Copy)]
pub struct PostingRows<'a> {
    /// Dense customer code.
    pub customer: &'a [u32],
    /// Effective local day since 1970-01-01.
    pub day: &'a [i32],
    /// Code of `model::Movement`.
    pub movement: &'a [u8],
    /// −1, 0 or +1.
    pub count: &'a [i8],
    /// Change of value, minor units.
    pub value_minor: &'a [i64],
}

impl<'a> PostingRows<'a> {
    /// The same rows, known to be of equal length.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        let n = self.customer.len();
        same_length("day", n, self.day.len())?;
        same_length("movement", n, self.movement.len())?;
        same_length("count", n, self.count.len())?;
        same_length("value_minor", n, self.value_minor.len())?;
        Ok(self)
    }

    /// The rows of a range.
    #[must_use]
    pub fn slice(&self, range: std::ops::Range<usize>) -> PostingRows<'a> {
        PostingRows {
            customer: &self.customer[range.clone()],
            day: &self.day[range.clone()],
            movement: &self.movement[range.clone()],
            count: &self.count[range.clone()],
            value_minor: &self.value_minor[range],
        }
    }
}

/// Where each customer stands on `Rules::as_of`, in columns of equal length, sorted by customer. Customers
/// without an event up to that day have no row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct States {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// Whether active.
    pub active: Vec<bool>,
    /// Value in minor units; 0 when not active.
    pub value_minor: Vec<i64>,
    /// First day ever active, as days since 1970-01-01.
    pub gained_on: Vec<Option<i32>>,
    /// Day of the last loss; only of those not active.
    pub lost_on: Vec<Option<i32>>,
    /// Day of the last purchase in any stream.
    pub last_purchase_on: Vec<Option<i32>>,
    /// Purchases ever.
    pub purchases: Vec<u32>,
    /// Purchases − refunds ever, minor units, before any margin.
    pub net_minor: Vec<i64>,
    /// Events ever, of every kind.
    pub events: Vec<u32>,
}

impl States {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.customer.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.customer.is_empty()
    }

    /// Removes all rows and keeps the memory.
    pub fn clear(&mut self) {
        let Self {
            customer,
            active,
            value_minor,
            gained_on,
            lost_on,
            last_purchase_on,
            purchases,
            net_minor,
            events,
        } = self;
        customer.clear();
        active.clear();
        value_minor.clear();
        gained_on.clear();
        lost_on.clear();
        last_purchase_on.clear();
        purchases.clear();
        net_minor.clear();
        events.clear();
    }
}
