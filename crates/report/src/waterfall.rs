//! The asset waterfall: opening, what came, what left, closing. Columns for wide pages, rows for phones.
//!
//! When the movements are small against the base, the axis starts above 0; then both totals carry a break
//! and the picture says where its axis starts. Classes: `total`, `up`, `down`, `link`, `name`, `number`, `note`.

use crate::flow::{Flow, Measure, Step};
use crate::scale::{Scale, path, px};
use maud::{Markup, html};

/// Both layouts; the page's style sheet shows `.wide` or `.narrow`. `link` turns a figure's name into the
/// address of the list behind it.
pub fn picture(flow: &Flow, measure: Measure, link: &dyn Fn(&str) -> String) -> Markup {
    html! { (columns(flow, measure, link)) (rows(flow, measure, link)) }
}

/// Both layouts of any steps from one total to another, named by `summary` for those who listen.
pub fn steps(steps: &[Step], measure: Measure, summary: &str, link: &dyn Fn(&str) -> String) -> Markup {
    html! { (columns_of(steps, measure, summary, link)) (rows_of(steps, measure, summary, link)) }
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 280.0;
const TOP: f64 = 24.0;
const BOTTOM: f64 = 240.0;

/// Bars side by side, 640 × 280.
pub fn columns(flow: &Flow, measure: Measure, link: &dyn Fn(&str) -> String) -> Markup {
    columns_of(&flow.steps(measure), measure, &summary(flow, measure), link)
}

fn columns_of(steps: &[Step], measure: Measure, summary: &str, link: &dyn Fn(&str) -> String) -> Markup {
    let scale = scale_of(steps, measure);
    let slot = WIDTH / steps.len() as f64;
    let bar = (slot * 0.66).min(64.0);
    let left = |index: usize| slot * index as f64 + (slot - bar) / 2.0;
    let at = |level: f64| scale.place(level, BOTTOM, TOP);
    let digits = (slot / 8.6) as usize;
    html! {
        svg.chart.waterfall.wide viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="group" aria-label=(summary) {
            @for (index, pair) in steps.windows(2).enumerate() {
                @let y = px(at(measure.units(pair[0].to)));
                line.join x1=(px(left(index) + bar)) x2=(px(left(index + 1))) y1=(y) y2=(y) {}
            }
            line.base x1="0" x2=(WIDTH) y1=(px(at(scale.from.max(0.0)))) y2=(px(at(scale.from.max(0.0)))) {}
            @for (index, step) in steps.iter().enumerate() {
                @let (low, high) = ends(step, measure, &scale);
                @let (y, height) = thick(at(high), at(low));
                @let middle = px(left(index) + bar / 2.0);
                a.link href=(link(step.figure)) aria-label=(spoken(step, measure)) {
                    title { (spoken(step, measure)) }
                    rect.hit x=(px(slot * index as f64)) y="0" width=(px(slot)) height=(HEIGHT) {}
                    rect.(class(step)) x=(px(left(index))) y=(px(y)) width=(px(bar)) height=(px(height)) {}
                    @if step.is_total && scale.cut { (column_break(left(index), bar)) }
                    text.number x=(middle) y=(px(y - 7.0)) text-anchor="middle" { (told(step, measure, digits)) }
                    text.name x=(middle) y=(px(BOTTOM + 18.0)) text-anchor="middle" { (step.label) }
                }
            }
            @if scale.cut { text.note x="0" y=(px(HEIGHT - 4.0)) { (cut_note(&scale, measure)) } }
        }
    }
}

const ROW: f64 = 30.0;
const NARROW: f64 = 358.0;
const NAMES_END: f64 = 84.0;
const BARS_END: f64 = 268.0;

/// Bars below each other, 358 wide, one row of 30 for each.
pub fn rows(flow: &Flow, measure: Measure, link: &dyn Fn(&str) -> String) -> Markup {
    rows_of(&flow.steps(measure), measure, &summary(flow, measure), link)
}

fn rows_of(steps: &[Step], measure: Measure, summary: &str, link: &dyn Fn(&str) -> String) -> Markup {
    let scale = scale_of(steps, measure);
    let at = |level: f64| scale.place(level, NAMES_END, BARS_END);
    let end = ROW * steps.len() as f64;
    let height = end + if scale.cut { 20.0 } else { 2.0 };
    html! {
        svg.chart.waterfall.narrow viewBox=(format!("0 0 {NARROW} {height}")) role="group" aria-label=(summary) {
            @for (index, pair) in steps.windows(2).enumerate() {
                @let x = px(at(measure.units(pair[0].to)));
                @let y = ROW * index as f64;
                line.join x1=(x) x2=(x) y1=(px(y + 24.0)) y2=(px(y + ROW + 6.0)) {}
            }
            line.base x1=(px(at(scale.from.max(0.0)))) x2=(px(at(scale.from.max(0.0)))) y1="0" y2=(px(end)) {}
            @for (index, step) in steps.iter().enumerate() {
                @let (low, high) = ends(step, measure, &scale);
                @let (x, width) = thick(at(low), at(high));
                @let y = ROW * index as f64;
                a.link href=(link(step.figure)) aria-label=(spoken(step, measure)) {
                    title { (spoken(step, measure)) }
                    rect.hit x="0" y=(px(y)) width=(NARROW) height=(ROW) {}
                    rect.(class(step)) x=(px(x)) y=(px(y + 6.0)) width=(px(width)) height="18" {}
                    @if step.is_total && scale.cut { (row_break(y + 6.0)) }
                    text.name x="0" y=(px(y + 19.5)) { (step.label) }
                    text.number x=(NARROW) y=(px(y + 19.5)) text-anchor="end" { (told(step, measure, 11)) }
                }
            }
            @if scale.cut { text.note x="0" y=(px(height - 4.0)) { (cut_note(&scale, measure)) } }
        }
    }
}

/// The scale on which a flow's levels are drawn.
pub(crate) fn scale_of(steps: &[Step], measure: Measure) -> Scale {
    let movements = steps.iter().filter(|step| !step.is_total).flat_map(|step| [step.from, step.to]);
    let levels = movements.chain(steps.iter().filter(|step| step.is_total).map(|step| step.to));
    let (low, high) = levels.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), level| {
        let level = measure.units(level);
        (low.min(level), high.max(level))
    });
    Scale::for_levels(low, high)
}

/// Lower and upper level of a bar; totals stand on the axis' start.
fn ends(step: &Step, measure: Measure, scale: &Scale) -> (f64, f64) {
    let from = if step.is_total { scale.from.max(0.0) } else { measure.units(step.from) };
    let to = measure.units(step.to);
    (from.min(to), from.max(to))
}

/// Start and length of a bar, long enough to be seen.
fn thick(start: f64, end: f64) -> (f64, f64) {
    const LEAST: f64 = 1.5;
    let length = end - start;
    if length < LEAST { (start - (LEAST - length) / 2.0, LEAST) } else { (start, length) }
}

const fn class(step: &Step) -> &'static str {
    match (step.is_total, step.amount < 0) {
        (true, _) => "total",
        (false, false) => "up",
        (false, true) => "down",
    }
}

fn told(step: &Step, measure: Measure, digits: usize) -> String {
    let sign = if step.amount > 0 && !step.is_total { "+" } else { "" };
    format!("{sign}{}", measure.brief(step.amount, digits.saturating_sub(sign.len())))
}

fn spoken(step: &Step, measure: Measure) -> String {
    let amount = if step.is_total { measure.exact(step.amount) } else { measure.signed(step.amount) };
    match measure {
        Measure::Customers => format!("{}: {amount} customers", step.label),
        Measure::Value(currency) => format!("{}: {amount} {currency}", step.label),
    }
}

fn summary(flow: &Flow, measure: Measure) -> String {
    let (opening, closing) = (measure.exact(flow.opening), measure.exact(flow.closing));
    format!("{}: from {opening} to {closing}", measure.heading())
}

fn cut_note(scale: &Scale, measure: Measure) -> String {
    let start = match measure {
        Measure::Customers => crate::number::count(scale.from as i64),
        Measure::Value(currency) => {
            format!("{}\u{a0}{}", crate::number::sign(currency), crate::number::count(scale.from as i64))
        }
    };
    format!("Axis starts at {start}; the broken bars are cut.")
}

/// A slanted gap through a column, near its foot.
fn column_break(left: f64, bar: f64) -> Markup {
    let y = BOTTOM - 14.0;
    let gap = [
        (left - 2.0, y + 4.0),
        (left + bar / 3.0, y - 4.0),
        (left + bar * 2.0 / 3.0, y + 4.0),
        (left + bar + 2.0, y - 4.0),
    ];
    html! { path.break d=(path(&gap)) {} }
}

/// A slanted gap through a row, near its start.
fn row_break(top: f64) -> Markup {
    let x = NAMES_END + 12.0;
    let gap = [(x - 3.0, top - 2.0), (x + 3.0, top + 6.0), (x - 3.0, top + 12.0), (x + 3.0, top + 20.0)];
    html! { path.break d=(path(&gap)) {} }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Currency;

    fn draw(flow: &Flow, measure: Measure) -> String {
        picture(flow, measure, &|figure| format!("/customers?figure={figure}&segment=a b")).into_string()
    }

    #[test]
    fn a_cut_axis_says_where_it_starts_and_breaks_both_totals() {
        let flow = Flow {
            opening: 12_439,
            gained: 374,
            won_back: 38,
            lost: 371,
            closing: 12_480,
            ..Flow::default()
        };
        let drawn = draw(&flow, Measure::Customers);
        assert_eq!(drawn.matches("class=\"break\"").count(), 4, "two totals in two layouts");
        assert_eq!(drawn.matches("Axis starts at 12,").count(), 2);
        let small = Flow { opening: 10, gained: 8, lost: 2, closing: 16, ..Flow::default() };
        assert!(!draw(&small, Measure::Customers).contains("Axis starts"));
    }

    #[test]
    fn every_bar_opens_its_list() {
        let flow = Flow { opening: 5, adjusted: -1, closing: 4, ..Flow::default() };
        let drawn = draw(&flow, Measure::Customers);
        for figure in ["opening", "gained", "won_back", "lost", "adjustment", "closing"] {
            assert_eq!(drawn.matches(&format!("figure={figure}&amp;segment=a b")).count(), 2, "{figure}");
        }
        assert!(drawn.contains("Adjusted: −1 customers"));
    }

    #[test]
    fn empty_negative_and_huge_flows_stay_inside_the_picture() {
        let euro = Measure::Value(Currency::parse("EUR").expect("code"));
        let flows = [
            Flow::default(),
            Flow { opening: 100, lost: 300, closing: -200, ..Flow::default() },
            Flow {
                opening: i64::MAX / 2,
                gained: i64::MAX / 4,
                closing: i64::MAX / 4 * 3,
                ..Flow::default()
            },
            Flow { opening: -500, expanded: 100, closing: -400, ..Flow::default() },
        ];
        for flow in flows {
            let drawn = draw(&flow, euro);
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
            for part in drawn.split(" height=\"").skip(1) {
                let height: f64 = part.split('"').next().and_then(|h| h.parse().ok()).expect("height");
                assert!((0.0..=HEIGHT).contains(&height), "{height}");
            }
        }
    }
}
