//! `kept cohorts`: whether newer customers stay longer, and how long customers stay.

use crate::table;
use hub::pages::asset::cohorts::sentence;
use model::Granularity;
use refresh::view::asset::{Cohort, Cohorts, Curve, Survival};
use report::{number, retention};
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// Tells how many of the customers gained in each period are still there, and how long customers stay.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept cohorts\n  kept cohorts --by quarter --segment region=North\n  kept cohorts --split region\n  kept cohorts --value --json"
)]
pub(crate) struct Args {
    /// Length of the periods: month, quarter or year.
    #[arg(long, default_value = "month", value_parser = super::statement::parse_by)]
    by: Granularity,
    /// Only this segment, as region=East.
    #[arg(long)]
    segment: Option<String>,
    /// A line for each segment of this split, and one for the whole they add up to.
    #[arg(long, conflicts_with = "segment")]
    split: Option<String>,
    /// Shares of the value they brought instead of customers.
    #[arg(long)]
    value: bool,
    /// Cohorts listed; JSON gives all unless this is set.
    #[arg(long)]
    cohorts: Option<usize>,
}

#[derive(Serialize)]
struct Answer {
    cohorts: Cohorts,
    survival: Survival,
}

/// Cohorts listed on the terminal.
const LATEST: usize = 18;
/// Rows of the curve on the terminal.
const ROWS: u32 = 12;

/// Triangle and curve, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let segment = args.segment.as_deref().unwrap_or_default();
    let of_segment = super::known_segment(&reader, segment).await?;
    if let Some(split) = &args.split {
        super::known_split(&reader, split).await?;
        let told = reader.split_cohorts(split).await?;
        if json {
            super::print_json(&told)?;
        } else {
            print!("{}", super::split::cohorts(&told, reader.company().company.currency));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let mut cohorts = reader.cohorts(args.by, segment).await?;
    let mut survival = reader.survival(&of_segment).await?;
    let lead = sentence(&cohorts);
    let keep = if json { args.cohorts } else { Some(args.cohorts.unwrap_or(LATEST)) };
    let cut = cohorts.cohorts.len().saturating_sub(keep.unwrap_or(usize::MAX));
    cohorts.cohorts.drain(..cut);
    if json {
        survival.curves.retain(|curve| segment.is_empty() || curve.segment == segment);
        super::print_json(&Answer { cohorts, survival })?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{lead}\n");
    let share = if args.value { "value left of what they brought" } else { "customers active" };
    println!("Share of {share}, in percent, by {}s since they were gained", args.by.name());
    let rows: Vec<_> = cohorts.cohorts.iter().map(|cohort| row(cohort, args.value)).collect();
    print!("{}", retention::terminal(&rows, super::width()));
    if cut > 0 {
        println!("{cut} earlier cohorts are not listed; --cohorts {} shows them", cut + rows.len());
    }
    if let Some(curve) = survival.curves.iter().find(|curve| curve.segment == segment) {
        println!("\n{}", stays(curve));
    }
    println!("{}", medians(&survival));
    Ok(ExitCode::SUCCESS)
}

fn row(cohort: &Cohort, value: bool) -> retention::Cohort {
    let share = |age: &refresh::view::asset::Age| if value { age.value_share } else { age.share };
    retention::Cohort {
        name: cohort.period.to_string(),
        size: cohort.size,
        shares: cohort.ages.iter().map(share).collect(),
    }
}

fn stays(curve: &Curve) -> String {
    let rows: Vec<_> =
        curve.thinned(ROWS).iter().map(|row| (row.days, row.share, row.low, row.high)).collect();
    format!(
        "Share of customers not lost since they were gained\n{}",
        retention::terminal_survival(&rows, super::width())
    )
}

fn medians(survival: &Survival) -> String {
    let days = |days: Option<f64>| days.map_or_else(|| "–".to_owned(), |days| format!("{days:.0}"));
    let count = |n: u64| number::count(n as i64);
    let row = |curve: &Curve| {
        vec![
            if curve.segment.is_empty() { "all customers".to_owned() } else { curve.segment.clone() },
            count(curve.customers),
            count(curve.lost),
            days(curve.median_days),
            days(curve.median_low_days),
            days(curve.median_high_days),
        ]
    };
    let head = [
        ("segment", false),
        ("gained", true),
        ("lost", true),
        ("median life, days", true),
        ("95 % from", true),
        ("to", true),
    ];
    table::lines(&head, &survival.curves.iter().map(row).collect::<Vec<_>>())
}
