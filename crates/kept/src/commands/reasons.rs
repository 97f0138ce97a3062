//! `kept reasons`: why customers leave.

use model::{Granularity, Period};
use refresh::view::reasons::Span;
use std::path::Path;
use std::process::ExitCode;

/// Tells why customers were lost: what they said, and what came in the 90 days before, against like customers who
/// stayed. An association, not a cause.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept reasons\n  kept reasons --by all\n  kept reasons --period 2026-Q3 --segment region=North\n  kept reasons --split region\n  kept reasons --by month --json"
)]
pub(crate) struct Args {
    /// The last month, quarter or year with losses, or all of the books.
    #[arg(long, default_value = "year", value_parser = ["month", "quarter", "year", "all"])]
    by: String,
    /// One period, as 2026-09, 2026-Q3 or 2026; its length goes before --by.
    #[arg(long, value_parser = parse_period)]
    period: Option<Period>,
    /// Only this segment, as region=East.
    #[arg(long)]
    segment: Option<String>,
    /// A line for each segment of this split, and one for the whole they add up to.
    #[arg(long, conflicts_with = "segment")]
    split: Option<String>,
}

fn parse_period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "write 2026-09, 2026-Q3 or 2026".to_owned())
}

/// Bars, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    let edition = reader.edition().await?.ok_or(refresh::Error::NoEdition)?;
    let segment = args.segment.as_deref().unwrap_or_default();
    super::known_segment(&reader, segment).await?;
    let span = match args.period {
        Some(period) => Span::One(period),
        None => Granularity::from_name(&args.by).map_or(Span::All, Span::Latest),
    };
    let early =
        || anyhow::anyhow!("this edition was published before Kept looked for reasons; run `kept refresh`");
    if let Some(split) = &args.split {
        super::known_split(&reader, split).await?;
        let told = reader.split_reasons(span, split).await?.ok_or_else(early)?;
        if json {
            super::print_json(&told)?;
        } else {
            print!("{}", super::split::reasons(&told, reader.company().company.currency));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let reasons = reader.reasons(span, segment).await?.ok_or_else(early)?;
    if json {
        super::print_json(&reasons)?;
        return Ok(ExitCode::SUCCESS);
    }
    let nowhere = |_| String::new();
    let (stated, before) = (hub::reasons::said(&reasons, &nowhere), hub::reasons::before(&reasons, &nowhere));
    let told = report::reasons::Told {
        period: reasons.period,
        so_far: reasons
            .period
            .and_then(|period| (edition.as_of.plus(1) < period.end()).then_some(edition.as_of)),
        lost: reasons.lost_count,
        unknown: hub::reasons::unknown(&reasons),
        stated: &stated,
        before: &before,
    };
    println!("{}", report::reasons::terminal(&told, super::width()));
    println!("edition {}, books to {}", edition.edition, edition.as_of);
    Ok(ExitCode::SUCCESS)
}
