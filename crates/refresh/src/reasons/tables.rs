//! The tables of the reasons step.

use super::Start;
use super::sayings::Sayings;
use crate::error::Error;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, UInt16Array,
    UInt32Array, UInt64Array,
};
use intake::Home;
use lake::{Mode, View, column, tables};
use ledger::reasons::{Cause, Figure, Lift, Study, What};
use model::Day;
use model::config::{OTHER_REASON, Reason, UNKNOWN_REASON};
use std::sync::Arc;

/// Losses written at a time.
const CHUNK: usize = 16_384;

/// Names of what figures count by.
pub(super) struct Names<'a> {
    reasons: &'a [Reason],
    segments: &'a [String],
    /// Id, name and department of each touchpoint, by code.
    touchpoints: Vec<[String; 3]>,
}

/// What a figure is called in the tables.
struct Called<'a> {
    side: &'static str,
    id: String,
    name: String,
    department: &'a str,
}

impl<'a> Names<'a> {
    /// Touchpoints as the view tells them, all else as the company does.
    pub(super) async fn read(view: &View, home: &'a Home, segments: &'a [String]) -> Result<Self, Error> {
        let batch = view.table("select id, name, department from touchpoints order by touchpoint").await?;
        let text = |name| column::<StringArray>(&batch, name);
        let columns = [text("id")?, text("name")?, text("department")?];
        let row = |row: usize| columns.map(|column| column.value(row).to_owned());
        let touchpoints = (0..batch.num_rows()).map(row).collect();
        Ok(Self { reasons: &home.config.reasons, segments, touchpoints })
    }

    fn touchpoint(&self, code: Option<u16>) -> [&str; 3] {
        let known = code.and_then(|code| self.touchpoints.get(usize::from(code)));
        known.map_or([""; 3], |texts| texts.each_ref().map(String::as_str))
    }

    fn cause(&self, cause: Cause) -> String {
        cause.name(self.touchpoint(cause.touchpoint())[0])
    }

    /// The id of a reason; `None` for what no reason of the list says.
    fn said(&self, reason: Option<u16>) -> &str {
        let known = reason.and_then(|at| self.reasons.get(usize::from(at)));
        known.map_or(OTHER_REASON, |reason| reason.id.get_ref())
    }

    fn called(&self, what: What) -> Called<'_> {
        let stated = |id: &str, name: &str, department| Called {
            side: "stated",
            id: id.to_owned(),
            name: name.to_owned(),
            department,
        };
        match what {
            What::All => {
                Called { side: "all", id: String::new(), name: "All losses".to_owned(), department: "" }
            }
            What::Said(at) => {
                let reason = self.reasons.get(usize::from(at));
                let owner = reason.and_then(|reason| reason.owner.as_ref());
                let name = reason.map_or("", |reason| &reason.name);
                stated(self.said(Some(at)), name, owner.map_or("", |owner| owner.get_ref()))
            }
            What::SaidOther => stated(OTHER_REASON, "Other", ""),
            What::Unsaid => stated(UNKNOWN_REASON, "Unknown", ""),
            What::Before(cause) => {
                let [_, touchpoint, department] = self.touchpoint(cause.touchpoint());
                let (id, name) = (self.cause(cause), named(cause, touchpoint));
                Called { side: "before", id, name, department }
            }
        }
    }
}

/// A cause in words.
fn named(cause: Cause, touchpoint: &str) -> String {
    match cause {
        Cause::Failed(_) => format!("{touchpoint}: went wrong"),
        Cause::Unanswered(_) => format!("{touchpoint}: not answered"),
        Cause::PriceRose => "Price of a subscription rose".to_owned(),
        Cause::Refunded => "Money given back".to_owned(),
        Cause::SubscriptionEnded => "Subscription ended before".to_owned(),
        Cause::FirstPurchase => "First purchase, never followed".to_owned(),
        Cause::Silence => "Nothing but purchases".to_owned(),
    }
}

/// Writes all three tables.
pub(super) async fn write(
    start: &Start<'_>,
    names: &Names<'_>,
    sayings: &Sayings,
    studies: &[Study],
    figures: &[Figure],
) -> Result<(), Error> {
    let key = |table: &str| format!("edition {}: {table}", start.number);
    let mut write = start.lake.write(&tables::loss_reasons(), Mode::Replace, &key("loss_reasons")).await?;
    for chunk in studies.chunks(CHUNK) {
        write.batch(&reason_rows(names, sayings, chunk)?)?;
    }
    write.finish().await?;
    let mut write = start.lake.write(&tables::loss_cause_of(), Mode::Replace, &key("loss_cause_of")).await?;
    for chunk in studies.chunks(CHUNK) {
        write.batch(&cause_rows(names, chunk)?)?;
    }
    write.finish().await?;
    let batch = figure_rows(names, figures)?;
    start.lake.put(&tables::loss_causes(), Mode::Replace, &key("loss_causes"), &[batch]).await?;
    Ok(())
}

fn reason_rows(names: &Names<'_>, sayings: &Sayings, studies: &[Study]) -> Result<RecordBatch, Error> {
    let said = |study: &Study| study.said.and_then(|said| sayings.said.get(said as usize));
    let address = |study: &Study| study.said.and_then(|said| sayings.address.get(said as usize)).copied();
    let stated =
        |study: &Study| said(study).map_or(UNKNOWN_REASON, |saying| names.said(saying.reason)).to_owned();
    let stayer = |study: &Study| study.stayer.as_ref().map(|stayer| (stayer.moment.0, stayer.value_minor));
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(studies.iter().map(|study| study.loss.customer))),
        Arc::new(Date32Array::from_iter_values(studies.iter().map(|study| study.loss.day.0))),
        Arc::new(Int64Array::from_iter_values(studies.iter().map(|study| study.loss.value_minor))),
        Arc::new(UInt16Array::from_iter_values(studies.iter().map(|study| study.loss.stream))),
        Arc::new(StringArray::from_iter_values(studies.iter().map(stated))),
        Arc::new(studies.iter().map(|study| address(study).map(|at| at.0)).collect::<UInt64Array>()),
        Arc::new(studies.iter().map(|study| address(study).map(|at| at.1)).collect::<UInt64Array>()),
        Arc::new(studies.iter().map(|study| address(study).map(|at| at.2)).collect::<UInt16Array>()),
        Arc::new(Date32Array::from_iter_values(studies.iter().map(|study| study.moment.0))),
        Arc::new(studies.iter().map(|study| Some(study.stayer.as_ref()?.customer)).collect::<UInt32Array>()),
        Arc::new(studies.iter().map(|study| Some(stayer(study)?.0)).collect::<Date32Array>()),
        Arc::new(studies.iter().map(|study| Some(stayer(study)?.1)).collect::<Int64Array>()),
    ];
    Ok(RecordBatch::try_new(tables::loss_reasons().schema, columns)?)
}

/// One thing that one customer met, beside a loss.
struct Met<'a> {
    study: &'a Study,
    customer: u32,
    stayed: bool,
    moment: Day,
    cause: Cause,
    value_minor: i64,
}

fn met(study: &Study) -> impl Iterator<Item = Met<'_>> {
    let lost = study.causes.iter().map(|cause| {
        let (customer, value_minor) = (study.loss.customer, study.loss.value_minor);
        Met { study, customer, stayed: false, moment: study.moment, cause: *cause, value_minor }
    });
    let stayed = study.stayer.iter().flat_map(move |stayer| {
        stayer.causes.iter().map(move |cause| {
            let (customer, value_minor) = (stayer.customer, stayer.value_minor);
            Met { study, customer, stayed: true, moment: stayer.moment, cause: *cause, value_minor }
        })
    });
    lost.chain(stayed)
}

fn cause_rows(names: &Names<'_>, studies: &[Study]) -> Result<RecordBatch, Error> {
    let met: Vec<Met<'_>> = studies.iter().flat_map(met).collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(met.iter().map(|met| met.study.loss.customer))),
        Arc::new(Date32Array::from_iter_values(met.iter().map(|met| met.study.loss.day.0))),
        Arc::new(UInt32Array::from_iter_values(met.iter().map(|met| met.customer))),
        Arc::new(BooleanArray::from(met.iter().map(|met| met.stayed).collect::<Vec<_>>())),
        Arc::new(Date32Array::from_iter_values(met.iter().map(|met| met.moment.0))),
        Arc::new(StringArray::from_iter_values(met.iter().map(|met| names.cause(met.cause)))),
        Arc::new(Int64Array::from_iter_values(met.iter().map(|met| met.value_minor))),
    ];
    Ok(RecordBatch::try_new(tables::loss_cause_of().schema, columns)?)
}

fn figure_rows(names: &Names<'_>, figures: &[Figure]) -> Result<RecordBatch, Error> {
    let called: Vec<Called<'_>> = figures.iter().map(|figure| names.called(figure.what)).collect();
    let text = |texts: Vec<String>| -> ArrayRef { Arc::new(StringArray::from(texts)) };
    let figure_text = |of: &dyn Fn(&Figure) -> String| text(figures.iter().map(of).collect());
    let called_text = |of: &dyn Fn(&Called<'_>) -> String| text(called.iter().map(of).collect());
    let count = |of: &dyn Fn(&Figure) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(figures.iter().map(|figure| of(figure) as i64)))
    };
    let lift = |of: &dyn Fn(&Lift) -> f64| -> ArrayRef {
        let finite = |figure: &Figure| figure.lift.as_ref().map(of).filter(|value| value.is_finite());
        Arc::new(figures.iter().map(finite).collect::<Float64Array>())
    };
    let stands_out = |figure: &Figure| figure.lift.is_some_and(|lift| lift.stands_out);
    let segment = |code: u16| names.segments.get(usize::from(code)).cloned();
    let columns: Vec<ArrayRef> = vec![
        figure_text(&|figure| figure.period.map_or("all", |period| period.granularity.name()).to_owned()),
        figure_text(&|figure| figure.period.map(|period| period.to_string()).unwrap_or_default()),
        figure_text(&|figure| figure.segment.and_then(segment).unwrap_or_default()),
        called_text(&|called| called.side.to_owned()),
        called_text(&|called| called.id.clone()),
        called_text(&|called| called.name.clone()),
        called_text(&|called| called.department.to_owned()),
        Arc::new(UInt32Array::from_iter_values(figures.iter().map(|figure| figure.rank))),
        count(&|figure| figure.lost.count),
        Arc::new(Int64Array::from_iter_values(figures.iter().map(|figure| figure.lost.value_minor))),
        Arc::new(Float64Array::from_iter_values(figures.iter().map(|figure| figure.share))),
        count(&|figure| figure.pairs.count),
        count(&|figure| figure.pairs.lost),
        count(&|figure| figure.pairs.stayed),
        count(&|figure| figure.pairs.both),
        lift(&|lift| lift.ratio.ratio),
        lift(&|lift| lift.ratio.low),
        lift(&|lift| lift.ratio.high),
        lift(&|lift| lift.ratio.p_value),
        lift(&|lift| lift.q_value),
        Arc::new(BooleanArray::from(figures.iter().map(stands_out).collect::<Vec<_>>())),
    ];
    Ok(RecordBatch::try_new(tables::loss_causes().schema, columns)?)
}
