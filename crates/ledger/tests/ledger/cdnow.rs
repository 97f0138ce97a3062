//! A real shop (Fader & Hardie, CDNOW master): the statement against plain counting, the gap against
//! published shares.

use crate::books::{Columns, Event, PLAIN, keep};
use ledger::{Calibration, Regime, Rules, StreamRule, check_balance};
use model::money::{DecimalMark, parse_minor};
use model::period::days_from_civil;
use model::{Day, EventKind, Granularity, Period};
use std::collections::BTreeMap;
use std::path::PathBuf;

const GAP_DAYS: i32 = 180;
const PEOPLE: usize = 23_570;

fn master() -> Vec<Event> {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let workspace = PathBuf::from(manifest).join("../..");
    let data = std::env::var("KEPT_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = workspace.join(data).join("cdnow/CDNOW_master.txt");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; set KEPT_TEST_DATA to the folder of test data", path.display())
    });
    let mut events: Vec<Event> = text.lines().skip(1).filter_map(purchase).collect();
    events.sort_by_key(|event| (event.customer, event.day));
    events
}

fn purchase(line: &str) -> Option<Event> {
    let cells: Vec<&str> = line.split_whitespace().collect();
    let [id, date, _, dollars] = cells[..] else {
        return None;
    };
    let day =
        days_from_civil(date[..4].parse().unwrap(), date[4..6].parse().unwrap(), date[6..].parse().unwrap());
    let value_minor = parse_minor(dollars.as_bytes(), 2, DecimalMark::Point, false).unwrap();
    let customer = id.parse().unwrap();
    Some(Event { customer, day, kind: EventKind::Purchase, stream: 0, value_minor, reference: 0, ..PLAIN })
}

fn rules() -> Rules {
    let regime = Regime::Purchases { gap_days: GAP_DAYS as u32 };
    let streams = vec![StreamRule { regime, margin: None }];
    Rules { streams, currencies: Vec::new(), annual: true, as_of: Day::parse("1998-06-30").unwrap() }
}

/// Opening, gained, won back, lost, closing of a month, by looking at every customer's purchase days.
fn counted(lives: &BTreeMap<u32, Vec<i32>>, month: Period) -> [i64; 5] {
    let (start, end) = (month.start().0, month.end().0);
    let bought_within = |days: &[i32], eve: i32| days.iter().any(|day| (eve - GAP_DAYS..=eve).contains(day));
    let mut told = [0; 5];
    for days in lives.values() {
        told[0] += i64::from(bought_within(days, start - 1));
        told[1] += i64::from((start..end).contains(&days[0]));
        told[4] += i64::from(bought_within(days, end - 1));
        for (at, day) in days.iter().enumerate() {
            let lost_on = day + GAP_DAYS + 1;
            let next = days.get(at + 1).copied().unwrap_or(i32::MAX);
            told[3] += i64::from(next >= lost_on && (start..end).contains(&lost_on));
            told[2] += i64::from(next >= lost_on && (start..end).contains(&next));
        }
    }
    told
}

#[test]
fn cdnow_by_month_equals_a_plain_count_and_balances() {
    let events = master();
    let mut lives: BTreeMap<u32, Vec<i32>> = BTreeMap::new();
    for event in &events {
        lives.entry(event.customer).or_default().push(event.day);
    }
    let books = keep(&events, &rules(), &[1000, 77], 0, &[]).unwrap();
    check_balance(&books.lines, &books.closing).unwrap();
    assert_eq!((lives.len(), books.states.len()), (PEOPLE, PEOPLE));
    let months: Vec<_> = books.lines.iter().filter(|l| l.period.granularity == Granularity::Month).collect();
    assert_eq!(months.len(), 18);
    for line in &months {
        let f = &line.figures;
        let told = [f.opening_count, f.gained_count, f.won_back_count, f.lost_count, f.closing_count];
        assert_eq!(told, counted(&lives, line.period), "{}", line.period);
    }
    let gained: i64 = months.iter().map(|line| line.figures.gained_count).sum();
    assert_eq!(gained, PEOPLE as i64);
}

#[test]
fn cdnow_shares_of_lost_who_came_back_are_the_published_ones() {
    let events = master();
    let mut calibration = Calibration::new(&rules(), 0, 180);
    calibration.push(Columns::of(&events).rows()).unwrap();
    let counts = calibration.finish();
    let shares = counts.shares();
    let percent = |share: Option<f64>| (share.unwrap() * 100.0).round() as i32;
    for (gap, ever, within) in [(30, 53, 42), (90, 37, 28), (180, 22, 17), (270, 12, 11)] {
        let share = &shares[gap - 1];
        assert_eq!((percent(share.share_ever()), percent(share.share())), (ever, within), "gap {gap}");
    }
    let chosen = counts.smallest_gap(0.15).unwrap();
    let before = &shares[chosen.gap_days as usize - 2];
    assert_eq!(chosen.gap_days, 207);
    assert!(chosen.share().unwrap() <= 0.15 && before.share().unwrap() > 0.15);
}
