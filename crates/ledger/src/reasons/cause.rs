//! What can have come before a loss.

/// One thing that came before a loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// An event of this touchpoint failed, was late, came back or was complained of.
    Failed(u16),
    /// A contact at this touchpoint that waits for an answer got none in its time.
    Unanswered(u16),
    /// The recurring value of a subscription rose.
    PriceRose,
    /// Money was given back.
    Refunded,
    /// The last subscription ended, and the customer was active by purchases still.
    SubscriptionEnded,
    /// The last purchase was the first.
    FirstPurchase,
    /// Nothing but purchases: no visit, no message, no delivery, no answer.
    Silence,
}

impl Cause {
    /// The touchpoint it happened at, by code.
    pub const fn touchpoint(self) -> Option<u16> {
        match self {
            Self::Failed(code) | Self::Unanswered(code) => Some(code),
            _ => None,
        }
    }

    /// Whether the stayers were chosen to be alike in just this, so that nothing can be compared.
    pub const fn is_matched_on(self) -> bool {
        matches!(self, Self::FirstPurchase)
    }

    /// The name in storage and links: `failed:delivery`, `refunded`. `touchpoint` is the id of the touchpoint.
    pub fn name(self, touchpoint: &str) -> String {
        match self {
            Self::Failed(_) => format!("failed:{touchpoint}"),
            Self::Unanswered(_) => format!("unanswered:{touchpoint}"),
            Self::PriceRose => "price_rose".to_owned(),
            Self::Refunded => "refunded".to_owned(),
            Self::SubscriptionEnded => "subscription_ended".to_owned(),
            Self::FirstPurchase => "first_purchase".to_owned(),
            Self::Silence => "silence".to_owned(),
        }
    }
}
