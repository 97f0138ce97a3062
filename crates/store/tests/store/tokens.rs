//! API tokens: scoped, expiring, taken back, and no more than their owner.

use crate::fixture::{NOW_US, Place, by, drawn, on_both};
use std::collections::BTreeSet;
use store::policy::{Action, Reach, Resource, Scope};
use store::tokens::LONGEST_US;
use store::{Error, Grant, NewToken, Store, UserId};

on_both!(
    a_token_works_until_it_expires_or_is_taken_back,
    a_token_goes_as_far_as_its_owner_within_its_scopes,
    a_token_rests_while_its_owner_is_closed,
    what_cannot_be_a_token_is_refused,
    its_last_use_is_told_to_the_minute,
);

const MINUTE_US: i64 = 60 * 1_000_000;

async fn ann(store: &Store) -> UserId {
    let grants = [Grant::Member("web".into()), Grant::Member("stores".into())];
    store.add_user("Ann", "ann@example.org", &grants, by(0)).await.unwrap()
}

fn token(owner: UserId, scopes: &[Scope]) -> NewToken<'_> {
    NewToken { owner, name: " nightly ", scopes, expires_at_us: NOW_US + 60 * MINUTE_US }
}

async fn a_token_works_until_it_expires_or_is_taken_back(place: Place) {
    let store = place.open().await;
    let owner = ann(&store).await;
    let [one, two] = [drawn(1), drawn(2)];
    let id = store
        .add_token(token(owner, &[Scope::Work, Scope::Figures, Scope::Work]), &one, by(0))
        .await
        .unwrap();
    let other = store.add_token(token(owner, &[Scope::Ingest]), &two, by(0)).await.unwrap();
    let found = store.token(&one, NOW_US + 60 * MINUTE_US - 1).await.unwrap().unwrap();
    assert_eq!((found.id, found.owner.id, &*found.scopes), (id, owner, &[Scope::Figures, Scope::Work][..]));
    assert_eq!(store.token(&one, NOW_US + 60 * MINUTE_US).await.unwrap(), None);
    assert_eq!(store.token(&drawn(3), NOW_US).await.unwrap(), None);
    assert!(store.revoke_token(other, by(5)).await.unwrap());
    assert!(!store.revoke_token(other, by(6)).await.unwrap());
    assert_eq!(store.token(&two, NOW_US + 7).await.unwrap(), None);
    let listed = store.tokens().await.unwrap();
    let told: Vec<_> = listed
        .iter()
        .map(|row| (row.id, row.owner, &*row.name, row.scopes.len(), row.revoked_at_us))
        .collect();
    assert_eq!(told, [(id, owner, "nightly", 2, None), (other, owner, "nightly", 1, Some(NOW_US + 5))]);
    let log = store.audit_rows(1, 10).await.unwrap();
    let log: Vec<_> = log.iter().map(|row| format!("{} {} {}", row.verb, row.object, row.detail)).collect();
    assert_eq!(
        log,
        [
            format!("added token:{} user:{}, figures, work", id.0, owner.0),
            format!("added token:{} user:{}, ingest", other.0, owner.0),
            format!("removed token:{} ", other.0),
        ]
    );
}

async fn a_token_goes_as_far_as_its_owner_within_its_scopes(place: Place) {
    let store = place.open().await;
    let owner = ann(&store).await;
    let scopes = [Scope::Customers, Scope::Ingest];
    store.add_token(token(owner, &scopes), &drawn(1), by(0)).await.unwrap();
    let found = store.token(&drawn(1), NOW_US + 1).await.unwrap().unwrap();
    let own = Reach::Departments(BTreeSet::from(["stores".to_owned(), "web".to_owned()]));
    assert_eq!(found.reach(Resource::PersonalData, Action::Read), own);
    assert_eq!(found.reach(Resource::Customers, Action::Read), Reach::Everything);
    // Her own, but not the token's; the token's, but not hers.
    assert_eq!(found.reach(Resource::Cases, Action::Read), Reach::Nothing);
    assert_eq!(found.reach(Resource::Ingestion, Action::Change), Reach::Nothing);
    store.set_grants(owner, &[Grant::Reader], by(2)).await.unwrap();
    let found = store.token(&drawn(1), NOW_US + 3).await.unwrap().unwrap();
    assert_eq!(found.reach(Resource::PersonalData, Action::Read), Reach::Nothing);
}

async fn a_token_rests_while_its_owner_is_closed(place: Place) {
    let store = place.open().await;
    let owner = ann(&store).await;
    store.add_token(token(owner, &[Scope::Figures]), &drawn(1), by(0)).await.unwrap();
    store.disable_user(owner, by(1)).await.unwrap();
    assert_eq!(store.token(&drawn(1), NOW_US + 2).await.unwrap(), None);
    let refused = store.add_token(token(owner, &[Scope::Figures]), &drawn(2), by(2)).await.unwrap_err();
    assert!(matches!(refused, Error::Disabled));
    store.enable_user(owner, by(3)).await.unwrap();
    assert!(store.token(&drawn(1), NOW_US + 4).await.unwrap().is_some());
}

async fn what_cannot_be_a_token_is_refused(place: Place) {
    let store = place.open().await;
    let owner = ann(&store).await;
    let good = token(owner, &[Scope::Figures]);
    for wrong in [
        NewToken { name: " ", ..good },
        NewToken { scopes: &[], ..good },
        NewToken { expires_at_us: NOW_US, ..good },
        NewToken { expires_at_us: NOW_US + LONGEST_US + 1, ..good },
    ] {
        assert!(
            matches!(store.add_token(wrong, &drawn(1), by(0)).await.unwrap_err(), Error::Input(_)),
            "{wrong:?}"
        );
    }
    let nobody = store.add_token(NewToken { owner: UserId(99), ..good }, &drawn(1), by(0)).await.unwrap_err();
    assert_eq!(nobody.to_string(), "there is no such user");
    let longest = NewToken { expires_at_us: NOW_US + LONGEST_US, ..good };
    store.add_token(longest, &drawn(1), by(0)).await.unwrap();
    assert_eq!(store.tokens().await.unwrap().len(), 1);
}

async fn its_last_use_is_told_to_the_minute(place: Place) {
    let store = place.open().await;
    let owner = ann(&store).await;
    store.add_token(token(owner, &[Scope::Figures]), &drawn(1), by(0)).await.unwrap();
    for (at_us, told_us) in [(5, 5), (6, 5), (MINUTE_US + 4, 5), (MINUTE_US + 5, MINUTE_US + 5)] {
        store.token(&drawn(1), NOW_US + at_us).await.unwrap().unwrap();
        assert_eq!(store.tokens().await.unwrap()[0].last_used_at_us, Some(NOW_US + told_us));
    }
}
