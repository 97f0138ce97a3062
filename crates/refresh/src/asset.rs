//! The asset step: how customers stay (cohorts, survival) and what they are worth, from the edition's own postings
//! and timeline. A layer apart: nothing here is ever booked.

mod gather;
mod stay;
mod tests_of_stay;
mod valued;
mod worth;

use crate::customers::Customers;
use crate::error::Error;
use crate::timeline::Told;
use arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt16Array, UInt32Array,
    UInt64Array,
};
pub(crate) use gather::posting_rows;
use gather::{Lived, Met};
use intake::Home;
use lake::tables::{self, Table};
use lake::{Lake, Mode};
use ledger::cohorts::{Cohort, Triangle};
use model::Day;
use std::sync::Arc;

/// Share of draws, and of samples, that intervals hold.
pub(crate) const LEVEL_SHARE: f64 = 0.95;

/// Rows in one batch of a large table.
const BATCH: usize = 65_536;

/// Writes `cohorts`, `survival`, `survival_tests`, `worth` and `customer_worth` from the postings and the timeline
/// at `snapshot`. What a model refuses is told in its place; only unreadable tables fail.
pub(crate) async fn keep(
    home: &Home,
    lake: &Lake,
    customers: &Customers,
    snapshot: i64,
    edition: u64,
    as_of: Day,
    told: Told<'_>,
) -> Result<(), Error> {
    let tables = Writer { lake, edition };
    let view = lake.view_in_order(snapshot).await?;
    let lived = Lived::read(&view, customers, as_of).await?;
    tables.put(&tables::cohorts(), &cohort_rows(&lived.triangles, &customers.names)?).await?;
    let curves = stay::curves(&lived.lives, customers)?;
    tables.put(&tables::survival(), &curve_rows(&curves)?).await?;
    let tests = tests_of_stay::tests(&lived, &curves, customers, &home.config)?;
    tables.put(&tables::survival_tests(), &test_rows(&tests)?).await?;
    drop(curves);
    let met = Met::read(&view, &home.config, as_of, told).await?;
    let valued = valued::value(&met, &lived.active, customers, &home.config, as_of)?;
    tables.put(&tables::worth(), &worth::lines(&valued.lines)?).await?;
    tables.put_all(&tables::customer_worth(), valued.customers.batches(BATCH)).await
}

struct Writer<'a> {
    lake: &'a Lake,
    edition: u64,
}

impl Writer<'_> {
    async fn put(&self, table: &Table, batch: &RecordBatch) -> Result<(), Error> {
        let key = format!("edition {}: {}", self.edition, table.name);
        self.lake.put(table, Mode::Replace, &key, std::slice::from_ref(batch)).await?;
        Ok(())
    }

    async fn put_all(
        &self,
        table: &Table,
        batches: impl Iterator<Item = Result<RecordBatch, Error>>,
    ) -> Result<(), Error> {
        let key = format!("edition {}: {}", self.edition, table.name);
        let mut write = self.lake.write(table, Mode::Replace, &key).await?;
        for batch in batches {
            write.batch(&batch?)?;
        }
        write.finish().await?;
        Ok(())
    }
}

/// Name of a segment's code; empty for the whole.
fn name_of(segments: &[String], code: Option<u16>) -> &str {
    code.and_then(|code| segments.get(usize::from(code))).map_or("", String::as_str)
}

fn cohort_rows(triangles: &[Triangle], segments: &[String]) -> Result<RecordBatch, Error> {
    let cells: Vec<(&Cohort, usize)> = triangles
        .iter()
        .flat_map(|triangle| &triangle.cohorts)
        .flat_map(|cohort| (0..cohort.active.len()).map(move |age| (cohort, age)))
        .collect();
    let number = |of: fn(&Cohort, usize) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(cells.iter().map(|(cohort, age)| of(cohort, *age))))
    };
    let text = |of: &dyn Fn(&Cohort) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(cells.iter().map(|(cohort, _)| of(cohort))))
    };
    let columns: Vec<ArrayRef> = vec![
        text(&|cohort| cohort.period.granularity.name().to_owned()),
        text(&|cohort| cohort.period.to_string()),
        Arc::new(Date32Array::from_iter_values(cells.iter().map(|(cohort, _)| cohort.period.start().0))),
        text(&|cohort| name_of(segments, cohort.segment).to_owned()),
        Arc::new(UInt16Array::from_iter_values(cells.iter().map(|(_, age)| *age as u16))),
        number(|cohort, _| cohort.size),
        number(|cohort, _| cohort.gained_minor),
        number(|cohort, age| cohort.active[age]),
        number(|cohort, age| cohort.value_minor[age]),
    ];
    Ok(RecordBatch::try_new(tables::cohorts().schema, columns)?)
}

fn curve_rows(curves: &[stay::Curve]) -> Result<RecordBatch, Error> {
    let rows: Vec<(&str, &stay::Step)> =
        curves.iter().flat_map(|curve| curve.steps.iter().map(|step| (&*curve.segment, step))).collect();
    let share = |of: fn(&stay::Step) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(rows.iter().map(|(_, step)| of(step))))
    };
    let count = |of: fn(&stay::Step) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(rows.iter().map(|(_, step)| of(step))))
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(rows.iter().map(|(segment, _)| segment))),
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(|(_, step)| step.days))),
        count(|step| step.at_risk),
        count(|step| step.lost),
        share(|step| step.share),
        share(|step| step.low),
        share(|step| step.high),
    ];
    Ok(RecordBatch::try_new(tables::survival().schema, columns)?)
}

fn test_rows(tests: &[tests_of_stay::Test]) -> Result<RecordBatch, Error> {
    use tests_of_stay::Test;
    let number = |of: fn(&Test) -> Option<f64>| -> ArrayRef {
        Arc::new(tests.iter().map(of).collect::<Float64Array>())
    };
    let count = |of: fn(&Test) -> Option<u64>| -> ArrayRef {
        Arc::new(tests.iter().map(of).collect::<UInt64Array>())
    };
    let columns: Vec<ArrayRef> = vec![
        Arc::new(StringArray::from_iter_values(tests.iter().map(|test| test.kind))),
        Arc::new(StringArray::from_iter_values(tests.iter().map(|test| &*test.name))),
        count(|test| test.customers),
        count(|test| test.lost),
        number(|test| test.value),
        number(|test| test.low),
        number(|test| test.high),
        Arc::new(tests.iter().map(|test| test.degrees).collect::<UInt32Array>()),
        number(|test| test.p_value),
        Arc::new(StringArray::from_iter_values(tests.iter().map(|test| &*test.reason))),
    ];
    Ok(RecordBatch::try_new(tables::survival_tests().schema, columns)?)
}
