//! The identity step: records become customers with permanent ids, and the evidence for them.

pub(crate) mod proposal;
mod remembered;
mod tables;
pub(crate) mod trained;

use crate::decisions::{Decisions, Verdict};
use crate::error::Error;
use crate::inputs::Live;
use crate::models::Models;
use crate::people::{self, People};
use crate::segments::Values;
use arrow::array::{Array, StringArray, UInt64Array};
use identity::score::RuleCount;
use identity::{Effort, Mint, Previous, Resolution, Settings, Weighing};
use intake::Home;
use lake::{Lake, View, column};
use ledger::Splits;
use rustc_hash::FxHashMap;
use tables::Tables;
use uuid::Uuid;

/// Customers as later steps need them.
pub(crate) struct Customers {
    /// Code of the segment in the first split by customer code; 0 for everybody when nothing splits them. Until
    /// [`crate::segments::tell`] puts them, nobody is split.
    pub(crate) segment_of: Vec<u16>,
    /// Addresses of the first split's segments by code.
    pub(crate) segments: Vec<String>,
    /// Every split.
    pub(crate) splits: Splits,
    /// Addresses of the segments of all splits, by the codes of `splits`.
    pub(crate) names: Vec<String>,
    /// What records say, for each split by them.
    pub(crate) recorded: Vec<Values>,
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
    let recorded = recorded(&people, &resolution);
    let writer = Tables { home, people: &people, resolution: &resolution, edition: start.edition, lake };
    writer.all(&before).await?;
    let of_record = people.hash.iter().copied().zip(resolution.customer.iter().copied()).collect();
    Ok(Customers {
        segment_of: vec![0; resolution.ids.len()],
        segments: Vec::new(),
        splits: Splits::default(),
        names: Vec::new(),
        recorded,
        compared: resolution.compared,
        of_record,
        effort: resolution.effort,
    })
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

/// For each split by records, the value most of a customer's records name.
fn recorded(people: &People, resolution: &Resolution) -> Vec<Values> {
    let of = |named: &Vec<String>| {
        let rows = resolution.customer.iter().copied().zip(named.iter().map(String::as_str));
        Values::most(resolution.ids.len(), rows)
    };
    people.split_by.iter().map(of).collect()
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
