//! Values that identify nobody: what forms, exports and people write where there is nothing to say.

/// Sorted; compared without punctuation and blanks, in lower case.
const NULL_WORDS: &[&str] = &[
    "anonymous",
    "anonym",
    "blank",
    "customer",
    "default",
    "dummy",
    "empty",
    "false",
    "guest",
    "guestcustomer",
    "guestuser",
    "keine",
    "na",
    "nan",
    "nil",
    "noemail",
    "nodata",
    "noname",
    "none",
    "notavailable",
    "notprovided",
    "notapplicable",
    "null",
    "object",
    "objectobject",
    "tba",
    "tbd",
    "test",
    "tester",
    "testtest",
    "testuser",
    "true",
    "undefined",
    "unknown",
    "unbekannt",
    "user",
];

/// Mailboxes that a team reads, not a person. Compared without dots, dashes and underscores.
const ROLES: &[&str] = &[
    "abuse",
    "accounting",
    "accounts",
    "admin",
    "administration",
    "administrator",
    "bestellung",
    "billing",
    "booking",
    "buchhaltung",
    "careers",
    "compta",
    "contact",
    "contacto",
    "contato",
    "customercare",
    "customerservice",
    "donotreply",
    "einkauf",
    "enquiries",
    "enquiry",
    "finance",
    "hello",
    "help",
    "helpdesk",
    "hr",
    "info",
    "information",
    "invoice",
    "invoices",
    "invoicing",
    "it",
    "jobs",
    "kontakt",
    "mail",
    "mailbox",
    "mailerdaemon",
    "marketing",
    "newsletter",
    "noreply",
    "notifications",
    "office",
    "order",
    "orders",
    "post",
    "postmaster",
    "press",
    "purchasing",
    "reception",
    "rechnung",
    "returns",
    "root",
    "sales",
    "secretary",
    "security",
    "service",
    "shop",
    "store",
    "support",
    "team",
    "vendas",
    "ventas",
    "webmaster",
    "welcome",
];

/// Domains that no mail reaches, or that forms give as a sample. Those set apart for documentation (`.example`)
/// count as domains, since made-up people, such as the demo company's, have nothing else.
const SAMPLE_DOMAINS: &[&str] = &[
    "a.com",
    "abc.com",
    "asdf.com",
    "domain.com",
    "email.invalid",
    "example.com",
    "na.com",
    "noemail.com",
    "nomail.com",
    "none.com",
    "test.com",
    "test.de",
    "unknown.com",
];

/// Whether a text says nothing: empty, a null word, only zeros or only `x`, whatever the punctuation.
pub(crate) fn is_null(text: &str) -> bool {
    let mut letters = [0u8; 16];
    let mut length = 0;
    let (mut zeros, mut exes) = (true, true);
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        zeros &= c == '0';
        exes &= matches!(c, 'x' | 'X');
        if let Some(slot) = letters.get_mut(length) {
            *slot = u8::try_from(c.to_ascii_lowercase()).unwrap_or(0);
        }
        length += 1;
    }
    let word = letters.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok());
    zeros || exes || word.is_some_and(|word| NULL_WORDS.contains(&word))
}

/// Whether digits are a filler: all the same, or counting up or down.
pub(crate) fn is_filler(digits: &str) -> bool {
    const UP: &str = "01234567890123456789";
    const DOWN: &str = "98765432109876543210";
    let mut bytes = digits.bytes();
    let first = bytes.next();
    let same = digits.len() >= 3 && bytes.all(|byte| Some(byte) == first);
    same || (digits.len() >= 6 && (UP.contains(digits) || DOWN.contains(digits)))
}

/// Whether the local part of an address is a team's, not a person's.
pub(crate) fn is_role(local: &str) -> bool {
    let plain = |text: &str| ROLES.contains(&text);
    if local.contains(['.', '-', '_']) {
        return plain(&local.replace(['.', '-', '_'], ""));
    }
    plain(local)
}

/// Whether mail to this domain reaches nobody.
pub(crate) fn is_sample_domain(domain: &str) -> bool {
    let top = domain.rsplit('.').next().unwrap_or_default();
    SAMPLE_DOMAINS.contains(&domain) || ["local", "localhost", "invalid", "test"].contains(&top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_words_say_nothing_in_any_dress() {
        for text in [
            "",
            " ",
            "-",
            "--",
            "n/a",
            "N.A.",
            "NULL",
            "(null)",
            "None",
            "0",
            "000-000",
            "undefined",
            "x",
            "XXX",
            "[object Object]",
            "Unknown",
            "guest",
            "Anonymous",
            "test",
            "?",
            "😀",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert!(is_null(text), "{text:?}");
        }
        for text in ["Anna", "Nadia", "10", "x1", "Testino", "nullarbor", "王"] {
            assert!(!is_null(text), "{text:?}");
        }
    }

    #[test]
    fn fillers_are_not_numbers() {
        for digits in ["000000000", "111", "5555555555", "123456789", "1234567890", "0123456789", "987654321"]
        {
            assert!(is_filler(digits), "{digits}");
        }
        for digits in ["", "11", "1234", "301234568", "112233445"] {
            assert!(!is_filler(digits), "{digits}");
        }
    }

    #[test]
    fn teams_have_mailboxes_too() {
        for local in ["info", "no-reply", "noreply", "customer.service", "do_not_reply", "mailer-daemon"] {
            assert!(is_role(local), "{local}");
        }
        for local in ["anna", "info.berg", "supporter", "sally"] {
            assert!(!is_role(local), "{local}");
        }
    }
}
