//! How often customers are met: days between purchases or contacts, and the last such day (definitions, "Engagement").

use super::fading::FadingInput;
use crate::columns::Rows;
use crate::error::Error;
use model::{Day, EventKind};

/// The latest intervals of each customer that are kept; older ones say little of today and would fill memory.
pub const INTERVALS_KEPT: usize = 50;

/// Customers ever met, in order of code, in columns of equal length but `interval_days`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silence {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// End of each customer's intervals in `interval_days`; they begin where those before end.
    pub ends: Vec<usize>,
    /// Days between two days with a purchase or contact, the latest [`INTERVALS_KEPT`] of each customer.
    pub interval_days: Vec<u32>,
    /// Days from the last such day to the last day of the books.
    pub silent_days: Vec<u32>,
}

/// Gathers them from events in order of customer and day, in chunks; a customer may straddle them.
#[derive(Debug)]
pub struct SilenceBuilder {
    as_of: i32,
    /// Customer, last day and where its intervals begin.
    current: Option<(u32, i32, usize)>,
    silence: Silence,
}

impl SilenceBuilder {
    /// A builder up to and with a last day.
    pub fn new(as_of: Day) -> Self {
        Self { as_of: as_of.0, current: None, silence: Silence::default() }
    }

    /// Reads a chunk of events.
    ///
    /// Fails on columns of unequal length and on rows out of order; the builder is of no use then.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        let counts = [EventKind::Contact.code(), EventKind::Purchase.code()];
        for at in 0..rows.customer.len() {
            let (customer, day) = (rows.customer[at], rows.day[at]);
            if !counts.contains(&rows.kind[at]) || day > self.as_of {
                continue;
            }
            match &mut self.current {
                Some((known, last, _)) if *known == customer && *last <= day => {
                    if *last < day {
                        self.silence.interval_days.push(last.abs_diff(day));
                        *last = day;
                    }
                }
                Some((known, ..)) if *known >= customer => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                _ => {
                    self.close();
                    self.current = Some((customer, day, self.silence.interval_days.len()));
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some((customer, last, from)) = self.current.take() else { return };
        let silence = &mut self.silence;
        let beyond = (silence.interval_days.len() - from).saturating_sub(INTERVALS_KEPT);
        silence.interval_days.drain(from..from + beyond);
        silence.customer.push(customer);
        silence.ends.push(silence.interval_days.len());
        silence.silent_days.push(last.abs_diff(self.as_of));
    }

    /// Customers ever met.
    pub fn finish(mut self) -> Silence {
        self.close();
        self.silence
    }
}

impl Silence {
    /// What fading is judged by; `segment` and `active` are of the same customers.
    pub fn input<'a>(&'a self, segment: &'a [u16], active: &'a [bool]) -> FadingInput<'a> {
        let Self { ends, interval_days, silent_days, .. } = self;
        FadingInput { ends, interval_days, segment, silent_days, active }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_with_a_purchase_or_contact_are_met_once_and_only_the_latest_intervals_kept() {
        let (contact, purchase, response) =
            (EventKind::Contact.code(), EventKind::Purchase.code(), EventKind::Response.code());
        let mut events = vec![
            (3, 10, contact),
            (3, 10, purchase),
            (3, 14, purchase),
            (3, 20, response),
            (3, 999, contact),
        ];
        events.extend((0..60).map(|i| (5, i * (i + 1) / 2, contact)));
        events.push((9, 90, response));
        let customer: Vec<u32> = events.iter().map(|e| e.0).collect();
        let day: Vec<i32> = events.iter().map(|e| e.1).collect();
        let kind: Vec<u8> = events.iter().map(|e| e.2).collect();
        let n = events.len();
        let rows = Rows {
            customer: &customer,
            day: &day,
            kind: &kind,
            stream: &vec![0; n],
            value_minor: &vec![0; n],
            reference: &vec![0; n],
            terms: None,
        };
        for size in [1, 2, 7, n] {
            let mut builder = SilenceBuilder::new(Day(900));
            for from in (0..n).step_by(size) {
                builder.push(rows.slice(from..(from + size).min(n))).expect("in order");
            }
            let silence = builder.finish();
            // Customer 5 was met on triangular days, the last before day 900 being 861 = 41 · 42 / 2.
            assert_eq!(silence.customer, [3, 5]);
            assert_eq!(silence.silent_days, [886, 39]);
            assert_eq!(silence.ends, [1, 42]);
            assert_eq!(silence.interval_days[..3], [4, 1, 2]);
        }
        let mut builder = SilenceBuilder::new(Day(9_000));
        builder.push(rows).expect("in order");
        let silence = builder.finish();
        assert_eq!(silence.ends, [2, 2 + INTERVALS_KEPT]);
        assert_eq!((silence.interval_days[2], silence.interval_days.last()), (10, Some(&59)));
        let (segment, active) = ([0; 2], [true; 2]);
        assert_eq!(silence.input(&segment, &active).silent_days, [8001, 9000 - 1770]);
    }
}
