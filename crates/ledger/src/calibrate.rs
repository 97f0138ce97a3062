//! The gap of a purchases stream from the data: how many of those booked lost under each gap came back
//! (definitions: Active, gained, lost, won back). Every interval between purchases adds to a range of gaps at
//! once, so one pass answers for all of them.

use crate::columns::Rows;
use crate::error::Error;
use crate::rules::Rules;
use model::{Day, EventKind};
use serde::Serialize;

/// The longest gap that is judged.
pub const MAX_GAP_DAYS: u32 = 730;
const GAPS: usize = MAX_GAP_DAYS as usize;

/// Reads the purchase days of one stream. Rows come in chunks sorted by customer and day.
#[derive(Debug)]
pub struct Calibration {
    stream: u16,
    as_of: i32,
    /// Customer and day of the last purchase.
    last: Option<(u32, i32)>,
    counts: GapCounts,
}

/// For each gap, how many losses could be judged and how many of them came back. Counts of disjoint sets of
/// customers add up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GapCounts {
    follow_up_days: u32,
    /// Steps at each gap 1 … 730; running sums are the counts.
    lost: Vec<i64>,
    back: Vec<i64>,
    back_ever: Vec<i64>,
}

/// What one gap would have booked.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GapShare {
    /// The gap, days.
    pub gap_days: u32,
    /// Losses with the whole follow-up before the end of the books; one customer may be lost repeatedly.
    pub lost: i64,
    /// Of these, came back within the follow-up.
    pub back: i64,
    /// Of these, came back by the end of the books; grows with the length of the data.
    pub back_ever: i64,
}

impl GapShare {
    /// Share (0–1) of the lost who came back within the follow-up; `None` without losses to judge.
    pub fn share(&self) -> Option<f64> {
        (self.lost > 0).then(|| self.back as f64 / self.lost as f64)
    }

    /// Share (0–1) of the lost who came back by the end of the books; `None` without losses to judge.
    pub fn share_ever(&self) -> Option<f64> {
        (self.lost > 0).then(|| self.back_ever as f64 / self.lost as f64)
    }
}

impl Calibration {
    /// Judges `stream` on losses with `follow_up_days` of data after them; only `rules.as_of` is read.
    pub fn new(rules: &Rules, stream: u16, follow_up_days: u32) -> Self {
        let steps = vec![0; GAPS + 2];
        let counts = GapCounts { follow_up_days, lost: steps.clone(), back: steps.clone(), back_ever: steps };
        Self { stream, as_of: rules.as_of.0, last: None, counts }
    }

    /// Reads a chunk. Fails on columns of unequal length and rows out of order.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for (at, &customer) in rows.customer.iter().enumerate() {
            let day = rows.day[at];
            let purchase = rows.kind[at] == EventKind::Purchase.code() && rows.stream[at] == self.stream;
            if !purchase || day > self.as_of {
                continue;
            }
            match self.last {
                Some((known, last)) if known == customer && last <= day => {
                    self.counts.count(last, Some(day), self.as_of);
                }
                Some((known, _)) if known >= customer => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                Some((_, last)) => self.counts.count(last, None, self.as_of),
                None => {}
            }
            self.last = Some((customer, day));
        }
        Ok(())
    }

    /// The counts of all customers read.
    pub fn finish(mut self) -> GapCounts {
        if let Some((_, last)) = self.last {
            self.counts.count(last, None, self.as_of);
        }
        self.counts
    }
}

impl GapCounts {
    /// Counts what followed a purchase on `day`: the `next` purchase or none by the end of the books.
    ///
    /// Under a gap G the loss is dated day + G + 1, it happens when nothing was bought before that day, and it
    /// is judged when that day + follow-up is within the books. A purchase on that very day is a return.
    fn count(&mut self, day: i32, next: Option<i32>, as_of: i32) {
        let follow_up = i64::from(self.follow_up_days);
        let judged_up_to = i64::from(as_of) - i64::from(day) - 1 - follow_up;
        let interval = next.map(|next| i64::from(next) - i64::from(day));
        let longest = interval.map_or(judged_up_to, |days| judged_up_to.min(days - 1));
        step(&mut self.lost, 1, longest);
        if let Some(days) = interval {
            step(&mut self.back_ever, 1, longest);
            step(&mut self.back, days - 1 - follow_up, longest);
        }
    }

    /// Adds the counts of other customers. Fails when their follow-up differs.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let (left, right) = (self.follow_up_days, other.follow_up_days);
        if left != right {
            return Err(Error::Incompatible { left, right });
        }
        let pairs = [
            (&mut self.lost, &other.lost),
            (&mut self.back, &other.back),
            (&mut self.back_ever, &other.back_ever),
        ];
        for (mine, theirs) in pairs {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine += theirs;
            }
        }
        Ok(())
    }

    /// What each gap from 1 to [`MAX_GAP_DAYS`] would have booked, in order.
    pub fn shares(&self) -> Vec<GapShare> {
        let mut sums = GapShare { gap_days: 0, lost: 0, back: 0, back_ever: 0 };
        let next = |at: usize| {
            sums.gap_days = at as u32;
            sums.lost += self.lost[at];
            sums.back += self.back[at];
            sums.back_ever += self.back_ever[at];
            sums
        };
        (1..=GAPS).map(next).collect()
    }

    /// The smallest gap at which at most `return_share` of those booked lost came back within the follow-up;
    /// `None` when no gap with losses to judge is that good.
    pub fn smallest_gap(&self, return_share: f64) -> Option<GapShare> {
        self.shares().into_iter().find(|gap| gap.share().is_some_and(|share| share <= return_share))
    }
}

/// Counts one for every gap from `from` to `to`, within 1 … 730.
fn step(steps: &mut [i64], from: i64, to: i64) {
    let (from, to) = (from.max(1), to.min(GAPS as i64));
    if from <= to {
        steps[from as usize] += 1;
        steps[to as usize + 1] -= 1;
    }
}
