//! The tables of the lake: their columns, types and order.
//!
//! Raw tables are written by imports and read only where `imports` has a live row for them. Derived tables
//! are replaced by a refresh and read only at the snapshot of a published edition.

mod asset;
mod raw;

pub use asset::*;
pub use raw::*;
mod journey;

pub use journey::{
    TOUCHPOINT_MARKS, funnel, hand_offs, journey, journey_chains, journey_compared, journey_conformance,
    journey_conformance_ways, journey_credit, journey_designed, journey_edges, journey_goals, journey_nodes,
    journey_paths, journey_steps, journey_variants, promise_breaches, promise_months, touchpoint_facts,
    touchpoint_months,
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

use DataType::{Boolean, Date32, Float32, Float64, Int8, Int32, Int64, UInt8, UInt16, UInt32, UInt64, Utf8};

/// Which customer a record belongs to. Sorted by record hash.
pub fn customer_of() -> Table {
    table(
        "customer_of",
        true,
        vec![
            must("record_hash", UInt64),
            must("silo", Utf8),
            must("customer", UInt32),
            // Hash of all that was compared of the record, and of how; 0 where nothing was.
            must("content", UInt64),
        ],
    )
}

/// Pairs of records that were weighed and found worth keeping, for the next refresh. Records are told by their row
/// in `customer_of`, counted from 0; `rule` is the number of the first blocking rule that brought the two together.
/// Sorted by `a`, then `b`.
pub fn pairs() -> Table {
    table(
        "pairs",
        true,
        vec![must("a", UInt32), must("b", UInt32), must("weight", Float32), must("rule", UInt8)],
    )
}

/// Blocks of records too many to be compared with one another, by a hash of rule and keys; ascending. For the next
/// refresh.
pub fn overfull_blocks() -> Table {
    table("overfull_blocks", true, vec![must("block", UInt64)])
}

/// Customers by dense code: the permanent id, how many records stand behind it. Sorted by code.
pub fn customers() -> Table {
    table("customers", true, vec![must("customer", UInt32), must("id", Utf8), must("records", UInt32)])
}

/// Segments of every split, in the order of the config, then by value: `segment` is `split=value`, its name everywhere.
pub fn segments() -> Table {
    table(
        "segments",
        true,
        vec![
            must("rank", UInt16),
            must("split", Utf8),
            must("split_name", Utf8),
            must("segment", Utf8),
            must("value", Utf8),
            must("customers", UInt64),
        ],
    )
}

/// In which segment of each split a customer is. Sorted by customer, then as the config has the splits.
pub fn customer_segments() -> Table {
    table(
        "customer_segments",
        true,
        vec![must("customer", UInt32), must("split", Utf8), must("segment", Utf8)],
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
            // Code of `model::Clause`; 0 also where the event is no subscription.
            must("clause", UInt8),
            // Of a subscription in a foreign currency: the code, 1 + its place among those with rates, and the amount
            // in it.
            must("currency", UInt8),
            may("original_minor", Int64),
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

/// Statements for every period and segment, as restated; `segment` is empty for the whole.
pub fn statement() -> Table {
    table("statement", true, statement_fields())
}

/// The same as reported; without rows while nothing is closed.
pub fn statement_reported() -> Table {
    table("statement_reported", true, statement_fields())
}

fn statement_fields() -> Vec<Field> {
    let mut fields =
        vec![must("granularity", Utf8), must("period", Utf8), must("start", Date32), must("segment", Utf8)];
    fields.extend(STATEMENT_FIGURES.iter().chain(OPENING_COHORT).map(|name| must(name, Int64)));
    fields
}

/// What leads from as reported to as restated at the end of each closed month, by cause, segment and customer;
/// customers are told by permanent id, of now, or of then where nobody is left. `segment` is empty where customers
/// are not split.
pub fn bridges() -> Table {
    table(
        "bridges",
        true,
        vec![
            must("cut_off", Date32),
            must("cause", Utf8),
            must("segment", Utf8),
            must("customer", Utf8),
            must("count", Int64),
            must("value_minor", Int64),
        ],
    )
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
    "fx_minor",
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
        closings(),
        closing_lines(),
        closing_adjustments(),
        closing_changes(),
        closing_records(),
        records(),
        events(),
        event_text(),
        rejects(),
        received(),
        customer_of(),
        pairs(),
        overfull_blocks(),
        customers(),
        redirects(),
        merges(),
        review(),
        generic_values(),
        timeline(),
        touchpoints(),
        postings(),
        statement(),
        statement_reported(),
        bridges(),
        customer_state(),
        loss_reasons(),
        loss_causes(),
        loss_cause_of(),
        cohorts(),
        survival(),
        survival_tests(),
        worth(),
        customer_worth(),
        journey(),
        journey_nodes(),
        journey_edges(),
        journey_goals(),
        journey_paths(),
        promise_months(),
        promise_breaches(),
        journey_variants(),
        journey_compared(),
        journey_chains(),
        journey_steps(),
        journey_credit(),
        journey_conformance(),
        journey_conformance_ways(),
        journey_designed(),
        hand_offs(),
        funnel(),
        touchpoint_facts(),
        touchpoint_months(),
    ]
}
