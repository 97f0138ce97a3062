//! A like customer for each of those lost, drawn without chance: among equals by a scattered number of customer and
//! day. Nobody stands for two, and nobody for themselves; who stayed then may be lost later (risk sets: Prentice and
//! Breslow 1978).

use super::moment::{Calendar, Likeness, Moment};
use std::cmp::Ordering;

/// Those who stayed, at most so many; of more, a sample that does not depend on the order they came in.
#[derive(Debug)]
pub(super) struct Pool {
    most: usize,
    /// Only moments whose lot is at most this are kept.
    threshold: u64,
    moments: Vec<Moment>,
}

impl Pool {
    pub(super) const fn new(most: usize) -> Self {
        Self { most, threshold: u64::MAX, moments: Vec::new() }
    }

    pub(super) fn add(&mut self, moment: Moment) {
        if moment.lot() > self.threshold {
            return;
        }
        self.moments.push(moment);
        while self.moments.len() > self.most && self.threshold > 0 {
            self.threshold /= 2;
            self.moments.retain(|moment| moment.lot() <= self.threshold);
        }
    }

    pub(super) fn into_moments(self) -> Vec<Moment> {
        self.moments
    }
}

/// For each of `lost` the position in `stayed` of the one it is compared with: of the same calendar month, else of
/// the same quarter; `None` where nobody is alike.
pub(super) fn matched(lost: &[Moment], stayed: &[Moment]) -> Vec<Option<usize>> {
    let (mut partner, mut taken) = (vec![None; lost.len()], vec![false; stayed.len()]);
    for calendar in [Calendar::Month, Calendar::Quarter] {
        let left = (0..lost.len()).filter(|at| partner[*at].is_none()).collect();
        let free = (0..stayed.len()).filter(|at| !taken[*at]).collect();
        let (left, free) = (sorted(lost, left, calendar), sorted(stayed, free, calendar));
        let mut begin = 0;
        for group in left.chunk_by(Entry::alike) {
            while free.get(begin).is_some_and(|other| other.compared(&group[0]).is_lt()) {
                begin += 1;
            }
            let end = begin + free[begin..].iter().take_while(|other| other.alike(&group[0])).count();
            pair(&free[begin..end], group, (lost, stayed), &mut |mine, other| {
                partner[mine] = Some(other);
                taken[other] = true;
            });
            begin = end;
        }
    }
    partner
}

/// What decides who is compared with whom.
#[derive(Debug)]
struct Entry {
    likeness: Likeness,
    stretch: i32,
    lot: u64,
    at: usize,
}

impl Entry {
    fn compared(&self, other: &Self) -> Ordering {
        (self.likeness, self.stretch).cmp(&(other.likeness, other.stretch))
    }

    fn alike(&self, other: &Self) -> bool {
        self.compared(other).is_eq()
    }
}

fn sorted(moments: &[Moment], which: Vec<usize>, calendar: Calendar) -> Vec<Entry> {
    let entry = |at: usize| {
        let moment = &moments[at];
        Entry { likeness: moment.likeness, stretch: moment.stretch(calendar), lot: moment.lot(), at }
    };
    let mut entries: Vec<Entry> = which.into_iter().map(entry).collect();
    entries.sort_unstable_by(|a, b| a.compared(b).then(a.lot.cmp(&b.lot)).then(a.at.cmp(&b.at)));
    entries
}

/// Gives each of a group the first free one that is somebody else.
fn pair(
    free: &[Entry],
    group: &[Entry],
    (lost, stayed): (&[Moment], &[Moment]),
    found: &mut dyn FnMut(usize, usize),
) {
    let mut free: std::collections::VecDeque<usize> = free.iter().map(|entry| entry.at).collect();
    for entry in group {
        let other = free.iter().position(|at| stayed[*at].customer != lost[entry.at].customer);
        if let Some(at) = other.and_then(|position| free.remove(position)) {
            found(entry.at, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::moment::lot;

    fn moment(customer: u32, day: i32, segment: u16) -> Moment {
        let likeness = Likeness {
            by_contract: false,
            under_contract: false,
            first_purchase: false,
            segment,
            tenure: 0,
            value: 0,
            purchases: 1,
            recency: 0,
        };
        Moment { customer, day, value_minor: 0, likeness, causes: Box::default() }
    }

    /// Moments that look random: customers up to `customers`, days within half a year, three segments.
    fn crowd(seed: u64, size: u64, customers: u64) -> Vec<Moment> {
        let draw = |n: u64| {
            let lot = lot(seed << 32 | n);
            moment((lot % customers) as u32, (lot >> 20) as i32 % 180, (lot >> 50) as u16 % 3)
        };
        let mut crowd: Vec<Moment> = (0..size).map(draw).collect();
        crowd.sort_by_key(|moment| (moment.customer, moment.day));
        crowd.dedup_by_key(|moment| (moment.customer, moment.day));
        crowd
    }

    #[test]
    fn pairs_are_alike_distinct_and_somebody_else() {
        for seed in 0..40 {
            let (lost, stayed) = (crowd(seed, 60, 40), crowd(seed + 100, 90, 40));
            let partner = matched(&lost, &stayed);
            let mut used: Vec<usize> = partner.iter().flatten().copied().collect();
            let pairs = used.len();
            used.sort_unstable();
            used.dedup();
            assert_eq!(used.len(), pairs);
            for (mine, other) in
                lost.iter().zip(&partner).filter_map(|(mine, at)| Some((mine, &stayed[(*at)?])))
            {
                assert_eq!(mine.likeness, other.likeness);
                assert_eq!(mine.stretch(Calendar::Quarter), other.stretch(Calendar::Quarter));
                assert_ne!(mine.customer, other.customer);
            }
            let free = |at: &usize| !used.contains(at);
            for mine in lost.iter().zip(&partner).filter(|(_, at)| at.is_none()).map(|(mine, _)| mine) {
                let fits = |at: usize| {
                    let other = &stayed[at];
                    other.likeness == mine.likeness
                        && other.stretch(Calendar::Quarter) == mine.stretch(Calendar::Quarter)
                        && other.customer != mine.customer
                };
                assert!(!(0..stayed.len()).filter(free).any(fits), "somebody alike was left over");
            }
        }
    }

    #[test]
    fn the_order_of_the_crowd_does_not_choose() {
        let (lost, stayed) = (crowd(1, 50, 1000), crowd(2, 80, 1000));
        let by_order = matched(&lost, &stayed);
        let turned: Vec<Moment> = stayed.iter().rev().cloned().collect();
        let by_turned = matched(&lost, &turned);
        for (one, other) in by_order.iter().zip(&by_turned) {
            assert_eq!(one.map(|at| &stayed[at]), other.map(|at| &turned[at]));
        }
    }

    #[test]
    fn a_full_pool_keeps_the_same_whatever_came_first() {
        let crowd = crowd(3, 1000, 1_000_000);
        let kept = |moments: &mut dyn Iterator<Item = &Moment>| {
            let mut pool = Pool::new(100);
            moments.for_each(|moment| pool.add(moment.clone()));
            let mut kept = pool.into_moments();
            kept.sort_by_key(Moment::lot);
            kept
        };
        let kept_forth = kept(&mut crowd.iter());
        assert!((30..=100).contains(&kept_forth.len()), "{}", kept_forth.len());
        assert_eq!(kept_forth, kept(&mut crowd.iter().rev()));
    }
}
