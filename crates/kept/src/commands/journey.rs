//! `kept journey`: what customers live through, as tables.

use crate::table;
use anyhow::Context;
use model::Day;
use refresh::view::journey::{Journey, Scorecard, Span, Who, share};
use report::number;
use std::path::Path;
use std::process::ExitCode;

/// Tells what customers live through: touchpoints, the ways between them, and who left after what.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept journey\n  kept journey --show left --segment region=North\n  kept journey --show difference\n  kept journey --from 2026-01-01 --to 2026-03-31\n  kept journey --scorecard\n  kept journey --tell steps --at delivery\n  kept journey --tell designed\n  kept journey --json | jq '.journey.edges[0]'"
)]
pub(crate) struct Args {
    /// Whom: all, stayed, left, or difference (those who left against those who stayed).
    #[arg(long, default_value = "all", value_parser = ["all", "stayed", "left", "difference"])]
    show: String,
    /// Only this segment of the first split, as region=East.
    #[arg(long)]
    segment: Option<String>,
    /// Only what happened from this day on, as 2026-01-31; walks the whole timeline.
    #[arg(long, conflicts_with_all = ["show", "segment", "scorecard"])]
    from: Option<String>,
    /// Only what happened up to this day.
    #[arg(long, conflicts_with_all = ["show", "segment", "scorecard"])]
    to: Option<String>,
    /// Instead of the map: the paths to a purchase and to leaving; the steps before and after the first time at a
    /// touchpoint; how many walk as designed in kept.toml; the credit of touchpoints for purchases.
    #[arg(long, value_parser = ["paths", "steps", "designed", "credit"], conflicts_with_all = ["show", "segment", "scorecard"])]
    tell: Option<String>,
    /// With --tell steps: the touchpoint, by its id; that of most customers without one.
    #[arg(long, requires = "tell", default_value = "", hide_default_value = true)]
    at: String,
    /// The scorecard of touchpoints instead of the map.
    #[arg(long)]
    scorecard: bool,
    /// Ways listed; JSON gives all.
    #[arg(long, default_value_t = 20)]
    ways: usize,
}

/// Tables, or JSON.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let reader = super::reader(home).await?;
    if let Some(tell) = &args.tell {
        return super::ways::run(&reader, tell, &args.at, json).await;
    }
    if args.from.is_some() || args.to.is_some() {
        let (from, to) = (day(args.from.as_deref())?, day(args.to.as_deref())?);
        let (from, to) = (from.unwrap_or(Day(i32::MIN)), to.unwrap_or(Day(i32::MAX)));
        anyhow::ensure!(from <= to, "--from lies after --to");
        let journey = reader.journey_between(Span { first: from, last: to }).await?;
        if json {
            super::print_json(&serde_json::json!({"journey": journey}))?;
        } else {
            print!("{}", map(&journey, args.ways));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let segment = args.segment.as_deref().unwrap_or_default();
    if !segment.is_empty() {
        let segments = reader.journey_segments().await?;
        if !segments.iter().any(|known| known == segment) {
            let near = model::suggest::hint(segment, segments.iter().map(String::as_str));
            anyhow::bail!(
                "there is no journey of a segment `{segment}`{near}; known: {}",
                segments.join(", ")
            );
        }
    }
    if args.scorecard {
        let card = reader.scorecard(segment).await?;
        if json {
            super::print_json(&serde_json::json!({"scorecard": card}))?;
        } else {
            print!("{}", scorecard(&card));
        }
        return Ok(ExitCode::SUCCESS);
    }
    // Those who left carry the comparison with those who stayed.
    let journey = reader.journey(segment, Who::from_name(&args.show).unwrap_or(Who::Left)).await?;
    if json {
        super::print_json(&serde_json::json!({"journey": journey}))?;
    } else if args.show == "difference" {
        print!("{}", compared(&journey));
    } else {
        print!("{}", map(&journey, args.ways));
    }
    Ok(ExitCode::SUCCESS)
}

fn day(text: Option<&str>) -> anyhow::Result<Option<Day>> {
    let parsed =
        |text: &str| Day::parse(text).with_context(|| format!("`{text}` is no day; write it as 2026-12-31"));
    text.map(parsed).transpose()
}

pub(super) fn count(number: u64) -> String {
    number::count(i64::try_from(number).unwrap_or(i64::MAX))
}

pub(super) fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), number::percent)
}

pub(super) fn span(us: Option<f64>) -> String {
    us.map_or_else(|| "–".to_owned(), number::span)
}

fn map(journey: &Journey, ways: usize) -> String {
    let name = |at: usize| journey.touchpoints[at].name.clone();
    let touchpoints: Vec<Vec<String>> = journey
        .touchpoints
        .iter()
        .filter(|one| one.customers > 0)
        .map(|one| {
            vec![
                one.name.clone(),
                journey.departments[one.department].name.clone(),
                journey.stages[one.stage].name.clone(),
                count(one.customers),
                percent(share(one.failed, one.customers)),
                count(one.ends),
            ]
        })
        .collect();
    let head = [
        ("touchpoint", false),
        ("owner", false),
        ("stage", false),
        ("customers", true),
        ("failed", true),
        ("last", true),
    ];
    let mut told = table::lines(&head, &touchpoints) + "\n";
    let rows: Vec<Vec<String>> = journey
        .edges
        .iter()
        .take(ways)
        .map(|edge| {
            let across = journey.touchpoints[edge.from].department != journey.touchpoints[edge.to].department;
            vec![
                format!("{} → {}", name(edge.from), name(edge.to)),
                if across { "across" } else { "" }.to_owned(),
                count(edge.customers),
                span(edge.wait.median_us),
                span(edge.wait.p90_us),
            ]
        })
        .collect();
    let head = [
        ("way", false),
        ("border", false),
        ("customers", true),
        ("half within", true),
        ("nine of ten", true),
    ];
    told += &table::lines(&head, &rows);
    let rest = journey.edges.len().saturating_sub(ways);
    if rest == 0 {
        return told;
    }
    told + &format!("and {} further ways (--ways {})\n", count(rest as u64), journey.edges.len())
}

fn compared(journey: &Journey) -> String {
    let landmark = journey.landmark;
    let rows: Vec<Vec<String>> = journey
        .compared
        .iter()
        .filter(|one| one.odds_ratio.is_some())
        .map(|one| {
            let met = match one.met.as_str() {
                "failure" => format!("failed at {}", one.name),
                "hand_off" => format!("{} → {}", one.name, one.to_name),
                _ => one.name.clone(),
            };
            let real =
                |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
            vec![
                met,
                count(one.left_customers),
                count(one.stayed_customers),
                percent(one.left_share),
                percent(one.others_share),
                real(one.odds_ratio),
                format!("{}–{}", real(one.low), real(one.high)),
                percent(one.fdr),
            ]
        })
        .collect();
    let head = [
        ("met before", false),
        ("left", true),
        ("stayed", true),
        ("left after it", true),
        ("others", true),
        ("odds", true),
        ("95 %", true),
        ("false alarms", true),
    ];
    format!(
        "active on {} and {} days before it, each {} days apart; left: lost within {} days; met in the {} days before\n\n{}",
        landmark.day,
        landmark.landmarks.saturating_sub(1),
        landmark.horizon_days,
        landmark.horizon_days,
        landmark.look_back_days,
        table::lines(&head, &rows)
    )
}

fn scorecard(card: &Scorecard) -> String {
    let whole = &card.whole;
    let rows: Vec<Vec<String>> = card
        .rows
        .iter()
        .map(|row| {
            let facts = &row.facts;
            vec![
                row.name.clone(),
                row.owner.clone(),
                count(facts.met),
                count(facts.events),
                percent(share(facts.failures, facts.events)),
                span(facts.wait.median_us),
                span(facts.wait.p90_us),
                percent(share(facts.contacts_left, facts.contacts_followed)),
                percent(share(facts.failures_left, facts.failures_followed)),
                percent(share(facts.recent_unharmed, facts.recent)),
            ]
        })
        .collect();
    let head = [
        ("touchpoint", false),
        ("owner", false),
        ("customers", true),
        ("events", true),
        ("failed", true),
        ("half waited", true),
        ("nine of ten", true),
        ("left after", true),
        ("after failure", true),
        ("unharmed", true),
    ];
    let index = percent(share(whole.recent_unharmed, whole.recent));
    format!("{}\nwhole experience: nothing failed {index} in the last 90 days\n", table::lines(&head, &rows))
}
