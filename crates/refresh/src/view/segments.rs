//! Ways of splitting the customers, and what is told of each segment beside the others.

use super::Line;
use super::closings::Basis;
use super::reasons::perhaps_as_text;
use model::config::segment_parts;
use model::{Day, Granularity, Period};
use serde::Serialize;

/// A way of splitting the customers: every customer is in one of its segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Split {
    /// Its id in the config.
    pub id: String,
    /// Shown.
    pub name: String,
    /// By value.
    pub segments: Vec<Segment>,
}

/// One part of the customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// `split=value`: its name in tables, addresses and on the command line.
    pub id: String,
    /// Shown beside its split.
    pub value: String,
    /// Customers in it.
    pub customers: u64,
}

/// The value of a segment's id, shown where its split is known; the id itself where it is none.
pub fn value_of(segment: &str) -> &str {
    segment_parts(segment).map_or(segment, |(_, value)| value)
}

/// The split of that id, else the segment's, else the first.
pub fn chosen<'a>(splits: &'a [Split], id: &str, segment: &str) -> Option<&'a Split> {
    let known = |id: &str| splits.iter().find(|split| split.id == id);
    let of_segment = || segment_parts(segment).and_then(|(id, _)| known(id));
    known(id).or_else(of_segment).or(splits.first())
}

/// A segment with its split, `Region: East`; as it is where nobody knows it.
pub fn told(splits: &[Split], segment: &str) -> String {
    let split = segment_parts(segment).and_then(|(id, value)| {
        let split = splits.iter().find(|split| split.id == id)?;
        Some(format!("{}: {value}", split.name))
    });
    split.unwrap_or_else(|| segment.to_owned())
}

/// The statement of the whole and of every segment of a split; the segments add up to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplitStatement {
    /// Length of the periods.
    pub granularity: Granularity,
    /// Id of the split.
    pub split: String,
    /// Whether closed periods are told as they were.
    pub basis: Basis,
    /// The last closed day; `None` while nothing is closed.
    pub closed_until: Option<Day>,
    /// The whole, oldest first.
    pub whole: Vec<Line>,
    /// Each segment.
    pub segments: Vec<SegmentLines>,
}

/// The periods of one segment.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SegmentLines {
    /// Its id.
    pub segment: String,
    /// Oldest first.
    pub lines: Vec<Line>,
}

/// Why customers were lost, segment by segment; losses add up to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplitReasons {
    /// Id of the split.
    pub split: String,
    /// The period; `None` for all of the books.
    #[serde(serialize_with = "perhaps_as_text")]
    pub period: Option<Period>,
    /// The whole, then the segments with losses.
    pub rows: Vec<SegmentReasons>,
}

/// Losses of the whole or of a segment.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SegmentReasons {
    /// Empty for the whole.
    pub segment: String,
    /// Losses.
    pub lost_count: i64,
    /// Value they took, minor units, positive.
    pub lost_minor: i64,
    /// Losses of whom nobody knows a stated reason.
    pub unknown_count: i64,
    /// Id of the cause that ranks first; empty for none.
    pub cause: String,
    /// What it is called.
    pub cause_name: String,
    /// Losses it came before.
    pub cause_count: i64,
    /// Whether it stands out.
    pub stands_out: bool,
}

/// How customers stay, segment by segment; counts and values add up to the whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SplitCohorts {
    /// Id of the split.
    pub split: String,
    /// The whole, then each segment of anybody gained.
    pub rows: Vec<SegmentCohorts>,
}

/// All cohorts of the whole or of a segment.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct SegmentCohorts {
    /// Empty for the whole.
    pub segment: String,
    /// Customers ever gained.
    pub gained: i64,
    /// Value they brought, minor units.
    pub gained_minor: i64,
    /// Active at the end of the books.
    pub active: i64,
    /// Their value, minor units.
    pub value_minor: i64,
    /// Share (0–1) active a year later, of the cohorts that have reached it.
    pub year_share: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_is_told_with_its_split_and_leads_to_it() {
        let split = |id: &str| Split { id: id.into(), name: id.to_uppercase(), segments: Vec::new() };
        let splits = [split("region"), split("plan")];
        assert_eq!(told(&splits, "plan=a=b"), "PLAN: a=b");
        assert_eq!((told(&splits, "East"), told(&splits, "x=East")), ("East".into(), "x=East".into()));
        assert_eq!((value_of("plan=a=b"), value_of("East"), value_of("=x")), ("a=b", "East", "=x"));
        let id = |asked, segment| chosen(&splits, asked, segment).map(|split| split.id.as_str());
        assert_eq!(id("", ""), Some("region"));
        assert_eq!(id("", "plan=a"), Some("plan"));
        assert_eq!(id("region", "plan=a"), Some("region"));
        assert_eq!((id("no", "no=a"), chosen(&[], "", "")), (Some("region"), None));
    }
}
