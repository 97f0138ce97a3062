//! What customers live through, across departments: sorted events in; the map, paths, scorecard, promises and the
//! lists behind their numbers out. Pure: columns in, plain figures out; one [`Pass`] walks every life once.

mod error;
mod events;
mod funnel;
mod map;
mod pairs;
mod pass;
mod sequences;
mod spread;
mod variants;

pub use error::Error;
pub use events::{Columns, Life, NONE, Rows, Touchpoints};
pub use funnel::{Funnel, Step};
pub use map::{Edge, HandOff, Map, Node};
pub use pass::{Between, Grouped, Pass, Walk};
pub use sequences::SequenceKey;
pub use spread::{EXACT, Spread};
pub use variants::{Variant, Variants};
