//! The subscription club: joining after a purchase, trial, monthly or yearly charges, failed charges, leaving.

use super::Setting;
use super::purchases::Purchase;
use crate::calendar::months_after;
use crate::chance::{Chance, Purpose};
use crate::people::Person;
use crate::plan::{FAULT_ENDED_SHARE, FAULT_SHARE};
use model::Day;

/// A membership as it was.
#[derive(Debug, Clone)]
pub(crate) struct Membership {
    pub(crate) created_us: i64,
    pub(crate) created: Day,
    pub(crate) terms: Terms,
    /// When the end was asked for; may lie before an end that is still to come.
    pub(crate) requested: Option<Day>,
    pub(crate) ended: Option<Day>,
    pub(crate) why: Option<Why>,
    /// Last charge that failed.
    pub(crate) failed_on: Option<Day>,
    /// Charge of the faulty month.
    pub(crate) fault: Fault,
}

/// What was agreed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// The first 30 days are free.
    pub(crate) trial: bool,
    pub(crate) annual: bool,
    /// First day that is paid for.
    pub(crate) paid_from: Day,
}

/// Why a membership ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    AfterTrial,
    NoUse,
    TooDear,
    Delivery,
    PaymentFailed,
}

/// What the billing fault did to a membership.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// A charge fell due in the faulty month.
    pub(crate) charged: bool,
    /// It failed.
    pub(crate) failed: bool,
    /// And the membership was ended for it.
    pub(crate) ended: bool,
}

/// A membership of somebody who never leaves the company.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) created: Day,
    pub(crate) end: Option<End>,
    created_us: i64,
    terms: Terms,
    failed_on: Option<Day>,
    /// The charge of the faulty month, and whether it failed.
    fault: Option<(Day, bool)>,
}

/// The end of a membership: asked for on one day, in force on another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    requested: Day,
    pub(crate) day: Day,
    why: Why,
}

impl Terms {
    /// Cents per period.
    pub(crate) const fn price_minor(self) -> u32 {
        if self.annual { 9900 } else { 990 }
    }

    /// The day on which the period number `period`, from 0, begins.
    pub(crate) fn renewal(self, period: i32) -> Day {
        months_after(self.paid_from, period * if self.annual { 12 } else { 1 })
    }

    /// The renewals that begin and end the period a day falls into; the first period's before that.
    pub(crate) fn period_of(self, day: Day) -> (Day, Day) {
        let mut period = 0;
        while self.renewal(period + 1) <= day {
            period += 1;
        }
        (self.renewal(period), self.renewal(period + 1))
    }
}

/// Draws the membership of one person, or none.
pub(crate) fn draft(setting: &Setting, person: &Person, purchases: &[Purchase]) -> Option<Draft> {
    let mut chance = Chance::of(setting.seed, Purpose::Club, u64::from(person.id));
    let bought = purchases.get(usize::from(person.habits.club_after?))?;
    let created_us = bought.at_us + i64::from(chance.between(2, 9)) * 60_000_000;
    let created = setting.clock.day(created_us);
    if created > setting.marks.until {
        return None;
    }
    let annual = chance.hit(0.25);
    let trial = chance.hit(0.3) && !annual;
    let paid_from = if trial { created.plus(30) } else { created };
    let terms = Terms { trial, annual, paid_from };
    let mut draft = Draft { created, end: None, created_us, terms, failed_on: None, fault: None };
    let short = chance.hit(0.15);
    let second_thoughts = created.plus(chance.between(3, 28));
    if trial && short {
        draft.end = Some(End { requested: second_thoughts, day: paid_from, why: Why::AfterTrial });
        return Some(draft);
    }
    let mut period = 1;
    while draft.end.is_none() && terms.renewal(period) <= setting.marks.until.plus(31) {
        draft.charge(setting, period, &mut chance);
        period += 1;
    }
    Some(draft)
}

impl Draft {
    /// One charge, and what comes of the period after it. Always the same number of draws.
    fn charge(&mut self, setting: &Setting, period: i32, chance: &mut Chance) {
        let day = self.terms.renewal(period);
        let (fails, ends, declined) =
            (chance.hit(FAULT_SHARE), chance.hit(FAULT_ENDED_SHARE), chance.hit(0.002));
        let leaves = chance.hit(if self.terms.annual { 0.24 } else { 0.024 });
        let (when, why) = (chance.share(), chance.share());
        let in_fault = setting.marks.in_fault(day);
        if in_fault {
            self.fault = Some((day, fails));
        }
        if declined || (in_fault && fails) {
            self.failed_on = Some(day);
        }
        if declined || (in_fault && fails && ends) {
            let day = day.plus(7);
            self.end = Some(End { requested: day, day, why: Why::PaymentFailed });
        } else if leaves {
            let next = self.terms.renewal(period + 1);
            let requested = day.plus((f64::from(next.0 - day.0) * when) as i32);
            let why = [Why::NoUse, Why::TooDear, Why::Delivery][(why * 3.0) as usize];
            self.end = Some(End { requested, day: next, why });
        }
    }

    /// The membership as it was, given the day the person left; `None` when they left before joining.
    pub(crate) fn lived(self, setting: &Setting, person: &Person, death: Option<Day>) -> Option<Membership> {
        let until = setting.marks.until;
        if death.is_some_and(|death| death < self.created) {
            return None;
        }
        let end = self.end_with(person, death);
        let happened = |day: Day| day <= until && end.is_none_or(|end| day <= end.day);
        let fault = self.fault.filter(|(day, _)| happened(*day));
        let failed = fault.is_some_and(|(_, failed)| failed);
        let shown = end.filter(|end| end.requested <= until);
        let ended = shown.map(|end| end.day).filter(|day| *day <= until);
        let why = shown.map(|end| end.why);
        let failed_and_ended = fault.is_some_and(|(day, failed)| failed && ended == Some(day.plus(7)));
        let by_fault = failed_and_ended && why == Some(Why::PaymentFailed);
        Some(Membership {
            created_us: self.created_us,
            created: self.created,
            terms: self.terms,
            requested: shown.map(|end| end.requested),
            ended,
            why,
            failed_on: self.failed_on.filter(|day| happened(*day)),
            fault: Fault { charged: fault.is_some(), failed, ended: by_fault },
        })
    }

    /// Those who leave the company end their membership with the period they are in.
    fn end_with(&self, person: &Person, death: Option<Day>) -> Option<End> {
        let Some(death) = death else { return self.end };
        let requested = death.plus(1 + (person.id % 19) as i32);
        if self.end.is_some_and(|end| end.requested <= requested) {
            return self.end;
        }
        let (_, next) = self.terms.period_of(requested);
        let day = if requested < self.terms.paid_from { self.terms.paid_from } else { next };
        let why = if self.terms.annual { Why::TooDear } else { Why::NoUse };
        Some(End { requested, day, why })
    }
}
