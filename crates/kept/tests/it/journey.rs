//! The journey on the demo: what the map says against plain SQL over the timeline, lists against their numbers, and
//! the planted courier among those who left.

use crate::support::{Home, demo};
use refresh::Reader;
use refresh::view::Wanted;
use refresh::view::journey::{Counted, Journey, Number, Who};
use std::collections::BTreeMap;

fn counts(home: &Home, query: &str) -> BTreeMap<Vec<String>, Vec<u64>> {
    let split = |row: Vec<String>| {
        let names = row.iter().filter(|cell| cell.parse::<u64>().is_err()).cloned().collect();
        (names, row.iter().filter_map(|cell| cell.parse().ok()).collect())
    };
    home.sql(query).into_iter().map(split).collect()
}

const STEPS: &str = "select customer, touchpoint, lead(touchpoint) over (partition by customer order by at, seq) \
                     as next from timeline";

fn map_is_what_plain_counts_say(home: &Home) {
    let named = |table: &str, on: &str| format!("join touchpoints {table} on {table}.touchpoint = {on}");
    for (what, plain, told) in [
        (
            "touchpoints",
            format!(
                "select 't ' || a.id, count(*), count(distinct customer) from timeline t {} group by 1",
                named("a", "t.touchpoint")
            ),
            format!(
                "select 't ' || a.id, events, customers from journey_nodes n {} where segment = '' and who = 'all'",
                named("a", "n.touchpoint")
            ),
        ),
        (
            "failures",
            format!(
                "select 't ' || a.id, count(*), count(distinct customer) from timeline t {} where outcome >= 2 group by 1",
                named("a", "t.touchpoint")
            ),
            format!(
                "select 't ' || a.id, failures, failed from journey_nodes n {} \
                 where segment = '' and who = 'all' and failed > 0",
                named("a", "n.touchpoint")
            ),
        ),
        (
            "edges",
            format!(
                "select a.id || ' > ' || b.id, count(*), count(distinct customer) from ({STEPS}) s {} {} group by 1",
                named("a", "s.touchpoint"),
                named("b", "s.next")
            ),
            format!(
                "select a.id || ' > ' || b.id, transitions, customers from journey_edges e {} {} \
                 where segment = '' and who = 'all'",
                named("a", "e.from_touchpoint"),
                named("b", "e.to_touchpoint")
            ),
        ),
        (
            "edges of a segment",
            format!(
                "select a.id || ' > ' || b.id, count(*), count(distinct s.customer) from ({STEPS}) s {} {} \
                 join customer_segments c on c.customer = s.customer where c.segment = 'region=North' group by 1",
                named("a", "s.touchpoint"),
                named("b", "s.next")
            ),
            format!(
                "select a.id || ' > ' || b.id, transitions, customers from journey_edges e {} {} \
                 where segment = 'region=North' and who = 'all'",
                named("a", "e.from_touchpoint"),
                named("b", "e.to_touchpoint")
            ),
        ),
        (
            "hand-offs",
            format!(
                "select a.department || ' > ' || b.department, count(*), count(distinct customer) \
                 from ({STEPS}) s {} {} group by 1",
                named("a", "s.touchpoint"),
                named("b", "s.next")
            ),
            "select from_department || ' > ' || to_department, transitions, customers from hand_offs \
             where segment = '' and who = 'all'"
                .to_owned(),
        ),
    ] {
        let (plain, told) = (counts(home, &plain), counts(home, &told));
        assert!(plain.len() >= 3, "{what}: {plain:?}");
        assert_eq!(plain, told, "{what}");
    }
}

/// Some numbers of every kind, with what the map says.
fn numbers(map: &Journey) -> Vec<(Number, u64)> {
    let who = map.who;
    let number = |counted, at: &str, to: &str| Number { counted, at: at.to_owned(), to: to.to_owned(), who };
    let mut numbers = vec![(number(Counted::Everybody, "", ""), map.totals.customers)];
    for touchpoint in map.touchpoints.iter().filter(|one| ["delivery", "care"].contains(&&*one.key)) {
        for (counted, told) in [
            (Counted::Touchpoint, touchpoint.customers),
            (Counted::Start, touchpoint.starts),
            (Counted::End, touchpoint.ends),
            (Counted::Repeated, touchpoint.repeaters),
            (Counted::Failed, touchpoint.failed),
        ] {
            numbers.push((number(counted, &touchpoint.key, ""), told));
        }
    }
    for edge in map.edges.iter().step_by(map.edges.len() / 3 + 1) {
        let (from, to) = (&map.touchpoints[edge.from].key, &map.touchpoints[edge.to].key);
        numbers.push((number(Counted::Edge, from, to), edge.customers));
    }
    for hand_off in map.hand_offs.iter().step_by(map.hand_offs.len() / 2 + 1) {
        let (from, to) = (&map.departments[hand_off.from].id, &map.departments[hand_off.to].id);
        numbers.push((number(Counted::HandOff, from, to), hand_off.customers));
    }
    numbers
        .extend(map.funnel.iter().map(|step| (number(Counted::Reached, &step.stage.id, ""), step.customers)));
    numbers.extend(map.variants.first().map(|one| (number(Counted::Variant, &one.key, ""), one.customers)));
    numbers
}

async fn every_number_opens_its_list(reader: &Reader) {
    let length = async |number: Number, segment: &str| {
        let segment = Some(segment.to_owned()).filter(|segment| !segment.is_empty());
        let wanted = Wanted { journey: Some(number), segment, limit: 1, ..Wanted::default() };
        reader.customers(&wanted).await.expect("list").total as u64
    };
    for (segment, who) in [("", Who::All), ("", Who::Left), ("region=North", Who::Stayed)] {
        let map = reader.journey(segment, who).await.expect("journey");
        assert!(map.totals.customers > 30, "{segment} {who:?}: {:?}", map.totals);
        for (number, told) in numbers(&map) {
            assert_eq!(length(number.clone(), segment).await, told, "{segment}: {number:?}");
        }
    }
    let card = reader.scorecard("").await.expect("scorecard");
    let delivery = card.rows.iter().find(|row| row.key == "delivery").expect("delivery").facts;
    for (at, facts) in [("delivery", delivery), ("", card.whole)] {
        for (counted, told) in [
            (Counted::Failed, facts.failed),
            (Counted::Followed, facts.followed),
            (Counted::FollowedLeft, facts.followed_left),
            (Counted::FailedFollowed, facts.failed_followed),
            (Counted::FailedLeft, facts.failed_left),
            (Counted::Recent, facts.recent),
            (Counted::RecentUnharmed, facts.recent_unharmed),
        ] {
            let number = Number { counted, at: at.to_owned(), to: String::new(), who: Who::All };
            assert!(told > 0 || counted == Counted::FailedLeft, "{at} {counted:?}");
            assert_eq!(length(number, "").await, told, "{at} {counted:?}");
        }
    }
}

/// The region of the planted courier fails far more deliveries than any other, over the whole of the books; before the
/// courier changed it failed as many.
async fn the_courier_stands_out(reader: &Reader) {
    let mut failed = BTreeMap::new();
    for segment in reader.journey_segments().await.expect("segments") {
        let card = reader.scorecard(&segment).await.expect("scorecard");
        let delivery = card.rows.iter().find(|row| row.key == "delivery").map(|row| row.facts);
        if let Some(facts) = delivery.filter(|facts| facts.met >= 50) {
            failed.insert(segment, facts.failed as f64 / facts.met as f64);
        }
    }
    let north = failed.remove("region=North").expect("North");
    assert!(failed.len() >= 4 && failed.values().all(|share| *share < north / 1.5), "{north} {failed:?}");
}

/// The comparison is of those active on the landmark day, each in one quarter.
async fn the_difference_compares_the_same_customers(reader: &Reader) {
    let (left, stayed) = (
        reader.journey("", Who::Left).await.expect("left"),
        reader.journey("", Who::Stayed).await.expect("stayed"),
    );
    assert!(left.compared.iter().any(|one| one.met == "failure" && one.key == "delivery"));
    for one in left.compared.iter().filter(|one| one.met == "touchpoint") {
        let of = |map: &Journey| {
            map.touchpoints.iter().find(|other| other.key == one.key).expect("touchpoint").customers
        };
        assert_eq!((one.met_left, one.met_stayed), (of(&left), of(&stayed)), "{one:?}");
    }
    for one in left.compared.iter().filter(|one| one.met == "failure") {
        let of = |map: &Journey| {
            map.touchpoints.iter().find(|other| other.key == one.key).expect("touchpoint").failed
        };
        assert_eq!((one.met_left, one.met_stayed), (of(&left), of(&stayed)), "{one:?}");
    }
}

#[test]
fn the_map_is_what_plain_counts_say_its_numbers_open_their_lists_and_the_courier_stands_out() {
    let home = demo(3000, 3);
    map_is_what_plain_counts_say(&home);
    tokio::runtime::Runtime::new().expect("runtime").block_on(async {
        let reader = Reader::open(intake::Home::open(&home.path()).expect("home")).await.expect("reader");
        every_number_opens_its_list(&reader).await;
        the_difference_compares_the_same_customers(&reader).await;
        the_courier_stands_out(&reader).await;
    });
}
