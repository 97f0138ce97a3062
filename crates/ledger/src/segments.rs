//! Ways of splitting the customers, and the columns of a table by segment in which a customer counts.

use crate::error::Error;
use std::ops::Range;

/// Ways of splitting the customers into segments, side by side: every customer is in one segment of each. Codes of
/// segments run on from one split to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Splits {
    splits: Vec<Split>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Split {
    codes: Range<u16>,
    /// Segment of each customer code, counted from the split's first.
    of: Vec<u16>,
}

impl Splits {
    /// One split alone; without segments none at all.
    pub fn one(segments: u16, segment_of: Vec<u16>) -> Self {
        let codes = 0..segments;
        let splits = if segments == 0 { Vec::new() } else { vec![Split { codes, of: segment_of }] };
        Self { splits }
    }

    /// Adds a split of so many segments; `segment_of` tells each customer code's, from 0. Customers it leaves out,
    /// or puts in a segment beyond, are refused where they are counted.
    ///
    /// Fails when there are more segments in all than codes.
    pub fn add(&mut self, segments: u16, segment_of: Vec<u16>) -> Result<(), Error> {
        let first = self.segments();
        let end = first.checked_add(segments).ok_or(Error::TooManySegments)?;
        if segments > 0 {
            self.splits.push(Split { codes: first..end, of: segment_of });
        }
        Ok(())
    }

    /// How many segments there are over all splits.
    pub fn segments(&self) -> u16 {
        self.splits.last().map_or(0, |split| split.codes.end)
    }

    /// The codes of each split, in order.
    pub fn codes(&self) -> impl Iterator<Item = Range<u16>> + '_ {
        self.splits.iter().map(|split| split.codes.clone())
    }

    /// The code of a customer's segment in each split, in order. Fails on a customer without one.
    pub fn of(&self, customer: u32) -> impl Iterator<Item = Result<u16, Error>> + '_ {
        self.splits.iter().map(move |split| {
            let segments = split.codes.len();
            let column = column_of(customer, segments, &split.of)?;
            Ok(split.codes.start + column as u16 - 1)
        })
    }

    /// Puts the columns of a customer beside column 0, the whole: 1 + code of each of its segments.
    pub(crate) fn columns_of(&self, customer: u32, columns: &mut Vec<usize>) -> Result<(), Error> {
        columns.clear();
        for code in self.of(customer) {
            columns.push(1 + usize::from(code?));
        }
        Ok(())
    }
}

/// Column of a customer where column 0 is the whole and 1 + code a segment; 0 when there are no segments, and
/// `segment_of` is not read then. Fails on a customer without one of the `segments`.
pub(crate) fn column_of(customer: u32, segments: usize, segment_of: &[u16]) -> Result<usize, Error> {
    if segments == 0 {
        return Ok(0);
    }
    let code = segment_of.get(customer as usize).map(|code| usize::from(*code));
    match code.filter(|code| *code < segments) {
        Some(code) => Ok(code + 1),
        None => Err(Error::NoSegment { customer, segments }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_customer_counts_beside_the_whole_in_its_segment_or_is_refused() {
        assert_eq!(column_of(7, 0, &[]), Ok(0));
        assert_eq!(column_of(1, 2, &[0, 1]), Ok(2));
        for (customer, segment_of) in [(2, [0, 1]), (1, [0, 2])] {
            assert_eq!(column_of(customer, 2, &segment_of), Err(Error::NoSegment { customer, segments: 2 }));
        }
    }

    #[test]
    fn codes_run_on_from_split_to_split_and_every_split_knows_every_customer() {
        let mut splits = Splits::one(2, vec![0, 1, 1]);
        splits.add(0, Vec::new()).expect("room");
        splits.add(3, vec![2, 0]).expect("room");
        assert_eq!(splits.codes().collect::<Vec<_>>(), [0..2, 2..5]);
        assert_eq!(splits.of(1).collect::<Vec<_>>(), [Ok(1), Ok(2)]);
        let refused = Err(Error::NoSegment { customer: 2, segments: 3 });
        assert_eq!(splits.of(2).collect::<Vec<_>>(), [Ok(1), refused]);
        let mut columns = vec![9];
        assert_eq!(splits.columns_of(0, &mut columns), Ok(()));
        assert_eq!(columns, [1, 5]);
        assert_eq!(splits.add(u16::MAX, Vec::new()), Err(Error::TooManySegments));
    }
}
