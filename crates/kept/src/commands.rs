//! One file a command.

pub(crate) mod audit;
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
pub(crate) mod keys;
pub(crate) mod promises;
pub(crate) mod reasons;
pub(crate) mod refresh;
pub(crate) mod serve;
pub(crate) mod split;
pub(crate) mod sql;
pub(crate) mod statement;
pub(crate) mod users;
mod ways;
pub(crate) mod worth;

use ::refresh::view::segments::chosen;
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

/// Refuses a segment that nobody is in; the empty one is the whole. Returns the id of its split, of the whole that of
/// the first; empty where nothing splits the customers.
pub(crate) async fn known_segment(reader: &::refresh::Reader, segment: &str) -> anyhow::Result<String> {
    let splits = reader.splits().await?;
    let all = || splits.iter().flat_map(|split| &split.segments).map(|segment| segment.id.as_str());
    if segment.is_empty() || all().any(|known| known == segment) {
        return Ok(chosen(&splits, "", segment).map(|split| split.id.clone()).unwrap_or_default());
    }
    if splits.is_empty() {
        anyhow::bail!(
            "there is no segment `{segment}`: nothing splits the customers; add [[split]] to kept.toml"
        );
    }
    let split = chosen(&splits, "", segment).into_iter();
    let known: Vec<&str> = split.flat_map(|split| &split.segments).map(|known| known.id.as_str()).collect();
    // A value alone is one letter change away from nothing; the split is what is missing.
    let by_value = splits.iter().flat_map(|split| &split.segments).find(|known| known.value == segment);
    let near = match by_value {
        Some(known) => format!("; did you mean `{}`?", known.id),
        None => model::suggest::hint(segment, all()),
    };
    anyhow::bail!("there is no segment `{segment}`{near}; known: {}", known.join(", "))
}

/// Refuses a split that the edition does not have.
pub(crate) async fn known_split(reader: &::refresh::Reader, split: &str) -> anyhow::Result<()> {
    let splits = reader.splits().await?;
    if splits.iter().any(|known| known.id == split) {
        return Ok(());
    }
    let ids: Vec<&str> = splits.iter().map(|split| split.id.as_str()).collect();
    if ids.is_empty() {
        anyhow::bail!("nothing splits the customers; add [[split]] to kept.toml, then `kept refresh`");
    }
    let near = model::suggest::hint(split, ids.iter().copied());
    anyhow::bail!("there is no split `{split}`{near}; known: {}", ids.join(", "))
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
