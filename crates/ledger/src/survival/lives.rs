//! First lives of customers, from the day they were gained to the day they were first lost.

use crate::columns::PostingRows;
use crate::error::Error;
use model::{Day, Movement};

/// One row per customer that was gained, in order of customer code, in columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lives {
    /// Dense customer code.
    pub customer: Vec<u32>,
    /// Days from the day gained to the day first lost, or to the last day of the books.
    pub days: Vec<f64>,
    /// Whether the customer was lost.
    pub lost: Vec<bool>,
}

/// Gathers lives from postings in order of customer and day, in chunks; a customer may straddle them.
#[derive(Debug)]
pub struct LivesBuilder {
    as_of: i32,
    /// The current customer and day of the last posting.
    current: Option<(u32, i32)>,
    /// Day on which the open life of the current customer began.
    open: Option<i32>,
    lives: Lives,
}

impl LivesBuilder {
    /// A builder for books that cover days up to `as_of`.
    pub fn new(as_of: Day) -> Self {
        Self { as_of: as_of.0, current: None, open: None, lives: Lives::default() }
    }

    /// Reads a chunk of postings.
    ///
    /// Fails on columns of unequal length, rows out of order and unknown movements.
    pub fn push(&mut self, rows: PostingRows<'_>) -> Result<(), Error> {
        let rows = rows.checked()?;
        for at in 0..rows.customer.len() {
            let (customer, day, code) = (rows.customer[at], rows.day[at], rows.movement[at]);
            match self.current {
                Some((current, last)) if current > customer || current == customer && last > day => {
                    return Err(Error::OutOfOrder { customer, day: Day(day) });
                }
                Some((current, _)) if current == customer => {}
                _ => self.close(self.as_of, false),
            }
            self.current = Some((customer, day));
            match Movement::from_code(code) {
                None => return Err(Error::UnknownCode { customer, what: "movement", code }),
                Some(Movement::Gained) => self.open = Some(day),
                Some(Movement::Lost) => self.close(day, true),
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn close(&mut self, day: i32, lost: bool) {
        if let (Some((customer, _)), Some(from)) = (self.current, self.open.take()) {
            self.lives.customer.push(customer);
            self.lives.days.push(f64::from(from.abs_diff(day)));
            self.lives.lost.push(lost);
        }
    }

    /// The lives.
    pub fn finish(mut self) -> Lives {
        self.close(self.as_of, false);
        self.lives
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_life_counts_and_open_ones_end_with_the_books() {
        use Movement::{Contracted, Gained, Lost, WonBack};
        let rows = [
            (1, 10, Gained),
            (1, 15, Contracted),
            (1, 30, Lost),
            (1, 40, WonBack),
            (1, 50, Lost),
            (2, 60, Gained),
            (4, 70, Gained),
            (4, 71, Lost),
        ];
        let customer = rows.map(|row| row.0);
        let (day, movement) = (rows.map(|row| row.1), rows.map(|row| row.2.code()));
        let whole = PostingRows {
            customer: &customer,
            day: &day,
            movement: &movement,
            count: &[0; 8],
            value_minor: &[0; 8],
        };
        for size in 1..=8 {
            let mut builder = LivesBuilder::new(Day(100));
            for from in (0..8).step_by(size) {
                builder.push(whole.slice(from..(from + size).min(8))).expect("in order");
            }
            let lives = builder.finish();
            assert_eq!(lives.customer, [1, 2, 4]);
            assert_eq!(lives.days, [20.0, 40.0, 1.0]);
            assert_eq!(lives.lost, [true, false, true]);
        }
        let mut builder = LivesBuilder::new(Day(100));
        builder.push(whole.slice(5..8)).expect("in order");
        assert!(matches!(builder.push(whole.slice(0..1)), Err(Error::OutOfOrder { customer: 1, .. })));
    }
}
