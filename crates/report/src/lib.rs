//! How numbers are told: in digits, in a sentence, as a picture on a page and as a picture in a terminal.
//!
//! Pure functions from plain numbers to text, no queries. Pictures take their ink and type from the page's
//! style sheet (classes named here, colours named there), so that dark mode and print work.

pub mod bars;
pub mod calendar;
pub mod evidence;
pub mod flow;
pub mod forest;
pub mod life;
pub mod map;
pub mod number;
pub mod rate;
pub mod reasons;
pub mod retention;
pub mod scale;
pub mod sentence;
pub mod spark;
pub mod steps;
pub mod survival;
pub mod terminal;
pub mod trend;
pub mod waterfall;
pub mod weights;
pub mod worth;

pub use flow::{Figures, Flow, Measure, Step};
