//! Reading the journey of a group of customers, the scorecard, and the lists behind their numbers.

use super::{Current, Reader};
use crate::error::Error;
use crate::journey::promised;
use crate::journey::setting::{self, Before, Days, Failures, Side};
use crate::journey::tables::Walked;
use crate::view::journey::{
    Chain, Compared, Counted, Edge, HandOff, Journey, Landmark, Named, Number, Span, Step, Totals,
    Touchpoint, Variant, Wait, Who,
};
use ::journey::{
    Behind, Between, Close, Columns, Exposure, Fates, Funnel, Life, List, Map, Mark, NONE, OneQuarter,
    Scorecard, State, Variants, Walk,
};
use arrow::array::{Array, Float64Array, RecordBatch, StringArray, UInt16Array, UInt32Array, UInt64Array};
use lake::{column, quoted};
use model::config::Config;
use model::{Day, Granularity, Period};
use std::sync::Arc;

/// A side table with what is shown of it.
pub(super) struct Legend {
    pub(super) side: Side,
    pub(super) departments: Vec<Named>,
    pub(super) stages: Vec<Named>,
    /// Name in links, by touchpoint code.
    pub(super) keys: Vec<String>,
}

impl Legend {
    fn named(ids: &[String], shown: &dyn Fn(&str) -> Option<String>) -> Vec<Named> {
        let named =
            ids.iter().map(|id| Named { id: id.clone(), name: shown(id).unwrap_or_else(|| id.clone()) });
        named.chain([Named { id: String::new(), name: String::new() }]).collect()
    }

    /// Index of a code, where none stands last.
    pub(super) fn index(code: u16, named: &[Named]) -> usize {
        usize::from(code).min(named.len() - 1)
    }

    pub(super) fn touchpoint(&self, key: &str) -> Result<u16, Error> {
        let found = self.keys.iter().position(|other| other == key);
        found.map(|at| at as u16).ok_or_else(|| Error::Asked(format!("There is no touchpoint `{key}`.")))
    }

    fn department(&self, id: &str) -> Result<u16, Error> {
        if id.is_empty() {
            return Ok(NONE);
        }
        let found = self.side.departments.iter().position(|other| other == id);
        found.map(|at| at as u16).ok_or_else(|| Error::Asked(format!("There is no department `{id}`.")))
    }

    fn step(&self, id: &str) -> Result<usize, Error> {
        let steps = self.side.steps();
        let found = steps.iter().position(|stage| self.side.stages[usize::from(*stage)] == id);
        found.ok_or_else(|| Error::Asked(format!("No touchpoint belongs to a stage `{id}`.")))
    }
}

impl Reader {
    pub(super) async fn legend(&self, current: &Current) -> Result<Legend, Error> {
        let config = self.company();
        let side = Side::read(&current.view, config).await?;
        let department = |id: &str| {
            config.departments.iter().find(|one| one.id.get_ref() == id).map(|one| one.name.clone())
        };
        let stage =
            |id: &str| config.stages.iter().find(|one| one.id.get_ref() == id).map(|one| one.name.clone());
        let departments = Legend::named(&side.departments, &department);
        let stages = Legend::named(&side.stages, &stage);
        let ids: Vec<&String> = side.names.iter().map(|[id, ..]| id).collect();
        let key = |(code, id): (usize, &&String)| {
            let twice = ids.iter().filter(|other| *other == id).count() > 1;
            if twice { format!("{id}#{code}") } else { (*id).clone() }
        };
        let keys = ids.iter().enumerate().map(key).collect();
        Ok(Legend { side, departments, stages, keys })
    }

    /// The journey of a group; an empty segment tells the whole.
    pub async fn journey(&self, segment: &str, who: Who) -> Result<Journey, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let group = format!("segment = {} and who = {}", quoted(segment), quoted(who.name()));
        let read = |sql: String| {
            let view = &current.view;
            async move { view.table(&sql).await }
        };
        let of = |table: &str, order: &str| format!("select * from {table} where {group} order by {order}");
        let nodes = read(of("journey_nodes", "touchpoint")).await?;
        let touchpoints = touchpoints(&legend, &nodes)?;
        let edges = read(of("journey_edges", "customers desc, from_touchpoint, to_touchpoint")).await?;
        let days = Days::read(&current.view, current.edition.as_of).await?;
        let compared = format!(
            "select * from journey_compared where segment = {} order by fdr, odds_ratio desc, met, from_code, to_code",
            quoted(segment)
        );
        Ok(Journey {
            segment: segment.to_owned(),
            who,
            span: None,
            landmark: told_landmark(days),
            totals: totals(&read(of("journey", "who")).await?)?,
            edges: edges_of(&edges)?,
            hand_offs: hand_offs(&read(of("hand_offs", "from_department, to_department")).await?, &legend)?,
            variants: current.variants(&read(of("journey_variants", "place")).await?, &legend).await?,
            funnel: funnel(&read(of("funnel", "step")).await?, &legend)?,
            compared: compared_of(&read(compared).await?, &legend)?,
            chains: chains_of(&read(of("journey_chains", "fdr, low desc")).await?)?,
            departments: legend.departments,
            stages: legend.stages,
            touchpoints,
        })
    }

    /// The journey of everybody from one day to another, both included: what happened before and after is as if it had
    /// not. Walks the whole timeline. Without what compares those who left with those who stayed.
    pub async fn journey_between(&self, span: Span) -> Result<Journey, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let side = &legend.side;
        let count = side.touchpoints.len();
        let seen = (
            Map::new(Arc::clone(&side.touchpoints)),
            (Variants::default(), Funnel::new(Arc::clone(&side.touchpoints), &side.steps(), None)?),
        );
        let walk = Between::new(self.span_us(span), (seen, Failures::new(count)));
        let (seen, failures) =
            setting::stream(&current.ordered, count, walk, &mut |_| ()).await?.into_inner();
        let days = Days::read(&current.view, current.edition.as_of).await?;
        let walked = Walked::of(side, days, &seen, failures.by_touchpoint())?;
        let mut edges = edges_of(&walked.edges)?;
        edges.sort_by_key(|edge| (std::cmp::Reverse(edge.customers), edge.from, edge.to));
        let mut hand_offs = hand_offs(&walked.hand_offs, &legend)?;
        hand_offs.sort_by_key(|cell| [cell.from, cell.to].map(|at| legend.departments[at].id.clone()));
        Ok(Journey {
            segment: String::new(),
            who: Who::All,
            span: Some(span),
            landmark: told_landmark(days),
            totals: totals(&walked.totals)?,
            touchpoints: touchpoints(&legend, &walked.nodes)?,
            edges,
            hand_offs,
            variants: current.variants(&walked.variants, &legend).await?,
            funnel: funnel(&walked.funnel, &legend)?,
            compared: Vec::new(),
            chains: Vec::new(),
            departments: legend.departments,
            stages: legend.stages,
        })
    }

    /// The instants of a span of days.
    fn span_us(&self, Span { first, last }: Span) -> std::ops::Range<i64> {
        let zone = self.company().zone();
        first.start_us(&zone)..last.plus(1).start_us(&zone)
    }

    /// Names of the segments that have a journey of their own, ascending.
    pub async fn journey_segments(&self) -> Result<Vec<String>, Error> {
        let current = self.current().await?;
        let sql = "select distinct segment from journey where segment <> '' order by 1";
        let batch = current.view.table(sql).await?;
        Ok(column::<StringArray>(&batch, "segment")?.iter().flatten().map(str::to_owned).collect())
    }

    /// Codes of the customers that a number of the journey counts, of all segments.
    pub(super) async fn counted(
        &self,
        current: &Current,
        number: &Number,
        span: Option<Span>,
    ) -> Result<Vec<u32>, Error> {
        let legend = self.legend(current).await?;
        let as_of = current.edition.as_of;
        let days = Days::read(&current.view, as_of).await?;
        let (landmark, count) = (days.landmark, legend.side.touchpoints.len());
        let fates = Arc::new(setting::fates(&current.ordered).await?);
        let behind = match number.counted.promise() {
            Some(state) => promised(number, state, self.company(), as_of)?,
            None => match self.conforming(current, &legend, number).await? {
                Some(behind) => behind,
                None => behind(number, &legend, &fates, days)?,
            },
        };
        let list = List::new(behind);
        if let Some(span) = span {
            let list = Between::new(self.span_us(span), list);
            let list = setting::stream(&current.ordered, count, list, &mut |_| ()).await?;
            return Ok(list.into_inner().into_customers());
        }
        if number.who == Who::All || number.counted.is_over_landmarks() {
            let list = setting::stream(&current.ordered, count, list, &mut |_| ()).await?;
            return Ok(list.into_customers());
        }
        let only = Among { who: number.who, fates: &fates, landmark, walk: list };
        let walked =
            setting::stream(&current.ordered, count, Before::new(landmark, only), &mut |_| ()).await?;
        Ok(walked.into_inner().walk.into_customers())
    }
}

impl Reader {
    /// The ways behind a number of the designed journey; none for other numbers.
    async fn conforming(
        &self,
        current: &Current,
        legend: &Legend,
        number: &Number,
    ) -> Result<Option<Behind>, Error> {
        let (what, code) = match number.counted {
            Counted::AsDesigned => ("as_designed", NONE),
            Counted::Skipped => ("skipped", legend.touchpoint(&number.at)?),
            Counted::Unplanned => ("unplanned", legend.touchpoint(&number.at)?),
            _ => return Ok(None),
        };
        Ok(Some(Behind::AnyOf(Arc::new(current.conforming(what, code).await?))))
    }
}

fn told_landmark(Days { landmark, landmarks, .. }: Days) -> Landmark {
    Landmark {
        day: Day(landmark.day),
        landmarks,
        look_back_days: landmark.look_back_days,
        horizon_days: landmark.horizon_days,
    }
}

/// Walks only those who stayed, or left.
struct Among<'a, W> {
    who: Who,
    fates: &'a Fates,
    landmark: ::journey::Landmark,
    walk: W,
}

impl<W: Walk> Walk for Among<'_, W> {
    fn needs(&self) -> Columns {
        self.walk.needs()
    }

    fn life(&mut self, life: &Life<'_>) {
        if setting::is_among(self.who, self.fates, self.landmark, life.customer) {
            self.walk.life(life);
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), ::journey::Error> {
        self.walk.merge(other.walk)
    }
}

/// The key of a way or path in links.
pub(super) fn key(text: &str) -> Result<u128, Error> {
    u128::from_str_radix(text, 16).map_err(|_| Error::Asked(format!("There is no way `{text}`.")))
}

/// The walk that finds whom a promise was kept to, or not.
fn promised(number: &Number, state: State, config: &Config, as_of: Day) -> Result<Behind, Error> {
    let is_it = |at: &usize| config.promises[*at].id.get_ref() == &number.at;
    let rule = promised::measurable(config).iter().position(|(at, _)| is_it(at));
    let rule =
        rule.ok_or_else(|| Error::Asked(format!("There is no promise `{}` with a rule.", number.at)))?;
    let month = match number.to.as_str() {
        "" => None,
        text => match Period::parse(text).filter(|period| period.granularity == Granularity::Month) {
            None => return Err(Error::Asked(format!("`{text}` is no month; write 2026-10."))),
            Some(period) => Some(period.start()),
        },
    };
    Ok(Behind::Promise(Box::new(promised::promises(config, as_of)?), rule, month, state))
}

/// The walk that finds whom a number counts.
fn behind(number: &Number, legend: &Legend, fates: &Arc<Fates>, days: Days) -> Result<Behind, Error> {
    let Number { counted, at, to, .. } = number;
    let touchpoint = |key: &str| legend.touchpoint(key);
    let mark = |mark| {
        let place = if at.is_empty() { None } else { Some(touchpoint(at)?) };
        let count = legend.side.touchpoints.len();
        let scorecard = Scorecard::new(Arc::clone(fates), count, days.score);
        Ok::<_, Error>(Behind::Marked(Box::new(scorecard), place, mark))
    };
    let met = |exposure| {
        let landmarks = days.landmark.stacked(days.landmarks);
        let quarter = OneQuarter { landmarks, exposure, met: true, left: number.who == Who::Left };
        Behind::Quarter(Arc::clone(&legend.side.touchpoints), Arc::clone(fates), quarter)
    };
    Ok(match counted {
        Counted::Everybody => Behind::Everybody,
        Counted::Touchpoint => Behind::Touchpoint(touchpoint(at)?),
        Counted::Start => Behind::Start(touchpoint(at)?),
        Counted::End => Behind::End(touchpoint(at)?),
        Counted::Repeated => Behind::Repeated(touchpoint(at)?),
        Counted::Edge => Behind::Edge(touchpoint(at)?, touchpoint(to)?),
        Counted::Chain => Behind::Chain(touchpoint(at)?, touchpoint(to)?),
        Counted::HandOff => {
            let side = Arc::clone(&legend.side.touchpoints);
            Behind::HandOff(side, legend.department(at)?, legend.department(to)?)
        }
        Counted::Variant => Behind::Variant(key(at)?),
        Counted::Flow => Behind::Flow(Arc::clone(fates), super::ways::flow(number, legend)?),
        Counted::Path => {
            let close = if to == "left" { Close::Left } else { Close::Bought };
            Behind::Path(Arc::clone(fates), key(at)?, close)
        }
        Counted::Reached => {
            let side = &legend.side;
            let funnel = Funnel::new(Arc::clone(&side.touchpoints), &side.steps(), None)?;
            Behind::Reached(funnel, legend.step(at)?)
        }
        Counted::Failed => mark(Mark::Failed)?,
        Counted::Followed => mark(Mark::Followed)?,
        Counted::FollowedLeft => mark(Mark::Left)?,
        Counted::FailedFollowed => mark(Mark::FailedFollowed)?,
        Counted::FailedLeft => mark(Mark::FailedLeft)?,
        Counted::Recent => mark(Mark::Recent)?,
        Counted::RecentUnharmed => mark(Mark::RecentUnharmed)?,
        Counted::MetTouchpoint => met(Exposure::Touchpoint(touchpoint(at)?)),
        Counted::MetFailure => met(Exposure::Failure(touchpoint(at)?)),
        Counted::MetHandOff => met(Exposure::HandOff(legend.department(at)?, legend.department(to)?)),
        Counted::PromiseKept
        | Counted::PromiseBroken
        | Counted::PromiseOpen
        | Counted::AsDesigned
        | Counted::Skipped
        | Counted::Unplanned => {
            return Err(Error::Asked(format!("`{at}` is no number of the map.")));
        }
    })
}

/// A count in a row.
pub(super) fn number(batch: &RecordBatch, name: &str, row: usize) -> Result<u64, Error> {
    Ok(column::<UInt64Array>(batch, name)?.value(row))
}

fn code(batch: &RecordBatch, name: &str, row: usize) -> Result<u16, Error> {
    Ok(column::<UInt16Array>(batch, name)?.value(row))
}

pub(super) fn text<'a>(batch: &'a RecordBatch, name: &str, row: usize) -> Result<&'a str, Error> {
    Ok(column::<StringArray>(batch, name)?.value(row))
}

pub(super) fn real(batch: &RecordBatch, name: &str, row: usize) -> Result<Option<f64>, Error> {
    let column: &Float64Array = column(batch, name)?;
    Ok(column.is_valid(row).then(|| column.value(row)))
}

/// The wait of a row.
pub(super) fn wait(batch: &RecordBatch, row: usize) -> Result<Wait, Error> {
    let of = |name| real(batch, name, row);
    Ok(Wait { median_us: of("median_us")?, p90_us: of("p90_us")?, mean_us: of("mean_us")? })
}

fn totals(batch: &RecordBatch) -> Result<Totals, Error> {
    if batch.num_rows() == 0 {
        return Ok(Totals::default());
    }
    let of = |name| number(batch, name, 0);
    Ok(Totals {
        customers: of("customers")?,
        events: of("events")?,
        transitions: of("transitions")?,
        crossings: of("crossings")?,
        variants: of("variants")?,
        variants_of_most: of("variants_of_most")?,
        duration: wait(batch, 0)?,
    })
}

/// Every touchpoint of the edition, so that a map has the same places for every group.
pub(super) fn touchpoints(legend: &Legend, batch: &RecordBatch) -> Result<Vec<Touchpoint>, Error> {
    let side = &legend.side;
    let mut all: Vec<Touchpoint> = (0..side.names.len() as u16)
        .map(|code| Touchpoint {
            code,
            key: legend.keys[usize::from(code)].clone(),
            name: side.names[usize::from(code)][1].clone(),
            department: Legend::index(side.touchpoints.owner(code), &legend.departments),
            stage: Legend::index(side.touchpoints.stage(code), &legend.stages),
            ..Touchpoint::default()
        })
        .collect();
    for row in 0..batch.num_rows() {
        let of = |name| number(batch, name, row);
        let Some(one) = all.get_mut(usize::from(code(batch, "touchpoint", row)?)) else { continue };
        one.events = of("events")?;
        one.customers = of("customers")?;
        one.starts = of("starts")?;
        one.ends = of("ends")?;
        one.repeaters = of("repeaters")?;
        one.failed = of("failed")?;
        one.failures = of("failures")?;
    }
    Ok(all)
}

fn edges_of(batch: &RecordBatch) -> Result<Vec<Edge>, Error> {
    let one = |row: usize| {
        let of = |name| Ok::<_, Error>(usize::from(code(batch, name, row)?));
        Ok(Edge {
            from: of("from_touchpoint")?,
            to: of("to_touchpoint")?,
            customers: number(batch, "customers", row)?,
            transitions: number(batch, "transitions", row)?,
            wait: wait(batch, row)?,
        })
    };
    (0..batch.num_rows()).map(one).collect()
}

fn hand_offs(batch: &RecordBatch, legend: &Legend) -> Result<Vec<HandOff>, Error> {
    let one = |row: usize| {
        let of = |name| {
            let code = legend.department(text(batch, name, row)?)?;
            Ok::<_, Error>(Legend::index(code, &legend.departments))
        };
        Ok(HandOff {
            from: of("from_department")?,
            to: of("to_department")?,
            customers: number(batch, "customers", row)?,
            transitions: number(batch, "transitions", row)?,
            wait: wait(batch, row)?,
        })
    };
    (0..batch.num_rows()).map(one).collect()
}

fn funnel(batch: &RecordBatch, legend: &Legend) -> Result<Vec<Step>, Error> {
    let one = |row: usize| {
        let id = text(batch, "stage", row)?;
        let stage = legend.stages.iter().find(|stage| stage.id == id).cloned();
        Ok(Step {
            stage: stage.unwrap_or_else(|| Named { id: id.to_owned(), name: id.to_owned() }),
            customers: number(batch, "customers", row)?,
            wait: wait(batch, row)?,
        })
    };
    (0..batch.num_rows()).map(one).collect()
}

fn compared_of(batch: &RecordBatch, legend: &Legend) -> Result<Vec<Compared>, Error> {
    let one = |row: usize| {
        let met = text(batch, "met", row)?;
        let (from, to) = (code(batch, "from_code", row)?, code(batch, "to_code", row)?);
        let department = |code: u16| legend.departments[Legend::index(code, &legend.departments)].clone();
        let (first, second) = if met == "hand_off" {
            (department(from), department(to))
        } else {
            let at = usize::from(from);
            let named = Named { id: legend.keys[at].clone(), name: legend.side.names[at][1].clone() };
            (named, Named { id: String::new(), name: String::new() })
        };
        let (count, real) = (|name| number(batch, name, row), |name| real(batch, name, row));
        Ok(Compared {
            met: met.to_owned(),
            name: first.name,
            key: first.id,
            to_name: second.name,
            to_key: second.id,
            met_left: count("met_left")?,
            met_stayed: count("met_stayed")?,
            unmet_left: count("unmet_left")?,
            unmet_stayed: count("unmet_stayed")?,
            left_share: real("left_share")?,
            others_share: real("others_share")?,
            left_customers: count("left_customers")?,
            stayed_customers: count("stayed_customers")?,
            odds_ratio: real("odds_ratio")?,
            low: real("low")?,
            high: real("high")?,
            fdr: real("fdr")?,
        })
    };
    (0..batch.num_rows()).map(one).collect()
}

fn chains_of(batch: &RecordBatch) -> Result<Vec<Chain>, Error> {
    let one = |row: usize| {
        let count = |name| number(batch, name, row);
        let real = |name| Ok::<_, Error>(real(batch, name, row)?.unwrap_or(f64::NAN));
        Ok(Chain {
            from: usize::from(code(batch, "from_touchpoint", row)?),
            to: usize::from(code(batch, "to_touchpoint", row)?),
            both: count("both")?,
            first_only: count("first_only")?,
            second_only: count("second_only")?,
            neither: count("neither")?,
            odds_ratio: real("odds_ratio")?,
            low: real("low")?,
            high: real("high")?,
            fdr: real("fdr")?,
        })
    };
    (0..batch.num_rows()).map(one).collect()
}

impl Current {
    async fn variants(&self, batch: &RecordBatch, legend: &Legend) -> Result<Vec<Variant>, Error> {
        let examples: &UInt32Array = column(batch, "exemplar")?;
        let faces = self.faces(examples.values()).await?;
        let step = |code: &str| {
            let at = code.parse::<usize>().ok()?;
            Some(legend.side.names.get(at)?[1].clone())
        };
        let one = |row: usize| {
            let example = faces.get(&examples.value(row)).map(|face| face.id.clone());
            Ok(Variant {
                key: text(batch, "key", row)?.to_owned(),
                steps: text(batch, "sequence", row)?.split(' ').filter_map(step).collect(),
                customers: number(batch, "customers", row)?,
                mean_us: real(batch, "mean_us", row)?.unwrap_or_default(),
                example: example.unwrap_or_default(),
            })
        };
        (0..batch.num_rows()).map(one).collect()
    }
}
