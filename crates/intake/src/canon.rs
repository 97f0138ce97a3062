//! The canonical output: builders for `records`, `events`, `event_text` and `rejects`, with exactly the schemas
//! of the lake, and the name of a record.

mod tables;

use crate::error::Problem;
use crate::row::Reject;
use arrow::record_batch::RecordBatch;
use model::{Clause, Currency, EventKind, Outcome};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::collections::hash_map::Entry;
use tables::{Events, Records, Rejects, Texts};
use xxhash_rust::xxh3::xxh3_64;

/// Rows of one table after which a batch is handed on.
const BATCH_ROWS: usize = 32_768;
/// Bytes of text after which a batch is handed on, far below what Arrow's 32-bit offsets can address.
const BATCH_BYTES: usize = 64 << 20;
/// Keys looked up at once.
const KEYS_AT_ONCE: usize = 1024;
/// Bytes of a rejected row that are kept; what is cut off is said.
const RAW_BYTES: usize = 1 << 20;

/// One portion of canonical rows; each table may be empty. Schemas and order of columns are those of
/// `lake::tables`, rows in the order read.
#[derive(Debug, Clone)]
pub struct Batch {
    /// What silos know of people.
    pub records: RecordBatch,
    /// What happened.
    pub events: RecordBatch,
    /// Free text of events.
    pub event_text: RecordBatch,
    /// Rows that could not be read.
    pub rejects: RecordBatch,
}

/// The hash that names a record: xxh3-64 of silo id, 0x1F and the key as [`record_key`] writes it; never 0.
pub fn record_hash(silo: &str, key: &str) -> u64 {
    let mut name = Vec::with_capacity(silo.len() + key.len() + 1);
    name.extend_from_slice(silo.as_bytes());
    name.push(0x1F);
    name.extend_from_slice(record_key(key).as_bytes());
    named(&name)
}

fn named(name: &[u8]) -> u64 {
    // 0 stands for "no record" in derived tables.
    xxh3_64(name).max(1)
}

/// A record key as it is stored: without surrounding blanks; an e-mail address in lower case.
pub fn record_key(key: &str) -> Cow<'_, str> {
    let key = key.trim();
    if !key.as_bytes().contains(&b'@') {
        return Cow::Borrowed(key);
    }
    let folds = key.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
    if folds && is_email(key) { Cow::Owned(key.to_lowercase()) } else { Cow::Borrowed(key) }
}

fn is_email(key: &str) -> bool {
    let blank = key.contains(char::is_whitespace);
    key.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@') && !blank)
}

/// What one row tells of a record, beside its key.
#[derive(Debug, Clone, Default)]
pub(crate) struct RecordRow<'r> {
    /// When the silo last changed it, UTC microseconds.
    pub(crate) updated_at_us: Option<i64>,
    /// Texts in the order of `lake::tables::RECORD_TEXT`.
    pub(crate) text: [Option<&'r str>; RECORD_TEXTS],
    /// JSON object, keys sorted.
    pub(crate) attributes: Option<&'r str>,
}

/// Number of text columns of a record.
pub(crate) const RECORD_TEXTS: usize = lake::tables::RECORD_TEXT.len();

/// Money of one event in the company's currency, and as it was where that was another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) value_minor: i64,
    /// Foreign currency and its minor units.
    pub(crate) original: Option<(Currency, i64)>,
}

/// The silo's own id of an event.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum SourceId<'r> {
    #[default]
    None,
    /// As sent.
    Plain(&'r str),
    /// An id that several events share; the event's name is added.
    Shared(&'r str),
    /// Hash of the row's content and how many rows of this import had it before.
    Content(u128, u32),
}

/// One event.
#[derive(Debug, Clone)]
pub(crate) struct EventRow<'r> {
    pub(crate) at_us: i64,
    pub(crate) kind: EventKind,
    /// What a subscription event says; `None` for a price and for what is no subscription.
    pub(crate) clause: Option<Clause>,
    pub(crate) event: &'r str,
    pub(crate) outcome: Outcome,
    pub(crate) amount: Amount,
    pub(crate) reference: Option<&'r str>,
    pub(crate) source_id: SourceId<'r>,
    pub(crate) score: Option<f64>,
    pub(crate) title: Option<&'r str>,
    pub(crate) text: Option<&'r str>,
    pub(crate) reason: Option<&'r str>,
    pub(crate) channel: Option<&'r str>,
}

impl<'r> EventRow<'r> {
    /// An event of which only when, what kind and its name are known.
    pub(crate) fn new(at_us: i64, kind: EventKind, event: &'r str) -> Self {
        Self {
            at_us,
            kind,
            clause: None,
            event,
            outcome: Outcome::Unknown,
            amount: Amount::default(),
            reference: None,
            source_id: SourceId::None,
            score: None,
            title: None,
            text: None,
            reason: None,
            channel: None,
        }
    }
}

/// Keys of records: row, hash and where the key starts in `text`.
#[derive(Debug, Default)]
struct Keys {
    rows: Vec<(u64, u64, usize)>,
    text: String,
}

/// Collects canonical rows of one import.
#[derive(Debug)]
pub(crate) struct Canon {
    import_id: u64,
    /// `silo 0x1F`, then scratch.
    name: Vec<u8>,
    name_head: usize,
    /// Record → hash of what was last emitted for it.
    emitted: FxHashMap<u64, u64>,
    /// Records of which rows told only the key, not yet looked up.
    keys: Keys,
    content: Vec<u8>,
    records: Records,
    events: Events,
    texts: Texts,
    rejects: Rejects,
    /// Bytes of text collected since the last batch.
    bytes: usize,
}

impl Canon {
    /// An empty collection for an import of a silo.
    pub(crate) fn new(import_id: u64, silo: &str) -> Self {
        let mut name = silo.as_bytes().to_vec();
        name.push(0x1F);
        Self {
            import_id,
            name_head: name.len(),
            name,
            emitted: FxHashMap::default(),
            keys: Keys::default(),
            content: Vec::new(),
            records: Records::new(),
            events: Events::new(),
            texts: Texts::new(),
            rejects: Rejects::new(),
            bytes: 0,
        }
    }

    /// Adds what a row tells of a record, unless the record's last row told the same; returns the record's
    /// hash.
    pub(crate) fn record(&mut self, row_no: u64, key: &str, row: &RecordRow<'_>) -> u64 {
        self.look_up_keys();
        let key = record_key(key);
        let hash = self.hash_of(&key);
        let content = self.content_of(row);
        match self.emitted.get(&hash) {
            Some(last) if *last == content || content == 0 => return hash,
            _ => {}
        }
        self.emitted.insert(hash, content);
        self.bytes += key.len() + self.content.len();
        self.records.push(row_no, hash, &key, row);
        hash
    }

    /// Adds a record of which a row tells only the key, once; returns the record's hash.
    pub(crate) fn record_key_only(&mut self, row_no: u64, key: &str) -> u64 {
        let key = record_key(key);
        let hash = self.hash_of(&key);
        if self.keys.rows.len() == KEYS_AT_ONCE {
            self.look_up_keys();
        }
        self.keys.rows.push((row_no, hash, self.keys.text.len()));
        self.keys.text.push_str(&key);
        hash
    }

    /// Emits the records among `keys` that are new. Looked up many at a time, the processor waits for memory
    /// once for many of them.
    fn look_up_keys(&mut self) {
        let Keys { rows, text } = &mut self.keys;
        let ends = rows.iter().skip(1).map(|(_, _, start)| *start).chain([text.len()]).collect::<Vec<_>>();
        for (&mut (row_no, hash, start), end) in rows.iter_mut().zip(ends) {
            if let Entry::Vacant(entry) = self.emitted.entry(hash) {
                entry.insert(0);
                self.bytes += end - start;
                self.records.push(row_no, hash, &text[start..end], &RecordRow::default());
            }
        }
        rows.clear();
        text.clear();
    }

    /// Adds the `part`-th event of a row.
    pub(crate) fn event(&mut self, row_no: u64, part: u16, record: u64, event: &EventRow<'_>) {
        self.bytes += event.event.len() + event.reference.map_or(0, str::len) + 48;
        self.events.push(row_no, part, record, event);
        let texts = [event.title, event.text, event.reason, event.channel];
        if texts.iter().any(Option::is_some) {
            self.bytes += texts.iter().flatten().map(|text| text.len()).sum::<usize>();
            self.texts.push(row_no, part, texts);
        }
    }

    /// Keeps a row that cannot be read.
    pub(crate) fn reject(&mut self, file: &str, line: u64, reject: &Reject, raw: &str) {
        let cut = raw.floor_char_boundary(RAW_BYTES);
        self.bytes += cut.min(raw.len()) + file.len() + reject.reason.len();
        if cut < raw.len() {
            let raw = format!("{}… ({} bytes more)", &raw[..cut], raw.len() - cut);
            self.rejects.push(file, line, reject, &raw);
        } else {
            self.rejects.push(file, line, reject, raw);
        }
    }

    /// Whether a batch should be handed on.
    pub(crate) fn is_full(&self) -> bool {
        self.events.len() >= BATCH_ROWS
            || self.records.len() >= BATCH_ROWS
            || self.rejects.len() >= BATCH_ROWS
            || self.bytes >= BATCH_BYTES
    }

    /// Whether nothing was collected since the last batch.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.len() == 0
            && self.records.len() == 0
            && self.rejects.len() == 0
            && self.keys.rows.is_empty()
    }

    /// Hands on what was collected.
    pub(crate) fn take(&mut self) -> Result<Batch, Problem> {
        self.look_up_keys();
        self.bytes = 0;
        Ok(Batch {
            records: self.records.finish(self.import_id)?,
            events: self.events.finish(self.import_id)?,
            event_text: self.texts.finish(self.import_id)?,
            rejects: self.rejects.finish(self.import_id)?,
        })
    }

    fn hash_of(&mut self, key: &str) -> u64 {
        self.name.truncate(self.name_head);
        self.name.extend_from_slice(key.as_bytes());
        named(&self.name)
    }

    /// Hash of everything a row tells of a record; 0 when it tells nothing.
    fn content_of(&mut self, row: &RecordRow<'_>) -> u64 {
        self.content.clear();
        let texts = row.text.iter().chain(std::iter::once(&row.attributes));
        for (place, text) in texts.enumerate().filter_map(|(place, text)| text.map(|text| (place, text))) {
            self.content.push(place as u8);
            self.content.extend_from_slice(&(text.len() as u64).to_le_bytes());
            self.content.extend_from_slice(text.as_bytes());
        }
        if let Some(at_us) = row.updated_at_us {
            self.content.push(u8::MAX);
            self.content.extend_from_slice(&at_us.to_le_bytes());
        }
        if self.content.is_empty() { 0 } else { xxh3_64(&self.content).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_record_ignores_blanks_and_the_case_of_an_email() {
        let hash = |key: &str| record_hash("shop", key);
        assert_eq!(hash(" Ann@X.org "), hash("ann@x.org"));
        assert_eq!(hash("\u{a0}A-1"), hash("A-1"));
        assert_ne!(hash("a-1"), hash("A-1"));
        assert_ne!(record_hash("shop", "1"), record_hash("web", "1"));
        assert_ne!(record_hash("a", "b\u{1f}c"), 0);
        assert_eq!(record_hash("shop", "1"), xxh3_64(b"shop\x1f1"));
        for (key, stored) in
            [("JÖRG@X.ORG", "jörg@x.org"), ("@Handle", "@Handle"), ("A B@X", "A B@X"), ("A@b@C", "A@b@C")]
        {
            assert_eq!(record_key(key), stored);
        }
    }

    #[test]
    fn a_record_is_told_again_only_when_it_says_something_else() {
        let mut canon = Canon::new(1, "shop");
        let with = |name| RecordRow {
            text: std::array::from_fn(|at| (at == 0).then_some(name)),
            ..RecordRow::default()
        };
        let first = canon.record_key_only(0, "1");
        canon.record_key_only(1, "1");
        canon.record(2, "1", &with("Ann"));
        canon.record(3, "1", &with("Ann"));
        canon.record(4, "1", &with("Anne"));
        canon.record(5, "1", &with("Ann"));
        canon.record_key_only(6, "1");
        let hash = canon.record(7, "2", &with("Ann"));
        assert_ne!(first, hash);
        let batch = canon.take().expect("batch");
        let rows = batch.records.column_by_name("row_no").expect("row_no");
        let rows = arrow::array::cast::AsArray::as_primitive::<arrow::datatypes::UInt64Type>(rows);
        assert_eq!(rows.values(), &[0, 2, 4, 5, 7]);
        assert!(canon.is_empty());
    }

    #[test]
    fn a_huge_rejected_row_is_cut_and_says_so() {
        let mut canon = Canon::new(1, "shop");
        canon.reject("f.csv", 2, &Reject::new("", "x"), &"é".repeat(RAW_BYTES));
        let batch = canon.take().expect("batch");
        let raw =
            arrow::array::cast::AsArray::as_string::<i32>(batch.rejects.column_by_name("raw").expect("raw"));
        assert!(raw.value(0).ends_with("… (1048576 bytes more)") && raw.value(0).len() < RAW_BYTES + 40);
    }
}
