//! Splits by what happened: the value of the first, the latest or most of a customer's events that have one.

use super::values::{Gathered, Values};
use crate::error::Error;
use arrow::array::{Array, StringArray, UInt32Array};
use futures::StreamExt;
use intake::Home;
use lake::{View, column};
use model::Day;
use model::config::{Config, Take};

/// Values of a trait of events up to the last day of the books.
pub(super) async fn values(
    view: &View,
    home: &Home,
    customers: u32,
    (of, take): (&str, Take),
    as_of: Day,
) -> Result<Values, Error> {
    let mut gathered = Gathered::new(customers, take);
    let mut rows = view.stream(&sql(of, as_of)).await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let (customer, seq) =
            (column::<UInt32Array>(&batch, "customer")?, column::<UInt32Array>(&batch, "seq")?);
        let value: &StringArray = column(&batch, "value")?;
        for row in (0..batch.num_rows()).filter(|row| value.is_valid(*row)) {
            gathered.add(customer.value(row), seq.value(row), value.value(row));
        }
    }
    Ok(gathered.finish().renamed(|value| shown(&home.config, of, value)))
}

/// Customer, ordinal and value of every event that has one; the traits are those of `EVENT_TRAITS`.
fn sql(of: &str, as_of: Day) -> String {
    let address = "x.import_id = t.import_id and x.row_no = t.row_no and x.part = t.part";
    let (value, joined) = match of {
        "event" | "currency" => (format!("x.{of}"), format!("join events x on {address}")),
        "touchpoint" => ("p.name".to_owned(), "join touchpoints p on p.touchpoint = t.touchpoint".to_owned()),
        "stage" | "department" => {
            (format!("p.{of}"), "join touchpoints p on p.touchpoint = t.touchpoint".to_owned())
        }
        "silo" => (
            "i.silo".to_owned(),
            "join (select distinct import_id, silo from imports) i on i.import_id = t.import_id".to_owned(),
        ),
        "stream" => ("cast(t.stream as varchar)".to_owned(), String::new()),
        _ => (format!("x.{of}"), format!("join event_text x on {address}")),
    };
    format!(
        "select t.customer, t.seq, {value} as value from timeline t {joined} \
         where {value} is not null and t.day <= date '{as_of}'"
    )
}

/// As a value is shown: names of the company's own things in place of their ids; `None` for no stream.
fn shown(config: &Config, of: &str, value: &str) -> Option<String> {
    let named = |found: Option<&String>| Some(found.map_or_else(|| value.to_owned(), Clone::clone));
    match of {
        "stage" => named(config.stages.iter().find(|s| s.id.get_ref() == value).map(|s| &s.name)),
        "department" => named(config.departments.iter().find(|d| d.id.get_ref() == value).map(|d| &d.name)),
        "silo" => named(config.silos.iter().find(|s| s.id.get_ref() == value).map(|s| &s.name)),
        "stream" => {
            let at: usize = value.parse().ok()?;
            config.streams.get(at).map(|stream| stream.id.get_ref().clone())
        }
        _ => Some(value.to_owned()),
    }
}
