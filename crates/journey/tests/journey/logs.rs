//! Published process logs against the figures of pm4py 2.7 on the same files.

use crate::data::{close, json, text};
use crate::xes::{self, Event};
use journey::{Map, NONE, Pass, Rows, Spread, Touchpoints, Variants};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A log as columns; a trace is a customer.
pub(crate) struct Log {
    pub(crate) names: Vec<String>,
    pub(crate) customer: Vec<u32>,
    pub(crate) at_us: Vec<i64>,
    pub(crate) touchpoint: Vec<u16>,
}

impl Log {
    /// Reads a log whose touchpoints are told by `name`.
    pub(crate) fn read(log: &str, name: impl Fn(&Event) -> String) -> Self {
        let traces = xes::read(&text(&format!("journeys/{log}.xes.gz")));
        let mut codes: BTreeMap<String, u16> =
            traces.iter().flatten().map(|event| (name(event), 0)).collect();
        codes.values_mut().zip(0..).for_each(|(code, next)| *code = next);
        let (mut customer, mut at_us, mut touchpoint) = (Vec::new(), Vec::new(), Vec::new());
        for (trace, event) in
            traces.iter().enumerate().flat_map(|(at, trace)| trace.iter().map(move |e| (at, e)))
        {
            customer.push(trace as u32);
            at_us.push(event.at_us);
            touchpoint.push(codes[&name(event)]);
        }
        Self { names: codes.into_keys().collect(), customer, at_us, touchpoint }
    }

    pub(crate) fn activities(log: &str) -> Self {
        Self::read(log, |event| event.text["concept:name"].clone())
    }

    pub(crate) fn rows(&self) -> Rows<'_> {
        Rows { customer: &self.customer, at_us: &self.at_us, touchpoint: &self.touchpoint, ..Rows::default() }
    }

    /// The map, every touchpoint owned by a department of its own, and the variants.
    fn pass(&self) -> (Map, Variants) {
        let owner = (0..self.names.len() as u16).collect();
        let touchpoints = Touchpoints::new(owner, vec![NONE; self.names.len()]).unwrap();
        let walk = (Map::new(Arc::new(touchpoints)), Variants::default());
        let mut pass = Pass::new(walk, self.names.len());
        pass.push(self.rows()).unwrap();
        pass.finish()
    }
}

fn count(value: &Value) -> u64 {
    value.as_u64().unwrap()
}

/// Counts by name, without zeros.
fn named(log: &Log, counts: impl Iterator<Item = u64>) -> BTreeMap<String, u64> {
    log.names.iter().cloned().zip(counts).filter(|(_, count)| *count > 0).collect()
}

fn counts(value: &Value) -> BTreeMap<String, u64> {
    value.as_object().unwrap().iter().map(|(name, number)| (name.clone(), count(number))).collect()
}

#[track_caller]
fn same_spread(spread: &Spread, expected: &Value, within: f64) {
    assert!(spread.is_exact());
    let seconds = |us: Option<f64>| us.unwrap() / 1e6;
    for (name, told) in [
        ("mean", seconds(spread.mean_us())),
        ("median", seconds(spread.median_us())),
        ("min", seconds(spread.min_us().map(|us| us as f64))),
        ("max", seconds(spread.max_us().map(|us| us as f64))),
        ("sum", spread.sum_us() as f64 / 1e6),
    ] {
        if let Some(expected) = expected.get(name) {
            close(told, expected.as_f64().unwrap(), within);
        }
    }
    if let Some(deviation) = expected.get("stdev") {
        let told = spread.deviation_us().map_or(f64::NAN, |us| us / 1e6);
        match deviation.as_f64() {
            Some(expected) => close(told, expected, within),
            None => assert!(told.is_nan(), "one wait has no deviation"),
        }
    }
}

fn same_as_reference(name: &str) {
    let log = Log::activities(name);
    let expected = json(&format!("journeys/{name}.expected.json"));
    let (map, variants) = log.pass();
    assert_eq!(map.events(), count(&expected["events"]));
    assert_eq!(map.customers(), count(&expected["cases"]));
    let nodes = || map.nodes().iter();
    assert_eq!(named(&log, nodes().map(|node| node.events)), counts(&expected["activity_counts"]));
    assert_eq!(named(&log, nodes().map(|node| node.starts)), counts(&expected["start_activities"]));
    assert_eq!(named(&log, nodes().map(|node| node.ends)), counts(&expected["end_activities"]));
    let rework = &expected["rework_cases_per_activity"];
    assert_eq!(named(&log, nodes().map(|node| node.repeaters)), counts(rework));
    same_edges(&log, &map, &expected);
    same_spread(map.durations(), &expected["case_duration_s"], 0.001);
    same_variants(&log, &variants, &expected);
}

fn same_edges(log: &Log, map: &Map, expected: &Value) {
    let pair = |edge: &Value| [0, 1].map(|at| edge[at].as_str().unwrap().to_owned());
    let edges = map.edges();
    let name = |(from, to): (u16, u16)| [from, to].map(|code| log.names[usize::from(code)].clone());
    let told: BTreeMap<_, u64> = edges.iter().map(|(pair, edge)| (name(*pair), edge.wait.count())).collect();
    let dfg: BTreeMap<_, u64> =
        expected["dfg"].as_array().unwrap().iter().map(|edge| (pair(edge), count(&edge[2]))).collect();
    assert_eq!(told, dfg);
    assert_eq!(told.len() as u64, count(&expected["dfg_edges"]));
    assert_eq!(told.values().sum::<u64>(), count(&expected["dfg_total"]));
    let waits = expected["performance_dfg_seconds"].as_array().unwrap();
    assert_eq!(waits.len(), told.len());
    let waits: BTreeMap<_, &Value> = waits.iter().map(|edge| (pair(edge), &edge[2])).collect();
    for (pair, edge) in edges {
        // The reference is rounded to milliseconds.
        same_spread(&edge.wait, waits[&name(pair)], 0.000_501);
    }
}

fn same_variants(log: &Log, variants: &Variants, expected: &Value) {
    assert_eq!(variants.len() as u64, count(&expected["variants"]));
    assert_eq!(variants.covering(0.8) as u64, count(&expected["variants_for_80pct_cases"]));
    let names = |sequence: &[u16]| -> Vec<String> {
        sequence.iter().map(|code| log.names[usize::from(*code)].clone()).collect()
    };
    let all = variants.top(usize::MAX);
    assert_eq!(all.iter().map(|variant| variant.customers).sum::<u64>(), count(&expected["cases"]));
    let top = expected["variants_top20"].as_array().unwrap();
    for (nth, listed) in top.iter().enumerate() {
        let trace: Vec<String> = serde_json::from_value(listed["trace"].clone()).unwrap();
        assert_eq!(all[nth].customers, count(&listed["n"]));
        let same = all.iter().find(|variant| names(variant.sequence) == trace).unwrap();
        assert_eq!(same.customers, count(&listed["n"]));
        let first = log.customer.partition_point(|customer| *customer < same.exemplar);
        let walked = &log.touchpoint[first..first + trace.len()];
        assert_eq!(walked, same.sequence, "the exemplar went this way");
    }
}

#[test]
fn the_running_example_has_the_published_figures() {
    same_as_reference("running-example");
}

#[test]
fn the_receipt_log_has_the_published_figures() {
    same_as_reference("receipt");
}

#[test]
fn the_helpdesk_log_has_the_published_figures() {
    same_as_reference("helpdesk");
}

#[test]
fn the_incidents_log_has_the_published_figures() {
    same_as_reference("bpic2013_incidents");
}

/// Here whoever did the work is the touchpoint and its department, so crossings are hand-offs of the published kind.
#[test]
fn crossings_between_departments_are_those_published() {
    for (log, by) in [
        ("running-example", "org:resource"),
        ("receipt", "org:resource"),
        ("receipt", "org:group"),
        ("helpdesk", "org:resource"),
        ("bpic2013_incidents", "org:resource"),
        ("bpic2013_incidents", "org:group"),
        ("bpic2013_incidents", "org:role"),
        ("bpic2013_incidents", "organization involved"),
    ] {
        let expected = &json(&format!("journeys/{log}.expected.json"))[format!("silo_crossings_{by}")];
        let (map, _) = Log::read(log, |event| event.text.get(by).cloned().unwrap_or_default()).pass();
        assert_eq!(map.crossings(), count(&expected["crossing"]), "{log} by {by}");
        let hand_offs = map.hand_offs();
        let all: u64 = hand_offs.iter().map(|(_, cell)| cell.wait.count()).sum();
        assert_eq!(all, count(&expected["transitions"]), "{log} by {by}");
        let crossing = hand_offs.iter().filter(|((from, to), _)| from != to);
        assert_eq!(crossing.map(|(_, cell)| cell.wait.count()).sum::<u64>(), map.crossings());
    }
}
