//! Keys and weighed evidence together: what people decided, then what keys joined, then what all that two records
//! tell weighs.

use crate::Error;
use crate::cluster::Found;
use crate::records::{Records, Settings};
use crate::resolution::{Effort, Field, Generic, Merge, Rule};
use crate::score::{
    self, Before, Column, Decisions, Explanation, Limits, Linked, Model, Packed, Remembered, Review, Role,
    RuleCount, Table,
};
use arrow::array::{Array, StringArray};
use model::config::Unit;
use rustc_hash::FxHashSet;

/// Bits from which evidence alone joins: one in four thousand is wrong, as the model reckons. What is less sure
/// waits for a person: two people of one name and one mailbox name are found up to here.
pub const JOIN_BITS: f32 = 12.0;

/// The same where a guard told two people apart by their names: only what a household does not share, such as one
/// birth date, brings so many.
const GUARDED_BITS: f32 = 18.0;

/// Bits from which a pair that stays apart is worth a person's look: an even chance.
pub const REVIEW_BITS: f32 = 0.0;

/// What goes beyond keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weighing<'a> {
    /// Weights of evidence; without a model, keys and decisions alone join records.
    pub model: Option<&'a Model>,
    /// What people decided.
    pub decisions: Decisions<'a>,
    /// What an earlier run remembers, so that only what is new or changed is weighed. The answer does not depend
    /// on it.
    pub remembered: Option<&'a Remembered>,
    /// Threads to use at most; the answer does not depend on them. 0 counts as 1.
    pub threads: usize,
}

/// What keys found.
pub(crate) struct Known<'a> {
    pub(crate) found: &'a Found,
    pub(crate) generic: &'a [Generic],
    /// Codes of exclusive ids by kind, then by rank.
    pub(crate) exclusive: Vec<Vec<u32>>,
}

/// What weighing made of what keys found.
pub(crate) struct Weighed {
    pub(crate) customer: Vec<u32>,
    pub(crate) merges: Vec<Merge>,
    pub(crate) review: Vec<Review>,
    pub(crate) compared: Vec<RuleCount>,
    pub(crate) remembered: Remembered,
    pub(crate) effort: Effort,
}

/// Columns that are compared, in the order in which pairs are explained.
const COLUMNS: [(Role, &str); 9] = [
    (Role::Given, "given"),
    (Role::Family, "family"),
    (Role::Name, "name"),
    (Role::BirthDate, "birth_date"),
    (Role::Email, "email"),
    (Role::Phone, "phone"),
    (Role::Address, "address"),
    (Role::Postcode, "postcode"),
    (Role::Place, "city"),
];

/// Trains a model on records, without labels. Values in `generic` say nothing.
///
/// # Errors
/// When the columns differ in length or a record comes twice.
pub fn train(records: &Records, settings: &Settings, threads: usize) -> Result<Model, Error> {
    records.check()?;
    let mut evidence = crate::Evidence::read(records, settings);
    let generic = crate::keys(&mut evidence, settings).1;
    let packed = pack(records, settings, &generic, threads)?;
    Ok(Model::train(&packed, threads.max(1)))
}

/// Whether a model compares what this version of the program compares.
pub fn fits(model: &Model) -> bool {
    let nothing = StringArray::new_null(0);
    let columns = COLUMNS.map(|(role, name)| Column { role, name, values: &nothing });
    let table = Table { record_hash: &[], columns: &columns, source: &[], link_only: false };
    Packed::read(&table, 1).is_ok_and(|packed| model.check(&packed).is_ok())
}

/// Weighs two records against each other, by rows.
///
/// # Errors
/// When the model was trained on other fields, or a row does not exist.
pub fn explain(
    records: &Records,
    settings: &Settings,
    model: &Model,
    generic: &[Generic],
    rows: (u32, u32),
) -> Result<Explanation, Error> {
    records.check()?;
    let packed = pack(records, settings, generic, 1)?;
    score::explain(&packed, model, rows.0, rows.1)
}

/// Joins further what keys found.
pub(crate) fn weigh(
    records: &Records,
    settings: &Settings,
    weighing: &Weighing,
    known: &Known,
) -> Result<Weighed, Error> {
    let threads = weighing.threads.max(1);
    // Who is one company is a matter of keys.
    let model = weighing.model.filter(|_| settings.unit == Unit::Person);
    let packed = pack(records, settings, known.generic, threads)?;
    let pairs: Vec<(u32, u32)> =
        known.found.merges.iter().map(|merge| (merge.record_a, merge.record_b)).collect();
    let guarded: Vec<(u32, u32)> =
        known.found.refused.iter().map(|pair| (pair.record_a, pair.record_b)).collect();
    let before = Before {
        decisions: weighing.decisions,
        known: &pairs,
        exclusive: &known.exclusive,
        guarded: &guarded,
    };
    let limits = Limits { join_bits: Some(JOIN_BITS), guarded_bits: Some(GUARDED_BITS), ..Limits::default() };
    let Some(model) = model else {
        let linked = score::link_known(&packed, &before);
        return Ok(told(linked, known.found, Vec::new(), Remembered::default(), Effort::default()));
    };
    let scored = match weighing.remembered {
        Some(remembered) => score::score_since(&packed, model, remembered, threads)?,
        None => score::score(&packed, model, threads)?,
    };
    let linked = score::link(&packed, model, &scored, &before, limits)?;
    let effort = Effort { touched: scored.touched, pairs: scored.pairs() };
    let compared = scored.rules.clone();
    Ok(told(linked, known.found, compared, scored.remembered(&packed), effort))
}

fn told(
    linked: Linked,
    found: &Found,
    compared: Vec<RuleCount>,
    remembered: Remembered,
    effort: Effort,
) -> Weighed {
    let Linked { customer, decided, known, joined, mut review } = linked;
    review.retain(|doubtful| doubtful.pair.weight >= REVIEW_BITS);
    let merge = |rule: Rule, pair: &score::Joined, weight: Option<f32>| Merge {
        customer: customer[pair.record_a as usize],
        record_a: pair.record_a,
        record_b: pair.record_b,
        rule,
        field: Field::All,
        weight,
    };
    let mut merges: Vec<Merge> = decided.iter().map(|pair| merge(Rule::Decided, pair, None)).collect();
    merges.extend(known.into_iter().map(|at| {
        let key = found.merges[at];
        Merge { customer: customer[key.record_a as usize], ..key }
    }));
    merges.extend(joined.iter().map(|pair| merge(Rule::Scored, pair, Some(pair.weight))));
    Weighed { customer, merges, review, compared, remembered, effort }
}

/// Records as they are compared; values that identify nobody are left out.
fn pack(
    records: &Records,
    settings: &Settings,
    generic: &[Generic],
    threads: usize,
) -> Result<Packed, Error> {
    let email = without(records.email, generic, Field::Email, |text| {
        let mut clean = String::new();
        crate::clean::email::clean(text, settings.strip_plus_tag, &mut clean);
        clean
    });
    let home = settings.country.as_deref().and_then(crate::clean::country);
    let phone = without(records.phone, generic, Field::Phone, |text| {
        let mut clean = String::new();
        crate::clean::phone::clean(text, home, &mut clean);
        clean
    });
    let values = |name: &str| match name {
        "given" => records.given,
        "family" => records.family,
        "name" => records.name,
        "birth_date" => records.birth_date,
        "email" => email.as_ref().unwrap_or(records.email),
        "phone" => phone.as_ref().unwrap_or(records.phone),
        "address" => records.address,
        "postcode" => records.postcode,
        _ => records.city,
    };
    let columns: Vec<Column> =
        COLUMNS.iter().map(|&(role, name)| Column { role, name, values: values(name) }).collect();
    let table = Table { record_hash: records.record_hash, columns: &columns, source: &[], link_only: false };
    Packed::read(&table, threads)
}

/// A column without the values of a field that identify nobody; `None` when there are none to leave out.
fn without(
    column: &StringArray,
    generic: &[Generic],
    field: Field,
    clean: impl Fn(&str) -> String,
) -> Option<StringArray> {
    let values: FxHashSet<&str> =
        generic.iter().filter(|value| value.field == field).map(|value| value.value.as_str()).collect();
    if values.is_empty() {
        return None;
    }
    let keep = |row: usize| {
        let text = column.is_valid(row).then(|| column.value(row))?;
        Some(text).filter(|text| !values.contains(clean(text).as_str()))
    };
    Some((0..column.len()).map(keep).collect())
}
