//! A company's records with a known truth, resolved as Kept resolves them: keys, then weighed evidence.
//!
//! The file is a CSV with the columns `record_hash`, the texts of records by their names in the lake, `same_as` (hashes of
//! other records), `references` (numbers of orders and the like) and `person`; records whose person is empty are resolved and not counted.

use crate::quality::Quality;
use anyhow::Context;
use arrow::array::{Array, StringArray};
use identity::{Mint, Previous, Records, Resolution, Settings, Weighing};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

const TEXT: [&str; 12] = [
    "name",
    "given",
    "family",
    "email",
    "phone",
    "birth_date",
    "address",
    "postcode",
    "city",
    "company",
    "account",
    "exclusive_id",
];

/// Wrong pairs to tell at most, of each kind.
const TOLD: usize = 25;

struct Company {
    record_hash: Vec<u64>,
    silo: Vec<u16>,
    text: Vec<StringArray>,
    same: Vec<(u64, u64)>,
    references: Vec<(u32, u64)>,
    person: Vec<Option<u64>>,
}

/// Resolves the records of a file and says how well.
///
/// # Errors
/// When the file cannot be read or is not as described.
pub(crate) fn measure(file: &Path, threads: usize, explain: bool) -> anyhow::Result<Value> {
    let company = Company::read(file)?;
    let settings = Settings {
        generic_after_names: 4,
        strip_plus_tag: true,
        country: Some("DE".to_owned()),
        unit: model::config::Unit::Person,
    };
    let records = company.records();
    let trained = identity::train(&records, &settings, threads)?;
    let weighing = Weighing { model: Some(&trained), threads, ..Weighing::default() };
    let found =
        identity::resolve(&records, &settings, &weighing, &Previous::default(), &mut Mint::new(1, 1))?;
    if explain {
        company.explain(&found);
    }
    let counted = found.customer.iter().zip(&company.person);
    let (customer, person): (Vec<u32>, Vec<u64>) =
        counted.filter_map(|(&customer, &person)| Some((customer, person?))).unzip();
    let quality = Quality::of(&customer, &person);
    Ok(json!({
        "records": company.person.len(),
        "counted": person.len(),
        "people": quality.people,
        "customers": quality.clusters,
        "largest": quality.largest,
        "precision": quality.precision,
        "recall": quality.recall,
        "pair_f1": quality.pair_f1(),
        "b3": quality.b3(),
        "review": found.review.len(),
        "generic": found.generic.iter().map(|value| value.value.clone()).collect::<Vec<_>>(),
    }))
}

impl Company {
    fn read(file: &Path) -> anyhow::Result<Self> {
        let mut reader = csv::Reader::from_path(file).with_context(|| file.display().to_string())?;
        let header = reader.headers()?.clone();
        let at = |name: &str| {
            let found = header.iter().position(|column| column == name);
            found.with_context(|| format!("{}: no column `{name}`", file.display()))
        };
        let places = TEXT.iter().map(|name| at(name)).collect::<anyhow::Result<Vec<usize>>>()?;
        let (hash_at, same_at, person_at) = (at("record_hash")?, at("same_as")?, at("person")?);
        let references_at = at("references")?;
        let mut company = Self {
            record_hash: Vec::new(),
            silo: Vec::new(),
            text: Vec::new(),
            same: Vec::new(),
            references: Vec::new(),
            person: Vec::new(),
        };
        let mut text: Vec<Vec<Option<String>>> = vec![Vec::new(); TEXT.len()];
        for row in reader.records() {
            let row = row?;
            let hash: u64 = row[hash_at].parse()?;
            company.record_hash.push(hash);
            company.silo.push(0);
            company
                .person
                .push(Some(&row[person_at]).filter(|text| !text.is_empty()).map(str::parse).transpose()?);
            for other in row[same_at].split_whitespace() {
                company.same.push((hash, other.parse()?));
            }
            for reference in row[references_at].split_whitespace() {
                company.references.push((reference.parse()?, hash));
            }
            for (column, &place) in text.iter_mut().zip(&places) {
                column.push(Some(row[place].to_owned()).filter(|text| !text.is_empty()));
            }
        }
        company.references.sort_unstable();
        company.text = text.into_iter().map(StringArray::from).collect();
        Ok(company)
    }

    fn records(&self) -> Records<'_> {
        Records {
            record_hash: &self.record_hash,
            silo: &self.silo,
            name: &self.text[0],
            given: &self.text[1],
            family: &self.text[2],
            email: &self.text[3],
            phone: &self.text[4],
            birth_date: &self.text[5],
            address: &self.text[6],
            postcode: &self.text[7],
            city: &self.text[8],
            company: &self.text[9],
            account: &self.text[10],
            exclusive_id: &self.text[11],
            same: &self.same,
            references: &self.references,
        }
    }

    #[expect(clippy::print_stderr, reason = "asked for by --explain")]
    fn explain(&self, found: &Resolution) {
        let mut by_rule: BTreeMap<String, [u32; 2]> = BTreeMap::new();
        let mut wrong = 0;
        for merge in &found.merges {
            let (a, b) = (merge.record_a as usize, merge.record_b as usize);
            let (Some(one), Some(other)) = (self.person[a], self.person[b]) else {
                continue;
            };
            let right = one == other;
            let weight =
                merge.weight.map_or_else(String::new, |bits| format!(" {:3.0}", (bits / 3.0).floor() * 3.0));
            let rule = format!("{} {}{weight}", merge.field.name(), merge.rule.name());
            by_rule.entry(rule).or_default()[usize::from(!right)] += 1;
            if !right && wrong < TOLD {
                wrong += 1;
                eprintln!("wrong {} {} {:?}", merge.field.name(), merge.rule.name(), merge.weight);
                self.tell(a);
                self.tell(b);
            }
        }
        for (rule, [right, wrong]) in by_rule {
            eprintln!("{rule:40} right {right:6} wrong {wrong:4}");
        }
        let mut review: BTreeMap<(&str, i32), [u32; 2]> = BTreeMap::new();
        for pair in &found.review {
            let of = |row: u32| self.person[row as usize];
            let right = of(pair.pair.record_a).is_some() && of(pair.pair.record_a) == of(pair.pair.record_b);
            let bits = (pair.pair.weight / 3.0).floor() as i32 * 3;
            review.entry((pair.doubt.name(), bits)).or_default()[usize::from(!right)] += 1;
        }
        for ((doubt, bits), [right, wrong]) in review {
            eprintln!("review {doubt:14} from {bits:4} bits: same {right:6} different {wrong:6}");
        }
        self.missed(found);
    }

    /// Of each person of several customers, the first records of two of them.
    #[expect(clippy::print_stderr, reason = "asked for by --explain")]
    fn missed(&self, found: &Resolution) {
        let mut customers: BTreeMap<u64, BTreeMap<u32, Vec<usize>>> = BTreeMap::new();
        for (row, (person, &customer)) in self.person.iter().zip(&found.customer).enumerate() {
            let Some(person) = *person else { continue };
            customers.entry(person).or_default().entry(customer).or_default().push(row);
        }
        let split: Vec<_> = customers.values().filter(|parts| parts.len() > 1).collect();
        eprintln!("{} people are several customers", split.len());
        for parts in split.iter().step_by(split.len().div_ceil(TOLD).max(1)) {
            eprintln!("split:");
            for rows in parts.values() {
                eprintln!("  customer");
                rows.iter().take(4).for_each(|&row| self.tell(row));
            }
        }
    }

    #[expect(clippy::print_stderr, reason = "asked for by --explain")]
    fn tell(&self, row: usize) {
        let cells = self.text.iter().map(|cells| if cells.is_valid(row) { cells.value(row) } else { "·" });
        eprintln!("      {}", cells.take(9).collect::<Vec<_>>().join(" | "));
    }
}
