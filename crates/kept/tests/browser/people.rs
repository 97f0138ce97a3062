//! Getting in and out, as a person does.

use crate::pages::{Pages, home, in_browser_with};
use fantoccini::Locator;
use std::process::Command;

/// Fills in the fields of a form, presses its button and waits for the page that bears another sentence.
async fn send(pages: &Pages, fields: &[(&str, &str)], button: &str) {
    let before = pages.texts("h1").await;
    for (name, text) in fields {
        let field = pages.browser.find(Locator::Css(&format!("[name={name}]"))).await.expect(name);
        field.clear().await.expect("empty field");
        field.send_keys(text).await.expect("typed");
    }
    pages.browser.find(Locator::Css(button)).await.expect("button").click().await.expect("pressed");
    for _ in 0..200 {
        if pages.tell("return document.readyState").await == "complete" && pages.texts("h1").await != before {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{button} leads nowhere from {before:?}");
}

#[tokio::test]
async fn somebody_follows_a_link_logs_out_and_in_and_is_shown_what_the_role_allows() {
    let folder = tempfile::tempdir().expect("folder");
    let database = folder.path().join("kept.db").to_string_lossy().into_owned();
    let added =
        ["users", "--database", &database, "add", "bo@x.example", "--name", "Bo", "--role", "member:support"];
    let added = Command::new(env!("CARGO_BIN_EXE_kept")).arg("--home").arg(home()).args(added).output();
    let said = String::from_utf8(added.expect("kept runs").stdout).expect("text");
    let link = said.split("http://127.0.0.1:7878").nth(1).expect("a link").trim().to_owned();
    in_browser_with(&["--database", &database], |pages| async move {
        pages.open("/customers?q=a").await;
        assert_eq!(pages.texts("h1").await, ["Log in to Kept."]);
        pages.open(&link).await;
        send(&pages, &[("password", "teal-orbit-mango-quilt")], ".entry button").await;
        assert_eq!(pages.texts(".viewer a").await, ["Bo"]);
        assert!(pages.texts(".demo").await.is_empty());
        send(&pages, &[], ".viewer button").await;
        assert_eq!(pages.texts("h1").await, ["Log in to Kept."]);
        pages.open("/customers?q=a").await;
        let fields = [("email", "bo@x.example"), ("password", "teal-orbit-mango-quilt")];
        send(&pages, &fields, ".entry button").await;
        assert!(pages.tell("return location.pathname + location.search").await == "/customers?q=a");
        assert!(pages.texts(".lead .muted").await.concat().starts_with("Your role sees"));
        let places = pages.texts("header nav a").await;
        assert!(
            places.contains(&"Customers".to_owned()) && !places.contains(&"Settings".to_owned()),
            "{places:?}"
        );
        pages.open("/data/sql").await;
        assert_eq!(pages.texts("h1").await, ["Your role does not allow this."]);
    })
    .await;
}
