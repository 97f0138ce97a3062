//! Third-party data of the tests, read from `KEPT_TEST_DATA`.

use model::period::days_from_civil;
use std::collections::BTreeMap;
use std::path::PathBuf;

pub(crate) fn text(file: &str) -> String {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let workspace = PathBuf::from(manifest).join("../..");
    let data = std::env::var("KEPT_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let path = workspace.join(data).join(file);
    std::fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; set KEPT_TEST_DATA to the folder of test data", path.display())
    })
}

/// Columns of a CSV of numbers by their names; cells that are no number are NaN.
pub(crate) fn columns(file: &str) -> BTreeMap<String, Vec<f64>> {
    let text = text(file);
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut columns: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for line in lines.filter(|line| !line.is_empty()) {
        for (name, cell) in names.iter().zip(line.split(',')) {
            columns.entry((*name).to_owned()).or_default().push(cell.parse().unwrap_or(f64::NAN));
        }
    }
    columns
}

pub(crate) fn goldens() -> serde_json::Value {
    serde_json::from_str(&text("value/goldens.json")).unwrap()
}

/// Numbers of a JSON array or the number itself.
pub(crate) fn numbers(value: &serde_json::Value) -> Vec<f64> {
    match value.as_array() {
        Some(array) => array.iter().map(|number| number.as_f64().unwrap()).collect(),
        None => vec![value.as_f64().unwrap()],
    }
}

#[track_caller]
pub(crate) fn close(told: f64, expected: f64, within: f64) {
    assert!((told - expected).abs() <= within, "{told} is not {expected} ± {within}");
}

/// The published tenth of CDNOW: repeats, days to the last, days of age, at the end of September 1997.
pub(crate) struct Sample {
    pub(crate) repeats: Vec<u32>,
    pub(crate) last_days: Vec<u32>,
    pub(crate) age_days: Vec<u32>,
}

pub(crate) fn sample() -> Sample {
    let columns = columns("cdnow/cdnow_customers_summary.csv");
    let days = |name: &str| columns[name].iter().map(|weeks| (weeks * 7.0).round() as u32).collect();
    Sample {
        repeats: columns["frequency"].iter().map(|x| *x as u32).collect(),
        last_days: days("recency"),
        age_days: days("T"),
    }
}

/// A customer of CDNOW's full file as the sample sees it.
pub(crate) struct Buyer {
    pub(crate) repeats: u32,
    last_days: u32,
    age_days: u32,
    /// Mean value of a repeat purchase day, dollars.
    pub(crate) mean: f64,
    /// Purchase days in the 39 weeks after.
    pub(crate) later: u32,
}

const CUT_OFF: (i32, u32, u32) = (1997, 9, 30);
/// Where two buyers of the full file fit a repeat buyer of the sample, the earlier one is meant, but for these:
/// told apart by the published mean spend.
const LATER_ONES: [usize; 14] = [26, 38, 539, 621, 873, 944, 1178, 1198, 1217, 1247, 1305, 1533, 1588, 2017];

fn buyers() -> Vec<Buyer> {
    let cut_off = days_from_civil(CUT_OFF.0, CUT_OFF.1, CUT_OFF.2);
    let mut lives: BTreeMap<u32, BTreeMap<i32, f64>> = BTreeMap::new();
    for line in text("cdnow/CDNOW_master.txt").lines().skip(1) {
        let cells: Vec<&str> = line.split_whitespace().collect();
        let [id, date, _, dollars] = cells[..] else { continue };
        let day = days_from_civil(
            date[..4].parse().unwrap(),
            date[4..6].parse().unwrap(),
            date[6..].parse().unwrap(),
        );
        let life = lives.entry(id.parse().unwrap()).or_default();
        *life.entry(day).or_default() += dollars.parse::<f64>().unwrap();
    }
    let mut buyers: Vec<Buyer> = lives
        .values()
        .map(|life| {
            let first = *life.keys().next().unwrap();
            let repeats: Vec<(i32, f64)> = life
                .iter()
                .skip(1)
                .filter(|(day, _)| **day <= cut_off)
                .map(|(day, value)| (*day, *value))
                .collect();
            let sum: f64 = repeats.iter().map(|(_, value)| value).sum();
            Buyer {
                repeats: repeats.len() as u32,
                last_days: repeats.last().map_or(0, |(day, _)| (day - first) as u32),
                age_days: (cut_off - first) as u32,
                mean: sum / repeats.len().max(1) as f64,
                later: life.keys().filter(|day| **day > cut_off).count() as u32,
            }
        })
        .collect();
    buyers.sort_by_key(|buyer| std::cmp::Reverse(buyer.age_days));
    buyers
}

/// The repeat buyers of the sample, found in the full file: both are in order of first purchase and id, so the
/// sample is matched as a subsequence, from the front and from the back.
pub(crate) fn repeat_buyers() -> Vec<Buyer> {
    let (sample, buyers) = (sample(), buyers());
    let fits = |at: usize, buyer: &Buyer| {
        (buyer.repeats, buyer.last_days, buyer.age_days)
            == (sample.repeats[at], sample.last_days[at], sample.age_days[at])
    };
    let n = sample.repeats.len();
    let (mut earliest, mut latest) = (vec![0; n], vec![0; n]);
    let mut next = 0;
    for (at, place) in earliest.iter_mut().enumerate() {
        *place = next + buyers[next..].iter().position(|buyer| fits(at, buyer)).unwrap();
        next = *place + 1;
    }
    let mut end = buyers.len();
    for (at, place) in latest.iter_mut().enumerate().rev() {
        *place = buyers[..end].iter().rposition(|buyer| fits(at, buyer)).unwrap();
        end = *place;
    }
    let mut chosen = vec![false; buyers.len()];
    for at in (0..n).filter(|at| sample.repeats[*at] > 0) {
        chosen[if LATER_ONES.contains(&(at + 1)) { latest[at] } else { earliest[at] }] = true;
    }
    buyers.into_iter().zip(chosen).filter(|(_, chosen)| *chosen).map(|(buyer, _)| buyer).collect()
}
