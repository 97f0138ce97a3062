//! `cargo xtask bench identity`: which records are one customer, Kept and Splink in turn on sets with known truth;
//! then made-up people by the million, to show how time and memory grow.
//!
//! Kept has one configuration for all sets. Splink has the settings of its own documentation for each, and is told
//! at the threshold that suits the truth best.

use super::measure::{Laboratory, number};
use crate::workspace::Workspace;
use crate::{command, python};
use anyhow::Context;
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

/// Identity against Splink.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench identity\n  cargo xtask bench identity --people 1000000"
)]
pub struct Args {
    /// Made-up records, smallest first; none for the sets alone.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000_u64, 10_000_000])]
    people: Vec<u64>,
    /// Threads for the made-up records; sets run on one.
    #[arg(long, default_value_t = 2)]
    threads: u32,
    /// Folder with the peers' scripts, from the root of the workspace.
    #[arg(long, default_value = "../shared/peers")]
    peers: PathBuf,
    /// Folder with the sets, from the root of the workspace.
    #[arg(long, default_value = "../shared/data/identity")]
    data: PathBuf,
}

/// Names of the sets with the folder each lies in, for the peer.
const SETS: [(&str, &str); 3] = [("febrl3", "febrl"), ("febrl4", "febrl"), ("fake_1000", "fake_1000")];

/// Measures, prints the table, writes it as JSON.
pub(super) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let peer = workspace.root.join(&args.peers).join("identity_splink.py");
    let data = workspace.root.join(&args.data);
    for path in [&peer, &data] {
        anyhow::ensure!(path.exists(), "there is no {}; --peers and --data name the folders", path.display());
    }
    let python = python::ready(&python::SPLINK, &workspace.target)?;
    let laboratory = Laboratory::open(&workspace.target.join("bench").join("identity"), python.clone())?;
    let measure = workspace.build_example("identity", "measure")?;
    let mut rows = Vec::new();
    for (set, folder) in SETS {
        eprintln!("> {set}");
        let ours = command::json(Command::new(&measure).arg(set).arg("--data").arg(&data))?;
        rows.push(Row::of_kept(&ours)?);
        let mut splink = Command::new(&python);
        splink.arg(&peer).arg(set).arg("1").env("DATA", data.join(folder)).current_dir(&laboratory.folder);
        rows.push(Row::of_splink(&command::quiet_json(&mut splink)?)?);
    }
    for records in &args.people {
        eprintln!("> {records} made-up records");
        let mut ours = Command::new(&measure);
        ours.args(["people", "--records", &records.to_string(), "--threads", &args.threads.to_string()]);
        rows.push(Row::of_kept(&command::json(&mut ours)?)?);
    }
    let sheet = Sheet { rows };
    println!("{sheet}");
    let file = laboratory.folder.join("identity.json");
    std::fs::write(&file, serde_json::to_string_pretty(&sheet.json())?)?;
    println!("as JSON: {}", file.display());
    Ok(())
}

/// One program on one set.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    set: String,
    program: String,
    records: f64,
    /// Precision and recall over all true pairs, F1, B³ F1; after clustering.
    quality: [f64; 4],
    largest: f64,
    pairs: f64,
    /// CPU seconds of blocking and scoring, and of everything.
    cpu_s: [f64; 2],
    wall_s: f64,
    peak_mb: f64,
}

impl Row {
    fn of_kept(told: &Value) -> anyhow::Result<Self> {
        let number = |key: &str| number(told, key);
        Ok(Self {
            set: text(told, "set")?,
            program: "Kept".to_owned(),
            records: number("records")?,
            quality: [number("precision")?, number("recall")?, number("pair_f1")?, number("b3")?],
            largest: number("largest")?,
            pairs: number("scored_pairs")?,
            cpu_s: [super::measure::number(&told["steps"]["score"], "cpu_s")?, number("cpu_s")?],
            wall_s: number("wall_s")?,
            peak_mb: number("peak_rss_mb")?,
        })
    }

    /// At the threshold best for pairs; B³ at the one best for B³.
    fn of_splink(told: &Value) -> anyhow::Result<Self> {
        let number = |key: &str| number(told, key);
        let (pairs, b3) = (&told["best_clustered_pairwise_PRF"], &told["best_clustered_b3_PRF"]);
        let at = |values: &Value, at: usize| {
            values[at].as_f64().with_context(|| format!("no figure {at} in {values}"))
        };
        let of_pairs = &pairs["pairwise_PRF"];
        Ok(Self {
            set: text(told, "dataset")?,
            program: format!("Splink {}", text(told, "splink")?),
            records: number("records")?,
            quality: [at(of_pairs, 0)?, at(of_pairs, 1)?, at(of_pairs, 2)?, at(&b3["b3_PRF"], 2)?],
            largest: super::measure::number(pairs, "max_cluster")?,
            pairs: number("candidate_pairs")?,
            cpu_s: [super::measure::number(&told["laps_cpu_s"], "predict_all")?, number("cpu_s_total")?],
            wall_s: number("wall_s_after_import")?,
            peak_mb: number("peak_rss_mb")?,
        })
    }

    /// Pairs scored in a CPU second, blocking included. A hundredth of a second is the least the system counts.
    fn pairs_per_cpu_s(&self) -> f64 {
        self.pairs / self.cpu_s[0].max(0.01)
    }
}

fn text(object: &Value, key: &str) -> anyhow::Result<String> {
    let found = object[key].as_str().with_context(|| format!("no text `{key}` in {object}"))?;
    Ok(found.to_owned())
}

#[derive(Debug)]
struct Sheet {
    rows: Vec<Row>,
}

impl Sheet {
    fn json(&self) -> Value {
        let row = |row: &Row| {
            let [precision, recall, pair_f1, b3] = row.quality;
            json!({
                "set": row.set, "program": row.program, "records": row.records, "precision": precision,
                "recall": recall, "pair_f1": pair_f1, "b3": b3, "largest": row.largest, "pairs": row.pairs,
                "score_cpu_s": row.cpu_s[0], "cpu_s": row.cpu_s[1], "wall_s": row.wall_s, "peak_mb": row.peak_mb,
                "pairs_per_cpu_s": row.pairs_per_cpu_s(),
            })
        };
        json!({
            "bench": "identity",
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "rows": self.rows.iter().map(row).collect::<Vec<_>>(),
        })
    }

    /// How time and memory grew over the made-up records, from the least to the most.
    fn growth(&self) -> Option<[f64; 4]> {
        let mut people = self.rows.iter().filter(|row| row.set == "people");
        let first = people.next()?;
        let last = people.next_back()?;
        Some([
            last.records / first.records,
            last.cpu_s[1] / first.cpu_s[1],
            last.wall_s / first.wall_s,
            last.peak_mb / first.peak_mb,
        ])
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Pairs over all true pairs, after clustering; CPU seconds (user + system)\n")?;
        writeln!(
            f,
            "{:9} {:>10} {:13} {:>9} {:>7} {:>7} {:>7} {:>7} {:>12} {:>11} {:>8} {:>8} {:>8}",
            "set",
            "records",
            "program",
            "precision",
            "recall",
            "F1",
            "B³",
            "largest",
            "pairs",
            "M pairs/CPU",
            "CPU s",
            "wall s",
            "peak MB"
        )?;
        for row in &self.rows {
            let [precision, recall, pair_f1, b3] = row.quality;
            writeln!(
                f,
                "{:9} {:>10} {:13} {precision:>9.4} {recall:>7.4} {pair_f1:>7.4} {b3:>7.4} {:>7} {:>12} {:>11.2} {:>8.2} {:>8.2} {:>8.0}",
                row.set,
                row.records,
                row.program,
                row.largest,
                row.pairs,
                row.pairs_per_cpu_s() / 1e6,
                row.cpu_s[1],
                row.wall_s,
                row.peak_mb,
            )?;
        }
        if let Some([records, cpu, wall, peak]) = self.growth() {
            writeln!(
                f,
                "\nmade-up people: records × {records:.1}, CPU time × {cpu:.1}, wall × {wall:.1}, memory × {peak:.1}"
            )?;
        }
        write!(
            f,
            "Pairs per CPU second count blocking and scoring. Sets of a few thousand records are over too soon for\n\
             that figure to mean much; the made-up people show it."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(set: &str, records: f64, cpu_s: f64) -> Row {
        Row {
            set: set.to_owned(),
            program: "Kept".to_owned(),
            records,
            quality: [1.0, 0.5, 2.0 / 3.0, 0.75],
            largest: 3.0,
            pairs: 4_000_000.0,
            cpu_s: [cpu_s / 2.0, cpu_s],
            wall_s: cpu_s,
            peak_mb: 100.0,
        }
    }

    #[test]
    fn growth_is_told_over_the_made_up_people_alone() {
        let sheet = Sheet {
            rows: vec![row("febrl3", 5.0, 9.0), row("people", 10.0, 2.0), row("people", 100.0, 30.0)],
        };
        assert_eq!(sheet.growth(), Some([10.0, 15.0, 15.0, 1.0]));
        assert!(sheet.to_string().contains("records × 10.0, CPU time × 15.0"), "{sheet}");
        assert_eq!(sheet.json()["rows"][1]["pairs_per_cpu_s"], json!(4_000_000.0));
        assert_eq!(Sheet { rows: vec![row("people", 10.0, 2.0)] }.growth(), None);
    }

    #[test]
    fn a_peer_without_a_figure_is_named() {
        let said = Row::of_splink(&json!({"dataset": "febrl3"})).unwrap_err().to_string();
        assert!(said.contains("no "), "{said}");
    }
}
