//! The one plain sentence that leads the statement.

use crate::flow::{Figures, Flow};
use crate::{calendar, number};
use model::{Currency, Day};

/// Says whether the company won more customers than it lost in a period, and what that did to the base.
///
/// `so_far` is the last day the books cover when the period is not over yet.
pub fn statement(figures: &Figures, currency: Currency, so_far: Option<Day>) -> String {
    let period = calendar::period(figures.period);
    let when = so_far.map_or_else(
        || format!("In {period}"),
        |day| format!("In {period} so far (books to {})", calendar::day(day)),
    );
    let (customers, value) = (&figures.customers, &figures.value);
    if *customers == Flow::default() && *value == Flow::default() {
        return format!("{when} there were no customers yet: none came and none left.");
    }
    let base = format!("{}{}", base(customers), adjusted(customers));
    format!("{when} {}; {base}, {}.", verdict(customers), worth(value, customers.change(), currency))
}

fn verdict(customers: &Flow) -> String {
    let came = customers.gained.saturating_add(customers.won_back);
    let left = customers.lost;
    if came == 0 && left == 0 {
        return "no customer came and none left".to_owned();
    }
    let answer = match came.cmp(&left) {
        std::cmp::Ordering::Greater => "we won more customers than we lost",
        std::cmp::Ordering::Less => "we lost more customers than we won",
        std::cmp::Ordering::Equal => "we won as many customers as we lost",
    };
    format!("{answer}: {} came{}, {} left", or_none(came), back(came, customers.won_back), or_none(left))
}

fn or_none(number: i64) -> String {
    if number == 0 { "none".to_owned() } else { number::count(number) }
}

fn back(came: i64, won_back: i64) -> String {
    match won_back {
        0 => String::new(),
        1 if came == 1 => " back".to_owned(),
        all if all == came => " (all of them back)".to_owned(),
        some => format!(" ({} of them back)", number::count(some)),
    }
}

fn base(customers: &Flow) -> String {
    let (change, closing) = (customers.change(), number::count(customers.closing));
    if customers.opening == 0 && customers.closing > 0 {
        return format!("the base grew from nothing to {closing}");
    }
    let rate = customers.growth().map(|g| format!(" ({})", number::signed_percent(g))).unwrap_or_default();
    match change {
        0 => format!("the base stayed at {closing}"),
        up if up > 0 => format!("the base grew by {} to {closing}{rate}", number::count(up)),
        down => format!("the base shrank by {} to {closing}{rate}", number::count(down.saturating_neg())),
    }
}

fn adjusted(customers: &Flow) -> String {
    if customers.adjusted == 0 {
        return String::new();
    }
    format!(" including {} by correction of earlier periods", number::signed(customers.adjusted))
}

/// The value's part; `but` when it moved against the base.
fn worth(value: &Flow, base_change: i64, currency: Currency) -> String {
    let (change, closing) = (value.change(), number::money_short(value.closing, currency));
    if change == 0 {
        return format!("its value stayed at {closing}");
    }
    if value.opening == 0 {
        return format!("its value is {closing}");
    }
    let by = number::money_short(change.saturating_abs(), currency);
    match (change > 0, base_change.signum()) {
        (true, 1) | (false, -1) => format!("its value by {by} to {closing}"),
        (true, 0) => format!("its value rose by {by} to {closing}"),
        (false, 0) => format!("its value fell by {by} to {closing}"),
        (true, _) => format!("but its value rose by {by} to {closing}"),
        (false, _) => format!("but its value fell by {by} to {closing}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Period;

    fn told(customers: [i64; 6], value: [i64; 2], so_far: Option<&str>) -> String {
        let [opening, gained, won_back, lost, adjusted, closing] = customers;
        let figures = Figures {
            period: Period::parse("2026-09").expect("period"),
            customers: Flow { opening, gained, won_back, lost, adjusted, closing, ..Flow::default() },
            value: Flow { opening: value[0], closing: value[1], ..Flow::default() },
        };
        let euro = Currency::parse("EUR").expect("code");
        statement(&figures, euro, so_far.and_then(Day::parse)).replace('\u{a0}', " ")
    }

    #[test]
    fn the_sentence_says_the_answer_first_and_counts_with_care() {
        let table: &[([i64; 6], [i64; 2], &str)] = &[
            (
                [12_439, 374, 38, 371, 0, 12_480],
                [191_700_000, 192_930_000],
                "In September 2026 we won more customers than we lost: 412 came (38 of them back), 371 left; the base grew by 41 to 12,480 (+0.3 %), its value by € 12,300 to € 1.93 M.",
            ),
            (
                [100, 1, 0, 9, 0, 92],
                [100_000, 120_000],
                "In September 2026 we lost more customers than we won: 1 came, 9 left; the base shrank by 8 to 92 (−8.0 %), but its value rose by € 200 to € 1,200.",
            ),
            (
                [100, 0, 1, 1, 0, 100],
                [100_000, 100_000],
                "In September 2026 we won as many customers as we lost: 1 came back, 1 left; the base stayed at 100, its value stayed at € 1,000.",
            ),
            (
                [0, 5, 0, 0, 0, 5],
                [0, 5_000],
                "In September 2026 we won more customers than we lost: 5 came, none left; the base grew from nothing to 5, its value is € 50.",
            ),
            (
                [10, 0, 0, 0, 0, 10],
                [100_000, 90_000],
                "In September 2026 no customer came and none left; the base stayed at 10, its value fell by € 100 to € 900.",
            ),
            ([0; 6], [0, 0], "In September 2026 there were no customers yet: none came and none left."),
            (
                [3, 0, 0, 3, 0, 0],
                [300_000, 0],
                "In September 2026 we lost more customers than we won: none came, 3 left; the base shrank by 3 to 0 (−100.0 %), its value by € 3,000 to € 0.00.",
            ),
            (
                [10, 2, 2, 0, -1, 13],
                [100_000, 90_000],
                "In September 2026 we won more customers than we lost: 4 came (2 of them back), none left; the base grew by 3 to 13 (+30.0 %) including −1 by correction of earlier periods, but its value fell by € 100 to € 900.",
            ),
        ];
        for (customers, value, expected) in table {
            assert_eq!(told(*customers, *value, None), *expected);
        }
    }

    #[test]
    fn a_running_period_says_so() {
        let said = told([1, 1, 0, 0, 0, 2], [100, 200], Some("2026-09-12"));
        assert!(said.starts_with("In September 2026 so far (books to 12 Sep 2026) we won more"), "{said}");
    }
}
