//! How customers stay and what they are worth, as pages and commands show it.

use super::{CustomerRow, as_text};
use model::{Granularity, Period};
use serde::Serialize;

/// Customers behind a number of cohorts, survival or worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Gained in one period and active at the end of another.
    Cohort {
        /// The period they were gained in.
        cohort: Period,
        /// The period at whose end they are active.
        at: Period,
    },
    /// Looked at for at least so many days since they were gained, and not lost before.
    AtRisk {
        /// Days.
        days: u32,
    },
    /// Lost for the first time after so many days.
    LostAfter {
        /// Days at least.
        from: u32,
        /// Days at most.
        until: u32,
    },
    /// Valued under a model.
    Valued(Model),
    /// Fading, for one reason or for any.
    Fading(Option<Why>),
}

/// What values customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// Purchases: beta-geometric / negative binomial.
    BgNbd,
    /// Purchases: Pareto / negative binomial.
    ParetoNbd,
    /// Contracts: shifted-beta-geometric.
    Sbg,
}

impl Model {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::BgNbd, Self::ParetoNbd, Self::Sbg];

    /// The name in tables and links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BgNbd => "bg_nbd",
            Self::ParetoNbd => "pareto_nbd",
            Self::Sbg => "sbg",
        }
    }

    /// The model of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.name() == name)
    }
}

/// Why a customer is fading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Silent for longer than is usual.
    Silent,
    /// More likely gone than there, by both purchase models.
    Modelled,
    /// Both.
    Both,
}

impl Why {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Silent, Self::Modelled, Self::Both];

    /// The name in tables and links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Modelled => "modelled",
            Self::Both => "both",
        }
    }

    /// The reason of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|why| why.name() == name)
    }
}

impl std::fmt::Display for Among {
    /// As links write it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cohort { cohort, at } => write!(f, "cohort:{cohort}:{at}"),
            Self::AtRisk { days } => write!(f, "at_risk:{days}"),
            Self::LostAfter { from, until } => write!(f, "lost:{from}:{until}"),
            Self::Valued(model) => write!(f, "worth:{}", model.name()),
            Self::Fading(why) => write!(f, "fading:{}", why.map_or("any", Why::name)),
        }
    }
}

impl Among {
    /// What a link asks for; `None` when it cannot be read.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        match parts[..] {
            ["cohort", cohort, at] => {
                let (cohort, at) = (Period::parse(cohort)?, Period::parse(at)?);
                (cohort.granularity == at.granularity).then_some(Self::Cohort { cohort, at })
            }
            ["at_risk", days] => Some(Self::AtRisk { days: days.parse().ok()? }),
            ["lost", from, until] => {
                Some(Self::LostAfter { from: from.parse().ok()?, until: until.parse().ok()? })
            }
            ["worth", model] => Model::from_name(model).map(Self::Valued),
            ["fading", "any"] => Some(Self::Fading(None)),
            ["fading", why] => Why::from_name(why).map(|why| Self::Fading(Some(why))),
            _ => None,
        }
    }
}

/// The retention triangle of one granularity and segment.
#[derive(Debug, Clone, Serialize)]
pub struct Cohorts {
    /// How long periods are.
    pub granularity: Granularity,
    /// Empty for the whole.
    pub segment: String,
    /// Oldest first, without those of nobody.
    pub cohorts: Vec<Cohort>,
    /// All cohorts that have reached an age, by age.
    pub all: Vec<Age>,
    /// How retention has changed from older to younger cohorts; `None` with fewer than two.
    pub trend: Option<Trend>,
}

/// Customers gained in one period.
#[derive(Debug, Clone, Serialize)]
pub struct Cohort {
    /// The period.
    #[serde(serialize_with = "as_text")]
    pub period: Period,
    /// Customers gained.
    pub size: i64,
    /// Value they brought, minor units.
    pub gained_minor: i64,
    /// The end of each period, from their own (age 0) on.
    pub ages: Vec<Age>,
}

/// Where customers stand at the end of a period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Age {
    /// Active customers.
    pub active: i64,
    /// Their value, minor units.
    pub value_minor: i64,
    /// Active ÷ gained (0–1); `None` for a cohort of nobody.
    pub share: Option<f64>,
    /// Value ÷ value brought; above 1 where those who stayed grew. `None` where nothing was brought.
    pub value_share: Option<f64>,
}

/// Retention at one age, of the younger half of cohorts against the older.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Trend {
    /// Periods since the cohort's own.
    pub age: usize,
    /// Customers of the older half.
    pub older_customers: i64,
    /// Share of them active (0–1).
    pub older_share: f64,
    /// Customers of the younger half.
    pub younger_customers: i64,
    /// Share of them active (0–1).
    pub younger_share: f64,
    /// younger − older, in shares.
    pub change: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// How long customers stay.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Survival {
    /// The whole, then segments by name; empty when nobody was ever gained.
    pub curves: Vec<Curve>,
    /// Whether segments differ; `None` without segments.
    pub log_rank: Option<Test>,
    /// Losses expected of each segment if all were lost at one pace.
    pub expected: Vec<Trait>,
    /// What goes with being lost sooner.
    pub cox: Option<Test>,
    /// Ratio of each trait.
    pub traits: Vec<Trait>,
}

/// The share still there by days since they were gained.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Curve {
    /// Empty for the whole.
    pub segment: String,
    /// Customers ever gained.
    pub customers: u64,
    /// Of those, lost so far.
    pub lost: u64,
    /// Median life, days; `None` where half were not lost yet.
    pub median_days: Option<f64>,
    /// Lower end of its 95 % interval.
    pub median_low_days: Option<f64>,
    /// Upper end.
    pub median_high_days: Option<f64>,
    /// By rising days, from 0 to the longest life.
    pub steps: Vec<Stay>,
}

/// One point of a curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Stay {
    /// Days since they were gained.
    pub days: u32,
    /// Customers looked at for at least so many days and not lost before.
    pub at_risk: u64,
    /// First days after which `lost` counts.
    pub lost_from_days: u32,
    /// Lost from then up to and with these days.
    pub lost: u64,
    /// Share still there (0–1).
    pub share: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Curve {
    /// The share still there after so many days; `None` beyond the longest life.
    pub fn share_at(&self, days: u32) -> Option<f64> {
        let at = self.steps.partition_point(|step| step.days <= days);
        let longest = self.steps.last()?.days;
        (days <= longest).then(|| at.checked_sub(1).map_or(1.0, |row| self.steps[row].share))
    }

    /// About `most` points on even days, losses between them summed.
    #[must_use]
    pub fn thinned(&self, most: u32) -> Vec<Stay> {
        let Some(longest) = self.steps.last().map(|step| step.days) else { return Vec::new() };
        let width = round_days(longest.div_ceil(most.max(1)));
        let mut told: Vec<Stay> = Vec::new();
        let (mut lost, mut from) = (0, 0);
        for (at, step) in self.steps.iter().enumerate() {
            lost += step.lost;
            let next = self.steps.get(at + 1).map(|next| next.days);
            let ends = next.is_none_or(|next| next / width > step.days / width) || at == 0;
            if ends {
                told.push(Stay { lost, lost_from_days: from, ..*step });
                (lost, from) = (0, step.days + 1);
            }
        }
        told
    }
}

/// The next of 1, 7, 14, 30, 60, 90, 180, 365, … days.
fn round_days(days: u32) -> u32 {
    let known = [1, 7, 14, 30, 60, 90, 180];
    known.into_iter().find(|width| *width >= days).unwrap_or_else(|| days.div_ceil(365).max(1) * 365)
}

/// A test as a whole.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Test {
    /// χ².
    pub chi_square: Option<f64>,
    /// Degrees of freedom.
    pub degrees: Option<u32>,
    /// Probability of a χ² at least as large if there were nothing to tell.
    pub p_value: Option<f64>,
    /// Why it was refused; empty when it was not.
    pub reason: String,
}

/// A segment's or a trait's part in a test.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Trait {
    /// Its name.
    pub name: String,
    /// Customers, of a segment.
    pub customers: Option<u64>,
    /// Lost, of a segment.
    pub lost: Option<u64>,
    /// Losses expected, or the ratio.
    pub value: Option<f64>,
    /// Lower end of the ratio's 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Probability of a ratio at least as far from 1 if it were 1.
    pub p_value: Option<f64>,
}

/// What the base is worth.
#[derive(Debug, Clone, Serialize)]
pub struct Worth {
    /// Days ahead that value is counted.
    pub horizon_days: u32,
    /// What a year takes off, as a share.
    pub annual_discount: f64,
    /// Models of the whole, then of segments by name.
    pub lines: Vec<WorthLine>,
    /// Fading customers by reason; 0 is told too.
    pub fading: Vec<FadingCount>,
}

/// A model of the whole or of a segment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WorthLine {
    /// `bg_nbd`, `pareto_nbd`, `gamma_gamma` (spend) or `sbg` (contracts).
    pub model: String,
    /// Of contracts; empty for purchases.
    pub stream: String,
    /// Empty for the whole.
    pub segment: String,
    /// Customers with a purchase, or with a running contract.
    pub customers: u64,
    /// Customers expected to buy again.
    pub alive: Option<f64>,
    /// Its 95 % interval.
    pub alive_interval: Option<(f64, f64)>,
    /// Told alive for want of a second purchase.
    pub assumed_alive: u64,
    /// Customer equity, minor units.
    pub equity_minor: Option<i64>,
    /// Its 95 % interval.
    pub equity_interval_minor: Option<(i64, i64)>,
    /// Alive under the fit of the whole.
    pub whole_alive: Option<f64>,
    /// Equity under the fit of the whole, minor units; of segments these add up to the whole.
    pub whole_equity_minor: Option<i64>,
    /// Parameters by name, each with value and standard error.
    pub parameters: serde_json::Value,
    /// How the fit ended.
    pub convergence: serde_json::Value,
    /// Log-likelihood.
    pub log_likelihood: Option<f64>,
    /// Correlation of frequency and spend, which the models take to be 0.
    pub spend_correlation: Option<f64>,
    /// Refits behind intervals.
    pub draws: u32,
    /// Of those, refused.
    pub failed_draws: u32,
    /// Why there is no figure; empty where there is.
    pub reason: String,
}

/// Fading customers of one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct FadingCount {
    /// The reason.
    pub why: Why,
    /// Customers.
    pub customers: u64,
    /// Their value by the ledger, minor units.
    pub value_minor: i64,
}

/// A fading customer.
#[derive(Debug, Clone, Serialize)]
pub struct FadingRow {
    /// The customer; `value_minor` is by the ledger.
    pub customer: CustomerRow,
    /// Why.
    pub why: Why,
    /// Days since the last purchase or contact.
    pub silent_days: u32,
    /// Days of silence that are usual; `None` where nobody was ever met twice.
    pub limit_days: Option<f64>,
    /// Probability that they buy again under BG/NBD; `None` for who never bought.
    pub bg_nbd_alive: Option<f64>,
    /// The same under Pareto/NBD.
    pub pareto_nbd_alive: Option<f64>,
}

/// What a page says of one customer's worth.
#[derive(Debug, Clone, Default, Serialize)]
pub struct CustomerWorth {
    /// Probability that they buy again and residual value, minor units, under BG/NBD.
    pub bg_nbd: Option<(f64, i64)>,
    /// The same under Pareto/NBD.
    pub pareto_nbd: Option<(f64, i64)>,
    /// Expected payments of running contracts, minor units.
    pub contract_minor: Option<i64>,
    /// Days since the last purchase or contact.
    pub silent_days: Option<u32>,
    /// Days of silence that are usual.
    pub limit_days: Option<f64>,
    /// Why they are fading, if they are.
    pub fading: Option<Why>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_they_are_written() {
        let period = |text: &str| Period::parse(text).expect("period");
        for among in [
            Among::Cohort { cohort: period("2026-Q1"), at: period("2026-Q3") },
            Among::AtRisk { days: 181 },
            Among::LostAfter { from: 150, until: 181 },
            Among::Valued(Model::ParetoNbd),
            Among::Fading(None),
            Among::Fading(Some(Why::Both)),
        ] {
            assert_eq!(Among::parse(&among.to_string()), Some(among));
        }
        for wrong in
            ["", "cohort:2026-Q1:2026-03", "at_risk:-1", "lost:1", "worth:x", "fading:", "cohort:2026"]
        {
            assert_eq!(Among::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn thinning_keeps_every_loss_and_both_ends() {
        let step = |days: u32| Stay {
            days,
            at_risk: u64::from(1_000 - days),
            lost_from_days: days,
            lost: u64::from(days % 3),
            share: 1.0 - f64::from(days) / 1_000.0,
            low: 0.0,
            high: 1.0,
        };
        let curve = Curve { steps: (0..400).map(step).collect(), ..Curve::default() };
        let told = curve.thinned(20);
        assert!((14..=22).contains(&told.len()), "{}", told.len());
        assert_eq!((told[0].days, told.last().map(|step| step.days)), (0, Some(399)));
        let lost = |steps: &[Stay]| steps.iter().map(|step| step.lost).sum::<u64>();
        assert_eq!(lost(&told), lost(&curve.steps));
        for pair in told.windows(2) {
            assert_eq!(pair[1].lost_from_days, pair[0].days + 1);
        }
        assert!(Curve::default().thinned(5).is_empty());
        assert_eq!((curve.share_at(10), curve.share_at(400)), (Some(0.99), None));
    }
}
