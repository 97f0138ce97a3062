//! Raw tables: what imports read, what people decided, and what was published.

use super::{STATEMENT_FIGURES, Table, instant, may, must, table};
use DataType::{Date32, Float64, Int64, UInt8, UInt16, UInt64, Utf8};
use arrow::datatypes::DataType;

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
/// id where it has one, by which a later append import replaces it. `clause` is a code of `model::Clause`, of
/// subscriptions only; null is a price.
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
            may("clause", UInt8),
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

/// What programs sent and was taken in, so that nothing is taken in twice: `message` and `message_low` are the halves of
/// the hash of feed and message id, `content` a hash of what it said.
pub fn received() -> Table {
    table(
        "received",
        false,
        vec![
            must("import_id", UInt64),
            must("message", UInt64),
            must("message_low", UInt64),
            must("content", UInt64),
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

/// What was closed and reopened, oldest first by `seq`; rows are only ever added. The row is the last commit of a
/// closing: rows of the other `closing_*` tables count where their `closing` is that of a seal told here.
pub fn closings() -> Table {
    table(
        "closings",
        false,
        vec![
            must("seq", UInt64),
            // `closed` or `reopened`.
            must("step", Utf8),
            must("period", Utf8),
            must("edition", UInt64),
            must("at", instant()),
            must("rules", Utf8),
            // Of reopenings; empty for closings.
            must("reason", Utf8),
            // Names of the segments by code, as JSON.
            must("segments", Utf8),
            // 64 hex digits; empty for the first step.
            must("previous", Utf8),
            must("seal", Utf8),
        ],
    )
}

/// The lines a closing froze. `closing` is the first 16 digits of its seal; `segment` is empty for the whole.
pub fn closing_lines() -> Table {
    let mut fields = vec![must("closing", UInt64), must("period", Utf8), may("segment", UInt16)];
    fields.extend(STATEMENT_FIGURES.iter().chain(OPENING_COHORT).map(|name| must(name, Int64)));
    table("closing_lines", false, fields)
}

/// What became of those known on the eve of a period, in order: a count of customers, then values in minor units.
pub const OPENING_COHORT: &[&str] = &[
    "cohort_lost_count",
    "cohort_lost_minor",
    "cohort_expanded_minor",
    "cohort_contracted_minor",
    "cohort_returned_minor",
];

/// What a closing booked as adjustments of what was closed before.
pub fn closing_adjustments() -> Table {
    table(
        "closing_adjustments",
        false,
        vec![
            must("closing", UInt64),
            must("cause", Utf8),
            may("segment", UInt16),
            must("customer", Utf8),
            must("count", Int64),
            must("value_minor", Int64),
        ],
    )
}

/// Who stood where at the end of each month closed, as changes from what was frozen before.
pub fn closing_changes() -> Table {
    table(
        "closing_changes",
        false,
        vec![
            must("closing", UInt64),
            must("cut_off", Date32),
            must("customer", Utf8),
            may("segment", UInt16),
            must("count", Int64),
            must("value_minor", Int64),
            // Added, wrapping, to the fingerprint of the customer's events.
            must("events", UInt64),
        ],
    )
}

/// Whose each record was when it was closed.
pub fn closing_records() -> Table {
    table(
        "closing_records",
        false,
        vec![must("closing", UInt64), must("record_hash", UInt64), must("customer", Utf8)],
    )
}
