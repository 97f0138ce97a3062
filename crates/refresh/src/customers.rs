//! The identity step: records become customers with permanent ids, segments and the evidence for both.

pub(crate) mod proposal;
mod remembered;
mod tables;
pub(crate) mod trained;

use crate::decisions::{Decisions, Verdict};
use crate::error::Error;
use crate::inputs::Live;
use crate::models::Models;
use crate::people::{self, People};
use arrow::array::{Array, StringArray, UInt64Array};
use identity::score::RuleCount;
use identity::{Effort, Mint, Previous, Resolution, Settings, Weighing};
use intake::Home;
use lake::{Lake, View, column};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use tables::Tables;
use uuid::Uuid;

/// Customers as later steps need them.
pub(crate) struct Customers {
    /// Segment code by customer code.
    pub(crate) segment_of: Vec<u16>,
    /// Segment names by code, ascending; empty when no segment column is set.
    pub(crate) segments: Vec<String>,
    /// What each rule of weighing compared and what it left out; empty where keys alone decide.
    pub(crate) compared: Vec<RuleCount>,
    /// Customer code by record hash.
    of_record: FxHashMap<u64, u32>,
    /// What it took to recognise them.
    pub(crate) effort: Effort,
}

impl Customers {
    /// How many there are.
    pub(crate) fn count(&self) -> u32 {
        self.segment_of.len() as u32
    }

    /// How many records stand behind them.
    pub(crate) fn records(&self) -> usize {
        self.of_record.len()
    }

    /// The customer a record belongs to.
    pub(crate) fn of(&self, record_hash: u64) -> Option<u32> {
        self.of_record.get(&record_hash).copied()
    }
}

/// The segment of customers whose records name none.
pub(crate) const UNKNOWN_SEGMENT: &str = "unknown";

/// What the identity step starts from.
pub(crate) struct Start<'a> {
    pub(crate) home: &'a Home,
    pub(crate) lake: &'a Lake,
    pub(crate) live: &'a Live,
    /// Where records are read.
    pub(crate) snapshot: i64,
    /// Snapshot of the last edition.
    pub(crate) previous: Option<i64>,
    /// Whether the last edition was made by the rules of now, so that what it remembers may be trusted.
    pub(crate) same_rules: bool,
    pub(crate) now_us: i64,
    /// Number of the edition being made.
    pub(crate) edition: u64,
    pub(crate) decisions: &'a Decisions,
}

/// Decides who is one customer and writes `customer_of`, `customers`, `redirects`, `merges`, `review`,
/// `generic_values`, and `pairs` and `overfull_blocks` for the next time. Where no model is in force yet, the first is
/// trained and taken.
pub(crate) async fn resolve(start: &Start<'_>, models: &mut Models) -> Result<Customers, Error> {
    let Start { home, lake, live, .. } = *start;
    let people = read(lake, start.snapshot, live, home).await?;
    let model = trained::in_force(lake, models, home, &people, start.now_us).await?;
    let before = match start.previous {
        Some(snapshot) => Before::read(&lake.view(snapshot).await?).await?,
        None => Before::default(),
    };
    let remembered = match start.previous.filter(|_| start.same_rules) {
        Some(snapshot) => Some(remembered::read(lake, snapshot).await?),
        None => None,
    };
    let mut mint = Mint::new(start.now_us.max(0).unsigned_abs() / 1000, start.edition);
    let (same, different) = (start.decisions.pairs(Verdict::Same), start.decisions.pairs(Verdict::Different));
    let weighing = Weighing {
        model: Some(&model),
        decisions: identity::score::Decisions { same: &same, different: &different },
        remembered: remembered.as_ref(),
        threads: threads(),
    };
    let resolution =
        identity::resolve(&people.records(), &settings(home), &weighing, &before.previous(), &mut mint)?;
    drop(remembered);
    let (segment_of, segments) = segments(home, &people, &resolution);
    let writer = Tables { home, people: &people, resolution: &resolution, edition: start.edition, lake };
    writer.all(&segment_of, &segments, &before).await?;
    let of_record = people.hash.iter().copied().zip(resolution.customer.iter().copied()).collect();
    let Resolution { compared, effort, .. } = resolution;
    Ok(Customers { segment_of, segments, compared, of_record, effort })
}

/// All live records.
async fn read(lake: &Lake, snapshot: i64, live: &Live, home: &Home) -> Result<People, Error> {
    let view = lake.view(snapshot).await?;
    live.put(&view)?;
    let mut people = people::read(&view, &home.config, None).await?;
    people::put_references(&view, &mut people).await?;
    if people.hash.len() > u32::MAX as usize {
        return Err(Error::TooMany {
            what: "records",
            limit: u64::from(u32::MAX),
            cure: "split the company into several homes",
        });
    }
    Ok(people)
}

/// Threads for work that takes several; what comes out does not depend on them.
pub(crate) fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

pub(crate) fn settings(home: &Home) -> Settings {
    let config = &home.config;
    Settings {
        generic_after_names: config.identity.generic_after_names,
        strip_plus_tag: config.identity.strip_plus_tag,
        country: config.company.country.clone(),
        unit: config.company.customer,
    }
}

/// Each customer's segment: the one most of its records name, the first by name among equals.
fn segments(home: &Home, people: &People, resolution: &Resolution) -> (Vec<u16>, Vec<String>) {
    let customers = resolution.ids.len();
    if home.config.ledger.segment.is_none() {
        return (vec![0; customers], Vec::new());
    }
    let mut votes: BTreeMap<(u32, &str), u32> = BTreeMap::new();
    for (customer, segment) in resolution.customer.iter().zip(&people.segment) {
        if !segment.is_empty() {
            *votes.entry((*customer, segment)).or_default() += 1;
        }
    }
    let mut chosen: Vec<(&str, u32)> = vec![(UNKNOWN_SEGMENT, 0); customers];
    for ((customer, segment), count) in votes {
        let best = &mut chosen[customer as usize];
        if count > best.1 {
            *best = (segment, count);
        }
    }
    let names: std::collections::BTreeSet<&str> = chosen.iter().map(|(segment, _)| *segment).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let code =
        |segment: &str| names.binary_search_by(|name| name.as_str().cmp(segment)).unwrap_or_default() as u16;
    (chosen.iter().map(|(segment, _)| code(segment)).collect(), names)
}

/// What the last edition decided.
#[derive(Default)]
struct Before {
    record_hash: Vec<u64>,
    id: Vec<Uuid>,
    redirects: Vec<(Uuid, Uuid)>,
    retired: Vec<Uuid>,
}

impl Before {
    async fn read(view: &View) -> Result<Self, Error> {
        let batch = view
            .table(
                "select o.record_hash, c.id from customer_of o join customers c on o.customer = c.customer",
            )
            .await?;
        let hash: &UInt64Array = column(&batch, "record_hash")?;
        let id: &StringArray = column(&batch, "id")?;
        let mut before = Self { record_hash: hash.values().to_vec(), id: ids(id)?, ..Self::default() };
        let batch = view.table("select id, stands_for from redirects").await?;
        let (id, stands_for) =
            (column::<StringArray>(&batch, "id")?, column::<StringArray>(&batch, "stands_for")?);
        for row in 0..batch.num_rows() {
            let from = uuid(id.value(row))?;
            match stands_for.value(row) {
                "" => before.retired.push(from),
                other => before.redirects.push((from, uuid(other)?)),
            }
        }
        Ok(before)
    }

    fn previous(&self) -> Previous<'_> {
        Previous {
            record_hash: &self.record_hash,
            id: &self.id,
            redirects: &self.redirects,
            retired: &self.retired,
        }
    }
}

fn uuid(text: &str) -> Result<Uuid, Error> {
    Uuid::parse_str(text).map_err(|_| Error::Unknown(format!("the customer id `{text}`")))
}

fn ids(column: &StringArray) -> Result<Vec<Uuid>, Error> {
    (0..column.len()).map(|row| uuid(column.value(row))).collect()
}
