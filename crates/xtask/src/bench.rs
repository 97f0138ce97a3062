//! `cargo xtask bench`: Kept against its peers, on this machine and in the same run; ratios of CPU time, never lone times.

mod identity;
mod journey;
mod measure;
mod spine;
mod table;
mod trust;

use crate::workspace::Workspace;

/// What is measured.
#[derive(Debug, clap::Subcommand)]
pub enum Bench {
    /// Import and ledger of ten million purchases, against DuckDB.
    Spine(spine::Args),
    /// The whole map of a hundred million events, against DuckDB.
    Journey(journey::Args),
    /// Durable events over HTTP: rate and latency, alone and beside a heavy query.
    Trust(trust::Args),
    /// Which records are one customer, against Splink.
    Identity(identity::Args),
}

/// Runs a bench.
pub fn run(workspace: &Workspace, bench: &Bench) -> anyhow::Result<()> {
    match bench {
        Bench::Spine(args) => spine::run(workspace, args),
        Bench::Journey(args) => journey::run(workspace, args),
        Bench::Trust(args) => trust::run(workspace, args),
        Bench::Identity(args) => identity::run(workspace, args),
    }
}
