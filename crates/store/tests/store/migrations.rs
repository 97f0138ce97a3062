//! Databases made, met again, made by others, changed by hand.

use crate::fixture::{NOW_US, Place, on_both};
use store::{Error, Store};

on_both!(
    a_second_start_changes_nothing_and_two_at_once_make_one_schema,
    a_newer_database_is_refused,
    another_text_of_a_migration_is_refused,
    tables_changed_by_hand_are_refused,
    tables_of_others_are_theirs,
);

async fn a_second_start_changes_nothing_and_two_at_once_make_one_schema(place: Place) {
    let (one, two) = tokio::join!(Store::open(&place.database, NOW_US), Store::open(&place.database, NOW_US));
    let schema = one.unwrap().schema().await.unwrap();
    assert_eq!(two.unwrap().schema().await.unwrap(), schema);
    assert_eq!(place.open().await.schema().await.unwrap(), schema);
}

#[tokio::test]
async fn both_back_ends_have_the_same_tables() {
    let [sqlite, postgres] = [Place::sqlite(), Place::postgres().await];
    let schema = sqlite.open().await.schema().await.unwrap();
    assert_eq!(postgres.open().await.schema().await.unwrap(), schema);
    insta::assert_snapshot!(schema.join("\n"));
}

async fn a_newer_database_is_refused(place: Place) {
    place.open().await.close().await;
    place.raw("INSERT INTO migrations SELECT 99, 'later', checksum, schema, 0 FROM migrations WHERE version = 1").await;
    let told = Store::open(&place.database, NOW_US).await.unwrap_err();
    assert!(matches!(told, Error::Newer { found: 99, .. }), "{told}");
    assert!(told.to_string().ends_with("run the newer `kept`"), "{told}");
}

async fn another_text_of_a_migration_is_refused(place: Place) {
    place.open().await.close().await;
    place.raw("UPDATE migrations SET checksum = (SELECT checksum FROM migrations WHERE version = 1) WHERE version = 2").await;
    let told = Store::open(&place.database, NOW_US).await.unwrap_err();
    assert!(matches!(&told, Error::Migration { version: 2, name } if name == "0002_audit"), "{told}");
}

async fn tables_changed_by_hand_are_refused(place: Place) {
    place.open().await.close().await;
    for (change, back, said) in [
        (
            "ALTER TABLE settings ADD COLUMN note TEXT",
            "ALTER TABLE settings DROP COLUMN note",
            "`settings: column note text` was added",
        ),
        (
            "DROP INDEX sessions_of_user",
            "CREATE INDEX sessions_of_user ON sessions (user_id)",
            "`sessions: index (user_id)` is gone",
        ),
        (
            "ALTER TABLE settings RENAME TO options",
            "ALTER TABLE options RENAME TO settings",
            "`settings: column changed_at_us integer not null` is gone",
        ),
    ] {
        place.raw(change).await;
        let told = Store::open(&place.database, NOW_US).await.unwrap_err();
        assert!(matches!(told, Error::Altered(_)) && told.to_string().contains(said), "{told}");
        place.raw(back).await;
        place.open().await.close().await;
    }
}

async fn tables_of_others_are_theirs(place: Place) {
    place.raw("CREATE TABLE others (id INTEGER PRIMARY KEY)").await;
    place.open().await.close().await;
    place.raw("DROP TABLE others; CREATE TABLE more (id INTEGER PRIMARY KEY)").await;
    place.open().await.close().await;
}
