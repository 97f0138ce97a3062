//! What survival is tested for: median life, whether segments differ, and what goes with leaving sooner.

use super::LEVEL_SHARE;
use super::gather::Lived;
use super::stay::Curve;
use crate::customers::Customers;
use crate::error::Error;
use ledger::survival::{Cox, Durations, cox, log_rank};
use model::config::{Config, Regime};
use std::cmp::Reverse;

/// Segments beyond which a test of all of them says nothing one can read.
const SEGMENTS_TESTED: usize = 50;
/// Segments that are traits of their own; the others are one.
const SEGMENT_TRAITS: usize = 8;
const DAYS_PER_YEAR: f64 = 365.25;

/// One row of `survival_tests`.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Test {
    /// `median`, `log_rank`, `log_rank_segment`, `cox`, `cox_trait`.
    pub(super) kind: &'static str,
    /// Of the segment or trait; of log-rank as a whole the split.
    pub(super) name: String,
    pub(super) customers: Option<u64>,
    pub(super) lost: Option<u64>,
    /// Median: days. Log-rank and Cox as a whole: χ². A segment: losses expected. A trait: the ratio.
    pub(super) value: Option<f64>,
    pub(super) low: Option<f64>,
    pub(super) high: Option<f64>,
    pub(super) degrees: Option<u32>,
    pub(super) p_value: Option<f64>,
    /// Why there is no answer.
    pub(super) reason: String,
}

/// All of them; empty when nobody was ever gained.
pub(super) fn tests(
    lived: &Lived,
    curves: &[Curve],
    customers: &Customers,
    config: &Config,
) -> Result<Vec<Test>, Error> {
    let mut tests: Vec<Test> = curves.iter().map(median).collect();
    if !tests.is_empty() {
        let splits = config.splits.iter().map(|split| split.id.get_ref());
        for ((at, split), codes) in splits.enumerate().zip(customers.splits.codes()) {
            let of = |customer: &u32| customers.splits.of(*customer).nth(at).transpose();
            let own: Result<Option<Vec<u16>>, _> = lived.lives.customer.iter().map(of).collect();
            let names = &customers.names[usize::from(codes.start)..usize::from(codes.end)];
            let own = own?.unwrap_or_default().into_iter().map(|code| code - codes.start).collect::<Vec<_>>();
            tests.extend(segments_differ(lived, split, names, &own));
        }
        tests.extend(leaving_sooner(lived, customers, config));
    }
    Ok(tests)
}

fn median(curve: &Curve) -> Test {
    let [value, low, high] = curve.median;
    let (customers, lost) = (Some(curve.customers), Some(curve.lost));
    Test { kind: "median", name: curve.segment.clone(), customers, lost, value, low, high, ..Test::default() }
}

fn refused(test: &'static str, reason: String) -> Vec<Test> {
    vec![Test { kind: test, reason, ..Test::default() }]
}

fn durations(lived: &Lived) -> Durations<'_> {
    Durations { time: &lived.lives.days, lost: &lived.lives.lost }
}

/// Segment code of each life.
fn segments_of(lived: &Lived, customers: &Customers) -> Vec<u16> {
    lived.lives.customer.iter().map(|customer| customers.segment_of[*customer as usize]).collect()
}

/// Whether the segments of a split differ; `segment_of` tells each life's.
fn segments_differ(lived: &Lived, split: &str, names: &[String], segment_of: &[u16]) -> Vec<Test> {
    let refused =
        |reason: String| vec![Test { kind: "log_rank", name: split.to_owned(), reason, ..Test::default() }];
    if names.len() > SEGMENTS_TESTED {
        let n = names.len();
        let reason = format!("{n} segments are too many to compare at once; {SEGMENTS_TESTED} are the most");
        return refused(reason);
    }
    let told = match log_rank(&durations(lived), segment_of) {
        Ok(told) => told,
        Err(error) => return refused(error.to_string()),
    };
    let mut tests = vec![Test {
        kind: "log_rank",
        name: split.to_owned(),
        value: Some(told.chi_square),
        degrees: Some(told.degrees),
        p_value: Some(told.p_value),
        ..Test::default()
    }];
    tests.extend(told.groups.iter().map(|group| Test {
        kind: "log_rank_segment",
        name: super::name_of(names, Some(group.code)).to_owned(),
        customers: Some(group.customers),
        lost: Some(group.lost),
        value: Some(group.expected),
        ..Test::default()
    }));
    tests
}

/// A trait and its value of each life.
struct Trait {
    name: String,
    values: Vec<f64>,
}

fn leaving_sooner(lived: &Lived, customers: &Customers, config: &Config) -> Vec<Test> {
    let mut traits = traits(lived, customers, config);
    traits.retain(|trait_| trait_.values.iter().any(|value| value.to_bits() != trait_.values[0].to_bits()));
    if traits.is_empty() {
        return refused("cox", "all customers are alike in segment, first value and time".to_owned());
    }
    let columns: Vec<&[f64]> = traits.iter().map(|trait_| trait_.values.as_slice()).collect();
    match cox(&durations(lived), &columns) {
        Ok(fit) => fitted(&fit, &traits, lived),
        Err(error) => refused("cox", named(&error.to_string(), &traits)),
    }
}

/// The message with traits by name instead of number.
fn named(message: &str, traits: &[Trait]) -> String {
    let all = traits.iter().enumerate().rev();
    all.fold(message.to_owned(), |message, (at, trait_)| {
        message.replace(&format!("covariate {at} "), &format!("“{}” ", trait_.name))
    })
}

fn fitted(fit: &Cox, traits: &[Trait], lived: &Lived) -> Vec<Test> {
    let (chi_square, degrees, p_value) = fit.ratio_test();
    let lost = lived.lives.lost.iter().filter(|lost| **lost).count();
    let mut tests = vec![Test {
        kind: "cox",
        customers: Some(lived.lives.customer.len() as u64),
        lost: Some(lost as u64),
        value: Some(chi_square),
        degrees: Some(degrees),
        p_value: Some(p_value),
        ..Test::default()
    }];
    tests.extend(fit.coefficients.iter().zip(traits).map(|(coefficient, trait_)| {
        let [value, low, high] = coefficient.ratio(LEVEL_SHARE).map(Some);
        let p_value = Some(coefficient.p_value());
        Test { kind: "cox_trait", name: trait_.name.clone(), value, low, high, p_value, ..Test::default() }
    }));
    tests
}

fn traits(lived: &Lived, customers: &Customers, config: &Config) -> Vec<Trait> {
    let mut traits = segment_traits(lived, customers);
    let contractual: Vec<f64> = config
        .streams
        .iter()
        .map(|stream| f64::from(u8::from(stream.regime == Regime::Contractual)))
        .collect();
    let mut add = |name: &str, of: &dyn Fn(usize) -> f64| {
        traits.push(Trait { name: name.to_owned(), values: (0..lived.begun.len()).map(of).collect() });
    };
    add("twice the first value", &|row| (lived.begun[row].value_minor.max(1) as f64).log2());
    add("gained by a contract", &|row| {
        contractual.get(usize::from(lived.begun[row].stream)).copied().unwrap_or_default()
    });
    add("gained a year later", &|row| f64::from(lived.begun[row].day) / DAYS_PER_YEAR);
    traits
}

/// The largest segments, each against the very largest; the small ones together.
fn segment_traits(lived: &Lived, customers: &Customers) -> Vec<Trait> {
    let segments = segments_of(lived, customers);
    let mut sizes: Vec<(Reverse<usize>, u16)> =
        (0..customers.segments.len() as u16).map(|code| (Reverse(0), code)).collect();
    if sizes.is_empty() {
        return Vec::new();
    }
    for code in &segments {
        sizes[usize::from(*code)].0.0 += 1;
    }
    sizes.retain(|(size, _)| size.0 > 0);
    sizes.sort_unstable();
    let name = |code: u16| super::name_of(&customers.segments, Some(code));
    let Some((_, largest)) = sizes.first().copied() else { return Vec::new() };
    let own = sizes.iter().skip(1).take(SEGMENT_TRAITS).map(|(_, code)| *code);
    let share = |is: bool| f64::from(u8::from(is));
    let mut traits: Vec<Trait> = own
        .map(|code| Trait {
            name: format!("{}, against {}", name(code), name(largest)),
            values: segments.iter().map(|of| share(*of == code)).collect(),
        })
        .collect();
    let others: Vec<u16> = sizes.iter().skip(1 + SEGMENT_TRAITS).map(|(_, code)| *code).collect();
    if !others.is_empty() {
        traits.push(Trait {
            name: format!("other segments, against {}", name(largest)),
            values: segments.iter().map(|of| share(others.contains(of))).collect(),
        });
    }
    traits
}
