//! What was counted, as rows of the tables of the journey.

use super::Group;
use super::setting::{Days, Side};
use crate::error::Error;
use ::journey::{
    Chains, Compared, Contrast, Exposure, Facts, Followed, Funnel, MARKS, Map, NONE, Scorecard, Spread,
    Variants,
};
use arrow::array::{
    ArrayRef, Date32Array, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    UInt16Array, UInt32Array, UInt64Array,
};
use lake::tables::{self, Table};
use lake::{Lake, Mode};
use std::sync::Arc;

/// The most frequent variants told of each group.
const VARIANTS: usize = 50;
/// `variants_of_most`: the variants that so large a share of customers went.
const MOST: f64 = 0.8;

/// Of a chain at least so many customers were failed twice.
const CHAINED: u64 = 5;

/// One value of a row.
pub(super) enum Cell {
    Text(String),
    Code(u16),
    Step(i8),
    Ordinal(u32),
    Day(i32),
    Count(u64),
    Real(Option<f64>),
    /// UTC microseconds.
    Instant(Option<i64>),
}

pub(super) type Row = Vec<Cell>;

/// Writes all tables.
pub(super) async fn write(
    lake: &Lake,
    edition: u64,
    days: Days,
    side: &Side,
    groups: &[Group],
    contrasts: &[(&str, Contrast)],
    chains: &Chains,
) -> Result<(), Error> {
    let rows = |of: fn(&Side, &Group) -> Vec<Row>| -> Vec<Row> {
        groups.iter().flat_map(|group| of(side, group).into_iter().map(|row| of_group(group, row))).collect()
    };
    let compared = contrasts.iter().flat_map(|(segment, contrast)| {
        contrast.compared().into_iter().map(|one| {
            let mut row = vec![Cell::Text((*segment).to_owned()), Cell::Text("all".to_owned())];
            row.extend(compared(&one));
            row
        })
    });
    let all = [
        (tables::journey(), groups.iter().map(|group| of_group(group, whole(days, group))).collect()),
        (tables::journey_nodes(), rows(nodes)),
        (tables::journey_edges(), rows(edges)),
        (tables::journey_variants(), rows(variants)),
        (tables::journey_compared(), compared.collect()),
        (tables::journey_chains(), chained(chains)),
        (tables::hand_offs(), rows(hand_offs)),
        (tables::funnel(), rows(funnel)),
        (tables::touchpoint_facts(), rows(facts)),
        (tables::touchpoint_months(), rows(months)),
    ];
    for (table, rows) in all {
        put(lake, edition, &table, &rows).await?;
    }
    Ok(())
}

/// What was walked in a span of time, as the tables would have it of the whole.
pub(crate) struct Walked {
    pub(crate) totals: RecordBatch,
    pub(crate) nodes: RecordBatch,
    pub(crate) edges: RecordBatch,
    pub(crate) hand_offs: RecordBatch,
    pub(crate) variants: RecordBatch,
    pub(crate) funnel: RecordBatch,
}

impl Walked {
    /// Of a map whose touchpoints failed so many customers in so many events.
    pub(crate) fn of(
        side: &Side,
        days: Days,
        (map, (variants, funnel)): &(Map, (Variants, Funnel)),
        failed: &[[u64; 2]],
    ) -> Result<Self, Error> {
        let of_whole = |table: Table, rows: Vec<Row>| {
            let whole = || [String::new(), "all".to_owned()].map(Cell::Text).into_iter();
            let rows: Vec<Row> = rows.into_iter().map(|row| whole().chain(row).collect()).collect();
            batch(&table, &rows)
        };
        Ok(Self {
            totals: of_whole(tables::journey(), vec![whole_of(days, map, variants)])?,
            nodes: of_whole(tables::journey_nodes(), nodes_of(map, failed.iter().copied()))?,
            edges: of_whole(tables::journey_edges(), edges_of(map))?,
            hand_offs: of_whole(tables::hand_offs(), hand_offs_of(side, map))?,
            variants: of_whole(tables::journey_variants(), variants_of(variants))?,
            funnel: of_whole(tables::funnel(), funnel_of(side, funnel))?,
        })
    }
}

/// Writes one table.
pub(super) async fn put(lake: &Lake, edition: u64, table: &Table, rows: &[Row]) -> Result<(), Error> {
    let key = format!("edition {edition}: {}", table.name);
    lake.put(table, Mode::Replace, &key, &[batch(table, rows)?]).await?;
    Ok(())
}

fn of_group(group: &Group, row: Row) -> Row {
    let mut told = vec![Cell::Text(group.segment.clone()), Cell::Text(group.who.name().to_owned())];
    told.extend(row);
    told
}

/// Rows as columns; every row has the cells that the table asks for.
fn batch(table: &Table, rows: &[Row]) -> Result<RecordBatch, Error> {
    let columns = table.schema.fields().iter().enumerate().map(|(at, field)| {
        let cells = || rows.iter().filter_map(|row| row.get(at));
        let column: ArrayRef = match field.data_type() {
            arrow::datatypes::DataType::Utf8 => Arc::new(StringArray::from_iter_values(
                cells().filter_map(|cell| if let Cell::Text(text) = cell { Some(text) } else { None }),
            )),
            arrow::datatypes::DataType::UInt16 => Arc::new(UInt16Array::from_iter_values(
                cells().filter_map(|cell| if let Cell::Code(code) = cell { Some(*code) } else { None }),
            )),
            arrow::datatypes::DataType::Int32 => {
                Arc::new(Int32Array::from_iter_values(cells().filter_map(|cell| {
                    if let Cell::Step(step) = cell { Some(i32::from(*step)) } else { None }
                })))
            }
            arrow::datatypes::DataType::UInt32 => Arc::new(UInt32Array::from_iter_values(
                cells().filter_map(|cell| if let Cell::Ordinal(code) = cell { Some(*code) } else { None }),
            )),
            arrow::datatypes::DataType::Date32 => Arc::new(Date32Array::from_iter_values(
                cells().filter_map(|cell| if let Cell::Day(day) = cell { Some(*day) } else { None }),
            )),
            arrow::datatypes::DataType::Timestamp(..) => Arc::new(
                cells()
                    .filter_map(|cell| if let Cell::Instant(at) = cell { Some(*at) } else { None })
                    .collect::<TimestampMicrosecondArray>()
                    .with_timezone("UTC"),
            ),
            arrow::datatypes::DataType::Float64 => Arc::new(
                cells()
                    .filter_map(|cell| if let Cell::Real(real) = cell { Some(*real) } else { None })
                    .collect::<Float64Array>(),
            ),
            _ => Arc::new(UInt64Array::from_iter_values(
                cells().filter_map(|cell| if let Cell::Count(count) = cell { Some(*count) } else { None }),
            )),
        };
        column
    });
    Ok(RecordBatch::try_new(Arc::clone(&table.schema), columns.collect())?)
}

fn chained(chains: &Chains) -> Vec<Row> {
    let row = |chain: &::journey::Chain| {
        let mut row: Row = vec![Cell::Text(String::new()), Cell::Text("all".to_owned())];
        row.extend([chain.from, chain.to].map(Cell::Code));
        let odds = chain.odds;
        row.extend([odds.ratio, odds.low, odds.high, odds.p, chain.fdr].map(|real| Cell::Real(Some(real))));
        row.extend(counts([chain.both, chain.first, chain.second, chain.neither]));
        row
    };
    chains.chains(CHAINED).iter().map(row).collect()
}

fn waits(spread: &Spread) -> [Cell; 3] {
    [spread.median_us(), spread.quantile_us(0.9), spread.mean_us()]
        .map(|us| Cell::Real(us.filter(|us| us.is_finite())))
}

fn counts<const N: usize>(counts: [u64; N]) -> [Cell; N] {
    counts.map(Cell::Count)
}

fn whole(days: Days, group: &Group) -> Row {
    let (map, (_, (variants, _))) = &group.seen;
    whole_of(days, map, variants)
}

fn whole_of(days: Days, map: &Map, variants: &Variants) -> Row {
    let transitions = map.edges().iter().map(|(_, edge)| edge.wait.count()).sum();
    let Days { landmark, landmarks, score } = days;
    let mut row: Row = vec![Cell::Day(landmark.day)];
    let lengths =
        [landmarks, landmark.look_back_days, landmark.horizon_days, score.follow_up_days, score.recent_days];
    row.extend(lengths.map(Cell::Code));
    row.extend(waits(map.durations()));
    row.extend(counts([
        map.customers(),
        map.events(),
        transitions,
        map.crossings(),
        variants.len() as u64,
        variants.covering(MOST) as u64,
    ]));
    row
}

fn nodes(_: &Side, group: &Group) -> Vec<Row> {
    let (map, (scorecard, _)) = &group.seen;
    let failed = |facts: &Facts| [facts.customers(::journey::Mark::Failed), facts.failures()];
    nodes_of(map, scorecard.facts().iter().map(failed))
}

/// Rows of `journey_nodes` without their group; with each touchpoint come the customers and events that failed there.
fn nodes_of(map: &Map, failed: impl Iterator<Item = [u64; 2]>) -> Vec<Row> {
    let row = |(code, (node, [failed, failures])): (usize, (&::journey::Node, [u64; 2]))| {
        let mut row = vec![Cell::Code(code as u16)];
        row.extend(counts([node.events, node.customers, node.starts, node.ends, node.repeaters]));
        row.extend(counts([failed, failures]));
        row
    };
    map.nodes().iter().zip(failed).enumerate().filter(|(_, (node, _))| node.events > 0).map(row).collect()
}

fn edges(_: &Side, group: &Group) -> Vec<Row> {
    edges_of(&group.seen.0)
}

fn edges_of(map: &Map) -> Vec<Row> {
    let row = |((from, to), edge): ((u16, u16), &::journey::Edge)| {
        let mut row = vec![Cell::Code(from), Cell::Code(to)];
        row.extend(waits(&edge.wait));
        row.extend(counts([edge.customers, edge.wait.count()]));
        row
    };
    map.edges().into_iter().map(row).collect()
}

fn variants(_: &Side, group: &Group) -> Vec<Row> {
    variants_of(&group.seen.1.1.0)
}

fn variants_of(variants: &Variants) -> Vec<Row> {
    let top = variants.top(VARIANTS);
    let row = |(at, variant): (usize, &::journey::Variant<'_>)| {
        let sequence: Vec<String> = variant.sequence.iter().map(u16::to_string).collect();
        vec![
            Cell::Ordinal(at as u32 + 1),
            Cell::Text(format!("{:032x}", variant.key)),
            Cell::Text(sequence.join(" ")),
            Cell::Ordinal(variant.exemplar),
            Cell::Real(Some(variant.duration_us as f64 / variant.customers.max(1) as f64)),
            Cell::Count(variant.customers),
        ]
    };
    top.iter().enumerate().map(row).collect()
}

fn compared(one: &Compared) -> Row {
    let (met, from, to) = match one.exposure {
        Exposure::Touchpoint(code) => ("touchpoint", code, NONE),
        Exposure::Failure(code) => ("failure", code, NONE),
        Exposure::HandOff(from, to) => ("hand_off", from, to),
    };
    let odds = one.odds;
    let quarters = one.quarters;
    let mut row = vec![Cell::Text(met.to_owned()), Cell::Code(from), Cell::Code(to)];
    row.extend([odds.map(|o| o.ratio), odds.map(|o| o.low), odds.map(|o| o.high)].map(Cell::Real));
    row.extend([odds.map(|o| o.p), one.fdr, one.left_share, one.others_share].map(Cell::Real));
    row.extend(counts([quarters.met_left, quarters.met_stayed, quarters.unmet_left, quarters.unmet_stayed]));
    row.extend(counts([one.left_customers, one.stayed_customers]));
    row
}

fn hand_offs(side: &Side, group: &Group) -> Vec<Row> {
    hand_offs_of(side, &group.seen.0)
}

fn hand_offs_of(side: &Side, map: &Map) -> Vec<Row> {
    let name = |code: u16| Cell::Text(side.department(code).to_owned());
    let row = |((from, to), hand_off): ((u16, u16), ::journey::HandOff)| {
        let mut row = vec![name(from), name(to)];
        row.extend(waits(&hand_off.wait));
        row.extend(counts([hand_off.customers, hand_off.wait.count()]));
        row
    };
    map.hand_offs().into_iter().map(row).collect()
}

fn funnel(side: &Side, group: &Group) -> Vec<Row> {
    funnel_of(side, &group.seen.1.1.1)
}

fn funnel_of(side: &Side, funnel: &Funnel) -> Vec<Row> {
    let steps = side.steps();
    let row = |(at, (stage, step)): (usize, (&u16, &::journey::Step))| {
        let stage = side.stages.get(usize::from(*stage)).cloned().unwrap_or_default();
        let mut row = vec![Cell::Code(at as u16 + 1), Cell::Text(stage)];
        row.extend(waits(&step.wait));
        row.push(Cell::Count(step.customers));
        row
    };
    steps.iter().zip(funnel.steps()).enumerate().map(row).collect()
}

fn facts(_: &Side, group: &Group) -> Vec<Row> {
    let scorecard = &group.seen.1.0;
    let row = |(code, facts): (usize, &Facts)| {
        let mut row = vec![Cell::Code(code as u16)];
        row.extend(waits(&facts.wait));
        row.extend(counts([facts.events, facts.failures(), facts.wait.count()]));
        row.extend(followed(facts.followed));
        row.extend(MARKS.map(|mark| Cell::Count(facts.customers(mark))));
        row
    };
    let there = scorecard.facts().iter().enumerate().filter(|(_, facts)| facts.events > 0);
    there.map(row).chain([experience(scorecard)]).collect()
}

/// The row of the whole experience.
fn experience(scorecard: &Scorecard) -> Row {
    let mut row = vec![Cell::Code(NONE)];
    row.extend(waits(&Spread::default()));
    let sum = |of: fn(&Facts) -> u64| scorecard.facts().iter().map(of).sum();
    row.extend(counts([sum(|facts| facts.events), sum(Facts::failures), sum(|facts| facts.wait.count())]));
    let mut all = Followed::default();
    scorecard.facts().iter().for_each(|facts| all.add(facts.followed));
    row.extend(followed(all));
    row.extend(MARKS.map(|mark| Cell::Count(scorecard.whole(mark))));
    row
}

fn followed(contacts: Followed) -> [Cell; 4] {
    let Followed { events, left, failures, failures_left } = contacts;
    counts([events, left, failures, failures_left])
}

fn months(_: &Side, group: &Group) -> Vec<Row> {
    let row = |((month, touchpoint), cell): ((model::Day, u16), ::journey::Monthly)| {
        let mut row = vec![Cell::Day(month.0), Cell::Code(touchpoint)];
        row.extend(counts([cell.customers, cell.events, cell.failures]));
        row
    };
    group.seen.1.0.months().into_iter().map(row).collect()
}
