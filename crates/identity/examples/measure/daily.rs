//! A day's new records after a run on all others, beside one run on all of them at once.

use crate::set::{Set, scatter};
use crate::{Lap, rounded};
use anyhow::ensure;
use arrow::array::BooleanArray;
use arrow::compute::filter;
use identity::score::{self, Before, Limits, Model, Packed, Remembered, Scored};
use serde_json::{Value, json};

/// Measures both; every `one_in`th record is new.
///
/// # Errors
/// When the two do not end in the same.
pub(crate) fn measure(set: &Set, one_in: u64, threads: usize) -> anyhow::Result<Value> {
    let old = without_new(set, one_in.max(2))?;
    let columns = set.columns();
    let model = Model::train(&Packed::read(&set.table(&columns), threads)?, threads);
    let (before, _) = run(&old, &model, &Remembered::default(), threads)?;
    let (full, full_told) = run(set, &model, &Remembered::default(), threads)?;
    let (day, day_told) = run(set, &model, &before, threads)?;
    ensure!(full == day, "a day on top of the rest does not end where one run over all ends");
    let (all, known) = (set.truth.len(), old.truth.len());
    Ok(json!({ "records": all, "new": all - known, "full": full_told, "day": day_told }))
}

fn run(set: &Set, model: &Model, before: &Remembered, threads: usize) -> anyhow::Result<(Remembered, Value)> {
    let mut lap = Lap::now()?;
    let columns = set.columns();
    let packed = Packed::read(&set.table(&columns), threads)?;
    let read = lap.turn()?;
    let scored: Scored = score::score_since(&packed, model, before, threads)?;
    let scoring = lap.turn()?;
    score::link(&packed, model, &scored, &Before::default(), Limits::default())?;
    let linking = lap.turn()?;
    let cpu_s = [read, scoring, linking].map(|[_, cpu_s]| cpu_s);
    let told = json!({
        "touched": scored.touched,
        "scored_pairs": scored.pairs(),
        "edges": scored.edges(),
        "read_cpu_s": rounded(cpu_s[0]),
        "score_cpu_s": rounded(cpu_s[1]),
        "link_cpu_s": rounded(cpu_s[2]),
        "cpu_s": rounded(cpu_s.iter().sum()),
    });
    Ok((scored.remembered(&packed), told))
}

/// The set without the records that are new.
fn without_new(set: &Set, one_in: u64) -> anyhow::Result<Set> {
    let keep: Vec<bool> = set.record_hash.iter().map(|&hash| !scatter(hash).is_multiple_of(one_in)).collect();
    let kept =
        |values: &[u64]| values.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(&v, _)| v).collect();
    let mask = BooleanArray::from(keep.clone());
    let mut columns = Vec::new();
    for (role, name, values) in &set.columns {
        let column = filter(values, &mask)?;
        columns.push((
            *role,
            *name,
            column.as_any().downcast_ref().cloned().unwrap_or_else(|| values.clone()),
        ));
    }
    let source = set.source.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(&source, _)| source).collect();
    Ok(Set {
        record_hash: kept(&set.record_hash),
        columns,
        source,
        link_only: set.link_only,
        truth: kept(&set.truth),
    })
}
