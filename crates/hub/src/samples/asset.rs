//! Sample cohorts, survival and worth: long histories and short, models that hold and one that is refused.

use super::rows::{customers, segments};
use model::{Granularity, Period};
use refresh::view::Page;
use refresh::view::asset::{
    Age, Cohort, Cohorts, Curve, FadingCount, FadingRow, Stay, Survival, Test, Trait, Trend, Why, Worth,
    WorthLine,
};
use refresh::view::segments::{SegmentCohorts, SplitCohorts};
use serde_json::json;

/// So many monthly cohorts to October 2026; the last months of each keep a little less.
pub(crate) fn cohorts(count: i32) -> Cohorts {
    let last = Period::parse("2026-10").expect("period").index;
    let cohort = |back: i32| {
        let size = 330 + i64::from(back * 7 % 40);
        let age = |age: i32| {
            let active = size * 100 / (100 + 22 * i64::from(age));
            let value_minor = active * 15_437 * (100 + i64::from(age)) / 100;
            let share = |part: i64, whole: i64| (whole > 0).then(|| part as f64 / whole as f64);
            Age {
                active,
                value_minor,
                share: share(active, size),
                value_share: share(value_minor, size * 14_000),
            }
        };
        Cohort {
            period: Period { granularity: Granularity::Month, index: last - back },
            size,
            gained_minor: size * 14_000,
            ages: (0..=back).map(age).collect(),
        }
    };
    let cohorts: Vec<Cohort> = (0..count).rev().map(cohort).collect();
    let all = cohorts.first().map(|cohort| cohort.ages.clone()).unwrap_or_default();
    let trend = (count > 12).then_some(Trend {
        age: 12,
        older_customers: 700,
        older_share: 0.271,
        younger_customers: 712,
        younger_share: 0.302,
        change: 0.031,
        low: -0.016,
        high: 0.078,
    });
    Cohorts { granularity: Granularity::Month, segment: String::new(), cohorts, all, trend }
}

/// One customer, gained this month.
pub(crate) fn one_cohort() -> Cohorts {
    let mut one = cohorts(1);
    one.cohorts[0].size = 1;
    one.cohorts[0].gained_minor = 0;
    one.cohorts[0].ages = vec![Age { active: 1, value_minor: 0, share: Some(1.0), value_share: None }];
    one.all.clone_from(&one.cohorts[0].ages);
    one
}

fn curve(segment: &str, customers: u64, pace: f64) -> Curve {
    let mut steps: Vec<Stay> = Vec::new();
    let mut at_risk = customers;
    for days in (0..1_300).step_by(13) {
        let share = (-f64::from(days) / pace).exp();
        let left = (customers as f64 * share) as u64;
        steps.push(Stay {
            days,
            at_risk,
            lost_from_days: steps.last().map_or(0, |before| before.days + 1),
            lost: at_risk - left.min(at_risk),
            share,
            low: (share - 0.02).max(0.0),
            high: (share + 0.02).min(1.0),
        });
        at_risk = left;
    }
    Curve {
        segment: segment.into(),
        customers,
        lost: customers - at_risk,
        median_days: Some(412.0),
        median_low_days: Some(389.0),
        median_high_days: Some(440.0),
        steps,
    }
}

pub(crate) fn survival() -> Survival {
    let mut curves = vec![curve("", 11_480, 600.0)];
    curves.extend(segments().iter().zip([520.0, 700.0, 640.0]).map(|(name, pace)| curve(name, 3_800, pace)));
    curves[3].median_high_days = None;
    let test = |chi_square, degrees| Test {
        chi_square: Some(chi_square),
        degrees: Some(degrees),
        p_value: Some(0.000_02),
        reason: String::new(),
    };
    let part = |name: &str, value: f64| Trait {
        name: name.into(),
        value: Some(value),
        low: Some(value * 0.9),
        high: Some(value * 1.1),
        p_value: Some(0.031),
        ..Trait::default()
    };
    Survival {
        curves,
        log_rank: Some(test(41.2, 2)),
        expected: vec![part("North", 1_204.4)],
        cox: Some(test(88.0, 3)),
        traits: vec![part("South, against North", 0.7), part("twice the first value", 0.93)],
    }
}

/// One customer, still there on the first day.
pub(crate) fn one_life() -> Survival {
    let step = Stay { days: 0, at_risk: 1, lost_from_days: 0, lost: 0, share: 1.0, low: 1.0, high: 1.0 };
    let curve = Curve { customers: 1, steps: vec![step], ..Curve::default() };
    let reason = "Cox needs at least 2 losses, there are 0; wait for more history or widen the segment";
    let cox = Some(Test { reason: reason.into(), ..Test::default() });
    Survival { curves: vec![curve], cox, ..Survival::default() }
}

fn line(model: &str, segment: &str, alive: f64, equity_minor: i64) -> WorthLine {
    let parameters = if model == "bg_nbd" {
        json!({"r": {"value": 0.2426, "standard_error": 0.01}, "alpha": {"value": 4.4136, "standard_error": 0.4}})
    } else {
        json!({"r": {"value": 0.5532, "standard_error": 0.05}, "beta": {"value": 11.67, "standard_error": 5.0}})
    };
    WorthLine {
        model: model.into(),
        segment: segment.into(),
        customers: 2_357,
        alive: Some(alive),
        alive_interval: Some((alive - 77.0, alive + 73.0)),
        assumed_alive: if model == "bg_nbd" { 1_411 } else { 0 },
        equity_minor: Some(equity_minor),
        equity_interval_minor: Some((equity_minor - 900_000, equity_minor + 950_000)),
        whole_alive: Some(alive),
        whole_equity_minor: Some(equity_minor),
        parameters,
        convergence: json!({"search": "newton", "iterations": 9, "hessian_condition": 121.4}),
        log_likelihood: Some(if model == "bg_nbd" { -9582.429 } else { -9594.976 }),
        draws: 60,
        failed_draws: 0,
        ..WorthLine::default()
    }
}

pub(crate) fn worth() -> Worth {
    let mut lines =
        vec![line("bg_nbd", "", 1_917.2, 13_560_000), line("pareto_nbd", "", 1_052.4, 12_940_000)];
    lines.push(WorthLine {
        spend_correlation: Some(0.11),
        parameters: json!({"p": {"value": 6.25, "standard_error": 1.2}}),
        ..line("gamma_gamma", "", 0.0, 0)
    });
    lines.push(WorthLine {
        stream: "club".into(),
        alive: None,
        alive_interval: None,
        parameters: json!({"alpha": {"value": 0.668}, "beta": {"value": 3.806}}),
        ..line("sbg", "", 0.0, 2_204_090)
    });
    for (index, segment) in segments().iter().enumerate() {
        lines.push(line("bg_nbd", segment, 601.0, 4_400_000));
        let mut pareto = line("pareto_nbd", segment, 340.0, 4_310_000);
        if index == 2 {
            (pareto.alive, pareto.equity_minor, pareto.equity_interval_minor) = (None, None, None);
            pareto.reason = "Pareto/NBD is not identified by these data".into();
        }
        lines.push(pareto);
    }
    let fading = [(Why::Silent, 41), (Why::Modelled, 7), (Why::Both, 0)];
    let fading =
        fading.map(|(why, customers)| FadingCount { why, customers, value_minor: customers as i64 * 12_000 });
    Worth { horizon_days: 1_095, annual_discount: 0.1, lines, fading: fading.to_vec() }
}

pub(crate) fn fading() -> Page<FadingRow> {
    let row = |customer| FadingRow {
        customer,
        why: Why::Silent,
        silent_days: 131,
        limit_days: Some(90.4),
        bg_nbd_alive: Some(0.43),
        pareto_nbd_alive: None,
    };
    Page { total: 48, rows: customers().rows.into_iter().map(row).collect() }
}

/// Cohorts of the whole and of each region.
pub(crate) fn split_cohorts() -> SplitCohorts {
    let row = |segment: &str, part: i64| SegmentCohorts {
        segment: segment.into(),
        gained: 3_800 * part,
        gained_minor: 912_000 * part,
        active: 1_200 * part,
        value_minor: 604_000 * part,
        year_share: (part == 1).then_some(0.41),
    };
    let mut rows = vec![row("", 3)];
    rows.extend(segments().iter().map(|segment| row(segment, 1)));
    SplitCohorts { split: "region".into(), rows }
}
