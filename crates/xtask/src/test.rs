//! `cargo xtask test`: what a person and the continuous check run; stops at the first step that fails. The faults come
//! after the tests, with the binary that the tests were run with.

mod needs;
mod tally;

use crate::workspace::Workspace;
use crate::{command, faults, python};
use anyhow::Context;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use tally::Tally;

/// Installs, then format, lints, tests; the last line counts the tests.
pub fn run(workspace: &Workspace) -> anyhow::Result<()> {
    needs::meet()?;
    let python = python::ready(&python::TESTS, &workspace.target)?;
    command::run(workspace.cargo().args(["fmt", "--all", "--check"]))
        .context("the format differs; mend it with `cargo fmt --all`")?;
    let lints = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    command::run(workspace.cargo().args(lints)).context("lints are broken; each says its cure above")?;
    let mut tests = workspace.cargo();
    // Kept build output may stem from a checkout elsewhere, so tests ask for their folders when they run.
    tests.args(["test", "--workspace", "--no-fail-fast"]).env("KEPT_TEST_PYTHON", python);
    tests.env("INSTA_WORKSPACE_ROOT", &workspace.root);
    if std::env::var_os("KEPT_TEST_DATA").is_none() {
        tests.env("KEPT_TEST_DATA", workspace.root.join("../shared/data"));
    }
    let (tally, passed) = counted(&mut tests, &mut std::io::stdout().lock())?;
    let held = if passed { faults::of_tests(workspace) } else { Ok(()) };
    if passed && held.is_ok() && tally.passed > 0 {
        println!("all passed");
    } else {
        println!("tests failed: the first failure is above");
    }
    println!("{tally}");
    std::io::stdout().flush()?;
    anyhow::ensure!(passed, "`{}` failed", command::shown(&tests));
    anyhow::ensure!(tally.passed > 0, "no test ran");
    held
}

/// Runs the tests, forwards every line as it comes, counts the results; also whether cargo was content.
fn counted(tests: &mut Command, to: &mut impl Write) -> anyhow::Result<(Tally, bool)> {
    let line = command::shown(tests);
    eprintln!("> {line}");
    let mut child = tests.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start `{line}`"))?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while lines.read_until(b'\n', &mut bytes)? > 0 {
            to.write_all(&bytes)?;
            to.flush()?;
            tally.read(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
    }
    let status = child.wait()?;
    Ok((tally, status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_counted_and_a_failure_of_cargo_is_told() {
        let closing = "test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        for (code, content) in [(0, true), (101, false)] {
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("echo '{closing}'; echo '{closing}'; exit {code}")]);
            let mut shown = Vec::new();
            let (tally, passed) = counted(&mut shell, &mut shown).unwrap();
            assert_eq!(shown, format!("{closing}\n{closing}\n").into_bytes());
            assert_eq!((tally.to_string().as_str(), passed), ("4 passed, 0 failed, 2 skipped", content));
        }
    }
}
