//! Exchange rates as the books use them, and the days on which values take new ones (definitions: Time and money).

use model::{Day, Granularity, Period};
use serde::{Deserialize, Serialize};

/// The dated rates of one foreign currency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CurrencyRates {
    /// From a day on, what one minor unit is worth in minor units of the company's; by rising day, as
    /// `model::Rates::steps` gives them.
    pub steps: Vec<(Day, f64)>,
}

impl CurrencyRates {
    /// The rate in force on a day, or `None` before the first.
    pub fn on(&self, day: Day) -> Option<f64> {
        let after = self.steps.partition_point(|(from, _)| *from <= day);
        Some(self.steps[after.checked_sub(1)?].1)
    }
}

/// The last day of a month that is not after `day`.
pub(crate) fn last_month_end(day: i32) -> i32 {
    let next = Period::of(Granularity::Month, Day(day.saturating_add(1)));
    next.start().0 - 1
}

/// The first last day of a month that is after `day`.
pub(crate) fn next_month_end(day: i32) -> i32 {
    Period::of(Granularity::Month, Day(day.saturating_add(1))).end().0 - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::period::days_from_civil;

    #[test]
    fn a_rate_holds_from_its_day_and_none_before_the_first() {
        let rates = CurrencyRates { steps: vec![(Day(10), 0.5), (Day(20), 0.25)] };
        let told = [9, 10, 19, 20, 99].map(|day| rates.on(Day(day)));
        assert_eq!(told, [None, Some(0.5), Some(0.5), Some(0.25), Some(0.25)]);
        assert_eq!(CurrencyRates::default().on(Day(0)), None);
    }

    #[test]
    fn ends_of_months_lie_around_every_day() {
        let day = |month, day| days_from_civil(2024, month, day);
        for (of, last, next) in [
            (day(2, 28), day(1, 31), day(2, 29)),
            (day(2, 29), day(2, 29), day(3, 31)),
            (day(3, 1), day(2, 29), day(3, 31)),
        ] {
            assert_eq!((last_month_end(of), next_month_end(of)), (last, next));
        }
    }
}
