//! Running the program and reading its answers.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A company with one silo and one feed.
pub(crate) const CONFIG: &str = r#"
[company]
name = "Test"
currency = "EUR"
as_of = "2024-12-31"
[[stream]]
id = "shop"
regime = "purchases"
gap_days = 90
[[department]]
id = "sales"
name = "Sales"
[[silo]]
id = "shop"
name = "Shop"
owner = "sales"
[[silo.feed]]
id = "orders"
files = "orders*.csv"
columns = { record = "who", at = "day", value = "total", id = "no" }
"#;

/// A home folder, removed at the end unless it was named.
pub(crate) struct Home {
    path: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Home {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        Self { path: folder.path().join("home"), _folder: Some(folder) }
    }

    /// At a place where it stays, without what was there before.
    pub(crate) fn anew(path: PathBuf) -> Self {
        if path.exists() {
            std::fs::remove_dir_all(&path).expect("the home of the last run can be removed");
        }
        Self { path, _folder: None }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Writes a file below the home.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("make folder");
        std::fs::write(path, content).expect("write");
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kept"));
        command.arg("--home").arg(self.path()).args(args);
        command
    }

    /// Runs a command that must succeed; gives its standard output.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("kept runs");
        assert!(output.status.success(), "kept {args:?}: {}", said(&output));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs a command that must fail with exit code 1; gives all it said.
    pub(crate) fn refused(&self, args: &[&str]) -> String {
        let output = self.command(args).output().expect("kept runs");
        assert_eq!(output.status.code(), Some(1), "kept {args:?}: {}", said(&output));
        said(&output)
    }

    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.push("--json");
        serde_json::from_str(&self.run(&all)).expect("JSON")
    }

    /// Rows of a query, cells as text; null is `–`.
    pub(crate) fn sql(&self, query: &str) -> Vec<Vec<String>> {
        let answer = self.json(&["sql", "--limit", "100000000", query]);
        let cell = |cell: &Value| cell.as_str().unwrap_or("–").to_owned();
        let rows = answer["rows"].as_array().expect("rows");
        rows.iter().map(|row| row.as_array().expect("cells").iter().map(cell).collect()).collect()
    }

    /// Lines of a statement, each a JSON object.
    pub(crate) fn statement(&self, by: &str) -> Vec<Value> {
        self.json(&["statement", "--by", by])["lines"].as_array().expect("lines").clone()
    }
}

pub(crate) fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The root of the workspace: of the checkout that runs, which need not be the one that was built.
pub(crate) fn root() -> PathBuf {
    let running = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&running).ancestors().nth(2).expect("workspace root").to_owned()
}

/// A folder of the test data; missing data is a failure, never a skip.
pub(crate) fn test_data(name: &str) -> PathBuf {
    let folder = std::env::var_os("KEPT_TEST_DATA")
        .map_or_else(|| root().join("../shared/data"), PathBuf::from)
        .join(name);
    assert!(
        folder.is_dir(),
        "test data is missing: {} (set KEPT_TEST_DATA to the folder that holds `{name}`)",
        folder.display()
    );
    folder
}

/// A home from an example, imported and refreshed.
pub(crate) fn example(name: &str) -> Home {
    let home = Home::new();
    let (from, data) = (root().join("examples").join(name), test_data(name));
    let path = home.path();
    home.run(&[
        "init",
        "--from",
        from.to_str().expect("path"),
        "--data",
        data.to_str().expect("path"),
        path.to_str().expect("path"),
    ]);
    home.run(&["import"]);
    home.run(&["refresh"]);
    home
}

/// A demo home of some size, imported and refreshed.
pub(crate) fn demo(customers: u32, seed: u32) -> Home {
    let home = Home::new();
    let path = home.path();
    let (customers, seed) = (customers.to_string(), seed.to_string());
    home.run(&[
        "demo",
        path.to_str().expect("path"),
        "--customers",
        &customers,
        "--seed",
        &seed,
        "--until",
        "2026-10-31",
    ]);
    home
}
