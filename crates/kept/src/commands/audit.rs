//! `kept audit`: whether the log of who did and saw what is as it was written, and the log as a file.

use crate::people::{self, by_system};
use anyhow::Context;
use hub::pages::audit::export::{HEAD, line};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::{Deed, Head, Store, Verb, Verdict};

/// The audit log.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept audit verify\n  kept audit verify --head \"1204 9f86d0…\"\n  \
                  kept audit export --out audit.csv")]
pub(crate) struct Args {
    #[command(subcommand)]
    task: Task,
    #[command(flatten)]
    people: people::InDatabase,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Computes every hash anew; exit code 2 where a row was changed, left out or added past Kept.
    Verify {
        /// An end of the log that was written down before, as `verify` and the page tell it.
        #[arg(long)]
        head: Option<String>,
    },
    /// Writes all rows as CSV, oldest first, with their hashes.
    Export {
        /// The file; standard output when absent.
        #[arg(long)]
        out: Option<PathBuf>,
    },
}

/// Rows read at a time.
const PAGE: i64 = 1_000;

pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    super::open(home)?;
    let store = people::open(home, &args.people).await?;
    match &args.task {
        Task::Verify { head } => verify(&store, head.as_deref(), json).await,
        Task::Export { out } => {
            export(&store, out.as_deref()).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn verify(store: &Store, head: Option<&str>, json: bool) -> anyhow::Result<ExitCode> {
    let known = |text: &str| {
        Head::parse(text)
            .with_context(|| format!("`{text}` is no end of a log; write the number and the hash"))
    };
    let verdict = store.verify_audit(head.map(known).transpose()?).await?;
    let (is_whole, end) = match verdict {
        Verdict::Whole(head) => (true, Some(head.to_string())),
        Verdict::Broken { .. } => (false, None),
    };
    if json {
        super::print_json(
            &serde_json::json!({ "whole": is_whole, "told": verdict.to_string(), "head": end }),
        )?;
    } else {
        println!("{verdict}");
        if let Some(end) = end {
            println!(
                "write this down elsewhere, to prove later that nothing before it was rewritten:\n  {end}"
            );
        }
    }
    Ok(ExitCode::from(if is_whole { 0 } else { 2 }))
}

async fn export(store: &Store, out: Option<&Path>) -> anyhow::Result<()> {
    let deed = Deed { verb: Verb::Exported, object: "audit", department: None, detail: "command line" };
    store.record(deed, by_system()).await?;
    let mut to: Box<dyn std::io::Write + Send> = match out {
        Some(path) => Box::new(std::fs::File::create(path).with_context(|| path.display().to_string())?),
        None => Box::new(std::io::stdout()),
    };
    to.write_all(HEAD.as_bytes())?;
    let mut after = i64::MIN;
    loop {
        let rows = store.audit_rows(after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = last.seq;
        to.write_all(rows.iter().map(line).collect::<String>().as_bytes())?;
    }
    Ok(to.flush()?)
}
