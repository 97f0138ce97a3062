//! Who is fading (definitions, "Engagement"): active, but silent for longer than the 90th percentile of the own
//! intervals, drawn towards the segment's; or judged gone rather than there by both purchase models.

use crate::error::{Error, same_rows};

/// The segment's percentile weighs as much as this many intervals of the customer's own.
pub const INTERVALS_TO_SHRINK: f64 = 5.0;
const PERCENTILE: f64 = 0.9;

/// Intervals between purchases or contacts, customer by customer, and each customer's segment.
#[derive(Debug, Clone, Copy)]
pub struct FadingInput<'a> {
    /// End of each customer's intervals in `interval_days`; they begin where those before end.
    pub ends: &'a [usize],
    /// Days between two purchases or contacts.
    pub interval_days: &'a [u32],
    /// Segment code of each customer, from 0.
    pub segment: &'a [u16],
    /// Days since the last purchase or contact of each customer.
    pub silent_days: &'a [u32],
    /// Whether each customer is active by the ledger.
    pub active: &'a [bool],
}

/// Days of silence after which each customer is fading; `None` where nobody in the base has an interval.
#[derive(Debug, Clone, PartialEq)]
pub struct FadingLimits {
    /// One per customer.
    pub limit_days: Vec<Option<f64>>,
}

/// Why a customer is fading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fading {
    /// Silent for longer than is usual.
    Silent,
    /// P(alive) below one half in both models.
    Modelled,
    /// Both.
    SilentAndModelled,
}

/// The limits: (n × own percentile + 5 × segment's percentile) ÷ (n + 5) for n own intervals; the base's
/// percentile stands in for a segment without intervals.
pub fn fading_limits(input: &FadingInput<'_>) -> Result<FadingLimits, Error> {
    let customers = input.ends.len();
    same_rows("segment", customers, input.segment.len())?;
    same_rows("interval_days", input.ends.last().copied().unwrap_or(0), input.interval_days.len())?;
    if let Some(row) = (1..customers).find(|i| input.ends[*i] < input.ends[i - 1]) {
        let problem = "the customers' intervals overlap; their ends must rise";
        return Err(Error::Unreadable { model: "fading", row, problem });
    }
    let segments = input.segment.iter().max().map_or(0, |last| usize::from(*last) + 1);
    let mut of_segment: Vec<Vec<u32>> = vec![Vec::new(); segments];
    for customer in 0..customers {
        of_segment[usize::from(input.segment[customer])].extend(own(input, customer));
    }
    let base = percentile(&mut input.interval_days.to_vec());
    let segment: Vec<Option<f64>> =
        of_segment.iter_mut().map(|intervals| percentile(intervals).or(base)).collect();
    let limit = |customer: usize| {
        let segment = segment[usize::from(input.segment[customer])]?;
        let mut own = own(input, customer).to_vec();
        let n = own.len() as f64;
        let percentile = percentile(&mut own).unwrap_or(0.0);
        Some((n * percentile + INTERVALS_TO_SHRINK * segment) / (n + INTERVALS_TO_SHRINK))
    };
    Ok(FadingLimits { limit_days: (0..customers).map(limit).collect() })
}

/// Judges every customer; `alive` are the P(alive) of both purchase models, `None` where either was refused or
/// there is none for purchases.
pub fn fading(
    input: &FadingInput<'_>,
    limits: &FadingLimits,
    alive: Option<(&[f64], &[f64])>,
) -> Result<Vec<Option<Fading>>, Error> {
    let customers = input.ends.len();
    same_rows("silent_days", customers, input.silent_days.len())?;
    same_rows("active", customers, input.active.len())?;
    same_rows("limit_days", customers, limits.limit_days.len())?;
    if let Some((left, right)) = alive {
        same_rows("alive", customers, left.len())?;
        same_rows("alive", customers, right.len())?;
    }
    let judge = |customer: usize| {
        let silent =
            limits.limit_days[customer].is_some_and(|limit| f64::from(input.silent_days[customer]) > limit);
        let modelled = alive.is_some_and(|(left, right)| left[customer] < 0.5 && right[customer] < 0.5);
        match (input.active[customer], silent, modelled) {
            (true, true, true) => Some(Fading::SilentAndModelled),
            (true, true, false) => Some(Fading::Silent),
            (true, false, true) => Some(Fading::Modelled),
            _ => None,
        }
    };
    Ok((0..customers).map(judge).collect())
}

fn own<'a>(input: &FadingInput<'a>, customer: usize) -> &'a [u32] {
    let from = customer.checked_sub(1).map_or(0, |before| input.ends[before]);
    &input.interval_days[from..input.ends[customer]]
}

/// The smallest interval that at least nine tenths do not exceed.
fn percentile(intervals: &mut [u32]) -> Option<f64> {
    let rank = (PERCENTILE * intervals.len() as f64).ceil() as usize;
    let at = rank.checked_sub(1)?;
    Some(f64::from(*intervals.select_nth_unstable(at).1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const INPUT: FadingInput<'static> = FadingInput {
        ends: &[10, 10, 11, 11],
        interval_days: &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99],
        segment: &[0, 0, 1, 2],
        silent_days: &[10, 10, 99, 10],
        active: &[true, true, true, false],
    };

    #[test]
    fn own_intervals_are_drawn_towards_the_segments_and_the_bases_stand_in() {
        let limits = fading_limits(&INPUT).expect("sound").limit_days;
        assert_eq!(limits, [Some(9.0), Some(9.0), Some(99.0), Some(10.0)]);
        let one = FadingInput {
            ends: &[1, 5],
            interval_days: &[10, 40, 40, 40, 40],
            segment: &[0, 0],
            silent_days: &[0, 0],
            active: &[true; 2],
        };
        let limits = fading_limits(&one).expect("sound").limit_days;
        assert_eq!(limits[0], Some((10.0 + 5.0 * 40.0) / 6.0));
        let none = FadingInput { ends: &[0], interval_days: &[], segment: &[0], ..one };
        assert_eq!(fading_limits(&none).expect("sound").limit_days, [None]);
    }

    #[test]
    fn fading_needs_an_active_customer_and_silence_or_both_models() {
        let limits = fading_limits(&INPUT).expect("sound");
        let told = fading(&INPUT, &limits, None).expect("sound");
        assert_eq!(told, [Some(Fading::Silent), Some(Fading::Silent), None, None]);
        let alive: (&[f64], &[f64]) = (&[0.4, 0.6, 0.1, 0.1], &[0.4, 0.1, 0.49, 0.1]);
        let told = fading(&INPUT, &limits, Some(alive)).expect("sound");
        let expected = [Some(Fading::SilentAndModelled), Some(Fading::Silent), Some(Fading::Modelled), None];
        assert_eq!(told, expected);
    }

    #[test]
    fn columns_that_do_not_fit_are_refused() {
        let short = FadingInput { segment: &[0], ..INPUT };
        assert!(matches!(fading_limits(&short), Err(Error::Ragged { column: "segment", .. })));
        let tangled = FadingInput { ends: &[5, 2, 11, 11], ..INPUT };
        assert!(matches!(fading_limits(&tangled), Err(Error::Unreadable { row: 1, .. })));
    }
}
