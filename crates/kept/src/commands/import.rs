//! `kept import`: the silos' files into the lake.

use crate::clock;
use crate::progress::{Bar, Unit};
use crate::table;
use intake::{Home, Outcome};
use lake::{Access, Lake};
use std::path::Path;
use std::process::ExitCode;

/// Reads the silos' files into the lake.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept import\n  kept import billing.subscriptions")]
pub(crate) struct Args {
    /// Only this silo or feed (`silo` or `silo.feed`).
    feed: Option<String>,
}

/// Exit code 1 when a feed failed; the others are imported all the same.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let home = super::open(home)?;
    let lake = Lake::open(&home.folder, Access::Write).await?;
    let outcomes = import(&home, &lake, args.feed.as_deref(), json).await?;
    let drained = drain(&home, &lake, json).await?;
    anyhow::ensure!(
        !outcomes.is_empty() || args.feed.is_none(),
        "there is no feed `{}`; known: {}",
        args.feed.as_deref().unwrap_or_default(),
        home.config
            .feeds()
            .map(|(silo, feed)| format!("{}.{}", silo.id.get_ref(), feed.id.get_ref()))
            .collect::<Vec<_>>()
            .join(", ")
    );
    if json {
        super::print_json(&outcomes.iter().map(told).collect::<Vec<_>>())?;
    } else {
        print!("{drained}");
        print!("{}", lines(&outcomes));
    }
    for outcome in &outcomes {
        if let Some(error) = &outcome.error {
            eprintln!("kept: {error}");
        }
    }
    Ok(ExitCode::from(u8::from(outcomes.iter().any(|outcome| outcome.error.is_some()))))
}

/// Moves what programs sent and no server drains into the lake; what to say of it, a line or nothing.
pub(crate) async fn drain(home: &Home, lake: &Lake, quiet: bool) -> anyhow::Result<String> {
    let drained = gate::drained(home, lake, clock::now_us()).await?;
    let moved = drained.filter(|drained| drained.messages > 0 && !quiet);
    let count = |n: u64| report::number::count(n as i64);
    Ok(moved.map_or_else(String::new, |moved| {
        format!(
            "{} events taken in from the inbox, {} repeated\n",
            count(moved.messages),
            count(moved.repeated)
        )
    }))
}

/// Imports with a progress bar.
pub(crate) async fn import(
    home: &Home,
    lake: &Lake,
    only: Option<&str>,
    quiet: bool,
) -> anyhow::Result<Vec<Outcome>> {
    let mut bar = Bar::new(quiet);
    let mut told = |feed: &str, done, total| {
        bar.tell(&format!("import {feed}"), done, total, if total > 0 { Unit::Bytes } else { Unit::Rows });
    };
    let outcomes = intake::import(home, lake, clock::now_us(), only, &mut told).await?;
    bar.done();
    Ok(outcomes)
}

fn told(outcome: &Outcome) -> serde_json::Value {
    serde_json::json!({
        "feed": outcome.feed,
        "imports": outcome.imports,
        "unchanged_files": outcome.unchanged,
        "rows": outcome.counts.rows,
        "records": outcome.counts.records,
        "events": outcome.counts.events,
        "rejects": outcome.counts.rejects,
        "error": outcome.error.as_ref().map(ToString::to_string),
    })
}

/// What was imported, as a table.
pub(crate) fn lines(outcomes: &[Outcome]) -> String {
    let head = [
        ("feed", false),
        ("rows", true),
        ("records", true),
        ("events", true),
        ("rejected", true),
        ("", false),
    ];
    let row = |outcome: &Outcome| {
        let word = match (&outcome.error, outcome.imports) {
            (Some(_), _) => "failed; nothing of it was changed",
            (None, 0) => "no change",
            (None, _) => "imported",
        };
        let counts =
            [outcome.counts.rows, outcome.counts.records, outcome.counts.events, outcome.counts.rejects];
        let mut cells = vec![outcome.feed.clone()];
        cells.extend(counts.map(|n| report::number::count(n as i64)));
        cells.push(word.to_owned());
        cells
    };
    table::lines(&head, &outcomes.iter().map(row).collect::<Vec<_>>())
}
