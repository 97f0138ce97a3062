//! `kept close`: closing periods, reopening them, and the history of both.

use crate::{clock, table};
use lake::{Access, Lake};
use model::Period;
use refresh::closings::{ClosingStep, close, reopen};
use refresh::view::closings::ClosingHistory;
use report::number;
use std::path::Path;
use std::process::ExitCode;

/// Closes a period, with everything before it, so that what was reported stays; without a period, tells the history.
///
/// What changes about a closed period later is booked as an adjustment in the first open month. Shows from the next
/// refresh.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept close 2026-Q3\n  kept close --reopen 2026-Q3 --reason \"the returns of \
                  September were missing\"\n  kept close\n  kept close --json"
)]
pub(crate) struct Args {
    /// The period, as 2026-09, 2026-Q3 or 2026.
    #[arg(value_parser = parse_period, conflicts_with = "reopen")]
    period: Option<Period>,
    /// Opens this period and everything after it again.
    #[arg(long, value_name = "PERIOD", value_parser = parse_period, requires = "reason")]
    reopen: Option<Period>,
    /// Why it is reopened; stays in the history.
    #[arg(long, requires = "reopen")]
    reason: Option<String>,
}

fn parse_period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "write 2026-09, 2026-Q3 or 2026".to_owned())
}

/// One step, or the history.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let done = match (args.period, args.reopen) {
        (Some(period), _) => close(&writing(home).await?, period, clock::now_us()).await?,
        (None, Some(period)) => {
            let reason = args.reason.as_deref().unwrap_or_default();
            reopen(&writing(home).await?, period, reason, clock::now_us()).await?
        }
        (None, None) => return history(home, json).await,
    };
    if json {
        super::print_json(&done)?;
    } else {
        println!("{}", line(&done));
    }
    Ok(ExitCode::SUCCESS)
}

async fn writing(home: &Path) -> anyhow::Result<Lake> {
    Ok(Lake::open(&super::open(home)?.folder, Access::Write).await?)
}

fn line(step: &ClosingStep) -> String {
    let ClosingStep { period, edition, seal, .. } = step;
    if step.reason.is_empty() {
        format!(
            "{period} is closed as edition {edition} tells it, seal {seal}; shows from the next `kept refresh`"
        )
    } else {
        format!("{period} is open again, seal {seal}; shows from the next `kept refresh`")
    }
}

async fn history(home: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let told = reader.closings().await?;
    if json {
        super::print_json(&told)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{}", lead(&told));
    if !told.steps.is_empty() {
        let head = [
            ("step", true),
            ("on", false),
            ("", false),
            ("period", false),
            ("edition", true),
            ("lines", true),
            ("adjustments", true),
            ("seal", false),
            ("reason", false),
        ];
        let zone = reader.company().zone();
        let rows: Vec<_> = told.steps.iter().map(|step| row(step, &zone)).collect();
        print!("{}", table::lines(&head, &rows));
    }
    Ok(ExitCode::SUCCESS)
}

fn lead(told: &ClosingHistory) -> String {
    let closed = match told.closed_until {
        Some(until) => format!("The books are closed up to {until}; every step is as it was sealed."),
        None => "Nothing is closed.".to_owned(),
    };
    match told.not_yet_told {
        0 => closed,
        steps => {
            let steps = number::counted(steps, "step shows", "steps show");
            format!("{closed} {steps} from the next `kept refresh`.")
        }
    }
}

fn row(step: &ClosingStep, zone: &jiff::tz::TimeZone) -> Vec<String> {
    let count = |n: usize| if step.reason.is_empty() { number::count(n as i64) } else { String::new() };
    vec![
        step.seq.to_string(),
        report::calendar::minute(step.at_us, zone),
        step.step.to_owned(),
        step.period.clone(),
        step.edition.to_string(),
        count(step.lines),
        count(step.adjustments),
        step.seal[..16].to_owned(),
        step.reason.clone(),
    ]
}
