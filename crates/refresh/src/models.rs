//! Trained models: kept with their version, accepted or rejected by people, the last accepted one in force.

use crate::error::Error;
use arrow::array::{ArrayRef, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array};
use lake::tables;
use lake::{Lake, Mode, column};
use std::sync::Arc;

/// What became of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Waits for a person.
    Proposed,
    /// Was accepted.
    Accepted,
    /// Was rejected.
    Rejected,
}

impl State {
    const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }

    fn from_name(name: &str) -> Result<Self, Error> {
        [Self::Proposed, Self::Accepted, Self::Rejected]
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| Error::Unknown(format!("the state `{name}` of a model")))
    }
}

/// One step in the life of a model of who is one customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) seq: u64,
    /// UTC microseconds.
    pub(crate) at_us: i64,
    pub(crate) by: String,
    /// 16 hex digits.
    pub(crate) version: String,
    pub(crate) state: State,
    pub(crate) reason: String,
    /// As JSON.
    pub(crate) model: String,
    /// What it would change, as JSON; empty for all but proposals.
    pub(crate) changes: String,
}

/// Purpose of the models in this file.
const IDENTITY: &str = "identity";

/// The models of who is one customer, oldest step first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models {
    steps: Vec<Stored>,
}

impl Models {
    /// Reads the table at a snapshot.
    pub(crate) async fn read(lake: &Lake, snapshot: i64) -> Result<Self, Error> {
        let sql = format!("select * from models where purpose = '{IDENTITY}' order by seq");
        let batch = lake.view(snapshot).await?.table(&sql).await?;
        let text = |name| column::<StringArray>(&batch, name);
        let (seq, at) =
            (column::<UInt64Array>(&batch, "seq")?, column::<TimestampMicrosecondArray>(&batch, "at")?);
        let (by, version, state) = (text("by")?, text("version")?, text("state")?);
        let (reason, model, changes) = (text("reason")?, text("model")?, text("changes")?);
        let step = |row: usize| {
            Ok(Stored {
                seq: seq.value(row),
                at_us: at.value(row),
                by: by.value(row).to_owned(),
                version: version.value(row).to_owned(),
                state: State::from_name(state.value(row))?,
                reason: reason.value(row).to_owned(),
                model: model.value(row).to_owned(),
                changes: changes.value(row).to_owned(),
            })
        };
        Ok(Self { steps: (0..batch.num_rows()).map(step).collect::<Result<_, Error>>()? })
    }

    /// The last one accepted.
    pub(crate) fn in_force(&self) -> Option<&Stored> {
        self.steps.iter().rev().find(|step| step.state == State::Accepted)
    }

    /// The one that waits: the last step is its proposal.
    pub(crate) fn proposed(&self) -> Option<&Stored> {
        self.steps.last().filter(|step| step.state == State::Proposed)
    }

    /// Adds a step after those read.
    pub(crate) async fn add(&mut self, lake: &Lake, step: Stored) -> Result<&Stored, Error> {
        let seq = self.steps.last().map_or(1, |last| last.seq + 1);
        let step = Stored { seq, ..step };
        let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
        let at = TimestampMicrosecondArray::from(vec![step.at_us]).with_timezone("UTC");
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from(vec![seq])),
            Arc::new(at),
            text(&step.by),
            text(IDENTITY),
            text(&step.version),
            text(step.state.name()),
            text(&step.reason),
            text(&step.model),
            text(&step.changes),
        ];
        let batch = RecordBatch::try_new(tables::models().schema, columns)?;
        let key = format!("model {seq}: {}", step.state.name());
        lake.put(&tables::models(), Mode::Append, &key, &[batch]).await?;
        self.steps.push(step);
        Ok(&self.steps[self.steps.len() - 1])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn models(states: &[State]) -> Models {
        let step = |(at, &state): (usize, &State)| Stored {
            seq: at as u64 + 1,
            at_us: 0,
            by: "Ann".to_owned(),
            version: format!("{at:016x}"),
            state,
            reason: String::new(),
            model: "{}".to_owned(),
            changes: String::new(),
        };
        Models { steps: states.iter().enumerate().map(step).collect() }
    }

    #[test]
    fn the_last_accepted_model_is_in_force_and_only_the_last_step_waits() {
        use State::{Accepted, Proposed, Rejected};
        for (states, in_force, proposed) in [
            (&[][..], None, None),
            (&[Accepted], Some(1), None),
            (&[Accepted, Proposed], Some(1), Some(2)),
            (&[Accepted, Proposed, Rejected], Some(1), None),
            (&[Accepted, Proposed, Accepted], Some(3), None),
            (&[Accepted, Proposed, Proposed], Some(1), Some(3)),
        ] {
            let models = models(states);
            let seq = |found: Option<&Stored>| found.map(|step| step.seq);
            assert_eq!((seq(models.in_force()), seq(models.proposed())), (in_force, proposed), "{states:?}");
        }
    }
}
