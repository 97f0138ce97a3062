//! A trend the size of a word (Tufte, "Beautiful Evidence"). Classes: `spark`, `line`, `dot`, `base`.

use crate::scale::px;
use maud::{Markup, html};

const WIDTH: f64 = 96.0;
const HEIGHT: f64 = 22.0;

/// Shares (0–1) from left to right on a scale from 0 to `most`, the last marked; gaps where there are none.
pub fn line(shares: &[Option<f64>], most: f64, told: &str) -> Markup {
    let step = (WIDTH - 6.0) / shares.len().saturating_sub(1).max(1) as f64;
    let at = |index: usize, share: f64| {
        let height = (share / most.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        (3.0 + step * index as f64, HEIGHT - 3.0 - height * (HEIGHT - 6.0))
    };
    let mut path = String::new();
    let mut is_on = false;
    for (index, share) in shares.iter().enumerate() {
        if let Some(share) = share {
            let (x, y) = at(index, *share);
            path.push(if is_on { 'L' } else { 'M' });
            path.push_str(&[px(x), px(y)].join(" "));
        }
        is_on = share.is_some();
    }
    let last = shares.iter().enumerate().rev().find_map(|(index, share)| share.map(|share| at(index, share)));
    html! {
        svg.chart.spark viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(told) {
            line.grid x1="0" x2=(WIDTH) y1=(HEIGHT - 3.0) y2=(HEIGHT - 3.0) {}
            path.line d=(path) {}
            @if let Some((x, y)) = last { circle.dot cx=(px(x)) cy=(px(y)) r="2.5" {} }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_without_events_are_gaps() {
        let told = line(&[Some(0.0), Some(0.5), None, Some(0.25)], 0.5, "x").into_string();
        assert!(told.contains("d=\"M3 19L33 3M93 11\""), "{told}");
        assert!(!line(&[None, None], 0.0, "x").into_string().contains("circle"));
    }
}
