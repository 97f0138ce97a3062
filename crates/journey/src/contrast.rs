//! Those who stayed against those who left: what each had met before a landmark day, as odds ratios. Only customers
//! active on that day count and only what came before it, so nobody looks safer for having lived longer (Anderson et
//! al. 1983). Landmarks are stacked (van Houwelingen 2007), each a stratum of its own (Mantel and Haenszel 1959; variance
//! of Robins, Breslow and Greenland 1986). An association, not a cause.

use crate::error::{Error, alike};
use crate::events::{Columns, Life, Touchpoints};
use crate::fates::Fates;
use crate::pass::Walk;
use model::Outcome;
use rustc_hash::FxHashMap;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, Normal};
use std::collections::{BTreeMap, BTreeSet};
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

impl Exposure {
    /// Who is compared: those who met this; everybody where it is none.
    pub(crate) const fn among(self) -> Option<Self> {
        match self {
            Self::Failure(touchpoint) => Some(Self::Touchpoint(touchpoint)),
            Self::Touchpoint(_) | Self::HandOff(..) => None,
        }
    }
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

/// One exposure compared. A failure is compared among those who were at its touchpoint as often, for who is there often
/// has many chances to be failed; all else among everybody.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Compared {
    /// What was met.
    pub exposure: Exposure,
    /// How many met it and left, and so on, over all landmarks: a customer counts once a landmark.
    pub quarters: Quarters,
    /// Customers who met it and left, at any landmark.
    pub left_customers: u64,
    /// Customers who met it and stayed, at any landmark.
    pub stayed_customers: u64,
    /// Share (0–1) that left of those who met it, where there are others to compare them with.
    pub left_share: Option<f64>,
    /// Share (0–1) that left of the others, each stratum weighted by how many met it there.
    pub others_share: Option<f64>,
    /// None where in no stratum some met it and some did not, and some left and some did not.
    pub odds: Option<Odds>,
    /// Share of false discoveries among all exposures with a `p` at most this one's.
    pub fdr: Option<f64>,
}

impl Quarters {
    /// Odds ratio of one table, by Woolf's logarithms; see [`Odds::of`].
    pub fn odds(&self) -> Option<Odds> {
        Odds::of(std::slice::from_ref(self))
    }

    /// Whether the table tells anything: some met it and some did not, some left and some stayed.
    const fn tells(&self) -> bool {
        let Self { met_left, met_stayed, unmet_left, unmet_stayed } = *self;
        met_left + met_stayed > 0
            && unmet_left + unmet_stayed > 0
            && met_left + unmet_left > 0
            && met_stayed + unmet_stayed > 0
    }

    const fn plus(self, other: Self) -> Self {
        Self {
            met_left: self.met_left + other.met_left,
            met_stayed: self.met_stayed + other.met_stayed,
            unmet_left: self.unmet_left + other.unmet_left,
            unmet_stayed: self.unmet_stayed + other.unmet_stayed,
        }
    }
}

impl Odds {
    /// The odds ratio that strata have in common. Strata that tell nothing are left out; none when all do. Where no
    /// stratum speaks for it, or none against it, every quarter gets one half more (Haldane, Anscombe). With one stratum
    /// it is Woolf's.
    pub fn of(strata: &[Quarters]) -> Option<Self> {
        let telling: Vec<&Quarters> = strata.iter().filter(|quarters| quarters.tells()).collect();
        if telling.is_empty() {
            return None;
        }
        let fair = |of: fn(&Quarters) -> bool| telling.iter().any(|quarters| of(quarters));
        let has_both =
            fair(|q| q.met_left > 0 && q.unmet_stayed > 0) && fair(|q| q.met_stayed > 0 && q.unmet_left > 0);
        let more = if has_both { 0.0 } else { 0.5 };
        let (mut r, mut s, mut pr, mut ps_qr, mut qs) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for quarters in telling {
            let Quarters { met_left, met_stayed, unmet_left, unmet_stayed } = *quarters;
            let [a, b, c, d] =
                [met_left, met_stayed, unmet_left, unmet_stayed].map(|cell| cell as f64 + more);
            let all = a + b + c + d;
            let (with, against) = (a * d / all, b * c / all);
            let (agree, differ) = ((a + d) / all, (b + c) / all);
            r += with;
            s += against;
            pr += agree * with;
            ps_qr += agree * against + differ * with;
            qs += differ * against;
        }
        let log = (r / s).ln();
        let error = (pr / (2.0 * r * r) + ps_qr / (2.0 * r * s) + qs / (2.0 * s * s)).sqrt();
        let normal = Normal::standard();
        let reach = normal.inverse_cdf(0.975) * error;
        let p = 2.0 * normal.sf((log / error).abs());
        Some(Self { ratio: log.exp(), low: (log - reach).exp(), high: (log + reach).exp(), p })
    }
}

/// Shares that left of those who met it and of the others, spread over the strata as they are.
fn shares(strata: &[Quarters]) -> Option<(f64, f64)> {
    let (mut met, mut left, mut expected) = (0, 0, 0.0);
    for Quarters { met_left, met_stayed, unmet_left, unmet_stayed } in strata {
        let unmet = unmet_left + unmet_stayed;
        if unmet > 0 {
            met += met_left + met_stayed;
            left += met_left;
            expected += (met_left + met_stayed) as f64 * *unmet_left as f64 / unmet as f64;
        }
    }
    (met > 0).then(|| (left as f64 / met as f64, expected / met as f64))
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

/// Who was somewhere more often is compared with those who were there so often.
const MOST_TIMES: u16 = 32;

/// Those who left and those who stayed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Sides {
    left: u64,
    stayed: u64,
}

impl Sides {
    const fn add(&mut self, left: u64, stayed: u64) {
        self.left += left;
        self.stayed += stayed;
    }
}

/// Collects the comparison.
#[derive(Debug, Clone)]
pub struct Contrast {
    touchpoints: Arc<Touchpoints>,
    fates: Arc<Fates>,
    landmarks: Vec<Landmark>,
    /// By landmark: everybody.
    all: Vec<Sides>,
    /// By exposure, index of landmark and how often they were there: who met it.
    met: BTreeMap<(Exposure, usize, u16), Sides>,
    /// By exposure: customers who met it, each once whatever the number of landmarks.
    customers: FxHashMap<Exposure, Sides>,
    /// Of the life being walked: what was met at one landmark, and whether it came before leaving and before staying.
    seen: BTreeMap<Exposure, u16>,
    fared: FxHashMap<Exposure, (bool, bool)>,
}

impl Contrast {
    /// A comparison at landmarks, each a stratum.
    pub fn new(touchpoints: Arc<Touchpoints>, fates: Arc<Fates>, landmarks: Vec<Landmark>) -> Self {
        Self {
            touchpoints,
            fates,
            all: vec![Sides::default(); landmarks.len()],
            landmarks,
            met: BTreeMap::new(),
            customers: FxHashMap::default(),
            seen: BTreeMap::new(),
            fared: FxHashMap::default(),
        }
    }

    /// Customers compared, each once a landmark: who left, who stayed.
    pub fn customers(&self) -> (u64, u64) {
        self.all.iter().fold((0, 0), |(left, stayed), sides| (left + sides.left, stayed + sides.stayed))
    }

    /// Every exposure that anybody met, in order of exposure.
    pub fn compared(&self) -> Vec<Compared> {
        let exposures: BTreeSet<Exposure> = self.customers.keys().copied().collect();
        let mut compared: Vec<Compared> = exposures.into_iter().map(|exposure| self.one(exposure)).collect();
        let told: Vec<f64> = compared.iter().filter_map(|one| one.odds.map(|odds| odds.p)).collect();
        let mut rates = false_discovery_rates(&told).into_iter();
        for one in compared.iter_mut().filter(|one| one.odds.is_some()) {
            one.fdr = rates.next();
        }
        compared
    }

    fn one(&self, exposure: Exposure) -> Compared {
        let strata = self.strata(exposure);
        let shares = shares(&strata);
        let customers = self.customers.get(&exposure).copied().unwrap_or_default();
        Compared {
            exposure,
            quarters: strata.iter().copied().fold(Quarters::default(), Quarters::plus),
            left_customers: customers.left,
            stayed_customers: customers.stayed,
            left_share: shares.map(|(left, _)| left),
            others_share: shares.map(|(_, others)| others),
            odds: Odds::of(&strata),
            fdr: None,
        }
    }

    /// By landmark; of a failure by landmark and how often the customers were at its touchpoint.
    fn strata(&self, exposure: Exposure) -> Vec<Quarters> {
        let quarters = |met: Sides, among: Sides| Quarters {
            met_left: met.left,
            met_stayed: met.stayed,
            unmet_left: among.left - met.left,
            unmet_stayed: among.stayed - met.stayed,
        };
        let each = |exposure| self.met.range((exposure, 0, 0)..=(exposure, usize::MAX, u16::MAX));
        if let Some(among) = exposure.among() {
            let met = |&(_, landmark, times): &(_, _, _)| self.met.get(&(exposure, landmark, times));
            return each(among)
                .map(|(key, among)| quarters(met(key).copied().unwrap_or_default(), *among))
                .collect();
        }
        let mut met = vec![Sides::default(); self.all.len()];
        for ((_, landmark, _), sides) in each(exposure) {
            met[*landmark].add(sides.left, sides.stayed);
        }
        met.into_iter().zip(&self.all).map(|(met, all)| quarters(met, *all)).collect()
    }
}

impl Landmark {
    /// This landmark and those before it, `count` in all, the earliest first. Each comes as long after the one before as
    /// its horizon, so a loss follows on one of them at most.
    pub fn stacked(self, count: u16) -> Vec<Self> {
        let before = |steps: u16| {
            let days = i32::from(steps).saturating_mul(i32::from(self.horizon_days));
            Self { day: self.day.saturating_sub(days), ..self }
        };
        (0..count).rev().map(before).collect()
    }

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
        for (at, landmark) in self.landmarks.iter().enumerate() {
            let Some(left) = landmark.left(&self.fates, life.customer) else { continue };
            let (one_left, one_stayed) = (u64::from(left), u64::from(!left));
            self.all[at].add(one_left, one_stayed);
            let seen = &mut self.seen;
            landmark.exposures(life, &self.touchpoints, &mut |exposure| {
                let times = seen.entry(exposure).or_default();
                *times = MOST_TIMES.min(*times + 1);
            });
            for &exposure in seen.keys() {
                let times = seen.get(&exposure.among().unwrap_or(exposure)).copied().unwrap_or_default();
                self.met.entry((exposure, at, times)).or_default().add(one_left, one_stayed);
                let fared = self.fared.entry(exposure).or_default();
                *fared = (fared.0 || left, fared.1 || !left);
            }
            seen.clear();
        }
        for (exposure, (left, stayed)) in self.fared.drain() {
            self.customers.entry(exposure).or_default().add(u64::from(left), u64::from(stayed));
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = self.landmarks == other.landmarks
            && self.touchpoints == other.touchpoints
            && self.fates == other.fates;
        alike("the comparison", same)?;
        for (mine, theirs) in self.all.iter_mut().zip(other.all) {
            mine.add(theirs.left, theirs.stayed);
        }
        for (key, theirs) in other.met {
            self.met.entry(key).or_default().add(theirs.left, theirs.stayed);
        }
        for (key, theirs) in other.customers {
            self.customers.entry(key).or_default().add(theirs.left, theirs.stayed);
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

    /// Admissions to Berkeley, 1973, in six departments (Bickel, Hammel and O'Connell 1975): of men and women. R's
    /// `mantelhaen.test` tells 0.9046968 (0.7719074–1.0603298).
    #[test]
    fn strata_have_the_published_common_odds_ratio_and_interval() {
        let strata = [
            [512, 313, 89, 19],
            [353, 207, 17, 8],
            [120, 205, 202, 391],
            [138, 279, 131, 244],
            [53, 138, 94, 299],
            [22, 351, 24, 317],
        ];
        let strata = strata.map(|[met_left, met_stayed, unmet_left, unmet_stayed]| Quarters {
            met_left,
            met_stayed,
            unmet_left,
            unmet_stayed,
        });
        let odds = Odds::of(&strata).unwrap();
        near(odds.ratio, 0.904_696_8, 5e-8);
        near(odds.low, 0.771_907_4, 5e-8);
        near(odds.high, 1.060_329_8, 5e-8);
        let pooled = strata.into_iter().fold(Quarters::default(), Quarters::plus).odds().unwrap();
        assert!(pooled.low > 1.0, "pooled, they would say the contrary");
        let silent = Quarters { met_left: 9, met_stayed: 9, ..Quarters::default() };
        assert_eq!(Odds::of(&[&strata[..], &[silent]].concat()), Some(odds));
    }

    #[test]
    fn the_others_share_is_told_as_if_they_were_spread_alike() {
        let often = Quarters { met_left: 8, met_stayed: 32, unmet_left: 1, unmet_stayed: 9 };
        let seldom = Quarters { met_left: 6, met_stayed: 4, unmet_left: 40, unmet_stayed: 40 };
        let alone = Quarters { met_left: 3, ..Quarters::default() };
        let (left, others) = shares(&[often, seldom, alone]).unwrap();
        near(left, 14.0 / 50.0, 1e-12);
        near(others, (40.0 * 0.1 + 10.0 * 0.5) / 50.0, 1e-12);
        assert_eq!(shares(&[alone]), None);
    }

    #[test]
    fn no_loss_follows_on_two_stacked_landmarks() {
        let last = Landmark { day: 1_000, look_back_days: 365, horizon_days: 180 };
        let days: Vec<i32> = last.stacked(3).iter().map(|landmark| landmark.day).collect();
        assert_eq!(days, [640, 820, 1_000]);
        assert_eq!(last.stacked(1), [last]);
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
