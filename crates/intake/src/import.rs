//! Importing: every feed's files into the lake, each import whole or not at all.
//!
//! An import is named by what it is made from (feed, how it is read, content of its files), so the same file
//! twice changes nothing. Its rows count from the moment its `done` row in `imports` is committed.

mod books;
mod pour;
mod received;
mod source;

pub use books::{Import, Imports, Status};
pub use received::{Drained, drain};

use crate::Error;
use crate::home::Home;
use crate::plan::{Counts, FeedPlan};
use lake::Lake;
use model::config::{Config, Feed, FeedMode, Silo};
use source::Files;
use std::path::PathBuf;

/// Why an import failed. The lake is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The feed's files cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// No file to read.
    #[error("feed `{feed}`: no file matches `{pattern}` in {folder}{present}")]
    NoFile {
        /// Silo and feed.
        feed: String,
        /// As in the config.
        pattern: String,
        /// Where it was looked for.
        folder: PathBuf,
        /// What is there instead.
        present: String,
    },
    /// Too many rows cannot be read.
    #[error(
        "feed `{feed}`: {rejects} of {rows} rows cannot be read, more than max_reject_share = {share} allows; nothing was changed. First: {first}"
    )]
    Rejects {
        /// Silo and feed.
        feed: String,
        /// Rows that cannot be read.
        rejects: u64,
        /// Rows in all.
        rows: u64,
        /// The share allowed.
        share: f64,
        /// The first of them: file, line, reason.
        first: String,
    },
    /// A file of the operating system.
    #[error("{path}: {source}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] inbox::Error),
    /// An entry of the inbox that no version of this program up to this one writes.
    #[error("the entry of the inbox at {place} cannot be read; run the newer `kept` that took it in")]
    Entry {
        /// Its place in the log.
        place: u64,
    },
    /// Events wait for a feed that is no longer there.
    #[error(
        "the inbox holds events of the feed `{feed}`, which kept.toml no longer has with preset = \"segment-events\"; \
         put it back, so that they can be read"
    )]
    NoFeed {
        /// Silo and feed.
        feed: String,
    },
    /// The lake.
    #[error(transparent)]
    Lake(#[from] lake::Error),
}

/// What came of one feed.
#[derive(Debug)]
pub struct Outcome {
    /// Silo and feed, `billing.subscriptions`.
    pub feed: String,
    /// What was read now; all zero when nothing was new.
    pub counts: Counts,
    /// Imports made, files skipped because they are in already.
    pub imports: usize,
    /// Files whose content was imported before.
    pub unchanged: usize,
    /// What went wrong, if anything.
    pub error: Option<ImportError>,
}

/// Told while importing: the feed, bytes read of it so far and in all (0 when unknown).
pub type Progress<'a> = &'a mut (dyn FnMut(&str, u64, u64) + Send);

/// Imports every feed of the home, or the one named (`silo.feed` or `silo`). A feed that fails does not
/// keep the others from being imported; its outcome says why.
pub async fn import(
    home: &Home,
    lake: &Lake,
    now_us: i64,
    only: Option<&str>,
    progress: Progress<'_>,
) -> Result<Vec<Outcome>, ImportError> {
    heal(lake, now_us).await?;
    let mut outcomes = Vec::new();
    for (silo, feed) in home.config.feeds() {
        let name = FeedPlan { config: &home.config, silo, feed, import_id: 0 }.name();
        if only.is_some_and(|only| only != name && only != silo.id.get_ref()) {
            continue;
        }
        let mut outcome =
            Outcome { feed: name, counts: Counts::default(), imports: 0, unchanged: 0, error: None };
        let mut run = Run { home, lake, now_us, silo, feed, progress: &mut *progress, outcome: &mut outcome };
        let result = Box::pin(run.feed()).await;
        outcome.error = result.err();
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Removes what imports that broke off have left.
pub async fn heal(lake: &Lake, now_us: i64) -> Result<(), ImportError> {
    let imports = Imports::read(lake, lake.head().await?).await?;
    for (from, to) in [(Status::Started, Status::Aborted), (Status::Replaced, Status::Gone)] {
        let left: Vec<Import> = imports.with(from).cloned().collect();
        clear(lake, &left, to, now_us).await?;
    }
    Ok(())
}

/// Deletes every row of imports that do not count, then says so; snapshots made before still read them.
async fn clear(lake: &Lake, imports: &[Import], to: Status, now_us: i64) -> Result<(), ImportError> {
    if imports.is_empty() {
        return Ok(());
    }
    let ids = imports.iter().map(|import| import.id.to_string()).collect::<Vec<_>>().join(", ");
    for table in ["records", "events", "event_text", "rejects", "received"] {
        lake.delete(table, &format!("import_id in ({ids})")).await?;
    }
    let steps: Vec<Import> = imports.iter().map(|import| import.step(to, now_us)).collect();
    Imports::read(lake, lake.head().await?).await?.record(lake, &steps).await?;
    Ok(())
}

/// One feed being imported.
struct Run<'a, 'p> {
    home: &'a Home,
    lake: &'a Lake,
    now_us: i64,
    silo: &'a Silo,
    feed: &'a Feed,
    progress: &'a mut (dyn FnMut(&str, u64, u64) + Send + 'p),
    outcome: &'a mut Outcome,
}

impl Run<'_, '_> {
    async fn feed(&mut self) -> Result<(), ImportError> {
        if self.feed.files.is_none() && self.feed.sql.is_none() {
            // All it has comes over the network.
            return Ok(());
        }
        let files = Files::find(&self.home.data(), &self.outcome.feed, self.feed)?;
        let groups = match self.feed.mode {
            FeedMode::Full => vec![files],
            FeedMode::Append => files.one_by_one(),
        };
        for group in groups {
            Box::pin(self.group(group)).await?;
        }
        Ok(())
    }

    /// Imports the files of one import, unless they are in already.
    async fn group(&mut self, files: Files) -> Result<(), ImportError> {
        let imports = Imports::read(self.lake, self.lake.head().await?).await?;
        let import_id = self.import_id(&files);
        let live = imports.live().any(|import| import.id == import_id);
        if live {
            self.outcome.unchanged += files.len();
            return Ok(());
        }
        let mut import = Import {
            seq: 0,
            id: import_id,
            status: Status::Started,
            at_us: self.now_us,
            silo: self.silo.id.get_ref().clone(),
            feed: self.feed.id.get_ref().clone(),
            mode: if self.feed.mode == FeedMode::Full { "full" } else { "append" }.to_owned(),
            files: files.told(),
            counts: Counts::default(),
        };
        let replaced: Vec<Import> =
            imports.live().filter(|old| self.replaces(&import, old)).cloned().collect();
        imports.record(self.lake, &[import.step(Status::Started, self.now_us)]).await?;
        let plan = FeedPlan { config: &self.home.config, silo: self.silo, feed: self.feed, import_id };
        match Box::pin(pour::pour(&plan, self.lake, &files, self.progress)).await {
            Ok(counts) => import.counts = counts,
            Err(error) => {
                clear(self.lake, &[import], Status::Aborted, self.now_us).await?;
                return Err(error);
            }
        }
        let imports = Imports::read(self.lake, self.lake.head().await?).await?;
        // One commit makes the new import count and the old ones not.
        let mut steps = vec![import.step(Status::Done, self.now_us)];
        steps.extend(replaced.iter().map(|old| old.step(Status::Replaced, self.now_us)));
        imports.record(self.lake, &steps).await?;
        clear(self.lake, &replaced, Status::Gone, self.now_us).await?;
        self.outcome.imports += 1;
        self.outcome.counts += import.counts;
        Ok(())
    }

    /// Whether an import of this feed makes an older one void: a full one always, an appended one when it
    /// reads the same content in another way. What came over the network stands in no file.
    fn replaces(&self, new: &Import, old: &Import) -> bool {
        let same_feed = old.silo == new.silo && old.feed == new.feed;
        same_feed && old.inbox_end().is_none() && (self.feed.mode == FeedMode::Full || old.files == new.files)
    }

    fn import_id(&self, files: &Files) -> u64 {
        let mut hasher = blake3::Hasher::new();
        let mut add = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        add(&self.outcome.feed);
        for part in reading(&self.home.config, self.feed) {
            add(&part);
        }
        files.content().for_each(add);
        let digest = hasher.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(&digest.as_bytes()[..8]);
        u64::from_le_bytes(first).max(1)
    }
}

/// Raised when the same file would be read to other rows by this version.
const READING_VERSION: u32 = 2;

/// Everything that decides how a feed's files are read, beside the files.
fn reading(config: &Config, feed: &Feed) -> Vec<String> {
    let company = &config.company;
    vec![
        READING_VERSION.to_string(),
        format!("{:?}", feed.source()),
        format!("{:?} {:?} {:?} {:?}", feed.constants, feed.attributes, feed.mode, feed.format)
            + feed.object.as_ref().map_or("", |object| object.get_ref()),
        format!("{:?} {:?} {:?}", feed.csv, feed.date_formats, feed.round_amounts),
        format!("{:?} {:?}", feed.currency, feed.timezone.as_ref().map(|zone| zone.get_ref().clone())),
        format!("{:?} {}", company.currency, company.timezone.get_ref()),
        format!("{:?} {}", config.rates(), feed.stream.is_some()),
        format!("{:?}", feed.words()),
    ]
}
