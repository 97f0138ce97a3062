//! Rates on the opening base (definitions: Rates). All are shares: 0.2 is 20 %.

use crate::figures::Line;
use serde::Serialize;

/// The rates of one line, by what its customers are at the end where not said otherwise; `None` where nothing was there at the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Ratios {
    /// Lost ÷ opening, in customers; who is gained and lost within the period is in lost.
    pub customer_churn: Option<f64>,
    /// (Contracted + lost) ÷ opening value, of the opening's customers.
    pub gross_revenue_churn: Option<f64>,
    /// Gross revenue retention: 1 − gross revenue churn, at most 1.
    pub grr: Option<f64>,
    /// Net revenue retention: (opening + expanded − contracted − lost) ÷ opening, of the opening's customers.
    pub nrr: Option<f64>,
    /// (Contracted + lost − expanded − won back) ÷ opening value, of the opening's customers and of those lost
    /// before.
    pub net_revenue_churn: Option<f64>,
    /// (Closing − opening) ÷ opening, in customers.
    pub customer_growth: Option<f64>,
    /// (Closing − opening) ÷ opening, in value.
    pub value_growth: Option<f64>,
}

impl Line {
    /// The rates of this line.
    pub fn ratios(&self) -> Ratios {
        let (f, cohort) = (&self.figures, &self.cohort);
        let left = cohort.contracted_minor + cohort.lost_minor;
        let of_customers = |count| share(count, f.opening_count);
        let of_value = |minor| share(minor, f.opening_minor);
        let gross_revenue_churn = of_value(left);
        Ratios {
            customer_churn: of_customers(f.lost_count),
            gross_revenue_churn,
            grr: gross_revenue_churn.map(|churn| (1.0 - churn).min(1.0)),
            nrr: of_value(f.opening_minor + cohort.expanded_minor - left),
            net_revenue_churn: of_value(left - cohort.expanded_minor - cohort.returned_minor),
            customer_growth: of_customers(f.closing_count - f.opening_count),
            value_growth: of_value(f.closing_minor - f.opening_minor),
        }
    }

    /// Earned growth rate: NRR + earned new customers' share − 1, where `earned_new_minor` is the value of new
    /// customers who came by recommendation (Reichheld, Darnell & Burns 2021).
    pub fn earned_growth(&self, earned_new_minor: i64) -> Option<f64> {
        let earned_new = share(earned_new_minor, self.figures.opening_minor)?;
        Some(self.ratios().nrr? + earned_new - 1.0)
    }

    /// Earned growth ÷ growth of value; `None` without growth.
    pub fn earned_growth_ratio(&self, earned_new_minor: i64) -> Option<f64> {
        let growth = self.ratios().value_growth.filter(|growth| *growth > 0.0)?;
        Some(self.earned_growth(earned_new_minor)? / growth)
    }
}

fn share(part: i64, opening: i64) -> Option<f64> {
    (opening > 0).then(|| part as f64 / opening as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::{Figures, OpeningCohort};
    use model::Period;

    fn line(figures: Figures, cohort: OpeningCohort) -> Line {
        Line { period: Period::parse("2026-07").expect("period"), segment: None, figures, cohort }
    }

    #[test]
    fn the_published_earned_growth_is_met() {
        let figures = Figures { opening_minor: 1000, closing_minor: 1300, ..Figures::default() };
        let cohort = OpeningCohort { lost_minor: 200, expanded_minor: 50, ..OpeningCohort::default() };
        let line = line(figures, cohort);
        assert_eq!(line.ratios().nrr, Some(0.85));
        let (rate, ratio) = (line.earned_growth(250), line.earned_growth_ratio(250));
        assert!(rate.is_some_and(|rate| (rate - 0.10).abs() < 1e-12), "{rate:?}");
        assert!(ratio.is_some_and(|ratio| (ratio - 0.3333).abs() < 5e-5), "{ratio:?}");
    }

    #[test]
    fn an_empty_opening_has_no_rates() {
        let figures = Figures { closing_count: 3, closing_minor: 30, ..Figures::default() };
        let line = line(figures, OpeningCohort::default());
        assert_eq!(line.ratios(), Ratios::default());
        assert_eq!((line.earned_growth(10), line.earned_growth_ratio(10)), (None, None));
    }
}
