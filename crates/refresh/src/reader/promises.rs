//! Reading how promises were kept, and each breach.

use super::journey::number;
use super::{Current, Reader};
use crate::error::Error;
use crate::view::promises::{Breach, Breaches, Department, Month, Promised, Promises, Told, WantedBreaches};
use arrow::array::{
    Array, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt32Array,
    UInt64Array,
};
use lake::{column, quoted};
use model::config::Config;
use model::config::promise::{Met, Per, Promise, PromiseRule};
use model::{Day, Granularity, Outcome, Period};
use std::collections::BTreeMap;

/// Months told at most.
const MONTHS: i32 = 24;

/// By promise and month.
type Counts = BTreeMap<(String, Day), Told>;

impl Reader {
    /// The promises and how they were kept; an empty segment tells the whole.
    pub async fn promises(&self, segment: &str) -> Result<Promises, Error> {
        let current = self.current().await?;
        let config = self.company();
        let sql = format!("select * from promise_months where segment = {}", quoted(segment));
        let counts = counts(&current.view.table(&sql).await?)?;
        let customers = current.broken_customers(segment).await?;
        let months = months(&counts, current.edition.as_of);
        let owner = |promise: &Promise| {
            let found = config.departments.iter().find(|one| one.id.get_ref() == promise.owner.get_ref());
            found.map_or_else(|| promise.owner.get_ref().clone(), |one| one.name.clone())
        };
        let promised = |promise: &Promise| {
            let id = promise.id.get_ref().clone();
            Promised {
                name: promise.name.clone(),
                owner: owner(promise),
                rule: promise.rule(&config.touchpoints).map(|rule| words(&rule, promise, config)),
                told: total(&counts, |other| other == id),
                broken_customers: customers.get(&id).copied().unwrap_or_default(),
                months: by_month(&counts, &months, |other| other == id),
                id,
            }
        };
        let promises: Vec<Promised> = config.promises.iter().map(promised).collect();
        let departments = config.departments.iter().filter_map(|department| {
            let owns = |promise: &&Promise| promise.owner.get_ref() == department.id.get_ref();
            let theirs: Vec<&str> =
                config.promises.iter().filter(owns).map(|promise| promise.id.get_ref().as_str()).collect();
            let told = total(&counts, |id| theirs.contains(&id));
            (told != Told::default()).then(|| Department {
                name: department.name.clone(),
                told,
                months: by_month(&counts, &months, |id| theirs.contains(&id)),
            })
        });
        Ok(Promises {
            segment: segment.to_owned(),
            months: by_month(&counts, &months, |_| true),
            departments: departments.collect(),
            promises,
        })
    }

    /// Breaches, newest first. Fails on a promise that the config does not know.
    pub async fn breaches(&self, wanted: &WantedBreaches) -> Result<Breaches, Error> {
        let current = self.current().await?;
        let config = self.company();
        let known = |id: &str| config.promises.iter().find(|promise| promise.id.get_ref() == id);
        if !wanted.promise.is_empty() && known(&wanted.promise).is_none() {
            return Err(Error::Asked(format!("There is no promise `{}`.", wanted.promise)));
        }
        let from = format!(
            "from promise_breaches b join customers c on c.customer = b.customer where {}",
            fits(wanted)
        );
        let batch = current.view.table(&format!("select count(*) as n {from}")).await?;
        let total = column::<Int64Array>(&batch, "n")?.iter().flatten().next().unwrap_or_default();
        let sql = format!(
            "select b.customer, c.id, b.promise, b.at, b.due, b.happened {from} \
             order by b.at desc, b.customer, b.promise limit {} offset {}",
            wanted.limit, wanted.offset
        );
        let batch = current.view.table(&sql).await?;
        let codes: &UInt32Array = column(&batch, "customer")?;
        let faces = current.faces(codes.values()).await?;
        let (ids, promises): (&StringArray, &StringArray) =
            (column(&batch, "id")?, column(&batch, "promise")?);
        let [at, due, happened] =
            ["at", "due", "happened"].map(|name| column::<TimestampMicrosecondArray>(&batch, name));
        let (at, due, happened) = (at?, due?, happened?);
        let us = |column: &TimestampMicrosecondArray, row| column.is_valid(row).then(|| column.value(row));
        let breach = |row: usize| Breach {
            promise: promises.value(row).to_owned(),
            name: known(promises.value(row)).map(|promise| promise.name.clone()).unwrap_or_default(),
            customer: ids.value(row).to_owned(),
            customer_name: faces.get(&codes.value(row)).map(|face| face.name.clone()).unwrap_or_default(),
            began_us: at.value(row),
            due_us: us(due, row),
            happened_us: us(happened, row),
        };
        Ok(Breaches { total: total as usize, rows: (0..batch.num_rows()).map(breach).collect() })
    }
}

impl Current {
    /// By promise: customers to whom it was broken.
    async fn broken_customers(&self, segment: &str) -> Result<BTreeMap<String, u64>, Error> {
        let wanted = WantedBreaches { segment: segment.to_owned(), ..WantedBreaches::default() };
        let sql = format!(
            "select b.promise, cast(count(distinct b.customer) as bigint unsigned) as n \
             from promise_breaches b join customers c on c.customer = b.customer where {} group by b.promise",
            fits(&wanted)
        );
        let batch = self.view.table(&sql).await?;
        let (promise, n): (&StringArray, &UInt64Array) = (column(&batch, "promise")?, column(&batch, "n")?);
        Ok((0..batch.num_rows()).map(|row| (promise.value(row).to_owned(), n.value(row))).collect())
    }
}

fn fits(wanted: &WantedBreaches) -> String {
    let mut all = vec!["true".to_owned()];
    if !wanted.promise.is_empty() {
        all.push(format!("b.promise = {}", quoted(&wanted.promise)));
    }
    if let Some(month) = wanted.month {
        all.push(format!("b.month = date '{month}'"));
    }
    if !wanted.segment.is_empty() {
        let segment = quoted(&wanted.segment);
        all.push(format!("b.customer in (select customer from customer_segments where segment = {segment})"));
    }
    all.join(" and ")
}

fn counts(batch: &RecordBatch) -> Result<Counts, Error> {
    let (promise, month): (&StringArray, &Date32Array) = (column(batch, "promise")?, column(batch, "month")?);
    let one = |row: usize| {
        let of = |name| number(batch, name, row);
        let told = Told { kept: of("kept")?, broken: of("broken")?, open: of("open")? };
        Ok(((promise.value(row).to_owned(), Day(month.value(row))), told))
    };
    (0..batch.num_rows()).map(one).collect()
}

/// The months up to the end of the books, as many as are told; none before the first with a promise.
fn months(counts: &Counts, as_of: Day) -> Vec<Day> {
    let last = Period::of(Granularity::Month, as_of);
    let first = counts.keys().map(|(_, month)| *month).min();
    let all = (1 - MONTHS..=0).map(|back| Period { index: last.index + back, ..last }.start());
    all.filter(|month| first.is_some_and(|first| first <= *month)).collect()
}

fn total(counts: &Counts, of: impl Fn(&str) -> bool) -> Told {
    sum(counts.iter().filter(|((id, _), _)| of(id)).map(|(_, told)| *told))
}

fn by_month(counts: &Counts, months: &[Day], of: impl Fn(&str) -> bool) -> Vec<Month> {
    let one = |month: &Day| {
        let told = counts.iter().filter(|((id, other), _)| other == month && of(id)).map(|(_, told)| *told);
        Month { month: *month, told: sum(told) }
    };
    months.iter().map(one).collect()
}

fn sum(all: impl Iterator<Item = Told>) -> Told {
    all.fold(Told::default(), |mut sum, told| {
        sum.add(told);
        sum
    })
}

/// `After Request for help (begun): Request for help (ok or reopened) within 2 business days`.
fn words(rule: &PromiseRule, promise: &Promise, config: &Config) -> String {
    let met = |met: &Met| {
        let named =
            met.touchpoints.iter().map(|at| config.touchpoints[*at].name.as_str()).collect::<Vec<_>>();
        let told = if named.is_empty() { "any contact".to_owned() } else { named.join(" or ") };
        let outcome = |outcome: &Outcome| if *outcome == Outcome::Unknown { "begun" } else { outcome.name() };
        let outcomes = met.outcomes.iter().map(outcome).collect::<Vec<_>>();
        if outcomes.is_empty() { told } else { format!("{told} ({})", outcomes.join(" or ")) }
    };
    let time = promise.within.as_ref().map_or("", |text| text.get_ref().trim());
    let tie = if promise.per == Per::Customer { ", for the same customer" } else { "" };
    match rule {
        PromiseRule::Then { when, then, .. } => {
            format!("After {}: {} within {time}{tie}", met(when), met(then))
        }
        PromiseRule::Never { never, after, within: None } => {
            format!("After {}: never {}{tie}", met(after), met(never))
        }
        PromiseRule::Never { never, after, .. } => {
            format!("After {}: no {} for {time}{tie}", met(after), met(never))
        }
    }
}
