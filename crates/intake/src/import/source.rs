//! Which files a feed is read from, and what names their content.

use super::ImportError;
use crate::plan::FeedPlan;
use model::config::{Feed, glob};
use std::path::{Path, PathBuf};

/// One file with the hash of its content.
#[derive(Debug, Clone)]
struct Source {
    path: PathBuf,
    bytes: u64,
    hash: String,
}

/// The files of one import, in order of name.
#[derive(Debug)]
pub(super) struct Files {
    sources: Vec<Source>,
    /// The folder a query's names are relative to.
    pub(super) folder: PathBuf,
}

impl Files {
    /// The files of a feed, hashed.
    pub(super) fn find(data: &Path, name: &str, feed: &Feed) -> Result<Self, ImportError> {
        let paths = match (&feed.sql, &feed.files) {
            (Some(sql), _) => lake::files_named(data, sql.get_ref())?,
            (None, Some(pattern)) => matching(data, name, pattern.get_ref())?,
            (None, None) => Vec::new(),
        };
        let sources = paths.into_iter().map(hashed).collect::<Result<_, _>>()?;
        Ok(Self { sources, folder: data.to_owned() })
    }

    /// Each file by itself.
    pub(super) fn one_by_one(self) -> Vec<Self> {
        let folder = self.folder;
        self.sources
            .into_iter()
            .map(|source| Self { sources: vec![source], folder: folder.clone() })
            .collect()
    }

    pub(super) fn len(&self) -> usize {
        self.sources.len()
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.sources.iter().map(|source| source.path.as_path())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.sources.iter().map(|source| source.bytes).sum()
    }

    /// Hashes of the contents, in order.
    pub(super) fn content(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.hash.as_str())
    }

    /// What `imports` tells of them: name and the first digits of the content's hash.
    pub(super) fn told(&self) -> String {
        let told =
            |source: &Source| format!("{} ({})", FeedPlan::file_name(&source.path), &source.hash[..12]);
        self.sources.iter().map(told).collect::<Vec<_>>().join(", ")
    }
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ImportError {
    let path = path.to_owned();
    move |source| ImportError::Io { path, source }
}

fn hashed(path: PathBuf) -> Result<Source, ImportError> {
    let mut file = std::fs::File::open(&path).map_err(io(&path))?;
    let mut hasher = blake3::Hasher::new();
    let bytes = std::io::copy(&mut file, &mut hasher).map_err(io(&path))?;
    Ok(Source { path, bytes, hash: hasher.finalize().to_hex().to_string() })
}

/// Files whose path below the data folder fits the pattern, in order of name; `*` does not cross folders.
fn matching(data: &Path, feed: &str, pattern: &str) -> Result<Vec<PathBuf>, ImportError> {
    let (below, leaf) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let folder = data.join(below);
    let entries = std::fs::read_dir(&folder).map_err(io(&folder))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let fitting: Vec<PathBuf> = names
        .iter()
        .filter(|name| glob(leaf.as_bytes(), name.as_bytes()))
        .map(|name| folder.join(name))
        .collect();
    if fitting.is_empty() {
        let present = if names.is_empty() {
            "; it is empty".to_owned()
        } else {
            format!("; present: {}", names.join(", "))
        };
        return Err(ImportError::NoFile {
            feed: feed.to_owned(),
            pattern: pattern.to_owned(),
            folder,
            present,
        });
    }
    Ok(fitting)
}
