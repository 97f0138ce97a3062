//! Splits of the newest edition, and statement, reasons and cohorts segment by segment.

use super::asset::{all_ages, triangle};
use super::statement::{lines, table_of};
use super::{Current, Reader};
use crate::error::Error;
use crate::view::closings::Basis;
use crate::view::reasons::Span;
use crate::view::segments::{
    Segment, SegmentCohorts, SegmentLines, SegmentReasons, Split, SplitCohorts, SplitReasons, SplitStatement,
};
use arrow::array::{BooleanArray, Int64Array, RecordBatch, StringArray, UInt64Array};
use lake::{column, quoted};
use model::Granularity;
use model::config::{UNKNOWN_REASON, segment_parts};
use std::collections::BTreeMap;

impl Reader {
    /// Ways of splitting the customers, in the order of the config; none where nothing splits them.
    pub async fn splits(&self) -> Result<Vec<Split>, Error> {
        self.current().await?.splits().await
    }

    /// The statement of every period, of the whole and of each segment of a split. Without a basis, as reported where
    /// anything is closed; splits that closings do not keep are told as restated.
    pub async fn split_statement(
        &self,
        granularity: Granularity,
        split: &str,
        basis: Option<Basis>,
    ) -> Result<SplitStatement, Error> {
        let current = self.current().await?;
        let (basis, closed_until) = current.basis(basis, Some(split)).await?;
        let sql = format!(
            "select * from {} where granularity = {} and {} order by segment, start",
            table_of(basis),
            quoted(granularity.name()),
            of_split(split)
        );
        let batch = current.view.table(&sql).await?;
        let earned = self.earned(&current, granularity, basis).await?;
        let (mut whole, mut segments) = (Vec::new(), Vec::new());
        for (segment, part) in by_segment(&batch)? {
            if segment.is_empty() {
                whole = lines(&part, &earned)?;
            } else {
                segments.push(SegmentLines { segment, lines: lines(&part, &BTreeMap::new())? });
            }
        }
        Ok(SplitStatement { granularity, split: split.to_owned(), basis, closed_until, whole, segments })
    }

    /// Why customers were lost, segment by segment; `None` as [`Self::reasons`].
    pub async fn split_reasons(&self, span: Span, split: &str) -> Result<Option<SplitReasons>, Error> {
        let Some(whole) = self.reasons(span, "").await? else { return Ok(None) };
        let current = self.current().await?;
        let by = match span {
            Span::All => None,
            Span::Latest(by) => Some(by),
            Span::One(period) => Some(period.granularity),
        };
        let sql = format!(
            "select segment, side, cause, name, lost_count, lost_minor, stands_out from loss_causes \
             where granularity = {} and period = {} \
             and {} \
             and (side = 'all' or side = 'before' and rank = 1 or side = 'stated' and cause = {}) order by segment",
            quoted(by.map_or("all", Granularity::name)),
            quoted(&whole.period.map(|period| period.to_string()).unwrap_or_default()),
            of_split(split),
            quoted(UNKNOWN_REASON),
        );
        let batch = current.view.table(&sql).await?;
        let text = |name| column::<StringArray>(&batch, name);
        let (segment, side, cause, name) = (text("segment")?, text("side")?, text("cause")?, text("name")?);
        let count: &Int64Array = column(&batch, "lost_count")?;
        let minor: &Int64Array = column(&batch, "lost_minor")?;
        let stands_out: &BooleanArray = column(&batch, "stands_out")?;
        let mut rows: Vec<SegmentReasons> = Vec::new();
        for row in 0..batch.num_rows() {
            if rows.last().is_none_or(|last| last.segment != segment.value(row)) {
                rows.push(SegmentReasons { segment: segment.value(row).to_owned(), ..Default::default() });
            }
            let Some(told) = rows.last_mut() else { continue };
            match side.value(row) {
                "all" => (told.lost_count, told.lost_minor) = (count.value(row), minor.value(row)),
                "stated" => told.unknown_count = count.value(row),
                _ => {
                    (told.cause, told.cause_name) = (cause.value(row).to_owned(), name.value(row).to_owned());
                    (told.cause_count, told.stands_out) = (count.value(row), stands_out.value(row));
                }
            }
        }
        Ok(Some(SplitReasons { split: split.to_owned(), period: whole.period, rows }))
    }

    /// How customers stay, segment by segment.
    pub async fn split_cohorts(&self, split: &str) -> Result<SplitCohorts, Error> {
        let current = self.current().await?;
        current.holds("cohorts")?;
        let year = 12 / Granularity::Month.months() as usize;
        let by = Granularity::Month;
        let sql = format!(
            "select segment, cohort, age, size, gained_minor, active, value_minor from cohorts \
             where granularity = {} and {} order by segment, start, age",
            quoted(by.name()),
            of_split(split)
        );
        let batch = current.view.table(&sql).await?;
        let mut rows = Vec::new();
        for (segment, part) in by_segment(&batch)? {
            let triangle = triangle(by, &part)?;
            let ends = triangle.cohorts.iter().map(|cohort| {
                (cohort.active.last().copied().unwrap_or(0), cohort.value_minor.last().copied().unwrap_or(0))
            });
            let (active, value_minor) = ends.fold((0, 0), |sum, end| (sum.0 + end.0, sum.1 + end.1));
            rows.push(SegmentCohorts {
                segment,
                gained: triangle.cohorts.iter().map(|cohort| cohort.size).sum(),
                gained_minor: triangle.cohorts.iter().map(|cohort| cohort.gained_minor).sum(),
                active,
                value_minor,
                year_share: all_ages(&triangle).get(year).and_then(|age| age.share),
            });
        }
        Ok(SplitCohorts { split: split.to_owned(), rows })
    }
}

/// The condition that a row is of the whole or of a segment of a split.
pub(super) fn of_split(split: &str) -> String {
    format!("(segment = '' or starts_with(segment, {}))", quoted(&format!("{split}=")))
}

/// Parts of a batch that is sorted by segment, each of one.
fn by_segment(batch: &RecordBatch) -> Result<Vec<(String, RecordBatch)>, Error> {
    let segment: &StringArray = column(batch, "segment")?;
    let mut parts = Vec::new();
    let mut from = 0;
    for row in 1..=batch.num_rows() {
        if row == batch.num_rows() || segment.value(row) != segment.value(from) {
            parts.push((segment.value(from).to_owned(), batch.slice(from, row - from)));
            from = row;
        }
    }
    Ok(parts)
}

impl Current {
    pub(super) async fn splits(&self) -> Result<Vec<Split>, Error> {
        if self.holds("segments").is_err() {
            return Ok(Vec::new());
        }
        let batch = self.view.table("select * from segments order by rank, value").await?;
        let text = |name| column::<StringArray>(&batch, name);
        let (split, name, segment, value) =
            (text("split")?, text("split_name")?, text("segment")?, text("value")?);
        let customers: &UInt64Array = column(&batch, "customers")?;
        let mut splits: Vec<Split> = Vec::new();
        for row in 0..batch.num_rows() {
            if splits.last().is_none_or(|last| last.id != split.value(row)) {
                let (id, name) = (split.value(row).to_owned(), name.value(row).to_owned());
                splits.push(Split { id, name, segments: Vec::new() });
            }
            if let Some(last) = splits.last_mut() {
                last.segments.push(Segment {
                    id: segment.value(row).to_owned(),
                    value: value.value(row).to_owned(),
                    customers: customers.value(row),
                });
            }
        }
        Ok(splits)
    }

    /// Whether closings keep a split: they keep the first.
    pub(super) async fn keeps(&self, split: &str) -> Result<bool, Error> {
        Ok(self.splits().await?.first().is_none_or(|first| first.id == split))
    }

    /// The split of a segment's id.
    pub(super) fn split_of(segment: &str) -> Option<&str> {
        segment_parts(segment).map(|(split, _)| split)
    }
}
