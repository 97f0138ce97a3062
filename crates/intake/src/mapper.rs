//! Rows to canonical rows: a column map of the feed's own, or a preset.

pub(crate) mod columns;

use crate::desk::Desk;
use crate::error::Problem;
use crate::plan::FeedPlan;
use crate::preset::Preset;
use crate::row::{Header, Reject, Row};
use columns::ColumnMap;
use model::config::Source;

/// What turns a row of one file into canonical rows.
#[derive(Debug)]
pub(crate) enum Mapper {
    Columns(Box<ColumnMap>),
    Preset(Preset),
}

/// What a mapper did with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mapped {
    /// It is a row of the feed, also when nothing came of it.
    Row,
    /// It is part of the header.
    Label,
}

impl Mapper {
    /// Finds the feed's columns in a header.
    pub(crate) fn bind(plan: &FeedPlan<'_>, header: &mut Header) -> Result<Self, Problem> {
        match plan.feed.source() {
            Some(Source::Columns(columns)) => {
                Ok(Self::Columns(Box::new(ColumnMap::bind(plan.feed, columns, header)?)))
            }
            Some(Source::Preset(name)) => Ok(Self::Preset(Preset::bind(name, plan.feed, header)?)),
            Some(Source::Sql(_)) => Ok(Self::Columns(Box::new(ColumnMap::of_canonical(plan.feed, header)?))),
            None => Err(Problem::Setting("it needs exactly one of preset, columns and sql".to_owned())),
        }
    }

    /// Adds what a row tells to the desk's output, all of it or nothing.
    pub(crate) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<Mapped, Reject> {
        match self {
            Self::Columns(columns) => columns.map(row, desk).map(|()| Mapped::Row),
            Self::Preset(preset) => preset.map(row, desk),
        }
    }
}
