//! Which crate may reach which: the table of `ARCHITECTURE.md`, and the outside crates that one of ours stands before.

use super::Finding;
use super::manifest::{Manifest, Section};

/// A crate and the crates of ours that it may reach.
const ARROWS: &[(&str, &[&str])] = &[
    ("demo", &["model"]),
    ("gate", &["inbox", "intake", "lake", "model", "store"]),
    ("hub", &["model", "refresh", "report", "store"]),
    ("identity", &["model"]),
    ("inbox", &[]),
    ("intake", &["inbox", "lake", "model"]),
    ("journey", &["model"]),
    (
        "kept",
        &[
            "demo", "gate", "hub", "identity", "inbox", "intake", "lake", "ledger", "model", "refresh",
            "report", "store",
        ],
    ),
    ("lake", &[]),
    ("ledger", &["model"]),
    ("model", &[]),
    ("refresh", &["identity", "intake", "journey", "lake", "ledger", "model"]),
    ("report", &["model"]),
    ("store", &[]),
    ("xtask", &[]),
];

/// Arrays in, arrays out: these wait for nothing and open nothing.
const PURE: &[&str] = &["identity", "journey", "ledger", "model", "report"];

/// Findings of all manifests. Only what the crate itself reaches counts, not what its tests do.
pub(super) fn check(crates: &[Manifest]) -> Vec<Finding> {
    let ours: Vec<&str> = crates.iter().map(|manifest| manifest.name.as_str()).collect();
    crates.iter().flat_map(|manifest| of_crate(manifest, &ours)).collect()
}

fn of_crate(manifest: &Manifest, ours: &[&str]) -> Vec<Finding> {
    let name = manifest.name.as_str();
    let Some((_, allowed)) = ARROWS.iter().find(|(from, _)| *from == name) else {
        let message = format!(
            "crate `{name}` is in no table; add what it may reach to crates/xtask/src/tidy/arrows.rs"
        );
        return vec![Finding::new(&manifest.file, 1, message)];
    };
    let mut findings = Vec::new();
    for dependency in manifest.dependencies.iter().filter(|dependency| dependency.section == Section::Product)
    {
        let to = dependency.name.as_str();
        if ours.contains(&to) && !allowed.contains(&to) {
            let message =
                format!("`{name}` may not reach `{to}` (ARCHITECTURE.md, crates); {}", may_reach(allowed));
            findings.push(Finding::new(&manifest.file, dependency.line, message));
        }
        if let Some(rule) = guard(name, to) {
            findings.push(Finding::new(
                &manifest.file,
                dependency.line,
                format!("`{name}` uses `{to}`, but {rule}"),
            ));
        }
    }
    findings
}

fn may_reach(allowed: &[&str]) -> String {
    match allowed {
        [] => "it reaches none of ours".to_owned(),
        allowed => format!("it may reach {}", allowed.join(", ")),
    }
}

/// The rule that an outside crate breaks in one of ours, if any.
fn guard(from: &str, to: &str) -> Option<&'static str> {
    let engine = to == "datafusion" || to.starts_with("datafusion-") || to == "object_store";
    if engine && from != "lake" {
        return Some("only `lake` sees DataFusion and object stores; use a function of `lake`");
    }
    if to == "sqlx" && !["lake", "store"].contains(&from) {
        return Some("only `lake` and `store` see databases; use a function of theirs");
    }
    if to == "tokio" && PURE.contains(&from) {
        return Some("pure crates take arrays and return arrays; wait in the crate that calls it");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(manifests: &[(&str, &str)]) -> Vec<String> {
        let parsed = manifests.iter().map(|(name, rest)| {
            let text = format!("[package]\nname = \"{name}\"\n{rest}");
            Manifest::parse(&format!("crates/{name}/Cargo.toml"), &text).unwrap()
        });
        check(&parsed.collect::<Vec<_>>()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn arrows_of_the_table_pass_and_others_do_not() {
        let lake = ("lake", "[dependencies]\ndatafusion-ducklake.workspace = true\nsqlx.workspace = true\n");
        let model = ("model", "");
        let good = (
            "intake",
            "[dependencies]\nlake.workspace = true\nmodel.workspace = true\ntokio.workspace = true\n",
        );
        assert_eq!(found(&[lake, model, good]), [""; 0]);
        let bad = ("ledger", "[dependencies]\nmodel.workspace = true\nlake.workspace = true\n");
        let said = found(&[lake, model, bad]);
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].starts_with("crates/ledger/Cargo.toml:5: `ledger` may not reach `lake`"), "{said:?}");
        assert!(said[0].ends_with("it may reach model"), "{said:?}");
    }

    #[test]
    fn guarded_crates_stay_behind_their_door() {
        for (from, to, guarded) in [
            ("refresh", "datafusion", true),
            ("hub", "object_store", true),
            ("lake", "datafusion-ducklake", false),
            ("intake", "sqlx", true),
            ("store", "sqlx", false),
            ("store", "datafusion", true),
            ("identity", "tokio", true),
            ("hub", "tokio", false),
            ("report", "serde", false),
        ] {
            let said = found(&[(from, &format!("[dependencies]\n{to}.workspace = true\n"))]);
            assert_eq!(said.len(), usize::from(guarded), "{from} {to}: {said:?}");
        }
    }

    #[test]
    fn what_only_tests_reach_is_free() {
        assert_eq!(
            found(&[("lake", ""), ("ledger", "[dev-dependencies]\nlake.workspace = true\n")]),
            [""; 0]
        );
    }

    #[test]
    fn a_crate_that_is_in_no_table_is_found() {
        assert!(found(&[("surprise", "")])[0].contains("`surprise` is in no table"));
    }
}
