//! What comes in: records as columns, each with the part it plays in telling people apart.

use crate::Error;
use arrow::array::{Array, StringArray};
use serde::{Deserialize, Serialize};

/// What a column says about a person. Comparison levels and blocking rules follow from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Given names.
    Given,
    /// Family name.
    Family,
    /// Whole name; speaks where the given and family columns are silent.
    Name,
    /// Birth date, as silos write it.
    BirthDate,
    /// A person's number that may be mistyped, such as a social security number.
    Identifier,
    /// A number that no two customers share and nobody mistypes: two values never are one customer.
    Exclusive,
    /// Any other trait of the person, such as an occupation; frequent values say less.
    Category,
    /// E-mail address.
    Email,
    /// Telephone number.
    Phone,
    /// Postcode.
    Postcode,
    /// Street, with or without the number.
    Address,
    /// House number alone.
    HouseNumber,
    /// Place, city or region.
    Place,
    /// Company name.
    Company,
}

impl Role {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Family => "family",
            Self::Name => "name",
            Self::BirthDate => "birth_date",
            Self::Identifier => "identifier",
            Self::Exclusive => "exclusive",
            Self::Category => "category",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Postcode => "postcode",
            Self::Address => "address",
            Self::HouseNumber => "house_number",
            Self::Place => "place",
            Self::Company => "company",
        }
    }

    /// Whether people of one household often agree in it; their agreement says little about the person.
    pub const fn is_shared(self) -> bool {
        matches!(
            self,
            Self::Family
                | Self::Email
                | Self::Phone
                | Self::Postcode
                | Self::Address
                | Self::HouseNumber
                | Self::Place
                | Self::Company
        )
    }
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a> {
    /// Its part.
    pub role: Role,
    /// Its name in the silo, unique in the table.
    pub name: &'a str,
    /// Text as the silo sent it, one row per record; null where it said nothing.
    pub values: &'a StringArray,
}

/// Records to compare, one per row.
#[derive(Debug, Clone, Copy)]
pub struct Table<'a> {
    /// Names (silo, record key); every value once.
    pub record_hash: &'a [u64],
    /// In any order. Given, family, whole name and birth date at most once.
    pub columns: &'a [Column<'a>],
    /// The file or silo of each record; empty where that does not matter.
    pub source: &'a [u16],
    /// Whether two records of one source are never one customer. Needs `source`.
    pub link_only: bool,
}

impl Table<'_> {
    pub(crate) fn check(&self) -> Result<(), Error> {
        let expected = self.record_hash.len();
        let uneven =
            |found: usize, column: &str| Error::Uneven { column: column.to_owned(), found, expected };
        if self.source.len() != expected && (self.link_only || !self.source.is_empty()) {
            return Err(uneven(self.source.len(), "source"));
        }
        for (at, column) in self.columns.iter().enumerate() {
            if column.values.len() != expected {
                return Err(uneven(column.values.len(), column.name));
            }
            let single = matches!(column.role, Role::Given | Role::Family | Role::Name | Role::BirthDate);
            let again = |other: &Column| other.name == column.name || (single && other.role == column.role);
            if self.columns[..at].iter().any(again) {
                return Err(Error::Column { column: column.name.to_owned(), role: column.role.name() });
            }
        }
        Ok(())
    }
}
