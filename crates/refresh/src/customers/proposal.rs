//! A model trained anew: what it would merge and split, and what a person makes of it.

use super::{Before, read, settings, threads, trained};
use crate::decisions::{Decisions, Verdict};
use crate::edition;
use crate::error::Error;
use crate::inputs::Live;
use crate::models::{Models, State, Stored};
use crate::people::People;
use crate::view::Page;
use crate::view::identity::Change;
use identity::{Mint, Model, Previous, Weighing};
use intake::Home;
use lake::Lake;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Changes kept with a proposal; more are only counted.
const CHANGES_KEPT: usize = 200;

/// What a model would change, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Changes {
    pub(crate) would_merge: Page<Change>,
    pub(crate) would_split: Page<Change>,
}

/// Trains a model on the records of now and proposes it; false when it is the one in force. Nothing changes until
/// a person accepts it.
///
/// # Errors
/// When nothing was imported yet, or the lake is being written to.
pub async fn train_again(home: &Home, lake: &Lake, by: &str, now_us: i64) -> Result<bool, Error> {
    let head = lake.head().await?;
    let live = Live::read(lake, head, home).await?;
    if live.imports.is_empty() {
        return Err(Error::NothingImported);
    }
    let people = read(lake, head, &live, home).await?;
    let mut models = Models::read(lake, head).await?;
    let old = trained::in_force(lake, &mut models, home, &people, now_us).await?;
    let new = identity::train(&people.records(), &settings(home), threads())?;
    if new.version == old.version {
        return Ok(false);
    }
    let decisions = Decisions::read(lake, head).await?;
    let customers = |model: &Model| customers(home, &people, &decisions, model);
    let named = Named { home, people: &people, id: ids(lake, head).await? };
    let (old, new_customers) = (customers(&old)?, customers(&new)?);
    let changes = Changes {
        would_merge: named.regrouped(&old, &new_customers),
        would_split: named.regrouped(&new_customers, &old),
    };
    let mut step = trained::stored(&new, State::Proposed, by, "trained anew", now_us)?;
    step.changes = serde_json::to_string(&changes)?;
    models.add(lake, step).await?;
    Ok(true)
}

/// Accepts or rejects the model that waits.
///
/// # Errors
/// When no model waits, or no reason is given.
pub(crate) async fn judge(
    lake: &Lake,
    accept: bool,
    by: &str,
    reason: &str,
    now_us: i64,
) -> Result<(), Error> {
    let mut models = Models::read(lake, lake.head().await?).await?;
    let Some(waiting) = models.proposed().cloned() else {
        return Err(Error::NoProposal);
    };
    if reason.trim().is_empty() {
        return Err(Error::NoReason);
    }
    let state = if accept { State::Accepted } else { State::Rejected };
    let (by, reason, changes) = (by.to_owned(), reason.trim().to_owned(), String::new());
    models.add(lake, Stored { at_us: now_us, by, state, reason, changes, ..waiting }).await?;
    Ok(())
}

/// Customer codes under a model.
fn customers(home: &Home, people: &People, decisions: &Decisions, model: &Model) -> Result<Vec<u32>, Error> {
    let (same, different) = (decisions.pairs(Verdict::Same), decisions.pairs(Verdict::Different));
    let decisions = identity::score::Decisions { same: &same, different: &different };
    let weighing = Weighing { model: Some(model), decisions, threads: threads(), ..Weighing::default() };
    let (nobody, mut mint) = (Previous::default(), Mint::new(0, 0));
    Ok(identity::resolve(&people.records(), &settings(home), &weighing, &nobody, &mut mint)?.customer)
}

/// Ids of the last edition's customers by record hash.
async fn ids(lake: &Lake, head: i64) -> Result<FxHashMap<u64, Uuid>, Error> {
    let Some(last) = edition::all(lake, head).await?.pop() else {
        return Ok(FxHashMap::default());
    };
    let before = Before::read(&lake.view(last.snapshot).await?).await?;
    Ok(before.record_hash.into_iter().zip(before.id).collect())
}

/// What changes are told with.
struct Named<'a> {
    home: &'a Home,
    people: &'a People,
    id: FxHashMap<u64, Uuid>,
}

impl Named<'_> {
    fn record(&self, row: usize) -> String {
        let silo = self.home.config.silos.get(usize::from(self.people.silo[row]));
        format!("{}:{}", silo.map_or("", |silo| silo.id.get_ref()), self.people.key[row])
    }

    /// Customers of `to` whose records are several customers of `from`.
    fn regrouped(&self, from: &[u32], to: &[u32]) -> Page<Change> {
        let mut parts: BTreeMap<u32, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
        for (row, (&to, &from)) in to.iter().zip(from).enumerate() {
            parts.entry(to).or_default().entry(from).or_default().push(row);
        }
        parts.retain(|_, groups| groups.len() > 1);
        let total = parts.len();
        let rows = parts.into_values().take(CHANGES_KEPT).map(|groups| self.change(groups.into_values()));
        Page { total, rows: rows.collect() }
    }

    fn change(&self, groups: impl Iterator<Item = Vec<usize>>) -> Change {
        let groups: Vec<Vec<usize>> = groups.collect();
        let ids = groups.iter().flatten().filter_map(|&row| self.id.get(&self.people.hash[row]));
        let ids: BTreeSet<String> = ids.map(Uuid::to_string).collect();
        let named = |rows: &Vec<usize>| rows.iter().map(|&row| self.record(row)).collect();
        Change { customers: ids.into_iter().collect(), groups: groups.iter().map(named).collect() }
    }
}
