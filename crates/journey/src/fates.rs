//! When customers became active and when they were lost, as the ledger booked it.

use crate::error::{Error, same_length};

/// Changes of standing, by customer code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fates {
    /// Where each customer's changes begin; one more than there are customers.
    first: Vec<usize>,
    day: Vec<i32>,
    gained: Vec<bool>,
}

impl Fates {
    /// Reads ledger postings in order of customer, day, seq: customer code, local day, count (−1, 0 or +1). Fails on
    /// columns of unequal length and rows out of order.
    pub fn new(customer: &[u32], day: &[i32], count: &[i8]) -> Result<Self, Error> {
        same_length("day", customer.len(), day.len())?;
        same_length("count", customer.len(), count.len())?;
        let mut fates = Self { first: vec![0], ..Self::default() };
        let mut before = None;
        for ((&customer, &day), &count) in customer.iter().zip(day).zip(count) {
            if before.is_some_and(|before| before > (customer, day)) {
                return Err(Error::OutOfOrder { customer, at_us: i64::from(day) * model::period::DAY_US });
            }
            before = Some((customer, day));
            fates.first.resize(fates.first.len().max(customer as usize + 1), fates.day.len());
            if count != 0 {
                fates.day.push(day);
                fates.gained.push(count > 0);
            }
        }
        fates.first.push(fates.day.len());
        Ok(fates)
    }

    /// Days on which a customer was lost, ascending; the loss comes before the events of its day.
    pub fn losses(&self, customer: u32) -> impl Iterator<Item = i32> + Clone + '_ {
        self.changes(customer).filter(|(_, gained)| !gained).map(|(day, _)| day)
    }

    /// The first day on which anybody's standing changed.
    pub fn first_day(&self) -> Option<i32> {
        self.day.iter().copied().min()
    }

    /// Whether a customer was active at the end of a day.
    pub fn is_active(&self, customer: u32, day: i32) -> bool {
        self.changes(customer).take_while(|(on, _)| *on <= day).last().is_some_and(|(_, gained)| gained)
    }

    /// Whether a customer was lost later than `after` and not later than `until`.
    pub fn is_lost_within(&self, customer: u32, after: i32, until: i32) -> bool {
        self.losses(customer).any(|day| after < day && day <= until)
    }

    fn changes(&self, customer: u32) -> impl Iterator<Item = (i32, bool)> + Clone + '_ {
        let at = customer as usize;
        let range = match (self.first.get(at), self.first.get(at + 1)) {
            (Some(from), Some(until)) => *from..*until,
            _ => 0..0,
        };
        range.map(|at| (self.day[at], self.gained[at]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standings_are_those_of_the_postings() {
        let fates = Fates::new(&[1, 1, 1, 1, 4, 4], &[5, 7, 9, 9, 2, 3], &[1, 0, -1, 1, 1, -1]).unwrap();
        assert_eq!([4, 5, 8, 9, 99].map(|day| fates.is_active(1, day)), [false, true, true, true, true]);
        assert_eq!(fates.losses(1).collect::<Vec<_>>(), [9]);
        assert_eq!(fates.losses(4).collect::<Vec<_>>(), [3]);
        assert!(!fates.is_active(4, 3) && fates.is_active(4, 2));
        for nobody in [0, 2, 3, 5, u32::MAX] {
            assert_eq!(fates.losses(nobody).count(), 0);
            assert!(!fates.is_active(nobody, 99));
        }
        assert!(fates.is_lost_within(1, 8, 9) && !fates.is_lost_within(1, 9, 99));
        assert!(Fates::new(&[1, 0], &[0, 0], &[1, 1]).is_err());
        assert!(Fates::new(&[1, 1], &[1, 0], &[1, 1]).is_err());
        assert!(Fates::new(&[1], &[1], &[]).is_err());
    }
}
