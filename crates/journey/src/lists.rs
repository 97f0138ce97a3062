//! The lists behind numbers: exactly the customers that a figure of the journey counts, found by the same walk.

use crate::chains::Chains;
use crate::contrast::{Exposure, Landmark};
use crate::error::{Error, alike};
use crate::events::{Columns, Life, Touchpoints};
use crate::fates::Fates;
use crate::funnel::Funnel;
use crate::legs::{Close, LEGS};
use crate::pass::Walk;
use crate::paths::Paths;
use crate::promises::{Promises, State};
use crate::scorecard::{Mark, Scorecard};
use crate::sequences::SequenceKey;
use crate::steps::{Place, Steps};
use crate::variants::Variants;
use model::Day;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A number of customers on the map, in the funnel, of a path or of a step.
#[derive(Debug, Clone)]
pub enum Behind {
    /// All who walked.
    Everybody,
    /// [`crate::Node::customers`].
    Touchpoint(u16),
    /// [`crate::Node::starts`].
    Start(u16),
    /// [`crate::Node::ends`].
    End(u16),
    /// [`crate::Node::repeaters`].
    Repeated(u16),
    /// [`crate::Edge::customers`].
    Edge(u16, u16),
    /// [`crate::Chain::both`].
    Chain(u16, u16),
    /// [`crate::HandOff::customers`], by departments.
    HandOff(Arc<Touchpoints>, u16, u16),
    /// [`crate::Variant::customers`].
    Variant(SequenceKey),
    /// [`crate::Who::customers`]: who went any of these variants.
    AnyOf(Arc<BTreeSet<SequenceKey>>),
    /// A quarter of [`crate::Quarters`]: who at any landmark met something, or did not, and left, or stayed.
    Quarter(Arc<Touchpoints>, Arc<Fates>, OneQuarter),
    /// [`crate::Facts::customers`] at a touchpoint, or [`Scorecard::whole`]; the scorecard is one set up alike.
    Marked(Box<Scorecard>, Option<u16>, Mark),
    /// [`crate::Tally::customers`] of a rule in a month with this first day, or in any, by state; the promises are set
    /// up alike.
    Promise(Box<Promises>, usize, Option<Day>, State),
    /// [`crate::Step::customers`], by step from 0; the funnel is one set up alike.
    Reached(Funnel, usize),
    /// Those who came to this step of the funnel, from 0, and no further.
    Stopped(Funnel, usize),
    /// [`crate::Ended::customers`] of a path.
    Path(Arc<Fates>, SequenceKey, Close),
    /// [`crate::Flow::customers`].
    Flow(Arc<Fates>, OneFlow),
}

/// One flow between two steps around an anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneFlow {
    /// The touchpoint around which was looked.
    pub anchor: u16,
    /// As in [`crate::Flow`].
    pub step: i8,
    /// As in [`crate::Flow`]; not [`Place::Other`].
    pub from: Place,
    /// As in [`crate::Flow`]; not [`Place::Other`].
    pub to: Place,
}

/// One quarter of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneQuarter {
    /// The landmarks of the comparison.
    pub landmarks: Vec<Landmark>,
    /// What was met.
    pub exposure: Exposure,
    /// Those who met it, or those who did not; of a failure, those who did not among those at its touchpoint.
    pub met: bool,
    /// Those who left, or those who stayed.
    pub left: bool,
}

/// Collects the customers behind one number.
#[derive(Debug, Clone)]
pub struct List {
    behind: Behind,
    customers: Vec<u32>,
}

impl List {
    /// An empty list.
    pub const fn new(behind: Behind) -> Self {
        Self { behind, customers: Vec::new() }
    }

    /// The customers, by code.
    pub fn into_customers(self) -> Vec<u32> {
        self.customers
    }
}

impl Walk for List {
    fn needs(&self) -> Columns {
        match &self.behind {
            Behind::Marked(scorecard, ..) => scorecard.needs(),
            Behind::Promise(promises, ..) => promises.needs(),
            Behind::Chain(..) => Columns::OUTCOME,
            Behind::Path(..) => LEGS,
            Behind::Flow(..) => Columns::DAY,
            Behind::Quarter(..) => Columns::DAY.and(Columns::OUTCOME),
            _ => Columns::FEW,
        }
    }

    fn life(&mut self, life: &Life<'_>) {
        if counts(&mut self.behind, life) {
            self.customers.push(life.customer);
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let kinds = (std::mem::discriminant(&self.behind), std::mem::discriminant(&other.behind));
        alike("a list", kinds.0 == kinds.1)?;
        self.customers.extend(other.customers);
        self.customers.sort_unstable();
        Ok(())
    }
}

/// Whether a number counts this customer.
fn counts(behind: &mut Behind, life: &Life<'_>) -> bool {
    let touchpoint = life.touchpoint;
    match behind {
        Behind::Everybody => true,
        Behind::Touchpoint(code) => touchpoint.contains(code),
        Behind::Start(code) => touchpoint.first() == Some(code),
        Behind::End(code) => touchpoint.last() == Some(code),
        Behind::Repeated(code) => touchpoint.iter().filter(|met| *met == code).nth(1).is_some(),
        Behind::Edge(from, to) => touchpoint.windows(2).any(|pair| pair == [*from, *to]),
        Behind::Chain(from, to) => Chains::holds(life, *from, *to),
        Behind::HandOff(side, from, to) => {
            let owners = |pair: &[u16]| (side.owner(pair[0]), side.owner(pair[1]));
            touchpoint.windows(2).any(|pair| owners(pair) == (*from, *to))
        }
        Behind::Variant(key) => Variants::key(touchpoint) == *key,
        Behind::AnyOf(keys) => keys.contains(&Variants::key(touchpoint)),
        Behind::Quarter(side, fates, quarter) => {
            let OneQuarter { landmarks, exposure, met, left } = quarter;
            let among = exposure.among();
            landmarks.iter().any(|landmark| {
                let (mut found, mut was_there) = (false, among.is_none());
                landmark.exposures(life, side, &mut |told| {
                    found |= told == *exposure;
                    was_there |= Some(told) == among;
                });
                landmark.left(fates, life.customer) == Some(*left) && was_there && found == *met
            })
        }
        Behind::Marked(scorecard, at, mark) => scorecard.is_marked(life, *at, *mark),
        Behind::Promise(promises, rule, month, state) => promises.has(life, *rule, *month, *state),
        Behind::Reached(funnel, step) => funnel.walk(life, &mut |_, _| ()) > *step,
        Behind::Stopped(funnel, step) => funnel.walk(life, &mut |_, _| ()) == *step + 1,
        Behind::Path(fates, key, close) => Paths::walked(life, fates, *key, *close),
        Behind::Flow(fates, flow) => {
            let mut found = false;
            let reach = if flow.step < 0 { -flow.step } else { flow.step + 1 };
            Steps::around_first(life, fates, flow.anchor, reach, &mut |step, from, to| {
                found |= (step, from, to) == (flow.step, flow.from, flow.to);
            });
            found
        }
    }
}
