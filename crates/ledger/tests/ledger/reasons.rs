//! What came before losses, against a slow reading of the definitions, event by event.

use crate::books::{Event, PLAIN, keep};
use crate::histories::{History, history};
use ledger::reasons::{
    Cause, Events, Loss, NOTHING_SAID, Saying, Settings, Stayer, Study, Walk, What, figures, ratio,
};
use ledger::{Postings, Regime, Rules, Splits};
use model::{Day, EventKind, Granularity, Movement, Outcome, Period};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// An event with what only reasons look at.
#[derive(Debug, Clone, Copy)]
struct Told {
    event: Event,
    touchpoint: u16,
    outcome: Outcome,
    said: u32,
}

const SEGMENTS: u16 = 2;
/// Touchpoint 1 waits ten days for an answer.
const ANSWER_DAYS: [u32; 3] = [0, 10, 0];

fn sayings() -> Vec<Saying> {
    let saying = |reason, given| Saying { reason, given };
    vec![saying(Some(0), true), saying(None, true), saying(Some(1), false), saying(Some(0), false)]
}

/// Many customers of one company; each event gets what only reasons look at from `dice`.
fn crowd() -> impl Strategy<Value = (Rules, Vec<Told>)> {
    (prop::collection::vec(history(), 8), any::<u64>()).prop_map(|(histories, dice)| {
        let rules = histories[0].rules.clone();
        let mut told = Vec::new();
        let mut before = 0;
        for History { events, .. } in histories {
            let last = events.last().map_or(0, |event| event.customer);
            for event in events {
                let roll = (dice ^ told.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
                told.push(Told {
                    event: Event { customer: event.customer + before, ..event },
                    touchpoint: (roll % 3) as u16,
                    outcome: Outcome::ALL[(roll / 3 % 12).saturating_sub(6) as usize],
                    said: if (roll / 64).is_multiple_of(4) { (roll / 256 % 4) as u32 } else { NOTHING_SAID },
                });
            }
            before += last + 1;
        }
        (rules, told)
    })
}

fn segment_of() -> Vec<u16> {
    (0..1000).map(|customer| customer % SEGMENTS).collect()
}

fn settings(rules: &Rules) -> Settings {
    let gap = |rule: &ledger::StreamRule| match rule.regime {
        Regime::Purchases { gap_days } => Some(gap_days),
        Regime::Contractual { .. } => None,
    };
    Settings {
        gap_days: rules.streams.iter().map(gap).collect(),
        answer_days: ANSWER_DAYS.to_vec(),
        segment_of: segment_of(),
        sayings: sayings(),
        as_of: rules.as_of,
    }
}

fn losses(postings: &Postings) -> Vec<Loss> {
    let lost = (0..postings.len()).filter(|at| postings.movement[*at] == Movement::Lost.code());
    lost.map(|at| Loss {
        customer: postings.customer[at],
        day: Day(postings.day[at]),
        value_minor: -postings.value_minor[at],
        stream: postings.stream[at],
    })
    .collect()
}

fn studies(settings: &Settings, losses: &[Loss], told: &[Told], chunk: usize) -> Vec<Study> {
    let mut walk = Walk::new(settings, losses);
    for part in told.chunks(chunk) {
        fn all<T>(part: &[Told], of: impl Fn(&Told) -> T) -> Vec<T> {
            part.iter().map(of).collect()
        }
        walk.push(Events {
            customer: &all(part, |told| told.event.customer),
            day: &all(part, |told| told.event.day),
            kind: &all(part, |told| told.event.kind.code()),
            touchpoint: &all(part, |told| told.touchpoint),
            outcome: &all(part, |told| told.outcome.code()),
            stream: &all(part, |told| told.event.stream),
            value_minor: &all(part, |told| told.event.value_minor),
            reference: &all(part, |told| told.event.reference),
            said: &all(part, |told| told.said),
        })
        .unwrap();
    }
    walk.finish().unwrap()
}

fn is_contract(told: &Told) -> bool {
    told.event.kind == EventKind::Subscription && told.event.stream == 1
}

/// One customer's events up to the last day of the books, and the rules.
struct Slow<'a> {
    settings: &'a Settings,
    events: Vec<Told>,
}

impl<'a> Slow<'a> {
    fn of(settings: &'a Settings, told: &[Told], customer: u32) -> Self {
        let counts = |t: &&Told| t.event.customer == customer && t.event.day <= settings.as_of.0;
        Self { settings, events: told.iter().filter(counts).copied().collect() }
    }

    fn gap(&self, stream: u16) -> Option<i32> {
        self.settings.gap_days.get(usize::from(stream)).copied().flatten().map(|gap| gap as i32)
    }

    fn purchases(&self) -> Vec<(i32, u16)> {
        let bought = |t: &&Told| t.event.kind == EventKind::Purchase && self.gap(t.event.stream).is_some();
        self.events.iter().filter(bought).map(|t| (t.event.day, t.event.stream)).collect()
    }

    /// Recurring value per month of each reference after the first `n` events.
    fn running(&self, n: usize) -> Vec<(u64, i64)> {
        (0..3)
            .filter_map(|reference| {
                let last =
                    self.events[..n].iter().rfind(|t| is_contract(t) && t.event.reference == reference)?;
                Some((reference, last.event.value_minor))
            })
            .collect()
    }

    fn monthly(&self, n: usize) -> i64 {
        self.running(n).iter().map(|(_, minor)| minor).sum()
    }

    fn causes(&self, moment: i32, bought_on: Option<i32>) -> BTreeSet<Cause> {
        let within = |day: i32| (moment - 89..=moment).contains(&day);
        let mut causes = BTreeSet::new();
        let mut quiet = true;
        for (at, told) in self.events.iter().enumerate().filter(|(_, told)| within(told.event.day)) {
            let event = told.event;
            if told.outcome.is_failure() {
                causes.insert(Cause::Failed(told.touchpoint));
            }
            if event.kind == EventKind::Refund {
                causes.insert(Cause::Refunded);
            }
            quiet &= !matches!(event.kind, EventKind::Contact | EventKind::Response);
            let asks = event.kind == EventKind::Contact && told.outcome == Outcome::Unknown;
            let until = event.day + ANSWER_DAYS[usize::from(told.touchpoint)] as i32;
            let answered = self.events[at + 1..]
                .iter()
                .any(|other| other.event.reference == event.reference && other.event.day <= until);
            if asks
                && until > event.day
                && event.reference != 0
                && !answered
                && until <= self.settings.as_of.0
            {
                causes.insert(Cause::Unanswered(told.touchpoint));
            }
            if is_contract(told) {
                let running = self.running(at);
                let before = running.iter().find(|(reference, _)| *reference == event.reference);
                let before = before.map_or(0, |(_, minor)| *minor);
                if before > 0 && event.value_minor > before {
                    causes.insert(Cause::PriceRose);
                }
                if before > 0 && self.monthly(at + 1) <= 0 && bought_on.is_some() {
                    causes.insert(Cause::SubscriptionEnded);
                }
            }
        }
        if quiet {
            causes.insert(Cause::Silence);
        }
        let known: BTreeSet<i32> =
            self.purchases().iter().map(|(day, _)| *day).filter(|day| *day <= moment).collect();
        if bought_on.is_some() && known.len() == 1 {
            causes.insert(Cause::FirstPurchase);
        }
        causes
    }

    /// The reason a silo gave last before the loss, else the last that a text tells.
    fn said(&self, moment: i32, until: i32) -> Option<u32> {
        let heard = self.events.iter().rev().filter(|t| {
            (moment - 89..=until).contains(&t.event.day)
                && t.said != NOTHING_SAID
                && !matches!(t.event.kind, EventKind::Purchase | EventKind::Refund)
        });
        let heard: Vec<u32> = heard.map(|t| t.said).collect();
        let saying = |said: u32| self.settings.sayings[said as usize];
        let given = heard.iter().find(|said| saying(**said).given);
        given.or_else(|| heard.iter().find(|said| saying(**said).reason.is_some())).copied()
    }

    /// Value on a day: the year's purchases less refunds, and a year of recurring value.
    fn value(&self, day: i32) -> i64 {
        let paid = |t: &Told| match t.event.kind {
            EventKind::Purchase if self.gap(t.event.stream).is_some() => t.event.value_minor,
            EventKind::Refund => -t.event.value_minor,
            _ => 0,
        };
        let year = self.events.iter().filter(|t| (day - 364..=day).contains(&t.event.day));
        let n = self.events.iter().filter(|t| t.event.day <= day).count();
        year.map(paid).sum::<i64>() + 12 * self.monthly(n)
    }
}

fn looked_at(slow: &Slow<'_>, loss: &Loss) -> (i32, Option<i32>) {
    let Some(gap) = slow.gap(loss.stream) else { return (loss.day.0 - 1, None) };
    let bought = slow.purchases();
    let last = bought.iter().rfind(|(day, stream)| *stream == loss.stream && *day < loss.day.0);
    let bought_on = last.expect("a purchase before the loss").0;
    (bought_on + gap.min(21), Some(bought_on))
}

/// Whether somebody who stayed was rightly said to have stayed, and is told truly.
fn stayed_truly(settings: &Settings, told: &[Told], losses: &[Loss], study: &Study, stayer: &Stayer) {
    let slow = Slow::of(settings, told, stayer.customer);
    let moment = stayer.moment.0;
    let lost_within = |from: i32, until: i32| {
        losses.iter().any(|loss| loss.customer == stayer.customer && (from + 1..=until).contains(&loss.day.0))
    };
    let bought_on = if slow.gap(study.loss.stream).is_some() {
        let bought = slow.purchases();
        let looked_at = |(day, stream): &&(i32, u16)| {
            let gap = slow.gap(*stream).unwrap_or_default();
            *day + gap.min(21) == moment && !lost_within(*day, day + gap + 1) && day + gap < settings.as_of.0
        };
        let (day, _) = bought.iter().find(looked_at).expect("a purchase that stayed");
        assert!(!bought.iter().any(|(other, _)| other > day && *other <= moment), "no other since");
        Some(*day)
    } else {
        assert!(!lost_within(moment, moment + 30) && moment + 30 <= settings.as_of.0);
        let n = slow.events.iter().filter(|t| t.event.day <= moment).count();
        assert!(slow.monthly(n) > 0, "under contract");
        None
    };
    assert_ne!(stayer.customer, study.loss.customer);
    assert_eq!(stayer.causes.iter().copied().collect::<BTreeSet<_>>(), slow.causes(moment, bought_on));
    assert_eq!(stayer.value_minor, slow.value(moment));
    assert_eq!(settings.segment_of[stayer.customer as usize], study.segment);
    let quarter = |day: Day| Period::of(Granularity::Quarter, day);
    assert_eq!(quarter(stayer.moment), quarter(study.moment));
}

/// Each figure by counting anew.
fn figures_count(studies: &[Study]) {
    let sayings = sayings();
    // Beside the segments that pairs are alike in: customers of an even code, and of an odd one.
    let mut splits = Splits::one(SEGMENTS, segment_of());
    splits.add(2, (0..segment_of().len() as u16).map(|code| code % 2).collect()).unwrap();
    for figure in figures(studies, &sayings, &splits).unwrap() {
        let here = |study: &&Study| {
            figure.period.is_none_or(|period| Period::of(period.granularity, study.loss.day) == period)
                && figure
                    .segment
                    .is_none_or(|segment| splits.of(study.loss.customer).any(|code| code == Ok(segment)))
        };
        let here: Vec<&Study> = studies.iter().filter(here).collect();
        let reason = |study: &Study| study.said.map(|said| sayings[said as usize].reason);
        let counts = |study: &Study| match figure.what {
            What::All => true,
            What::Said(at) => reason(study) == Some(Some(at)),
            What::SaidOther => reason(study) == Some(None),
            What::Unsaid => study.said.is_none(),
            What::Before(cause) => study.causes.contains(&cause),
        };
        let counted: Vec<&&Study> = here.iter().filter(|study| counts(study)).collect();
        assert_eq!(figure.lost.count, counted.len() as u64);
        assert_eq!(figure.lost.value_minor, counted.iter().map(|study| study.loss.value_minor).sum::<i64>());
        assert!((figure.share - counted.len() as f64 / here.len() as f64).abs() < 1e-12);
        let What::Before(cause) = figure.what else { continue };
        let paired = || here.iter().filter_map(|study| Some((study, study.stayer.as_ref()?)));
        let pairs = |of: &dyn Fn(bool, bool) -> bool| {
            let met = |(lost, stayed): &(&&Study, &Stayer)| {
                of(lost.causes.contains(&cause), stayed.causes.contains(&cause))
            };
            paired().filter(met).count() as u64
        };
        assert_eq!(figure.pairs.count, paired().count() as u64);
        assert_eq!(figure.pairs.lost, pairs(&|lost, _| lost));
        assert_eq!(figure.pairs.stayed, pairs(&|_, stayed| stayed));
        let (both, only) = (pairs(&|lost, stayed| lost && stayed), pairs(&|lost, stayed| lost && !stayed));
        let expected = ratio(figure.pairs.count, both, only, pairs(&|lost, stayed| !lost && stayed));
        if cause == Cause::FirstPurchase {
            assert_eq!(figure.pairs.lost, figure.pairs.stayed, "the pairs are alike in this");
            assert!(figure.lift.is_none());
        } else {
            assert_eq!(figure.lift.map(|lift| lift.ratio), expected);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_came_before_is_what_a_slow_reading_finds((rules, told) in crowd(), chunk in 1..40usize) {
        let events: Vec<Event> = told.iter().map(|told| told.event).collect();
        let books = keep(&events, &rules, &[1000], SEGMENTS, &segment_of()).unwrap();
        let (settings, losses) = (settings(&rules), losses(&books.postings));
        let studies = studies(&settings, &losses, &told, chunk);
        prop_assert_eq!(studies.len(), losses.len());
        for (study, loss) in studies.iter().zip(&losses) {
            let slow = Slow::of(&settings, &told, loss.customer);
            let (moment, bought_on) = looked_at(&slow, loss);
            prop_assert_eq!((study.loss, study.moment), (*loss, Day(moment)));
            prop_assert_eq!(study.causes.iter().copied().collect::<BTreeSet<_>>(), slow.causes(moment, bought_on));
            prop_assert!(study.causes.is_sorted());
            prop_assert_eq!(study.said, slow.said(moment, loss.day.0));
            if let Some(stayer) = &study.stayer {
                stayed_truly(&settings, &told, &losses, study, stayer);
            }
        }
        figures_count(&studies);
    }
}

/// A customer who buys every 30 days for a year; of the lost, nothing follows.
fn regular(customer: u32, from: i32, purchases: i32, late: bool) -> Vec<Told> {
    let event = |day, kind| Event { customer, day, kind, value_minor: 1000, ..PLAIN };
    let told = |event, outcome| Told { event, touchpoint: 2, outcome, said: NOTHING_SAID };
    (0..purchases)
        .flat_map(|n| {
            let day = from + 30 * n;
            let outcome = if late && n == purchases - 1 { Outcome::Late } else { Outcome::Ok };
            [
                told(event(day, EventKind::Purchase), Outcome::Unknown),
                told(event(day + 4, EventKind::Contact), outcome),
            ]
        })
        .collect()
}

#[test]
fn a_planted_cause_stands_out_and_ranks_first() {
    // Of 60 lost 40 had a late delivery after the last purchase, of 60 who stayed ten had one in the same days.
    let base = Day::parse("2025-01-06").unwrap().0;
    let mut told = Vec::new();
    for customer in 0..60 {
        told.extend(regular(customer, base, 6, customer < 40));
    }
    for customer in 60..120 {
        let mut life = regular(customer, base, 12, false);
        if customer < 70 {
            life[11].outcome = Outcome::Late;
        }
        told.extend(life);
    }
    let streams = vec![ledger::StreamRule { regime: Regime::Purchases { gap_days: 60 }, margin: None }];
    let rules = Rules { streams, currencies: Vec::new(), annual: true, as_of: Day(base + 345) };
    let events: Vec<Event> = told.iter().map(|told| told.event).collect();
    let segment_of = vec![0; 120];
    let books = keep(&events, &rules, &[1000], 1, &segment_of).unwrap();
    let (settings, losses) = (Settings { segment_of, ..settings(&rules) }, losses(&books.postings));
    let studies = studies(&settings, &losses, &told, 1000);
    assert_eq!((losses.len(), studies.iter().filter(|study| study.stayer.is_some()).count()), (60, 60));
    let figures = figures(&studies, &[], &Splits::default()).unwrap();
    let first = figures.iter().find(|figure| figure.period.is_none() && figure.rank == 1).unwrap();
    assert_eq!(first.what, What::Before(Cause::Failed(2)));
    assert_eq!((first.lost.count, first.pairs.lost, first.pairs.stayed), (40, 40, 10));
    let lift = first.lift.unwrap();
    assert!(lift.stands_out && (lift.ratio.ratio - 4.0).abs() < 1e-12 && lift.ratio.low > 2.0, "{lift:?}");
    let told_again = figures.iter().filter(|figure| figure.what == What::All).count();
    assert_eq!(told_again, 4, "all of the books, the month, the quarter, the year");
}

#[test]
fn events_out_of_order_or_missing_are_refused() {
    let told = regular(7, 20_000, 2, false);
    let rules = Rules { streams: Vec::new(), currencies: Vec::new(), annual: true, as_of: Day(21_000) };
    let settings = settings(&rules);
    let loss = |customer| Loss { customer, day: Day(20_500), value_minor: 1, stream: 0 };
    for customer in [3, 9] {
        let losses = [loss(customer)];
        let mut walk = Walk::new(&settings, &losses);
        let one = Events {
            customer: &[7],
            day: &[told[0].event.day],
            kind: &[1],
            touchpoint: &[0],
            outcome: &[0],
            stream: &[0],
            value_minor: &[1],
            reference: &[0],
            said: &[NOTHING_SAID],
        };
        walk.push(one).unwrap();
        assert!(walk.push(Events { customer: &[6], ..one }).is_err() || customer == 9);
        let mut walk = Walk::new(&settings, &losses);
        walk.push(one).unwrap();
        assert!(walk.finish().is_err(), "customer {customer} has no events");
        let mut walk = Walk::new(&settings, &[]);
        assert!(walk.push(Events { day: &[], ..one }).is_err());
    }
}
