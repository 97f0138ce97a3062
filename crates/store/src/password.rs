//! Passwords: which are taken (NIST SP 800-63B: long, and not among those that are guessed first) and how they are
//! kept (argon2id, as OWASP asks: 19 MiB, two passes).

use crate::{Error, Result, Salt};
use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;

/// Fewest characters.
pub const MIN_CHARS: usize = 12;
/// Most characters: beyond, hashing would be work for others to cause.
pub const MAX_CHARS: usize = 256;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// Fewer than [`MIN_CHARS`].
    #[error("it has fewer than {MIN_CHARS} characters; three or four words are a good password")]
    Short,
    /// More than [`MAX_CHARS`].
    #[error("it has more than {MAX_CHARS} characters")]
    Long,
    /// A common password, or words, names, dates and runs of keys that are guessed early.
    #[error(
        "it is among those that are guessed first; take three or four words that have nothing to do with you"
    )]
    Guessable,
}

/// Whether a password may be used by somebody of whom `known` is known: name, e-mail, company.
///
/// # Errors
/// With the weakness.
pub fn check(password: &str, known: &[&str]) -> std::result::Result<(), Weakness> {
    let password = one_spelling(password);
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(Weakness::Short);
    }
    if chars > MAX_CHARS {
        return Err(Weakness::Long);
    }
    let parts: Vec<&str> =
        known.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()).chain([*word])).collect();
    // Ten thousand million guesses.
    if zxcvbn::zxcvbn(&password, &parts).score() < Score::Four { Err(Weakness::Guessable) } else { Ok(()) }
}

/// The text that is kept: algorithm, cost, salt and hash. Slow on purpose.
pub(crate) fn hash(password: &str, salt: &Salt) -> Result<String> {
    let hash = Argon2::default().hash_password_with_salt(one_spelling(password).as_bytes(), &salt.0);
    Ok(hash.map_err(|why| Error::Hashing(why.to_string()))?.to_string())
}

/// Whether it is the password of the hash. Without a hash it is not, and takes as long to say so.
pub(crate) fn is_right(password: &str, hash: Option<&str>) -> bool {
    if password.chars().nth(MAX_CHARS).is_some() {
        return false;
    }
    match hash {
        Some(hash) => Argon2::default().verify_password(one_spelling(password).as_bytes(), hash).is_ok(),
        None => self::hash(password, &Salt([0; 16])).is_err(),
    }
}

/// The same characters, however a keyboard composed them.
fn one_spelling(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_are_guessed_first_are_not_taken() {
        let known = ["Ann Ekström", "ann.ekstrom@alderfinch.example", "Alder & Finch"];
        for (password, expected) in [
            ("short", Err(Weakness::Short)),
            ("elevenchars", Err(Weakness::Short)),
            ("☕☕☕☕☕☕☕☕☕☕☕", Err(Weakness::Short)),
            ("password1234", Err(Weakness::Guessable)),
            ("P@ssw0rd1234", Err(Weakness::Guessable)),
            ("qwertyuiop12", Err(Weakness::Guessable)),
            ("123456789012", Err(Weakness::Guessable)),
            ("aaaaaaaaaaaa", Err(Weakness::Guessable)),
            ("abcabcabcabcabc", Err(Weakness::Guessable)),
            ("iloveyou2024!", Err(Weakness::Guessable)),
            ("alderfinch2026", Err(Weakness::Guessable)),
            ("ekstromann2026", Err(Weakness::Guessable)),
            ("passwordpassword", Err(Weakness::Guessable)),
            ("teal-orbit-mango-quilt", Ok(())),
            ("vR7#kq0Lw2!x", Ok(())),
            ("mango quilt orbit", Ok(())),
            ("grønne kopper på hylden", Ok(())),
        ] {
            assert_eq!(check(password, &known), expected, "{password}");
        }
        assert_eq!(check(&"teal orbit mango ".repeat(16), &[]), Err(Weakness::Long));
        assert_eq!(check("teal-orbit-mango-quilt", &["teal-orbit-mango-quilt"]), Err(Weakness::Guessable));
    }

    #[test]
    fn a_hash_knows_its_password_and_no_other() {
        let [one, two] = [Salt([1; 16]), Salt([2; 16])];
        let hash = |salt| super::hash("teal-orbit-mango-quilt é", salt).unwrap();
        assert!(hash(&one).starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash(&one));
        assert_eq!(hash(&one), hash(&one));
        assert_ne!(hash(&one), hash(&two));
        for (password, right) in [
            ("teal-orbit-mango-quilt é", true),
            // The same letter, composed of two.
            ("teal-orbit-mango-quilt e\u{301}", true),
            ("teal-orbit-mango-quilt e", false),
            ("", false),
        ] {
            assert_eq!(is_right(password, Some(&hash(&one))), right, "{password}");
        }
        assert!(!is_right("teal-orbit-mango-quilt é", None));
        assert!(!is_right("teal-orbit-mango-quilt é", Some("no hash")));
        assert!(!is_right(&"x".repeat(MAX_CHARS + 1), None));
    }
}
