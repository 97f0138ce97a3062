//! Sets of records of which it is known who is who: Febrl 3 and 4 (Christen 2008), and a thousand made-up records
//! with mistakes (Splink's `fake_1000`).

use arrow::array::StringArray;
use identity::score::{Column, Role, Table};
use std::path::Path;

/// Records and their truth.
#[derive(Debug)]
pub(crate) struct Set {
    /// Unique per record.
    pub(crate) record_hash: Vec<u64>,
    /// Columns with their parts and names.
    pub(crate) columns: Vec<(Role, &'static str, StringArray)>,
    /// File of each record; empty where there is one.
    pub(crate) source: Vec<u16>,
    /// Whether records of one file are never one person.
    pub(crate) link_only: bool,
    /// Person of each record.
    pub(crate) truth: Vec<u64>,
}

impl Set {
    /// The columns as a table takes them.
    pub(crate) fn columns(&self) -> Vec<Column<'_>> {
        self.columns.iter().map(|(role, name, values)| Column { role: *role, name, values }).collect()
    }

    /// The table of the columns.
    pub(crate) fn table<'a>(&'a self, columns: &'a [Column<'a>]) -> Table<'a> {
        Table { record_hash: &self.record_hash, columns, source: &self.source, link_only: self.link_only }
    }
}

const FEBRL: [(Role, &str); 10] = [
    (Role::Given, "given_name"),
    (Role::Family, "surname"),
    (Role::HouseNumber, "street_number"),
    (Role::Address, "address_1"),
    (Role::Address, "address_2"),
    (Role::Place, "suburb"),
    (Role::Postcode, "postcode"),
    (Role::Category, "state"),
    (Role::BirthDate, "date_of_birth"),
    (Role::Identifier, "soc_sec_id"),
];

const FAKE: [(Role, &str); 5] = [
    (Role::Given, "first_name"),
    (Role::Family, "surname"),
    (Role::BirthDate, "dob"),
    (Role::Place, "city"),
    (Role::Email, "email"),
];

/// Reads a set by its name; `None` for a name that is none of a set on disk. `data` holds a folder per family of
/// sets.
///
/// # Errors
/// When a file is missing or is no CSV.
pub(crate) fn read(name: &str, data: &Path) -> anyhow::Result<Option<Set>> {
    let febrl = data.join("febrl");
    // `rec-17-dup-0` is person 17.
    let person = |id: &str| id.split('-').nth(1).and_then(|number| number.parse().ok());
    Ok(Some(match name {
        "febrl3" => of_files(&[&febrl.join("dataset3.csv")], &FEBRL, ("rec_id", &person))?,
        "febrl4" => {
            let files = [febrl.join("dataset4a.csv"), febrl.join("dataset4b.csv")];
            of_files(&[&files[0], &files[1]], &FEBRL, ("rec_id", &person))?
        }
        "fake_1000" => {
            let file = data.join("fake_1000").join("fake_1000.csv");
            of_files(&[&file], &FAKE, ("cluster", &|cluster: &str| cluster.parse().ok()))?
        }
        _ => return Ok(None),
    }))
}

/// The column that tells the person, and how.
type Truth<'a> = (&'a str, &'a dyn Fn(&str) -> Option<u64>);

fn of_files(files: &[&Path], roles: &[(Role, &'static str)], truth: Truth) -> anyhow::Result<Set> {
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); roles.len()];
    let (mut source, mut people) = (Vec::new(), Vec::new());
    for (number, file) in files.iter().enumerate() {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file)?;
        let header = reader.headers()?.clone();
        let at = |name: &str| {
            let found = header.iter().position(|column| column == name);
            found.ok_or_else(|| anyhow::anyhow!("{}: no column `{name}`", file.display()))
        };
        let truth_at = at(truth.0)?;
        let places = roles.iter().map(|(_, name)| at(name)).collect::<anyhow::Result<Vec<usize>>>()?;
        for row in reader.records() {
            let row = row?;
            let person = (truth.1)(&row[truth_at]);
            people.push(person.ok_or_else(|| anyhow::anyhow!("{}: who is {row:?}?", file.display()))?);
            source.push(number as u16);
            for (column, &place) in columns.iter_mut().zip(&places) {
                column.push(Some(row[place].to_owned()).filter(|text| !text.is_empty()));
            }
        }
    }
    let link_only = files.len() > 1;
    if !link_only {
        source.clear();
    }
    let columns = roles.iter().zip(columns);
    Ok(Set {
        record_hash: (1..=people.len() as u64).map(scatter).collect(),
        columns: columns.map(|(&(role, name), cells)| (role, name, StringArray::from(cells))).collect(),
        source,
        link_only,
        truth: people,
    })
}

/// A number as a hash; no two become one (multiplication by an odd number, Knuth 1973).
pub(crate) fn scatter(number: u64) -> u64 {
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (product ^ (product >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93)
}
