//! What customers do before and after a touchpoint: the steps around their first time there, and the flows between
//! neighbouring steps, as a matrix or a Sankey picture.

use crate::error::{Error, alike};
use crate::events::{Columns, Life};
use crate::fates::Fates;
use crate::pass::Walk;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Where a customer is at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// At a touchpoint.
    Touchpoint(u16),
    /// At one of those that are not shown apart.
    Other,
    /// Nowhere yet: the customer's first event comes next.
    Before,
    /// Gone: lost after the last event.
    Left,
    /// Nowhere further, but not lost.
    Still,
}

/// Customers who go from one place at a step to another at the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Flow {
    /// The step of `from`, counted from the anchor at 0; `to` is one further.
    pub step: i8,
    /// Where they are.
    pub from: Place,
    /// Where they are next.
    pub to: Place,
    /// How many customers.
    pub customers: u64,
}

/// Collects steps around touchpoints.
#[derive(Debug, Clone)]
pub struct Steps {
    fates: Arc<Fates>,
    /// Touchpoints around which to look, ascending.
    anchors: Vec<u16>,
    reach: i8,
    flows: FxHashMap<(u16, i8, Place, Place), u64>,
    /// By touchpoint: the last life that was there, from 1; none of those that are no anchor.
    met: Vec<Option<u64>>,
    life: u64,
}

impl Steps {
    /// Looks `reach` steps back and ahead of each anchor. Fails when `reach` is not between 1 and 100.
    pub fn new(fates: Arc<Fates>, anchors: &[u16], reach: u8) -> Result<Self, Error> {
        if !(1..=100).contains(&reach) {
            let problem = format!("a reach of {reach} steps; ask for 1 to 100");
            return Err(Error::Setting { what: "steps", problem });
        }
        let anchors: BTreeSet<u16> = anchors.iter().copied().collect();
        let mut met = vec![None; anchors.last().map_or(0, |last| usize::from(*last) + 1)];
        for anchor in &anchors {
            met[usize::from(*anchor)] = Some(0);
        }
        let (anchors, reach) = (anchors.into_iter().collect(), reach as i8);
        Ok(Self { fates, anchors, reach, flows: FxHashMap::default(), met, life: 0 })
    }

    /// The flows around an anchor in order of step, from, to.
    pub fn flows(&self, anchor: u16) -> Vec<Flow> {
        let of_anchor = self.flows.iter().filter(|((at, ..), _)| *at == anchor);
        let mut flows: Vec<Flow> =
            of_anchor.map(|(&(_, step, from, to), &customers)| Flow { step, from, to, customers }).collect();
        flows.sort_unstable_by_key(|flow| (flow.step, flow.from, flow.to));
        flows
    }

    /// Tells the flows of one life around its first event at `anchor`.
    pub(crate) fn around_first(
        life: &Life<'_>,
        fates: &Fates,
        anchor: u16,
        reach: i8,
        told: &mut impl FnMut(i8, Place, Place),
    ) {
        if let Some(at) = life.touchpoint.iter().position(|touchpoint| *touchpoint == anchor) {
            around(life, fates, at, reach, told);
        }
    }
}

/// Flows around an anchor with at most `places` touchpoints apart at each step, those of most customers; the rest is
/// *other*. In order of step, from, to.
pub fn gathered(flows: &[Flow], places: usize) -> Vec<Flow> {
    let mut shown: BTreeSet<(i8, Place)> = BTreeSet::new();
    for (step, cells) in &matrix(flows) {
        let mut cells: Vec<_> =
            cells.iter().filter(|(place, _)| matches!(place, Place::Touchpoint(_))).collect();
        cells.sort_by_key(|(place, customers)| (std::cmp::Reverse(**customers), **place));
        shown.extend(cells.iter().take(places).map(|(place, _)| (*step, **place)));
    }
    let name = |step: i8, place: Place| match place {
        Place::Touchpoint(_) if !shown.contains(&(step, place)) => Place::Other,
        place => place,
    };
    let mut gathered: BTreeMap<(i8, Place, Place), u64> = BTreeMap::new();
    for flow in flows {
        let key = (flow.step, name(flow.step, flow.from), name(flow.step + 1, flow.to));
        *gathered.entry(key).or_default() += flow.customers;
    }
    let flow = |((step, from, to), customers)| Flow { step, from, to, customers };
    gathered.into_iter().map(flow).collect()
}

/// Customers by step and place of flows around an anchor; at step 0 there is the anchor alone. *Before*, *left* and
/// *still* count at the step at which they are first met, seen from the anchor.
pub fn matrix(flows: &[Flow]) -> BTreeMap<i8, BTreeMap<Place, u64>> {
    let mut matrix: BTreeMap<i8, BTreeMap<Place, u64>> = BTreeMap::new();
    for flow in flows {
        let (step, place) = if flow.step < 0 { (flow.step, flow.from) } else { (flow.step + 1, flow.to) };
        *matrix.entry(step).or_default().entry(place).or_default() += flow.customers;
        if flow.step == 0 {
            *matrix.entry(0).or_default().entry(flow.from).or_default() += flow.customers;
        }
    }
    matrix
}

/// Tells the flows of one life around one of its events.
fn around(life: &Life<'_>, fates: &Fates, at: usize, reach: i8, told: &mut impl FnMut(i8, Place, Place)) {
    let place = |event: usize| Place::Touchpoint(life.touchpoint[event]);
    for back in 1..=reach {
        let to = at + 1 - usize::from(back.unsigned_abs());
        if to == 0 {
            told(-back, Place::Before, place(to));
            break;
        }
        told(-back, place(to - 1), place(to));
    }
    let last = life.touchpoint.len() - 1;
    for ahead in 0..reach {
        let from = at + usize::from(ahead.unsigned_abs());
        if from == last {
            let end = if left(life, fates) { Place::Left } else { Place::Still };
            told(ahead, place(from), end);
            break;
        }
        told(ahead, place(from), place(from + 1));
    }
}

/// Whether a customer was lost after the last event.
fn left(life: &Life<'_>, fates: &Fates) -> bool {
    life.day.last().is_some_and(|last| fates.is_lost_within(life.customer, *last, i32::MAX))
}

impl Walk for Steps {
    fn needs(&self) -> Columns {
        Columns::DAY
    }

    fn life(&mut self, life: &Life<'_>) {
        self.life += 1;
        let Self { fates, reach, flows, met, .. } = self;
        for (at, anchor) in life.touchpoint.iter().enumerate() {
            let Some(Some(met)) = met.get_mut(usize::from(*anchor)) else { continue };
            if std::mem::replace(met, self.life) < self.life {
                around(life, fates, at, *reach, &mut |step, from, to| {
                    *flows.entry((*anchor, step, from, to)).or_default() += 1;
                });
            }
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = (&self.anchors, self.reach) == (&other.anchors, other.reach) && self.fates == other.fates;
        alike("steps", same)?;
        for (flow, customers) in other.flows {
            *self.flows.entry(flow).or_default() += customers;
        }
        self.life += other.life;
        Ok(())
    }
}
