//! Closing and reopening periods: what was reported is kept for ever in the lake, each step under a seal that the next
//! one names.

mod now;
mod store;
mod told;

pub(crate) use store::cause_of;
pub(crate) use told::{Closed, tell};

use crate::edition;
use crate::error::Error;
use crate::inputs::{are_of_these_rules, rules_of};
use lake::Lake;
use ledger::closing::{Frozen, Now, Step, reopen as ledger_reopen};
use model::{Day, Period};
use now::Company;
use serde::Serialize;

/// The history of closings, oldest step first.
#[derive(Debug, Clone, Default)]
pub struct Closings {
    steps: Vec<Step>,
}

/// A step as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClosingStep {
    /// 1, 2, 3, …
    pub seq: u64,
    /// `closed` or `reopened`.
    pub step: &'static str,
    /// What was asked for, as `2026-Q3`.
    pub period: String,
    /// The edition it was done at.
    pub edition: u64,
    /// When, UTC microseconds.
    pub at_us: i64,
    /// What names the rules a closing was told by; empty for a reopening.
    pub rules: String,
    /// Why it was reopened; empty for a closing.
    pub reason: String,
    /// Lines frozen: months, quarters and years, of the whole and of each segment.
    pub lines: usize,
    /// Rows booked as adjustments of what was closed before.
    pub adjustments: usize,
    /// 64 hex digits over all of it and the seal before.
    pub seal: String,
}

impl Closings {
    /// Reads the history at a snapshot and compares every step with its seal.
    ///
    /// # Errors
    /// When a step is not as it was sealed, or one is missing.
    pub async fn read(lake: &Lake, snapshot: i64) -> Result<Self, Error> {
        let steps = store::read(&lake.view(snapshot).await?).await?;
        Frozen::of(&steps, &[])?;
        Ok(Self { steps })
    }

    /// The last closed day; `None` while nothing is closed.
    pub fn closed_until(&self) -> Result<Option<Day>, Error> {
        Ok(Frozen::of(&self.steps, &[])?.cut_off())
    }

    /// The steps, oldest first.
    pub fn steps(&self) -> Vec<ClosingStep> {
        self.steps.iter().enumerate().map(|(at, step)| told(at as u64 + 1, step)).collect()
    }

    /// Number of the last step; 0 before the first.
    pub(crate) const fn last(&self) -> u64 {
        self.steps.len() as u64
    }
}

fn told(seq: u64, step: &Step) -> ClosingStep {
    let (name, edition, at_us, rules, reason) = match step {
        Step::Closed(c) => (store::CLOSED, c.edition, c.at_us, &*c.rules, ""),
        Step::Reopened(r) => (store::REOPENED, r.edition, r.at_us, "", &*r.reason),
    };
    let (lines, adjustments) = match step {
        Step::Closed(closure) => (closure.lines.len(), closure.adjustments.len()),
        Step::Reopened(_) => (0, 0),
    };
    ClosingStep {
        seq,
        step: name,
        period: step.period().to_string(),
        edition,
        at_us,
        rules: rules.to_owned(),
        reason: reason.to_owned(),
        lines,
        adjustments,
        seal: step.seal().to_string(),
    }
}

/// Everything closed and reopened up to now.
pub async fn closings(lake: &Lake) -> Result<Closings, Error> {
    Closings::read(lake, lake.head().await?).await
}

/// Closes a period, with everything before it, as the newest edition tells it. Shows from the next refresh.
///
/// # Errors
/// When there is no edition, the period is not over or closed already, or the history is not as it was sealed.
pub async fn close(lake: &Lake, period: Period, now_us: i64) -> Result<ClosingStep, Error> {
    let head = lake.head().await?;
    let edition = edition::all(lake, head).await?.pop().ok_or(Error::NoEdition)?;
    if !are_of_these_rules(&edition.inputs) {
        let table = "all that this version closes".to_owned();
        return Err(Error::Older { edition: edition.edition, table });
    }
    let history = Closings::read(lake, head).await?;
    let company = Company::read(lake.view_in_order(edition.snapshot).await?, edition.as_of).await?;
    let frozen = Frozen::of(&history.steps, &company.segments)?;
    let lines = company.lines().await?;
    let first = lines.iter().map(|line| line.period.start()).min().unwrap_or(edition.as_of);
    let stock = company.stock(&frozen.cut_offs(period, first)).await?;
    let now =
        Now { as_of: edition.as_of, lines: &lines, stock: &stock, records: &company.records, erased: &[] };
    let closure = frozen.close(period, &now, edition.edition, now_us, &rules_of(&edition.inputs)?)?;
    add(lake, &history, Step::Closed(closure)).await
}

/// Reopens a period and everything after it. Shows from the next refresh.
///
/// # Errors
/// When nothing of the period is closed, without a reason, or when the history is not as it was sealed.
pub async fn reopen(lake: &Lake, period: Period, reason: &str, now_us: i64) -> Result<ClosingStep, Error> {
    let head = lake.head().await?;
    let edition = edition::all(lake, head).await?.pop().map_or(0, |edition| edition.edition);
    let history = Closings::read(lake, head).await?;
    let frozen = Frozen::of(&history.steps, &[])?;
    let reopening = ledger_reopen(&frozen, period, edition, now_us, reason)?;
    add(lake, &history, Step::Reopened(reopening)).await
}

async fn add(lake: &Lake, history: &Closings, step: Step) -> Result<ClosingStep, Error> {
    let seq = history.last() + 1;
    store::add(lake, seq, &step).await?;
    Ok(told(seq, &step))
}
