//! Credit on published marketing paths, and against removal done by hand.

use crate::data::{close, json, text};
use crate::histories::{TOUCHPOINTS, fates, history, in_parts, postings, walk};
use journey::{Close, Credit, CreditCounts, Leg, PathOrder, Paths};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A way, its purchases, and how often it ended without.
type Way = (Vec<u16>, u64, u64);

/// Channels by name and the paths over them.
fn published() -> (Vec<String>, Vec<Way>) {
    let text = text("journeys/attribution_paths.csv.gz");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let mut names: BTreeMap<String, u16> =
        rows.iter().flat_map(|row| row[0].split(" > ")).map(|name| (name.to_owned(), 0)).collect();
    names.values_mut().zip(0..).for_each(|(code, next)| *code = next);
    let paths = rows.iter().map(|row| {
        let way = row[0].split(" > ").map(|name| names[name]).collect();
        (way, row[1].parse().unwrap(), row[3].parse().unwrap())
    });
    let paths = paths.collect();
    (names.into_keys().collect(), paths)
}

#[test]
fn the_published_paths_give_the_published_credit() {
    let (names, paths) = published();
    let mut counts = CreditCounts::new(names.len());
    for (way, bought, unbought) in &paths {
        counts.add(way, *bought, 0, *unbought);
    }
    let credits = counts.credits();
    let expected = json("journeys/attribution.expected.json");
    let exact = &expected["exact_order1"];
    close(credits.purchase_share, exact["p_conversion"].as_f64().unwrap(), 1e-11);
    let shapley = &json("journeys/attribution_shapley.expected.json");
    for (name, share) in names.iter().zip(&credits.shares) {
        close(share.removal, exact["removal_effect"][name].as_f64().unwrap(), 1e-11);
        close(share.markov_purchases, exact["attributed_conversions"][name].as_f64().unwrap(), 1e-7);
        close(share.shapley_purchases, shapley["closed_form"][name].as_f64().unwrap(), 1e-8);
        close(share.shapley_purchases, shapley["bruteforce"][name].as_f64().unwrap(), 1e-8);
    }
    let all: f64 = credits.shares.iter().map(|share| share.shapley_purchases).sum();
    close(all, shapley["total"].as_f64().unwrap(), 1e-7);
    let alpha = &credits.shares[names.iter().position(|name| name == "alpha").unwrap()];
    close(alpha.removal, 0.5584, 0.000_05);
    // The simulation of the reference errs by a few parts in a thousand.
    close(alpha.removal, 0.5569, 0.003);
}

/// Chance of a purchase by walking the chain a few thousand steps, with the ways through `removed` cut off.
fn simulated(paths: &[Way], touchpoints: usize, removed: Option<u16>) -> f64 {
    let (start, buys, ends) = (touchpoints, touchpoints + 1, touchpoints + 2);
    let mut steps = vec![vec![0.0; touchpoints + 3]; touchpoints + 3];
    for (way, bought, unbought) in paths {
        let states: Vec<usize> =
            std::iter::once(start).chain(way.iter().map(|at| usize::from(*at))).collect();
        for pair in states.windows(2) {
            steps[pair[0]][pair[1]] += (bought + unbought) as f64;
        }
        steps[states[states.len() - 1]][buys] += *bought as f64;
        steps[states[states.len() - 1]][ends] += *unbought as f64;
    }
    let mut mass = vec![0.0; touchpoints + 3];
    mass[start] = 1.0;
    let mut bought = 0.0;
    for _ in 0..20_000 {
        let mut next = vec![0.0; touchpoints + 3];
        for (from, row) in steps.iter().enumerate() {
            let all: f64 = row.iter().sum();
            if mass[from] > 0.0 && all > 0.0 && removed.map(usize::from) != Some(from) {
                row.iter().zip(&mut next).for_each(|(times, to)| *to += mass[from] * times / all);
            }
        }
        bought += next[buys];
        (next[buys], next[ends]) = (0.0, 0.0);
        mass = next;
    }
    bought
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn removal_is_what_a_chain_without_the_touchpoint_loses(
        paths in prop::collection::vec((prop::collection::vec(0_u16..4, 0..5), 0_u64..3, 0_u64..3), 1..8),
    ) {
        let mut counts = CreditCounts::new(5);
        for (way, bought, unbought) in &paths {
            counts.add(way, *bought, 7, *unbought);
        }
        let credits = counts.credits();
        let whole = simulated(&paths, 5, None);
        prop_assert!((credits.purchase_share - whole).abs() < 1e-9);
        for (touchpoint, share) in (0_u16..).zip(&credits.shares) {
            let lost = if whole > 0.0 { 1.0 - simulated(&paths, 5, Some(touchpoint)) / whole } else { 0.0 };
            prop_assert!((share.removal - lost).abs() < 1e-9, "{} {}", share.removal, lost);
        }
    }

    #[test]
    fn credit_of_lives_is_credit_of_their_paths(
        events in history(100), postings in postings(), parts in 1_u32..4,
    ) {
        let fates = fates(&postings);
        for leg in [Leg::First, Leg::Again] {
            let begin = || Credit::new(Arc::clone(&fates), leg, usize::from(TOUCHPOINTS));
            let credit = in_parts(begin, &events, parts);
            let paths = walk(Paths::new(Arc::clone(&fates)), &events, 5);
            let mut counts = CreditCounts::new(usize::from(TOUCHPOINTS));
            let mut seen = std::collections::BTreeSet::new();
            for close in [Close::Bought, Close::Left, Close::Open] {
                for path in paths.top(leg, close, PathOrder::Frequent, usize::MAX) {
                    if seen.insert(path.key) {
                        let unbought = path.left.walks + path.open.walks;
                        counts.add(path.sequence, path.bought.walks, path.bought.value_minor, unbought);
                    }
                }
            }
            prop_assert_eq!(credit.counts(), &counts);
            let credits = counts.credits();
            let minor: f64 = credits.shares.iter().map(|share| share.shapley_minor).sum();
            let brought: i64 = paths.top(leg, Close::Bought, PathOrder::Frequent, usize::MAX).iter()
                .map(|path| path.bought.value_minor).sum();
            prop_assert!((minor + credits.direct.1 as f64 - brought as f64).abs() < 1e-6);
        }
    }
}
