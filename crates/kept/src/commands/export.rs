//! `kept export`: a table of the newest edition as a file.

use refresh::Format;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Writes a table of the newest edition to a file. In CSV, text that a spreadsheet would compute gets an apostrophe.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept export statement --format csv --out statement.csv\n  kept export customer_worth --format parquet --out worth.parquet\n  kept sql \"show tables\"    names the tables"
)]
pub(crate) struct Args {
    /// The table.
    table: String,
    /// What the file is written as.
    #[arg(long, value_enum, default_value_t = As::Csv)]
    format: As,
    /// The file; one that is there is replaced.
    #[arg(long)]
    out: PathBuf,
}

/// File formats.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum As {
    Csv,
    Parquet,
}

/// The file, and how many rows it has.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let format = match args.format {
        As::Csv => Format::Csv,
        As::Parquet => Format::Parquet,
    };
    let rows = reader.export(&args.table, format, &args.out).await?;
    if json {
        super::print_json(&json!({"table": args.table, "file": args.out, "rows": rows}))?;
    } else {
        println!("{}: {} rows of {}", args.out.display(), report::number::count(rows as i64), args.table);
    }
    Ok(ExitCode::SUCCESS)
}
