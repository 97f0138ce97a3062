//! The two pictures of the page.

use super::{Before, Lift, Said};
use crate::number;
use crate::scale::{px, shorten};
use maud::{Markup, html};

/// Rows drawn; the table behind has all.
const MOST: usize = 10;

/// What was said: the share of losses that said anything, then a bar for each reason. `unknown` is the share of those
/// who said nothing, and where its part leads.
pub fn stated(said: &[Said], unknown: (f64, &str)) -> Markup {
    html! { (said_in(said, unknown, &SAID_WIDE)) (said_in(said, unknown, &SAID_NARROW)) }
}

/// What came before: shares of the lost and of those who stayed, and the lift with its interval.
pub fn before(causes: &[Before]) -> Markup {
    html! { (before_in(causes, &BEFORE_WIDE)) (before_in(causes, &BEFORE_NARROW)) }
}

struct SaidLayout {
    class: &'static str,
    width: f64,
    bars: (f64, f64),
    letters: usize,
}

const SAID_WIDE: SaidLayout = SaidLayout { class: "wide", width: 440.0, bars: (140.0, 385.0), letters: 19 };
const SAID_NARROW: SaidLayout =
    SaidLayout { class: "narrow", width: 358.0, bars: (126.0, 304.0), letters: 17 };

const ROW: f64 = 30.0;

fn said_in(said: &[Said], (unknown, href): (f64, &str), layout: &SaidLayout) -> Markup {
    let said = &said[..said.len().min(MOST)];
    let height = ROW * (said.len() as f64 + 1.6);
    let known = (1.0 - unknown).clamp(0.0, 1.0);
    let (start, end) = layout.bars;
    let split = start + known * (end - start);
    let most = said.iter().map(|said| said.share).fold(f64::MIN_POSITIVE, f64::max);
    let summary = format!("{} said why", number::percent(known));
    html! {
        svg.chart.(layout.class) viewBox=(format!("0 0 {} {}", layout.width, px(height))) role="img" aria-label=(summary) {
            a href=(href) {
                title { (number::percent(known)) " said why, " (number::percent(unknown)) " did not" }
                rect.hit x="0" y="0" width=(px(layout.width)) height=(px(ROW)) {}
                text.name x="0" y="19.5" { "Said why" }
                @if split < end - 0.5 { rect.lost x=(px(split)) y="6" width=(px(end - split)) height="18" {} }
                @if known > 0.0 { rect.up x=(px(start)) y="6" width=(px((split - start).max(1.5))) height="18" {} }
                @if end - split > 90.0 { text.tick x=(px(f64::midpoint(split, end))) y="19" text-anchor="middle" { (number::percent(unknown)) " unknown" } }
                text.number x=(px(layout.width)) y="19.5" text-anchor="end" { (number::percent(known)) }
            }
            @for (index, said) in said.iter().enumerate() {
                @let top = ROW * (index as f64 + 1.4);
                a href=(said.href) {
                    title { (said.name) ": " (number::count(said.count)) ", " (number::percent(said.share)) " of the losses" }
                    rect.hit x="0" y=(px(top)) width=(px(layout.width)) height=(px(ROW)) {}
                    text.name x="0" y=(px(top + 19.5)) { (shorten(&said.name, layout.letters)) }
                    rect.up x=(px(start)) y=(px(top + 6.0)) width=(px((said.share / most * (end - start)).max(1.5))) height="18" {}
                    text.number x=(px(layout.width)) y=(px(top + 19.5)) text-anchor="end" { (number::percent(said.share)) }
                }
            }
        }
    }
}

struct BeforeLayout {
    class: &'static str,
    width: f64,
    row: f64,
    /// Where the name's line stands in its row.
    baseline: f64,
    letters: usize,
    /// Where the owner's line stands; `None` where there is no room.
    owner: Option<f64>,
    bars: (f64, f64),
    bar_top: f64,
    forest: (f64, f64),
}

const BEFORE_WIDE: BeforeLayout = BeforeLayout {
    class: "wide",
    width: 720.0,
    row: 42.0,
    baseline: 17.0,
    letters: 30,
    owner: Some(32.0),
    bars: (205.0, 385.0),
    bar_top: 6.0,
    forest: (455.0, 670.0),
};

const BEFORE_NARROW: BeforeLayout = BeforeLayout {
    class: "narrow",
    width: 358.0,
    row: 62.0,
    baseline: 15.0,
    letters: 46,
    owner: None,
    bars: (0.0, 120.0),
    bar_top: 24.0,
    forest: (178.0, 316.0),
};

const HEAD: f64 = 22.0;
const FOOT: f64 = 24.0;

fn before_in(causes: &[Before], layout: &BeforeLayout) -> Markup {
    let causes = &causes[..causes.len().min(MOST)];
    let foot = HEAD + layout.row * causes.len() as f64;
    let shares = causes.iter().flat_map(|cause| cause.compared.unwrap_or([cause.said.share, 0.0]));
    let most = shares.fold(f64::MIN_POSITIVE, f64::max);
    let axis = Axis::of(causes, layout.forest);
    let (left, right) = layout.forest;
    html! {
        svg.chart.(layout.class) viewBox=(format!("0 0 {} {}", layout.width, px(foot + FOOT))) role="img" aria-label="What came before losses, beside like customers who stayed" {
            text.tick x=(px(layout.bars.0)) y="12" { "share of each group" }
            text.tick x=(px(left)) y="12" { "times as often" }
            @for tick in &axis.ticks {
                @let at = px(axis.x(*tick));
                @if (*tick - 1.0).abs() < 1e-9 { line.zero x1=(at) x2=(at) y1=(px(HEAD - 4.0)) y2=(px(foot + 4.0)) {} }
                @else { line.grid x1=(at) x2=(at) y1=(px(HEAD)) y2=(px(foot)) {} }
                text.tick x=(at) y=(px(foot + 18.0)) text-anchor="middle" { (ticked(*tick)) }
            }
            @for (index, cause) in causes.iter().enumerate() {
                @let top = HEAD + layout.row * index as f64;
                @let (share, href) = cause.compared.map_or((cause.said.share, &cause.said.href), |[lost, _]| (lost, &cause.paired_href));
                a href=(href) {
                    title { (told(cause)) }
                    rect.hit x="0" y=(px(top)) width=(px(left - 25.0)) height=(px(layout.row)) {}
                    text.name x="0" y=(px(top + layout.baseline)) { (shorten(&cause.said.name, layout.letters)) }
                    @if let Some(owner) = layout.owner { text.tick x="0" y=(px(top + owner)) { (shorten(&cause.said.department, layout.letters)) } }
                    (bar("down", share, most, top + layout.bar_top, layout))
                }
                @if let Some([_, stayed]) = cause.compared {
                    a href=(cause.stayed_href) {
                        title { (cause.said.name) ": " (number::percent(stayed)) " of like customers who stayed" }
                        (bar("total", stayed, most, top + layout.bar_top + 15.0, layout))
                    }
                }
                @if let Some(lift) = &cause.lift { (whisker(lift, cause, &axis, top + layout.bar_top + 14.0, right, layout.width)) }
            }
        }
    }
}

fn bar(class: &str, share: f64, most: f64, top: f64, layout: &BeforeLayout) -> Markup {
    let (start, end) = layout.bars;
    let length = (share / most * (end - start)).max(1.0);
    html! {
        rect.(class) x=(px(start)) y=(px(top)) width=(px(length)) height="12" {}
        text.tick x=(px(start + length + 5.0)) y=(px(top + 10.5)) { (number::percent(share)) }
    }
}

fn whisker(lift: &Lift, cause: &Before, axis: &Axis, y: f64, right: f64, width: f64) -> Markup {
    let faint = if lift.stands_out { "" } else { "faint" };
    let (low, high) = (axis.x(lift.low), lift.high.map_or(right + 8.0, |high| axis.x(high)));
    html! {
        a.lift.(faint) href=(cause.stayed_href) {
            title { (told(cause)) }
            rect.hit x=(px(axis.from - 12.0)) y=(px(y - 14.0)) width=(px(width - axis.from + 12.0)) height="28" {}
            line.whisker x1=(px(low)) x2=(px(high)) y1=(px(y)) y2=(px(y)) {}
            @if lift.high.is_none() { path.whisker d=(format!("M{} {}l-5 -4m5 4l-5 4", px(high), px(y))) {} }
            @if let Some(ratio) = lift.ratio { circle.mark cx=(px(axis.x(ratio))) cy=(px(y)) r="4.5" {} }
            text.number x=(px(width)) y=(px(y + 4.5)) text-anchor="end" { (lift.told()) }
        }
    }
}

/// Ratios on a scale of equal factors.
struct Axis {
    from: f64,
    to: f64,
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Axis {
    fn of(causes: &[Before], (from, to): (f64, f64)) -> Self {
        const STEPS: [f64; 9] = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0];
        let lifts = || causes.iter().filter_map(|cause| cause.lift);
        let ends = lifts().flat_map(|lift| [lift.ratio, Some(lift.low), lift.high]).flatten();
        let (least, most) =
            ends.fold((0.7, 1.5), |(least, most): (f64, f64), end| (least.min(end), most.max(end)));
        let below = STEPS.iter().rposition(|step| *step <= least).unwrap_or(0);
        let above = STEPS.iter().position(|step| *step >= most).unwrap_or(STEPS.len() - 1);
        let ticks = STEPS[below..=above].to_vec();
        Self { from, to, low: STEPS[below].ln(), high: STEPS[above].ln(), ticks }
    }

    /// Held at the ends.
    fn x(&self, ratio: f64) -> f64 {
        let share = (ratio.max(f64::MIN_POSITIVE).ln() - self.low) / (self.high - self.low);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }
}

fn ticked(tick: f64) -> String {
    if tick < 1.0 { format!("{tick:.1}") } else { format!("{tick:.0}") }
}

fn told(cause: &Before) -> String {
    let Said { name, count, share, .. } = &cause.said;
    let mut told =
        format!("{name}: before {} losses, {} of them", number::count(*count), number::percent(*share));
    if let Some([lost, stayed]) = cause.compared {
        let (lost, stayed) = (number::percent(lost), number::percent(stayed));
        told = format!("{told}; of those compared {lost}, of like customers who stayed {stayed}");
    }
    match &cause.lift {
        Some(lift) => format!("{told}; {} times as often (95 % interval {})", lift.told(), lift.interval()),
        None => format!("{told}; nothing to compare with"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reasons::tests::{CLEAR, DIM, OPEN, cause, said};

    #[test]
    fn every_mark_stays_inside_and_tells_itself() {
        let wild = Lift { ratio: Some(900.0), low: 0.000_1, high: Some(90_000.0), stands_out: true };
        let none = Lift { ratio: Some(0.0), low: 0.0, high: Some(0.4), stands_out: false };
        let causes = [
            cause("Delivery: went wrong", 44, Some(CLEAR)),
            cause("Failed charge", 4, Some(OPEN)),
            cause("Silence", 90, Some(DIM)),
            cause("First purchase", 20, None),
            cause("<script>", 1, Some(wild)),
            cause("Never", 0, Some(none)),
        ];
        let drawn = before(&causes).into_string();
        assert!(!drawn.contains("NaN") && !drawn.contains("inf") && !drawn.contains("<script>"), "{drawn}");
        assert_eq!(drawn.matches("<circle").count(), 2 * 4, "{drawn}");
        assert!(drawn.contains("1.92 times as often (95 % interval 1.41–2.61)"));
        for part in drawn.split(" x=\"").skip(1).chain(drawn.split(" x2=\"").skip(1)) {
            let at: f64 = part.split('"').next().and_then(|n| n.parse().ok()).expect("number");
            assert!((0.0..=BEFORE_WIDE.width).contains(&at), "{at}");
        }
    }

    #[test]
    fn those_who_said_nothing_are_drawn_as_such() {
        let drawn = stated(&[said("Price", 12), said("Delivery", 8)], (0.9, "/unknown")).into_string();
        assert_eq!(drawn.matches("class=\"lost\"").count(), 2);
        assert_eq!(drawn.matches("class=\"up\"").count(), 6);
        assert!(drawn.contains("10.0\u{a0}% said why, 90.0\u{a0}% did not"), "{drawn}");
        let silent = stated(&[], (1.0, "/unknown")).into_string();
        assert!(!silent.contains("class=\"up\"") && silent.contains("class=\"lost\""));
        let all = stated(&[said("Price", 200)], (0.0, "/unknown")).into_string();
        assert!(!all.contains("class=\"lost\""));
    }

    #[test]
    fn the_axis_holds_one_and_all_intervals_up_to_its_ends() {
        let axis = Axis::of(&[cause("a", 1, Some(CLEAR))], (0.0, 100.0));
        assert_eq!(axis.ticks, [0.5, 1.0, 2.0, 5.0]);
        assert!(axis.x(0.5) == 0.0 && (axis.x(5.0) - 100.0).abs() < 1e-9 && axis.x(0.0) == 0.0);
        assert_eq!(Axis::of(&[], (0.0, 1.0)).ticks, [0.5, 1.0, 2.0]);
    }
}
