//! `kept worth`: what the base is worth under both purchase models, and who is fading.

use crate::table;
use hub::pages::asset::worth::base;
use refresh::view::Page;
use refresh::view::asset::{FadingRow, Worth};
use report::number;
use serde::Serialize;
use std::path::Path;
use std::process::ExitCode;

/// Tells what the base is worth, under both purchase models side by side, and which customers are fading.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept worth\n  kept worth --segment region=North --fading 50\n  kept worth --json"
)]
pub(crate) struct Args {
    /// Only this segment, as region=East; of the first split fitted alone.
    #[arg(long)]
    segment: Option<String>,
    /// Fading customers listed.
    #[arg(long, default_value_t = 10)]
    fading: usize,
}

#[derive(Serialize)]
struct Answer {
    worth: Worth,
    fading: Page<FadingRow>,
}

/// Sentence, models and list, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let segment = args.segment.as_deref().unwrap_or_default();
    super::known_segment(&reader, segment).await?;
    let mut worth = reader.worth(segment).await?;
    let fading = reader.fading(segment, 0, args.fading).await?;
    if json {
        worth.lines.retain(|line| segment.is_empty() || line.segment == segment);
        super::print_json(&Answer { worth, fading })?;
        return Ok(ExitCode::SUCCESS);
    }
    let currency = reader.company().company.currency;
    println!("{}", report::worth::terminal(&base(&worth, segment), currency));
    println!("{} fading", number::counted(fading.total, "customer is", "customers are"));
    let row = |row: &FadingRow| {
        let share = |alive: Option<f64>| {
            alive.map_or_else(|| "–".to_owned(), |alive| format!("{:.0}", alive * 100.0))
        };
        vec![
            row.customer.id.clone(),
            row.customer.name.clone(),
            number::amount(row.customer.value_minor, currency),
            row.silent_days.to_string(),
            row.limit_days.map_or_else(|| "–".to_owned(), |limit| format!("{limit:.0}")),
            share(row.bg_nbd_alive),
            share(row.pareto_nbd_alive),
        ]
    };
    let head = [
        ("id", false),
        ("name", false),
        ("value", true),
        ("silent, days", true),
        ("usual", true),
        ("BG/NBD %", true),
        ("Pareto %", true),
    ];
    if !fading.rows.is_empty() {
        print!("{}", table::lines(&head, &fading.rows.iter().map(row).collect::<Vec<_>>()));
    }
    Ok(ExitCode::SUCCESS)
}
