//! New permanent ids: UUID version 7 (RFC 9562) from a time and a seed, never from the ambient clock.

use uuid::{Builder, Uuid};

/// A source of permanent ids. The same time and seed give the same ids in the same order; ids of one source
/// rise in the order of minting.
#[derive(Debug, Clone)]
pub struct Mint {
    now_ms: u64,
    seed: u64,
    minted: u32,
}

impl Mint {
    /// `now_ms` is the time of the run, in milliseconds since the Unix epoch; `seed` must differ between runs
    /// that could share it (hand in the number of the edition).
    pub const fn new(now_ms: u64, seed: u64) -> Self {
        Self { now_ms, seed, minted: 0 }
    }

    /// The next id: time, then a counter over the 32 bits that follow, then 42 bits hashed from both and the seed.
    pub(crate) fn next_id(&mut self) -> Uuid {
        let counter = u128::from(self.minted);
        self.minted += 1;
        let noise = u128::from(mix(mix(self.seed ^ mix(self.now_ms)).wrapping_add(counter as u64)) >> 22);
        // 74 bits that the format leaves free: 32 of the counter, 42 of noise; laid around the version (after
        // 12 bits) and the variant (two bits).
        let free = (counter << 42) | noise;
        let head = (free >> 62) << 64;
        let tail = free & ((1 << 62) - 1);
        let [.., b0, b1, b2, b3, b4, b5, b6, b7, b8, b9] = (head | tail).to_be_bytes();
        Builder::from_unix_timestamp_millis(self.now_ms, &[b0, b1, b2, b3, b4, b5, b6, b7, b8, b9])
            .into_uuid()
    }
}

/// The finaliser of `SplitMix64` (Steele, Lea, Flood 2014).
pub(crate) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(now_ms: u64, seed: u64, count: usize) -> Vec<Uuid> {
        let mut mint = Mint::new(now_ms, seed);
        (0..count).map(|_| mint.next_id()).collect()
    }

    #[test]
    fn ids_rise_in_the_order_of_minting_and_are_of_version_seven() {
        let ids = ids(1_700_000_000_000, 7, 70_000);
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
        let mut late = Mint { minted: u32::MAX - 1, ..Mint::new(1_700_000_000_000, 7) };
        assert!(late.next_id() > ids[69_999]);
    }

    #[test]
    fn ids_repeat_with_the_seed_and_differ_without_it() {
        assert_eq!(ids(1_700_000_000_000, 7, 100), ids(1_700_000_000_000, 7, 100));
        let (one, other) = (ids(1_700_000_000_000, 7, 10_000), ids(1_700_000_000_000, 8, 10_000));
        assert!(one.iter().all(|id| other.binary_search(id).is_err()));
        assert!(ids(1_700_000_000_001, 0, 1)[0] > one[9_999]);
    }
}
