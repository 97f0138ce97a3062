//! Survival against published data: Rossi's released prisoners, Walton's flies.

use crate::data::{close, columns, goldens, text};
use ledger::survival::{Durations, cox, kaplan_meier, log_rank};

#[test]
fn kaplan_meier_on_rossi_is_the_published_curve() {
    let columns = columns("value/rossi.csv");
    let lost: Vec<bool> = columns["arrest"].iter().map(|arrest| *arrest > 0.5).collect();
    let curve = kaplan_meier(&Durations { time: &columns["week"], lost: &lost }, 0.95).unwrap();
    close(curve.share_at(20.0).unwrap(), 0.907_407_41, 5e-9);
    close(curve.share_at(52.0).unwrap(), 0.736_111_11, 5e-9);
    assert_eq!(curve.median()[0], None);
}

#[test]
fn cox_on_rossi_is_the_published_fit() {
    let golden = &goldens()["rossi_cox_efron"];
    let columns = columns("value/rossi.csv");
    let lost: Vec<bool> = columns["arrest"].iter().map(|arrest| *arrest > 0.5).collect();
    let names = ["fin", "age", "race", "wexp", "mar", "paro", "prio"];
    let covariates: Vec<&[f64]> = names.iter().map(|name| columns[*name].as_slice()).collect();
    let fit = cox(&Durations { time: &columns["week"], lost: &lost }, &covariates).unwrap();
    for (coefficient, name) in fit.coefficients.iter().zip(names) {
        close(coefficient.log_ratio, golden[name].as_f64().unwrap(), 1e-8);
    }
    close(fit.log_likelihood, golden["LL"].as_f64().unwrap(), 1e-7);
    close(fit.coefficients[0].standard_error, 0.1914, 5e-5);
}

#[test]
fn the_flies_of_walton_differ_as_published() {
    let text = text("value/waltons_dataset.csv");
    let (mut time, mut lost, mut group) = (Vec::new(), Vec::new(), Vec::new());
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let [.., at, seen, name] = cells[..] else { continue };
        time.push(at.parse::<f64>().unwrap());
        lost.push(seen == "1");
        group.push(u16::from(name == "control"));
    }
    assert_eq!(time.len(), 163);
    let told = log_rank(&Durations { time: &time, lost: &lost }, &group).unwrap();
    close(told.chi_square, 122.25, 5e-3);
    assert!(told.p_value < 1e-27);
    let curve = kaplan_meier(&Durations { time: &time, lost: &lost }, 0.95).unwrap();
    assert_eq!(curve.median()[0], Some(56.0));
}
