//! Why customers were lost: figures of one period and segment, and the lists they open to.

use super::as_text;
use model::{Granularity, Period};
use serde::Serialize;

/// Which losses are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// All of the books.
    All,
    /// The last period of this length that has losses.
    Latest(Granularity),
    /// One period.
    One(Period),
}

/// Why customers of one period and segment were lost.
#[derive(Debug, Clone, Serialize)]
pub struct Reasons {
    /// The period; `None` for all of the books.
    #[serde(serialize_with = "perhaps_as_text")]
    pub period: Option<Period>,
    /// Empty for the whole.
    pub segment: String,
    /// Losses; one customer may be lost several times.
    pub lost_count: i64,
    /// What they took, minor units.
    pub lost_minor: i64,
    /// Losses beside which a like customer who stayed is set.
    pub pairs: i64,
    /// What was said, most first; then what the company's list does not know, then those who said nothing.
    pub stated: Vec<Stated>,
    /// What came in the 90 days before, in order of rank.
    pub before: Vec<Before>,
    /// Reasons that the company's list does not know, as they were given, most first; at most [`OTHER_TEXTS`].
    pub other_texts: Vec<OtherText>,
    /// Periods of the same length that have losses, oldest first; none for all of the books.
    #[serde(skip)]
    pub periods: Vec<Period>,
}

/// Texts told of reasons that the list does not know.
pub const OTHER_TEXTS: usize = 12;

/// Losses by what was said.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stated {
    /// Id of the reason; `other` or `unknown`.
    pub id: String,
    /// Shown.
    pub name: String,
    /// Name of the department that can do something about it; empty for none.
    pub department: String,
    /// Losses.
    pub lost_count: i64,
    /// What they took, minor units.
    pub lost_minor: i64,
    /// Share (0–1) of the losses.
    pub share: f64,
}

/// Losses by what came before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Before {
    /// Its id, such as `failed:delivery`.
    pub id: String,
    /// Shown.
    pub name: String,
    /// Name of the department at whose touchpoint it happened; empty for none.
    pub department: String,
    /// Losses.
    pub lost_count: i64,
    /// What they took, minor units.
    pub lost_minor: i64,
    /// Share (0–1) of the losses.
    pub share: f64,
    /// Pairs in which it came before the loss.
    pub pairs_lost: i64,
    /// Pairs in which it came before the stayer's moment.
    pub pairs_stayed: i64,
    /// Share of the paired losses ÷ share of the stayers; `None` where nothing can be compared, and where it came
    /// before losses only.
    pub lift: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lift_low: Option<f64>,
    /// Upper end; `None` without limit.
    pub lift_high: Option<f64>,
    /// Share of false discoveries among causes as clear.
    pub q_value: Option<f64>,
    /// Whether it came before losses more often, beyond chance.
    pub stands_out: bool,
}

/// A reason as it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OtherText {
    /// The text.
    pub text: String,
    /// Losses with it.
    pub lost_count: i64,
}

/// A list behind a number of the reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossList {
    /// Losses of this period; of all of the books when `None`.
    pub period: Option<Period>,
    /// Which of them, or who beside them.
    pub which: Which,
}

/// Which losses, or which stayers beside them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Which {
    /// All losses.
    All,
    /// Losses with a stayer beside them.
    Paired,
    /// Those stayers.
    Stayers,
    /// Losses with this stated reason.
    Stated(String),
    /// Losses that this came before.
    Before(String),
    /// Of those, the ones with a stayer beside them.
    PairedBefore(String),
    /// Stayers that this came before.
    StayedWith(String),
}

impl Which {
    /// The name in links: `all`, `paired`, `stayers`, `stated:price`, `before:refunded`, `paired:refunded`,
    /// `stayed:refunded`.
    pub fn name(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Paired => "paired".to_owned(),
            Self::Stayers => "stayers".to_owned(),
            Self::Stated(id) => format!("stated:{id}"),
            Self::Before(id) => format!("before:{id}"),
            Self::PairedBefore(id) => format!("paired:{id}"),
            Self::StayedWith(id) => format!("stayed:{id}"),
        }
    }

    /// The list of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        let id = |id: &str| id.to_owned();
        match name.split_once(':') {
            None if name == "all" => Some(Self::All),
            None if name == "paired" => Some(Self::Paired),
            None if name == "stayers" => Some(Self::Stayers),
            Some(("stated", rest)) => Some(Self::Stated(id(rest))),
            Some(("before", rest)) => Some(Self::Before(id(rest))),
            Some(("paired", rest)) => Some(Self::PairedBefore(id(rest))),
            Some(("stayed", rest)) => Some(Self::StayedWith(id(rest))),
            _ => None,
        }
    }

    /// Whether it lists customers who were lost, not those who stayed beside them.
    pub const fn is_of_lost(&self) -> bool {
        !matches!(self, Self::Stayers | Self::StayedWith(_))
    }
}

#[expect(
    clippy::ref_option,
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with the field's reference"
)]
pub(super) fn perhaps_as_text<S: serde::Serializer>(
    period: &Option<Period>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match period {
        Some(period) => as_text(period, to),
        None => to.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_comes_back_from_its_name() {
        let id = || "failed:delivery".to_owned();
        for which in [
            Which::All,
            Which::Paired,
            Which::Stayers,
            Which::Stated(id()),
            Which::Before(id()),
            Which::PairedBefore(id()),
            Which::StayedWith(id()),
        ] {
            assert_eq!(Which::from_name(&which.name()), Some(which));
        }
        for bad in ["", "lost", "else:x", "stated"] {
            assert_eq!(Which::from_name(bad), None, "{bad}");
        }
    }
}
