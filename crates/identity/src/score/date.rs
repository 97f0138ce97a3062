//! Birth dates as eight digits, and how two of them differ.

use crate::clean::birth;
use crate::score::level;
use arrow::array::StringArray;

/// Whether a column writes the month before the day: more of its dates make sense only so than only the other way.
pub(crate) fn is_month_first(values: &StringArray) -> bool {
    let mut balance = 0i64;
    for raw in values.iter().flatten() {
        let mut parts = raw.trim().split(['-', '/', '.']);
        let (Some(first), Some(second), Some(year)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        if first.len() > 2 || year.len() < 4 {
            continue;
        }
        let (Ok(first), Ok(second)) = (first.parse::<u8>(), second.parse::<u8>()) else { continue };
        balance += i64::from(second > 12 && first <= 12) - i64::from(first > 12 && second <= 12);
    }
    balance > 0
}

/// Digits YYYYMMDD of a date as silos write it. A slip of the pen makes days that no calendar has: they are kept
/// where the eight digits stand in order, since all other digits still tell.
pub(crate) fn read(raw: &str, month_first: bool) -> Option<u32> {
    if let Some(born) = birth::clean(raw, month_first) {
        return Some(born as u32);
    }
    let text = raw.trim();
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    let lengths: Vec<usize> = text.split(['-', '/', '.']).map(str::len).collect();
    if !matches!(lengths.as_slice(), [8] | [4, 2, 2]) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits: u32 = digits.parse().ok().filter(|_| digits.len() == 8)?;
    let (year, month, day) = (digits / 10_000, digits / 100 % 100, digits % 100);
    let placeholder =
        matches!((month, day), (1, 1) | (12, 30 | 31)) || month == 0 || day == 0 || month == day && day > 31;
    let unreal = month > 12 || day > 28 || !(1880..=2100).contains(&year);
    ((1000..3000).contains(&year) && unreal && !placeholder).then_some(digits)
}

/// One decimal digit per four bits.
pub(crate) fn nibbles(mut digits: u32) -> u32 {
    let mut out = 0;
    for place in 0..8 {
        out |= (digits % 10) << (4 * place);
        digits /= 10;
    }
    out
}

/// Level of two birth dates given as [`nibbles`].
pub(crate) fn level(a: u32, b: u32) -> u8 {
    let diff = a ^ b;
    if diff == 0 {
        return level::EXACT;
    }
    let some = (diff | diff >> 1 | diff >> 2 | diff >> 3) & 0x1111_1111;
    let wrong = some.count_ones();
    let last = some.trailing_zeros();
    if wrong == 1 || (wrong == 2 && some >> last == 0x11 && is_turned(a, b, last)) {
        return level::DATE_SLIP;
    }
    let same_year = diff >> 16 == 0;
    if same_year && (a & 0xff) == (b >> 8 & 0xff) && (b & 0xff) == (a >> 8 & 0xff) {
        return level::DATE_SWAPPED;
    }
    if wrong == 2 {
        level::DATE_NEAR
    } else if same_year {
        level::DATE_YEAR
    } else {
        level::different(crate::score::table::Role::BirthDate)
    }
}

/// Whether the digits at `shift` and above it changed places.
fn is_turned(a: u32, b: u32, shift: u32) -> bool {
    let digit = |value: u32, shift: u32| value >> shift & 0xf;
    digit(a, shift) == digit(b, shift + 4) && digit(a, shift + 4) == digit(b, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_no_calendar_has_keep_their_digits() {
        for (raw, digits) in [
            ("19840309", Some(19_840_309)),
            ("1984-03-09", Some(19_840_309)),
            ("19841309", Some(19_841_309)),
            ("1984-02-31", Some(19_840_231)),
            ("10840309", Some(10_840_309)),
            ("19000101", None),
            ("99991231", None),
            ("00010101", None),
            ("1984-00-00", None),
            ("1984-3-40", None),
            ("n/a", None),
        ] {
            assert_eq!(read(raw, false), digits, "{raw}");
        }
    }

    #[test]
    fn dates_differ_by_slips_swaps_and_years() {
        for (a, b, expected) in [
            (19_840_309, 19_840_309, "equal"),
            (19_840_309, 19_840_308, "slip"),
            (19_840_309, 19_480_309, "slip"),
            (19_840_309, 19_840_903, "swapped"),
            (19_841_012, 19_841_210, "swapped"),
            (19_840_309, 19_840_419, "near"),
            (19_840_309, 19_841_122, "year"),
            (19_840_309, 19_561_121, "different"),
        ] {
            let names = level::names(crate::score::table::Role::BirthDate);
            assert_eq!(names[usize::from(level(nibbles(a), nibbles(b)))], expected, "{a} {b}");
            assert_eq!(level(nibbles(a), nibbles(b)), level(nibbles(b), nibbles(a)), "symmetric");
        }
    }

    #[test]
    fn a_column_tells_whether_month_comes_first() {
        let column = |values: &[&str]| values.iter().map(|value| Some(*value)).collect::<StringArray>();
        assert!(is_month_first(&column(&["03/29/1984", "01/02/1990"])));
        assert!(!is_month_first(&column(&["29/03/1984", "01/02/1990"])));
        assert!(!is_month_first(&column(&["01/02/1990", "1984-03-29"])));
    }
}
