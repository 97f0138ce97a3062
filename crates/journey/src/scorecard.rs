//! The scorecard of touchpoints: reach, events, failures, waits, who left after a contact or a failure, and the share
//! of customers whose recent days held no failure at all, beside its parts.

use crate::error::{Error, alike};
use crate::events::{Columns, Life};
use crate::fates::Fates;
use crate::pass::Walk;
use crate::spread::Spread;
use model::period::Period;
use model::{Day, Granularity, Outcome};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What may be true of a customer at a touchpoint, or at any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mark {
    /// Was there.
    Met,
    /// Was failed there.
    Failed,
    /// Was there while active, so long ago that it is known who left within the days of follow-up.
    Followed,
    /// One of these, and left within those days after such a contact.
    Left,
    /// Was failed there while active, so long ago.
    FailedFollowed,
    /// One of these, and left within those days after such a failure.
    FailedLeft,
    /// Was there in the recent days.
    Recent,
    /// Was there in the recent days, and nothing failed.
    RecentUnharmed,
}

/// All of them.
pub const MARKS: [Mark; 8] = [
    Mark::Met,
    Mark::Failed,
    Mark::Followed,
    Mark::Left,
    Mark::FailedFollowed,
    Mark::FailedLeft,
    Mark::Recent,
    Mark::RecentUnharmed,
];

/// The days of a scorecard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScoreDays {
    /// Last local day the data cover.
    pub as_of: i32,
    /// Who is lost on so many days after a contact has left after it.
    pub follow_up_days: u16,
    /// How many days up to the last are recent.
    pub recent_days: u16,
}

/// Contacts of active customers so long ago that it is known who left within the days of follow-up. A customer with
/// many contacts counts with each, so that those after which all went well weigh as much as the failures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Followed {
    /// Contacts.
    pub events: u64,
    /// Of these, those whose customer left within those days.
    pub left: u64,
    /// Contacts that failed.
    pub failures: u64,
    /// Of these, those whose customer left within those days.
    pub failures_left: u64,
}

impl Followed {
    const NONE: Self = Self { events: 0, left: 0, failures: 0, failures_left: 0 };

    fn count(&mut self, failed: bool, left: bool) {
        self.events += 1;
        self.left += u64::from(left);
        self.failures += u64::from(failed);
        self.failures_left += u64::from(failed && left);
    }

    /// Adds those of others.
    pub const fn add(&mut self, other: Self) {
        self.events += other.events;
        self.left += other.left;
        self.failures += other.failures;
        self.failures_left += other.failures_left;
    }
}

/// The figures of one touchpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    customers: [u64; MARKS.len()],
    /// Events there.
    pub events: u64,
    /// Events by code of `model::Outcome`; outcomes this version does not know count as unknown.
    pub outcomes: [u64; Outcome::ALL.len()],
    /// Who left after a contact.
    pub followed: Followed,
    /// From the event before of the same reference; events without a reference have not waited.
    pub wait: Spread,
}

/// A touchpoint in one month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Monthly {
    /// Customers there.
    pub customers: u64,
    /// Events there.
    pub events: u64,
    /// Events that failed.
    pub failures: u64,
}

impl Facts {
    const NONE: Self = Self {
        customers: [0; MARKS.len()],
        events: 0,
        outcomes: [0; Outcome::ALL.len()],
        followed: Followed::NONE,
        wait: Spread::NONE,
    };

    /// Customers of whom something is true.
    pub const fn customers(&self, mark: Mark) -> u64 {
        self.customers[mark as usize]
    }

    /// Events that failed: failed, late, reopened or complained.
    pub fn failures(&self) -> u64 {
        let all = Outcome::ALL.iter().filter(|outcome| outcome.is_failure());
        all.map(|outcome| self.outcomes[usize::from(outcome.code())]).sum()
    }
}

/// Collects the scorecard.
#[derive(Debug, Clone)]
pub struct Scorecard {
    fates: Arc<Fates>,
    days: ScoreDays,
    facts: Vec<Facts>,
    /// The marks of customers at any touchpoint.
    whole: [u64; MARKS.len()],
    months: FxHashMap<(i32, u16), (Monthly, u64)>,
    /// Ordinal of the life being walked, from 1.
    life: u64,
    scratch: Scratch,
}

/// What is known of the life being walked.
#[derive(Debug, Clone)]
struct Scratch {
    /// Marks by touchpoint as bits, 0 where she was not.
    marks: Vec<u8>,
    met: Vec<u16>,
    /// The last event of each reference.
    last_us: FxHashMap<u64, i64>,
}

impl Scorecard {
    /// An empty scorecard of `touchpoints` touchpoints.
    pub fn new(fates: Arc<Fates>, touchpoints: usize, days: ScoreDays) -> Self {
        Self {
            fates,
            days,
            facts: vec![Facts::NONE; touchpoints],
            whole: [0; MARKS.len()],
            months: FxHashMap::default(),
            life: 0,
            scratch: Scratch { marks: vec![0; touchpoints], met: Vec::new(), last_us: FxHashMap::default() },
        }
    }

    /// Figures by touchpoint code.
    pub fn facts(&self) -> &[Facts] {
        &self.facts
    }

    /// Customers of whom something is true at any touchpoint; [`Mark::RecentUnharmed`]: at no touchpoint failed.
    pub const fn whole(&self, mark: Mark) -> u64 {
        self.whole[mark as usize]
    }

    /// The whole-experience index: share (0–1) of customers with recent events whose recent days held no failure at any
    /// touchpoint; none without such customers.
    pub fn experience_index(&self) -> Option<f64> {
        let recent = self.whole(Mark::Recent);
        (recent > 0).then(|| self.whole(Mark::RecentUnharmed) as f64 / recent as f64)
    }

    /// Months by first day and touchpoint code.
    pub fn months(&self) -> BTreeMap<(Day, u16), Monthly> {
        self.months
            .iter()
            .map(|(&(month, touchpoint), (cell, _))| ((Day(month), touchpoint), *cell))
            .collect()
    }

    /// Whether something is true of a customer at a touchpoint, or at any.
    pub(crate) fn is_marked(&mut self, life: &Life<'_>, touchpoint: Option<u16>, mark: Mark) -> bool {
        self.mark(life, |_, _, _| {});
        let bits = match touchpoint {
            Some(touchpoint) => self.scratch.marks.get(usize::from(touchpoint)).copied().unwrap_or(0),
            None => self.scratch.whole(),
        };
        self.scratch.clear();
        has(bits, mark)
    }

    /// Sets the marks of a life, and tells each contact of which it is known who left after it: where it was, whether
    /// it failed, and whether she left.
    fn mark(&mut self, life: &Life<'_>, mut followed: impl FnMut(usize, bool, bool)) {
        let ScoreDays { as_of, follow_up_days, recent_days } = self.days;
        let (follow_up, recent) = (i32::from(follow_up_days), i32::from(recent_days));
        for at in 0..life.touchpoint.len() {
            let (touchpoint, day) = (usize::from(life.touchpoint[at]), life.day[at]);
            let failed = is_failure(life.outcome[at]);
            let mut bits = bit(Mark::Met) | only(failed, Mark::Failed);
            let is_followed =
                day <= as_of.saturating_sub(follow_up) && self.fates.is_active(life.customer, day);
            if is_followed {
                let left = self.fates.is_lost_within(life.customer, day, day.saturating_add(follow_up));
                followed(touchpoint, failed, left);
                bits |= bit(Mark::Followed) | only(left, Mark::Left);
                bits |= only(failed, Mark::FailedFollowed) | only(failed && left, Mark::FailedLeft);
            }
            if day <= as_of && day > as_of.saturating_sub(recent) {
                // While nothing failed the bit of harm is not set; it is turned round when read.
                bits |= bit(Mark::Recent) | only(failed, Mark::RecentUnharmed);
            }
            if self.scratch.marks[touchpoint] == 0 {
                self.scratch.met.push(life.touchpoint[at]);
            }
            self.scratch.marks[touchpoint] |= bits;
        }
    }

    fn count_events(&mut self, life: &Life<'_>) {
        self.scratch.last_us.clear();
        let mut month = (0, i32::MIN, i32::MIN);
        for at in 0..life.touchpoint.len() {
            let (touchpoint, day) = (life.touchpoint[at], life.day[at]);
            let facts = &mut self.facts[usize::from(touchpoint)];
            let outcome = usize::from(life.outcome[at]);
            facts.events += 1;
            facts.outcomes[if outcome < facts.outcomes.len() { outcome } else { 0 }] += 1;
            if life.reference[at] != 0
                && let Some(before) = self.scratch.last_us.insert(life.reference[at], life.at_us[at])
            {
                facts.wait.add(life.at_us[at].abs_diff(before));
            }
            if !(month.1..month.2).contains(&day) {
                let period = Period::of(Granularity::Month, Day(day));
                month = (period.start().0, period.start().0, period.end().0);
            }
            let (cell, last) = self.months.entry((month.0, touchpoint)).or_default();
            cell.events += 1;
            cell.failures += u64::from(is_failure(life.outcome[at]));
            cell.customers += u64::from(*last != self.life);
            *last = self.life;
        }
    }
}

impl Scratch {
    fn whole(&self) -> u8 {
        self.met.iter().fold(0, |bits, touchpoint| bits | self.marks[usize::from(*touchpoint)])
    }

    fn clear(&mut self) {
        for touchpoint in self.met.drain(..) {
            self.marks[usize::from(touchpoint)] = 0;
        }
    }
}

fn is_failure(outcome: u8) -> bool {
    Outcome::from_code(outcome).is_some_and(Outcome::is_failure)
}

const fn bit(mark: Mark) -> u8 {
    1 << mark as u8
}

const fn only(when: bool, mark: Mark) -> u8 {
    if when { bit(mark) } else { 0 }
}

const fn has(bits: u8, mark: Mark) -> bool {
    match mark {
        Mark::RecentUnharmed => bits & bit(Mark::Recent) != 0 && bits & bit(mark) == 0,
        mark => bits & bit(mark) != 0,
    }
}

fn count(customers: &mut [u64; MARKS.len()], bits: u8) {
    for (count, mark) in customers.iter_mut().zip(MARKS) {
        *count += u64::from(has(bits, mark));
    }
}

impl Walk for Scorecard {
    fn needs(&self) -> Columns {
        Columns::DAY.and(Columns::OUTCOME).and(Columns::REFERENCE)
    }

    fn life(&mut self, life: &Life<'_>) {
        self.life += 1;
        self.count_events(life);
        let mut facts = std::mem::take(&mut self.facts);
        self.mark(life, |touchpoint, failed, left| facts[touchpoint].followed.count(failed, left));
        self.facts = facts;
        for &touchpoint in &self.scratch.met {
            let touchpoint = usize::from(touchpoint);
            count(&mut self.facts[touchpoint].customers, self.scratch.marks[touchpoint]);
        }
        count(&mut self.whole, self.scratch.whole());
        self.scratch.clear();
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = self.days == other.days && self.facts.len() == other.facts.len();
        alike("the scorecard", same && self.fates == other.fates)?;
        self.life += other.life;
        for (mine, theirs) in self.facts.iter_mut().zip(&other.facts) {
            add(&mut mine.customers, &theirs.customers);
            add(&mut mine.outcomes, &theirs.outcomes);
            mine.events += theirs.events;
            mine.followed.add(theirs.followed);
            mine.wait.merge(&theirs.wait);
        }
        add(&mut self.whole, &other.whole);
        for (key, (theirs, _)) in other.months {
            let (mine, _) = self.months.entry(key).or_default();
            mine.customers += theirs.customers;
            mine.events += theirs.events;
            mine.failures += theirs.failures;
        }
        Ok(())
    }
}

fn add(mine: &mut [u64], theirs: &[u64]) {
    mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
}
