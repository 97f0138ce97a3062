//! Logging in: by password with its throttle, by a provider, and changing the password.

use crate::fixture::{NOW_US, Place, by, drawn, fill_in, on_both, salt};
use store::{Attempt, Error, Grant, LogIn, Provided, Store, UserId, Weakness};

on_both!(
    a_login_begins_a_new_session_and_ends_the_one_that_was_there,
    wrong_unknown_and_closed_are_refused_alike,
    the_fifth_failure_locks_the_account_and_each_further_one_doubles,
    a_right_password_starts_the_account_anew,
    an_address_is_locked_whatever_accounts_it_tries,
    many_attempts_at_once_get_no_more_tries,
    failures_are_forgotten_after_a_day,
    a_user_changes_the_password_against_the_old_one,
    a_provider_makes_an_account_once_and_its_groups_decide,
    a_provider_does_not_take_over_an_account,
);

const PASSWORD: &str = "teal-orbit-mango-quilt";
const MINUTE_US: i64 = 60 * 1_000_000;
const DAY_US: i64 = 24 * 60 * MINUTE_US;

async fn ann(store: &Store) -> UserId {
    let secret = drawn(900);
    store.invite("ann@example.org", &[Grant::Cco], &secret, by(0)).await.unwrap();
    store.follow_link(&secret, fill_in("Ann", "", PASSWORD), NOW_US).await.unwrap()
}

fn from<'a>(address: &str, email: &'a str, password: &'a str) -> Attempt<'a> {
    Attempt { email, password, address: address.parse().unwrap() }
}

/// Logs in from one address; every session of a test at another time has a secret of its own.
async fn tried(store: &Store, email: &str, password: &str, at_us: i64) -> LogIn {
    store.log_in(from("10.0.0.7", email, password), &drawn(at_us as u64), None, at_us).await.unwrap()
}

async fn a_login_begins_a_new_session_and_ends_the_one_that_was_there(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let [planted, fresh] = [drawn(1), drawn(2)];
    store.start_session(user, &planted, None, NOW_US).await.unwrap();
    let attempt = from("10.0.0.7", " ANN@example.org", PASSWORD);
    assert_eq!(store.log_in(attempt, &fresh, Some(&planted), NOW_US + 1).await.unwrap(), LogIn::In(user));
    assert_eq!(store.session(&planted, NOW_US + 2).await.unwrap(), None);
    let session = store.session(&fresh, NOW_US + 2).await.unwrap().unwrap();
    assert_eq!((session.user.id, session.started_at_us), (user, NOW_US + 1));
}

async fn wrong_unknown_and_closed_are_refused_alike(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    assert_eq!(tried(&store, "ann@example.org", "teal-orbit-mango-quilT", NOW_US + 1).await, LogIn::Refused);
    assert_eq!(tried(&store, "eve@example.org", PASSWORD, NOW_US + 2).await, LogIn::Refused);
    assert_eq!(tried(&store, "'; DROP TABLE users; --", PASSWORD, NOW_US + 3).await, LogIn::Refused);
    store.disable_user(user, by(4)).await.unwrap();
    assert_eq!(tried(&store, "ann@example.org", PASSWORD, NOW_US + 5).await, LogIn::Refused);
    assert_eq!(store.session(&drawn((NOW_US + 5) as u64), NOW_US + 6).await.unwrap(), None);
    store.enable_user(user, by(7)).await.unwrap();
    assert_eq!(tried(&store, "ann@example.org", PASSWORD, NOW_US + 8).await, LogIn::In(user));
    let refused = store.audit_rows(0, 100).await.unwrap();
    let refused: Vec<_> =
        refused.iter().filter(|row| row.verb == "refused").map(|row| (&*row.actor, &*row.object)).collect();
    assert_eq!(refused, [("visitor", &*format!("user:{}", user.0))]);
}

async fn the_fifth_failure_locks_the_account_and_each_further_one_doubles(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let mut at_us = NOW_US;
    for _ in 1..=5 {
        at_us += 1;
        assert_eq!(tried(&store, "ann@example.org", "wrong", at_us).await, LogIn::Refused);
    }
    for minutes in [1, 2, 4] {
        let until_us = at_us + minutes * MINUTE_US;
        // Not even the right password is looked at, and asking costs nothing further.
        for early_us in [at_us + 1, until_us - 1] {
            let locked = LogIn::Locked { until_us };
            assert_eq!(tried(&store, "ANN@example.org", PASSWORD, early_us).await, locked);
        }
        at_us = until_us;
        assert_eq!(tried(&store, "ann@example.org", "wrong", at_us).await, LogIn::Refused);
    }
    // Others are not locked; nor is she once the time is over.
    assert_eq!(tried(&store, "bob@example.org", "wrong", at_us).await, LogIn::Refused);
    assert_eq!(tried(&store, "ann@example.org", PASSWORD, at_us + 8 * MINUTE_US).await, LogIn::In(user));
}

async fn a_right_password_starts_the_account_anew(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let mut at_us = NOW_US;
    for _ in 0..3 {
        for _ in 1..=4 {
            at_us += 1;
            assert_eq!(tried(&store, "ann@example.org", "wrong", at_us).await, LogIn::Refused);
        }
        at_us += 1;
        assert_eq!(tried(&store, "ann@example.org", PASSWORD, at_us).await, LogIn::In(user));
    }
}

async fn an_address_is_locked_whatever_accounts_it_tries(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let mut at_us = NOW_US;
    for number in 1..=20 {
        at_us += 1;
        assert_eq!(tried(&store, &format!("u{number}@example.org"), "wrong", at_us).await, LogIn::Refused);
        if number == 10 {
            // A login of one's own takes nothing of the others' failures back.
            assert_eq!(tried(&store, "ann@example.org", PASSWORD, at_us).await, LogIn::In(user));
        }
    }
    let until_us = at_us + MINUTE_US;
    assert_eq!(tried(&store, "ann@example.org", PASSWORD, at_us + 1).await, LogIn::Locked { until_us });
    let elsewhere = from("10.0.0.8", "ann@example.org", PASSWORD);
    let let_in = store.log_in(elsewhere, &drawn(5), None, at_us + 1).await.unwrap();
    assert_eq!(let_in, LogIn::In(user));
}

async fn many_attempts_at_once_get_no_more_tries(place: Place) {
    let store = place.open().await;
    ann(&store).await;
    let mut attempts = tokio::task::JoinSet::new();
    for number in 0..16 {
        let store = store.clone();
        let address = format!("10.0.1.{number}");
        attempts.spawn(async move {
            let attempt = from(&address, "ann@example.org", "wrong");
            store.log_in(attempt, &drawn(number), None, NOW_US + 1).await.unwrap()
        });
    }
    let came = attempts.join_all().await;
    assert_eq!(came.iter().filter(|&&came| came == LogIn::Refused).count(), 5);
    let locked = LogIn::Locked { until_us: NOW_US + 1 + MINUTE_US };
    assert_eq!(came.iter().filter(|&&came| came == locked).count(), 11);
}

async fn failures_are_forgotten_after_a_day(place: Place) {
    let store = place.open().await;
    ann(&store).await;
    for at_us in 1..=4 {
        assert_eq!(tried(&store, "ann@example.org", "wrong", NOW_US + at_us).await, LogIn::Refused);
    }
    let tomorrow_us = NOW_US + 4 + DAY_US;
    for at_us in 0..4 {
        assert_eq!(tried(&store, "ann@example.org", "wrong", tomorrow_us + at_us).await, LogIn::Refused);
    }
    assert_eq!(store.sweep(tomorrow_us + DAY_US).await.unwrap().throttles, 0);
    assert_eq!(store.sweep(tomorrow_us + 3 + DAY_US).await.unwrap().throttles, 2);
}

async fn a_user_changes_the_password_against_the_old_one(place: Place) {
    let store = place.open().await;
    let user = ann(&store).await;
    let (here, elsewhere, goes_on) = (drawn(1), drawn(2), drawn(3));
    for session in [&here, &elsewhere] {
        store.start_session(user, session, None, NOW_US).await.unwrap();
    }
    let new = "violet anchor spoon parade";
    let wrong = from("10.0.0.7", "ann@example.org", "wrong");
    assert_eq!(
        store.change_password(wrong, new, salt(1), &goes_on, NOW_US + 1).await.unwrap(),
        LogIn::Refused
    );
    let right = from("10.0.0.7", "ann@example.org", PASSWORD);
    // A weak new password is no failed login: however often, nothing is locked.
    for _ in 0..6 {
        let weak =
            store.change_password(right, "password1234", salt(1), &goes_on, NOW_US + 2).await.unwrap_err();
        assert!(matches!(weak, Error::Password(Weakness::Guessable)), "{weak}");
    }
    assert!(store.session(&here, NOW_US + 3).await.unwrap().is_some());
    assert_eq!(
        store.change_password(right, new, salt(1), &goes_on, NOW_US + 4).await.unwrap(),
        LogIn::In(user)
    );
    for (session, lives) in [(&here, false), (&elsewhere, false), (&goes_on, true)] {
        assert_eq!(store.session(session, NOW_US + 5).await.unwrap().is_some(), lives);
    }
    assert_eq!(tried(&store, "ann@example.org", PASSWORD, NOW_US + 6).await, LogIn::Refused);
    assert_eq!(tried(&store, "ann@example.org", new, NOW_US + 7).await, LogIn::In(user));
}

fn provided<'a>(subject: &'a str, email: &'a str, grants: &'a [Grant]) -> Provided<'a> {
    Provided { issuer: "https://login.example.org", subject, name: "Bob", email, grants }
}

async fn a_provider_makes_an_account_once_and_its_groups_decide(place: Place) {
    let store = place.open().await;
    let first = provided("b-1", "bob@example.org", &[Grant::Reader]);
    let LogIn::In(bob) = store.log_in_by_provider(first, &drawn(1), None, NOW_US).await.unwrap() else {
        panic!()
    };
    let session = store.session(&drawn(1), NOW_US + 1).await.unwrap().unwrap();
    assert_eq!((session.user.id, session.user.grants), (bob, vec![Grant::Reader]));
    // The subject is the person; the address may change.
    let grants = [Grant::Lead("web".into())];
    let again = provided("b-1", "robert@example.org", &grants);
    assert_eq!(
        store.log_in_by_provider(again, &drawn(2), Some(&drawn(1)), NOW_US + 2).await.unwrap(),
        LogIn::In(bob)
    );
    assert_eq!(store.session(&drawn(1), NOW_US + 3).await.unwrap(), None);
    assert_eq!(store.session(&drawn(2), NOW_US + 3).await.unwrap().unwrap().user.grants, grants);
    // Whom no group stands for anything is nobody here; nor is a closed account.
    let none = Provided { grants: &[], ..again };
    assert_eq!(store.log_in_by_provider(none, &drawn(3), None, NOW_US + 4).await.unwrap(), LogIn::Refused);
    store.disable_user(bob, by(5)).await.unwrap();
    assert_eq!(store.log_in_by_provider(again, &drawn(4), None, NOW_US + 6).await.unwrap(), LogIn::Refused);
    assert_eq!(store.users().await.unwrap().len(), 1);
}

async fn a_provider_does_not_take_over_an_account(place: Place) {
    let store = place.open().await;
    ann(&store).await;
    let hers = provided("x", "Ann@example.org", &[Grant::Admin]);
    let refused = store.log_in_by_provider(hers, &drawn(1), None, NOW_US + 1).await.unwrap_err();
    assert!(matches!(refused, Error::Taken), "{refused}");
    let other = Provided {
        issuer: "https://evil.example.com",
        ..provided("b-1", "bob@example.org", &[Grant::Reader])
    };
    let same_subject = provided("b-1", "carol@example.org", &[Grant::Reader]);
    let LogIn::In(bob) = store.log_in_by_provider(other, &drawn(2), None, NOW_US + 2).await.unwrap() else {
        panic!()
    };
    let LogIn::In(carol) = store.log_in_by_provider(same_subject, &drawn(3), None, NOW_US + 3).await.unwrap()
    else {
        panic!()
    };
    assert_ne!(bob, carol);
}
