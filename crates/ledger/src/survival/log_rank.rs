//! Whether groups are lost at the same pace (log-rank test: Mantel 1966; Peto & Peto 1972).

use super::Durations;
use crate::error::{Error, enough, same_rows};
use crate::matrix::{cholesky, solve};
use statrs::function::gamma::gamma_ur;

const MODEL: &str = "log-rank test";

/// One group's losses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// Its code.
    pub code: u16,
    /// Its customers.
    pub customers: u64,
    /// Losses seen.
    pub lost: u64,
    /// Losses expected if all groups were lost at one pace.
    pub expected: f64,
}

/// The test's outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// Groups with customers, by code.
    pub groups: Vec<Group>,
    /// χ² with `degrees` degrees of freedom.
    pub chi_square: f64,
    /// Groups − 1.
    pub degrees: u32,
    /// Probability of a χ² at least as large if the groups do not differ.
    pub p_value: f64,
}

/// Compares groups by their codes, one per row.
///
/// Fails with fewer than two groups, without a loss, and where groups were never looked at together.
pub fn log_rank(durations: &Durations<'_>, group_of: &[u16]) -> Result<LogRank, Error> {
    let order = durations.order(MODEL)?;
    same_rows("group", order.len(), group_of.len())?;
    let mut codes = group_of.to_vec();
    codes.sort_unstable();
    codes.dedup();
    enough(MODEL, "groups", 2, codes.len())?;
    let place = |row: usize| codes.partition_point(|code| *code < group_of[row]);
    let k = codes.len();
    let mut at_risk = vec![0.0; k];
    for row in 0..order.len() {
        at_risk[place(row)] += 1.0;
    }
    let customers = at_risk.clone();
    let (mut seen, mut expected, mut covariance) = (vec![0.0; k], vec![0.0; k], vec![0.0; k * k]);
    let mut from = 0;
    while from < order.len() {
        let time = durations.time[order[from]];
        let len =
            order[from..].iter().take_while(|row| durations.time[**row].total_cmp(&time).is_eq()).count();
        let here = &order[from..from + len];
        let lost_here = here.iter().filter(|row| durations.lost[**row]).count() as f64;
        if lost_here > 0.0 {
            add(lost_here, &at_risk, &mut expected, &mut covariance);
        }
        for row in here {
            at_risk[place(*row)] -= 1.0;
            seen[place(*row)] += f64::from(u8::from(durations.lost[*row]));
        }
        from += len;
    }
    enough(MODEL, "losses", 1, seen.iter().sum::<f64>() as usize)?;
    let chi_square = distance(&seen, &expected, &covariance)?;
    let groups = (0..k).map(|i| Group {
        code: codes[i],
        customers: customers[i] as u64,
        lost: seen[i] as u64,
        expected: expected[i],
    });
    let degrees = k as u32 - 1;
    let p_value = if chi_square > 0.0 { gamma_ur(f64::from(degrees) / 2.0, chi_square / 2.0) } else { 1.0 };
    Ok(LogRank { groups: groups.collect(), chi_square, degrees, p_value })
}

/// Adds one time's hypergeometric expectation and covariance.
fn add(lost: f64, at_risk: &[f64], expected: &mut [f64], covariance: &mut [f64]) {
    let (k, n) = (at_risk.len(), at_risk.iter().sum::<f64>());
    let spread = if n > 1.0 { lost * (n - lost) / (n - 1.0) } else { 0.0 };
    for i in 0..k {
        let share = at_risk[i] / n;
        expected[i] += lost * share;
        for j in 0..k {
            let own = f64::from(u8::from(i == j));
            covariance[i * k + j] += spread * share * (own - at_risk[j] / n);
        }
    }
}

/// (O − E)ᵀ V⁻¹ (O − E) without the last group, which the others determine.
fn distance(seen: &[f64], expected: &[f64], covariance: &[f64]) -> Result<f64, Error> {
    let (k, m) = (seen.len(), seen.len() - 1);
    let ahead: Vec<f64> = (0..m).map(|i| seen[i] - expected[i]).collect();
    let inner: Vec<f64> = (0..m * m).map(|at| covariance[at / m * k + at % m]).collect();
    let lower = cholesky(&inner, m, 1e-12).map_err(|group| Error::Singular {
        model: MODEL,
        detail: format!("group {group} was never looked at beside the others when one was lost"),
    })?;
    Ok(solve(&lower, m, &ahead).iter().zip(&ahead).map(|(solved, ahead)| solved * ahead).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_groups_are_the_textbook_sum() {
        let time = [1.0, 2.0, 3.0, 2.0, 4.0, 5.0];
        let lost = [true, true, true, true, false, true];
        let told = log_rank(&Durations { time: &time, lost: &lost }, &[7, 7, 7, 9, 9, 9]).expect("sound");
        let expected = 3.0 / 6.0 + 2.0 * 2.0 / 5.0 + 1.0 / 3.0;
        let variance = 1.0 / 4.0 + 2.0 * (2.0 / 5.0) * (3.0 / 5.0) * 3.0 / 4.0 + (1.0 / 3.0) * (2.0 / 3.0);
        assert!((told.groups[0].expected - expected).abs() < 1e-14);
        assert!((told.chi_square - (3.0 - expected).powi(2) / variance).abs() < 1e-13);
        assert_eq!((told.groups[1].code, told.groups[1].lost, told.degrees), (9, 2, 1));
        let normal = statrs::function::erf::erfc((told.chi_square / 2.0).sqrt());
        assert!((told.p_value - normal).abs() < 1e-10);
    }

    #[test]
    fn the_order_of_groups_does_not_matter_and_equal_groups_do_not_differ() {
        let time: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 23)).collect();
        let lost: Vec<bool> = (0..60).map(|i| i % 3 != 0).collect();
        let durations = Durations { time: &time, lost: &lost };
        let groups: Vec<u16> = (0..60).map(|i| i % 4).collect();
        let turned: Vec<u16> = groups.iter().map(|group| 3 - group).collect();
        let (left, right) = (log_rank(&durations, &groups), log_rank(&durations, &turned));
        let (left, right) = (left.expect("sound"), right.expect("sound"));
        assert!((left.chi_square - right.chi_square).abs() < 1e-10 && left.degrees == 3);
        let twice = log_rank(&Durations { time: &[1.0, 2.0, 1.0, 2.0], lost: &[true; 4] }, &[0, 0, 1, 1]);
        let twice = twice.expect("sound");
        assert!(twice.chi_square.abs() < 1e-15 && (twice.p_value - 1.0).abs() < 1e-15);
    }

    #[test]
    fn one_group_no_loss_and_groups_apart_are_refused() {
        let cases: [(&[f64], &[bool], &[u16]); 3] = [
            (&[1.0, 2.0], &[true, true], &[0, 0]),
            (&[1.0, 2.0], &[false, false], &[0, 1]),
            (&[1.0, 2.0], &[false, true], &[0, 1]),
        ];
        for (time, lost, groups) in cases {
            let told = log_rank(&Durations { time, lost }, groups).expect_err("refused");
            assert!(matches!(told, Error::TooFew { .. } | Error::Singular { .. }), "{told}");
        }
    }
}
