//! `kept sql`: one SELECT on the newest edition.

use crate::table;
use std::path::Path;
use std::process::ExitCode;

/// Runs one SELECT on the newest edition.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept sql \"select kind, count(*) from timeline group by kind\"\n  kept sql \"show tables\""
)]
pub(crate) struct Args {
    /// The query.
    query: String,
    /// Rows shown at most.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
}

/// A table, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let answer = reader.sql(&args.query, args.limit).await?;
    if json {
        super::print_json(&answer)?;
        return Ok(ExitCode::SUCCESS);
    }
    let head: Vec<(&str, bool)> = answer.columns.iter().map(|name| (name.as_str(), false)).collect();
    let cell =
        |cell: &Option<String>| cell.clone().unwrap_or_else(|| "–".to_owned()).replace(['\r', '\n'], " ");
    let rows: Vec<Vec<String>> = answer.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    print!("{}", table::lines(&head, &rows));
    if answer.cut {
        eprintln!("only the first {} rows are shown; --limit shows more", args.limit);
    }
    Ok(ExitCode::SUCCESS)
}
