//! Days of new, changed and removed records in a crowded town, each on top of what the day before remembers.

use super::weighed::{trained, untouched_that_changed};
use super::{Table, settings};
use crate::mint::mix;
use crate::score::Remembered;
use crate::{Mint, Model, Previous, Resolution, Weighing, resolve};
use model::config::Unit;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Records by hash, as [`Table`] reads them.
type Records = BTreeMap<u64, String>;

/// A record of somebody in a town of few names and two places, where blocks are full of strangers.
fn record(person: u64, version: u64) -> String {
    const GIVEN: [&str; 14] = [
        "Anna", "Bruno", "Carla", "David", "Elena", "Fabian", "Greta", "Hanno", "Irene", "Jonas", "Klara",
        "Lukas", "Martha", "Norbert",
    ];
    const FAMILY: [&str; 6] = ["Steinmann", "Hofbauer", "Waldinger", "Kirchmeier", "Rothauser", "Linden"];
    let pick = |salt: u64, many: u64| mix(person ^ salt << 40) % many;
    let (given, family) = (GIVEN[pick(1, 14) as usize], FAMILY[pick(2, 6) as usize]);
    let family = if version % 5 == 1 { family.replacen("in", "ni", 1) } else { family.to_owned() };
    let born = format!("19{:02}-{:02}-{:02}", 40 + pick(3, 60), 1 + pick(4, 12), 1 + pick(5, 28));
    let reach = match version % 3 {
        0 => format!("e={given}.{family}{}@example.org", pick(6, 5_000)),
        1 => format!("p=+43 1 {}", 5_000_000 + pick(7, 900_000)),
        _ => format!("a=Hauptgasse {}", 1 + pick(8, 90)),
    };
    let (code, place) = (1_000 + 10 * pick(9, 20), ["Wien", "Graz"][pick(10, 2) as usize]);
    format!("g={given}; f={family}; b={born}; {reach}; z={code}; t={place}")
}

fn town(records: u64, seed: u64) -> Records {
    (0..records).map(|at| (mix(at ^ seed), record(at * 2 / 3, mix(at)))).collect()
}

/// What a day hands to the next.
#[derive(Default)]
struct Yesterday {
    known: Vec<(u64, Uuid)>,
    redirects: Vec<(Uuid, Uuid)>,
    remembered: Remembered,
}

fn run(records: &Records, model: &Model, before: &Yesterday, day: u64) -> (Resolution, Vec<u64>) {
    let rows: Vec<(u64, &str)> = records.iter().map(|(&hash, row)| (hash, row.as_str())).collect();
    let table = Table::new(&rows);
    let (hash, id): (Vec<u64>, Vec<Uuid>) = before.known.iter().copied().unzip();
    let previous = Previous { record_hash: &hash, id: &id, redirects: &before.redirects, retired: &[] };
    let remembered = Some(&before.remembered);
    let weighing = Weighing { model: Some(model), remembered, threads: 2, ..Weighing::default() };
    let mut mint = Mint::new(1, day + 1);
    let found = resolve(&table.records(), &settings(Unit::Person), &weighing, &previous, &mut mint).unwrap();
    (found, table.hash)
}

/// New, changed and removed records of a day.
fn pass(records: &mut Records, day: u64, seed: u64) {
    let hashes: Vec<u64> = records.keys().copied().collect();
    for (at, hash) in hashes.into_iter().enumerate() {
        match mix(hash ^ seed ^ day << 32) % 150 {
            0 => drop(records.remove(&hash)),
            1 => drop(records.insert(hash, record(at as u64, day))),
            _ => {}
        }
    }
    let new = (0..30 + mix(seed ^ day) % 200).map(|at| mix(at ^ day << 50 ^ seed));
    records.extend(new.map(|hash| (hash, record(hash % 3_000, hash >> 20))));
}

#[test]
fn days_end_in_the_customers_of_one_rebuild_and_the_untouched_keep_their_ids() {
    for seed in 1..=3 {
        let mut records = town(2_300, seed);
        let rows: Vec<(u64, &str)> = records.iter().map(|(&hash, row)| (hash, row.as_str())).collect();
        let model = trained(&Table::new(&rows));
        let mut before = Yesterday::default();
        let mut first = Remembered::default();
        for day in 0..4 {
            if day > 0 {
                pass(&mut records, day, seed);
            }
            let (found, hash) = run(&records, &model, &before, day);
            assert_eq!(untouched_that_changed(&before.known, &hash, &found), 0, "day {day} of {seed}");
            let id = found.customer.iter().map(|&customer| found.ids[customer as usize]);
            before.known = hash.into_iter().zip(id).collect();
            before.redirects = found.redirects;
            before.remembered = found.remembered;
            if day == 0 {
                first = before.remembered.clone();
            } else {
                assert!(found.effort.touched < before.known.len() as u64, "day {day} of {seed}");
            }
        }
        let (day, _) = run(&records, &model, &before, 4);
        let (rebuilt, _) = run(&records, &model, &Yesterday::default(), 4);
        assert_eq!(before.remembered, rebuilt.remembered, "{seed}");
        assert_eq!(
            (day.customer, day.merges, day.review),
            (rebuilt.customer, rebuilt.merges, rebuilt.review),
            "{seed}"
        );
        assert_eq!((day.effort.touched, day.effort.pairs), (0, 0));
        let filled = before.remembered.overfull.iter().filter(|block| !first.overfull.contains(block));
        assert!(filled.count() > 0 && !first.overfull.is_empty() && first.pairs.len() > 300, "{seed}");
    }
}

#[test]
fn a_few_new_records_cost_few_pairs() {
    let mut records = town(2_600, 9);
    let rows: Vec<(u64, &str)> = records.iter().map(|(&hash, row)| (hash, row.as_str())).collect();
    let model = trained(&Table::new(&rows));
    let (all, _) = run(&records, &model, &Yesterday::default(), 0);
    let before = Yesterday { remembered: all.remembered, ..Yesterday::default() };
    records.extend((0..10).map(|at| (mix(at ^ 0x4d), record(5_000 + at, at))));
    let (found, _) = run(&records, &model, &before, 1);
    assert!(found.effort.pairs > 0 && found.effort.pairs * 10 < all.effort.pairs, "{:?}", found.effort);
}

#[test]
fn a_value_that_turns_generic_touches_all_who_have_it() {
    let shared = |name: &str| format!("{name}; e=birkenhof@example.org; b=1970-02-03");
    let mut records: Records = [(1, shared("n=Ann Oakley")), (2, shared("n=Tom Birch"))].into();
    records.extend(town(100, 4).into_iter().map(|(hash, row)| (hash | 1 << 63, row)));
    let rows: Vec<(u64, &str)> = records.iter().map(|(&hash, row)| (hash, row.as_str())).collect();
    let model = trained(&Table::new(&rows));
    let (day, _) = run(&records, &model, &Yesterday::default(), 0);
    let before = Yesterday { remembered: day.remembered, ..Yesterday::default() };
    for (hash, name) in [(3, "n=Eve Rowan"), (4, "n=Max Alder"), (5, "n=Ida Hazel")] {
        records.insert(hash, shared(name));
    }
    let (found, _) = run(&records, &model, &before, 1);
    assert_eq!((found.generic.len(), found.effort.touched), (1, 5));
    assert_eq!(found.remembered, run(&records, &model, &Yesterday::default(), 1).0.remembered);
}
