//! The steps around every touchpoint, as rows of their table.

use super::tables::{Cell, Row, put};
use crate::error::Error;
use ::journey::{Flow, NONE, Place, Steps};
use lake::{Lake, tables};

/// Steps looked back and ahead.
pub(super) const REACH: u8 = 3;

/// Stands for nothing further where the customer was lost.
const LEFT: u16 = NONE - 1;

/// All touchpoints.
pub(super) fn anchors(touchpoints: usize) -> Vec<u16> {
    (0..touchpoints as u16).collect()
}

/// Writes the table of steps.
pub(super) async fn write(lake: &Lake, edition: u64, anchors: &[u16], around: &Steps) -> Result<(), Error> {
    let rows: Vec<Row> = anchors
        .iter()
        .flat_map(|anchor| around.flows(*anchor).into_iter().map(|flow| row(*anchor, flow)))
        .collect();
    put(lake, edition, &tables::journey_steps(), &rows).await
}

fn row(anchor: u16, flow: Flow) -> Row {
    vec![
        Cell::Code(anchor),
        Cell::Step(flow.step),
        Cell::Code(code(flow.from)),
        Cell::Code(code(flow.to)),
        Cell::Count(flow.customers),
    ]
}

const fn code(place: Place) -> u16 {
    match place {
        Place::Touchpoint(code) => code,
        Place::Left => LEFT,
        Place::Before | Place::Still | Place::Other => NONE,
    }
}

/// The place that a code stands for, before or after a step.
pub(crate) const fn place(code: u16, is_from: bool) -> Place {
    match (code, is_from) {
        (NONE, true) => Place::Before,
        (NONE, false) => Place::Still,
        (LEFT, false) => Place::Left,
        (code, _) => Place::Touchpoint(code),
    }
}
