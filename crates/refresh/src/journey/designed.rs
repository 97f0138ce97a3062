//! How customers walk against the designed journey of the config, as rows of their tables.

use super::tables::{Cell, Row, put};
use crate::error::Error;
use ::journey::{Conformance, Design, Move, NONE, Plan, Strictness, Variants, Who};
use lake::{Lake, tables};
use model::config::Config;
use model::config::design::Part;

/// Whole ways that are compared, those of most customers first; the coverage says how many customers that leaves out.
const COMPARED: usize = 20_000;
/// A whole way that takes more states than this is not compared.
const STATES: usize = 20_000;

/// Writes the tables; empty without a design.
pub(super) async fn write(
    lake: &Lake,
    edition: u64,
    config: &Config,
    variants: &Variants,
) -> Result<(), Error> {
    let (mut rows, mut ways, mut follows): (Vec<Row>, Vec<Row>, Vec<Row>) = <_>::default();
    if let Some(part) = config.journey.part(&config.touchpoints) {
        let plan = plan(&part);
        let design = Design::new(&plan)?;
        let told = conformance(config, &design, variants);
        rows = figures(&told, &design);
        ways = told.deviations().iter().flat_map(|(step, who)| ways_of(what(*step), who)).collect();
        ways.extend(ways_of(("as_designed", NONE), told.as_designed()));
        follows = ::journey::follows(&plan)
            .into_iter()
            .map(|(from, to)| vec![Cell::Code(from), Cell::Code(to)])
            .collect();
    }
    put(lake, edition, &tables::journey_conformance(), &rows).await?;
    put(lake, edition, &tables::journey_conformance_ways(), &ways).await?;
    put(lake, edition, &tables::journey_designed(), &follows).await
}

fn conformance(config: &Config, design: &Design, variants: &Variants) -> Conformance {
    let strictness = if config.journey.strict { Strictness::Everything } else { Strictness::NamedOnly };
    let mut told = Conformance::new(strictness, STATES);
    for (at, variant) in variants.top(usize::MAX).iter().enumerate() {
        if at < COMPARED { told.add(design, variant) } else { told.pass_over(variant) }
    }
    told
}

fn figures(told: &Conformance, design: &Design) -> Vec<Row> {
    let row = |(what, touchpoint): (&str, u16), fitness: Option<f64>, customers: u64| {
        vec![Cell::Text(what.to_owned()), Cell::Code(touchpoint), Cell::Real(fitness), Cell::Count(customers)]
    };
    let aligned = told.aligned().customers;
    let mut rows = vec![
        row(("aligned", NONE), (aligned > 0).then(|| told.fitness(design)), aligned),
        row(("unaligned", NONE), None, told.unaligned().customers),
        row(("as_designed", NONE), None, told.as_designed().customers),
    ];
    rows.extend(told.deviations().iter().map(|(step, who)| row(what(*step), None, who.customers)));
    rows
}

const fn what(step: Move) -> (&'static str, u16) {
    match step {
        Move::Skipped(touchpoint) => ("skipped", touchpoint),
        Move::Unplanned(touchpoint) => ("unplanned", touchpoint),
        Move::AsDesigned(touchpoint) => ("as_designed", touchpoint),
    }
}

fn ways_of((what, touchpoint): (&'static str, u16), who: &Who) -> impl Iterator<Item = Row> {
    let row = move |key: &u128| {
        vec![Cell::Text(what.to_owned()), Cell::Code(touchpoint), Cell::Text(format!("{key:032x}"))]
    };
    who.variants.iter().map(row)
}

/// The config's line as a plan; touchpoints of the config have their position as code.
fn plan(part: &Part) -> Plan {
    let all = |parts: &[Part]| parts.iter().map(plan).collect();
    match part {
        Part::Touchpoint(at) => Plan::Touchpoint(*at as u16),
        Part::Sequence(parts) => Plan::Sequence(all(parts)),
        Part::Choice(parts) => Plan::Choice(all(parts)),
        Part::Parallel(parts) => Plan::Parallel(all(parts)),
        Part::Perhaps(part) => Plan::Choice(vec![plan(part), Plan::Nothing]),
        Part::Again(part) => Plan::Loop(Box::new(plan(part)), Box::new(Plan::Nothing)),
    }
}
