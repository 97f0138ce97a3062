//! `[worth]`: how far ahead the base is valued, how future money counts, and how intervals are drawn.

use super::Problem;
use serde::Deserialize;

/// `[worth]`
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Worth {
    /// Days ahead that value is counted.
    pub horizon_days: u32,
    /// What a year takes off future money, as a share (0.1: ten percent).
    pub annual_discount: f64,
    /// Refits on resampled customers behind an interval; 0 for no intervals.
    pub draws: u32,
    /// Months from one renewal of a contract to the next.
    pub renewal_months: u32,
}

impl Default for Worth {
    fn default() -> Self {
        Self { horizon_days: 1095, annual_discount: 0.1, draws: 40, renewal_months: 1 }
    }
}

impl Worth {
    /// Values that cannot be, each with what may stand there.
    pub(super) fn problems(&self) -> Vec<Problem> {
        let table = [
            ((1..=3650).contains(&self.horizon_days), "horizon_days must lie between 1 and 3650"),
            ((0.0..=1.0).contains(&self.annual_discount), "annual_discount is a share between 0 and 1"),
            (
                self.draws == 0 || (20..=1000).contains(&self.draws),
                "draws must lie between 20 and 1000, or be 0 for no intervals",
            ),
            ((1..=36).contains(&self.renewal_months), "renewal_months must lie between 1 and 36"),
        ];
        let wrong = table.into_iter().filter(|(fits, _)| !fits);
        wrong.map(|(_, said)| Problem { line: 0, message: format!("[worth] {said}") }).collect()
    }
}
