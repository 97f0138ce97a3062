//! Paths to first purchase, to repurchase, to leaving and back: the distinct ways of each leg, with how they ended.
//! The conversion of a path compares those who had walked exactly it when they bought with those for whom it ended so.

use crate::error::{Error, alike};
use crate::events::{Columns, Life};
use crate::fates::Fates;
use crate::legs::{self, Close, LEGS, Leg, Walked};
use crate::pass::Walk;
use crate::sequences::{Roll, SequenceKey, Sequences, Tally};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Walks of one path that ended in one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// How often; a customer may walk the same path several times.
    pub walks: u64,
    /// Customers who did.
    pub customers: u64,
    /// What the purchases brought, minor units.
    pub value_minor: i64,
    /// Summed over walks, microseconds: until the purchase; in whole days until the day of loss; 0 while open.
    pub duration_us: u128,
    /// The lowest customer code among them; none where nobody did.
    pub exemplar: Option<u32>,
}

impl Ended {
    const NONE: Self = Self { walks: 0, customers: 0, value_minor: 0, duration_us: 0, exemplar: None };

    fn add(&mut self, other: &Self) {
        self.walks += other.walks;
        self.customers += other.customers;
        self.value_minor = self.value_minor.saturating_add(other.value_minor);
        self.duration_us += other.duration_us;
        self.exemplar = match (self.exemplar, other.exemplar) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
    }
}

/// One way through a leg.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Path<'a> {
    /// Names the path and its leg.
    pub key: SequenceKey,
    /// Where it begins.
    pub leg: Leg,
    /// Touchpoints in order, without the purchases at its ends.
    pub sequence: &'a [u16],
    /// Walks that ended with a purchase.
    pub bought: Ended,
    /// Walks that ended with the customer lost.
    pub left: Ended,
    /// Walks that have not ended.
    pub open: Ended,
}

impl Path<'_> {
    /// Walks that ended in a way.
    pub const fn ended(&self, close: Close) -> &Ended {
        match close {
            Close::Bought => &self.bought,
            Close::Left => &self.left,
            Close::Open => &self.open,
        }
    }

    /// Share (0–1) of walks that ended in a way.
    pub fn share(&self, close: Close) -> f64 {
        let all = self.bought.walks + self.left.walks + self.open.walks;
        self.ended(close).walks as f64 / all.max(1) as f64
    }
}

/// Which paths come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathOrder {
    /// Those walked most often.
    Frequent,
    /// Those whose purchases brought most.
    Valuable,
}

/// Collects paths.
#[derive(Debug, Clone)]
pub struct Paths {
    fates: Arc<Fates>,
    table: Sequences<Counted>,
    /// Paths and ends of the life being walked.
    met: FxHashSet<(SequenceKey, Close)>,
}

#[derive(Debug, Clone, Copy)]
struct Counted {
    leg: Leg,
    ended: [Ended; 3],
}

impl Tally for Counted {
    fn add(&mut self, other: &Self) {
        self.ended.iter_mut().zip(&other.ended).for_each(|(mine, theirs)| mine.add(theirs));
    }
}

impl Paths {
    /// No paths yet; when customers were lost is told by `fates`.
    pub fn new(fates: Arc<Fates>) -> Self {
        Self { fates, table: Sequences::new(), met: FxHashSet::default() }
    }

    /// The key of a path.
    pub fn key(leg: Leg, sequence: &[u16]) -> SequenceKey {
        Roll::of(1 + leg as u64, sequence)
    }

    /// Up to `limit` paths of a leg that ended in a way, in the order asked for, then by sequence.
    pub fn top(&self, leg: Leg, close: Close, order: PathOrder, limit: usize) -> Vec<Path<'_>> {
        let rank = |path: &Path<'_>| {
            let ended = path.ended(close);
            let first = if order == PathOrder::Valuable { ended.value_minor } else { ended.walks as i64 };
            std::cmp::Reverse((first, ended.walks))
        };
        let of_leg = self.table.iter().filter(|kept| kept.tally.leg == leg).map(|kept| Path {
            key: kept.key,
            leg,
            sequence: kept.sequence,
            bought: kept.tally.ended[Close::Bought as usize],
            left: kept.tally.ended[Close::Left as usize],
            open: kept.tally.ended[Close::Open as usize],
        });
        let mut paths: Vec<Path<'_>> = of_leg.filter(|path| path.ended(close).walks > 0).collect();
        paths.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)).then_with(|| a.sequence.cmp(b.sequence)));
        paths.truncate(limit);
        paths
    }

    /// Walks of a leg by how they ended: bought, left, open.
    pub fn ends(&self, leg: Leg) -> [u64; 3] {
        let mut ends = [0; 3];
        for kept in self.table.iter().filter(|kept| kept.tally.leg == leg) {
            ends.iter_mut().zip(&kept.tally.ended).for_each(|(sum, ended)| *sum += ended.walks);
        }
        ends
    }

    /// Whether a life walked the path `key` to the end `close`.
    pub(crate) fn walked(life: &Life<'_>, fates: &Fates, key: SequenceKey, close: Close) -> bool {
        let mut found = false;
        legs::cut(life, fates, &mut |leg| {
            found |= leg.close == close && Self::key(leg.leg, &life.touchpoint[leg.events]) == key;
        });
        found
    }
}

impl Walk for Paths {
    fn needs(&self) -> Columns {
        LEGS
    }

    fn life(&mut self, life: &Life<'_>) {
        let Self { fates, table, met } = self;
        met.clear();
        legs::cut(life, fates, &mut |walked: Walked| {
            let Walked { leg, close, events, value_minor, duration_us } = walked;
            let sequence = &life.touchpoint[events];
            let key = Self::key(leg, sequence);
            let mut ended = [Ended::NONE; 3];
            ended[close as usize] = Ended {
                walks: 1,
                customers: u64::from(met.insert((key, close))),
                value_minor,
                duration_us: duration_us.into(),
                exemplar: Some(life.customer),
            };
            table.add(key, sequence, life.customer, Counted { leg, ended });
        });
    }

    fn end(&mut self) {
        self.table.settle();
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        alike("paths", self.fates == other.fates)?;
        self.table.merge(other.table);
        Ok(())
    }
}
