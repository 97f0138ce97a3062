//! Days of new, changed and removed records against one run over all, in blocks so small that they turn all the time.

use super::*;
use crate::score::pairs::score_within;
use crate::score::table::{Column, Role, Table};
use arrow::array::StringArray;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::LazyLock;

const ROLES: [Role; 7] =
    [Role::Given, Role::Family, Role::BirthDate, Role::Email, Role::Phone, Role::Postcode, Role::Place];

/// So that blocks are over-full, parted and left out among a hundred records.
const SMALL: Bounds = Bounds { few: 25, full: 4 };

/// Cells of a record.
type Cells = [String; 7];

/// Records by hash.
type Records = BTreeMap<u64, Cells>;

/// One of few people; a rare slip in one field follows from `slip`.
fn cells(person: u64, slip: u64) -> Cells {
    const GIVEN: [&str; 5] = ["anna", "bruno", "carla", "david", "elena"];
    const FAMILY: [&str; 4] = ["steinmann", "hofbauer", "waldinger", "kirchmeier"];
    let of = |salt: u64, many: u64| mix(person ^ salt << 32) % many;
    let (given, family) = (GIVEN[of(1, 5) as usize], FAMILY[of(2, 4) as usize]);
    let mut cells = [
        given.to_owned(),
        family.to_owned(),
        format!("19{}-{:02}-{:02}", 60 + of(3, 3), 1 + of(4, 3), 1 + of(5, 28)),
        format!("{given}.{family}{}@example.org", of(6, 9)),
        format!("+43 1 {}", 5_550_000 + of(7, 40)),
        format!("10{}0", of(8, 3)),
        ["Wien", "Graz"][of(9, 2) as usize].to_owned(),
    ];
    match slip % 9 {
        0 => cells[(slip / 9 % 7) as usize].clear(),
        1 => cells[1] = family.replacen("er", "re", 1),
        2 => cells.swap(0, 1),
        _ => {}
    }
    cells
}

fn packed(records: &Records) -> Packed {
    let hashes: Vec<u64> = records.keys().copied().collect();
    let values = |at: usize| -> StringArray {
        records.values().map(|cells| Some(cells[at].as_str()).filter(|cell| !cell.is_empty())).collect()
    };
    let arrays: Vec<StringArray> = (0..ROLES.len()).map(values).collect();
    let columns: Vec<Column> =
        ROLES.iter().zip(&arrays).map(|(&role, values)| Column { role, name: role.name(), values }).collect();
    let table = Table { record_hash: &hashes, columns: &columns, source: &[], link_only: false };
    Packed::read(&table, 1).unwrap()
}

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let records = (0..400).map(|at| (at, cells(at / 3, mix(at)))).collect();
    Model::train(&packed(&records), 1)
});

/// A run under small bounds; what it remembers, and how many records and pairs it looked at.
fn run(records: &Records, before: &Remembered, model: &Model, bounds: Bounds) -> (Remembered, u64, u64) {
    let packed = packed(records);
    let scored = score_within(&packed, model, before, bounds, 1).unwrap();
    let edges: u64 = scored.rules.iter().map(|rule| rule.edges).sum();
    assert_eq!(edges, scored.edges(), "every pair kept is counted by its rule");
    let (touched, pairs) = (scored.touched, scored.pairs());
    (scored.remembered(&packed), touched, pairs)
}

/// A run that remembers nothing.
fn anew(records: &Records) -> (Remembered, u64, u64) {
    run(records, &Remembered::default(), &MODEL, SMALL)
}

fn town(records: u64) -> Records {
    (0..records).map(|at| (mix(at), cells(at / 2, mix(at)))).collect()
}

/// What happens to a record in a day.
fn happens(records: &mut Records, (what, at, draw): (u8, u64, u64)) {
    let hash = mix(at);
    match what {
        0..=4 => drop(records.insert(hash, cells(draw % 60, draw >> 8))),
        5 | 6 => {
            if let Some(cells) = records.get_mut(&hash) {
                cells[(draw % 7) as usize] = self::cells(draw >> 8, 5)[(draw % 7) as usize].clone();
            }
        }
        _ => drop(records.remove(&hash)),
    }
}

/// Runs day after day from what the day before is remembered; each must end as a run over all records does.
fn days_end_as_one_run(start: u64, days: Vec<Vec<(u8, u64, u64)>>) {
    let mut records = town(start);
    let (mut before, ..) = anew(&records);
    for day in days {
        for event in day {
            happens(&mut records, event);
        }
        let (at_once, all, all_pairs) = anew(&records);
        let (after, touched, pairs) = run(&records, &before, &MODEL, SMALL);
        assert_eq!(after, at_once);
        assert!(touched <= all && pairs <= all_pairs);
        before = after;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn days_of_any_kind_end_where_one_run_over_all_ends(
        start in 0u64..120,
        days in proptest::collection::vec(
            proptest::collection::vec((0u8..9, 0u64..140, any::<u64>()), 0..25),
            1..7,
        ),
    ) {
        days_end_as_one_run(start, days);
    }
}

#[test]
fn what_all_records_say_of_a_name_is_not_taken_from_days_before() {
    // A name comes into such use that it is no longer another one misspelt.
    let days = vec![
        vec![
            (0, 0, 993_401_463_134),
            (0, 107, 3_749_803_165_629_377_113),
            (5, 107, 8_659_591_854_032_556_468),
        ],
        vec![(0, 0, 5_786_108_059_817_613_613), (0, 27, 0)],
    ];
    days_end_as_one_run(88, days);
}

#[test]
fn the_town_has_pairs_worth_keeping_and_blocks_over_full_at_every_depth() {
    let (found, ..) = anew(&town(120));
    assert!(found.pairs.len() > 40, "{} pairs", found.pairs.len());
    let roomy = Bounds { full: 40, ..SMALL };
    let (less, ..) = run(&town(120), &Remembered::default(), &MODEL, roomy);
    assert!(found.overfull.len() > 10 * less.overfull.len().max(1), "{:?}", less.overfull.len());
}

#[test]
fn the_same_records_again_weigh_nothing() {
    for records in [0, 10, 120] {
        let records = town(records);
        let (before, ..) = anew(&records);
        assert_eq!(run(&records, &before, &MODEL, SMALL), (before, 0, 0));
    }
}

#[test]
fn a_block_that_fills_or_empties_brings_its_records_back() {
    let same = |number: u64| (number, cells(1, 5));
    let few = Bounds { few: 0, full: 4 };
    let (four, five): (Records, Records) = ((0..4).map(same).collect(), (0..5).map(same).collect());
    let nothing = Remembered::default();
    let (before, ..) = run(&four, &nothing, &MODEL, few);
    assert_eq!((before.pairs.len(), before.overfull.len()), (6, 0));
    let (after, touched, _) = run(&five, &before, &MODEL, few);
    assert_eq!((after.pairs.len(), touched), (0, 5), "nothing parts them");
    assert!(!after.overfull.is_empty());
    let (again, touched, pairs) = run(&four, &after, &MODEL, few);
    assert_eq!((again, touched, pairs), (before, 4, 6));
}

#[test]
fn another_model_other_bounds_and_another_number_of_records_trust_nothing() {
    let records = town(100);
    let (before, all, pairs) = anew(&records);
    assert_eq!(all, 100);
    let other = Model { version: MODEL.version + 1, ..MODEL.clone() };
    for (model, bounds) in
        [(&*MODEL, Bounds { full: 5, ..SMALL }), (&*MODEL, Bounds { few: 100, ..SMALL }), (&other, SMALL)]
    {
        assert_eq!(run(&records, &before, model, bounds).1, 100, "{bounds:?}");
    }
    assert_eq!(run(&records, &before, &other, SMALL).2, pairs);
}

#[test]
fn a_value_that_reads_otherwise_for_the_sake_of_others_touches_its_record() {
    let dated = |born: &str| {
        let mut cells = cells(1, 5);
        born.clone_into(&mut cells[2]);
        cells
    };
    let mut records: Records = [(1, dated("03/04/1984")), (2, dated("03/04/1984"))].into();
    let (before, ..) = anew(&records);
    // Only with the month first is this a date.
    records.insert(3, dated("12/25/1970"));
    let (after, touched, _) = run(&records, &before, &MODEL, SMALL);
    assert_eq!((after, touched), (anew(&records).0, 3));
}

#[test]
fn what_is_remembered_of_records_that_are_gone_is_dropped() {
    let mut records = town(120);
    let (before, ..) = anew(&records);
    let gone = before.record_hash[before.pairs[0].a as usize];
    records.remove(&gone);
    let (after, ..) = run(&records, &before, &MODEL, SMALL);
    assert_eq!(after, anew(&records).0);
    assert!(after.pairs.len() < before.pairs.len());
}
