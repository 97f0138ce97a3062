//! When a customer leaves for good: a constant hazard of their own, multiplied by what they live through.
//! One exponential draw per person decides in every world (common random numbers), so that the difference
//! between the world as it is and one without a fault is caused by the fault.

use super::Setting;
use super::club::Draft;
use super::purchases::{Place, Purchase};
use crate::chance::{Chance, Purpose};
use crate::people::Person;
use crate::plan::{BAD_DELIVERY_RATIO, CLUB_RATIO, INITIATIVE_RATIO, TREATED_REGIONS};
use model::Day;

/// The day on which a customer left, or `None` when still there on the last simulated day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    /// In the world as it is.
    pub(crate) actual: Option<Day>,
    /// Had the courier not changed.
    pub(crate) without_courier: Option<Day>,
    /// Had the initiative not run.
    pub(crate) without_initiative: Option<Day>,
}

/// From a day on, the hazard is multiplied by a ratio.
type Turn = (Day, f64);

/// The ends of one life in each world. `purchases` are those of somebody who never leaves: turns after death
/// are never reached.
pub(crate) fn ends(setting: &Setting, person: &Person, purchases: &[Purchase], club: Option<&Draft>) -> Ends {
    let mut chance = Chance::of(setting.seed, Purpose::Death, u64::from(person.id));
    let threshold = chance.exponential(1.0);
    let days_at_ratio_one = threshold / person.habits.hazard_per_day;
    let club = club_turns(club);
    let courier = bad_delivery(purchases, |_| true);
    let old_courier = bad_delivery(purchases, |anyway| anyway);
    let initiative = TREATED_REGIONS
        .contains(&person.home.region)
        .then_some((setting.marks.initiative_from, INITIATIVE_RATIO));
    let end = |turns: &[Option<Turn>]| {
        let mut turns: Vec<Turn> = turns.iter().flatten().chain(&club).copied().collect();
        turns.sort_by_key(|(day, _)| *day);
        end_of(person.habits.acquired, setting.marks.until, days_at_ratio_one, &turns)
    };
    Ends {
        actual: end(&[courier, initiative]),
        without_courier: end(&[old_courier, initiative]),
        without_initiative: end(&[courier, None]),
    }
}

fn club_turns(club: Option<&Draft>) -> Vec<Turn> {
    let Some(club) = club else { return Vec::new() };
    let joined = (club.created, CLUB_RATIO);
    let left = club.end.map(|end| (end.day, 1.0 / CLUB_RATIO));
    std::iter::once(joined).chain(left).collect()
}

/// The first bad delivery among those that count, told whether they would have been bad anyway.
fn bad_delivery(purchases: &[Purchase], counts: impl Fn(bool) -> bool) -> Option<Turn> {
    let parcels = purchases.iter().filter_map(|purchase| match &purchase.place {
        Place::Shop(order) => order.parcel.as_ref(),
        Place::Store(_) => None,
    });
    let days = parcels.filter(|parcel| counts(parcel.bad_anyway)).filter_map(|parcel| parcel.bad_on);
    days.min().map(|day| (day, BAD_DELIVERY_RATIO))
}

/// The day on which the hazard, summed since acquisition, reaches the threshold; `turns` in order of day.
fn end_of(acquired: Day, until: Day, days_at_ratio_one: f64, turns: &[Turn]) -> Option<Day> {
    let mut at = f64::from(acquired.0);
    let mut ratio = 1.0;
    let mut left_days = days_at_ratio_one;
    for (day, turn) in turns {
        let used_days = (f64::from(day.0) - at).max(0.0) * ratio;
        if used_days >= left_days {
            break;
        }
        left_days -= used_days;
        at = at.max(f64::from(day.0));
        ratio *= turn;
    }
    let end = (at + left_days / ratio).ceil().min(f64::from(i32::MAX / 2));
    let end = Day((end as i32).max(acquired.0 + 1));
    (end <= until).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hazard_is_used_up_day_by_day() {
        let turns = [(Day(-50), 0.5), (Day(40), 4.0), (Day(60), 0.25)];
        for days in [1.0, 15.0, 19.9, 20.5, 59.0, 61.0, 200.0] {
            let mut left = days;
            let mut day = 0;
            while left > 0.0 {
                let ratio: f64 =
                    turns.iter().filter(|(from, _)| from.0 <= day).map(|(_, ratio)| ratio).product();
                left -= ratio;
                day += 1;
            }
            assert_eq!(end_of(Day(0), Day(10_000), days, &turns), Some(Day(day)), "{days}");
        }
        assert_eq!(end_of(Day(0), Day(10), 50.0, &[]), None);
    }
}
