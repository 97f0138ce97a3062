//! The paths to purchases and to leaving, and the credit of touchpoints for purchases, as rows of their tables.

use super::tables::{Cell, Row, put};
use crate::error::Error;
use ::journey::{Close, Credit, Leg, NONE, Path, PathOrder, Paths, Share};
use lake::{Lake, tables};

/// Paths told of each goal and order.
const PATHS: usize = 20;

/// Where paths lead, with their names in tables.
const GOALS: [(Leg, Close, &str); 3] = [
    (Leg::First, Close::Bought, "first_purchase"),
    (Leg::Again, Close::Bought, "next_purchase"),
    (Leg::Again, Close::Left, "leaving"),
];

/// Writes the tables of paths.
pub(super) async fn write(lake: &Lake, edition: u64, paths: &Paths, credits: &[Credit]) -> Result<(), Error> {
    let goals = GOALS.iter().map(|(leg, close, name)| {
        let ends = paths.ends(*leg);
        let mut row = vec![Cell::Text((*name).to_owned()), Cell::Count(ends[*close as usize])];
        row.extend(ends.map(Cell::Count));
        row
    });
    put(lake, edition, &tables::journey_goals(), &goals.collect::<Vec<_>>()).await?;
    let mut rows = Vec::new();
    for (leg, close, name) in GOALS {
        for (order, by) in [(PathOrder::Frequent, "frequent"), (PathOrder::Valuable, "valuable")] {
            let top = paths.top(leg, close, order, PATHS);
            rows.extend(top.iter().enumerate().map(|(at, path)| row(name, by, at, close, path)));
        }
    }
    put(lake, edition, &tables::journey_paths(), &rows).await?;
    let credited = GOALS.iter().zip(credits).flat_map(|((_, _, goal), credit)| credited(goal, credit));
    put(lake, edition, &tables::journey_credit(), &credited.collect::<Vec<_>>()).await
}

/// Those with credit, then purchases that nobody gets credit for.
fn credited(goal: &str, credit: &Credit) -> Vec<Row> {
    let (credits, bought) = (credit.counts().credits(), credit.counts().bought());
    let row = |touchpoint: u16, figures: [f64; 4]| {
        let mut row = vec![Cell::Text(goal.to_owned()), Cell::Code(touchpoint)];
        row.extend(figures.map(|figure| Cell::Real(Some(figure))));
        row.push(Cell::Count(bought));
        row
    };
    let shares = credits.shares.iter().enumerate();
    let shares = shares.filter(|(_, share)| share.shapley_purchases > 0.0 || share.markov_purchases > 0.0);
    let figures =
        |share: &Share| [share.removal, share.markov_purchases, share.shapley_purchases, share.shapley_minor];
    let mut rows: Vec<Row> = shares.map(|(code, share)| row(code as u16, figures(share))).collect();
    let (direct, direct_minor) = (credits.direct.0 as f64, credits.direct.1 as f64);
    rows.push(row(NONE, [0.0, direct, direct, direct_minor]));
    rows
}

fn row(goal: &str, by: &str, at: usize, close: Close, path: &Path<'_>) -> Row {
    let ended = path.ended(close);
    let sequence: Vec<String> = path.sequence.iter().map(u16::to_string).collect();
    let mean_us = ended.duration_us as f64 / ended.walks.max(1) as f64;
    vec![
        Cell::Text(goal.to_owned()),
        Cell::Text(by.to_owned()),
        Cell::Ordinal(at as u32 + 1),
        Cell::Text(format!("{:032x}", path.key)),
        Cell::Text(sequence.join(" ")),
        Cell::Ordinal(ended.exemplar.unwrap_or_default()),
        Cell::Real(Some(mean_us)),
        Cell::Real(Some(ended.value_minor as f64)),
        Cell::Real(Some(path.share(close))),
        Cell::Count(ended.walks),
        Cell::Count(ended.customers),
    ]
}
