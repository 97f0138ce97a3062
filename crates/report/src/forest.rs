//! Estimates with their intervals below each other on one scale, the way meta-analyses draw them (forest plot).
//!
//! Classes: `name`, `number`, `tick`, `grid`, `base`, `wide-line`, `dot`, `hit`.

use crate::scale::{Scale, px, shorten};
use maud::{Markup, html};

/// One estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is of.
    pub name: String,
    /// The estimate; `None` where there is none.
    pub value: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
    /// The estimate in words; for one that was refused, that.
    pub told: String,
    /// The address behind it.
    pub link: String,
}

/// How values are laid over the width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// From 0 on.
    Amounts,
    /// Ratios: by their logarithm, with a line at 1.
    Ratios,
}

const SIZES: [Size; 2] = [
    Size { class: "wide", width: 640.0, left: 190.0, right: 96.0, letters: 30 },
    Size { class: "narrow", width: 358.0, left: 128.0, right: 84.0, letters: 19 },
];
const ROW: f64 = 30.0;
const FOOT: f64 = 26.0;

struct Size {
    class: &'static str,
    width: f64,
    left: f64,
    right: f64,
    letters: usize,
}

/// The picture in both widths. `tick` tells a value of the axis.
pub fn picture(rows: &[Row], axis: Axis, label: &str, tick: &dyn Fn(f64) -> String) -> Markup {
    let values = || {
        rows.iter()
            .flat_map(|row| {
                row.value.into_iter().chain(row.interval.into_iter().flat_map(|(low, high)| [low, high]))
            })
            .filter(|value| value.is_finite() && (axis == Axis::Amounts || *value > 0.0))
    };
    if values().next().is_none() {
        return html! {};
    }
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let laid = Laid::new(low, high, axis);
    html! { @for size in &SIZES { (drawn(rows, &laid, size, label, tick)) } }
}

/// The scale and its ticks.
struct Laid {
    scale: Scale,
    ticks: Vec<f64>,
    axis: Axis,
}

impl Laid {
    fn new(low: f64, high: f64, axis: Axis) -> Self {
        if axis == Axis::Amounts {
            let (scale, ticks) = Scale::round(low.min(0.0), high, 4);
            return Self { scale, ticks, axis };
        }
        let known = [0.01, 0.1, 0.25, 0.5, 0.8, 1.0, 1.25, 2.0, 4.0, 10.0, 100.0];
        let from = known.into_iter().rev().find(|tick| *tick < 1.0 && *tick <= low).unwrap_or(0.01);
        let to = known.into_iter().find(|tick| *tick > 1.0 && *tick >= high).unwrap_or(100.0);
        let ticks = known.into_iter().filter(|tick| (from..=to).contains(tick)).collect();
        Self { scale: Scale { from: from.ln(), to: to.ln(), cut: false }, ticks, axis }
    }

    fn x(&self, value: f64, size: &Size) -> f64 {
        let value = if self.axis == Axis::Ratios { value.max(f64::MIN_POSITIVE).ln() } else { value };
        self.scale.place(value, size.left, size.width - size.right)
    }
}

fn drawn(rows: &[Row], laid: &Laid, size: &Size, label: &str, tick: &dyn Fn(f64) -> String) -> Markup {
    let bottom = rows.len() as f64 * ROW + 6.0;
    let texts: Vec<(f64, String)> =
        laid.ticks.iter().map(|value| (laid.x(*value, size), tick(*value))).collect();
    let every = fewer(&texts);
    html! {
        svg.chart.forest.(size.class) viewBox=(format!("0 0 {} {}", size.width, bottom + FOOT)) role="group" aria-label=(label) {
            @for (index, (x, told)) in texts.iter().enumerate() {
                line.grid x1=(px(*x)) x2=(px(*x)) y1="4" y2=(px(bottom)) {}
                @if index.is_multiple_of(every) || is_one(laid, index) {
                    text.tick x=(px(*x)) y=(px(bottom + 18.0)) text-anchor="middle" { (told) }
                }
            }
            @let base = if laid.axis == Axis::Ratios { 1.0 } else { 0.0 };
            line.base x1=(px(laid.x(base, size))) x2=(px(laid.x(base, size))) y1="4" y2=(px(bottom)) {}
            @for (index, row) in rows.iter().enumerate() { (one(row, index, laid, size)) }
        }
    }
}

/// Every how many-th tick is named, so that names do not touch.
fn fewer(texts: &[(f64, String)]) -> usize {
    let longest = texts.iter().map(|(_, told)| told.chars().count()).max().unwrap_or(0) as f64 * 7.0 + 8.0;
    let closest = texts.windows(2).map(|pair| pair[1].0 - pair[0].0).fold(f64::INFINITY, f64::min);
    if closest.is_finite() && closest > 0.0 { (longest / closest).ceil().max(1.0) as usize } else { 1 }
}

fn is_one(laid: &Laid, index: usize) -> bool {
    laid.axis == Axis::Ratios && (laid.ticks[index] - 1.0).abs() < f64::EPSILON
}

fn one(row: &Row, index: usize, laid: &Laid, size: &Size) -> Markup {
    let y = index as f64 * ROW + 4.0 + ROW / 2.0;
    let said = format!("{}: {}", row.name, row.told);
    html! {
        a.link href=(row.link) aria-label=(said) {
            title { (said) }
            rect.hit x="0" y=(px(y - ROW / 2.0 + 1.0)) width=(size.width) height=(px(ROW - 2.0)) {}
            text.name x="0" y=(px(y + 4.0)) { (shorten(&row.name, size.letters)) }
            @if let Some((low, high)) = row.interval {
                line.wide-line x1=(px(laid.x(low, size))) x2=(px(laid.x(high, size))) y1=(px(y)) y2=(px(y)) {}
            }
            @if let Some(value) = row.value { circle.dot cx=(px(laid.x(value, size))) cy=(px(y)) r="4" {} }
            text.number x=(size.width) y=(px(y + 4.0)) text-anchor="end" { (row.told) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, value: Option<f64>, interval: Option<(f64, f64)>) -> Row {
        let told = value.map_or("none".to_owned(), |value| format!("{value}"));
        Row { name: name.into(), value, interval, told, link: "/worth".into() }
    }

    #[test]
    fn each_estimate_has_its_interval_its_words_and_its_link() {
        let rows = [
            row("BG/NBD", Some(1_900.0), Some((1_700.0, 2_100.0))),
            row("Pareto/NBD", Some(1_052.0), Some((900.0, 1_300.0))),
            row("refused", None, None),
        ];
        let drawn = picture(&rows, Axis::Amounts, "Still buying", &|value| format!("{value}")).into_string();
        assert_eq!(drawn.matches("<circle").count(), 4);
        assert_eq!(drawn.matches("class=\"wide-line\"").count(), 4);
        assert_eq!(drawn.matches("href=\"/worth\"").count(), 6);
        assert!(drawn.contains("<title>refused: none</title>") && !drawn.contains("NaN"));
    }

    #[test]
    fn ratios_stand_around_one() {
        let rows = [row("South", Some(1.4), Some((1.1, 1.8))), row("twice", Some(0.9), Some((0.85, 0.95)))];
        let drawn = picture(&rows, Axis::Ratios, "Ratios", &|value| format!("{value}")).into_string();
        assert!(drawn.contains(">1<") && drawn.contains(">2<") && drawn.contains(">0.8<"), "{drawn}");
        let laid = Laid::new(0.85, 1.8, Axis::Ratios);
        let middle = laid.x(1.0, &SIZES[0]);
        assert!(laid.x(0.9, &SIZES[0]) < middle && middle < laid.x(1.4, &SIZES[0]));
    }

    #[test]
    fn nothing_and_the_wildest_values_draw_without_fault() {
        assert_eq!(picture(&[], Axis::Amounts, "", &|_| String::new()).into_string(), "");
        assert_eq!(picture(&[row("x", None, None)], Axis::Ratios, "", &|_| String::new()).into_string(), "");
        for (axis, value) in
            [(Axis::Ratios, 1e-30), (Axis::Ratios, 1e30), (Axis::Amounts, 0.0), (Axis::Amounts, 1e15)]
        {
            let drawn = picture(&[row("x", Some(value), None)], axis, "", &|_| String::new()).into_string();
            assert!(drawn.contains("<circle") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }
}
