//! The exports agree with each other and with the truth: read back as a stranger would read them.

mod consistency;
mod planted;
mod read;

use crate::{Error, Plan, Summary, config_text, write};
use model::Day;
use read::{File, read};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn plan(seed: u64) -> Plan {
    Plan { seed, customers: 700, until: Day::of(jiff::civil::date(2026, 10, 31)) }
}

fn written(plan: &Plan) -> Result<(tempfile::TempDir, Summary), Error> {
    let dir = tempfile::tempdir().map_err(Error::at(Path::new("temporary folder")))?;
    let summary = write(dir.path(), plan, &mut |_, _| {})?;
    Ok((dir, summary))
}

/// Path below `dir` → bytes, of every file.
fn bytes_below(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path.strip_prefix(dir).unwrap().to_owned(), bytes);
        }
    }
    found
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_does_not() {
    let small = |seed| Plan { customers: 120, ..plan(seed) };
    let [one, same, other] = [7, 7, 8].map(|seed| bytes_below(written(&small(seed)).unwrap().0.path()));
    // The config, four calendar years of orders, seven other exports and three truths.
    assert_eq!(one.len(), 1 + 4 + 7 + 3);
    for (path, bytes) in &one {
        let is_config = path == Path::new("kept.toml");
        assert!(same.get(path) == Some(bytes), "{} differs", path.display());
        assert!((other.get(path) == Some(bytes)) == is_config, "{} and the other seed", path.display());
    }
}

#[test]
fn the_config_is_valid_and_every_feed_finds_its_files() {
    let plan = plan(1);
    let config =
        model::Config::parse(&config_text(&plan)).map_err(|problems| format!("{problems:?}")).unwrap();
    assert_eq!(config.as_of(), Some(plan.until));
    assert_eq!((config.departments.len(), config.stages.len(), config.silos.len()), (7, 9, 8));
    let (dir, _) = written(&plan).unwrap();
    for (silo, feed) in config.feeds() {
        let pattern = feed.files.as_ref().unwrap().get_ref();
        let (folder, name) = pattern.rsplit_once('/').unwrap();
        assert_eq!(folder, silo.id.get_ref());
        let files = std::fs::read_dir(dir.path().join("data").join(folder)).unwrap();
        let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
        assert!(
            names.into_iter().any(|file| model::config::glob(name.as_bytes(), file.as_bytes())),
            "{pattern}"
        );
    }
}

#[test]
fn every_event_of_the_feeds_has_a_touchpoint_and_every_touchpoint_an_event() {
    let events = "contact_created page_viewed product_viewed product_added checkout_started order_completed \
        email_link_clicked club_offer_redeemed payment_failed unsubscribed order_placed order_refunded \
        order_cancelled store_purchase parcel_handed_over parcel_delivered parcel_failed parcel_returned \
        trial_started subscription_started subscription_cancelled subscription_ended ticket_opened ticket_solved ticket_rated survey_answered";
    let config = model::Config::parse(&config_text(&plan(1))).unwrap();
    let met: BTreeSet<usize> =
        events.split_whitespace().map(|event| config.touchpoint_of(event).expect(event)).collect();
    assert_eq!(met.len(), config.touchpoints.len());
}

#[test]
fn a_plan_without_customers_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let empty = Plan { customers: 0, ..plan(1) };
    assert!(matches!(write(dir.path(), &empty, &mut |_, _| {}), Err(Error::NoCustomers)));
}

#[test]
fn even_one_customer_makes_a_company() {
    let (dir, summary) = written(&Plan { customers: 1, ..plan(3) }).unwrap();
    assert!(summary.counts.orders + summary.counts.receipts > 0);
    assert_eq!(read(&dir.path().join("truth"), File::Csv("lives.csv")).len(), 2);
}

#[test]
fn progress_only_grows_and_ends_whole() {
    let dir = tempfile::tempdir().unwrap();
    let mut seen = Vec::new();
    write(dir.path(), &plan(2), &mut |done, total| seen.push((done, total))).unwrap();
    assert!(seen.is_sorted() && seen.iter().all(|(done, total)| done <= total));
    assert_eq!(seen.last(), Some(&(1400, 1400)));
}
