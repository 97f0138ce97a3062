//! The journey on the demo: what the map says against plain SQL over the timeline, lists against their numbers, the
//! planted courier among those who left, and promises.

use crate::support::{Home, demo};
use model::Day;
use refresh::Reader;
use refresh::view::Wanted;
use refresh::view::journey::{Counted, Journey, Number, Span, Who};
use refresh::view::paths::Aim;
use refresh::view::promises::WantedBreaches;
use refresh::view::ways::{Credited, Neighbour, Stop};
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
    for chain in map.chains.iter().step_by(map.chains.len() / 2 + 1) {
        let (from, to) = (&map.touchpoints[chain.from].key, &map.touchpoints[chain.to].key);
        numbers.push((number(Counted::Chain, from, to), chain.both));
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

/// Customers on the list behind a number.
async fn listed(reader: &Reader, number: Number, segment: &str) -> u64 {
    let segment = Some(segment.to_owned()).filter(|segment| !segment.is_empty());
    let wanted = Wanted { journey: Some(number), segment, limit: 1, ..Wanted::default() };
    reader.customers(&wanted).await.expect("list").total as u64
}

async fn every_number_opens_its_list(reader: &Reader) {
    let length = async |number: Number, segment: &str| listed(reader, number, segment).await;
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

/// The planted courier: it fails the region it came to far more often than others and than before, and of all failures
/// that customers meet, the delivery's is the one that surely goes with leaving.
async fn the_courier_stands_out(home: &Home, reader: &Reader) {
    let failed = |when: &str| {
        let sql = format!(
            "select case when c.segment = 'region=North' then 'North' else 'elsewhere' end, \
             sum(case when t.outcome >= 2 then 1 else 0 end), count(*) from timeline t \
             join touchpoints a on a.touchpoint = t.touchpoint join customer_segments c on c.customer = t.customer and c.split = 'region' \
             where a.id = 'delivery' and t.day {when} date '2025-03-08' group by 1"
        );
        let told = counts(home, &sql);
        let share = |region: &str| {
            let of = &told[&vec![region.to_owned()]];
            of[0] as f64 / of[1] as f64
        };
        share("North") / share("elsewhere")
    };
    let (before, after) = (failed("<"), failed(">="));
    assert!(before < 1.5 && after > 3.0, "North fails {before} times as often as others, then {after} times");
    let difference = reader.journey("", Who::Left).await.expect("difference");
    assert!(difference.landmark.landmarks >= 4, "{:?}", difference.landmark);
    let mut failures =
        difference.compared.iter().filter(|one| one.met == "failure" && one.odds_ratio.is_some());
    let first = failures.next().expect("a failure");
    assert!(first.key == "delivery" && first.is_sure() && first.low > Some(1.0), "{first:?}");
    assert!(failures.all(|one| !one.is_sure()), "no other failure is planted there");
    assert!(first.more_left() > Some(0.03), "{first:?}");
}

/// Of every touchpoint: all who were there are somewhere just before and just after; each flow opens its customers.
async fn the_steps_around_a_touchpoint_open_to_their_customers(reader: &Reader) {
    let published = reader.journey("", Who::All).await.expect("journey");
    let mut left = 0;
    for one in published.touchpoints.iter().filter(|one| one.customers > 0) {
        let around = reader.steps(&one.key).await.expect("steps").expect("a touchpoint");
        let sum = |neighbours: &[Neighbour]| neighbours.iter().map(|one| one.customers).sum::<u64>();
        assert_eq!([sum(&around.before), sum(&around.after)], [one.customers; 2], "{}", one.key);
        left += around.after.iter().filter(|one| one.stop == Stop::Left).count();
    }
    assert!(left > 0, "somebody leaves straight after something");
    let around = reader.steps("delivery").await.expect("steps").expect("deliveries");
    let numbers = around.flows.iter().filter_map(|flow| Some((flow.number.clone()?, flow.customers)));
    let mut checked = 0;
    for (number, customers) in numbers {
        assert_eq!(listed(reader, number.clone(), "").await, customers, "{number:?}");
        checked += 1;
    }
    assert!(checked > 10, "{checked} flows");
    assert!(reader.steps("no such").await.is_err());
}

/// Credit adds up to all purchases, and these are those of the paths.
async fn credit_adds_up_to_the_purchases(reader: &Reader) {
    let goals = reader.paths().await.expect("paths");
    for (credit, goal) in reader.credit().await.expect("credit").iter().zip(&goals) {
        assert_eq!((credit.aim, credit.bought), (goal.aim, goal.reached));
        for of in [|row: &Credited| row.shapley, |row: &Credited| row.markov] {
            let all: f64 = credit.rows.iter().map(of).sum::<f64>() + credit.direct as f64;
            assert!((all - credit.bought as f64).abs() < 1e-6 * all, "{all} of {}", credit.bought);
        }
    }
}

/// Who walks as designed, and each deviation, opens its customers; the compared and the passed over are all.
async fn the_design_opens_to_its_customers(reader: &Reader) {
    let told = reader.designed().await.expect("design").expect("the demo has one");
    let everybody = reader.journey("", Who::All).await.expect("journey").totals.customers;
    assert_eq!(told.compared + told.passed_over, everybody);
    assert!(told.compared * 10 > everybody * 9, "{} of {everybody} compared", told.compared);
    assert!(
        told.as_designed > 0 && told.fitness.is_some_and(|fitness| (0.1..1.0).contains(&fitness)),
        "{told:?}"
    );
    let number = |counted, at: &str| Number { counted, at: at.to_owned(), to: String::new(), who: Who::All };
    assert_eq!(listed(reader, number(Counted::AsDesigned, ""), "").await, told.as_designed);
    assert!(!told.deviations.is_empty());
    for one in &told.deviations {
        let counted = if one.skipped { Counted::Skipped } else { Counted::Unplanned };
        assert_eq!(listed(reader, number(counted, &one.key), "").await, one.customers, "{one:?}");
    }
}

/// A span of all days is the published map; of some days it is what plain counts over these find.
async fn a_span_of_days_is_what_happened_in_it(home: &Home, reader: &Reader) {
    let published = reader.journey("", Who::All).await.expect("journey");
    let mut whole =
        reader.journey_between(Span { first: Day(i32::MIN), last: Day(i32::MAX) }).await.expect("span");
    (whole.compared, whole.chains) = (published.compared.clone(), published.chains.clone());
    whole.span = None;
    let json = |map: &Journey| serde_json::to_value(map).expect("JSON");
    assert_eq!(json(&whole), json(&published));
    let (first, last) = (Day::parse("2026-03-29").expect("day"), Day::parse("2026-04-30").expect("day"));
    let span = reader.journey_between(Span { first, last }).await.expect("span");
    let counted = home.sql(&format!(
        "select count(*), count(distinct customer) from timeline where day between date '{first}' and date '{last}'"
    ));
    let told = [span.totals.events.to_string(), span.totals.customers.to_string()];
    assert_eq!(counted[0], told);
    assert!(span.totals.events > 100 && span.totals.events < published.totals.events, "{:?}", span.totals);
    for (number, told) in numbers(&span) {
        let days = Some(Span { first, last });
        let wanted = Wanted { journey: Some(number), span: days, limit: 1, ..Wanted::default() };
        let list = reader.customers(&wanted).await.expect("list").total as u64;
        assert_eq!(list, told, "{:?}", wanted.journey);
    }
}

/// Every number of the comparison opens its customers, each once, over all landmarks.
async fn the_difference_opens_to_its_customers(reader: &Reader) {
    let map = reader.journey("", Who::Left).await.expect("left");
    for met in ["touchpoint", "failure", "hand_off"] {
        let one = map.compared.iter().find(|one| one.met == met).expect("compared");
        let counted = match met {
            "touchpoint" => Counted::MetTouchpoint,
            "failure" => Counted::MetFailure,
            _ => Counted::MetHandOff,
        };
        for (who, told, moments) in [
            (Who::Left, one.left_customers, one.met_left),
            (Who::Stayed, one.stayed_customers, one.met_stayed),
        ] {
            let number = Number { counted, at: one.key.clone(), to: one.to_key.clone(), who };
            let wanted = Wanted { journey: Some(number), limit: 1, ..Wanted::default() };
            let list = reader.customers(&wanted).await.expect("list");
            assert_eq!(list.total as u64, told, "{one:?}");
            assert!(0 < told && told <= moments, "{one:?}");
        }
    }
}

/// Every path opens as many customers as it says, and its example is one of them.
async fn paths_open_to_their_customers(reader: &Reader) {
    let goals = reader.paths().await.expect("paths");
    assert_eq!(goals.iter().map(|goal| goal.aim).collect::<Vec<_>>(), Aim::ALL);
    for goal in &goals {
        assert!(goal.frequent.len() > 3 && goal.reached > 100 && goal.reached < goal.begun, "{:?}", goal.aim);
        assert!(goal.frequent.is_sorted_by_key(|way| std::cmp::Reverse(way.walks)));
        assert_eq!(goal.valuable.is_empty(), goal.aim == Aim::Leaving);
        for way in goal.frequent.iter().take(2).chain(goal.valuable.first()) {
            let to = if goal.aim == Aim::Leaving { "left" } else { "bought" }.to_owned();
            let number = Number { counted: Counted::Path, at: way.key.clone(), to, who: Who::All };
            let wanted = Wanted { journey: Some(number), limit: 10_000, ..Wanted::default() };
            let list = reader.customers(&wanted).await.expect("list");
            assert_eq!(list.total as u64, way.customers, "{way:?}");
            assert!(list.rows.iter().any(|row| row.id == way.example), "{way:?}");
        }
    }
}

/// A promise as plain SQL over the timeline tells it, its breaches and its customers.
async fn promises_are_what_plain_sql_says(home: &Home, reader: &Reader) {
    let state = "case when ok <= due then 'kept' when due < date '2026-10-31' then 'broken' else 'open' end";
    let sql = format!(
        "select {state}, count(*), count(distinct customer) from (\
         select a.customer, a.seq, a.day + interval '21 days' as due, min(b.day) as ok from timeline a \
         join touchpoints t on t.touchpoint = a.touchpoint \
         left join timeline b on b.customer = a.customer and b.reference = a.reference \
         and b.touchpoint = a.touchpoint and b.outcome = 1 and b.seq > a.seq \
         where t.id = 'delivery' and a.outcome = 0 group by 1, 2, 3) x group by 1"
    );
    let plain = counts(home, &sql);
    let plain = |state: &str| plain.get(&vec![state.to_owned()]).cloned().unwrap_or(vec![0, 0]);
    let all = reader.promises("").await.expect("promises");
    let parcel = all.promises.iter().find(|promise| promise.id == "parcel").expect("parcel");
    assert!(parcel.told.kept > 100 && parcel.told.broken > 100, "{parcel:?}");
    assert_eq!(
        [parcel.told.kept, parcel.told.broken, parcel.told.open],
        [plain("kept")[0], plain("broken")[0], plain("open")[0]]
    );
    for (counted, told) in [
        (Counted::PromiseKept, plain("kept")[1]),
        (Counted::PromiseBroken, parcel.broken_customers),
        (Counted::PromiseBroken, plain("broken")[1]),
    ] {
        let number = Number { counted, at: "parcel".to_owned(), to: String::new(), who: Who::All };
        let wanted = Wanted { journey: Some(number), limit: 1, ..Wanted::default() };
        assert_eq!(reader.customers(&wanted).await.expect("list").total as u64, told, "{counted:?}");
    }
    let wanted = WantedBreaches { promise: "parcel".to_owned(), limit: 3, ..WantedBreaches::default() };
    let breaches = reader.breaches(&wanted).await.expect("breaches");
    assert_eq!((breaches.total as u64, breaches.rows.len()), (parcel.told.broken, 3));
    assert!(breaches.rows.iter().all(|breach| !breach.customer.is_empty() && breach.due_us.is_some()));
    let month = parcel.months.iter().rev().find(|month| month.told.broken > 0).expect("a month");
    let wanted = WantedBreaches { month: Some(month.month), ..wanted };
    assert_eq!(reader.breaches(&wanted).await.expect("breaches").total as u64, month.told.broken);
    let north = reader.promises("region=North").await.expect("North");
    let of = |told: &[refresh::view::promises::Promised]| told[0].told;
    assert!(of(&north.promises).broken < of(&all.promises).broken);
    assert!(of(&north.promises).kept_share() < of(&all.promises).kept_share(), "the courier fails North");
    let unmeasured = all.promises.iter().find(|promise| promise.id == "no_sale").expect("no_sale");
    assert_eq!(unmeasured.rule, None);
}

#[test]
fn the_map_is_what_plain_counts_say_its_numbers_open_their_lists_and_the_courier_stands_out() {
    let home = demo(3000, 3);
    map_is_what_plain_counts_say(&home);
    tokio::runtime::Runtime::new().expect("runtime").block_on(async {
        let reader = Reader::open(intake::Home::open(&home.path()).expect("home")).await.expect("reader");
        every_number_opens_its_list(&reader).await;
        the_difference_opens_to_its_customers(&reader).await;
        the_courier_stands_out(&home, &reader).await;
        paths_open_to_their_customers(&reader).await;
        the_steps_around_a_touchpoint_open_to_their_customers(&reader).await;
        credit_adds_up_to_the_purchases(&reader).await;
        the_design_opens_to_its_customers(&reader).await;
        a_span_of_days_is_what_happened_in_it(&home, &reader).await;
        promises_are_what_plain_sql_says(&home, &reader).await;
    });
}
