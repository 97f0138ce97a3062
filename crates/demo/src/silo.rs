//! The eight silos, by the ids they have in `kept.toml`.

/// A source system of the demo company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Silo {
    /// The web shop.
    Shop,
    /// The club's billing.
    Billing,
    /// The help desk.
    Support,
    /// The courier.
    Courier,
    /// Visits of the web site.
    Web,
    /// Surveys.
    Insight,
    /// Contacts of marketing.
    Crm,
    /// Tills of the stores.
    Stores,
}

impl Silo {
    /// The id in `kept.toml` and the truth files, and the folder below `data`.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Shop => "shop",
            Self::Billing => "billing",
            Self::Support => "support",
            Self::Courier => "courier",
            Self::Web => "web",
            Self::Insight => "insight",
            Self::Crm => "crm",
            Self::Stores => "stores",
        }
    }
}
