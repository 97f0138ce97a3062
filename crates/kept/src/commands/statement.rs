//! `kept statement`: how the customer base moved.

use crate::table;
use anyhow::Context;
use model::Granularity;
use refresh::view::closings::Basis;
use refresh::view::{Line, Statement};
use std::path::Path;
use std::process::ExitCode;

/// Tells how the customer base moved, newest period last.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept statement\n  kept statement --by quarter --segment region=North\n  kept statement --split region --by year\n  kept statement --by month --json\n  kept statement --as restated"
)]
pub(crate) struct Args {
    /// Length of the periods: month, quarter or year.
    #[arg(long, default_value = "month", value_parser = parse_by)]
    by: Granularity,
    /// Only this segment, as region=East.
    #[arg(long)]
    segment: Option<String>,
    /// A line for each segment of this split, and one for the whole they add up to.
    #[arg(long, conflicts_with = "segment")]
    split: Option<String>,
    /// Closed periods as reported, or as restated from the books of now; as reported unless said.
    #[arg(long = "as", value_name = "BASIS", value_parser = parse_as)]
    basis: Option<Basis>,
    /// Periods listed; JSON gives all unless this is set.
    #[arg(long)]
    periods: Option<usize>,
}

pub(crate) fn parse_by(text: &str) -> Result<Granularity, String> {
    Granularity::from_name(text).ok_or_else(|| "write month, quarter or year".to_owned())
}

fn parse_as(text: &str) -> Result<Basis, String> {
    Basis::from_name(text).ok_or_else(|| "write reported or restated".to_owned())
}

/// Chart and table, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let edition = reader.edition().await?.ok_or(refresh_first())?;
    let segment = args.segment.as_deref().unwrap_or_default();
    super::known_segment(&reader, segment).await?;
    if let Some(split) = &args.split {
        return split_up(&reader, args, split, edition.as_of, json).await;
    }
    let mut statement = reader.statement(args.by, segment, args.basis).await?;
    if json {
        if let Some(periods) = args.periods {
            keep_last(&mut statement, periods);
        }
        super::print_json(&statement)?;
        return Ok(ExitCode::SUCCESS);
    }
    keep_last(&mut statement, args.periods.unwrap_or(24));
    let figures: Vec<_> = statement.lines.iter().map(hub::figures).collect();
    let last = figures.last().context("no customer was ever active, so there is nothing to tell yet")?;
    let currency = reader.company().company.currency;
    let running = last.period.end() > edition.as_of.plus(1);
    // A period that still runs does not lead; the last whole one does.
    let lead = if running && figures.len() > 1 { &figures[figures.len() - 2] } else { last };
    let so_far = (running && figures.len() == 1).then_some(edition.as_of);
    println!("{}", report::terminal::statement(lead, currency, so_far, super::width()));
    println!("{}", report::terminal::periods(&figures, currency));
    let line =
        statement.lines.iter().find(|line| line.period == lead.period).context("a line of the lead")?;
    println!("{}", rates(line, segment, reader.company().ledger.earned.is_some()));
    let closed = statement
        .closed_until
        .map_or_else(String::new, |until| format!(", closed up to {until}, as {}", statement.basis.name()));
    println!("edition {}, books to {}{closed}", edition.edition, edition.as_of);
    Ok(ExitCode::SUCCESS)
}

/// The rates of the period that leads, with the reason where one cannot be told.
fn rates(line: &Line, segment: &str, knows_earned: bool) -> String {
    let row = |rate: &hub::Rate| vec![rate.name.to_owned(), rate.told(), rate.reason.to_owned()];
    let rows: Vec<Vec<String>> = hub::rates(line, segment, knows_earned).iter().map(row).collect();
    let name = report::calendar::period(line.period);
    table::lines(&[(&*name, false), ("rate", true), ("", false)], &rows)
}

/// Segment by segment: the last period that is over, or JSON of all.
async fn split_up(
    reader: &refresh::Reader,
    args: &Args,
    split: &str,
    as_of: model::Day,
    json: bool,
) -> anyhow::Result<ExitCode> {
    super::known_split(reader, split).await?;
    let mut told = reader.split_statement(args.by, split, args.basis).await?;
    if json {
        if let Some(periods) = args.periods {
            let keep = |lines: &mut Vec<Line>| drop(lines.drain(..lines.len().saturating_sub(periods)));
            keep(&mut told.whole);
            told.segments.iter_mut().for_each(|one| keep(&mut one.lines));
        }
        super::print_json(&told)?;
        return Ok(ExitCode::SUCCESS);
    }
    let over = told.whole.iter().rfind(|line| line.period.end() <= as_of.plus(1));
    let line =
        over.or(told.whole.last()).context("no customer was ever active, so there is nothing to tell yet")?;
    print!("{}", super::split::statement(&told, line, reader.company().company.currency));
    Ok(ExitCode::SUCCESS)
}

fn refresh_first() -> anyhow::Error {
    anyhow::anyhow!("no edition was published yet; run `kept import`, then `kept refresh`")
}

fn keep_last(statement: &mut Statement, periods: usize) {
    let cut = statement.lines.len().saturating_sub(periods);
    statement.lines.drain(..cut);
}
