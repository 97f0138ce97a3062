//! Numbers as shown: thousands apart, a true minus sign, money with its currency, shares as percent.

use model::Currency;

/// Between a number and its unit; keeps both on one line.
const GLUE: char = '\u{a0}';

/// `12,480`; `−41`.
pub fn count(number: i64) -> String {
    let digits = grouped(number.unsigned_abs());
    if number < 0 { format!("−{digits}") } else { digits }
}

/// `+41`; `−41`; `0`.
pub fn signed(number: i64) -> String {
    plus(number > 0, count(number))
}

/// Minor units to the last digit, without the currency: `12,300.50`.
pub fn amount(minor: i64, currency: Currency) -> String {
    let exponent = currency.exponent();
    let base = 10u64.pow(exponent);
    let (whole, part) = (minor.unsigned_abs() / base, minor.unsigned_abs() % base);
    let sign = if minor < 0 { "−" } else { "" };
    if exponent == 0 {
        return format!("{sign}{}", grouped(whole));
    }
    format!("{sign}{}.{part:0width$}", grouped(whole), width = exponent as usize)
}

/// Like [`amount`], with `+` before a rise.
pub fn signed_amount(minor: i64, currency: Currency) -> String {
    plus(minor > 0, amount(minor, currency))
}

/// `€ 12,300.50`.
pub fn money(minor: i64, currency: Currency) -> String {
    priced(currency, &amount(minor, currency))
}

/// For sentences: `€ 12,300` in whole units below a million, `€ 1.93 M` above; to the cent below ten units.
pub fn money_short(minor: i64, currency: Currency) -> String {
    let units = units(minor, currency);
    let told = match units.abs() {
        small if small < 10.0 => amount(minor, currency),
        middle if middle < 999_999.5 => count(units.round() as i64),
        _ => compact(units),
    };
    priced(currency, &told)
}

/// The minus before the currency: `−€ 5`.
fn priced(currency: Currency, told: &str) -> String {
    match told.strip_prefix('−') {
        Some(rest) => format!("−{}{GLUE}{rest}", sign(currency)),
        None => format!("{}{GLUE}{told}", sign(currency)),
    }
}

/// Minor units as units of the currency.
pub fn units(minor: i64, currency: Currency) -> f64 {
    minor as f64 / 10f64.powi(currency.exponent() as i32)
}

/// Three digits and a magnitude: `950`, `12.3 k`, `1.93 M`, `4.10 G`, `7.25 T`.
pub fn compact(number: f64) -> String {
    let sign = if number < 0.0 { "−" } else { "" };
    let magnitude = number.abs();
    let mut scaled = magnitude;
    let mut suffix = "";
    for next in ["k", "M", "G", "T", "P", "E"] {
        if scaled < 999.5 {
            break;
        }
        scaled /= 1000.0;
        suffix = next;
    }
    if suffix.is_empty() {
        return format!("{sign}{magnitude:.0}");
    }
    let decimals = if scaled < 9.995 { 2 } else { usize::from(scaled < 99.95) };
    format!("{sign}{scaled:.decimals$}{GLUE}{suffix}")
}

/// A share (1 = all) as percent with one decimal: `0.3 %`; two where one would hide it.
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let value = share * 100.0;
    let decimals = if value != 0.0 && value.abs() < 0.05 { 2 } else { 1 };
    let digits = format!("{:.decimals$}", value.abs());
    let sign =
        if value < 0.0 && digits.bytes().any(|b| b.is_ascii_digit() && b != b'0') { "−" } else { "" };
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, "0"));
    let whole = whole.parse::<u64>().map_or_else(|_| whole.to_owned(), grouped);
    format!("{sign}{whole}.{part}{GLUE}%")
}

/// Like [`percent`], with `+` before a rise.
pub fn signed_percent(share: f64) -> String {
    plus(share > 0.0, percent(share))
}

/// A signed share as percent with two decimals and no unit, for columns headed `%`: `+0.53`.
pub fn signed_rate(share: f64) -> String {
    let told = rate(share.abs());
    let is_zero = told.bytes().all(|b| b == b'0' || b == b'.');
    match (is_zero, share < 0.0) {
        (true, _) => told,
        (false, true) => format!("−{told}"),
        (false, false) => format!("+{told}"),
    }
}

/// A share that is not negative as percent with two decimals and no unit: `2.63`.
pub fn rate(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let digits = format!("{:.2}", share * 100.0);
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, "00"));
    format!("{}.{part}", whole.parse::<u64>().map_or_else(|_| whole.to_owned(), grouped))
}

/// A stretch of time in microseconds, in the unit that fits: `40 s`, `12 min`, `5.3 h`, `4.2 days`, `180 days`.
pub fn span(us: f64) -> String {
    const UNITS: [(f64, f64, &str); 4] = [
        (60.0, 1.0, "s"),
        (3_600.0, 60.0, "min"),
        (86_400.0, 3_600.0, "h"),
        (f64::INFINITY, 86_400.0, "days"),
    ];
    let seconds = (us / 1e6).max(0.0);
    let unit = UNITS.iter().find(|(until, ..)| seconds < *until).unwrap_or(&UNITS[3]);
    let told = seconds / unit.1;
    let decimals = usize::from(told < 9.95 && unit.1 > 60.0);
    if told < 1e6 { format!("{told:.decimals$}{GLUE}{}", unit.2) } else { "–".to_owned() }
}

/// `1 customer`, `2 customers`, `no customers`.
pub fn counted(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1{GLUE}{one}"),
        n => format!("{}{GLUE}{many}", count(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

/// The sign of a currency where one is unmistakable, else its code.
pub fn sign(currency: Currency) -> String {
    match currency.code() {
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "USD" => "$".to_owned(),
        "JPY" => "¥".to_owned(),
        code => code.to_owned(),
    }
}

fn plus(rises: bool, told: String) -> String {
    if rises { format!("+{told}") } else { told }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_time_take_the_unit_that_fits() {
        for (seconds, told) in [
            (0.0, "0 s"),
            (59.0, "59 s"),
            (720.0, "12 min"),
            (19_080.0, "5.3 h"),
            (82_800.0, "23 h"),
            (362_880.0, "4.2 days"),
            (15_552_000.0, "180 days"),
            (f64::INFINITY, "–"),
        ] {
            assert_eq!(span(seconds * 1e6).replace(GLUE, " "), told);
        }
    }

    fn currency(code: &str) -> Currency {
        Currency::parse(code).expect("code")
    }

    fn plain(text: &str) -> String {
        text.replace(GLUE, " ")
    }

    #[test]
    fn counts_are_grouped_and_signed() {
        let table = [
            (0, "0", "0"),
            (999, "999", "+999"),
            (1000, "1,000", "+1,000"),
            (-1_234_567, "−1,234,567", "−1,234,567"),
            (i64::MIN, "−9,223,372,036,854,775,808", "−9,223,372,036,854,775,808"),
        ];
        for (number, told, with_sign) in table {
            assert_eq!((count(number).as_str(), signed(number).as_str()), (told, with_sign));
        }
    }

    #[test]
    fn money_keeps_the_minor_unit_of_its_currency() {
        let table = [
            ("EUR", 1_230_050, "€ 12,300.50", "€ 12,301"),
            ("EUR", -5, "−€ 0.05", "−€ 0.05"),
            ("JPY", 1_230_050, "¥ 1,230,050", "¥ 1.23 M"),
            ("KWD", 1_230_050, "KWD 1,230.050", "KWD 1,230"),
            ("USD", 193_012_345, "$ 1,930,123.45", "$ 1.93 M"),
            ("EUR", 99_999_999, "€ 999,999.99", "€ 1.00 M"),
        ];
        for (code, minor, exact, short) in table {
            let told = (plain(&money(minor, currency(code))), plain(&money_short(minor, currency(code))));
            assert_eq!(told, (exact.to_owned(), short.to_owned()));
        }
    }

    #[test]
    fn compact_numbers_have_three_digits() {
        let table = [
            (0.0, "0"),
            (999.4, "999"),
            (999.6, "1.00 k"),
            (12_345.0, "12.3 k"),
            (-1_934_000.0, "−1.93 M"),
            (999_960.0, "1.00 M"),
            (4.1e9, "4.10 G"),
        ];
        for (number, told) in table {
            assert_eq!(plain(&compact(number)), told, "{number}");
        }
    }

    #[test]
    fn a_small_share_is_not_hidden() {
        let table = [
            (0.0, "0.0 %"),
            (0.0033, "+0.3 %"),
            (-0.0002, "−0.02 %"),
            (-0.000_001, "0.00 %"),
            (12.5, "+1,250.0 %"),
            (f64::NAN, "–"),
        ];
        for (share, told) in table {
            assert_eq!(plain(&signed_percent(share)), told, "{share}");
        }
        let rates =
            [(0.0053, "+0.53"), (-0.0004, "−0.04"), (-0.000_01, "0.00"), (0.0, "0.00"), (12.5, "+1,250.00")];
        for (share, told) in rates {
            assert_eq!(signed_rate(share), told, "{share}");
        }
        assert_eq!(plain(&counted(1, "customer", "customers")), "1 customer");
        assert_eq!(plain(&counted(1200, "customer", "customers")), "1,200 customers");
        assert_eq!(counted(0, "customer", "customers"), "no customers");
    }
}
