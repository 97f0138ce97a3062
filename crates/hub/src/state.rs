//! What every handler shares, and reading everything a page shows from one edition.

use crate::error::Failure;
use crate::layout::Frame;
use model::config::Unit;
use refresh::Reader;
use refresh::view::Edition;
use std::sync::Arc;

/// Shared by all handlers.
#[derive(Clone)]
pub struct Hub {
    /// Where everything is read from.
    pub reader: Arc<Reader>,
    /// What time it is, UTC microseconds: the time of what people decide.
    pub now_us: fn() -> i64,
}

/// How often a page is read again when editions are published while it is read.
const READS: usize = 3;

impl Hub {
    /// A hub that shows what a reader reads.
    pub fn new(reader: Arc<Reader>, now_us: fn() -> i64) -> Self {
        Self { reader, now_us }
    }

    /// What surrounds a page of an edition.
    pub(crate) fn frame(&self, edition: Option<Edition>) -> Frame {
        let config = self.reader.company();
        Frame {
            company: config.company.name.clone(),
            currency: config.company.currency,
            zone: config.zone(),
            edition,
        }
    }

    /// Whether the company counts accounts: keys and decisions alone say who is one.
    pub(crate) fn counts_accounts(&self) -> bool {
        self.reader.company().company.customer == Unit::Account
    }

    /// Reads with `load`, again when another edition was published meanwhile, so that a page shows one edition.
    /// `None` when there is no edition yet.
    pub(crate) async fn at_one_edition<T, F>(
        &self,
        load: impl Fn() -> F,
    ) -> Result<Option<(Edition, T)>, Failure>
    where
        F: Future<Output = Result<T, refresh::Error>>,
    {
        let mut before = self.reader.edition().await?;
        for _ in 0..READS {
            let Some(edition) = before else {
                return Ok(None);
            };
            let loaded = load().await?;
            let after = self.reader.edition().await?;
            if after.as_ref() == Some(&edition) {
                return Ok(Some((edition, loaded)));
            }
            before = after;
        }
        Err(Failure::busy())
    }
}
