//! Alignments of a published log with a published design.

use crate::data::{close, json};
use crate::logs::Log;
use journey::{Conformance, Design, Move, Pass, Plan, Strictness, Variant, Variants};
use serde_json::Value;

/// Reads a process tree as pm4py writes it: `->`, `X`, `+`, `*`, `tau` and quoted names.
fn plan(text: &str, code: &dyn Fn(&str) -> u16) -> Plan {
    let mut rest = text.trim();
    let plan = part(&mut rest, code);
    assert_eq!(rest, "");
    plan
}

fn part(rest: &mut &str, code: &dyn Fn(&str) -> u16) -> Plan {
    if let Some(name) = rest.strip_prefix('\'') {
        let (name, after) = name.split_once('\'').unwrap();
        *rest = after.trim_start();
        return Plan::Touchpoint(code(name));
    }
    if let Some(after) = rest.strip_prefix("tau") {
        *rest = after.trim_start();
        return Plan::Nothing;
    }
    let (operator, after) = rest.split_once('(').unwrap();
    *rest = after.trim_start();
    let mut parts = vec![part(rest, code)];
    while let Some(after) = rest.strip_prefix(',') {
        *rest = after.trim_start();
        parts.push(part(rest, code));
    }
    *rest = rest.strip_prefix(')').unwrap().trim_start();
    match operator {
        "->" => Plan::Sequence(parts),
        "X" => Plan::Choice(parts),
        "+" => Plan::Parallel(parts),
        "*" => {
            let [first, again] = parts.try_into().unwrap();
            Plan::Loop(Box::new(first), Box::new(again))
        }
        other => panic!("{other}"),
    }
}

fn designed(log: &Log, tree: &str) -> Design {
    let code = |name: &str| log.names.iter().position(|known| known == name).unwrap() as u16;
    Design::new(&plan(tree, &code)).unwrap()
}

fn variants(log: &Log) -> Variants {
    let mut pass = Pass::new(Variants::default(), log.names.len());
    pass.push(log.rows()).unwrap();
    pass.finish()
}

fn conformance(design: &Design, variants: &[Variant<'_>]) -> Conformance {
    let mut conformance = Conformance::new(Strictness::Everything, usize::MAX);
    for variant in variants {
        conformance.add(design, variant);
    }
    conformance
}

#[test]
fn every_variant_of_the_receipt_log_aligns_at_the_published_cost() {
    let log = Log::activities("receipt");
    let expected = json("journeys/receipt_alignment.expected.json");
    let design = designed(&log, expected["tree"].as_str().unwrap());
    let rows = expected["rows"].as_array().unwrap();
    for row in rows {
        let code = |name: &Value| log.names.iter().position(|known| Some(known.as_str()) == name.as_str());
        let trace: Vec<u16> =
            row["trace"].as_array().unwrap().iter().map(|name| code(name).unwrap() as u16).collect();
        let deviations = design.align(&trace, usize::MAX).unwrap().deviations;
        // The reference weighs a deviation ten thousand times a silent step.
        assert_eq!(u64::from(deviations), row["cost"].as_u64().unwrap() / 10_000, "{trace:?}");
        close(design.fitness(trace.len(), deviations), row["fitness"].as_f64().unwrap(), 1e-12);
    }
    let variants = variants(&log);
    let all = variants.top(usize::MAX);
    assert_eq!(all.len(), rows.len());
    let whole = conformance(&design, &all);
    close(whole.fitness(&design), expected["mean_fitness_cases"].as_f64().unwrap(), 1e-12);
    close(whole.coverage(), 1.0, 0.0);
    assert_eq!(whole.as_designed().customers, 713);
    let mut parts = conformance(&design, &all[50..]);
    parts.merge(conformance(&design, &all[..50]));
    assert_eq!(parts, whole);
}

#[test]
fn a_design_found_without_noise_is_walked_by_everybody() {
    for log in ["running-example", "helpdesk", "bpic2013_incidents"] {
        let expected = json(&format!("journeys/{log}.expected.json"));
        let log = Log::activities(log);
        let design = designed(&log, expected["process_tree_noise0.0"].as_str().unwrap());
        let variants = variants(&log);
        let whole = conformance(&design, &variants.top(40));
        assert_eq!(whole.as_designed(), whole.aligned());
        assert!(whole.deviations().is_empty());
    }
}

#[test]
fn deviations_and_coverage_are_told_in_customers() {
    let design = Design::new(&Plan::Sequence([0, 1, 2].map(Plan::Touchpoint).to_vec())).unwrap();
    let variant = |sequence: &'static [u16], customers| Variant {
        key: Variants::key(sequence),
        sequence,
        customers,
        duration_us: 0,
        exemplar: 0,
    };
    let variants = [variant(&[0, 1, 2], 5), variant(&[0, 2, 2, 2], 3), variant(&[0, 9, 1, 2], 2)];
    let mut strict = Conformance::new(Strictness::Everything, usize::MAX);
    let mut named = Conformance::new(Strictness::NamedOnly, usize::MAX);
    for variant in &variants {
        strict.add(&design, variant);
        named.add(&design, variant);
    }
    assert_eq!((strict.as_designed().customers, named.as_designed().customers), (5, 7));
    let told: Vec<(Move, u64)> =
        strict.deviations().iter().map(|(step, who)| (*step, who.customers)).collect();
    assert_eq!(told, [(Move::Unplanned(2), 3), (Move::Unplanned(9), 2), (Move::Skipped(1), 3)]);
    assert!(strict.deviations()[&Move::Unplanned(9)].variants.contains(&variants[2].key));
    strict.pass_over(&variant(&[5], 10));
    close(strict.coverage(), 0.5, 0.0);
    let mut hurried = Conformance::new(Strictness::Everything, 2);
    hurried.add(&design, &variants[1]);
    assert_eq!((hurried.coverage(), hurried.aligned().customers), (0.0, 0));
}
