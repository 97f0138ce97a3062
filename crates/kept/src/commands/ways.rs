//! `kept journey --tell …`: the ways through the journey, as tables.

use super::journey::{count, percent, span};
use crate::table;
use refresh::Reader;
use refresh::view::journey::share;
use refresh::view::paths::{Aim, Goal};
use refresh::view::ways::{Around, Credit, Designed, Neighbour, Stop};
use report::number;
use std::process::ExitCode;

/// Paths told of each aim.
const PATHS: usize = 5;

/// Tables, or JSON: `paths`, `steps` around a touchpoint by key, `credit`, else against the design.
pub(super) async fn run(reader: &Reader, tell: &str, at: &str, json: bool) -> anyhow::Result<ExitCode> {
    let (name, value, text) = match tell {
        "steps" => {
            let around = reader.steps(at).await?;
            let text = around.as_ref().map_or_else(|| "nothing has happened yet\n".to_owned(), steps);
            ("steps", serde_json::to_value(around)?, text)
        }
        "paths" => {
            let goals = reader.paths().await?;
            let text = goals.iter().map(paths).collect::<Vec<_>>().join("\n");
            ("paths", serde_json::to_value(goals)?, text)
        }
        "credit" => {
            let credits = reader.credit().await?;
            let text = credits.iter().filter(|one| one.bought > 0).map(credit).collect::<Vec<_>>().join("\n");
            ("credit", serde_json::to_value(credits)?, text)
        }
        _ => {
            let told = reader.designed().await?;
            let text = told.as_ref().map_or_else(
                || "no journey is designed; write designed = \"visit*, (order, delivery)+\" below [journey] in kept.toml, then kept refresh\n".to_owned(),
                designed,
            );
            ("designed", serde_json::to_value(told)?, text)
        }
    };
    if json {
        super::print_json(&serde_json::json!({name: value}))?;
    } else {
        print!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

fn steps(around: &Around) -> String {
    let name = |stop: &Stop| match stop {
        Stop::Touchpoint { name, .. } => name.clone(),
        Stop::Other => "other".to_owned(),
        Stop::Before => "(nothing yet)".to_owned(),
        Stop::Still => "(nothing since)".to_owned(),
        Stop::Left => "(left)".to_owned(),
    };
    let table = |title: &'static str, neighbours: &[Neighbour]| {
        let row = |one: &Neighbour| {
            vec![
                name(&one.stop),
                count(one.customers),
                percent(share(one.customers, around.at.customers)),
                span(one.wait.median_us),
            ]
        };
        let rows: Vec<Vec<String>> = neighbours.iter().map(row).collect();
        let head = [(title, false), ("customers", true), ("share", true), ("half within", true)];
        table::lines(&head, &rows)
    };
    format!(
        "{}: {} customers, by their first time there\n\n{}\n{}",
        around.at.name,
        count(around.at.customers),
        table("just before", &around.before),
        table("just after", &around.after)
    )
}

fn paths(goal: &Goal) -> String {
    let title = match goal.aim {
        Aim::FirstPurchase => "to the first purchase",
        Aim::NextPurchase => "to the next purchase",
        Aim::Leaving => "to leaving",
    };
    let rows: Vec<Vec<String>> = goal
        .frequent
        .iter()
        .take(PATHS)
        .map(|way| {
            let steps =
                if way.steps.is_empty() { "(nothing between)".to_owned() } else { way.steps.join(" → ") };
            vec![steps, count(way.customers), number::span(way.mean_us), percent(Some(way.share))]
        })
        .collect();
    let head = [(title, false), ("customers", true), ("mean time", true), ("reached so", true)];
    table::lines(&head, &rows)
}

fn credit(credit: &Credit) -> String {
    let title = if credit.aim == Aim::FirstPurchase { "first purchases" } else { "further purchases" };
    let whole = |part: f64| number::count(part.round() as i64);
    let mut rows: Vec<Vec<String>> = credit
        .rows
        .iter()
        .map(|row| vec![row.name.clone(), whole(row.shapley), whole(row.markov), percent(Some(row.removal))])
        .collect();
    rows.push(vec!["(none met)".to_owned(), count(credit.direct), count(credit.direct), "–".to_owned()]);
    let head = [(title, false), ("Shapley", true), ("removal", true), ("lost without it", true)];
    table::lines(&head, &rows)
}

fn designed(told: &Designed) -> String {
    let rows: Vec<Vec<String>> = told
        .deviations
        .iter()
        .map(|one| {
            let what = if one.skipped { "passed over" } else { "met where not designed" };
            vec![
                one.name.clone(),
                one.owner.clone(),
                what.to_owned(),
                count(one.customers),
                percent(share(one.customers, told.compared)),
            ]
        })
        .collect();
    let head =
        [("touchpoint", false), ("owner", false), ("deviation", false), ("customers", true), ("share", true)];
    format!(
        "{}\n{} of {} customers compared walk so ({}); mean fitness {}; {} not compared\n\n{}",
        told.line,
        count(told.as_designed),
        count(told.compared),
        percent(share(told.as_designed, told.compared)),
        percent(told.fitness),
        count(told.passed_over),
        table::lines(&head, &rows)
    )
}
