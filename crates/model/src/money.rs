//! Money as integer minor units with an ISO 4217 currency, and the dated rates that turn one into another.

use crate::period::Day;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An ISO 4217 currency code: three upper-case ASCII letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

impl Currency {
    /// Reads a code, trimming blanks and folding case; `None` when it is not three letters.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.trim().as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_alphabetic).then(|| Self(bytes.map(|b| b.to_ascii_uppercase())))
    }

    /// The code as text.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Number of decimal digits of the minor unit (ISO 4217, exponents other than 2).
    pub fn exponent(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF"
            | b"UGX" | b"UYI" | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl TryFrom<String> for Currency {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| {
            format!("`{text}` is no currency code; write three letters of ISO 4217, such as \"EUR\"")
        })
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code().to_owned()
    }
}

/// How numbers are written in a feed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecimalMark {
    /// `1,234.56`
    #[default]
    Point,
    /// `1.234,56`
    Comma,
}

/// Why an amount could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing but blanks.
    #[error("is empty")]
    Empty,
    /// Some character has no place in a number.
    #[error("is not a number")]
    NotANumber,
    /// More digits than the currency has and they are not zero; never rounded in silence.
    #[error("has more decimals than the currency")]
    TooFine,
    /// Beyond ±9.2 × 10¹⁸ minor units.
    #[error("is too large")]
    TooLarge,
}

/// Reads a decimal amount into minor units, exactly: `12.5` → `1250` at exponent 2.
///
/// Blanks, one leading currency sign and grouping marks are accepted. Digits beyond the exponent must be
/// zero, unless `round` asks for half-away-from-zero rounding (prices per unit in some exports).
pub fn parse_minor(text: &[u8], exponent: u32, mark: DecimalMark, round: bool) -> Result<i64, AmountError> {
    let (point, group) = match mark {
        DecimalMark::Point => (b'.', b','),
        DecimalMark::Comma => (b',', b'.'),
    };
    let text = strip_sign_words(text.trim_ascii());
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    let (negative, digits) = match text[0] {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        b'(' if text.last() == Some(&b')') => (true, &text[1..text.len() - 1]),
        _ => (false, text),
    };
    let mut units: i64 = 0;
    let mut decimals: Option<u32> = None;
    let mut seen_digit = false;
    let mut round_up = false;
    for &byte in strip_sign_words(digits) {
        match byte {
            b'0'..=b'9' => {
                seen_digit = true;
                let digit = i64::from(byte - b'0');
                match decimals.as_mut() {
                    Some(n) if *n >= exponent => {
                        if digit != 0 && !round {
                            return Err(AmountError::TooFine);
                        }
                        round_up |= *n == exponent && digit >= 5;
                        *n += 1;
                    }
                    other => {
                        units = units
                            .checked_mul(10)
                            .and_then(|u| u.checked_add(digit))
                            .ok_or(AmountError::TooLarge)?;
                        if let Some(n) = other {
                            *n += 1;
                        }
                    }
                }
            }
            b if b == point && decimals.is_none() => decimals = Some(0),
            b if (b == group || b == b' ' || b == b'\'') && decimals.is_none() && seen_digit => {}
            _ => return Err(AmountError::NotANumber),
        }
    }
    if !seen_digit {
        return Err(AmountError::NotANumber);
    }
    for _ in decimals.unwrap_or(0).min(exponent)..exponent {
        units = units.checked_mul(10).ok_or(AmountError::TooLarge)?;
    }
    let units = units.checked_add(i64::from(round_up)).ok_or(AmountError::TooLarge)?;
    Ok(if negative { -units } else { units })
}

/// Drops one leading or trailing currency sign and the blanks beside it.
fn strip_sign_words(text: &[u8]) -> &[u8] {
    const SIGNS: [&str; 4] = ["€", "$", "£", "R$"];
    for sign in SIGNS {
        if let Some(rest) = text.strip_prefix(sign.as_bytes()) {
            return rest.trim_ascii();
        }
        if let Some(rest) = text.strip_suffix(sign.as_bytes()) {
            return rest.trim_ascii();
        }
    }
    text
}

/// Writes minor units as a plain decimal with a point: `-1250` → `-12.50` at exponent 2.
pub fn format_minor(minor: i64, exponent: u32) -> String {
    let base = 10u64.pow(exponent);
    let magnitude = minor.unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    if exponent == 0 {
        return format!("{sign}{magnitude}");
    }
    format!("{sign}{}.{:0width$}", magnitude / base, magnitude % base, width = exponent as usize)
}

/// Dated exchange rates into the company's currency.
#[derive(Debug, Clone, Default)]
pub struct Rates {
    /// currency → first day → company currency units for one unit.
    by_currency: BTreeMap<Currency, BTreeMap<Day, f64>>,
}

impl Rates {
    /// Adds a rate that holds from `from` until the next later one of the same currency.
    pub fn insert(&mut self, currency: Currency, from: Day, rate: f64) {
        self.by_currency.entry(currency).or_default().insert(from, rate);
    }

    /// Every currency with a rate, ascending.
    pub fn currencies(&self) -> impl Iterator<Item = Currency> {
        self.by_currency.keys().copied()
    }

    /// What one minor unit of `currency` is worth in minor units of `into`, from a day on: steps by rising day, none
    /// without a rate.
    pub fn steps(&self, currency: Currency, into: Currency) -> Vec<(Day, f64)> {
        let scale = 10f64.powi(into.exponent() as i32 - currency.exponent() as i32);
        let steps = self.by_currency.get(&currency).into_iter().flatten();
        steps.map(|(from, rate)| (*from, rate * scale)).collect()
    }

    /// The rate in force on `day`, or `None` when no rate of that currency starts on or before it.
    pub fn on(&self, currency: Currency, day: Day) -> Option<f64> {
        self.by_currency.get(&currency)?.range(..=day).next_back().map(|(_, rate)| *rate)
    }

    /// Converts minor units of `from` on `day` into minor units of `into`; `None` without a dated rate.
    pub fn convert(&self, minor: i64, from: Currency, into: Currency, day: Day) -> Option<i64> {
        if from == into {
            return Some(minor);
        }
        let scale = 10f64.powi(into.exponent() as i32 - from.exponent() as i32);
        Some((minor as f64 * self.on(from, day)? * scale).round() as i64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_exactly_or_refused() {
        use AmountError::{Empty, NotANumber, TooFine, TooLarge};
        let table: &[(&str, DecimalMark, Result<i64, AmountError>)] = &[
            ("12.5", DecimalMark::Point, Ok(1250)),
            (" 1,234.56 ", DecimalMark::Point, Ok(123_456)),
            ("1.234,56", DecimalMark::Comma, Ok(123_456)),
            ("-0.01", DecimalMark::Point, Ok(-1)),
            ("(3.00)", DecimalMark::Point, Ok(-300)),
            ("€ 3", DecimalMark::Point, Ok(300)),
            ("3 €", DecimalMark::Point, Ok(300)),
            ("9.990", DecimalMark::Point, Ok(999)),
            ("9.995", DecimalMark::Point, Err(TooFine)),
            ("", DecimalMark::Point, Err(Empty)),
            ("abc", DecimalMark::Point, Err(NotANumber)),
            ("1.2.3", DecimalMark::Point, Err(NotANumber)),
            (".", DecimalMark::Point, Err(NotANumber)),
            ("99999999999999999999", DecimalMark::Point, Err(TooLarge)),
        ];
        for (text, mark, expected) in table {
            assert_eq!(parse_minor(text.as_bytes(), 2, *mark, false), *expected, "{text:?}");
        }
        assert_eq!(parse_minor(b"9.995", 2, DecimalMark::Point, true), Ok(1000));
        assert_eq!(parse_minor(b"1500", 0, DecimalMark::Point, false), Ok(1500));
    }

    #[test]
    fn a_rate_holds_until_the_next_one() {
        let (usd, eur, jpy) = ("USD", "EUR", "JPY");
        let [usd, eur, jpy] = [usd, eur, jpy].map(|c| Currency::parse(c).expect("code"));
        let mut rates = Rates::default();
        rates.insert(usd, Day(10), 0.5);
        rates.insert(usd, Day(20), 0.25);
        rates.insert(jpy, Day(0), 0.01);
        assert_eq!(rates.convert(100, usd, eur, Day(9)), None);
        assert_eq!(rates.convert(100, usd, eur, Day(19)), Some(50));
        assert_eq!(rates.convert(100, usd, eur, Day(20)), Some(25));
        assert_eq!(rates.convert(100, jpy, eur, Day(5)), Some(100));
        assert_eq!(rates.steps(usd, eur), [(Day(10), 0.5), (Day(20), 0.25)]);
        assert_eq!((rates.steps(jpy, eur), rates.steps(eur, usd)), (vec![(Day(0), 1.0)], vec![]));
        assert_eq!(format_minor(-1250, 2), "-12.50");
    }
}
