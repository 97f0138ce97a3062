//! `[stream.policy]`: how a contractual stream counts trials, pauses, late payments, free plans, refunds, coupons,
//! several subscriptions, plan changes, cancellations and currencies (definitions: Active, Value).
//!
//! A preset sets all of them to what a product publishes of itself; any setting may be changed after it. What a
//! product does not publish is set as Kept sets it, and the preset says so.

use serde::{Deserialize, Serialize};

/// `[stream.policy]` as written: a preset, and what departs from it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// Where the settings below come from unless written.
    pub preset: Preset,
    /// See [`Policies::trial`].
    pub trial: Option<Counting>,
    /// See [`Policies::pause`].
    pub pause: Option<Counting>,
    /// See [`Policies::past_due`].
    pub past_due: Option<Counting>,
    /// See [`Policies::past_due_days`]; 0 = for as long as it is past due.
    pub past_due_days: Option<u32>,
    /// See [`Policies::unpaid`].
    pub unpaid: Option<Counting>,
    /// See [`Policies::free`].
    pub free: Option<Free>,
    /// See [`Policies::refund`].
    pub refund: Option<Refunds>,
    /// See [`Policies::coupon`].
    pub coupon: Option<Coupons>,
    /// See [`Policies::several`].
    pub several: Option<Several>,
    /// See [`Policies::plan_change_days`].
    pub plan_change_days: Option<u32>,
    /// See [`Policies::cancellation`].
    pub cancellation: Option<Cancellation>,
    /// See [`Policies::fx`].
    pub fx: Option<Fx>,
}

impl Policy {
    /// The settings in force.
    pub fn policies(&self) -> Policies {
        let preset = self.preset.policies();
        Policies {
            trial: self.trial.unwrap_or(preset.trial),
            pause: self.pause.unwrap_or(preset.pause),
            past_due: self.past_due.unwrap_or(preset.past_due),
            past_due_days: match self.past_due_days {
                Some(days) => (days > 0).then_some(days),
                None => preset.past_due_days,
            },
            unpaid: self.unpaid.unwrap_or(preset.unpaid),
            free: self.free.unwrap_or(preset.free),
            refund: self.refund.unwrap_or(preset.refund),
            coupon: self.coupon.unwrap_or(preset.coupon),
            several: self.several.unwrap_or(preset.several),
            plan_change_days: self.plan_change_days.unwrap_or(preset.plan_change_days),
            cancellation: self.cancellation.unwrap_or(preset.cancellation),
            fx: self.fx.unwrap_or(preset.fx),
        }
    }
}

/// Every policy of a contractual stream, settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policies {
    /// A subscription on trial.
    pub trial: Counting,
    /// A paused subscription.
    pub pause: Counting,
    /// A subscription whose payment is late and still asked for…
    pub past_due: Counting,
    /// …for so many days after the day it became late; then it counts no more. `None`: for as long as it is late.
    pub past_due_days: Option<u32>,
    /// A subscription whose payment is not asked for any more, though nobody ended it.
    pub unpaid: Counting,
    /// A plan that costs nothing, or a coupon of the whole price.
    pub free: Free,
    /// Money given back.
    pub refund: Refunds,
    /// Which coupons are taken off the price.
    pub coupon: Coupons,
    /// Several subscriptions of one customer in the stream.
    pub several: Several,
    /// A customer whose last subscription stopped counting stays, at its last value, for so many days: what begins
    /// within them is a change of plan. 0: only what begins on the same day is.
    pub plan_change_days: u32,
    /// When a cancelled subscription ends.
    pub cancellation: Cancellation,
    /// Prices in another currency.
    pub fx: Fx,
}

/// Which product's published rules a stream follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// Kept's own: what is paid for counts, until it ends.
    #[default]
    Kept,
    /// `ChartMogul`, Subscription Analytics with its published defaults: a pause is past due and past due counts until
    /// the subscription is cancelled; who once paid and goes free stays; discounts reduce value; refunds do not;
    /// changes of exchange rates stand in a line of their own. Kept's choices: it revalues at the end of each month,
    /// `ChartMogul` as service periods begin; unpaid is taken for past due.
    Chartmogul,
    /// Stripe Billing with its published defaults: active and past due count; trials, unpaid and free plans do not;
    /// only coupons without an end reduce value; a cancellation counts from when it is asked for; exchange rates
    /// stand in a line of their own. Kept's choices: a pause does not count, refunds are ignored, rates are those of
    /// the end of each month.
    Stripe,
    /// `ProfitWell` Metrics of Paddle as published: a hold is worth nothing, every discount is taken off, refunds are
    /// ignored, a cancellation counts at the end of what is paid, late payers stay while they are asked and are then
    /// lost as delinquent, prices keep the rate of the day they began. Kept's choices: 15 days of asking (the least
    /// that `ProfitWell` recommends; its own window is the payment processor's), and a hold is no customer.
    Profitwell,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Kept, Self::Chartmogul, Self::Stripe, Self::Profitwell];

    /// The name in `kept.toml`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Chartmogul => "chartmogul",
            Self::Stripe => "stripe",
            Self::Profitwell => "profitwell",
        }
    }

    /// Its settings.
    pub const fn policies(self) -> Policies {
        let kept = Policies {
            trial: Counting::Excluded,
            pause: Counting::Excluded,
            past_due: Counting::Counts,
            past_due_days: None,
            unpaid: Counting::Excluded,
            free: Free::Excluded,
            refund: Refunds::Ignored,
            coupon: Coupons::All,
            several: Several::Sum,
            plan_change_days: 0,
            cancellation: Cancellation::AtEnd,
            fx: Fx::Dated,
        };
        match self {
            Self::Kept => kept,
            Self::Chartmogul => Policies {
                pause: Counting::Counts,
                unpaid: Counting::Counts,
                free: Free::OncePaid,
                fx: Fx::Revalued,
                ..kept
            },
            Self::Stripe => Policies {
                coupon: Coupons::Lasting,
                cancellation: Cancellation::AtRequest,
                fx: Fx::Revalued,
                ..kept
            },
            Self::Profitwell => Policies { past_due_days: Some(15), ..kept },
        }
    }
}

impl Default for Policies {
    fn default() -> Self {
        Preset::Kept.policies()
    }
}

/// Whether a subscription in some state makes a customer, and what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// As any other, at its price.
    Counts,
    /// Makes a customer who is worth nothing.
    Customer,
    /// As if it were not there.
    Excluded,
}

/// Whether one who pays nothing is a customer; the value is 0 either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Free {
    /// Yes.
    Customer,
    /// If there was value in the stream at the end of any day before.
    OncePaid,
    /// No.
    Excluded,
}

/// What money given back does to a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// Nothing: value is what recurs.
    Ignored,
    /// Ends the subscription it names, if it gives back at least what that is worth a month.
    Ends,
}

/// Which coupons are taken off the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Coupons {
    /// Every one, while it lasts.
    All,
    /// Those without an end.
    Lasting,
    /// None: value is the list price.
    #[serde(rename = "none")]
    Ignored,
}

/// What several subscriptions of one customer are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// All together.
    Sum,
    /// As much as the dearest.
    Highest,
}

/// When a cancelled subscription ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancellation {
    /// On the day it ends.
    AtEnd,
    /// On the day its end was asked for.
    AtRequest,
}

/// What prices in another currency are worth in the company's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fx {
    /// An amount keeps the rate of the day it was said on.
    Dated,
    /// Amounts take the rate of the last day of each month; the difference is the movement `fx`.
    Revalued,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_departs_from_the_preset_and_nothing_else_does() {
        let policy: Policy =
            toml::from_str("preset = \"profitwell\"\npast_due_days = 0\nfree = \"once_paid\"")
                .expect("sound");
        let expected =
            Policies { past_due_days: None, free: Free::OncePaid, ..Preset::Profitwell.policies() };
        assert_eq!(policy.policies(), expected);
        assert_eq!(Policy::default().policies(), Policies::default());
        assert!(toml::from_str::<Policy>("trail = \"counts\"").is_err());
    }

    #[test]
    fn presets_differ_from_each_other_and_bear_their_names() {
        for (at, preset) in Preset::ALL.into_iter().enumerate() {
            let written: Policy =
                toml::from_str(&format!("preset = \"{}\"", preset.name())).expect("a known name");
            assert_eq!(written.policies(), preset.policies());
            assert!(Preset::ALL[..at].iter().all(|other| other.policies() != preset.policies()));
        }
    }
}
