//! The share of customers still there by days since they were gained: a step line with its interval (Kaplan & Meier
//! 1958), large for one group and small for many side by side.
//!
//! Classes: `band`, `line`, `other`, `half`, `dot`, `hit`, `grid`, `tick`, `number`, `note`.

use crate::number;
use crate::scale::{path, px};
use maud::{Markup, html};

/// One point of a curve: it holds from these days until the next point's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Days since they were gained.
    pub days: u32,
    /// Share still there (0–1).
    pub share: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A point one can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Days since they were gained.
    pub days: u32,
    /// What stands there, in words.
    pub said: String,
    /// The address of the customers behind it.
    pub link: String,
}

/// Sizes drawn: for pages, for phones, and side by side.
const WIDE: Size = Size { class: "wide", width: 640.0, height: 260.0, left: 48.0 };
const NARROW: Size = Size { class: "narrow", width: 358.0, height: 220.0, left: 44.0 };
const SMALL: Size = Size { class: "small", width: 290.0, height: 130.0, left: 40.0 };
const TOP: f64 = 12.0;
const FOOT: f64 = 24.0;
const RIGHT: f64 = 14.0;

struct Size {
    class: &'static str,
    width: f64,
    height: f64,
    left: f64,
}

impl Size {
    fn x(&self, days: u32, longest: u32) -> f64 {
        let share = f64::from(days.min(longest)) / f64::from(longest.max(1));
        self.left + share * (self.width - self.left - RIGHT)
    }

    fn y(&self, share: f64) -> f64 {
        TOP + (1.0 - share.clamp(0.0, 1.0)) * (self.height - TOP - FOOT)
    }

    /// Steps of one end of a curve, from all there to the last point.
    fn steps(&self, points: &[Point], longest: u32, of: fn(&Point) -> f64) -> Vec<(f64, f64)> {
        let mut told = vec![(self.x(0, longest), self.y(1.0))];
        let mut level = self.y(1.0);
        for point in points {
            let (x, y) = (self.x(point.days, longest), self.y(of(point)));
            told.push((x, level));
            told.push((x, y));
            level = y;
        }
        told.dedup();
        told
    }
}

/// One curve with its interval, in both widths. `marks` are drawn on it and open their customers.
pub fn picture(points: &[Point], marks: &[Mark]) -> Markup {
    if points.is_empty() {
        return html! {};
    }
    let longest = longest(points);
    html! { @for size in [&WIDE, &NARROW] { (drawn(size, points, marks, None, longest, "Share of customers still there")) } }
}

/// A small curve of a group before the thin line of all, on the days of all.
pub fn beside(name: &str, points: &[Point], all: &[Point]) -> Markup {
    let longest = longest(all).max(longest(points));
    drawn(&SMALL, points, &[], Some(all), longest, &format!("Share of customers still there, {name}"))
}

fn longest(points: &[Point]) -> u32 {
    points.last().map_or(1, |point| point.days).max(1)
}

fn drawn(
    size: &Size,
    points: &[Point],
    marks: &[Mark],
    all: Option<&[Point]>,
    longest: u32,
    label: &str,
) -> Markup {
    let mut band = size.steps(points, longest, |point| point.high);
    band.extend(size.steps(points, longest, |point| point.low).into_iter().rev());
    let line = size.steps(points, longest, |point| point.share);
    let end = points.last().map_or(1.0, |point| point.share);
    html! {
        svg.chart.survival.(size.class) viewBox=(format!("0 0 {} {}", size.width, size.height)) role="group" aria-label=(label) {
            (grid(size, longest))
            path.band d=(path(&band) + "Z") {}
            @if let Some(all) = all { path.other d=(path(&size.steps(all, longest, |point| point.share))) {} }
            path.line d=(path(&line)) {}
            @for mark in marks { (dot(size, points, mark, longest)) }
            @if size.class == "small" {
                text.number x=(px(size.width - RIGHT)) y=(px(place_end(size, end))) text-anchor="end" { (number::percent(end)) }
            }
        }
    }
}

/// The number at the end of a small curve stands above it, or below where there is no room.
fn place_end(size: &Size, share: f64) -> f64 {
    let y = size.y(share) - 8.0;
    if y < TOP + 10.0 { size.y(share) + 16.0 } else { y }
}

fn dot(size: &Size, points: &[Point], mark: &Mark, longest: u32) -> Markup {
    let at = points.partition_point(|point| point.days <= mark.days);
    let share = at.checked_sub(1).map_or(1.0, |row| points[row].share);
    let (x, y) = (size.x(mark.days, longest), size.y(share));
    html! {
        a.link href=(mark.link) aria-label=(mark.said) {
            title { (mark.said) }
            rect.hit x=(px(x - 9.0)) y=(px(TOP)) width="18" height=(px(size.height - TOP - FOOT)) {}
            circle.dot cx=(px(x)) cy=(px(y)) r="3" {}
        }
    }
}

fn grid(size: &Size, longest: u32) -> Markup {
    let shares: &[f64] = if size.class == "small" { &[0.0, 0.5, 1.0] } else { &[0.0, 0.25, 0.5, 0.75, 1.0] };
    let right = size.width - RIGHT;
    let bottom = size.y(0.0);
    html! {
        @for share in shares {
            @let y = size.y(*share);
            line.grid.half[(*share - 0.5).abs() < 1e-9] x1=(px(size.left)) x2=(px(right)) y1=(px(y)) y2=(px(y)) {}
            text.tick x=(px(size.left - 6.0)) y=(px(y + 4.0)) text-anchor="end" { (format!("{:.0}\u{a0}%", share * 100.0)) }
        }
        @for (days, told) in ticks(longest, size) {
            @let x = size.x(days, longest);
            line.base x1=(px(x)) x2=(px(x)) y1=(px(bottom)) y2=(px(bottom + 4.0)) {}
            text.tick x=(px(x)) y=(px(bottom + 18.0)) text-anchor=(if days == 0 { "start" } else { "middle" }) { (told) }
        }
        line.base x1=(px(size.left)) x2=(px(right)) y1=(px(bottom)) y2=(px(bottom)) {}
    }
}

/// Names under the axis: days, months or years, as many as fit.
fn ticks(longest: u32, size: &Size) -> Vec<(u32, String)> {
    let room = ((size.width - size.left - RIGHT) / 74.0) as u32;
    let steps = [
        (7.0, 7, "d"),
        (30.0, 30, "d"),
        (365.25 / 12.0, 1, "m"),
        (365.25 / 4.0, 3, "m"),
        (365.25 / 2.0, 6, "m"),
    ];
    let years = [1, 2, 5, 10, 20].map(|years| (365.25 * f64::from(years), years, "y"));
    let all = || steps.iter().chain(&years);
    let fits = |(days, ..): &&(f64, u32, &str)| f64::from(longest) / days <= f64::from(room.max(2));
    let Some((width, by, unit)) = all().find(fits).or_else(|| all().last()) else { return Vec::new() };
    let name = |count: u32| {
        let (count, one, many) = match *unit {
            "d" => (count, "day", "days"),
            "m" if count.is_multiple_of(12) && count > 0 => (count / 12, "year", "years"),
            "m" => (count, "month", "months"),
            _ => (count, "year", "years"),
        };
        if count == 0 {
            "gained".to_owned()
        } else {
            format!("{count}\u{a0}{}", if count == 1 { one } else { many })
        }
    };
    let last = (f64::from(longest) * (1.0 - 26.0 / size.width) / width).floor() as u32;
    (0..=last).map(|i| ((f64::from(i) * width).round() as u32, name(i * by))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<Point> {
        let point =
            |days, share: f64| Point { days, share, low: share - 0.04, high: (share + 0.03).min(1.0) };
        vec![point(0, 1.0), point(181, 0.8), point(400, 0.55), point(1_000, 0.3)]
    }

    #[test]
    fn a_curve_is_drawn_in_steps_with_a_mark_for_each_row() {
        let mark =
            Mark { days: 400, said: "400 days: 55.0 %".into(), link: "/customers?among=at_risk:400".into() };
        let drawn = picture(&points(), &[mark]).into_string();
        assert_eq!(drawn.matches("<circle").count(), 2, "in two widths");
        assert!(drawn.contains("<title>400 days: 55.0 %</title>") && drawn.contains("at_risk:400"));
        assert!(drawn.contains("class=\"band\"") && !drawn.contains("NaN"));
        assert!(drawn.contains("6\u{a0}months") && drawn.contains("2\u{a0}years"), "{drawn}");
        assert_eq!(picture(&[], &[]).into_string(), "");
    }

    #[test]
    fn one_point_and_a_short_time_still_draw() {
        let one = [Point { days: 0, share: 0.0, low: 0.0, high: 0.0 }];
        for drawn in [picture(&one, &[]), beside("North", &one, &points()), beside("North", &[], &points())] {
            let drawn = drawn.into_string();
            assert!(drawn.contains("<path") && !drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        }
    }

    #[test]
    fn ticks_are_few_and_named_in_the_largest_unit() {
        for longest in [0, 1, 9, 40, 200, 546, 2_000, 20_000] {
            for size in [&WIDE, &NARROW, &SMALL] {
                let told = ticks(longest, size);
                assert!((1..=9).contains(&told.len()), "{longest} {}: {told:?}", size.class);
            }
        }
        let told: Vec<String> =
            ticks(546, &WIDE).into_iter().map(|(_, name)| name.replace('\u{a0}', " ")).collect();
        assert_eq!(told, ["gained", "3 months", "6 months", "9 months", "1 year", "15 months"]);
    }
}
