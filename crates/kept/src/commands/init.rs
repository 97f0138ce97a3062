//! `kept init`: a home for a company's own data.

use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Makes a home with a `kept.toml` to fill in, or from an example.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  kept init my-company\n  kept init --from examples/olist --data path/to/olist my-company"
)]
pub(crate) struct Args {
    /// Folder to make; `.` for the current one.
    folder: PathBuf,
    /// A kept.toml, or a folder with one, to begin with.
    #[arg(long)]
    from: Option<PathBuf>,
    /// Folder with the silos' exports; written to `company.data_dir`.
    #[arg(long)]
    data: Option<PathBuf>,
}

/// Never overwrites a `kept.toml`.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let target = args.folder.join("kept.toml");
    anyhow::ensure!(
        !target.exists(),
        "{} is there already; edit it, or name another folder",
        target.display()
    );
    let text = match &args.from {
        Some(from) => read(from)?,
        None => include_str!("init.toml").to_owned(),
    };
    let text = match &args.data {
        Some(data) => with_data(&text, data)?,
        None => text,
    };
    model::Config::parse(&text).map_err(intake::HomeError::Config)?;
    std::fs::create_dir_all(&args.folder).with_context(|| args.folder.display().to_string())?;
    std::fs::write(&target, text).with_context(|| target.display().to_string())?;
    if args.data.is_none() {
        std::fs::create_dir_all(args.folder.join("data"))?;
    }
    println!("{} is written; next: kept check, kept import, kept refresh, kept serve", target.display());
    Ok(ExitCode::SUCCESS)
}

fn read(from: &Path) -> anyhow::Result<String> {
    let path = if from.is_dir() { from.join("kept.toml") } else { from.to_owned() };
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

/// The same config, comments kept, with another data folder.
fn with_data(text: &str, data: &Path) -> anyhow::Result<String> {
    anyhow::ensure!(data.is_dir(), "{} is no folder; name the one that holds the exports", data.display());
    let mut document: toml_edit::DocumentMut = text.parse()?;
    document["company"]["data_dir"] = toml_edit::value(std::path::absolute(data)?.display().to_string());
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_template_is_a_config_without_problems() {
        let parsed = model::Config::parse(include_str!("init.toml"));
        assert!(parsed.is_ok(), "{parsed:?}");
    }
}
