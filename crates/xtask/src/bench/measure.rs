//! What a program costs: CPU seconds and peak memory of its process, as the operating system counts them.

use crate::command;
use anyhow::Context;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The Python scripts of the bench, written to its folder at each start.
const SCRIPTS: [(&str, &str); 5] = [
    ("measure.py", include_str!("peer/measure.py")),
    ("transactions.py", include_str!("peer/transactions.py")),
    ("cut.py", include_str!("peer/cut.py")),
    ("import.py", include_str!("peer/import.py")),
    ("ledger.py", include_str!("peer/ledger.py")),
];

/// What one run of one program cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    /// CPU seconds, user and system together.
    pub(super) cpu_s: f64,
    /// Seconds by the clock on the wall.
    pub(super) wall_s: f64,
    /// Largest resident memory, in MiB.
    pub(super) peak_mb: f64,
}

/// A folder with the scripts, and the Python that runs them.
#[derive(Debug)]
pub(super) struct Laboratory {
    pub(super) folder: PathBuf,
    python: PathBuf,
}

impl Laboratory {
    /// Makes the folder and writes the scripts.
    pub(super) fn open(folder: &Path, python: PathBuf) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for (name, text) in SCRIPTS {
            std::fs::write(folder.join(name), text).with_context(|| format!("cannot write {name}"))?;
        }
        Ok(Self { folder: folder.to_path_buf(), python })
    }

    /// The Python with the peers, to be run in the folder.
    pub(super) fn python(&self) -> Command {
        let mut python = Command::new(&self.python);
        python.current_dir(&self.folder);
        python
    }

    /// A script of ours, to be run in the folder.
    pub(super) fn script(&self, name: &str) -> Command {
        let mut script = self.python();
        script.arg(self.folder.join(name));
        script
    }

    /// Runs a program and measures its process; also what it wrote to standard output.
    pub(super) fn measure(&self, program: &Command) -> anyhow::Result<(Cost, String)> {
        let said = self.folder.join("said.txt");
        let mut measured = self.script("measure.py");
        measured.arg(&said).arg(program.get_program()).args(program.get_args());
        let cost = command::json(&mut measured).with_context(|| format!("`{}`", command::shown(program)))?;
        Ok((Cost::read(&cost)?, std::fs::read_to_string(&said)?))
    }
}

impl Cost {
    fn read(told: &Value) -> anyhow::Result<Self> {
        let number = |key: &str| number(told, key);
        Ok(Self { cpu_s: number("cpu_s")?, wall_s: number("wall_s")?, peak_mb: number("peak_mb")? })
    }
}

/// A number of an object.
pub(super) fn number(object: &Value, key: &str) -> anyhow::Result<f64> {
    object[key].as_f64().with_context(|| format!("no number `{key}` in {object}"))
}
