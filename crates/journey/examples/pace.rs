//! Measures the pass over made-up sorted events: customers of about 12.5 events at 24 touchpoints, drawn from a chain
//! that favours few successors. Tells CPU-seconds and peak memory; making the events is not counted.
//! `cargo run --release -p journey --example pace [-- MILLIONS…]`, 10 and 100 when none is given.

#![expect(clippy::print_stdout, reason = "a measurement tells its figures")]

use journey::{Funnel, Map, Pass, Rows, Touchpoints, Variants, Walk};
use std::sync::Arc;

const TOUCHPOINTS: u16 = 24;
const CHUNK: usize = 131_072;

/// `SplitMix64`: a stream of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1.
    fn share(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Makes events in order, a chunk at a time.
struct Events {
    dice: Dice,
    /// For each touchpoint the successors by growing share.
    successors: Vec<[f64; TOUCHPOINTS as usize]>,
    left: usize,
    customer: u32,
    touchpoint: u16,
    at_us: i64,
    columns: (Vec<u32>, Vec<i64>, Vec<u16>),
}

impl Events {
    fn new(events: usize) -> Self {
        let mut dice = Dice(42);
        let row = |dice: &mut Dice| {
            let weights: Vec<f64> = (0..TOUCHPOINTS).map(|_| dice.share().powi(12) + 0.001).collect();
            let sum: f64 = weights.iter().sum();
            let mut upto = 0.0;
            std::array::from_fn(|at| {
                upto += weights[at] / sum;
                upto
            })
        };
        let successors = (0..TOUCHPOINTS).map(|_| row(&mut dice)).collect();
        let columns = (Vec::new(), Vec::new(), Vec::new());
        Self { dice, successors, left: events, customer: 0, touchpoint: 0, at_us: 0, columns }
    }

    /// Makes the next chunk; false when there is none.
    fn next(&mut self) -> bool {
        let size = self.left.min(CHUNK);
        self.left -= size;
        let (customers, at, touchpoints) = &mut self.columns;
        for _ in 0..size {
            if self.customer == 0 || self.dice.share() < 0.08 {
                self.customer += 1;
                self.touchpoint = (self.dice.share().powi(3) * f64::from(TOUCHPOINTS)) as u16;
                self.at_us = 1_700_000_000_000_000 + (self.dice.share() * 1.5e13) as i64;
            } else {
                let share = self.dice.share();
                let row = &self.successors[usize::from(self.touchpoint)];
                self.touchpoint = row.partition_point(|upto| *upto <= share).min(23) as u16;
                // Waits spread over many magnitudes, as they do.
                self.at_us += (9.0 + 9.0 * self.dice.share()).exp() as i64 * 1_000;
            }
            customers.push(self.customer);
            at.push(self.at_us);
            touchpoints.push(self.touchpoint);
        }
        size > 0
    }

    fn take(&mut self) -> (Vec<u32>, Vec<i64>, Vec<u16>) {
        std::mem::take(&mut self.columns)
    }
}

/// User and system time of this process in seconds, and its peak memory in MiB.
fn used() -> (f64, u64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(f64::NAN);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let kib = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default();
    ((ticks(11) + ticks(12)) / 100.0, kib / 1_024)
}

/// Has the events walked and tells what it took.
fn measure<W: Walk>(name: &str, events: usize, walk: W) -> Result<W, journey::Error> {
    let mut source = Events::new(events);
    let mut pass = Pass::new(walk, usize::from(TOUCHPOINTS));
    let mut cpu_s = 0.0;
    // Several chunks between two looks at the clock, whose tick is a hundredth of a second.
    let mut made: Vec<(Vec<u32>, Vec<i64>, Vec<u16>)> = Vec::new();
    loop {
        let more = source.next();
        if more {
            made.push(source.take());
        }
        if made.len() < 32 && more {
            continue;
        }
        let before = used().0;
        for (customer, at_us, touchpoint) in &made {
            pass.push(Rows { customer, at_us, touchpoint, ..Rows::default() })?;
        }
        cpu_s += used().0 - before;
        made.clear();
        if !more {
            break;
        }
    }
    let walk = pass.finish();
    println!("{name}: {events} events, {cpu_s:.2} CPU-s, peak {} MiB", used().1);
    Ok(walk)
}

fn main() -> Result<(), journey::Error> {
    let asked: Vec<usize> = std::env::args().skip(1).filter_map(|text| text.parse().ok()).collect();
    let millions = if asked.is_empty() { vec![10, 100] } else { asked };
    let owner = (0..TOUCHPOINTS).map(|code| code % 7).collect();
    let stage = (0..TOUCHPOINTS).map(|code| code / 3).collect();
    let touchpoints = Arc::new(Touchpoints::new(owner, stage)?);
    let funnel = || Funnel::new(Arc::clone(&touchpoints), &[0, 1, 2, 3, 4, 5, 6, 7], None);
    for events in millions.into_iter().map(|millions| millions * 1_000_000) {
        measure("map", events, Map::new(Arc::clone(&touchpoints)))?;
        measure("variants", events, Variants::default())?;
        measure("funnel", events, funnel()?)?;
        let whole = (Map::new(Arc::clone(&touchpoints)), (Variants::default(), funnel()?));
        let (map, (variants, _)) = measure("whole map", events, whole)?;
        println!(
            "  {} customers, {} edges, {} variants, {} crossings",
            map.customers(),
            map.edges().len(),
            variants.len(),
            map.crossings()
        );
    }
    Ok(())
}
