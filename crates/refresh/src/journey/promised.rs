//! The promises of the config as rules that the walk over the timeline checks.

use crate::error::Error;
use ::journey::{Calendar, EventIs, Opening, Promises, Rule, Within};
use model::Day;
use model::config::Config;
use model::config::promise::{self, Met, Per, PromiseRule};
use std::collections::BTreeSet;

/// Promises with a rule, by their position in the config; a rule's index is its place here.
pub(crate) fn measurable(config: &Config) -> Vec<(usize, PromiseRule)> {
    let rule = |(at, promise): (usize, &promise::Promise)| Some((at, promise.rule(&config.touchpoints)?));
    config.promises.iter().enumerate().filter_map(rule).collect()
}

/// The rules, to be checked on what happened up to the end of a day. Touchpoints of the config have their position as
/// code.
pub(crate) fn promises(config: &Config, as_of: Day) -> Result<Promises, Error> {
    let measurable = measurable(config);
    let is_of_customer = |(at, _): &(usize, PromiseRule)| config.promises[*at].per == Per::Customer;
    let of_customer: BTreeSet<usize> =
        (0..measurable.len()).filter(|rule| is_of_customer(&measurable[*rule])).collect();
    let rules = measurable.into_iter().map(|(_, rule)| checked(rule)).collect();
    Ok(Promises::new(rules, calendar(config)?, last_us(as_of, config))?.of_customer(of_customer))
}

fn calendar(config: &Config) -> Result<Calendar, Error> {
    let zone = config.zone();
    let Some(calendar) = &config.calendar else { return Ok(Calendar::always(zone)) };
    let opening = |(from_minute, until_minute)| Opening { from_minute, until_minute };
    let week = calendar.week().map(|times| times.into_iter().map(opening).collect());
    Ok(Calendar::new(calendar.zone(&zone), week, calendar.holidays())?)
}

/// The last microsecond of a local day of the company.
fn last_us(day: Day, config: &Config) -> i64 {
    let midnight = day.plus(1).date().to_zoned(config.zone());
    midnight.map_or(i64::MAX, |at| at.timestamp().as_microsecond() - 1)
}

fn checked(rule: PromiseRule) -> Rule {
    match rule {
        PromiseRule::Then { when, then, within: time } => {
            Rule::Then { when: event(when), then: event(then), within: within(time) }
        }
        PromiseRule::Never { never, after, within: time } => {
            Rule::Never { never: event(never), after: event(after), within: time.map(within) }
        }
    }
}

fn event(met: Met) -> EventIs {
    let touchpoints = met.touchpoints.into_iter().map(|at| at as u16).collect();
    EventIs { touchpoints, outcomes: met.outcomes.into_iter().collect() }
}

fn within(time: promise::Within) -> Within {
    let us = |minutes: u32| u64::from(minutes) * 60_000_000;
    match time {
        promise::Within::Minutes(minutes) => Within::Elapsed(us(minutes)),
        promise::Within::BusinessMinutes(minutes) => Within::Business(us(minutes)),
        promise::Within::Days(days) => Within::Days(days),
        promise::Within::BusinessDays(days) => Within::BusinessDays(days),
    }
}
