//! `kept.toml`: the company, its departments, stages, touchpoints, silos and feeds, and the rules of its books.
//!
//! [`Config::parse`] reports every problem with its line and a suggestion, so that `kept check` can show all
//! of them at once; a config with problems is never used.

pub mod check;
mod clauses;
pub mod design;
mod feed;
pub mod policy;
pub mod promise;
mod reason;
mod split;
mod worth;

pub use clauses::{Word, Words};
pub use feed::{
    Columns, Csv, EVENT_COLUMNS, Feed, FeedMode, FileFormat, RECORD_COLUMNS, SUBSCRIPTION_COLUMNS, Silo,
    Source, TextEncoding,
};
pub use worth::Worth;

pub use policy::{Policies, Policy};

pub use reason::{OTHER_REASON, RESERVED_REASONS, Reason, Taxonomy, UNKNOWN_REASON};
pub use split::{EVENT_TRAITS, Split, SplitBy, Take, segment_address, segment_parts};

use crate::kind::Outcome;
use crate::money::Currency;
use crate::period::Day;
use serde::Deserialize;
use toml::Spanned;

/// One thing wrong with the config file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// 1-based line; 0 when the problem belongs to the whole file.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            return write!(f, "kept.toml: {}", self.message);
        }
        write!(f, "kept.toml:{}: {}", self.line, self.message)
    }
}

/// The whole config file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who the company is and how it counts.
    pub company: Company,
    /// Rules of the books.
    #[serde(default)]
    pub ledger: Ledger,
    /// How the base is valued.
    #[serde(default)]
    pub worth: Worth,
    /// Rules of identity.
    #[serde(default)]
    pub identity: Identity,
    /// Rules of intake.
    #[serde(default)]
    pub intake: Intake,
    /// Revenue streams and how each counts as active.
    #[serde(default, rename = "stream")]
    pub streams: Vec<Stream>,
    /// Departments, in the order of the lanes.
    #[serde(default, rename = "department")]
    pub departments: Vec<Department>,
    /// Stages of a customer's life, in order.
    #[serde(default, rename = "stage")]
    pub stages: Vec<Stage>,
    /// Named kinds of contact.
    #[serde(default, rename = "touchpoint")]
    pub touchpoints: Vec<Touchpoint>,
    /// What the company will and will not do.
    #[serde(default, rename = "promise")]
    pub promises: Vec<promise::Promise>,
    /// How customers are meant to walk.
    #[serde(default)]
    pub journey: design::Designed,
    /// When the company is open.
    #[serde(default)]
    pub calendar: Option<promise::Calendar>,
    /// Why customers say they leave; the first that fits a text counts.
    #[serde(default, rename = "reason")]
    pub reasons: Vec<Reason>,
    /// Ways of splitting the customers into segments; the first leads where only one can be told.
    #[serde(default, rename = "split")]
    pub splits: Vec<Split>,
    /// Source systems and their feeds.
    #[serde(default, rename = "silo")]
    pub silos: Vec<Silo>,
    /// Dated exchange rates into the company's currency.
    #[serde(default, rename = "rate")]
    pub rates: Vec<Rate>,
}

/// `[company]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Company {
    /// Shown on every page.
    pub name: String,
    /// The unit the company counts.
    #[serde(default)]
    pub customer: Unit,
    /// IANA name; days, months and quarters are cut in it.
    #[serde(default = "utc")]
    pub timezone: Spanned<String>,
    /// The currency of the books.
    pub currency: Currency,
    /// Two-letter country assumed for phone numbers without a prefix.
    #[serde(default)]
    pub country: Option<String>,
    /// Folder the feeds' files are found in, relative to the home folder unless absolute.
    #[serde(default = "data_dir")]
    pub data_dir: String,
    /// Last day the books cover; today when absent. Fixed for historical data.
    #[serde(default)]
    pub as_of: Option<Spanned<String>>,
}

fn utc() -> Spanned<String> {
    Spanned::new(0..0, "UTC".to_owned())
}

fn data_dir() -> String {
    "data".to_owned()
}

/// What one customer is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A human being.
    #[default]
    Person,
    /// A company or household, by account key.
    Account,
}

/// `[ledger]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ledger {
    /// Recurring value per month, or × 12.
    pub value: ValueBasis,
    /// The segment, as `source=Referral`, of those who came by recommendation: their value when gained is earned
    /// growth.
    pub earned: Option<Spanned<String>>,
}

/// How recurring value is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueBasis {
    /// Per month × 12.
    #[default]
    Annual,
    /// Per month.
    Monthly,
}

/// `[identity]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// A value that links more distinct names than this identifies nobody.
    pub generic_after_names: u32,
    /// Whether `ann+shop@x.org` is `ann@x.org`.
    pub strip_plus_tag: bool,
}

impl Default for Identity {
    fn default() -> Self {
        Self { generic_after_names: 4, strip_plus_tag: true }
    }
}

/// `[intake]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Intake {
    /// An import with a larger share (0–1) of unreadable rows changes nothing.
    pub max_reject_share: f64,
}

impl Default for Intake {
    fn default() -> Self {
        Self { max_reject_share: 0.05 }
    }
}

/// `[[stream]]`: one kind of revenue.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Name that feeds refer to.
    pub id: Spanned<String>,
    /// How a customer of this stream counts as active.
    pub regime: Regime,
    /// Purchases: active for so many days after the last one.
    #[serde(default)]
    pub gap_days: Option<Spanned<u32>>,
    /// Purchases: `"calibrated"` lets the data choose `gap_days`.
    #[serde(default)]
    pub gap: Option<Spanned<String>>,
    /// Calibrated gap: at most this share (0–1) of those booked lost came back…
    #[serde(default = "return_share")]
    pub return_share: f64,
    /// …within so many days.
    #[serde(default = "follow_up_days")]
    pub follow_up_days: u32,
    /// Share of revenue (0–1) that counts as value; 1 when absent.
    #[serde(default)]
    pub margin: Option<f64>,
    /// Contractual: what counts as a paying customer; Kept's own policy when absent.
    #[serde(default)]
    pub policy: Option<Policy>,
}

impl Stream {
    /// The policies in force; they say something of contractual streams only.
    pub fn policies(&self) -> Policies {
        self.policy.unwrap_or_default().policies()
    }
}

fn return_share() -> f64 {
    0.15
}

fn follow_up_days() -> u32 {
    180
}

/// How a stream makes a customer active.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Regime {
    /// While recurring value > 0.
    Contractual,
    /// For `gap_days` after the last purchase.
    Purchases,
}

/// `[[department]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Name that silos and touchpoints refer to.
    pub id: Spanned<String>,
    /// Shown.
    pub name: String,
}

/// `[[stage]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Name that touchpoints refer to.
    pub id: Spanned<String>,
    /// Shown.
    pub name: String,
}

/// `[[touchpoint]]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touchpoint {
    /// Its stable name.
    pub id: Spanned<String>,
    /// Shown.
    pub name: String,
    /// Event names that belong to it; `*` stands for any run of characters. The id itself when absent.
    #[serde(default, rename = "match")]
    pub patterns: Vec<String>,
    /// The department that owns it.
    pub owner: Spanned<String>,
    /// The stage it belongs to.
    pub stage: Spanned<String>,
    /// How its events went where the silo does not say.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// A contact here waits for an answer: a later event of the same reference within so many days.
    #[serde(default)]
    pub answer_days: Option<Spanned<u32>>,
}

impl Touchpoint {
    /// Whether an event name belongs here.
    pub fn matches(&self, event: &str) -> bool {
        if self.patterns.is_empty() {
            return self.id.get_ref() == event;
        }
        self.patterns.iter().any(|pattern| glob(pattern.as_bytes(), event.as_bytes()))
    }
}

/// Whether `text` fits `pattern`, where `*` stands for any run of bytes.
pub fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some((b'*', rest)) => (0..=text.len()).any(|skip| glob(rest, &text[skip..])),
        Some((first, rest)) => {
            text.split_first().is_some_and(|(head, tail)| head == first && glob(rest, tail))
        }
    }
}

/// `[[rate]]`: one unit of `currency` is worth `rate` units of the company's, from a day on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// The foreign currency.
    pub currency: Currency,
    /// First day, `YYYY-MM-DD`.
    pub from: Spanned<String>,
    /// Company currency units per foreign unit.
    pub rate: f64,
}

impl Config {
    /// Reads and checks a config file. On failure every problem found, in order of line.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let config: Self = toml::from_str(text).map_err(|error| vec![check::syntax(text, &error)])?;
        let problems = check::problems(text, &config);
        if problems.is_empty() { Ok(config) } else { Err(problems) }
    }

    /// The exchange rates; empty when none is given.
    pub fn rates(&self) -> crate::Rates {
        let mut rates = crate::Rates::default();
        for rate in &self.rates {
            if let Some(from) = Day::parse(rate.from.get_ref()) {
                rates.insert(rate.currency, from, rate.rate);
            }
        }
        rates
    }

    /// The last day the books cover, if fixed.
    pub fn as_of(&self) -> Option<Day> {
        self.company.as_of.as_ref().and_then(|text| Day::parse(text.get_ref()))
    }

    /// The company's time zone; UTC when the name is unknown, which [`Self::parse`] refuses.
    pub fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::get(self.company.timezone.get_ref()).unwrap_or(jiff::tz::TimeZone::UTC)
    }

    /// Index of the touchpoint an event name belongs to: the first that matches, in file order.
    pub fn touchpoint_of(&self, event: &str) -> Option<usize> {
        self.touchpoints.iter().position(|touchpoint| touchpoint.matches(event))
    }

    /// Every feed with its silo, in file order.
    pub fn feeds(&self) -> impl Iterator<Item = (&Silo, &Feed)> {
        self.silos.iter().flat_map(|silo| silo.feeds.iter().map(move |feed| (silo, feed)))
    }
}
