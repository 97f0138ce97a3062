//! From as reported to as restated, customer by customer and by cause.
//!
//! Customers of then and now are tied by the records they share. Where one is one, the difference is late data when
//! the events up to the cut-off are others, else another rule. Where several became fewer or more, the whole
//! difference of those tied together is put down to that, also when data came with it: only a recount under the old
//! identities could tell both apart. So causes are told in the order erased, identity, late data, rule.

use super::stock::{StockRow, paired};
use super::{Cause, RecordOf};
use model::Day;
use rustc_hash::{FxHashMap, FxHashSet};

/// A part of the difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct BridgeRow {
    /// Why.
    pub cause: Cause,
    /// Segment it is told in; `None` where customers are not split.
    pub segment: Option<u16>,
    /// Permanent id: of now, or of then where nobody is left.
    pub customer: u128,
    /// Restated − reported, in customers.
    pub count: i64,
    /// Restated − reported, in minor units.
    pub value_minor: i64,
}

/// What leads from a closing as reported to the same as restated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bridge {
    /// The last day of the closed period.
    pub cut_off: Day,
    /// Its parts, by cause, segment and customer; none of nothing.
    pub rows: Vec<BridgeRow>,
}

impl Bridge {
    /// Customers and value, minor units, of a cause (`None` all) in a segment (`None` the whole).
    pub fn sum(&self, cause: Option<Cause>, segment: Option<u16>) -> (i64, i64) {
        self.rows
            .iter()
            .filter(|row| cause.is_none_or(|cause| row.cause == cause))
            .filter(|row| segment.is_none() || row.segment == segment)
            .fold((0, 0), |sum, row| (sum.0 + row.count, sum.1 + row.value_minor))
    }
}

/// Customers of then and of now, with the records they had and have, sorted by record.
pub(super) struct Sides<'a> {
    pub(super) then: &'a [StockRow],
    pub(super) then_records: &'a [RecordOf],
    pub(super) now: &'a [StockRow],
    pub(super) now_records: &'a [RecordOf],
}

pub(super) fn bridge(sides: &Sides<'_>, erased: &FxHashSet<u128>, cut_off: Day) -> Bridge {
    let mut sums: FxHashMap<(Cause, Option<u16>, u128), (i64, i64)> = FxHashMap::default();
    let mut add = |cause, row: &StockRow, customer, sign: i64| {
        let sum = sums.entry((cause, row.segment, customer)).or_default();
        *sum = (sum.0 + sign * row.count, sum.1 + sign * row.value_minor);
    };
    for Kin { then, now } in kin(sides) {
        match (then.as_slice(), now.as_slice()) {
            ([was], [is]) => {
                add(Cause::Regrouped, was, is.customer, -1);
                add(Cause::Regrouped, &StockRow { segment: is.segment, ..**was }, is.customer, 1);
                let cause = if was.events == is.events { Cause::RuleChange } else { Cause::LateData };
                add(cause, &StockRow { segment: is.segment, ..**was }, is.customer, -1);
                add(cause, is, is.customer, 1);
            }
            (then, now) => {
                let cause = cause_of(then, now, erased);
                for (row, sign) in then.iter().map(|row| (row, -1)).chain(now.iter().map(|row| (row, 1))) {
                    add(cause, row, row.customer, sign);
                }
            }
        }
    }
    let mut rows: Vec<BridgeRow> = sums
        .into_iter()
        .filter(|(_, sum)| *sum != (0, 0))
        .map(|((cause, segment, customer), (count, value_minor))| BridgeRow {
            cause,
            segment,
            customer,
            count,
            value_minor,
        })
        .collect();
    rows.sort_unstable();
    Bridge { cut_off, rows }
}

/// The cause where not one customer became one.
fn cause_of(then: &[&StockRow], now: &[&StockRow], erased: &FxHashSet<u128>) -> Cause {
    match (then, now) {
        ([was], []) if erased.contains(&was.customer) => Cause::Erased,
        (_, []) | ([], _) => Cause::LateData,
        _ if now.len() < then.len() => Cause::Merged,
        _ => Cause::Split,
    }
}

/// Customers of then and now who share records, directly or by others.
#[derive(Debug, Default)]
struct Kin<'a> {
    then: Vec<&'a StockRow>,
    now: Vec<&'a StockRow>,
}

fn kin<'a>(sides: &Sides<'a>) -> Vec<Kin<'a>> {
    let Sides { then, then_records, now, now_records } = *sides;
    let place = |rows: &[StockRow], id: u128| rows.binary_search_by_key(&id, |row| row.customer).ok();
    let mut roots: Vec<usize> = (0..then.len() + now.len()).collect();
    let mut tie = |was: u128, is: u128| {
        if let (Some(was), Some(is)) = (place(then, was), place(now, is)) {
            let (a, b) = (root(&mut roots, was), root(&mut roots, then.len() + is));
            roots[a.max(b)] = a.min(b);
        }
    };
    for row in then {
        tie(row.customer, row.customer);
    }
    for pair in paired(then_records, now_records, |of| of.record) {
        if let (Some(was), Some(is)) = pair
            && was.customer != is.customer
        {
            tie(was.customer, is.customer);
        }
    }
    let mut kin: Vec<Kin<'a>> = Vec::new();
    let mut place_of: FxHashMap<usize, usize> = FxHashMap::default();
    for at in 0..roots.len() {
        let next = kin.len();
        let place = *place_of.entry(root(&mut roots, at)).or_insert(next);
        if place == next {
            kin.push(Kin::default());
        }
        match at.checked_sub(then.len()) {
            None => kin[place].then.push(&then[at]),
            Some(at) => kin[place].now.push(&now[at]),
        }
    }
    kin
}

/// The smallest place tied to one.
fn root(roots: &mut [usize], mut at: usize) -> usize {
    while roots[at] != at {
        roots[at] = roots[roots[at]];
        at = roots[at];
    }
    at
}
