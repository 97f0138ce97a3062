//! What the walk over the timeline and the lists behind its numbers share: who owns what, what became of whom, which
//! days are compared, and the timeline's columns.

use crate::error::Error;
use crate::view::journey::Who;
use ::journey::{Columns, Fates, Landmark, Life, NONE, Pass, Rows, ScoreDays, Touchpoints, Walk};
use arrow::array::{
    Date32Array, Int8Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt8Array,
    UInt16Array, UInt32Array, UInt64Array,
};
use futures::StreamExt;
use lake::{View, column};
use model::config::Config;
use model::{Day, Outcome};
use std::sync::Arc;

/// Who is lost within so many days after a landmark has left.
const HORIZON_DAYS: u16 = 180;
/// What was met in so many days up to the landmark counts.
const LOOK_BACK_DAYS: u16 = 365;
/// As many landmarks are stacked at most.
const MOST_LANDMARKS: i32 = 20;
/// Who ceases to buy within so many days after a contact has left after it.
const FOLLOW_UP_DAYS: u16 = 90;
/// So many last days tell the whole experience.
const RECENT_DAYS: u16 = 90;

/// The days of an edition's journey.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Days {
    /// The last landmark.
    pub(crate) landmark: Landmark,
    /// Landmarks stacked.
    pub(crate) landmarks: u16,
    pub(crate) score: ScoreDays,
}

impl Days {
    /// Those of books up to `as_of`, in which customers are lost up to `gap_days` after they ceased to buy. The landmark
    /// is as late as what became of customers is known.
    pub(crate) fn new(as_of: Day, gap_days: u32) -> Self {
        let gap_days = u16::try_from(gap_days).unwrap_or(u16::MAX);
        let landmark = Landmark {
            day: as_of.plus(-i32::from(HORIZON_DAYS)).0,
            look_back_days: LOOK_BACK_DAYS,
            horizon_days: HORIZON_DAYS,
        };
        let follow_up_days = FOLLOW_UP_DAYS.saturating_add(gap_days);
        Self {
            landmark,
            landmarks: 1,
            score: ScoreDays { as_of: as_of.0, follow_up_days, recent_days: RECENT_DAYS },
        }
    }

    /// With as many landmarks as the books hold, each with all the days that it looks back on.
    pub(crate) fn stacked(self, first_day: Option<i32>) -> Self {
        let Landmark { day, look_back_days, horizon_days } = self.landmark;
        let known_days =
            day.saturating_sub(first_day.unwrap_or(day)).saturating_sub(i32::from(look_back_days));
        let more = known_days.max(0) / i32::from(horizon_days.max(1));
        Self { landmarks: more.saturating_add(1).min(MOST_LANDMARKS) as u16, ..self }
    }

    /// Those of a published edition.
    pub(crate) async fn read(view: &View, as_of: Day) -> Result<Self, Error> {
        let batch = view.table("select * from journey where segment = '' and who = 'all'").await?;
        let days = |name| {
            let found = column::<UInt16Array>(&batch, name)?.iter().next().flatten();
            found.ok_or_else(|| Error::Unknown("no journey".to_owned()))
        };
        let landmark = column::<Date32Array>(&batch, "landmark")?.iter().next().flatten();
        Ok(Self {
            landmark: Landmark {
                day: landmark.unwrap_or(as_of.0),
                look_back_days: days("look_back_days")?,
                horizon_days: days("horizon_days")?,
            },
            landmarks: days("landmarks")?,
            score: ScoreDays {
                as_of: as_of.0,
                follow_up_days: days("follow_up_days")?,
                recent_days: days("recent_days")?,
            },
        })
    }
}

/// Touchpoints, departments and stages of an edition by code.
#[derive(Debug)]
pub(crate) struct Side {
    /// Id, name, owner's id, stage's id, by code.
    pub(crate) names: Vec<[String; 4]>,
    /// Department ids by code: those of the config in order, then others.
    pub(crate) departments: Vec<String>,
    pub(crate) touchpoints: Arc<Touchpoints>,
    /// Stage ids by code, in the order of the config.
    pub(crate) stages: Vec<String>,
}

impl Side {
    pub(crate) async fn read(view: &View, config: &Config) -> Result<Self, Error> {
        let sql = "select id, name, department, stage from touchpoints order by touchpoint";
        let batch = view.table(sql).await?;
        let cells = ["id", "name", "department", "stage"]
            .into_iter()
            .map(|name| column::<StringArray>(&batch, name))
            .collect::<lake::Result<Vec<_>>>()?;
        let names: Vec<[String; 4]> = (0..batch.num_rows())
            .map(|row| std::array::from_fn(|at| cells[at].value(row).to_owned()))
            .collect();
        let mut departments: Vec<String> =
            config.departments.iter().map(|department| department.id.get_ref().clone()).collect();
        let stages: Vec<String> = config.stages.iter().map(|stage| stage.id.get_ref().clone()).collect();
        for [_, _, owner, _] in &names {
            if !owner.is_empty() && !departments.contains(owner) {
                departments.push(owner.clone());
            }
        }
        let code =
            |ids: &[String], id: &str| ids.iter().position(|other| other == id).map_or(NONE, |at| at as u16);
        let owner = names.iter().map(|[_, _, owner, _]| code(&departments, owner)).collect();
        let stage = names.iter().map(|[_, _, _, stage]| code(&stages, stage)).collect();
        let touchpoints = Arc::new(Touchpoints::new(owner, stage)?);
        Ok(Self { names, departments, touchpoints, stages })
    }

    /// The stages that the funnel goes through: those with a touchpoint, in order.
    pub(crate) fn steps(&self) -> Vec<u16> {
        let there = |stage: &u16| {
            (0..self.touchpoints.len()).any(|code| self.touchpoints.stage(code as u16) == *stage)
        };
        (0..self.stages.len() as u16).filter(there).collect()
    }

    /// The id of a department; empty for [`NONE`].
    pub(crate) fn department(&self, code: u16) -> &str {
        self.departments.get(usize::from(code)).map_or("", String::as_str)
    }
}

/// What became of each customer, from the postings of an ordered view.
pub(crate) async fn fates(ordered: &View) -> Result<Fates, Error> {
    let (mut customers, mut days, mut counts) = (Vec::new(), Vec::new(), Vec::new());
    let mut rows = ordered.stream("select customer, day, count from postings").await?;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        let count: &Int8Array = column(&batch, "count")?;
        let (customer, day): (&UInt32Array, &Date32Array) =
            (column(&batch, "customer")?, column(&batch, "day")?);
        for (row, count) in count.values().iter().enumerate().filter(|(_, count)| **count != 0) {
            customers.push(customer.value(row));
            days.push(day.value(row));
            counts.push(*count);
        }
    }
    Ok(Fates::new(&customers, &days, &counts)?)
}

/// The group of a customer at a landmark: 0 stayed, 1 left; none of those not active on that day.
pub(crate) fn fate(fates: &Fates, landmark: Landmark, customer: u32) -> Option<u16> {
    let until = landmark.day.saturating_add(i32::from(landmark.horizon_days));
    fates
        .is_active(customer, landmark.day)
        .then(|| u16::from(fates.is_lost_within(customer, landmark.day, until)))
}

/// Whether a customer belongs to a group.
pub(crate) fn is_among(who: Who, fates: &Fates, landmark: Landmark, customer: u32) -> bool {
    match who {
        Who::All => true,
        Who::Stayed => fate(fates, landmark, customer) == Some(0),
        Who::Left => fate(fates, landmark, customer) == Some(1),
    }
}

/// Walks only what was met in the days that a landmark looks back on.
#[derive(Debug, Clone)]
pub(crate) struct Before<W> {
    landmark: Landmark,
    walk: W,
}

impl<W> Before<W> {
    pub(crate) const fn new(landmark: Landmark, walk: W) -> Self {
        Self { landmark, walk }
    }

    pub(crate) fn into_inner(self) -> W {
        self.walk
    }
}

impl<W: Walk> Walk for Before<W> {
    fn needs(&self) -> Columns {
        self.walk.needs().and(Columns::DAY)
    }

    fn life(&mut self, life: &Life<'_>) {
        let Landmark { day: last, look_back_days, .. } = self.landmark;
        let from = last.saturating_sub(i32::from(look_back_days));
        let first = life.day.partition_point(|day| *day <= from);
        let end = life.day.partition_point(|day| *day <= last);
        if first < end {
            self.walk.life(&life.slice(first..end));
        }
    }

    fn end(&mut self) {
        self.walk.end();
    }

    fn merge(&mut self, other: Self) -> Result<(), ::journey::Error> {
        self.walk.merge(other.walk)
    }
}

/// Columns of the timeline that a walk needs, as a batch has them; those that none needs are left out.
struct Chunk<'a> {
    customer: &'a UInt32Array,
    at: &'a TimestampMicrosecondArray,
    touchpoint: &'a UInt16Array,
    day: Option<&'a Date32Array>,
    kind: Option<&'a UInt8Array>,
    outcome: Option<&'a UInt8Array>,
    value_minor: Option<&'a Int64Array>,
    reference: Option<&'a UInt64Array>,
}

/// Columns that every walk needs, and those that some do.
const EVERY: [&str; 3] = ["customer", "at", "touchpoint"];
const SOME: [(Columns, &str); 5] = [
    (Columns::DAY, "day"),
    (Columns::KIND, "kind"),
    (Columns::OUTCOME, "outcome"),
    (Columns::VALUE, "value_minor"),
    (Columns::REFERENCE, "reference"),
];

impl<'a> Chunk<'a> {
    fn of(batch: &'a RecordBatch, needs: Columns) -> lake::Result<Self> {
        fn some<'a, A: 'static>(
            batch: &'a RecordBatch,
            needs: Columns,
            which: Columns,
            name: &'static str,
        ) -> lake::Result<Option<&'a A>> {
            needs.hold(which).then(|| column::<A>(batch, name)).transpose()
        }
        Ok(Self {
            customer: column(batch, "customer")?,
            at: column(batch, "at")?,
            touchpoint: column(batch, "touchpoint")?,
            day: some(batch, needs, Columns::DAY, "day")?,
            kind: some(batch, needs, Columns::KIND, "kind")?,
            outcome: some(batch, needs, Columns::OUTCOME, "outcome")?,
            value_minor: some(batch, needs, Columns::VALUE, "value_minor")?,
            reference: some(batch, needs, Columns::REFERENCE, "reference")?,
        })
    }

    fn rows(&self) -> Rows<'a> {
        Rows {
            customer: self.customer.values(),
            at_us: self.at.values(),
            touchpoint: self.touchpoint.values(),
            day: self.day.map_or(&[], |column| column.values()),
            kind: self.kind.map_or(&[], |column| column.values()),
            outcome: self.outcome.map_or(&[], |column| column.values()),
            value_minor: self.value_minor.map_or(&[], |column| column.values()),
            reference: self.reference.map_or(&[], |column| column.values()),
        }
    }
}

/// Streams the timeline of an ordered view once past `walk`, telling the rows read.
pub(crate) async fn stream<W: Walk + Send>(
    ordered: &View,
    touchpoints: usize,
    walk: W,
    told: &mut (dyn FnMut(u64) + Send),
) -> Result<W, Error> {
    let needs = walk.needs();
    let some = SOME.iter().filter(|(which, _)| needs.hold(*which)).map(|(_, name)| *name);
    let columns: Vec<&str> = EVERY.into_iter().chain(some).collect();
    let mut pass = Pass::new(walk, touchpoints);
    let mut rows = ordered.stream(&format!("select {} from timeline", columns.join(", "))).await?;
    let mut read = 0;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        pass.push(Chunk::of(&batch, needs)?.rows())?;
        read += batch.num_rows() as u64;
        told(read);
    }
    Ok(pass.finish())
}

/// Counts where customers were failed, by touchpoint: customers and events.
#[derive(Debug, Clone)]
pub(crate) struct Failures {
    failed: Vec<[u64; 2]>,
    /// Of each touchpoint, the last life that was failed there.
    last: Vec<u64>,
    life: u64,
}

impl Failures {
    pub(crate) fn new(touchpoints: usize) -> Self {
        Self { failed: vec![[0; 2]; touchpoints], last: vec![0; touchpoints], life: 0 }
    }

    /// Customers and events, by touchpoint.
    pub(crate) fn by_touchpoint(&self) -> &[[u64; 2]] {
        &self.failed
    }
}

impl Walk for Failures {
    fn needs(&self) -> Columns {
        Columns::OUTCOME
    }

    fn life(&mut self, life: &Life<'_>) {
        self.life += 1;
        for (touchpoint, outcome) in life.touchpoint.iter().zip(life.outcome) {
            if Outcome::from_code(*outcome).is_some_and(Outcome::is_failure) {
                let at = usize::from(*touchpoint);
                self.failed[at][0] += u64::from(self.last[at] != self.life);
                self.failed[at][1] += 1;
                self.last[at] = self.life;
            }
        }
    }

    fn merge(&mut self, other: Self) -> Result<(), ::journey::Error> {
        for (failed, more) in self.failed.iter_mut().zip(other.failed) {
            *failed = [failed[0] + more[0], failed[1] + more[1]];
        }
        self.life += other.life;
        self.last.fill(0);
        Ok(())
    }
}
