//! A share (0–1) by month as bars from nothing to all, each a link. Classes: `chart`, `rate`, `up`, `down`, `grid`, `tick`.

use crate::scale::px;
use crate::{calendar, number};
use maud::{Markup, html};
use model::Period;

/// One month.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// The month.
    pub period: Period,
    /// How many went well.
    pub good: u64,
    /// How many did not.
    pub bad: u64,
}

/// Widths drawn: for pages and for phones.
const WIDTHS: [(&str, f64); 2] = [("wide", 640.0), ("narrow", 358.0)];
const HEIGHT: f64 = 150.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 122.0;
const LEFT: f64 = 44.0;

/// The bars in both widths; months without any are gaps. `link` gives the address behind a month.
pub fn bars(heading: &str, rates: &[Rate], link: &dyn Fn(Period) -> String) -> Markup {
    html! { @for (class, width) in WIDTHS { (bars_in(heading, rates, link, class, width)) } }
}

fn bars_in(
    heading: &str,
    rates: &[Rate],
    link: &dyn Fn(Period) -> String,
    class: &str,
    width: f64,
) -> Markup {
    let slot = (width - LEFT) / rates.len().max(1) as f64;
    let bar = (slot * 0.7).min(26.0);
    let y = |share: f64| BOTTOM - share * (BOTTOM - TOP);
    let every = (52.0 / slot).ceil().max(1.0) as usize;
    let middle = |index: usize| LEFT + slot * (index as f64 + 0.5);
    html! {
        svg.chart.rate.(class) viewBox=(format!("0 0 {width} {HEIGHT}")) role="group" aria-label=(heading) {
            @for share in [0.0, 0.5, 1.0] {
                line.grid x1=(px(LEFT)) x2=(width) y1=(px(y(share))) y2=(px(y(share))) {}
                text.tick x=(px(LEFT - 6.0)) y=(px(y(share) + 4.0)) text-anchor="end" { (format!("{:.0}\u{a0}%", share * 100.0)) }
            }
            @for (index, rate) in rates.iter().enumerate() {
                @if let Some(share) = rate.share() {
                    @let x = px(middle(index) - bar / 2.0);
                    @let said = format!(
                        "{}: {} of {}", calendar::period(rate.period), number::percent(share),
                        number::count((rate.good + rate.bad) as i64)
                    );
                    a.link href=(link(rate.period)) aria-label=(said) {
                        title { (said) }
                        rect.up x=(x) width=(px(bar)) y=(px(y(share))) height=(px(BOTTOM - y(share))) {}
                        rect.down x=(x) width=(px(bar)) y=(px(TOP)) height=(px(y(share) - TOP)) {}
                    }
                }
                @if (rates.len() - 1 - index).is_multiple_of(every) {
                    text.tick x=(px(middle(index).min(width - 18.0))) y=(px(HEIGHT - 8.0)) text-anchor="middle" {
                        (calendar::period_short(rate.period))
                    }
                }
            }
        }
    }
}

impl Rate {
    /// The share (0–1) that went well; none of nothing.
    pub fn share(&self) -> Option<f64> {
        let all = self.good + self.bad;
        (all > 0).then(|| self.good as f64 / all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_month_with_any_has_its_bar_and_its_link() {
        let rate = |index, good, bad| {
            let period = Period { granularity: model::Granularity::Month, index: 2024 * 12 + index };
            Rate { period, good, bad }
        };
        let drawn = bars("Kept", &[rate(0, 3, 1), rate(1, 0, 0), rate(2, 0, 5)], &|p| format!("/x?m={p}"));
        let drawn = drawn.into_string();
        assert_eq!(drawn.matches("<a class=\"link\"").count(), 4, "two months in two widths");
        assert!(
            drawn.contains("/x?m=2024-01") && drawn.contains("75.0\u{a0}% of 4") && !drawn.contains("NaN")
        );
        assert!(!bars("Kept", &[], &|_| String::new()).into_string().contains("<a"));
    }
}
