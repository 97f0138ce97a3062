//! Holds the workspace to the rules of the house, so that `cargo test` says when one is broken.

use xtask::tidy;
use xtask::workspace::Workspace;

#[test]
fn the_workspace_is_tidy() {
    let findings = tidy::check(&Workspace::root_of_tests()).unwrap();
    let told: Vec<String> = findings.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{} findings of `cargo xtask tidy`:\n{}", told.len(), told.join("\n"));
}
