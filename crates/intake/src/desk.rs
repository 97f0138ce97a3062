//! What mappers work with while they read one feed: the clock, the till, the canonical output, and what is
//! remembered from row to row and from file to file of one import.

use crate::canon::{Canon, SourceId};
use crate::parse::Clock;
use crate::plan::FeedPlan;
use crate::row::Row;
use crate::till::Till;
use jiff::tz::TimeZone;
use model::config::FeedMode;
use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_128;

/// The working set of one import.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) clock: Clock,
    pub(crate) till: Till,
    pub(crate) canon: Canon,
    /// Number of the row at hand, running on over the files of the import.
    pub(crate) row_no: u64,
    /// The order whose first row was seen last (`shopify-orders`).
    pub(crate) order: String,
    append: bool,
    /// Content of a row → how many rows had it.
    occurrences: FxHashMap<u128, u32>,
    scratch: Vec<u8>,
}

impl Desk {
    /// A fresh working set.
    pub(crate) fn new(plan: &FeedPlan<'_>) -> Self {
        let named = plan.feed.timezone.as_ref().and_then(|name| TimeZone::get(name.get_ref()).ok());
        let zone = named.unwrap_or_else(|| plan.config.zone());
        Self {
            clock: Clock::new(zone, plan.feed.date_formats.clone()),
            till: Till::new(plan.config, plan.feed),
            canon: Canon::new(plan.import_id, plan.silo.id.get_ref()),
            row_no: 0,
            order: String::new(),
            append: plan.feed.mode == FeedMode::Append,
            occurrences: FxHashMap::default(),
            scratch: Vec::new(),
        }
    }

    /// The id of an event whose silo gives none: nothing where files replace each other; where they add up, the
    /// row's content and how often it was seen, so that overlapping files add nothing twice.
    pub(crate) fn content_id(&mut self, row: &Row<'_>) -> SourceId<'static> {
        if !self.append {
            return SourceId::None;
        }
        row.content(&mut self.scratch);
        let hash = xxh3_128(&self.scratch);
        let seen = self.occurrences.entry(hash).or_insert(0);
        *seen += 1;
        SourceId::Content(hash, *seen - 1)
    }
}
