//! Addresses of pages, with what they ask for.

use model::{Granularity, Period};
use std::fmt::Write as _;

/// The list behind a number of the statement. An empty segment is the whole.
pub fn behind(period: Period, figure: &str, segment: &str) -> String {
    address("/customers", &[("period", &period.to_string()), ("figure", figure), ("segment", segment)])
}

/// The statement of a granularity, with one period in front when given.
pub fn statement(by: Granularity, period: Option<Period>, segment: &str, all: bool) -> String {
    let period = period.map(|p| p.to_string()).unwrap_or_default();
    let all = if all { "yes" } else { "" };
    address("/", &[("by", by.name()), ("period", &period), ("segment", segment), ("all", all)])
}

/// One customer.
pub fn customer(id: &str) -> String {
    format!("/customers/{}", encoded(id))
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
    }
}
