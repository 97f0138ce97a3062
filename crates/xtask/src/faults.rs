//! `cargo xtask faults`: the server is killed at random moments while an outside client sends, imports and refreshes
//! run; after every round each acknowledged event is there once and the books balance (after Jepsen's set tests).

mod client;
mod ledger;

use crate::command;
use crate::server::{Kept, instant};
use crate::workspace::Workspace;
use anyhow::Context;
use client::Sender;
use ledger::Ledger;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Rounds of the test command, and the minutes after which it is content with fewer.
const ROUNDS_OF_TESTS: u32 = 200;
const MINUTES_OF_TESTS: u64 = 4;

/// Kills Kept at random moments and looks whether all it acknowledged is there once.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  cargo xtask faults\n  cargo xtask faults --rounds 2000 --seed 7")]
pub struct Args {
    /// Kills.
    #[arg(long, default_value_t = ROUNDS_OF_TESTS)]
    rounds: u32,
    /// Where the random moments begin.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Minutes after which no further round begins.
    #[arg(long)]
    minutes: Option<u64>,
    /// The binary to kill; built when absent.
    #[arg(long)]
    kept: Option<PathBuf>,
}

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The server, while it takes events in and drains nothing.
    Ingestion,
    /// The server, while it also drains all the time.
    Drain,
    /// An import beside the server, then the server.
    Import,
    /// A refresh beside the server, then the server.
    Refresh,
}

const KINDS: [Kind; 4] = [Kind::Ingestion, Kind::Drain, Kind::Import, Kind::Refresh];

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Ingestion => "ingestion",
            Self::Drain => "drain",
            Self::Import => "import",
            Self::Refresh => "refresh",
        }
    }

    const fn drain_seconds(self) -> f64 {
        match self {
            Self::Ingestion => 3600.0,
            Self::Drain => 0.01,
            Self::Import | Self::Refresh => 0.1,
        }
    }

    /// The command that runs beside the server.
    const fn beside(self) -> Option<&'static str> {
        match self {
            Self::Ingestion | Self::Drain => None,
            Self::Import => Some("import"),
            Self::Refresh => Some("refresh"),
        }
    }
}

/// Runs the rounds; fails at the first that loses, doubles or does not balance.
pub fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let kept = match &args.kept {
        Some(kept) => kept.clone(),
        None => built(workspace)?,
    };
    rounds(&kept, &workspace.target.join("faults"), args)
}

/// The rounds of the test command: as many as a few minutes allow, with the binary that the tests were run with.
pub(crate) fn of_tests(workspace: &Workspace) -> anyhow::Result<()> {
    let args = Args { rounds: ROUNDS_OF_TESTS, seed: 1, minutes: Some(MINUTES_OF_TESTS), kept: None };
    rounds(&workspace.target.join("debug").join("kept"), &workspace.target.join("faults"), &args)
}

/// The binary that the tests use.
fn built(workspace: &Workspace) -> anyhow::Result<PathBuf> {
    command::run(workspace.cargo().args(["test", "--workspace", "--no-run"]))?;
    Ok(workspace.target.join("debug").join("kept"))
}

/// Some rounds in a folder, which is made anew.
fn rounds(binary: &Path, folder: &Path, args: &Args) -> anyhow::Result<()> {
    let Args { rounds, seed, .. } = *args;
    if folder.exists() {
        std::fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    let home = folder.join("home");
    std::fs::create_dir_all(home.join("data"))?;
    std::fs::write(home.join("kept.toml"), include_str!("faults/kept.toml"))?;
    let kept = Kept { binary: binary.to_owned(), home };
    let mut trial = Trial {
        ledger: Ledger::open(&folder.join("client.log"))?,
        random: Random(seed),
        version: 0,
        key: String::new(),
        kept,
    };
    trial.write_orders()?;
    trial.kept.run(&["import"])?;
    trial.kept.run(&["refresh"])?;
    trial.key = trial.kept.write_key("web")?;
    let (since, mut done) = (instant(), 0);
    for round in 0..rounds {
        if args.minutes.is_some_and(|minutes| since.elapsed().as_secs() >= minutes * 60) {
            break;
        }
        let kind = KINDS[round as usize % KINDS.len()];
        trial.round(round, kind).with_context(|| {
            let folder = folder.display();
            format!("round {round} ({}), seed {seed}; what was sent: {folder}/client.log", kind.name())
        })?;
        done = round + 1;
        if done % 20 == 0 {
            eprintln!("> {done} rounds in {:.0} s: {}", since.elapsed().as_secs_f64(), trial.ledger);
        }
    }
    let fewer = if done < rounds { format!(" of {rounds}, since the time was over") } else { String::new() };
    println!("faults: {done} rounds{fewer}; {}: 0 lost, 0 doubled, every edition balances", trial.ledger);
    Ok(())
}

/// Random moments from a seed (`SplitMix64`, Steele et al. 2014).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    fn moment(&mut self, most_ms: u64) -> Duration {
        Duration::from_micros(self.below(most_ms * 1000))
    }
}

struct Trial {
    kept: Kept,
    key: String,
    ledger: Ledger,
    random: Random,
    /// Version of the file that is imported.
    version: u64,
}

impl Trial {
    fn round(&mut self, round: u32, kind: Kind) -> anyhow::Result<()> {
        let mut server = self.kept.serve(kind.drain_seconds())?;
        let senders: Vec<Sender> = (0..3)
            .map(|thread| {
                let random = Random(self.random.below(u64::MAX));
                Sender::new(&server.address, &self.key, format!("r{round}-{thread}"), random, &self.ledger)
            })
            .collect();
        let running: Vec<_> =
            senders.into_iter().map(|sender| std::thread::spawn(move || sender.run())).collect();
        if let Some(beside) = kind.beside() {
            self.version += 1;
            self.write_orders()?;
            if kind == Kind::Refresh {
                // So that there is something new; it may find the lake busy with the drain.
                drop(self.kept.command(&["import"]).output());
            }
            self.kill_beside(beside)?;
        }
        std::thread::sleep(self.random.moment(300));
        server.kill();
        for sender in running {
            let told = sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))?;
            self.ledger.note(told)?;
        }
        if kind.beside().is_some() {
            self.kept.run(&["import"])?;
        }
        // Drains first what no server will drain any more; fails where the books do not balance.
        self.kept.run(&["refresh"])?;
        let found = self.ledger.check(&self.kept)?;
        let expected = [self.orders(), (0..self.orders()).map(|n| (n + self.version) * 100).sum()];
        anyhow::ensure!(
            found == expected.map(|n| n.to_string()),
            "the imported file has {expected:?} (rows, minor units), the lake {found:?}"
        );
        Ok(())
    }

    /// Starts a command and kills it after a while, unless it ends before.
    fn kill_beside(&mut self, command: &str) -> anyhow::Result<()> {
        let mut child = self.kept.command(&[command]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        std::thread::sleep(self.random.moment(600));
        drop(child.kill());
        child.wait()?;
        Ok(())
    }

    /// The file of this version: its number of rows tells the version.
    fn write_orders(&self) -> anyhow::Result<()> {
        let row = |n: u64| format!("c{n},2024-0{}-1{},{}.00,{n}\n", n % 9 + 1, n % 10, n + self.version);
        let rows: String = (0..self.orders()).map(row).collect();
        std::fs::write(self.kept.home.join("data/orders.csv"), format!("who,day,total,no\n{rows}"))?;
        Ok(())
    }

    const fn orders(&self) -> u64 {
        1000 + self.version
    }
}
