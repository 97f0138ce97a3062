//! Those who stayed against those who left: what each had met before a landmark day, as odds ratios. Only customers
//! active on that day count and only what came before it, so nobody looks safer for having lived longer (Anderson et
//! al. 1983). An association, not a cause.

use crate::error::{Error, alike};
use crate::events::{Columns, Life, Touchpoints};
use crate::fates::Fates;
use crate::pass::Walk;
use model::Outcome;
use rustc_hash::FxHashMap;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Something a customer may have met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Exposure {
    /// An event at a touchpoint.
    Touchpoint(u16),
    /// A failure at a touchpoint: failed, late, reopened or complained.
    Failure(u16),
    /// A hand-off from one department to another.
    HandOff(u16, u16),
}

/// The days of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landmark {
    /// Who is active at the end of this local day is compared.
    pub day: i32,
    /// What was met on this many days up to and with the landmark counts.
    pub look_back_days: u16,
    /// Who is lost on this many days after it has left, others have stayed.
    pub horizon_days: u16,
}

/// Customers by what they met and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Quarters {
    /// Met it and left.
    pub met_left: u64,
    /// Met it and stayed.
    pub met_stayed: u64,
    /// Did not meet it and left.
    pub unmet_left: u64,
    /// Did not meet it and stayed.
    pub unmet_stayed: u64,
}

/// Odds of leaving of those who met something, against those who did not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Odds {
    /// Odds ratio; above 1 those who met it left more often.
    pub ratio: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Chance of a difference at least so large if there were none.
    pub p: f64,
}

/// One exposure compared.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Compared {
    /// What was met.
    pub exposure: Exposure,
    /// How many met it and left, and so on.
    pub quarters: Quarters,
    /// None where all met it or nobody did, or all left or nobody did.
    pub odds: Option<Odds>,
    /// Share of false discoveries among all exposures with a `p` at most this one's.
    pub fdr: Option<f64>,
}

impl Quarters {
    /// Odds ratio by Woolf's logarithms; where a quarter is empty each gets one half more (Haldane, Anscombe).
    pub fn odds(&self) -> Option<Odds> {
        let cells = [self.met_left, self.met_stayed, self.unmet_left, self.unmet_stayed];
        let [met_left, met_stayed, unmet_left, unmet_stayed] = cells;
        let margins = [
            met_left + met_stayed,
            unmet_left + unmet_stayed,
            met_left + unmet_left,
            met_stayed + unmet_stayed,
        ];
        if margins.contains(&0) {
            return None;
        }
        let more = if cells.contains(&0) { 0.5 } else { 0.0 };
        let cells = cells.map(|cell| cell as f64 + more);
        let log = (cells[0] * cells[3] / (cells[1] * cells[2])).ln();
        let error = cells.iter().map(|cell| 1.0 / cell).sum::<f64>().sqrt();
        let normal = Normal::standard();
        let reach = normal.inverse_cdf(0.975) * error;
        let p = 2.0 * normal.sf((log / error).abs());
        Some(Odds { ratio: log.exp(), low: (log - reach).exp(), high: (log + reach).exp(), p })
    }
}

/// Shares of false discoveries by Benjamini and Hochberg (1995), in the order of the `p` given.
pub fn false_discovery_rates(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut rates = vec![0.0; p.len()];
    let mut least = 1.0_f64;
    for (above, &at) in order.iter().enumerate() {
        least = least.min(p[at] * (p.len() as f64 / (p.len() - above) as f64));
        rates[at] = least;
    }
    rates
}

/// Collects the comparison.
#[derive(Debug, Clone)]
pub struct Contrast {
    touchpoints: Arc<Touchpoints>,
    fates: Arc<Fates>,
    landmark: Landmark,
    left: u64,
    stayed: u64,
    /// By exposure: customers who met it and left, who met it and stayed.
    met: FxHashMap<Exposure, (u64, u64)>,
    seen: BTreeSet<Exposure>,
}

impl Contrast {
    /// A comparison at a landmark.
    pub fn new(touchpoints: Arc<Touchpoints>, fates: Arc<Fates>, landmark: Landmark) -> Self {
        let (met, seen) = (FxHashMap::default(), BTreeSet::new());
        Self { touchpoints, fates, landmark, left: 0, stayed: 0, met, seen }
    }

    /// Customers compared: who left, who stayed.
    pub const fn customers(&self) -> (u64, u64) {
        (self.left, self.stayed)
    }

    /// Every exposure that anybody met, in order of exposure.
    pub fn compared(&self) -> Vec<Compared> {
        let mut compared: Vec<Compared> =
            self.met.iter().map(|(&exposure, &met)| self.one(exposure, met)).collect();
        compared.sort_unstable_by_key(|compared| compared.exposure);
        let told: Vec<f64> = compared.iter().filter_map(|one| one.odds.map(|odds| odds.p)).collect();
        let mut rates = false_discovery_rates(&told).into_iter();
        for one in compared.iter_mut().filter(|one| one.odds.is_some()) {
            one.fdr = rates.next();
        }
        compared
    }

    fn one(&self, exposure: Exposure, (met_left, met_stayed): (u64, u64)) -> Compared {
        let (unmet_left, unmet_stayed) = (self.left - met_left, self.stayed - met_stayed);
        let quarters = Quarters { met_left, met_stayed, unmet_left, unmet_stayed };
        Compared { exposure, quarters, odds: quarters.odds(), fdr: None }
    }
}

impl Landmark {
    /// Whether a customer is compared, and if so, whether she left.
    pub(crate) fn left(self, fates: &Fates, customer: u32) -> Option<bool> {
        let until = self.day.saturating_add(i32::from(self.horizon_days));
        let is_compared = fates.is_active(customer, self.day);
        is_compared.then(|| fates.is_lost_within(customer, self.day, until))
    }

    /// Tells what a customer met in the days up to the landmark; the same may be told more than once.
    pub(crate) fn exposures(
        self,
        life: &Life<'_>,
        touchpoints: &Touchpoints,
        told: &mut impl FnMut(Exposure),
    ) {
        let from = self.day.saturating_sub(i32::from(self.look_back_days));
        let first = life.day.partition_point(|day| *day <= from);
        let end = life.day.partition_point(|day| *day <= self.day).max(first);
        let (touchpoint, outcome) = (&life.touchpoint[first..end], &life.outcome[first..end]);
        for (&touchpoint, &outcome) in touchpoint.iter().zip(outcome) {
            told(Exposure::Touchpoint(touchpoint));
            if Outcome::from_code(outcome).is_some_and(Outcome::is_failure) {
                told(Exposure::Failure(touchpoint));
            }
        }
        for pair in touchpoint.windows(2) {
            let (from, to) = (touchpoints.owner(pair[0]), touchpoints.owner(pair[1]));
            if from != to {
                told(Exposure::HandOff(from, to));
            }
        }
    }
}

impl Walk for Contrast {
    fn needs(&self) -> Columns {
        Columns::DAY.and(Columns::OUTCOME)
    }

    fn life(&mut self, life: &Life<'_>) {
        let Some(left) = self.landmark.left(&self.fates, life.customer) else { return };
        *(if left { &mut self.left } else { &mut self.stayed }) += 1;
        let seen = &mut self.seen;
        self.landmark.exposures(life, &self.touchpoints, &mut |exposure| {
            seen.insert(exposure);
        });
        while let Some(exposure) = seen.pop_first() {
            let met = self.met.entry(exposure).or_default();
            *(if left { &mut met.0 } else { &mut met.1 }) += 1;
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = self.landmark == other.landmark
            && self.touchpoints == other.touchpoints
            && self.fates == other.fates;
        alike("the comparison", same)?;
        self.left += other.left;
        self.stayed += other.stayed;
        for (exposure, (left, stayed)) in other.met {
            let met = self.met.entry(exposure).or_default();
            met.0 += left;
            met.1 += stayed;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(told: f64, expected: f64, within: f64) {
        assert!((told - expected).abs() < within, "{told} is not {expected}");
    }

    /// Doll and Hill's smokers: 647 of 649 lung cancer patients smoked, 622 of 649 controls.
    #[test]
    fn a_published_table_has_its_odds_ratio_and_interval() {
        let quarters = Quarters { met_left: 647, met_stayed: 622, unmet_left: 2, unmet_stayed: 27 };
        let odds = quarters.odds().unwrap();
        near(odds.ratio, 14.04, 0.005);
        near(odds.low, 3.33, 0.005);
        near(odds.high, 59.30, 0.05);
        assert!(odds.p < 0.001);
        let mirrored = Quarters { met_left: 622, met_stayed: 647, unmet_left: 27, unmet_stayed: 2 };
        near(mirrored.odds().unwrap().ratio * odds.ratio, 1.0, 1e-12);
    }

    #[test]
    fn an_empty_quarter_gets_a_half_and_an_empty_margin_no_verdict() {
        let empty = Quarters { met_left: 0, met_stayed: 10, unmet_left: 5, unmet_stayed: 5 };
        near(empty.odds().unwrap().ratio, 0.5 * 5.5 / (10.5 * 5.5), 1e-12);
        let same = Quarters { met_left: 10, met_stayed: 10, unmet_left: 10, unmet_stayed: 10 };
        let odds = same.odds().unwrap();
        near(odds.ratio, 1.0, 1e-12);
        near(odds.p, 1.0, 1e-12);
        assert_eq!(Quarters { met_left: 3, met_stayed: 4, ..Quarters::default() }.odds(), None);
        assert_eq!(Quarters { met_left: 3, unmet_left: 4, ..Quarters::default() }.odds(), None);
    }

    #[test]
    fn rates_of_false_discovery_are_those_of_the_paper() {
        // The fifteen p-values of Benjamini and Hochberg's own example; four stay below 0.05.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719,
            0.6528, 0.7590, 1.0,
        ];
        let rates = false_discovery_rates(&p);
        assert_eq!(rates.iter().filter(|rate| **rate <= 0.05).count(), 4);
        near(rates[3], 0.0095 * 15.0 / 4.0, 1e-12);
        near(rates[4], 0.0201 * 15.0 / 5.0, 1e-12);
        assert!(rates.is_sorted() && rates[14] <= 1.0);
        let turned: Vec<f64> = p.iter().rev().copied().collect();
        let mut back = false_discovery_rates(&turned);
        back.reverse();
        assert_eq!(back, rates);
    }
}
