//! Sessions: their clocks, and all that ends them.

use crate::fixture::{NOW_US, Place, by, drawn, on_both};
use store::sessions::{ABSOLUTE_US, IDLE_US};
use store::{Error, Grant, Secret, Store, Swept, UserId};

on_both!(
    a_session_ends_after_half_an_hour_without_a_request,
    a_session_ends_after_twelve_hours_whatever_comes,
    a_session_carries_the_grants_of_the_moment,
    a_session_that_is_replaced_ends,
    closing_the_account_ends_its_sessions_for_good,
    logging_out_ends_one_session_and_a_list_ends_any,
    only_what_has_ended_is_swept,
    the_database_has_no_secret,
);

const MINUTE_US: i64 = 60 * 1_000_000;

async fn ann(store: &Store) -> UserId {
    store.add_user("Ann", "ann@example.org", &[Grant::Cco], by(0)).await.unwrap()
}

async fn begun(store: &Store, user: UserId, number: u64, at_us: i64) -> Secret {
    let secret = drawn(number);
    store.start_session(user, &secret, None, at_us).await.unwrap();
    secret
}

async fn lives(store: &Store, secret: &Secret, at_us: i64) -> bool {
    store.session(secret, at_us).await.unwrap().is_some()
}

async fn a_session_ends_after_half_an_hour_without_a_request(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let secret = begun(&store, user, 1, NOW_US).await;
    let session = store.session(&secret, NOW_US + 29 * MINUTE_US).await.unwrap().unwrap();
    assert_eq!((session.user.id, session.started_at_us), (user, NOW_US));
    assert_eq!(session.ends_at_us, NOW_US + 29 * MINUTE_US + IDLE_US);
    assert!(lives(&store, &secret, NOW_US + 58 * MINUTE_US).await);
    assert!(lives(&store, &secret, NOW_US + 88 * MINUTE_US - 1).await);
    assert!(!lives(&store, &secret, NOW_US + 118 * MINUTE_US).await);
    // Ended is ended: asking does not bring it back.
    assert!(!lives(&store, &secret, NOW_US + 118 * MINUTE_US).await);
    assert!(!lives(&store, &drawn(2), NOW_US).await);
}

async fn a_session_ends_after_twelve_hours_whatever_comes(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let secret = begun(&store, user, 1, NOW_US).await;
    let mut at_us = NOW_US;
    while at_us < NOW_US + ABSOLUTE_US - 20 * MINUTE_US {
        at_us += 20 * MINUTE_US;
        assert!(lives(&store, &secret, at_us).await, "{} min", (at_us - NOW_US) / MINUTE_US);
    }
    let last = store.session(&secret, NOW_US + ABSOLUTE_US - 1).await.unwrap().unwrap();
    assert_eq!(last.ends_at_us, NOW_US + ABSOLUTE_US);
    assert!(!lives(&store, &secret, NOW_US + ABSOLUTE_US).await);
}

async fn a_session_carries_the_grants_of_the_moment(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let secret = begun(&store, user, 1, NOW_US).await;
    let grants = [Grant::Reader, Grant::Member("web".into())];
    store.set_grants(user, &grants, by(1)).await.unwrap();
    assert_eq!(store.session(&secret, NOW_US + 2).await.unwrap().unwrap().user.grants, grants);
    store.set_grants(user, &[], by(3)).await.unwrap();
    assert_eq!(store.session(&secret, NOW_US + 4).await.unwrap().unwrap().user.grants, []);
}

async fn a_session_that_is_replaced_ends(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let (old, elsewhere) = (begun(&store, user, 1, NOW_US).await, begun(&store, user, 2, NOW_US).await);
    let new = drawn(3);
    store.start_session(user, &new, Some(&old), NOW_US + 1).await.unwrap();
    assert!(!lives(&store, &old, NOW_US + 2).await);
    assert!(lives(&store, &new, NOW_US + 2).await && lives(&store, &elsewhere, NOW_US + 2).await);
    // A secret is a session's once and never another's.
    assert!(matches!(store.start_session(user, &new, None, NOW_US + 3).await.unwrap_err(), Error::Sql(_)));
}

async fn closing_the_account_ends_its_sessions_for_good(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let bob = store.add_user("Bob", "bob@example.org", &[], by(0)).await.unwrap();
    let (hers, his) = (begun(&store, user, 1, NOW_US).await, begun(&store, bob, 2, NOW_US).await);
    store.disable_user(user, by(1)).await.unwrap();
    assert!(!lives(&store, &hers, NOW_US + 2).await);
    assert!(lives(&store, &his, NOW_US + 2).await);
    assert!(matches!(
        store.start_session(user, &drawn(3), None, NOW_US + 2).await.unwrap_err(),
        Error::Disabled
    ));
    store.enable_user(user, by(3)).await.unwrap();
    assert!(!lives(&store, &hers, NOW_US + 4).await);
}

async fn logging_out_ends_one_session_and_a_list_ends_any(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let bob = store.add_user("Bob", "bob@example.org", &[], by(0)).await.unwrap();
    let mut secrets = Vec::new();
    for number in 0..3 {
        secrets.push(begun(&store, user, number, NOW_US + number as i64).await);
    }
    assert!(store.log_out(&secrets[0], NOW_US + 5).await.unwrap());
    assert!(!store.log_out(&secrets[0], NOW_US + 5).await.unwrap());
    assert!(!lives(&store, &secrets[0], NOW_US + 6).await);
    let listed = store.sessions_of(user, NOW_US + 6).await.unwrap();
    assert_eq!(listed.iter().map(|row| row.started_at_us).collect::<Vec<_>>(), [NOW_US + 1, NOW_US + 2]);
    assert!(!store.end_session(bob, listed[0].id, by(7)).await.unwrap(), "another's session");
    assert!(store.end_session(user, listed[0].id, by(7)).await.unwrap());
    assert!(!lives(&store, &secrets[1], NOW_US + 8).await);
    assert!(lives(&store, &secrets[2], NOW_US + 8).await);
    assert_eq!(store.sessions_of(user, NOW_US + 2 * IDLE_US).await.unwrap(), []);
}

async fn only_what_has_ended_is_swept(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let idle = begun(&store, user, 1, NOW_US).await;
    let busy = begun(&store, user, 2, NOW_US).await;
    assert!(lives(&store, &busy, NOW_US + 20 * MINUTE_US).await);
    store.invite("bob@example.org", &[], &drawn(3), by(0)).await.unwrap();
    assert_eq!(store.sweep(NOW_US + IDLE_US).await.unwrap(), Swept { sessions: 1, links: 0, throttles: 0 });
    assert!(!lives(&store, &idle, NOW_US + 1).await);
    assert!(lives(&store, &busy, NOW_US + IDLE_US).await);
    let later = store.sweep(NOW_US + store::links::INVITATION_US).await.unwrap();
    assert_eq!(later, Swept { sessions: 1, links: 1, throttles: 0 });
}

async fn the_database_has_no_secret(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let secret = begun(&store, user, 1, NOW_US).await;
    let text = if place.is_sqlite() { "lower(hex(token_hash))" } else { "encode(token_hash, 'hex')" };
    place.raw(&format!("CREATE TABLE seen AS SELECT {text} AS hash FROM sessions")).await;
    let hash = place.text("SELECT hash FROM seen").await;
    assert_eq!(hash.len(), 64);
    assert_ne!(hash, secret.text());
}
