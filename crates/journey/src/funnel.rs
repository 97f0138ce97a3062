//! The funnel over stages: how many customers come from each to the next, and how soon. A customer is at a step when
//! the stages up to it were met in their order, within a window of time if one is set (after `ClickHouse`'s `windowFunnel`).

use crate::error::{Error, alike};
use crate::events::{Life, Touchpoints};
use crate::pass::Walk;
use crate::spread::Spread;
use std::sync::Arc;

/// One step of the funnel.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Step {
    /// Customers who came so far.
    pub customers: u64,
    /// From the last time at the step before until they first came so far; empty at the first step.
    pub wait: Spread,
}

/// Collects the funnel.
#[derive(Debug, Clone)]
pub struct Funnel {
    touchpoints: Arc<Touchpoints>,
    stages: Vec<u16>,
    window_us: u64,
    customers: u64,
    steps: Vec<Step>,
    /// Step of each touchpoint.
    step_of: Vec<Option<usize>>,
    /// Of the life being walked, by step: the last time it was met in order, and when that chain began.
    reached: Vec<Option<(i64, i64)>>,
}

impl Funnel {
    /// A funnel over stage codes in their order, from first to last step within `window_us` microseconds if given.
    /// Fails when a stage stands twice.
    pub fn new(touchpoints: Arc<Touchpoints>, stages: &[u16], window_us: Option<u64>) -> Result<Self, Error> {
        if let Some(twice) = stages.iter().enumerate().find(|(at, stage)| stages[..*at].contains(stage)) {
            let problem = format!("stage {} stands twice; name each step once", twice.1);
            return Err(Error::Setting { what: "funnel", problem });
        }
        let step = |code: usize| stages.iter().position(|stage| *stage == touchpoints.stage(code as u16));
        Ok(Self {
            step_of: (0..touchpoints.len()).map(step).collect(),
            stages: stages.to_vec(),
            window_us: window_us.unwrap_or(u64::MAX),
            customers: 0,
            steps: vec![Step::default(); stages.len()],
            reached: vec![None; stages.len()],
            touchpoints,
        })
    }

    /// Customers who were looked at, whether they came to the first step or not.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// The steps in order of the stages given.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many steps a life takes, telling each new one with the wait since the step before.
    pub(crate) fn walk(&mut self, life: &Life<'_>, told: &mut impl FnMut(&mut Step, Option<u64>)) -> usize {
        self.reached.fill(None);
        let mut furthest = 0;
        for (&touchpoint, &at_us) in life.touchpoint.iter().zip(life.at_us) {
            let Some(step) = self.step_of[usize::from(touchpoint)] else { continue };
            let Some(before) = step.checked_sub(1) else {
                self.reached[0] = Some((at_us, at_us));
                if furthest == 0 {
                    furthest = 1;
                    told(&mut self.steps[0], None);
                }
                continue;
            };
            let Some((last_us, began_us)) = self.reached[before] else { continue };
            if at_us.abs_diff(began_us) > self.window_us {
                continue;
            }
            self.reached[step] = Some((at_us, began_us));
            if step == furthest {
                furthest += 1;
                told(&mut self.steps[step], Some(at_us.abs_diff(last_us)));
            }
        }
        furthest
    }
}

impl Walk for Funnel {
    fn life(&mut self, life: &Life<'_>) {
        self.customers += 1;
        self.walk(life, &mut |step, wait_us| {
            step.customers += 1;
            if let Some(wait_us) = wait_us {
                step.wait.add(wait_us);
            }
        });
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = self.touchpoints == other.touchpoints
            && (&self.stages, self.window_us) == (&other.stages, other.window_us);
        alike("the funnel", same)?;
        self.customers += other.customers;
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.customers += theirs.customers;
            mine.wait.merge(&theirs.wait);
        }
        Ok(())
    }
}
