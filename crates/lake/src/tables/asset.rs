//! Derived tables of the customer asset: why customers were lost, how they stay, and what they are worth.

use super::{Table, may, must, table};
use DataType::{Boolean, Date32, Float64, Int64, UInt16, UInt32, UInt64, Utf8};
use arrow::datatypes::DataType;

/// Every loss: what the customer said, and the like customer who stayed. Sorted by customer and day.
pub fn loss_reasons() -> Table {
    table(
        "loss_reasons",
        true,
        vec![
            must("customer", UInt32),
            must("day", Date32),
            must("value_minor", Int64),
            must("stream", UInt16),
            // Id of the reason; `other` where the list knows none, `unknown` where nothing was said.
            must("stated", Utf8),
            // Address of the event that said it.
            may("import_id", UInt64),
            may("row_no", UInt64),
            may("part", UInt16),
            // What came before was looked for in the 90 days up to this one.
            must("moment", Date32),
            may("stayer", UInt32),
            may("stayer_moment", Date32),
            may("stayer_value_minor", Int64),
        ],
    )
}

/// Losses by what was said (`side` stated) and by what came before (`before`), and all of them (`all`), for every
/// period and segment. `period` is empty for all of the books, `segment` for the whole.
pub fn loss_causes() -> Table {
    table(
        "loss_causes",
        true,
        vec![
            must("granularity", Utf8),
            must("period", Utf8),
            must("segment", Utf8),
            must("side", Utf8),
            must("cause", Utf8),
            must("name", Utf8),
            must("department", Utf8),
            must("rank", UInt32),
            must("lost_count", Int64),
            must("lost_minor", Int64),
            must("share", Float64),
            must("pairs", Int64),
            must("pairs_lost", Int64),
            must("pairs_stayed", Int64),
            must("pairs_both", Int64),
            // Null where nothing can be compared; no upper end where it came before no stayer.
            may("lift", Float64),
            may("lift_low", Float64),
            may("lift_high", Float64),
            may("p_value", Float64),
            may("q_value", Float64),
            must("stands_out", Boolean),
        ],
    )
}

/// What came before each loss, and before the stayer it is compared with. Sorted by lost customer and day.
pub fn loss_cause_of() -> Table {
    table(
        "loss_cause_of",
        true,
        vec![
            must("lost", UInt32),
            must("day", Date32),
            // Who met it: the lost customer, or the stayer.
            must("customer", UInt32),
            must("stayed", Boolean),
            // It came in the 90 days up to this one.
            must("moment", Date32),
            must("cause", Utf8),
            must("value_minor", Int64),
        ],
    )
}

/// The retention triangle: cohorts of every granularity and segment at every age; `segment` is empty for the whole.
pub fn cohorts() -> Table {
    table(
        "cohorts",
        true,
        vec![
            must("granularity", Utf8),
            must("cohort", Utf8),
            must("start", Date32),
            must("segment", Utf8),
            // Periods since the cohort's own, whose end is age 0.
            must("age", UInt16),
            must("size", Int64),
            must("gained_minor", Int64),
            must("active", Int64),
            must("value_minor", Int64),
        ],
    )
}

/// Share of customers still there so many days after they were gained; `segment` is empty for the whole.
pub fn survival() -> Table {
    table(
        "survival",
        true,
        vec![
            must("segment", Utf8),
            must("days", UInt32),
            // Customers looked at for at least so many days and not lost before.
            must("at_risk", UInt64),
            // Lost since the row before, up to and with these days.
            must("lost", UInt64),
            must("share", Float64),
            must("low", Float64),
            must("high", Float64),
        ],
    )
}

/// What is told of survival: `median` life by segment, `log_rank` and its groups, `cox` and its traits. What
/// `value` holds goes by `test`; a test that was refused has only its `reason`.
pub fn survival_tests() -> Table {
    table(
        "survival_tests",
        true,
        vec![
            must("test", Utf8),
            must("name", Utf8),
            may("customers", UInt64),
            may("lost", UInt64),
            may("value", Float64),
            may("low", Float64),
            may("high", Float64),
            may("degrees", UInt32),
            may("p_value", Float64),
            must("reason", Utf8),
        ],
    )
}

/// What the base and each segment are worth under each model; `segment` is empty for the whole. A model that was
/// refused has only its `reason`.
pub fn worth() -> Table {
    table(
        "worth",
        true,
        vec![
            must("model", Utf8),
            // Of contracts; empty for purchases.
            must("stream", Utf8),
            must("segment", Utf8),
            must("customers", UInt64),
            may("alive", Float64),
            may("alive_low", Float64),
            may("alive_high", Float64),
            // Told alive for want of a second purchase.
            must("assumed_alive", UInt64),
            may("equity_minor", Int64),
            may("equity_low_minor", Int64),
            may("equity_high_minor", Int64),
            // The same of these customers under the fit of the whole: these add up to the whole.
            may("whole_alive", Float64),
            may("whole_equity_minor", Int64),
            // JSON objects.
            must("parameters", Utf8),
            must("convergence", Utf8),
            may("log_likelihood", Float64),
            may("spend_correlation", Float64),
            must("draws", UInt32),
            must("failed_draws", UInt32),
            must("reason", Utf8),
        ],
    )
}

/// What each customer is worth and whether it is fading, under the fits of the whole. Sorted by customer;
/// customers never met and without a contract have no row.
pub fn customer_worth() -> Table {
    table(
        "customer_worth",
        true,
        vec![
            must("customer", UInt32),
            may("bg_nbd_alive", Float64),
            may("pareto_nbd_alive", Float64),
            // Discounted purchases to come.
            may("bg_nbd_purchases", Float64),
            may("pareto_nbd_purchases", Float64),
            may("bg_nbd_minor", Int64),
            may("pareto_nbd_minor", Int64),
            may("contract_minor", Int64),
            may("silent_days", UInt32),
            may("limit_days", Float64),
            // `silent`, `modelled`, `both`, or empty.
            must("fading", Utf8),
        ],
    )
}
