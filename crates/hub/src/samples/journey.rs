//! A journey of three touchpoints and its scorecard.

use model::Day;
use refresh::view::journey::{
    Chain, Compared, Counted, Edge, Facts, HandOff, Journey, Landmark, Month, Named, Number, Scorecard,
    Scored, Step, Totals, Touchpoint, Variant, Wait, Who,
};
use refresh::view::paths::{Aim, Goal, Way};
use refresh::view::ways::{Around, Credit, Credited, Designed, Deviation, Flow, Neighbour, Stop};

fn named(id: &str, name: &str) -> Named {
    Named { id: id.into(), name: name.into() }
}

fn wait(hours: f64) -> Wait {
    let us = |hours: f64| Some(hours * 3_600e6);
    Wait { median_us: us(hours), p90_us: us(hours * 3.0), mean_us: us(hours * 1.4) }
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("day")
}

fn touchpoints(who: Who) -> Vec<Touchpoint> {
    let failed = if who == Who::Left { 60 } else { 10 };
    let one = |code: u16, key: &str, name: &str, customers, failed| Touchpoint {
        code,
        key: key.into(),
        name: name.into(),
        department: usize::from(code),
        stage: usize::from(code),
        events: customers * 2,
        customers,
        starts: customers / 2,
        ends: customers / 3,
        repeaters: customers / 4,
        failed,
        failures: failed,
    };
    vec![
        one(0, "order", "Order <b>", 100, 0),
        one(1, "delivery", "Delivery", 90, failed),
        one(2, "a b&c", "Request for help", 30, 3),
    ]
}

fn compared() -> Vec<Compared> {
    let one = |met: &str, name: &str, key: &str, to: &str| Compared {
        met: met.into(),
        name: name.into(),
        to_name: to.into(),
        key: key.into(),
        to_key: to.to_lowercase(),
        met_left: 60,
        met_stayed: 10,
        unmet_left: 40,
        unmet_stayed: 90,
        left_share: Some(0.84),
        others_share: Some(0.31),
        left_customers: 58,
        stayed_customers: 9,
        odds_ratio: Some(13.5),
        low: Some(6.3),
        high: Some(28.9),
        fdr: Some(0.000_1),
    };
    vec![one("failure", "Delivery", "delivery", ""), one("hand_off", "Shop", "shop", "Care")]
}

/// A journey of a group.
pub(crate) fn journey(who: Who) -> Journey {
    let edge =
        |from, to, customers| Edge { from, to, customers, transitions: customers + 5, wait: wait(30.0) };
    let hand_off =
        |from, to, customers| HandOff { from, to, customers, transitions: customers, wait: wait(9.0) };
    let mut edges = vec![edge(0, 1, 80), edge(1, 0, 20), edge(1, 2, 15), edge(2, 2, 4)];
    if who == Who::Stayed {
        edges.truncate(2);
    }
    Journey {
        segment: String::new(),
        who,
        span: None,
        landmark: Landmark { day: day("2026-05-04"), landmarks: 6, look_back_days: 365, horizon_days: 180 },
        departments: vec![
            named("shop", "Shop"),
            named("post", "Fulfilment"),
            named("care", "Care"),
            named("", ""),
        ],
        stages: vec![
            named("buy", "Buy"),
            named("receive", "Receive"),
            named("help", "Get help"),
            named("", ""),
        ],
        totals: Totals {
            customers: 100,
            events: 440,
            transitions: edges.iter().map(|edge| edge.transitions).sum(),
            crossings: 100,
            variants: 12,
            variants_of_most: 4,
            duration: wait(2_000.0),
        },
        touchpoints: touchpoints(who),
        edges,
        hand_offs: vec![hand_off(0, 1, 80), hand_off(1, 1, 3), hand_off(1, 2, 15)],
        variants: vec![Variant {
            key: "0f".repeat(16),
            steps: vec!["Order <b>".into(), "Delivery".into()],
            customers: 40,
            mean_us: 4e11,
            example: "abc".into(),
        }],
        funnel: vec![
            Step { stage: named("buy", "Buy"), customers: 100, wait: Wait::default() },
            Step { stage: named("receive", "Receive"), customers: 80, wait: wait(30.0) },
        ],
        compared: compared(),
        chains: vec![Chain {
            from: 1,
            to: 2,
            both: 12,
            first_only: 8,
            second_only: 5,
            neither: 60,
            odds_ratio: 18.0,
            low: 5.0,
            high: 64.8,
            fdr: 0.000_1,
        }],
    }
}

/// A scorecard of two touchpoints.
pub(crate) fn scorecard() -> Scorecard {
    let facts = |recent_unharmed| Facts {
        events: 400,
        failures: 30,
        wait: wait(40.0),
        contacts_followed: 300,
        contacts_left: 12,
        failures_followed: 25,
        failures_left: 6,
        met: 90,
        failed: 25,
        followed: 60,
        followed_left: 6,
        failed_followed: 20,
        failed_left: 5,
        recent: 50,
        recent_unharmed,
    };
    let months = (1..=12).map(|month| Month {
        month: day(&format!("2026-{month:02}-01")),
        customers: 10,
        events: if month == 3 { 0 } else { 20 },
        failures: if month == 3 { 0 } else { month % 4 },
    });
    let row = |key: &str, name: &str, recent_unharmed| Scored {
        key: key.into(),
        name: name.into(),
        owner: "Fulfilment & more".into(),
        stage: "Receive".into(),
        facts: facts(recent_unharmed),
        months: months.clone().collect(),
    };
    Scorecard {
        segment: String::new(),
        follow_up_days: 270,
        customers: 100,
        whole: facts(40),
        rows: vec![row("delivery", "Delivery", 30), row("order", "Order <b>", 50)],
    }
}

/// Paths to every aim.
pub(crate) fn goals() -> Vec<Goal> {
    let way = |key: &str, steps: usize| Way {
        key: key.into(),
        steps: vec!["Looking <b>".into(); steps],
        walks: 30,
        customers: 25,
        share: 0.4,
        mean_us: 4e11,
        value_minor: 123_400,
        example: "abc".into(),
    };
    let goal = |aim: Aim| Goal {
        aim,
        reached: 80,
        begun: 100,
        frequent: vec![way("0f0f", 0), way("0a", 12)],
        valuable: if aim == Aim::Leaving { vec![] } else { vec![way("0a", 12)] },
    };
    Aim::ALL.map(goal).to_vec()
}

/// The steps around a delivery.
pub(crate) fn around() -> Around {
    let stop = |key: &str, name: &str| Stop::Touchpoint { key: key.into(), name: name.into() };
    let order = || stop("order", "Order");
    let delivery = || stop("delivery", "Delivery <b>");
    let help = || stop("a b&c", "Request for help");
    let told = |stop: &Stop| match stop {
        Stop::Touchpoint { key, .. } => format!("@{}", key.replace(' ', "%20")),
        Stop::Left => "left".into(),
        _ => "still".into(),
    };
    let flow = |step: i8, from: Stop, to: Stop, customers: u64| {
        let is_exact = from != Stop::Other && to != Stop::Other;
        let number = is_exact.then(|| Number {
            counted: Counted::Flow,
            at: "delivery".into(),
            to: format!("{step} {} {}", told(&from), told(&to)),
            who: Who::All,
        });
        Flow { step, from, to, customers, number }
    };
    let neighbour = |flow: &Flow, stop: &Stop| Neighbour {
        stop: stop.clone(),
        customers: flow.customers,
        wait: wait(30.0),
        number: flow.number.clone().expect("exact"),
    };
    let after = vec![
        flow(0, delivery(), help(), 60),
        flow(0, delivery(), Stop::Left, 25),
        flow(0, delivery(), Stop::Still, 15),
    ];
    let before = flow(-1, order(), delivery(), 100);
    let mut flows = vec![flow(-2, Stop::Other, order(), 100), before.clone()];
    flows.extend(after.clone());
    flows.push(flow(1, help(), Stop::Left, 60));
    let at = Touchpoint { customers: 100, failed: 30, ..touchpoints(Who::All)[1].clone() };
    Around {
        at: Touchpoint { name: "Delivery <b>".into(), ..at },
        owner: "Fulfilment".into(),
        choice: vec![named("order", "Order"), named("delivery", "Delivery <b>")],
        before: vec![neighbour(&before, &before.from)],
        after: after.iter().map(|flow| neighbour(flow, &flow.to)).collect(),
        flows,
    }
}

/// Credit for first purchases; nobody bought again.
pub(crate) fn credits() -> Vec<Credit> {
    let row = |key: &str, name: &str, shapley: f64| Credited {
        key: key.into(),
        name: name.into(),
        owner: "Online <shop>".into(),
        removal: 0.4,
        markov: shapley - 5.0,
        shapley,
        shapley_minor: shapley * 1e4,
    };
    let first = Credit {
        aim: Aim::FirstPurchase,
        bought: 100,
        direct: 10,
        direct_minor: 90_000,
        rows: vec![row("visit", "Visit", 60.0), row("mail", "Newsletter <b>", 30.0)],
    };
    let none = Credit { aim: Aim::NextPurchase, bought: 0, direct: 0, direct_minor: 0, rows: vec![] };
    vec![first, none]
}

/// How customers walk against a design.
pub(crate) fn designed() -> Designed {
    let deviation = |skipped, key: &str, name: &str, customers| Deviation {
        skipped,
        key: key.into(),
        name: name.into(),
        owner: "Care".into(),
        customers,
    };
    Designed {
        line: "order, delivery, review?".into(),
        strict: false,
        compared: 100,
        passed_over: 3,
        as_designed: 80,
        fitness: Some(0.93),
        deviations: vec![
            deviation(true, "review", "Review <b>", 15),
            deviation(false, "help", "Request for help", 5),
        ],
    }
}
