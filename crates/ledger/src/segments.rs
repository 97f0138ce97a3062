//! Which column of a table by segment a customer counts in.

use crate::error::Error;

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
}
