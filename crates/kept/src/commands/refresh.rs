//! `kept refresh`: everything derived anew, one edition published.

use crate::clock;
use crate::progress::{Bar, Unit};
use intake::Home;
use lake::{Access, Lake};
use refresh::{Published, Step};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

/// Derives everything anew and publishes it as one edition.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  kept refresh\n  kept refresh --json --timings")]
pub(crate) struct Args {
    /// Tell the CPU seconds of each step.
    #[arg(long)]
    timings: bool,
}

/// Does nothing when nothing is new.
pub(crate) async fn run(home: &Path, args: &Args, json: bool) -> anyhow::Result<ExitCode> {
    let home = super::open(home)?;
    let lake = Lake::open(&home.folder, Access::Write).await?;
    print!("{}", super::import::drain(&home, &lake, json).await?);
    let mut meter = Meter::default();
    let published = refresh(&home, &lake, json, &mut meter).await?;
    let cpu_s = meter.seconds();
    if json {
        let mut answer = serde_json::to_value(&published)?;
        if args.timings {
            answer["cpu_s"] = serde_json::to_value(&cpu_s)?;
        }
        super::print_json(&answer)?;
    } else {
        println!("{}", line(&published));
        if args.timings {
            for (step, seconds) in &cpu_s {
                println!("{step:10} {seconds:8.2} CPU-s");
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Refreshes with a progress bar.
pub(crate) async fn refresh(
    home: &Home,
    lake: &Lake,
    quiet: bool,
    meter: &mut Meter,
) -> anyhow::Result<Published> {
    let mut bar = Bar::new(quiet);
    let mut told = |step, done, total| {
        meter.at(step);
        bar.tell(title(step), done, total, Unit::Rows);
    };
    let published = ::refresh::refresh(home, lake, clock::now_us(), &mut told).await?;
    meter.stop();
    bar.done();
    Ok(published)
}

const fn title(step: Step) -> &'static str {
    match step {
        Step::Identity => "who is one customer",
        Step::Timeline => "events in order",
        Step::Ledger => "the books",
        Step::Reasons => "why they left",
        Step::Asset => "how customers stay",
        Step::Journey => "what customers live through",
        Step::Edition => "publish",
    }
}

/// What was published, in words.
pub(crate) fn line(published: &Published) -> String {
    let edition = &published.edition;
    if !published.new {
        return format!("nothing is new; edition {} stays", edition.edition);
    }
    let count = |n: u64| report::number::count(n as i64);
    format!(
        "edition {} published: {} customers behind {} records, {} events, books to {}",
        edition.edition,
        count(published.customers),
        count(published.records),
        count(published.events),
        edition.as_of
    )
}

/// CPU time of each step.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    current: Option<(Step, f64)>,
    spent: Vec<(Step, f64)>,
}

impl Meter {
    fn at(&mut self, step: Step) {
        if self.current.is_none_or(|(current, _)| current != step) {
            self.stop();
            self.current = clock::cpu_s().map(|now| (step, now));
        }
    }

    fn stop(&mut self) {
        if let (Some((step, since)), Some(now)) = (self.current.take(), clock::cpu_s()) {
            self.spent.push((step, now - since));
        }
    }

    fn seconds(&self) -> BTreeMap<&'static str, f64> {
        let name = |step| match step {
            Step::Identity => "identity",
            Step::Timeline => "timeline",
            Step::Ledger => "ledger",
            Step::Reasons => "reasons",
            Step::Asset => "asset",
            Step::Journey => "journey",
            Step::Edition => "edition",
        };
        self.spent.iter().map(|(step, seconds)| (name(*step), *seconds)).collect()
    }
}
