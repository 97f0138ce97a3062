//! Splits by a query of the company's own, over what silos told and what identity and timeline made of it.

use super::UNKNOWN;
use super::values::Values;
use crate::error::Error;
use arrow::array::{Array, StringArray, UInt32Array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use lake::{Lake, Limits};
use model::config::Split;
use rustc_hash::FxHashMap;

/// Tables that a query may read. All others are made after it, and would be those of the last edition, whose codes of
/// customers are others.
const TABLES: &[&str] =
    &["records", "events", "event_text", "customer_of", "customers", "merges", "timeline", "touchpoints"];
const SECONDS: u64 = 600;
const MEMORY_BYTES: usize = 1 << 30;

/// What the query says of each customer, and the name of the segment of those it says nothing of.
pub(super) async fn values(
    lake: &Lake,
    snapshot: i64,
    split: &Split,
    sql: &str,
    customers: u32,
) -> Result<(Values, &'static str), Error> {
    let wrong = |what: String| Error::Split { split: split.id.get_ref().clone(), what };
    let query = format!("select distinct * from (\n{}\n)", sql.trim().trim_end_matches(';'));
    let rows = customers as usize + 1;
    let limits = Limits { rows, seconds: SECONDS, memory_bytes: MEMORY_BYTES, only: Some(TABLES) };
    let answer = lake.console(snapshot, &query, limits).await.map_err(|error| wrong(error.to_string()))?;
    let names: Vec<&str> = answer.schema.fields().iter().map(|field| field.name().as_str()).collect();
    let is_named = match names[..] {
        ["customer"] => false,
        ["customer", "segment"] | ["segment", "customer"] => true,
        _ => {
            let given = names.join(", ");
            return Err(wrong(format!(
                "the query gives the columns {given}; it must give customer, or customer and segment"
            )));
        }
    };
    let mut told: FxHashMap<u32, String> = FxHashMap::default();
    for batch in &answer.batches {
        let code = cast(column_of(batch, "customer")?, &DataType::UInt32)?;
        let code = code.as_any().downcast_ref::<UInt32Array>();
        let segment =
            if is_named { Some(cast(column_of(batch, "segment")?, &DataType::Utf8)?) } else { None };
        let segment = segment.as_ref().and_then(|texts| texts.as_any().downcast_ref::<StringArray>());
        for (row, code) in code.into_iter().flatten().enumerate() {
            let Some(code) = code else { continue };
            let value = match segment {
                None => "yes",
                Some(texts) if texts.is_null(row) => continue,
                Some(texts) => texts.value(row).trim(),
            };
            if code >= customers {
                return Err(wrong(format!("the query gives customer {code}, whom no table names")));
            }
            if let Some(known) = told.insert(code, value.to_owned()).filter(|known| known != value) {
                let (known, value) = (known.as_str().min(value), known.as_str().max(value));
                return Err(wrong(format!(
                    "the query puts customer {code} in two segments, `{known}` and `{value}`; group by customer"
                )));
            }
        }
    }
    if answer.cut {
        return Err(wrong(
            "the query gives more rows than there are customers; group by customer".to_owned(),
        ));
    }
    let values = Values::most(customers as usize, told.iter().map(|(code, value)| (*code, value.as_str())));
    Ok((values, if is_named { UNKNOWN } else { "no" }))
}

fn column_of<'a>(batch: &'a arrow::array::RecordBatch, name: &str) -> Result<&'a dyn Array, Error> {
    let found = batch.column_by_name(name).map(AsRef::as_ref);
    found.ok_or_else(|| Error::Unknown(format!("an answer without the column `{name}`")))
}
