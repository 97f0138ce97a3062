//! Losses by reason and cause, for every period and segment.

use super::FALSE_DISCOVERY_SHARE;
use super::cause::Cause;
use super::ratio::{Ratio, adjusted, ratio};
use super::walk::{Saying, Study};
use crate::error::Error;
use crate::segments::Splits;
use model::{Granularity, Period};
use std::collections::BTreeMap;

/// What a figure counts losses by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// All of them.
    All,
    /// The reason that was said, by position in the company's list.
    Said(u16),
    /// Something was said that the list does not know.
    SaidOther,
    /// Nothing was said.
    Unsaid,
    /// Something came before.
    Before(Cause),
}

impl What {
    /// What was said of one loss.
    pub fn said_of(study: &Study, sayings: &[Saying]) -> Self {
        match study.said.and_then(|said| sayings.get(said as usize)) {
            Some(Saying { reason: Some(reason), .. }) => Self::Said(*reason),
            Some(_) => Self::SaidOther,
            None => Self::Unsaid,
        }
    }
}

/// Losses of one period and segment, all or by reason or cause.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The period; `None` for all of the books.
    pub period: Option<Period>,
    /// Segment code; `None` for the whole.
    pub segment: Option<u16>,
    /// What is counted.
    pub what: What,
    /// How many, and how much.
    pub lost: Lost,
    /// Share (0–1) of the losses of the period and segment.
    pub share: f64,
    /// The same among those who were paired with a stayer.
    pub pairs: Pairs,
    /// Against the stayers; `None` for what was said, for what the pairs are alike in, and where there is nobody.
    pub lift: Option<Lift>,
    /// Place among the causes, from 1; 0 for all else. First those that stand out, by share × lift, then the others by
    /// losses.
    pub rank: u32,
}

/// Losses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lost {
    /// How many; one customer may be lost several times.
    pub count: u64,
    /// What they took, minor units.
    pub value_minor: i64,
}

/// Losses paired with a stayer each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pairs {
    /// All pairs of the period and segment.
    pub count: u64,
    /// Those in which it came before the loss.
    pub lost: u64,
    /// Those in which it came before the stayer's moment.
    pub stayed: u64,
    /// Those in which it came before both.
    pub both: u64,
}

/// How much more often it came before losses than before stayers. An association, not an effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Lift {
    /// The ratio with interval and test.
    pub ratio: Ratio,
    /// Share of false discoveries among the causes at least as clear, of the same period and segment.
    pub q_value: f64,
    /// Whether it came before losses more often, beyond what chance and many tests make likely.
    pub stands_out: bool,
}

type Cell = (Option<(Granularity, i32)>, Option<u16>);

/// Every figure with losses, by period (all first, then months, quarters, years, oldest first), segment (the whole
/// first) and what is counted.
///
/// Fails on a loss of a customer without a segment of one of the `splits`.
pub fn figures(studies: &[Study], sayings: &[Saying], splits: &Splits) -> Result<Vec<Figure>, Error> {
    let mut sums: BTreeMap<Cell, BTreeMap<What, (Lost, Pairs)>> = BTreeMap::new();
    for study in studies {
        let periods = Granularity::ALL.map(|by| Some((by, Period::of(by, study.loss.day).index)));
        for segment in
            std::iter::once(Ok(None)).chain(splits.of(study.loss.customer).map(|code| code.map(Some)))
        {
            let segment = segment?;
            for period in periods.into_iter().chain([None]) {
                count(sums.entry((period, segment)).or_default(), study, sayings);
            }
        }
    }
    Ok(sums.into_iter().flat_map(|(cell, sums)| of_cell(cell, sums)).collect())
}

fn count(sums: &mut BTreeMap<What, (Lost, Pairs)>, study: &Study, sayings: &[Saying]) {
    let lost = |sums: &mut BTreeMap<What, (Lost, Pairs)>, what| {
        let (lost, pairs) = sums.entry(what).or_default();
        lost.count += 1;
        lost.value_minor = lost.value_minor.saturating_add(study.loss.value_minor);
        pairs.lost += u64::from(study.stayer.is_some());
    };
    lost(sums, What::All);
    lost(sums, What::said_of(study, sayings));
    for cause in &study.causes {
        lost(sums, What::Before(*cause));
    }
    for cause in study.stayer.iter().flat_map(|stayer| &stayer.causes) {
        let pairs = &mut sums.entry(What::Before(*cause)).or_default().1;
        pairs.stayed += 1;
        pairs.both += u64::from(study.causes.contains(cause));
    }
}

fn of_cell((period, segment): Cell, sums: BTreeMap<What, (Lost, Pairs)>) -> Vec<Figure> {
    let all = sums.get(&What::All).copied().unwrap_or_default();
    let period = period.map(|(granularity, index)| Period { granularity, index });
    let mut figures: Vec<Figure> = sums
        .into_iter()
        .map(|(what, (lost, pairs))| {
            let pairs = Pairs { count: all.1.lost, ..pairs };
            let share = lost.count as f64 / all.0.count.max(1) as f64;
            Figure { period, segment, what, lost, share, pairs, lift: lift(what, &pairs), rank: 0 }
        })
        .collect();
    judge(&mut figures);
    figures
}

fn lift(what: What, pairs: &Pairs) -> Option<Lift> {
    let What::Before(cause) = what else { return None };
    if cause.is_matched_on() {
        return None;
    }
    let ratio = ratio(pairs.count, pairs.both, pairs.lost - pairs.both, pairs.stayed - pairs.both)?;
    Some(Lift { ratio, q_value: 1.0, stands_out: false })
}

/// Tells which causes stand out among all of them, and ranks them.
fn judge(figures: &mut [Figure]) {
    let p_values: Vec<f64> = figures.iter().filter_map(|figure| Some(figure.lift?.ratio.p_value)).collect();
    let lifts = figures.iter_mut().filter_map(|figure| figure.lift.as_mut());
    for (lift, q_value) in lifts.zip(adjusted(&p_values)) {
        lift.q_value = q_value;
        lift.stands_out = lift.ratio.low > 1.0 && q_value <= FALSE_DISCOVERY_SHARE;
    }
    let mut causes: Vec<&mut Figure> =
        figures.iter_mut().filter(|figure| matches!(figure.what, What::Before(_))).collect();
    causes.sort_by(|a, b| {
        let (left, right) = (weight(a), weight(b));
        right.0.cmp(&left.0).then(right.1.total_cmp(&left.1)).then(a.what.cmp(&b.what))
    });
    for (rank, figure) in (1..).zip(causes) {
        figure.rank = rank;
    }
}

/// Whether it stands out, and share × lift, or without that the share alone. Where no stayer met it, the lower end of
/// the interval stands for the lift.
fn weight(figure: &Figure) -> (bool, f64) {
    match figure.lift.filter(|lift| lift.stands_out) {
        Some(Lift { ratio, .. }) if ratio.ratio.is_finite() => (true, figure.share * ratio.ratio),
        Some(Lift { ratio, .. }) => (true, figure.share * ratio.low),
        None => (false, figure.share),
    }
}
