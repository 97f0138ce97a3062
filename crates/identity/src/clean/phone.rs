//! Telephone numbers in E.164: `+`, country calling code, national number.

use super::countries::{Country, of_international};
use super::{ascii_digit, is_invisible, nobody};
use unicode_normalization::UnicodeNormalization;

const SHORTEST: usize = 7;
const SHORTEST_NATIONAL: usize = 6;
const LONGEST: usize = 15;

/// Replaces `out` by the number in E.164. A national number takes the calling code of `home`; without a home
/// its digits stand alone. False when it is no number, or one that reaches nobody.
pub(crate) fn clean(raw: &str, home: Option<Country>, out: &mut String) -> bool {
    out.clear();
    let Some(international) = digits(raw, out) else {
        return false;
    };
    if international {
        drop_trunk_abroad(out);
    } else if let Some(rest) = out.strip_prefix("00") {
        *out = rest.to_owned();
        drop_trunk_abroad(out);
    } else if let Some(home) = home {
        nationalise(home, out);
    } else {
        return is_number(out, out);
    }
    let national = of_international(out).map_or(out.as_str(), |country| &out[country.code.len()..]);
    if !is_number(out, national) {
        return false;
    }
    out.insert(0, '+');
    true
}

/// Appends the digits and says whether they are marked international; `None` where letters stand among them.
fn digits(raw: &str, out: &mut String) -> Option<bool> {
    let mut international = false;
    let text: String = raw.nfkc().filter(|&c| !is_invisible(c)).collect::<String>().to_lowercase();
    let text = text.trim();
    let text = ["tel:", "tel.", "phone:", "mobile:", "fax:", "t:"]
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let text = ["ext", "x", "#", ";", ","]
        .iter()
        .filter_map(|mark| {
            text.find(mark).filter(|&at| text[..at].chars().filter(|c| c.is_numeric()).count() >= SHORTEST)
        })
        .min()
        .map_or(text, |at| &text[..at]);
    let text = if text.contains('+') { text.replace("(0)", "") } else { text.to_owned() };
    for c in text.chars() {
        match ascii_digit(c) {
            Some(digit) => out.push(digit),
            None if c == '+' && out.is_empty() => international = true,
            None if c.is_alphabetic() => return None,
            None => {}
        }
    }
    Some(international)
}

/// `+49 0 30…` is dialled nowhere: the trunk zero goes. Where countries keep their zero the plan has no trunk.
fn drop_trunk_abroad(out: &mut String) {
    let Some(country) = of_international(out) else {
        return;
    };
    let code = country.code.len();
    if country.trunk == "0" && out[code..].starts_with('0') {
        out.remove(code);
    }
}

/// A number as dialled at home, with or without its trunk prefix, or with the calling code but no plus.
fn nationalise(home: Country, out: &mut String) {
    if home.code == "1"
        && let Some(rest) = out.strip_prefix("011")
    {
        *out = rest.to_owned();
        drop_trunk_abroad(out);
        return;
    }
    let has_code = out.starts_with(home.code) && out.len() > home.longest;
    if has_code {
        drop_trunk_abroad(out);
        return;
    }
    let long_enough = home.trunk.starts_with('0') || out.len() > home.longest;
    if let Some(rest) = out.strip_prefix(home.trunk).filter(|_| long_enough) {
        *out = rest.to_owned();
    }
    out.insert_str(0, home.code);
}

fn is_number(whole: &str, national: &str) -> bool {
    let length = (SHORTEST..=LONGEST).contains(&whole.len()) && national.len() >= SHORTEST_NATIONAL;
    let bare = national.trim_start_matches('0');
    let mut last = national.bytes().rev().take(SHORTEST);
    let first = last.next();
    let repeats = last.all(|digit| Some(digit) == first);
    length && !repeats && ![whole, national, bare].into_iter().any(nobody::is_filler)
}

#[cfg(test)]
mod tests {
    use super::super::country;
    use super::*;

    fn cleaned(raw: &str, home: &str) -> Option<String> {
        let mut out = String::new();
        clean(raw, country(home), &mut out).then_some(out)
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (raw, home, number) in [
            ("+49 30 1234568", "", "+49301234568"),
            ("0049 30 1234568", "", "+49301234568"),
            ("(030) 123 45-68", "DE", "+49301234568"),
            ("30 1234568", "DE", "+49301234568"),
            ("+49 (0)30/1234568", "DE", "+49301234568"),
            ("+49 030 1234568", "", "+49301234568"),
            ("49 170 1234 5678", "DE", "+4917012345678"),
            ("(415) 555-2671", "US", "+14155552671"),
            ("1-415-555-2671", "us", "+14155552671"),
            ("415.555.2671 ext. 12", "US", "+14155552671"),
            ("415-555-2671x9", "US", "+14155552671"),
            ("011 44 20 7946 0958", "US", "+442079460958"),
            ("tel:+44-20-7946-0958", "", "+442079460958"),
            ("020 7946 0958", "GB", "+442079460958"),
            ("06 20 123 4568", "HU", "+36201234568"),
            ("+39 06 1234568", "", "+39061234568"),
            ("06 1234568", "IT", "+39061234568"),
            ("8 495 123-45-68", "RU", "+74951234568"),
            ("８ ４９５ １２３ ４５ ６８", "RU", "+74951234568"),
            ("\u{202d}+49 30 1234568\u{202c}", "", "+49301234568"),
            ("٠٥٠ ١٢٣ ٤٥٦٨", "AE", "+971501234568"),
            ("030 1234568", "", "0301234568"),
            ("+999 12345679", "", "+99912345679"),
        ] {
            assert_eq!(cleaned(raw, home).as_deref(), Some(number), "{raw:?} at home in {home:?}");
        }
    }

    #[test]
    fn fillers_and_text_are_no_number() {
        for raw in [
            "",
            "-",
            "n/a",
            "0",
            "000000000",
            "123456789",
            "+49 0000000",
            "+49 30 1111111",
            "(555) 555-5555",
            "12345",
            "1-800-FLOWERS",
            "anna@berg.de",
            "+1234567890123456789",
            "☎",
            "0123456789",
            "+49",
            "0049",
        ] {
            assert_eq!(cleaned(raw, "DE"), None, "{raw:?}");
        }
    }
}
