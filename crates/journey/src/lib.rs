//! What customers live through, across departments: sorted events in; the map, paths, scorecard, promises and the
//! lists behind their numbers out. Pure: columns in, plain figures out; one [`Pass`] walks every life once.

mod calendar;
mod chains;
mod conformance;
mod contrast;
mod credit;
mod design;
mod error;
mod events;
mod fates;
mod follows;
mod funnel;
mod legs;
mod lists;
mod map;
mod pairs;
mod pass;
mod paths;
mod promises;
mod scorecard;
mod sequences;
mod spread;
mod steps;
mod variants;

pub use calendar::{Calendar, Opening};
pub use chains::{Chain, Chains};
pub use conformance::{Conformance, Strictness, Who};
pub use contrast::{Compared, Contrast, Exposure, Landmark, Odds, Quarters, false_discovery_rates};
pub use credit::{Credit, CreditCounts, Credits, Share};
pub use design::{Alignment, Design, Move, Plan};
pub use error::Error;
pub use events::{Columns, Life, NONE, Rows, Touchpoints};
pub use fates::Fates;
pub use follows::follows;
pub use funnel::{Funnel, Step};
pub use legs::{Close, Leg};
pub use lists::{Behind, List, OneFlow, OneQuarter};
pub use map::{Edge, HandOff, Map, Node};
pub use pass::{Between, Grouped, Pass, Walk};
pub use paths::{Ended, Path, PathOrder, Paths};
pub use promises::{EventIs, Obligation, Promises, Rule, State, Tally, Within};
pub use scorecard::{Facts, Followed, MARKS, Mark, Monthly, ScoreDays, Scorecard};
pub use sequences::SequenceKey;
pub use spread::{EXACT, Spread};
pub use steps::{Flow, Place, Steps, gathered, matrix};
pub use variants::{Variant, Variants};
