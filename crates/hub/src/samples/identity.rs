//! Sample rows of identity: pairs near and far, hostile names, a model, decisions in and out of force.

use super::rows::{PUBLISHED_US, record};
use refresh::decisions::{Decision, RecordName, Verdict};
use refresh::view::identity::{
    Change, Comparison, Explanation, GenericValue, IdentityStatus, Large, ModelField, ModelLevel,
    ModelSummary, ModelView, Part, Proposal, RuleCount, Size, Waiting,
};
use refresh::view::{Merge, Page};

const HOUR_US: i64 = 3_600_000_000;

/// 2⁻¹⁵·⁵ and a little.
const MATCH_SHARE: f64 = 1.0 / 45_678.0;

fn id(number: u32) -> String {
    format!("0198c0de-0000-7000-8000-{number:012}")
}

pub(crate) fn identity() -> IdentityStatus {
    let sizes = [
        (1, 2_204),
        (2, 1_655),
        (3, 1_402),
        (4, 998),
        (5, 611),
        (6, 500),
        (9, 402),
        (14, 200),
        (23, 41),
        (57, 3),
    ];
    let large =
        |number, name: &str, records, silos| Large { id: id(number), name: name.into(), records, silos };
    let generic =
        |field: &str, value: &str, names| GenericValue { field: field.into(), value: value.into(), names };
    IdentityStatus {
        records: 30_308,
        customers: 8_016,
        sizes: sizes.map(|(records, customers)| Size { records, customers }).to_vec(),
        largest: Page {
            total: 5_812,
            rows: vec![
                large(1, "Ann-Sophie Freifrau von und zu Hohenstein-Wallersberg-Kleinschmidt", 57, 7),
                large(2, "محمد الأمين", 31, 6),
                large(3, "<script>alert(1)</script>", 24, 5),
                large(4, "", 23, 2),
            ],
        },
        generic: Page {
            total: 5,
            rows: vec![
                generic("phone", "+49 30 1234567", 214),
                generic("email", "<img src=x onerror=alert(1)>", 9),
            ],
        },
        waiting: 12,
        decided: 2,
        not_yet_counted: 2,
        model: Some(summary()),
        compared: Some(vec![rule("e-mail", 9_120, 0), rule("birth date", 218_400, 12_497_500)]),
        touched: Some(4_210),
    }
}

fn rule(name: &str, pairs: u64, left_pairs: u64) -> RuleCount {
    RuleCount { name: name.into(), pairs, left_pairs, edges: pairs / 7 }
}

fn summary() -> ModelSummary {
    ModelSummary {
        version: "5f3a09c1d2e4b567".into(),
        at_us: PUBLISHED_US,
        by: "the first refresh".into(),
        records: 30_308,
        match_share: MATCH_SHARE,
    }
}

fn part(field: &str, level: &str, values: [&str; 2], weight: f32, frequency: f32) -> Part {
    let [a, b] = values.map(str::to_owned);
    Part { field: field.into(), level: level.into(), a, b, weight, frequency }
}

/// A slip in the name, the same rare address and birth date, another e-mail; the weight follows.
fn comparison() -> Comparison {
    let address = "Am Wall 1, 28195 Bremen, c/o a name so long that it must wrap somewhere";
    let parts = vec![
        part("given", "exact", ["Ann", "Ann"], 4.31, -1.84),
        part("family", "slip", ["Oakley", "Oakly"], 5.92, 0.0),
        part("birth_date", "exact", ["1974-08-06", "6.8.1974"], 9.87, 0.0),
        part(
            "email",
            "different",
            ["ann@example.org", "a.oakly@a-rather-long-company-name.example"],
            -6.42,
            0.0,
        ),
        part("postcode", "exact", ["28195", "28195"], 7.13, 2.91),
        part("address", "close", ["Am Wall 1", address], 2.04, 0.0),
        part("city", "different", ["Bremen", "<script>alert(1)</script>"], -2.37, 0.0),
    ];
    let (prior, household) = (-15.48, -2.88);
    let weight = parts.iter().fold(prior + household, |sum, part| sum + part.weight);
    let email = ("email", "ann@example.org");
    Comparison {
        a: record(
            "shop",
            "8812",
            &[("name", "Ann Oakley"), email, ("postcode", "28195"), ("city", "Bremen")],
        ),
        b: record(
            "helpdesk",
            "u-31",
            &[("name", "Ann Oakly"), ("address", address), ("city", "<script>alert(1)</script>")],
        ),
        prior,
        parts,
        household,
        weight,
        probability: 0.813,
        model: summary().version,
    }
}

/// Two who share nothing but a silo's key for a name; nothing else is known.
fn bare() -> Comparison {
    let parts = vec![part("name", "short", ["M. Алексеев", "Михаил Алексеев"], 11.2, 3.3)];
    let [a, b] = [("till", "Ä 1/2"), ("web", "a:b&c")].map(|(silo, key)| record(silo, key, &[]));
    Comparison {
        a,
        b,
        prior: -15.48,
        parts,
        household: 0.0,
        weight: -4.28,
        probability: 0.048,
        model: String::new(),
    }
}

pub(crate) fn waiting() -> Page<Waiting> {
    let pair = |number, doubt: &str, comparison| Waiting {
        customer_a: id(number),
        customer_b: id(number + 1),
        records: (3, 1),
        doubt: doubt.into(),
        comparison,
    };
    let rows = vec![
        pair(10, "uncertain", comparison()),
        pair(20, "exclusive_ids", comparison()),
        pair(30, "weak_bridge", bare()),
        pair(40, "limit", bare()),
    ];
    Page { total: 12, rows }
}

fn named(name: &str) -> RecordName {
    RecordName::parse(name).expect("name")
}

fn decision(seq: u64, hours: i64, names: [&str; 2], verdict: Verdict, reason: &str) -> Decision {
    let [a, b] = names.map(named);
    Decision {
        seq,
        at_us: PUBLISHED_US + hours * HOUR_US,
        by: "Ann".into(),
        a,
        b,
        verdict,
        reason: reason.into(),
    }
}

/// Newest first; the edition does not count the newest.
pub(crate) fn decisions() -> Page<(Decision, bool)> {
    let twins = ["shop:1", "till:a-rather-long-key-of-a-silo-0000000000017"];
    let rows = vec![
        (decision(4, 2, ["shop:8812", "helpdesk:u-31"], Verdict::Same, "<b>called</b> her: she moved"), true),
        (decision(3, -20, ["shop:2", "web:9"], Verdict::Undone, "was a slip"), false),
        (decision(2, -30, twins, Verdict::Different, "twins, see the letter of 3 May"), true),
        (decision(1, -90, ["shop:2", "web:9"], Verdict::Same, "same handwriting"), false),
    ];
    Page { total: rows.len(), rows }
}

pub(crate) fn explanation() -> Explanation {
    let merge = |a: &str, b: &str, rule: &str, field: &str, weight| Merge {
        record_a: a.into(),
        record_b: b.into(),
        rule: rule.into(),
        field: field.into(),
        weight,
    };
    Explanation {
        one_customer: true,
        customers: (id(10), id(10)),
        comparison: comparison(),
        path: vec![
            merge("shop:8812", "web:<i>7", "scored", "name+birth_date", Some(11.37)),
            merge("web:<i>7", "till:5", "same_value", "exclusive_id", None),
            merge("till:5", "helpdesk:u-31", "decided", "", None),
        ],
        decision: decisions().rows.into_iter().next().map(|(decision, _)| decision),
    }
}

pub(crate) fn model() -> ModelView {
    let level = |&(name, m, u): &(&str, f64, f64)| ModelLevel {
        name: name.into(),
        m,
        u,
        weight: (m / u).log2() as f32,
    };
    let field = |name: &str, rare_bits, common, levels: &[(&str, f64, f64)]| ModelField {
        name: name.into(),
        null_share: 0.123,
        levels: levels.iter().map(level).collect(),
        rare_bits,
        common,
    };
    let fields = vec![
        field(
            "given",
            3.1,
            41,
            &[
                ("exact", 0.86, 0.004),
                ("slip", 0.06, 0.000_2),
                ("short", 0.05, 0.001),
                ("different", 0.03, 0.994_8),
            ],
        ),
        field(
            "birth_date",
            0.0,
            0,
            &[
                ("exact", 0.94, 0.000_043),
                ("slip", 0.04, 0.001_1),
                ("same year", 0.01, 0.017),
                ("different", 0.01, 0.981_857),
            ],
        ),
        field(
            "email",
            0.0,
            0,
            &[
                ("exact", 0.55, 0.000_000_7),
                ("same mailbox", 0.11, 0.000_02),
                ("different", 0.34, 0.999_979_3),
            ],
        ),
        field("<script>", 1.2, 1, &[("exact", 0.7, 0.11), ("different", 0.3, 0.89)]),
    ];
    ModelView { summary: summary(), fields }
}

pub(crate) fn proposal() -> Proposal {
    let change = |customers: &[u32], groups: &[&[&str]]| Change {
        customers: customers.iter().map(|number| id(*number)).collect(),
        groups: groups.iter().map(|group| group.iter().map(|name| (*name).to_owned()).collect()).collect(),
    };
    let merged = change(&[10, 11], &[&["shop:8812", "web:7", "shop:<img src=x onerror=alert(1)>"]]);
    let split = change(&[20], &[&["till:5", "till:6"], &["helpdesk:u-31"]]);
    Proposal {
        model: ModelSummary { version: "a1b2c3d4e5f60718".into(), by: String::new(), ..summary() },
        would_merge: Page { total: 3, rows: vec![merged] },
        would_split: Page { total: 1, rows: vec![split] },
    }
}
