//! Dense numbers for the ordered pairs of codes that occur, so that what is counted of a pair stands in a short list.

use rustc_hash::FxHashMap;

/// Up to so many codes the numbers stand in a square.
const SQUARE: usize = 1_024;
const NO_SLOT: u32 = u32::MAX;

/// Numbers from 0, in order of first sight.
#[derive(Debug, Clone)]
pub(crate) struct Pairs {
    codes: usize,
    seen: Vec<(u16, u16)>,
    slots: Slots,
}

#[derive(Debug, Clone)]
enum Slots {
    Square(Vec<u32>),
    Hashed(FxHashMap<(u16, u16), u32>),
}

impl Pairs {
    /// For codes below `codes`.
    pub(crate) fn new(codes: usize) -> Self {
        let slots = if codes <= SQUARE {
            Slots::Square(vec![NO_SLOT; codes * codes])
        } else {
            Slots::Hashed(FxHashMap::default())
        };
        Self { codes, seen: Vec::new(), slots }
    }

    /// The pairs by number.
    pub(crate) fn seen(&self) -> &[(u16, u16)] {
        &self.seen
    }

    /// The number of a pair that occurred.
    pub(crate) fn find(&self, from: u16, to: u16) -> Option<usize> {
        let slot = match &self.slots {
            Slots::Square(square) => square
                .get(usize::from(from) * self.codes + usize::from(to))
                .copied()
                .filter(|s| *s != NO_SLOT),
            Slots::Hashed(hashed) => hashed.get(&(from, to)).copied(),
        };
        slot.map(|slot| slot as usize)
    }

    /// The number of a pair; a new pair takes the next, which is the length of [`Self::seen`] before.
    #[inline]
    pub(crate) fn slot(&mut self, from: u16, to: u16) -> usize {
        let slot = match &mut self.slots {
            Slots::Square(square) => &mut square[usize::from(from) * self.codes + usize::from(to)],
            Slots::Hashed(hashed) => hashed.entry((from, to)).or_insert(NO_SLOT),
        };
        if *slot == NO_SLOT {
            *slot = self.seen.len() as u32;
            self.seen.push((from, to));
        }
        *slot as usize
    }
}
