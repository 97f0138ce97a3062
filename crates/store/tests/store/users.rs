//! Users: one e-mail one account, grants, closing and opening, never without an admin, all of it in the log.

use crate::fixture::{NOW_US, Place, by, drawn, on_both};
use store::{Error, Grant, Role, Store, UserId};

on_both!(
    an_email_is_one_account_in_whatever_case,
    grants_come_back_sorted_and_each_once,
    what_cannot_be_a_user_is_refused,
    a_user_who_is_not_there_is_told,
    the_last_admin_stays,
    two_admins_cannot_close_each_other_at_once,
    every_change_is_in_the_log_and_names_no_person,
    changes_outlive_the_connection,
);

async fn users(store: &Store) -> Vec<(String, Vec<Grant>)> {
    store.users().await.unwrap().into_iter().map(|user| (user.email, user.grants)).collect()
}

async fn an_email_is_one_account_in_whatever_case(place: Place) {
    let store = place.open().await;
    let ann = store.add_user(" Ann Ek ", "Ann.Åkesson@Example.org", &[Grant::Cco], by(1)).await.unwrap();
    let bob = store.add_user("Bob", "bob@example.org", &[], by(2)).await.unwrap();
    for email in [
        "Ann.Åkesson@Example.org",
        "ann.åkesson@example.org",
        "ANN.ÅKESSON@EXAMPLE.ORG",
        " ann.a\u{30a}kesson@example.org",
    ] {
        let taken = store.add_user("Other", email, &[], by(3)).await.unwrap_err();
        assert!(matches!(taken, Error::Taken), "{email}: {taken}");
        let renamed = store.rename_user(bob, "Bob", email, by(3)).await.unwrap_err();
        assert!(matches!(renamed, Error::Taken), "{email}: {renamed}");
        let found = store.user_by_email(email).await.unwrap().unwrap();
        assert_eq!((found.id, &*found.name, &*found.email), (ann, "Ann Ek", "Ann.Åkesson@Example.org"));
        assert_eq!((found.created_at_us, found.disabled_at_us), (NOW_US + 1, None));
    }
    // One's own address in another case is not taken.
    store.rename_user(ann, "Ann Å", "ann.åkesson@example.org", by(4)).await.unwrap();
    assert_eq!(store.user(ann).await.unwrap().unwrap().name, "Ann Å");
    assert_eq!(store.users().await.unwrap().len(), 2);
}

async fn grants_come_back_sorted_and_each_once(place: Place) {
    let store = place.open().await;
    let member = |department: &str| Grant::Member(department.to_owned());
    let lead = |department: &str| Grant::Lead(department.to_owned());
    let given = [lead("web"), member("web"), Grant::Reader, member("support"), member("web")];
    let ann = store.add_user("Ann", "ann@example.org", &given, by(0)).await.unwrap();
    let expected = vec![Grant::Reader, member("support"), member("web"), lead("web")];
    assert_eq!(store.user(ann).await.unwrap().unwrap().grants, expected);
    let bob = store.add_user("Bob", "bob@example.org", &[], by(0)).await.unwrap();
    assert_eq!(
        users(&store).await,
        [("ann@example.org".to_owned(), expected), ("bob@example.org".to_owned(), vec![])]
    );
    store.set_grants(bob, &[Grant::Cco, Grant::Reader], by(1)).await.unwrap();
    store.set_grants(ann, &[], by(1)).await.unwrap();
    let now = [
        ("ann@example.org".to_owned(), vec![]),
        ("bob@example.org".to_owned(), vec![Grant::Reader, Grant::Cco]),
    ];
    assert_eq!(users(&store).await, now);
    assert_eq!(Role::ALL.map(Role::as_str), ["reader", "member", "lead", "cco", "admin"]);
}

async fn what_cannot_be_a_user_is_refused(place: Place) {
    let store = place.open().await;
    let long = "x".repeat(201);
    for (name, email, grants) in [
        ("", "ann@example.org", vec![]),
        ("  ", "ann@example.org", vec![]),
        ("Ann\u{0}", "ann@example.org", vec![]),
        (&*long, "ann@example.org", vec![]),
        ("Ann", "example.org", vec![]),
        ("Ann", "ann@example.org", vec![Grant::Member(String::new())]),
    ] {
        let refused = store.add_user(name, email, &grants, by(0)).await.unwrap_err();
        assert!(matches!(refused, Error::Input(_)), "{name} {email}: {refused}");
    }
    assert_eq!(users(&store).await, []);
    assert_eq!(store.audit_head().await.unwrap().seq, 0);
}

async fn a_user_who_is_not_there_is_told(place: Place) {
    let store = place.open().await;
    let nobody = UserId(99);
    assert_eq!(store.user(nobody).await.unwrap(), None);
    assert_eq!(store.user_by_email("nobody@example.org").await.unwrap(), None);
    for told in [
        store.rename_user(nobody, "A", "a@example.org", by(0)).await,
        store.set_grants(nobody, &[Grant::Cco], by(0)).await,
        store.disable_user(nobody, by(0)).await,
        store.enable_user(nobody, by(0)).await,
        store.start_session(nobody, &drawn(1), None, NOW_US).await,
        store.offer_reset(nobody, &drawn(1), by(0)).await.map(|_| ()),
    ] {
        assert_eq!(told.unwrap_err().to_string(), "there is no such user");
    }
}

async fn the_last_admin_stays(place: Place) {
    let store = place.open().await;
    let ann = store.add_user("Ann", "ann@example.org", &[Grant::Admin, Grant::Cco], by(0)).await.unwrap();
    let bob = store.add_user("Bob", "bob@example.org", &[Grant::Admin], by(0)).await.unwrap();
    store.disable_user(bob, by(1)).await.unwrap();
    // A closed account counts for nothing.
    assert!(matches!(store.disable_user(ann, by(2)).await.unwrap_err(), Error::LastAdmin));
    assert!(matches!(store.set_grants(ann, &[Grant::Cco], by(2)).await.unwrap_err(), Error::LastAdmin));
    let stands = store.user(ann).await.unwrap().unwrap();
    assert_eq!((stands.disabled_at_us, stands.grants), (None, vec![Grant::Cco, Grant::Admin]));
    store.set_grants(ann, &[Grant::Reader, Grant::Admin], by(3)).await.unwrap();
    store.enable_user(bob, by(4)).await.unwrap();
    store.disable_user(ann, by(5)).await.unwrap();
    assert_eq!(store.user(ann).await.unwrap().unwrap().disabled_at_us, Some(NOW_US + 5));
}

async fn two_admins_cannot_close_each_other_at_once(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    for round in 0..5 {
        let email = |name: &str| format!("{name}{round}@example.org");
        let ann = one.add_user("Ann", &email("ann"), &[Grant::Admin], by(0)).await.unwrap();
        let bob = one.add_user("Bob", &email("bob"), &[Grant::Admin], by(0)).await.unwrap();
        for user in one.users().await.unwrap() {
            if user.id != ann && user.id != bob {
                one.disable_user(user.id, by(0)).await.unwrap();
            }
        }
        let (first, second) = tokio::join!(one.disable_user(ann, by(1)), two.disable_user(bob, by(1)));
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert!(matches!(first.or(second), Ok(())));
    }
}

async fn every_change_is_in_the_log_and_names_no_person(place: Place) {
    let store = place.open().await;
    let ann = store.add_user("Ann", "ann@example.org", &[Grant::Admin], by(0)).await.unwrap();
    let bob = store.add_user("Bob", "bob@example.org", &[], by(1)).await.unwrap();
    store.set_grants(bob, &[Grant::Lead("web".into())], by(2)).await.unwrap();
    store.rename_user(bob, "Rob", "rob@example.org", by(3)).await.unwrap();
    store.disable_user(bob, by(4)).await.unwrap();
    store.enable_user(bob, by(5)).await.unwrap();
    // What changes nothing is not told.
    store.enable_user(bob, by(6)).await.unwrap();
    store.set_grants(bob, &[Grant::Lead("web".into())], by(6)).await.unwrap();
    store.add_user("Other", "ROB@example.org", &[], by(6)).await.unwrap_err();
    store.disable_user(ann, by(6)).await.unwrap_err();
    let rows = store.audit_rows(0, 100).await.unwrap();
    let told: Vec<String> =
        rows.iter().map(|row| format!("{} {} {} {}", row.actor, row.verb, row.object, row.detail)).collect();
    let (ann, bob) = (format!("user:{}", ann.0), format!("user:{}", bob.0));
    assert_eq!(
        told,
        [
            format!("system added {ann} admin"),
            format!("system added {bob} none"),
            format!("system changed {bob} lead of web instead of none"),
            format!("system changed {bob} name or e-mail"),
            format!("system disabled {bob} "),
            format!("system enabled {bob} "),
        ]
    );
    assert!(!format!("{rows:?}").contains("example.org"));
}

async fn changes_outlive_the_connection(place: Place) {
    let store = place.open().await;
    store.add_user("Ann", "ann@example.org", &[Grant::Cco], by(0)).await.unwrap();
    store.close().await;
    assert_eq!(users(&place.open().await).await, [("ann@example.org".to_owned(), vec![Grant::Cco])]);
}
