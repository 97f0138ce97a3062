//! What a name sounds like, after the Cologne phonetics (Postel 1969): consonants by the place they are spoken,
//! vowels only at the beginning, runs once.

use super::texts::NONE;

/// The sound of the first word of `text`, up to eight sounds of four bits; `NONE` for a text without letters.
pub(crate) fn sound(text: &str) -> u32 {
    let word = text.split(' ').find(|word| word.bytes().any(|byte| byte.is_ascii_alphabetic()));
    let Some(word) = word.map(str::as_bytes) else {
        return NONE;
    };
    let (mut code, mut last, mut count) = (0u32, 0u32, 0);
    let mut at = 0;
    while at < word.len() && count < 8 {
        let (class, taken) = class(word, at);
        if class != 0 && class != last && (class != VOWEL || at == 0) {
            code = code << 4 | class;
            count += 1;
        }
        if class != 0 {
            last = class;
        }
        at += taken;
    }
    if code == 0 { NONE } else { code }
}

const VOWEL: u32 = 1;

/// The class of the letter at `at`, and how many letters it takes.
fn class(word: &[u8], at: usize) -> (u32, usize) {
    let next = word.get(at + 1).copied().unwrap_or(b' ');
    match (word[at], next) {
        (b'p', b'h') => (3, 2),
        (b's', b'c') if word.get(at + 2) == Some(&b'h') => (8, 3),
        (b'c', b'k') | (b'g' | b'k', b'h') => (4, 2),
        (b'c' | b's', b'h') | (b't' | b'd', b'z' | b's') => (8, 2),
        (b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b'j', _) => (VOWEL, 1),
        (b'b' | b'p', _) => (2, 1),
        (b'f' | b'v' | b'w', _) => (3, 1),
        (b'c', b'e' | b'i' | b'y') | (b's' | b'z' | b'x', _) => (8, 1),
        (b'g' | b'k' | b'q' | b'c', _) => (4, 1),
        (b'l', _) => (5, 1),
        (b'm' | b'n', _) => (6, 1),
        (b'r', _) => (7, 1),
        (b'd' | b't', _) => (9, 1),
        _ => (0, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_alike_share_a_code_and_others_do_not() {
        for (a, b) in [
            ("meyer", "maier"),
            ("philip", "filip"),
            ("schmidt", "schmitt"),
            ("catherine", "katharine"),
            ("stephen", "steven"),
            ("sara", "sarah"),
            ("muller anna", "mueller"),
        ] {
            assert_eq!(sound(a), sound(b), "{a} {b}");
        }
        for (a, b) in [("berg", "larsen"), ("anna", "hannover"), ("robert", "roman")] {
            assert_ne!(sound(a), sound(b), "{a} {b}");
        }
        assert_eq!((sound(""), sound("12")), (NONE, NONE));
    }
}
