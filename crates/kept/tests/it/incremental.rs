//! A day on top of what the last edition remembers publishes what one refresh over everything publishes.

use crate::support::{CONFIG, Home};
use lake::{Access, Lake, Mode, tables};
use std::fmt::Write as _;
use std::path::Path;

/// The people of one silo in place of a shop's orders.
fn config() -> String {
    let (company, _) = CONFIG.split_once("[[silo]]").expect("a silo");
    format!(
        r#"{company}[[silo]]
id = "crm"
name = "Contacts"
owner = "sales"
[[silo.feed]]
id = "people"
files = "people.csv"
columns = {{ record = "no", given = "given", family = "family", birth_date = "born", email = "mail", phone = "phone", postcode = "code", city = "city" }}
"#
    )
}

/// What identity publishes, and what it keeps for the next time.
const TABLES: [&str; 6] = ["customer_of", "merges", "review", "generic_values", "pairs", "overfull_blocks"];

/// More than are compared all with all.
const PEOPLE: u64 = 2_200;

fn scatter(number: u64) -> u64 {
    let product = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (product ^ product >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 7
}

/// Cells of a contact; every fourth is somebody again, with a slip. `day` 1 knows a few changes.
fn row(no: u64, day: u64) -> String {
    const GIVEN: [&str; 12] = [
        "Anna", "Bruno", "Carla", "David", "Elena", "Fabian", "Greta", "Hanno", "Irene", "Jonas", "Klara",
        "Lukas",
    ];
    const FAMILY: [&str; 6] = ["Steinmann", "Hofbauer", "Waldinger", "Kirchmeier", "Rothauser", "Linden"];
    let person = if no.is_multiple_of(4) { no / 2 + 1 } else { no };
    let of = |salt: u64, many: u64| scatter(person * 16 + salt) % many;
    let (given, family) = (GIVEN[of(1, 12) as usize], FAMILY[of(2, 6) as usize]);
    let family = if no.is_multiple_of(4) { family.replacen("in", "ni", 1) } else { family.to_owned() };
    let (year, month, born) = (1940 + of(3, 60), 1 + of(4, 12), 1 + of(5, 28));
    let phone = 5_000_000 + of(6, 900_000) + u64::from(day == 1 && no.is_multiple_of(97));
    let mail =
        if no.is_multiple_of(3) { format!("{given}{}@example.org", of(7, 9_000)) } else { String::new() };
    let (code, city) = (1_000 + 10 * of(8, 20), ["Wien", "Graz"][of(9, 2) as usize]);
    format!("c{no},{given},{family},{year}-{month:02}-{born:02},{mail},+43 1 {phone},{code},{city}\n")
}

/// The contacts at the end of a day. On day 1 some are new, some changed, some gone.
fn file(day: u64) -> String {
    let mut text = "no,given,family,born,mail,phone,code,city\n".to_owned();
    for no in (1..=PEOPLE + 60 * day).filter(|no| day == 0 || !no.is_multiple_of(211)) {
        let _ = write!(text, "{}", row(no, day));
    }
    text
}

fn home(day: u64) -> Home {
    let home = Home::new();
    home.write("kept.toml", config());
    import(&home, day);
    home
}

fn import(home: &Home, day: u64) {
    home.write("data/people.csv", file(day));
    home.run(&["import"]);
}

/// Gives a home the models of another.
async fn hand_on_models(from: &Path, to: &Path) -> lake::Result<()> {
    let (from, to) = (Lake::open(from, Access::Read).await?, Lake::open(to, Access::Write).await?);
    let models = from.view(from.head().await?).await?.table("select * from models order by seq").await?;
    to.put(&tables::models(), Mode::Append, "models of another home", &[models]).await?;
    Ok(())
}

/// Refreshes; tells how many records were touched and how many pairs weighed.
fn refreshed(home: &Home) -> (u64, u64) {
    let published = home.json(&["refresh"]);
    let checks = published["edition"]["checks"].as_str().expect("checks");
    let checks: serde_json::Value = serde_json::from_str(checks).expect("JSON");
    let figure = |name: &str| checks["identity"][name].as_u64().expect("a figure");
    (figure("touched"), figure("pairs"))
}

#[test]
fn a_day_publishes_what_one_refresh_over_everything_publishes_for_a_fraction_of_the_pairs() {
    let daily = home(0);
    assert_eq!(refreshed(&daily).0, PEOPLE);
    import(&daily, 1);
    let (touched, pairs) = refreshed(&daily);
    let at_once = home(1);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    runtime.block_on(hand_on_models(&daily.path(), &at_once.path())).expect("models");
    let (all, all_pairs) = refreshed(&at_once);
    for table in TABLES {
        let query = format!("select * from {table}");
        let (one, other) = (daily.sql(&query), at_once.sql(&query));
        assert!(one == other, "{table} differs");
        assert!(!one.is_empty() || table == "generic_values", "{table} is empty");
    }
    assert_eq!(all, PEOPLE + 60 - 10);
    assert!(touched >= 60 && touched * 3 < all, "{touched} of {all}");
    assert!(pairs > 0 && pairs * 3 < all_pairs, "{pairs} of {all_pairs}");
}
