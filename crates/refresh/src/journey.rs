//! The journey step: every life on the timeline walked once by all who count something of it, for the whole, each
//! segment, and those who stayed and left (a landmark keeps survivors from looking better for having lived).

mod designed;
pub(crate) mod promised;
mod promises;
pub(crate) mod setting;
pub(crate) mod steps;
pub(crate) mod tables;
mod ways;

use crate::customers::Customers;
use crate::error::Error;
use crate::view::journey::Who;
use ::journey::{
    Chains, Contrast, Credit, Fates, Funnel, Grouped, Landmark, Leg, Map, NONE, Paths, Scorecard, Steps,
    Variants,
};
use intake::Home;
use lake::Lake;
use model::Day;
use setting::{Before, Days, Side};
use std::sync::Arc;

/// With more segments than this, no segment has a journey of its own: each holds a map in memory.
const MOST_SEGMENTS: usize = 32;

/// All that is counted of one group of customers.
type Seen = (Map, (Scorecard, (Variants, Funnel)));

/// A group of customers with what was counted.
pub(crate) struct Group {
    /// Empty for the whole.
    pub(crate) segment: String,
    pub(crate) who: Who,
    pub(crate) seen: Seen,
}

/// Who is in which group.
struct Groups {
    segments: Vec<String>,
    segment: Vec<u16>,
    fate: Vec<u16>,
    /// Segment × 2 + fate.
    both: Vec<u16>,
    /// Segment; all in one group where no segment has a journey of its own.
    promised: Vec<u16>,
}

impl Groups {
    fn of(customers: &Customers, fates: &Fates, landmark: Landmark) -> Self {
        let many = customers.segments.len() > MOST_SEGMENTS;
        let segments = if many { Vec::new() } else { customers.segments.clone() };
        let fate: Vec<u16> =
            (0..customers.count()).map(|code| setting::fate(fates, landmark, code).unwrap_or(NONE)).collect();
        let segment = customers.segment_of.clone();
        let both = segment.iter().zip(&fate).map(|(segment, fate)| match fate {
            &NONE => NONE,
            fate => segment.saturating_mul(2).saturating_add(*fate),
        });
        let promised = if many { vec![0; segment.len()] } else { segment.clone() };
        Self { both: both.collect(), segments, segment, fate, promised }
    }
}

/// Writes the tables of the journey from the timeline and the postings as they stand.
pub(crate) async fn walk(
    home: &Home,
    lake: &Lake,
    customers: &Customers,
    edition: u64,
    days: Days,
    told: crate::timeline::Told<'_>,
) -> Result<(), Error> {
    told(0);
    let snapshot = lake.head().await?;
    let side = Side::read(&lake.view(snapshot).await?, &home.config).await?;
    let ordered = lake.view_in_order(snapshot).await?;
    let fates = Arc::new(setting::fates(&ordered).await?);
    let days = days.stacked(fates.first_day());
    let Days { landmark, landmarks, score } = days;
    let groups = Groups::of(customers, &fates, landmark);
    let touchpoints = side.touchpoints.len();
    let seen: Seen = (
        Map::new(Arc::clone(&side.touchpoints)),
        (
            Scorecard::new(Arc::clone(&fates), touchpoints, score),
            (Variants::default(), Funnel::new(Arc::clone(&side.touchpoints), &side.steps(), None)?),
        ),
    );
    let contrast =
        Contrast::new(Arc::clone(&side.touchpoints), Arc::clone(&fates), landmark.stacked(landmarks));
    let segments = groups.segments.len();
    let whole = (seen.clone(), Grouped::new(&groups.segment, vec![seen.clone(); segments]));
    let fated = (
        Grouped::new(&groups.fate, vec![seen.clone(); 2]),
        Grouped::new(&groups.both, vec![seen; segments * 2]),
    );
    let compared = (contrast.clone(), Grouped::new(&groups.segment, vec![contrast; segments]));
    let promises = promised::promises(&home.config, Day(score.as_of))?;
    let paths = Paths::new(Arc::clone(&fates));
    let chains = Chains::new(touchpoints);
    let credit = |leg| Credit::new(Arc::clone(&fates), leg, touchpoints);
    let credits = (credit(Leg::First), credit(Leg::Again));
    let around = Steps::new(Arc::clone(&fates), &steps::anchors(touchpoints), steps::REACH)?;
    let promised = Grouped::new(&groups.promised, vec![promises; segments.max(1)]);
    let all =
        (whole, (Before::new(landmark, fated), (compared, (promised, ((paths, (around, credits)), chains)))));
    let (
        (whole, by_segment),
        (fated, ((contrast, contrasts), (promised, ((paths, (around, credits)), chains)))),
    ) = setting::stream(&ordered, touchpoints, all, told).await?;
    let (by_fate, by_both) = fated.into_inner();
    let told =
        named(&groups.segments, whole, by_segment.into_inner(), by_fate.into_inner(), by_both.into_inner());
    let contrasts: Vec<(&str, Contrast)> = std::iter::once("")
        .chain(groups.segments.iter().map(String::as_str))
        .zip(std::iter::once(contrast).chain(contrasts.into_inner()))
        .collect();
    tables::write(lake, edition, days, &side, &told, &contrasts, &chains).await?;
    ways::write(lake, edition, &paths, &[credits.0, credits.1]).await?;
    steps::write(lake, edition, &steps::anchors(touchpoints), &around).await?;
    let (_, (_, (whole_ways, _))) = &told[0].seen;
    designed::write(lake, edition, &home.config, whole_ways).await?;
    let promised = promises::Kept::new(&groups.segments, promised.into_inner())?;
    promised.write(lake, edition, &home.config).await
}

/// The groups with their names: the whole, its fates, then segment by segment.
fn named(
    segments: &[String],
    whole: Seen,
    by_segment: Vec<Seen>,
    by_fate: Vec<Seen>,
    by_both: Vec<Seen>,
) -> Vec<Group> {
    let fates = [Who::Stayed, Who::Left];
    let group = |segment: &str, who, seen| Group { segment: segment.to_owned(), who, seen };
    let mut groups = vec![group("", Who::All, whole)];
    groups.extend(fates.into_iter().zip(by_fate).map(|(who, seen)| group("", who, seen)));
    groups.extend(segments.iter().zip(by_segment).map(|(segment, seen)| group(segment, Who::All, seen)));
    let both = segments.iter().flat_map(|segment| fates.map(|who| (segment, who)));
    groups.extend(both.zip(by_both).map(|((segment, who), seen)| group(segment, who, seen)));
    groups
}
