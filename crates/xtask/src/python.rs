//! Python environments with the peers we test and measure against; DuckDB comes from PyPI.

use crate::command;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A Python environment: where it lies below the target folder, what is installed, and how to tell that it works.
#[derive(Debug)]
pub struct Environment {
    folder: &'static str,
    packages: &'static [&'static str],
    probe: &'static str,
}

/// For the test that lets DuckDB read our catalog: DuckDB with its DuckLake and SQLite extensions, which set its version.
pub const TESTS: Environment = Environment {
    folder: "peers-venv",
    packages: &["duckdb", "duckdb-extension-ducklake", "duckdb-extension-sqlite-scanner"],
    probe: include_str!("python/probe_ducklake.py"),
};

/// For the benches: the newest DuckDB, and what generators of events need.
pub const BENCH: Environment = Environment {
    folder: "bench-venv",
    packages: &["duckdb", "numpy", "pyarrow"],
    probe: "import duckdb, numpy, pyarrow",
};

/// For the bench of identity: Splink and what its script reads and counts with.
pub const SPLINK: Environment = Environment {
    folder: "splink-venv",
    packages: &["splink==5.0.0", "duckdb", "numpy", "pyarrow"],
    probe: "import splink, duckdb, numpy, pyarrow",
};

/// The environment's Python below this target folder; made first unless it is there and works.
pub fn ready(environment: &Environment, target: &Path) -> anyhow::Result<PathBuf> {
    let folder = target.join(environment.folder);
    let python = folder.join("bin").join("python");
    if works(&python, environment) {
        return Ok(python);
    }
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    command::run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let mut install = Command::new(&python);
    install
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(environment.packages);
    command::run(&mut install).context("PyPI is needed for the peers; is it reached from here?")?;
    anyhow::ensure!(
        works(&python, environment),
        "the Python in {} does not load its packages",
        folder.display()
    );
    Ok(python)
}

fn works(python: &Path, environment: &Environment) -> bool {
    command::works(Command::new(python).args(["-c", environment.probe]))
}
