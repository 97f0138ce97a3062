//! Are we keeping more customers than we lose?

mod bridge;
mod history;
mod one;
pub mod rates;
pub mod show;
mod split;

use refresh::view::Line;
use report::{Figures, Flow};

/// A line of the statement as figures to draw and tell.
pub const fn figures(line: &Line) -> Figures {
    Figures {
        period: line.period,
        customers: Flow {
            opening: line.opening_count,
            gained: line.gained_count,
            won_back: line.won_back_count,
            expanded: 0,
            contracted: 0,
            fx: 0,
            lost: line.lost_count,
            adjusted: line.adjusted_count,
            closing: line.closing_count,
        },
        value: Flow {
            opening: line.opening_minor,
            gained: line.gained_minor,
            won_back: line.won_back_minor,
            expanded: line.expanded_minor,
            contracted: line.contracted_minor,
            fx: line.fx_minor,
            lost: line.lost_minor,
            adjusted: line.adjusted_minor,
            closing: line.closing_minor,
        },
    }
}
