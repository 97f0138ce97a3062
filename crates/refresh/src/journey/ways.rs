//! The paths to purchases and to leaving, as rows of their tables.

use super::tables::{Cell, Row, put};
use crate::error::Error;
use ::journey::{Close, Leg, Path, PathOrder, Paths};
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
pub(super) async fn write(lake: &Lake, edition: u64, paths: &Paths) -> Result<(), Error> {
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
    put(lake, edition, &tables::journey_paths(), &rows).await
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
