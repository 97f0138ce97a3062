//! The step of a refresh that tells closed books: the statement as reported, and the bridges to as restated.

use super::Closings;
use super::now::Company;
use crate::books::statement_rows;
use crate::error::Error;
use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringArray};
use lake::tables;
use lake::{Lake, Mode};
use ledger::check_balance;
use ledger::closing::{Bridge, Frozen};
use model::{Day, Granularity, Period};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use uuid::Uuid;

/// What an edition tells of closed books; kept with its checks.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Closed {
    /// The last closed day.
    pub(crate) until: Day,
    /// The balance of the lines as reported.
    #[serde(skip_deserializing, default)]
    balance: ledger::Checks,
}

/// The name of the segment of customers who were not split, where others are.
const UNSPLIT: &str = "(not split)";

/// Writes `statement_reported` and `bridges` from the books at a snapshot, after checking that what was reported
/// balances. `None` while nothing is closed.
pub(crate) async fn tell(
    lake: &Lake,
    history: &Closings,
    snapshot: i64,
    edition: u64,
    as_of: Day,
) -> Result<Option<Closed>, Error> {
    if history.steps.is_empty() {
        return Ok(None);
    }
    let company = Company::read(lake.view_in_order(snapshot).await?, as_of).await?;
    let frozen = Frozen::of(&history.steps, &company.segments)?;
    let names: Vec<String> = frozen
        .segments()
        .iter()
        .map(|name| if name.is_empty() { UNSPLIT } else { name }.to_owned())
        .collect();
    let mut bridges = Vec::new();
    let mut lines = Vec::new();
    let mut closed = None;
    if let Some(until) = frozen.cut_off() {
        lines = frozen.as_reported(&company.lines().await?, as_of);
        let days = frozen.month_ends();
        let stock = company.stock(&days).await?;
        for day in days {
            bridges.push(frozen.bridge(day, &stock, &company.records, &[])?);
        }
        let mut standing = company.standing(&frozen).await?;
        let last = Period::of(Granularity::Month, as_of).end().plus(-1);
        // Books that end with a closed month stand where that month was closed.
        if let Some(bridge) = bridges.iter().find(|bridge| bridge.cut_off == last) {
            standing.take_off(bridge)?;
        }
        closed = Some(Closed { until, balance: check_balance(&lines, &standing)? });
    }
    let table = tables::statement_reported();
    let key = |name: &str| format!("edition {edition}: {name}");
    let batch = RecordBatch::try_new(Arc::clone(&table.schema), statement_rows(&lines, &names))?;
    lake.put(&table, Mode::Replace, &key(table.name), &[batch]).await?;
    let table = tables::bridges();
    let batch = RecordBatch::try_new(Arc::clone(&table.schema), bridge_rows(&bridges, &names))?;
    lake.put(&table, Mode::Replace, &key(table.name), &[batch]).await?;
    Ok(closed)
}

fn bridge_rows(bridges: &[Bridge], names: &[String]) -> Vec<ArrayRef> {
    let rows: Vec<_> =
        bridges.iter().flat_map(|bridge| bridge.rows.iter().map(|row| (bridge.cut_off, row))).collect();
    let name =
        |code: Option<u16>| code.and_then(|code| names.get(usize::from(code))).map_or("", String::as_str);
    vec![
        Arc::new(Date32Array::from_iter_values(rows.iter().map(|(day, _)| day.0))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, row)| row.cause.name()))),
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(_, row)| name(row.segment)))),
        Arc::new(StringArray::from_iter_values(
            rows.iter().map(|(_, row)| Uuid::from_u128(row.customer).to_string()),
        )),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, row)| row.count))),
        Arc::new(Int64Array::from_iter_values(rows.iter().map(|(_, row)| row.value_minor))),
    ]
}
