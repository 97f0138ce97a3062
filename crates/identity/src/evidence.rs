//! Records as codes: every cleaned value once, every record a row of small numbers.
//!
//! Rows are *ranks*: positions in the order of record hashes, so that nothing that follows depends on the
//! order in which records came.

use crate::clean::birth::Born;
use crate::clean::email::Mailbox;
use crate::clean::name::Name;
use crate::clean::{self, birth, country, email, name, nobody, phone, place};
use crate::likeness::{self, Given, Likeness};
use crate::records::{Records, Settings};
use arrow::array::{Array, StringArray};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// The code of a value that is missing or identifies nobody.
pub(crate) const NONE: u32 = u32::MAX;
/// The birth date of whom it is not known.
pub(crate) const UNBORN: Born = 0;

/// Full names in which a given name stands to be frequent, and how many times more frequent than a misspelling of it.
const FREQUENT: u32 = 30;

/// Distinct texts by dense code, in the order of first appearance.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    code: FxHashMap<Rc<str>, u32>,
    text: Vec<Rc<str>>,
}

impl Texts {
    pub(crate) fn intern(&mut self, text: &str) -> u32 {
        if let Some(&code) = self.code.get(text) {
            return code;
        }
        let code = self.text.len() as u32;
        let text: Rc<str> = text.into();
        self.text.push(Rc::clone(&text));
        self.code.insert(text, code);
        code
    }

    pub(crate) fn get(&self, code: u32) -> &str {
        &self.text[code as usize]
    }
}

/// One column in codes: `code[rank]`, or [`NONE`].
#[derive(Debug, Default)]
pub(crate) struct Column {
    pub(crate) code: Vec<u32>,
    pub(crate) texts: Texts,
}

impl Column {
    /// Codes of what `clean` leaves of each record; it gets the row and a buffer, and says whether to keep it.
    fn read(order: &[u32], mut clean: impl FnMut(usize, &mut String) -> bool) -> Self {
        let mut column = Self { code: Vec::with_capacity(order.len()), texts: Texts::default() };
        let mut buffer = String::new();
        for &row in order {
            buffer.clear();
            let code = if clean(row as usize, &mut buffer) { column.texts.intern(&buffer) } else { NONE };
            column.code.push(code);
        }
        column
    }
}

/// Exclusive ids: values with their kind.
#[derive(Debug, Default)]
pub(crate) struct Exclusive {
    /// `kind:VALUE`.
    pub(crate) value: Column,
    /// Kind of each value code.
    pub(crate) kind: Vec<u32>,
}

impl Exclusive {
    /// Codes by kind, then by rank; [`NONE`] for records without an id of the kind.
    pub(crate) fn by_kind(&self) -> Vec<Vec<u32>> {
        let kinds = self.kind.iter().map(|kind| kind + 1).max().unwrap_or(0);
        let mut told = vec![vec![NONE; self.value.code.len()]; kinds as usize];
        for (rank, &code) in self.value.code.iter().enumerate() {
            if code != NONE {
                told[self.kind[code as usize] as usize][rank] = code;
            }
        }
        told
    }
}

/// All records in codes, by rank.
#[derive(Debug, Default)]
pub(crate) struct Evidence {
    /// Row of each rank.
    pub(crate) order: Vec<u32>,
    pub(crate) name: Column,
    /// How many full names each given name stands in.
    bearers: FxHashMap<Rc<str>, u32>,
    pub(crate) email: Column,
    pub(crate) phone: Column,
    pub(crate) place: Column,
    pub(crate) account: Column,
    pub(crate) domain: Column,
    pub(crate) exclusive: Exclusive,
    /// [`UNBORN`] where not known.
    pub(crate) born: Vec<Born>,
    /// Pairs of ranks of which the silo says that they are the same; ascending.
    pub(crate) same: Vec<(u32, u32)>,
    /// Code of a reference and rank of a record that names it and has a name; ascending.
    pub(crate) references: Vec<(u32, u32)>,
}

impl Evidence {
    /// Cleans every column once.
    pub(crate) fn read(records: &Records, settings: &Settings) -> Self {
        let mut order: Vec<u32> = (0..records.record_hash.len() as u32).collect();
        order.sort_unstable_by_key(|&row| records.record_hash[row as usize]);
        let home = settings.country.as_deref().and_then(country);
        let month_first = home.is_some_and(|home| home.iso == "US");
        let mut scratch = String::new();
        let born = |&row: &u32| {
            cell(records.birth_date, row as usize)
                .and_then(|text| birth::clean(text, month_first))
                .unwrap_or(UNBORN)
        };
        let name = Column::read(&order, |row, out| {
            name::write(cell(records.name, row), cell(records.given, row), cell(records.family, row), out)
        });
        Self {
            bearers: bearers(&name.texts),
            name,
            email: Column::read(&order, |row, out| mailbox(records, settings, row, out) == Mailbox::Person),
            phone: Column::read(&order, |row, out| {
                cell(records.phone, row).is_some_and(|text| phone::clean(text, home, out))
            }),
            place: Column::read(&order, |row, out| {
                place::clean(cell(records.postcode, row), cell(records.address, row), &mut scratch, out)
            }),
            account: Column::read(&order, |row, out| {
                cell(records.account, row).is_some_and(|text| account(text, out))
            }),
            domain: Column::read(&order, |row, out| domain(records, settings, row, out)),
            exclusive: exclusive(records.exclusive_id, &order),
            born: order.iter().map(born).collect(),
            same: same(records, &order),
            references: Vec::new(),
            order,
        }
        .with_references(records)
    }

    fn with_references(mut self, records: &Records) -> Self {
        let named = |&(_, rank): &(u32, u32)| self.name.code[rank as usize] != NONE;
        let ranked = |&(code, hash): &(u32, u64)| Some((code, rank_of(records, &self.order, hash)?));
        self.references = records.references.iter().filter_map(ranked).filter(named).collect();
        self.references.sort_unstable();
        self.references.dedup();
        self
    }

    /// How many records there are.
    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// How alike the names of two name codes are. Where many bear a given name and hardly anybody one that is a slip
    /// apart, the rare one is the frequent one misspelt: Frnak is Frank, but Tim is not Tom.
    pub(crate) fn likeness(&self, a: u32, b: u32) -> Likeness {
        let (a, b) = (self.name_of(a), self.name_of(b));
        let likeness = likeness::compare(a, b);
        if likeness.given == Given::Differ && !a.lone && !b.lone && self.is_rare_slip(a.given, b.given) {
            return Likeness { given: Given::Close, ..likeness };
        }
        likeness
    }

    fn is_rare_slip(&self, a: &str, b: &str) -> bool {
        let bearers = |given: &str| self.bearers.get(given).copied().unwrap_or(0);
        let (a_bearers, b_bearers) = (bearers(a), bearers(b));
        let (rare, frequent) = (a_bearers.min(b_bearers), a_bearers.max(b_bearers));
        frequent >= FREQUENT && rare <= frequent / FREQUENT && likeness::is_one_slip(a, b)
    }

    /// The name of a name code.
    pub(crate) fn name_of(&self, code: u32) -> Name<'_> {
        Name::of(self.name.texts.get(code))
    }
}

fn bearers(names: &Texts) -> FxHashMap<Rc<str>, u32> {
    let mut bearers: FxHashMap<Rc<str>, u32> = FxHashMap::default();
    for text in &names.text {
        let name = Name::of(text);
        if name.given.len() > 1 && name.family.len() > 1 {
            match bearers.get_mut(name.given) {
                Some(count) => *count += 1,
                None => {
                    bearers.insert(name.given.into(), 1);
                }
            }
        }
    }
    bearers
}

fn rank_of(records: &Records, order: &[u32], hash: u64) -> Option<u32> {
    let found = order.binary_search_by_key(&hash, |&row| records.record_hash[row as usize]);
    found.ok().map(|rank| rank as u32)
}

fn same(records: &Records, order: &[u32]) -> Vec<(u32, u32)> {
    let rank = |hash: u64| rank_of(records, order, hash);
    let mut pairs: Vec<(u32, u32)> =
        records.same.iter().filter_map(|&(one, other)| Some((rank(one)?, rank(other)?))).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

fn cell(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

fn mailbox(records: &Records, settings: &Settings, row: usize, out: &mut String) -> Mailbox {
    cell(records.email, row).map_or(Mailbox::Nobody, |text| email::clean(text, settings.strip_plus_tag, out))
}

fn domain(records: &Records, settings: &Settings, row: usize, out: &mut String) -> bool {
    if settings.unit != model::config::Unit::Account
        || mailbox(records, settings, row, out) == Mailbox::Nobody
    {
        return false;
    }
    let Some(domain) = email::company_domain(out).map(str::to_owned) else {
        return false;
    };
    *out = domain;
    true
}

fn account(text: &str, out: &mut String) -> bool {
    clean::lower(text, out);
    !nobody::is_null(out)
}

fn exclusive(column: &StringArray, order: &[u32]) -> Exclusive {
    let value = Column::read(order, |row, out| cell(column, row).is_some_and(|text| exclusive_id(text, out)));
    let mut kinds = Texts::default();
    let kind = value
        .texts
        .text
        .iter()
        .map(|text| kinds.intern(text.split(':').next().unwrap_or_default()))
        .collect();
    Exclusive { value, kind }
}

/// Appends `kind:VALUE`, the kind in lower case and empty where none is told.
fn exclusive_id(text: &str, out: &mut String) -> bool {
    let (kind, value) = text.split_once(':').unwrap_or(("", text));
    clean::lower(kind, out);
    out.push(':');
    let start = out.len();
    clean::alphanumeric(value, out) && !nobody::is_filler(&out[start..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusive_ids_are_told_apart_by_kind_and_spelt_one_way() {
        for (text, clean) in [
            ("VAT: de 123 456 788", Some("vat:DE123456788")),
            ("7781-2204", Some(":77812204")),
            ("loyalty:77812204", Some("loyalty:77812204")),
            ("tax:n/a", None),
            ("tax:000000", None),
            ("999999999", None),
            ("123456789", None),
            ("", None),
        ] {
            let mut out = String::new();
            assert_eq!(exclusive_id(text, &mut out).then_some(out.as_str()), clean, "{text:?}");
        }
    }

    #[test]
    fn equal_texts_share_a_code() {
        let mut texts = Texts::default();
        assert_eq!([texts.intern("a"), texts.intern("b"), texts.intern("a")], [0, 1, 0]);
        assert_eq!(texts.get(1), "b");
    }
}
