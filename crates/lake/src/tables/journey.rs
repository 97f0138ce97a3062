//! The tables of the journey. Every row tells of a group of customers: those of `segment` (empty: all) and of `who`
//! (`all`, or of those active on the landmark day the `stayed` and the `left`, with what they met before it).

use super::{Date32, Float64, Int32, Table, UInt16, UInt32, UInt64, Utf8, instant, may, must, table};
use arrow::datatypes::Field;

fn of_group(name: &'static str, counts: &[&str], fields: Vec<Field>) -> Table {
    let mut all = vec![must("segment", Utf8), must("who", Utf8)];
    all.extend(fields);
    all.extend(counts.iter().map(|name| must(name, UInt64)));
    table(name, true, all)
}

/// From one event to the next, microseconds.
fn waits() -> [Field; 3] {
    [may("median_us", Float64), may("p90_us", Float64), may("mean_us", Float64)]
}

/// One row a group: the days by which it was told apart and how many it has; `landmark` is the last of `landmarks`. Durations are from first to last event.
pub fn journey() -> Table {
    let counts = ["customers", "events", "transitions", "crossings", "variants", "variants_of_most"];
    let mut fields = vec![must("landmark", Date32)];
    fields.extend(
        ["landmarks", "look_back_days", "horizon_days", "follow_up_days", "recent_days"]
            .map(|days| must(days, UInt16)),
    );
    fields.extend(waits());
    of_group("journey", &counts, fields)
}

/// Touchpoints on the map. Counts of customers but for `events` and `failures`.
pub fn journey_nodes() -> Table {
    let counts = ["events", "customers", "starts", "ends", "repeaters", "failed", "failures"];
    of_group("journey_nodes", &counts, vec![must("touchpoint", UInt16)])
}

/// Direct successions of two touchpoints.
pub fn journey_edges() -> Table {
    let mut fields = vec![must("from_touchpoint", UInt16), must("to_touchpoint", UInt16)];
    fields.extend(waits());
    of_group("journey_edges", &["customers", "transitions"], fields)
}

/// The most frequent whole ways, by `place` from 1. `key` is 32 hex digits, `sequence` touchpoint codes with blanks
/// between, `exemplar` the lowest customer code.
pub fn journey_variants() -> Table {
    let fields = vec![
        must("place", UInt32),
        must("key", Utf8),
        must("sequence", Utf8),
        must("exemplar", UInt32),
        must("mean_us", Float64),
    ];
    of_group("journey_variants", &["customers"], fields)
}

/// What was met before stacked landmarks by those who left and by those who stayed, each once a landmark (and as
/// customers, once): `met` is `touchpoint`, `failure` or
/// `hand_off`; `from_code` a touchpoint or a department, `to_code` a department (65535: none).
pub fn journey_compared() -> Table {
    let mut fields = vec![must("met", Utf8), must("from_code", UInt16), must("to_code", UInt16)];
    fields.extend(
        ["odds_ratio", "low", "high", "p", "fdr", "left_share", "others_share"]
            .map(|name| may(name, Float64)),
    );
    let counts =
        ["met_left", "met_stayed", "unmet_left", "unmet_stayed", "left_customers", "stayed_customers"];
    of_group("journey_compared", &counts, fields)
}

/// Customers who were at one touchpoint and afterwards at another, by where they were failed: at both, at the first or
/// second alone, at neither. Of the whole only.
pub fn journey_chains() -> Table {
    let mut fields = vec![must("from_touchpoint", UInt16), must("to_touchpoint", UInt16)];
    fields.extend(["odds_ratio", "low", "high", "p", "fdr"].map(|name| may(name, Float64)));
    of_group("journey_chains", &["both", "first_only", "second_only", "neither"], fields)
}

/// The steps of customers around their first time at an `anchor`, all of them touchpoints: those who went from one at a
/// `step` (the anchor stands at 0) to another at the next. `from_touchpoint` 65535: nothing came before;
/// `to_touchpoint` 65535: nothing has come since, 65534: nothing came and they were lost.
pub fn journey_steps() -> Table {
    let fields = vec![
        must("anchor", UInt16),
        must("step", Int32),
        must("from_touchpoint", UInt16),
        must("to_touchpoint", UInt16),
        must("customers", UInt64),
    ];
    table("journey_steps", true, fields)
}

/// Credit of touchpoints (65535: none was met) for the purchases at the end of a `goal` (`first_purchase`,
/// `next_purchase`): `removal` is the share lost if every way through it ended there, `markov` and `shapley` the
/// purchases credited, `shapley_minor` minor units, `bought` all purchases.
pub fn journey_credit() -> Table {
    let mut fields = vec![must("goal", Utf8), must("touchpoint", UInt16)];
    fields.extend(["removal", "markov", "shapley", "shapley_minor"].map(|name| must(name, Float64)));
    fields.push(must("bought", UInt64));
    table("journey_credit", true, fields)
}

/// How customers walk against the designed journey: `what` is `aligned`, `unaligned` (took too long to compare),
/// `as_designed`, or of a touchpoint (65535: none) `unplanned` or `skipped`. `fitness` is the mean of those aligned.
pub fn journey_conformance() -> Table {
    let fields = vec![
        must("what", Utf8),
        must("touchpoint", UInt16),
        may("fitness", Float64),
        must("customers", UInt64),
    ];
    table("journey_conformance", true, fields)
}

/// The whole ways behind a row of `journey_conformance`, by the `key` of `journey_variants`.
pub fn journey_conformance_ways() -> Table {
    let fields = vec![must("what", Utf8), must("touchpoint", UInt16), must("key", Utf8)];
    table("journey_conformance_ways", true, fields)
}

/// Touchpoints that the designed journey lets follow straight on one another.
pub fn journey_designed() -> Table {
    table("journey_designed", true, vec![must("from_touchpoint", UInt16), must("to_touchpoint", UInt16)])
}

/// Departments handing customers on, by id; empty where nobody owns a touchpoint.
pub fn hand_offs() -> Table {
    let mut fields = vec![must("from_department", Utf8), must("to_department", Utf8)];
    fields.extend(waits());
    of_group("hand_offs", &["customers", "transitions"], fields)
}

/// The stages in order, by `step` from 1, with the customers who came so far and the time from the step before.
pub fn funnel() -> Table {
    let mut fields = vec![must("step", UInt16), must("stage", Utf8)];
    fields.extend(waits());
    of_group("funnel", &["customers"], fields)
}

/// The scorecard: `touchpoint` 65535 tells the whole experience. Waits are from the event before of the same order or
/// ticket.
pub fn touchpoint_facts() -> Table {
    let mut fields = vec![must("touchpoint", UInt16)];
    fields.extend(waits());
    let events = ["events", "failures", "waits"];
    let counts = [&events, TOUCHPOINT_FOLLOWED, TOUCHPOINT_MARKS].concat();
    of_group("touchpoint_facts", &counts, fields)
}

/// Counts of contacts in `touchpoint_facts` of which it is known who left after them, in order: see `journey::Followed`.
const TOUCHPOINT_FOLLOWED: &[&str] =
    &["contacts_followed", "contacts_left", "failures_followed", "failures_left"];

/// Counts of customers in `touchpoint_facts`, in order: see `journey::Mark`.
pub const TOUCHPOINT_MARKS: &[&str] = &[
    "met",
    "failed",
    "followed",
    "followed_left",
    "failed_followed",
    "failed_left",
    "recent",
    "recent_unharmed",
];

/// Touchpoints by month, named by its first day.
pub fn touchpoint_months() -> Table {
    let fields = vec![must("month", Date32), must("touchpoint", UInt16)];
    of_group("touchpoint_months", &["customers", "events", "failures"], fields)
}

/// Promises of a segment (empty: all) that began in a month, named by its first day: how many stand how at the end of the
/// books, and to how many customers.
pub fn promise_months() -> Table {
    let mut fields = vec![must("segment", Utf8), must("promise", Utf8), must("month", Date32)];
    let counts = ["kept", "broken", "open", "kept_customers", "broken_customers", "open_customers"];
    fields.extend(counts.map(|name| must(name, UInt64)));
    table("promise_months", true, fields)
}

/// Broken promises, by customer and when they began (`at`). `happened` is when what was promised came too late, or what
/// must not have been happened; `reference` is that of the timeline.
pub fn promise_breaches() -> Table {
    let fields = vec![
        must("customer", UInt32),
        must("promise", Utf8),
        must("month", Date32),
        must("at", instant()),
        may("due", instant()),
        may("happened", instant()),
        must("reference", UInt64),
    ];
    table("promise_breaches", true, fields)
}

/// How walks towards a `goal` (`first_purchase`, `next_purchase`, `leaving`) ended: those that reached it, and all that
/// began alike.
pub fn journey_goals() -> Table {
    let mut fields = vec![must("goal", Utf8)];
    fields.extend(["reached", "bought", "lost", "going_on"].map(|name| must(name, UInt64)));
    table("journey_goals", true, fields)
}

/// The paths to a goal, `ranked` by how `frequent` or how `valuable` they are, by `place` from 1. `key` is 32 hex digits,
/// `sequence` touchpoint codes with blanks between, `exemplar` the lowest customer code, `share` that of walks exactly
/// so that reached the goal.
pub fn journey_paths() -> Table {
    let mut fields = vec![
        must("goal", Utf8),
        must("ranked", Utf8),
        must("place", UInt32),
        must("key", Utf8),
        must("sequence", Utf8),
        must("exemplar", UInt32),
    ];
    fields.extend(["mean_us", "value_minor", "share"].map(|name| must(name, Float64)));
    fields.extend(["walks", "customers"].map(|name| must(name, UInt64)));
    table("journey_paths", true, fields)
}
