//! Purchase histories as the models read them: repeat purchases, last purchase, age; equal ones told once with
//! a weight.

use crate::columns::Rows;
use crate::error::{Error, enough, same_rows};
use model::{Day, EventKind};
use rustc_hash::FxHashMap;

const MODEL: &str = "purchase model";
/// Ages at which a smooth function is asked.
const NODES: usize = 16;

/// One history per customer, in columns of equal length and any order.
#[derive(Debug, Clone, Copy)]
pub struct Histories<'a> {
    /// Days with a purchase after the first such day (x).
    pub repeats: &'a [u32],
    /// Days from the first purchase to the last (`t_x`); 0 without repeats.
    pub last_days: &'a [u32],
    /// Days from the first purchase to the cut-off (T), at least `last_days`.
    pub age_days: &'a [u32],
}

/// Distinct histories with weights, sorted by repeats, last purchase and age.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryRows {
    /// Days in the unit of time the models count in.
    pub(super) days_per_unit: f64,
    /// Customers behind each row.
    pub(super) weight: Vec<f64>,
    /// Row of each customer, in the order of the histories.
    pub(super) row_of: Vec<u32>,
    /// Last purchase and age of each row, as indices into `times`.
    pub(super) last_at: Vec<u32>,
    pub(super) age_at: Vec<u32>,
    /// Distinct times, in units, rising.
    pub(super) times: Vec<f64>,
    /// Rows of equal repeats, by rising repeats.
    pub(super) groups: Vec<Group>,
}

/// Rows of equal repeats.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Group {
    pub(super) repeats: u32,
    pub(super) rows: std::ops::Range<usize>,
}

impl Histories<'_> {
    fn checked(&self) -> Result<(), Error> {
        same_rows("last_days", self.repeats.len(), self.last_days.len())?;
        same_rows("age_days", self.repeats.len(), self.age_days.len())?;
        for row in 0..self.repeats.len() {
            let problem = if self.last_days[row] > self.age_days[row] {
                "the last purchase is after the cut-off; leave later purchases out"
            } else if (self.repeats[row] == 0) != (self.last_days[row] == 0) {
                "repeat purchases and the day of the last do not go together; count days with a purchase after the first"
            } else {
                continue;
            };
            return Err(Error::Unreadable { model: MODEL, row, problem });
        }
        Ok(())
    }
}

impl HistoryRows {
    /// Sorts and counts the histories; models will count time in units of so many days (7: weeks).
    pub fn new(histories: &Histories<'_>, days_per_unit: f64) -> Result<Self, Error> {
        histories.checked()?;
        enough(MODEL, "customers", 1, histories.repeats.len())?;
        let Histories { repeats, last_days, age_days } = histories;
        let mut keys: Vec<u128> = (0..repeats.len())
            .map(|i| {
                let key = u128::from(repeats[i]) << 32 | u128::from(last_days[i]);
                (key << 32 | u128::from(age_days[i])) << 32 | i as u128
            })
            .collect();
        keys.sort_unstable();
        let mut days: Vec<u32> = last_days.iter().chain(*age_days).copied().collect();
        days.sort_unstable();
        days.dedup();
        let at_of: FxHashMap<u32, u32> = days.iter().zip(0..).map(|(day, at)| (*day, at)).collect();
        let mut rows = Self {
            days_per_unit,
            weight: Vec::new(),
            row_of: vec![0; repeats.len()],
            last_at: Vec::new(),
            age_at: Vec::new(),
            times: days.iter().map(|day| f64::from(*day) / days_per_unit).collect(),
            groups: Vec::new(),
        };
        let mut previous = None;
        for key in keys {
            if previous != Some(key >> 32) {
                previous = Some(key >> 32);
                rows.push(
                    (key >> 96) as u32,
                    at_of[&((key >> 64) as u32)],
                    at_of[&((key >> 32) as u32)],
                    0.0,
                );
            }
            let row = rows.weight.len() - 1;
            rows.weight[row] += 1.0;
            rows.row_of[key as u32 as usize] = row as u32;
        }
        Ok(rows)
    }

    fn push(&mut self, repeats: u32, last_at: u32, age_at: u32, weight: f64) {
        let row = self.weight.len();
        match self.groups.last_mut().filter(|group| group.repeats == repeats) {
            Some(group) => group.rows.end += 1,
            None => self.groups.push(Group { repeats, rows: row..row + 1 }),
        }
        self.last_at.push(last_at);
        self.age_at.push(age_at);
        self.weight.push(weight);
    }

    /// Number of customers.
    pub fn customers(&self) -> usize {
        self.row_of.len()
    }

    /// Number of distinct histories.
    pub fn distinct(&self) -> usize {
        self.weight.len()
    }

    /// Days in the unit of time.
    pub fn days_per_unit(&self) -> f64 {
        self.days_per_unit
    }

    /// Sum of all weights.
    pub(super) fn total_weight(&self) -> f64 {
        self.weight.iter().sum()
    }

    /// Weight of rows with repeats.
    pub(super) fn repeaters(&self) -> f64 {
        let once = self.groups.first().filter(|group| group.repeats == 0);
        self.total_weight() - once.map_or(0.0, |group| self.weight[group.rows.clone()].iter().sum())
    }

    /// The same histories with other weights, by row.
    pub(super) fn weighted(&self, weight: Vec<f64>) -> Self {
        Self { weight, row_of: Vec::new(), ..self.clone() }
    }

    /// At most `most` rows, evenly spaced, for first looks.
    pub(super) fn thinned(&self, most: usize) -> Self {
        let step = self.distinct().div_ceil(most).max(1);
        let mut thin = Self {
            days_per_unit: self.days_per_unit,
            weight: Vec::new(),
            row_of: Vec::new(),
            last_at: Vec::new(),
            age_at: Vec::new(),
            times: self.times.clone(),
            groups: Vec::new(),
        };
        for group in &self.groups {
            for row in group.rows.clone().filter(|row| row % step == 0) {
                thin.push(group.repeats, self.last_at[row], self.age_at[row], self.weight[row]);
            }
        }
        thin
    }

    /// Repeats, last purchase and age in units, of every row.
    pub(super) fn each(&self) -> impl Iterator<Item = (usize, u32, f64, f64)> + '_ {
        self.groups.iter().flat_map(move |group| {
            group.rows.clone().map(move |row| {
                let (last, age) =
                    (self.times[self.last_at[row] as usize], self.times[self.age_at[row] as usize]);
                (row, group.repeats, last, age)
            })
        })
    }

    /// What a function of repeats and age gives each row; it is asked once for every distinct pair.
    pub(super) fn by_age(&self, mut of: impl FnMut(u32, f64) -> f64) -> Vec<f64> {
        let mut told = vec![0.0; self.distinct()];
        let mut known: Vec<Option<f64>> = vec![None; self.times.len()];
        for group in &self.groups {
            known.fill(None);
            for row in group.rows.clone() {
                let at = self.age_at[row] as usize;
                told[row] = *known[at].get_or_insert_with(|| of(group.repeats, self.times[at]));
            }
        }
        told
    }

    /// The same of a function that bends on a scale of about `scale` units: where repeats come with many ages it is
    /// asked at Chebyshev nodes in ln(scale + age) and read off between them (Berrut & Trefethen 2004).
    pub(super) fn by_age_smoothly(&self, scale: f64, of: impl Fn(u32, f64) -> f64) -> Vec<f64> {
        let mut told = vec![0.0; self.distinct()];
        for group in &self.groups {
            let age = |row: usize| self.times[self.age_at[row] as usize];
            let place = |row: usize| (scale + age(row)).ln();
            let (low, high) =
                group.rows.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), row| {
                    (low.min(place(row)), high.max(place(row)))
                });
            if group.rows.len() <= NODES || high - low < 1e-9 {
                group.rows.clone().for_each(|row| told[row] = of(group.repeats, age(row)));
                continue;
            }
            let nodes = Nodes::new(low, high, |place| of(group.repeats, place.exp() - scale));
            group.rows.clone().for_each(|row| told[row] = nodes.at(place(row)));
        }
        told
    }

    /// Spreads what rows have over their customers.
    pub(super) fn per_customer<T: Copy>(&self, of_rows: &[T]) -> Vec<T> {
        self.row_of.iter().map(|row| of_rows[*row as usize]).collect()
    }
}

/// A smooth function by its values at Chebyshev nodes of the second kind.
struct Nodes {
    places: [f64; NODES],
    values: [f64; NODES],
}

impl Nodes {
    fn new(low: f64, high: f64, of: impl Fn(f64) -> f64) -> Self {
        let last = (NODES - 1) as f64;
        let places = std::array::from_fn(|node| {
            let share = (1.0 - (std::f64::consts::PI * node as f64 / last).cos()) / 2.0;
            low + (high - low) * share
        });
        Self { places, values: places.map(of) }
    }

    #[expect(clippy::float_cmp, reason = "at a node itself the weights have no end; beside it they hold")]
    fn at(&self, place: f64) -> f64 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for (node, (at, value)) in self.places.iter().zip(self.values).enumerate() {
            if place == *at {
                return value;
            }
            let end = if node == 0 || node == NODES - 1 { 0.5 } else { 1.0 };
            let sign = if node % 2 == 0 { end } else { -end };
            let weight = sign / (place - at);
            sum += weight * value;
            weights += weight;
        }
        sum / weights
    }
}

/// Histories in columns of equal length, one row per customer with a purchase, in order of customer code.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HistoryColumns {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// Days with a purchase after the first such day.
    pub repeats: Vec<u32>,
    /// Days from the first purchase to the last.
    pub last_days: Vec<u32>,
    /// Days from the first purchase to the cut-off.
    pub age_days: Vec<u32>,
    /// Mean value of a repeat purchase day in minor units; 0 without repeats.
    pub mean_minor: Vec<f64>,
}

impl HistoryColumns {
    /// The histories for the purchase models.
    pub fn histories(&self) -> Histories<'_> {
        Histories { repeats: &self.repeats, last_days: &self.last_days, age_days: &self.age_days }
    }
}

/// Gathers histories from events in order of customer and day, in chunks; a customer may straddle them. Only
/// purchases count, all of one day as one.
#[derive(Debug)]
pub struct HistoryBuilder {
    as_of: i32,
    current: Option<Buyer>,
    columns: HistoryColumns,
}

/// The customer whose events are being read.
#[derive(Debug)]
struct Buyer {
    customer: u32,
    first: i32,
    last: i32,
    repeats: u32,
    repeat_minor: i64,
}

impl HistoryBuilder {
    /// A builder up to and with a last day.
    pub fn new(as_of: Day) -> Self {
        Self { as_of: as_of.0, current: None, columns: HistoryColumns::default() }
    }

    /// Reads a chunk of events.
    ///
    /// Fails on columns of unequal length and on rows out of order; the builder is of no use then.
    pub fn push(&mut self, rows: Rows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let (customer, day) = (rows.customer[at], rows.day[at]);
            if rows.kind[at] != EventKind::Purchase.code() || day > self.as_of {
                continue;
            }
            match &mut self.current {
                Some(buyer) if buyer.customer == customer && buyer.last <= day => {
                    buyer.repeats += u32::from(day > buyer.last);
                    buyer.last = day;
                    if day > buyer.first {
                        buyer.repeat_minor += rows.value_minor[at];
                    }
                }
                Some(buyer) if buyer.customer >= customer => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                _ => {
                    self.close();
                    self.current =
                        Some(Buyer { customer, first: day, last: day, repeats: 0, repeat_minor: 0 });
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(Buyer { customer, first, last, repeats, repeat_minor }) = self.current.take() else {
            return;
        };
        self.columns.customer.push(customer);
        self.columns.repeats.push(repeats);
        self.columns.last_days.push(first.abs_diff(last));
        self.columns.age_days.push(first.abs_diff(self.as_of));
        self.columns.mean_minor.push(repeat_minor as f64 / f64::from(repeats.max(1)));
    }

    /// The histories.
    pub fn finish(mut self) -> HistoryColumns {
        self.close();
        self.columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worth::{BgNbd, Outlook};

    #[test]
    fn equal_histories_are_one_row_and_every_customer_finds_its_own() {
        let histories = Histories {
            repeats: &[2, 0, 2, 0, 1],
            last_days: &[7, 0, 7, 0, 3],
            age_days: &[21, 14, 21, 14, 14],
        };
        let rows = HistoryRows::new(&histories, 7.0).expect("sound");
        assert_eq!((rows.customers(), rows.distinct()), (5, 3));
        assert_eq!(rows.weight, [2.0, 1.0, 2.0]);
        let told: Vec<_> = rows.each().collect();
        assert_eq!(told, [(0, 0, 0.0, 2.0), (1, 1, 3.0 / 7.0, 2.0), (2, 2, 1.0, 3.0)]);
        assert_eq!(rows.per_customer(&[10, 11, 12]), [12, 10, 12, 10, 11]);
        assert!((rows.repeaters() - 3.0).abs() < 1e-15);
        let mut asked = 0;
        let doubled = rows.by_age(|repeats, age| {
            asked += 1;
            f64::from(repeats) + age
        });
        assert_eq!((doubled, asked), (vec![2.0, 3.0, 5.0], 3));
    }

    #[test]
    fn histories_that_cannot_be_are_refused_with_their_row() {
        let cases = [
            ([0, 1], [0, 9], [5, 8], "row 1: the last purchase is after"),
            ([1, 0], [0, 0], [8, 8], "row 0: repeat purchases and the day"),
            ([1, 0], [2, 3], [8, 8], "row 1: repeat purchases and the day"),
        ];
        for (repeats, last_days, age_days, said) in cases {
            let histories = Histories { repeats: &repeats, last_days: &last_days, age_days: &age_days };
            let told = HistoryRows::new(&histories, 7.0).expect_err(said);
            assert!(told.to_string().contains(said), "{told}");
        }
        let ragged = Histories { repeats: &[0], last_days: &[0, 0], age_days: &[8] };
        let told = HistoryRows::new(&ragged, 7.0).expect_err("ragged");
        assert!(told.to_string().contains("`last_days` has 2 rows where 1"), "{told}");
        let none = HistoryRows::new(&Histories { repeats: &[], last_days: &[], age_days: &[] }, 7.0);
        assert!(matches!(none, Err(Error::TooFew { found: 0, .. })));
    }

    #[test]
    fn what_is_read_off_between_nodes_is_what_is_asked() {
        let days: Vec<u32> = (0..4_000).map(|row| 1 + row * 7_919 % 3_650).collect();
        let repeats: Vec<u32> = days.iter().map(|day| day % 4 * 30).collect();
        let last_days: Vec<u32> =
            days.iter().zip(&repeats).map(|(day, x)| if *x > 0 { *day } else { 0 }).collect();
        let histories = Histories { repeats: &repeats, last_days: &last_days, age_days: &days };
        let rows = HistoryRows::new(&histories, 7.0).unwrap();
        let outlook = Outlook { horizon_days: 1_095.0, annual_discount: 0.1 };
        for model in [BgNbd::of([0.24, 4.4, 0.79, 2.4]), BgNbd::of([2.0, 90.0, 1.0, 0.3])] {
            let of = |repeats: u32, age: f64| {
                outlook
                    .discounted(7.0, model.alpha + age, |ahead| model.expected_if_alive(repeats, age, ahead))
            };
            let (asked, read) = (rows.by_age(of), rows.by_age_smoothly(model.alpha, of));
            for (asked, read) in asked.iter().zip(&read) {
                assert!((asked / read - 1.0).abs() < 1e-7, "{asked} {read}");
            }
        }
    }
}
