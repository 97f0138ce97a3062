//! Birth dates, as silos write them.

/// A birth date as the number YYYYMMDD, whose digits can be compared for slips of the pen.
pub(crate) type Born = i32;

/// Days that systems put where nobody gave one.
const PLACEHOLDERS: [Born; 5] = [19_000_101, 19_010_101, 18_991_230, 18_991_231, 19_700_101];

/// Reads `YYYY-MM-DD` (also with `/`, `.`, no mark, or a time behind it) and `DD.MM.YYYY`, `DD/MM/YYYY`,
/// `DD-MM-YYYY`. Where both parts can be months, day comes first unless `month_first` and the mark is no dot.
pub(crate) fn clean(raw: &str, month_first: bool) -> Option<Born> {
    let text = raw.trim();
    let text = text.split(['T', ' ']).next().unwrap_or(text);
    let digits: Vec<i32> = text.split(['-', '/', '.']).map(number).collect::<Option<_>>()?;
    let lengths: Vec<usize> = text.split(['-', '/', '.']).map(str::len).collect();
    let (year, month, day) = match (digits.as_slice(), lengths.as_slice()) {
        (&[whole], &[8]) => (whole / 10_000, whole / 100 % 100, whole % 100),
        (&[year, month, day], &[4, 1..=2, 1..=2]) => (year, month, day),
        (&[first, second, year], &[1..=2, 1..=2, 4]) => {
            let american = (month_first && !text.contains('.') && first <= 12) || second > 12;
            if american { (year, first, second) } else { (year, second, first) }
        }
        _ => return None,
    };
    let born = year * 10_000 + month * 100 + day;
    let real = (1880..=2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=last_day(year, month)).contains(&day);
    (real && !PLACEHOLDERS.contains(&born)).then_some(born)
}

fn number(text: &str) -> Option<i32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn last_day(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Whether two dates are one, allowing day and month swapped or a single digit wrong.
pub(crate) fn agree(a: Born, b: Born) -> bool {
    let swapped = a / 10_000 * 10_000 + a % 100 * 100 + a / 100 % 100;
    let wrong_digits =
        (0..8).filter(|&place| a / 10_i32.pow(place) % 10 != b / 10_i32.pow(place) % 10).count();
    a == b || swapped == b || wrong_digits == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_silos_write_them() {
        for (raw, month_first, born) in [
            ("1984-03-09", false, Some(19_840_309)),
            (" 1984-3-9 ", false, Some(19_840_309)),
            ("1984-03-09T00:00:00Z", false, Some(19_840_309)),
            ("1984-03-09 00:00:00", false, Some(19_840_309)),
            ("19840309", false, Some(19_840_309)),
            ("09.03.1984", true, Some(19_840_309)),
            ("09/03/1984", false, Some(19_840_309)),
            ("09/03/1984", true, Some(19_840_903)),
            ("03/29/1984", false, Some(19_840_329)),
            ("29/03/1984", true, Some(19_840_329)),
            ("29.02.1984", false, Some(19_840_229)),
            ("29.02.1985", false, None),
            ("1900-01-01", false, None),
            ("1970-01-01", false, None),
            ("0001-01-01", false, None),
            ("00000000", false, None),
            ("1984", false, None),
            ("9 March", false, None),
            ("n/a", false, None),
            ("1984-13-40", false, None),
            ("-1-1-1984", false, None),
            ("", false, None),
        ] {
            assert_eq!(clean(raw, month_first), born, "{raw:?}");
        }
    }

    #[test]
    fn one_slip_is_the_same_birthday_and_two_are_not() {
        assert!(agree(19_840_309, 19_840_309));
        assert!(agree(19_840_309, 19_840_903));
        assert!(agree(19_840_309, 19_840_308));
        assert!(!agree(19_840_309, 19_561_121));
        assert!(!agree(19_840_309, 19_840_408));
    }
}
