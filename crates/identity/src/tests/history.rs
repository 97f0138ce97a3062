//! Ids over several runs on growing and mended records.

use super::{Table, settings};
use crate::{Mint, Previous, Resolution, Weighing, resolve};
use model::config::Unit;
use uuid::Uuid;

fn next(rows: &[(u64, &str)], before: Option<(&Table, &Resolution)>, edition: u64) -> (Table, Resolution) {
    let table = Table::new(rows);
    let id: Vec<Uuid> = before
        .map(|(_, found)| found.customer.iter().map(|&code| found.ids[code as usize]).collect())
        .unwrap_or_default();
    let previous = Previous {
        record_hash: before.map_or(&[], |(table, _)| &table.hash),
        id: &id,
        redirects: before.map_or(&[], |(_, found)| &found.redirects),
        retired: &[],
    };
    let mut mint = Mint::new(1_700_000_000_000 + edition, edition);
    let found =
        resolve(&table.records(), &settings(Unit::Person), &Weighing::default(), &previous, &mut mint)
            .unwrap();
    (table, found)
}

#[test]
fn a_later_record_that_joins_two_customers_leaves_the_younger_as_a_redirect() {
    let rows =
        [(9, "n=Anna Berg; e=a@post.de"), (4, "n=Anna Berg; p=030 1234568"), (7, "n=Tom Holm; e=t@post.de")];
    let first = next(&rows, None, 1);
    assert_eq!(first.1.ids.len(), 3);
    let more = [rows[0], rows[1], rows[2], (2, "n=Anna Berg; e=a@post.de; p=030 1234568")];
    let second = next(&more, Some((&first.0, &first.1)), 2);
    assert_eq!(second.1.customer, [0, 0, 1, 0]);
    assert_eq!(second.1.ids, [first.1.ids[0], first.1.ids[2]]);
    assert_eq!(second.1.redirects, [(first.1.ids[1], first.1.ids[0])]);
    let third = next(&rows, Some((&second.0, &second.1)), 3);
    assert_eq!(third.1.ids[0], first.1.ids[0], "the earlier of two equal parts keeps the id");
    assert!(!second.1.ids.contains(&third.1.ids[1]) && !first.1.ids.contains(&third.1.ids[1]));
    assert_eq!(third.1.redirects, second.1.redirects);
}

#[test]
fn the_same_run_twice_is_the_same_to_the_byte() {
    let rows =
        [(9, "n=Anna Berg; e=a@post.de"), (4, "n=Anna Berg; e=a@post.de"), (7, "n=Tom Holm; e=t@post.de")];
    let first = next(&rows, None, 1);
    assert_eq!(first.1, next(&rows, None, 1).1);
    let again = next(&rows, Some((&first.0, &first.1)), 2);
    assert_eq!(again.1, first.1);
}
