//! Numbers: amounts into minor units, exactly; scores as floating point.

use model::money::{AmountError, DecimalMark, parse_minor};

const TOO_FINE: &str = "has more decimals than the currency; round_amounts = true rounds them";
const ODD_COMMA: &str =
    "has a comma where none groups thousands; if it marks decimals set csv = { decimal = \"comma\" }";
const ODD_POINT: &str =
    "has a point where none groups thousands; if it marks decimals set csv = { decimal = \"point\" }";
/// Digits before the decimal mark; keeps amounts in every currency far from the limits of `i64`.
const MAX_DIGITS: usize = 14;

/// Reads an amount into minor units. A grouping mark must stand where thousands are grouped, so that `12,50` is
/// never taken for 1250.
pub(crate) fn amount(text: &str, exponent: u32, mark: DecimalMark, round: bool) -> Result<i64, &'static str> {
    let (point, group) = marks(mark);
    if text.len() > MAX_DIGITS && digits_before(text, point) > MAX_DIGITS {
        return Err("is too large");
    }
    if text.as_bytes().contains(&(group as u8)) && !groups_thousands(text, point, group) {
        return Err(if mark == DecimalMark::Point { ODD_COMMA } else { ODD_POINT });
    }
    parse_minor(text.as_bytes(), exponent, mark, round).map_err(|error| match error {
        AmountError::Empty => "is empty",
        AmountError::NotANumber => "is not a number",
        AmountError::TooFine => TOO_FINE,
        AmountError::TooLarge => "is too large",
    })
}

/// Digits before the decimal mark, leading zeros left out.
fn digits_before(text: &str, point: char) -> usize {
    let whole = text.split(point).next().unwrap_or_default();
    whole.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count()
}

fn marks(mark: DecimalMark) -> (char, char) {
    match mark {
        DecimalMark::Point => ('.', ','),
        DecimalMark::Comma => (',', '.'),
    }
}

/// Whether every grouping mark is followed by digits as in `1,234,567` or `12,34,567`, and none stands after
/// the decimal mark.
fn groups_thousands(text: &str, point: char, group: char) -> bool {
    let (whole, decimals) = text.split_once(point).unwrap_or((text, ""));
    if decimals.contains(group) {
        return false;
    }
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let mut parts = whole.split(group).map(digits);
    let head = parts.next().unwrap_or_default();
    let rest: Vec<_> = parts.collect();
    let last = rest.last().copied().unwrap_or_default();
    let middle_fits =
        rest.iter().all(|count| *count == 3) || rest[..rest.len() - 1].iter().all(|count| *count == 2);
    (1..=3).contains(&head) && last == 3 && middle_fits
}

/// Reads a whole number.
pub(crate) fn integer(text: &str) -> Result<i64, &'static str> {
    amount(text, 0, DecimalMark::Point, false)
        .map_err(|reason| if reason == TOO_FINE { "is not a whole number" } else { reason })
}

/// Reads a finite decimal number.
pub(crate) fn score(text: &str, mark: DecimalMark) -> Result<f64, &'static str> {
    const NOT: &str = "is not a number";
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b'e' | b'E');
    if !text.bytes().all(plain) || text.len() > 32 {
        return Err(NOT);
    }
    let number = match mark {
        DecimalMark::Point => text.parse::<f64>(),
        DecimalMark::Comma => text.replace(',', ".").parse::<f64>(),
    };
    number.ok().filter(|number| number.is_finite()).ok_or(NOT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_exactly_or_refused_with_the_cure() {
        use DecimalMark::{Comma, Point};
        let table: &[(&str, DecimalMark, bool, Result<i64, &str>)] = &[
            ("12.50", Point, false, Ok(1250)),
            ("1,234.56", Point, false, Ok(123_456)),
            ("1,234,567", Point, false, Ok(123_456_700)),
            ("12,34,567.00", Point, false, Ok(123_456_700)),
            ("-3,000", Point, false, Ok(-300_000)),
            ("€1,000", Point, false, Ok(100_000)),
            ("12,50", Point, false, Err(ODD_COMMA)),
            ("1,2345", Point, false, Err(ODD_COMMA)),
            (",123", Point, false, Err(ODD_COMMA)),
            ("1.234,567", Point, false, Err(ODD_COMMA)),
            ("1.234,56", Comma, false, Ok(123_456)),
            ("12.50", Comma, false, Err(ODD_POINT)),
            ("9.995", Point, false, Err(TOO_FINE)),
            ("9.995", Point, true, Ok(1000)),
            ("", Point, false, Err("is empty")),
            ("-", Point, false, Err("is not a number")),
            ("1e5", Point, false, Err("is not a number")),
            ("92233720368547758.075", Point, true, Err("is too large")),
            ("00000000000000000012", Point, false, Ok(1200)),
        ];
        for (text, mark, round, expected) in table {
            assert_eq!(amount(text, 2, *mark, *round), *expected, "{text:?} {mark:?}");
        }
        assert_eq!(integer("1.5"), Err("is not a whole number"));
    }

    #[test]
    fn a_score_of_zero_is_a_number_and_words_are_none() {
        for (text, expected) in [
            ("0", Ok(0.0)),
            ("8,5", Err(())),
            ("10", Ok(10.0)),
            ("inf", Err(())),
            ("NaN", Err(())),
            ("1e999", Err(())),
            ("", Err(())),
        ] {
            assert_eq!(score(text, DecimalMark::Point).map_err(|_| ()), expected, "{text:?}");
        }
        assert_eq!(score("8,5", DecimalMark::Comma), Ok(8.5));
    }
}
