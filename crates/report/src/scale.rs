//! Scales shared by all pictures: round steps (Heckbert, "Nice Numbers for Graph Labels", 1990), placing, cut axes.

use std::fmt::Write as _;

/// A range of values laid over a length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Value at the start of the length.
    pub from: f64,
    /// Value at its end.
    pub to: f64,
    /// Whether 0 was left out to make differences legible; a picture must then say where its axis starts.
    pub cut: bool,
}

impl Scale {
    /// A scale for levels between `low` and `high` that starts at 0, unless the differences would then be
    /// too small to read: when all levels lie in the upper three tenths it is cut a little below the lowest.
    pub fn for_levels(low: f64, high: f64) -> Self {
        let span = high - low;
        if low <= 0.0 || span <= 0.0 || low < high * 0.7 {
            return Self {
                from: low.min(0.0),
                to: high.max(0.0).max(low.min(0.0) + f64::MIN_POSITIVE),
                cut: false,
            };
        }
        let step = round_step(span / 5.0);
        let from = (((low - span * 0.4) / step).floor() * step).max(0.0);
        Self { from, to: high, cut: from > 0.0 }
    }

    /// A scale from the round number below `low` to the one above `high`, with about `wanted` steps.
    pub fn round(low: f64, high: f64, wanted: usize) -> (Self, Vec<f64>) {
        let high = if high > low { high } else { low + 1.0 };
        let step = round_step((high - low) / wanted.max(1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let ticks = (0..=(last - first) as usize).map(|i| (first + i as f64) * step).collect();
        (Self { from: first * step, to: last * step, cut: first > 0.0 }, ticks)
    }

    /// Where a value lies between `start` and `end`; values outside the scale are held at its ends.
    pub fn place(&self, value: f64, start: f64, end: f64) -> f64 {
        let span = self.to - self.from;
        let share = if span > 0.0 { ((value - self.from) / span).clamp(0.0, 1.0) } else { 0.0 };
        start + share * (end - start)
    }
}

/// The smallest of 1, 2, 5 × 10ⁿ that is at least `rough`; at least 1, since we count whole things.
fn round_step(rough: f64) -> f64 {
    if !rough.is_finite() || rough <= 1.0 {
        return 1.0;
    }
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().find(|m| m * magnitude >= rough * 0.999_999);
    step.unwrap_or(10.0) * magnitude
}

/// A coordinate with one decimal, as short as it goes.
pub(crate) fn px(at: f64) -> String {
    let told = format!("{at:.1}");
    told.strip_suffix(".0").map_or(told.clone(), str::to_owned)
}

/// At most `most` characters, the last an ellipsis when cut.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.push('…');
    short
}

/// A path from `(x, y)` points.
pub(crate) fn path(points: &[(f64, f64)]) -> String {
    let mut told = String::new();
    for (index, (x, y)) in points.iter().enumerate() {
        let command = if index == 0 { 'M' } else { 'L' };
        // Writing into a String cannot fail.
        let _ = write!(told, "{command}{} {}", px(*x), px(*y));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_is_cut_only_where_movements_would_vanish() {
        let table = [
            ((0.0, 100.0), (0.0, 100.0, false)),
            ((40.0, 100.0), (0.0, 100.0, false)),
            ((12_439.0, 12_851.0), (12_200.0, 12_851.0, true)),
            ((100.0, 100.0), (0.0, 100.0, false)),
            ((-20.0, 100.0), (-20.0, 100.0, false)),
        ];
        for ((low, high), (from, to, cut)) in table {
            assert_eq!(Scale::for_levels(low, high), Scale { from, to, cut }, "{low} {high}");
        }
        let empty = Scale::for_levels(0.0, 0.0);
        assert!(empty.place(0.0, 10.0, 20.0).is_finite());
    }

    #[test]
    fn ticks_are_round_and_hold_the_range() {
        let (scale, ticks) = Scale::round(12_034.0, 12_480.0, 4);
        assert_eq!((scale.from, scale.to), (12_000.0, 12_600.0));
        assert_eq!(ticks, [12_000.0, 12_200.0, 12_400.0, 12_600.0]);
        let (_, ticks) = Scale::round(-3.0, 5.0, 3);
        assert_eq!(ticks, [-5.0, 0.0, 5.0]);
        assert_eq!(Scale::round(7.0, 7.0, 3).1, [7.0, 8.0]);
    }

    #[test]
    fn a_cut_text_ends_in_an_ellipsis() {
        assert_eq!((shorten("Support", 7), shorten("Supportive", 7)), ("Support".into(), "Suppor…".into()));
        assert_eq!((px(3.04), px(3.06)), ("3".to_owned(), "3.1".to_owned()));
        assert_eq!(path(&[(0.0, 1.0), (2.5, 3.0)]), "M0 1L2.5 3");
    }
}
