//! The view a mapper sees: a header bound once per file, and rows whose cells are found by place, not by name.

use crate::error::Problem;
use csv::StringRecord;

/// The place of a column that is not there; every row's cell at it is blank.
pub(crate) const ABSENT: usize = usize::MAX;

/// The columns of one file.
#[derive(Debug)]
pub(crate) struct Header {
    names: Vec<String>,
    /// JSON has no header: every path asked for gets a place, and whether it ever held anything is known at
    /// the end of the file.
    open: bool,
    /// Sets of places of which at least one must be present.
    needed: Vec<Vec<usize>>,
}

impl Header {
    /// The header of a table.
    pub(crate) fn of_table<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        let names = names.into_iter().map(|name| name.trim().to_owned()).collect();
        Self { names, open: false, needed: Vec::new() }
    }

    /// The header of objects: any dotted path may be asked for.
    pub(crate) fn of_objects() -> Self {
        Self { names: Vec::new(), open: true, needed: Vec::new() }
    }

    /// Names in order of place.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// Sets of places of which one must hold something in some row (objects only).
    pub(crate) fn needed(&self) -> &[Vec<usize>] {
        &self.needed
    }

    /// The place of a column by its exact name; [`ABSENT`] when it is not there.
    pub(crate) fn find(&mut self, name: &str) -> Result<usize, Problem> {
        let mut places =
            self.names.iter().enumerate().filter(|(_, other)| *other == name).map(|(place, _)| place);
        match (places.next(), places.next()) {
            (Some(_), Some(_)) => Err(Problem::TwiceColumn { column: name.to_owned() }),
            (Some(place), None) => Ok(place),
            (None, _) if self.open => {
                self.names.push(name.to_owned());
                Ok(self.names.len() - 1)
            }
            (None, _) => Ok(ABSENT),
        }
    }

    /// The place of a column that must be there.
    pub(crate) fn need(&mut self, name: &str) -> Result<usize, Problem> {
        let place = self.find(name)?;
        if place == ABSENT {
            return Err(Problem::no_column(name, self.names.iter().map(String::as_str)));
        }
        Ok(place)
    }

    /// As [`Self::need`]; of objects at least one must hold something in it.
    pub(crate) fn need_some(&mut self, name: &str) -> Result<usize, Problem> {
        let place = self.need(name)?;
        if self.open {
            self.needed.push(vec![place]);
        }
        Ok(place)
    }

    /// The places of those of a known tool's names for one thing that are there, in the order given. Case is
    /// ignored where no name fits exactly, since tools change it.
    pub(crate) fn any(&mut self, names: &[&str]) -> Result<Vec<usize>, Problem> {
        let mut places = Vec::new();
        for name in names {
            let mut place = self.find(name)?;
            if place == ABSENT {
                place =
                    self.names.iter().position(|other| other.eq_ignore_ascii_case(name)).unwrap_or(ABSENT);
            }
            if place != ABSENT && !places.contains(&place) {
                places.push(place);
            }
        }
        Ok(places)
    }

    /// As [`Self::any`]; an error naming the first of them when none is there.
    pub(crate) fn need_any(&mut self, names: &[&str]) -> Result<Vec<usize>, Problem> {
        let places = self.any(names)?;
        if places.is_empty() {
            let wanted = names.first().copied().unwrap_or_default();
            return Err(Problem::no_column(wanted, self.names.iter().map(String::as_str)));
        }
        if self.open {
            self.needed.push(places.clone());
        }
        Ok(places)
    }

    /// The name of a place, as the file writes it.
    pub(crate) fn name(&self, place: usize) -> &str {
        self.names.get(place).map_or("", String::as_str)
    }
}

/// One row: cells by place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'r> {
    cells: &'r StringRecord,
    /// The whole row as text where the cells are only what was asked for.
    whole: Option<&'r [u8]>,
}

impl<'r> Row<'r> {
    /// A row whose cells are all there is.
    pub(crate) fn of_table(cells: &'r StringRecord) -> Self {
        Self { cells, whole: None }
    }

    /// A row whose cells were picked from `whole`.
    pub(crate) fn of_object(cells: &'r StringRecord, whole: &'r [u8]) -> Self {
        Self { cells, whole: Some(whole) }
    }

    /// A cell without surrounding blanks; `None` when blank or not there.
    pub(crate) fn get(&self, place: usize) -> Option<&'r str> {
        let text = self.cells.get(place)?;
        let tight = |byte: Option<&u8>| byte.is_some_and(|b| b' ' < *b && b.is_ascii());
        if tight(text.as_bytes().first()) && tight(text.as_bytes().last()) {
            return Some(text);
        }
        Some(text.trim()).filter(|text| !text.is_empty())
    }

    /// Every cell in order, blanks included.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &'r str> + use<'r> {
        self.cells.iter()
    }

    /// Writes what makes two rows the same into `into`.
    pub(crate) fn content(&self, into: &mut Vec<u8>) {
        into.clear();
        if let Some(whole) = self.whole {
            into.extend_from_slice(whole);
            return;
        }
        for cell in self.cells {
            into.extend_from_slice(&(cell.len() as u64).to_le_bytes());
            into.extend_from_slice(cell.as_bytes());
        }
    }
}

/// Why one row cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reject {
    /// The file's column; empty when the whole row is meant.
    pub(crate) column: String,
    /// What is wrong with it, the same words for the same fault.
    pub(crate) reason: String,
}

impl Reject {
    /// A fault of one column.
    pub(crate) fn new(column: &str, reason: impl Into<String>) -> Self {
        Self { column: column.to_owned(), reason: reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_column_is_named_with_the_nearest_present_one() {
        let said = |names: &[&str], wanted: &str| {
            let mut header = Header::of_table(names.iter().copied());
            header.need(wanted).expect_err("missing").to_string()
        };
        assert_eq!(
            said(&["Customer ID", "Status"], "Custmer ID"),
            "there is no column `Custmer ID`; the nearest present is `Customer ID`"
        );
        assert_eq!(
            said(&["a", "b"], "Customer ID"),
            "there is no column `Customer ID`; present are `a`, `b`"
        );
        assert_eq!(
            said(&["id;at;sum"], "id"),
            "there is no column `id`; the header is one column, `id;at;sum`: set csv = { separator = \";\" }"
        );
        assert_eq!(said(&["id", "id"], "id"), "the column `id` is there twice; rename one of them");
        assert_eq!(said(&[], "id"), "there is no column `id`; no column is present");
    }

    #[test]
    fn blanks_around_a_cell_are_no_part_of_it_and_a_blank_cell_is_none() {
        let cells = StringRecord::from(vec!["a", " a ", "\u{a0}é\u{a0}", "", "  ", "\0"]);
        let row = Row::of_table(&cells);
        let seen: Vec<_> = (0..7).map(|place| row.get(place)).collect();
        assert_eq!(seen, [Some("a"), Some("a"), Some("é"), None, None, Some("\0"), None]);
        assert_eq!(row.get(ABSENT), None);
    }

    #[test]
    fn rows_with_the_same_letters_in_other_cells_have_other_contents() {
        let contents = [vec!["ab", "c"], vec!["a", "bc"], vec!["abc", ""]].map(|cells| {
            let (cells, mut content) = (StringRecord::from(cells), Vec::new());
            Row::of_table(&cells).content(&mut content);
            content
        });
        assert!(contents[0] != contents[1] && contents[1] != contents[2] && contents[0] != contents[2]);
    }
}
