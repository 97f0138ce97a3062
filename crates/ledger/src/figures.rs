//! The figures of a statement: their names, order and arithmetic.

use crate::fold::Moved;
use model::{Movement, Period};
use serde::Serialize;

/// Declares the figures once: the struct, the names, the array.
macro_rules! figures {
    ($($(#[$meta:meta])* $name:ident,)+) => {
        /// The figures of one line. Counts are customers, `*_minor` minor units of the company's currency;
        /// lost and contracted are told as positive numbers.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
        pub struct Figures { $($(#[$meta])* pub $name: i64,)+ }

        /// Names of the figures, in order.
        pub const FIGURES: [&str; 17] = [$(stringify!($name),)+];

        impl Figures {
            /// The figures in the order of [`FIGURES`].
            pub const fn as_array(&self) -> [i64; 17] {
                [$(self.$name,)+]
            }

            /// The figures in the order of [`FIGURES`].
            pub const fn from_array(figures: [i64; 17]) -> Self {
                let [$($name,)+] = figures;
                Self { $($name,)+ }
            }
        }
    };
}

figures! {
    /// Active on the eve of the period.
    opening_count,
    /// Entered for the first time.
    gained_count,
    /// Came back.
    won_back_count,
    /// Left.
    lost_count,
    /// Prior-period adjustments, signed.
    adjusted_count,
    /// Active at the end of the period.
    closing_count,
    /// Customers whose value rose, beside what entries and exits brought and took.
    expanded_count,
    /// Customers whose value fell, likewise.
    contracted_count,
    /// Value on the eve of the period.
    opening_minor,
    /// Value the gained brought.
    gained_minor,
    /// Value the won back brought.
    won_back_minor,
    /// Rise of value.
    expanded_minor,
    /// Fall of value.
    contracted_minor,
    /// What exchange rates alone changed, signed.
    fx_minor,
    /// Value the lost took.
    lost_minor,
    /// Prior-period adjustments, signed.
    adjusted_minor,
    /// Value at the end of the period.
    closing_minor,
}

/// What became by the end of a period of those known on its eve, each netted over the period: what rates on the
/// opening base are made of. Exchange rates and adjustments are left out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OpeningCohort {
    /// Active on the eve, not at the end.
    pub lost_count: i64,
    /// Their value on the eve, minor units.
    pub lost_minor: i64,
    /// Rise of the value of those active at both ends, minor units.
    pub expanded_minor: i64,
    /// Fall of the value of those active at both ends, minor units, positive.
    pub contracted_minor: i64,
    /// Value at the end of those who had been lost before the eve and are active again, minor units.
    pub returned_minor: i64,
}

/// Where a customer stood on the eve of a period, and what was beside since.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Eve {
    /// Count and value.
    pub(crate) standing: (i64, i64),
    /// Whether ever active until then.
    pub(crate) known: bool,
    /// What exchange rates and adjustments changed since.
    pub(crate) beside_minor: i64,
}

impl OpeningCohort {
    /// Its numbers in the order they are declared in.
    pub const fn as_array(&self) -> [i64; 5] {
        [self.lost_count, self.lost_minor, self.expanded_minor, self.contracted_minor, self.returned_minor]
    }

    /// Of its numbers, in that order.
    pub const fn from_array(numbers: [i64; 5]) -> Self {
        let [lost_count, lost_minor, expanded_minor, contracted_minor, returned_minor] = numbers;
        Self { lost_count, lost_minor, expanded_minor, contracted_minor, returned_minor }
    }

    /// Adds one customer with where it stood on the eve and stands at the end.
    pub(crate) const fn add(&mut self, eve: &Eve, closing: (i64, i64)) {
        let Eve { standing: (count, value_minor), known, beside_minor } = *eve;
        match (count > 0, closing.0 > 0) {
            (true, true) => {
                let change = closing.1 - value_minor - beside_minor;
                if change > 0 {
                    self.expanded_minor += change;
                } else {
                    self.contracted_minor -= change;
                }
            }
            (true, false) => {
                self.lost_count += 1;
                self.lost_minor += value_minor;
            }
            (false, true) if known => self.returned_minor += closing.1 - beside_minor,
            (false, _) => {}
        }
    }
}

/// What is summed up in one cell of a statement.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sums {
    /// Count and value by code of movement.
    moved: [(i64, i64); Movement::ALL.len()],
    /// Count and value of the postings as they are.
    pub(crate) posted: (i64, i64),
    pub(crate) cohort: OpeningCohort,
}

impl Sums {
    #[inline]
    pub(crate) const fn add(&mut self, moved: &Moved) {
        let sum = &mut self.moved[moved.movement as usize];
        sum.0 += moved.count;
        sum.1 += moved.value_minor;
    }

    /// The figures after an opening count and value.
    pub(crate) const fn figures(&self, opening: (i64, i64)) -> Figures {
        let [gained, won_back, expanded, contracted, lost, adjusted, fx] = self.moved;
        Figures {
            opening_count: opening.0,
            gained_count: gained.0,
            won_back_count: won_back.0,
            lost_count: lost.0,
            adjusted_count: adjusted.0,
            closing_count: opening.0 + self.posted.0,
            expanded_count: expanded.0,
            contracted_count: contracted.0,
            opening_minor: opening.1,
            gained_minor: gained.1,
            won_back_minor: won_back.1,
            expanded_minor: expanded.1,
            contracted_minor: contracted.1,
            fx_minor: fx.1,
            lost_minor: lost.1,
            adjusted_minor: adjusted.1,
            closing_minor: opening.1 + self.posted.1,
        }
    }
}

/// One line of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Month, quarter or year.
    pub period: Period,
    /// Code of the segment; `None` for the whole.
    pub segment: Option<u16>,
    /// The figures.
    pub figures: Figures,
    /// What became of the opening's customers.
    pub cohort: OpeningCohort,
}
