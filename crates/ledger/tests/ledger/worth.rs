//! The value models against published fits and hold-out tables.

use crate::data::{Sample, close, columns, goldens, numbers, repeat_buyers, sample};
use ledger::worth::{
    BgBb, BgNbd, Chances, GammaGamma, Histories, HistoryRows, ParetoNbd, Renewals, Sbg, Search, Spend,
};

fn rows(sample: &Sample) -> HistoryRows {
    let Sample { repeats, last_days, age_days } = sample;
    HistoryRows::new(&Histories { repeats, last_days, age_days }, 7.0).unwrap()
}

/// Means by repeats 0 … 6 and 7+.
fn bins(repeats: &[u32], of: &[f64]) -> Vec<f64> {
    let mut sums = [(0.0, 0.0); 8];
    for (x, value) in repeats.iter().zip(of) {
        let sum = &mut sums[(*x).min(7) as usize];
        *sum = (sum.0 + value, sum.1 + 1.0);
    }
    sums.iter().map(|(sum, n)| sum / n).collect()
}

#[test]
fn the_sample_is_the_published_one() {
    let golden = &goldens()["cdnow"];
    let sample = sample();
    let sum: u32 = sample.repeats.iter().sum();
    let once = sample.repeats.iter().filter(|x| **x == 0).count();
    assert_eq!(golden["n"], sample.repeats.len());
    assert_eq!((&golden["sum_x"], &golden["x0"]), (&sum.into(), &once.into()));
}

/// The reference fits stop up to 2e-4 short of the maximum, each figure at parameters of its own; ours is
/// reached, and never lower. So figures of customers are held to this share.
const REFERENCE_STOPS_SHORT: f64 = 1e-4;

#[track_caller]
fn near(told: f64, expected: f64) {
    close(told / expected, 1.0, REFERENCE_STOPS_SHORT);
}

#[test]
fn bg_nbd_on_cdnow_is_the_published_fit() {
    let golden = &goldens()["cdnow"]["bgnbd"];
    let rows = rows(&sample());
    let fit = BgNbd::fit(&rows).unwrap();
    let published: [f64; 4] = ["r", "alpha", "a", "b"].map(|name| golden[name].as_f64().unwrap());
    for (told, expected) in fit.params.iter().zip(published) {
        close(*told, expected, 2e-5);
    }
    close(fit.log_likelihood, golden["LL"].as_f64().unwrap(), 5e-4);
    assert!(fit.log_likelihood >= BgNbd::of(published).log_likelihood(&rows));
    assert!(fit.convergence.gradient_norm < 1e-9 && fit.convergence.search == Search::Newton);
    let model = BgNbd::of(fit.params);
    let (last, age) = (golden["cust1516"]["tx"].as_f64().unwrap(), 31.0);
    close(model.alive(26, last, age), golden["cust1516"]["alive"].as_f64().unwrap(), 5e-6);
    near(model.expected(26, last, age, 52.0), golden["cust1516"]["CE52"].as_f64().unwrap());
    near(model.expected_if_alive(0, 0.0, 52.0), golden["E52"].as_f64().unwrap());
    let paradox = numbers(&golden["paradox_x10_15_20_25_tx20_T39"]);
    for (x, expected) in [10, 15, 20, 25].into_iter().zip(paradox) {
        near(model.expected(x, 20.0, 39.0, 52.0), expected);
    }
    close(model.alive_of(&rows).iter().sum(), 1917.0, 0.5);
}

#[test]
fn pareto_nbd_on_cdnow_is_the_published_fit() {
    let golden = &goldens()["cdnow"]["pnbd"];
    let rows = rows(&sample());
    let fit = ParetoNbd::fit(&rows).unwrap();
    let published: [f64; 4] = ["r", "alpha", "s", "beta"].map(|name| golden[name].as_f64().unwrap());
    for at in 0..4 {
        close(fit.params[at] / published[at], 1.0, 3e-4);
        close(fit.standard_errors[at] / golden["SE"][at].as_f64().unwrap(), 1.0, 3e-4);
    }
    for (told, paper) in fit.params.iter().zip([0.553, 10.578, 0.606, 11.669]) {
        close(*told, paper, 5e-4);
    }
    close(fit.log_likelihood, golden["LL"].as_f64().unwrap(), 5e-4);
    assert!(fit.log_likelihood > ParetoNbd::of(published).log_likelihood(&rows));
    let model = ParetoNbd::of(fit.params);
    let (last, age) = (216.0 / 7.0, 31.0);
    close(model.alive(26, last, age), golden["cust1516"]["alive"].as_f64().unwrap(), 1e-6);
    near(model.expected(26, last, age, 52.0), golden["cust1516"]["CE52"].as_f64().unwrap());
    near(model.expected_if_alive(0, 0.0, 52.0), golden["E52"].as_f64().unwrap());
    close(model.alive(0, 0.0, 39.0), golden["alive_0_0_39"].as_f64().unwrap(), 2e-4);
    for (x, expected) in [10, 15, 20, 25].into_iter().zip(numbers(&golden["paradox"])) {
        close(model.expected(x, 20.0, 39.0, 52.0) / expected, 1.0, 1e-3);
    }
    close(model.alive_of(&rows).iter().sum(), 1052.0, 0.5);
}

/// Half of the last of so many decimals.
fn decimals(digits: i32) -> f64 {
    0.5 * 10f64.powi(-digits)
}

/// The published conditional expectations (25.75659 and 25.45647) belong to parameters of more digits than were
/// published. So formula and optimiser are told apart by the published closed forms with ₂F₁,
/// taken at the published parameters with 40 digits by another program.
#[test]
fn the_formulas_of_bg_nbd_hold_at_the_published_parameters() {
    let golden = &goldens()["cdnow"]["bgnbd"];
    let rows = rows(&sample());
    let published: [f64; 4] = ["r", "alpha", "a", "b"].map(|name| golden[name].as_f64().unwrap());
    let model = BgNbd::of(published);
    close(model.log_likelihood(&rows), -9582.429, decimals(3));
    assert!(BgNbd::fit(&rows).unwrap().log_likelihood > model.log_likelihood(&rows));
    close(model.alive(26, 30.857, 31.0), 0.96885, decimals(5));
    close(model.alive(26, 30.85714, 31.0), 0.968_854_437, decimals(9));
    close(model.expected(26, 30.85714, 31.0, 52.0), 25.757_356_1, decimals(7));
    close(model.expected_if_alive(0, 0.0, 52.0), 1.444_010_63, decimals(8));
    for (x, expected, digits) in
        [(10, 0.347_484_25, 8), (15, 0.042_837_103, 9), (20, 0.004_159_284_1, 10), (25, 0.000_358_394_74, 11)]
    {
        close(model.expected(x, 20.0, 39.0, 52.0), expected, decimals(digits));
    }
}

#[test]
fn the_formulas_of_pareto_nbd_hold_at_the_published_parameters() {
    let golden = &goldens()["cdnow"]["pnbd"];
    let rows = rows(&sample());
    let published: [f64; 4] = ["r", "alpha", "s", "beta"].map(|name| golden[name].as_f64().unwrap());
    let model = ParetoNbd::of(published);
    close(model.log_likelihood(&rows), -9594.976, decimals(3));
    assert!(ParetoNbd::fit(&rows).unwrap().log_likelihood > model.log_likelihood(&rows));
    let (last, age) = (216.0 / 7.0, 31.0);
    close(model.alive(26, last, age), 0.997_874, decimals(6));
    close(model.alive(26, last, age), 0.997_873_505, decimals(9));
    close(model.expected(26, last, age, 52.0), 25.456_110_9, decimals(7));
    close(model.expected_if_alive(0, 0.0, 52.0), 1.473_389_27, decimals(8));
    close(model.alive(0, 0.0, 39.0), 0.294_333_885, decimals(9));
    for (x, expected, digits) in [
        (10, 0.705_893_61, 8),
        (15, 0.144_141_33, 8),
        (20, 0.022_486_898_750_6, 13),
        (25, 0.003_089_370_446_92, 14),
    ] {
        close(model.expected(x, 20.0, 39.0, 52.0), expected, decimals(digits));
    }
}

#[test]
fn the_hold_out_of_cdnow_is_forecast_as_published() {
    let goldens = goldens();
    let (bg, pareto) = (&goldens["cdnow"]["bgnbd"], &goldens["cdnow"]["pnbd"]);
    let sample = sample();
    let rows = rows(&sample);
    let of_bg = BgNbd::of(BgNbd::fit(&rows).unwrap().params).expected_of(&rows, 39.0);
    for (told, expected) in bins(&sample.repeats, &of_bg).iter().zip(numbers(&bg["holdout_bins_exp"])) {
        close(*told, expected, 5e-4);
    }
    close(of_bg.iter().sum(), bg["own_holdout_total"].as_f64().unwrap(), 0.05);
    let of_pareto = ParetoNbd::of(ParetoNbd::fit(&rows).unwrap().params).expected_of(&rows, 39.0);
    close(of_pareto.iter().sum(), pareto["own_holdout_total"].as_f64().unwrap(), 0.05);
    let buyers = repeat_buyers();
    let repeats: Vec<u32> = buyers.iter().map(|buyer| buyer.repeats).collect();
    let later: Vec<f64> = buyers.iter().map(|buyer| f64::from(buyer.later)).collect();
    let expected = numbers(&bg["holdout_bins_act"]);
    for (told, expected) in bins(&repeats, &later).iter().zip(expected).skip(1) {
        close(*told, expected, 5e-7);
    }
}

#[test]
fn gamma_gamma_on_cdnow_is_the_published_fit() {
    let golden = &goldens()["cdnow"]["gg"];
    let buyers = repeat_buyers();
    let repeats: Vec<u32> = buyers.iter().map(|buyer| buyer.repeats).collect();
    let mean_minor: Vec<f64> = buyers.iter().map(|buyer| buyer.mean).collect();
    assert_eq!(repeats.len(), 946);
    let spend = Spend { repeats: &repeats, mean_minor: &mean_minor };
    let fit = GammaGamma::fit(&spend).unwrap();
    for (told, name) in fit.params.iter().zip(["p", "q", "v"]) {
        close(*told, golden[name].as_f64().unwrap(), 5e-3);
    }
    close(fit.log_likelihood, golden["LL"].as_f64().unwrap(), 5e-5);
    let model = GammaGamma::of(fit.params);
    near(model.expected_minor(2, 22.35).unwrap(), golden["E_m_x2_22.35"].as_f64().unwrap());
    assert!(model.expected_minor(0, 0.0).unwrap() > 30.0);
}

#[test]
fn sbg_on_the_published_cohorts_is_the_published_fit() {
    let golden = &goldens()["sbg"];
    for name in ["highend", "regular"] {
        let survivors: Vec<u32> =
            numbers(&golden[format!("{name}_surv")]).iter().map(|survivors| *survivors as u32).collect();
        let renewals = Renewals::from_survivors(&survivors);
        let fit = Sbg::fit(&renewals).unwrap();
        let expected = numbers(&golden[name]);
        close(fit.params[0], expected[0], 2e-6);
        close(fit.params[1], expected[1], 2e-6);
        close(fit.log_likelihood, expected[2], 5e-4);
        let model = Sbg::of(fit.params);
        for (periods, survivors) in (0..).zip(survivors) {
            close(model.survival(periods), f64::from(survivors) / 1000.0, 0.02);
        }
    }
}

#[test]
fn bg_bb_on_the_donations_is_the_published_fit() {
    let golden = &goldens()["bgbb_donations"];
    let columns = columns("cdnow/donations.csv");
    let whole = |name: &str| columns[name].iter().map(|value| *value as u32).collect::<Vec<u32>>();
    let (bought, last, occasions) = (whole("frequency"), whole("recency"), whole("periods"));
    let customers = &columns["weights"];
    let chances = Chances { bought: &bought, last: &last, occasions: &occasions, customers };
    let fit = BgBb::fit(&chances).unwrap();
    for (told, name) in fit.params.iter().zip(["alpha", "beta", "gamma", "delta"]) {
        close(told / golden[name].as_f64().unwrap(), 1.0, 2e-4);
    }
    for (told, paper) in fit.params.iter().zip([1.204, 0.750, 0.657, 2.783]) {
        close(*told, paper, 5e-4);
    }
    close(fit.log_likelihood, golden["LL"].as_f64().unwrap(), 5e-3);
    let published = ["alpha", "beta", "gamma", "delta"].map(|name| golden[name].as_f64().unwrap());
    assert!(fit.log_likelihood >= BgBb::of(published).log_likelihood(&chances));
}
