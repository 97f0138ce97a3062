//! Identity as people look at it: what waits for a decision, why two records are one, which model is in force.

use super::Reader;
use crate::decisions::{Decision, Decisions, RecordName, Ruling, decide};
use crate::error::Error;
use crate::view::Page;
use crate::view::identity::{Explanation, IdentityStatus, ModelView, Proposal, Waiting};
use lake::{Access, Lake};

impl Reader {
    /// Identity at a glance: sizes, the largest customers, values that identify nobody, the model.
    pub async fn identity(&self) -> Result<IdentityStatus, Error> {
        Err(Error::NoEdition)
    }

    /// Pairs that wait for a decision, surest first, without those decided since.
    pub async fn waiting(&self, _offset: usize, _limit: usize) -> Result<Page<Waiting>, Error> {
        Err(Error::NoEdition)
    }

    /// Why two records are, or are not, one customer.
    pub async fn explain(&self, _a: &RecordName, _b: &RecordName) -> Result<Explanation, Error> {
        Err(Error::NoEdition)
    }

    /// The model in force; `None` before the first refresh.
    pub async fn model(&self) -> Result<Option<ModelView>, Error> {
        Err(Error::NoEdition)
    }

    /// The model that waits to be accepted, with what it would change; `None` when there is none.
    pub async fn proposal(&self) -> Result<Option<Proposal>, Error> {
        Err(Error::NoEdition)
    }

    /// Accepts or rejects the model that waits; it counts from the next refresh.
    pub async fn judge_proposal(
        &self,
        _accept: bool,
        _by: &str,
        _reason: &str,
        _now_us: i64,
    ) -> Result<(), Error> {
        Err(Error::NoEdition)
    }

    /// Decisions, newest first; whether each is in force.
    pub async fn decisions(&self, offset: usize, limit: usize) -> Result<Page<(Decision, bool)>, Error> {
        let decisions = Decisions::read(&self.lake, self.lake.head().await?).await?;
        let in_force: Vec<u64> = decisions.in_force().iter().map(|decision| decision.seq).collect();
        let told = |decision: &Decision| (decision.clone(), in_force.contains(&decision.seq));
        let rows = decisions.all().iter().rev().skip(offset).take(limit).map(told).collect();
        Ok(Page { total: decisions.all().len(), rows })
    }

    /// Adds a decision; it counts from the next refresh. Fails while another process writes.
    pub async fn decide(&self, ruling: Ruling, now_us: i64) -> Result<Decision, Error> {
        let lake = Lake::open(self.folder(), Access::Write).await?;
        decide(&lake, ruling, now_us).await
    }
}
