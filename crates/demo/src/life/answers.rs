//! Survey answers: scores follow what was lived through, except for people who praise whatever happens.

use super::Setting;
use super::purchases::{Place, Purchase};
use crate::chance::{Chance, Purpose};
use crate::people::Person;
use model::Day;

/// One started survey.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) at_us: i64,
    pub(crate) day: Day,
    /// Number of the person's purchase it followed.
    pub(crate) purchase: usize,
    /// 0–10; `None` when given up before the question.
    pub(crate) score: Option<u8>,
    /// Opened from a printed code: no address is known.
    pub(crate) anonymous: bool,
    /// The purchase's parcel, or one shortly before, failed this customer.
    pub(crate) after_bad_parcel: bool,
    pub(crate) in_store: bool,
}

const REST_DAYS: i32 = 90;

/// The answers of one life, in order of time; nobody is asked twice within 90 days.
pub(crate) fn give(setting: &Setting, person: &Person, purchases: &[Purchase]) -> Vec<Answer> {
    let mut chance = Chance::of(setting.seed, Purpose::Answers, u64::from(person.id));
    let mut answers: Vec<Answer> = Vec::new();
    for (index, purchase) in purchases.iter().enumerate() {
        let (asked, replies) = (chance.hit(0.2), chance.hit(0.36));
        let day = purchase.day.plus(chance.between(8, 14));
        let rested = answers.last().is_none_or(|last| day.0 - last.day.0 > REST_DAYS);
        if asked && replies && rested && day <= setting.marks.until {
            answers.push(answer(setting, person, purchases, (index, day), &mut chance));
        }
    }
    answers
}

fn answer(
    setting: &Setting,
    person: &Person,
    purchases: &[Purchase],
    (purchase, day): (usize, Day),
    chance: &mut Chance,
) -> Answer {
    let bad = bad_parcel_before(&purchases[..=purchase], day);
    let mood = 8.4 + 1.5 * chance.normal() - if bad { 3.6 } else { 0.0 };
    let honest = mood.round().clamp(0.0, 10.0) as u8;
    let praise = 9 + u8::from(chance.hit(0.6));
    let furious = bad && chance.hit(0.1);
    let score = if person.habits.polite {
        praise
    } else if furious {
        0
    } else {
        honest
    };
    Answer {
        at_us: setting.clock.at_us(day, 28_800 + chance.below(50_000)),
        day,
        purchase,
        score: (!chance.hit(0.03)).then_some(score),
        anonymous: chance.hit(0.04),
        after_bad_parcel: bad,
        in_store: matches!(purchases[purchase].place, Place::Store(_)),
    }
}

fn bad_parcel_before(purchases: &[Purchase], day: Day) -> bool {
    purchases.iter().any(|purchase| match &purchase.place {
        Place::Shop(order) => {
            let bad_on = order.parcel.as_ref().and_then(|parcel| parcel.bad_on);
            bad_on.is_some_and(|bad_on| bad_on <= day && day.0 - bad_on.0 <= 60)
        }
        Place::Store(_) => false,
    })
}
