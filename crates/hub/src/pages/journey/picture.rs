//! The journey as a picture: which ways are drawn, and what size, width and colour say.

use crate::links;
use refresh::view::journey::{Compared, Counted, Edge, Journey, Number, Touchpoint, Who, share};
use report::map::{Map, Spot, Tone, Way};
use report::number;
use std::collections::BTreeSet;

/// Whom a map shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// Everybody.
    #[default]
    All,
    /// Those who stayed.
    Stayed,
    /// Those who left.
    Left,
    /// What those who left met more often, or less, than those who stayed.
    Difference,
}

impl Show {
    /// In the order of the switch.
    pub const ALL: [Self; 4] = [Self::All, Self::Stayed, Self::Left, Self::Difference];

    /// The name in links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Stayed => "stayed",
            Self::Left => "left",
            Self::Difference => "difference",
        }
    }

    /// Shown on the switch.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::Stayed => "Stayed",
            Self::Left => "Left",
            Self::Difference => "Difference",
        }
    }

    /// What a name shows.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|show| show.name() == name)
    }

    /// The group that is read; for the difference those who left.
    pub const fn who(self) -> Who {
        match self {
            Self::All => Who::All,
            Self::Stayed => Who::Stayed,
            Self::Left | Self::Difference => Who::Left,
        }
    }
}

/// How many ways, those of most customers first, it takes to show a share (0–1) of what customers walked, each customer
/// counted once a way; ways of equally many customers are shown together.
pub fn drawn(edges: &[Edge], wanted: f64) -> usize {
    let all: u64 = edges.iter().map(|edge| edge.customers).sum();
    let mut told = 0;
    let mut count = 0;
    while count < edges.len()
        && ((told as f64) < wanted * all as f64
            || (count > 0 && edges[count].customers == edges[count - 1].customers))
    {
        told += edges[count].customers;
        count += 1;
    }
    count
}

/// As many ways, shown or not, are in the picture, so that the slider has them at hand.
pub(super) const WAITING: usize = 300;

/// The number of a touchpoint or way in a group.
pub(super) fn counted(journey: &Journey, counted: Counted, at: &str, to: &str) -> String {
    let number = Number { counted, at: at.to_owned(), to: to.to_owned(), who: journey.who };
    links::walked_in(&number, &journey.segment, journey.span)
}

/// The least share of what customers walked, in percent, at which each way is drawn, most customers first.
pub(super) fn shares(edges: &[Edge]) -> Vec<u8> {
    let all: u64 = edges.iter().map(|edge| edge.customers).sum();
    let mut before = 0;
    let mut shares = Vec::with_capacity(edges.len());
    for alike in edges.chunk_by(|a, b| a.customers == b.customers) {
        shares.extend(std::iter::repeat_n((100 * before / all.max(1) + 1).min(100) as u8, alike.len()));
        before += alike.iter().map(|edge| edge.customers).sum::<u64>();
    }
    shares
}

/// The map of one group, with the first `ways` of its edges shown, and others that wait to be; beneath them the ways of
/// the design.
pub(super) fn of_group(journey: &Journey, ways: usize, designed: &BTreeSet<(usize, usize)>) -> Map {
    let most = journey.touchpoints.iter().map(|one| one.customers).max().unwrap_or(1).max(1);
    let spot = |one: &Touchpoint| {
        let failed = share(one.failed, one.customers).unwrap_or(0.0);
        let exits = share(one.ends, one.customers).unwrap_or(0.0);
        let mut said = number::count(one.customers as i64);
        if one.failed > 0 {
            said = format!("{said} · {} failed", brief(failed));
        }
        Spot {
            spoken: format!(
                "{}: {}, {} failed there, for {} it was the last event",
                one.name,
                customers(one.customers),
                brief(failed),
                brief(exits)
            ),
            said,
            size: one.customers as f64 / most as f64,
            tone: Tone::Harm,
            shade: step(failed, [f64::MIN_POSITIVE, 0.02, 0.05, 0.1, 0.2]),
            exits,
            ..place(journey, one)
        }
    };
    let shown = &journey.edges[..ways.max(WAITING).min(journey.edges.len())];
    let shares = shares(&journey.edges);
    let widest = shown.iter().map(|edge| edge.customers).max().unwrap_or(1).max(1);
    let way = |(at, edge): (usize, &Edge)| {
        let (from, to) = (&journey.touchpoints[edge.from], &journey.touchpoints[edge.to]);
        let days = edge.wait.median_us.unwrap_or(0.0) / 86_400e6;
        Way {
            spoken: format!(
                "{} → {}: {}, half within {}",
                from.name,
                to.name,
                customers(edge.customers),
                number::span(edge.wait.median_us.unwrap_or(0.0))
            ),
            from: edge.from,
            to: edge.to,
            width: edge.customers as f64 / widest as f64,
            tone: if from.department == to.department { Tone::Plain } else { Tone::Across },
            shade: step(days, [1.0 / 24.0, 1.0, 7.0, 30.0, f64::INFINITY]),
            link: counted(journey, Counted::Edge, &from.key, &to.key),
            share: Some(shares[at]),
            waits: at >= ways,
        }
    };
    Map {
        heading: format!("Map of {}", customers(journey.totals.customers)),
        lanes: journey.departments.iter().map(|one| one.name.clone()).collect(),
        stages: journey.stages.iter().map(|one| one.name.clone()).collect(),
        spots: journey.touchpoints.iter().map(spot).collect(),
        ways: designed
            .iter()
            .filter_map(|way| planned(journey, *way))
            .chain(shown.iter().enumerate().rev().map(way))
            .collect(),
    }
}

/// A way of the design, whether walked or not.
fn planned(journey: &Journey, (from, to): (usize, usize)) -> Option<Way> {
    let (one, other) = (journey.touchpoints.get(from)?, journey.touchpoints.get(to)?);
    Some(Way {
        spoken: format!("{} → {}, as designed", one.name, other.name),
        from,
        to,
        width: 0.0,
        tone: Tone::Planned,
        shade: 4,
        link: counted(journey, Counted::Edge, &one.key, &other.key),
        share: None,
        waits: false,
    })
}

/// One way in both groups: shares of the customers at its beginning who went on so.
pub(super) struct Differs {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) left: f64,
    pub(super) stayed: f64,
}

/// Fewer customers at the beginning of a way tell nothing.
const LEAST: u64 = 20;

/// All ways of those who left and those who stayed, the largest difference first. Where one goes next is compared among
/// those who were there, so that those who left do not differ merely by having lived less.
pub(super) fn differences(left: &Journey, stayed: &Journey) -> Vec<Differs> {
    let mut ways = std::collections::BTreeMap::<(usize, usize), (u64, u64)>::new();
    for edge in &left.edges {
        ways.entry((edge.from, edge.to)).or_default().0 = edge.customers;
    }
    for edge in &stayed.edges {
        ways.entry((edge.from, edge.to)).or_default().1 = edge.customers;
    }
    let there = |at: usize, journey: &Journey| journey.touchpoints[at].customers;
    let of = |part, at, journey| share(part, there(at, journey)).unwrap_or(0.0);
    let mut all: Vec<Differs> = ways
        .into_iter()
        .filter(|((from, _), _)| there(*from, left).min(there(*from, stayed)) >= LEAST)
        .map(|((from, to), (a, b))| Differs {
            from,
            to,
            left: of(a, from, left),
            stayed: of(b, from, stayed),
        })
        .collect();
    let size = |one: &Differs| (one.left - one.stayed).abs();
    all.sort_by(|a, b| size(b).total_cmp(&size(a)).then((a.from, a.to).cmp(&(b.from, b.to))));
    all
}

/// The map of what those who left met more often, or less, than those who stayed, with the first of the differences.
pub(super) fn of_difference(left: &Journey, stayed: &Journey, ways: &[Differs]) -> Map {
    let most = left.touchpoints.iter().zip(&stayed.touchpoints).map(|(a, b)| a.customers + b.customers).max();
    let spot = |(one, other): (&Touchpoint, &Touchpoint)| {
        let failure = left.compared.iter().find(|told| told.met == "failure" && told.key == one.key);
        let differs = failure.and_then(Compared::more_left);
        let sure = differs.filter(|_| failure.is_some_and(Compared::is_sure)).unwrap_or(0.0);
        let of = |share: Option<f64>| brief(share.unwrap_or(0.0));
        Spot {
            said: differs.map(|differs| format!("{} left if failed", points(differs))).unwrap_or_default(),
            spoken: failure.filter(|_| differs.is_some()).map_or_else(
                || one.name.clone(),
                |told| {
                    let (left, others) = (of(told.left_share), of(told.others_share));
                    let doubt = if told.is_sure() { "" } else { "; this may be chance" };
                    format!(
                        "{}: {left} of those failed there left, {others} of others there as often{doubt}",
                        one.name
                    )
                },
            ),
            size: (one.customers + other.customers) as f64 / most.unwrap_or(1).max(1) as f64,
            tone: if sure > 0.0 { Tone::Harm } else { Tone::Across },
            shade: step(sure.abs(), [0.002, 0.01, 0.03, 0.06, 0.1]),
            exits: 0.0,
            ..place(left, one)
        }
    };
    let largest = ways.iter().map(|one| (one.left - one.stayed).abs()).fold(f64::MIN_POSITIVE, f64::max);
    let way = |one: &Differs| {
        let (from, to) = (&left.touchpoints[one.from], &left.touchpoints[one.to]);
        let differs = one.left - one.stayed;
        Way {
            from: one.from,
            to: one.to,
            width: differs.abs() / largest,
            tone: if differs > 0.0 { Tone::Harm } else { Tone::Across },
            shade: 3,
            spoken: format!(
                "{} → {}: {} of those who left went on so, {} of those who stayed",
                from.name,
                to.name,
                brief(one.left),
                brief(one.stayed)
            ),
            link: counted(left, Counted::Edge, &from.key, &to.key),
            share: None,
            waits: false,
        }
    };
    Map {
        heading: "What those who left met, against those who stayed".to_owned(),
        lanes: left.departments.iter().map(|one| one.name.clone()).collect(),
        stages: left.stages.iter().map(|one| one.name.clone()).collect(),
        spots: left.touchpoints.iter().zip(&stayed.touchpoints).map(spot).collect(),
        ways: ways.iter().rev().map(way).collect(),
    }
}

/// Where a touchpoint stands and what it opens.
fn place(journey: &Journey, one: &Touchpoint) -> Spot {
    Spot {
        name: one.name.clone(),
        lane: one.department,
        stage: one.stage,
        size: 0.0,
        tone: Tone::Plain,
        shade: 0,
        exits: 0.0,
        said: String::new(),
        spoken: String::new(),
        link: if journey.who == Who::All && journey.segment.is_empty() && journey.span.is_none() {
            links::address("/journey/steps", &[("at", &one.key)])
        } else {
            counted(journey, Counted::Touchpoint, &one.key, "")
        },
    }
}

/// How many of the bounds a value reaches.
fn step(value: f64, bounds: [f64; 5]) -> u8 {
    bounds.iter().filter(|bound| value >= **bound).count() as u8
}

/// A share as percent, whole from ten on.
pub(super) fn brief(share: f64) -> String {
    if share >= 0.0995 { format!("{:.0}\u{a0}%", share * 100.0) } else { number::percent(share) }
}

/// A difference of shares in percentage points.
pub(super) fn points(differs: f64) -> String {
    let told = format!("{:.1}", differs.abs() * 100.0);
    let sign = if told == "0.0" {
        "±"
    } else if differs > 0.0 {
        "+"
    } else {
        "−"
    };
    format!("{sign}{told}\u{a0}pp")
}

pub(super) fn customers(count: u64) -> String {
    number::counted(count as usize, "customer", "customers")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_share_says_how_many_ways_are_drawn() {
        let edges = samples::journey(Who::All).edges;
        assert_eq!(drawn(&edges, 0.0), 0);
        assert_eq!(drawn(&edges, 1.0), edges.len());
        let half = drawn(&edges, 0.5);
        assert!(half > 0 && half < edges.len());
        assert_eq!(drawn(&[], 0.5), 0);
        let shares = shares(&edges);
        for percent in 1..=100_u8 {
            let shown = shares.iter().filter(|share| **share <= percent).count();
            assert_eq!(shown, drawn(&edges, f64::from(percent) / 100.0), "{percent} %");
        }
    }

    #[test]
    fn what_left_more_often_is_marked_as_harm() {
        let (left, stayed) = (samples::journey(Who::Left), samples::journey(Who::Stayed));
        let differences = differences(&left, &stayed);
        let map = of_difference(&left, &stayed, &differences);
        let delivery = map.spots.iter().find(|spot| spot.name == "Delivery").expect("delivery");
        assert_eq!((delivery.tone, delivery.shade > 2), (Tone::Harm, true), "{delivery:?}");
    }

    #[test]
    fn points_have_a_sign_unless_there_is_no_difference() {
        assert_eq!([0.123, -0.04, 0.0001].map(points), ["+12.3\u{a0}pp", "−4.0\u{a0}pp", "±0.0\u{a0}pp"]);
    }
}
