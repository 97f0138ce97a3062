//! The tables of the identity step.

use super::Before;
use crate::error::Error;
use crate::people::People;
use arrow::array::{
    ArrayRef, Float32Array, Float64Array, RecordBatch, StringArray, UInt8Array, UInt32Array, UInt64Array,
};
use identity::Resolution;
use identity::score::{Remembered, probability};
use intake::Home;
use lake::tables::{self, Table};
use lake::{Lake, Mode};
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Writes the tables of the identity step.
pub(super) struct Tables<'a> {
    pub(super) home: &'a Home,
    pub(super) people: &'a People,
    pub(super) resolution: &'a Resolution,
    pub(super) edition: u64,
    pub(super) lake: &'a Lake,
}

impl Tables<'_> {
    /// Writes them all.
    pub(super) async fn all(&self, before: &Before) -> Result<(), Error> {
        self.customer_of().await?;
        self.remembered().await?;
        self.customers().await?;
        self.redirects(before).await?;
        self.merges().await?;
        self.review().await?;
        self.generic_values().await
    }

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
        // By ascending hash, as the records are.
        let mut content = self.resolution.remembered.content.clone();
        content.resize(self.people.hash.len(), 0);
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(self.people.hash.clone())),
            Arc::new(StringArray::from_iter_values(silo)),
            Arc::new(UInt32Array::from(self.resolution.customer.clone())),
            Arc::new(UInt64Array::from(content)),
        ];
        self.put(&tables::customer_of(), columns).await
    }

    /// What the next refresh starts from, beside `customer_of`.
    async fn remembered(&self) -> Result<(), Error> {
        let Remembered { pairs, overfull, .. } = &self.resolution.remembered;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(pairs.iter().map(|pair| pair.a))),
            Arc::new(UInt32Array::from_iter_values(pairs.iter().map(|pair| pair.b))),
            Arc::new(Float32Array::from_iter_values(pairs.iter().map(|pair| pair.weight))),
            Arc::new(UInt8Array::from_iter_values(pairs.iter().map(|pair| pair.rule))),
        ];
        self.put(&tables::pairs(), columns).await?;
        self.put(&tables::overfull_blocks(), vec![Arc::new(UInt64Array::from(overfull.clone()))]).await
    }

    async fn customers(&self) -> Result<(), Error> {
        let ids = &self.resolution.ids;
        let mut records = vec![0u32; ids.len()];
        for customer in &self.resolution.customer {
            records[*customer as usize] += 1;
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt32Array::from_iter_values(0..ids.len() as u32)),
            Arc::new(StringArray::from_iter_values(ids.iter().map(Uuid::to_string))),
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
            Arc::new(merges.iter().map(|merge| merge.weight.map(f64::from)).collect::<Float64Array>()),
        ];
        self.put(&tables::merges(), columns).await
    }

    async fn review(&self) -> Result<(), Error> {
        let review = &self.resolution.review;
        let hash = |row: u32| self.people.hash[row as usize];
        let customer = |row: u32| self.resolution.customer[row as usize];
        let (a, b) = (review.iter().map(|r| r.pair.record_a), review.iter().map(|r| r.pair.record_b));
        let weight = review.iter().map(|r| f64::from(r.pair.weight));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from_iter_values(a.clone().map(hash))),
            Arc::new(UInt64Array::from_iter_values(b.clone().map(hash))),
            Arc::new(UInt32Array::from_iter_values(a.map(customer))),
            Arc::new(UInt32Array::from_iter_values(b.map(customer))),
            Arc::new(Float64Array::from_iter_values(weight)),
            Arc::new(Float64Array::from_iter_values(review.iter().map(|r| probability(r.pair.weight)))),
            Arc::new(StringArray::from_iter_values(review.iter().map(|r| r.doubt.name()))),
        ];
        self.put(&tables::review(), columns).await
    }

    async fn generic_values(&self) -> Result<(), Error> {
        let mut generic: Vec<_> = self.resolution.generic.iter().collect();
        generic.sort_by(|x, y| (x.field, &x.value).cmp(&(y.field, &y.value)));
        let columns: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from_iter_values(generic.iter().map(|value| value.field.name()))),
            Arc::new(StringArray::from_iter_values(generic.iter().map(|value| value.value.as_str()))),
            Arc::new(UInt32Array::from_iter_values(generic.iter().map(|value| value.names))),
        ];
        self.put(&tables::generic_values(), columns).await
    }
}
