//! One file a command.

pub(crate) mod check;
pub(crate) mod customer;
pub(crate) mod demo;
pub(crate) mod identity;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod journey;
pub(crate) mod refresh;
pub(crate) mod serve;
pub(crate) mod sql;
pub(crate) mod statement;

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

/// Prints a value as JSON.
pub(crate) fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}
