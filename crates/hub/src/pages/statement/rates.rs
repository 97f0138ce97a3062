//! Rates on the opening base, with what keeps one from being told.

use super::show::View;
use crate::layout;
use maud::{Markup, html};
use refresh::view::Line;
use report::number;

/// One rate as it is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// Shown.
    pub name: &'static str,
    /// Its definition.
    pub definition: &'static str,
    /// A share (0.2 is 20 %); `None` where there is none.
    pub share: Option<f64>,
    /// Whether it is a change, shown with its sign.
    pub is_signed: bool,
    /// Why there is none; empty where there is one.
    pub reason: &'static str,
}

impl Rate {
    /// In digits, or a dash.
    pub fn told(&self) -> String {
        let digits = if self.is_signed { number::signed_percent } else { number::percent };
        self.share.map_or_else(|| "–".to_owned(), digits)
    }
}

/// The rates of a line. `segment` is empty for the whole; `knows_earned` says whether the company's config tells who
/// came by recommendation.
pub fn rates(line: &Line, segment: &str, knows_earned: bool) -> [Rate; 7] {
    let ratios = &line.rates.ratios;
    let rate = |name, definition, share: Option<f64>, is_signed, missing| {
        let reason = if share.is_some() { "" } else { missing };
        Rate { name, definition, share, is_signed, reason }
    };
    let nobody =
        if line.opening_count > 0 { "this edition does not tell it; refresh" } else { "nobody at the start" };
    let nothing = match (line.opening_minor > 0, line.opening_count > 0) {
        (true, _) => "this edition does not tell it; refresh",
        (false, true) => "no value at the start",
        (false, false) => "nobody at the start",
    };
    let earned = match (knows_earned, segment.is_empty()) {
        (_, false) => "told of all customers only",
        (false, true) => "no segment is said to come by recommendation",
        (true, true) if line.opening_minor > 0 => "closed periods do not keep that segment",
        (true, true) => nothing,
    };
    [
        rate("Customer churn", "churn", ratios.customer_churn, false, nobody),
        rate("Gross revenue churn", "revenue_churn", ratios.gross_revenue_churn, false, nothing),
        rate("Gross revenue retention", "revenue_churn", ratios.grr, false, nothing),
        rate("Net revenue retention", "revenue_churn", ratios.nrr, false, nothing),
        rate("Earned growth", "earned_growth", line.rates.earned_growth, true, earned),
        rate("Net customer growth", "growth", ratios.customer_growth, true, nobody),
        rate("Net value growth", "growth", ratios.value_growth, true, nothing),
    ]
}

/// The block below the statement.
pub(super) fn section(view: &View, line: &Line) -> Markup {
    html! {
        section aria-label="Rates" {
            dl.facts.rates {
                @for rate in rates(line, view.segment(), view.knows_earned) {
                    div {
                        dt { (layout::defined(rate.name, rate.definition)) }
                        dd { (rate.told()) @if !rate.reason.is_empty() { span.muted { " " (rate.reason) } } }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_rate_is_told_or_says_why_it_is_not() {
        let mut line = samples::lines(1)[0];
        line.rates.ratios.customer_churn = Some(0.031);
        line.rates.ratios.customer_growth = Some(-0.0123);
        let told = |line: &Line, segment, earned| {
            rates(line, segment, earned).map(|rate| (rate.told(), rate.reason))
        };
        let all = told(&line, "", false);
        assert_eq!(all[0], ("3.1\u{a0}%".to_owned(), ""));
        assert_eq!(all[5], ("−1.2\u{a0}%".to_owned(), ""));
        assert_eq!(all[4], ("–".to_owned(), "no segment is said to come by recommendation"));
        assert_eq!(told(&line, "region=North", true)[4].1, "told of all customers only");
        assert_eq!(told(&line, "", true)[4].1, "closed periods do not keep that segment");
        (line.opening_count, line.opening_minor, line.rates) = (0, 0, refresh::view::Rates::default());
        assert!(told(&line, "", true).iter().all(|(told, why)| told == "–" && *why == "nobody at the start"));
        line.opening_count = 3;
        assert_eq!(told(&line, "", true)[3].1, "no value at the start");
    }
}
