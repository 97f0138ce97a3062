//! Seeded chance. Every purpose of every person has a stream of its own, so that one draw more in one place
//! changes nothing in another: worlds with and without a fault share their random numbers.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Person = 1,
    Purchases,
    Parcels,
    Returns,
    Club,
    Death,
    Tickets,
    Answers,
    Visits,
    Orders,
    Words,
    Crm,
    /// The way one silo writes a person down; silo and spelling are added to it.
    Face = 100,
}

/// One stream of random numbers.
pub(crate) struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one purpose for one person, order or other numbered thing.
    pub(crate) fn of(seed: u64, purpose: Purpose, number: u64) -> Self {
        Self::nth(seed, purpose, 0, number)
    }

    /// The stream of the `nth` part of a purpose.
    pub(crate) fn nth(seed: u64, purpose: Purpose, nth: u64, number: u64) -> Self {
        let purpose = purpose as u64 + nth;
        Self(ChaCha8Rng::seed_from_u64(mix(seed ^ mix(purpose ^ mix(number)))))
    }

    /// A uniform number in [0, 1).
    pub(crate) fn share(&mut self) -> f64 {
        self.0.random()
    }

    /// True for this share (0–1) of draws.
    pub(crate) fn hit(&mut self, share: f64) -> bool {
        self.share() < share
    }

    /// A whole number from 0 until `end`, which must be above 0.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        self.0.random_range(0..end)
    }

    /// A whole number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        self.0.random_range(low..=high)
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u32) as usize]
    }

    /// One of a list that is not empty; the first are the most common, as names are in life.
    pub(crate) fn pick_common<T: Copy>(&mut self, list: &[T]) -> T {
        let share = self.share();
        let index = (share * share * list.len() as f64) as usize;
        list[index.min(list.len() - 1)]
    }

    /// An exponential wait with this mean.
    pub(crate) fn exponential(&mut self, mean: f64) -> f64 {
        -(1.0 - self.share()).ln() * mean
    }

    /// A standard normal (Box and Muller 1958).
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.share()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.share()).cos()
    }

    /// A gamma variate of this mean (Marsaglia and Tsang 2000); `shape` must be at least 1.
    pub(crate) fn gamma(&mut self, shape: f64, mean: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && (1.0 - self.share()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v * mean / shape;
            }
        }
    }
}

/// Spreads the bits of a number (the finaliser of `SplitMix64`, Steele, Lea and Flood 2014).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// A number of at most eight digits for each index below 100 million; no two indices share one.
pub(crate) fn scatter(index: u32, salt: u32) -> u32 {
    const FACTOR: u64 = 61_803_399;
    ((u64::from(index) + 1) * FACTOR + u64::from(salt) * 7_919_213).rem_euclid(100_000_000) as u32
}

/// A code of letters and digits as tools mint for their objects.
pub(crate) fn code(number: u64, length: usize) -> String {
    const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut bits = 0;
    let mut text = String::with_capacity(length);
    for place in 0..length {
        if place % 8 == 0 {
            bits = mix(number ^ mix(place as u64));
        }
        text.push(char::from(SIGNS[(bits % 62) as usize]));
        bits /= 62;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_and_exponential_have_the_mean_asked_for() {
        let mut chance = Chance::of(1, Purpose::Person, 1);
        let n = 20_000;
        let gamma: f64 = (0..n).map(|_| chance.gamma(1.5, 7.0)).sum::<f64>() / f64::from(n);
        let wait: f64 = (0..n).map(|_| chance.exponential(7.0)).sum::<f64>() / f64::from(n);
        assert!((gamma - 7.0).abs() < 0.2, "{gamma}");
        assert!((wait - 7.0).abs() < 0.2, "{wait}");
    }

    #[test]
    fn scattered_numbers_are_all_different() {
        let mut numbers: Vec<u32> = (0..50_000).map(|index| scatter(index, 3)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 50_000);
    }
}
