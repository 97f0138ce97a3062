//! One file a command.

pub(crate) mod check;
pub(crate) mod close;
pub(crate) mod cohorts;
pub(crate) mod customer;
pub(crate) mod demo;
pub(crate) mod export;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod journey;
pub(crate) mod promises;
pub(crate) mod reasons;
pub(crate) mod refresh;
pub(crate) mod serve;
pub(crate) mod sql;
pub(crate) mod statement;
pub(crate) mod worth;

use intake::Home;
use std::path::Path;

/// Opens the home folder's config.
pub(crate) fn open(home: &Path) -> anyhow::Result<Home> {
    Ok(Home::open(home)?)
}

/// Opens the home folder for reading editions.
pub(crate) async fn reader(home: &Path) -> anyhow::Result<::refresh::Reader> {
    Ok(::refresh::Reader::open(open(home)?).await?)
}

/// Refuses a segment that nobody is in; the empty one is the whole.
pub(crate) async fn known_segment(reader: &::refresh::Reader, segment: &str) -> anyhow::Result<()> {
    let segments = reader.segments().await?;
    if segment.is_empty() || segments.iter().any(|known| known == segment) {
        return Ok(());
    }
    let near = model::suggest::hint(segment, segments.iter().map(String::as_str));
    anyhow::bail!("there is no segment `{segment}`{near}; known: {}", segments.join(", "))
}

/// Columns of the terminal; 100 where nobody says.
pub(crate) fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(100)
}

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
