//! Parcels: handed over, promised, delivered, late, failed or sent back.

use super::Setting;
use crate::chance::Chance;
use crate::plan::BAD_SHARE;
use model::Day;

/// The delivery of one order.
#[derive(Debug, Clone)]
pub(crate) struct Parcel {
    pub(crate) handed_us: i64,
    pub(crate) promised: Day,
    pub(crate) fate: Fate,
    /// When the courier closed it: delivered, or given up.
    pub(crate) done_us: i64,
    pub(crate) done: Day,
    /// The day it failed the customer: the day after the promise, or the day it was given up.
    pub(crate) bad_on: Option<Day>,
    /// It would have failed the customer without the change of courier, too.
    pub(crate) bad_anyway: bool,
    /// Carried by the new courier.
    pub(crate) changed_courier: bool,
}

/// How a parcel ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivered,
    Late,
    Failed,
    Returned,
}

impl Fate {
    /// As the courier writes it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }

    /// Whether the customer has the goods.
    pub(crate) const fn arrived(self) -> bool {
        matches!(self, Self::Delivered | Self::Late)
    }
}

impl Parcel {
    /// Sends a parcel for an order of a day. Whatever happens, the same number of draws is made.
    pub(crate) fn send(setting: &Setting, region: u8, ordered: Day, chance: &mut Chance) -> Self {
        let marks = &setting.marks;
        let handed = ordered.plus(1 + i32::from(chance.hit(0.35)));
        let handed_second = 28_800 + (chance.share() * 36_000.0) as u32;
        let promised = handed.plus(2 + i32::from(chance.hit(0.4)));
        let (luck, kind, delay) = (chance.share(), chance.share(), chance.share());
        let done_second = 30_600 + (chance.share() * 36_000.0) as u32;
        let bad = luck < marks.bad_share(region, handed);
        let fate = match kind {
            _ if !bad => Fate::Delivered,
            _ if kind < 0.72 => Fate::Late,
            _ if kind < 0.90 => Fate::Failed,
            _ => Fate::Returned,
        };
        let done = match fate {
            Fate::Delivered => promised.plus(-((delay * 2.0) as i32)),
            Fate::Late => promised.plus(1 + (delay * delay * 9.0) as i32),
            Fate::Failed | Fate::Returned => promised.plus((delay * 4.0) as i32),
        };
        Self {
            handed_us: setting.clock.at_us(handed, handed_second),
            promised,
            fate,
            done_us: setting.clock.at_us(done, done_second),
            done,
            bad_on: bad.then(|| if fate == Fate::Late { promised.plus(1) } else { done }),
            bad_anyway: luck < BAD_SHARE,
            changed_courier: marks.changed_courier(region, handed),
        }
    }
}
