//! What is asked of the demo company, and the dates and sizes of what is planted in it.

use crate::calendar::{month_start, months_after};
use model::Day;

/// The size, the seed and the last day of the simulated company.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Same seed, same files.
    pub seed: u64,
    /// People who buy at least once. About a twelfth as many more only look around.
    pub customers: u32,
    /// The last simulated day; the company opened three years before.
    pub until: Day,
}

/// Days the company has been open.
pub(crate) const SPAN_DAYS: i32 = 1095;

/// Regions, in the order of their index.
pub(crate) const REGIONS: [&str; 6] = ["North", "East", "South", "West", "Centre", "Coast"];

/// The region whose courier changes.
pub(crate) const COURIER_REGION: u8 = 0;
/// Regions the initiative runs in.
pub(crate) const TREATED_REGIONS: [u8; 2] = [2, 3];

/// Share of deliveries that fail the customer, before the change and elsewhere.
pub(crate) const BAD_SHARE: f64 = 0.06;
/// Share of deliveries that fail the customer in the courier's region after the change.
pub(crate) const BAD_SHARE_CHANGED: f64 = 0.36;
/// The hazard of leaving after a first bad delivery, against that of the same customer without it.
pub(crate) const BAD_DELIVERY_RATIO: f64 = 2.5;
/// The hazard of leaving in the treated regions once the initiative runs.
pub(crate) const INITIATIVE_RATIO: f64 = 0.6;
/// The hazard of leaving while a member of the club.
pub(crate) const CLUB_RATIO: f64 = 0.7;
/// Share of people who praise whatever happens…
pub(crate) const POLITE_SHARE: f64 = 0.15;
/// …and their hazard of leaving.
pub(crate) const POLITE_RATIO: f64 = 2.0;
/// Share of club charges that fail during the billing fault.
pub(crate) const FAULT_SHARE: f64 = 0.6;
/// Share of those whose membership the billing tool then ended.
pub(crate) const FAULT_ENDED_SHARE: f64 = 0.4;
/// Mean hazard of leaving per day, before any of the ratios. People differ little, so that ratios seen in a crowd
/// come close to those of each person (frailty thins out the fragile: Vaupel, Manton and Stallard 1979).
pub(crate) const HAZARD_PER_DAY: f64 = 0.000_85;
/// Mean purchases per day of an active customer.
pub(crate) const PURCHASES_PER_DAY: f64 = 1.0 / 85.0;

/// The dates on which things change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    /// First day of the company.
    pub(crate) start: Day,
    /// Last day of the company's records.
    pub(crate) until: Day,
    /// First day of the new courier.
    pub(crate) courier_from: Day,
    /// First day of the initiative.
    pub(crate) initiative_from: Day,
    /// First day of the month of the billing fault.
    pub(crate) fault_from: Day,
    /// First day after that month.
    pub(crate) fault_end: Day,
}

impl Plan {
    pub(crate) fn marks(&self) -> Marks {
        let fault_from = month_start(self.until.plus(-300));
        Marks {
            start: self.until.plus(1 - SPAN_DAYS),
            until: self.until,
            courier_from: month_start(self.until.plus(-600)),
            initiative_from: month_start(self.until.plus(-480)),
            fault_from,
            fault_end: months_after(fault_from, 1),
        }
    }
}

impl Marks {
    /// The share (0–1) of parcels handed over on a day in a region that fail the customer.
    pub(crate) fn bad_share(&self, region: u8, day: Day) -> f64 {
        if self.changed_courier(region, day) { BAD_SHARE_CHANGED } else { BAD_SHARE }
    }

    /// Whether the new courier carries the parcels of a region on a day.
    pub(crate) fn changed_courier(&self, region: u8, day: Day) -> bool {
        region == COURIER_REGION && day >= self.courier_from
    }

    /// Whether a club charge of a day meets the billing fault.
    pub(crate) fn in_fault(&self, day: Day) -> bool {
        day >= self.fault_from && day < self.fault_end
    }
}
