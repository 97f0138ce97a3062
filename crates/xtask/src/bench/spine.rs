//! `cargo xtask bench spine`: from a file of purchases to the statement, Kept and DuckDB in turn.
//!
//! The peers' generator makes ten million purchases of a million customers; a cut of whole customers shows how cost
//! grows. Every run compares Kept's statement with DuckDB's, month by month: a figure that differs fails the bench.

use super::measure::{Cost, Laboratory, number};
use super::table::{Lap, Series, Sheet};
use crate::workspace::Workspace;
use crate::{command, python};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Import and ledger of ten million purchases, against DuckDB.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench spine\n  cargo xtask bench spine --rows 1000000 --runs 1"
)]
pub struct Args {
    /// Purchases, at least 100 000; a tenth of them is measured too, to show growth.
    #[arg(long, default_value_t = 10_000_000, value_parser = clap::value_parser!(u64).range(100_000..))]
    rows: u64,
    /// Runs of each program, in turn.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Folder with the peers' scripts, from the root of the workspace.
    #[arg(long, default_value = "../shared/peers")]
    peers: PathBuf,
}

/// Measures, prints the table, writes it as JSON beside the data.
pub(super) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let peers = workspace.root.join(&args.peers);
    let generator = peers.join("ledger_transactions.py");
    anyhow::ensure!(
        generator.is_file(),
        "there is no {}; --peers names the folder of the peers' scripts",
        generator.display()
    );
    let python = python::ready(&python::BENCH, &workspace.target)?;
    let kept = workspace.build_kept()?;
    let laboratory = Laboratory::open(&workspace.target.join("bench").join("spine"), python)?;
    let made = command::json(laboratory.script("transactions.py").arg(&generator))?;
    let track = Track { laboratory: &laboratory, kept: &kept, peer: &peers.join("ledger_duckdb.py") };
    let mut laps = vec![track.cut(args.rows / 10)?, track.cut(args.rows)?];
    for run in 1..=args.runs {
        for lap in &mut laps {
            eprintln!("> run {run} of {}: {} rows", args.runs, lap.rows);
            track.run(lap).with_context(|| format!("run {run}, {} rows", lap.rows))?;
        }
    }
    let sheet = Sheet {
        bench: "spine",
        compared: &["import", "ledger"],
        agree: "the statements agree in every month and run",
        duckdb: made["duckdb"].as_str().unwrap_or("?").to_owned(),
        laps,
    };
    println!("{sheet}");
    let file = laboratory.folder.join("spine.json");
    std::fs::write(&file, serde_json::to_string_pretty(&sheet.json())?)?;
    println!("as JSON: {}", file.display());
    Ok(())
}

/// What is measured with.
struct Track<'a> {
    laboratory: &'a Laboratory,
    kept: &'a Path,
    peer: &'a Path,
}

impl Track<'_> {
    /// Cuts a size of the data.
    fn cut(&self, rows: u64) -> anyhow::Result<Lap> {
        let folder = self.laboratory.folder.join(rows.to_string());
        let cut = command::json(self.laboratory.script("cut.py").arg(rows.to_string()).arg(&folder))?;
        let rows = cut["rows"].as_u64().context("cut.py tells no rows")?;
        Ok(Lap { rows, folder, series: Series::default() })
    }

    /// Both programs once, one after the other.
    fn run(&self, lap: &mut Lap) -> anyhow::Result<()> {
        let mut import = self.laboratory.script("import.py");
        let (cost, _) = self
            .laboratory
            .measure(import.arg(lap.folder.join("tx.csv")).arg(lap.folder.join("out.parquet")))?;
        lap.series.add("import", "DuckDB", cost);

        let home = fresh_home(&lap.folder)?;
        let (cost, _) = self.laboratory.measure(self.kept(&home).arg("import"))?;
        lap.series.add("import", "Kept", cost);

        let mut ledger = self.laboratory.script("ledger.py");
        let (cost, said) =
            self.laboratory.measure(ledger.arg(self.peer).arg(lap.folder.join("tx.parquet")))?;
        let theirs: Value = serde_json::from_str(&said)?;
        lap.series.add("ledger", "DuckDB", Cost { cpu_s: number(&theirs, "cpu_s")?, ..cost });

        let (cost, said) = self.laboratory.measure(self.kept(&home).args(["refresh", "--timings"]))?;
        let steps: Value = serde_json::from_str(&said)?;
        for step in ["identity", "timeline", "ledger", "edition"] {
            let cpu_s = number(&steps["cpu_s"], step).context("kept refresh --json --timings")?;
            lap.series.add(step, "Kept", Cost { cpu_s, ..cost });
        }
        lap.series.add("refresh", "Kept", cost);

        let ours = command::json(self.kept(&home).args(["statement", "--by", "month"]))?;
        same(&Month::of_kept(&ours)?, &Month::of_duckdb(&theirs)?)
    }

    fn kept(&self, home: &Path) -> Command {
        let mut kept = Command::new(self.kept);
        kept.arg("--json").arg("--home").arg(home);
        kept
    }
}

/// A home folder with nothing in it but its config.
fn fresh_home(data: &Path) -> anyhow::Result<PathBuf> {
    let home = data.join("home");
    if home.exists() {
        std::fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
    }
    std::fs::create_dir_all(&home)?;
    let config = include_str!("kept.toml").replace("{data}", &data.to_string_lossy());
    std::fs::write(home.join("kept.toml"), config)?;
    Ok(home)
}

/// A line of a statement: the month, then gained, won back, lost, opening, closing.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Month {
    name: String,
    counts: [i64; 5],
}

impl Month {
    fn of_kept(statement: &Value) -> anyhow::Result<Vec<Self>> {
        const KEYS: [&str; 5] =
            ["gained_count", "won_back_count", "lost_count", "opening_count", "closing_count"];
        let lines = statement["lines"].as_array().context("kept statement --json has no lines")?;
        let month = |line: &Value| {
            let name = line["period"].as_str().with_context(|| format!("no period in {line}"))?.to_owned();
            let mut counts = [0; 5];
            for (count, key) in counts.iter_mut().zip(KEYS) {
                *count = line[key].as_i64().with_context(|| format!("no {key} in {line}"))?;
            }
            Ok(Self { name, counts })
        };
        lines.iter().map(month).collect()
    }

    fn of_duckdb(ledger: &Value) -> anyhow::Result<Vec<Self>> {
        serde_json::from_value::<Vec<(String, i64, i64, i64, i64, i64)>>(ledger["lines"].clone())
            .map(|lines| {
                let month =
                    |(name, n, w, l, opening, closing)| Self { name, counts: [n, w, l, opening, closing] };
                lines.into_iter().map(month).collect()
            })
            .context("DuckDB's ledger")
    }
}

/// Fails unless both statements hold the same months with the same figures.
fn same(ours: &[Month], theirs: &[Month]) -> anyhow::Result<()> {
    let differ: Vec<_> = ours.iter().zip(theirs).filter(|(our, their)| our != their).collect();
    if let Some((our, their)) = differ.first() {
        let months = differ.len();
        anyhow::bail!("the statements differ in {months} months; first, Kept has {our:?}, DuckDB {their:?}");
    }
    let (ours, theirs) = (ours.len(), theirs.len());
    anyhow::ensure!(
        ours == theirs && ours > 0,
        "the statements differ: Kept has {ours} months, DuckDB {theirs}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn statements_that_agree_pass_and_one_figure_off_fails() {
        let kept = |lost: i64| {
            let line = json!({"period": "2024-01", "opening_count": 10, "gained_count": 3, "won_back_count": 1,
                "lost_count": lost, "closing_count": 12});
            Month::of_kept(&json!({"lines": [line]})).unwrap()
        };
        let duckdb = Month::of_duckdb(&json!({"lines": [["2024-01", 3, 1, 2, 10, 12]]})).unwrap();
        assert!(same(&kept(2), &duckdb).is_ok());
        let said = same(&kept(3), &duckdb).unwrap_err().to_string();
        assert!(said.contains("2024-01"), "{said}");
        assert!(same(&kept(2), &[]).is_err());
        assert!(same(&[], &[]).is_err());
    }
}
