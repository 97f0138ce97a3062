//! `cargo xtask run`: the product with the demo company, from one command.

use crate::command;
use crate::workspace::Workspace;
use anyhow::Context;
use std::path::PathBuf;
use std::process::Command;

/// Builds Kept, makes the demo company if there is none, and serves its pages until Ctrl-C.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask run\n  cargo xtask run --port 9000\n  cargo xtask run --home ~/my-company"
)]
pub struct Args {
    /// Port of the pages, on this machine only.
    #[arg(long, default_value_t = 7878)]
    port: u16,
    /// Home folder; the demo company is made in it if it has no kept.toml. In the target folder when absent.
    #[arg(long)]
    home: Option<PathBuf>,
}

/// Serves; ends when the server ends.
pub fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let kept = workspace.build_kept()?;
    let home = args.home.clone().unwrap_or_else(|| workspace.target.join("demo-home"));
    if !home.join("kept.toml").is_file() {
        command::run(Command::new(&kept).arg("demo").arg(&home))
            .with_context(|| format!("no demo company; remove {} before another try", home.display()))?;
    }
    let mut serve = Command::new(&kept);
    serve.arg("serve").arg("--home").arg(&home).arg("--bind").arg(format!("127.0.0.1:{}", args.port));
    hand_over(&mut serve)
}

/// The server takes this process's place, so that Ctrl-C reaches it alone.
#[cfg(unix)]
fn hand_over(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt;
    Err(command.exec()).with_context(|| format!("cannot start `{}`", command::shown(command)))
}

#[cfg(not(unix))]
fn hand_over(command: &mut Command) -> anyhow::Result<()> {
    command::run(command)
}
