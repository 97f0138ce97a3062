//! Where somebody lives: postcode and street address together, or nothing.

use super::{Digits, alphanumeric, fold, nobody};

/// Words of an address that people shorten: each with its short form.
const SHORT: &[(&str, &str)] = &[
    ("apartment", "apt"),
    ("avenue", "ave"),
    ("avenida", "av"),
    ("boulevard", "blvd"),
    ("court", "ct"),
    ("drive", "dr"),
    ("flat", "apt"),
    ("highway", "hwy"),
    ("lane", "ln"),
    ("place", "pl"),
    ("road", "rd"),
    ("square", "sq"),
    ("strasse", "str"),
    ("street", "st"),
    ("unit", "apt"),
];

/// Replaces `out` by one spelling of postcode and street; false unless both are there and the street has a
/// word and a number.
pub(crate) fn clean(
    postcode: Option<&str>,
    address: Option<&str>,
    scratch: &mut String,
    out: &mut String,
) -> bool {
    out.clear();
    let (Some(postcode), Some(address)) = (postcode, address) else {
        return false;
    };
    if !alphanumeric(postcode, out) || nobody::is_null(address) {
        return false;
    }
    scratch.clear();
    fold(address, Digits::Keep, scratch);
    let has_word = scratch.bytes().any(|byte| byte.is_ascii_alphabetic());
    let has_number = scratch.bytes().any(|byte| byte.is_ascii_digit());
    for word in scratch.split(' ') {
        out.push(' ');
        match SHORT.iter().find(|(long, _)| *long == word) {
            Some((_, short)) => out.push_str(short),
            None => match word.strip_suffix("strasse") {
                Some(street) => out.extend([street, "str"]),
                None => out.push_str(word),
            },
        }
    }
    has_word && has_number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(postcode: &str, address: &str) -> Option<String> {
        let (mut scratch, mut out) = (String::new(), String::new());
        clean(Some(postcode), Some(address), &mut scratch, &mut out).then_some(out)
    }

    #[test]
    fn a_place_has_one_spelling() {
        for (postcode, address, place) in [
            ("10115", "Lindenstraße 4a", "10115 lindenstr 4a"),
            ("10115", "LINDENSTR. 4A", "10115 lindenstr 4a"),
            ("sw1a 1aa", "12, High Street, Flat 3", "SW1A1AA 12 high st apt 3"),
            ("SW1A1AA", "12 High St Apt 3", "SW1A1AA 12 high st apt 3"),
        ] {
            assert_eq!(cleaned(postcode, address).as_deref(), Some(place));
        }
    }

    #[test]
    fn half_an_address_is_no_place() {
        for (postcode, address) in [
            ("", "High Street 1"),
            ("10115", "Berlin"),
            ("10115", "12"),
            ("0", "High Street 1"),
            ("10115", "n/a"),
        ] {
            assert_eq!(cleaned(postcode, address), None, "{postcode:?} {address:?}");
        }
    }
}
