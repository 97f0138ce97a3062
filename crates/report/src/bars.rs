//! Small bars for the cells of tables, beside the number they draw. Classes: `lean`, `length`, `up`, `down`, `base`.

use crate::scale::px;
use maud::{Markup, html};

/// Bits for (to the right of the middle) or against (to the left), on a scale from `-most` to `most`.
pub fn lean(bits: f64, most: f64) -> Markup {
    const HALF: f64 = 50.0;
    let share = if most > 0.0 && bits.is_finite() { (bits / most).clamp(-1.0, 1.0) } else { 0.0 };
    let length = share.abs() * HALF;
    let (class, x) = if share < 0.0 { ("down", HALF - length) } else { ("up", HALF) };
    html! {
        svg.lean viewBox="0 0 100 12" aria-hidden="true" {
            @if length > 0.0 { rect.(class) x=(px(x)) y="2" width=(px(length.max(0.5))) height="8" {} }
            line.base x1="50" x2="50" y1="0" y2="12" {}
        }
    }
}

/// A share, 0–1, as a length.
pub fn length(share: f64) -> Markup {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    html! {
        svg.length viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" {
            @if share > 0.0 { rect.up x="0" y="2" width=(px((share * 100.0).max(0.5))) height="8" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_leans_to_its_side_and_stays_inside() {
        for (bits, most, drawn) in [
            (5.0, 10.0, Some("<rect class=\"up\" x=\"50\" y=\"2\" width=\"25\"")),
            (-5.0, 10.0, Some("<rect class=\"down\" x=\"25\" y=\"2\" width=\"25\"")),
            (-50.0, 10.0, Some("<rect class=\"down\" x=\"0\" y=\"2\" width=\"50\"")),
            (0.0, 10.0, None),
            (f64::NAN, 10.0, None),
            (5.0, 0.0, None),
        ] {
            let told = lean(bits, most).into_string();
            assert_eq!(told.contains("<rect"), drawn.is_some(), "{told}");
            assert!(drawn.is_none_or(|part| told.contains(part)), "{told}");
        }
    }

    #[test]
    fn a_small_share_is_still_seen() {
        assert!(length(0.000_1).into_string().contains("width=\"0.5\""));
        assert!(length(7.0).into_string().contains("width=\"100\""));
        assert!(!length(f64::NAN).into_string().contains("<rect"));
    }
}
