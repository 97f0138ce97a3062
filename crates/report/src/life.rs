//! One customer's life as a picture: departments as lanes, time from left to right, a mark for each event.
//!
//! Shape tells the kind and a failure also carries a cross, so that colour is never alone. Classes: `lane`, `name`,
//! `active`, `mark`, `failed`, `tick`, `grid`.

use crate::scale::{px, shorten};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use model::{Day, EventKind};

/// A department and what happened with it.
#[derive(Debug, Clone)]
pub struct Lane {
    /// The department's name.
    pub name: String,
    /// In order of time.
    pub marks: Vec<Mark>,
}

/// One event.
#[derive(Debug, Clone)]
pub struct Mark {
    /// UTC microseconds.
    pub at_us: i64,
    /// Its shape.
    pub kind: EventKind,
    /// Whether the touchpoint failed the customer.
    pub failed: bool,
    /// What it was, in words.
    pub title: String,
    /// Where it is told in full.
    pub href: String,
}

/// What a life spans.
#[derive(Debug, Clone)]
pub struct Span {
    /// UTC microseconds of the first moment shown.
    pub from_us: i64,
    /// UTC microseconds of the last moment shown.
    pub to_us: i64,
    /// When the customer was active: from, until, UTC microseconds.
    pub active: Vec<(i64, i64)>,
}

const LANE: f64 = 38.0;
const EDGE: f64 = 8.0;

/// The lanes in both widths.
pub fn picture(lanes: &[Lane], span: &Span, zone: &TimeZone) -> Markup {
    html! {
        (lanes_in(lanes, span, zone, "wide", 1120.0))
        (lanes_in(lanes, span, zone, "narrow", 358.0))
    }
}

fn lanes_in(lanes: &[Lane], span: &Span, zone: &TimeZone, class: &str, width: f64) -> Markup {
    let length = (span.to_us - span.from_us).max(1) as f64;
    let x = |at_us: i64| {
        let share = ((at_us - span.from_us) as f64 / length).clamp(0.0, 1.0);
        EDGE + share * (width - 2.0 * EDGE)
    };
    let foot = LANE * (lanes.len() + 1) as f64;
    let most = (width / 7.5) as usize;
    html! {
        svg.chart.life.(class) viewBox=(format!("0 0 {width} {}", foot + 22.0)) role="group" aria-label="Events by department over time" {
            @for (at_us, name) in years(span, zone, width) {
                line.grid x1=(px(x(at_us))) x2=(px(x(at_us))) y1="0" y2=(px(foot)) {}
                text.tick x=(px(x(at_us).clamp(14.0, width - 30.0))) y=(px(foot + 16.0)) text-anchor="middle" { (name) }
            }
            text.name x="0" y="12" { "Active" }
            line.lane x1="0" x2=(width) y1="25" y2="25" {}
            @for (from, to) in &span.active {
                rect.active x=(px(x(*from))) y="20" width=(px((x(*to) - x(*from)).max(2.0))) height="10" rx="2" {}
            }
            @for (index, lane) in lanes.iter().enumerate() {
                @let y = LANE * (index + 1) as f64;
                text.name x="0" y=(px(y + 12.0)) { (shorten(&lane.name, most)) }
                line.lane x1="0" x2=(width) y1=(px(y + 25.0)) y2=(px(y + 25.0)) {}
                @for mark in &lane.marks {
                    a.link href=(mark.href) aria-label=(mark.title) {
                        title { (mark.title) }
                        (shape(mark.kind, mark.failed, x(mark.at_us), y + 25.0))
                    }
                }
            }
        }
    }
}

/// The mark of a kind around a point: contact a dot, purchase a full square, refund an empty one,
/// subscription a diamond, response a triangle. A failure is larger and carries a cross.
pub fn shape(kind: EventKind, failed: bool, x: f64, y: f64) -> Markup {
    let empty = if kind == EventKind::Refund { " empty" } else { "" };
    let class = format!("mark{}{empty}", if failed { " failed" } else { "" });
    let grown = if failed { 1.4 } else { 1.0 };
    let polygon = |corners: &[(f64, f64)]| {
        let corners = corners.iter().map(|(dx, dy)| format!("{},{}", px(x + dx * grown), px(y + dy * grown)));
        html! { polygon class=(class) points=(corners.collect::<Vec<_>>().join(" ")) {} }
    };
    html! {
        @match kind {
            EventKind::Contact => { circle class=(class) cx=(px(x)) cy=(px(y)) r=(px(4.0 * grown)) {} },
            EventKind::Purchase | EventKind::Refund => (polygon(&[(-4.3, -4.3), (4.3, -4.3), (4.3, 4.3), (-4.3, 4.3)])),
            EventKind::Subscription => (polygon(&[(0.0, -6.0), (6.0, 0.0), (0.0, 6.0), (-6.0, 0.0)])),
            EventKind::Response => (polygon(&[(0.0, -5.5), (5.5, 4.5), (-5.5, 4.5)])),
        }
        @if failed {
            path class=(format!("cross{empty}")) d=(format!("M{} {}l5 5m-5 0l5 -5", px(x - 2.5), px(y - 2.5))) {}
        }
    }
}

/// Starts of years inside the span with their names, thinned to what the width can hold; the first and last
/// day when no year starts inside.
fn years(span: &Span, zone: &TimeZone, width: f64) -> Vec<(i64, String)> {
    let (first, last) =
        (crate::calendar::day_of(span.from_us, zone), crate::calendar::day_of(span.to_us, zone));
    let starts: Vec<(i64, String)> = (first.date().year() + 1..=last.date().year())
        .map(|year| (start_us(Day::of(jiff::civil::date(year, 1, 1)), zone), year.to_string()))
        .collect();
    if starts.is_empty() {
        let end = (first != last).then(|| (span.to_us, crate::calendar::day(last)));
        return [(span.from_us, crate::calendar::day(first))].into_iter().chain(end).collect();
    }
    let every = (starts.len() as f64 * 44.0 / width).ceil().max(1.0) as usize;
    starts.into_iter().step_by(every).collect()
}

/// UTC microseconds at which a day starts in a zone.
pub fn start_us(day: Day, zone: &TimeZone) -> i64 {
    day.date()
        .to_zoned(zone.clone())
        .map_or(i64::from(day.0) * 86_400_000_000, |at| at.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR_US: i64 = 365 * 86_400_000_000;

    fn span(from_us: i64, to_us: i64) -> Span {
        Span { from_us, to_us, active: vec![(from_us, to_us)] }
    }

    #[test]
    fn every_kind_has_its_own_shape_and_a_failure_a_cross() {
        let drawn: std::collections::BTreeSet<String> =
            EventKind::ALL.iter().map(|kind| shape(*kind, false, 10.0, 10.0).into_string()).collect();
        assert_eq!(drawn.len(), EventKind::ALL.len());
        let failed = shape(EventKind::Contact, true, 10.0, 10.0).into_string();
        assert!(failed.contains("class=\"mark failed\"") && failed.contains("class=\"cross\""));
    }

    #[test]
    fn texts_are_escaped_and_long_names_are_cut() {
        let mark = Mark {
            at_us: 5,
            kind: EventKind::Contact,
            failed: false,
            title: "<b>\"late\"</b>".into(),
            href: "#e-1".into(),
        };
        let lanes = [Lane { name: "x".repeat(400), marks: vec![mark] }];
        let drawn = picture(&lanes, &span(0, 10), &TimeZone::UTC).into_string();
        assert!(!drawn.contains("<b>") && drawn.contains("&lt;b&gt;"));
        assert!(drawn.contains('…') && !drawn.contains(&"x".repeat(200)));
    }

    #[test]
    fn time_is_named_by_years_or_by_days_when_short() {
        let names = |span: &Span| -> Vec<String> {
            years(span, &TimeZone::UTC, 358.0)
                .into_iter()
                .map(|(_, name)| name.replace('\u{a0}', " "))
                .collect()
        };
        assert_eq!(names(&span(0, 3 * YEAR_US)), ["1971", "1972"]);
        assert_eq!(names(&span(0, 40 * YEAR_US)).len(), 8);
        assert_eq!(names(&span(0, 86_400_000_000)), ["1 Jan 1970", "2 Jan 1970"]);
        assert_eq!(names(&span(7, 7)), ["1 Jan 1970"]);
    }
}
