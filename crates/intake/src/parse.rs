//! Cells to values: instants, amounts, scores, yes and no. What cannot be read says so in words that are the same
//! for the same fault, so that rejects can be counted by reason.

mod amount;
mod instant;

pub(crate) use amount::{amount, integer, score};
pub(crate) use instant::Clock;

/// Whether a cell says yes; `None` when it says neither yes nor no.
pub(crate) fn yes(text: &str) -> Option<bool> {
    let is = |words: &[&str]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is(&["true", "yes", "y", "t", "1"]) {
        return Some(true);
    }
    is(&["false", "no", "n", "f", "0"]).then_some(false)
}

#[cfg(test)]
mod tests {
    #[test]
    fn yes_and_no_are_told_apart_from_neither() {
        for (text, expected) in [
            ("TRUE", Some(true)),
            (" yes ", Some(true)),
            ("1", Some(true)),
            ("no", Some(false)),
            ("0", Some(false)),
            ("maybe", None),
            ("", None),
        ] {
            assert_eq!(super::yes(text), expected, "{text:?}");
        }
    }
}
