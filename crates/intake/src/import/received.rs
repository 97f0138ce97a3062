//! The drain: what programs sent and the inbox acknowledged becomes rows of the lake.
//!
//! One commit makes the rows of a stretch of the log count and says how far the lake has come in it. The log lets go
//! of the stretch only then, so whenever the process dies nothing is lost and nothing comes twice.

use super::books::{Import, Imports, Status};
use super::pour::Spout;
use super::{ImportError, heal};
use crate::canon::Batch;
use crate::home::Home;
use crate::message::Message;
use crate::plan::{Counts, FeedPlan, ImportState, read_text};
use crate::row::Reject;
use arrow::array::{ArrayRef, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};
use inbox::{Entry, Inbox};
use lake::{Lake, column, tables};
use model::config::FeedMode;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bytes of events read at a time.
const PART_BYTES: usize = 16 << 20;
/// The name that rejects have for the file.
const FILE: &str = "inbox";
const CONFLICT: &str = "was received before with another content; the first stands";

/// What a drain moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drained {
    /// Events that were sent.
    pub messages: u64,
    /// Of those, events sent before, with the same content.
    pub repeated: u64,
    /// What became of the others.
    pub counts: Counts,
    /// Commits that were made.
    pub commits: u64,
}

/// Moves into the lake what waits in the inbox when it begins.
///
/// # Errors
/// When lake or inbox cannot be read or written, or events wait for a feed that is gone. What was moved until then
/// counts.
pub async fn drain(home: &Home, lake: &Lake, inbox: &Inbox, now_us: i64) -> Result<Drained, ImportError> {
    let mut drained = Drained::default();
    loop {
        let imports = Imports::read(lake, lake.head().await?).await?;
        let from = imports.inbox_end();
        let entries = inbox.read(from, PART_BYTES)?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            inbox.forget(from)?;
            return Ok(drained);
        };
        if drained.commits == 0 {
            heal(lake, now_us).await?;
        }
        let is_last = entries.iter().map(|entry| entry.bytes.len()).sum::<usize>() < PART_BYTES;
        let stretch = Stretch { home, lake, now_us, from: first.place, to: last.next };
        Box::pin(stretch.pour(entries, &mut drained)).await?;
        inbox.forget(stretch.to)?;
        if is_last {
            // More may have come meanwhile; others wait for the lake, too.
            return Ok(drained);
        }
    }
}

/// Some entries one after another.
struct Stretch<'a> {
    home: &'a Home,
    lake: &'a Lake,
    now_us: i64,
    from: u64,
    to: u64,
}

impl Stretch<'_> {
    async fn pour(&self, entries: Vec<Entry>, drained: &mut Drained) -> Result<(), ImportError> {
        let mut by_feed: BTreeMap<String, Vec<Message>> = BTreeMap::new();
        for Entry { place, bytes, .. } in entries {
            let message = Message::read(bytes).ok_or(ImportError::Entry { place })?;
            by_feed.entry(message.feed.clone()).or_default().push(message);
        }
        let mut imports = Vec::new();
        for (name, messages) in &by_feed {
            imports.push((self.plan(name)?, messages));
        }
        let mut steps: Vec<Import> = imports.iter().map(|(plan, _)| self.import(plan)).collect();
        self.record(&steps).await?;
        for ((plan, messages), step) in imports.iter().zip(&mut steps) {
            let (counts, repeated) = Box::pin(pour_feed(plan, self.lake, messages)).await?;
            *step = Import { counts, ..step.step(Status::Done, self.now_us) };
            drained.messages += messages.len() as u64;
            drained.repeated += repeated;
            drained.counts += counts;
        }
        self.record(&steps).await?;
        drained.commits += 1;
        Ok(())
    }

    async fn record(&self, steps: &[Import]) -> Result<(), ImportError> {
        let imports = Imports::read(self.lake, self.lake.head().await?).await?;
        imports.record(self.lake, steps).await?;
        Ok(())
    }

    /// The feed of a name, with the import its events become.
    fn plan(&self, name: &str) -> Result<FeedPlan<'_>, ImportError> {
        let config = &self.home.config;
        let mut plans = config.feeds().map(|(silo, feed)| FeedPlan {
            config,
            silo,
            feed,
            import_id: self.import_id(name),
        });
        plans
            .find(|plan| plan.feed.takes_calls() && plan.name() == name)
            .ok_or_else(|| ImportError::NoFeed { feed: name.to_owned() })
    }

    fn import(&self, plan: &FeedPlan<'_>) -> Import {
        Import {
            seq: 0,
            id: plan.import_id,
            status: Status::Started,
            at_us: self.now_us,
            silo: plan.silo.id.get_ref().clone(),
            feed: plan.feed.id.get_ref().clone(),
            mode: if plan.feed.mode == FeedMode::Full { "full" } else { "append" }.to_owned(),
            files: format!("inbox {}..{}", self.from, self.to),
            counts: Counts::default(),
        }
    }

    /// Named by its place in the log, which is never used again.
    fn import_id(&self, feed: &str) -> u64 {
        let digest = blake3::hash(format!("inbox {} {} {feed}", self.from, self.to).as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_bytes()[..8]);
        u64::from_le_bytes(first).max(1)
    }
}

/// Writes the rows of one feed's events; also how many were sent before.
async fn pour_feed(
    plan: &FeedPlan<'_>,
    lake: &Lake,
    messages: &[Message],
) -> Result<(Counts, u64), ImportError> {
    let mut known = known(lake, messages).await?;
    let mut state = ImportState::new(plan);
    let (mut text, mut new, mut repeated) = (Vec::new(), Vec::new(), 0);
    for (line, message) in (1..).zip(messages) {
        match known.insert(message.id, message.content) {
            None => {
                text.extend(message.body.as_bytes());
                new.push(message);
            }
            Some(content) if content == message.content => repeated += 1,
            Some(content) => {
                known.insert(message.id, content);
                state.set_aside(FILE, line, &Reject::new("messageId", CONFLICT), &message.body);
            }
        }
        text.push(b'\n');
    }
    let spout = |table| Spout::new(table, plan.import_id);
    let tables = [tables::records(), tables::events(), tables::event_text(), tables::rejects()];
    let mut spouts = tables.map(spout);
    read_text(plan, &mut state, FILE, text, &mut |batch: Batch| {
        let parts = [batch.records, batch.events, batch.event_text, batch.rejects];
        spouts.iter_mut().zip(parts).for_each(|(spout, batch)| spout.take(batch));
        Ok::<_, ImportError>(())
    })?;
    let mut received = spout(tables::received());
    received.take(told(plan.import_id, &new)?);
    for spout in spouts.into_iter().chain([received]) {
        spout.finish(lake).await?;
    }
    Ok((state.counts(), repeated))
}

/// What the lake has of these messages: hash of the id, of the content.
async fn known(lake: &Lake, messages: &[Message]) -> Result<FxHashMap<u128, u64>, ImportError> {
    let view = lake.view(lake.head().await?).await?;
    let schema = Arc::new(Schema::new(vec![Field::new("message", DataType::UInt64, false)]));
    let mut asked: Vec<u64> = messages.iter().map(|message| high(message.id)).collect();
    asked.sort_unstable();
    asked.dedup();
    let asked: ArrayRef = Arc::new(UInt64Array::from(asked));
    let asked = RecordBatch::try_new(Arc::clone(&schema), vec![asked]).map_err(lake::Error::from)?;
    view.put_side("asked", schema, vec![asked])?;
    let sql = "select r.message, r.message_low, r.content \
               from side.main.asked a join received r on a.message = r.message";
    let batch = view.table(sql).await?;
    let number = |name| column::<UInt64Array>(&batch, name);
    let (message, low, content) = (number("message")?, number("message_low")?, number("content")?);
    let id = |row: usize| u128::from(message.value(row)) << 64 | u128::from(low.value(row));
    Ok((0..batch.num_rows()).map(|row| (id(row), content.value(row))).collect())
}

/// The rows of `received`.
fn told(import_id: u64, messages: &[&Message]) -> Result<RecordBatch, ImportError> {
    let number = |value: fn(&Message) -> u64| -> ArrayRef {
        Arc::new(UInt64Array::from_iter_values(messages.iter().map(|message| value(message))))
    };
    let columns = vec![
        Arc::new(UInt64Array::from_value(import_id, messages.len())) as ArrayRef,
        number(|message| high(message.id)),
        number(|message| message.id as u64),
        number(|message| message.content),
    ];
    Ok(RecordBatch::try_new(tables::received().schema, columns).map_err(lake::Error::from)?)
}

const fn high(id: u128) -> u64 {
    (id >> 64) as u64
}
