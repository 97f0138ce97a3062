//! Reading the steps around a touchpoint, the credit of touchpoints, and how customers walk against the design.

use super::journey::{Legend, number, real, text, touchpoints, wait};
use super::{Current, Reader};
use crate::error::Error;
use crate::journey::steps::place;
use crate::view::journey::{Counted, Named, Number, Touchpoint, Wait, Who};
use crate::view::paths::Aim;
use crate::view::ways::{Around, Credit, Credited, Designed, Deviation, Flow, Neighbour, Stop};
use ::journey::{NONE, OneFlow, Place, SequenceKey};
use arrow::array::{Int32Array, RecordBatch, UInt16Array};
use lake::{column, quoted};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Touchpoints told apart at each step of the picture.
const PLACES: usize = 6;

impl Reader {
    /// The steps around a touchpoint; of that with most customers without a key. None while there are no touchpoints.
    pub async fn steps(&self, key: &str) -> Result<Option<Around>, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let whole = "segment = '' and who = 'all'";
        let nodes = current.view.table(&format!("select * from journey_nodes where {whole}")).await?;
        let all = touchpoints(&legend, &nodes)?;
        let most =
            all.iter().filter(|one| one.customers > 0).max_by_key(|one| (one.customers, Reverse(one.code)));
        let at = if key.is_empty() {
            match most {
                None => return Ok(None),
                Some(one) => one.clone(),
            }
        } else {
            all[usize::from(legend.touchpoint(key)?)].clone()
        };
        let flows = current.flows(at.code).await?;
        let waits = current.waits(at.code).await?;
        let choice = all.iter().filter(|one| one.customers > 0);
        let choice = choice.map(|one| Named { id: one.key.clone(), name: one.name.clone() }).collect();
        let teller = Teller { legend: &legend, anchor: at.clone() };
        let gathered = ::journey::gathered(&flows, PLACES);
        Ok(Some(Around {
            owner: legend.departments[at.department].name.clone(),
            choice,
            flows: gathered.iter().map(|flow| teller.flow(flow)).collect(),
            before: teller.neighbours(&flows, -1, &waits),
            after: teller.neighbours(&flows, 0, &waits),
            at,
        }))
    }

    /// The credit of touchpoints for first purchases, then for further ones.
    pub async fn credit(&self) -> Result<Vec<Credit>, Error> {
        let current = self.current().await?;
        let legend = self.legend(&current).await?;
        let mut told = Vec::new();
        for aim in [Aim::FirstPurchase, Aim::NextPurchase] {
            let sql = format!(
                "select * from journey_credit where goal = {} order by shapley desc, touchpoint",
                quoted(aim.name())
            );
            let batch = current.view.table(&sql).await?;
            let mut credit = Credit { aim, bought: 0, direct: 0, direct_minor: 0, rows: Vec::new() };
            let codes: &UInt16Array = column(&batch, "touchpoint")?;
            for (row, &code) in codes.values().iter().enumerate() {
                let of = |name| Ok::<_, Error>(real(&batch, name, row)?.unwrap_or_default());
                credit.bought = number(&batch, "bought", row)?;
                if code == NONE {
                    credit.direct = of("shapley")? as u64;
                    credit.direct_minor = of("shapley_minor")? as i64;
                    continue;
                }
                let (key, name, owner) = legend.told(code);
                credit.rows.push(Credited {
                    key,
                    name,
                    owner,
                    removal: of("removal")?,
                    markov: of("markov")?,
                    shapley: of("shapley")?,
                    shapley_minor: of("shapley_minor")?,
                });
            }
            told.push(credit);
        }
        Ok(told)
    }

    /// How customers walk against the designed journey; none without one.
    pub async fn designed(&self) -> Result<Option<Designed>, Error> {
        let current = self.current().await?;
        let design = &self.company().journey;
        let sql = "select * from journey_conformance order by customers desc, what, touchpoint";
        let batch = current.view.table(sql).await?;
        let Some(line) = design.designed.as_ref().filter(|_| batch.num_rows() > 0) else { return Ok(None) };
        let legend = self.legend(&current).await?;
        let mut told = Designed {
            line: line.get_ref().clone(),
            strict: design.strict,
            compared: 0,
            passed_over: 0,
            as_designed: 0,
            fitness: None,
            deviations: Vec::new(),
        };
        for row in 0..batch.num_rows() {
            let customers = number(&batch, "customers", row)?;
            let code = column::<UInt16Array>(&batch, "touchpoint")?.value(row);
            match text(&batch, "what", row)? {
                "aligned" => (told.compared, told.fitness) = (customers, real(&batch, "fitness", row)?),
                "unaligned" => told.passed_over = customers,
                "as_designed" => told.as_designed = customers,
                what => {
                    let (key, name, owner) = legend.told(code);
                    let skipped = what == "skipped";
                    told.deviations.push(Deviation { skipped, key, name, owner, customers });
                }
            }
        }
        Ok(Some(told))
    }

    /// Pairs of touchpoints, as indices of [`crate::view::journey::Journey::touchpoints`], that the designed journey
    /// lets follow on one another; empty without one.
    pub async fn designed_ways(&self) -> Result<BTreeSet<(usize, usize)>, Error> {
        let current = self.current().await?;
        let batch = current.view.table("select * from journey_designed").await?;
        let codes = |name| column::<UInt16Array>(&batch, name);
        let (from, to) = (codes("from_touchpoint")?, codes("to_touchpoint")?);
        let pairs = from.values().iter().zip(to.values());
        Ok(pairs.map(|(from, to)| (usize::from(*from), usize::from(*to))).collect())
    }
}

impl Legend {
    /// Key, name and name of the owner of a touchpoint.
    fn told(&self, code: u16) -> (String, String, String) {
        let owner = Self::index(self.side.touchpoints.owner(code), &self.departments);
        let at = usize::from(code);
        (self.keys[at].clone(), self.side.names[at][1].clone(), self.departments[owner].name.clone())
    }
}

impl Current {
    async fn flows(&self, anchor: u16) -> Result<Vec<::journey::Flow>, Error> {
        let sql = format!("select * from journey_steps where anchor = {anchor}");
        let batch = self.view.table(&sql).await?;
        let code = |name| column::<UInt16Array>(&batch, name);
        let (from, to) = (code("from_touchpoint")?, code("to_touchpoint")?);
        let steps: &Int32Array = column(&batch, "step")?;
        let flow = |row: usize| {
            Ok(::journey::Flow {
                step: steps.value(row) as i8,
                from: place(from.value(row), true),
                to: place(to.value(row), false),
                customers: number(&batch, "customers", row)?,
            })
        };
        (0..batch.num_rows()).map(flow).collect()
    }

    /// How long ways to and from a touchpoint take.
    async fn waits(&self, code: u16) -> Result<BTreeMap<(u16, u16), Wait>, Error> {
        let sql = format!(
            "select * from journey_edges where segment = '' and who = 'all' and (from_touchpoint = {code} or to_touchpoint = {code})"
        );
        let batch = self.view.table(&sql).await?;
        let code =
            |batch: &RecordBatch, name, row| Ok::<_, Error>(column::<UInt16Array>(batch, name)?.value(row));
        let one = |row: usize| {
            let pair = (code(&batch, "from_touchpoint", row)?, code(&batch, "to_touchpoint", row)?);
            Ok((pair, wait(&batch, row)?))
        };
        (0..batch.num_rows()).map(one).collect()
    }

    /// Keys of the whole ways behind a number of the conformance.
    pub(super) async fn conforming(&self, what: &str, code: u16) -> Result<BTreeSet<SequenceKey>, Error> {
        let sql = format!(
            "select key from journey_conformance_ways where what = {} and touchpoint = {code}",
            quoted(what)
        );
        let batch = self.view.table(&sql).await?;
        (0..batch.num_rows()).map(|row| super::journey::key(text(&batch, "key", row)?)).collect()
    }
}

/// Tells the flows around one touchpoint.
struct Teller<'l> {
    legend: &'l Legend,
    anchor: Touchpoint,
}

impl Teller<'_> {
    fn stop(&self, place: Place) -> Stop {
        match place {
            Place::Touchpoint(code) => {
                let (key, name, _) = self.legend.told(code);
                Stop::Touchpoint { key, name }
            }
            Place::Other => Stop::Other,
            Place::Before => Stop::Before,
            Place::Left => Stop::Left,
            Place::Still => Stop::Still,
        }
    }

    fn flow(&self, flow: &::journey::Flow) -> Flow {
        let ::journey::Flow { step, from, to, customers } = *flow;
        let is_exact = from != Place::Other && to != Place::Other;
        let number = is_exact.then(|| self.number(step, from, to));
        Flow { step, from: self.stop(from), to: self.stop(to), customers, number }
    }

    fn number(&self, step: i8, from: Place, to: Place) -> Number {
        let told = |place| match place {
            Place::Touchpoint(code) => format!("@{}", written(&self.legend.keys[usize::from(code)])),
            Place::Before => "before".to_owned(),
            Place::Left => "left".to_owned(),
            Place::Still | Place::Other => "still".to_owned(),
        };
        let to = format!("{step} {} {}", told(from), told(to));
        Number { counted: Counted::Flow, at: self.anchor.key.clone(), to, who: Who::All }
    }

    /// Those straight before (step −1) or straight after (0).
    fn neighbours(
        &self,
        flows: &[::journey::Flow],
        step: i8,
        waits: &BTreeMap<(u16, u16), Wait>,
    ) -> Vec<Neighbour> {
        let anchor = self.anchor.code;
        let one = |flow: &::journey::Flow| {
            let other = if step < 0 { flow.from } else { flow.to };
            let pair = match other {
                Place::Touchpoint(code) if step < 0 => Some((code, anchor)),
                Place::Touchpoint(code) => Some((anchor, code)),
                _ => None,
            };
            Neighbour {
                stop: self.stop(other),
                customers: flow.customers,
                wait: pair.and_then(|pair| waits.get(&pair)).copied().unwrap_or_default(),
                number: self.number(flow.step, flow.from, flow.to),
            }
        };
        let mut all: Vec<Neighbour> = flows.iter().filter(|flow| flow.step == step).map(one).collect();
        all.sort_by_key(|one| (Reverse(one.customers), one.stop.clone()));
        all
    }
}

/// A key without blanks.
fn written(key: &str) -> String {
    key.replace('%', "%25").replace(' ', "%20")
}

/// The flow that [`Teller::number`] writes.
pub(super) fn flow(number: &Number, legend: &Legend) -> Result<OneFlow, Error> {
    let unclear = || Error::Asked(format!("There is no step `{}`.", number.to));
    let place = |text: &str| match (text, text.strip_prefix('@')) {
        (_, Some(key)) => {
            Ok(Place::Touchpoint(legend.touchpoint(&key.replace("%20", " ").replace("%25", "%"))?))
        }
        ("before", _) => Ok(Place::Before),
        ("left", _) => Ok(Place::Left),
        ("still", _) => Ok(Place::Still),
        _ => Err(unclear()),
    };
    let parts: Vec<&str> = number.to.split(' ').collect();
    let &[step, from, to] = parts.as_slice() else { return Err(unclear()) };
    let step = step.parse().map_err(|_| unclear())?;
    if !(-100..100).contains(&step) {
        return Err(unclear());
    }
    Ok(OneFlow { anchor: legend.touchpoint(&number.at)?, step, from: place(from)?, to: place(to)? })
}
