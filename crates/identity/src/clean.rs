//! One spelling for every value, and nothing for values that identify nobody.
//!
//! Each cleaner appends to a buffer that the caller clears and reuses, and says whether it found anything.

pub(crate) mod birth;
mod countries;
pub(crate) mod email;
pub(crate) mod name;
pub(crate) mod nobody;
pub(crate) mod phone;
pub(crate) mod place;

pub(crate) use countries::country;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const APOSTROPHES: [char; 8] =
    ['\'', '\u{2018}', '\u{2019}', '\u{2bc}', '\u{2bb}', '`', '\u{b4}', '\u{2032}'];

/// Characters without a shape: byte order marks, joiners, direction marks, soft hyphens.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{2069}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// What [`fold`] does with digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    /// They are part of the value.
    Keep,
    /// They separate words.
    Split,
}

/// Appends `text` as lower-case ASCII words parted by single spaces; other scripts are transliterated.
/// Apostrophes, accents and invisible characters vanish inside a word; everything else parts words.
pub(crate) fn fold(text: &str, digits: Digits, out: &mut String) {
    let start = out.len();
    if text.is_ascii() {
        text.chars().for_each(|c| fold_char(c, digits, start, out));
    } else {
        text.chars()
            .filter(|c| !APOSTROPHES.contains(c))
            .nfkc()
            .for_each(|c| fold_char(c, digits, start, out));
    }
    out.truncate(start + out[start..].trim_end().len());
}

fn fold_char(c: char, digits: Digits, start: usize, out: &mut String) {
    let kept = c.is_alphabetic() || (digits == Digits::Keep && c.is_numeric());
    if kept && c.is_ascii() {
        out.push(c.to_ascii_lowercase());
    } else if kept {
        let latin = deunicode::deunicode_char(c).unwrap_or_default();
        out.extend(latin.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()));
    } else if out.len() > start && !out.ends_with(' ') && !vanishes(c) {
        out.push(' ');
    }
}

fn vanishes(c: char) -> bool {
    APOSTROPHES.contains(&c) || is_combining_mark(c) || is_invisible(c)
}

/// Appends `text` in compatibility form and lower case, without invisible characters, blanks trimmed.
pub(crate) fn lower(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.trim().chars().map(|c| c.to_ascii_lowercase()));
        return;
    }
    let start = out.len();
    out.extend(text.nfkc().filter(|&c| !is_invisible(c)).flat_map(char::to_lowercase));
    let trimmed = out[start..].trim().to_owned();
    out.truncate(start);
    out.push_str(&trimmed);
}

/// Appends the letters and digits of `text` in upper case: a postcode or the value of an id.
pub(crate) fn alphanumeric(text: &str, out: &mut String) -> bool {
    let start = out.len();
    for c in text.nfkc().filter(|c| c.is_alphanumeric()) {
        match ascii_digit(c) {
            Some(digit) => out.push(digit),
            None => out.extend(c.to_uppercase()),
        }
    }
    if nobody::is_null(&out[start..]) {
        out.truncate(start);
    }
    out.len() > start
}

/// The ASCII digit a decimal digit of any script stands for.
pub(crate) fn ascii_digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let mut latin = deunicode::deunicode_char(c).filter(|_| c.is_numeric())?.chars();
    latin.next().filter(char::is_ascii_digit).filter(|_| latin.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_leaves_plain_words_of_any_script() {
        for (text, folded) in [
            ("  Anna-Maria   BERG ", "anna maria berg"),
            ("\u{feff}Zoë\u{200b} Łukasz", "zoe lukasz"),
            ("STRAẞE straße", "strasse strasse"),
            ("O’Neill O'Neill O´Neill", "oneill oneill oneill"),
            ("Ａｎｎａ　Ｂｅｒｇ", "anna berg"),
            ("Anna 😀 Berg 👩‍👩‍👧", "anna berg"),
            ("Ольга Иванова", "olga ivanova"),
            ("e\u{301}lodie", "elodie"),
            ("\u{202b}Anna\u{202c}", "anna"),
            ("Anna Berg 2", "anna berg"),
            ("😀 -- 123", ""),
        ] {
            let mut out = String::new();
            fold(text, Digits::Split, &mut out);
            assert_eq!(out, folded, "{text:?}");
        }
    }

    #[test]
    fn postcodes_and_ids_keep_letters_and_digits_of_any_width() {
        for (text, clean) in [
            ("sw1a 1aa", "SW1A1AA"),
            ("１０１１５", "10115"),
            ("٣٤٥", "345"),
            ("D-10115", "D10115"),
            ("00000", ""),
            ("n/a", ""),
            ("-", ""),
        ] {
            let mut out = String::new();
            assert_eq!(alphanumeric(text, &mut out), !clean.is_empty(), "{text:?}");
            assert_eq!(out, clean, "{text:?}");
        }
    }
}
