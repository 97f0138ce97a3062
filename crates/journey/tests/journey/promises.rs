//! Promises against a slow oracle that looks at the clock on the wall every minute, also where clocks are changed.

use crate::histories::{Event, in_parts, lives};
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use journey::{
    Behind, Calendar, EventIs, List, Obligation, Opening, Pass, Promises, Rows, Rule, State, Tally, Within,
};
use model::period::Period;
use model::{Day, Granularity, Outcome};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

const MINUTE_US: i64 = 60_000_000;
/// How many minutes the oracle looks at: events lie in the first third.
const MINUTES: i64 = 45 * 24 * 60;

/// Spans that begin some days before clocks are changed: by an hour, by half an hour, at midnight.
const SPANS: [(&str, &str); 7] = [
    ("Europe/Berlin", "2024-03-26T00:00:00Z"),
    ("Europe/Berlin", "2024-10-22T00:00:00Z"),
    ("America/New_York", "2024-10-29T00:00:00Z"),
    ("Australia/Lord_Howe", "2024-04-02T00:00:00Z"),
    ("Australia/Lord_Howe", "2024-10-01T00:00:00Z"),
    ("America/Havana", "2024-10-29T00:00:00Z"),
    ("Africa/Cairo", "2024-04-21T00:00:00Z"),
];

/// What the clock on the wall shows in one minute.
#[derive(Clone, Copy)]
struct Wall {
    day: Day,
    weekday: usize,
    minute: u16,
}

fn zone(span: usize) -> TimeZone {
    TimeZone::get(SPANS[span].0).unwrap()
}

fn begins_us(span: usize) -> i64 {
    SPANS[span].1.parse::<Timestamp>().unwrap().as_microsecond()
}

/// The clock on the wall, minute by minute.
fn wall(span: usize) -> &'static [Wall] {
    static WALLS: [OnceLock<Vec<Wall>>; SPANS.len()] = [const { OnceLock::new() }; SPANS.len()];
    WALLS[span].get_or_init(|| {
        let shown = |minute: i64| {
            let at = Timestamp::from_microsecond(begins_us(span) + minute * MINUTE_US).unwrap();
            let local = at.to_zoned(zone(span)).datetime();
            let weekday = local.weekday().since(Weekday::Monday) as usize;
            let minute = (i16::from(local.hour()) * 60 + i16::from(local.minute())) as u16;
            Wall { day: Day::of(local.date()), weekday, minute }
        };
        (0..MINUTES).map(shown).collect()
    })
}

const fn opening(from_minute: u16, until_minute: u16) -> Opening {
    Opening { from_minute, until_minute }
}

#[derive(Debug, Clone)]
struct Hours {
    span: usize,
    week: [Vec<Opening>; 7],
    holidays: BTreeSet<Day>,
}

impl Hours {
    fn calendar(&self) -> Calendar {
        Calendar::new(zone(self.span), self.week.clone(), self.holidays.clone()).unwrap()
    }

    fn is_open(&self, wall: Wall) -> bool {
        !self.holidays.contains(&wall.day)
            && self.week[wall.weekday]
                .iter()
                .any(|time| (time.from_minute..time.until_minute).contains(&wall.minute))
    }

    /// When a promise begun at a minute falls due, in minutes; beyond what is looked at it is none.
    fn due(&self, from: i64, within: Within) -> Option<i64> {
        let wall = wall(self.span);
        let minutes = |us: u64| us as i64 / MINUTE_US;
        match within {
            Within::Elapsed(us) => Some(from + minutes(us)),
            Within::Business(us) => {
                let open = (from..MINUTES).filter(|at| self.is_open(wall[*at as usize]));
                open.enumerate().find(|(nth, _)| *nth as i64 + 1 == minutes(us)).map(|(_, at)| at + 1)
            }
            Within::Days(days) => {
                let day = wall[from as usize].day.plus(days as i32);
                // The last microsecond of this minute, which lies before the next.
                (from..MINUTES).rfind(|at| wall[*at as usize].day == day)
            }
            Within::BusinessDays(days) => {
                let today = wall[from as usize].day;
                let later = |at: &i64| wall[*at as usize].day > today && self.is_open(wall[*at as usize]);
                let open: Vec<i64> = (from..MINUTES).filter(later).collect();
                let days_open: BTreeSet<Day> = open.iter().map(|at| wall[*at as usize].day).collect();
                let day = days_open.into_iter().nth(days as usize - 1)?;
                open.into_iter().rfind(|at| wall[*at as usize].day == day).map(|at| at + 1)
            }
        }
    }
}

fn minute(span: usize, at_us: i64) -> i64 {
    (at_us - begins_us(span)) / MINUTE_US
}

fn fits(is: &EventIs, event: &Event) -> bool {
    (is.touchpoints.is_empty() || is.touchpoints.contains(&event.touchpoint))
        && (is.outcomes.is_empty() || is.outcomes.contains(&Outcome::from_code(event.outcome).unwrap()))
}

/// How every promise stands, read from the definition, event by event.
fn judged(rules: &[Rule], hours: &Hours, events: &[Event], as_of: i64) -> Vec<(u32, usize, i64, State)> {
    let at = |event: &Event| minute(hours.span, event.at_us);
    let mut judged = Vec::new();
    for (nth, life) in lives(events).into_iter().flat_map(|life| (0..rules.len()).map(move |nth| (nth, life)))
    {
        for (place, first) in life.iter().enumerate().filter(|(_, event)| at(event) <= as_of) {
            let (begins, awaited, within) = match &rules[nth] {
                Rule::Then { when, then, within } => (when, then, Some(*within)),
                Rule::Never { never, after, within } => (after, never, *within),
            };
            if !fits(begins, first) {
                continue;
            }
            let of_it = |event: &&Event| event.reference == first.reference && fits(awaited, event);
            let next = life[place + 1..].iter().filter(|event| at(event) <= as_of).find(of_it).map(at);
            let due = within.and_then(|within| hours.due(at(first), within));
            let in_time = next.is_some_and(|next| due.is_none_or(|due| next <= due));
            let is_over = due.is_some_and(|due| due < as_of);
            let state = match (&rules[nth], in_time, is_over) {
                (Rule::Then { .. }, false, true) | (Rule::Never { .. }, true, _) => State::Broken,
                (Rule::Then { .. }, true, _)
                | (Rule::Never { .. }, false, true)
                | (Rule::Never { within: None, .. }, ..) => State::Kept,
                _ => State::Open,
            };
            judged.push((first.customer, nth, at(first), state));
        }
    }
    judged
}

fn hours() -> impl Strategy<Value = Hours> {
    let edges = prop::collection::btree_set(0_u16..97, 0..5);
    let day = edges.prop_map(|edges| {
        let edges: Vec<u16> = edges.into_iter().map(|quarter| (quarter * 15).min(1_440)).collect();
        edges.chunks_exact(2).map(|pair| opening(pair[0], pair[1])).collect::<Vec<_>>()
    });
    // The nights on which clocks are changed are mostly open, so that it shows.
    let day = prop_oneof![2 => day, 1 => Just(vec![Opening::WHOLE_DAY]), 1 => Just(vec![opening(45, 150), opening(600, 1_000)])];
    let week = prop::collection::vec(day, 7).prop_map(|week| <[_; 7]>::try_from(week).unwrap());
    (0..SPANS.len(), week, prop::collection::btree_set(0_i32..20, 0..4)).prop_map(|(span, week, holidays)| {
        let first = wall(span)[0].day;
        let holidays = holidays.into_iter().map(|days| first.plus(days)).collect();
        Hours { span, week, holidays }
    })
}

fn within() -> impl Strategy<Value = Within> {
    let us = |minutes: u64| minutes * MINUTE_US as u64;
    prop_oneof![
        (0_u64..6_000).prop_map(move |minutes| Within::Elapsed(us(minutes))),
        (1_u64..3_000).prop_map(move |minutes| Within::Business(us(minutes))),
        (0_u32..6).prop_map(Within::Days),
        (1_u32..5).prop_map(Within::BusinessDays),
    ]
}

fn event_is() -> impl Strategy<Value = EventIs> {
    let outcomes =
        prop::sample::select(vec![vec![], vec![], vec![Outcome::Ok], vec![Outcome::Failed, Outcome::Late]]);
    (prop::collection::btree_set(0_u16..3, 0..3), outcomes)
        .prop_map(|(touchpoints, outcomes)| EventIs { touchpoints, outcomes: outcomes.into_iter().collect() })
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        3 => (event_is(), event_is(), within()).prop_map(|(when, then, within)| Rule::Then { when, then, within }),
        1 => (event_is(), event_is(), prop::option::of(within()))
            .prop_map(|(never, after, within)| Rule::Never { never, after, within }),
    ]
}

/// Events of five customers in the first fifteen days of a span, on whole minutes; their days are local.
fn events(span: usize) -> impl Strategy<Value = Vec<Event>> {
    let event = (0_u32..5, 0_i64..15 * 24 * 60, 0_u16..3, 0_u8..4, 0_u64..3);
    prop::collection::vec(event, 0..40).prop_map(move |events| {
        let event = |(customer, minute, touchpoint, outcome, reference)| Event {
            customer,
            at_us: begins_us(span) + minute * MINUTE_US,
            touchpoint,
            kind: 0,
            outcome,
            value_minor: 0,
            reference,
        };
        let mut events: Vec<Event> = events.into_iter().map(event).collect();
        events.sort_by_key(|event| (event.customer, event.at_us));
        events
    })
}

proptest! {
    #[test]
    fn promises_stand_as_the_clock_on_the_wall_says(
        (hours, events) in hours().prop_flat_map(|hours| { let span = hours.span; (Just(hours), events(span)) }),
        rules in prop::collection::vec(rule(), 1..4), as_of in 0_i64..16 * 24 * 60, parts in 1_u32..4,
    ) {
        let as_of_us = begins_us(hours.span) + as_of * MINUTE_US;
        let begin = || Promises::new(rules.clone(), hours.calendar(), as_of_us).unwrap();
        let promises = in_parts(begin, &events, parts);
        let expected = judged(&rules, &hours, &events, as_of);
        let mut tallies: BTreeMap<(usize, Day), Tally> = BTreeMap::new();
        let mut customers = BTreeSet::new();
        for (customer, rule, at, state) in &expected {
            let day = crate::histories::day(begins_us(hours.span) + at * MINUTE_US);
            let month = Period::of(Granularity::Month, Day(day)).start();
            let tally = tallies.entry((*rule, month)).or_default();
            tally.obligations[*state as usize] += 1;
            tally.customers[*state as usize] += u64::from(customers.insert((*customer, *rule, month, *state)));
        }
        prop_assert_eq!(promises.tallies(), tallies);
        let mut broken: Vec<(u32, usize, i64)> = expected.iter().filter(|one| one.3 == State::Broken)
            .map(|one| (one.0, one.1, one.2)).collect();
        broken.sort_unstable();
        let mut told: Vec<(u32, usize, i64)> = promises.breaches().iter()
            .map(|one| (one.customer, one.rule, minute(hours.span, one.began_us))).collect();
        told.sort_unstable();
        prop_assert_eq!(told, broken);
        for ((rule, month), tally) in promises.tallies() {
            for state in [State::Kept, State::Broken, State::Open] {
                let behind = Behind::Promise(Box::new(begin()), rule, Some(month), state);
                let list = crate::histories::walk(List::new(behind), &events, 5).into_customers();
                prop_assert_eq!(list.len() as u64, tally.customers[state as usize]);
            }
        }
    }

    #[test]
    fn what_the_customer_ties_together_stands_as_if_nothing_had_a_reference(
        (hours, events) in hours().prop_flat_map(|hours| { let span = hours.span; (Just(hours), events(span)) }),
        rules in prop::collection::vec(rule(), 1..4), as_of in 0_i64..16 * 24 * 60,
    ) {
        let as_of_us = begins_us(hours.span) + as_of * MINUTE_US;
        let begin = || Promises::new(rules.clone(), hours.calendar(), as_of_us).unwrap();
        let tied = crate::histories::walk(begin().of_customer((0..rules.len()).collect()), &events, 4);
        let bare: Vec<Event> = events.iter().map(|event| Event { reference: 0, ..event.clone() }).collect();
        let bare = crate::histories::walk(begin(), &bare, 4);
        prop_assert_eq!(tied.tallies(), bare.tallies());
        let when = |promises: &Promises| -> Vec<_> {
            promises.breaches().iter().map(|one| (one.customer, one.rule, one.began_us, one.happened_us)).collect()
        };
        prop_assert_eq!(when(&tied), when(&bare));
    }
}

fn at(text: &str) -> i64 {
    text.parse::<jiff::Zoned>().unwrap().timestamp().as_microsecond()
}

/// One order and one delivery of the same reference, judged by one rule.
fn one(
    calendar: Calendar,
    within: Within,
    ordered: &str,
    delivered: &str,
    as_of: &str,
) -> (State, Option<Obligation>) {
    let is = |touchpoint| EventIs { touchpoints: BTreeSet::from([touchpoint]), ..EventIs::default() };
    let rule = Rule::Then { when: is(0), then: is(1), within };
    let mut pass = Pass::new(Promises::new(vec![rule], calendar, at(as_of)).unwrap(), 2);
    pass.push(Rows {
        customer: &[7, 7],
        at_us: &[at(ordered), at(delivered)],
        touchpoint: &[0, 1],
        day: &[0, 0],
        outcome: &[0, 0],
        reference: &[9, 9],
        ..Rows::default()
    })
    .unwrap();
    let promises = pass.finish();
    let tally = promises.tallies()[&(0, Day(0))];
    let state =
        [State::Kept, State::Broken, State::Open].into_iter().find(|s| tally.obligations[*s as usize] == 1);
    (state.unwrap(), promises.breaches().first().copied())
}

#[test]
fn a_weekend_a_holiday_and_a_short_night_are_met_as_by_hand() {
    let berlin = || TimeZone::get("Europe/Berlin").unwrap();
    let office = || {
        let day = || vec![opening(540, 1_020)];
        let week = [day(), day(), day(), day(), day(), vec![], vec![]];
        Calendar::new(berlin(), week, [Day::parse("2024-03-29").unwrap(), Day::parse("2024-04-01").unwrap()])
            .unwrap()
    };
    let hours = |hours: u64| hours * 3_600_000_000;
    let late = "2024-12-31T00:00[Europe/Berlin]";
    let ordered = "2024-03-28T16:00[Europe/Berlin]";
    for (within, by) in [
        // Thursday 16:00, then Good Friday, weekend with the change of clocks, Easter Monday: one hour and seven.
        (Within::Business(hours(8)), "2024-04-02T16:00[Europe/Berlin]"),
        (Within::Business(hours(1)), "2024-03-28T17:00[Europe/Berlin]"),
        (Within::BusinessDays(1), "2024-04-02T17:00[Europe/Berlin]"),
        (Within::Days(3), "2024-03-31T23:59:59.999999[Europe/Berlin]"),
        // The night of the 31st is an hour short.
        (Within::Elapsed(hours(72)), "2024-03-31T17:00[Europe/Berlin]"),
    ] {
        assert_eq!(one(office(), within, ordered, by, late).0, State::Kept, "{within:?}");
        let after = Timestamp::from_microsecond(at(by) + 1).unwrap().to_zoned(berlin()).to_string();
        let (state, breach) = one(office(), within, ordered, &after, late);
        assert_eq!(state, State::Broken, "{within:?}");
        let breach = breach.unwrap();
        assert_eq!((breach.due_us, breach.happened_us), (Some(at(by)), Some(at(by) + 1)));
        assert_eq!((breach.customer, breach.reference, breach.rule), (7, 9, 0));
        assert_eq!(one(office(), within, ordered, &after, by).0, State::Open, "{within:?}");
    }
    assert!(
        one(
            Calendar::always(berlin()),
            Within::Business(hours(72)),
            ordered,
            "2024-03-31T17:00[Europe/Berlin]",
            late
        )
        .1
        .is_none()
    );
}

#[test]
fn never_open_is_never_due_and_what_cannot_be_followed_is_refused() {
    let closed = Calendar::new(TimeZone::UTC, std::array::from_fn(|_| vec![]), []).unwrap();
    let (state, breach) = one(
        closed.clone(),
        Within::Business(1),
        "2024-01-01T00:00[UTC]",
        "2024-05-01T00:00[UTC]",
        "2024-04-01T00:00[UTC]",
    );
    assert_eq!((state, breach), (State::Open, None));
    let rule = Rule::Never {
        never: EventIs::default(),
        after: EventIs::default(),
        within: Some(Within::BusinessDays(0)),
    };
    assert!(Promises::new(vec![rule], closed, 0).is_err());
    for times in [vec![opening(600, 500)], vec![opening(0, 1_441)], vec![opening(0, 60), opening(30, 90)]] {
        let week = std::array::from_fn(|day| if day == 2 { times.clone() } else { vec![] });
        assert!(Calendar::new(TimeZone::UTC, week, []).is_err());
    }
}
