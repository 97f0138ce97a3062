//! Statements of the newest edition, with their rates.

use super::{Current, Reader};
use crate::edition;
use crate::error::Error;
use crate::view::closings::Basis;
use crate::view::{Line, Rates, Statement};
use arrow::array::{Int64Array, RecordBatch, StringArray};
use lake::tables::{OPENING_COHORT, STATEMENT_FIGURES};
use lake::{column, quoted};
use model::{Day, Granularity, Period};
use std::collections::BTreeMap;

impl Reader {
    /// The statement of every period, oldest first; an empty segment tells the whole. Without a basis, as reported
    /// where anything is closed; segments of splits that closings do not keep are told as restated.
    pub async fn statement(
        &self,
        granularity: Granularity,
        segment: &str,
        basis: Option<Basis>,
    ) -> Result<Statement, Error> {
        let current = self.current().await?;
        let (basis, closed_until) = current.basis(basis, Current::split_of(segment)).await?;
        let lines = self.lines_of(&current, granularity, segment, basis).await?;
        Ok(Statement { granularity, segment: segment.to_owned(), basis, closed_until, lines })
    }

    async fn lines_of(
        &self,
        current: &Current,
        granularity: Granularity,
        segment: &str,
        basis: Basis,
    ) -> Result<Vec<Line>, Error> {
        let batch = current.view.table(&sql_of(granularity, segment, basis)).await?;
        let earned = match segment {
            "" => self.earned(current, granularity, basis).await?,
            _ => BTreeMap::new(),
        };
        lines(&batch, &earned)
    }

    /// Value gained by period of those who came by recommendation; empty where nobody says who did.
    pub(super) async fn earned(
        &self,
        current: &Current,
        granularity: Granularity,
        basis: Basis,
    ) -> Result<BTreeMap<String, i64>, Error> {
        match &self.company().ledger.earned {
            Some(segment) => {
                gained(&current.view.table(&sql_of(granularity, segment.get_ref(), basis)).await?)
            }
            None => Ok(BTreeMap::new()),
        }
    }
}

pub(super) const fn table_of(basis: Basis) -> &'static str {
    match basis {
        Basis::Reported => "statement_reported",
        Basis::Restated => "statement",
    }
}

fn sql_of(granularity: Granularity, segment: &str, basis: Basis) -> String {
    let (table, by, segment) = (table_of(basis), quoted(granularity.name()), quoted(segment));
    format!("select * from {table} where granularity = {by} and segment = {segment} order by start")
}

impl Current {
    /// How closed periods of a split, or of the whole, are told when a basis is asked for, and the last closed day.
    pub(super) async fn basis(
        &self,
        asked: Option<Basis>,
        split: Option<&str>,
    ) -> Result<(Basis, Option<Day>), Error> {
        let closed_until = edition::closed_until(&self.edition)?;
        let is_kept = match split {
            Some(split) => self.keeps(split).await?,
            None => true,
        };
        let basis = asked.unwrap_or(Basis::Reported);
        Ok((if closed_until.is_some() && is_kept { basis } else { Basis::Restated }, closed_until))
    }
}

/// Value gained by period.
fn gained(batch: &RecordBatch) -> Result<BTreeMap<String, i64>, Error> {
    let (period, minor) =
        (column::<StringArray>(batch, "period")?, column::<Int64Array>(batch, "gained_minor")?);
    Ok((0..batch.num_rows()).map(|row| (period.value(row).to_owned(), minor.value(row))).collect())
}

/// The lines, with `earned` value by period.
pub(super) fn lines(batch: &RecordBatch, earned: &BTreeMap<String, i64>) -> Result<Vec<Line>, Error> {
    let period: &StringArray = column(batch, "period")?;
    let numbers = |names: &[&str]| {
        names.iter().map(|name| column::<Int64Array>(batch, name)).collect::<lake::Result<Vec<_>>>()
    };
    let figures = numbers(STATEMENT_FIGURES)?;
    // Early editions do not tell what became of the opening's customers.
    let cohort =
        if batch.column_by_name(OPENING_COHORT[0]).is_some() { numbers(OPENING_COHORT)? } else { Vec::new() };
    (0..batch.num_rows())
        .map(|row| {
            let name = period.value(row);
            let period = Period::parse(name).ok_or_else(|| Error::Unknown(format!("the period `{name}`")))?;
            let at =
                |columns: &[&Int64Array], at: usize| columns.get(at).map_or(0, |column| column.value(row));
            let line = ledger::Line {
                period,
                segment: None,
                figures: ledger::Figures::from_array(std::array::from_fn(|of| at(&figures, of))),
                cohort: ledger::OpeningCohort::from_array(std::array::from_fn(|of| at(&cohort, of))),
            };
            let rates =
                if cohort.is_empty() { Rates::default() } else { rates(&line, earned.get(name).copied()) };
            Ok(shown(&line, rates))
        })
        .collect()
}

fn rates(line: &ledger::Line, earned_minor: Option<i64>) -> Rates {
    Rates {
        ratios: line.ratios(),
        earned_growth: earned_minor.and_then(|minor| line.earned_growth(minor)),
        earned_growth_ratio: earned_minor.and_then(|minor| line.earned_growth_ratio(minor)),
    }
}

const fn shown(line: &ledger::Line, rates: Rates) -> Line {
    let f = &line.figures;
    Line {
        period: line.period,
        opening_count: f.opening_count,
        gained_count: f.gained_count,
        won_back_count: f.won_back_count,
        lost_count: f.lost_count,
        adjusted_count: f.adjusted_count,
        closing_count: f.closing_count,
        expanded_count: f.expanded_count,
        contracted_count: f.contracted_count,
        opening_minor: f.opening_minor,
        gained_minor: f.gained_minor,
        won_back_minor: f.won_back_minor,
        expanded_minor: f.expanded_minor,
        contracted_minor: f.contracted_minor,
        fx_minor: f.fx_minor,
        lost_minor: f.lost_minor,
        adjusted_minor: f.adjusted_minor,
        closing_minor: f.closing_minor,
        rates,
    }
}
