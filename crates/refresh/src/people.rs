//! What the silos know of people, one row per record: rows of one record are laid over each other, the last
//! word of each column wins.

use crate::error::Error;
use arrow::array::{Array, RecordBatch, StringArray, StringBuilder, UInt16Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use futures::StreamExt;
use lake::tables::RECORD_TEXT;
use lake::{View, column};
use model::config::{Config, SplitBy};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records by ascending hash, as columns.
pub(crate) struct People {
    pub(crate) hash: Vec<u64>,
    pub(crate) silo: Vec<u16>,
    /// The silo's own key.
    pub(crate) key: Vec<String>,
    /// In the order of `RECORD_TEXT`.
    pub(crate) text: Vec<StringArray>,
    /// For each split by a column or attribute of records, in order, what each record names; empty for nothing.
    pub(crate) split_by: Vec<Vec<String>>,
    /// Pairs of records of one silo, by hash, of which the silo says that they are the same; ascending.
    pub(crate) same: Vec<(u64, u64)>,
    /// Codes of orders and other references that several records name, each with a record's hash; ascending.
    pub(crate) references: Vec<(u32, u64)>,
}

impl People {
    /// As identity reads them.
    pub(crate) fn records(&self) -> identity::Records<'_> {
        identity::Records {
            record_hash: &self.hash,
            silo: &self.silo,
            name: self.column("name"),
            given: self.column("given"),
            family: self.column("family"),
            email: self.column("email"),
            phone: self.column("phone"),
            birth_date: self.column("birth_date"),
            address: self.column("address"),
            postcode: self.column("postcode"),
            city: self.column("city"),
            company: self.column("company"),
            account: self.column("account"),
            exclusive_id: self.column("exclusive_id"),
            same: &self.same,
            references: &self.references,
        }
    }

    /// Hashes of records that have a name and tell no way to reach who bears it; ascending.
    fn unreachable(&self) -> Vec<u64> {
        let told = |name: &str, row: usize| self.column(name).is_valid(row);
        let is_named = |row: usize| told("name", row) || told("given", row) || told("family", row);
        let is_reached = |row: usize| told("email", row) || told("phone", row) || told("exclusive_id", row);
        (0..self.hash.len())
            .filter(|&row| is_named(row) && !is_reached(row))
            .map(|row| self.hash[row])
            .collect()
    }

    /// The text column of a name in `RECORD_TEXT`.
    pub(crate) fn column(&self, name: &str) -> &StringArray {
        let at = RECORD_TEXT.iter().position(|column| *column == name).unwrap_or_default();
        &self.text[at]
    }
}

/// Reads all live records, or those of some hashes; `side.main.live` must be there.
pub(crate) async fn read(view: &View, config: &Config, only: Option<&[u64]>) -> Result<People, Error> {
    let hashes = only.map(|only| only.iter().map(u64::to_string).collect::<Vec<_>>().join(", "));
    let wanted = hashes.map_or_else(String::new, |hashes| format!("where r.record_hash in ({hashes}) "));
    let columns = RECORD_TEXT.iter().map(|name| format!("r.{name}")).collect::<Vec<_>>().join(", ");
    // The small table first: it is held in memory while the large one streams past.
    let sql = format!(
        "select r.record_hash, l.silo, r.record_key, {columns}, r.attributes \
         from side.main.live l join records r on l.import_id = r.import_id \
         {wanted}order by r.record_hash, r.updated_at nulls first, l.rank, r.row_no"
    );
    let mut rows = view.stream(&sql).await?;
    let mut fold = Fold::new(config);
    while let Some(batch) = rows.next().await {
        fold.batch(&batch?)?;
    }
    Ok(fold.finish())
}

/// Finds the orders and other references by which records that tell no way to reach anybody can be recognised: a
/// courier may know a name and a number of an order, and the shop knows whose it is.
pub(crate) async fn put_references(view: &View, people: &mut People) -> Result<(), Error> {
    let unreachable = people.unreachable();
    if unreachable.is_empty() {
        return Ok(());
    }
    let schema = Arc::new(Schema::new(vec![Field::new("record_hash", DataType::UInt64, false)]));
    let hashes = Arc::new(UInt64Array::from(unreachable));
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![hashes])?;
    view.put_side("unreachable", schema, vec![batch])?;
    let sql = "with named as (select distinct e.reference from side.main.unreachable u                join events e on e.record_hash = u.record_hash join side.main.live l on l.import_id = e.import_id                where e.reference is not null)                select distinct n.reference, e.record_hash from named n join events e on e.reference = n.reference                join side.main.live l on l.import_id = e.import_id order by 1, 2";
    let mut rows = view.stream(sql).await?;
    let (mut last, mut code) = (String::new(), 0);
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let reference: &StringArray = column(&batch, "reference")?;
        let record: &UInt64Array = column(&batch, "record_hash")?;
        for row in 0..batch.num_rows() {
            if reference.value(row) != last {
                reference.value(row).clone_into(&mut last);
                code += 1;
            }
            people.references.push((code, record.value(row)));
        }
    }
    Ok(())
}

struct Fold<'a> {
    config: &'a Config,
    /// What customers are split by: text columns, or keys among the attributes.
    wanted: Vec<&'a str>,
    hash: Vec<u64>,
    silo: Vec<u16>,
    text: Vec<StringBuilder>,
    split_by: Vec<Vec<String>>,
    key: Vec<String>,
    current: Vec<Option<String>>,
    /// Of the record being read, for each that is wanted.
    named: Vec<String>,
    same: Vec<(u64, u64)>,
}

impl<'a> Fold<'a> {
    fn new(config: &'a Config) -> Self {
        let wanted: Vec<&str> = config
            .splits
            .iter()
            .filter_map(|split| match split.by() {
                Some(SplitBy::Record(name)) => Some(name),
                _ => None,
            })
            .collect();
        Self {
            config,
            split_by: vec![Vec::new(); wanted.len()],
            named: vec![String::new(); wanted.len()],
            wanted,
            hash: Vec::new(),
            silo: Vec::new(),
            text: RECORD_TEXT.iter().map(|_| StringBuilder::new()).collect(),
            key: Vec::new(),
            current: vec![None; RECORD_TEXT.len()],
            same: Vec::new(),
        }
    }

    fn batch(&mut self, batch: &RecordBatch) -> Result<(), Error> {
        let hash: &UInt64Array = column(batch, "record_hash")?;
        let silo: &UInt16Array = column(batch, "silo")?;
        let key: &StringArray = column(batch, "record_key")?;
        let attributes: &StringArray = column(batch, "attributes")?;
        let text = RECORD_TEXT
            .iter()
            .map(|name| column::<StringArray>(batch, name))
            .collect::<lake::Result<Vec<_>>>()?;
        let same_as: &StringArray = column(batch, "same_as")?;
        for row in 0..batch.num_rows() {
            self.begin(hash.value(row), silo.value(row), key.value(row))?;
            for (value, cells) in self.current.iter_mut().zip(&text) {
                if cells.is_valid(row) && !cells.value(row).is_empty() {
                    *value = Some(cells.value(row).to_owned());
                }
            }
            if same_as.is_valid(row) {
                self.same_as(hash.value(row), silo.value(row), same_as.value(row));
            }
            if attributes.is_valid(row) {
                self.attributes(attributes.value(row))?;
            }
        }
        Ok(())
    }

    /// Goes on with a record, or closes the last and begins this one.
    fn begin(&mut self, hash: u64, silo: u16, key: &str) -> Result<(), Error> {
        if self.hash.last() == Some(&hash) {
            if self.silo.last() == Some(&silo) && self.key.last().is_some_and(|last| last == key) {
                return Ok(());
            }
            let name =
                |silo: u16| self.config.silos.get(usize::from(silo)).map_or("", |silo| silo.id.get_ref());
            let before = self.silo.last().copied().unwrap_or_default();
            return Err(Error::SameHash {
                one: format!("{}:{}", name(before), self.key.last().map_or("", String::as_str)),
                other: format!("{}:{key}", name(silo)),
                hash,
            });
        }
        self.close();
        self.hash.push(hash);
        self.silo.push(silo);
        self.key.push(key.to_owned());
        Ok(())
    }

    fn same_as(&mut self, hash: u64, silo: u16, key: &str) {
        if let Some(silo) = self.config.silos.get(usize::from(silo)) {
            let other = intake::record_hash(silo.id.get_ref(), key);
            if other != hash {
                self.same.push((hash, other));
            }
        }
    }

    fn attributes(&mut self, json: &str) -> Result<(), Error> {
        if self.wanted.iter().all(|name| RECORD_TEXT.contains(name)) {
            return Ok(());
        }
        let attributes: BTreeMap<String, serde_json::Value> = serde_json::from_str(json)?;
        for (wanted, named) in self.wanted.iter().zip(&mut self.named) {
            match attributes.get(*wanted) {
                Some(serde_json::Value::String(text)) if !text.trim().is_empty() => {
                    text.trim().clone_into(named);
                }
                Some(serde_json::Value::Null | serde_json::Value::String(_)) | None => {}
                Some(other) => *named = other.to_string(),
            }
        }
        Ok(())
    }

    /// Appends the record that was being read.
    fn close(&mut self) {
        if self.hash.is_empty() {
            return;
        }
        for (wanted, named) in self.wanted.iter().zip(&mut self.named) {
            if let Some(at) = RECORD_TEXT.iter().position(|name| name == wanted) {
                self.current[at].as_deref().unwrap_or_default().trim().clone_into(named);
            }
        }
        for (builder, value) in self.text.iter_mut().zip(&mut self.current) {
            builder.append_option(value.take());
        }
        for (column, named) in self.split_by.iter_mut().zip(&mut self.named) {
            column.push(std::mem::take(named));
        }
    }

    fn finish(mut self) -> People {
        self.close();
        self.same.sort_unstable();
        self.same.dedup();
        People {
            hash: self.hash,
            silo: self.silo,
            key: self.key,
            text: self.text.into_iter().map(|mut builder| builder.finish()).collect(),
            split_by: self.split_by,
            same: self.same,
            references: Vec::new(),
        }
    }
}
