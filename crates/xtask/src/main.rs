//! The command line of the workspace's own tasks; thin.

use clap::{Parser, Subcommand};
use std::process::ExitCode;
use xtask::workspace::Workspace;
use xtask::{bench, demo, faults, test, tidy};

/// Tasks of the workspace: run the product, test it, measure it.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(
    after_help = "Examples:\n  cargo xtask run\n  cargo xtask test\n  cargo xtask bench spine --runs 5"
)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds Kept, makes the demo company if there is none, and serves its pages.
    Run(demo::Args),
    /// Installs what the tests need, then checks format, lints and tests.
    Test,
    /// Checks the rules of the house: who may reach whom, sizes, words.
    Tidy,
    /// Kills Kept at random moments and looks whether all it acknowledged is there once.
    Faults(faults::Args),
    /// Measures Kept against its peers on this machine.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    match run(&Cli::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: &Task) -> anyhow::Result<()> {
    let workspace = Workspace::find()?;
    match task {
        Task::Run(args) => demo::run(&workspace, args),
        Task::Test => test::run(&workspace),
        Task::Tidy => tidy::run(&workspace),
        Task::Faults(args) => faults::run(&workspace, args),
        Task::Bench(bench) => bench::run(&workspace, bench),
    }
}
