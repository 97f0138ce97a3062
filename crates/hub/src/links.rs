//! Addresses of pages, with what they ask for.

use model::{Granularity, Period};
use refresh::view::asset::Among;
use refresh::view::closings::Basis;
use refresh::view::journey::{Number, Span, Who};
use std::fmt::Write as _;

/// The list behind a number of the statement. An empty segment is the whole.
pub fn behind(period: Period, figure: &str, segment: &str) -> String {
    address("/customers", &[("period", &period.to_string()), ("figure", figure), ("segment", segment)])
}

/// The list behind a number of cohorts, survival or worth. An empty segment is the whole.
pub fn among(among: Among, segment: &str) -> String {
    address("/customers", &[("among", &among.to_string()), ("segment", segment)])
}

/// The list behind a number of the journey. An empty segment is the whole.
pub fn walked(number: &Number, segment: &str) -> String {
    let parts = walked_parts(number);
    address("/customers", &[&parts[..], &[("segment", segment)]].concat())
}

/// The same, of what happened in a span of days alone.
pub fn walked_in(number: &Number, segment: &str, span: Option<Span>) -> String {
    let days = span_parts(span);
    let parts = walked_parts(number);
    let days = [("since", days[0].as_str()), ("until", &days[1])];
    address("/customers", &[&parts[..], &days, &[("segment", segment)]].concat())
}

/// First and last day of a span; empty for none.
pub(crate) fn span_parts(span: Option<Span>) -> [String; 2] {
    span.map_or_else(Default::default, |span| [span.first.to_string(), span.last.to_string()])
}

/// The parameters that name a number of the journey.
pub(crate) fn walked_parts(number: &Number) -> [(&str, &str); 4] {
    let who = if number.who == Who::All { "" } else { number.who.name() };
    [("walk", number.counted.name()), ("at", &number.at), ("to", &number.to), ("who", who)]
}

/// The statement of a granularity, with one period in front when given.
pub fn statement(by: Granularity, period: Option<Period>, segment: &str, all: bool) -> String {
    let period = period.map(|p| p.to_string()).unwrap_or_default();
    let all = if all { "yes" } else { "" };
    address("/", &[("by", by.name()), ("period", &period), ("segment", segment), ("all", all)])
}

/// The statement with a period in front, closed periods told on a basis.
pub fn statement_as(period: Period, segment: &str, basis: Basis) -> String {
    address("/", &[("period", &period.to_string()), ("segment", segment), ("as", basis.name())])
}

/// The customers behind a cause of a closed period's bridge; `all` for every cause.
pub fn bridge(period: Period, cause: &str, segment: &str) -> String {
    address("/customers", &[("period", &period.to_string()), ("bridge", cause), ("segment", segment)])
}

/// The reasons of a length of period, or of all of the books.
pub fn reasons(by: Option<Granularity>, period: Option<Period>, segment: &str) -> String {
    let period = period.map(|p| p.to_string()).unwrap_or_default();
    address(
        "/reasons",
        &[("by", by.map_or("all", Granularity::name)), ("period", &period), ("segment", segment)],
    )
}

/// The losses or stayers behind a number of the reasons; of all of the books without a period.
pub fn losses(period: Option<Period>, which: &str, segment: &str) -> String {
    let period = period.map(|p| p.to_string()).unwrap_or_default();
    address("/customers", &[("period", &period), ("lost", which), ("segment", segment)])
}

/// One customer.
pub fn customer(id: &str) -> String {
    format!("/customers/{}", encoded(id))
}

/// Somebody's account.
pub fn person(id: store::UserId) -> String {
    format!("/settings/people/{}", id.0)
}

/// Why two records, each `silo:key`, are or are not one customer.
pub fn explain(a: &str, b: &str) -> String {
    address("/data/identity/explain", &[("a", a), ("b", b)])
}

/// The definition of a metric.
pub fn definition(id: &str) -> String {
    format!("/data/definitions#def-{id}")
}

/// A path with those parameters that are not empty.
pub fn address(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut told = path.to_owned();
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        let before = if told.contains('?') { '&' } else { '?' };
        // Writing into a String cannot fail.
        let _ = write!(told, "{before}{name}={}", encoded(value));
    }
    told
}

/// An address that a form brought along, when it stays on this server: a path of printable ASCII that no browser
/// reads as another host.
pub fn local(text: &str) -> Option<&str> {
    let own = text.starts_with('/') && !text.starts_with("//");
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (own && plain).then_some(text)
}

/// An address with one parameter set, in the place of what it was; without its fragment.
pub fn with(address: &str, name: &str, value: &str) -> String {
    let address = address.split('#').next().unwrap_or_default();
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let others = query.split('&').filter(|part| !part.is_empty() && part.split('=').next() != Some(name));
    let set = format!("{name}={}", encoded(value));
    let parts: Vec<&str> = others.chain([set.as_str()]).collect();
    format!("{path}?{}", parts.join("&"))
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut told, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            told.push(char::from(byte));
        } else {
            let _ = write!(told, "%{byte:02X}");
        }
        told
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_hold_any_text() {
        let period = Period::parse("2026-Q3").expect("period");
        assert_eq!(
            behind(period, "won_back", "A & Ö/?"),
            "/customers?period=2026-Q3&figure=won_back&segment=A%20%26%20%C3%96%2F%3F"
        );
        assert_eq!(behind(period, "lost", ""), "/customers?period=2026-Q3&figure=lost");
        assert_eq!(statement(Granularity::Year, None, "", true), "/?by=year&all=yes");
        assert_eq!(customer("../a"), "/customers/..%2Fa");
        assert_eq!(explain("web:a&b", "shop:1"), "/data/identity/explain?a=web%3Aa%26b&b=shop%3A1");
    }

    #[test]
    fn only_paths_of_this_server_are_local() {
        for text in ["/", "/data/identity?offset=10", "/data/identity/explain?a=shop%3A1&b=web%3A2#decide"] {
            assert_eq!(local(text), Some(text));
        }
        for text in [
            "",
            "data",
            "//elsewhere.example",
            "/\\elsewhere.example",
            "\\\\elsewhere.example",
            "https://elsewhere.example/",
            "javascript:alert(1)",
            " /data",
            "/data\r\nSet-Cookie: x=1",
            "/\t/elsewhere.example",
            "/dätä",
        ] {
            assert_eq!(local(text), None, "{text}");
        }
    }

    #[test]
    fn a_parameter_is_set_once() {
        for (from, to) in [
            ("/x", "/x?said=same"),
            ("/x?a=1&said=old&b=2#y", "/x?a=1&b=2&said=same"),
            ("/x?", "/x?said=same"),
            ("/x?unsaid=1", "/x?unsaid=1&said=same"),
        ] {
            assert_eq!(with(from, "said", "same"), to);
        }
    }
}
