//! A table of the distinct sequences of touchpoints that occur, known by a rolling hash of 128 bits, each kept once.
//! Two of a billion sequences share a hash with a probability below 1 in 10²⁰, so equal hashes are taken as equal.

/// Names a sequence of touchpoints.
pub type SequenceKey = u128;

/// Rolls codes into a [`SequenceKey`]; two lanes of multiply and fold, each invertible by step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Roll {
    low: u64,
    high: u64,
}

impl Roll {
    /// Before any code. Rolls of different seeds do not meet.
    pub(crate) const fn new(seed: u64) -> Self {
        let roll = Self { low: 0x243f_6a88_85a3_08d3, high: 0x1319_8a2e_0370_7344 };
        roll.on(seed)
    }

    #[inline]
    pub(crate) const fn on(self, code: u64) -> Self {
        let low = (self.low ^ code).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let high = (self.high ^ code.rotate_left(32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        Self { low: low ^ (low >> 32), high: high ^ (high >> 29) }
    }

    #[inline]
    pub(crate) const fn key(self) -> SequenceKey {
        (self.high as u128) << 64 | self.low as u128
    }

    /// The key of a whole sequence.
    pub(crate) fn of(seed: u64, sequence: &[u16]) -> SequenceKey {
        sequence.iter().fold(Self::new(seed), |roll, code| roll.on(u64::from(*code))).key()
    }
}

/// What is counted of a sequence.
pub(crate) trait Tally: Default {
    fn add(&mut self, other: &Self);
}

/// Sequences with their tallies, in an open table: slots of hash and number, entries in order of first sight.
#[derive(Debug, Clone)]
pub(crate) struct Sequences<T> {
    /// High half: a part of the hash; low half: number of the entry + 1, or 0 where the slot is free.
    slots: Vec<u64>,
    entries: Vec<Entry<T>>,
    steps: Vec<u16>,
}

#[derive(Debug, Clone)]
struct Entry<T> {
    key: SequenceKey,
    start: usize,
    length: u32,
    exemplar: u32,
    tally: T,
}

/// A sequence with what was counted of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a, T> {
    pub(crate) key: SequenceKey,
    pub(crate) sequence: &'a [u16],
    /// The lowest customer code of those who walked it.
    pub(crate) exemplar: u32,
    pub(crate) tally: &'a T,
}

impl<T: Tally> Sequences<T> {
    pub(crate) const fn new() -> Self {
        Self { slots: Vec::new(), entries: Vec::new(), steps: Vec::new() }
    }

    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Kept<'_, T>> {
        self.entries.iter().map(|entry| Kept {
            key: entry.key,
            sequence: &self.steps[entry.start..][..entry.length as usize],
            exemplar: entry.exemplar,
            tally: &entry.tally,
        })
    }

    /// The tally of a sequence that a customer walked.
    #[inline]
    pub(crate) fn tally(&mut self, key: SequenceKey, sequence: &[u16], customer: u32) -> &mut T {
        if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mark = key as u64 & !0xffff_ffff;
        let mut at = (key >> 64) as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                break;
            }
            let number = (slot as u32 - 1) as usize;
            if slot & !0xffff_ffff == mark && self.entries[number].key == key {
                let entry = &mut self.entries[number];
                entry.exemplar = entry.exemplar.min(customer);
                return &mut entry.tally;
            }
            at = (at + 1) & mask;
        }
        self.slots[at] = mark | (self.entries.len() as u64 + 1);
        let (start, length) = (self.steps.len(), sequence.len() as u32);
        self.steps.extend_from_slice(sequence);
        self.entries.push(Entry { key, start, length, exemplar: customer, tally: T::default() });
        let last = self.entries.len() - 1;
        &mut self.entries[last].tally
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        for kept in other.iter() {
            self.tally(kept.key, kept.sequence, kept.exemplar).add(kept.tally);
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1_024);
        let mask = size - 1;
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, entry) in self.entries.iter().enumerate() {
            let mut at = (entry.key >> 64) as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = (entry.key as u64 & !0xffff_ffff) | (number as u64 + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_million_short_sequences_have_a_million_keys() {
        let mut keys = BTreeSet::new();
        let mut sequences = 0;
        for length in 0..=4_u32 {
            for number in 0..32_u64.pow(length) {
                let sequence: Vec<u16> = (0..length).map(|step| (number >> (5 * step) & 31) as u16).collect();
                keys.insert(Roll::of(0, &sequence));
                sequences += 1;
            }
        }
        assert_eq!((keys.len(), sequences), (1_082_401, 1_082_401));
        let low: BTreeSet<u64> = keys.iter().map(|key| *key as u64).collect();
        let high: BTreeSet<u64> = keys.iter().map(|key| (*key >> 64) as u64).collect();
        assert_eq!((low.len(), high.len()), (sequences, sequences), "each lane tells them apart by itself");
    }
}
