//! Which role may open which route: the reviewed table, and the walk without a session.

use super::house::{CARE, House, NOW_US, WEB, everybody};
use hub::Door;
use std::fmt::Write;

/// Something to stand for each name in a path: nothing that is there, so that nobody's account is changed.
fn filled(path: &str) -> String {
    path.replace("{id}", "999999").replace("{name}", "kept.css")
}

async fn opened(house: &House, method: &str, path: &str, head: &str) -> super::house::Answer {
    match method {
        "GET" => house.get(path, head).await,
        _ => house.post(path, head, "").await,
    }
}

/// Review every changed line: it says who may come in from now on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn this_is_who_may_open_what() {
    let house = House::open(|| NOW_US).await;
    let mut users = Vec::new();
    for (name, grants) in everybody() {
        users.push(house.user(&name[2..], &grants).await);
    }
    let mut matrix = format!("{:<39}{:<21}reader member lead   cco    admin", "", "asks for");
    for route in hub::routes() {
        let (method, path) = (route.method.as_str(), filled(route.path));
        let door = match route.door {
            Door::Open => "nothing".to_owned(),
            Door::To(resource, action) => format!("{resource:?} {action:?}"),
        };
        write!(matrix, "\n{:<39}{door:<21}", format!("{method:<5}{}", route.path)).expect("written");
        for user in &users {
            // A session each, as some routes end it.
            let head = house.session(*user, NOW_US).await;
            let answer = opened(&house, method, &path, &head).await;
            assert!(route.path == "/logout" || !answer.is_for_nobody(), "{method} {path}: {answer:?}");
            let told = if answer.status == 403 { "-" } else { "yes" };
            assert!(answer.status < 500, "{method} {path}: {answer:?}");
            write!(matrix, "{told:<7}").expect("written");
        }
    }
    let lines: Vec<&str> = matrix.lines().map(str::trim_end).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_session_no_route_tells_anything() {
    let house = House::open(|| NOW_US).await;
    let wrong = "ab".repeat(32);
    let heads = [
        String::new(),
        format!("cookie: kept-{}={wrong}\r\n", house.address.port()),
        format!("authorization: Bearer {wrong}\r\n"),
        "authorization: Basic YTpi\r\n".to_owned(),
    ];
    let (mut closed, mut open) = (0, 0);
    for route in hub::routes() {
        let path = filled(route.path);
        for head in &heads {
            let answer = opened(&house, route.method.as_str(), &path, head).await;
            let told = format!("{} {path} with {head}: {answer:?}", route.method);
            for secret in [WEB, CARE, "secretive ltd", "books to"] {
                assert!(!answer.body.contains(secret), "{secret}: {told}");
            }
            if route.door == Door::Open {
                open += 1;
            } else {
                closed += 1;
                assert!(answer.is_for_nobody(), "{told}");
            }
            assert!(answer.header("content-security-policy").is_some(), "{told}");
        }
    }
    assert!(closed > 200 && open < 50, "{closed} and {open}");
    for path in ["/nowhere", "/settings", "/api/v1/nowhere", "/customers/x/y"] {
        let answer = house.get(path, "").await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.body.contains("secretive ltd"), "{path}");
    }
}
