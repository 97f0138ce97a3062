//! How long customers stay: the share still there after so many days, whether groups differ, and what goes with
//! leaving. Ages come from the ledger's postings.

mod cox;
mod kaplan_meier;
mod lives;
mod log_rank;

pub use cox::{Coefficient, Cox, cox};
pub use kaplan_meier::{Curve, kaplan_meier};
pub use lives::{Lives, LivesBuilder};
pub use log_rank::{Group, LogRank, log_rank};

use crate::error::{Error, same_rows};

/// Durations with whether they ended in a loss, in columns of equal length and any order.
#[derive(Debug, Clone, Copy)]
pub struct Durations<'a> {
    /// Time from the start to the loss or to the last look, at least 0, in any unit.
    pub time: &'a [f64],
    /// Whether it ended in a loss; otherwise the customer was still there at that time.
    pub lost: &'a [bool],
}

impl Durations<'_> {
    /// Row numbers by rising time; of equal times losses first.
    fn order(&self, model: &'static str) -> Result<Vec<usize>, Error> {
        same_rows("lost", self.time.len(), self.lost.len())?;
        if let Some(row) = self.time.iter().position(|time| !time.is_finite() || *time < 0.0) {
            let problem = "a duration is negative or no number; leave the row out or mend its dates";
            return Err(Error::Unreadable { model, row, problem });
        }
        let mut order: Vec<usize> = (0..self.time.len()).collect();
        order.sort_by(|left, right| {
            self.time[*left].total_cmp(&self.time[*right]).then(self.lost[*right].cmp(&self.lost[*left]))
        });
        Ok(order)
    }
}
