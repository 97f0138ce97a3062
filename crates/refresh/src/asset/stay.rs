//! Survival curves of the whole and of every segment, thinned to what a picture and a table can tell.

use super::LEVEL_SHARE;
use crate::customers::Customers;
use crate::error::Error;
use ledger::survival::{Durations, Lives, kaplan_meier};

/// Rows of a curve at most; a curve with more days of loss is told on an even grid of days.
const STEPS: usize = 240;

/// One curve.
pub(super) struct Curve {
    /// Empty for the whole.
    pub(super) segment: String,
    pub(super) customers: u64,
    pub(super) lost: u64,
    /// Median life with its interval, days.
    pub(super) median: [Option<f64>; 3],
    /// By rising days: the first is 0, the last the longest life.
    pub(super) steps: Vec<Step>,
}

/// One row of `survival`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub(super) days: u32,
    pub(super) at_risk: u64,
    pub(super) lost: u64,
    pub(super) share: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

/// The curve of the whole, then those of segments with customers, by code.
pub(super) fn curves(lives: &Lives, customers: &Customers) -> Result<Vec<Curve>, Error> {
    if lives.customer.is_empty() {
        return Ok(Vec::new());
    }
    let mut curves = vec![curve("", &lives.days, &lives.lost)?];
    let mut by_segment = vec![(Vec::new(), Vec::new()); customers.names.len()];
    for row in 0..lives.customer.len() {
        for segment in customers.splits.of(lives.customer[row]) {
            let (days, lost) = &mut by_segment[usize::from(segment?)];
            days.push(lives.days[row]);
            lost.push(lives.lost[row]);
        }
    }
    for (segment, (days, lost)) in customers.names.iter().zip(&by_segment) {
        if !days.is_empty() {
            curves.push(curve(segment, days, lost)?);
        }
    }
    Ok(curves)
}

fn curve(segment: &str, days: &[f64], lost: &[bool]) -> Result<Curve, Error> {
    let told = kaplan_meier(&Durations { time: days, lost }, LEVEL_SHARE)?;
    let mut sorted = days.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let mut steps: Vec<Step> = Vec::new();
    let mut read = 0;
    for mark in marks(&told.time, told.longest) {
        let at = f64::from(mark);
        let upto = told.time.partition_point(|time| *time <= at);
        let last = upto.checked_sub(1);
        let value = |column: &[f64]| last.map_or(1.0, |row| column[row]);
        steps.push(Step {
            days: mark,
            at_risk: (sorted.len() - sorted.partition_point(|time| *time < at)) as u64,
            lost: told.lost[read..upto].iter().sum(),
            share: value(&told.share),
            low: value(&told.low),
            high: value(&told.high),
        });
        read = upto;
    }
    Ok(Curve {
        segment: segment.to_owned(),
        customers: told.customers,
        lost: told.lost.iter().sum(),
        median: told.median(),
        steps,
    })
}

/// The days told: 0, those of losses or a grid of them, and the longest life.
fn marks(times: &[f64], longest: f64) -> Vec<u32> {
    let longest = longest as u32;
    let mut marks: Vec<u32> = vec![0, longest];
    if times.len() <= STEPS {
        marks.extend(times.iter().map(|time| *time as u32));
    } else {
        let width = longest.div_ceil(STEPS as u32).max(1);
        marks.extend((0..longest).step_by(width as usize));
    }
    marks.sort_unstable();
    marks.dedup();
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thinned_curve_keeps_every_loss_and_the_share_at_its_days() {
        let days: Vec<f64> = (0..4_000_i32).map(|i| f64::from(i * 37 % 1_999)).collect();
        let lost: Vec<bool> = (0..4_000).map(|i| i % 3 > 0).collect();
        let told = curve("x", &days, &lost).expect("sound");
        assert!(told.steps.len() > 100 && told.steps.len() <= STEPS + 2, "{}", told.steps.len());
        let whole = kaplan_meier(&Durations { time: &days, lost: &lost }, LEVEL_SHARE).expect("sound");
        let mut before = -1.0;
        for step in &told.steps {
            let at = f64::from(step.days);
            let lost_here = (0..4_000).filter(|i| lost[*i] && days[*i] > before && days[*i] <= at).count();
            let at_risk = days.iter().filter(|days| **days >= at).count();
            assert_eq!((step.lost, step.at_risk), (lost_here as u64, at_risk as u64), "{at}");
            assert_eq!(whole.share_at(at), Some(step.share));
            before = at;
        }
        assert_eq!((told.steps[0].days, told.steps.last().map(|step| step.days)), (0, Some(1_998)));
    }

    #[test]
    fn one_customer_has_a_curve_too() {
        let told = curve("", &[12.0], &[false]).expect("sound");
        assert_eq!(told.steps.len(), 2);
        assert_eq!((told.steps[1].at_risk, told.steps[1].lost, told.median), (1, 0, [None; 3]));
        let told = curve("", &[0.0], &[true]).expect("sound");
        assert_eq!((told.steps.len(), told.steps[0].lost, told.median[0]), (1, 1, Some(0.0)));
    }
}
