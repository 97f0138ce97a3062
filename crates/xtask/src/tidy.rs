//! The rules of the house that neither rustc nor clippy hold: who may reach whom, sizes, openings, versions, words.
//!
//! The rules are those of `ARCHITECTURE.md`; each finding says where, what and the cure.

mod arrows;
mod manifest;
mod register;
mod source;
mod words;

use crate::command;
use crate::workspace::Workspace;
use anyhow::Context;
use manifest::Manifest;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One place where a rule is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// File, relative to the root.
    pub file: String,
    /// 1-based line.
    pub line: usize,
    /// What is wrong and what to do.
    pub message: String,
}

impl Finding {
    fn new(file: &str, line: usize, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, message: message.into() }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// `cargo xtask tidy`: prints every finding, fails when there is one.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let findings = check(&workspace.root)?;
    for finding in &findings {
        println!("{finding}");
    }
    anyhow::ensure!(findings.is_empty(), "tidy: {} findings", findings.len());
    println!("tidy: nothing found");
    Ok(())
}

/// Every finding in the workspace at `root`, by file and line.
pub fn check(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut crates = Vec::new();
    for file in tracked(root)? {
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else {
            continue;
        };
        findings.extend(words::check(&file, &text));
        let parts: Vec<&str> = file.split('/').collect();
        match parts.as_slice() {
            ["crates", _, "src", ..] if is_rust(&file) => findings.extend(source::check(&file, &text)),
            ["crates", _, "Cargo.toml"] => crates.push(Manifest::parse(&file, &text)?),
            _ => {}
        }
    }
    let read =
        |file: &str| std::fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"));
    let workspace = Manifest::parse("Cargo.toml", &read("Cargo.toml")?)?;
    findings.extend(arrows::check(&crates));
    findings.extend(register::versions(&crates));
    findings.extend(register::unused(&workspace, &crates));
    findings.extend(register::unexplained(&workspace, &read("docs/dependencies.md").unwrap_or_default()));
    findings.sort();
    Ok(findings)
}

fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "rs")
}

/// Files that Git tracks or would track, relative to the root, with `/`.
fn tracked(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(root).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let listed = command::output(&mut git).context("tidy looks at the files that Git tracks")?;
    let mut files: Vec<String> = listed.split_terminator('\0').map(str::to_owned).collect();
    files.sort();
    files.dedup();
    files.retain(|file| PathBuf::from(root).join(file).is_file());
    Ok(files)
}
