//! The fast path against the definitions, over made-up people with slips everywhere.

use super::*;
use crate::mint::mix;
use crate::score::block::Bounds;
use crate::score::compare::Bench;
use crate::score::model::{FieldModel, Level, expected};
use crate::score::table::{Column, Role, Table};
use crate::score::{level, texts::NONE};
use arrow::array::StringArray;
use rustc_hash::FxHashSet;

const ROLES: [Role; 11] = [
    Role::Given,
    Role::Family,
    Role::BirthDate,
    Role::Identifier,
    Role::Category,
    Role::Email,
    Role::Phone,
    Role::Postcode,
    Role::Address,
    Role::HouseNumber,
    Role::Place,
];

/// Numbers that follow from a seed.
pub(super) struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(1);
        ((u128::from(mix(self.0)) * u128::from(sides)) >> 64) as u64
    }
}

/// A word of two or three syllables; small numbers more often.
fn word(dice: &mut Dice, many: u64) -> String {
    const SYLLABLES: [&str; 16] = [
        "an", "ber", "ta", "lo", "mi", "ra", "sen", "der", "ki", "phi", "ste", "wal", "on", "ga", "hu", "tre",
    ];
    let roll = dice.roll(many);
    let mut number = mix(roll * dice.roll(many) / many);
    let mut word = String::new();
    for _ in 0..2 + number % 2 {
        number >>= 4;
        word.push_str(SYLLABLES[(number & 15) as usize]);
    }
    word
}

fn person(dice: &mut Dice, number: u64) -> [String; 11] {
    let (given, family) = (word(dice, 400), word(dice, 2_000));
    let born = format!("{}{:02}{:02}", 1930 + dice.roll(75), 1 + dice.roll(12), 1 + dice.roll(28));
    let email = format!("{given}.{family}{}@{}.org", dice.roll(90), word(dice, 9));
    [
        given,
        family,
        born,
        format!("{}", 1_000_000 + mix(number) % 9_000_000),
        ["nsw", "vic", "qld", "wa"][dice.roll(4) as usize].to_owned(),
        email,
        format!("+4930{}", 1_000_000 + dice.roll(9_000_000)),
        format!("{}", 1_000 + dice.roll(800)),
        format!("{} street", word(dice, 3_000)),
        format!("{}", 1 + dice.roll(200)),
        word(dice, 150),
    ]
}

/// The same with a slip, or nothing at all.
fn slip(dice: &mut Dice, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let at = dice.roll(letters.len() as u64) as usize;
    match dice.roll(5) {
        0 => return String::new(),
        1 if letters.len() > 1 => drop(letters.remove(at)),
        2 if at > 0 => letters.swap(at - 1, at),
        3 => letters.insert(at, letters[0]),
        _ => letters[at] = if letters[at].is_ascii_digit() { '7' } else { 'e' },
    }
    letters.into_iter().collect()
}

/// Records of made-up people, one to three each, and whose they are. `order` turns the rows around.
pub(super) fn people(records: usize, order: u64) -> (Packed, Vec<u64>) {
    let mut dice = Dice(7);
    let mut rows: Vec<(u64, u64, [String; 11])> = Vec::new();
    let mut number = 0;
    while rows.len() < records {
        let values = person(&mut dice, number);
        for _ in 0..=dice.roll(3) {
            let mut own = values.clone();
            for value in &mut own {
                if dice.roll(8) == 0 {
                    *value = slip(&mut dice, value);
                }
            }
            if dice.roll(30) == 0 {
                own.swap(0, 1);
            }
            rows.push((mix(rows.len() as u64), number, own));
        }
        number += 1;
    }
    rows.sort_by_key(|(hash, ..)| mix(hash ^ order));
    let hashes: Vec<u64> = rows.iter().map(|(hash, ..)| *hash).collect();
    let arrays: Vec<StringArray> = (0..ROLES.len())
        .map(|at| rows.iter().map(|(.., row)| (!row[at].is_empty()).then_some(row[at].as_str())).collect())
        .collect();
    let columns: Vec<Column> =
        ROLES.iter().zip(&arrays).map(|(&role, values)| Column { role, name: role.name(), values }).collect();
    let source: Vec<u16> = rows.iter().map(|(hash, ..)| (hash % 3) as u16).collect();
    let table = Table { record_hash: &hashes, columns: &columns, source: &source, link_only: order == 99 };
    let packed = Packed::read(&table, 2).unwrap();
    let whose = packed.order.iter().map(|&row| rows[row as usize].1).collect();
    (packed, whose)
}

/// A plausible model without training.
pub(super) fn model(packed: &Packed) -> Model {
    let field = |field: &crate::score::packed::Field| {
        let m = expected(field.role);
        let last = m.len() - 1;
        let level = |at: usize| {
            let u: f64 = if at == last { 0.97 } else { 0.03 / last as f64 };
            Level {
                name: level::names(field.role)[at].to_owned(),
                m: m[at],
                u,
                weight: (m[at] / u).log2() as f32,
            }
        };
        let texts = packed.texts(field);
        let mut common: Vec<(u64, f32)> =
            (0..texts.len().min(5) as u32).map(|code| (texts.hash(code), -1.0 - code as f32 / 3.0)).collect();
        common.sort_by_key(|(hash, _)| *hash);
        FieldModel {
            name: field.name.clone(),
            role: field.role,
            null_share: 0.1,
            levels: (0..=last).map(level).collect(),
            rare_bits: 2.5,
            common,
        }
    };
    let fields = packed.fields.iter().map(field).collect();
    Model { version: 1, records: packed.len() as u64, match_share: 1e-4, household_share: 0.3, fields }
}

/// Pairs above the floor, by definition, in ascending order.
fn defined(
    packed: &Packed,
    weights: &Weights,
    pairs: impl Iterator<Item = (u32, u32)>,
) -> Vec<(u32, u32, u32)> {
    let bench = Bench::bare(packed);
    let weigh = |(a, b): (u32, u32)| {
        let total = weights.total(&weights.of_pair(packed, &bench.levels(a, b), a));
        (total >= FLOOR && packed.may_meet(a, b)).then_some((a, b, total.to_bits()))
    };
    let mut found: Vec<(u32, u32, u32)> = pairs.filter_map(weigh).collect();
    found.sort_unstable();
    found
}

fn all_pairs(packed: &Packed) -> impl Iterator<Item = (u32, u32)> {
    let records = packed.len() as u32;
    (0..records).flat_map(move |a| (a + 1..records).map(move |b| (a, b)))
}

fn told(scored: &Scored) -> Vec<(u32, u32, u32)> {
    let mut told: Vec<(u32, u32, u32)> =
        scored.edges.iter().map(|edge| (edge.a, edge.b, edge.weight.to_bits())).collect();
    told.sort_unstable();
    told
}

#[test]
fn fast_weights_are_those_of_the_definitions_to_the_bit() {
    for order in [1, 99] {
        let (packed, _) = people(500, order);
        let model = model(&packed);
        let scored = score(&packed, &model, 2).unwrap();
        let expected = defined(&packed, &Weights::new(&packed, &model), all_pairs(&packed));
        assert_eq!(told(&scored), expected);
        assert!(expected.len() > 150, "{} pairs are worth keeping", expected.len());
        let records = packed.len() as u64;
        assert_eq!(scored.pairs() == records * (records - 1) / 2, order == 1, "{} pairs", scored.pairs());
        assert_eq!(scored.rules[0].name, ALONE);
    }
}

#[test]
fn every_pair_of_a_block_is_weighed_once_and_most_true_pairs_are_among_them() {
    let (packed, whose) = people(2_200, 1);
    assert!(packed.len() > Bounds::KEPT.few);
    let blocking = Blocking::new(&packed, Bounds::KEPT, None, 2);
    let mut candidates = FxHashSet::default();
    for blocks in &blocking.blocks {
        for block in 0..blocks.len() {
            let ranks = blocks.get(block);
            for (at, &a) in ranks.iter().enumerate() {
                candidates.extend(ranks[at + 1..].iter().map(|&b| (a, b)));
            }
        }
    }
    assert!(candidates.iter().all(|(a, b)| a < b));
    let scored = score(&packed, &model(&packed), 2).unwrap();
    assert_eq!(scored.pairs(), candidates.len() as u64);
    let weights = Weights::new(&packed, &model(&packed));
    let weighed = defined(&packed, &weights, candidates.iter().copied());
    assert_eq!(told(&scored), weighed);
    let (mut found, mut all) = (0, 0);
    for pair in all_pairs(&packed).filter(|&(a, b)| whose[a as usize] == whose[b as usize]) {
        all += 1;
        found += u32::from(candidates.contains(&pair));
    }
    assert!(f64::from(found) >= 0.999 * f64::from(all), "{found} of {all}");
}

#[test]
fn threads_and_the_order_of_rows_change_nothing() {
    let (packed, _) = people(2_500, 1);
    let model = model(&packed);
    let scored = score(&packed, &model, 1).unwrap();
    assert_eq!(scored, score(&packed, &model, 3).unwrap());
    let (turned, _) = people(2_500, 5);
    assert_ne!(packed.order, turned.order);
    assert_eq!(scored, score(&turned, &model, 2).unwrap());
}

#[test]
fn touched_records_bring_their_pairs_and_no_others() {
    let (packed, _) = people(2_500, 1);
    let model = model(&packed);
    let (weights, blocking) = (Weights::new(&packed, &model), Blocking::new(&packed, Bounds::KEPT, None, 1));
    let touched: Vec<bool> = (0..packed.len()).map(|rank| mix(rank as u64).is_multiple_of(50)).collect();
    let pairs = |rules: &[RuleCount]| rules.iter().map(|rule| rule.pairs).sum::<u64>();
    let (all, all_rules) = score_touched(&packed, &weights, &blocking, None, 1);
    let (some, some_rules) = score_touched(&packed, &weights, &blocking, Some(&touched), 2);
    let mut expected = all;
    expected.retain(|edge| touched[edge.a as usize] || touched[edge.b as usize]);
    assert_eq!(some, expected, "also in the same order");
    assert!(pairs(&some_rules) > 0 && pairs(&some_rules) * 10 < pairs(&all_rules));
}

#[test]
fn over_full_blocks_are_parted_and_what_is_left_out_is_counted() {
    let same: StringArray = (0..5_000).map(|_| Some("19840309")).collect();
    let columns = [Column { role: Role::BirthDate, name: "born", values: &same }];
    let hashes: Vec<u64> = (0..5_000).collect();
    let table = Table { record_hash: &hashes, columns: &columns, source: &[], link_only: false };
    let packed = Packed::read(&table, 1).unwrap();
    let scored = score(&packed, &model(&packed), 1).unwrap();
    assert_eq!(scored.pairs(), 0);
    assert_eq!(scored.rules[0].left_pairs, 5_000 * 4_999 / 2);
    let nothing: StringArray = (0..5_000).map(|_| None::<&str>).collect();
    let columns = [Column { role: Role::Given, name: "given", values: &nothing }];
    let packed = Packed::read(&Table { columns: &columns, ..table }, 1).unwrap();
    assert!(packed.fields[0].code.iter().all(|&code| code == NONE));
    assert_eq!(score(&packed, &model(&packed), 1).unwrap().pairs(), 0);
}
