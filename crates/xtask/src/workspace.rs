//! Where the workspace is and where cargo builds it.

use crate::command;
use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders that every task needs, absolute.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the environment or the config puts it.
    pub target: PathBuf,
}

impl Workspace {
    /// Asks cargo.
    pub fn find() -> anyhow::Result<Self> {
        let mut metadata = command::cargo(&Self::manifest_dir());
        metadata.args(["metadata", "--no-deps", "--format-version", "1"]);
        let answer = command::json(&mut metadata)?;
        let folder = |key: &str| {
            let text = answer[key].as_str().with_context(|| format!("cargo metadata names no {key}"))?;
            anyhow::Ok(PathBuf::from(text))
        };
        Ok(Self { root: folder("workspace_root")?, target: folder("target_directory")? })
    }

    /// The root folder without asking cargo, as the tests take it.
    pub fn root_of_tests() -> PathBuf {
        let own = Self::manifest_dir();
        own.ancestors().nth(2).unwrap_or(&own).to_path_buf()
    }

    /// A cargo command in the root folder.
    pub fn cargo(&self) -> Command {
        command::cargo(&self.root)
    }

    /// Builds the release binary of Kept and tells where it is.
    pub fn build_kept(&self) -> anyhow::Result<PathBuf> {
        command::run(self.cargo().args(["build", "--release", "-p", "kept"]))?;
        Ok(self.target.join("release").join("kept"))
    }

    /// Builds an example of a crate in release and tells where it is.
    pub fn build_example(&self, package: &str, example: &str) -> anyhow::Result<PathBuf> {
        command::run(self.cargo().args(["build", "--release", "-p", package, "--example", example]))?;
        Ok(self.target.join("release").join("examples").join(example))
    }

    /// The folder of this crate: where cargo runs it from, else where it was built.
    fn manifest_dir() -> PathBuf {
        let running = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        running.filter(|folder| folder.ends_with("xtask")).unwrap_or_else(|| {
            let built = Path::new(env!("CARGO_MANIFEST_DIR"));
            built.to_path_buf()
        })
    }
}
