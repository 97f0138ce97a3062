//! What the retention triangle says: its sentence, the shade of its cells, and itself in a terminal.

use crate::number;
use std::fmt::Write as _;

/// Retention at one age, of younger cohorts against older.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend<'a> {
    /// The age: `12 months`.
    pub age: &'a str,
    /// Share of the older half active at it (0–1).
    pub older_share: f64,
    /// Share of the younger half.
    pub younger_share: f64,
    /// younger − older.
    pub change: f64,
    /// Lower end of its 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One sentence; `gained` customers in `cohorts` cohorts stand behind it.
pub fn sentence(trend: Option<Trend<'_>>, gained: i64, cohorts: usize) -> String {
    let Some(trend) = trend else {
        if gained == 0 {
            return "Nobody has been gained yet, so there is no cohort to tell of.".to_owned();
        }
        let customers = number::counted(usize::try_from(gained).unwrap_or(0), "customer", "customers");
        let periods = number::counted(cohorts, "cohort", "cohorts");
        return format!(
            "{customers} gained in {periods}: too little history yet to say whether they stay longer."
        );
    };
    let verdict = match (trend.low > 0.0, trend.high < 0.0) {
        (true, _) => "We keep newer customers better than older ones",
        (_, true) => "We keep newer customers worse than older ones",
        _ => "We keep newer customers about as well as older ones",
    };
    format!(
        "{verdict}: after {}, {} of the younger half of cohorts are active against {} of the older ({} points, 95\u{a0}% interval {} to {}).",
        trend.age,
        number::percent(trend.younger_share),
        number::percent(trend.older_share),
        points(trend.change),
        points(trend.low),
        points(trend.high),
    )
}

/// A change of shares in points: `+4.8`.
fn points(change: f64) -> String {
    let told = format!("{:.1}", change.abs() * 100.0);
    match change {
        _ if told == "0.0" => told,
        up if up > 0.0 => format!("+{told}"),
        _ => format!("−{told}"),
    }
}

/// The shade of a cell, 0 (none) to 10 (all); more than all is all.
pub fn shade(share: Option<f64>) -> usize {
    share.filter(|share| share.is_finite()).map_or(0, |share| (share.clamp(0.0, 1.0) * 10.0).round() as usize)
}

/// A cohort on the terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Cohort {
    /// Its period.
    pub name: String,
    /// Customers gained.
    pub size: i64,
    /// Share by age (0–1).
    pub shares: Vec<Option<f64>>,
}

/// The triangle, newest cohort last: shares in percent, as many ages as `width` columns hold.
pub fn terminal(cohorts: &[Cohort], width: usize) -> String {
    const CELL: usize = 5;
    let names = cohorts.iter().map(|cohort| cohort.name.chars().count()).max().unwrap_or(0).max(6);
    let sizes: Vec<String> = cohorts.iter().map(|cohort| number::count(cohort.size)).collect();
    let size_width = sizes.iter().map(|size| size.chars().count()).max().unwrap_or(0).max(6);
    let longest = cohorts.iter().map(|cohort| cohort.shares.len()).max().unwrap_or(0);
    let ages = longest.min(width.clamp(40, 240).saturating_sub(names + size_width + 1) / CELL).max(1);
    let mut told = format!("{:names$} {:>size_width$}", "cohort", "gained");
    for age in 0..ages.min(longest) {
        let _ = write!(told, "{age:>CELL$}");
    }
    told.push('\n');
    for (cohort, size) in cohorts.iter().zip(&sizes) {
        let _ = write!(told, "{:names$} {size:>size_width$}", cohort.name);
        for share in cohort.shares.iter().take(ages) {
            let cell = share.map_or_else(|| "–".to_owned(), |share| format!("{:.0}", share * 100.0));
            let _ = write!(told, "{cell:>CELL$}");
        }
        told.push('\n');
    }
    if ages < longest {
        let _ =
            writeln!(told, "{} later ages do not fit; make the terminal wider or use --json", longest - ages);
    }
    told
}

/// A curve of survival on the terminal: a bar for each row of days and share.
pub fn terminal_survival(rows: &[(u32, f64, f64, f64)], width: usize) -> String {
    let room = width.clamp(40, 160).saturating_sub(34).max(8);
    let mut told = format!("{:>6} {:room$} {:>7}  95 % interval\n", "days", "", "there");
    for (days, share, low, high) in rows {
        let filled = (share.clamp(0.0, 1.0) * room as f64).round() as usize;
        let bar = "█".repeat(filled) + &" ".repeat(room - filled.min(room));
        let percent = |share: &f64| format!("{:.1}", share * 100.0);
        let _ =
            writeln!(told, "{days:>6} {bar} {:>6}%  {} – {}", percent(share), percent(low), percent(high));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_says_whether_newer_customers_stay() {
        let trend = |low: f64, high: f64| Trend {
            age: "12 months",
            older_share: 0.573,
            younger_share: 0.621,
            change: 0.048,
            low,
            high,
        };
        let told = |trend| sentence(trend, 371, 9).replace('\u{a0}', " ");
        assert_eq!(
            told(Some(trend(0.021, 0.075))),
            "We keep newer customers better than older ones: after 12 months, 62.1 % of the younger half of cohorts are active against 57.3 % of the older (+4.8 points, 95 % interval +2.1 to +7.5)."
        );
        assert!(told(Some(trend(-0.01, 0.075))).starts_with("We keep newer customers about as well"));
        assert!(told(Some(trend(-0.3, -0.1))).starts_with("We keep newer customers worse"));
        assert!(told(None).starts_with("371 customers gained in 9 cohorts: too little history"));
        assert!(sentence(None, 0, 0).starts_with("Nobody has been gained yet"));
        assert_eq!(points(-0.0001), "0.0");
    }

    #[test]
    fn shades_run_from_none_to_all() {
        let table = [
            (None, 0),
            (Some(0.0), 0),
            (Some(0.449), 4),
            (Some(1.0), 10),
            (Some(7.0), 10),
            (Some(f64::NAN), 0),
        ];
        for (share, told) in table {
            assert_eq!(shade(share), told, "{share:?}");
        }
    }

    #[test]
    fn no_line_of_a_terminal_is_wider_than_asked() {
        let cohort = |i: usize| Cohort {
            name: format!("2026-{:02}", i + 1),
            size: 1_204,
            shares: (0..12 - i).map(|age| (age != 3).then_some(1.0 / (age + 1) as f64)).collect(),
        };
        let cohorts: Vec<Cohort> = (0..12).map(cohort).collect();
        for width in [40, 60, 100] {
            let told = terminal(&cohorts, width);
            assert!(told.lines().take(13).all(|line| line.chars().count() <= width), "{told}");
            assert_eq!(told.contains("do not fit"), width < 80, "{told}");
            let rows = [(0, 1.0, 1.0, 1.0), (1_810, 0.712, 0.690, 0.733)];
            let told = terminal_survival(&rows, width);
            assert!(told.lines().all(|line| line.chars().count() <= width), "{told}");
        }
        assert!(terminal(&[], 80).starts_with("cohort"));
    }
}
