//! `cargo xtask bench journey`: from events in any order to the whole map, Kept and DuckDB in turn.
//!
//! The peers' generator makes events of customers at 24 touchpoints; a tenth of them shows how cost grows. DuckDB counts
//! direct successions and variants of the sorted file; Kept reads the unsorted one, lays every life in order, and walks
//! the map with waits, variants, funnel and hand-offs from its lake. Both have to count the same.

use super::measure::{Cost, Laboratory, number};
use super::table::{Lap, Series, Sheet};
use crate::workspace::Workspace;
use crate::{command, python};
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const TOUCHPOINTS: usize = 24;
/// Departments that the touchpoints are spread over, and stages that follow each other.
const DEPARTMENTS: usize = 7;
const STAGES: usize = 8;

/// The whole map of a hundred million events, against DuckDB.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench journey\n  cargo xtask bench journey --events 10000000 --runs 1"
)]
pub struct Args {
    /// Events, at least a million; a tenth of them is measured too, to show growth.
    #[arg(long, default_value_t = 100_000_000, value_parser = clap::value_parser!(u64).range(1_000_000..))]
    events: u64,
    /// Runs of each program over the map, in turn; import and refresh run once.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Folder with the peers' scripts, from the root of the workspace.
    #[arg(long, default_value = "../shared/peers")]
    peers: PathBuf,
}

/// Measures, prints the table, writes it as JSON beside the data.
pub(super) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let peers = workspace.root.join(&args.peers);
    let (generator, peer) = (peers.join("journey_events.py"), peers.join("journey_duckdb.py"));
    anyhow::ensure!(
        generator.is_file(),
        "there is no {}; --peers names the folder of the peers' scripts",
        generator.display()
    );
    let python = python::ready(&python::BENCH, &workspace.target)?;
    let kept = workspace.build_kept()?;
    let laboratory = Laboratory::open(&workspace.target.join("bench").join("journey"), python)?;
    let track = Track { laboratory: &laboratory, kept: &kept, generator: &generator, peer: &peer };
    let mut laps = vec![track.make(args.events / 10)?, track.make(args.events)?];
    for lap in &mut laps {
        eprintln!("> {} events: import and refresh", lap.rows);
        track.lay_in_order(lap)?;
    }
    let mut version = String::new();
    for run in 1..=args.runs {
        for lap in &mut laps {
            eprintln!("> run {run} of {}: {} events", args.runs, lap.rows);
            version = track.walk(lap).with_context(|| format!("run {run}, {} events", lap.rows))?;
        }
    }
    let sheet = Sheet {
        bench: "journey",
        compared: &["map"],
        agree: "both count the same direct successions in every run",
        duckdb: version,
        laps,
    };
    println!("{sheet}");
    let file = laboratory.folder.join("journey.json");
    std::fs::write(&file, serde_json::to_string_pretty(&sheet.json())?)?;
    println!("as JSON: {}", file.display());
    Ok(())
}

/// What is measured with.
struct Track<'a> {
    laboratory: &'a Laboratory,
    kept: &'a Path,
    generator: &'a Path,
    peer: &'a Path,
}

impl Track<'_> {
    /// Makes a size of the data, sorted by customer and by time, unless it is there.
    fn make(&self, events: u64) -> anyhow::Result<Lap> {
        let folder = self.laboratory.folder.join(events.to_string());
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let done = folder.join("made");
        if !done.is_file() {
            eprintln!("> making {events} events");
            let mut make = self.laboratory.python();
            make.arg(self.generator).arg(events.to_string()).arg(folder.join("events")).arg("bytime");
            command::run(&mut make)?;
            std::fs::write(&done, "")?;
        }
        Ok(Lap { rows: events, folder, series: Series::default() })
    }

    /// Kept reads the unsorted events and derives everything, once.
    fn lay_in_order(&self, lap: &mut Lap) -> anyhow::Result<()> {
        let home = lap.folder.join("home");
        if home.exists() {
            std::fs::remove_dir_all(&home).with_context(|| format!("cannot remove {}", home.display()))?;
        }
        std::fs::create_dir_all(&home)?;
        std::fs::write(home.join("kept.toml"), config(&lap.folder))?;
        let (cost, _) = self.laboratory.measure(self.kept(&home).arg("import"))?;
        lap.series.add("import", "Kept", cost);
        let (cost, said) = self.laboratory.measure(self.kept(&home).args(["refresh", "--timings"]))?;
        let steps: Value = serde_json::from_str(&said)?;
        for step in ["identity", "timeline", "ledger", "journey"] {
            let cpu_s = number(&steps["cpu_s"], step).context("kept refresh --json --timings")?;
            lap.series.add(step, "Kept", Cost { cpu_s, ..cost });
        }
        lap.series.add("refresh", "Kept", cost);
        Ok(())
    }

    /// Both programs over the map once, one after the other; DuckDB's version.
    fn walk(&self, lap: &mut Lap) -> anyhow::Result<String> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let mut duckdb = self.laboratory.python();
        duckdb.arg(self.peer).arg(lap.folder.join("events_sorted.parquet")).arg(threads.to_string());
        let (cost, said) = self.laboratory.measure(&duckdb)?;
        let theirs: Value =
            serde_json::from_str(&said[said.find("\n{").context("DuckDB told no figures")?..])?;
        let queries = &theirs["q"];
        let took = |query: &str, what: &str| number(&queries[query], what);
        lap.series.add(
            "map",
            "DuckDB",
            Cost {
                cpu_s: took("dfg_count", "cpu")? + took("variants_list", "cpu")?,
                wall_s: took("dfg_count", "wall")? + took("variants_list", "wall")?,
                ..cost
            },
        );
        lap.series.add(
            "map in codes",
            "DuckDB",
            Cost { cpu_s: took("inmem_dfg_count_u8", "cpu")? + took("inmem_variants_u8", "cpu")?, ..cost },
        );
        let home = lap.folder.join("home");
        let walk = ["journey", "--from", "1971-01-01", "--to", "2199-12-31"];
        let (cost, said) = self.laboratory.measure(self.kept(&home).args(walk))?;
        lap.series.add("map", "Kept", cost);
        same(&serde_json::from_str(&said)?, &theirs)?;
        Ok(theirs["duckdb"].as_str().unwrap_or("?").to_owned())
    }

    fn kept(&self, home: &Path) -> Command {
        let mut kept = Command::new(self.kept);
        kept.arg("--json").arg("--home").arg(home);
        kept
    }
}

/// Fails unless both count the same pairs of touchpoints, as often in all.
fn same(ours: &Value, theirs: &Value) -> anyhow::Result<()> {
    let edges = ours["journey"]["edges"].as_array().context("kept journey --json has no edges")?;
    let total: u64 = edges.iter().filter_map(|edge| edge["transitions"].as_u64()).sum();
    let their = |name: &str| theirs[name].as_u64().with_context(|| format!("DuckDB tells no {name}"));
    let (count, sum) = (their("dfg_edges")?, their("dfg_total")?);
    anyhow::ensure!(
        edges.len() as u64 == count && total == sum,
        "Kept has {} successions of {total} steps, DuckDB {count} of {sum}",
        edges.len()
    );
    Ok(())
}

/// A home of one silo whose touchpoints belong to several departments and stages.
fn config(folder: &Path) -> String {
    let mut text = format!(
        "[company]\nname = \"Bench\"\ntimezone = \"UTC\"\ncurrency = \"EUR\"\ndata_dir = '{}'\n\n\
         [[stream]]\nid = \"goods\"\nregime = \"purchases\"\ngap_days = 180\n",
        folder.display()
    );
    let mut add = |line: String| text.push_str(&line);
    for at in 0..DEPARTMENTS {
        add(format!("\n[[department]]\nid = \"d{at}\"\nname = \"Department {at}\"\n"));
    }
    for at in 0..STAGES {
        add(format!("\n[[stage]]\nid = \"s{at}\"\nname = \"Stage {at}\"\n"));
    }
    for at in 0..TOUCHPOINTS {
        let (owner, stage) = (at % DEPARTMENTS, at / (TOUCHPOINTS / STAGES));
        add(format!(
            "\n[[touchpoint]]\nid = \"t{at}\"\nname = \"Touchpoint {at}\"\nowner = \"d{owner}\"\nstage = \"s{stage}\"\n\
             match = [\"touchpoint_{at:02}\"]\n"
        ));
    }
    add("\n[[silo]]\nid = \"web\"\nname = \"Web\"\nowner = \"d0\"\n\n[[silo.feed]]\nid = \"events\"\n\
         files = \"events_bytime.parquet\"\ncolumns = { record = \"customer\", event = \"event\", at = \"ts\" }\n"
        .to_owned());
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_succession_more_or_less_fails_the_bench() {
        let ours = json!({"journey": {"edges": [{"transitions": 3}, {"transitions": 4}]}});
        assert!(same(&ours, &json!({"dfg_edges": 2, "dfg_total": 7})).is_ok());
        let said = same(&ours, &json!({"dfg_edges": 2, "dfg_total": 8})).unwrap_err().to_string();
        assert!(said.contains("2 of 8"), "{said}");
        assert!(same(&json!({}), &json!({})).is_err());
    }
}
