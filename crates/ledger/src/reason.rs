//! Why a posting was made: a code in storage, plain words on the page.

use serde::{Deserialize, Serialize};

/// The cause of a posting. Codes are part of the storage format: never renumbered, only added to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Reason {
    /// A purchase on the day.
    Purchased = 0,
    /// The last purchase is longer ago than the gap.
    NoPurchase = 1,
    /// Money was given back on the day.
    Refunded = 2,
    /// A purchase or refund turned 365 days old and left the trailing year.
    LeftTheYear = 3,
    /// Recurring value began.
    SubscriptionBegan = 4,
    /// Recurring value rose.
    SubscriptionRose = 5,
    /// Recurring value fell and some is left.
    SubscriptionFell = 6,
    /// The last recurring value ended.
    SubscriptionEnded = 7,
    /// The last subscription that counted was paused.
    SubscriptionPaused = 8,
    /// The last subscription that counted was not paid for too long.
    PaymentOverdue = 9,
    /// The last subscription that counted costs nothing any more.
    WentFree = 10,
    /// The end of the last subscription that counted was asked for.
    CancellationAsked = 11,
    /// Exchange rates changed.
    Revalued = 12,
}

impl Reason {
    /// Every reason, in order of code.
    pub const ALL: [Self; 13] = [
        Self::Purchased,
        Self::NoPurchase,
        Self::Refunded,
        Self::LeftTheYear,
        Self::SubscriptionBegan,
        Self::SubscriptionRose,
        Self::SubscriptionFell,
        Self::SubscriptionEnded,
        Self::SubscriptionPaused,
        Self::PaymentOverdue,
        Self::WentFree,
        Self::CancellationAsked,
        Self::Revalued,
    ];

    /// The stored code.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The reason of a stored code, or `None` for a code this version does not know.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// The name used in SQL and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchased => "purchased",
            Self::NoPurchase => "no_purchase",
            Self::Refunded => "refunded",
            Self::LeftTheYear => "left_the_year",
            Self::SubscriptionBegan => "subscription_began",
            Self::SubscriptionRose => "subscription_rose",
            Self::SubscriptionFell => "subscription_fell",
            Self::SubscriptionEnded => "subscription_ended",
            Self::SubscriptionPaused => "subscription_paused",
            Self::PaymentOverdue => "payment_overdue",
            Self::WentFree => "went_free",
            Self::CancellationAsked => "cancellation_asked",
            Self::Revalued => "revalued",
        }
    }

    /// The reason in plain words, to be read after the movement.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Purchased => "a purchase",
            Self::NoPurchase => "no purchase within the gap",
            Self::Refunded => "money given back",
            Self::LeftTheYear => "an event a year old no longer counts",
            Self::SubscriptionBegan => "a subscription began",
            Self::SubscriptionRose => "recurring value rose",
            Self::SubscriptionFell => "recurring value fell",
            Self::SubscriptionEnded => "the last subscription ended",
            Self::SubscriptionPaused => "the last subscription was paused",
            Self::PaymentOverdue => "a payment was late for too long",
            Self::WentFree => "nothing is paid any more",
            Self::CancellationAsked => "the end was asked for",
            Self::Revalued => "exchange rates changed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back_as_its_reason() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_code(reason.code()), Some(reason));
        }
        assert_eq!(Reason::from_code(Reason::ALL.len() as u8), None);
    }
}
