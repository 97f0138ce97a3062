//! A model without labels: u from random pairs and from the frequencies of values, m by expectation and
//! maximisation, the share of matches from the keys that matches agree in, corrected for what those keys miss.

use crate::score::em::{self, Shares};
use crate::score::frequency::Frequency;
use crate::score::level;
use crate::score::model::{FieldModel, Level, Model, expected};
use crate::score::packed::{Field, Packed};
use crate::score::sample::{self, Pass};
use crate::score::table::Role;

/// Rounds in which m, the share of matches and u are learnt from one another.
const ROUNDS: usize = 4;
/// Random pairs that each level, and the last one, count for before any was seen.
const PRIOR_ALIKE: f64 = 0.3;
const PRIOR_DIFFERENT: f64 = 20.0;
/// Matches per record that are believed in at least, and where no key tells.
const FEWEST: f64 = 0.001;
const UNTOLD: f64 = 0.05;
/// Bits that names which changed places may weigh beyond one equal name.
const CROSSED_BITS: f64 = 4.0;

impl Model {
    /// Learns from the records themselves. Without records, or where nothing recurs, what is expected of each role
    /// stands. The same records give the same model, on any number of threads.
    pub fn train(packed: &Packed, threads: usize) -> Self {
        let fields = &packed.fields;
        let frequencies: Vec<Frequency> =
            fields.iter().map(|field| Frequency::of(field, packed.texts(field).len())).collect();
        let pairs = sample::comparable(packed);
        let random = sample::random(packed, threads);
        let passes = sample::passes(packed, &frequencies, threads);
        let mut shares: Vec<Shares> = fields.iter().map(unseen).collect();
        let mut match_share = bounded(UNTOLD * packed.len() as f64, packed, pairs);
        let mut own = vec![0.0; fields.len()];
        for _ in 0..ROUNDS {
            let seen = em::strangers(&random, match_share, &shares);
            for ((field, frequency), (seen, own)) in
                shares.iter_mut().zip(&frequencies).zip(seen.iter().zip(&mut own))
            {
                *own = own_partners(packed, field, frequency, match_share * pairs);
                field.u = strangers(seen, frequency.strangers_share(*own));
            }
            let shares_of_passes = em::maximise(&passes, &mut shares);
            if let Some(matches) = matches(packed, &passes, &shares_of_passes, &shares, &frequencies) {
                match_share = bounded(matches, packed, pairs);
            }
        }
        let prior = (match_share / (1.0 - match_share)).log2();
        let told = fields.iter().zip(&shares).zip(frequencies.iter().zip(&own));
        let told =
            told.map(|((field, shares), (frequency, own))| tell(packed, field, shares, frequency, *own));
        Self {
            version: 0,
            records: packed.len() as u64,
            match_share,
            household_share: em::household(&passes, -prior, &shares).unwrap_or(0.5),
            fields: told.collect(),
        }
        .seal()
    }
}

/// A field of which no pair was seen.
fn unseen(field: &Field) -> Shares {
    let expected = expected(field.role);
    let u = strangers(&vec![0.0; expected.len()], 0.01);
    Shares { lane: field.lane, shared: field.role.is_shared(), m: expected.clone(), expected, u }
}

/// u from counted levels and the known chance of equality.
fn strangers(seen: &[f64], equal: f64) -> Vec<f64> {
    let last = seen.len() - 1;
    let belief = |level: usize| if level == last { PRIOR_DIFFERENT } else { PRIOR_ALIKE };
    let mut shares: Vec<f64> = seen.iter().enumerate().map(|(level, seen)| seen + belief(level)).collect();
    let unequal: f64 = shares[1..].iter().sum();
    let equal = equal.min(0.999);
    shares[1..].iter_mut().for_each(|share| *share *= (1.0 - equal) / unequal);
    shares[0] = equal;
    shares
}

/// Other records of the same customer that have the value of a record, on average.
fn own_partners(packed: &Packed, field: &Shares, frequency: &Frequency, matches: f64) -> f64 {
    let records = packed.len();
    let partners = 2.0 * matches / records.max(1) as f64;
    partners * field.m[0] * (1.0 - frequency.null_share(records))
}

/// A number of matches as a share of all pairs, within reason.
fn bounded(matches: f64, packed: &Packed, pairs: f64) -> f64 {
    let fewest = FEWEST * packed.len() as f64;
    (matches.max(fewest) / pairs.max(1.0)).clamp(1e-15, 0.5)
}

/// Matches among all pairs: those that agree in a key, over the chance that matches agree in it. The median of all
/// keys, weighted by the matches that each found.
fn matches(
    packed: &Packed,
    passes: &[Pass],
    shares_of_passes: &[f64],
    shares: &[Shares],
    frequencies: &[Frequency],
) -> Option<f64> {
    let of_pass = |(pass, share): (&Pass, &f64)| {
        let found = pass.pairs * share;
        let agree = |&field: &usize| {
            let present = 1.0 - frequencies[field].null_share(packed.len());
            shares[field].m[0] * present * present
        };
        (found / pass.fields.iter().map(agree).product::<f64>(), found)
    };
    let mut told: Vec<(f64, f64)> = passes.iter().zip(shares_of_passes).map(of_pass).collect();
    told.sort_unstable_by(|x, y| x.0.total_cmp(&y.0));
    let half = told.iter().map(|(_, found)| found).sum::<f64>() / 2.0;
    let mut below = 0.0;
    told.into_iter().find_map(|(matches, found)| {
        below += found;
        (below >= half).then_some(matches)
    })
}

fn tell(packed: &Packed, field: &Field, shares: &Shares, frequency: &Frequency, own: f64) -> FieldModel {
    let exact = (shares.m[0] / shares.u[0]).log2();
    let level = |(name, (&m, &u)): (&&str, (&f64, &f64))| {
        let most = match *name {
            // Two e-mails of one mailbox name, or that merely look alike, are those of namesakes.
            "mailbox" | "similar" if field.role == Role::Email => 0.0,
            // It tells of both names.
            "crossed" => exact.max(0.0) + CROSSED_BITS,
            _ => exact.max(0.0),
        };
        let weight = (m / u).log2();
        let weight = if *name == level::names(field.role)[0] { weight } else { weight.min(most) };
        Level { name: (*name).to_owned(), m, u, weight: weight as f32 }
    };
    let levels = level::names(field.role).iter().zip(shares.m.iter().zip(&shares.u)).map(level).collect();
    let (rare_bits, common) = frequency.bits(packed.texts(field), own);
    FieldModel {
        name: field.name.clone(),
        role: field.role,
        null_share: frequency.null_share(packed.len()),
        levels,
        rare_bits,
        common,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{Column, Table};
    use arrow::array::{Array, StringArray};

    type Cells = Vec<Option<String>>;

    fn train(columns: &[(Role, Cells)], threads: usize) -> Model {
        let arrays: Vec<StringArray> =
            columns.iter().map(|(_, cells)| cells.iter().map(Option::as_deref).collect()).collect();
        let named = columns.iter().zip(&arrays);
        let columns: Vec<Column> =
            named.map(|((role, _), values)| Column { role: *role, name: role.name(), values }).collect();
        let hash: Vec<u64> = (0..columns[0].values.len() as u64).map(crate::mint::mix).collect();
        let table = Table { record_hash: &hash, columns: &columns, source: &[], link_only: false };
        Model::train(&Packed::read(&table, threads).unwrap(), threads)
    }

    /// Records of people; every third person has a second record, whose birth date is wrong in a fifth of them.
    fn people(count: usize) -> Vec<(Role, Cells)> {
        let mut cells: [Cells; 3] = std::array::from_fn(|_| Vec::new());
        let word = |number: u64| -> String {
            let mut left = number + 1_000;
            let mut word = String::new();
            while left > 0 {
                word.push((b'a' + (left % 26) as u8) as char);
                left /= 26;
            }
            word
        };
        for person in 0..count as u64 {
            let draw = |trait_of: u64, values: u64| crate::mint::mix(person * 7 + trait_of) % values;
            let date = |day: u64| format!("{}-{:02}-{:02}", 1_940 + draw(2, 60), 1 + draw(3, 12), day);
            let day = 1 + draw(4, 28);
            let mut add = |day: u64| {
                cells[0].push(Some(word(draw(0, 300) * 31)));
                cells[1].push(Some(word(draw(1, 900) * 17)));
                cells[2].push(Some(date(day)));
            };
            add(day);
            if person % 3 == 0 {
                add(if person % 15 == 0 { 1 + (day + 13) % 28 } else { day });
            }
        }
        let [given, family, birth] = cells;
        vec![(Role::Given, given), (Role::Family, family), (Role::BirthDate, birth)]
    }

    #[test]
    fn what_was_put_in_is_found_again() {
        let people = people(3_000);
        let records = people[0].1.len() as f64;
        let model = train(&people, 2);
        let matches = model.match_share * records * (records - 1.0) / 2.0;
        assert!((800.0..1_200.0).contains(&matches), "{matches}");
        let birth = model.fields.iter().find(|field| field.role == Role::BirthDate).unwrap();
        assert!((0.74..0.86).contains(&birth.levels[0].m), "{:?}", birth.levels);
        for field in &model.fields {
            for sum in [
                field.levels.iter().map(|level| level.m).sum::<f64>(),
                field.levels.iter().map(|level| level.u).sum(),
            ] {
                assert!((sum - 1.0).abs() < 1e-4, "{} {sum}", field.name);
            }
            assert!(field.levels[0].weight > 3.0, "{:?}", field.levels);
            assert!(field.levels.last().unwrap().weight < 0.0, "{:?}", field.levels);
        }
    }

    #[test]
    fn neither_threads_nor_a_second_run_change_the_model() {
        let people = people(400);
        let model = train(&people, 1);
        assert_eq!(model, train(&people, 1));
        assert_eq!(model, train(&people, 3));
    }

    #[test]
    fn models_of_next_to_nothing_are_finite() {
        let same = |count: usize| vec![Some("anna".to_owned()); count];
        let null = |count: usize| vec![None; count];
        let tables = [
            vec![(Role::Given, null(0)), (Role::Email, null(0))],
            vec![(Role::Given, same(1))],
            vec![(Role::Given, same(2)), (Role::Family, null(2))],
            vec![(Role::Given, same(300)), (Role::Family, same(300))],
            vec![(Role::Given, null(300)), (Role::Email, null(300))],
        ];
        for table in tables {
            let model = train(&table, 2);
            let rows = table[0].1.len();
            assert!(model.match_share > 0.0 && model.match_share <= 0.5, "{rows} {}", model.match_share);
            assert!((0.0..=1.0).contains(&model.household_share), "{rows}");
            let weights = model.fields.iter().flat_map(|field| &field.levels).map(|level| level.weight);
            assert!(weights.chain([model.prior()]).all(f32::is_finite), "{rows} {model:?}");
        }
    }

    #[test]
    fn where_nobody_comes_twice_few_matches_are_believed() {
        let mut people = people(900);
        for (_, cells) in &mut people {
            // The first record of each person alone: every third person has two, one after the other.
            let mut at = 0;
            let mut kept = Vec::new();
            for person in 0..900 {
                kept.push(cells[at].clone());
                at += if person % 3 == 0 { 2 } else { 1 };
            }
            *cells = kept;
        }
        let model = train(&people, 1);
        assert!(model.match_share * 900.0 * 899.0 / 2.0 < 20.0, "{}", model.match_share);
    }
}
