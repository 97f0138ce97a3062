//! Promises checked on what happened: `when EVENT, then EVENT within TIME` and `never EVENT after EVENT`, each per
//! reference, or per customer. What is not settled at the cut-off is open, and open is not kept.

use crate::calendar::Calendar;
use crate::error::{Error, alike};
use crate::events::{Columns, Life};
use crate::pass::Walk;
use model::period::Period;
use model::{Day, Granularity, Outcome};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which events a rule speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventIs {
    /// At any of these touchpoints; at any at all when empty.
    pub touchpoints: BTreeSet<u16>,
    /// With any of these outcomes; with any at all when empty.
    pub outcomes: BTreeSet<Outcome>,
}

/// How long one may take; what happens at the last instant is in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// Time by the clock, microseconds.
    Elapsed(u64),
    /// Opening time of the calendar, microseconds.
    Business(u64),
    /// Until the end of the local day so many days later; 0 is the same day.
    Days(u32),
    /// Until the company closes on the so-manieth day on which it opens, from 1, after the local day itself.
    BusinessDays(u32),
}

/// One promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// After every `when` a `then` of the same reference follows within a time.
    Then {
        /// What calls for it.
        when: EventIs,
        /// What is promised.
        then: EventIs,
        /// How soon.
        within: Within,
    },
    /// After an `after` no `never` of the same reference follows, within a time or ever. Without a time it counts as
    /// kept as long as it is not broken.
    Never {
        /// What must not happen.
        never: EventIs,
        /// After what.
        after: EventIs,
        /// For how long.
        within: Option<Within>,
    },
}

/// How a promise stands at the cut-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Kept.
    Kept,
    /// Broken.
    Broken,
    /// Neither yet.
    Open,
}

/// One promise to one customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Obligation {
    /// Dense customer code.
    pub customer: u32,
    /// When it began, UTC microseconds.
    pub began_us: i64,
    /// Index of the rule.
    pub rule: usize,
    /// Local day on which it began.
    pub day: i32,
    /// Hash of silo and reference; 0 where the events have none and stand for the customer's others of that kind.
    pub reference: u64,
    /// Until when it had to be kept, UTC microseconds; none where no end comes within ten years.
    pub due_us: Option<i64>,
    /// When what was promised, or what must not have been, happened up to the cut-off.
    pub happened_us: Option<i64>,
    /// How it stands.
    pub state: State,
}

/// Promises of one rule that began in one month, by state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many: kept, broken, open.
    pub obligations: [u64; 3],
    /// To how many customers: kept, broken, open; one may stand under several.
    pub customers: [u64; 3],
}

impl Tally {
    /// Share (0–1) kept of those settled; none while all are open.
    pub fn kept_share(&self) -> Option<f64> {
        let [kept, broken, _] = self.obligations;
        (kept + broken > 0).then(|| kept as f64 / (kept + broken) as f64)
    }
}

/// Collects promises.
#[derive(Debug, Clone)]
pub struct Promises {
    rules: Vec<Rule>,
    /// Rules, by index, whose events need not name the same reference.
    of_customer: BTreeSet<usize>,
    calendar: Calendar,
    as_of_us: i64,
    tallies: BTreeMap<(usize, i32), Tally>,
    breaches: Vec<Obligation>,
    judged: Vec<Obligation>,
    /// By reference: when the awaited event comes next.
    next_us: FxHashMap<u64, i64>,
}

impl Promises {
    /// Checks rules on what happened up to and with `as_of_us`, UTC microseconds. Fails on a rule that waits for no
    /// business day or no time at all.
    pub fn new(rules: Vec<Rule>, calendar: Calendar, as_of_us: i64) -> Result<Self, Error> {
        let times = rules.iter().filter_map(|rule| match rule {
            Rule::Then { within, .. } => Some(*within),
            Rule::Never { within, .. } => *within,
        });
        if times.into_iter().any(|within| within == Within::BusinessDays(0)) {
            let problem = "0 business days; say 1 or more, or a number of hours".to_owned();
            return Err(Error::Setting { what: "promise", problem });
        }
        Ok(Self {
            rules,
            of_customer: BTreeSet::new(),
            calendar,
            as_of_us,
            tallies: BTreeMap::new(),
            breaches: Vec::new(),
            judged: Vec::new(),
            next_us: FxHashMap::default(),
        })
    }

    /// The same, where the events of these rules, by index, are tied together by the customer alone.
    #[must_use]
    pub fn of_customer(self, rules: BTreeSet<usize>) -> Self {
        Self { of_customer: rules, ..self }
    }

    /// By index of the rule and first day of the month in which the promise began.
    pub fn tallies(&self) -> BTreeMap<(usize, Day), Tally> {
        self.tallies.iter().map(|(&(rule, month), tally)| ((rule, Day(month)), *tally)).collect()
    }

    /// Every broken promise, by customer, beginning and rule.
    pub fn breaches(&self) -> Vec<Obligation> {
        let mut breaches = self.breaches.clone();
        breaches.sort_unstable();
        breaches
    }

    /// Whether a customer has a promise of a rule in a state, begun in the month with this first day, or ever.
    pub(crate) fn has(&mut self, life: &Life<'_>, rule: usize, month: Option<Day>, state: State) -> bool {
        self.judge(life);
        let begun = |one: &Obligation| month.is_none_or(|month| month_of(one.day) == month.0);
        self.judged.iter().any(|one| one.rule == rule && one.state == state && begun(one))
    }

    /// Judges every promise to a customer, by rule and then from the last to the first.
    fn judge(&mut self, life: &Life<'_>) {
        let Self { rules, of_customer, calendar, as_of_us, judged, next_us, .. } = self;
        judged.clear();
        let known = life.at_us.partition_point(|at| at <= as_of_us);
        for (rule, promise) in rules.iter().enumerate() {
            let (begins, awaited) = promise.events();
            let of_customer = of_customer.contains(&rule);
            next_us.clear();
            for at in (0..known).rev() {
                let (began_us, reference) = (life.at_us[at], life.reference[at]);
                if begins.fits(life, at) {
                    let tie = if of_customer { 0 } else { reference };
                    let happened_us = next_us.get(&tie).copied();
                    let due_us = promise.due(calendar, began_us);
                    let state = promise.state(happened_us, due_us, *as_of_us);
                    let (customer, day) = (life.customer, life.day[at]);
                    judged.push(Obligation {
                        customer,
                        began_us,
                        rule,
                        day,
                        reference,
                        due_us,
                        happened_us,
                        state,
                    });
                }
                if awaited.fits(life, at) {
                    next_us.insert(if of_customer { 0 } else { reference }, began_us);
                }
            }
        }
    }
}

impl EventIs {
    fn fits(&self, life: &Life<'_>, at: usize) -> bool {
        let outcome = || Outcome::from_code(life.outcome[at]).unwrap_or(Outcome::Unknown);
        (self.touchpoints.is_empty() || self.touchpoints.contains(&life.touchpoint[at]))
            && (self.outcomes.is_empty() || self.outcomes.contains(&outcome()))
    }
}

impl Rule {
    /// What begins a promise and what it waits for.
    const fn events(&self) -> (&EventIs, &EventIs) {
        match self {
            Self::Then { when, then, .. } => (when, then),
            Self::Never { never, after, .. } => (after, never),
        }
    }

    fn due(&self, calendar: &mut Calendar, began_us: i64) -> Option<i64> {
        let within = match self {
            Self::Then { within, .. } => *within,
            Self::Never { within, .. } => (*within)?,
        };
        match within {
            Within::Elapsed(us) => began_us.checked_add_unsigned(us),
            Within::Business(us) => calendar.after(began_us, us),
            Within::Days(days) => calendar.end_of_day_after(began_us, days),
            Within::BusinessDays(days) => calendar.close_after(began_us, days),
        }
    }

    fn state(&self, happened_us: Option<i64>, due_us: Option<i64>, as_of_us: i64) -> State {
        let in_time = happened_us.is_some_and(|at| due_us.is_none_or(|due| at <= due));
        let is_over = due_us.is_some_and(|due| due < as_of_us);
        match self {
            Self::Then { .. } if in_time => State::Kept,
            Self::Then { .. } if is_over => State::Broken,
            Self::Never { .. } if in_time => State::Broken,
            Self::Never { within, .. } if is_over || within.is_none() => State::Kept,
            _ => State::Open,
        }
    }
}

/// First day of the month of a day.
fn month_of(day: i32) -> i32 {
    Period::of(Granularity::Month, Day(day)).start().0
}

impl Walk for Promises {
    fn needs(&self) -> Columns {
        Columns::DAY.and(Columns::OUTCOME).and(Columns::REFERENCE)
    }

    fn life(&mut self, life: &Life<'_>) {
        self.judge(life);
        let mut met = BTreeSet::new();
        for one in &self.judged {
            let key = (one.rule, month_of(one.day));
            let tally = self.tallies.entry(key).or_default();
            tally.obligations[one.state as usize] += 1;
            tally.customers[one.state as usize] += u64::from(met.insert((key, one.state)));
        }
        self.breaches.extend(self.judged.iter().filter(|one| one.state == State::Broken));
    }

    fn merge(&mut self, other: Self) -> Result<(), Error> {
        let same = (&self.rules, &self.of_customer, self.as_of_us)
            == (&other.rules, &other.of_customer, other.as_of_us);
        alike("promises", same && self.calendar == other.calendar)?;
        for (key, theirs) in other.tallies {
            let mine = self.tallies.entry(key).or_default();
            for state in 0..3 {
                mine.obligations[state] += theirs.obligations[state];
                mine.customers[state] += theirs.customers[state];
            }
        }
        self.breaches.extend(other.breaches);
        Ok(())
    }
}
