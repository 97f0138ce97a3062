//! The one pass over every customer's ordered events that writes the ledger. A day is judged twice: at its
//! opening, when gaps lapse, and at its close, after its events; so who buys on the very day of loss is lost
//! and won back that day. Only days on which something can change are looked at.

use crate::columns::{Postings, Rows, States};
use crate::error::Error;
use crate::reason::Reason;
use crate::rules::Rules;
use crate::stream::{Standing, Stream};
use model::{Day, EventKind, Movement};

const CONTACT: u8 = EventKind::Contact.code();
const PURCHASE: u8 = EventKind::Purchase.code();
const REFUND: u8 = EventKind::Refund.code();
const SUBSCRIPTION: u8 = EventKind::Subscription.code();
const RESPONSE: u8 = EventKind::Response.code();

/// Turns events into postings and states. Rows come in chunks sorted by customer and day; a customer may
/// straddle chunks. Memory is that of one customer's trailing year.
#[derive(Debug)]
pub struct Pass {
    as_of: i32,
    streams: Vec<Stream>,
    current: Option<Customer>,
    uncounted: u64,
}

/// The customer whose events are being read.
#[derive(Debug, Default)]
struct Customer {
    code: u32,
    /// Day of the last event.
    day: i32,
    /// The next day to settle: that of the last event that counts, or when time alone may change something.
    due: i32,
    standing: Standing,
    gained_on: Option<i32>,
    lost_on: Option<i32>,
    last_purchase_on: Option<i32>,
    purchases: u32,
    net_minor: i64,
    events: u32,
}

/// What a settled day did to the streams. Stream codes are the lowest of equals.
#[derive(Debug)]
struct Turn {
    /// Whether any stream was active at the opening, before the day's events.
    opened: bool,
    now: Standing,
    due: i32,
    rise: (i64, usize),
    fall: (i64, usize),
    /// What exchange rates alone changed, and the first stream they did it in.
    fx: (i64, usize),
}

/// One posting before it is put into columns.
#[derive(Debug)]
struct Booked {
    code: u32,
    day: i32,
    movement: Movement,
    count: i8,
    value_minor: i64,
    by: usize,
    cause: (Reason, u32),
}

impl Pass {
    /// A pass under the company's rules, before any row.
    pub fn new(rules: &Rules) -> Self {
        let streams = rules.streams.iter().map(|rule| Stream::new(rule, rules)).collect();
        Self { as_of: rules.as_of.0.min(i32::MAX - 1), streams, current: None, uncounted: 0 }
    }

    /// Reads a chunk; appends the postings and states that are settled by it.
    ///
    /// Fails on columns of unequal length, rows out of order and unknown kinds; the pass is of no use then.
    pub fn push(
        &mut self,
        rows: Rows<'_>,
        postings: &mut Postings,
        states: &mut States,
    ) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let (customer, day) = (rows.customer[at], rows.day[at]);
            self.turn_to(customer, day, postings, states)?;
            if day <= self.as_of {
                self.take(&rows, at)?;
            }
        }
        Ok(())
    }

    /// Settles the last customer; nothing may be pushed afterwards.
    pub fn finish(&mut self, postings: &mut Postings, states: &mut States) {
        self.close(postings, states);
    }

    /// Purchases, refunds and subscriptions up to the last day of the books that no stream counts: their
    /// stream has no rule, or its regime knows no such event. They show in states only.
    pub const fn uncounted(&self) -> u64 {
        self.uncounted
    }

    /// Makes `customer` the current one and settles all its days before `day`.
    #[inline]
    fn turn_to(
        &mut self,
        customer: u32,
        day: i32,
        postings: &mut Postings,
        states: &mut States,
    ) -> Result<(), Error> {
        match self.current.as_ref().map(|current| (current.code, current.day)) {
            Some((known, last)) if known == customer && last <= day => {}
            Some((known, _)) if known >= customer => {
                return Err(Error::OutOfOrder { customer, day: Day(day) });
            }
            _ => {
                self.close(postings, states);
                self.current =
                    Some(Customer { code: customer, day: i32::MIN, due: i32::MAX, ..Customer::default() });
            }
        }
        let until = day.min(self.as_of);
        while let Some(due) = self.current.as_ref().map(|current| current.due).filter(|due| *due < until) {
            self.settle(due, postings);
        }
        if let Some(current) = &mut self.current {
            current.day = day;
        }
        Ok(())
    }

    /// Takes one event of the current customer.
    #[inline]
    fn take(&mut self, rows: &Rows<'_>, at: usize) -> Result<(), Error> {
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let (day, kind, value_minor, seq) =
            (rows.day[at], rows.kind[at], rows.value_minor[at], current.events);
        current.events += 1;
        let stream = self.streams.get_mut(usize::from(rows.stream[at]));
        let counted = match kind {
            CONTACT | RESPONSE => return Ok(()),
            PURCHASE => {
                current.purchases += 1;
                current.net_minor += value_minor;
                current.last_purchase_on = Some(day);
                stream.is_some_and(|stream| stream.purchase(day, seq, value_minor))
            }
            REFUND => {
                current.net_minor -= value_minor;
                stream.is_some_and(|stream| stream.refund(day, seq, rows.reference[at], value_minor))
            }
            SUBSCRIPTION => {
                let notice = rows.notice(at)?;
                let counted = stream.map(|stream| stream.subscribe(day, seq, &notice));
                counted.transpose().map_err(|none| none.of(current.code))?.unwrap_or(false)
            }
            code => {
                return Err(Error::UnknownCode { customer: current.code, what: "kind", code });
            }
        };
        if counted {
            current.due = day;
        } else {
            self.uncounted += 1;
        }
        Ok(())
    }

    /// Judges the current customer at the opening and at the close of `day` and books what changed.
    fn settle(&mut self, day: i32, postings: &mut Postings) {
        let turn = turn(&mut self.streams, day);
        let Some(current) = &mut self.current else { return };
        let mut before = current.standing;
        current.standing = turn.now;
        current.due = turn.due;
        if before.active && !turn.opened {
            current.lost_on = Some(day);
            let by = first(&self.streams, |stream| stream.was);
            let (movement, cause) = (Movement::Lost, self.streams[by].cause_of_end(day));
            let (code, value_minor) = (current.code, -before.value_minor);
            book(postings, &Booked { code, day, movement, count: -1, value_minor, by, cause });
            before = Standing::default();
        }
        let stays = before.active && turn.now.active;
        let (fx_minor, revalued) = if stays { turn.fx } else { (0, 0) };
        let value_minor = turn.now.value_minor - before.value_minor - fx_minor;
        self.change(day, before, &turn, value_minor, postings);
        if fx_minor != 0
            && let Some(current) = &self.current
        {
            let (movement, cause) =
                (Movement::Fx, (Reason::Revalued, self.streams[revalued].subscribed_seq()));
            let (code, value_minor, by) = (current.code, fx_minor, revalued);
            book(postings, &Booked { code, day, movement, count: 0, value_minor, by, cause });
        }
    }

    /// Books what changed by the close of `day` beside exchange rates.
    fn change(&mut self, day: i32, before: Standing, turn: &Turn, value_minor: i64, postings: &mut Postings) {
        let Some(current) = &mut self.current else { return };
        let (movement, count, by) = match (before.active, turn.now.active) {
            (false, true) if current.gained_on.is_none() => {
                current.gained_on = Some(day);
                (Movement::Gained, 1, first(&self.streams, |stream| stream.is))
            }
            (false, true) => (Movement::WonBack, 1, first(&self.streams, |stream| stream.is)),
            (true, false) => {
                current.lost_on = Some(day);
                (Movement::Lost, -1, first(&self.streams, |stream| stream.was))
            }
            _ if value_minor > 0 => (Movement::Expanded, 0, turn.rise.1),
            _ if value_minor < 0 => (Movement::Contracted, 0, turn.fall.1),
            _ => return,
        };
        let stream = &self.streams[by];
        let cause = match count {
            1 => stream.cause_of_beginning(),
            0 => stream.cause_of_change(day),
            _ => stream.cause_of_end(day),
        };
        book(postings, &Booked { code: current.code, day, movement, count, value_minor, by, cause });
    }

    /// Settles the current customer to the end of the books and writes its state.
    fn close(&mut self, postings: &mut Postings, states: &mut States) {
        let as_of = self.as_of;
        while let Some(due) = self.current.as_ref().map(|current| current.due).filter(|due| *due <= as_of) {
            self.settle(due, postings);
        }
        for stream in self.streams.iter_mut().filter(|stream| stream.touched) {
            stream.reset();
        }
        let Some(current) = self.current.take().filter(|current| current.events > 0) else {
            return;
        };
        let Standing { active, value_minor } = current.standing;
        states.customer.push(current.code);
        states.active.push(active);
        states.value_minor.push(value_minor);
        states.gained_on.push(current.gained_on);
        states.lost_on.push(current.lost_on.filter(|_| !active));
        states.last_purchase_on.push(current.last_purchase_on);
        states.purchases.push(current.purchases);
        states.net_minor.push(current.net_minor);
        states.events.push(current.events);
    }
}

/// Code of the first stream with an active standing.
fn first(streams: &[Stream], standing: impl Fn(&Stream) -> Standing) -> usize {
    streams.iter().position(|stream| standing(stream).active).unwrap_or(0)
}

#[inline]
fn book(postings: &mut Postings, booked: &Booked) {
    postings.customer.push(booked.code);
    postings.day.push(booked.day);
    postings.movement.push(booked.movement.code());
    postings.count.push(booked.count);
    postings.value_minor.push(booked.value_minor);
    postings.reason.push(booked.cause.0.code());
    postings.stream.push(booked.by as u16);
    postings.seq.push(booked.cause.1);
}

/// Settles every stream on `day`.
#[inline]
fn turn(streams: &mut [Stream], day: i32) -> Turn {
    let mut turn = Turn {
        opened: false,
        now: Standing::default(),
        due: i32::MAX,
        rise: (0, 0),
        fall: (0, 0),
        fx: (0, 0),
    };
    for (code, stream) in streams.iter_mut().enumerate().filter(|(_, stream)| stream.touched) {
        turn.due = turn.due.min(stream.settle(day));
        turn.opened |= stream.opened;
        turn.now.active |= stream.is.active;
        turn.now.value_minor += stream.is.value_minor;
        if stream.fx_minor != 0 {
            turn.fx = (turn.fx.0 + stream.fx_minor, if turn.fx.0 == 0 { code } else { turn.fx.1 });
        }
        let delta = stream.delta();
        if delta > turn.rise.0 {
            turn.rise = (delta, code);
        } else if delta < turn.fall.0 {
            turn.fall = (delta, code);
        }
    }
    turn
}
