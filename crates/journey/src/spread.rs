//! How durations spread: count, sum, mean, deviation, extremes and quantiles of microseconds.
//! Sums are whole numbers, so the order of events never shows. Quantiles are exact up to [`EXACT`] durations, then from
//! bins of at most 1/64 of their value (after Gil Tene's `HdrHistogram`).

/// Up to so many durations are kept as they are.
pub const EXACT: usize = 32_768;

/// Bits of the bins within a doubling.
const FINE: u32 = 6;
/// Durations below are bins of their own.
const PLAIN: u64 = 2 << FINE;
const BINS: usize = PLAIN as usize + ((64 - FINE as usize - 1) << FINE);

/// Durations in microseconds, summed up.
#[derive(Debug, Clone)]
pub struct Spread {
    count: u64,
    sum_us: u128,
    squares: u128,
    min_us: u64,
    max_us: u64,
    values: Values,
}

#[derive(Debug, Clone)]
enum Values {
    Each(Vec<u64>),
    /// Counts that stop at the highest number they hold.
    Bins(Vec<u32>),
}

impl Default for Spread {
    fn default() -> Self {
        Self::NONE
    }
}

impl Spread {
    pub(crate) const NONE: Self = Self {
        count: 0,
        sum_us: 0,
        squares: 0,
        min_us: u64::MAX,
        max_us: 0,
        values: Values::Each(Vec::new()),
    };

    /// Adds a duration.
    #[inline]
    pub fn add(&mut self, us: u64) {
        self.count += 1;
        self.sum_us += u128::from(us);
        self.squares = self.squares.saturating_add(u128::from(us) * u128::from(us));
        self.min_us = self.min_us.min(us);
        self.max_us = self.max_us.max(us);
        match &mut self.values {
            Values::Bins(bins) => one_more(bins, us),
            Values::Each(each) if each.len() < EXACT => each.push(us),
            Values::Each(_) => self.first_in_bins(us),
        }
    }

    #[cold]
    fn first_in_bins(&mut self, us: u64) {
        one_more(self.bins(), us);
    }

    /// Adds all durations of another.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum_us += other.sum_us;
        self.squares = self.squares.saturating_add(other.squares);
        self.min_us = self.min_us.min(other.min_us);
        self.max_us = self.max_us.max(other.max_us);
        match (&mut self.values, &other.values) {
            (Values::Each(mine), Values::Each(theirs)) if mine.len() + theirs.len() <= EXACT => {
                mine.extend_from_slice(theirs);
            }
            (_, Values::Each(theirs)) => {
                let bins = self.bins();
                for us in theirs {
                    one_more(bins, *us);
                }
            }
            (_, Values::Bins(theirs)) => {
                self.bins()
                    .iter_mut()
                    .zip(theirs)
                    .for_each(|(mine, theirs)| *mine = mine.saturating_add(*theirs));
            }
        }
    }

    /// The bins, made from the values kept so far where there are none yet.
    fn bins(&mut self) -> &mut [u32] {
        if let Values::Each(each) = &self.values {
            let mut bins = vec![0; BINS];
            for us in each {
                one_more(&mut bins, *us);
            }
            self.values = Values::Bins(bins);
        }
        match &mut self.values {
            Values::Bins(bins) => bins,
            Values::Each(_) => &mut [],
        }
    }

    /// How many durations.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their sum, microseconds.
    pub const fn sum_us(&self) -> u128 {
        self.sum_us
    }

    /// The shortest, microseconds.
    pub const fn min_us(&self) -> Option<u64> {
        if self.count == 0 { None } else { Some(self.min_us) }
    }

    /// The longest, microseconds.
    pub const fn max_us(&self) -> Option<u64> {
        if self.count == 0 { None } else { Some(self.max_us) }
    }

    /// Their mean, microseconds.
    pub fn mean_us(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum_us as f64 / self.count as f64)
    }

    /// Standard deviation of a sample (n − 1), microseconds; none below two durations.
    pub fn deviation_us(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let n = u128::from(self.count);
        let (whole, rest) = (self.sum_us / n, self.sum_us % n);
        let squares_of_mean = (n * whole).saturating_mul(whole).saturating_add(2 * whole * rest);
        let about_mean = self.squares.saturating_sub(squares_of_mean);
        let about_mean = about_mean as f64 - (rest * rest) as f64 / n as f64;
        Some((about_mean.max(0.0) / (self.count - 1) as f64).sqrt())
    }

    /// The median, microseconds; see [`Self::quantile_us`].
    pub fn median_us(&self) -> Option<f64> {
        self.quantile_us(0.5)
    }

    /// The quantile at `share` (0–1), microseconds, interpolated between neighbours. Within 1/64 of its value when
    /// there are more than [`EXACT`] durations.
    pub fn quantile_us(&self, share: f64) -> Option<f64> {
        match &self.values {
            Values::Each(each) => {
                let mut sorted = each.clone();
                sorted.sort_unstable();
                of_sorted(&sorted, share)
            }
            Values::Bins(bins) => {
                let rank = share.clamp(0.0, 1.0) * (self.count - 1) as f64;
                Some(at_rank(bins, rank).clamp(self.min_us as f64, self.max_us as f64))
            }
        }
    }

    /// Whether quantiles are exact.
    pub const fn is_exact(&self) -> bool {
        matches!(self.values, Values::Each(_))
    }
}

/// Equal when they hold the same durations, as far as they are told apart; in which order they came is all one.
impl PartialEq for Spread {
    fn eq(&self, other: &Self) -> bool {
        let sums =
            |spread: &Self| (spread.count, spread.sum_us, spread.squares, spread.min_us, spread.max_us);
        let sorted = |each: &[u64]| {
            let mut sorted = each.to_vec();
            sorted.sort_unstable();
            sorted
        };
        sums(self) == sums(other)
            && match (&self.values, &other.values) {
                (Values::Each(mine), Values::Each(theirs)) => sorted(mine) == sorted(theirs),
                (Values::Bins(mine), Values::Bins(theirs)) => mine == theirs,
                _ => false,
            }
    }
}

impl Eq for Spread {}

/// The quantile of ascending numbers, interpolated between neighbours (Hyndman and Fan's type 7).
fn of_sorted(sorted: &[u64], share: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let rank = share.clamp(0.0, 1.0) * last as f64;
    let below = sorted[rank as usize];
    let above = sorted[(rank as usize + 1).min(last)];
    Some(below as f64 + (above - below) as f64 * rank.fract())
}

#[inline]
fn one_more(bins: &mut [u32], us: u64) {
    let count = &mut bins[bin(us)];
    *count = count.saturating_add(1);
}

#[inline]
const fn bin(us: u64) -> usize {
    if us < PLAIN {
        return us as usize;
    }
    let doubling = us.ilog2();
    let within = (us >> (doubling - FINE)) as usize & ((1 << FINE) - 1);
    PLAIN as usize + ((doubling - FINE - 1) as usize) * (1 << FINE) + within
}

/// Lowest duration of a bin and its width.
const fn bounds(bin: usize) -> (u64, u64) {
    if bin < PLAIN as usize {
        return (bin as u64, 1);
    }
    let beyond = bin - PLAIN as usize;
    let shift = (beyond >> FINE) as u32 + 1;
    let within = (beyond & ((1 << FINE) - 1)) as u64;
    ((within | 1 << FINE) << shift, 1 << shift)
}

/// Value at a rank from 0, taking the values of a bin as spread evenly over it.
fn at_rank(bins: &[u32], rank: f64) -> f64 {
    let mut before = 0;
    for (bin, count) in bins.iter().map(|count| u64::from(*count)).enumerate().filter(|(_, count)| *count > 0)
    {
        if rank < (before + count) as f64 {
            let (low, width) = bounds(bin);
            let share = (rank - before as f64 + 0.5) / count as f64;
            return low as f64 + (width - 1) as f64 * share.min(1.0);
        }
        before += count;
    }
    f64::INFINITY
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_duration_lies_in_its_bin(us in prop_oneof![0_u64..5_000, any::<u64>()]) {
            let (low, width) = bounds(bin(us));
            prop_assert!(bin(us) < BINS && low <= us && us - low < width);
            prop_assert!(width == 1 || width <= low / 64);
        }

        #[test]
        fn parts_in_any_order_add_up_to_the_whole(
            values in prop::collection::vec(0_u64..1 << 50, 0..200), cut in 0_usize..200, last in 0_u64..3,
        ) {
            let cut = cut.min(values.len());
            let spread = |values: &[u64]| {
                let mut spread = Spread::default();
                for us in values {
                spread.add(*us);
            }
                (0..last * EXACT as u64 / 2 + last).for_each(|us| spread.add(us << 20));
                spread
            };
            let mut whole = spread(&values);
            (0..last * EXACT as u64 / 2 + last).for_each(|us| whole.add(us << 20));
            let mut parts = spread(&values[cut..]);
            parts.merge(&spread(&values[..cut]));
            prop_assert_eq!(whole, parts);
        }

        #[test]
        fn deviation_and_quantiles_are_those_of_plain_formulas(
            values in prop::collection::vec(0_u64..1 << 40, 2..60), share in 0.0..1.0_f64,
        ) {
            let mut spread = Spread::default();
            for us in &values {
                spread.add(*us);
            }
            let n = values.len() as f64;
            let mean = values.iter().map(|us| *us as f64).sum::<f64>() / n;
            let variance = values.iter().map(|us| (*us as f64 - mean).powi(2)).sum::<f64>() / (n - 1.0);
            let deviation = spread.deviation_us().unwrap();
            prop_assert!((deviation - variance.sqrt()).abs() <= 1e-9 * variance.sqrt().max(1.0));
            let mut binned = spread.clone();
            binned.bins();
            let (exact, near) = (spread.quantile_us(share).unwrap(), binned.quantile_us(share).unwrap());
            let mut sorted = values;
            sorted.sort_unstable();
            let below = sorted[(share * (n - 1.0)).floor() as usize] as f64;
            let above = sorted[(share * (n - 1.0)).ceil() as usize] as f64;
            prop_assert!(below <= exact && exact <= above);
            prop_assert!(near >= below * (1.0 - 1.0 / 64.0) - 1.0 && near <= above * (1.0 + 1.0 / 64.0) + 1.0);
        }
    }
}
