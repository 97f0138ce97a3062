//! The closed vocabularies stored as small integers in big tables: event kinds, outcomes, movements.
//!
//! Codes are part of the storage format: they are never renumbered, only added to.

use serde::{Deserialize, Serialize};

/// Declares an enum with stable integer codes and stable snake-case names.
macro_rules! coded {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum $name { $($(#[$vmeta])* $variant = $code,)+ }

        impl $name {
            /// Every variant, in order of code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The stored code.
            pub const fn code(self) -> u8 { self as u8 }

            /// The variant of a stored code, or `None` for a code this version does not know.
            pub const fn from_code(code: u8) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }

            /// The name used in SQL, JSON and config.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// The variant of a name as written by [`Self::name`]; ASCII case does not matter.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|v| v.name().eq_ignore_ascii_case(name))
            }
        }
    };
}

coded! {
    /// What happened between a customer and the company. Everything finer is the touchpoint and its outcome.
    EventKind {
        /// Any meeting that moves no money and answers no question: a visit, a delivery, a ticket.
        Contact = 0 "contact",
        /// Money earned once; `value_minor` is positive.
        Purchase = 1 "purchase",
        /// Money given back; `value_minor` is the amount returned, positive.
        Refund = 2 "refund",
        /// Recurring value **per month** from now on, per reference; 0 = ended, with the reason as text. What else
        /// it may say of its subscription is told by its [`Clause`].
        Subscription = 3 "subscription",
        /// A survey answer; `score` holds it.
        Response = 4 "response",
    }
}

coded! {
    /// How an event went, by the touchpoint's own rule.
    Outcome {
        /// Nothing was said of it.
        Unknown = 0 "unknown",
        /// As it should be.
        Ok = 1 "ok",
        /// It did not work.
        Failed = 2 "failed",
        /// It worked, later than promised.
        Late = 3 "late",
        /// It had been settled and came back.
        Reopened = 4 "reopened",
        /// The customer complained.
        Complained = 5 "complained",
    }
}

impl Outcome {
    /// Whether the touchpoint failed the customer: failed, late, reopened or complained.
    pub const fn is_failure(self) -> bool {
        matches!(self, Self::Failed | Self::Late | Self::Reopened | Self::Complained)
    }
}

coded! {
    /// One kind of line in the ledger.
    Movement {
        /// The first time ever active: count +1.
        Gained = 0 "gained",
        /// Active again after having been booked lost: count +1.
        WonBack = 1 "won_back",
        /// Worth more than before while active: count 0, value > 0.
        Expanded = 2 "expanded",
        /// Worth less than before while active: count 0, value < 0.
        Contracted = 3 "contracted",
        /// No longer active: count −1.
        Lost = 4 "lost",
        /// A correction of a closed period, with its cause.
        Adjustment = 5 "adjustment",
        /// Worth more or less for another exchange rate alone: count 0.
        Fx = 6 "fx",
    }
}

coded! {
    /// What a subscription event says of its subscription, from its day on. Amounts are per month, in the event's
    /// currency. What is not said stays; an ended subscription is begun again by a price, a trial, a free plan or
    /// by being resumed.
    Clause {
        /// It runs, at the price `value_minor`; 0 = it has ended. A cancellation is withdrawn.
        Price = 0 "price",
        /// It is on trial, at the price `value_minor` after.
        Trial = 1 "trial",
        /// It is paused; no amount.
        Paused = 2 "paused",
        /// A payment is late and still asked for; no amount.
        PastDue = 3 "past_due",
        /// A payment is late and not asked for any more; no amount.
        Unpaid = 4 "unpaid",
        /// It is on a plan that costs nothing; no amount.
        Free = 5 "free",
        /// It runs at the price last said; no amount. A cancellation is withdrawn.
        Resumed = 6 "resumed",
        /// Its end on a later day was asked for; no amount. The end itself is a price of 0.
        Cancelled = 7 "cancelled",
        /// `value_minor` is off by a coupon that will end, in the price's currency; 0 = it has ended.
        Coupon = 8 "coupon",
        /// `value_minor` is off by a coupon without an end, likewise; 0 = it was taken back.
        LastingCoupon = 9 "lasting_coupon",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_round_trip() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_code(kind.code()), Some(*kind));
            assert_eq!(EventKind::from_name(&kind.name().to_uppercase()), Some(*kind));
        }
        for clause in Clause::ALL {
            assert_eq!(Clause::from_code(clause.code()), Some(*clause));
        }
        assert_eq!(Movement::from_code(99), None);
        assert!(Outcome::Late.is_failure() && !Outcome::Unknown.is_failure());
    }
}
