//! What an edition is made from: the imports that count, and the company's settings.

use crate::error::Error;
use crate::models::Stored;
use arrow::array::{ArrayRef, BooleanArray, RecordBatch, StringArray, UInt16Array, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use intake::{Home, Import, Imports};
use lake::{Lake, View};
use model::Day;
use model::config::{Regime, Stream};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What an edition is made from; equal inputs give equal editions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inputs {
    /// Live imports, ascending, as 16 hex digits.
    imports: Vec<String>,
    /// Hash of `kept.toml`.
    config: String,
    /// Last day of the books.
    as_of: String,
    /// Number of the last decision about identity.
    decisions: u64,
    /// Version of the model of identity; empty before the first.
    model: String,
    /// Number of the last step in the history of closings; early editions do not say.
    #[serde(default)]
    closings: u64,
    /// Version of the program's own rules.
    rules: u32,
}

/// Raised when the same imports would give other derived tables.
const RULES: u32 = 12;

/// Whether an edition was made by the rules of now.
pub(crate) fn are_of_these_rules(inputs: &str) -> bool {
    serde_json::from_str::<Inputs>(inputs).is_ok_and(|inputs| inputs.rules == RULES)
}

/// What names the rules an edition was made by: those of the ledger, of the program, and the settings.
pub(crate) fn rules_of(inputs: &str) -> Result<String, Error> {
    let inputs: Inputs = serde_json::from_str(inputs)?;
    Ok(format!("ledger {}, rules {}, settings {}", ledger::RULE_VERSION, inputs.rules, inputs.config))
}

/// Live imports in the order that decides between rows of equal time: as the feeds stand in the config, then
/// as they were imported.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    /// Oldest first within a feed.
    pub(crate) imports: Vec<LiveImport>,
}

/// Number of the last step in the history of closings that an edition knows; early editions know of none.
pub(crate) fn closings_of(inputs: &str) -> u64 {
    serde_json::from_str::<Inputs>(inputs).map_or(0, |inputs| inputs.closings)
}

/// How far what people said counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said {
    /// Number of the last decision about identity.
    pub(crate) decisions: u64,
    /// Number of the last step in the history of closings.
    pub(crate) closings: u64,
}

/// One live import with what the config says of its feed.
#[derive(Debug, Clone)]
pub(crate) struct LiveImport {
    pub(crate) import: Import,
    /// Position of the silo in the config.
    pub(crate) silo: u16,
    /// Position of the feed among all feeds.
    pub(crate) feed: u16,
    /// Code of its revenue stream.
    pub(crate) stream: u16,
}

/// Stream code of events that belong to no stream.
pub(crate) const NO_STREAM: u16 = u16::MAX;

impl Live {
    /// The imports that count at a snapshot and whose feed the config still has.
    pub(crate) async fn read(lake: &Lake, snapshot: i64, home: &Home) -> Result<Self, Error> {
        let imports = Imports::read(lake, snapshot).await?;
        let config = &home.config;
        let mut live = Vec::new();
        for (feed_at, (silo, feed)) in config.feeds().enumerate() {
            let silo_at = config.silos.iter().position(|other| other.id.get_ref() == silo.id.get_ref());
            let stream =
                stream_of(&config.streams, feed.stream.as_ref().map(|stream| stream.get_ref().as_str()));
            let of_feed =
                |import: &&Import| import.silo == *silo.id.get_ref() && import.feed == *feed.id.get_ref();
            live.extend(imports.live().filter(of_feed).map(|import| LiveImport {
                import: import.clone(),
                silo: silo_at.unwrap_or_default() as u16,
                feed: feed_at as u16,
                stream,
            }));
        }
        Ok(Self { imports: live })
    }

    /// Makes them readable as `side.main.live` (`import_id`, rank, silo, `silo_id`, feed, stream, append).
    pub(crate) fn put(&self, view: &View) -> Result<(), Error> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("import_id", DataType::UInt64, false),
            Field::new("rank", DataType::UInt32, false),
            Field::new("silo", DataType::UInt16, false),
            Field::new("silo_id", DataType::Utf8, false),
            Field::new("feed", DataType::UInt16, false),
            Field::new("stream", DataType::UInt16, false),
            Field::new("append", DataType::Boolean, false),
        ]));
        let all = &self.imports;
        let columns: Vec<ArrayRef> = vec![
            Arc::new(UInt64Array::from_iter_values(all.iter().map(|live| live.import.id))),
            Arc::new(UInt32Array::from_iter_values(0..all.len() as u32)),
            Arc::new(UInt16Array::from_iter_values(all.iter().map(|live| live.silo))),
            Arc::new(StringArray::from_iter_values(all.iter().map(|live| live.import.silo.as_str()))),
            Arc::new(UInt16Array::from_iter_values(all.iter().map(|live| live.feed))),
            Arc::new(UInt16Array::from_iter_values(all.iter().map(|live| live.stream))),
            Arc::new(BooleanArray::from(
                all.iter().map(|live| live.import.mode == "append").collect::<Vec<_>>(),
            )),
        ];
        let batch = RecordBatch::try_new(Arc::clone(&schema), columns)?;
        Ok(view.put_side("live", schema, vec![batch])?)
    }

    /// What an edition made from these imports under this config is made from.
    pub(crate) fn inputs(&self, home: &Home, as_of: Day, said: Said, model: Option<&Stored>) -> Inputs {
        let model = model.map(|stored| stored.version.clone()).unwrap_or_default();
        let mut imports: Vec<String> =
            self.imports.iter().map(|live| format!("{:016x}", live.import.id)).collect();
        imports.sort();
        let config = blake3::hash(home.text.as_bytes()).to_hex()[..16].to_owned();
        let (as_of, Said { decisions, closings }) = (as_of.to_string(), said);
        Inputs { imports, config, as_of, decisions, model, closings, rules: RULES }
    }
}

/// The code of a feed's stream: the one it names; else the only stream there is.
fn stream_of(streams: &[Stream], named: Option<&str>) -> u16 {
    let found = match named {
        Some(name) => streams.iter().position(|stream| stream.id.get_ref() == name),
        None => (streams.len() == 1).then_some(0),
    };
    found.map_or(NO_STREAM, |at| at as u16)
}

/// The ledger's rules, with gaps where they are fixed; `None` marks a gap to be calibrated.
pub(crate) fn gap_of(stream: &Stream) -> Option<u32> {
    match stream.regime {
        Regime::Contractual => Some(0),
        Regime::Purchases => stream.gap_days.as_ref().map(|gap| *gap.get_ref()),
    }
}
