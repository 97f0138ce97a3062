//! The proof that the books balance, run before any edition is published (definitions: The ledger).

use crate::closing::Bridge;
use crate::columns::States;
use crate::error::{Error, same_length};
use crate::figures::{FIGURES, Line};
use crate::segments::Splits;
use model::{Granularity, Period};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where the customers stand at the end of the books, added up from their states, apart from any posting.
#[derive(Debug, Clone)]
pub struct Closing {
    /// Codes of the segments of each split.
    codes: Vec<Range<u16>>,
    /// Active customers and their value: the whole, then each segment.
    totals: Vec<(i128, i128)>,
}

impl Closing {
    /// Nothing yet; `splits` are those of the statement.
    pub fn new(splits: &Splits) -> Self {
        Self { codes: splits.codes().collect(), totals: vec![(0, 0); 1 + usize::from(splits.segments())] }
    }

    /// Adds a chunk of states; `splits` as in [`Self::new`]. Fails on customers without a segment.
    pub fn add(&mut self, states: &States, splits: &Splits) -> Result<(), Error> {
        same_length("active", states.len(), states.active.len())?;
        same_length("value_minor", states.len(), states.value_minor.len())?;
        let mut columns = Vec::new();
        for (at, &customer) in states.customer.iter().enumerate() {
            let (count, minor) = (i128::from(states.active[at]), i128::from(states.value_minor[at]));
            splits.columns_of(customer, &mut columns)?;
            for &column in std::iter::once(&0).chain(&columns) {
                self.totals[column].0 += count;
                self.totals[column].1 += minor;
            }
        }
        Ok(())
    }

    /// Takes off what a bridge adds: from where customers stand to where they stood as reported. Segments the
    /// bridge tells of must be among those of this.
    pub fn take_off(&mut self, bridge: &Bridge) -> Result<(), Error> {
        let segments = self.totals.len() - 1;
        for row in &bridge.rows {
            let own = row.segment.map(|code| 1 + usize::from(code)).filter(|_| segments > 0);
            if own.is_some_and(|column| column > segments) {
                return Err(Error::NoSegment { customer: 0, segments });
            }
            for column in std::iter::once(0).chain(own) {
                self.totals[column].0 -= i128::from(row.count);
                self.totals[column].1 -= i128::from(row.value_minor);
            }
        }
        Ok(())
    }
}

/// What was checked and found in order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Checks {
    /// Lines in which opening and movements give the closing, in customers and in value.
    pub lines: u64,
    /// Openings that equal the closing before them.
    pub openings: u64,
    /// Periods in which the segments add up to the whole, figure by figure; of each split.
    pub sums: u64,
    /// Last closings that equal where the customers stand.
    pub closings: u64,
}

/// The first figure that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the books do not balance: {period}, {}: {figure} must be {expected} ({rule}) but is {found}; \
     nothing was published",
    segment_name(*segment)
)]
pub struct Imbalance {
    /// The period as text; `no period` when there is no line at all.
    pub period: String,
    /// Code of the segment; `None` for the whole.
    pub segment: Option<u16>,
    /// Name of the figure.
    pub figure: &'static str,
    /// What it should equal, in words.
    pub rule: &'static str,
    /// What it should be.
    pub expected: i128,
    /// What it is.
    pub found: i128,
}

fn segment_name(segment: Option<u16>) -> String {
    segment.map_or_else(|| "the whole".to_owned(), |code| format!("segment {code}"))
}

/// Checks statements of all granularities and segments, lines in any order, against each other and against
/// the customers' states. Sums are exact beyond 64 bits, so figures that overflowed do not pass.
pub fn check_balance(lines: &[Line], closing: &Closing) -> Result<Checks, Imbalance> {
    let mut lines: Vec<&Line> = lines.iter().collect();
    lines.sort_by_key(|line| (line.period.granularity, line.segment, line.period.index));
    let mut checks = Checks::default();
    for line in &lines {
        adds_up(line)?;
        checks.lines += 1;
    }
    let series: Vec<_> = lines.chunk_by(|a, b| same_series(a, b)).collect();
    for lines in &series {
        checks.openings += follows_on(lines)?;
    }
    for codes in &closing.codes {
        checks.sums += segments_add_up(&lines, codes)?;
    }
    let segments = closing.totals.len() - 1;
    let is_beyond = |line: &&&Line| line.segment.is_some_and(|code| usize::from(code) >= segments);
    if let Some(line) = lines.iter().find(is_beyond) {
        equal(line, "segments", "none beyond those of the splits", 0, 1)?;
    }
    checks.closings = ends_where_customers_stand(&series, closing)?;
    Ok(checks)
}

fn same_series(a: &Line, b: &Line) -> bool {
    (a.period.granularity, a.segment) == (b.period.granularity, b.segment)
}

/// Fails unless what was found is what was expected.
fn equal(
    line: &Line,
    figure: &'static str,
    rule: &'static str,
    expected: i128,
    found: i128,
) -> Result<(), Imbalance> {
    if expected == found {
        return Ok(());
    }
    let period = line.period.to_string();
    Err(Imbalance { period, segment: line.segment, figure, rule, expected, found })
}

fn adds_up(line: &Line) -> Result<(), Imbalance> {
    let f = &line.figures;
    let sum = |plus: &[i64], minus: &[i64]| -> i128 {
        plus.iter().map(|n| i128::from(*n)).sum::<i128>() - minus.iter().map(|n| i128::from(*n)).sum::<i128>()
    };
    let count = sum(&[f.opening_count, f.gained_count, f.won_back_count, f.adjusted_count], &[f.lost_count]);
    let rule = "opening + gained + won back − lost + adjusted";
    equal(line, "closing_count", rule, count, f.closing_count.into())?;
    let minor = sum(
        &[f.opening_minor, f.gained_minor, f.won_back_minor, f.expanded_minor, f.fx_minor, f.adjusted_minor],
        &[f.contracted_minor, f.lost_minor],
    );
    let rule = "opening + gained + won back + expanded − contracted − lost + fx + adjusted";
    equal(line, "closing_minor", rule, minor, f.closing_minor.into())
}

/// Checks one series, oldest first; returns how many openings it has.
fn follows_on(lines: &[&Line]) -> Result<u64, Imbalance> {
    let mut before: Option<&Line> = None;
    for line in lines {
        let (count, minor) = before.map_or((0, 0), |b| (b.figures.closing_count, b.figures.closing_minor));
        if let Some(before) = before {
            let expected = i128::from(before.period.index) + 1;
            equal(line, "period", "the one after the line before", expected, line.period.index.into())?;
        }
        let rule = "the closing before it, or 0 at first";
        equal(line, "opening_count", rule, count.into(), line.figures.opening_count.into())?;
        equal(line, "opening_minor", rule, minor.into(), line.figures.opening_minor.into())?;
        before = Some(line);
    }
    Ok(lines.len() as u64)
}

/// Checks that the segments of a split make up the whole, none missing; returns in how many periods.
fn segments_add_up(lines: &[&Line], codes: &Range<u16>) -> Result<u64, Imbalance> {
    let segments = codes.len();
    let is_of_split = |line: &&&Line| line.segment.is_some_and(|code| codes.contains(&code));
    let mut sums: BTreeMap<Period, (usize, [i128; FIGURES.len()])> = BTreeMap::new();
    for line in lines.iter().filter(is_of_split) {
        let (found, sum) = sums.entry(line.period).or_default();
        *found += 1;
        for (sum, figure) in sum.iter_mut().zip(line.figures.as_array()) {
            *sum += i128::from(figure);
        }
    }
    let mut checked = 0;
    for line in lines.iter().filter(|line| line.segment.is_none()) {
        let (found, sum) = sums.remove(&line.period).unwrap_or_default();
        equal(line, "segments", "one line for each", segments as i128, found as i128)?;
        for ((expected, found), name) in sum.into_iter().zip(line.figures.as_array()).zip(FIGURES) {
            equal(line, name, "the sum of the segments", expected, found.into())?;
        }
        checked += 1;
    }
    if let Some((period, (found, _))) = sums.pop_first() {
        let (period, figure, rule) = (period.to_string(), "segments", "none without a line of the whole");
        return Err(Imbalance { period, segment: None, figure, rule, expected: 0, found: found as i128 });
    }
    Ok(checked)
}

/// Checks the last closing of every series; a series without lines closes at nothing.
fn ends_where_customers_stand(series: &[&[&Line]], closing: &Closing) -> Result<u64, Imbalance> {
    let mut checked = 0;
    for granularity in Granularity::ALL {
        for (column, &(count, minor)) in closing.totals.iter().enumerate() {
            let segment = column.checked_sub(1).map(|code| code as u16);
            let last = series
                .iter()
                .filter_map(|lines| lines.last())
                .find(|line| line.period.granularity == granularity && line.segment == segment);
            let rule = "where the customers stand";
            if let Some(line) = last {
                equal(line, "closing_count", rule, count, line.figures.closing_count.into())?;
                equal(line, "closing_minor", rule, minor, line.figures.closing_minor.into())?;
            } else if (count, minor) != (0, 0) {
                let (period, figure) = ("no period".to_owned(), "closing_count");
                return Err(Imbalance { period, segment, figure, rule, expected: count, found: 0 });
            }
            checked += 1;
        }
    }
    Ok(checked)
}
