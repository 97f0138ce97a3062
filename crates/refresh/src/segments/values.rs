//! What decides a split, customer by customer, and how values become segments.

use model::config::Take;
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};

/// A value for each customer that has one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    /// By code, in the order met.
    names: Vec<String>,
    /// Code by customer; customers beyond have none.
    of: Vec<Option<u32>>,
}

impl Values {
    /// The value most of a customer's rows have, the first by name among equals. Rows come in any order.
    pub(crate) fn most<'a>(customers: usize, rows: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut gathered = Gathered::new(customers as u32, Take::Most);
        for (customer, value) in rows {
            gathered.add(customer, 0, value);
        }
        gathered.finish()
    }

    /// Each value under the name that `shown` gives it; those it gives none are none.
    pub(super) fn renamed(self, shown: impl Fn(&str) -> Option<String>) -> Self {
        let names: Vec<Option<String>> = self.names.iter().map(|name| shown(name)).collect();
        let of = self.of.iter().map(|code| code.filter(|code| names[*code as usize].is_some())).collect();
        Self { names: names.into_iter().map(Option::unwrap_or_default).collect(), of }
    }

    /// The segments of so many customers: values by code, ascending, and each customer's code. At most so many values
    /// are segments of their own, the largest; the others, and customers without a value, are told by the names given
    /// for `[missing, other]`.
    pub(super) fn segments(self, customers: u32, most: usize, names: [&str; 2]) -> (Vec<String>, Vec<u16>) {
        let [missing, other] = names;
        let mut of = self.of;
        of.resize(customers as usize, None);
        let mut counts = vec![0u64; self.names.len()];
        for code in of.iter().flatten() {
            counts[*code as usize] += 1;
        }
        let by_name: BTreeMap<&str, u64> =
            self.names.iter().zip(&counts).fold(BTreeMap::new(), |mut sums, (name, count)| {
                *sums.entry(name.as_str()).or_default() += count;
                sums
            });
        let mut largest: Vec<(&str, u64)> = by_name.into_iter().filter(|(_, count)| *count > 0).collect();
        largest.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let own: BTreeSet<&str> = largest.iter().take(most).map(|(name, _)| *name).collect();
        let shown = |code: &Option<u32>| match code {
            None => missing,
            Some(code) => own.get(self.names[*code as usize].as_str()).copied().unwrap_or(other),
        };
        let all: BTreeSet<&str> = of.iter().map(shown).collect();
        let all: Vec<&str> = all.into_iter().collect();
        let code = |name: &str| all.binary_search(&name).unwrap_or_default() as u16;
        let codes = of.iter().map(|of| code(shown(of))).collect();
        (all.into_iter().map(str::to_owned).collect(), codes)
    }
}

/// Gathers values from rows that come in any order.
pub(super) struct Gathered {
    take: Take,
    names: Vec<String>,
    codes: FxHashMap<String, u32>,
    /// Ordinal and code of the row that counts.
    best: Vec<Option<(u32, u32)>>,
    counts: FxHashMap<(u32, u32), u32>,
}

impl Gathered {
    pub(super) fn new(customers: u32, take: Take) -> Self {
        let (names, codes, counts) = (Vec::new(), FxHashMap::default(), FxHashMap::default());
        Self { take, names, codes, best: vec![None; customers as usize], counts }
    }

    /// Adds a row: blanks around the value do not count, and an empty one says nothing.
    pub(super) fn add(&mut self, customer: u32, seq: u32, value: &str) {
        let value = value.trim();
        let Some(best) = self.best.get_mut(customer as usize).filter(|_| !value.is_empty()) else { return };
        let code = if let Some(code) = self.codes.get(value) {
            *code
        } else {
            let code = self.names.len() as u32;
            self.names.push(value.to_owned());
            self.codes.insert(value.to_owned(), code);
            code
        };
        match (self.take, *best) {
            (Take::Most, _) => *self.counts.entry((customer, code)).or_default() += 1,
            (Take::First, Some((known, _))) if known <= seq => {}
            (Take::Latest, Some((known, _))) if known >= seq => {}
            (Take::First | Take::Latest, _) => *best = Some((seq, code)),
        }
    }

    pub(super) fn finish(self) -> Values {
        let mut of: Vec<Option<u32>> = self.best.iter().map(|best| best.map(|(_, code)| code)).collect();
        let mut most: Vec<Option<(u32, &str)>> =
            vec![None; if self.counts.is_empty() { 0 } else { of.len() }];
        for ((customer, code), count) in &self.counts {
            let name = self.names[*code as usize].as_str();
            let best = &mut most[*customer as usize];
            let leads = best.is_none_or(|(known, before)| (*count, before) > (known, name));
            if leads {
                *best = Some((*count, name));
                of[*customer as usize] = Some(*code);
            }
        }
        Values { names: self.names, of }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(take: Take, rows: &[(u32, u32, &str)]) -> Vec<String> {
        let mut gathered = Gathered::new(4, take);
        for (customer, seq, value) in rows {
            gathered.add(*customer, *seq, value);
        }
        let (names, of) = gathered.finish().segments(4, 9, ["unknown", "other"]);
        of.iter().map(|code| names[usize::from(*code)].clone()).collect()
    }

    #[test]
    fn the_first_the_latest_and_the_most_frequent_value_count_in_any_order_of_rows() {
        let mut rows = [
            (0, 0, " web "),
            (0, 1, "store"),
            (0, 2, "store"),
            (0, 3, "web"),
            (1, 5, "b"),
            (1, 4, "a"),
            (2, 0, " "),
        ];
        for _ in 0..2 {
            assert_eq!(told(Take::First, &rows), ["web", "a", "unknown", "unknown"]);
            assert_eq!(told(Take::Latest, &rows), ["web", "b", "unknown", "unknown"]);
            assert_eq!(
                told(Take::Most, &rows),
                ["store", "a", "unknown", "unknown"],
                "the first by name among equals"
            );
            rows.reverse();
        }
    }

    #[test]
    fn values_beyond_the_largest_are_one_segment_and_everybody_is_in_one() {
        let rows = [(0, "b"), (1, "b"), (2, "c"), (3, "a"), (4, "d")];
        let (names, of) = Values::most(9, rows.into_iter()).segments(6, 2, ["unknown", "other"]);
        assert_eq!(names, ["a", "b", "other", "unknown"]);
        assert_eq!(of, [1, 1, 2, 0, 2, 3]);
        let (names, of) = Values::default().segments(2, 2, ["no", "other"]);
        assert_eq!((names, of), (vec!["no".to_owned()], vec![0, 0]));
    }

    #[test]
    fn values_of_one_name_are_one_segment() {
        let rows = [(0, "1"), (1, "2"), (2, "3")];
        let shown = |name: &str| (name != "3").then(|| "Shop".to_owned());
        let (names, of) =
            Values::most(3, rows.into_iter()).renamed(shown).segments(3, 9, ["unknown", "other"]);
        assert_eq!((names, of), (vec!["Shop".to_owned(), "unknown".to_owned()], vec![0, 0, 1]));
    }
}
