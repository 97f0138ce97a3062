//! The policies of a contractual stream in plain words.

use crate::config::Policies;
use crate::config::policy::{Cancellation, Counting, Coupons, Free, Fx, Policy, Refunds, Several};

/// What a stream's policy says, preset first.
pub(super) fn told(policy: &Policy) -> String {
    let p = policy.policies();
    let departs = if p == policy.preset.policies() { "" } else { ", changed by the company" };
    let free = match p.free {
        Free::Customer => "a free plan makes a customer worth nothing",
        Free::OncePaid => "a free plan keeps a customer who paid before, worth nothing",
        Free::Excluded => "a free plan does not count",
    };
    let refund = match p.refund {
        Refunds::Ignored => "refunds change nothing",
        Refunds::Ends => "a refund of a month or more ends what it is for",
    };
    let coupon = match p.coupon {
        Coupons::All => "every coupon is taken off",
        Coupons::Lasting => "only coupons without an end are taken off",
        Coupons::Ignored => "no coupon is taken off",
    };
    let several = match p.several {
        Several::Sum => "several subscriptions add up",
        Several::Highest => "of several subscriptions the dearest counts",
    };
    let change = match p.plan_change_days {
        0 => "a plan begun on the day another ends is a change".to_owned(),
        days => format!("a plan begun within {days} days after another ended is a change"),
    };
    let cancellation = match p.cancellation {
        Cancellation::AtEnd => "a cancellation counts when the subscription ends",
        Cancellation::AtRequest => "a cancellation counts when it is asked for",
    };
    let fx = match p.fx {
        Fx::Dated => "an amount in another currency keeps the rate of its day",
        Fx::Revalued => "amounts in other currencies take the rate of each month's last day",
    };
    format!(
        "Policy {}{departs}: {}, {}, {}, {}; {free}; {refund}; {coupon}; {several}; {change}; {cancellation}; {fx}.",
        policy.preset.name(),
        state("a trial", p.trial),
        state("a pause", p.pause),
        late(&p),
        state("an unpaid subscription nobody asks for any more", p.unpaid),
    )
}

fn state(what: &str, counting: Counting) -> String {
    let how = match counting {
        Counting::Counts => "counts",
        Counting::Customer => "makes a customer worth nothing",
        Counting::Excluded => "does not count",
    };
    format!("{what} {how}")
}

fn late(p: &Policies) -> String {
    let late = state("a late payment", p.past_due);
    match p.past_due_days.filter(|_| p.past_due != Counting::Excluded) {
        Some(days) => format!("{late} for {days} days"),
        None => late,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::policy::Preset;

    #[test]
    fn every_preset_is_told_apart_and_a_departure_is_named() {
        let of = |preset| told(&Policy { preset, ..Policy::default() });
        let texts: Vec<String> = Preset::ALL.map(of).to_vec();
        for (text, part) in texts.iter().zip([
            "a pause does not count, a late payment counts, an",
            "a free plan keeps a customer who paid before",
            "a cancellation counts when it is asked for",
            "a late payment counts for 15 days",
        ]) {
            assert!(text.contains(part), "{text}");
        }
        let days = Policy { plan_change_days: Some(5), ..Policy::default() };
        let text = told(&days);
        assert!(text.starts_with("Policy kept, changed by the company:"), "{text}");
        assert!(text.contains("within 5 days after another ended"), "{text}");
    }
}
