//! Killed at random moments of import and refresh: what was published stays, a re-run completes, totals are exact.

use crate::support::{CONFIG, Home};
use std::process::Stdio;
use std::time::Duration;

const ROUNDS: u64 = 50;

/// Version `v` of the file: so many customers, each with one purchase; the count tells the version.
fn customers(version: u64) -> u64 {
    3000 + version
}

fn file(version: u64) -> String {
    let row = |n: u64| {
        let cents = n + version;
        format!("c{n},2024-0{}-1{},{}.{:02},{n}\n", n % 9 + 1, n % 10, cents / 100, cents % 100)
    };
    "who,day,total,no\n".to_owned() + &(0..customers(version)).map(row).collect::<Vec<_>>().concat()
}

/// Customers, purchases and revenue of a version.
fn totals(version: u64) -> Vec<String> {
    let n = customers(version);
    let cents: u64 = (0..n).map(|row| row + version).sum();
    [n, n, cents].iter().map(ToString::to_string).collect()
}

fn published(home: &Home) -> Vec<String> {
    home.sql("select count(*), sum(purchases), sum(net_minor) from customer_state").remove(0)
}

/// Starts a command and kills it after a while, unless it ends before.
fn kill(home: &Home, args: &[&str], after: Duration) {
    let mut child =
        home.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("kept runs");
    std::thread::sleep(after);
    // SIGKILL: no clean-up runs. An error means that it had ended.
    drop(child.kill());
    child.wait().expect("gone");
}

#[test]
fn killed_at_random_moments_the_last_edition_stays_and_a_rerun_is_exact() {
    let home = Home::new();
    home.write("kept.toml", CONFIG);
    home.write("data/orders.csv", file(0));
    home.run(&["import"]);
    home.run(&["refresh"]);
    let mut shown = 0;
    assert_eq!(published(&home), totals(shown));
    let mut random: u64 = 0x2545_f491_4f6c_dd1d;
    for round in 1..=ROUNDS {
        home.write("data/orders.csv", file(round));
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let after = Duration::from_millis((random >> 33) % 500);
        if round % 2 == 1 {
            kill(&home, &["import"], after);
            assert_eq!(
                published(&home),
                totals(shown),
                "round {round}: an import shows nothing before a refresh"
            );
        } else {
            home.run(&["import"]);
            kill(&home, &["refresh"], after);
            let now = published(&home);
            assert!(
                now == totals(shown) || now == totals(round),
                "round {round}: neither the old edition nor the new: {now:?}"
            );
        }
        if round % 5 == 0 {
            home.run(&["import"]);
            home.run(&["refresh"]);
            shown = round;
            assert_eq!(published(&home), totals(shown), "round {round}: the re-run completes exactly");
            assert_eq!(
                home.sql("select count(*) from events")[0][0],
                customers(shown).to_string(),
                "nothing doubled"
            );
        } else if published(&home) == totals(round) {
            shown = round;
        }
    }
    let stray = home.sql("select count(*) from imports where status = 'started'");
    let aborted = home.sql("select count(*) from imports where status = 'aborted'");
    println!("imports started {}, found broken off {}", stray[0][0], aborted[0][0]);
}
