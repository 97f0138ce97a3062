//! The share still there by age (Kaplan & Meier 1958), with Greenwood's variance and the log–log interval.

use super::Durations;
use crate::error::{Error, enough};
use statrs::function::erf::erf_inv;

const MODEL: &str = "Kaplan–Meier";

/// A curve in columns of equal length, one row per distinct time at which somebody was lost, rising. Before
/// the first such time all are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The time.
    pub time: Vec<f64>,
    /// Still there and looked at just before it.
    pub at_risk: Vec<u64>,
    /// Lost at it.
    pub lost: Vec<u64>,
    /// Share still there after it (0–1).
    pub share: Vec<f64>,
    /// Greenwood's variance of the share; 0 once nobody is left.
    pub variance: Vec<f64>,
    /// Lower end of the interval.
    pub low: Vec<f64>,
    /// Upper end of the interval.
    pub high: Vec<f64>,
    /// Rows read.
    pub customers: u64,
    /// The longest duration, lost or not: nothing is known after it.
    pub longest: f64,
}

/// The curve, with pointwise intervals of `level_share` (0.95).
///
/// Fails without rows and on durations that are none.
pub fn kaplan_meier(durations: &Durations<'_>, level_share: f64) -> Result<Curve, Error> {
    let order = durations.order(MODEL)?;
    enough(MODEL, "customers", 1, order.len())?;
    let normal = std::f64::consts::SQRT_2 * erf_inv(level_share);
    let mut curve = Curve {
        time: Vec::new(),
        at_risk: Vec::new(),
        lost: Vec::new(),
        share: Vec::new(),
        variance: Vec::new(),
        low: Vec::new(),
        high: Vec::new(),
        customers: order.len() as u64,
        longest: durations.time[order[order.len() - 1]],
    };
    let (mut share, mut sum, mut from) = (1.0, 0.0, 0);
    while from < order.len() {
        let time = durations.time[order[from]];
        let here = order[from..].iter().take_while(|row| durations.time[**row].total_cmp(&time).is_eq());
        let (all, lost) =
            here.fold((0, 0), |(all, lost), row| (all + 1, lost + usize::from(durations.lost[*row])));
        let at_risk = order.len() - from;
        from += all;
        if lost > 0 {
            let (n, d) = (at_risk as f64, lost as f64);
            share *= (n - d) / n;
            sum += d / (n * (n - d));
            curve.push(time, at_risk, lost, share, sum, normal);
        }
    }
    Ok(curve)
}

impl Curve {
    fn push(&mut self, time: f64, at_risk: usize, lost: usize, share: f64, sum: f64, normal: f64) {
        let nobody = at_risk == lost;
        let (share, variance) = if nobody { (0.0, 0.0) } else { (share, share * share * sum) };
        let wide = normal * sum.sqrt() / share.ln();
        let (low, high) =
            if nobody { (0.0, 0.0) } else { (share.powf((-wide).exp()), share.powf(wide.exp())) };
        self.time.push(time);
        self.at_risk.push(at_risk as u64);
        self.lost.push(lost as u64);
        self.share.push(share);
        self.variance.push(variance);
        self.low.push(low);
        self.high.push(high);
    }

    /// Share still there after a time; `None` after the longest duration.
    pub fn share_at(&self, time: f64) -> Option<f64> {
        let at = self.time.partition_point(|lost_at| *lost_at <= time);
        (time <= self.longest).then(|| at.checked_sub(1).map_or(1.0, |row| self.share[row]))
    }

    /// Median life with its interval: the first times at which the share, its lower and its upper end are at
    /// most one half; `None` where that is not reached.
    pub fn median(&self) -> [Option<f64>; 3] {
        [&self.share, &self.low, &self.high]
            .map(|column| column.iter().position(|share| *share <= 0.5).map(|row| self.time[row]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(time: &[f64], lost: &[bool]) -> Curve {
        kaplan_meier(&Durations { time, lost }, 0.95).expect("sound")
    }

    #[test]
    fn a_small_curve_is_the_one_by_hand() {
        let told = curve(&[6.0, 3.0, 3.0, 8.0, 3.0], &[true, true, false, true, true]);
        assert_eq!(told.time, [3.0, 6.0, 8.0]);
        assert_eq!((told.at_risk.as_slice(), told.lost.as_slice()), (&[5, 2, 1][..], &[2, 1, 1][..]));
        for (share, expected) in told.share.iter().zip([0.6, 0.3, 0.0]) {
            assert!((share - expected).abs() < 1e-15);
        }
        let greenwood = 0.09 * (2.0 / 15.0 + 0.5);
        assert!((told.variance[1] - greenwood).abs() < 1e-15);
        let spread = 1.959_963_984_540_054 * (2.0f64 / 15.0 + 0.5).sqrt() / 0.3f64.ln();
        assert!((told.low[1] - 0.3f64.powf((-spread).exp())).abs() < 1e-12);
        assert!(told.low[1] < 0.3 && 0.3 < told.high[1] && told.high[1] < 1.0);
        assert_eq!(told.median()[0], Some(6.0));
        assert_eq!((told.share_at(2.9), told.share_at(8.1)), (Some(1.0), None));
    }

    #[test]
    fn all_still_there_all_lost_at_once_and_nobody() {
        let all = curve(&[5.0, 7.0], &[false, false]);
        assert!(all.time.is_empty() && all.median() == [None; 3] && all.share_at(7.0) == Some(1.0));
        let gone = curve(&[0.0, 0.0], &[true, true]);
        assert_eq!((gone.share[0], gone.variance[0], gone.low[0], gone.high[0]), (0.0, 0.0, 0.0, 0.0));
        let none = kaplan_meier(&Durations { time: &[], lost: &[] }, 0.95);
        assert!(matches!(none, Err(Error::TooFew { .. })));
        let wrong = kaplan_meier(&Durations { time: &[1.0, f64::NAN], lost: &[true, true] }, 0.95);
        assert!(matches!(wrong, Err(Error::Unreadable { row: 1, .. })));
    }
}
