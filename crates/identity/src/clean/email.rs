//! E-mail addresses: one spelling, and whose they are.

use super::{lower, nobody};

/// What an address is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mailbox {
    /// No address, or a sample that reaches nobody.
    Nobody,
    /// A team's (info@, sales@): no evidence for a person, but its domain is the company's.
    Role,
    /// Somebody's.
    Person,
}

/// Providers whose domain says nothing about the company of those who write from it.
const FREE_MAIL: &[&str] = &[
    "126.com",
    "163.com",
    "aol.com",
    "bigpond.com",
    "bk.ru",
    "bol.com.br",
    "bt.com",
    "btinternet.com",
    "comcast.net",
    "cox.net",
    "docomo.ne.jp",
    "ezweb.ne.jp",
    "fastmail.com",
    "foxmail.com",
    "free.fr",
    "freenet.de",
    "gmail.com",
    "gmx.at",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hanmail.net",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.es",
    "hotmail.fr",
    "hotmail.it",
    "icloud.com",
    "inbox.ru",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "list.ru",
    "live.co.uk",
    "live.com",
    "live.fr",
    "live.nl",
    "mac.com",
    "mail.com",
    "mail.de",
    "mail.ru",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.es",
    "outlook.fr",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "sbcglobal.net",
    "seznam.cz",
    "sfr.fr",
    "sina.com",
    "sky.com",
    "t-online.de",
    "terra.com.br",
    "tiscali.it",
    "tuta.com",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "yahoo.ca",
    "yahoo.co.in",
    "yahoo.co.jp",
    "yahoo.co.uk",
    "yahoo.com",
    "yahoo.com.br",
    "yahoo.de",
    "yahoo.es",
    "yahoo.fr",
    "yahoo.it",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// Replaces `out` by the one spelling of an address, `local@domain`; dots in the local part stay.
/// With `strip_plus_tag`, `ann+shop@x.org` is `ann@x.org`.
pub(crate) fn clean(raw: &str, strip_plus_tag: bool, out: &mut String) -> Mailbox {
    out.clear();
    let inner = raw.rsplit_once('<').map_or(raw, |(_, rest)| rest.split('>').next().unwrap_or(rest));
    lower(inner, out);
    let bare = out.strip_prefix("mailto:").unwrap_or(out);
    let bare = bare.split('?').next().unwrap_or(bare);
    let bare = bare.trim_matches(|c: char| c.is_whitespace() || "<>()[]\"',;:.".contains(c));
    let Some((local, domain)) = bare.split_once('@') else {
        return Mailbox::Nobody;
    };
    let local = match local.find('+') {
        Some(at) if strip_plus_tag && at > 0 => &local[..at],
        _ => local,
    };
    if !is_local(local) || !is_domain(domain) || nobody::is_null(local) || nobody::is_sample_domain(domain) {
        return Mailbox::Nobody;
    }
    let mailbox = if nobody::is_role(local) { Mailbox::Role } else { Mailbox::Person };
    *out = format!("{local}@{domain}");
    mailbox
}

fn is_local(local: &str) -> bool {
    !local.is_empty()
        && !local.contains(|c: char| c.is_whitespace() || c.is_control() || ",;:<>()".contains(c))
}

/// Labels of letters, digits and dashes with a dot, where something stands before the public suffix (or the
/// suffix belongs to a private provider, who may have mailboxes at it).
fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    if domain.len() > 253 || !domain.split('.').all(label) {
        return false;
    }
    let numeric_top =
        domain.rsplit('.').next().is_some_and(|top| top.bytes().all(|byte| byte.is_ascii_digit()));
    let private =
        || psl::suffix(domain.as_bytes()).is_some_and(|suffix| suffix.typ() == Some(psl::Type::Private));
    !numeric_top && (psl::domain(domain.as_bytes()).is_some() || private())
}

/// The company's part of a clean address: the registrable domain; `None` for free-mail providers.
pub(crate) fn company_domain(address: &str) -> Option<&str> {
    let (_, domain) = address.split_once('@')?;
    let company = psl::domain_str(domain)?;
    (!FREE_MAIL.contains(&company)).then_some(company)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(raw: &str) -> (Mailbox, String) {
        let mut out = "left over".to_owned();
        let mailbox = clean(raw, true, &mut out);
        (mailbox, out)
    }

    #[test]
    fn an_address_has_one_spelling() {
        for (raw, address) in [
            (" Anna.Berg@Mail.Example.co.uk ", "anna.berg@mail.example.co.uk"),
            ("mailto:anna@berg.de?subject=hi", "anna@berg.de"),
            ("MAILTO:Anna@Berg.de", "anna@berg.de"),
            ("\u{feff}anna@berg.de\u{200b}", "anna@berg.de"),
            ("Anna Berg <anna@berg.de>", "anna@berg.de"),
            ("<anna@berg.de>;", "anna@berg.de"),
            ("ａｎｎａ＠ｂｅｒｇ．ｄｅ", "anna@berg.de"),
            ("anna+shop@berg.de", "anna@berg.de"),
            ("+anna@berg.de", "+anna@berg.de"),
            ("a.n.n.a@gmail.com", "a.n.n.a@gmail.com"),
            ("anna@bücher.de.", "anna@bücher.de"),
            ("\u{202a}anna@berg.de\u{202c}", "anna@berg.de"),
            ("anna@blogspot.com", "anna@blogspot.com"),
        ] {
            assert_eq!(cleaned(raw), (Mailbox::Person, address.to_owned()), "{raw:?}");
        }
    }

    #[test]
    fn what_reaches_nobody_is_no_evidence() {
        for raw in [
            "",
            "anna",
            "anna@",
            "@berg.de",
            "anna@berg",
            "anna@co.uk",
            "anna@@berg.de",
            "an na@berg.de",
            "anna@berg..de",
            "anna@-berg.de",
            "anna@127.0.0.1",
            "null",
            "n/a",
            "none@none.com",
            "test@berg.de",
            "x@example.com",
            "anna@test.com",
            "anna@host.local",
            "anna@berg.de, tom@berg.de",
            "😀@berg",
            "undefined",
            "[object Object]",
        ] {
            assert_eq!(cleaned(raw).0, Mailbox::Nobody, "{raw:?}");
        }
    }

    #[test]
    fn a_role_mailbox_belongs_to_no_person() {
        for raw in ["info@berg.de", "No-Reply@berg.de", "support+de@berg.de", "Customer.Service@berg.de"] {
            assert_eq!(cleaned(raw).0, Mailbox::Role, "{raw:?}");
        }
    }

    #[test]
    fn plus_tags_stay_where_the_company_says_so() {
        let mut out = String::new();
        assert_eq!(clean("anna+shop@berg.de", false, &mut out), Mailbox::Person);
        assert_eq!(out, "anna+shop@berg.de");
    }

    #[test]
    fn a_company_is_its_registrable_domain_unless_mail_is_its_business() {
        assert_eq!(company_domain("anna@mail.berg.co.uk"), Some("berg.co.uk"));
        assert_eq!(company_domain("anna@berg.de"), Some("berg.de"));
        assert_eq!(company_domain("anna@gmail.com"), None);
        assert_eq!(company_domain("anna@yahoo.co.uk"), None);
    }
}
