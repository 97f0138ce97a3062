//! Identity as people look at it: what waits for a decision, why two records are one, which model is in force. Only
//! for those who may see everybody's personal data.

use super::{Current, Reader};
use crate::customers::{proposal, settings};
use crate::decisions::{Decision, Decisions, RecordName, Ruling, Verdict, decide};
use crate::edition;
use crate::error::Error;
use crate::models::{Models, Stored};
use crate::people;
use crate::view::identity::{
    Comparison, Explanation, GenericValue, IdentityStatus, Large, ModelField, ModelLevel, ModelSummary,
    ModelView, Part, Proposal, Size, Waiting,
};
use crate::view::{Merge, Page, Record};
use arrow::array::{Int64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use identity::{Field, Generic, Model};
use lake::tables::RECORD_TEXT;
use lake::{Access, Lake, column};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

impl Reader {
    /// Identity at a glance: sizes, the largest customers, values that identify nobody, the model. Of customers and
    /// values as many as `limit` are listed, the others counted.
    pub async fn identity(&self, limit: usize) -> Result<IdentityStatus, Error> {
        self.sight.whole()?;
        let current = self.current().await?;
        let sizes = current.sizes().await?;
        let several = sizes.iter().filter(|size| size.records > 1).map(|size| size.customers).sum::<u64>();
        let largest = Page { total: several as usize, rows: current.largest(limit).await? };
        let decisions = Decisions::read(&self.lake, self.lake.head().await?).await?;
        let (counted, compared) = (current.edition.decisions, edition::compared(&current.edition)?);
        Ok(IdentityStatus {
            records: sizes.iter().map(|size| u64::from(size.records) * size.customers).sum(),
            customers: sizes.iter().map(|size| size.customers).sum(),
            sizes,
            largest,
            generic: current.generic_values(limit).await?,
            waiting: self.waiting_pairs(&current, &decisions).await?.len() as u64,
            decided: decisions.in_force().len() as u64,
            not_yet_counted: decisions.all().iter().filter(|decision| decision.seq > counted).count() as u64,
            model: self.models(&current).await?.in_force().map(summary).transpose()?,
            compared: compared.rules,
            touched: compared.effort.map(|effort| effort.touched),
        })
    }

    /// Pairs that wait for a decision, surest first, without those decided since.
    pub async fn waiting(&self, offset: usize, limit: usize) -> Result<Page<Waiting>, Error> {
        self.sight.whole()?;
        let current = self.current().await?;
        let decisions = Decisions::read(&self.lake, self.lake.head().await?).await?;
        let pairs = self.waiting_pairs(&current, &decisions).await?;
        let total = pairs.len();
        let shown: Vec<Pair> = pairs.into_iter().skip(offset).take(limit).collect();
        let mut rows = Vec::with_capacity(shown.len());
        let Some(weigher) = self.weigher(&current).await? else { return Ok(Page { total, rows }) };
        let hashes: Vec<u64> = shown.iter().flat_map(|pair| [pair.a, pair.b]).collect();
        let records = self.records_of(&current, &hashes).await?;
        let customers = current.customers_of(&hashes).await?;
        for pair in shown {
            let side = |hash: u64| customers.get(&hash).cloned().unwrap_or_default();
            let (a, b) = (side(pair.a), side(pair.b));
            rows.push(Waiting {
                customer_a: a.0,
                customer_b: b.0,
                records: (a.1, b.1),
                doubt: pair.doubt,
                comparison: weigher.compare(&records, pair.a, pair.b)?,
            });
        }
        Ok(Page { total, rows })
    }

    /// Why two records are, or are not, one customer.
    pub async fn explain(&self, a: &RecordName, b: &RecordName) -> Result<Explanation, Error> {
        self.sight.whole()?;
        let current = self.current().await?;
        let hashes = [a.hash(), b.hash()];
        let customers = current.customers_of(&hashes).await?;
        for (name, hash) in [(a, hashes[0]), (b, hashes[1])] {
            if !customers.contains_key(&hash) {
                return Err(Error::NoRecord(name.to_string()));
            }
        }
        let weigher = self.weigher(&current).await?.ok_or(Error::NoModel)?;
        let records = self.records_of(&current, &hashes).await?;
        let ids = hashes.map(|hash| customers[&hash].0.clone());
        let one_customer = ids[0] == ids[1];
        let path = if one_customer { self.path(&ids[0], a, b).await? } else { Vec::new() };
        let decisions = Decisions::read(&self.lake, self.lake.head().await?).await?;
        let of_pair = |decision: &&&Decision| {
            (&decision.a, &decision.b) == (a, b) || (&decision.a, &decision.b) == (b, a)
        };
        let decision = decisions.in_force().iter().find(of_pair).map(|&decision| decision.clone());
        let [one, other] = ids;
        Ok(Explanation {
            one_customer,
            customers: (one, other),
            comparison: weigher.compare(&records, hashes[0], hashes[1])?,
            path,
            decision,
        })
    }

    /// The model in force; `None` before the first refresh.
    pub async fn model(&self) -> Result<Option<ModelView>, Error> {
        let current = self.current().await?;
        let models = self.models(&current).await?;
        let Some(stored) = models.in_force() else { return Ok(None) };
        let model: Model = serde_json::from_str(&stored.model)?;
        let level = |level: &identity::score::Level| ModelLevel {
            name: level.name.clone(),
            m: level.m,
            u: level.u,
            weight: level.weight,
        };
        let field = |field: &identity::score::FieldModel| ModelField {
            name: field.name.clone(),
            null_share: field.null_share,
            levels: field.levels.iter().map(level).collect(),
            rare_bits: field.rare_bits,
            common: field.common.len(),
        };
        Ok(Some(ModelView { summary: summary(stored)?, fields: model.fields.iter().map(field).collect() }))
    }

    /// The model that waits to be accepted, with what it would change; `None` when there is none.
    pub async fn proposal(&self) -> Result<Option<Proposal>, Error> {
        self.sight.whole()?;
        let models = Models::read(&self.lake, self.lake.head().await?).await?;
        let Some(stored) = models.proposed() else { return Ok(None) };
        let changes: proposal::Changes = serde_json::from_str(&stored.changes)?;
        let proposal::Changes { would_merge, would_split } = changes;
        Ok(Some(Proposal { model: summary(stored)?, would_merge, would_split }))
    }

    /// Accepts or rejects the model that waits; it counts from the next refresh.
    pub async fn judge_proposal(
        &self,
        accept: bool,
        by: &str,
        reason: &str,
        now_us: i64,
    ) -> Result<(), Error> {
        let lake = Lake::open(self.folder(), Access::Write).await?;
        proposal::judge(&lake, accept, by, reason, now_us).await
    }

    /// Decisions, newest first; whether each is in force.
    pub async fn decisions(&self, offset: usize, limit: usize) -> Result<Page<(Decision, bool)>, Error> {
        self.sight.whole()?;
        let decisions = Decisions::read(&self.lake, self.lake.head().await?).await?;
        let in_force: Vec<u64> = decisions.in_force().iter().map(|decision| decision.seq).collect();
        let told = |decision: &Decision| (decision.clone(), in_force.contains(&decision.seq));
        let rows = decisions.all().iter().rev().skip(offset).take(limit).map(told).collect();
        Ok(Page { total: decisions.all().len(), rows })
    }

    /// Adds a decision; it counts from the next refresh. Fails while another process writes.
    pub async fn decide(&self, ruling: Ruling, now_us: i64) -> Result<Decision, Error> {
        let lake = Lake::open(self.folder(), Access::Write).await?;
        decide(&lake, ruling, now_us).await
    }

    /// The models as the edition knows them.
    async fn models(&self, current: &Current) -> Result<Models, Error> {
        Models::read(&self.lake, current.edition.snapshot).await
    }

    async fn weigher(&self, current: &Current) -> Result<Option<Weigher<'_>>, Error> {
        let models = self.models(current).await?;
        let Some(stored) = models.in_force() else { return Ok(None) };
        let model = serde_json::from_str(&stored.model)?;
        let named = |value: GenericValue| {
            let field = [Field::Email, Field::Phone].into_iter().find(|field| field.name() == value.field)?;
            Some(Generic { field, value: value.value, names: value.names })
        };
        let generic = current.generic_values(usize::MAX).await?.rows.into_iter().filter_map(named).collect();
        Ok(Some(Weigher { reader: self, model, generic }))
    }

    /// Pairs of the edition that nobody decided since.
    async fn waiting_pairs(&self, current: &Current, decisions: &Decisions) -> Result<Vec<Pair>, Error> {
        let decided = |verdict| decisions.pairs(verdict);
        let decided: FxHashSet<(u64, u64)> = decided(Verdict::Same)
            .into_iter()
            .chain(decided(Verdict::Different))
            .map(|(a, b)| (a.min(b), a.max(b)))
            .collect();
        let sql = "select record_a, record_b, doubt from review order by weight desc, record_a, record_b";
        let batch = current.view.table(sql).await?;
        let (a, b) = (column::<UInt64Array>(&batch, "record_a")?, column::<UInt64Array>(&batch, "record_b")?);
        let doubt: &StringArray = column(&batch, "doubt")?;
        let pair = |row: usize| Pair { a: a.value(row), b: b.value(row), doubt: doubt.value(row).to_owned() };
        let waits = |pair: &Pair| !decided.contains(&(pair.a.min(pair.b), pair.a.max(pair.b)));
        Ok((0..batch.num_rows()).map(pair).filter(waits).collect())
    }

    /// Records by hash, as the edition knows them.
    async fn records_of(&self, current: &Current, hashes: &[u64]) -> Result<people::People, Error> {
        people::read(&current.view, self.company(), Some(hashes)).await
    }

    /// What joined two records of a customer: the merges from the one to the other.
    async fn path(&self, id: &str, a: &RecordName, b: &RecordName) -> Result<Vec<Merge>, Error> {
        let merges = self.customer(id, 0).await?.map(|life| life.merges).unwrap_or_default();
        Ok(way(&merges, &a.to_string(), &b.to_string()))
    }
}

/// Two records by hash, and what keeps them apart.
struct Pair {
    a: u64,
    b: u64,
    doubt: String,
}

/// The way from one record to another over merges, which form a tree.
fn way(merges: &[Merge], from: &str, to: &str) -> Vec<Merge> {
    let mut came: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let mut front = vec![from];
    while let Some(at) = front.pop() {
        for (number, merge) in merges.iter().enumerate() {
            let ends = (merge.record_a.as_str(), merge.record_b.as_str());
            let next = if ends.0 == at {
                ends.1
            } else if ends.1 == at {
                ends.0
            } else {
                continue;
            };
            if next != from && !came.contains_key(next) {
                came.insert(next, (number, at));
                front.push(next);
            }
        }
    }
    let mut way = Vec::new();
    let mut at = to;
    while let Some(&(number, before)) = came.get(at) {
        way.push(merges[number].clone());
        at = before;
    }
    way.reverse();
    way
}

/// Weighs records by the edition's model.
struct Weigher<'a> {
    reader: &'a Reader,
    model: Model,
    generic: Vec<Generic>,
}

impl Weigher<'_> {
    fn compare(&self, records: &people::People, a: u64, b: u64) -> Result<Comparison, Error> {
        let row = |hash: u64| {
            let found = records.hash.iter().position(|&other| other == hash);
            found.ok_or_else(|| Error::Unknown(format!("no record {hash:#018x}")))
        };
        let (a, b) = (row(a)?, row(b)?);
        let settings = settings(&self.reader.home);
        let rows = (a as u32, b as u32);
        let told = identity::explain(&records.records(), &settings, &self.model, &self.generic, rows)?;
        let sent = |field: &str, row: usize| {
            let known = RECORD_TEXT.contains(&field).then(|| records.column(field));
            known.map_or_else(String::new, |cells| cells.iter().nth(row).flatten().unwrap_or("").to_owned())
        };
        let part = |field: &identity::score::FieldEvidence| {
            Some(Part {
                level: field.level?.to_owned(),
                a: said(sent(&field.name, a), &field.compared[0]),
                b: said(sent(&field.name, b), &field.compared[1]),
                field: field.name.clone(),
                weight: field.weight,
                frequency: field.frequency_bits,
            })
        };
        Ok(Comparison {
            a: self.record(records, a),
            b: self.record(records, b),
            prior: told.prior,
            parts: told.fields.iter().filter_map(part).collect(),
            household: told.household_bits,
            weight: told.total,
            probability: told.probability,
            model: format!("{:016x}", told.model),
        })
    }

    fn record(&self, records: &people::People, row: usize) -> Record {
        let silo = self.reader.company().silos.get(usize::from(records.silo[row]));
        let cell = |name: &&str| {
            let value = records.column(name).iter().nth(row).flatten()?;
            (!value.is_empty()).then(|| ((*name).to_owned(), value.to_owned()))
        };
        Record {
            silo: silo.map_or_else(String::new, |silo| silo.id.get_ref().clone()),
            key: records.key[row].clone(),
            fields: RECORD_TEXT.iter().filter_map(cell).collect(),
        }
    }
}

/// What a record says in a field: as it was sent, else as it was taken from other fields, such as a whole name.
fn said(sent: String, compared: &str) -> String {
    if sent.is_empty() { compared.to_owned() } else { sent }
}

impl Current {
    /// How many customers have how many records.
    async fn sizes(&self) -> Result<Vec<Size>, Error> {
        let sql = "select records, count(*) as n from customers group by records order by records";
        let batch = self.view.table(sql).await?;
        let (records, n) = (column::<UInt32Array>(&batch, "records")?, column::<Int64Array>(&batch, "n")?);
        let size = |row: usize| Size { records: records.value(row), customers: n.value(row) as u64 };
        Ok((0..batch.num_rows()).map(size).collect())
    }

    /// Customers with more than one record, those with the most first.
    async fn largest(&self, limit: usize) -> Result<Vec<Large>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let sql = format!(
            "select c.customer, c.id, c.records, count(distinct o.silo) as silos from ( \
                 select customer, id, records from customers where records > 1 \
                 order by records desc, customer limit {limit}) c \
             join customer_of o on o.customer = c.customer \
             group by c.customer, c.id, c.records order by c.records desc, c.customer"
        );
        let batch = self.view.table(&sql).await?;
        let code: &UInt32Array = column(&batch, "customer")?;
        let faces = self.faces(code.values()).await?;
        let id: &StringArray = column(&batch, "id")?;
        let records: &UInt32Array = column(&batch, "records")?;
        let silos: &Int64Array = column(&batch, "silos")?;
        let large = |row: usize| Large {
            id: id.value(row).to_owned(),
            name: faces.get(&code.value(row)).map_or_else(String::new, |face| face.name.clone()),
            records: records.value(row),
            silos: silos.value(row) as u32,
        };
        Ok((0..batch.num_rows()).map(large).collect())
    }

    /// Values that identify nobody, those with the most names first.
    async fn generic_values(&self, limit: usize) -> Result<Page<GenericValue>, Error> {
        let batch = self.view.table("select * from generic_values order by names desc, field, value").await?;
        Ok(Page { total: batch.num_rows(), rows: generic(&batch, limit)? })
    }

    /// Id and number of records of the customers of records.
    async fn customers_of(&self, hashes: &[u64]) -> Result<FxHashMap<u64, (String, u32)>, Error> {
        if hashes.is_empty() {
            return Ok(FxHashMap::default());
        }
        let wanted = hashes.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select o.record_hash, c.id, c.records from customer_of o \
             join customers c on c.customer = o.customer where o.record_hash in ({wanted})"
        );
        let batch = self.view.table(&sql).await?;
        let hash: &UInt64Array = column(&batch, "record_hash")?;
        let (id, records) = (column::<StringArray>(&batch, "id")?, column::<UInt32Array>(&batch, "records")?);
        let one = |row: usize| (hash.value(row), (id.value(row).to_owned(), records.value(row)));
        Ok((0..batch.num_rows()).map(one).collect())
    }
}

fn generic(batch: &RecordBatch, limit: usize) -> Result<Vec<GenericValue>, Error> {
    let (field, value) = (column::<StringArray>(batch, "field")?, column::<StringArray>(batch, "value")?);
    let names: &UInt32Array = column(batch, "names")?;
    let one = |row: usize| GenericValue {
        field: field.value(row).to_owned(),
        value: value.value(row).to_owned(),
        names: names.value(row),
    };
    Ok((0..batch.num_rows().min(limit)).map(one).collect())
}

fn summary(stored: &Stored) -> Result<ModelSummary, Error> {
    let model: Model = serde_json::from_str(&stored.model)?;
    Ok(ModelSummary {
        version: stored.version.clone(),
        at_us: stored.at_us,
        by: stored.by.clone(),
        records: model.records,
        match_share: model.match_share,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merge(a: &str, b: &str) -> Merge {
        let (rule, field) = (String::new(), String::new());
        Merge { record_a: a.to_owned(), record_b: b.to_owned(), rule, field, weight: None }
    }

    #[test]
    fn the_way_between_two_records_leads_over_the_merges_between_them() {
        let merges = [merge("a", "b"), merge("c", "b"), merge("c", "d"), merge("b", "e")];
        let told = |from: &str, to: &str| {
            way(&merges, from, to).iter().map(|m| format!("{}{}", m.record_a, m.record_b)).collect::<Vec<_>>()
        };
        assert_eq!(told("a", "d"), ["ab", "cb", "cd"]);
        assert_eq!(told("e", "a"), ["be", "ab"]);
        assert!(told("a", "a").is_empty() && told("a", "x").is_empty());
    }
}
