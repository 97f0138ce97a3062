//! `kept identity`: how sure Kept is of who is one customer, why, and what people decide about it.

mod told;

use crate::{clock, table};
use lake::{Access, Lake};
use refresh::Reader;
use refresh::decisions::{RecordName, Ruling, Verdict};
use std::path::Path;
use std::process::ExitCode;

/// Who is one customer, why, and what people decide about it.
#[derive(Debug, clap::Subcommand)]
#[command(
    after_help = "Examples:\n  kept identity status\n  kept identity explain shop:8812 support:u-31\n  \
                  kept identity decide shop:8812 support:u-31 same --reason \"she said so on the phone\"\n  \
                  kept identity retrain\n  kept identity accept --reason \"four mergers, all of them right\""
)]
pub(crate) enum Task {
    /// Tells sizes, the largest customers, values that identify nobody, the model, and what waits.
    Status {
        /// Customers and values listed at most.
        #[arg(long, default_value_t = 10)]
        limit: usize,
    },
    /// Lists pairs of records that wait for a decision, surest first.
    Review {
        /// Pairs shown at most.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Tells why two records are, or are not, one customer.
    Explain {
        /// One record, as silo:key.
        a: String,
        /// The other, as silo:key.
        b: String,
    },
    /// Decides about two records; it counts from the next refresh and outlives every rebuild.
    Decide {
        /// One record, as silo:key.
        a: String,
        /// The other, as silo:key.
        b: String,
        /// What is true of them.
        verdict: Said,
        /// Why, so that others can follow.
        #[arg(long)]
        reason: String,
    },
    /// Lists what was decided, newest first.
    Decisions {
        /// Decisions shown at most.
        #[arg(long, default_value_t = 50)]
        limit: usize,
    },
    /// Trains a model on the records of now and proposes it; tells whom it would merge and split.
    Retrain,
    /// Tells what the model that waits would change.
    Proposal {
        /// Customers listed at most, of those that would be merged and of those that would be split.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Accepts the model that waits.
    Accept {
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Rejects the model that waits.
    Reject {
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

/// What can be said of two records.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Said {
    /// They are one customer.
    Same,
    /// They are two.
    Different,
    /// What was decided before no longer counts.
    Undone,
}

/// Runs one task.
pub(crate) async fn run(home: &Path, task: &Task, json: bool) -> anyhow::Result<ExitCode> {
    match task {
        Task::Status { limit } => {
            let status = super::reader(home).await?.identity(*limit).await?;
            tell(&status, json, told::status)?;
        }
        Task::Review { limit } => {
            let waiting = super::reader(home).await?.waiting(0, *limit).await?;
            tell(&waiting, json, |waiting| {
                let rows = waiting.rows.iter().map(|pair| &pair.comparison);
                let rows: Vec<Vec<String>> = rows.map(told::pair_row).collect();
                let head = [("record", false), ("and", false), ("bits", true), ("chance", true)];
                format!("{}{} of {} pairs\n", table::lines(&head, &rows), rows.len(), waiting.total)
            })?;
        }
        Task::Explain { a, b } => {
            let (a, b) = (RecordName::parse(a)?, RecordName::parse(b)?);
            let reader = super::reader(home).await?;
            let unit = reader.company().company.customer;
            tell(&reader.explain(&a, &b).await?, json, |told| told::explained(told, unit))?;
        }
        Task::Decide { a, b, verdict, reason } => {
            let ruling = ruling(a, b, *verdict, reason)?;
            let decision = super::reader(home).await?.decide(ruling, clock::now_us()).await?;
            tell(&decision, json, |decision| {
                let (a, b, verdict) = (&decision.a, &decision.b, decision.verdict.name());
                format!("{a} and {b}: {verdict}. It counts from the next kept refresh.\n")
            })?;
        }
        Task::Decisions { limit } => decisions(&super::reader(home).await?, *limit, json).await?,
        Task::Retrain => retrain(home, json).await?,
        Task::Proposal { limit } => {
            let proposal = super::reader(home).await?.proposal().await?.ok_or(refresh::Error::NoProposal)?;
            tell(&proposal, json, |proposal| told::proposed(proposal, *limit))?;
        }
        Task::Accept { reason } => judge(home, true, reason, json).await?,
        Task::Reject { reason } => judge(home, false, reason, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

fn tell<T: serde::Serialize>(answer: &T, json: bool, text: impl Fn(&T) -> String) -> anyhow::Result<()> {
    if json {
        return super::print_json(answer);
    }
    print!("{}", text(answer));
    Ok(())
}

/// Who decides on the command line: the user of the system.
fn user() -> String {
    std::env::var("USER").ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "this machine".to_owned())
}

fn ruling(a: &str, b: &str, said: Said, reason: &str) -> anyhow::Result<Ruling> {
    let verdict = match said {
        Said::Same => Verdict::Same,
        Said::Different => Verdict::Different,
        Said::Undone => Verdict::Undone,
    };
    let (a, b) = (RecordName::parse(a)?, RecordName::parse(b)?);
    Ok(Ruling { a, b, verdict, reason: reason.to_owned(), by: user() })
}

async fn decisions(reader: &Reader, limit: usize, json: bool) -> anyhow::Result<()> {
    let zone = reader.company().zone();
    tell(&reader.decisions(0, limit).await?, json, |page| {
        let row = |(decision, in_force): &(refresh::decisions::Decision, bool)| {
            vec![
                report::calendar::minute(decision.at_us, &zone),
                decision.by.clone(),
                format!("{} and {}", decision.a, decision.b),
                decision.verdict.name().to_owned(),
                if *in_force { "counts" } else { "" }.to_owned(),
                decision.reason.clone(),
            ]
        };
        let head = [
            ("when", false),
            ("who", false),
            ("records", false),
            ("are", false),
            ("", false),
            ("why", false),
        ];
        let rows: Vec<_> = page.rows.iter().map(row).collect();
        format!("{}{} of {} decisions\n", table::lines(&head, &rows), rows.len(), page.total)
    })
}

async fn retrain(home: &Path, json: bool) -> anyhow::Result<()> {
    let opened = super::open(home)?;
    let proposed = {
        let lake = Lake::open(&opened.folder, Access::Write).await?;
        refresh::train_again(&opened, &lake, &user(), clock::now_us()).await?
    };
    let proposal = if proposed { super::reader(home).await?.proposal().await? } else { None };
    tell(&proposal, json, |proposal| match proposal {
        None => "The records train the model that is in force; nothing to decide.\n".to_owned(),
        Some(proposal) => told::proposed(proposal, CHANGES_TOLD),
    })
}

/// Changes told of a model just trained, of mergers and of splits.
const CHANGES_TOLD: usize = 10;

async fn judge(home: &Path, accept: bool, reason: &str, json: bool) -> anyhow::Result<()> {
    super::reader(home).await?.judge_proposal(accept, &user(), reason, clock::now_us()).await?;
    let state = if accept { "accepted" } else { "rejected" };
    tell(&state, json, |state| format!("The model is {state}. It counts from the next kept refresh.\n"))
}
