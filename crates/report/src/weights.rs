//! The waterfall of weights: from how rare it is that two records are one customer, clue by clue, to the sum; to
//! the right of 0 they rather are, to the left they rather are not (Fellegi and Sunter 1969).
//!
//! Bars below each other on one scale of bits. Classes: `total`, `up`, `down`, `rare` (the part of a bar that rests
//! on how rare the value is), `lost` (what a frequent value takes away), `join`, `grid`, `zero`, `name`, `said`,
//! `number`, `tick`.

use crate::evidence::{bits, in_tenths, tenths};
use crate::scale::{Scale, px, shorten};
use maud::{Markup, html};

/// What one field says.
#[derive(Debug, Clone, PartialEq)]
pub struct Clue {
    /// The field, in words.
    pub name: String,
    /// How the two values relate, in words.
    pub said: String,
    /// Bits for or against; the frequency's part included.
    pub bits: f64,
    /// Of those, bits for how rare (positive) or frequent (negative) the value is.
    pub frequency: f64,
}

/// Two records weighed.
#[derive(Debug, Clone, PartialEq)]
pub struct Weighing {
    /// Bits before anything is compared.
    pub prior: f64,
    /// Clue by clue.
    pub clues: Vec<Clue>,
    /// Bits in all.
    pub total: f64,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// What it stands for.
    pub name: &'a str,
    /// How the values relate.
    pub said: &'a str,
    /// Where it starts, in bits; totals start at 0.
    pub from: f64,
    /// Where it ends, in bits.
    pub to: f64,
    /// What is written beside it, in tenths of bits: rounded so that the rows add up to the total exactly.
    pub shown_tenths: i64,
    /// Bits of it for how rare or frequent the value is.
    pub frequency: f64,
    /// Whether it stands on 0: the prior and the total.
    pub is_total: bool,
}

impl Weighing {
    /// The prior, each clue, the total, in this order.
    pub fn rows(&self) -> Vec<Row<'_>> {
        let total = |name, said, to| Row {
            name,
            said,
            from: 0.0,
            to: drawable(to),
            shown_tenths: in_tenths(to),
            frequency: 0.0,
            is_total: true,
        };
        let mut rows = vec![total("Before comparing", "any two records", self.prior)];
        let mut sum = drawable(self.prior);
        for clue in &self.clues {
            let (from, to) = (sum, sum + drawable(clue.bits));
            rows.push(Row {
                name: &clue.name,
                said: &clue.said,
                from,
                to,
                shown_tenths: in_tenths(to) - in_tenths(from),
                frequency: drawable(clue.frequency),
                is_total: false,
            });
            sum = to;
        }
        let said = if self.total > 0.0 { "rather one customer" } else { "rather two customers" };
        rows.push(total("Together", said, self.total));
        rows
    }

    /// Whether prior and clues make the total, to the tenth of a bit.
    pub fn ties(&self) -> bool {
        let sum = self.prior + self.clues.iter().map(|clue| clue.bits).sum::<f64>();
        in_tenths(sum) == in_tenths(self.total) || (sum - self.total).abs() < 0.01
    }

    /// The picture in words.
    pub fn summary(&self) -> String {
        let clues = crate::number::counted(self.clues.len(), "clue", "clues");
        format!("From {} bits before comparing, by {clues}, to {} bits", bits(self.prior), bits(self.total))
    }
}

/// Bits that a picture can hold; evidence beyond is as good as certain.
fn drawable(bits: f64) -> f64 {
    const MOST: f64 = 999.0;
    if bits.is_nan() { 0.0 } else { bits.clamp(-MOST, MOST) }
}

/// Both layouts; the page's style sheet shows `.wide` or `.narrow`.
pub fn picture(weighing: &Weighing) -> Markup {
    let rows = weighing.rows();
    html! { (drawn(&rows, &weighing.summary(), &WIDE)) (drawn(&rows, &weighing.summary(), &NARROW)) }
}

/// Where things stand in one layout.
struct Layout {
    class: &'static str,
    width: f64,
    /// From the top of one row to that of the next.
    row: f64,
    bars: (f64, f64),
    /// Where the bar lies in its row.
    bar_top: f64,
    bar_height: f64,
    /// Where the texts stand in their row.
    baseline: f64,
    said_x: f64,
    said_letters: usize,
    ticks: usize,
}

const WIDE: Layout = Layout {
    class: "wide",
    width: 1120.0,
    row: 30.0,
    bars: (400.0, 1040.0),
    bar_top: 6.0,
    bar_height: 18.0,
    baseline: 19.5,
    said_x: 150.0,
    said_letters: 36,
    ticks: 7,
};

const NARROW: Layout = Layout {
    class: "narrow",
    width: 358.0,
    row: 42.0,
    bars: (4.0, 354.0),
    bar_top: 21.0,
    bar_height: 14.0,
    baseline: 15.0,
    said_x: 118.0,
    said_letters: 26,
    ticks: 4,
};

const HEAD: f64 = 22.0;
const FOOT: f64 = 36.0;
/// Bits to the right of 0 that are always shown, so that 0 never stands at the edge.
const BEYOND: f64 = 3.0;

fn drawn(rows: &[Row], summary: &str, layout: &Layout) -> Markup {
    let (scale, ticks) = scale_of(rows, layout.ticks);
    let x = |level: f64| scale.place(level, layout.bars.0, layout.bars.1);
    let foot = HEAD + layout.row * rows.len() as f64;
    html! {
        svg.chart.weights.(layout.class) viewBox=(format!("0 0 {} {}", layout.width, foot + FOOT)) role="img" aria-label=(summary) {
            @for tick in &ticks {
                @let at = px(x(*tick));
                @if *tick == 0.0 { line.zero x1=(at) x2=(at) y1=(px(HEAD - 4.0)) y2=(px(foot + 4.0)) {} }
                @else { line.grid x1=(at) x2=(at) y1=(px(HEAD)) y2=(px(foot)) {} }
                text.tick x=(px(x(*tick).clamp(12.0, layout.width - 14.0))) y=(px(foot + 17.0)) text-anchor="middle" { (whole(*tick)) }
            }
            text.tick x=(px(layout.bars.0)) y="12" { "← two customers" }
            text.tick x=(px(layout.bars.1)) y="12" text-anchor="end" { "one customer →" }
            text.tick x=(px(x(0.0).min(layout.width - 120.0))) y=(px(foot + 32.0)) text-anchor="middle" { "bits; at 0 both are as likely" }
            @for (index, pair) in rows.windows(2).enumerate() {
                @let level = if pair[1].is_total { pair[1].to } else { pair[1].from };
                @let top = HEAD + layout.row * index as f64 + layout.bar_top;
                line.join x1=(px(x(level))) x2=(px(x(level))) y1=(px(top + layout.bar_height)) y2=(px(top + layout.row)) {}
            }
            @for (index, row) in rows.iter().enumerate() {
                (bar(row, HEAD + layout.row * index as f64, layout, &x))
            }
        }
    }
}

fn bar(row: &Row, top: f64, layout: &Layout, x: &dyn Fn(f64) -> f64) -> Markup {
    let baseline = px(top + layout.baseline);
    html! {
        g {
            title { (row.name) ", " (row.said) ": " (tenths(row.shown_tenths)) " bits" }
            @for (class, from, to) in pieces(row) {
                @let (start, end) = (x(from.min(to)), x(from.max(to)));
                rect.(class) x=(px(start)) y=(px(top + layout.bar_top)) width=(px((end - start).max(1.5))) height=(px(layout.bar_height)) {}
            }
            text.name x="0" y=(baseline) { (shorten(row.name, 19)) }
            text.said x=(px(layout.said_x)) y=(baseline) { (shorten(row.said, layout.said_letters)) }
            text.number x=(px(layout.width)) y=(baseline) text-anchor="end" { (tenths(row.shown_tenths)) }
        }
    }
}

/// The parts a bar is drawn in: class, from, to. Rarity that speaks as the rest does is a lighter part of the bar;
/// frequency that speaks against it is an outline of what was lost.
fn pieces(row: &Row) -> Vec<(&'static str, f64, f64)> {
    let (from, to) = (row.from, row.to);
    if row.is_total {
        return vec![("total", from, to)];
    }
    let class = if to < from { "down" } else { "up" };
    let without = to - row.frequency;
    if row.frequency.abs() < 0.05 {
        return vec![(class, from, to)];
    }
    let same_side = (without - from) * (to - from) >= 0.0;
    let grows = row.frequency * (to - from) > 0.0;
    match (same_side, grows) {
        (true, true) => {
            vec![(class, from, without), (if to < from { "down rare" } else { "up rare" }, without, to)]
        }
        (true, false) => vec![(class, from, to), ("lost", to, without)],
        (false, _) => vec![(class, from, to), ("lost", from, without)],
    }
}

fn scale_of(rows: &[Row], wanted: usize) -> (Scale, Vec<f64>) {
    let levels = rows.iter().flat_map(pieces).flat_map(|(_, from, to)| [from, to]);
    let (low, high) = levels
        .filter(|level| level.is_finite())
        .fold((-BEYOND, BEYOND), |(low, high), level| (low.min(level), high.max(level)));
    Scale::round(low, high, wanted)
}

fn whole(tick: f64) -> String {
    crate::number::signed(tick as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clue(name: &str, bits: f64, frequency: f64) -> Clue {
        Clue { name: name.into(), said: "the same".into(), bits, frequency }
    }

    fn weighing(prior: f64, clues: Vec<Clue>) -> Weighing {
        let total = prior + clues.iter().map(|clue| clue.bits).sum::<f64>();
        Weighing { prior, clues, total }
    }

    /// `class` of every bar, with its left and right edge.
    fn bars(drawn: &str) -> Vec<(String, f64, f64)> {
        let number = |part: &str, name: &str| -> f64 {
            let (_, rest) = part.split_once(&format!(" {name}=\"")).expect("attribute");
            rest.split('"').next().and_then(|n| n.parse().ok()).expect("number")
        };
        drawn
            .split("<rect class=\"")
            .skip(1)
            .map(|part| {
                let left = number(part, "x");
                (part.split('"').next().unwrap_or("").to_owned(), left, left + number(part, "width"))
            })
            .collect()
    }

    #[test]
    fn what_is_written_adds_up_to_the_total_exactly() {
        for step in 1..40 {
            let part = 0.37 * f64::from(step);
            let clues = (0..7).map(|i| clue("x", part * (f64::from(i) - 2.6), 0.0)).collect();
            let weighing = weighing(-14.26, clues);
            let rows = weighing.rows();
            let (last, others) = rows.split_last().expect("rows");
            assert_eq!(others.iter().map(|row| row.shown_tenths).sum::<i64>(), last.shown_tenths, "{part}");
            for row in others {
                assert!((row.shown_tenths as f64 - (row.to - row.from) * 10.0).abs() <= 1.0, "{row:?}");
            }
            assert!(weighing.ties());
        }
    }

    #[test]
    fn each_bar_starts_where_the_one_before_ends() {
        let weighing = weighing(-14.0, vec![clue("a", 9.0, 0.0), clue("b", -3.0, 0.0), clue("c", 12.0, 0.0)]);
        let rows = weighing.rows();
        for pair in rows[..rows.len() - 1].windows(2) {
            assert!((pair[0].to - pair[1].from).abs() < 1e-9);
        }
        let drawn = drawn(&rows, "x", &WIDE).into_string();
        let bars = bars(&drawn);
        let classes: Vec<&str> = bars.iter().map(|(class, ..)| class.as_str()).collect();
        assert_eq!(classes, ["total", "up", "down", "up", "total"]);
        let close = |a: f64, b: f64| assert!((a - b).abs() < 0.3, "{a} {b}");
        close(bars[0].1, bars[1].1);
        close(bars[1].2, bars[2].2);
        close(bars[2].1, bars[3].1);
        close(bars[3].2, bars[4].2);
        close(bars[0].2, bars[4].1);
        assert_eq!(drawn.matches("class=\"zero\"").count(), 1);
    }

    #[test]
    fn rarity_is_a_lighter_part_and_frequency_an_outline() {
        let told = |bits: f64, frequency: f64| {
            let one = weighing(0.0, vec![clue("a", bits, frequency)]);
            pieces(&one.rows()[1]).into_iter().map(|(class, ..)| class).collect::<Vec<_>>()
        };
        assert_eq!(told(8.0, 3.0), ["up", "up rare"]);
        assert_eq!(told(8.0, -3.0), ["up", "lost"]);
        assert_eq!(told(-1.0, -3.0), ["down", "lost"]);
        assert_eq!(told(8.0, 0.0), ["up"]);
        let one = weighing(-10.0, vec![clue("a", 8.0, 3.0)]);
        assert_eq!(pieces(&one.rows()[1]), [("up", -10.0, -5.0), ("up rare", -5.0, -2.0)]);
    }

    #[test]
    fn a_total_that_does_not_follow_is_called_so() {
        let mut off = weighing(-14.0, vec![clue("a", 9.0, 0.0)]);
        off.total = 3.0;
        assert!(!off.ties());
    }

    #[test]
    fn any_weights_stay_inside_the_picture() {
        for weighing in [
            weighing(-14.0, Vec::new()),
            weighing(0.0, vec![clue("a", 400.0, 390.0)]),
            weighing(-30.0, vec![clue("a", -1_000.0, 5.0)]),
            Weighing { prior: f64::NEG_INFINITY, clues: vec![clue("a", 3.0, 0.0)], total: f64::NAN },
        ] {
            let drawn = picture(&weighing).into_string();
            assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
            for (_, left, right) in bars(&drawn) {
                assert!(left >= 0.0 && right <= WIDE.width, "{left} {right}");
            }
        }
    }

    #[test]
    fn hostile_names_stay_text() {
        let drawn = picture(&weighing(-3.0, vec![clue("<script>", 1.0, 0.0)])).into_string();
        assert!(drawn.contains("&lt;script&gt;") && !drawn.contains("<script>"));
    }
}
