//! 32 bytes as 64 characters, `0` to `9` and `a` to `f`.

use std::fmt::Write;

pub(crate) fn write(bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(64);
    for byte in bytes {
        // Writing to a string does not fail.
        _ = write!(text, "{byte:02x}");
    }
    text
}

/// What [`write`] wrote; `None` for anything else.
pub(crate) fn read(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn bytes_come_back_from_their_text(bytes: [u8; 32]) {
            prop_assert_eq!(read(&write(&bytes)), Some(bytes));
        }

        #[test]
        fn any_text_is_read_as_it_was_written_or_not_at_all(text in "[0-9a-fA-F+☕]{60,66}|\\PC{0,70}") {
            prop_assert!(read(&text).is_none_or(|bytes| write(&bytes) == text));
        }
    }

    #[test]
    fn other_spellings_are_not_read() {
        let text = write(&[0xab; 32]);
        assert_eq!(text, "ab".repeat(32));
        for wrong in ["", &text[..63], &format!("{text}0"), &text.to_uppercase(), &format!("+{}", &text[1..])]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
