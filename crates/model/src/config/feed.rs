//! `[[silo]]` and `[[silo.feed]]`: where a source system's files are and what their columns mean.

use super::Words;
use crate::money::{Currency, DecimalMark};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// Canonical columns that say who a row is about. `record` is the silo's own key.
pub const RECORD_COLUMNS: &[&str] = &[
    "record",
    "name",
    "given",
    "family",
    "email",
    "phone",
    "birth_date",
    "address",
    "postcode",
    "city",
    "region",
    "country",
    "company",
    "account",
    "exclusive_id",
    "same_as",
    "updated_at",
];

/// Canonical columns that say what happened.
pub const EVENT_COLUMNS: &[&str] = &[
    "id",
    "at",
    "event",
    "kind",
    "outcome",
    "value",
    "value_minor",
    "currency",
    "reference",
    "score",
    "text",
    "title",
    "reason",
    "channel",
    "clause",
    "interval",
    "quantity",
    "discount",
    "discount_until",
    "trial_until",
    "paused_at",
    "resumed_at",
    "cancelled_at",
    "ended_at",
];

/// Those of [`EVENT_COLUMNS`] that only subscriptions have.
pub const SUBSCRIPTION_COLUMNS: &[&str] = &[
    "clause",
    "interval",
    "quantity",
    "discount",
    "discount_until",
    "trial_until",
    "paused_at",
    "resumed_at",
    "cancelled_at",
    "ended_at",
];

/// `[[silo]]`: a source system and the department that owns it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silo {
    /// Its stable name; record keys are unique within it.
    pub id: Spanned<String>,
    /// Shown.
    pub name: String,
    /// The department that owns it.
    pub owner: Spanned<String>,
    /// What is read from it.
    #[serde(default, rename = "feed")]
    pub feeds: Vec<Feed>,
}

/// `[[silo.feed]]`: one kind of file of a silo. Exactly one of `preset`, `columns` and `sql` says what it means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Its stable name within the silo.
    pub id: Spanned<String>,
    /// Files below the data folder; `*` stands for any run of characters in a file name. Not used by `sql`; may be absent
    /// where events come over the network.
    #[serde(default)]
    pub files: Option<Spanned<String>>,
    /// A known tool's export.
    #[serde(default)]
    pub preset: Option<Spanned<String>>,
    /// Canonical column → the file's column.
    #[serde(default)]
    pub columns: Option<Spanned<BTreeMap<String, String>>>,
    /// Canonical column → a value that every row has.
    #[serde(default)]
    pub constants: BTreeMap<String, String>,
    /// The silo's word in the column `clause` → what it says of a subscription, as [`super::Word`] names it.
    #[serde(default)]
    pub clauses: Option<Spanned<BTreeMap<String, String>>>,
    /// A query over files that yields canonical columns.
    #[serde(default)]
    pub sql: Option<Spanned<String>>,
    /// Further columns of the file kept with the record, for segments.
    #[serde(default)]
    pub attributes: Vec<String>,
    /// Whether a file is the whole truth of this feed or a part that adds up.
    #[serde(default)]
    pub mode: FeedMode,
    /// The revenue stream its purchases and subscriptions belong to.
    #[serde(default)]
    pub stream: Option<Spanned<String>>,
    /// Format of the files; told from their names when absent.
    #[serde(default)]
    pub format: Option<FileFormat>,
    /// Of an object-centric event log: the type of object whose events are read.
    #[serde(default)]
    pub object: Option<Spanned<String>>,
    /// How text files are written.
    #[serde(default)]
    pub csv: Csv,
    /// Currency of amounts that name none; the company's when absent.
    #[serde(default)]
    pub currency: Option<Currency>,
    /// Time zone of times that name none; the company's when absent.
    #[serde(default)]
    pub timezone: Option<Spanned<String>>,
    /// How dates are written, as in `strptime`, tried in order; ISO 8601 and the usual forms when empty.
    #[serde(default)]
    pub date_formats: Vec<String>,
    /// Round amounts finer than the minor unit instead of rejecting the row.
    #[serde(default)]
    pub round_amounts: bool,
}

/// What a feed's rows come from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source<'a> {
    /// A known tool's export.
    Preset(&'a str),
    /// A map of canonical columns to the file's.
    Columns(&'a BTreeMap<String, String>),
    /// A query over files.
    Sql(&'a str),
}

/// A column map, canonical → the file's.
pub type Columns = BTreeMap<String, String>;

impl Feed {
    /// The feed's source, or `None` when none or several are given, which the check refuses.
    pub fn source(&self) -> Option<Source<'_>> {
        match (&self.preset, &self.columns, &self.sql) {
            (Some(preset), None, None) => Some(Source::Preset(preset.get_ref())),
            (None, Some(columns), None) => Some(Source::Columns(columns.get_ref())),
            (None, None, Some(sql)) => Some(Source::Sql(sql.get_ref())),
            _ => None,
        }
    }

    /// Whether programs may send it events over the network.
    pub fn takes_calls(&self) -> bool {
        self.source() == Some(Source::Preset("segment-events"))
    }

    /// What the silo's words say of subscriptions.
    pub fn words(&self) -> Words {
        self.clauses.as_ref().map(|clauses| Words::new(clauses.get_ref())).unwrap_or_default()
    }
}

/// What one file of a feed stands for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedMode {
    /// The files together are the whole truth of the feed: a new version replaces the old.
    #[default]
    Full,
    /// Each file adds; rows with an `id` seen before replace the older ones.
    Append,
}

/// File formats read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    /// Separated text.
    Csv,
    /// Tab-separated text.
    Tsv,
    /// One JSON object a line.
    Ndjson,
    /// One JSON array, or an object that holds one.
    Json,
    /// Apache Parquet.
    Parquet,
    /// An event log of cases, IEEE 1849.
    Xes,
    /// An object-centric event log, OCEL 2.0, as JSON or XML.
    Ocel,
}

/// `csv = { … }`: how separated text is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Csv {
    /// One character; `,` (or tab for `.tsv`) when absent; `" "` reads blank-aligned columns.
    pub separator: Option<char>,
    /// Character encoding.
    pub encoding: TextEncoding,
    /// Decimal mark of amounts.
    pub decimal: DecimalMark,
}

/// Character encodings read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    /// UTF-8, with or without a byte-order mark.
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// ISO 8859-1 / Windows-1252.
    #[serde(rename = "latin-1")]
    Latin1,
    /// UTF-16 with a byte-order mark.
    #[serde(rename = "utf-16")]
    Utf16,
}
