//! Rows of `worth` and `customer_worth`.

use super::valued::{CustomerWorth, One};
use crate::error::Error;
use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, UInt32Array, UInt64Array};
use lake::tables;
use ledger::worth::{ContractWorth, Fading, Fit, Interval, ModelWorth, Worth};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// One row of `worth`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Line {
    model: &'static str,
    stream: String,
    segment: String,
    customers: u64,
    alive: Option<f64>,
    alive_interval: Option<Interval>,
    assumed_alive: u64,
    equity_minor: Option<i64>,
    equity_interval: Option<Interval>,
    whole_alive: Option<f64>,
    whole_equity_minor: Option<i64>,
    parameters: Value,
    convergence: Value,
    log_likelihood: Option<f64>,
    spend_correlation: Option<f64>,
    draws: u32,
    failed_draws: u32,
    reason: String,
}

/// What some customers add up to under the fit of the whole.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sums {
    pub(super) alive: f64,
    /// `None` where spend was refused.
    pub(super) equity_minor: Option<i64>,
}

/// Whom a line is told of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    /// Empty for the whole.
    pub(super) segment: &'a str,
    pub(super) customers: u64,
    /// Refits asked for.
    pub(super) draws: u32,
}

/// Each parameter with its standard error.
fn parameters<const N: usize>(names: [&str; N], fit: &Fit<N>) -> Value {
    let one = |at: usize| {
        (names[at].to_owned(), json!({"value": fit.params[at], "standard_error": fit.standard_errors[at]}))
    };
    Value::Object((0..N).map(one).collect::<Map<_, _>>())
}

/// Whole minor units of each, added up.
fn rounded(minor: &[f64]) -> i64 {
    minor.iter().map(|minor| minor.round() as i64).sum()
}

impl Told<'_> {
    fn line(&self, model: &'static str, stream: &str) -> Line {
        Line {
            model,
            stream: stream.to_owned(),
            segment: self.segment.to_owned(),
            customers: self.customers,
            parameters: json!({}),
            convergence: json!({}),
            ..Line::default()
        }
    }

    /// A model that was refused; `whole` are these customers' sums under the fit of the whole.
    pub(super) fn refused(&self, model: &'static str, reason: &str, whole: Option<Sums>) -> Line {
        Line {
            whole_alive: whole.map(|sums| sums.alive),
            whole_equity_minor: whole.and_then(|sums| sums.equity_minor),
            reason: reason.to_owned(),
            ..self.line(model, "")
        }
    }

    pub(super) fn purchases(
        &self,
        model: &'static str,
        worth: &Result<ModelWorth, ledger::Error>,
        whole: Option<Sums>,
    ) -> Line {
        let worth = match worth {
            Ok(worth) => worth,
            Err(error) => return self.refused(model, &error.to_string(), whole),
        };
        let names = if model == "bg_nbd" { ["r", "alpha", "a", "b"] } else { ["r", "alpha", "s", "beta"] };
        Line {
            alive: Some(worth.alive_sum),
            alive_interval: worth.alive_interval,
            assumed_alive: worth.assumed_alive as u64,
            equity_minor: worth.residual_minor.as_ref().map(|minor| rounded(minor)),
            equity_interval: worth.equity_interval,
            whole_alive: whole.map(|sums| sums.alive),
            whole_equity_minor: whole.and_then(|sums| sums.equity_minor),
            parameters: parameters(names, &worth.fit),
            convergence: json!(worth.fit.convergence),
            log_likelihood: Some(worth.fit.log_likelihood),
            draws: self.draws,
            failed_draws: worth.failed_draws,
            ..self.line(model, "")
        }
    }

    pub(super) fn spend(&self, worth: &Worth) -> Line {
        let line = Line { spend_correlation: worth.spend_correlation, ..self.line("gamma_gamma", "") };
        match &worth.spend {
            Ok(fit) => Line {
                parameters: parameters(["p", "q", "v_minor"], fit),
                convergence: json!(fit.convergence),
                log_likelihood: Some(fit.log_likelihood),
                ..line
            },
            Err(error) => Line { reason: error.to_string(), ..line },
        }
    }

    pub(super) fn contracts(
        &self,
        stream: &str,
        worth: &Result<ContractWorth, ledger::Error>,
        whole_equity_minor: Option<i64>,
    ) -> Line {
        let worth = match worth {
            Ok(worth) => worth,
            Err(error) => {
                let reason = error.to_string();
                return Line { whole_equity_minor, reason, ..self.line("sbg", stream) };
            }
        };
        Line {
            equity_minor: Some(rounded(&worth.residual_minor)),
            equity_interval: worth.equity_interval,
            whole_equity_minor,
            parameters: parameters(["alpha", "beta"], &worth.fit),
            convergence: json!(worth.fit.convergence),
            log_likelihood: Some(worth.fit.log_likelihood),
            draws: self.draws,
            failed_draws: worth.failed_draws,
            ..self.line("sbg", stream)
        }
    }
}

/// The rows of `worth`.
pub(super) fn lines(lines: &[Line]) -> Result<RecordBatch, Error> {
    let text = |of: &dyn Fn(&Line) -> String| -> ArrayRef {
        Arc::new(StringArray::from_iter_values(lines.iter().map(of)))
    };
    let count =
        |of: fn(&Line) -> u64| -> ArrayRef { Arc::new(UInt64Array::from_iter_values(lines.iter().map(of))) };
    let float = |of: fn(&Line) -> Option<f64>| -> ArrayRef {
        Arc::new(lines.iter().map(of).collect::<Float64Array>())
    };
    let minor =
        |of: fn(&Line) -> Option<i64>| -> ArrayRef { Arc::new(lines.iter().map(of).collect::<Int64Array>()) };
    let draws =
        |of: fn(&Line) -> u32| -> ArrayRef { Arc::new(UInt32Array::from_iter_values(lines.iter().map(of))) };
    let columns: Vec<ArrayRef> = vec![
        text(&|line| line.model.to_owned()),
        text(&|line| line.stream.clone()),
        text(&|line| line.segment.clone()),
        count(|line| line.customers),
        float(|line| line.alive),
        float(|line| line.alive_interval.map(|interval| interval.low)),
        float(|line| line.alive_interval.map(|interval| interval.high)),
        count(|line| line.assumed_alive),
        minor(|line| line.equity_minor),
        minor(|line| line.equity_interval.map(|interval| interval.low.round() as i64)),
        minor(|line| line.equity_interval.map(|interval| interval.high.round() as i64)),
        float(|line| line.whole_alive),
        minor(|line| line.whole_equity_minor),
        text(&|line| line.parameters.to_string()),
        text(&|line| line.convergence.to_string()),
        float(|line| line.log_likelihood),
        float(|line| line.spend_correlation),
        draws(|line| line.draws),
        draws(|line| line.failed_draws),
        text(&|line| line.reason.clone()),
    ];
    Ok(RecordBatch::try_new(tables::worth().schema, columns)?)
}

/// Why a customer fades, as `customer_worth` has it.
fn fading_name(fading: Option<Fading>) -> &'static str {
    match fading {
        None => "",
        Some(Fading::Silent) => "silent",
        Some(Fading::Modelled) => "modelled",
        Some(Fading::SilentAndModelled) => "both",
    }
}

/// The rows of `customer_worth` of some customers, by rising code.
pub(super) fn customers(of: &CustomerWorth, codes: &[usize]) -> Result<RecordBatch, Error> {
    let float = |column: &[Option<One>], told: fn(One) -> f64| -> ArrayRef {
        Arc::new(codes.iter().map(|code| column[*code].map(told)).collect::<Float64Array>())
    };
    let minor = |column: &[Option<One>]| -> ArrayRef {
        Arc::new(
            codes.iter().map(|code| column[*code].and_then(|one| one.residual_minor)).collect::<Int64Array>(),
        )
    };
    let silence = || codes.iter().map(|code| of.silence[*code]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(codes.iter().map(|code| *code as u32))),
        float(&of.bg_nbd, |one| one.alive),
        float(&of.pareto_nbd, |one| one.alive),
        float(&of.bg_nbd, |one| one.purchases),
        float(&of.pareto_nbd, |one| one.purchases),
        minor(&of.bg_nbd),
        minor(&of.pareto_nbd),
        Arc::new(codes.iter().map(|code| of.contract_minor[*code]).collect::<Int64Array>()),
        Arc::new(silence().map(|told| told.map(|(days, _)| days)).collect::<UInt32Array>()),
        Arc::new(silence().map(|told| told.and_then(|(_, limit)| limit)).collect::<Float64Array>()),
        Arc::new(StringArray::from_iter_values(codes.iter().map(|code| fading_name(of.fading[*code])))),
    ];
    Ok(RecordBatch::try_new(tables::customer_worth().schema, columns)?)
}
