//! Outside crates: the workspace table alone names versions, each crate in it is used, and
//! `docs/dependencies.md` says why it is there.

use super::Finding;
use super::manifest::{Dependency, Manifest};
use std::collections::BTreeSet;

const REGISTER: &str = "docs/dependencies.md";

/// Entries of our crates' manifests that name a version or a repository of their own.
pub(super) fn versions(crates: &[Manifest]) -> Vec<Finding> {
    let message = |name: &str| {
        format!(
            "the version of `{name}` belongs in the root Cargo.toml; write `{name}.workspace = true` here"
        )
    };
    let entries =
        crates.iter().flat_map(|manifest| manifest.dependencies.iter().map(move |entry| (manifest, entry)));
    let versioned = entries.filter(|(_, entry)| entry.versioned);
    versioned
        .map(|(manifest, entry)| Finding::new(&manifest.file, entry.line, message(&entry.name)))
        .collect()
}

/// Entries of the workspace table that no crate uses.
pub(super) fn unused(workspace: &Manifest, crates: &[Manifest]) -> Vec<Finding> {
    let used: BTreeSet<&str> =
        crates.iter().flat_map(|manifest| &manifest.dependencies).map(|entry| entry.name.as_str()).collect();
    let idle = workspace.dependencies.iter().filter(|entry| !used.contains(entry.name.as_str()));
    let message = |entry: &Dependency| format!("no crate uses `{}`; remove it", entry.name);
    idle.map(|entry| Finding::new(&workspace.file, entry.line, message(entry))).collect()
}

/// Outside crates of the workspace table without a row in the register.
pub(super) fn unexplained(workspace: &Manifest, register: &str) -> Vec<Finding> {
    let outside = workspace.dependencies.iter().filter(|entry| !entry.own);
    let silent = outside.filter(|entry| {
        let row = format!("| `{}`", entry.name);
        !register.lines().any(|line| line.starts_with(&row))
    });
    let message = |entry: &Dependency| {
        format!(
            "`{0}` has no row in {REGISTER}; add \"| `{0}` | what for, why it, what else was weighed |\"",
            entry.name
        )
    };
    silent.map(|entry| Finding::new(&workspace.file, entry.line, message(entry))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(text: &str) -> Manifest {
        Manifest::parse("Cargo.toml", text).unwrap()
    }

    fn lines(findings: &[Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn a_version_outside_the_workspace_table_is_found() {
        let crates = [manifest(
            "[dependencies]\na.workspace = true\nb = \"1\"\nc = { version = \"1\" }\nd = { path = \"d\" }\n",
        )];
        assert_eq!(lines(&versions(&crates)), [3, 4]);
    }

    #[test]
    fn a_crate_that_nobody_uses_is_found() {
        let workspace = manifest("[workspace.dependencies]\na = \"1\"\nb = \"1\"\nc = \"1\"\n");
        let crates = [
            manifest("[dependencies]\na.workspace = true\n"),
            manifest("[dev-dependencies]\nc.workspace = true\n"),
        ];
        assert_eq!(lines(&unused(&workspace, &crates)), [3]);
    }

    #[test]
    fn a_crate_without_a_row_in_the_register_is_found() {
        let workspace =
            manifest("[workspace.dependencies]\nserde = \"1\"\nserde_json = \"1\"\nown = { path = \"o\" }\n");
        assert_eq!(lines(&unexplained(&workspace, "| `serde_json` | JSON | | |\n")), [2]);
        assert_eq!(lines(&unexplained(&workspace, "")), [2, 3]);
    }
}
