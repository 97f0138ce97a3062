//! A customer on one day: what came before, and in what others must be alike to be compared.

use super::cause::Cause;
use model::{Day, Granularity, Period};

/// A customer on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) customer: u32,
    pub(super) day: i32,
    /// Value then, minor units.
    pub(super) value_minor: i64,
    /// In what others must be alike.
    pub(super) likeness: Likeness,
    /// What came in the days up to it, ascending, each once.
    pub(super) causes: Box<[Cause]>,
}

/// In what two customers must be alike to be compared. Bands are narrow where few days or euros matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Likeness {
    /// Looked at before a contract's end, not after a purchase.
    pub(super) by_contract: bool,
    /// Whether recurring value runs.
    pub(super) under_contract: bool,
    /// Whether the last purchase was the first.
    pub(super) first_purchase: bool,
    pub(super) segment: u16,
    pub(super) tenure: u8,
    pub(super) value: u8,
    /// Purchases in the window.
    pub(super) purchases: u8,
    /// Days since the last purchase, for those looked at before a contract's end.
    pub(super) recency: u8,
}

/// How far apart in time two moments may lie.
#[derive(Debug, Clone, Copy)]
pub(super) enum Calendar {
    Month,
    Quarter,
}

impl Moment {
    pub(super) fn stretch(&self, calendar: Calendar) -> i32 {
        let granularity = match calendar {
            Calendar::Month => Granularity::Month,
            Calendar::Quarter => Granularity::Quarter,
        };
        Period::of(granularity, Day(self.day)).index
    }

    /// A number without order or meaning, the same in every run: chooses among equals.
    pub(super) fn lot(&self) -> u64 {
        lot((u64::from(self.customer) << 32) | u64::from(self.day as u32))
    }
}

/// Scatters a number over 64 bits (the finaliser of `SplitMix`: Steele, Lea and Flood 2014).
pub(super) const fn lot(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// Days with the company: none yet, a quarter, a year, two, more.
pub(super) fn tenure_band(days: i32) -> u8 {
    [1, 91, 366, 731].into_iter().position(|end| days < end).unwrap_or(4) as u8
}

/// Days since the last purchase: a month, a quarter, a year, more, never.
pub(super) fn recency_band(days: Option<i32>) -> u8 {
    let band = |days| [31, 91, 366].into_iter().position(|end| days < end).unwrap_or(3) as u8;
    days.map_or(4, band)
}

/// Values within a factor of four; nothing and less in one band.
pub(super) fn value_band(minor: i64) -> u8 {
    minor.max(0).checked_ilog2().map_or(0, |log| 1 + (log / 2) as u8)
}

/// Purchases in the window: none, one, two, more.
pub(super) fn purchase_band(purchases: usize) -> u8 {
    purchases.min(3) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_begin_and_end_where_they_say() {
        assert_eq!([0, 1, 90, 91, 365, 366, 730, 731].map(tenure_band), [0, 1, 1, 2, 2, 3, 3, 4]);
        let recency = [Some(0), Some(30), Some(31), Some(90), Some(365), Some(366), None];
        assert_eq!(recency.map(recency_band), [0, 0, 1, 1, 2, 3, 4]);
        assert_eq!([-5, 0, 1, 3, 4, 15, 16].map(value_band), [0, 0, 1, 1, 2, 2, 3]);
        assert_eq!([0, 1, 2, 3, 9].map(purchase_band), [0, 1, 2, 3, 3]);
    }
}
