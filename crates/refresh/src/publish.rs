//! The steps of a refresh, in order, ending in one published edition.

use crate::closings::{self, Closings};
use crate::customers::Start;
use crate::decisions::Decisions;
use crate::error::Error;
use crate::inputs::{Live, Said, are_of_these_rules};
use crate::models::Models;
use crate::view::Edition;
use crate::{asset, books, customers, edition, journey, reasons, segments, timeline};
use intake::Home;
use lake::Lake;
use model::period::DayCutter;
use serde::Serialize;

/// Editions whose snapshots stay readable.
const EDITIONS_KEPT: usize = 8;

/// Where a refresh is; told as it goes on, with the rows done so far and, where known, in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Recognising customers behind records.
    Identity,
    /// Laying events in order.
    Timeline,
    /// Booking movements.
    Ledger,
    /// Looking for why customers were lost.
    Reasons,
    /// Telling how customers stay and what they are worth.
    Asset,
    /// Walking what customers live through.
    Journey,
    /// Publishing.
    Edition,
}

/// What a refresh did.
#[derive(Debug, Clone, Serialize)]
pub struct Published {
    /// The edition that everyone reads now.
    pub edition: Edition,
    /// False when nothing was new and the edition is the one from before.
    pub new: bool,
    /// Customers behind the records; 0 when nothing was new.
    pub customers: u64,
    /// Records; 0 when nothing was new.
    pub records: u64,
    /// Events on timelines; 0 when nothing was new.
    pub events: u64,
}

/// Derives everything from the live imports and publishes it as one edition. Does nothing when nothing is
/// new. On any error the last edition stays what everyone reads.
pub async fn refresh(
    home: &Home,
    lake: &Lake,
    now_us: i64,
    progress: &mut (dyn FnMut(Step, u64, u64) + Send),
) -> Result<Published, Error> {
    intake::heal(lake, now_us).await?;
    let head = lake.head().await?;
    let live = Live::read(lake, head, home).await?;
    if live.imports.is_empty() {
        return Err(Error::NothingImported);
    }
    let as_of = home.config.as_of().unwrap_or_else(|| DayCutter::new(home.config.zone()).day(now_us));
    let decisions = Decisions::read(lake, head).await?;
    let mut models = Models::read(lake, head).await?;
    let history = Closings::read(lake, head).await?;
    let said = Said { decisions: decisions.last(), closings: history.last() };
    let inputs = |models: &Models| serde_json::to_string(&live.inputs(home, as_of, said, models.in_force()));
    let before = edition::all(lake, head).await?;
    let known = inputs(&models)?;
    if let Some(last) = before.last().filter(|last| last.inputs == known) {
        return Ok(Published { edition: last.clone(), new: false, customers: 0, records: 0, events: 0 });
    }
    let number = before.last().map_or(1, |last| last.edition + 1);
    let previous = before.last().map(|last| last.snapshot);
    progress(Step::Identity, 0, 0);
    let (live, decisions) = (&live, &decisions);
    let same_rules = before.last().is_some_and(|last| are_of_these_rules(&last.inputs));
    let start =
        Start { home, lake, live, snapshot: head, previous, same_rules, now_us, edition: number, decisions };
    let mut customers = customers::resolve(&start, &mut models).await?;
    let expected: u64 = live.imports.iter().map(|live| live.import.counts.events).sum();
    let mut told = |done| progress(Step::Timeline, done, expected);
    let events = timeline::write(home, lake, live, &customers, lake.head().await?, number, &mut told).await?;
    Box::pin(segments::tell(&segments::Start { home, lake, number, as_of }, &mut customers)).await?;
    let mut told = |done| progress(Step::Ledger, done, events);
    let books =
        Box::pin(books::keep(home, lake, &customers, lake.head().await?, number, as_of, &mut told)).await?;
    let closed = Box::pin(closings::tell(lake, &history, lake.head().await?, number, as_of)).await?;
    let mut told = |done| progress(Step::Reasons, done, events);
    let why = reasons::Start { home, lake, live, customers: &customers, checks: &books, number, as_of };
    Box::pin(reasons::write(&why, &mut told)).await?;
    let mut told = |done| progress(Step::Asset, done, events);
    let snapshot = lake.head().await?;
    Box::pin(asset::keep(home, lake, &customers, snapshot, number, as_of, &mut told)).await?;
    let mut told = |done| progress(Step::Journey, done, events);
    let days = journey::setting::Days::new(as_of, books.longest_gap_days());
    Box::pin(journey::walk(home, lake, &customers, number, days, &mut told)).await?;
    progress(Step::Edition, 0, 0);
    let (compared, identity) = (&customers.compared[..], customers.effort);
    let checks = edition::Checks { books: &books, closed: closed.as_ref(), compared, identity };
    let edition = Edition {
        edition: number,
        snapshot: lake.head().await?,
        at_us: now_us,
        as_of,
        decisions: decisions.last(),
        inputs: inputs(&models)?,
        checks: serde_json::to_string(&checks)?,
    };
    edition::publish(lake, &edition).await?;
    tidy(lake, &before, &edition).await?;
    Ok(Published {
        edition,
        new: true,
        customers: u64::from(customers.count()),
        records: customers.records() as u64,
        events,
    })
}

/// Lets go of snapshots that no kept edition is read at, and gathers small files.
async fn tidy(lake: &Lake, before: &[Edition], newest: &Edition) -> Result<(), Error> {
    lake.compact(&["imports", "editions"]).await?;
    let mut kept = vec![newest.snapshot];
    kept.extend(before.iter().rev().take(EDITIONS_KEPT - 1).map(|edition| edition.snapshot));
    lake.keep_only(&kept).await?;
    Ok(())
}
