//! What a row tells of its record beside the key: the canonical text columns and the further attributes.

use crate::canon::{RECORD_TEXTS, RecordRow};
use crate::error::Problem;
use crate::field::Field;
use crate::row::{ABSENT, Header, Row};
use std::collections::BTreeMap;

/// Place of a text column of `records`; [`ABSENT`] for a name that is none.
pub(crate) fn text_place(column: &str) -> usize {
    lake::tables::RECORD_TEXT.iter().position(|name| *name == column).unwrap_or(ABSENT)
}

/// The person behind a preset's row.
#[derive(Debug)]
pub(crate) struct Person {
    /// Index of the text column and where it is found.
    texts: Vec<(usize, Field)>,
    attributes: Attributes,
}

impl Person {
    /// Finds each canonical column under a tool's names for it. `extra` are the tool's own columns kept as
    /// attributes beside those the feed asks for.
    pub(crate) fn bind(
        header: &mut Header,
        names: &[(&str, &[&str])],
        extra: &[&str],
        asked: &[String],
    ) -> Result<Self, Problem> {
        let mut texts = Vec::new();
        for (column, names) in names {
            texts.push((text_place(column), Field::any(header, names)?));
        }
        Ok(Self { texts, attributes: Attributes::bind(header, extra, asked)? })
    }

    /// What the row tells.
    pub(crate) fn row<'s>(&'s mut self, row: &Row<'s>, updated_at_us: Option<i64>) -> RecordRow<'s> {
        let mut text = [None; RECORD_TEXTS];
        for (place, field) in &self.texts {
            if let Some(cell) = text.get_mut(*place) {
                *cell = field.text(row);
            }
        }
        RecordRow { updated_at_us, text, attributes: self.attributes.write(row) }
    }
}

/// Further columns as a JSON object, keys sorted, blank ones left out.
#[derive(Debug, Default)]
pub(crate) struct Attributes {
    /// `"name":` and the column's place.
    members: Vec<(Vec<u8>, usize)>,
    json: Vec<u8>,
}

impl Attributes {
    /// The columns `extra` where they are there, and `asked`, which must be.
    pub(crate) fn bind(header: &mut Header, extra: &[&str], asked: &[String]) -> Result<Self, Problem> {
        let mut places = BTreeMap::new();
        for name in extra {
            for place in header.any(&[name])? {
                places.insert((*name).to_owned(), place);
            }
        }
        for name in asked {
            places.insert(name.clone(), header.need(name)?);
        }
        let label = |name: String| format!("{}:", serde_json::Value::String(name)).into_bytes();
        let members = places.into_iter().map(|(name, place)| (label(name), place)).collect();
        Ok(Self { members, json: Vec::new() })
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The row's attributes; `None` when all are blank.
    pub(crate) fn write<'s>(&'s mut self, row: &Row<'_>) -> Option<&'s str> {
        self.json.clear();
        for (label, place) in &self.members {
            if let Some(cell) = row.get(*place) {
                self.json.push(if self.json.is_empty() { b'{' } else { b',' });
                self.json.extend_from_slice(label);
                // Writing into memory does not fail.
                let _written = serde_json::to_writer(&mut self.json, cell);
            }
        }
        if self.json.is_empty() {
            return None;
        }
        self.json.push(b'}');
        std::str::from_utf8(&self.json).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::StringRecord;

    #[test]
    fn every_text_of_records_can_be_mapped_and_every_column_of_records_has_a_place() {
        let mut columns = vec!["record"];
        columns.extend(lake::tables::RECORD_TEXT);
        columns.push("updated_at");
        assert_eq!(model::config::RECORD_COLUMNS, columns);
    }

    #[test]
    fn attributes_are_a_json_object_with_sorted_keys_and_no_blanks() {
        let mut header = Header::of_table(["b", "a\"", "c"]);
        let asked = ["c", "b", "a\""].map(str::to_owned);
        let mut attributes = Attributes::bind(&mut header, &["Z"], &asked).expect("bound");
        let cells = StringRecord::from(vec!["x\ny", "“é”", " "]);
        assert_eq!(attributes.write(&Row::of_table(&cells)), Some("{\"a\\\"\":\"“é”\",\"b\":\"x\\ny\"}"));
        let blank = StringRecord::from(vec!["", "", " "]);
        assert_eq!(attributes.write(&Row::of_table(&blank)), None);
    }
}
