//! One-time links: set-up, invitations, new passwords. Once, in time, and never twice at once.

use crate::fixture::{NOW_US, Place, by, drawn, fill_in, on_both};
use store::links::{INVITATION_US, RESET_US, SETUP_US};
use store::{Attempt, Error, Grant, Link, LogIn, Purpose, Store, UserId, Weakness};

on_both!(
    the_first_admin_is_set_up_by_a_link_that_works_once,
    a_link_expires_and_a_later_one_replaces_it,
    two_who_follow_set_up_links_at_once_make_one_admin,
    an_invitation_makes_the_account_it_names,
    an_invitation_can_be_taken_back_and_none_goes_to_a_user,
    a_new_password_ends_sessions_and_replaces_the_old,
    a_weak_password_leaves_the_link_as_it_was,
    a_closed_account_has_no_links,
);

const PASSWORD: &str = "teal-orbit-mango-quilt";

async fn logs_in(store: &Store, email: &str, password: &str) -> bool {
    let attempt = Attempt { email, password, address: "10.0.0.7".parse().unwrap() };
    // A number of its own for every session that is begun.
    let number = 1000 + store.audit_head().await.unwrap().seq as u64;
    matches!(store.log_in(attempt, &drawn(number), None, NOW_US + 10).await.unwrap(), LogIn::In(_))
}

async fn the_first_admin_is_set_up_by_a_link_that_works_once(place: Place) {
    let store = place.open().await;
    let secret = drawn(1);
    assert_eq!(store.offer_setup(&secret, NOW_US).await.unwrap(), NOW_US + SETUP_US);
    let link = store.link(&secret, NOW_US + 1).await.unwrap().unwrap();
    assert_eq!((link.purpose, link.expires_at_us), (Purpose::SetUp, NOW_US + SETUP_US));
    assert_eq!(store.link(&drawn(2), NOW_US + 1).await.unwrap(), None);
    let ann =
        store.follow_link(&secret, fill_in("Ann", "ann@example.org", PASSWORD), NOW_US + 2).await.unwrap();
    assert_eq!(store.user(ann).await.unwrap().unwrap().grants, [Grant::Admin]);
    assert!(logs_in(&store, "ann@example.org", PASSWORD).await);
    let again = store.follow_link(&secret, fill_in("Eve", "eve@example.org", PASSWORD), NOW_US + 3).await;
    assert!(matches!(again.unwrap_err(), Error::Link));
    assert!(matches!(store.offer_setup(&drawn(3), NOW_US + 4).await.unwrap_err(), Error::SetUp));
    assert_eq!(store.users().await.unwrap().len(), 1);
}

async fn a_link_expires_and_a_later_one_replaces_it(place: Place) {
    let store = place.open().await;
    let [old, new] = [drawn(1), drawn(2)];
    store.offer_setup(&old, NOW_US).await.unwrap();
    store.offer_setup(&new, NOW_US + 1).await.unwrap();
    assert_eq!(store.link(&old, NOW_US + 2).await.unwrap(), None);
    let end_us = NOW_US + 1 + SETUP_US;
    assert!(store.link(&new, end_us - 1).await.unwrap().is_some());
    assert_eq!(store.link(&new, end_us).await.unwrap(), None);
    for secret in [old, new] {
        let late = store.follow_link(&secret, fill_in("Ann", "ann@example.org", PASSWORD), end_us).await;
        assert!(matches!(late.unwrap_err(), Error::Link));
    }
    assert_eq!(store.users().await.unwrap(), []);
}

async fn two_who_follow_set_up_links_at_once_make_one_admin(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let secret = drawn(1);
    one.offer_setup(&secret, NOW_US).await.unwrap();
    let (first, second) = tokio::join!(
        one.follow_link(&secret, fill_in("Ann", "ann@example.org", PASSWORD), NOW_US + 1),
        two.follow_link(&secret, fill_in("Eve", "eve@example.org", PASSWORD), NOW_US + 1),
    );
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert!(matches!(first.and(second).unwrap_err(), Error::Link));
    // An admin who came by another way makes the link useless as well.
    let place = if place.is_sqlite() { Place::sqlite() } else { Place::postgres().await };
    let store = place.open().await;
    store.offer_setup(&secret, NOW_US).await.unwrap();
    store.add_user("Ann", "ann@example.org", &[Grant::Admin], by(1)).await.unwrap();
    let late = store.follow_link(&secret, fill_in("Eve", "eve@example.org", PASSWORD), NOW_US + 2).await;
    assert!(matches!(late.unwrap_err(), Error::SetUp));
    assert_eq!(store.users().await.unwrap().len(), 1);
}

async fn an_invitation_makes_the_account_it_names(place: Place) {
    let store = place.open().await;
    let secret = drawn(1);
    let grants = [Grant::Lead("web".into()), Grant::Member("stores".into())];
    let expires_at_us = store.invite("Bob@example.org", &grants, &secret, by(0)).await.unwrap();
    assert_eq!(expires_at_us, NOW_US + INVITATION_US);
    let sorted = vec![Grant::Member("stores".into()), Grant::Lead("web".into())];
    let purpose = Purpose::Invitation { email: "Bob@example.org".into(), grants: sorted.clone() };
    let listed = store.invitations(NOW_US + 1).await.unwrap();
    assert_eq!(listed, [Link { id: listed[0].id, purpose, expires_at_us }]);
    // What is filled in does not change what was invited.
    let bob =
        store.follow_link(&secret, fill_in("Bob", "admin@example.org", PASSWORD), NOW_US + 2).await.unwrap();
    let user = store.user(bob).await.unwrap().unwrap();
    assert_eq!((&*user.name, &*user.email, user.grants), ("Bob", "Bob@example.org", sorted));
    assert!(logs_in(&store, "bob@EXAMPLE.org", PASSWORD).await);
    assert_eq!(store.invitations(NOW_US + 3).await.unwrap(), []);
}

async fn an_invitation_can_be_taken_back_and_none_goes_to_a_user(place: Place) {
    let store = place.open().await;
    let [old, new] = [drawn(1), drawn(2)];
    store.invite("bob@example.org", &[Grant::Admin], &old, by(0)).await.unwrap();
    store.invite("BOB@example.org", &[Grant::Reader], &new, by(1)).await.unwrap();
    assert_eq!(store.link(&old, NOW_US + 2).await.unwrap(), None);
    let listed = store.invitations(NOW_US + 2).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert!(store.withdraw_invitation(listed[0].id, by(3)).await.unwrap());
    assert!(!store.withdraw_invitation(listed[0].id, by(3)).await.unwrap());
    assert_eq!(store.link(&new, NOW_US + 4).await.unwrap(), None);
    store.add_user("Bob", "bob@example.org", &[], by(5)).await.unwrap();
    let taken = store.invite("bOb@example.org", &[], &drawn(3), by(6)).await.unwrap_err();
    assert!(matches!(taken, Error::Taken));
    assert!(matches!(store.invite("bob", &[], &drawn(3), by(6)).await.unwrap_err(), Error::Input(_)));
}

async fn a_new_password_ends_sessions_and_replaces_the_old(place: Place) {
    let store = place.open().await;
    let bob = store.add_user("Bob", "bob@example.org", &[], by(0)).await.unwrap();
    assert!(!logs_in(&store, "bob@example.org", "").await, "without a password nobody logs in");
    for (number, password) in [(1, PASSWORD), (2, "violet anchor spoon parade")] {
        let session = drawn(10 + number);
        store.start_session(bob, &session, None, NOW_US).await.unwrap();
        let secret = drawn(number);
        assert_eq!(store.offer_reset(bob, &secret, by(1)).await.unwrap(), NOW_US + 1 + RESET_US);
        assert_eq!(store.link(&secret, NOW_US + 2).await.unwrap().unwrap().purpose, Purpose::Reset(bob));
        assert_eq!(store.follow_link(&secret, fill_in("", "", password), NOW_US + 2).await.unwrap(), bob);
        assert_eq!(store.session(&session, NOW_US + 3).await.unwrap(), None);
        assert!(logs_in(&store, "bob@example.org", password).await);
    }
    assert!(!logs_in(&store, "bob@example.org", PASSWORD).await);
    assert_eq!(store.user(bob).await.unwrap().unwrap().name, "Bob");
}

async fn a_weak_password_leaves_the_link_as_it_was(place: Place) {
    let store = place.open().await;
    let secret = drawn(1);
    store.invite("bob.hammond@example.org", &[], &secret, by(0)).await.unwrap();
    for (password, weakness) in [
        ("short", Weakness::Short),
        ("bobhammond2026", Weakness::Guessable),
        ("password1234", Weakness::Guessable),
    ] {
        let weak =
            store.follow_link(&secret, fill_in("Bob Hammond", "", password), NOW_US + 1).await.unwrap_err();
        assert!(matches!(weak, Error::Password(why) if why == weakness), "{password}: {weak}");
    }
    let nameless = store.follow_link(&secret, fill_in("", "", PASSWORD), NOW_US + 1).await.unwrap_err();
    assert!(matches!(nameless, Error::Input(_)), "{nameless}");
    assert_ne!(
        store.follow_link(&secret, fill_in("Bob", "", PASSWORD), NOW_US + 2).await.unwrap(),
        UserId(0)
    );
}

async fn a_closed_account_has_no_links(place: Place) {
    let store = place.open().await;
    let bob = store.add_user("Bob", "bob@example.org", &[], by(0)).await.unwrap();
    let secret = drawn(1);
    store.offer_reset(bob, &secret, by(1)).await.unwrap();
    store.disable_user(bob, by(2)).await.unwrap();
    assert_eq!(store.link(&secret, NOW_US + 3).await.unwrap(), None);
    assert!(matches!(store.offer_reset(bob, &drawn(2), by(4)).await.unwrap_err(), Error::Disabled));
    store.enable_user(bob, by(5)).await.unwrap();
    assert_eq!(store.link(&secret, NOW_US + 6).await.unwrap(), None);
}
