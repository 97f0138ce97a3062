//! Closed periods as reported, as restated, and the bridge between them.

use crate::books::{Event, PLAIN};
use crate::world::{Edition, FIRST, World, closing_of};
use ledger::closing::{Cause, Closure, Frozen, RecordOf, Seal, Step};
use ledger::{Closing, Line, Splits, States, check_balance};
use model::{Day, EventKind, Granularity, Period};
use proptest::prelude::*;

fn bought(day: i32, value_minor: i64) -> Event {
    Event { day, kind: EventKind::Purchase, value_minor, ..PLAIN }
}

fn subscribed(day: i32, value_minor: i64, reference: u64) -> Event {
    Event { day, kind: EventKind::Subscription, stream: 1, value_minor, reference, ..PLAIN }
}

/// What may happen to a company between two looks at its books.
#[derive(Debug, Clone, Copy)]
enum Act {
    Buy(u64, i32, i64),
    Subscribe(u64, i32, i64),
    TakeBack(u64),
    Merge(u64, u64),
    Split(u64),
    Erase(u64),
    Regroup(u64, usize),
    Gap(u32),
    Segments(bool),
    Advance(i32),
    Close(usize, i32),
    Reopen(usize, i32),
}

const NAMES: [&str; 3] = ["north", "south", "west"];

fn act() -> impl Strategy<Value = Act> {
    let record = || 0..9u64;
    prop_oneof![
        8 => (record(), 0..400i32, 0..60i64).prop_map(|(r, day, value)| Act::Buy(r, day, value)),
        4 => (record(), 0..400i32, prop_oneof![Just(0i64), 1..30i64]).prop_map(|(r, d, v)| Act::Subscribe(r, d, v)),
        1 => record().prop_map(Act::TakeBack),
        3 => (record(), record()).prop_map(|(a, b)| Act::Merge(a, b)),
        2 => record().prop_map(Act::Split),
        1 => record().prop_map(Act::Erase),
        1 => (record(), 0..3usize).prop_map(|(record, name)| Act::Regroup(record, name)),
        1 => prop_oneof![Just(20u32), Just(40), Just(90)].prop_map(Act::Gap),
        1 => any::<bool>().prop_map(Act::Segments),
        3 => (1..50i32).prop_map(Act::Advance),
        5 => (0..3usize, 0..150i32).prop_map(|(length, back)| Act::Close(length, back)),
        1 => (0..3usize, 0..150i32).prop_map(|(length, back)| Act::Reopen(length, back)),
    ]
}

fn perform(world: &mut World, act: Act) {
    let day = |after: i32, world: &World| (FIRST + after).min(world.as_of);
    match act {
        Act::Buy(record, after, value) => {
            let day = day(after, world);
            world.happen(record, bought(day, value));
        }
        Act::Subscribe(record, after, value) => {
            let day = day(after, world);
            world.happen(record, subscribed(day, value, record % 2));
        }
        Act::TakeBack(record) => {
            if let Some((_, events)) = world.records.get_mut(&record) {
                events.pop();
            }
        }
        Act::Merge(a, b) => {
            if let (Some(a), Some(b)) = (world.customer(a), world.customer(b)) {
                world.merge(a, b);
            }
        }
        Act::Split(record) => world.split(record),
        Act::Erase(record) => {
            if let Some(customer) = world.customer(record) {
                world.erase(customer);
            }
        }
        Act::Regroup(record, name) => {
            if let Some(customer) = world.customer(record) {
                world.segment_of.insert(customer, NAMES[name]);
            }
        }
        Act::Gap(days) => world.gap_days = days,
        Act::Segments(split) => world.split = split,
        Act::Advance(days) => world.as_of += days,
        Act::Close(length, back) => {
            let period = Period::of(Granularity::ALL[length], Day(world.as_of - back));
            let _ = world.close(period);
        }
        Act::Reopen(length, back) => {
            let period = Period::of(Granularity::ALL[length], Day(world.as_of - back));
            let _ = world.reopen(period, "a reason");
        }
    }
}

/// Lines by segment name instead of code.
fn named(lines: &[Line], segments: &[String]) -> Vec<(Period, Option<String>, Line)> {
    let name = |line: &Line| line.segment.map(|code| segments[usize::from(code)].clone());
    lines.iter().map(|line| (line.period, name(line), Line { segment: None, ..*line })).collect()
}

/// Everything that must hold of closed books; returns the closed lines as reported.
fn check(world: &World) -> Vec<(Period, Option<String>, Line)> {
    let edition = world.edition();
    let restated = &edition.books.lines;
    check_balance(restated, &edition.books.closing).unwrap();
    let frozen = Frozen::of(&world.history, &edition.segments).unwrap();
    let reported = frozen.as_reported(restated, edition.rules.as_of);
    let waits = frozen.cut_off() >= Some(edition.rules.as_of);
    let stand = if waits { stand_as_reported(&reported, &frozen) } else { edition.closing(&frozen) };
    check_balance(&reported, &stand).unwrap();
    bridges_lead_from_reported_to_restated(world, &edition, &frozen, &reported);
    let Some(cut_off) = frozen.cut_off() else {
        return Vec::new();
    };
    let closed: Vec<Line> =
        reported.iter().filter(|line| line.period.end().0 - 1 <= cut_off.0).copied().collect();
    named(&closed, frozen.segments())
}

/// Books that end with a closed month stand where that month was closed.
fn stand_as_reported(reported: &[Line], frozen: &Frozen<'_>) -> Closing {
    let (mut states, mut segment_of) = (States::default(), Vec::new());
    let last = reported.iter().filter(|line| line.period.granularity == Granularity::Month);
    let last = last.map(|line| line.period).max();
    let all = frozen.segments().is_empty();
    for line in reported.iter().filter(|line| Some(line.period) == last && line.segment.is_some() != all) {
        let f = line.figures;
        for at in 0..f.closing_count.max(1) {
            states.customer.push(segment_of.len() as u32);
            states.active.push(at < f.closing_count);
            states.value_minor.push(if at == 0 { f.closing_minor } else { 0 });
            segment_of.push(line.segment.unwrap_or(0));
        }
    }
    let splits = Splits::one(frozen.segments().len() as u16, segment_of);
    let mut closing = Closing::new(&splits);
    closing.add(&states, &splits).unwrap();
    closing
}

fn bridges_lead_from_reported_to_restated(
    world: &World,
    edition: &Edition,
    frozen: &Frozen<'_>,
    reported: &[Line],
) {
    let erased: Vec<u128> = world.erased.iter().copied().collect();
    let days = frozen.month_ends();
    assert_eq!(days.last().copied(), frozen.cut_off().filter(|_| !days.is_empty()));
    let stock = edition.stock(&days);
    let codes = (0..frozen.segments().len() as u16).map(Some);
    for &day in &days {
        let bridge = frozen.bridge(day, &stock, &edition.records, &erased).unwrap();
        assert!(bridge.rows.iter().all(|row| (row.count, row.value_minor) != (0, 0)));
        assert_eq!(bridge.sum(Some(Cause::Regrouped), None), (0, 0));
        let month = Period::of(Granularity::Month, day);
        for segment in std::iter::once(None).chain(codes.clone()) {
            let is_now = |code: u16| usize::from(code) < edition.segments.len();
            let restated = match segment {
                Some(code) if Some(code) == frozen.unsplit() && edition.segments.is_empty() => None,
                other => other,
            };
            let restated = match restated {
                Some(code) if !is_now(code) => (0, 0),
                code => closing_of(&edition.books.lines, month, code),
            };
            let told = closing_of(reported, month, segment);
            let (count, minor) = bridge.sum(None, segment);
            assert_eq!((told.0 + count, told.1 + minor), restated, "{month} of {segment:?}");
            if Some(day) == frozen.cut_off() {
                let next = reported.iter().find(|l| l.period == month.next() && l.segment == segment);
                if let Some(line) = next {
                    let adjusted = (line.figures.adjusted_count, line.figures.adjusted_minor);
                    assert_eq!(adjusted, (count, minor), "booked in {}", month.next());
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_both_views_balance_and_the_bridge_explains_their_difference(
        acts in prop::collection::vec(act(), 1..60),
    ) {
        let mut world = World::default();
        let mut closed: Vec<(Period, Option<String>, Line)> = Vec::new();
        for act in acts {
            let steps = world.history.len();
            perform(&mut world, act);
            let told = check(&world);
            let reopened = match world.history.get(steps) {
                Some(Step::Reopened(reopening)) => Some(reopening.period.start()),
                _ => None,
            };
            let stays = |line: &(Period, Option<String>, Line)| {
                // Whether books that were not split are told as a segment depends on whether there are others.
                line.1.as_deref() != Some("") && line.2.figures != ledger::Figures::default()
                    && reopened.is_none_or(|from| line.0.end() <= from)
            };
            for line in closed.iter().filter(|line| stays(line)) {
                prop_assert!(told.contains(line), "{line:?} was reported and must stay after {act:?}");
            }
            closed = told;
        }
    }
}

#[test]
fn all_that_was_closed_taken_back_on_its_last_day_still_stands_in_the_quarter_and_the_year() {
    let mut world = World { as_of: day("2025-02-28"), ..World::default() };
    world.happen(1, subscribed(day("2025-02-28"), 1, 1));
    world.close(period("2025-02")).unwrap();
    world.happen(1, subscribed(day("2025-02-28"), 0, 1));
    check(&world);
    let edition = world.edition();
    assert_eq!(edition.books.lines, []);
    let frozen = Frozen::of(&world.history, &edition.segments).unwrap();
    let reported = frozen.as_reported(&[], edition.rules.as_of);
    let whole = reported.iter().filter(|line| line.segment.is_none());
    let closings: Vec<_> = whole.map(|line| (line.period.granularity, line.figures.closing_count)).collect();
    assert_eq!(closings, Granularity::ALL.map(|granularity| (granularity, 1)));
}

fn day(text: &str) -> i32 {
    Day::parse(text).unwrap().0
}

fn period(text: &str) -> Period {
    Period::parse(text).unwrap()
}

/// Three customers of January 2025, of 10, 20 and 30 a month, and one of two records, of 40; closed.
fn january() -> World {
    let mut world = World { as_of: day("2025-02-20"), ..World::default() };
    for (record, value) in [(1, 10), (2, 20), (3, 30), (4, 25), (5, 15)] {
        world.happen(record, subscribed(day("2025-01-10"), value, record));
    }
    let (four, five) = (world.customer(4).unwrap(), world.customer(5).unwrap());
    world.merge(four, five);
    world.segment_of.insert(world.customer(3).unwrap(), "south");
    world.close(period("2025-01")).unwrap();
    world
}

/// Cause, segment, record's customer, count, value.
type Row = (Cause, &'static str, u128, i64, i64);

#[track_caller]
fn bridged(world: &World, expected: &[Row]) {
    check(world);
    let edition = world.edition();
    let frozen = Frozen::of(&world.history, &edition.segments).unwrap();
    let cut_off = frozen.cut_off().unwrap();
    let erased: Vec<u128> = world.erased.iter().copied().collect();
    let bridge = frozen.bridge(cut_off, &edition.stock(&[cut_off]), &edition.records, &erased).unwrap();
    let told: Vec<_> = bridge
        .rows
        .iter()
        .map(|row| {
            let segment = row.segment.map_or("", |code| frozen.segments()[usize::from(code)].as_str());
            (row.cause, segment.to_owned(), row.customer, row.count, row.value_minor)
        })
        .collect();
    let expected: Vec<_> = expected.iter().map(|&(a, b, c, d, e)| (a, b.to_owned(), c, d, e)).collect();
    assert_eq!(told, expected);
}

#[test]
fn nothing_changed_is_no_bridge_also_by_what_happens_after_the_cut_off() {
    let mut world = january();
    bridged(&world, &[]);
    world.happen(1, subscribed(day("2025-02-03"), 99, 1));
    world.happen(1, Event { day: day("2025-01-04"), ..PLAIN });
    world.as_of += 60;
    bridged(&world, &[]);
}

#[test]
fn late_data_is_what_came_what_changed_and_what_was_taken_back() {
    let mut world = january();
    let (one, two) = (world.customer(1).unwrap(), world.customer(2).unwrap());
    world.happen(9, subscribed(day("2025-01-20"), 7, 9));
    let nine = world.customer(9).unwrap();
    world.happen(1, subscribed(day("2025-01-30"), 12, 1));
    world.records.remove(&2);
    bridged(
        &world,
        &[
            (Cause::LateData, "north", one, 0, 2),
            (Cause::LateData, "north", two, -1, -20),
            (Cause::LateData, "north", nine, 1, 7),
        ],
    );
}

#[test]
fn merged_and_split_customers_are_told_as_such_also_with_data_that_came_with_them() {
    let mut world = january();
    let [one, two, four] = [1, 2, 4].map(|record| world.customer(record).unwrap());
    world.merge(one, two);
    bridged(&world, &[(Cause::Merged, "north", one, 0, 20), (Cause::Merged, "north", two, -1, -20)]);
    world.split(5);
    let five = world.customer(5).unwrap();
    world.happen(5, subscribed(day("2025-01-15"), 18, 5));
    bridged(
        &world,
        &[
            (Cause::Merged, "north", one, 0, 20),
            (Cause::Merged, "north", two, -1, -20),
            (Cause::Split, "north", four, 0, -15),
            (Cause::Split, "north", five, 1, 18),
        ],
    );
}

#[test]
fn as_many_customers_among_whom_a_record_changed_hands_are_told_as_split() {
    let mut world = january();
    let (one, four) = (world.customer(1).unwrap(), world.customer(4).unwrap());
    world.records.entry(5).and_modify(|of| of.0 = one);
    bridged(&world, &[(Cause::Split, "north", one, 0, 15), (Cause::Split, "north", four, 0, -15)]);
}

#[test]
fn a_record_that_came_new_to_a_customer_is_late_data_and_no_merge() {
    let mut world = january();
    let one = world.customer(1).unwrap();
    world.happen(8, subscribed(day("2025-01-12"), 5, 8));
    let eight = world.customer(8).unwrap();
    world.merge(one, eight);
    bridged(&world, &[(Cause::LateData, "north", one, 0, 5)]);
}

#[test]
fn the_same_events_booked_otherwise_are_another_rule() {
    let mut world = World { as_of: day("2025-02-20"), ..World::default() };
    world.happen(1, bought(day("2024-12-01"), 50));
    world.happen(2, bought(day("2025-01-20"), 60));
    world.close(period("2025-01")).unwrap();
    let (one, two) = (world.customer(1).unwrap(), world.customer(2).unwrap());
    world.gap_days = 90;
    bridged(&world, &[(Cause::RuleChange, "north", one, 1, 50)]);
    world.happen(2, bought(day("2025-01-25"), 5));
    bridged(&world, &[(Cause::LateData, "north", two, 0, 5), (Cause::RuleChange, "north", one, 1, 50)]);
}

#[test]
fn an_erased_customer_is_told_as_such_also_when_it_had_been_merged_before() {
    let mut world = january();
    let [one, two, three] = [1, 2, 3].map(|record| world.customer(record).unwrap());
    world.erase(three);
    bridged(&world, &[(Cause::Erased, "south", three, -1, -30)]);
    world.merge(one, two);
    world.erase(one);
    bridged(
        &world,
        &[
            (Cause::Erased, "north", one, -1, -10),
            (Cause::Erased, "north", two, -1, -20),
            (Cause::Erased, "south", three, -1, -30),
        ],
    );
}

#[test]
fn another_segment_moves_what_stood_and_tells_what_changed_with_it_apart() {
    let mut world = january();
    let one = world.customer(1).unwrap();
    world.segment_of.insert(one, "west");
    world.happen(1, subscribed(day("2025-01-30"), 12, 1));
    bridged(
        &world,
        &[
            (Cause::LateData, "west", one, 0, 2),
            (Cause::Regrouped, "north", one, -1, -10),
            (Cause::Regrouped, "west", one, 1, 10),
        ],
    );
}

#[test]
fn another_segment_is_frozen_with_the_next_month_also_of_who_did_nothing() {
    let mut world = january();
    world.segment_of.insert(world.customer(1).unwrap(), "west");
    world.as_of = day("2025-03-10");
    let changes = world.close(period("2025-02")).unwrap();
    assert_eq!(changes.len(), 1);
    bridged(&world, &[]);
}

#[test]
fn what_changed_is_booked_in_the_open_month_and_frozen_with_it() {
    let mut world = january();
    world.happen(1, subscribed(day("2025-01-30"), 12, 1));
    world.as_of = day("2025-04-10");
    world.close(period("2025-02")).unwrap();
    world.happen(2, subscribed(day("2025-01-30"), 25, 2));
    check(&world);
    let edition = world.edition();
    let frozen = Frozen::of(&world.history, &edition.segments).unwrap();
    let reported = frozen.as_reported(&edition.books.lines, Day(world.as_of));
    let figures = |text: &str| {
        let line = reported.iter().find(|l| l.period == period(text) && l.segment.is_none()).unwrap();
        let f = line.figures;
        (f.opening_minor, f.gained_minor, f.expanded_minor, f.adjusted_minor, f.closing_minor)
    };
    assert_eq!(figures("2025-01"), (0, 100, 0, 0, 100));
    assert_eq!(figures("2025-02"), (100, 0, 0, 2, 102));
    assert_eq!(figures("2025-03"), (102, 0, 0, 5, 107));
    assert_eq!(figures("2025-04"), (107, 0, 0, 0, 107));
    assert_eq!(figures("2025-Q1"), (0, 107, 0, 0, 107), "open until its last month is closed");
    let Some(Step::Closed(february)) = world.history.last() else { panic!("closed") };
    let causes: Vec<_> = february.adjustments.iter().map(|row| (row.cause, row.value_minor)).collect();
    assert_eq!(causes, [(Cause::LateData, 2)]);
}

#[test]
fn closing_a_quarter_closes_its_months_and_closing_all_months_closes_the_quarter() {
    let mut by_quarter = january();
    let mut by_month = january();
    (by_quarter.as_of, by_month.as_of) = (day("2025-05-05"), day("2025-05-05"));
    by_quarter.close(period("2025-Q1")).unwrap();
    by_month.close(period("2025-02")).unwrap();
    by_month.close(period("2025-03")).unwrap();
    for world in [by_quarter, by_month] {
        let frozen = Frozen::of(&world.history, &[]).unwrap();
        assert_eq!(frozen.cut_off(), Day::parse("2025-03-31"));
        let closed = check(&world);
        for text in ["2025-01", "2025-02", "2025-03", "2025-Q1"] {
            assert!(closed.iter().any(|line| line.0 == period(text)), "{text}");
        }
        let mut world = world;
        world.happen(7, subscribed(day("2025-01-03"), 500, 7));
        assert_eq!(check(&world), closed);
    }
}

#[test]
fn a_reopened_period_is_told_anew_and_its_reopening_stays_in_the_history() {
    let mut world = january();
    world.as_of = day("2025-05-05");
    world.close(period("2025-Q1")).unwrap();
    world.happen(1, subscribed(day("2025-02-03"), 11, 1));
    world.happen(1, subscribed(day("2025-01-30"), 12, 1));
    assert!(world.reopen(period("2025-04"), "why not").unwrap_err().contains("2025-04 is not closed"));
    assert!(world.reopen(period("2025-02"), "  ").unwrap_err().contains("needs a reason"));
    world.reopen(period("2025-02"), "the February export was cut off").unwrap();
    check(&world);
    let frozen = Frozen::of(&world.history, &[]).unwrap();
    assert_eq!(frozen.cut_off(), Day::parse("2025-01-31"));
    let one = world.customer(1).unwrap();
    bridged(&world, &[(Cause::LateData, "north", one, 0, 2)]);
    world.close(period("2025-02")).unwrap();
    bridged(&world, &[]);
    assert_eq!(world.history.len(), 4);
    let Step::Reopened(step) = &world.history[2] else { panic!("reopened") };
    assert_eq!(step.reason, "the February export was cut off");
}

#[test]
fn what_is_not_over_closed_already_or_without_stock_is_refused() {
    let mut world = january();
    assert!(world.close(period("2025-02")).unwrap_err().contains("2025-02 ends after 2025-02-20"));
    assert!(world.close(period("2025-01")).unwrap_err().contains("closed until 2025-01-31"));
    let edition = world.edition();
    let frozen = Frozen::of(&world.history, &edition.segments).unwrap();
    let stock = edition.stock(&[Day(day("2025-01-30"))]);
    let cut_off = frozen.cut_off().unwrap();
    let refused = frozen.bridge(cut_off, &stock, &edition.records, &[]).unwrap_err();
    assert!(refused.to_string().contains("no cut-off on 2025-01-31"), "{refused}");
    let stock = edition.stock(&[Day(day("2025-02-28"))]);
    assert!(frozen.bridge(Day(day("2025-02-28")), &stock, &edition.records, &[]).is_err());
}

#[test]
fn whatever_is_changed_in_a_sealed_history_is_noticed() {
    let mut world = january();
    world.as_of = day("2025-05-05");
    world.close(period("2025-Q1")).unwrap();
    world.reopen(period("2025-03"), "late export").unwrap();
    let Step::Closed(first) = world.history[0].clone() else { panic!("closed") };
    assert!(Frozen::of(&world.history, &[]).is_ok());
    let changes: [fn(&mut Closure); 12] = [
        |c| c.period = c.period.next(),
        |c| c.edition += 1,
        |c| c.at_us += 1,
        |c| c.rules.push('x'),
        |c| c.segments[0].push('x'),
        |c| c.lines[0].figures.gained_minor += 1,
        |c| c.lines[0].cohort.lost_minor += 1,
        |c| c.changes[0].value_minor += 1,
        |c| c.changes[0].events ^= 1,
        |c| c.records.push(RecordOf { record: 99, customer: 1 }),
        |c| c.previous = Some(c.seal),
        |c| c.seal.0[31] ^= 1,
    ];
    for (at, change) in changes.into_iter().enumerate() {
        let mut changed = first.clone();
        change(&mut changed);
        let mut history = world.history.clone();
        history[0] = Step::Closed(changed);
        let told = Frozen::of(&history, &[]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(told.contains("was changed after it was sealed"), "change {at}: {told}");
    }
    for left_out in 0..2 {
        let mut history = world.history.clone();
        history.remove(left_out);
        assert!(Frozen::of(&history, &[]).is_err(), "without step {left_out}");
    }
    assert_eq!(Seal::parse(&first.seal.to_string()), Some(first.seal));
}

#[test]
fn the_seal_of_a_closing_is_the_same_on_every_machine_and_in_every_order_of_records() {
    let seal = |records: &[u64]| {
        let mut world = World { as_of: day("2025-02-20"), ..World::default() };
        for record in [1, 2] {
            world.happen(record, subscribed(day("2025-01-10"), 10, record));
        }
        let edition = world.edition();
        let frozen = Frozen::of(&[], &edition.segments).unwrap();
        let mut told = edition.records.clone();
        told.sort_by_key(|of| records.iter().position(|record| *record == of.record));
        let stock = edition.stock(&frozen.cut_offs(period("2025-01"), edition.first()));
        let now = ledger::closing::Now {
            as_of: Day(world.as_of),
            lines: &edition.books.lines,
            stock: &stock,
            records: &told,
            erased: &[],
        };
        frozen.close(period("2025-01"), &now, 1, 2, "r").unwrap().seal.to_string()
    };
    assert_eq!(seal(&[1, 2]), seal(&[2, 1]));
    assert_eq!(seal(&[1, 2]), "9716e8558ce07ecfdd33e4b94f1f3d22d0424a616a82d7b98605e69c37a00f9d");
}
