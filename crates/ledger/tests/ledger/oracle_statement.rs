//! Statement figures from the ends of days alone, without any posting.

use crate::books::Event;
use crate::oracle::{Days, customers, days};
use ledger::{Figures, Line, OpeningCohort, Rules};
use model::{Day, Granularity, Period};

/// The lines of a whole history: every granularity, the whole and each of `segments`.
pub(crate) fn lines(events: &[Event], rules: &Rules, segments: u16, segment_of: &[u16]) -> Vec<Line> {
    let lives: Vec<Days> = customers(events, rules).iter().map(|events| days(events, rules)).collect();
    let first_active = |life: &Days| (life.first_day..=rules.as_of.0).find(|day| life.on(*day).0);
    let Some(first) = lives.iter().filter_map(first_active).min() else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    for granularity in Granularity::ALL {
        for segment in std::iter::once(None).chain((0..segments).map(Some)) {
            let mut period = Period::of(granularity, Day(first));
            while period.start() <= rules.as_of {
                let (mut figures, mut cohort) = (Figures::default(), OpeningCohort::default());
                let belongs =
                    |life: &&Days| segment.is_none_or(|code| segment_of[life.customer as usize] == code);
                for life in lives.iter().filter(belongs) {
                    add(&mut figures, life, period, rules.as_of);
                    add_to_cohort(&mut cohort, life, period, rules.as_of);
                }
                lines.push(Line { period, segment, figures, cohort });
                period = period.next();
            }
        }
    }
    lines
}

/// Adds one customer in one period.
fn add(figures: &mut Figures, life: &Days, period: Period, as_of: Day) {
    let (start, end) = (period.start().0, period.end().plus(-1).min(as_of).0);
    let (opening, closing) = (life.on(start - 1), life.on(end));
    figures.opening_count += i64::from(opening.0);
    figures.opening_minor += opening.1;
    figures.closing_count += i64::from(closing.0);
    figures.closing_minor += closing.1;
    let mut residual = closing.1 - opening.1;
    for day in start..=end {
        if life.lost(day) {
            let left = life.on(day - 1).1;
            figures.lost_count += 1;
            figures.lost_minor += left;
            residual += left;
        }
        if life.entered(day) {
            let entered = entry_value(life, day, end);
            residual -= entered;
            let first_time = !(life.first_day..day).any(|earlier| life.on(earlier).0);
            let (count, minor) = if first_time {
                (&mut figures.gained_count, &mut figures.gained_minor)
            } else {
                (&mut figures.won_back_count, &mut figures.won_back_minor)
            };
            *count += 1;
            *minor += entered;
        }
    }
    if residual > 0 {
        figures.expanded_count += 1;
        figures.expanded_minor += residual;
    }
    if residual < 0 {
        figures.contracted_count += 1;
        figures.contracted_minor -= residual;
    }
}

fn add_to_cohort(cohort: &mut OpeningCohort, life: &Days, period: Period, as_of: Day) {
    let (opening, closing) = (life.on(period.start().0 - 1), life.on(period.end().plus(-1).min(as_of).0));
    match (opening, closing) {
        ((false, _), (false, _)) => {}
        ((false, _), (true, is)) => {
            let known = (life.first_day..period.start().0).any(|day| life.on(day).0);
            cohort.returned_minor += if known { is } else { 0 };
        }
        ((true, was), (false, _)) => {
            cohort.lost_count += 1;
            cohort.lost_minor += was;
        }
        ((true, was), (true, is)) => {
            cohort.expanded_minor += (is - was).max(0);
            cohort.contracted_minor += (was - is).max(0);
        }
    }
}

/// Value at the end of the period of a spell that lasts it, else the highest of the spell.
fn entry_value(life: &Days, from: i32, end: i32) -> i64 {
    let lasts = |day: &i32| *day == from || !life.lost(*day);
    let spell: Vec<i64> = (from..=end).take_while(lasts).map(|day| life.on(day).1).collect();
    if spell.len() as i32 == end - from + 1 { life.on(end).1 } else { spell.into_iter().max().unwrap_or(0) }
}
