//! What pages and commands show of the journey: touchpoints, ways between them, and the scorecard.

use ::journey::State;
use model::Day;
use serde::Serialize;

/// Which customers a journey tells of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// All, their whole lives.
    #[default]
    All,
    /// Active on the landmark day and not lost within the days after it: what they met in the days before.
    Stayed,
    /// Active on the landmark day and lost within the days after it: what they met in the days before.
    Left,
}

impl Who {
    /// The name in links and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Stayed => "stayed",
            Self::Left => "left",
        }
    }

    /// The group of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::All, Self::Stayed, Self::Left].into_iter().find(|who| who.name() == name)
    }
}

/// What a number of customers on the journey counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// All of the group.
    Everybody,
    /// Was at the touchpoint `at`.
    Touchpoint,
    /// Began there.
    Start,
    /// Was there last.
    End,
    /// Was there more than once.
    Repeated,
    /// Went from touchpoint `at` straight to touchpoint `to`.
    Edge,
    /// Was failed at touchpoint `at` and afterwards at touchpoint `to`.
    Chain,
    /// Was handed on from department `at` to department `to`.
    HandOff,
    /// Went exactly the way whose key is `at`.
    Variant,
    /// Came to the stage `at`, through those before it.
    Reached,
    /// Was failed at the touchpoint `at`, or at any.
    Failed,
    /// Was there while active, so long ago that it is known who left after it.
    Followed,
    /// One of these, and left within the days of follow-up.
    FollowedLeft,
    /// Was failed there while active, so long ago.
    FailedFollowed,
    /// One of these, and left within the days of follow-up.
    FailedLeft,
    /// Was there, or at any touchpoint, in the last 90 days.
    Recent,
    /// One of these, and nothing failed there.
    RecentUnharmed,
    /// Was at the touchpoint `at` before any of the stacked landmarks, and left, or stayed.
    MetTouchpoint,
    /// Was failed there before any of them.
    MetFailure,
    /// Was handed on from department `at` to department `to` before any of them.
    MetHandOff,
    /// Has the promise `at`, begun in the month `to` (2026-10) or ever, kept.
    PromiseKept,
    /// Has it broken.
    PromiseBroken,
    /// Has it open.
    PromiseOpen,
    /// Walked the path whose key is `at`, to a purchase (`to` is `bought`) or to leaving (`left`).
    Path,
    /// Went from one place to the next around the first time at touchpoint `at`; `to` is the step and both places, as
    /// `0 @delivery @review`, `-1 before @order` or `0 @delivery left`.
    Flow,
    /// Walked as designed.
    AsDesigned,
    /// Passed over the touchpoint `at`, where the design has it.
    Skipped,
    /// Was at the touchpoint `at`, where the design does not have it.
    Unplanned,
}

impl Counted {
    /// All of them.
    pub const ALL: [Self; 28] = [
        Self::Everybody,
        Self::Touchpoint,
        Self::Start,
        Self::End,
        Self::Repeated,
        Self::Edge,
        Self::Chain,
        Self::HandOff,
        Self::Variant,
        Self::Reached,
        Self::Failed,
        Self::Followed,
        Self::FollowedLeft,
        Self::FailedFollowed,
        Self::FailedLeft,
        Self::Recent,
        Self::RecentUnharmed,
        Self::MetTouchpoint,
        Self::MetFailure,
        Self::MetHandOff,
        Self::PromiseKept,
        Self::PromiseBroken,
        Self::PromiseOpen,
        Self::Path,
        Self::Flow,
        Self::AsDesigned,
        Self::Skipped,
        Self::Unplanned,
    ];

    /// The name in links.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everybody => "everybody",
            Self::Touchpoint => "touchpoint",
            Self::Start => "start",
            Self::End => "end",
            Self::Repeated => "repeated",
            Self::Edge => "edge",
            Self::Chain => "chain",
            Self::HandOff => "hand_off",
            Self::Variant => "variant",
            Self::Reached => "reached",
            Self::Failed => "failed",
            Self::Followed => "followed",
            Self::FollowedLeft => "followed_left",
            Self::FailedFollowed => "failed_followed",
            Self::FailedLeft => "failed_left",
            Self::Recent => "recent",
            Self::RecentUnharmed => "recent_unharmed",
            Self::MetTouchpoint => "met_touchpoint",
            Self::MetFailure => "met_failure",
            Self::MetHandOff => "met_hand_off",
            Self::PromiseKept => "promise_kept",
            Self::PromiseBroken => "promise_broken",
            Self::PromiseOpen => "promise_open",
            Self::Path => "path",
            Self::Flow => "flow",
            Self::AsDesigned => "as_designed",
            Self::Skipped => "skipped",
            Self::Unplanned => "unplanned",
        }
    }

    /// Whether it is told over the stacked landmarks, of who left or stayed at any of them.
    pub const fn is_over_landmarks(self) -> bool {
        matches!(self, Self::MetTouchpoint | Self::MetFailure | Self::MetHandOff)
    }

    /// How a promise must stand, for numbers of promises.
    pub(crate) const fn promise(self) -> Option<State> {
        match self {
            Self::PromiseKept => Some(State::Kept),
            Self::PromiseBroken => Some(State::Broken),
            Self::PromiseOpen => Some(State::Open),
            _ => None,
        }
    }

    /// What a name counts.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|counted| counted.name() == name)
    }
}

/// A number of the journey that a list opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Number {
    /// What it counts.
    pub counted: Counted,
    /// The touchpoint's key, department's or stage's id, or variant's key; empty where none is needed.
    pub at: String,
    /// Where to, for edges and hand-offs.
    pub to: String,
    /// Of which customers.
    pub who: Who,
}

/// The days by which those who stayed and those who left are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Landmark {
    /// Who was active on this day is compared.
    pub day: Day,
    /// As many days, each `horizon_days` before the next and this the last, are compared one by one and taken together
    /// in [`Journey::compared`]; maps tell of the last.
    pub landmarks: u16,
    /// What was met in so many days up to it counts.
    pub look_back_days: u16,
    /// Who was lost within so many days after it has left.
    pub horizon_days: u16,
}

/// Time between events, microseconds; none where there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Wait {
    /// The median.
    pub median_us: Option<f64>,
    /// Nine of ten waited no longer.
    pub p90_us: Option<f64>,
    /// The mean.
    pub mean_us: Option<f64>,
}

/// Days from one to another, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first.
    pub first: Day,
    /// The last.
    pub last: Day,
}

/// The journey of a group of customers.
#[derive(Debug, Clone, Serialize)]
pub struct Journey {
    /// Empty for the whole.
    pub segment: String,
    /// Of which customers.
    pub who: Who,
    /// Only what happened in these days; none for whole lives.
    pub span: Option<Span>,
    /// How those who stayed and left are told apart.
    pub landmark: Landmark,
    /// Department names in the order of the lanes, those of a touchpoint that is on the map or not.
    pub departments: Vec<Named>,
    /// Stage names in order.
    pub stages: Vec<Named>,
    /// Totals.
    pub totals: Totals,
    /// Every touchpoint of the edition, by code.
    pub touchpoints: Vec<Touchpoint>,
    /// Ways between them, most customers first.
    pub edges: Vec<Edge>,
    /// How departments hand customers on; from a department to itself is no hand-off but stands beside.
    pub hand_offs: Vec<HandOff>,
    /// The most frequent whole ways.
    pub variants: Vec<Variant>,
    /// The stages in order.
    pub funnel: Vec<Step>,
    /// Those who left against those who stayed, surest first.
    pub compared: Vec<Compared>,
    /// What goes wrong after what, surest first; of the whole only.
    pub chains: Vec<Chain>,
}

/// Customers who were at one touchpoint and afterwards at another; each counts by the last time at the second and the
/// last time at the first before it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chain {
    /// Index into the touchpoints.
    pub from: usize,
    /// Index into the touchpoints.
    pub to: usize,
    /// Failed at both.
    pub both: u64,
    /// Failed at the first alone.
    pub first_only: u64,
    /// Failed at the second alone.
    pub second_only: u64,
    /// Failed at neither.
    pub neither: u64,
    /// Odds of failing at the second where the first had failed, against where it had not.
    pub odds_ratio: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
    /// Share of false alarms among chains at least as sure.
    pub fdr: f64,
}

/// An id and the name shown for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// In the config; empty for none.
    pub id: String,
    /// Shown.
    pub name: String,
}

/// Totals of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Totals {
    /// Customers with events.
    pub customers: u64,
    /// Their events.
    pub events: u64,
    /// Direct successions of two events.
    pub transitions: u64,
    /// Those between departments.
    pub crossings: u64,
    /// Distinct whole ways.
    pub variants: u64,
    /// The fewest of them that four of five customers went.
    pub variants_of_most: u64,
    /// From the first to the last event of a customer.
    pub duration: Wait,
}

/// One touchpoint of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Touchpoint {
    /// Its code in this edition.
    pub code: u16,
    /// Its name in links: the id, made unique.
    pub key: String,
    /// Shown.
    pub name: String,
    /// Index into the departments.
    pub department: usize,
    /// Index into the stages.
    pub stage: usize,
    /// Events there.
    pub events: u64,
    /// Customers there.
    pub customers: u64,
    /// Customers whose first event it was.
    pub starts: u64,
    /// Customers whose last event it was.
    pub ends: u64,
    /// Customers who were there more than once.
    pub repeaters: u64,
    /// Customers who were failed there.
    pub failed: u64,
    /// Events that failed.
    pub failures: u64,
}

/// One way between two touchpoints.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Edge {
    /// Index into the touchpoints.
    pub from: usize,
    /// Index into the touchpoints.
    pub to: usize,
    /// Customers who went it.
    pub customers: u64,
    /// How often it was gone.
    pub transitions: u64,
    /// How long it took.
    pub wait: Wait,
}

/// One cell of the matrix of departments.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HandOff {
    /// Index into the departments.
    pub from: usize,
    /// Index into the departments.
    pub to: usize,
    /// Customers handed on so.
    pub customers: u64,
    /// How often.
    pub transitions: u64,
    /// How long it took.
    pub wait: Wait,
}

/// One whole way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Variant {
    /// Its name in links.
    pub key: String,
    /// Names of touchpoints in order.
    pub steps: Vec<String>,
    /// Customers who went exactly so.
    pub customers: u64,
    /// From first to last event, mean, microseconds.
    pub mean_us: f64,
    /// Id of one of them.
    pub example: String,
}

/// One stage of the funnel.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The stage.
    pub stage: Named,
    /// Customers who came so far through the stages before.
    pub customers: u64,
    /// From the last time at the stage before.
    pub wait: Wait,
}

/// Something met before a landmark, by those who left and those who stayed: a customer counts once a landmark. A failure
/// is compared among those who were at its touchpoint as often, all else among everybody.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// `touchpoint`, `failure` or `hand_off`.
    pub met: String,
    /// Name of the touchpoint, or of the department handing on.
    pub name: String,
    /// Name of the department taking over; empty but for hand-offs.
    pub to_name: String,
    /// Key of the touchpoint, or id of the department.
    pub key: String,
    /// Id of the department taking over.
    pub to_key: String,
    /// Met it and left.
    pub met_left: u64,
    /// Met it and stayed.
    pub met_stayed: u64,
    /// Did not meet it and left.
    pub unmet_left: u64,
    /// Did not meet it and stayed.
    pub unmet_stayed: u64,
    /// Share (0–1) that left of those who met it, where there are others to compare them with.
    pub left_share: Option<f64>,
    /// Share (0–1) that left of the others, weighted as if they were spread over landmarks, and over how often they were
    /// there, like those who met it.
    pub others_share: Option<f64>,
    /// Customers who met it and left, each once.
    pub left_customers: u64,
    /// Customers who met it and stayed, each once.
    pub stayed_customers: u64,
    /// Odds of leaving of those who met it against the others; none where nothing can be compared.
    pub odds_ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Share of false discoveries among all at most as doubtful as this.
    pub fdr: Option<f64>,
}

impl Compared {
    /// Whether it is sure: at most one in twenty of all that are at least as sure is a false alarm.
    pub fn is_sure(&self) -> bool {
        self.fdr.is_some_and(|fdr| fdr < 0.05)
    }

    /// How many more of those who met it left than of the others, as a share.
    pub fn more_left(&self) -> Option<f64> {
        Some(self.left_share? - self.others_share?)
    }
}

/// The scorecard of touchpoints.
#[derive(Debug, Clone, Serialize)]
pub struct Scorecard {
    /// Empty for the whole.
    pub segment: String,
    /// Who was lost within so many days after a contact has left after it: 90, and as long as a customer counts as
    /// active after a purchase.
    pub follow_up_days: u16,
    /// Customers with events.
    pub customers: u64,
    /// The whole experience.
    pub whole: Facts,
    /// Touchpoints, those with most failed customers first.
    pub rows: Vec<Scored>,
}

/// One touchpoint of the scorecard.
#[derive(Debug, Clone, Serialize)]
pub struct Scored {
    /// Its name in links.
    pub key: String,
    /// Shown.
    pub name: String,
    /// Name of the department that owns it.
    pub owner: String,
    /// Name of its stage.
    pub stage: String,
    /// The figures.
    pub facts: Facts,
    /// The last months, oldest first, without gaps.
    pub months: Vec<Month>,
}

/// Figures of a touchpoint, or of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Facts {
    /// Events.
    pub events: u64,
    /// Events that failed.
    pub failures: u64,
    /// From the event before of the same order or ticket.
    pub wait: Wait,
    /// Contacts of active customers, so long ago that it is known who left after them.
    pub contacts_followed: u64,
    /// Of these, those whose customer left within the days of follow-up.
    pub contacts_left: u64,
    /// Contacts of this kind that failed.
    pub failures_followed: u64,
    /// Of these, those whose customer left within the days of follow-up.
    pub failures_left: u64,
    /// Customers there.
    pub met: u64,
    /// Customers failed there.
    pub failed: u64,
    /// There while active, so long ago that it is known who left after it.
    pub followed: u64,
    /// Of these, left within the days of follow-up.
    pub followed_left: u64,
    /// Failed there while active, so long ago.
    pub failed_followed: u64,
    /// Of these, left within the days of follow-up.
    pub failed_left: u64,
    /// There in the last 90 days.
    pub recent: u64,
    /// Of these, without a failure there.
    pub recent_unharmed: u64,
}

/// A month of a touchpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Month {
    /// Its first day.
    pub month: Day,
    /// Customers there.
    pub customers: u64,
    /// Events there.
    pub events: u64,
    /// Events that failed.
    pub failures: u64,
}

/// A part of a whole as a share (0–1); none of nothing.
pub fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
