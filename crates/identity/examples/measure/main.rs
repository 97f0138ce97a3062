//! Measures identity on a set of which the truth is known; tells one line of JSON.

mod company;
mod daily;
mod people;
mod quality;
mod set;

use anyhow::Context;
use clap::Parser;
use identity::score::{self, Before, Limits, Linked, Model, Packed, Scored};
use quality::Quality;
use serde_json::{Value, json};
use set::Set;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

/// Measures identity on a set with known truth.
#[derive(Debug, Parser)]
struct Args {
    /// `febrl3`, `febrl4`, `fake_1000`, `people`, `registry`, or `company` for records of silos.
    set: String,
    /// Folder with the sets on disk; for a company the file of its records.
    #[arg(long, default_value = "../shared/data/identity")]
    data: PathBuf,
    /// Records to make up, for people and registry.
    #[arg(long)]
    records: Option<usize>,
    /// Threads.
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// What is made up, and in which order, follows from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Also tell the model, the rules, and pairs that were joined or kept apart wrongly, on standard error.
    #[arg(long)]
    explain: bool,
    /// Measure a day instead: one of so many records is new, all others were there the day before.
    #[arg(long)]
    day: Option<u64>,
}

/// CPU and wall-clock seconds up to now.
#[derive(Debug, Clone, Copy)]
struct Lap {
    at: Instant,
    cpu_s: f64,
}

impl Lap {
    #[expect(clippy::disallowed_methods, reason = "a measurement of time needs the clock")]
    fn now() -> anyhow::Result<Self> {
        Ok(Self { at: Instant::now(), cpu_s: cpu_s()? })
    }

    /// Seconds since then, and from now on.
    fn turn(&mut self) -> anyhow::Result<[f64; 2]> {
        let before = std::mem::replace(self, Self::now()?);
        Ok([self.at.duration_since(before.at).as_secs_f64(), self.cpu_s - before.cpu_s])
    }
}

/// User and system time of this process, in seconds.
fn cpu_s() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").context("CPU time is told by Linux only")?;
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    // Linux tells programs hundredths of a second.
    Ok(ticks.iter().sum::<f64>() / 100.0)
}

/// Largest resident memory, in MiB.
fn peak_mb() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status").context("memory is told by Linux only")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM")?;
    let kib: f64 = line.split_whitespace().nth(1).context("no figure of VmHWM")?.parse()?;
    Ok(kib / 1024.0)
}

/// What was done, and what each step took: wall and CPU seconds.
struct Run {
    packed: Packed,
    model: Model,
    scored: Scored,
    linked: Linked,
    steps: [(&'static str, [f64; 2]); 4],
}

fn run(set: &Set, threads: usize) -> anyhow::Result<Run> {
    let mut lap = Lap::now()?;
    let columns = set.columns();
    let packed = Packed::read(&set.table(&columns), threads)?;
    let read = lap.turn()?;
    let model = Model::train(&packed, threads);
    let train = lap.turn()?;
    let scored = score::score(&packed, &model, threads)?;
    let scoring = lap.turn()?;
    let linked = score::link(&packed, &model, &scored, &Before::default(), Limits::default())?;
    let linking = lap.turn()?;
    let steps = [("read", read), ("train", train), ("score", scoring), ("link", linking)];
    Ok(Run { packed, model, scored, linked, steps })
}

#[expect(clippy::print_stdout, reason = "the measurement goes to standard output")]
fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    if args.set == "company" {
        println!("{}", company::measure(&args.data, args.threads, args.explain)?);
        return Ok(());
    }
    let set = match args.set.as_str() {
        "people" => people::customers(args.records.unwrap_or(100_000), args.seed),
        "registry" => people::registry(args.records.unwrap_or(50_000), args.seed),
        name => set::read(name, &args.data)?.with_context(|| format!("no set `{name}`; see --help"))?,
    };
    if let Some(one_in) = args.day {
        println!("{}", daily::measure(&set, one_in, args.threads)?);
        return Ok(());
    }
    let run = run(&set, args.threads)?;
    let quality = Quality::of(&run.linked.customer, &set.truth);
    if args.explain {
        explain(&set, &run)?;
    }
    println!("{}", told(&args, &run, quality)?);
    Ok(())
}

fn told(args: &Args, run: &Run, quality: Quality) -> anyhow::Result<Value> {
    let steps = run.steps.iter().map(|&(name, [wall_s, cpu_s])| {
        (name.to_owned(), json!({ "wall_s": rounded(wall_s), "cpu_s": rounded(cpu_s) }))
    });
    let sum = |at: usize| run.steps.iter().map(|(_, seconds)| seconds[at]).sum::<f64>();
    let score_cpu_s = run.steps[2].1[1];
    // A hundredth of a second is the least that is counted.
    let speed = |cpu_s: f64| (run.scored.pairs() as f64 / cpu_s.max(0.01)).round();
    Ok(json!({
        "set": args.set,
        "records": run.packed.len(),
        "threads": args.threads,
        "seed": args.seed,
        "true_pairs": quality.true_pairs,
        "people": quality.people,
        "clusters": quality.clusters,
        "largest": quality.largest,
        "precision": quality.precision,
        "recall": quality.recall,
        "pair_f1": quality.pair_f1(),
        "b3_precision": quality.b3_precision,
        "b3_recall": quality.b3_recall,
        "b3": quality.b3(),
        "scored_pairs": run.scored.pairs(),
        "edges": run.scored.edges(),
        "review": run.linked.review.len(),
        "pairs_per_cpu_s": speed(sum(1)),
        "pairs_per_score_cpu_s": speed(score_cpu_s),
        "cpu_s": rounded(sum(1)),
        "wall_s": rounded(sum(0)),
        "peak_rss_mb": peak_mb()?.round(),
        "model": format!("{:016x}", run.model.version),
        "match_share": run.model.match_share,
        "steps": steps.collect::<serde_json::Map<String, Value>>(),
    }))
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 1000.0).round() / 1000.0
}

/// Wrong pairs to tell at most, of each kind.
const TOLD: usize = 12;

#[expect(clippy::print_stderr, reason = "asked for by --explain")]
fn explain(set: &Set, run: &Run) -> anyhow::Result<()> {
    let model = &run.model;
    eprintln!(
        "prior {:.2}, match share {:.3e}, household share {:.3}",
        model.prior(),
        model.match_share,
        model.household_share
    );
    for field in &model.fields {
        eprint!("{:14} {:9} null {:.2}", field.name, field.role.name(), field.null_share);
        for level in &field.levels {
            eprint!("  {} {:.4}/{:.2e} {:+.1}", level.name, level.m, level.u, level.weight);
        }
        eprintln!("  rare {:+.1}, {} common", field.rare_bits, field.common.len());
    }
    for rule in &run.scored.rules {
        eprintln!(
            "rule {:30} pairs {:>10} left {:>10} edges {:>9}",
            rule.name, rule.pairs, rule.left_pairs, rule.edges
        );
    }
    for (name, pairs) in
        [("joined wrongly", joined_wrongly(set, run)), ("kept apart wrongly", split(set, run))]
    {
        eprintln!("{}: {name}", pairs.len());
        let step = pairs.len().div_ceil(TOLD).max(1);
        for &(a, b) in pairs.iter().step_by(step) {
            tell_pair(set, run, a, b)?;
        }
    }
    Ok(())
}

/// Pairs that joined records of two persons.
fn joined_wrongly(set: &Set, run: &Run) -> Vec<(u32, u32)> {
    let pairs = run.linked.joined.iter().map(|pair| (pair.record_a, pair.record_b));
    pairs.filter(|&(a, b)| set.truth[a as usize] != set.truth[b as usize]).collect()
}

/// Of each person of several customers, the first records of the first two.
fn split(set: &Set, run: &Run) -> Vec<(u32, u32)> {
    let mut first: BTreeMap<u64, (u32, bool)> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (row, &person) in set.truth.iter().enumerate() {
        let row = row as u32;
        let (seen, told) = first.entry(person).or_insert((row, false));
        if !*told && run.linked.customer[*seen as usize] != run.linked.customer[row as usize] {
            *told = true;
            pairs.push((*seen, row));
        }
    }
    pairs
}

#[expect(clippy::print_stderr, reason = "asked for by --explain")]
fn tell_pair(set: &Set, run: &Run, a: u32, b: u32) -> anyhow::Result<()> {
    use arrow::array::Array;
    let told = score::explain(&run.packed, &run.model, a, b)?;
    eprintln!("  {:+.1} household {:+.1}", told.total, told.household_bits);
    for row in [a, b] {
        let cells = set.columns.iter().map(|(_, _, values)| {
            if values.is_valid(row as usize) { values.value(row as usize) } else { "·" }
        });
        eprintln!("      {}", cells.collect::<Vec<_>>().join(" | "));
    }
    let fields = told
        .fields
        .iter()
        .filter_map(|field| Some(format!("{} {} {:+.1}", field.name, field.level?, field.weight)));
    eprintln!("      {}", fields.collect::<Vec<_>>().join(", "));
    Ok(())
}
