//! How well customers meet the truth: pairs, and B³ (Bagga and Baldwin 1998).

use std::collections::{BTreeMap, HashMap};

/// Shares of 0 to 1, over all records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Quality {
    /// Pairs that truly are one person.
    pub(crate) true_pairs: u64,
    /// Persons.
    pub(crate) people: usize,
    /// Customers found.
    pub(crate) clusters: usize,
    /// Records of the largest customer.
    pub(crate) largest: u64,
    /// Of the pairs of one customer, the share that is one person.
    pub(crate) precision: f64,
    /// Of the pairs of one person, the share that is one customer.
    pub(crate) recall: f64,
    /// Of the records of a record's customer, the share of the same person; mean over records.
    pub(crate) b3_precision: f64,
    /// Of the records of a record's person, the share of the same customer; mean over records.
    pub(crate) b3_recall: f64,
}

impl Quality {
    /// Compares customers with persons, both by record.
    pub(crate) fn of(customer: &[u32], person: &[u64]) -> Self {
        let (mut of_customer, mut of_person) = (HashMap::new(), HashMap::new());
        let mut of_both: BTreeMap<(u32, u64), u64> = BTreeMap::new();
        for (&customer, &person) in customer.iter().zip(person) {
            *of_customer.entry(customer).or_insert(0u64) += 1;
            *of_person.entry(person).or_insert(0u64) += 1;
            *of_both.entry((customer, person)).or_default() += 1;
        }
        let pairs =
            |sizes: &mut dyn Iterator<Item = u64>| -> u64 { sizes.map(|size| size * (size - 1) / 2).sum() };
        let both = pairs(&mut of_both.values().copied());
        let found = pairs(&mut of_customer.values().copied());
        let true_pairs = pairs(&mut of_person.values().copied());
        let mean = |size: &dyn Fn(u32, u64) -> u64| {
            let shares = of_both.iter().map(|(&(customer, person), &count)| {
                count as f64 * count as f64 / size(customer, person) as f64
            });
            shares.sum::<f64>() / customer.len().max(1) as f64
        };
        Self {
            true_pairs,
            people: of_person.len(),
            clusters: of_customer.len(),
            largest: of_customer.values().copied().max().unwrap_or(0),
            precision: share(both, found),
            recall: share(both, true_pairs),
            b3_precision: mean(&|customer, _| of_customer[&customer]),
            b3_recall: mean(&|_, person| of_person[&person]),
        }
    }

    /// Of precision and recall over pairs.
    pub(crate) fn pair_f1(&self) -> f64 {
        harmonic(self.precision, self.recall)
    }

    /// Of B³ precision and recall.
    pub(crate) fn b3(&self) -> f64 {
        harmonic(self.b3_precision, self.b3_recall)
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn harmonic(a: f64, b: f64) -> f64 {
    if a + b > 0.0 { 2.0 * a * b / (a + b) } else { 0.0 }
}
