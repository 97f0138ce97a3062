//! Column maps: each canonical column from one column of the file, a constant, or both.

mod contract;
mod event;

use crate::canon::{RECORD_TEXTS, RecordRow};
use crate::desk::Desk;
use crate::error::Problem;
use crate::person::{Attributes, text_place};
use crate::row::{ABSENT, Header, Reject, Row};
use event::{EventMap, Told};
use model::config::{Columns, EVENT_COLUMNS, Feed, RECORD_COLUMNS};

/// Where one canonical column comes from.
#[derive(Debug, Default)]
pub(super) struct Cell {
    place: usize,
    /// What rows have whose cell is blank.
    constant: Option<String>,
    /// The file's name for it, or the canonical one.
    name: String,
}

impl Cell {
    /// The row's text; `None` when blank.
    #[inline]
    fn get<'s>(&'s self, row: &Row<'s>) -> Option<&'s str> {
        if self.place == ABSENT {
            return self.constant.as_deref();
        }
        row.get(self.place).or(self.constant.as_deref())
    }

    fn is_mapped(&self) -> bool {
        self.place != ABSENT || self.constant.is_some()
    }

    fn reject(&self, reason: impl Into<String>) -> Reject {
        Reject::new(&self.name, reason)
    }
}

/// A column map bound to one header.
#[derive(Debug)]
pub(crate) struct ColumnMap {
    record: Cell,
    updated_at: Cell,
    /// Index of a text column of `records`, and where it comes from.
    texts: Vec<(usize, Cell)>,
    attributes: Attributes,
    event: Option<EventMap>,
}

impl ColumnMap {
    /// Binds the feed's own map.
    pub(crate) fn bind(feed: &Feed, columns: &Columns, header: &mut Header) -> Result<Self, Problem> {
        Self::new(feed, header, |header, canonical| match columns.get(canonical) {
            Some(name) if matches!(canonical, "record" | "at") => Ok((header.need_some(name)?, name.clone())),
            Some(name) => Ok((header.need(name)?, name.clone())),
            None => Ok((ABSENT, canonical.to_owned())),
        })
    }

    /// Binds columns that have the canonical names already; any but `record` may be missing.
    pub(crate) fn of_canonical(feed: &Feed, header: &mut Header) -> Result<Self, Problem> {
        if !feed.constants.contains_key("record") {
            header.need("record")?;
        }
        let known = |name: &&String| {
            let mut all = RECORD_COLUMNS.iter().chain(EVENT_COLUMNS);
            all.any(|canonical| canonical == name) || feed.attributes.contains(name)
        };
        if let Some(unknown) = header.names().iter().find(|name| !known(name)) {
            let near = model::suggest::hint(unknown, RECORD_COLUMNS.iter().chain(EVENT_COLUMNS).copied());
            let message = format!(
                "the query's column `{unknown}` is none that Kept knows{near}; rename it, or name it in attributes"
            );
            return Err(Problem::Setting(message));
        }
        Self::new(feed, header, |header, canonical| Ok((header.find(canonical)?, canonical.to_owned())))
    }

    fn new(
        feed: &Feed,
        header: &mut Header,
        find: impl Fn(&mut Header, &str) -> Result<(usize, String), Problem>,
    ) -> Result<Self, Problem> {
        let mut cell = |canonical: &str| -> Result<Cell, Problem> {
            let (place, name) = find(header, canonical)?;
            let constant = feed.constants.get(canonical).map(|text| text.trim().to_owned());
            Ok(Cell { place, constant: constant.filter(|text| !text.is_empty()), name })
        };
        let record = cell("record")?;
        let updated_at = cell("updated_at")?;
        let mut texts = Vec::new();
        for canonical in RECORD_COLUMNS.iter().filter(|name| text_place(name) != ABSENT) {
            let cell = cell(canonical)?;
            if cell.is_mapped() {
                texts.push((text_place(canonical), cell));
            }
        }
        let event = EventMap::bind(feed, &mut cell)?;
        let attributes = Attributes::bind(header, &[], &feed.attributes)?;
        Ok(Self { record, updated_at, texts, attributes, event })
    }

    /// Adds what a row tells.
    pub(crate) fn map(&mut self, row: &Row<'_>, desk: &mut Desk) -> Result<(), Reject> {
        let Some(key) = self.record.get(row) else {
            return Err(self.record.reject("is empty: the row has no record key"));
        };
        let updated_at_us = match self.updated_at.get(row) {
            None => None,
            Some(text) => Some(desk.clock.instant(text).map_err(|why| self.updated_at.reject(why))?),
        };
        let told = match &self.event {
            None => Told::default(),
            Some(event) => event.read(row, desk)?,
        };
        let record = if self.texts.is_empty() && self.attributes.is_empty() && updated_at_us.is_none() {
            desk.canon.record_key_only(desk.row_no, key)
        } else {
            let mut text = [None; RECORD_TEXTS];
            for (place, cell) in &self.texts {
                text[*place] = cell.get(row);
            }
            let told = RecordRow { updated_at_us, text, attributes: self.attributes.write(row) };
            desk.canon.record(desk.row_no, key, &told)
        };
        for (part, event) in told.event.iter().chain(&told.follows).enumerate() {
            desk.canon.event(desk.row_no, part as u16, record, event);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
