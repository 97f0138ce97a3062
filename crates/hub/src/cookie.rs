//! The session's cookie: for this very host, for no script, over TLS alone where there is TLS (RFC 6265bis).

use crate::site::Reached;
use axum::http::{HeaderMap, HeaderValue, header};
use store::Secret;

/// The cookie's name. Browsers take `__Host-` only with `Secure`, and `Secure` not over plain HTTP. Cookies do not tell
/// ports apart, so the name does.
fn name(reached: &Reached) -> String {
    match reached {
        Reached::Here(port) => format!("kept-{port}"),
        Reached::Proxy(_) => "__Host-kept".to_owned(),
    }
}

/// The secret that the browser sent, if it is one.
pub(crate) fn sent(headers: &HeaderMap, reached: &Reached) -> Option<Secret> {
    let name = name(reached);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(other, _)| *other == name).and_then(|(_, value)| Secret::parse(value))
}

/// Makes the browser send the secret from now on.
pub(crate) fn set(reached: &Reached, secret: &Secret) -> HeaderValue {
    line(reached, &secret.text(), "")
}

/// Makes the browser forget it.
pub(crate) fn clear(reached: &Reached) -> HeaderValue {
    line(reached, "", "; Max-Age=0")
}

fn line(reached: &Reached, value: &str, more: &str) -> HeaderValue {
    let secure = if reached.is_public() { "; Secure" } else { "" };
    let line = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}", name(reached));
    // Letters, digits and a few signs: always a value of a header.
    HeaderValue::from_str(&line).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_comes_back_and_others_are_not_taken_for_it() {
        let text = "ab".repeat(32);
        let secret = Secret::parse(&text).unwrap();
        let (here, proxy) = (Reached::Here(7878), Reached::Proxy("kept.example.com".to_owned()));
        assert_eq!(set(&here, &secret), format!("kept-7878={text}; Path=/; HttpOnly; SameSite=Lax"));
        assert_eq!(
            set(&proxy, &secret),
            format!("__Host-kept={text}; Path=/; HttpOnly; SameSite=Lax; Secure")
        );
        assert!(
            clear(&here).to_str().unwrap().starts_with("kept-7878=; ")
                && clear(&here).to_str().unwrap().ends_with("Max-Age=0")
        );
        for (line, found) in [
            (format!("kept-7878={text}"), true),
            (format!("a=1; kept-7878={text}; b=2"), true),
            (format!("kept-9000={text}"), false),
            (format!("__Host-kept={text}"), false),
            (format!("kept-7878={text}x"), false),
            ("kept-7878=".to_owned(), false),
        ] {
            let headers = HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(&line).unwrap())]);
            assert_eq!(sent(&headers, &here), found.then(|| secret.clone()), "{line}");
        }
    }
}
