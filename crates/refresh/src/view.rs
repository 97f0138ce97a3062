//! What pages and commands show: plain rows read from one edition.

pub mod asset;
pub mod closings;
pub mod identity;
pub mod journey;
pub mod paths;
pub mod promises;
pub mod reasons;
pub mod segments;
pub mod ways;

use model::{Day, EventKind, Granularity, Movement, Outcome, Period};
use serde::{Deserialize, Serialize};

/// The edition a page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// 1, 2, 3, …
    pub edition: u64,
    /// The lake snapshot everything is read at.
    pub snapshot: i64,
    /// When it was published, UTC microseconds.
    pub at_us: i64,
    /// Last day the books cover.
    pub as_of: Day,
    /// Number of the last decision about identity that it counts; 0 for none.
    pub decisions: u64,
    /// What it was made from, as JSON.
    pub inputs: String,
    /// The checks it passed, as JSON.
    pub checks: String,
}

/// One period of a statement. Counts are customers; `*_minor` are minor units of the company's currency.
/// Lost and contracted are positive. `opening + gained + won_back − lost + adjusted = closing` in customers;
/// values add `+ expanded − contracted + fx`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Line {
    /// The period.
    #[serde(serialize_with = "as_text")]
    pub period: Period,
    /// Customers active at the start.
    pub opening_count: i64,
    /// Entered for the first time.
    pub gained_count: i64,
    /// Came back.
    pub won_back_count: i64,
    /// Left.
    pub lost_count: i64,
    /// Prior-period adjustments, signed.
    pub adjusted_count: i64,
    /// Customers active at the end.
    pub closing_count: i64,
    /// Customers whose value rose.
    pub expanded_count: i64,
    /// Customers whose value fell.
    pub contracted_count: i64,
    /// Value of the customers at the start.
    pub opening_minor: i64,
    /// Value that gained customers brought.
    pub gained_minor: i64,
    /// Value that won-back customers brought.
    pub won_back_minor: i64,
    /// Rise of value of customers.
    pub expanded_minor: i64,
    /// Fall of value of customers, positive.
    pub contracted_minor: i64,
    /// What exchange rates alone changed, signed.
    pub fx_minor: i64,
    /// Value that lost customers took, positive.
    pub lost_minor: i64,
    /// Prior-period adjustments, signed.
    pub adjusted_minor: i64,
    /// Value of the customers at the end.
    pub closing_minor: i64,
    /// Rates on the opening base.
    pub rates: Rates,
}

/// Rates of a line, shares (0.2 is 20 %); `None` where there is nothing to tell them by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Rates {
    /// Churn, retention and growth.
    #[serde(flatten)]
    pub ratios: ledger::Ratios,
    /// Of the whole, where the config says who came by recommendation.
    pub earned_growth: Option<f64>,
    /// Earned growth ÷ growth of value; `None` without growth too.
    pub earned_growth_ratio: Option<f64>,
}

pub(crate) fn as_text<T: std::fmt::Display, S: serde::Serializer>(
    value: &T,
    to: S,
) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Which number of a statement line a list opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Active on the eve of the period.
    Opening,
    /// A movement in the period.
    Moved(Movement),
    /// Active on the period's last day, or on the last day the books cover.
    Closing,
}

impl Figure {
    /// The name in links: `opening`, `closing` or the movement's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Closing => "closing",
            Self::Moved(movement) => movement.name(),
        }
    }

    /// The figure of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "opening" => Some(Self::Opening),
            "closing" => Some(Self::Closing),
            other => Movement::from_name(other).map(Self::Moved),
        }
    }
}

/// Which customers a list shows. All conditions hold together; `None` does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Behind a number of the statement.
    pub figure: Option<(Period, Figure)>,
    /// Behind a number of the reasons.
    pub losses: Option<reasons::LossList>,
    /// Behind a number of cohorts, survival or worth.
    pub among: Option<asset::Among>,
    /// Behind a number of a bridge; goes before the three above.
    pub bridge: Option<closings::BridgeList>,
    /// Behind a number of the journey.
    pub journey: Option<journey::Number>,
    /// Of that number, only what happened in these days.
    pub span: Option<journey::Span>,
    /// In this segment.
    pub segment: Option<String>,
    /// Whose name, e-mail, record key or id holds this text.
    pub search: Option<String>,
    /// Rows to skip.
    pub offset: usize,
    /// Rows at most.
    pub limit: usize,
}

/// A list of customers, cut at the limit; `total` says how many there are.
#[derive(Debug, Clone, Serialize)]
pub struct CustomerList {
    /// How many rows the whole list has.
    pub total: usize,
    /// The rows asked for, highest value first, then by id.
    pub rows: Vec<CustomerRow>,
}

/// One row of a customer list.
#[derive(Debug, Clone, Serialize)]
pub struct CustomerRow {
    /// Permanent id.
    pub id: String,
    /// A name to show; empty when no silo knows one.
    pub name: String,
    /// An e-mail to show; empty when no silo knows one.
    pub email: String,
    /// Segments, one of each split in the order of the config.
    pub segments: Vec<String>,
    /// Whether active at the edition's day.
    pub active: bool,
    /// For a list behind a number: the value that stands behind it, signed as in the ledger. Else the
    /// customer's value at the edition's day.
    pub value_minor: i64,
    /// For a movement: its day.
    pub day: Option<Day>,
}

impl CustomerRow {
    /// A customer of whom only the id is left.
    pub(crate) fn gone(id: &str) -> Self {
        let (name, email, segments) = (String::new(), String::new(), Vec::new());
        Self { id: id.to_owned(), name, email, segments, active: false, value_minor: 0, day: None }
    }
}

/// One customer's whole life.
#[derive(Debug, Clone, Serialize)]
pub struct CustomerLife {
    /// The list row.
    pub row: CustomerRow,
    /// First day ever active.
    pub gained_on: Option<Day>,
    /// Day of the last loss, when lost.
    pub lost_on: Option<Day>,
    /// Purchases ever.
    pub purchases: u32,
    /// Purchases − refunds ever.
    pub net_minor: i64,
    /// The id asked for, when it was merged into this one.
    pub redirected_from: Option<String>,
    /// What the silos know, as far as it may be seen.
    pub records: Vec<Record>,
    /// Why these records are one customer, of records that may be seen.
    pub merges: Vec<Merge>,
    /// Events in order, at most the limit asked for; `events_total` says how many there are.
    pub events: Vec<Event>,
    /// How many events there are.
    pub events_total: usize,
    /// Ledger postings in order.
    pub postings: Vec<Posting>,
    /// What they are worth; `None` for who was never met.
    pub worth: Option<asset::CustomerWorth>,
}

/// One silo's knowledge of one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Record {
    /// The silo.
    pub silo: String,
    /// The silo's own key.
    pub key: String,
    /// Known fields in order: (column, value as sent).
    pub fields: Vec<(String, String)>,
}

/// One piece of evidence that two records are one customer.
#[derive(Debug, Clone, Serialize)]
pub struct Merge {
    /// `silo:key` of one record.
    pub record_a: String,
    /// `silo:key` of the other.
    pub record_b: String,
    /// The rule that joined them.
    pub rule: String,
    /// The value they share, in words (for example `e-mail`).
    pub field: String,
    /// Bits of evidence, for what was weighed; keys and decisions have none.
    pub weight: Option<f64>,
}

/// One event of a life.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    /// UTC microseconds.
    pub at_us: i64,
    /// What kind.
    pub kind: EventKind,
    /// Touchpoint name.
    pub touchpoint: String,
    /// Id of the department that owns it.
    pub department: String,
    /// Stage name.
    pub stage: String,
    /// The silo that told it.
    pub silo: String,
    /// How it went.
    pub outcome: Outcome,
    /// Minor units; recurring value per month for subscriptions.
    pub value_minor: i64,
    /// The order, ticket or subscription it belongs to.
    pub reference: Option<String>,
    /// A survey answer.
    pub score: Option<f64>,
    /// Headline of a text.
    pub title: Option<String>,
    /// What was written.
    pub text: Option<String>,
    /// The reason the silo gave.
    pub reason: Option<String>,
}

/// One line of a customer's ledger.
#[derive(Debug, Clone, Serialize)]
pub struct Posting {
    /// Effective day.
    pub day: Day,
    /// What moved.
    pub movement: Movement,
    /// Value delta, minor units.
    pub value_minor: i64,
    /// Why, in words.
    pub reason: String,
}

/// A silo and what was read from it.
#[derive(Debug, Clone, Serialize)]
pub struct Silo {
    /// Its id.
    pub id: String,
    /// Shown.
    pub name: String,
    /// Name of the department that owns it.
    pub owner: String,
    /// Its feeds.
    pub feeds: Vec<Feed>,
}

/// A feed and its live imports.
#[derive(Debug, Clone, Serialize)]
pub struct Feed {
    /// Its id.
    pub id: String,
    /// Preset, columns or SQL.
    pub source: String,
    /// Live imports.
    pub imports: usize,
    /// Records in them.
    pub records: u64,
    /// Events in them.
    pub events: u64,
    /// Rejected rows in them.
    pub rejects: u64,
    /// Time of the last import, UTC microseconds; `None` when nothing was imported yet.
    pub last_us: Option<i64>,
}

/// One import as it stands.
#[derive(Debug, Clone, Serialize)]
pub struct Import {
    /// Its id, 16 hex digits.
    pub id: String,
    /// `done`, `started`, `aborted`, `replaced` or `gone`.
    pub status: String,
    /// UTC microseconds.
    pub at_us: i64,
    /// The silo.
    pub silo: String,
    /// The feed.
    pub feed: String,
    /// File names.
    pub files: String,
    /// Rows read.
    pub rows: u64,
    /// Records found.
    pub records: u64,
    /// Events found.
    pub events: u64,
    /// Rows set aside.
    pub rejects: u64,
}

/// A row set aside.
#[derive(Debug, Clone, Serialize)]
pub struct Reject {
    /// The silo.
    pub silo: String,
    /// The feed.
    pub feed: String,
    /// File name.
    pub file: String,
    /// 1-based line or row.
    pub line: u64,
    /// The column at fault.
    pub column: String,
    /// What is wrong.
    pub reason: String,
    /// The row as it was; `None` where it may not be seen.
    pub raw: Option<String>,
}

/// A part of a list with the length of the whole.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Page<T> {
    /// How many there are.
    pub total: usize,
    /// Those asked for.
    pub rows: Vec<T>,
}

/// A query's answer as text, for tables on screen.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// Column names.
    pub columns: Vec<String>,
    /// Rows of cells; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether rows were cut at the limit.
    pub cut: bool,
}

/// The periods of one granularity and segment, oldest first.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    /// How long each is.
    pub granularity: Granularity,
    /// Empty for the whole.
    pub segment: String,
    /// Whether closed periods are told as they were; as restated while nothing is closed.
    pub basis: closings::Basis,
    /// The last closed day; `None` while nothing is closed.
    pub closed_until: Option<Day>,
    /// Oldest first; the last may be running still.
    pub lines: Vec<Line>,
}
