//! The tables of the lake: their columns, types and order.
//!
//! Raw tables are written by imports and read only where `imports` has a live row for them. Derived tables
//! are replaced by a refresh and read only at the snapshot of a published edition.

mod journey;

pub use journey::{
    TOUCHPOINT_MARKS, funnel, hand_offs, journey, journey_compared, journey_edges, journey_nodes,
    journey_variants, touchpoint_facts, touchpoint_months,
};

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use std::sync::Arc;

/// One table: its name and columns.
#[derive(Debug, Clone)]
pub struct Table {
    /// Name in SQL.
    pub name: &'static str,
    /// Columns in order.
    pub schema: SchemaRef,
    /// Whether a refresh replaces it whole.
    pub derived: bool,
}

fn table(name: &'static str, derived: bool, fields: Vec<Field>) -> Table {
    Table { name, schema: Arc::new(Schema::new(fields)), derived }
}

fn must(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, false)
}

fn may(name: &str, data_type: DataType) -> Field {
    Field::new(name, data_type, true)
}

/// An instant: UTC microseconds.
pub fn instant() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

use DataType::{Boolean, Date32, Float64, Int8, Int64, UInt8, UInt16, UInt32, UInt64, Utf8};

/// What silos know of people: one row per record and import. The only table with personal data beside
/// `event_text`. `record_hash` names (silo, `record_key`); the last row of a record wins, column by column.
pub fn records() -> Table {
    let mut fields = vec![must("import_id", UInt64), must("row_no", UInt64), must("record_hash", UInt64)];
    fields.push(must("record_key", Utf8));
    fields.push(may("updated_at", instant()));
    fields.extend(RECORD_TEXT.iter().map(|name| may(name, Utf8)));
    // JSON object of the feed's further attributes, keys sorted.
    fields.push(may("attributes", Utf8));
    table("records", false, fields)
}

/// The text columns of `records`, in order; as sent, blanks trimmed.
pub const RECORD_TEXT: &[&str] = &[
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
    // Key of another record of the same silo that is the same customer.
    "same_as",
];

/// What happened: one row per event. `(import_id, row_no, part)` is its address; `source_id` the silo's own
/// id where it has one, by which a later append import replaces it.
pub fn events() -> Table {
    table(
        "events",
        false,
        vec![
            must("import_id", UInt64),
            must("row_no", UInt64),
            must("part", UInt16),
            must("record_hash", UInt64),
            must("at", instant()),
            must("kind", UInt8),
            must("event", Utf8),
            must("outcome", UInt8),
            must("value_minor", Int64),
            may("currency", Utf8),
            may("original_minor", Int64),
            may("reference", Utf8),
            may("source_id", Utf8),
            may("score", Float64),
        ],
    )
}

/// Free text of events: what customers wrote, and the reasons silos gave.
pub fn event_text() -> Table {
    let text = ["title", "text", "reason", "channel"];
    let mut fields = vec![must("import_id", UInt64), must("row_no", UInt64), must("part", UInt16)];
    fields.extend(text.iter().map(|name| may(name, Utf8)));
    table("event_text", false, fields)
}

/// Rows that could not be read: where, why, and the row itself.
pub fn rejects() -> Table {
    table(
        "rejects",
        false,
        vec![
            must("import_id", UInt64),
            must("file", Utf8),
            must("line", UInt64),
            must("column", Utf8),
            must("reason", Utf8),
            must("raw", Utf8),
        ],
    )
}

/// One row per step in the life of an import, numbered by `seq`: `started`, then `done` or `aborted`; a done
/// one may become `replaced`, then `gone`. Its rows in other tables count while its last step is `done`.
pub fn imports() -> Table {
    table(
        "imports",
        false,
        vec![
            must("seq", UInt64),
            must("import_id", UInt64),
            must("status", Utf8),
            must("at", instant()),
            must("silo", Utf8),
            must("feed", Utf8),
            must("mode", Utf8),
            must("files", Utf8),
            must("rows", UInt64),
            must("records", UInt64),
            must("events", UInt64),
            must("rejects", UInt64),
        ],
    )
}

/// What people said of two records, oldest first by `seq`: `same`, `different`, or `undone`. Rows are only ever
/// added; the last word on a pair counts. Records are named by silo and key, so that decisions outlive rebuilds.
pub fn decisions() -> Table {
    table(
        "decisions",
        false,
        vec![
            must("seq", UInt64),
            must("at", instant()),
            must("by", Utf8),
            must("silo_a", Utf8),
            must("key_a", Utf8),
            must("silo_b", Utf8),
            must("key_b", Utf8),
            must("verdict", Utf8),
            must("reason", Utf8),
        ],
    )
}

/// Trained models and what became of them, oldest first by `seq`. `model` is JSON; `state` is `proposed`,
/// `accepted` or `rejected`. The last accepted one of a purpose is in force.
pub fn models() -> Table {
    table(
        "models",
        false,
        vec![
            must("seq", UInt64),
            must("at", instant()),
            must("by", Utf8),
            must("purpose", Utf8),
            must("version", Utf8),
            must("state", Utf8),
            must("reason", Utf8),
            must("model", Utf8),
            // What it would change, as JSON; empty for all but proposals.
            must("changes", Utf8),
        ],
    )
}

/// One row per published edition; the last commit of a refresh.
pub fn editions() -> Table {
    table(
        "editions",
        false,
        vec![
            must("edition", UInt64),
            must("snapshot", Int64),
            must("at", instant()),
            must("as_of", Date32),
            must("inputs", Utf8),
            must("checks", Utf8),
        ],
    )
}

/// Which customer a record belongs to. Sorted by record hash.
pub fn customer_of() -> Table {
    table(
        "customer_of",
        true,
        vec![must("record_hash", UInt64), must("silo", Utf8), must("customer", UInt32)],
    )
}

/// Customers by dense code: the permanent id, the segment, how many records stand behind it. Sorted by code.
pub fn customers() -> Table {
    table(
        "customers",
        true,
        vec![must("customer", UInt32), must("id", Utf8), must("segment", Utf8), must("records", UInt32)],
    )
}

/// Ids that stand for nobody themselves, each with the id that stands for it now; empty for an id whose
/// records are gone. Kept for ever, so that no id is used again.
pub fn redirects() -> Table {
    table("redirects", true, vec![must("id", Utf8), must("stands_for", Utf8)])
}

/// Evidence: why two records are one customer.
pub fn merges() -> Table {
    table(
        "merges",
        true,
        vec![
            must("customer", UInt32),
            must("record_a", UInt64),
            must("record_b", UInt64),
            must("rule", Utf8),
            must("field", Utf8),
            // Bits of evidence, for what was weighed; keys and decisions have none.
            may("weight", Float64),
        ],
    )
}

/// Two records of different customers that a person should look at, surest first.
pub fn review() -> Table {
    table(
        "review",
        true,
        vec![
            must("record_a", UInt64),
            must("record_b", UInt64),
            must("customer_a", UInt32),
            must("customer_b", UInt32),
            must("weight", Float64),
            must("probability", Float64),
            must("doubt", Utf8),
        ],
    )
}

/// Values that identify nobody, being linked to too many names; by field and value.
pub fn generic_values() -> Table {
    table("generic_values", true, vec![must("field", Utf8), must("value", Utf8), must("names", UInt32)])
}

/// Every customer's events in order: sorted by customer, at, seq.
pub fn timeline() -> Table {
    table(
        "timeline",
        true,
        vec![
            must("customer", UInt32),
            must("at", instant()),
            must("seq", UInt32),
            must("day", Date32),
            must("kind", UInt8),
            must("touchpoint", UInt16),
            must("outcome", UInt8),
            must("stream", UInt16),
            must("value_minor", Int64),
            // Hash of (silo, reference); 0 where the event has none.
            must("reference", UInt64),
            may("score", Float64),
            must("import_id", UInt64),
            must("row_no", UInt64),
            must("part", UInt16),
        ],
    )
}

/// Names of touchpoint codes with owner and stage, in the order of the config file, then events that no
/// touchpoint claims, by name, owned by the silo's department.
pub fn touchpoints() -> Table {
    table(
        "touchpoints",
        true,
        vec![
            must("touchpoint", UInt16),
            must("id", Utf8),
            must("name", Utf8),
            must("department", Utf8),
            must("stage", Utf8),
            must("claimed", Boolean),
        ],
    )
}

/// The ledger: one row per movement of one customer. Sorted by customer, day, seq.
pub fn postings() -> Table {
    table(
        "postings",
        true,
        vec![
            must("customer", UInt32),
            must("day", Date32),
            must("movement", UInt8),
            must("count", Int8),
            must("value_minor", Int64),
            must("reason", UInt8),
            must("stream", UInt16),
            // Ordinal within the customer's timeline of the event behind it.
            must("seq", UInt32),
        ],
    )
}

/// Statements for every period and segment; `segment` is empty for the whole.
pub fn statement() -> Table {
    let mut fields =
        vec![must("granularity", Utf8), must("period", Utf8), must("start", Date32), must("segment", Utf8)];
    fields.extend(STATEMENT_FIGURES.iter().map(|name| must(name, Int64)));
    table("statement", true, fields)
}

/// The figures of a statement line, in order: counts of customers, then values in minor units. `expanded`
/// and `contracted` counts move no customer in or out; `lost` and `contracted` are told as positive numbers.
pub const STATEMENT_FIGURES: &[&str] = &[
    "opening_count",
    "gained_count",
    "won_back_count",
    "lost_count",
    "adjusted_count",
    "closing_count",
    "expanded_count",
    "contracted_count",
    "opening_minor",
    "gained_minor",
    "won_back_minor",
    "expanded_minor",
    "contracted_minor",
    "lost_minor",
    "adjusted_minor",
    "closing_minor",
];

/// Where each customer stands at the edition's day. Sorted by customer.
pub fn customer_state() -> Table {
    table(
        "customer_state",
        true,
        vec![
            must("customer", UInt32),
            must("active", Boolean),
            must("value_minor", Int64),
            may("gained_on", Date32),
            may("lost_on", Date32),
            may("last_purchase_on", Date32),
            must("purchases", UInt32),
            must("net_minor", Int64),
            must("events", UInt32),
        ],
    )
}

/// Every table, raw ones first.
pub fn all() -> Vec<Table> {
    vec![
        imports(),
        editions(),
        decisions(),
        models(),
        records(),
        events(),
        event_text(),
        rejects(),
        customer_of(),
        customers(),
        redirects(),
        merges(),
        review(),
        generic_values(),
        timeline(),
        touchpoints(),
        postings(),
        statement(),
        customer_state(),
        journey(),
        journey_nodes(),
        journey_edges(),
        journey_variants(),
        journey_compared(),
        hand_offs(),
        funnel(),
        touchpoint_facts(),
        touchpoint_months(),
    ]
}
