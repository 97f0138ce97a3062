//! The retention triangle against customers looked at one by one, and against the statement.

use crate::books::{CONTRACTUAL, Event, PLAIN, keep};
use ledger::cohorts::{CohortBuilder, Triangle};
use ledger::survival::LivesBuilder;
use ledger::{CohortList, Line, PostingRows, Postings, Regime, Rules, Splits, StandingRow, StreamRule};
use model::{Day, EventKind, Granularity, Movement, Period};
use proptest::prelude::*;

const AS_OF: Day = Day(20_000);
const FIRST: i32 = 19_300;

fn rules() -> Rules {
    let purchases = StreamRule { regime: Regime::Purchases { gap_days: 60 }, margin: None };
    let contracts = StreamRule { regime: CONTRACTUAL, margin: None };
    Rules { streams: vec![purchases, contracts], currencies: Vec::new(), annual: true, as_of: AS_OF }
}

fn histories() -> impl Strategy<Value = Vec<Event>> {
    let event = (0u32..12, FIRST..AS_OF.0, any::<bool>(), 0i64..500, 0u64..2).prop_map(
        |(customer, day, contract, value_minor, reference)| Event {
            customer,
            day,
            kind: if contract { EventKind::Subscription } else { EventKind::Purchase },
            stream: u16::from(contract),
            value_minor: if contract && value_minor < 150 { 0 } else { value_minor },
            reference,
            ..PLAIN
        },
    );
    proptest::collection::vec(event, 0..60).prop_map(|mut events| {
        events.sort_by_key(|event| (event.customer, event.day));
        events
    })
}

fn triangle(postings: PostingRows<'_>, granularity: Granularity, chunk: usize) -> Triangle {
    let splits = Splits::one(3, (0..12).map(|customer| customer % 3).collect());
    let mut builder = CohortBuilder::new(AS_OF, granularity, &splits);
    let n = postings.customer.len();
    for from in (0..n).step_by(chunk) {
        builder.push(postings.slice(from..(from + chunk).min(n))).unwrap();
    }
    builder.finish()
}

fn listed(postings: PostingRows<'_>, cohort: Period, until: Day, chunk: usize) -> Vec<StandingRow> {
    let mut list = CohortList::new(cohort, until);
    let n = postings.customer.len();
    for from in (0..n).step_by(chunk) {
        list.push(postings.slice(from..(from + chunk).min(n))).unwrap();
    }
    list.finish()
}

/// Customers of a cohort active at the end of a period and their value, by walking every posting.
fn looked_at(postings: &Postings, cohort: Period, segment: Option<u16>, end: Period) -> (i64, i64, i64) {
    let mut told = (0, 0, 0);
    for customer in 0..12u32 {
        let own: Vec<usize> = (0..postings.len()).filter(|i| postings.customer[*i] == customer).collect();
        let gained = own.iter().find(|i| postings.movement[**i] == Movement::Gained.code());
        let Some(gained) = gained else { continue };
        let in_segment = segment.is_none_or(|segment| segment == customer as u16 % 3);
        if Period::of(cohort.granularity, Day(postings.day[*gained])) != cohort || !in_segment {
            continue;
        }
        told.0 += 1;
        for i in own.into_iter().filter(|i| postings.day[*i] < end.end().0) {
            told.1 += i64::from(postings.count[i]);
            told.2 += postings.value_minor[i];
        }
    }
    told
}

fn tie(triangle: &Triangle, lines: &[Line], granularity: Granularity) {
    for line in lines.iter().filter(|line| line.period.granularity == granularity) {
        let cohort = triangle.of(line.segment).find(|cohort| cohort.period == line.period);
        let gained = cohort.map_or((0, 0), |cohort| (cohort.size, cohort.gained_minor));
        assert_eq!(gained, (line.figures.gained_count, line.figures.gained_minor), "{}", line.period);
        let closing = triangle.closing(line.segment, line.period);
        assert_eq!(closing, (line.figures.closing_count, line.figures.closing_minor), "{}", line.period);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_cell_is_what_looking_at_each_customer_gives_and_ties_to_the_statement(
        events in histories(),
        chunk in 1usize..20,
    ) {
        let segments: Vec<u16> = (0..12).map(|customer| customer % 3).collect();
        let books = keep(&events, &rules(), &[7], 3, &segments).unwrap();
        for granularity in Granularity::ALL {
            let triangle = triangle(books.postings.rows(), granularity, chunk);
            tie(&triangle, &books.lines, granularity);
            for cohort in &triangle.cohorts {
                let mut period = cohort.period;
                for age in 0..cohort.active.len() {
                    let told = (cohort.size, cohort.active[age], cohort.value_minor[age]);
                    prop_assert_eq!(told, looked_at(&books.postings, cohort.period, cohort.segment, period));
                    period = period.next();
                }
                prop_assert_eq!(period.index, Period::of(granularity, AS_OF).index + 1);
            }
            for cohort in triangle.of(None) {
                for (age, active) in (0..).zip(&cohort.active) {
                    let end = Period { index: cohort.period.index + age, ..cohort.period }.end();
                    let rows = listed(books.postings.rows(), cohort.period, end.plus(-1), chunk);
                    prop_assert_eq!(rows.len() as i64, *active);
                    let value_minor: i64 = rows.iter().map(|row| row.value_minor).sum();
                    prop_assert_eq!(value_minor, cohort.value_minor[age as usize]);
                }
            }
        }
    }

    #[test]
    fn lives_are_as_many_as_the_gained(events in histories()) {
        let books = keep(&events, &rules(), &[7], 0, &[]).unwrap();
        let mut builder = LivesBuilder::new(AS_OF);
        builder.push(books.postings.rows()).unwrap();
        let lives = builder.finish();
        let gained: i64 = books.lines.iter()
            .filter(|line| line.period.granularity == Granularity::Year)
            .map(|line| line.figures.gained_count)
            .sum();
        prop_assert_eq!(lives.customer.len() as i64, gained);
        let still_there = lives.lost.iter().filter(|lost| !**lost).count();
        prop_assert!(still_there <= books.states.active.iter().filter(|active| **active).count());
    }
}

/// Postings of customers gained in a month of 2024 and lost, if so, the next.
fn gained_and_lost(months: &[(u32, u32, u32)]) -> Postings {
    let mut postings = Postings::default();
    let mut customer = 0;
    for (month, gained, lost) in months {
        for at in 0..*gained {
            let day = Day::parse(&format!("2024-{month:02}-05")).unwrap().0;
            let mut post = |day: i32, movement: Movement, count: i8| {
                postings.customer.push(customer);
                postings.day.push(day);
                postings.movement.push(movement.code());
                postings.count.push(count);
                postings.value_minor.push(i64::from(count) * 10);
            };
            post(day, Movement::Gained, 1);
            if at < *lost {
                post(day + 31, Movement::Lost, -1);
            }
            customer += 1;
        }
    }
    postings
}

#[test]
fn the_trend_sets_younger_cohorts_against_older_ones() {
    let postings = gained_and_lost(&[(1, 100, 50), (2, 100, 40), (3, 100, 30), (4, 100, 20)]);
    let whole = Splits::default();
    let mut builder = CohortBuilder::new(Day::parse("2024-05-31").unwrap(), Granularity::Month, &whole);
    builder.push(postings.rows()).unwrap();
    let triangle = builder.finish();
    let first = triangle.of(None).next().unwrap();
    assert_eq!((first.share(0), first.share(1), first.share(9)), (Some(1.0), Some(0.5), None));
    assert_eq!(first.value_share(1), Some(0.5));
    let trend = triangle.trend(None, 1, 0.95).unwrap();
    assert_eq!((trend.older, trend.younger), ((200, 0.55), (200, 0.75)));
    assert!((trend.change - 0.2).abs() < 1e-12);
    assert!((trend.low - 0.1067).abs() < 1e-3 && (trend.high - 0.2886).abs() < 1e-3, "{trend:?}");
    assert_eq!(triangle.trend(None, 4, 0.95), None);
    assert_eq!(triangle.trend(Some(1), 1, 0.95), None);
}

#[test]
fn who_was_adjusted_before_being_gained_is_listed_with_the_cohort_of_the_gain() {
    let (month, day) = (|text: &str| Period::parse(text).unwrap(), |text: &str| Day::parse(text).unwrap());
    let (customer, days) = ([4, 4], [day("2024-01-09").0, day("2024-03-02").0]);
    let movement = [Movement::Adjustment.code(), Movement::Gained.code()];
    let (count, value_minor) = (&[0, 1], &[0, 70]);
    let postings = PostingRows { customer: &customer, day: &days, movement: &movement, count, value_minor };
    let rows = |cohort: &str, until: &str| listed(postings, month(cohort), day(until), 1).len();
    assert_eq!(rows("2024-01", "2024-04-30"), 0);
    assert_eq!((rows("2024-03", "2024-02-29"), rows("2024-03", "2024-03-31")), (0, 1));
}

#[test]
fn no_postings_make_no_triangle() {
    let splits = Splits::one(2, vec![2]);
    let builder = CohortBuilder::new(AS_OF, Granularity::Month, &splits);
    assert!(builder.finish().cohorts.is_empty());
    let mut builder = CohortBuilder::new(AS_OF, Granularity::Month, &splits);
    let postings = gained_and_lost(&[(1, 1, 0)]);
    assert!(matches!(builder.push(postings.rows()), Err(ledger::Error::NoSegment { .. })));
}
