//! For tests: reads literal files through a literal feed and tells what came out, a line each.

use crate::canon::Batch;
use crate::{Counts, Error, FeedPlan, ImportState, read_batch, read_file, record_hash};
use arrow::array::Array;
use arrow::record_batch::RecordBatch;
use arrow::util::display::array_value_to_string;
use model::{Clause, Config, EventKind, Outcome};
use std::collections::BTreeMap;

/// The company, the silo `s` and the start of its feed `f`.
const HEAD: &str = r#"
[company]
name = "A"
currency = "EUR"
timezone = "Europe/Berlin"
[[department]]
id = "d"
name = "D"
[[stream]]
id = "goods"
regime = "purchases"
gap_days = 180
[[rate]]
currency = "USD"
from = "2024-01-01"
rate = 0.5
[[silo]]
id = "s"
name = "S"
owner = "d"
[[silo.feed]]
id = "f"
"#;

/// What came out, in order.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    pub(crate) counts: Counts,
    /// `key column=value …`
    pub(crate) records: Vec<String>,
    /// `key at kind event value …`
    pub(crate) events: Vec<String>,
    /// `line [column] reason | raw`
    pub(crate) rejects: Vec<String>,
    pub(crate) batches: usize,
    keys: BTreeMap<u64, String>,
}

/// The config with these lines for its feed.
pub(crate) fn config(feed: &str) -> Config {
    let files = if feed.contains("sql = ") { "" } else { "files = \"*\"\n" };
    let text = format!("{HEAD}{files}{feed}");
    Config::parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"))
}

fn plan(config: &Config) -> FeedPlan<'_> {
    let (silo, feed) = config.feeds().next().expect("feed");
    FeedPlan { config, silo, feed, import_id: 7 }
}

/// Reads files, given as name and content, as one import.
pub(crate) fn files(feed: &str, files: &[(&str, &[u8])]) -> Result<Trial, Error> {
    let folder = tempfile::tempdir().expect("folder");
    let config = config(feed);
    let plan = plan(&config);
    let (mut state, mut trial) = (ImportState::new(&plan), Trial::default());
    let mut sum = Counts::default();
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("written");
        let mut bytes = 0;
        sum += read_file(&plan, &mut state, &path, &mut |more| bytes += more, &mut |batch| {
            trial.add(&batch);
            Ok(())
        })?;
        assert_eq!(bytes, content.len() as u64, "all bytes of {name} are told");
    }
    trial.counts = state.counts();
    assert_eq!(sum, trial.counts);
    Ok(trial)
}

/// Reads one file.
pub(crate) fn file(feed: &str, name: &str, content: impl AsRef<[u8]>) -> Result<Trial, Error> {
    files(feed, &[(name, content.as_ref())])
}

/// Reads one file that can be read.
pub(crate) fn read(feed: &str, name: &str, content: impl AsRef<[u8]>) -> Trial {
    file(feed, name, content).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads the result of a query.
pub(crate) fn batches(feed: &str, batches: &[RecordBatch]) -> Result<Trial, Error> {
    let config = config(feed);
    let plan = plan(&config);
    let (mut state, mut trial) = (ImportState::new(&plan), Trial::default());
    for batch in batches {
        read_batch(&plan, &mut state, batch, &mut |batch| {
            trial.add(&batch);
            Ok(())
        })?;
    }
    trial.counts = state.counts();
    Ok(trial)
}

fn cell(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(name).unwrap_or_else(|| panic!("{name}"));
    column.is_valid(row).then(|| array_value_to_string(column, row).expect(name))
}

fn number(batch: &RecordBatch, name: &str, row: usize) -> u64 {
    cell(batch, name, row).and_then(|text| text.parse().ok()).expect(name)
}

impl Trial {
    fn add(&mut self, batch: &Batch) {
        self.batches += 1;
        for (table, batch) in [
            (lake::tables::records(), &batch.records),
            (lake::tables::events(), &batch.events),
            (lake::tables::event_text(), &batch.event_text),
            (lake::tables::rejects(), &batch.rejects),
        ] {
            assert_eq!(table.schema, batch.schema(), "{}", table.name);
            assert!((0..batch.num_rows()).all(|row| number(batch, "import_id", row) == 7));
        }
        self.add_records(&batch.records);
        self.add_events(&batch.events, &batch.event_text);
        for row in 0..batch.rejects.num_rows() {
            let of = |name| cell(&batch.rejects, name, row).expect(name);
            self.rejects.push(format!("{} [{}] {} | {}", of("line"), of("column"), of("reason"), of("raw")));
        }
    }

    fn add_records(&mut self, batch: &RecordBatch) {
        for row in 0..batch.num_rows() {
            let mut line = cell(batch, "record_key", row).expect("key");
            let hash = number(batch, "record_hash", row);
            assert_eq!(hash, record_hash("s", &line));
            self.keys.insert(hash, line.clone());
            for name in lake::tables::RECORD_TEXT.iter().chain(&["updated_at", "attributes"]) {
                line += &cell(batch, name, row).map_or(String::new(), |text| format!(" {name}={text}"));
            }
            self.records.push(line);
        }
    }

    fn add_events(&mut self, events: &RecordBatch, texts: &RecordBatch) {
        let address = |batch: &RecordBatch, row| (number(batch, "row_no", row), number(batch, "part", row));
        let texts_of: BTreeMap<_, _> = (0..texts.num_rows()).map(|row| (address(texts, row), row)).collect();
        assert_eq!(texts_of.len(), texts.num_rows(), "one row of text for one event");
        for row in 0..events.num_rows() {
            let of = |name| cell(events, name, row);
            let kind = EventKind::from_code(number(events, "kind", row) as u8).expect("kind");
            let outcome = Outcome::from_code(number(events, "outcome", row) as u8).expect("outcome");
            let key = &self.keys[&number(events, "record_hash", row)];
            let (at, event, value) =
                (of("at").expect("at"), of("event").expect("event"), of("value_minor").expect("value"));
            let mut line = format!("{key} {at} {} {event} {value}", kind.name());
            let clause = of("clause").map(|code| code.parse().expect("code"));
            let clause = clause.map(|code| Clause::from_code(code).expect("clause"));
            if let Some(clause) = clause.filter(|clause| *clause != Clause::Price) {
                line += &format!(" {}", clause.name());
            }
            if outcome != Outcome::Unknown {
                line += " ";
                line += outcome.name();
            }
            for name in ["currency", "original_minor", "reference", "source_id", "score"] {
                line += &of(name).map_or(String::new(), |text| format!(" {name}={text}"));
            }
            if let Some(text_row) = texts_of.get(&address(events, row)) {
                for name in ["title", "text", "reason", "channel"] {
                    line +=
                        &cell(texts, name, *text_row).map_or(String::new(), |text| format!(" {name}={text}"));
                }
            }
            self.events.push(line);
        }
    }
}
