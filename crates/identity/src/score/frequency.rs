//! How often the values of a field come: the chance that strangers share one, and what a rare value adds
//! (term frequency, as in Winkler 1989).

use crate::score::packed::Field;
use crate::score::texts::{NONE, Texts};

/// Values listed one by one at most.
const LISTED: usize = 4_096;
/// Records from which a value may count as common.
const COMMON: u32 = 5;
/// The most that a rare value may add to equality, and that a common one may take away; in bits.
const RARE_BITS: f64 = 6.0;
const COMMON_BITS: f64 = 12.0;
/// What is left at least of a chance from which one customer's own records are taken out, as a share of it.
const LEFT: f64 = 0.1;

/// Records by value of one field.
#[derive(Debug)]
pub(crate) struct Frequency {
    /// Records by code.
    count: Vec<u32>,
    /// Records that say anything.
    present: u32,
    /// Pairs of those records with one value, among all their pairs; 0–1.
    equal_share: f64,
}

impl Frequency {
    /// `values`: how many codes there are.
    pub(crate) fn of(field: &Field, values: usize) -> Self {
        let mut count = vec![0u32; values];
        let mut present = 0;
        for &code in field.code.iter().filter(|&&code| code != NONE) {
            count[code as usize] += 1;
            present += 1;
        }
        let equal: f64 = count.iter().map(|&records| f64::from(records) * (f64::from(records) - 1.0)).sum();
        let pairs = f64::from(present) * (f64::from(present) - 1.0);
        Self { count, present, equal_share: if pairs > 0.0 { equal / pairs } else { 0.0 } }
    }

    /// Share of `records` that say nothing.
    pub(crate) fn null_share(&self, records: usize) -> f64 {
        if records == 0 { 0.0 } else { 1.0 - f64::from(self.present) / records as f64 }
    }

    /// Records that say anything.
    pub(crate) fn present(&self) -> u32 {
        self.present
    }

    /// Pairs with one value among all pairs that say anything, 0–1.
    pub(crate) fn equal_share(&self) -> f64 {
        self.equal_share
    }

    /// Chance that a stranger has the value of a record, where `own` other records of the same customer have it.
    pub(crate) fn strangers_share(&self, own: f64) -> f64 {
        if self.present < 2 {
            return LEFT;
        }
        let others = f64::from(self.present) - 1.0;
        let left = (self.equal_share - own / others).max(LEFT * self.equal_share);
        left.max(LEFT / f64::from(self.present))
    }

    /// Bits that equality in a rare value adds to equality as such, and in each common one, by hash of its text.
    pub(crate) fn bits(&self, texts: &Texts, own: f64) -> (f32, Vec<(u64, f32)>) {
        if self.present < 2 {
            return (0.0, Vec::new());
        }
        let strangers = self.strangers_share(own);
        let bits = |records: f64| {
            let others = (records - 1.0 - own).max(LEFT * records);
            let chance = others / (f64::from(self.present) - 1.0);
            (strangers / chance).log2().clamp(-COMMON_BITS, RARE_BITS)
        };
        let mut listed: Vec<u32> =
            (0..self.count.len() as u32).filter(|&code| self.count[code as usize] >= COMMON).collect();
        let by_count = |code: &u32| (std::cmp::Reverse(self.count[*code as usize]), texts.hash(*code));
        if listed.len() > LISTED {
            listed.select_nth_unstable_by_key(LISTED, by_count);
            listed.truncate(LISTED);
        }
        let (mut records, mut squares) = self.totals();
        for &code in &listed {
            let count = f64::from(self.count[code as usize]);
            records -= count;
            squares -= count * count;
        }
        let rare = if records > 0.0 { bits(squares / records) } else { 0.0 };
        let mut common: Vec<(u64, f32)> = listed
            .into_iter()
            .map(|code| (texts.hash(code), bits(f64::from(self.count[code as usize])) as f32))
            .collect();
        common.sort_unstable_by_key(|value| value.0);
        (rare as f32, common)
    }

    /// Records, and the sum of squares over values.
    fn totals(&self) -> (f64, f64) {
        let squares = self.count.iter().map(|&count| f64::from(count).powi(2)).sum();
        (f64::from(self.present), squares)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::Role;

    fn field(code: Vec<u32>) -> Field {
        Field { role: Role::Family, name: "family".to_owned(), lane: 8, texts: 0, code }
    }

    fn texts(count: u32) -> Texts {
        let mut texts = Texts::default();
        for at in 0..count {
            texts.intern(&format!("value {at}"));
        }
        texts
    }

    #[test]
    fn the_chance_of_equality_is_that_of_counting_all_pairs() {
        let codes = vec![0, 1, 0, 2, NONE, 0, 1, NONE];
        let frequency = Frequency::of(&field(codes.clone()), 3);
        let (mut equal, mut all) = (0, 0);
        for a in 0..codes.len() {
            for b in (0..a).filter(|&b| codes[a] != NONE && codes[b] != NONE) {
                all += 1;
                equal += i32::from(codes[a] == codes[b]);
            }
        }
        assert!((frequency.equal_share() - f64::from(equal) / f64::from(all)).abs() < 1e-12);
        assert!((frequency.null_share(codes.len()) - 0.25).abs() < 1e-12);
    }

    #[test]
    fn rare_values_say_more_than_common_ones() {
        let mut codes = vec![0; 500];
        codes.extend(std::iter::repeat_n(1, 50));
        codes.extend(2..452);
        let frequency = Frequency::of(&field(codes), 452);
        let texts = texts(452);
        let (rare, common) = frequency.bits(&texts, 0.0);
        let of = |code: u32| common.iter().find(|value| value.0 == texts.hash(code)).unwrap().1;
        assert_eq!(common.len(), 2);
        assert!(rare > of(1) && of(1) > of(0), "{rare} {common:?}");
        assert!(of(0) <= 0.0 && rare <= RARE_BITS as f32, "{rare} {common:?}");
    }

    #[test]
    fn records_of_one_customer_do_not_make_a_value_common() {
        // A thousand customers of two records each, who share the value with nobody else.
        let frequency = Frequency::of(&field((0..2_000).map(|record| record / 2).collect()), 1_000);
        assert!(frequency.strangers_share(1.0) < frequency.strangers_share(0.0));
        assert!(frequency.strangers_share(1.0) > 0.0);
    }

    #[test]
    fn fields_without_values_say_nothing() {
        for codes in [vec![], vec![NONE], vec![NONE, NONE], vec![0]] {
            let frequency = Frequency::of(&field(codes), 1);
            assert_eq!(frequency.bits(&texts(1), 0.5), (0.0, Vec::new()));
            assert!(frequency.strangers_share(0.0) > 0.0 && frequency.equal_share() < 1e-12);
        }
    }
}
