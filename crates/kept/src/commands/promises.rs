//! `kept promises`: how many promises were kept, and the breaches.

use crate::table;
use refresh::view::promises::{Breaches, Promises, Told, WantedBreaches};
use report::number;
use std::path::Path;
use std::process::ExitCode;

/// Tells how many promises were kept, by promise and month.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept promises\n  kept promises --segment region=North\n  kept promises --breaches parcel\n  kept promises --json | jq '.promises.months[-1]'"
)]
pub(crate) struct Args {
    /// Only this segment of the first split, as region=East.
    #[arg(long)]
    segment: Option<String>,
    /// The breaches of the promise with this id, newest first.
    #[arg(long, value_name = "ID")]
    breaches: Option<String>,
    /// Breaches listed at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// Tables, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let segment = args.segment.clone().unwrap_or_default();
    super::known_segment(&reader, &segment).await?;
    if let Some(promise) = &args.breaches {
        let wanted = WantedBreaches {
            promise: promise.clone(),
            segment,
            limit: args.limit,
            ..WantedBreaches::default()
        };
        let found = reader.breaches(&wanted).await?;
        if json {
            super::print_json(&serde_json::json!({"breaches": found}))?;
        } else {
            print!("{}", breaches(&found, &reader.company().zone()));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let promises = reader.promises(&segment).await?;
    if json {
        super::print_json(&serde_json::json!({"promises": promises}))?;
    } else {
        print!("{}", told(&promises));
    }
    Ok(ExitCode::SUCCESS)
}

fn count(number: u64) -> String {
    number::count(i64::try_from(number).unwrap_or(i64::MAX))
}

fn percent(told: &Told) -> String {
    told.kept_share().map_or_else(|| "–".to_owned(), number::percent)
}

fn told(promises: &Promises) -> String {
    if promises.promises.is_empty() {
        return "no promise is set; add [[promise]] to kept.toml\n".to_owned();
    }
    let last = promises.months.iter().rev().find(|month| month.told.kept_share().is_some());
    let in_last = |months: &[refresh::view::promises::Month]| {
        let month = last.and_then(|last| months.iter().find(|month| month.month == last.month));
        month.map_or_else(|| "–".to_owned(), |month| percent(&month.told))
    };
    let rows: Vec<Vec<String>> = promises
        .promises
        .iter()
        .map(|promise| {
            let Told { kept, broken, open } = promise.told;
            let mut row = vec![promise.id.clone(), promise.owner.clone()];
            if promise.rule.is_none() {
                row.extend(["not yet measurable", "", "", "", "", ""].map(str::to_owned));
                return row;
            }
            row.extend([
                percent(&promise.told),
                in_last(&promise.months),
                count(kept + broken),
                count(broken),
                count(promise.broken_customers),
                count(open),
            ]);
            row
        })
        .collect();
    let month = last.map_or_else(|| "last".to_owned(), |last| last.month.to_string()[..7].to_owned());
    let head = [
        ("promise", false),
        ("owner", false),
        ("kept", true),
        (month.as_str(), true),
        ("promised", true),
        ("broken", true),
        ("to customers", true),
        ("open", true),
    ];
    table::lines(&head, &rows)
}

fn breaches(found: &Breaches, zone: &jiff::tz::TimeZone) -> String {
    let minute = |at_us: Option<i64>| {
        at_us.map_or_else(|| "–".to_owned(), |at_us| report::calendar::minute(at_us, zone))
    };
    let rows: Vec<Vec<String>> = found
        .rows
        .iter()
        .map(|breach| {
            vec![
                breach.customer.clone(),
                minute(Some(breach.began_us)),
                minute(breach.due_us),
                minute(breach.happened_us),
            ]
        })
        .collect();
    let head = [("customer", false), ("began", false), ("due", false), ("happened", false)];
    let shown = table::lines(&head, &rows);
    if found.total > rows.len() {
        return shown + &format!("and {} more (--limit)\n", count((found.total - rows.len()) as u64));
    }
    shown
}
