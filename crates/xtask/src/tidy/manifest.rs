//! The dependencies that a `Cargo.toml` names, with their lines.

use anyhow::Context;
use toml::de::{DeTable, DeValue};

/// A manifest's own name and what it depends on, in order of line.
#[derive(Debug)]
pub(super) struct Manifest {
    /// File, relative to the root.
    pub(super) file: String,
    /// The package's name; empty for the workspace itself.
    pub(super) name: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// One entry of a dependency table.
#[derive(Debug)]
pub(super) struct Dependency {
    /// The package's name, behind a rename too.
    pub(super) name: String,
    pub(super) section: Section,
    /// 1-based line of the entry.
    pub(super) line: usize,
    /// Whether the entry itself says where the package comes from: a version or a Git repository.
    pub(super) versioned: bool,
    /// Whether the package is one of ours, by its path.
    pub(super) own: bool,
}

/// Which table an entry stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// `[dependencies]` and `[build-dependencies]`: what the crate itself reaches.
    Product,
    /// `[dev-dependencies]`: what its tests reach.
    Tests,
    /// `[workspace.dependencies]`.
    Workspace,
}

const SECTIONS: [(&str, Section); 3] = [
    ("dependencies", Section::Product),
    ("build-dependencies", Section::Product),
    ("dev-dependencies", Section::Tests),
];

impl Manifest {
    /// Reads a manifest; fails when it is no TOML.
    pub(super) fn parse(file: &str, text: &str) -> anyhow::Result<Self> {
        let document = DeTable::parse(text).with_context(|| format!("{file} is no manifest"))?;
        let root = document.get_ref();
        let name = root.get("package").and_then(|package| package.get_ref().get("name"));
        let name = name.and_then(|name| name.get_ref().as_str()).unwrap_or_default().to_owned();
        let mut dependencies = Vec::new();
        add_sections(root, text, &mut dependencies);
        if let Some(workspace) =
            table(root, "workspace").and_then(|workspace| table(workspace, "dependencies"))
        {
            add(workspace, Section::Workspace, text, &mut dependencies);
        }
        if let Some(targets) = table(root, "target") {
            for target in targets.values().filter_map(|target| target.get_ref().as_table()) {
                add_sections(target, text, &mut dependencies);
            }
        }
        dependencies.sort_by_key(|dependency| dependency.line);
        Ok(Self { file: file.to_owned(), name, dependencies })
    }
}

fn table<'a, 'i>(parent: &'a DeTable<'i>, name: &str) -> Option<&'a DeTable<'i>> {
    parent.get(name).and_then(|value| value.get_ref().as_table())
}

fn add_sections(parent: &DeTable<'_>, text: &str, to: &mut Vec<Dependency>) {
    for (name, section) in SECTIONS {
        if let Some(entries) = table(parent, name) {
            add(entries, section, text, to);
        }
    }
}

fn add(entries: &DeTable<'_>, section: Section, text: &str, to: &mut Vec<Dependency>) {
    for (key, value) in entries {
        let has = |name: &str| value.get_ref().get(name).is_some();
        let renamed = value.get_ref().get("package").and_then(|package| package.get_ref().as_str());
        to.push(Dependency {
            name: renamed.unwrap_or(key.get_ref()).to_owned(),
            section,
            line: text[..key.span().start].matches('\n').count() + 1,
            versioned: matches!(value.get_ref(), DeValue::String(_)) || has("version") || has("git"),
            own: has("path"),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_dependencies_is_read_with_its_lines() {
        let text = "[package]\nname = \"a\"\n[dependencies]\nb.workspace = true\nc = \"1\"\n\
                    d = { package = \"real\", path = \"../d\" }\n\
                    [target.'cfg(unix)'.dependencies]\ne = { version = \"2\" }\n[dev-dependencies.f]\ngit = \"x\"\n";
        let manifest = Manifest::parse("Cargo.toml", text).unwrap();
        let told: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|d| (d.name.as_str(), d.line, d.section, d.versioned, d.own))
            .collect();
        assert_eq!(manifest.name, "a");
        assert_eq!(
            told,
            [
                ("b", 4, Section::Product, false, false),
                ("c", 5, Section::Product, true, false),
                ("real", 6, Section::Product, false, true),
                ("e", 8, Section::Product, true, false),
                ("f", 9, Section::Tests, true, false),
            ]
        );
    }
}
