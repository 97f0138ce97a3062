//! Periods side by side: the level at the end of each, and what came against what left.
//!
//! Classes: `line`, `dot`, `up`, `again`, `down`, `grid`, `tick`, `number`, `link`, `hit`.

use crate::calendar;
use crate::flow::Measure;
use crate::scale::{Scale, path, px};
use maud::{Markup, html};
use model::Period;

/// The level of one period's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// The period.
    pub period: Period,
    /// At its start.
    pub opening: i64,
    /// At its end.
    pub closing: i64,
}

/// What came and left in one period; all positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// The period.
    pub period: Period,
    /// Came for the first time.
    pub gained: i64,
    /// Came back.
    pub won_back: i64,
    /// Left.
    pub lost: i64,
}

/// Widths drawn: for pages and for phones.
const WIDTHS: [(&str, f64); 2] = [("wide", 640.0), ("narrow", 358.0)];
const HEIGHT: f64 = 210.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 184.0;
/// Room beside the last mark for half of its name.
const RIGHT: f64 = 12.0;
/// Width of a digit of the axis.
const DIGIT: f64 = 6.6;

/// The level from the first opening through every closing, in both widths. `link` gives the address behind
/// a period's closing.
pub fn levels(points: &[Level], measure: Measure, link: &dyn Fn(Period) -> String) -> Markup {
    html! { @for (class, width) in WIDTHS { (levels_in(points, measure, link, class, width)) } }
}

/// What came above the line, what left below, in both widths. `link` gives the address behind a period's
/// `gained`, `won_back` or `lost`.
pub fn exchanges(points: &[Exchange], measure: Measure, link: &dyn Fn(Period, &str) -> String) -> Markup {
    html! { @for (class, width) in WIDTHS { (exchanges_in(points, measure, link, class, width)) } }
}

/// The drawing area shared by both pictures.
struct Frame {
    scale: Scale,
    ticks: Vec<(f64, String)>,
    left: f64,
    width: f64,
    slot: f64,
}

impl Frame {
    fn new(low: f64, high: f64, count: usize, width: f64) -> Self {
        let (scale, ticks) = Scale::round(low, high, 5);
        let texts = tick_texts(&ticks);
        let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
        let ticks = ticks.into_iter().zip(texts).collect();
        let left = longest as f64 * DIGIT + 8.0;
        Self { scale, ticks, left, width, slot: (width - left - RIGHT) / count.max(1) as f64 }
    }

    fn y(&self, value: f64) -> f64 {
        self.scale.place(value, BOTTOM, TOP)
    }

    fn middle(&self, index: usize) -> f64 {
        self.left + self.slot * (index as f64 + 0.5)
    }

    fn grid(&self) -> Markup {
        html! {
            @for (tick, told) in &self.ticks {
                @let y = self.y(*tick);
                line.grid x1=(px(self.left)) x2=(self.width) y1=(px(y)) y2=(px(y)) {}
                text.tick x=(px(self.left - 8.0)) y=(px(y + 4.0)) text-anchor="end" { (told) }
            }
        }
    }

    /// Names of periods under the axis, as many as fit, the last always among them, none cut off.
    fn names(&self, periods: &[Period]) -> Markup {
        let every = (70.0 / self.slot).ceil().max(1.0) as usize;
        html! {
            @for (index, period) in periods.iter().enumerate() {
                @if (periods.len() - 1 - index).is_multiple_of(every) {
                    @let half = 20.0;
                    @let x = self.middle(index).clamp(half, self.width - half);
                    text.tick x=(px(x)) y=(px(HEIGHT - 8.0)) text-anchor="middle" {
                        (calendar::period_short(*period))
                    }
                }
            }
        }
    }
}

/// Ticks in one magnitude, with as many decimals as their step needs: `12,500`; `213.5 M`.
fn tick_texts(ticks: &[f64]) -> Vec<String> {
    let highest = ticks.iter().fold(0.0_f64, |high, tick| high.max(tick.abs()));
    if highest < 1e6 {
        return ticks.iter().map(|tick| crate::number::count(tick.round() as i64)).collect();
    }
    let magnitudes = [(1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M")];
    let (unit, suffix) = magnitudes.into_iter().find(|(unit, _)| highest >= *unit).unwrap_or((1e6, "M"));
    let step = ticks.get(1).map_or(unit, |second| second - ticks[0]) / unit;
    let decimals = (0..6).find(|d| (step * 10f64.powi(*d)).fract() < 1e-6).unwrap_or(6) as usize;
    let text = |tick: &f64| match *tick {
        0.0 => "0".to_owned(),
        some => {
            format!("{}{:.decimals$}\u{a0}{suffix}", if some < 0.0 { "−" } else { "" }, some.abs() / unit)
        }
    };
    ticks.iter().map(text).collect()
}

fn levels_in(
    points: &[Level],
    measure: Measure,
    link: &dyn Fn(Period) -> String,
    class: &str,
    width: f64,
) -> Markup {
    let Some(first) = points.first() else {
        return html! {};
    };
    let all = || points.iter().map(|p| p.closing).chain([first.opening]).map(|level| measure.units(level));
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let frame = Frame::new(low, high, points.len(), width);
    let mut line = vec![(frame.left, frame.y(measure.units(first.opening)))];
    line.extend(points.iter().enumerate().map(|(i, p)| (frame.middle(i), frame.y(measure.units(p.closing)))));
    let periods: Vec<Period> = points.iter().map(|p| p.period).collect();
    html! {
        svg.chart.trend.(class) viewBox=(format!("0 0 {width} {HEIGHT}")) role="group" aria-label=(format!("{} at the end of each period", measure.heading())) {
            (frame.grid()) (frame.names(&periods))
            path.line d=(path(&line)) {}
            @for (index, point) in points.iter().enumerate() {
                @let said = format!("{}: {} {}", calendar::period(point.period), measure.exact(point.closing), unit(measure));
                a.link href=(link(point.period)) aria-label=(said) {
                    title { (said) }
                    rect.hit x=(px(frame.left + frame.slot * index as f64)) y="0" width=(px(frame.slot)) height=(HEIGHT) {}
                    circle.dot cx=(px(frame.middle(index))) cy=(px(frame.y(measure.units(point.closing)))) r="2.5" {}
                    @if index + 1 == points.len() { (last_label(&frame, point, measure, index)) }
                }
            }
        }
    }
}

/// The last level, on the side of its mark where the line is not.
fn last_label(frame: &Frame, point: &Level, measure: Measure, index: usize) -> Markup {
    let (x, y) = (frame.middle(index), frame.y(measure.units(point.closing)));
    let falls = point.closing < point.opening && y < BOTTOM - 20.0;
    let y = if falls { y + 18.0 } else { y - 9.0 };
    html! { text.number x=(px(x + RIGHT)) y=(px(y)) text-anchor="end" { (measure.brief(point.closing, 11)) } }
}

fn exchanges_in(
    points: &[Exchange],
    measure: Measure,
    link: &dyn Fn(Period, &str) -> String,
    class: &str,
    width: f64,
) -> Markup {
    if points.is_empty() {
        return html! {};
    }
    let came = |p: &Exchange| measure.units(p.gained.saturating_add(p.won_back));
    let high = points.iter().map(came).fold(0.0, f64::max);
    let low = -points.iter().map(|p| measure.units(p.lost)).fold(0.0, f64::max);
    let frame = Frame::new(low, high, points.len(), width);
    let bar = (frame.slot * 0.7).min(28.0);
    let periods: Vec<Period> = points.iter().map(|p| p.period).collect();
    let zero = frame.y(0.0);
    html! {
        svg.chart.trend.(class) viewBox=(format!("0 0 {width} {HEIGHT}")) role="group" aria-label=(format!("{} that came and left in each period", measure.heading())) {
            (frame.grid()) (frame.names(&periods))
            @for (index, point) in points.iter().enumerate() {
                @let x = frame.middle(index) - bar / 2.0;
                @let gained = frame.y(measure.units(point.gained));
                @let back = frame.y(came(point));
                @let lost = frame.y(-measure.units(point.lost));
                @for (figure, paint, label, number, top, foot) in [
                    ("gained", "up", "gained", point.gained, gained, zero),
                    ("won_back", "again", "won back", point.won_back, back, gained),
                    ("lost", "down", "lost", point.lost, zero, lost),
                ] {
                    @if number != 0 {
                        @let said = format!("{}: {} {} {label}", calendar::period(point.period), measure.exact(number), unit(measure));
                        a.link href=(link(point.period, figure)) aria-label=(said) {
                            title { (said) }
                            rect.(paint) x=(px(x)) y=(px(top)) width=(px(bar)) height=(px((foot - top).max(0.5))) {}
                        }
                    }
                }
            }
            line.base x1=(px(frame.left)) x2=(width) y1=(px(zero)) y2=(px(zero)) {}
        }
    }
}

fn unit(measure: Measure) -> String {
    match measure {
        Measure::Customers => "customers".to_owned(),
        Measure::Value(currency) => currency.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(index: i32) -> Period {
        Period { granularity: model::Granularity::Month, index: 2024 * 12 + index }
    }

    #[test]
    fn a_line_has_one_mark_and_one_link_a_period() {
        let points: Vec<Level> = (0..24)
            .map(|i| Level { period: period(i), opening: 100 + i64::from(i), closing: 101 + i64::from(i) })
            .collect();
        let drawn = levels(&points, Measure::Customers, &|p| format!("/c?period={p}")).into_string();
        assert_eq!(drawn.matches("<circle").count(), 48, "24 in two widths");
        assert!(drawn.contains("December 2025: 124 customers"));
        assert!(drawn.contains("Dec 25") && !drawn.contains("NaN"));
    }

    #[test]
    fn what_came_and_left_opens_its_own_list_and_nothing_draws_nothing() {
        let points = [Exchange { period: period(0), gained: 7, won_back: 0, lost: 3 }];
        let drawn =
            exchanges(&points, Measure::Customers, &|p, f| format!("/c?period={p}&figure={f}")).into_string();
        assert_eq!(drawn.matches("figure=gained").count(), 2);
        assert_eq!(drawn.matches("figure=won_back").count(), 0);
        assert_eq!(drawn.matches("figure=lost").count(), 2);
        assert_eq!(exchanges(&[], Measure::Customers, &|_, _| String::new()).into_string(), "");
        assert_eq!(levels(&[], Measure::Customers, &|_| String::new()).into_string(), "");
    }

    #[test]
    fn ticks_differ_whatever_their_size() {
        let table = [
            (vec![0.0, 500.0, 1000.0], vec!["0", "500", "1,000"]),
            (vec![213.5e6, 214e6, 214.5e6], vec!["213.5 M", "214.0 M", "214.5 M"]),
            (vec![-5e6, 0.0, 5e6], vec!["−5 M", "0", "5 M"]),
        ];
        for (ticks, told) in table {
            let texts: Vec<String> =
                tick_texts(&ticks).iter().map(|text| text.replace('\u{a0}', " ")).collect();
            assert_eq!(texts, told);
        }
    }

    #[test]
    fn one_period_and_no_change_still_draw() {
        let points = [Level { period: period(0), opening: 0, closing: 0 }];
        let drawn = levels(&points, Measure::Customers, &|_| String::new()).into_string();
        assert!(drawn.contains("<circle") && !drawn.contains("NaN"), "{drawn}");
    }
}
