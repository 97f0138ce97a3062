//! `kept demo`: a home with the simulated company, ready to look at.

use super::{import, refresh};
use crate::clock;
use crate::progress::{Bar, Unit};
use anyhow::Context;
use lake::{Access, Lake};
use model::Day;
use std::path::PathBuf;
use std::process::ExitCode;

/// Makes a home with the demo company.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept demo my-demo\n  kept demo my-demo --customers 1000 --seed 7")]
pub(crate) struct Args {
    /// Folder to make; must be empty or missing.
    folder: PathBuf,
    /// Same seed, same company.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Customers who ever bought.
    #[arg(long, default_value_t = 20_000)]
    customers: u32,
    /// Last simulated day, as 2026-10-31; the end of last month when absent.
    #[arg(long)]
    until: Option<String>,
    /// Write the exports only; do not import.
    #[arg(long)]
    files_only: bool,
}

/// Writes the exports, imports them, publishes the first edition.
pub(crate) async fn run(args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let folder = std::path::absolute(&args.folder)?;
    let empty = std::fs::read_dir(&folder).map_or(true, |mut entries| entries.next().is_none());
    anyhow::ensure!(empty, "{} is not empty; name a new folder", folder.display());
    let until = match &args.until {
        Some(text) => {
            Day::parse(text).with_context(|| format!("`{text}` is no day; write it as 2026-10-31"))?
        }
        None => end_of_last_month(clock::now_us()),
    };
    let plan = demo::Plan { seed: args.seed, customers: args.customers, until };
    let mut bar = Bar::new(json);
    let summary = demo::write(&folder, &plan, &mut |done, total| {
        bar.tell("simulate Alder & Finch", done, total, Unit::Rows);
    })?;
    bar.done();
    if !args.files_only {
        let home = super::open(&folder)?;
        let lake = Lake::open(&home.folder, Access::Write).await?;
        let outcomes = import::import(&home, &lake, None, json).await?;
        for outcome in outcomes {
            if let Some(error) = outcome.error {
                return Err(error.into());
            }
        }
        let published = refresh::refresh(&home, &lake, json, &mut refresh::Meter::default()).await?;
        if !json {
            println!("{}", refresh::line(&published));
        }
    }
    if json {
        super::print_json(&summary)?;
    } else {
        println!(
            "the demo company is in {}; look at it with: kept serve --home {}",
            folder.display(),
            args.folder.display()
        );
    }
    Ok(ExitCode::SUCCESS)
}

fn end_of_last_month(now_us: i64) -> Day {
    let today = Day(now_us.div_euclid(model::period::DAY_US) as i32);
    model::Period::of(model::Granularity::Month, today).start().plus(-1)
}
