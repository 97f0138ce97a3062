//! Editions: the rows of `editions`, written last, read first.

use crate::books;
use crate::closings::Closed;
use crate::error::Error;
use crate::view::Edition;
use arrow::array::{
    ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use identity::Effort;
use identity::score::RuleCount;
use lake::tables;
use lake::{Lake, Mode, column};
use model::Day;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What was looked at before an edition was published; its `checks`, as JSON.
#[derive(Serialize)]
pub(crate) struct Checks<'a> {
    #[serde(flatten)]
    pub(crate) books: &'a books::Checks,
    /// What is closed; `None` while nothing is.
    pub(crate) closed: Option<&'a Closed>,
    /// Of this refresh alone: pairs of new and changed records, by rule.
    pub(crate) compared: &'a [RuleCount],
    pub(crate) identity: Effort,
}

/// What `checks` say of comparing records; those of early editions say nothing.
#[derive(Deserialize)]
pub(crate) struct Compared {
    /// What each rule of weighing compared and what it left out; nothing where keys alone decide.
    #[serde(rename = "compared")]
    pub(crate) rules: Option<Vec<RuleCount>>,
    /// What that took.
    #[serde(rename = "identity")]
    pub(crate) effort: Option<Effort>,
}

/// What an edition tells of comparing records.
pub(crate) fn compared(edition: &Edition) -> Result<Compared, Error> {
    Ok(serde_json::from_str(&edition.checks)?)
}

/// What `checks` say of closed books; those of early editions say nothing.
#[derive(Deserialize)]
struct SaysClosed {
    closed: Option<Closed>,
}

/// The last closed day an edition knows.
pub(crate) fn closed_until(edition: &Edition) -> Result<Option<Day>, Error> {
    let SaysClosed { closed } = serde_json::from_str(&edition.checks)?;
    Ok(closed.map(|closed| closed.until))
}

/// What inputs say of decisions; those of early editions say nothing.
#[derive(Deserialize)]
struct Counted {
    #[serde(default)]
    decisions: u64,
}

/// Every edition published up to a snapshot, oldest first.
pub(crate) async fn all(lake: &Lake, snapshot: i64) -> Result<Vec<Edition>, Error> {
    let batch = lake.view(snapshot).await?.table("select * from editions order by edition").await?;
    let (number, at) =
        (column::<UInt64Array>(&batch, "edition")?, column::<TimestampMicrosecondArray>(&batch, "at")?);
    let (snapshot, as_of) =
        (column::<Int64Array>(&batch, "snapshot")?, column::<Date32Array>(&batch, "as_of")?);
    let (inputs, checks) =
        (column::<StringArray>(&batch, "inputs")?, column::<StringArray>(&batch, "checks")?);
    let row = |row: usize| {
        let inputs = inputs.value(row);
        let Counted { decisions } = serde_json::from_str(inputs)?;
        Ok(Edition {
            edition: number.value(row),
            snapshot: snapshot.value(row),
            at_us: at.value(row),
            as_of: Day(as_of.value(row)),
            decisions,
            inputs: inputs.to_owned(),
            checks: checks.value(row).to_owned(),
        })
    };
    (0..batch.num_rows()).map(row).collect()
}

/// Publishes an edition: from this commit on it is what everyone reads.
pub(crate) async fn publish(lake: &Lake, edition: &Edition) -> Result<(), Error> {
    let at = TimestampMicrosecondArray::from(vec![edition.at_us]).with_timezone("UTC");
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt64Array::from(vec![edition.edition])),
        Arc::new(Int64Array::from(vec![edition.snapshot])),
        Arc::new(at),
        Arc::new(Date32Array::from(vec![edition.as_of.0])),
        Arc::new(StringArray::from(vec![edition.inputs.as_str()])),
        Arc::new(StringArray::from(vec![edition.checks.as_str()])),
    ];
    let batch = RecordBatch::try_new(tables::editions().schema, columns)?;
    lake.put(&tables::editions(), Mode::Append, &format!("edition {}", edition.edition), &[batch]).await?;
    Ok(())
}
