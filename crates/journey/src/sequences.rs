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
pub(crate) trait Tally {
    fn add(&mut self, other: &Self);
}

/// So many sequences are looked up together, so that one need not wait for the memory of the one before.
const BATCH: usize = 64;

/// Sequences with their tallies, in an open table: slots of hash and number, entries in order of first sight.
#[derive(Debug, Clone)]
pub(crate) struct Sequences<T> {
    /// High half: a part of the hash; low half: number of the entry + 1, or 0 where the slot is free.
    slots: Vec<u64>,
    entries: Vec<Entry<T>>,
    steps: Vec<u16>,
    /// What is not looked up yet, and its steps.
    waiting: Vec<Entry<T>>,
    waiting_steps: Vec<u16>,
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
        Self {
            slots: Vec::new(),
            entries: Vec::new(),
            steps: Vec::new(),
            waiting: Vec::new(),
            waiting_steps: Vec::new(),
        }
    }

    /// How many distinct sequences; all must be settled.
    pub(crate) const fn len(&self) -> usize {
        self.entries.len()
    }

    /// All sequences; they must be settled.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Kept<'_, T>> {
        self.entries.iter().map(|entry| Kept {
            key: entry.key,
            sequence: &self.steps[entry.start..][..entry.length as usize],
            exemplar: entry.exemplar,
            tally: &entry.tally,
        })
    }

    /// Counts a sequence that a customer walked, at the latest when settled.
    #[inline]
    pub(crate) fn add(&mut self, key: SequenceKey, sequence: &[u16], exemplar: u32, tally: T) {
        let (start, length) = (self.waiting_steps.len(), sequence.len() as u32);
        self.waiting_steps.extend_from_slice(sequence);
        self.waiting.push(Entry { key, start, length, exemplar, tally });
        if self.waiting.len() == BATCH {
            self.settle();
        }
    }

    /// Looks up what waits.
    pub(crate) fn settle(&mut self) {
        while (self.entries.len() + self.waiting.len()) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let mask = self.slots.len().wrapping_sub(1);
        let mut waiting = std::mem::take(&mut self.waiting);
        let steps = std::mem::take(&mut self.waiting_steps);
        let mut near = [u32::MAX; BATCH];
        for (near, entry) in near.iter_mut().zip(&waiting) {
            *near = (self.slots[at_first(entry.key) & mask] as u32).wrapping_sub(1);
        }
        let mut hit = [false; BATCH];
        for ((hit, near), entry) in hit.iter_mut().zip(&near).zip(&waiting) {
            *hit = self.entries.get(*near as usize).is_some_and(|known| known.key == entry.key);
        }
        for ((entry, near), hit) in waiting.drain(..).zip(near).zip(hit) {
            if hit {
                let known = &mut self.entries[near as usize];
                known.exemplar = known.exemplar.min(entry.exemplar);
                known.tally.add(&entry.tally);
            } else {
                self.put(entry, &steps);
            }
        }
        (self.waiting, self.waiting_steps) = (waiting, steps);
        self.waiting_steps.clear();
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        self.settle();
        other.settle();
        if other.len() > self.len() {
            std::mem::swap(self, &mut other);
        }
        let Self { entries, steps, .. } = other;
        for entry in entries {
            if (self.entries.len() + 1) * 4 > self.slots.len() * 3 {
                self.grow();
            }
            self.put(entry, &steps);
        }
    }

    /// Adds an entry, whose steps stand in `steps`. There must be a free slot.
    fn put(&mut self, mut entry: Entry<T>, steps: &[u16]) {
        match self.place(entry.key) {
            Ok(number) => {
                let known = &mut self.entries[number];
                known.exemplar = known.exemplar.min(entry.exemplar);
                known.tally.add(&entry.tally);
            }
            Err(slot) => {
                self.slots[slot] = marked(entry.key, self.entries.len());
                let own = entry.start..entry.start + entry.length as usize;
                entry.start = self.steps.len();
                self.steps.extend_from_slice(&steps[own]);
                self.entries.push(entry);
            }
        }
    }

    /// The number of a key's entry, or the free slot where it belongs.
    fn place(&self, key: SequenceKey) -> Result<usize, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = at_first(key) & mask;
        while let Some(slot) = self.slots.get(at).copied().filter(|slot| *slot != 0) {
            let number = (slot as u32 - 1) as usize;
            if slot == marked(key, number) && self.entries[number].key == key {
                return Ok(number);
            }
            at = (at + 1) & mask;
        }
        Err(at)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(1_024);
        let mask = size - 1;
        self.slots.clear();
        self.slots.resize(size, 0);
        for (number, entry) in self.entries.iter().enumerate() {
            let mut at = at_first(entry.key) & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = marked(entry.key, number);
        }
    }
}

/// Where the search for a key begins.
const fn at_first(key: SequenceKey) -> usize {
    (key >> 64) as usize
}

/// A slot's content.
const fn marked(key: SequenceKey, number: usize) -> u64 {
    (key as u64 & !0xffff_ffff) | (number as u64 + 1)
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
