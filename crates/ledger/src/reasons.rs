//! Why customers were lost: what they said, and what came before, beside like customers who stayed.
//!
//! Each lost customer is looked at on one day, the **moment**, and over the 90 days up to it. Purchases: the moment is
//! 21 days after the last purchase, when nobody could yet tell who would come back; so both groups were seen buying
//! alike, and what the lost were spared by leaving cannot look like a cause (landmark method: Anderson, Cain and Gelber
//! 1983). Contracts: the moment is the day before the contract ended. A like customer is one of the same segment, time
//! with the company, value, purchases in these 90 days and calendar month whom the same rule looks at and who stayed.

mod cause;
mod figures;
mod life;
mod matching;
mod moment;
mod ratio;
mod walk;

pub use cause::Cause;
pub use figures::{Figure, Lift, Lost, Pairs, What, figures};
pub use ratio::{Ratio, adjusted, ratio};
pub use walk::{Events, Loss, Saying, Settings, Stayer, Study, Walk};

/// Days up to the moment, its own included, in which what came before is looked for.
pub const WINDOW_DAYS: i32 = 90;
/// Days from the last purchase to the moment; the gap where that is shorter.
pub const PAUSE_DAYS: i32 = 21;
/// A customer under contract stayed when not lost so many days after the moment.
pub const STAY_DAYS: i32 = 30;
/// A cause stands out when its interval lies above 1 and its share of false discoveries is at most this.
pub const FALSE_DISCOVERY_SHARE: f64 = 0.05;

/// An event that says nothing of why somebody leaves.
pub const NOTHING_SAID: u32 = u32::MAX;
