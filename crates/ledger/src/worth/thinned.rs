//! How both purchase models are fitted: on a thinned set first where there are many rows.

use super::rows::HistoryRows;
use crate::error::{Error, enough};
use crate::fit::Fit;

/// Rows on which starts are tried before all are read.
const FIRST_LOOK: usize = 20_000;
/// Repeat buyers below which no fit is tried.
const FEWEST_REPEATERS: usize = 10;

/// A fit of all rows by `fit_from`. `starts` gives two starts for the median of the rows' times; where there
/// are many rows they are tried on few of them, and all rows are read from where that ended.
///
/// Refuses fewer than ten repeat buyers, and what `fit_from` refuses.
pub(super) fn fit(
    model: &'static str,
    rows: &HistoryRows,
    starts: impl Fn(f64) -> [[f64; 4]; 2],
    fit_from: impl Fn(&HistoryRows, &[[f64; 4]]) -> Result<Fit<4>, Error>,
) -> Result<Fit<4>, Error> {
    enough(model, "repeat buyers", FEWEST_REPEATERS, rows.repeaters() as usize)?;
    let starts = starts(rows.times[rows.times.len() / 2].max(1.0 / rows.days_per_unit));
    if rows.distinct() > 2 * FIRST_LOOK
        && let Ok(fit) = fit_from(&rows.thinned(FIRST_LOOK), &starts)
    {
        return fit_from(rows, &[fit.params]);
    }
    fit_from(rows, &starts)
}
