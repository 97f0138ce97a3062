//! Decisions and weighed evidence beside keys.

use super::{Table, settings};
use crate::score::Decisions;
use crate::{Mint, Model, Previous, Resolution, Rule, Weighing, resolve, train};
use model::config::Unit;
use proptest::prelude::*;
use uuid::Uuid;

/// A town of people with one to three records each; the person is the hash's last two digits.
fn town(people: u64) -> Vec<(u64, String)> {
    const GIVEN: [&str; 12] = [
        "Anna", "Bruno", "Carla", "David", "Elena", "Fabian", "Greta", "Hanno", "Irene", "Jonas", "Klara",
        "Lukas",
    ];
    const START: [&str; 10] =
        ["Ber", "Hof", "Stein", "Wald", "Rot", "Acker", "Linden", "Mühl", "Kirch", "Oster"];
    const END: [&str; 7] = ["mann", "bauer", "feld", "inger", "hauser", "dorfer", "meier"];
    let mut rows = Vec::new();
    for person in 0..people {
        let mixed = crate::mint::mix(person);
        let pick = |shift: u32, n: usize| (mixed >> shift) as usize % n;
        let (given, family) = (GIVEN[pick(0, 12)], format!("{}{}", START[pick(8, 10)], END[pick(16, 7)]));
        let born = format!("19{:02}-{:02}-{:02}", 40 + pick(24, 55), 1 + pick(32, 12), 1 + pick(40, 28));
        let (mail, phone) = (pick(48, 1 << 15), pick(20, 1 << 30));
        let street = format!("{}gasse {}", START[pick(28, 10)], 1 + pick(36, 60));
        let code = format!("{}", 1010 + 10 * pick(52, 23));
        rows.push((1000 * person + 1, format!("g={given}; f={family}; b={born}; e=m{mail}.{person}@example.org; a={street}; z={code}; t=Wien")));
        if !mixed.is_multiple_of(3) {
            let slip = family.replacen("er", "re", 1).replacen("in", "ni", 1);
            rows.push((
                1000 * person + 2,
                format!("g={given}; f={slip}; b={born}; p=+43 1 {phone}; a={street}; z={code}; t=Wien"),
            ));
        }
        if mixed.is_multiple_of(5) {
            rows.push((
                1000 * person + 3,
                format!("g={given}; f={family}; p=+43 1 {phone}; a={street}; z={code}"),
            ));
        }
    }
    rows
}

pub(super) fn trained(table: &Table) -> Model {
    train(&table.records(), &settings(Unit::Person), 1).unwrap()
}

#[test]
fn evidence_joins_what_no_key_joins_and_tells_its_weight() {
    let rows = town(600);
    let table = Table::new(&rows);
    let model = trained(&table);
    let keys = table.resolve(Unit::Person);
    let found = table.weighed(Unit::Person, &Weighing { model: Some(&model), ..Weighing::default() });
    assert!(
        found.ids.len() < keys.ids.len(),
        "{} customers by keys, {} weighed",
        keys.ids.len(),
        found.ids.len()
    );
    let person = |row: u32| rows[row as usize].0 / 1000;
    let wrong = found.merges.iter().filter(|merge| person(merge.record_a) != person(merge.record_b)).count();
    assert!(wrong * 500 <= found.merges.len(), "{wrong} of {} merges are wrong", found.merges.len());
    let scored = found.merges.iter().filter(|merge| merge.rule == Rule::Scored);
    assert!(
        scored.clone().count() > 10 && scored.clone().all(|merge| merge.weight.is_some_and(f32::is_finite))
    );
    assert_eq!(found.merges.len(), rows.len() - found.ids.len(), "merges span the customers");
}

#[test]
fn what_people_decided_comes_before_keys_and_evidence() {
    let mut rows = vec![
        (11, "g=Ann; f=Oakley; e=ann@example.org".to_owned()),
        (12, "g=Ann; f=Oakley; e=ann@example.org".to_owned()),
        (13, "g=Tom; f=Birch; e=tom@example.org".to_owned()),
    ];
    rows.extend(town(60).into_iter().map(|(hash, row)| (hash + 1_000_000, row)));
    let table = Table::new(&rows);
    let model = trained(&table);
    for model in [None, Some(&model)] {
        let decisions = Decisions { same: &[(12, 13)], different: &[(11, 12)] };
        let found = table.weighed(Unit::Person, &Weighing { model, decisions, ..Weighing::default() });
        assert_eq!(found.customer[1], found.customer[2]);
        assert_ne!(found.customer[0], found.customer[1]);
        assert!(found.merges.iter().any(|merge| merge.rule == Rule::Decided && merge.weight.is_none()));
        assert!(found.review.iter().all(|review| {
            let pair = (review.pair.record_a, review.pair.record_b);
            found.customer[pair.0 as usize] != found.customer[pair.1 as usize]
        }));
    }
}

#[test]
fn exclusive_ids_of_one_kind_part_what_looks_alike() {
    let mut rows = town(80);
    let twin = "g=Ann; f=Oakley; b=1970-02-03; e=ann@example.org; a=Hill 1; z=1010";
    rows.push((900_001, format!("{twin}; x=club:1001")));
    rows.push((900_002, format!("{twin}; x=club:1002")));
    let table = Table::new(&rows);
    let model = trained(&table);
    let found = table.weighed(Unit::Person, &Weighing { model: Some(&model), ..Weighing::default() });
    let [.., a, b] = found.customer.as_slice() else { panic!("rows") };
    assert_ne!(a, b);
}

#[test]
fn what_was_compared_and_what_was_left_out_is_told() {
    let mut rows = town(600);
    let known = rows.len();
    rows.extend((0..2_100).map(|n| (2_000_000 + n, "b=1984-03-09".to_owned())));
    let table = Table::new(&rows);
    let model = trained(&Table::new(&rows[..known]));
    let weighing = Weighing { model: Some(&model), ..Weighing::default() };
    let found = table.weighed(Unit::Person, &weighing);
    assert!(found.compared.iter().map(|rule| rule.pairs).sum::<u64>() > 0);
    let born = found.compared.iter().find(|rule| rule.name == "birth date").unwrap();
    assert!(born.left_pairs >= 2_100 * 2_099 / 2, "{born:?}");
    for (unit, weighing) in [(Unit::Person, Weighing::default()), (Unit::Account, weighing)] {
        assert_eq!(table.weighed(unit, &weighing).compared, [], "nothing was weighed");
    }
}

/// Customers of batches that come day by day, each with the ids of the day before.
fn daily(rows: &[(u64, String)], days: &[usize], model: &Model) -> (Vec<(u64, Uuid)>, usize) {
    let (mut known, mut churned): (Vec<(u64, Uuid)>, usize) = (Vec::new(), 0);
    let mut redirects = Vec::new();
    let mut retired = Vec::new();
    for (day, &until) in days.iter().enumerate() {
        let table = Table::new(&rows[..until]);
        let (hash, id): (Vec<u64>, Vec<Uuid>) = known.iter().copied().unzip();
        let previous = Previous { record_hash: &hash, id: &id, redirects: &redirects, retired: &retired };
        let weighing = Weighing { model: Some(model), ..Weighing::default() };
        let mut mint = Mint::new(1, day as u64 + 1);
        let found =
            resolve(&table.records(), &settings(Unit::Person), &weighing, &previous, &mut mint).unwrap();
        churned += untouched_that_changed(&known, &table.hash, &found);
        known = table
            .hash
            .iter()
            .zip(&found.customer)
            .map(|(hash, customer)| (*hash, found.ids[*customer as usize]))
            .collect();
        redirects.clone_from(&found.redirects);
        retired = Vec::new();
    }
    (known, churned)
}

/// Customers whose records are the same as the day before and whose id is not.
pub(super) fn untouched_that_changed(known: &[(u64, Uuid)], hash: &[u64], found: &Resolution) -> usize {
    let groups = |ids: &dyn Fn(usize) -> Option<Uuid>, hash: &[u64]| {
        let mut groups: std::collections::BTreeMap<Uuid, Vec<u64>> = std::collections::BTreeMap::new();
        for (at, &hash) in hash.iter().enumerate() {
            if let Some(id) = ids(at) {
                groups.entry(id).or_default().push(hash);
            }
        }
        groups
            .into_iter()
            .map(|(id, mut records)| {
                records.sort_unstable();
                (records, id)
            })
            .collect::<std::collections::BTreeMap<Vec<u64>, Uuid>>()
    };
    let before_hash: Vec<u64> = known.iter().map(|pair| pair.0).collect();
    let before = groups(&|at| Some(known[at].1), &before_hash);
    let after = groups(&|at| Some(found.ids[found.customer[at] as usize]), hash);
    before.iter().filter(|(records, id)| after.get(*records).is_some_and(|other| other != *id)).count()
}

/// Records of each customer, whatever its id.
fn partition(known: &[(u64, Uuid)]) -> std::collections::BTreeSet<Vec<u64>> {
    let mut groups: std::collections::BTreeMap<Uuid, Vec<u64>> = std::collections::BTreeMap::new();
    for &(hash, id) in known {
        groups.entry(id).or_default().push(hash);
    }
    groups
        .into_values()
        .map(|mut records| {
            records.sort_unstable();
            records
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn daily_batches_end_where_one_rebuild_ends_and_the_untouched_keep_their_ids(
        seed in any::<u64>(), cuts in proptest::collection::vec(1usize..300, 1..5),
    ) {
        let mut rows = town(150);
        rows.sort_by_key(|row| crate::mint::mix(row.0 ^ seed));
        let model = trained(&Table::new(&rows));
        let mut days: Vec<usize> = cuts.into_iter().map(|cut| cut.min(rows.len())).collect();
        days.push(rows.len());
        days.sort_unstable();
        days.dedup();
        let (stepwise, churned) = daily(&rows, &days, &model);
        let (at_once, _) = daily(&rows, &[rows.len()], &model);
        prop_assert_eq!(partition(&stepwise), partition(&at_once));
        prop_assert_eq!(churned, 0);
    }

    #[test]
    fn pairs_kept_apart_never_meet_and_order_does_not_matter(seed in any::<u64>(), apart in proptest::collection::vec((0usize..200, 0usize..200), 1..12)) {
        let rows = town(120);
        let table = Table::new(&rows);
        let model = trained(&table);
        let pairs: Vec<(u64, u64)> = apart.into_iter()
            .map(|(a, b)| (rows[a % rows.len()].0, rows[b % rows.len()].0)).filter(|(a, b)| a != b).collect();
        let decisions = Decisions { same: &[], different: &pairs };
        let weighing = Weighing { model: Some(&model), decisions, threads: 2, remembered: None };
        let found = table.weighed(Unit::Person, &weighing);
        let at = |table: &Table, hash: u64| table.hash.iter().position(|&other| other == hash).unwrap();
        for &(a, b) in &pairs {
            prop_assert_ne!(found.customer[at(&table, a)], found.customer[at(&table, b)]);
        }
        let mut mixed = rows.clone();
        mixed.sort_by_key(|row| crate::mint::mix(row.0 ^ seed));
        let other = Table::new(&mixed);
        let again = other.weighed(Unit::Person, &Weighing { threads: 1, ..weighing });
        let told = |table: &Table, found: &Resolution| {
            let ids = (0..table.hash.len()).map(|row| (table.hash[row], Uuid::from_u128(u128::from(found.customer[row]))));
            partition(&ids.collect::<Vec<_>>())
        };
        prop_assert_eq!(told(&table, &found), told(&other, &again));
    }
}
