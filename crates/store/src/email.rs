//! E-mail addresses of users: which are taken for one, and when two are the same.

use crate::{Error, Result};
use unicode_normalization::UnicodeNormalization;

/// Longest address that mail carries (RFC 5321, 4.5.3.1.3, less its brackets).
const BYTES: usize = 254;

/// The address without blanks around it.
///
/// # Errors
/// When it cannot be one. Whether mail arrives is not known here.
pub(crate) fn checked(email: &str) -> Result<&str> {
    let email = email.trim();
    let blank = |c: char| c.is_whitespace() || c.is_control();
    match email.rsplit_once('@') {
        Some((local, domain))
            if !local.is_empty() && !domain.is_empty() && email.len() <= BYTES && !email.contains(blank) =>
        {
            Ok(email)
        }
        _ => Err(Error::Input("an e-mail address looks like ann@example.org".to_owned())),
    }
}

/// What two spellings of one address have in common. Computed here, since databases differ in what is lower case.
pub(crate) fn key(email: &str) -> String {
    email.trim().nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_an_address_is_told() {
        for (email, good) in [
            ("ann@example.org", true),
            (" Ann+kept@EXAMPLE.org ", true),
            ("åsa@exämple.org", true),
            ("ann", false),
            ("@example.org", false),
            ("ann@", false),
            ("ann ek@example.org", false),
            ("ann@example.org\nbcc: all", false),
            ("", false),
        ] {
            assert_eq!(checked(email).is_ok(), good, "{email}");
        }
        assert!(checked(&format!("{}@example.org", "a".repeat(250))).is_err());
    }

    #[test]
    fn addresses_that_differ_in_case_or_composition_are_one() {
        assert_eq!(key(" Ann@Example.ORG"), key("ann@example.org"));
        assert_eq!(key("ÅSA@example.org"), key("a\u{30a}sa@example.org"));
        assert_ne!(key("ann@example.org"), key("anne@example.org"));
    }
}
