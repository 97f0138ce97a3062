//! The table of a bench: least, median and most of every series, ratios to the peer, growth with the data.

use super::measure::Cost;
use serde_json::{Value, json};
use std::fmt;
use std::path::PathBuf;

/// What every piece of work cost every program, in order of the runs.
#[derive(Debug, Default)]
pub(super) struct Series(Vec<(Key, Vec<Cost>)>);

/// A piece of work, and the program that did it.
type Key = (&'static str, &'static str);

impl Series {
    /// Adds one run.
    pub(super) fn add(&mut self, work: &'static str, program: &'static str, cost: Cost) {
        match self.0.iter_mut().find(|(key, _)| *key == (work, program)) {
            Some((_, costs)) => costs.push(cost),
            None => self.0.push(((work, program), vec![cost])),
        }
    }

    fn cpu_s(&self, work: &str, program: &str) -> Option<Spread> {
        let (_, costs) = self.0.iter().find(|((w, p), _)| *w == work && *p == program)?;
        Some(Spread::of(costs.iter().map(|cost| cost.cpu_s)))
    }

    /// Kept's CPU time over DuckDB's, by the medians.
    fn ratio(&self, work: &str) -> Option<f64> {
        Some(self.cpu_s(work, "Kept")?.median / self.cpu_s(work, "DuckDB")?.median)
    }
}

/// Least, median and most of some runs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Spread {
    min: f64,
    median: f64,
    max: f64,
}

impl Spread {
    /// Of at least one value; NaN of none.
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        let median = f64::midpoint(at(last / 2), at(last.div_ceil(2)));
        Self { min: at(0), median, max: at(last) }
    }

    fn json(self) -> Value {
        json!({"min": self.min, "median": self.median, "max": self.max})
    }
}

/// One size of the data, and what everything cost on it so far.
#[derive(Debug)]
pub(super) struct Lap {
    pub(super) rows: u64,
    pub(super) folder: PathBuf,
    pub(super) series: Series,
}

/// All that was measured: the smaller data first.
#[derive(Debug)]
pub(super) struct Sheet {
    /// What was measured.
    pub(super) bench: &'static str,
    /// Work that both programs do.
    pub(super) compared: &'static [&'static str],
    /// What every run made sure of.
    pub(super) agree: &'static str,
    /// The peer's version.
    pub(super) duckdb: String,
    pub(super) laps: Vec<Lap>,
}

impl Sheet {
    /// How many times the CPU time grew from the first lap to the last, and how many times the rows did.
    fn growth(&self, work: &str, program: &str) -> Option<(f64, f64)> {
        let (first, last) = (self.laps.first()?, self.laps.last()?);
        let cpu = last.series.cpu_s(work, program)?.median / first.series.cpu_s(work, program)?.median;
        Some((cpu, last.rows as f64 / first.rows as f64))
    }

    /// The same as JSON: every run, and the figures of the table.
    pub(super) fn json(&self) -> Value {
        let series = |lap: &Lap| -> Vec<Value> {
            let told = |((work, program), costs): &(Key, Vec<Cost>)| {
                json!({
                    "work": work,
                    "program": program,
                    "cpu_s": Spread::of(costs.iter().map(|cost| cost.cpu_s)).json(),
                    "process_wall_s": Spread::of(costs.iter().map(|cost| cost.wall_s)).json(),
                    "process_peak_mb": Spread::of(costs.iter().map(|cost| cost.peak_mb)).json(),
                    "runs_cpu_s": costs.iter().map(|cost| cost.cpu_s).collect::<Vec<_>>(),
                })
            };
            lap.series.0.iter().map(told).collect()
        };
        let lap = |lap: &Lap| {
            json!({
                "rows": lap.rows,
                "series": series(lap),
                "kept_to_duckdb": self.compared.iter().map(|work| json!({"work": work, "cpu_ratio": lap.series.ratio(work)})).collect::<Vec<_>>(),
            })
        };
        let growth = |(work, program): &Key| {
            let (cpu, rows) = self.growth(work, program)?;
            Some(json!({"work": work, "program": program, "cpu_times": cpu, "rows_times": rows}))
        };
        let keys: Vec<Key> =
            self.laps.first().map_or_else(Vec::new, |lap| lap.series.0.iter().map(|(key, _)| *key).collect());
        json!({
            "bench": self.bench,
            "cores": std::thread::available_parallelism().map_or(0, usize::from),
            "duckdb": self.duckdb,
            "laps": self.laps.iter().map(lap).collect::<Vec<_>>(),
            "growth": keys.iter().filter_map(growth).collect::<Vec<_>>(),
            "agree": self.agree,
        })
    }
}

impl fmt::Display for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "Kept and DuckDB {}, CPU seconds (user + system), peak memory of the process\n",
            self.duckdb
        )?;
        writeln!(
            f,
            "{:>11}  {:11} {:7} {:>8} {:>8} {:>8} {:>8}",
            "rows", "work", "program", "min", "median", "max", "peak MB"
        )?;
        for lap in &self.laps {
            for ((work, program), costs) in &lap.series.0 {
                let cpu = Spread::of(costs.iter().map(|cost| cost.cpu_s));
                let peak = Spread::of(costs.iter().map(|cost| cost.peak_mb)).max;
                let Spread { min, median, max } = cpu;
                writeln!(
                    f,
                    "{:>11}  {work:11} {program:7} {min:>8.2} {median:>8.2} {max:>8.2} {peak:>8.0}",
                    lap.rows
                )?;
            }
        }
        writeln!(f)?;
        for lap in &self.laps {
            for work in self.compared {
                if let Some(ratio) = lap.series.ratio(work) {
                    writeln!(f, "{:>11}  {work}: Kept takes {ratio:.2} × DuckDB's CPU time", lap.rows)?;
                }
            }
        }
        for (work, program) in self.compared.iter().flat_map(|work| [(work, "DuckDB"), (work, "Kept")]) {
            if let Some((cpu, rows)) = self.growth(work, program) {
                writeln!(f, "{work}: {program}'s CPU time × {cpu:.1} for rows × {rows:.1}")?;
            }
        }
        write!(f, "{}", self.agree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lap(rows: u64, duckdb: &[f64], kept: &[f64]) -> Lap {
        let mut series = Series::default();
        let cost = |cpu_s: &f64| Cost { cpu_s: *cpu_s, wall_s: 1.0, peak_mb: 100.0 };
        for cpu_s in duckdb {
            series.add("import", "DuckDB", cost(cpu_s));
        }
        for cpu_s in kept {
            series.add("import", "Kept", cost(cpu_s));
        }
        Lap { rows, folder: "".into(), series }
    }

    #[test]
    fn the_median_of_an_even_count_lies_between_the_middle_two() {
        assert_eq!(Spread::of([4.0, 1.0, 2.0].into_iter()), Spread { min: 1.0, median: 2.0, max: 4.0 });
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0].into_iter()).median.to_bits(), 2.5_f64.to_bits());
    }

    #[test]
    fn ratios_are_of_medians_and_growth_is_from_the_smaller_data_to_the_larger() {
        let sheet = Sheet {
            bench: "test",
            compared: &["import", "ledger"],
            agree: "they agree",
            duckdb: "1".into(),
            laps: vec![lap(100, &[1.0, 9.0, 2.0], &[1.0]), lap(1000, &[20.0], &[30.0, 8.0, 10.0])],
        };
        let text = sheet.to_string();
        assert!(text.contains("import: Kept takes 0.50 × DuckDB's"), "{text}");
        assert!(text.contains("import: Kept's CPU time × 10.0 for rows × 10.0"), "{text}");
        let json = sheet.json();
        assert_eq!(json["laps"][1]["series"][1]["runs_cpu_s"], json!([30.0, 8.0, 10.0]));
        assert_eq!(json["growth"][1]["cpu_times"], json!(10.0));
    }
}
