//! Running other programs so that a failure says which one and how.

use anyhow::Context;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What cargo tells a program it runs about that program. Build scripts look at the same names: passed on, they would
/// run anew whenever cargo was started from here and not by hand.
const ABOUT_US: [&str; 2] = ["CARGO_PKG_", "CARGO_MANIFEST_"];

/// Cargo, the one that runs this program, in a folder.
pub fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(folder);
    for (name, _) in std::env::vars_os() {
        if ABOUT_US.iter().any(|about| name.to_string_lossy().starts_with(about)) {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// The command as a person would type it.
pub fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args()).map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

/// Runs a command whose output goes where ours goes; fails unless it succeeds.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = shown(command);
    eprintln!("> {line}");
    let status = command.status().with_context(|| format!("cannot start `{line}`"))?;
    anyhow::ensure!(status.success(), "`{line}` failed ({status})");
    Ok(())
}

/// Runs a command and gives its standard output; its standard error goes where ours goes.
pub fn output(command: &mut Command) -> anyhow::Result<String> {
    let line = shown(command);
    let done = command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{line}`"))?;
    anyhow::ensure!(done.status.success(), "`{line}` failed ({})", done.status);
    String::from_utf8(done.stdout).with_context(|| format!("`{line}` wrote something other than UTF-8"))
}

/// Runs a command that answers in JSON.
pub fn json(command: &mut Command) -> anyhow::Result<serde_json::Value> {
    let text = output(command)?;
    serde_json::from_str(&text)
        .with_context(|| format!("`{}` did not answer in JSON: {text}", shown(command)))
}

/// Runs a talkative command that answers in JSON; what it says besides is shown only when it fails.
pub fn quiet_json(command: &mut Command) -> anyhow::Result<serde_json::Value> {
    let line = shown(command);
    let done = command.output().with_context(|| format!("cannot start `{line}`"))?;
    let said = String::from_utf8_lossy(&done.stderr);
    anyhow::ensure!(done.status.success(), "`{line}` failed ({}): {}", done.status, said.trim());
    serde_json::from_slice(&done.stdout).with_context(|| format!("`{line}` did not answer in JSON"))
}

/// Whether a command runs and succeeds, without showing what it says.
pub fn works(command: &mut Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Whether one of these programs is on the `PATH`.
pub fn on_path(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    programs.iter().any(|program| folders.iter().any(|folder| folder.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command() {
        let mut missing = Command::new("/nowhere/no-such-program");
        let said = format!("{:#}", run(missing.arg("--now")).unwrap_err());
        assert!(said.starts_with("cannot start `no-such-program --now`"), "{said}");
        let mut cargo = cargo(Path::new("."));
        let said = format!("{:#}", output(cargo.arg("no-such-subcommand")).unwrap_err());
        assert!(said.contains("no-such-subcommand` failed"), "{said}");
    }

    #[test]
    fn only_programs_that_exist_are_on_the_path() {
        assert!(on_path(&["no-such-program", "sh"]));
        assert!(!on_path(&["no-such-program"]));
        assert!(!works(&mut Command::new("no-such-program")));
    }
}
