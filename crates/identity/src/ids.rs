//! Permanent ids: minted once, never used again, kept by the elder when customers merge and by the larger part
//! when one splits (definitions, "The customer").

use crate::{Error, Mint};
use rustc_hash::{FxHashMap, FxHashSet};
use uuid::Uuid;

/// What earlier runs decided.
#[derive(Debug, Clone, Copy, Default)]
pub struct Previous<'a> {
    /// Records of the last run, every one once, in any order.
    pub record_hash: &'a [u64],
    /// The permanent id each of them had.
    pub id: &'a [Uuid],
    /// Ids merged away, each with the id that stood for it.
    pub redirects: &'a [(Uuid, Uuid)],
    /// Further ids ever used, such as those of customers whose records are gone.
    pub retired: &'a [Uuid],
}

/// Permanent ids by customer code, and the redirects that hold from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Id of each customer code.
    pub ids: Vec<Uuid>,
    /// Ids that stand for nothing themselves, each with the id that stands for it, in one step; sorted.
    pub redirects: Vec<(Uuid, Uuid)>,
}

/// A part of a former customer that is in one customer now.
struct Part {
    id: Uuid,
    customer: u32,
    records: u32,
    first_row: u32,
}

/// Gives every customer its id. `customer[row]` is the code of the record `record_hash[row]`; codes are dense
/// and in the order of first rows, and so are new ids.
///
/// # Errors
/// When the columns differ in length, a record comes twice, or redirects lead in a circle.
pub fn assign(
    record_hash: &[u64],
    customer: &[u32],
    previous: &Previous,
    mint: &mut Mint,
) -> Result<Assignment, Error> {
    same_length("customer", customer.len(), record_hash.len())?;
    same_length("previous id", previous.id.len(), previous.record_hash.len())?;
    check_unique(record_hash)?;
    let customers = customer.iter().max().map_or(0, |&last| last as usize + 1);
    let winners = largest_parts(parts(record_hash, customer, previous)?);
    let mut ids: Vec<Option<Uuid>> = vec![None; customers];
    let mut redirects: FxHashMap<Uuid, Uuid> = previous.redirects.iter().copied().collect();
    // Sorted by id: the eldest of a customer's ids comes first and stays.
    for part in &winners {
        match ids[part.customer as usize] {
            Some(elder) => _ = redirects.insert(part.id, elder),
            None => ids[part.customer as usize] = Some(part.id),
        }
    }
    let used = used(previous);
    let ids: Vec<Uuid> = ids.into_iter().map(|id| id.unwrap_or_else(|| fresh(mint, &used))).collect();
    let redirects = flatten(&redirects, &ids)?;
    Ok(Assignment { ids, redirects })
}

fn same_length(column: &'static str, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected { Ok(()) } else { Err(Error::Length { column, found, expected }) }
}

fn check_unique(record_hash: &[u64]) -> Result<(), Error> {
    let mut sorted = record_hash.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Error::Twice { place: "records", record_hash: pair[0] }),
        None => Ok(()),
    }
}

/// Every meeting of a former id and a customer, with its records; sorted by id.
fn parts(record_hash: &[u64], customer: &[u32], previous: &Previous) -> Result<Vec<Part>, Error> {
    let mut id_of: FxHashMap<u64, Uuid> = FxHashMap::default();
    id_of.reserve(previous.id.len());
    for (&record_hash, &id) in previous.record_hash.iter().zip(previous.id) {
        if id_of.insert(record_hash, id).is_some() {
            return Err(Error::Twice { place: "previous ids", record_hash });
        }
    }
    let mut found: Vec<(Uuid, u32, u32)> = record_hash
        .iter()
        .zip(customer)
        .zip(0..)
        .filter_map(|((hash, &customer), row)| id_of.get(hash).map(|&id| (id, customer, row)))
        .collect();
    found.sort_unstable();
    let part = |rows: &[(Uuid, u32, u32)]| Part {
        id: rows[0].0,
        customer: rows[0].1,
        records: rows.len() as u32,
        first_row: rows[0].2,
    };
    Ok(found.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)).map(part).collect())
}

/// Of each former customer the part that keeps its id: most records, then the earliest first record.
fn largest_parts(parts: Vec<Part>) -> Vec<Part> {
    let mut winners: Vec<Part> = Vec::new();
    for part in parts {
        match winners.last_mut().filter(|winner| winner.id == part.id) {
            None => winners.push(part),
            Some(winner) => {
                let larger = part.records > winner.records
                    || (part.records == winner.records && part.first_row < winner.first_row);
                if larger {
                    *winner = part;
                }
            }
        }
    }
    winners
}

fn used(previous: &Previous) -> FxHashSet<Uuid> {
    let redirected = previous.redirects.iter().flat_map(|&(from, to)| [from, to]);
    previous.id.iter().chain(previous.retired).copied().chain(redirected).collect()
}

fn fresh(mint: &mut Mint, used: &FxHashSet<Uuid>) -> Uuid {
    loop {
        let id = mint.next_id();
        if !used.contains(&id) {
            return id;
        }
    }
}

/// Follows every redirect to its end. An id that is live stands for itself.
fn flatten(redirects: &FxHashMap<Uuid, Uuid>, ids: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let live: FxHashSet<Uuid> = ids.iter().copied().collect();
    let mut flat = Vec::with_capacity(redirects.len());
    for &from in redirects.keys().filter(|from| !live.contains(from)) {
        let mut to = from;
        let mut steps = 0;
        while let Some(&next) = redirects.get(&to).filter(|_| !live.contains(&to)) {
            to = next;
            steps += 1;
            if steps > redirects.len() {
                return Err(Error::Circle { id: from });
            }
        }
        flat.push((from, to));
    }
    flat.sort_unstable();
    Ok(flat)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    /// Records, their ids, and redirects.
    type Before<'a> = (&'a [u64], &'a [Uuid], &'a [(Uuid, Uuid)]);

    fn run(records: &[u64], customer: &[u32], before: Option<Before>, now: u64) -> Assignment {
        let (record_hash, id, redirects) = before.unwrap_or_default();
        let previous = Previous { record_hash, id, redirects, retired: &[] };
        assign(records, customer, &previous, &mut Mint::new(now, 1)).unwrap()
    }

    fn by_record(customer: &[u32], assignment: &Assignment) -> Vec<Uuid> {
        customer.iter().map(|&code| assignment.ids[code as usize]).collect()
    }

    #[test]
    fn a_rerun_with_more_records_keeps_every_id() {
        let first = run(&[10, 20, 30], &[0, 1, 0], None, 1);
        assert!(first.ids[0] < first.ids[1] && first.redirects.is_empty());
        let known = by_record(&[0, 1, 0], &first);
        let second = run(&[5, 10, 20, 30, 40], &[0, 1, 2, 1, 2], Some((&[10, 20, 30], &known, &[])), 2);
        assert_eq!(second.ids[1..], first.ids[..]);
        assert!(second.ids[0] > first.ids[1]);
        assert!(second.redirects.is_empty());
    }

    #[test]
    fn a_merge_keeps_the_elder_and_redirects_the_other_for_ever() {
        let records = [10, 20, 30];
        let first = run(&records, &[0, 1, 2], None, 1);
        let second = run(&records, &[0, 1, 1], Some((&records, &first.ids, &[])), 2);
        assert_eq!(second.ids, first.ids[..2]);
        assert_eq!(second.redirects, [(first.ids[2], first.ids[1])]);
        let known = by_record(&[0, 1, 1], &second);
        let third = run(&records, &[0, 0, 0], Some((&records, &known, &second.redirects)), 3);
        assert_eq!(third.ids, first.ids[..1]);
        assert_eq!(third.redirects, [(first.ids[1], first.ids[0]), (first.ids[2], first.ids[0])]);
    }

    #[test]
    fn a_split_leaves_the_id_with_the_larger_part_then_the_earlier() {
        let records = [1, 2, 3, 4, 5];
        let first = run(&records, &[0; 5], None, 1);
        let known = vec![first.ids[0]; 5];
        let second = run(&records, &[0, 0, 1, 1, 1], Some((&records, &known, &[])), 2);
        assert_eq!(second.ids[1], first.ids[0]);
        assert!(second.ids[0] > first.ids[0] && second.redirects.is_empty());
        let even = run(&records[..4], &[0, 1, 0, 1], Some((&records[..4], &known[..4], &[])), 2);
        assert_eq!(even.ids[0], first.ids[0]);
    }

    #[test]
    fn a_live_id_is_no_redirect_and_a_circle_is_refused() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let live = run(&[1], &[0], Some((&[1], &[b], &[(b, a), (c, b)])), 1);
        assert_eq!(live, Assignment { ids: vec![b], redirects: vec![(c, b)] });
        let circle = Previous { redirects: &[(a, b), (b, a)], ..Previous::default() };
        let refused = assign(&[], &[], &circle, &mut Mint::new(1, 1));
        assert!(matches!(refused, Err(Error::Circle { .. })));
    }

    #[test]
    fn an_id_once_used_is_skipped_by_the_mint() {
        let taken = Mint::new(1, 1).next_id();
        let previous = Previous { retired: &[taken], ..Previous::default() };
        let found = assign(&[1], &[0], &previous, &mut Mint::new(1, 1)).unwrap();
        assert_ne!(found.ids[0], taken);
    }

    /// Dense codes in the order of first appearance.
    fn dense(labels: &[u8]) -> Vec<u32> {
        let mut codes = BTreeMap::new();
        labels
            .iter()
            .map(|label| {
                let next = codes.len() as u32;
                *codes.entry(label).or_insert(next)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn over_any_history_ids_are_minted_once_and_redirects_take_one_step(
            history in prop::collection::vec(prop::collection::vec((0u8..6, prop::bool::weighted(0.9)), 12), 1..8)
        ) {
            let mut ever: BTreeSet<Uuid> = BTreeSet::new();
            let mut known: (Vec<u64>, Vec<Uuid>) = Default::default();
            let mut redirects: Vec<(Uuid, Uuid)> = Vec::new();
            for (edition, labels) in history.iter().enumerate() {
                let records: Vec<u64> = (0..12).filter(|&at| labels[at].1).map(|at| at as u64 * 7).collect();
                let customer = dense(&labels.iter().filter(|label| label.1).map(|label| label.0).collect::<Vec<_>>());
                let retired: Vec<Uuid> = ever.iter().copied().collect();
                let previous = Previous { record_hash: &known.0, id: &known.1, redirects: &redirects, retired: &retired };
                let found = assign(&records, &customer, &previous, &mut Mint::new(5, edition as u64)).unwrap();
                let live: BTreeSet<Uuid> = found.ids.iter().copied().collect();
                prop_assert_eq!(live.len(), found.ids.len(), "ids are distinct");
                let before: BTreeSet<Uuid> = known.1.iter().copied().collect();
                for id in &live {
                    prop_assert!(before.contains(id) || !ever.contains(id), "an id is never used again");
                }
                let sources: BTreeSet<Uuid> = found.redirects.iter().map(|pair| pair.0).collect();
                for (from, to) in &found.redirects {
                    prop_assert!(!live.contains(from) && !sources.contains(to) && ever.contains(from));
                }
                for (from, _) in &redirects {
                    prop_assert!(sources.contains(from), "a redirect is permanent");
                }
                for (record, id) in known.0.iter().zip(&known.1) {
                    let stays = records.contains(record);
                    prop_assert!(!stays || live.contains(id) || sources.contains(id), "an id still resolves");
                }
                ever.extend(&live);
                let id = customer.iter().map(|&code| found.ids[code as usize]).collect();
                known = (records, id);
                redirects = found.redirects;
            }
        }
    }
}
