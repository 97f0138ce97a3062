//! How evidence is told: bits, chances and how rare something is, for readers who are no statisticians.

use crate::number::{count, percent};

/// Between a number and its unit; keeps both on one line.
const GLUE: char = '\u{a0}';

/// Bits with one decimal and their sign: `+8.2`, `−14.3`, `0.0`.
pub fn bits(bits: f64) -> String {
    if bits.is_finite() { tenths(in_tenths(bits)) } else { "–".to_owned() }
}

/// Tenths of bits as [`bits`] tells them.
pub fn tenths(tenths: i64) -> String {
    let sign = match tenths.signum() {
        1 => "+",
        -1 => "−",
        _ => "",
    };
    let size = tenths.unsigned_abs();
    format!("{sign}{}.{}", size / 10, size % 10)
}

/// Bits rounded to whole tenths.
pub fn in_tenths(bits: f64) -> i64 {
    (bits * 10.0).round() as i64
}

/// A chance, 0–1, as percent that never rounds to certainty: `81.3 %`, `99.87 %`, `more than 99.99 %`.
pub fn chance(chance: f64) -> String {
    match chance {
        p if !p.is_finite() => "–".to_owned(),
        p if p > 0.999_9 => format!("more than 99.99{GLUE}%"),
        p if p < 0.000_1 => format!("less than 0.01{GLUE}%"),
        p if !(0.01..=0.99).contains(&p) => format!("{:.2}{GLUE}%", p * 100.0),
        p => percent(p),
    }
}

/// A share, 0–1, as a reader pictures it: as [`chance`] tells it when common, `1 in 1,250` when rare, `never` when 0.
pub fn one_in(share: f64) -> String {
    match share {
        s if !s.is_finite() => "–".to_owned(),
        s if s <= 0.0 => "never".to_owned(),
        s if s >= 0.1 => chance(s),
        s => format!("1{GLUE}in{GLUE}{}", count((1.0 / s).round() as i64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_carry_their_sign_and_one_decimal() {
        for (number, told) in [
            (8.24, "+8.2"),
            (-14.26, "−14.3"),
            (0.04, "0.0"),
            (-0.04, "0.0"),
            (-0.06, "−0.1"),
            (123.0, "+123.0"),
        ] {
            assert_eq!(bits(number), told, "{number}");
        }
        assert_eq!(bits(f64::NEG_INFINITY), "–");
    }

    #[test]
    fn a_chance_never_rounds_to_certainty() {
        for (number, told) in [
            (0.5, "50.0 %"),
            (0.989_9, "99.0 %"),
            (0.998_7, "99.87 %"),
            (0.999_9, "99.99 %"),
            (0.999_96, "more than 99.99 %"),
            (1.0, "more than 99.99 %"),
            (0.001_23, "0.12 %"),
            (0.0, "less than 0.01 %"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(chance(number).replace(GLUE, " "), told, "{number}");
        }
    }

    #[test]
    fn what_is_rare_is_told_as_one_in_many() {
        for (share, told) in [
            (0.41, "41.0 %"),
            (0.999_99, "more than 99.99 %"),
            (0.000_8, "1 in 1,250"),
            (0.05, "1 in 20"),
            (0.0, "never"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(one_in(share).replace(GLUE, " "), told, "{share}");
        }
    }
}
