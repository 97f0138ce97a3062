//! From opening to closing in one measure: the numbers behind a statement and the rates told from them.
//!
//! The rates are those of the definitions `churn` and `growth`.

use crate::number;
use model::{Currency, Movement, Period};

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// Customers.
    Customers,
    /// Minor units of a currency.
    Value(Currency),
}

impl Measure {
    /// Stands above the numbers: `Customers` or `Value, EUR`.
    pub fn heading(self) -> String {
        match self {
            Self::Customers => "Customers".to_owned(),
            Self::Value(currency) => format!("Value, {currency}"),
        }
    }

    /// To the unit or the cent, without the unit.
    pub fn exact(self, number: i64) -> String {
        match self {
            Self::Customers => number::count(number),
            Self::Value(currency) => number::amount(number, currency),
        }
    }

    /// Like [`Self::exact`], with `+` before a rise.
    pub fn signed(self, number: i64) -> String {
        match self {
            Self::Customers => number::signed(number),
            Self::Value(currency) => number::signed_amount(number, currency),
        }
    }

    /// At most about `width` characters, without the unit: whole units if they fit, else three digits.
    pub fn brief(self, number: i64, width: usize) -> String {
        let units = self.units(number);
        let whole = number::count(units.round() as i64);
        if whole.chars().count() <= width { whole } else { number::compact(units) }
    }

    /// As a float in customers or units of the currency, for scales.
    pub fn units(self, number: i64) -> f64 {
        match self {
            Self::Customers => number as f64,
            Self::Value(currency) => number::units(number, currency),
        }
    }
}

/// One period in one measure. `lost` and `contracted` are positive, `adjusted` is signed; in customers,
/// `expanded` and `contracted` are 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// At the start.
    pub opening: i64,
    /// Came for the first time.
    pub gained: i64,
    /// Came back.
    pub won_back: i64,
    /// Rose.
    pub expanded: i64,
    /// Fell, positive.
    pub contracted: i64,
    /// What exchange rates alone changed, signed; 0 in customers.
    pub fx: i64,
    /// Left, positive.
    pub lost: i64,
    /// Corrections of closed periods, signed.
    pub adjusted: i64,
    /// At the end.
    pub closing: i64,
}

/// One bar of a waterfall and one row of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The name in links: `opening`, `closing` or the movement's.
    pub figure: &'static str,
    /// Shown.
    pub label: &'static str,
    /// The level, for opening and closing; else the signed movement.
    pub amount: i64,
    /// Level before (0 for opening and closing).
    pub from: i64,
    /// Level after.
    pub to: i64,
    /// Whether this is opening or closing.
    pub is_total: bool,
}

impl Flow {
    /// Closing − opening.
    pub const fn change(&self) -> i64 {
        self.closing.saturating_sub(self.opening)
    }

    /// (closing − opening) ÷ opening; `None` when nothing was there at the start.
    pub fn growth(&self) -> Option<f64> {
        (self.opening > 0).then(|| self.change() as f64 / self.opening as f64)
    }

    /// Lost ÷ opening; `None` when nothing was there at the start.
    pub fn churn(&self) -> Option<f64> {
        (self.opening > 0).then(|| self.lost as f64 / self.opening as f64)
    }

    /// Opening plus all movements; the closing when the books balance.
    pub fn tied(&self) -> i64 {
        self.movements().iter().fold(self.opening, |level, (_, _, amount)| level.saturating_add(*amount))
    }

    /// The bars from opening to closing. Customers have no expanded and contracted; an adjustment shows
    /// or exchange rates show only where there are any.
    pub fn steps(&self, measure: Measure) -> Vec<Step> {
        let total =
            |figure, label, amount| Step { figure, label, amount, from: 0, to: amount, is_total: true };
        let mut steps = vec![total("opening", "Opening", self.opening)];
        let mut level = self.opening;
        for (movement, label, amount) in self.movements() {
            let only_value = matches!(movement, Movement::Expanded | Movement::Contracted);
            let left_out = (only_value && measure == Measure::Customers)
                || (matches!(movement, Movement::Fx | Movement::Adjustment) && amount == 0);
            if left_out && amount == 0 {
                continue;
            }
            let to = level.saturating_add(amount);
            steps.push(Step { figure: movement.name(), label, amount, from: level, to, is_total: false });
            level = to;
        }
        steps.push(total("closing", "Closing", self.closing));
        steps
    }

    const fn movements(&self) -> [(Movement, &'static str, i64); 7] {
        [
            (Movement::Gained, "Gained", self.gained),
            (Movement::WonBack, "Won back", self.won_back),
            (Movement::Expanded, "Expanded", self.expanded),
            (Movement::Contracted, "Contracted", self.contracted.saturating_neg()),
            (Movement::Lost, "Lost", self.lost.saturating_neg()),
            (Movement::Fx, "Exchange rates", self.fx),
            (Movement::Adjustment, "Adjusted", self.adjusted),
        ]
    }
}

/// One period of a statement in both measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// The period.
    pub period: Period,
    /// In customers.
    pub customers: Flow,
    /// In minor units of the books' currency.
    pub value: Flow,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_from_opening_to_closing() {
        let flow = Flow {
            opening: 100,
            gained: 10,
            won_back: 2,
            lost: 15,
            adjusted: -1,
            closing: 96,
            ..Flow::default()
        };
        let steps = flow.steps(Measure::Customers);
        let told: Vec<_> = steps.iter().map(|s| (s.figure, s.amount, s.from, s.to)).collect();
        assert_eq!(
            told,
            [
                ("opening", 100, 0, 100),
                ("gained", 10, 100, 110),
                ("won_back", 2, 110, 112),
                ("lost", -15, 112, 97),
                ("adjustment", -1, 97, 96),
                ("closing", 96, 0, 96),
            ]
        );
        assert_eq!(flow.tied(), flow.closing);
        assert_eq!((flow.change(), flow.growth(), flow.churn()), (-4, Some(-0.04), Some(0.15)));
    }

    #[test]
    fn value_shows_all_its_movements_and_an_empty_start_has_no_rates() {
        let euro = Measure::Value(Currency::parse("EUR").expect("code"));
        let names: Vec<_> = Flow::default().steps(euro).iter().map(|s| s.figure).collect();
        assert_eq!(names, ["opening", "gained", "won_back", "expanded", "contracted", "lost", "closing"]);
        assert_eq!((Flow::default().growth(), Flow::default().churn()), (None, None));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let flow = Flow {
            opening: i64::MAX,
            gained: i64::MAX,
            lost: i64::MIN,
            closing: i64::MAX,
            ..Flow::default()
        };
        assert_eq!(flow.steps(Measure::Customers).len(), 5);
        assert_eq!(flow.tied(), i64::MAX);
    }
}
