//! The value models at their limits, on simulated customers and against slow sums; what they refuse.

use crate::data::close;
use ledger::worth::{
    BgNbd, GammaGamma, Histories, HistoryBuilder, HistoryRows, Outlook, ParetoNbd, Renewals, Resampling, Sbg,
    Search, Spend, worth,
};
use ledger::{Error, Rows};
use model::{Day, EventKind};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Beta, Distribution, Exp, Gamma};

#[derive(Default)]
struct Customers {
    repeats: Vec<u32>,
    last_days: Vec<u32>,
    age_days: Vec<u32>,
    mean_minor: Vec<f64>,
}

impl Customers {
    fn rows(&self) -> HistoryRows {
        let Self { repeats, last_days, age_days, .. } = self;
        HistoryRows::new(&Histories { repeats, last_days, age_days }, 7.0).unwrap()
    }

    /// Customers that buy at their own rate, leave as `leaves` tells after each purchase or at a time of its
    /// own, and spend by Gamma–Gamma 6, 4, 1,500. One purchase a day at most; time in weeks.
    fn drawn(
        n: usize,
        seed: u64,
        rates: [f64; 2],
        mut leaves: impl FnMut(&mut ChaCha8Rng) -> (f64, f64),
    ) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let rate_of = Gamma::new(rates[0], 1.0 / rates[1]).unwrap();
        let mut customers = Self::default();
        for _ in 0..n {
            let age = random.random_range(200..728u32);
            let waits = Exp::new(rate_of.sample(&mut random).max(1e-9)).unwrap();
            let (chance, until) = leaves(&mut random);
            let (mut at, mut repeats, mut last) = (0.0, 0, 0);
            loop {
                at += waits.sample(&mut random);
                if at * 7.0 >= f64::from(age) || at > until {
                    break;
                }
                let day = ((at * 7.0).ceil() as u32).min(age);
                repeats += u32::from(day > last);
                last = day;
                if random.random::<f64>() < chance {
                    break;
                }
            }
            let scale: f64 = Gamma::new(4.0, 1.0 / 1500.0).unwrap().sample(&mut random);
            let x = f64::from(repeats);
            let mean = if repeats > 0 {
                Gamma::new(6.0 * x, 1.0 / (scale * x)).unwrap().sample(&mut random)
            } else {
                0.0
            };
            customers.repeats.push(repeats);
            customers.last_days.push(last);
            customers.age_days.push(age);
            customers.mean_minor.push(mean);
        }
        customers
    }

    fn of_bg(n: usize, seed: u64) -> Self {
        let chance = Beta::new(0.8, 2.5).unwrap();
        Self::drawn(n, seed, [0.6, 12.0], |random| (chance.sample(random), f64::INFINITY))
    }

    fn of_pareto(n: usize, seed: u64) -> Self {
        let rate = Gamma::new(0.7, 1.0 / 14.0).unwrap();
        Self::drawn(n, seed, [0.6, 12.0], |random| {
            let rate: f64 = rate.sample(random);
            (0.0, Exp::new(rate.max(1e-9)).unwrap().sample(random))
        })
    }
}

#[track_caller]
fn within_errors<const N: usize>(params: [f64; N], errors: [f64; N], truth: [f64; N]) {
    for i in 0..N {
        assert!(
            (params[i] - truth[i]).abs() < 4.0 * errors[i],
            "{i}: {params:?} ± {errors:?} is not {truth:?}"
        );
    }
}

#[test]
fn parameters_of_simulated_customers_are_recovered() {
    let customers = Customers::of_bg(6_000, 7);
    let fit = BgNbd::fit(&customers.rows()).unwrap();
    within_errors(fit.params, fit.standard_errors, [0.6, 12.0, 0.8, 2.5]);
    let spend = Spend { repeats: &customers.repeats, mean_minor: &customers.mean_minor };
    let of_spend = GammaGamma::fit(&spend).unwrap();
    within_errors(of_spend.params, of_spend.standard_errors, [6.0, 4.0, 1500.0]);
    assert!(spend.correlation().unwrap().abs() < 0.1);
    let fit = ParetoNbd::fit(&Customers::of_pareto(6_000, 11).rows()).unwrap();
    within_errors(fit.params, fit.standard_errors, [0.6, 12.0, 0.7, 14.0]);
}

/// ₂F₁ by its plain series.
fn hypergeometric([a, b]: [f64; 2], below: f64, z: f64) -> f64 {
    let (mut term, mut sum, mut j) = (1.0, 1.0, 0.0);
    while j < 100_000.0 {
        term *= (a + j) * (b + j) / ((below + j) * (j + 1.0)) * z;
        sum += term;
        j += 1.0;
    }
    sum
}

#[test]
fn expected_purchases_are_the_published_closed_form_and_pass_smoothly_through_its_hole() {
    for [r, alpha, a, b] in [[0.2426, 4.4136, 0.7929, 2.4259], [2.0, 30.0, 1.5, 0.8]] {
        for (x, age, ahead) in [(0, 0.0, 52.0), (2, 39.0, 10.0), (26, 31.0, 52.0), (3, 100.0, 2.0)] {
            let (n, z) = (f64::from(x), ahead / (alpha + age + ahead));
            let c = a + b + n - 1.0;
            let rest = (1.0 - z).powf(a - 1.0) * hypergeometric([a + b - 1.0 - r, a - 1.0], c, z);
            let told = BgNbd::of([r, alpha, a, b]).expected_if_alive(x, age, ahead);
            close(told / (c / (a - 1.0) * (1.0 - rest)), 1.0, 1e-10);
        }
    }
    let around = |a: f64| BgNbd::of([0.3, 5.0, a, 2.0]).expected_if_alive(4, 39.0, 52.0);
    close(around(1.0), f64::midpoint(around(1.0 - 1e-6), around(1.0 + 1e-6)), 1e-10);
    let around = |s: f64| ParetoNbd::of([0.3, 5.0, s, 9.0]).expected_if_alive(4, 39.0, 52.0);
    close(around(1.0), f64::midpoint(around(1.0 - 1e-6), around(1.0 + 1e-6)), 1e-10);
}

#[test]
fn heavy_buyers_neither_overflow_nor_lose_their_meaning() {
    let (bg, pareto) = (BgNbd::of([0.24, 4.4, 0.79, 2.4]), ParetoNbd::of([0.55, 10.6, 0.6, 11.7]));
    for x in [301, 1_000, 5_000] {
        for (last, age) in [(52.0, 52.0), (51.9, 52.0), (20.0, 52.0), (0.2, 520.0)] {
            for alive in [bg.alive(x, last, age), pareto.alive(x, last, age)] {
                assert!((0.0..=1.0).contains(&alive), "{x} {last} {age}: {alive}");
            }
            for told in [bg.expected_if_alive(x, age, 520.0), pareto.expected_if_alive(x, age, 520.0)] {
                assert!(told.is_finite() && told > 0.0 && told < 520.0 * f64::from(x), "{x} {age}: {told}");
            }
        }
        assert!(pareto.alive(x, 52.0, 52.0) > 1.0 - 1e-15 && pareto.alive(x, 20.0, 52.0) < 1e-9);
        let histories = Histories { repeats: &[x], last_days: &[350], age_days: &[364] };
        let rows = HistoryRows::new(&histories, 7.0).unwrap();
        assert!(bg.log_likelihood(&rows).is_finite() && pareto.log_likelihood(&rows).is_finite());
    }
}

#[test]
fn customers_who_all_leave_at_one_rate_are_refused_in_plain_words() {
    let leaving = Exp::new(1.0 / 80.0).unwrap();
    let customers = Customers::drawn(6_000, 5, [0.6, 12.0], |random| (0.0, leaving.sample(random)));
    let told = ParetoNbd::fit(&customers.rows()).unwrap_err().to_string();
    assert!(told.contains("`s` and `beta` grow together without end: here nobody differs"), "{told}");
}

#[test]
fn who_cannot_be_modelled_is_refused_with_a_reason() {
    let once = Customers {
        repeats: vec![0; 500],
        last_days: vec![0; 500],
        age_days: vec![90; 500],
        ..Customers::default()
    };
    let one = Customers { repeats: vec![3], last_days: vec![50], age_days: vec![90], ..Customers::default() };
    for customers in [once, one] {
        let rows = customers.rows();
        for told in [BgNbd::fit(&rows).unwrap_err(), ParetoNbd::fit(&rows).unwrap_err()] {
            assert!(matches!(told, Error::TooFew { needed: 10, .. }), "{told}");
            assert!(told.to_string().contains("wait for more history"), "{told}");
        }
    }
    let steady = Customers {
        repeats: vec![12; 400],
        last_days: vec![360; 400],
        age_days: vec![364; 400],
        ..Customers::default()
    };
    for told in [BgNbd::fit(&steady.rows()), ParetoNbd::fit(&steady.rows())] {
        let told = told.expect_err("equal customers have no spread");
        assert!(matches!(told, Error::NoConvergence { .. } | Error::Singular { .. }), "{told}");
        assert!(told.to_string().contains("show no figure from it"), "{told}");
    }
    assert!(matches!(Sbg::fit(&Renewals::from_survivors(&[100, 60])), Err(Error::TooFew { needed: 2, .. })));
    assert!(matches!(Sbg::fit(&Renewals::from_survivors(&[100, 100, 100])), Err(Error::TooFew { .. })));
    assert!(matches!(
        Sbg::fit(&Renewals::from_survivors(&[10, 60, 5])),
        Err(Error::Unreadable { row: 0, .. })
    ));
    let same = Spend { repeats: &[2; 50], mean_minor: &[20.0; 50] };
    let told = GammaGamma::fit(&same).expect_err("equal spend has no spread");
    assert!(!matches!(told, Error::TooFew { .. }), "{told}");
}

const OUTLOOK: Outlook = Outlook { horizon_days: 1825.0, annual_discount: 0.1 };

#[test]
fn both_models_are_told_with_intervals_that_repeat_and_hold_the_figure() {
    let customers = Customers::of_pareto(1_500, 5);
    let rows = customers.rows();
    let resampling = Resampling { draws: 12, seed: 3, level_share: 0.9, threads: 1 };
    let told = worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap();
    for threads in [1, 3, 64] {
        let resampling = Resampling { threads, ..resampling };
        assert_eq!(told, worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap());
    }
    let (bg, pareto) = (told.bg_nbd.as_ref().unwrap(), told.pareto_nbd.as_ref().unwrap());
    for model in [bg, pareto] {
        let (equity, alive) = (model.equity_interval.unwrap(), model.alive_interval.unwrap());
        let worth = model.equity_minor.unwrap();
        assert!(equity.low < worth && worth < equity.high, "{equity:?}");
        assert!(alive.low < model.alive_sum && model.alive_sum < alive.high, "{alive:?}");
        assert!((model.residual_minor.as_ref().unwrap().iter().sum::<f64>() - worth).abs() < 1e-6);
        assert_eq!(model.failed_draws, 0);
    }
    let once = customers.repeats.iter().filter(|repeats| **repeats == 0).count();
    assert_eq!((bg.assumed_alive, pareto.assumed_alive), (once, 0));
    let spread = told.spread.unwrap();
    close(spread.alive.high - spread.alive.low, (pareto.alive_sum - bg.alive_sum).abs(), 1e-9);
    let equity = spread.equity_minor.unwrap();
    assert!(spread.equity_share.unwrap() > 0.0 && equity.low < equity.high);
    let other = Resampling { seed: 4, ..resampling };
    let other = worth(&rows, &customers.mean_minor, OUTLOOK, other).unwrap();
    assert_ne!(other.bg_nbd.unwrap().equity_interval, bg.equity_interval);
    let none = worth(&rows, &customers.mean_minor, OUTLOOK, Resampling { draws: 0, ..resampling }).unwrap();
    assert_eq!(none.bg_nbd.unwrap().equity_interval, None);
}

#[test]
fn who_still_buys_is_told_where_spend_cannot_be_modelled() {
    let customers = Customers::of_pareto(1_500, 5);
    let rows = customers.rows();
    let resampling = Resampling { draws: 12, seed: 3, level_share: 0.9, threads: 1 };
    // All spend alike: nothing for Gamma–Gamma to tell customers apart by.
    let alike: Vec<f64> =
        customers.mean_minor.iter().map(|mean| if *mean > 0.0 { 500.0 } else { 0.0 }).collect();
    let told = worth(&rows, &alike, OUTLOOK, resampling).unwrap();
    assert!(told.spend.unwrap_err().to_string().starts_with("Gamma–Gamma did not converge"));
    let spent = worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap();
    let (one, other) = (told.bg_nbd.unwrap(), spent.bg_nbd.unwrap());
    assert_eq!((one.alive_sum, &one.purchases), (other.alive_sum, &other.purchases));
    assert_eq!((one.equity_minor, one.residual_minor, one.equity_interval), (None, None, None));
    let alive = one.alive_interval.unwrap();
    assert!(alive.low < one.alive_sum && one.alive_sum < alive.high, "{alive:?}");
    assert_eq!(told.spread.unwrap().equity_minor, None);
}

#[test]
fn a_sample_of_a_large_base_tells_intervals_as_narrow_as_the_base_deserves() {
    let wide = |customers: usize| {
        let customers = Customers::of_pareto(customers, 5);
        let rows = customers.rows();
        let resampling = Resampling { draws: 100, seed: 3, level_share: 0.9, threads: 1 };
        let told = worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap().bg_nbd.unwrap();
        let interval = told.equity_interval.unwrap();
        let equity = told.equity_minor.unwrap();
        assert!(interval.low < equity && equity < interval.high);
        (rows.distinct(), (interval.high - interval.low) / equity)
    };
    let ((few, whole), (many, sampled)) = (wide(1_900), wide(7_600));
    assert!(few < 1_500 && many > 3_000, "{few} {many}");
    // Four times the customers: half as wide.
    assert!((0.35..0.7).contains(&(sampled / whole)), "{sampled} {whole}");
}

#[test]
fn a_model_that_does_not_hold_is_refused_beside_the_one_that_does() {
    let customers = Customers::of_bg(1_500, 5);
    let resampling = Resampling { draws: 0, seed: 3, level_share: 0.9, threads: 1 };
    let told = worth(&customers.rows(), &customers.mean_minor, OUTLOOK, resampling).unwrap();
    let refused = told.pareto_nbd.unwrap_err().to_string();
    assert!(refused.starts_with("Pareto/NBD did not converge: ") && refused.contains("beta"), "{refused}");
    assert!(told.bg_nbd.unwrap().equity_minor.unwrap() > 0.0);
    assert_eq!(told.spread, None);
}

#[test]
fn residual_value_is_the_discounted_sum_of_thin_slices() {
    let customers = Customers::of_pareto(1_200, 9);
    let rows = customers.rows();
    let resampling = Resampling { draws: 0, seed: 0, level_share: 0.95, threads: 1 };
    let told = worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap();
    let (bg, pareto) = (told.bg_nbd.unwrap(), told.pareto_nbd.unwrap());
    let (of_bg, of_pareto) = (BgNbd::of(bg.fit.params), ParetoNbd::of(pareto.fit.params));
    for i in (0..1_200).step_by(97) {
        let (x, last, age) = (
            customers.repeats[i],
            f64::from(customers.last_days[i]) / 7.0,
            f64::from(customers.age_days[i]) / 7.0,
        );
        let sliced = |expected: &dyn Fn(f64) -> f64| {
            let day = |day: i32| f64::from(day) / 7.0;
            (0..1825)
                .map(|at| {
                    let worth = 1.1f64.powf(-(f64::from(at) + 0.5) / 365.0);
                    worth * (expected(day(at + 1)) - expected(day(at)))
                })
                .sum::<f64>()
        };
        close(bg.purchases[i] / sliced(&|ahead| of_bg.expected(x, last, age, ahead)), 1.0, 1e-5);
        close(pareto.purchases[i] / sliced(&|ahead| of_pareto.expected(x, last, age, ahead)), 1.0, 1e-5);
    }
}

#[test]
fn contracts_are_worth_the_sum_of_their_survival() {
    let model = Sbg::of([0.7, 1.2]);
    let slow: f64 =
        (1..=40).map(|k| model.survival(3 + k) / model.survival(3) / 1.05f64.powi(k as i32 - 1)).sum();
    close(model.residual_periods(3, 40, 0.05), slow, 1e-9);
    close(model.retention(3), model.survival(4) / model.survival(3), 1e-12);
}

#[test]
fn histories_from_events_count_days_and_only_purchases_up_to_the_cut_off() {
    let purchase = EventKind::Purchase.code();
    let rows = [
        (1, 10, purchase, 500),
        (1, 10, purchase, 300),
        (1, 17, purchase, 400),
        (1, 17, purchase, 100),
        (1, 18, EventKind::Contact.code(), 0),
        (1, 31, purchase, 300),
        (1, 99, purchase, 900),
        (2, 20, EventKind::Contact.code(), 0),
        (5, 40, purchase, 700),
    ];
    let customer = rows.map(|row| row.0);
    let (day, kind, value_minor) = (rows.map(|row| row.1), rows.map(|row| row.2), rows.map(|row| row.3));
    let whole = Rows {
        customer: &customer,
        day: &day,
        kind: &kind,
        stream: &[0; 9],
        value_minor: &value_minor,
        reference: &[0; 9],
        terms: None,
    };
    for size in 1..=9 {
        let mut builder = HistoryBuilder::new(Day(50));
        for from in (0..9).step_by(size) {
            builder.push(whole.slice(from..(from + size).min(9))).unwrap();
        }
        let told = builder.finish();
        assert_eq!(told.customer, [1, 5]);
        assert_eq!((told.repeats, told.last_days, told.age_days), (vec![2, 0], vec![21, 0], vec![40, 10]));
        assert_eq!(told.mean_minor, [400.0, 0.0]);
    }
}

#[test]
fn a_fit_of_many_rows_starts_from_a_first_look_at_few_and_reads_all() {
    let rows = Customers::of_bg(90_000, 13).rows();
    assert!(rows.distinct() > 40_000, "{}", rows.distinct());
    let fit = BgNbd::fit(&rows).unwrap();
    assert!(fit.convergence.gradient_norm < 1e-9 && fit.convergence.iterations < 10);
    within_errors(fit.params, fit.standard_errors, [0.6, 12.0, 0.8, 2.5]);
}

#[test]
fn twice_the_customers_give_the_same_parameters_with_smaller_errors() {
    let customers = Customers::of_bg(6_000, 7);
    let rows = customers.rows();
    let whole = BgNbd::fit(&rows).unwrap();
    assert_eq!(whole.convergence.search, Search::Newton);
    let doubled: Vec<u32> = customers.repeats.iter().chain(&customers.repeats).copied().collect();
    let last: Vec<u32> = customers.last_days.iter().chain(&customers.last_days).copied().collect();
    let age: Vec<u32> = customers.age_days.iter().chain(&customers.age_days).copied().collect();
    let histories = Histories { repeats: &doubled, last_days: &last, age_days: &age };
    let twice = BgNbd::fit(&HistoryRows::new(&histories, 7.0).unwrap()).unwrap();
    for i in 0..4 {
        close(twice.params[i] / whole.params[i], 1.0, 1e-7);
        close(twice.standard_errors[i] / whole.standard_errors[i], 0.5f64.sqrt(), 1e-4);
    }
}

#[test]
#[ignore = "a measurement: run by name, in release"]
#[expect(clippy::disallowed_methods, reason = "measures time")]
fn a_million_customers_take_how_long() {
    let customers = Customers::of_bg(1_000_000, 1);
    let from = std::time::Instant::now();
    let rows = customers.rows();
    println!("{} distinct rows after {:?}", rows.distinct(), from.elapsed());
    let from = std::time::Instant::now();
    let fit = BgNbd::fit(&rows).unwrap();
    println!("BG/NBD {:?}: {fit:?}", from.elapsed());
    let from = std::time::Instant::now();
    let fit = ParetoNbd::fit(&rows).unwrap();
    println!("Pareto/NBD {:?}: {fit:?}", from.elapsed());
    for draws in [0, 2] {
        let from = std::time::Instant::now();
        let resampling = Resampling { draws, seed: 0, level_share: 0.95, threads: 1 };
        worth(&rows, &customers.mean_minor, OUTLOOK, resampling).unwrap();
        println!("worth with {draws} draws {:?}", from.elapsed());
    }
}
