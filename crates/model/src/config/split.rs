//! `[[split]]`: a way of splitting the customers into segments, by what silos say of them, by what happened, or by a
//! query.

use super::{Config, RECORD_COLUMNS};
use crate::suggest::hint;
use serde::Deserialize;
use toml::Spanned;

/// What an event can be split by: the columns of feeds that name something, then what a touchpoint adds.
pub const EVENT_TRAITS: &[&str] = &[
    "channel",
    "reason",
    "title",
    "event",
    "currency",
    "touchpoint",
    "stage",
    "department",
    "silo",
    "stream",
];

/// Attributes that presets keep beside those a feed names.
const PRESET_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("hubspot-contacts", &["Lifecycle Stage", "Original Source"]),
    ("segment-events", &["anonymousId", "anonymous_id"]),
];

/// `[[split]]`: every customer is in one of its segments. Exactly one of `record`, `event` and `sql` says in which.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Split {
    /// Its stable name; a segment is called `id=value`.
    pub id: Spanned<String>,
    /// Shown; the id when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// A column or attribute of records: the value most of the customer's records name.
    #[serde(default)]
    pub record: Option<Spanned<String>>,
    /// One of [`EVENT_TRAITS`]: the value of the customer's events that have one.
    #[serde(default)]
    pub event: Option<Spanned<String>>,
    /// Which of those events counts; the first when absent.
    #[serde(default)]
    pub take: Option<Spanned<Take>>,
    /// A query that gives the column `customer`: those it names are in the segment `yes`, all others in `no`. With a
    /// column `segment` it names each customer's.
    #[serde(default)]
    pub sql: Option<Spanned<String>>,
}

/// Which of a customer's events counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Take {
    /// The first that has a value.
    #[default]
    First,
    /// The latest that has one.
    Latest,
    /// The value most of them have, the first by name among equals.
    Most,
}

/// What decides in which segment a customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitBy<'a> {
    /// A column or attribute of records.
    Record(&'a str),
    /// A trait of events, and which of them counts.
    Event(&'a str, Take),
    /// A query.
    Sql(&'a str),
}

impl Split {
    /// What it splits by, or `None` when none or several are given, which the check refuses.
    pub fn by(&self) -> Option<SplitBy<'_>> {
        match (&self.record, &self.event, &self.sql) {
            (Some(column), None, None) => Some(SplitBy::Record(column.get_ref())),
            (None, Some(of), None) => Some(SplitBy::Event(
                of.get_ref(),
                self.take.as_ref().map_or(Take::First, |take| *take.get_ref()),
            )),
            (None, None, Some(sql)) => Some(SplitBy::Sql(sql.get_ref())),
            _ => None,
        }
    }

    /// What is wrong with it, each with where; `None` for the whole block.
    pub(super) fn problems(&self, config: &Config) -> Vec<(Option<&Spanned<String>>, String)> {
        let id = self.id.get_ref();
        let mut found = Vec::new();
        if self.take.is_some() && self.event.is_none() {
            let told = format!("split `{id}`: take says which event counts; it needs event = \"channel\"");
            found.push((None, told));
        }
        if self.by().is_none() {
            found.push((None, format!("split `{id}` needs exactly one of record, event and sql")));
            return found;
        }
        let known = record_columns(config);
        if let Some(at) = self.record.as_ref().filter(|at| !known.contains(&at.get_ref().as_str())) {
            let name = at.get_ref();
            let near = hint(name, known);
            let cure = "name it in a feed's attributes";
            found.push((Some(at), format!("split `{id}`: no feed keeps `{name}` of records{near}; {cure}")));
        }
        if let Some(at) = self.event.as_ref().filter(|at| !EVENT_TRAITS.contains(&at.get_ref().as_str())) {
            let name = at.get_ref();
            let (near, known) = (hint(name, EVENT_TRAITS.iter().copied()), EVENT_TRAITS.join(", "));
            let told = format!("split `{id}`: events cannot be split by `{name}`{near}; known: {known}");
            found.push((Some(at), told));
        }
        if let Some(at) = self.sql.as_ref().filter(|sql| sql.get_ref().trim().is_empty()) {
            found.push((Some(at), format!("split `{id}`: the query is empty; write select customer from …")));
        }
        found
    }

    /// As it is shown.
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or_else(|| self.id.get_ref())
    }
}

/// The address of a segment: `region=East`. The same in tables, in links and on the command line.
pub fn segment_address(split: &str, value: &str) -> String {
    format!("{split}={value}")
}

/// Split and value of a segment's address; `None` for what is no address.
pub fn segment_parts(address: &str) -> Option<(&str, &str)> {
    address.split_once('=').filter(|(split, _)| !split.is_empty())
}

/// What is wrong with the segment of those who came by recommendation.
pub(super) fn earned_problem(config: &Config) -> Option<(&Spanned<String>, String)> {
    let earned = config.ledger.earned.as_ref()?;
    let Some((split, _)) = segment_parts(earned.get_ref()).filter(|(_, value)| !value.is_empty()) else {
        let text = earned.get_ref();
        return Some((
            earned,
            format!("`{text}` is no segment; write split=value, such as \"source=Referrals\""),
        ));
    };
    let known = || config.splits.iter().map(|split| split.id.get_ref().as_str());
    if known().any(|id| id == split) {
        return None;
    }
    let near = hint(split, known());
    Some((earned, format!("there is no split `{split}`{near}; add [[split]] with this id")))
}

/// Columns and attributes of records that the config can give a value.
fn record_columns(config: &Config) -> Vec<&str> {
    let columns = RECORD_COLUMNS.iter().copied().filter(|name| !["record", "updated_at"].contains(name));
    let named = config.feeds().flat_map(|(_, feed)| feed.attributes.iter().map(String::as_str));
    let presets = config.feeds().filter_map(|(_, feed)| feed.preset.as_ref());
    let kept = presets.flat_map(|preset| {
        let kept = PRESET_ATTRIBUTES.iter().find(|(name, _)| name == preset.get_ref());
        kept.map_or(&[][..], |(_, attributes)| attributes).iter().copied()
    });
    columns.chain(named).chain(kept).collect()
}
