//! Statements and segments of the newest edition.

use super::Reader;
use crate::edition;
use crate::error::Error;
use crate::view::closings::Basis;
use crate::view::{Line, Statement};
use arrow::array::{Int64Array, RecordBatch, StringArray};
use lake::tables::STATEMENT_FIGURES;
use lake::{column, quoted};
use model::{Granularity, Period};

impl Reader {
    /// The statement of every period, oldest first; an empty segment tells the whole. Without a basis, as reported
    /// where anything is closed.
    pub async fn statement(
        &self,
        granularity: Granularity,
        segment: &str,
        basis: Option<Basis>,
    ) -> Result<Statement, Error> {
        let current = self.current().await?;
        let closed_until = edition::closed_until(&current.edition)?;
        let basis = basis.unwrap_or(Basis::Reported);
        let basis = if closed_until.is_some() { basis } else { Basis::Restated };
        let table = match basis {
            Basis::Reported => "statement_reported",
            Basis::Restated => "statement",
        };
        let sql = format!(
            "select * from {table} where granularity = {} and segment = {} order by start",
            quoted(granularity.name()),
            quoted(segment)
        );
        let batch = current.view.table(&sql).await?;
        let lines = lines(&batch)?;
        Ok(Statement { granularity, segment: segment.to_owned(), basis, closed_until, lines })
    }

    /// Names of the segments, ascending; none when no segment column is set.
    pub async fn segments(&self) -> Result<Vec<String>, Error> {
        let current = self.current().await?;
        let batch = current
            .view
            .table("select distinct segment from customers where segment <> '' order by 1")
            .await?;
        let segment: &StringArray = column(&batch, "segment")?;
        Ok(segment.iter().flatten().map(str::to_owned).collect())
    }
}

fn lines(batch: &RecordBatch) -> Result<Vec<Line>, Error> {
    let period: &StringArray = column(batch, "period")?;
    let figures = STATEMENT_FIGURES
        .iter()
        .map(|name| column::<Int64Array>(batch, name))
        .collect::<lake::Result<Vec<_>>>()?;
    (0..batch.num_rows())
        .map(|row| {
            let name = period.value(row);
            let period = Period::parse(name).ok_or_else(|| Error::Unknown(format!("the period `{name}`")))?;
            let mut figure = figures.iter().map(|column| column.value(row));
            let mut next = || figure.next().unwrap_or_default();
            Ok(Line {
                period,
                opening_count: next(),
                gained_count: next(),
                won_back_count: next(),
                lost_count: next(),
                adjusted_count: next(),
                closing_count: next(),
                expanded_count: next(),
                contracted_count: next(),
                opening_minor: next(),
                gained_minor: next(),
                won_back_minor: next(),
                expanded_minor: next(),
                contracted_minor: next(),
                fx_minor: next(),
                lost_minor: next(),
                adjusted_minor: next(),
                closing_minor: next(),
            })
        })
        .collect()
}
