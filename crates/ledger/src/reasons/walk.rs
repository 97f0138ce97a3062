//! The one walk over every customer's events that finds, for each loss, what was said and what came before, and a like
//! customer who stayed. Memory: one customer's events, the losses, and a bounded crowd of stayers.

use super::life::Life;
use super::matching::{Pool, matched};
use super::moment::{Moment, lot};
use super::{Cause, PAUSE_DAYS, STAY_DAYS, WINDOW_DAYS};
use crate::error::{Error, same_length};
use model::{Day, Granularity, Period};

/// Stayers held at most; of more, a sample.
const CROWD: usize = 1 << 20;

/// What the walk goes by.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Days a purchase makes active, by stream code; `None` for contracts.
    pub gap_days: Vec<Option<u32>>,
    /// Days within which a contact is to be answered, by touchpoint code; 0 and absent wait for no answer.
    pub answer_days: Vec<u32>,
    /// Segment code by customer code; customers beyond have segment 0.
    pub segment_of: Vec<u16>,
    /// What was said, by the code that events carry.
    pub sayings: Vec<Saying>,
    /// Last day of the books.
    pub as_of: Day,
}

/// Something a customer said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Saying {
    /// The reason it tells, by position in the company's list; `None` when the list knows none.
    pub reason: Option<u16>,
    /// Whether a silo gave it as the reason; else it is a text that happens to tell one.
    pub given: bool,
}

/// Events in columns of equal length, sorted by customer and then as they happened.
#[derive(Debug, Clone, Copy)]
pub struct Events<'a> {
    /// Dense customer code.
    pub customer: &'a [u32],
    /// Local day since 1970-01-01.
    pub day: &'a [i32],
    /// Code of `model::EventKind`.
    pub kind: &'a [u8],
    /// Touchpoint code.
    pub touchpoint: &'a [u16],
    /// Code of `model::Outcome`.
    pub outcome: &'a [u8],
    /// Stream code.
    pub stream: &'a [u16],
    /// Minor units; per month for subscriptions.
    pub value_minor: &'a [i64],
    /// What it belongs to; 0 for nothing.
    pub reference: &'a [u64],
    /// What was said, a position in [`Settings::sayings`]; [`super::NOTHING_SAID`] for nothing.
    pub said: &'a [u32],
}

/// One event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) day: i32,
    pub(super) kind: u8,
    pub(super) touchpoint: u16,
    pub(super) outcome: u8,
    pub(super) stream: u16,
    pub(super) value_minor: i64,
    pub(super) reference: u64,
    pub(super) said: u32,
}

/// A loss as the ledger booked it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// Dense customer code.
    pub customer: u32,
    /// Its day.
    pub day: Day,
    /// What the customer took, minor units, positive.
    pub value_minor: i64,
    /// Stream that made it a loss.
    pub stream: u16,
}

/// What is known of one loss.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Study {
    /// The loss.
    pub loss: Loss,
    /// Segment code.
    pub segment: u16,
    /// The day up to which what came before was looked for.
    pub moment: Day,
    /// What was said, a position in [`Settings::sayings`]; `None` for nothing.
    pub said: Option<u32>,
    /// What came in the days up to the moment, ascending, each once.
    pub causes: Box<[Cause]>,
    /// A like customer who stayed.
    pub stayer: Option<Stayer>,
}

/// A customer who stayed, beside one who was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stayer {
    /// Dense customer code.
    pub customer: u32,
    /// The day up to which what came before was looked for.
    pub moment: Day,
    /// Value then, minor units.
    pub value_minor: i64,
    /// What came in the days up to the moment.
    pub causes: Box<[Cause]>,
}

/// The walk, given the losses of all customers in order of customer and day.
#[derive(Debug)]
pub struct Walk<'a> {
    settings: &'a Settings,
    losses: &'a [Loss],
    /// The first loss of the current customer.
    next: usize,
    current: Option<u32>,
    life: Life,
    /// Of the losses, in their order.
    lost: Vec<Moment>,
    said: Vec<Option<u32>>,
    crowd: Pool,
}

impl<'a> Walk<'a> {
    /// Before any event.
    pub fn new(settings: &'a Settings, losses: &'a [Loss]) -> Self {
        let (lost, said) = (Vec::with_capacity(losses.len()), Vec::with_capacity(losses.len()));
        let (life, crowd) = (Life::default(), Pool::new(CROWD));
        Self { settings, losses, next: 0, current: None, life, lost, said, crowd }
    }

    /// Reads a chunk; a customer may straddle chunks. Fails on columns of unequal length and customers out of order.
    pub fn push(&mut self, events: Events<'_>) -> Result<(), Error> {
        let events = events.checked()?;
        for at in 0..events.customer.len() {
            let customer = events.customer[at];
            if self.current != Some(customer) {
                if self.current.is_some_and(|known| known > customer) {
                    return Err(Error::OutOfOrder { customer, day: Day(events.day[at]) });
                }
                self.close()?;
                self.current = Some(customer);
            }
            if events.day[at] <= self.settings.as_of.0 {
                self.life.take(&events.event(at), self.settings);
            }
        }
        Ok(())
    }

    /// What is known of each loss, in their order. Fails when a loss is of a customer without events.
    pub fn finish(mut self) -> Result<Vec<Study>, Error> {
        self.close()?;
        self.refuse_skipped(u32::MAX, self.lost.len())?;
        let stayed = self.crowd.into_moments();
        let partner = matched(&self.lost, &stayed);
        let stayer = |at: usize| {
            let Moment { customer, day, value_minor, causes, .. } = &stayed[at];
            Stayer {
                customer: *customer,
                moment: Day(*day),
                value_minor: *value_minor,
                causes: causes.clone(),
            }
        };
        let each = self.losses.iter().zip(self.lost).zip(self.said).zip(partner);
        let studies = each.map(|(((loss, moment), said), partner)| Study {
            loss: *loss,
            segment: moment.likeness.segment,
            moment: Day(moment.day),
            said,
            causes: moment.causes,
            stayer: partner.map(stayer),
        });
        Ok(studies.collect())
    }

    /// Fails when the loss at a position is of a customer before `customer`: its events were not there.
    fn refuse_skipped(&self, customer: u32, at: usize) -> Result<(), Error> {
        match self.losses.get(at) {
            Some(loss) if loss.customer < customer => {
                Err(Error::OutOfOrder { customer: loss.customer, day: loss.day })
            }
            _ => Ok(()),
        }
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(customer) = self.current.take() else { return Ok(()) };
        self.refuse_skipped(customer, self.next)?;
        self.life.close(self.settings.as_of.0);
        let losses = &self.losses[self.next..];
        let mine = &losses[..losses.iter().take_while(|loss| loss.customer == customer).count()];
        self.next += mine.len();
        let segment = self.settings.segment_of.get(customer as usize).copied().unwrap_or_default();
        for loss in mine {
            let (day, bought_on) = self.settings.moment_of(loss);
            let moment = self.life.moment(loss.customer, segment, day, bought_on);
            let from = day - WINDOW_DAYS + 1;
            self.said.push(self.life.last_said(from, loss.day.0, &self.settings.sayings));
            self.lost.push(moment);
        }
        let own: Vec<i32> = mine.iter().map(|loss| loss.day.0).collect();
        let stayed = |from: i32, until: i32| !own.iter().any(|day| (from + 1..=until).contains(day));
        self.stayed_after_purchases(customer, segment, &stayed);
        self.stayed_under_contract(customer, segment, &stayed);
        self.life.clear();
        Ok(())
    }

    /// Every purchase that a pause followed and no loss.
    fn stayed_after_purchases(&mut self, customer: u32, segment: u16, stayed: &dyn Fn(i32, i32) -> bool) {
        let purchases = &self.life.purchases;
        for (at, &(day, stream)) in purchases.iter().enumerate() {
            let Some(gap) = self.settings.gap(stream) else { continue };
            let pause = gap.min(PAUSE_DAYS);
            let next = purchases.get(at + 1).map_or(i32::MAX, |next| next.0);
            let over = day.saturating_add(gap).saturating_add(1);
            if next > day + pause && over <= self.settings.as_of.0 && stayed(day, over) {
                self.crowd.add(self.life.moment(customer, segment, day + pause, Some(day)));
            }
        }
    }

    /// One day of every month under contract that no loss followed soon.
    fn stayed_under_contract(&mut self, customer: u32, segment: u16, stayed: &dyn Fn(i32, i32) -> bool) {
        let (Some(first), Some(last)) = (self.life.monthly.first(), self.life.monthly.last()) else { return };
        let last = if last.1 > 0 { self.settings.as_of.0 } else { last.0 };
        let mut month = Period::of(Granularity::Month, Day(first.0));
        while month.start().0 <= last {
            let within = lot((u64::from(customer) << 32) | u64::from(month.index as u32)) % 28;
            let day = month.start().0 + within as i32;
            let over = day.saturating_add(STAY_DAYS);
            if self.life.monthly_on(day) > 0 && over <= self.settings.as_of.0 && stayed(day, over) {
                self.crowd.add(self.life.moment(customer, segment, day, None));
            }
            month = month.next();
        }
    }
}

impl Settings {
    /// Whether contracts run in a stream.
    pub(super) fn is_contract(&self, stream: u16) -> bool {
        self.gap_days.get(usize::from(stream)).is_some_and(Option::is_none)
    }

    /// The gap of a stream of purchases.
    pub(super) fn gap(&self, stream: u16) -> Option<i32> {
        let gap = self.gap_days.get(usize::from(stream)).copied().flatten()?;
        Some(i32::try_from(gap).unwrap_or(i32::MAX))
    }

    /// The day on which a lost customer is looked at, and that of the last purchase.
    fn moment_of(&self, loss: &Loss) -> (i32, Option<i32>) {
        match self.gap(loss.stream) {
            Some(gap) => {
                let bought_on = loss.day.0.saturating_sub(gap).saturating_sub(1);
                (bought_on + gap.min(PAUSE_DAYS), Some(bought_on))
            }
            None => (loss.day.0 - 1, None),
        }
    }
}

impl Events<'_> {
    fn checked(self) -> Result<Self, Error> {
        let n = self.customer.len();
        same_length("day", n, self.day.len())?;
        same_length("kind", n, self.kind.len())?;
        same_length("touchpoint", n, self.touchpoint.len())?;
        same_length("outcome", n, self.outcome.len())?;
        same_length("stream", n, self.stream.len())?;
        same_length("value_minor", n, self.value_minor.len())?;
        same_length("reference", n, self.reference.len())?;
        same_length("said", n, self.said.len())?;
        Ok(self)
    }

    fn event(&self, at: usize) -> Event {
        Event {
            day: self.day[at],
            kind: self.kind[at],
            touchpoint: self.touchpoint[at],
            outcome: self.outcome[at],
            stream: self.stream[at],
            value_minor: self.value_minor[at],
            reference: self.reference[at],
            said: self.said[at],
        }
    }
}
