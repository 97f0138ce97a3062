//! What comes out: customers, and why.

use crate::score::{Remembered, Review, RuleCount};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which record belongs to which customer. Customers are dense codes in the order of their first records;
/// records are told by their row.
#[derive(Debug, Clone, PartialEq)]
pub struct Resolution {
    /// Customer code of each record.
    pub customer: Vec<u32>,
    /// Permanent id of each customer code.
    pub ids: Vec<Uuid>,
    /// Ids merged away, each with the id that stands for it now; sorted by the first.
    pub redirects: Vec<(Uuid, Uuid)>,
    /// What joined records: people's decisions, then keys, strongest first, then weighed evidence, strongest first.
    /// For a customer of n records, n − 1 merges that span it.
    pub merges: Vec<Merge>,
    /// Records that share a value and still are two customers, in the order of the keys.
    pub refused: Vec<Refused>,
    /// Values that identify nobody, being linked to too many names.
    pub generic: Vec<Generic>,
    /// Pairs of records of different customers that a person should look at, strongest first.
    pub review: Vec<Review>,
    /// What each rule compared in this run and what it leaves out, in the order in which they were tried; empty where
    /// nothing was weighed.
    pub compared: Vec<RuleCount>,
    /// What the next run may start from; nothing where nothing was weighed.
    pub remembered: Remembered,
    /// What weighing took.
    pub effort: Effort,
}

/// What weighing took; nothing where keys and decisions alone join records.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effort {
    /// Records that are new or changed since the run before, or in a block that turned over-full or stopped to be.
    pub touched: u64,
    /// Pairs weighed: those of touched records.
    pub pairs: u64,
}

/// Why two records are one customer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merge {
    /// The customer's code.
    pub customer: u32,
    /// Row of one record.
    pub record_a: u32,
    /// Row of the other.
    pub record_b: u32,
    /// What let the shared value join them.
    pub rule: Rule,
    /// What they share.
    pub field: Field,
    /// Bits of evidence, of what was weighed.
    pub weight: Option<f32>,
}

/// Two records that share a value and are not joined by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Row of one record.
    pub record_a: u32,
    /// Row of the other.
    pub record_b: u32,
    /// What they share.
    pub field: Field,
    /// What keeps them apart.
    pub why: Why,
}

/// A value linked to more names than the company allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generic {
    /// The field it stands in.
    pub field: Field,
    /// The value, cleaned.
    pub value: String,
    /// How many names, spelt differently, stand beside it.
    pub names: u32,
}

/// What two records share; strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// A number no two customers share.
    ExclusiveId,
    /// Nothing but their silo's word.
    SameAs,
    /// The account key.
    Account,
    /// The company's e-mail domain.
    Domain,
    /// The e-mail address.
    Email,
    /// The telephone number.
    Phone,
    /// An order, a ticket: one reference of both.
    Reference,
    /// Full name and birth date.
    NameBirthDate,
    /// Full name, postcode and street.
    NameAddress,
    /// Everything both records tell.
    All,
}

impl Field {
    /// The name in tables: columns joined by `+`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExclusiveId => "exclusive_id",
            Self::SameAs => "same_as",
            Self::Account => "account",
            Self::Domain => "email_domain",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Reference => "reference",
            Self::NameBirthDate => "name+birth_date",
            Self::NameAddress => "name+address",
            Self::All => "all",
        }
    }
}

/// What let a shared value join two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// The value alone suffices.
    SameValue,
    /// Their silo says so.
    Told,
    /// The names are the same.
    SameName,
    /// The names are the same but for a slip, a further given name, or a missing part.
    CloseName,
    /// An initial or short form of the only name on the value it can stand for.
    ShortName,
    /// The family name changed; nobody else uses the value.
    NewFamilyName,
    /// One record has no name, and all others on the value are one person.
    MissingName,
    /// All that both tell weighs for it.
    Scored,
    /// People decided so.
    Decided,
}

impl Rule {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SameValue => "same_value",
            Self::Told => "told",
            Self::SameName => "same_name",
            Self::CloseName => "close_name",
            Self::ShortName => "short_name",
            Self::NewFamilyName => "new_family_name",
            Self::MissingName => "missing_name",
            Self::Scored => "scored",
            Self::Decided => "decided",
        }
    }
}

/// What keeps two records apart that share a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Their customers hold different exclusive ids of one kind.
    ExclusiveIds,
    /// Their customers' names are those of different people.
    Names,
    /// Their customers' birth dates differ.
    BirthDates,
    /// They share a phone, but a name is missing or short, and their customers' e-mails differ.
    Emails,
    /// The record could belong to several people on the value.
    Ambiguous,
}

impl Why {
    /// The name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ExclusiveIds => "exclusive_ids",
            Self::Names => "names",
            Self::BirthDates => "birth_dates",
            Self::Emails => "emails",
            Self::Ambiguous => "ambiguous",
        }
    }
}
