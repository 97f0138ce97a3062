//! The audit log: one chain whoever writes, and nobody changes it unseen.

use crate::fixture::{NOW_US, Place, on_both};
use std::collections::BTreeSet;
use store::{Actor, Break, By, Deed, Head, Sought, Store, UserId, Verb, Verdict};

on_both!(
    rows_come_back_as_they_were_recorded,
    writers_at_once_make_one_chain,
    the_database_itself_refuses_to_change_rows,
    what_is_done_past_these_guards_is_found_at_the_first_row,
    a_log_of_many_pages_is_read_to_its_end,
    what_is_sought_is_found_newest_first,
);

const BY: By = By { actor: Actor::User(UserId(7)), at_us: NOW_US };

fn saw(object: &str) -> Deed<'_> {
    Deed { verb: Verb::Saw, object, department: Some("support"), detail: "" }
}

async fn recorded(store: &Store, rows: usize) {
    for row in 1..=rows {
        store.record(saw(&format!("customer:{row}")), BY).await.unwrap();
    }
}

async fn rows_come_back_as_they_were_recorded(place: Place) {
    let store = place.open().await;
    assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Whole(Head::START));
    let first = store.record(saw("customer:1"), BY).await.unwrap();
    let other = Deed { verb: Verb::Exported, object: "list:lost", department: None, detail: "12 rows, ☕" };
    let by = By { actor: Actor::System, at_us: NOW_US + 5 };
    let head = store.record(other, by).await.unwrap();
    let rows = store.audit_rows(0, 10).await.unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row.seq,
                row.at_us,
                &*row.actor,
                &*row.verb,
                &*row.object,
                row.department.as_deref(),
                &*row.detail,
            )
        })
        .collect();
    let expected = [
        (1, NOW_US, "user:7", "saw", "customer:1", Some("support"), ""),
        (2, NOW_US + 5, "system", "exported", "list:lost", None, "12 rows, ☕"),
    ];
    assert_eq!(told, expected);
    assert_eq!(Head { seq: 1, hash: rows[0].hash }, first);
    assert_eq!(store.audit_rows(1, 10).await.unwrap(), rows[1..]);
    assert_eq!(store.audit_rows(0, 1).await.unwrap(), rows[..1]);
    assert_eq!(store.audit_head().await.unwrap(), head);
    assert_eq!(Head::parse(&head.to_string()), Some(head));
    assert_eq!(Head::parse(&first.to_string()[1..]), None);
    assert_eq!(store.verify_audit(Some(first)).await.unwrap(), Verdict::Whole(head));
}

async fn writers_at_once_make_one_chain(place: Place) {
    const WRITERS: usize = 6;
    const EACH: usize = 20;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let store = place.open().await;
        writers.spawn(async move {
            for row in 0..EACH {
                store.record(saw(&format!("customer:{writer}-{row}")), BY).await.unwrap();
            }
            store.close().await;
        });
    }
    writers.join_all().await;
    let store = place.open().await;
    let head = store.audit_head().await.unwrap();
    assert_eq!(head.seq as usize, WRITERS * EACH);
    assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Whole(head));
    let objects: BTreeSet<String> =
        store.audit_rows(0, 1000).await.unwrap().into_iter().map(|row| row.object).collect();
    assert_eq!(objects.len(), WRITERS * EACH);
}

async fn the_database_itself_refuses_to_change_rows(place: Place) {
    let store = place.open().await;
    recorded(&store, 3).await;
    for change in [
        "UPDATE audit SET detail = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
    ] {
        let why = place.try_raw(change).await.unwrap_err().to_string();
        assert!(why.contains("rows of the audit log are never"), "{change}: {why}");
    }
    if !place.is_sqlite() {
        assert!(place.try_raw("TRUNCATE audit").await.is_err());
    }
    assert!(matches!(store.verify_audit(None).await.unwrap(), Verdict::Whole(Head { seq: 3, .. })));
}

async fn what_is_done_past_these_guards_is_found_at_the_first_row(place: Place) {
    let store = place.open().await;
    recorded(&store, 5).await;
    let head = store.audit_head().await.unwrap();
    for trigger in ["audit_rows_stay", "audit_rows_remain"] {
        let table = if place.is_sqlite() { "" } else { " ON audit" };
        place.raw(&format!("DROP TRIGGER {trigger}{table}")).await;
    }
    place
        .raw("CREATE TABLE copy AS SELECT * FROM audit; CREATE TABLE copy_head AS SELECT * FROM audit_head")
        .await;
    for (change, seq, why) in [
        ("UPDATE audit SET actor = 'user:8' WHERE seq = 4", 4, Break::Altered),
        ("UPDATE audit SET department = NULL WHERE seq = 2", 2, Break::Altered),
        ("UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 1) WHERE seq = 5", 5, Break::Altered),
        ("DELETE FROM audit WHERE seq = 3", 3, Break::Missing),
        ("DELETE FROM audit WHERE seq = 1", 1, Break::Missing),
        (
            "UPDATE audit SET seq = 99 WHERE seq = 2; UPDATE audit SET seq = 2 WHERE seq = 3; \
             UPDATE audit SET seq = 3 WHERE seq = 99",
            2,
            Break::Altered,
        ),
        ("DELETE FROM audit WHERE seq > 3", 4, Break::CutOff),
        ("DELETE FROM audit", 1, Break::CutOff),
        (
            "INSERT INTO audit SELECT 0, at_us, actor, verb, object, department, detail, hash FROM audit WHERE seq = 1",
            1,
            Break::Missing,
        ),
        ("UPDATE audit_head SET seq = 4", 5, Break::Beyond),
        ("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 1)", 5, Break::Rewritten),
    ] {
        place.raw(change).await;
        assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Broken { seq, why }, "{change}");
        place
            .raw(
                "DELETE FROM audit; INSERT INTO audit SELECT * FROM copy; \
             DELETE FROM audit_head; INSERT INTO audit_head SELECT * FROM copy_head",
            )
            .await;
        assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Whole(head));
    }
    // Cut off together with its head, it is still found by a head that was written down elsewhere.
    place.raw("DELETE FROM audit WHERE seq > 3; UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit WHERE seq = 3)").await;
    assert!(matches!(store.verify_audit(None).await.unwrap(), Verdict::Whole(Head { seq: 3, .. })));
    let broken = Verdict::Broken { seq: 4, why: Break::CutOff };
    assert_eq!(store.verify_audit(Some(head)).await.unwrap(), broken);
    assert_eq!(broken.to_string(), "the first broken row is 4: it was cut off, as was everything after it");
}

async fn a_log_of_many_pages_is_read_to_its_end(place: Place) {
    let store = place.open().await;
    recorded(&store, 260).await;
    let head = store.audit_head().await.unwrap();
    assert_eq!(store.verify_audit(None).await.unwrap(), Verdict::Whole(head));
    assert_eq!(head.seq, 260);
    let table = if place.is_sqlite() { "" } else { " ON audit" };
    place
        .raw(&format!("DROP TRIGGER audit_rows_stay{table}; UPDATE audit SET at_us = 0 WHERE seq = 255"))
        .await;
    let broken = Verdict::Broken { seq: 255, why: Break::Altered };
    assert_eq!(store.verify_audit(None).await.unwrap(), broken);
}

async fn what_is_sought_is_found_newest_first(place: Place) {
    let store = place.open().await;
    recorded(&store, 12).await;
    let by = By { actor: Actor::System, at_us: NOW_US + 5 };
    let exported = Deed { verb: Verb::Exported, object: "audit", department: None, detail: "" };
    store.record(exported, by).await.unwrap();
    let all = Sought::default();
    for (sought, found) in [
        (all, vec![13, 12, 11]),
        (Sought { actor: "user:7", ..all }, vec![12, 11, 10]),
        (Sought { actor: "user", ..all }, vec![]),
        (Sought { verb: "exported", ..all }, vec![13]),
        (Sought { object: "customer:1", ..all }, vec![12, 11, 10]),
        (Sought { object: "customer:1", before_seq: Some(10), ..all }, vec![1]),
        (Sought { object: "%", ..all }, vec![]),
        (Sought { object: "' OR '1'='1", ..all }, vec![]),
        (Sought { from_us: Some(NOW_US + 5), ..all }, vec![13]),
        (Sought { until_us: Some(NOW_US), ..all }, vec![]),
    ] {
        let rows = store.audit_sought(sought, 3).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.seq).collect::<Vec<_>>(), found, "{sought:?}");
    }
    assert_eq!(Verb::ALL.map(|verb| verb as usize), std::array::from_fn(|at| at));
}
