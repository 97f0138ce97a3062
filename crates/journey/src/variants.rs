//! The distinct ways customers went: each whole sequence of touchpoints with its customers and an example.

use crate::error::Error;
use crate::events::Life;
use crate::pass::Walk;
use crate::sequences::{Roll, SequenceKey, Sequences, Tally};

const SEED: u64 = 0;

/// One way through all touchpoints from first to last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant<'a> {
    /// Names the variant, in every edition alike while touchpoint codes stay.
    pub key: SequenceKey,
    /// Touchpoints in order.
    pub sequence: &'a [u16],
    /// Customers who went exactly so.
    pub customers: u64,
    /// From first to last event, summed over them, microseconds.
    pub duration_us: u128,
    /// The lowest customer code among them.
    pub exemplar: u32,
}

/// Collects variants. Memory grows with the steps of distinct ones.
#[derive(Debug, Clone)]
pub struct Variants {
    customers: u64,
    table: Sequences<Counted>,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    duration_us: u128,
    customers: u64,
}

impl Tally for Counted {
    fn add(&mut self, other: &Self) {
        self.customers += other.customers;
        self.duration_us += other.duration_us;
    }
}

impl Default for Variants {
    fn default() -> Self {
        Self { customers: 0, table: Sequences::new() }
    }
}

impl Variants {
    /// The key of a sequence.
    pub fn key(sequence: &[u16]) -> SequenceKey {
        Roll::of(SEED, sequence)
    }

    /// How many variants there are.
    pub const fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether nobody has walked.
    pub const fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// Customers over all variants.
    pub const fn customers(&self) -> u64 {
        self.customers
    }

    /// Up to `limit` variants, those of most customers first, then by sequence.
    pub fn top(&self, limit: usize) -> Vec<Variant<'_>> {
        let mut variants: Vec<Variant<'_>> = self.iter().collect();
        let order = |a: &Variant<'_>, b: &Variant<'_>| {
            b.customers.cmp(&a.customers).then_with(|| a.sequence.cmp(b.sequence))
        };
        if limit < variants.len() {
            variants.select_nth_unstable_by(limit, order);
            variants.truncate(limit);
        }
        variants.sort_unstable_by(order);
        variants
    }

    /// How many variants, the most frequent first, it takes to cover a share (0–1) of customers.
    pub fn covering(&self, share: f64) -> usize {
        let mut counts: Vec<u64> = self.iter().map(|variant| variant.customers).collect();
        counts.sort_unstable_by_key(|count| std::cmp::Reverse(*count));
        let wanted = share * self.customers as f64;
        let mut covered = 0;
        counts
            .iter()
            .take_while(|count| {
                let short = (covered as f64) < wanted;
                covered += **count;
                short
            })
            .count()
    }

    fn iter(&self) -> impl Iterator<Item = Variant<'_>> {
        self.table.iter().map(|kept| Variant {
            key: kept.key,
            sequence: kept.sequence,
            customers: kept.tally.customers,
            duration_us: kept.tally.duration_us,
            exemplar: kept.exemplar,
        })
    }
}

impl Walk for Variants {
    fn life(&mut self, life: &Life<'_>) {
        self.customers += 1;
        let counted = Counted { customers: 1, duration_us: u128::from(life.duration_us()) };
        self.table.add(Self::key(life.touchpoint), life.touchpoint, life.customer, counted);
    }

    fn end(&mut self) {
        self.table.settle();
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        self.customers += other.customers;
        self.table.merge(other.table);
        Ok(())
    }
}
