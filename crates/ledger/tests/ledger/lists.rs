//! Every number opens to exactly the customers it counts.

use crate::books::{Books, keep};
use crate::histories::{SEGMENTS, history};
use ledger::{Figures, Line, MovedList, Postings, moved, standing};
use model::{Movement, Period};
use proptest::prelude::*;

/// The postings of one period and, if asked, one segment.
fn within(postings: &Postings, period: Period, segment: Option<u16>, segment_of: &[u16]) -> Postings {
    let mut of = Postings::default();
    for at in 0..postings.len() {
        let (customer, day) = (postings.customer[at], postings.day[at]);
        let belongs = segment.is_none_or(|code| segment_of[customer as usize] == code);
        if belongs && day >= period.start().0 && day < period.end().0 {
            of.customer.push(customer);
            of.day.push(day);
            of.movement.push(postings.movement[at]);
            of.count.push(postings.count[at]);
            of.value_minor.push(postings.value_minor[at]);
        }
    }
    of
}

const fn told(figures: &Figures, movement: Movement) -> (i64, i64) {
    match movement {
        Movement::Gained => (figures.gained_count, figures.gained_minor),
        Movement::WonBack => (figures.won_back_count, figures.won_back_minor),
        Movement::Expanded => (figures.expanded_count, figures.expanded_minor),
        Movement::Contracted => (figures.contracted_count, figures.contracted_minor),
        Movement::Lost => (figures.lost_count, figures.lost_minor),
        Movement::Adjustment => (figures.adjusted_count, figures.adjusted_minor),
        Movement::Fx => (0, figures.fx_minor),
    }
}

fn opens_to_its_customers(books: &Books, line: &Line, segment_of: &[u16]) {
    let of = within(&books.postings, line.period, line.segment, segment_of);
    for &movement in Movement::ALL {
        let rows = moved(of.rows(), movement).unwrap();
        let sum = rows.iter().map(|row| row.value_minor).sum::<i64>();
        assert_eq!((rows.len() as i64, sum), told(&line.figures, movement), "{movement:?} of {line:?}");
        assert!(rows.is_sorted_by_key(|row| (row.customer, row.day)));
        for row in &rows {
            let posted = (0..of.len()).any(|at| {
                (of.customer[at], of.day[at], of.movement[at]) == (row.customer, row.day.0, movement.code())
            });
            assert!(posted, "{row:?} names the day of a posting of its kind");
        }
        let mut chunked = MovedList::new(movement);
        for at in 0..of.len() {
            chunked.push(of.rows().slice(at..at + 1)).unwrap();
        }
        assert_eq!(chunked.finish(), rows);
    }
    for (day, count, minor) in [
        (line.period.start().plus(-1), line.figures.opening_count, line.figures.opening_minor),
        (line.period.end().plus(-1), line.figures.closing_count, line.figures.closing_minor),
    ] {
        let rows = standing(books.postings.rows(), day).unwrap();
        let rows: Vec<_> = rows
            .iter()
            .filter(|row| line.segment.is_none_or(|code| segment_of[row.customer as usize] == code))
            .collect();
        let sum = rows.iter().map(|row| row.value_minor).sum::<i64>();
        assert_eq!((rows.len() as i64, sum), (count, minor), "standing on {day}");
        assert!(rows.is_sorted_by_key(|row| row.customer));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn length_and_sum_of_every_list_are_the_figures(history in history()) {
        let books = keep(&history.events, &history.rules, &history.sizes, SEGMENTS, &history.segment_of).unwrap();
        for line in &books.lines {
            opens_to_its_customers(&books, line, &history.segment_of);
        }
    }
}
