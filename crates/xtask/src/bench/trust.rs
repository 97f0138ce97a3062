//! `cargo xtask bench trust`: how many events a second are durable, and how long a sender waits, with the load generator
//! on the same machine; then the same while somebody runs a heavy query.
//!
//! Closed loop: each connection sends its next request when the last was answered (so no coordinated omission beyond it).

use crate::server::{Client, Kept, instant};
use crate::workspace::Workspace;
use anyhow::Context;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Durable events over HTTP on this machine.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  cargo xtask bench trust\n  cargo xtask bench trust --seconds 3 --kept target/debug/kept"
)]
pub struct Args {
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Customers of the demo company that the heavy query runs over.
    #[arg(long, default_value_t = 3000)]
    customers: u32,
    /// The binary to measure; a release build is made when absent.
    #[arg(long)]
    kept: Option<PathBuf>,
}

/// What keeps the machine busy beside the ingestion.
const HEAVY: &str = "select count(*) from timeline a join timeline b on a.day = b.day and a.seq < b.seq";

/// Connections at once and events a request.
const LOADS: [(usize, usize); 5] = [(1, 1), (16, 1), (64, 1), (1, 500), (4, 500)];

/// One measurement.
#[derive(Debug, Clone)]
struct Figure {
    connections: usize,
    events: usize,
    is_busy: bool,
    per_s: f64,
    p50_ms: f64,
    p99_ms: f64,
    /// Requests that were answered with anything but 200.
    refused: usize,
}

/// Measures and prints the table; all figures also as JSON in the target folder.
pub(super) fn run(workspace: &Workspace, args: &Args) -> anyhow::Result<()> {
    let binary = match &args.kept {
        Some(kept) => kept.clone(),
        None => workspace.build_kept()?,
    };
    let folder = workspace.target.join("bench").join("trust");
    std::fs::create_dir_all(&folder)?;
    let kept = Kept { binary, home: folder.join(format!("home-{}", args.customers)) };
    if !kept.home.join("lake.db").exists() {
        let (home, customers) = (kept.home.display().to_string(), args.customers.to_string());
        kept.run(&["demo", &home, "--customers", &customers])?;
    }
    let key = kept.write_key("web")?;
    let server = kept.serve(5.0)?;
    let mut figures = Vec::new();
    for is_busy in [false, true] {
        for (connections, events) in LOADS {
            let load = Load { address: &server.address, key: &key, connections, events, is_busy };
            let figure = load.measure(Duration::from_secs(args.seconds))?;
            println!("{}", line(&figure));
            figures.push(figure);
        }
    }
    let file = folder.join("trust.json");
    std::fs::write(&file, serde_json::to_string_pretty(&figures.iter().map(told).collect::<Vec<_>>())?)?;
    println!("as JSON: {}", file.display());
    Ok(())
}

fn line(figure: &Figure) -> String {
    let Figure { connections, events, is_busy, per_s, p50_ms, p99_ms, refused } = figure;
    let beside = if *is_busy { "beside a heavy query" } else { "alone" };
    format!(
        "{events:>4} a request, {connections:>2} connections, {beside:<20}: {per_s:>8.0} events/s, p50 {p50_ms:>7.2} ms, \
         p99 {p99_ms:>7.2} ms, {refused} refused"
    )
}

fn told(figure: &Figure) -> Value {
    json!({
        "connections": figure.connections, "events_a_request": figure.events, "heavy_query": figure.is_busy,
        "events_per_s": figure.per_s, "p50_ms": figure.p50_ms, "p99_ms": figure.p99_ms, "refused": figure.refused,
    })
}

/// A load on the server.
#[derive(Debug, Clone, Copy)]
struct Load<'a> {
    address: &'a str,
    key: &'a str,
    connections: usize,
    events: usize,
    is_busy: bool,
}

impl Load<'_> {
    fn measure(self, span: Duration) -> anyhow::Result<Figure> {
        let stop = AtomicBool::new(false);
        // Another name each time, so that no run repeats the events of another.
        let run = format!("{}-{}-{}-{}", std::process::id(), self.connections, self.events, self.is_busy);
        let (since, mut waits, mut refused) = (instant(), Vec::new(), 0);
        let mut seconds = 0.0;
        std::thread::scope(|scope| -> anyhow::Result<()> {
            let heavy = self.is_busy.then(|| scope.spawn(|| self.query(&stop)));
            let (run, stop) = (&run, &stop);
            let senders: Vec<_> = (0..self.connections)
                .map(|at| scope.spawn(move || self.send(&format!("{run}-{at}"), stop)))
                .collect();
            std::thread::sleep(span);
            stop.store(true, Ordering::Relaxed);
            for sender in senders {
                let (of_sender, not_taken) =
                    sender.join().map_err(|_| anyhow::anyhow!("a sender panicked"))??;
                waits.extend(of_sender);
                refused += not_taken;
            }
            seconds = since.elapsed().as_secs_f64();
            if let Some(heavy) = heavy {
                heavy.join().map_err(|_| anyhow::anyhow!("the query panicked"))??;
            }
            Ok(())
        })?;
        waits.sort_unstable();
        anyhow::ensure!(!waits.is_empty(), "no request was taken");
        let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        Ok(Figure {
            connections: self.connections,
            events: self.events,
            is_busy: self.is_busy,
            per_s: (waits.len() * self.events) as f64 / seconds,
            p50_ms: at(0.5),
            p99_ms: at(0.99),
            refused,
        })
    }

    /// Sends until it is to stop; how long each request that was taken waited, and how many were not.
    fn send(self, name: &str, stop: &AtomicBool) -> anyhow::Result<(Vec<Duration>, usize)> {
        let mut client = Client::connect(self.address, self.key)?;
        let (mut waits, mut refused, mut number) = (Vec::new(), 0, 0);
        while !stop.load(Ordering::Relaxed) {
            let body = batch(name, number, self.events);
            number += self.events;
            let since = instant();
            let (status, answer) = client.post("/v1/batch", &body)?;
            match status {
                200 => waits.push(since.elapsed()),
                429 | 503 | 507 => refused += 1,
                _ => anyhow::bail!("{status}: {answer}"),
            }
        }
        Ok((waits, refused))
    }

    /// Asks the heavy query again and again.
    fn query(self, stop: &AtomicBool) -> anyhow::Result<()> {
        let path =
            format!("/data/sql?sql={}", HEAVY.replace(' ', "+").replace('<', "%3C").replace('=', "%3D"));
        while !stop.load(Ordering::Relaxed) {
            let mut client = Client::connect(self.address, self.key)?;
            client.get(&path).context("the heavy query")?;
        }
        Ok(())
    }
}

/// Page views as a library would send them.
fn batch(name: &str, from: usize, events: usize) -> String {
    let mut text = "{\"batch\":[".to_owned();
    for number in from..from + events {
        let comma = if number == from { "" } else { "," };
        let user = number % 5000;
        _ = write!(
            text,
            "{comma}{{\"type\":\"page\",\"userId\":\"load-{user}\",\"messageId\":\"{name}-{number}\",\"name\":\"Basket\",\
             \"properties\":{{\"path\":\"/basket\",\"referrer\":\"/products/{user}\",\"items\":3}},\"context\":{{\"library\":\
             {{\"name\":\"load\",\"version\":\"1\"}},\"userAgent\":\"Mozilla/5.0 (X11; Linux x86_64)\",\"locale\":\"de-DE\"}}}}"
        );
    }
    text + "]}"
}
