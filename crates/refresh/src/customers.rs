//! The identity step: records become customers with permanent ids, segments and the evidence for both.

use crate::error::Error;
use crate::inputs::Live;
use crate::people::{self, People};
use arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use identity::{Mint, Previous, Records, Resolution, Settings};
use intake::Home;
use lake::tables::{self, Table};
use lake::{Lake, Mode, View, column};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Customers as later steps need them.
pub(crate) struct Customers {
    /// Segment code by customer code.
    pub(crate) segment_of: Vec<u16>,
    /// Segment names by code, ascending; empty when no segment column is set.
    pub(crate) segments: Vec<String>,
    /// Customer code by record hash.
    of_record: FxHashMap<u64, u32>,
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

/// Decides who is one customer and writes `customer_of`, `customers`, `redirects` and `merges`.
pub(crate) async fn resolve(
    home: &Home,
    lake: &Lake,
    live: &Live,
    snapshot: i64,
    previous: Option<i64>,
    now_us: i64,
    edition: u64,
) -> Result<Customers, Error> {
    let view = lake.view(snapshot).await?;
    live.put(&view)?;
    let people = people::read(&view, &home.config).await?;
    if people.hash.len() > u32::MAX as usize {
        return Err(Error::TooMany {
            what: "records",
            limit: u64::from(u32::MAX),
            cure: "split the company into several homes",
        });
    }
    let before = match previous {
        Some(snapshot) => Before::read(&lake.view(snapshot).await?).await?,
        None => Before::default(),
    };
    let mut mint = Mint::new(now_us.max(0).unsigned_abs() / 1000, edition);
    let resolution = identity::resolve(&records(&people), &settings(home), &before.previous(), &mut mint)?;
    let (segment_of, segments) = segments(home, &people, &resolution);
    let writer = Tables { home, people: &people, resolution: &resolution, edition, lake };
    writer.customer_of().await?;
    writer.customers(&segment_of, &segments).await?;
    writer.redirects(&before).await?;
    writer.merges().await?;
    let of_record = people.hash.iter().copied().zip(resolution.customer.iter().copied()).collect();
    Ok(Customers { segment_of, segments, of_record })
}

fn records(people: &People) -> Records<'_> {
    Records {
        record_hash: &people.hash,
        silo: &people.silo,
        name: people.column("name"),
        given: people.column("given"),
        family: people.column("family"),
        email: people.column("email"),
        phone: people.column("phone"),
        birth_date: people.column("birth_date"),
        address: people.column("address"),
        postcode: people.column("postcode"),
        company: people.column("company"),
        account: people.column("account"),
        exclusive_id: people.column("exclusive_id"),
    }
}

fn settings(home: &Home) -> Settings {
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

/// Writes the tables of the identity step.
struct Tables<'a> {
    home: &'a Home,
    people: &'a People,
    resolution: &'a Resolution,
    edition: u64,
    lake: &'a Lake,
}

impl Tables<'_> {
    async fn put(&self, table: &Table, columns: Vec<ArrayRef>) -> Result<(), Error> {
        let batch = RecordBatch::try_new(Arc::clone(&table.schema), columns)?;
        let key = format!("edition {}: {}", self.edition, table.name);
        self.lake.put(table, Mode::Replace, &key, &[batch]).await?;
        Ok(())
    }

    fn silo(&self, record: usize) -> &str {
        let silo = usize::from(self.people.silo[record]);
        self.home.config.silos.get(silo).map_or("", |silo| silo.id.get_ref())
    }

    async fn customer_of(&self) -> Result<(), Error> {
        let silo = (0..self.people.hash.len()).map(|record| self.silo(record));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.people.hash.clone())),
            Arc::new(StringArray::from_iter_values(silo)),
            Arc::new(UInt32Array::from(self.resolution.customer.clone())),
        ];
        self.put(&tables::customer_of(), columns).await
    }

    async fn customers(&self, segment_of: &[u16], segments: &[String]) -> Result<(), Error> {
        let ids = &self.resolution.ids;
        let mut records = vec![0u32; ids.len()];
        for customer in &self.resolution.customer {
            records[*customer as usize] += 1;
        }
        let segment =
            segment_of.iter().map(|code| segments.get(usize::from(*code)).map_or("", String::as_str));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(0..ids.len() as u32)),
            Arc::new(StringArray::from_iter_values(ids.iter().map(Uuid::to_string))),
            Arc::new(StringArray::from_iter_values(segment)),
            Arc::new(UInt32Array::from(records)),
        ];
        self.put(&tables::customers(), columns).await
    }

    /// Redirects in force, and ids whose records are gone, which stand for nobody.
    async fn redirects(&self, before: &Before) -> Result<(), Error> {
        let live: std::collections::BTreeSet<&Uuid> = self.resolution.ids.iter().collect();
        let mut redirects: BTreeMap<Uuid, String> = before
            .retired
            .iter()
            .chain(&before.id)
            .filter(|id| !live.contains(id))
            .map(|id| (*id, String::new()))
            .collect();
        redirects.extend(
            self.resolution
                .redirects
                .iter()
                .map(|(from, to)| (*from, if live.contains(to) { to.to_string() } else { String::new() })),
        );
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(redirects.keys().map(Uuid::to_string))),
            Arc::new(StringArray::from_iter_values(redirects.values())),
        ];
        self.put(&tables::redirects(), columns).await
    }

    async fn merges(&self) -> Result<(), Error> {
        let mut merges = self.resolution.merges.clone();
        merges.sort_by_key(|merge| (merge.customer, merge.record_a, merge.record_b));
        let hash = |row: u32| self.people.hash[row as usize];
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(merges.iter().map(|merge| merge.customer))),
            Arc::new(UInt64Array::from_iter_values(merges.iter().map(|merge| hash(merge.record_a)))),
            Arc::new(UInt64Array::from_iter_values(merges.iter().map(|merge| hash(merge.record_b)))),
            Arc::new(StringArray::from_iter_values(merges.iter().map(|merge| merge.rule.name()))),
            Arc::new(StringArray::from_iter_values(merges.iter().map(|merge| merge.field.name()))),
            Arc::new(Float64Array::new_null(merges.len())),
        ];
        self.put(&tables::merges(), columns).await
    }
}
