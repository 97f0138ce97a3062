//! The life of sessions and tokens.

use super::house::{House, NOW_US};
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Actor, By, Grant, Secret, Sought};

const MINUTE_US: i64 = 60 * 1_000_000;
const PASSWORD: &str = "teal-orbit-mango-quilt";

/// Invites somebody and follows the link in the browser; gives the session's cookie.
async fn invited(house: &House, name: &str, grants: &[Grant], now_us: i64) -> String {
    let secret: Secret = super::house::ambient(|| 0).secret();
    let by = By { actor: Actor::System, at_us: now_us };
    house.store.invite(&format!("{name}@house.example"), grants, &secret, by).await.expect("invited");
    let page = house.get(&format!("/welcome?key={}", secret.text()), "").await;
    assert!(page.status == 200 && page.body.contains(&format!("{name}@house.example")), "{page:?}");
    let form = format!("key={}&name={name}&password={PASSWORD}", secret.text());
    let answer = house.post("/welcome", "", &form).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/")), "{answer:?}");
    let again = house.post("/welcome", "", &form).await;
    assert_eq!(again.status, 404, "a link works once: {again:?}");
    format!("cookie: {}\r\n", answer.cookie().expect("cookie"))
}

async fn log_in(house: &House, name: &str, password: &str, head: &str) -> super::house::Answer {
    let form = format!("email={name}%40house.example&password={password}&next=%2Fcustomers%3Fq%3Da");
    house.post("/login", head, &form).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_begins_anew_at_login_and_ends_when_it_should() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW_US);
    let house = House::open(|| CLOCK.load(Ordering::SeqCst)).await;
    let later = |minutes: i64| CLOCK.fetch_add(minutes * MINUTE_US, Ordering::SeqCst);
    let lives = async |head: &str| !house.get("/", head).await.is_for_nobody();
    let first = invited(&house, "ann", &[Grant::Cco], NOW_US).await;
    assert!(lives(&first).await);
    let refused = log_in(&house, "ann", "wrong-password-here", "").await;
    assert!(refused.status == 422 && refused.cookie().is_none(), "{refused:?}");
    // Logging in again replaces the session, so that nobody can have planted it.
    let answer = log_in(&house, "ann", PASSWORD, &first).await;
    assert_eq!((answer.status, answer.header("location")), (303, Some("/customers?q=a")), "{answer:?}");
    let line = answer.header("set-cookie").expect("cookie");
    assert!(line.contains("HttpOnly") && line.contains("SameSite=Lax") && line.contains("Path=/"), "{line}");
    let second = format!("cookie: {}\r\n", answer.cookie().expect("cookie"));
    assert!(second != first && lives(&second).await && !lives(&first).await);
    // Half an hour without a request ends it, whatever comes before that does not.
    for _ in 0..3 {
        later(29);
        assert!(lives(&second).await);
    }
    later(31);
    assert!(!lives(&second).await);
    // So do twelve hours of requests.
    let answer = log_in(&house, "ann", PASSWORD, "").await;
    let third = format!("cookie: {}\r\n", answer.cookie().expect("cookie"));
    for _ in 0..28 {
        later(25);
        assert!(lives(&third).await);
    }
    later(25);
    assert!(!lives(&third).await, "after {} minutes", 29 * 25);
    // Logging out ends it at once, on the server too.
    let answer = log_in(&house, "ann", PASSWORD, "").await;
    let fourth = format!("cookie: {}\r\n", answer.cookie().expect("cookie"));
    assert!(lives(&fourth).await);
    let out = house.post("/logout", &fourth, "").await;
    assert!(out.header("set-cookie").is_some_and(|line| line.contains("Max-Age=0")), "{out:?}");
    assert!(!lives(&fourth).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_ends_what_others_may_at_the_next_click() {
    let house = House::open(|| NOW_US).await;
    let admin = invited(&house, "admin", &[Grant::Admin], NOW_US).await;
    let bo = invited(&house, "bo", &[Grant::Member("care".to_owned())], NOW_US).await;
    let id = house.store.user_by_email("bo@house.example").await.expect("read").expect("bo").id;
    assert_eq!(house.get("/customers", &bo).await.status, 200);
    let path = format!("/settings/people/{}", id.0);
    assert_eq!(house.post(&format!("{path}/roles"), &bo, "role=admin").await.status, 403);
    let refused = Sought { actor: &format!("user:{}", id.0), verb: "refused", ..Sought::default() };
    let refused = house.store.audit_sought(refused, 9).await.expect("rows");
    assert_eq!(refused[0].detail, format!("POST {path}/roles"), "what was tried is in the log");
    let given = house.post(&format!("{path}/roles"), &admin, "role=admin&in-web=lead&in-gone=lead").await;
    assert_eq!(given.status, 303, "{given:?}");
    let roles = house.store.user(id).await.expect("read").expect("bo").grants;
    assert_eq!(roles, [Grant::Lead("web".to_owned()), Grant::Admin]);
    house.post(&format!("{path}/roles"), &admin, "").await;
    assert_eq!(house.get("/customers", &bo).await.status, 403, "without a role there is nothing");
    assert_eq!(house.post(&format!("{path}/disable"), &admin, "").await.status, 303);
    assert!(house.get("/account", &bo).await.is_for_nobody());
    assert_eq!(log_in(&house, "bo", PASSWORD, "").await.status, 422);
    let own = house.store.user_by_email("admin@house.example").await.expect("read").expect("admin").id;
    let last = house.post(&format!("/settings/people/{}/disable", own.0), &admin, "").await;
    assert!(last.status == 409 && last.body.contains("last admin"), "{last:?}");
    // A link to a new password, shown to the admin once.
    house.post(&format!("{path}/enable"), &admin, "").await;
    let made = house.post(&format!("{path}/link"), &admin, "").await;
    let key = made.body.split("welcome?key=").nth(1).map(|rest| rest[..64].to_owned()).expect("a link");
    let set = house.post("/welcome", "", &format!("key={key}&password=quilt-mango-orbit-teal")).await;
    assert_eq!(set.status, 303, "{set:?}");
    assert_eq!(log_in(&house, "bo", "quilt-mango-orbit-teal", "").await.status, 303);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_shown_once_opens_what_it_names_and_ends() {
    static CLOCK: AtomicI64 = AtomicI64::new(NOW_US);
    let house = House::open(|| CLOCK.load(Ordering::SeqCst)).await;
    let cco = invited(&house, "cco", &[Grant::Cco], NOW_US).await;
    let made = house.post("/account/tokens", &cco, "name=dashboard&scope=figures&days=2").await;
    let shown = made.body.split("<pre><code>").nth(1).map(|rest| rest[..64].to_owned()).expect("a token");
    assert!(!house.get("/account", &cco).await.body.contains(&shown), "shown once");
    let token = format!("authorization: Bearer {shown}\r\n");
    for (path, status) in [
        ("/api/v1/statement", 200),
        ("/api/v1/editions", 200),
        ("/api/v1/customers", 403),
        ("/api/v1/identity", 403),
        ("/", 401),
        ("/account", 401),
    ] {
        assert_eq!(house.get(path, &token).await.status, status, "{path}");
    }
    assert_eq!(house.post("/closings/close", &token, "period=2024-01").await.status, 401);
    // Beside a session, the token alone counts.
    assert_eq!(house.get("/api/v1/customers", &format!("{cco}{token}")).await.status, 403);
    for (form, status) in [
        ("name=x&scope=figures&days=400", 422),
        ("name=x&days=4", 422),
        ("name=&scope=figures&days=4", 422),
        ("name=x&scope=ingest&days=4", 403),
    ] {
        assert_eq!(house.post("/account/tokens", &cco, form).await.status, status, "{form}");
    }
    let page = house.get("/account", &cco).await.body;
    let id = page.split("/account/tokens/revoke").nth(1).and_then(|rest| rest.split("value=\"").nth(1));
    let revoke = format!("id={}", id.and_then(|rest| rest.split('"').next()).expect("the token's number"));
    // Nobody revokes another's.
    let bo = invited(&house, "bo", &[Grant::Reader], NOW_US).await;
    assert_eq!(house.post("/account/tokens/revoke", &bo, &revoke).await.status, 404);
    assert_eq!(house.get("/api/v1/statement", &token).await.status, 200);
    CLOCK.fetch_add(3 * 24 * 60 * MINUTE_US, Ordering::SeqCst);
    assert_eq!(house.get("/api/v1/statement", &token).await.status, 401, "expired");
    CLOCK.store(NOW_US, Ordering::SeqCst);
    assert_eq!(house.post("/account/tokens/revoke", &cco, &revoke).await.status, 303);
    assert_eq!(house.get("/api/v1/statement", &token).await.status, 401, "revoked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_is_changed_against_the_old_one_and_guessing_is_slowed() {
    let house = House::open(|| NOW_US).await;
    let ann = invited(&house, "ann", &[Grant::Reader], NOW_US).await;
    let other = log_in(&house, "ann", PASSWORD, "").await.cookie().expect("cookie");
    for (form, status) in [
        ("old=wrong-password-here&new=quilt-mango-orbit-teal", 422),
        (&*format!("old={PASSWORD}&new=short"), 422),
        (&*format!("old={PASSWORD}&new=password1234"), 422),
    ] {
        assert_eq!(house.post("/account/password", &ann, form).await.status, status, "{form}");
    }
    let changed =
        house.post("/account/password", &ann, &format!("old={PASSWORD}&new=quilt-mango-orbit-teal")).await;
    assert_eq!(changed.status, 303, "{changed:?}");
    let ann = format!("cookie: {}\r\n", changed.cookie().expect("a new one"));
    assert_eq!(house.get("/account", &ann).await.status, 200);
    assert!(house.get("/account", &format!("cookie: {other}\r\n")).await.is_for_nobody(), "others ended");
    // The e-mail is what one logs in with, so it is changed against the password alone.
    let form = "name=Ann&email=ann2%40house.example&password=wrong-password-here";
    assert_eq!(house.post("/account/name", &ann, form).await.status, 422);
    let form = "name=Ann+Ek&email=bo%40house.example&password=quilt-mango-orbit-teal";
    invited(&house, "bo", &[Grant::Reader], NOW_US).await;
    let taken = house.post("/account/name", &ann, form).await;
    assert_eq!(taken.status, 409, "{taken:?}");
    let ann = format!("cookie: {}\r\n", taken.cookie().expect("a new one, as the password was right"));
    let form = "name=Ann+Ek&email=ann%40house.example&password=quilt-mango-orbit-teal";
    let renamed = house.post("/account/name", &ann, form).await;
    assert_eq!(renamed.status, 303, "{renamed:?}");
    let ann = format!("cookie: {}\r\n", renamed.cookie().expect("a new one"));
    assert!(house.get("/account", &ann).await.body.contains("ann ek is here as reader."));
    let tried = async |password: &str| log_in(&house, "ann", password, "").await.status;
    let mut told = Vec::new();
    for _ in 0..6 {
        told.push(tried("wrong-password-here").await);
    }
    assert_eq!(told, [422, 422, 422, 422, 422, 429]);
    assert_eq!(tried("quilt-mango-orbit-teal").await, 429, "the right one waits too");
    assert_eq!(house.get("/account", &ann).await.status, 200, "who is in stays in");
}
